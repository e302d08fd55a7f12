"""The cells of one row of the evidence table."""

from ..models.choices import OverlapRelation
from .cells import (
    NONE,
    SILENCE,
    SILENT,
    SUSPECTED,
    VALUE,
    Cell,
    all_sources,
    dose_cell,
    lymphodepletion_cell,
    percent_interval,
    proportion,
    silent,
    spoken,
)


def row_cells(row: dict) -> dict:
    """The cells of one row of the evidence table."""
    doubts = {d["accession"]: d for d in row["discrepancies"]}
    return {
        "row": row,
        "n": Cell(str(row["n_patients"]), sources=all_sources(row["sources"], "n"))
        if row["n_patients"] is not None
        else silent(what="n"),
        "diseases": _diseases(row),
        "patient": _patient(row),
        "path": _path(row),
        "intervals": _intervals(row),
        "collected": _collected(row),
        "origin": _origin(row),
        "construct": _construct(row["construct"]),
        "doses": [dose_cell(infusion) for infusion in row["infusions"]] or [silent(what="dose")],
        "lymphodepletion": lymphodepletion_cell(row["lymphodepletion"]),
        "response": _response(row, doubts),
        "crs": toxicity_cells(row["crs"], "CRS"),
        "icans": toxicity_cells(row["icans"], "neurotoxicity"),
        "gvhd": toxicity_cells(row["gvhd"], "GVHD"),
        "n_misleading": sum(1 for d in row["discrepancies"] if d["severity"] == "misleads"),
        "overlap": ", ".join(sorted({OverlapRelation(o["relation"]).label for o in row["overlaps"]})),
    }


def _diseases(row: dict) -> str:
    if len(row["diseases"]) == 1:
        return row["diseases"][0]["label"]
    return " · ".join(f"{d['code']} {d['n'] if d['n'] is not None else '?'}" for d in row["diseases"])


def _patient(row: dict) -> str:
    parts = []
    if row["age_low"] is not None:
        parts.append(spoken("=", row["age_low"], row["age_high"], "y" if row["age_unit"] == "years" else "months"))
    if row["sex"]:
        parts.append(row["sex"])
    return " · ".join(parts)


def _path(row: dict) -> list[dict]:
    """Transplants and this course in the order they came."""
    steps = []
    for transplant in row["transplants"]:
        name = transplant["graft_source"]["label"].lower()
        if transplant["graft_source"]["code"] == "not_reported":
            name = "allo-HSCT" if transplant["kind"] == "allogeneic" else "auto-HSCT"
        steps.append({"text": name, "car_t": False, "infusion_is": transplant["infusion_is"]})
    before = [s for s in steps if s["infusion_is"] == "after_hsct"]
    after = [s for s in steps if s["infusion_is"] == "before_hsct"]
    unknown = [s for s in steps if s["infusion_is"] == "not_reported"]
    return [*before, {"text": "CAR-T", "car_t": True}, *after, *unknown]


def _intervals(row: dict) -> list[Cell]:
    cells = []
    for transplant in row["transplants"]:
        interval = transplant["interval"]
        if not interval or interval["low"] is None:
            cells.append(silent(what="interval"))
            continue
        high = None if interval["high"] == interval["low"] else interval["high"]
        if interval["unit"] == "days":
            sign = "+" if interval["infusion_is"] == "after_hsct" else "−"
            text = f"day {sign}{spoken(interval['operator'], interval['low'], high)}"
        else:
            text = spoken(interval["operator"], interval["low"], high, interval["unit"])
        remark = interval["basis"] if interval["basis"] != "stated" else ""
        cells.append(Cell(text, sources=all_sources(interval["sources"], "low"), remark=remark))
    return cells


def _collected(row: dict) -> Cell:
    if row["collected_from"] == "not_reported":
        return silent(what="collected from")
    text = row["labels"]["collected_from"]
    text = text[0].upper() + text[1:]
    names = ["collected_from"]
    if row["collected_relative_to_hsct"] != "not_reported":
        text += f", {row['labels']['collected_relative_to_hsct']}"
        names.append("collected_relative_to_hsct")
    return Cell(text, sources=all_sources(row["course_sources"], *names))


def _origin(row: dict) -> Cell:
    if row["genetic_origin"] == "not_reported":
        return silent(what="genetic origin")
    text = f"{row['labels']['genetic_origin']} origin"
    return Cell(text, sources=all_sources(row["course_sources"], "genetic_origin"))


def _construct(construct: dict | None) -> list[Cell]:
    if not construct:
        return [silent(what="construct")]
    sources = construct["sources"]
    cells = [Cell("+".join(construct["targets"]), sources=all_sources(sources, "targets"))]
    if construct["costimulatory_domains"]:
        names = all_sources(sources, "costimulatory_domains")
        cells.append(Cell(construct["costimulatory_domains"], sources=names))
    else:
        cells.append(silent(what="costimulation"))
    for module in construct["modules"]:
        cells.append(Cell(module["label"], sources=all_sources(sources, "modules")))
    return cells


def _response(row: dict, doubts: dict) -> dict | None:
    response = row["response"]
    if response is None:
        return None
    offset, segments = 0.0, []
    for category in response["categories"]:
        share = 100 * category["n"] / response["of"] if response["of"] else 0
        segments.append(
            {
                "css": category["code"].lower(),
                "x": f"{offset:.2f}",
                "width": f"{share:.2f}",
                "middle": f"{offset + share / 2:.2f}",
                "text": f"{category['code']} {category['n']}" if share >= 25 else str(category["n"]),
            }
        )
        offset += share
    cells = [
        Cell(
            f"{category['code']} {category['n']}",
            sources=all_sources(category["sources"], "n"),
            remark="" if category["basis"] == "stated" else category["basis"],
        )
        for category in response["categories"]
    ]
    named = {d for category in response["categories"] for d in category["discrepancies"] if d in doubts}
    return {
        "segments": segments,
        "label": ", ".join(f"{c['label']} {c['n']}" for c in response["categories"]) + f" of {response['of']}",
        "cells": cells,
        "of": response["of"],
        "responded": response["responded"] if response["of"] > 1 else None,
        "interval": percent_interval(response["responded"]),
        "doubts": [doubts[d] for d in sorted(named) if doubts[d]["severity"] == "misleads"],
    }


def toxicity_cells(group: dict, name: str) -> list[Cell]:
    """What was reported of a kind of toxicity, or the silence about it."""
    if group["state"] != "reported":
        return [Cell(SILENCE.get(group["state"], group["state"]), SILENT, label=name)]
    cells = []
    for item in group["items"]:
        label = name if item["code"] in ("crs", "icans", "gvhd") else item["label"]
        cells.append(_toxicity_cell(item, label))
    return cells


def _toxicity_cell(item: dict, label: str) -> Cell:
    sources = all_sources(item["sources"])
    if item["presence"] == "absent":
        return Cell("none", NONE, all_sources(item["sources"], "presence", "affected_n"), label=label)
    parts = []
    if item["grade_low"] is not None:
        high = None if item["grade_high"] == item["grade_low"] else item["grade_high"]
        parts.append(f"grade {spoken('=', item['grade_low'], high)}")
    if item["severity"]:
        parts.append(item["severity"])
    if item["n"] is not None and (item["of"] or 0) != 1:
        parts.append(proportion(item["n"], item["of"]))
    remark = item["scale"]["label"] if item["scale"] else ""
    state = SUSPECTED if item["presence"] == "suspected" else VALUE
    return Cell(", ".join(parts) or item["presence"], state, sources, remark=remark, label=label)
