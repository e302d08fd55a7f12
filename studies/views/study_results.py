"""What followed, as the page of a study shows it: outcomes, toxicities, measurements, kinetics."""

from ..cells.cell import (
    NONE,
    SILENCE,
    SILENT,
    SUSPECTED,
    TOXICITY_FIELDS,
    VALUE,
    Cell,
    all_sources,
    amount,
    doubts_of,
    grade_text,
    graded,
    marked,
    percent_interval,
    proportion,
    spoken,
    told_time,
    whole_cell,
)
from ..cells.kinetics_plot import Panel, panel
from ..pure.numbers import people

FOUND_BY_A_METHOD = ("best_response", "response_at", "mrd", "relapse", "relapse_antigen")
KINETICS = ("car_copies", "car_percent")


def outcome_cell(record: dict) -> Cell:
    # One patient's interval says nothing that “1 of 1” does not.
    interval = percent_interval(record.get("interval_95")) if (record["denominator"] or 0) > 1 else ""
    judged = "" if record["basis"] == "stated" else record["basis"]
    remark = " · ".join(part for part in (f"95% {interval}" if interval else "", judged) if part)
    if record["value"] is not None:
        text = spoken(record["operator"], record["value"], record["value_high"], record["unit"])
        end = record["labels"].get("duration_end", "") if record["duration_end"] else ""
        return whole_cell(record, text, "value", remark=" · ".join(part for part in (end, judged) if part))
    if record["n"] is not None:
        return whole_cell(record, proportion(record["n"], record["denominator"]), "n", remark=remark)
    return whole_cell(record, record["category"]["label"], "category", remark=judged)


def outcome_row(record: dict, follows: dict, cohorts: dict, several: bool) -> dict:
    more = [record[name] for name in ("cause", "estimator") if record[name]]
    if record["statistic"]:
        more.append(record["labels"]["statistic"])
    return {
        "measure": record["measure"]["label"],
        "timed": record["value"] is None or record["unit"] == "%",  # a duration has no day
        "found": record["category"] is not None and record["measure"]["code"] in FOUND_BY_A_METHOD,
        "category": record["category"]["label"] if record["category"] else "",
        "more": " · ".join(more),
        "criteria": record["criteria"],
        "cohort": cohorts[record["cohort"]] if several else "",
        "cell": outcome_cell(record),
        "when": told_time(record),
        "method": _method(record),
        "site": marked(record, "site", record["labels"]["site"] if record["site"] != "not_reported" else ""),
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], ""),
        "car_t": bool(record["course"]),
        "note": record["note"],
    }


def toxicity_cell(record: dict) -> Cell:
    grade = grade_text(record)
    if record["presence"] == "absent":
        text = f"none of {grade}" if grade else "none"
        sources = all_sources(record["sources"], "presence", "grade_low")
        return Cell(text, NONE, sources, **graded(record), doubts=doubts_of(record))
    parts = [grade] if grade else []
    if record["severity_as_worded"]:
        parts.append(record["severity_as_worded"])
    if record["affected_n"] is not None:
        parts.append(proportion(record["affected_n"], record["evaluable_n"]))
    state = SUSPECTED if record["presence"] == "suspected" else VALUE
    text = ", ".join(parts) or record["labels"]["presence"]
    sources = all_sources(record["sources"], *TOXICITY_FIELDS)
    return Cell(text, state, sources, **graded(record), doubts=doubts_of(record))


def toxicity_row(record: dict, follows: dict, cohorts: dict, several: bool) -> dict:
    duration = ""
    if record["duration"] is not None:
        duration = spoken(record["duration_operator"], record["duration"], None, record["duration_unit"])

    def told(field: str, text: str) -> Cell | None:
        """A part with its place; its doubts stand at what was reported."""
        return Cell(text, sources=all_sources(record["sources"], field)) if text else None

    return {
        "accession": record["accession"],
        "term": record["term"]["label"],
        "cohort": cohorts[record["cohort"]] if several else "",
        "cell": toxicity_cell(record),
        "there": record["presence"] != "absent",
        "onset": told_time(record),
        "duration": told("duration", duration),
        "management": told("management", record["management"]),
        "resolution": told("resolution", record["labels"].get("resolution", "") if record["resolution"] else ""),
        "note": record["note"],
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], ""),
    }


def measurement_cell(record: dict) -> Cell:
    if record["absence"]:
        sources = all_sources(record["sources"], "absence")
        return Cell(SILENCE.get(record["absence"], record["absence"]), SILENT, sources, doubts=doubts_of(record))
    if record["worded"]:
        return whole_cell(record, record["worded"], "worded")
    text = spoken(record["operator"], record["value"], record["value_high"], record["unit"])
    return whole_cell(record, text, "value")


def measurement_row(record: dict, follows: dict) -> dict:
    return {
        "analyte": record["analyte"]["label"],
        "specimen": _specimen(record),
        "method": _method(record),
        "cell": measurement_cell(record),
        "when": " · ".join(part for part in (told_time(record), record["moment"]) if part),
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], "before any treatment"),
    }


def _specimen(record: dict) -> str:
    if not record["specimen"] or record["specimen"]["code"] == "not_reported":
        return ""
    return marked(record, "specimen", record["specimen"]["label"])


def _method(record: dict) -> str:
    return marked(record, "method", record["method"]["label"] if record["method"] else "")


def in_kinetics(measurement: dict) -> bool:
    """Whether it stands in a table by day; without a day it is listed with the other measurements."""
    return measurement["analyte"]["code"] in KINETICS and measurement["time_low"] is not None


def kinetics_tables(report: dict) -> list[dict]:
    """One table per analyte: a row per day, a column per specimen with its unit as printed."""
    tables = []
    for code in KINETICS:
        records = [m for m in report["measurements"] if in_kinetics(m) and m["analyte"]["code"] == code]
        if not records:
            continue
        columns = list(dict.fromkeys((m["specimen"]["label"], m["unit"] or "") for m in records))
        days = sorted({m["time_low"] for m in records if m["time_low"] is not None})
        cells = {(m["time_low"], m["specimen"]["label"], m["unit"] or ""): _bare(m) for m in records}
        tables.append(
            {
                "label": records[0]["analyte"]["label"],
                "panels": [drawn for column in columns if (drawn := _panel(column, days, records))],
                "columns": [{"specimen": specimen, "unit": unit} for specimen, unit in columns],
                "rows": [
                    {"day": people(amount(day)), "cells": [cells.get((day, *column)) for column in columns]}
                    for day in days
                ],
            }
        )
    return tables


def _panel(column: tuple[str, str], days: list, records: list[dict]) -> Panel | None:
    """The drawing of one specimen in one unit; what is no plain number of the day infused stays in the table alone."""
    values = {
        float(m["time_low"]): (float(m["value"]), _bare(m).text)
        for m in records
        if (m["specimen"]["label"], m["unit"] or "") == column and m["value"] is not None and m["operator"] == "="
        if m["time_from"] == "infusion" and m["time_unit"] == "days" and m["time_operator"] == "="
    }
    return panel(*column, [float(day) for day in days], values)


def _bare(record: dict) -> Cell:
    """A value under a heading that carries its unit."""
    return measurement_cell(record | {"unit": ""})
