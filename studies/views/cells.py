"""Documents made into cells: a text, how it is meant, and the places it opens to.

The four looks never mix: a *value*, an explicit *none*, a *silence*, and a doubt beside any of them.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..models.choices import OverlapRelation
from ..pure import partial_dates
from ..pure.numbers import OPERATOR_PREFIX, people, people_range

VALUE, NONE, SILENT, SUSPECTED = "value", "none", "silent", "suspected"
SILENCE = {
    "not_reported": "not reported",
    "not_in_text_read": "not in what was read",
    "not_applicable": "not applicable",
}


@dataclass
class Cell:
    """What a page shows for one fact."""

    text: str
    state: str = VALUE
    sources: list[dict] = field(default_factory=list)
    remark: str = ""
    doubts: list[dict] = field(default_factory=list)
    label: str = ""


def silent(kind: str = "not_reported", what: str = "") -> Cell:
    """A silence of a given kind."""
    return Cell(f"{what} {SILENCE.get(kind, kind)}".strip(), SILENT)


def amount(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def spoken(operator: str | None, low, high=None, unit: str = "") -> str:
    """A number as people write it: > 6 years, 0.4–7.8 × 10⁶ cells/kg."""
    text = people_range(amount(low), amount(high)) if high is not None else people(amount(low))
    unit = singular(unit or "") if text == "1" else unit or ""
    joined = text + unit if unit.startswith(("%", "-")) else f"{text} {unit}".strip()
    return OPERATOR_PREFIX.get(operator or "=", "") + joined


def singular(unit: str) -> str:
    """One week, not one weeks."""
    return unit[:-1] if unit in ("days", "weeks", "months", "years") else unit


def all_sources(sources: dict, *names: str) -> list[dict]:
    """The places of some fields (or of all), each place once with all the facts that it carries."""
    places: dict[tuple, dict] = {}
    for name in names or sources:
        for entry in sources.get(name, []):
            key = (entry["document"], entry["locator"], entry["as_reported"], entry["basis"], entry.get("derivation"))
            place = places.setdefault(key, entry | {"facts": []})
            if entry["fact"] not in place["facts"]:
                place["facts"].append(entry["fact"])
    return list(places.values())


def time_of(record: dict) -> str:
    """When something was: a date, or a time from its anchor, as the paper gives it."""
    if record.get("date"):
        return partial_dates.written(record["date"])
    low, high = record.get("time_low"), record.get("time_high")
    if low is None and high is None:
        return ""
    unit, operator = record["time_unit"], OPERATOR_PREFIX.get(record.get("time_operator") or "=", "")
    numbers = [f"−{people(-amount(n))}" if n < 0 else people(amount(n)) for n in (low, high) if n is not None]
    text = " to ".join(dict.fromkeys(numbers))
    if unit == "days":
        return f"{operator}day {text}"
    return f"{operator}{text} {singular(unit) if text == '1' else unit}"


def proportion(n: int | None, of: int | None) -> str:
    if n is None:
        return ""
    return f"{n} of {of}" if of is not None else str(n)


def percent_interval(interval: dict | None) -> str:
    """The exact 95% interval: 2.5–55.6 %."""
    if not interval:
        return ""
    return f"{100 * interval['low']:.1f}–{100 * interval['high']:.1f} %"


# The evidence row


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


def dose_cell(infusion: dict) -> Cell:
    """A dose with its unit; what is counted, and per what, stand in the remark."""
    if infusion["dose_low"] is None:
        return silent(what="dose")
    high = None if infusion["dose_high"] == infusion["dose_low"] else infusion["dose_high"]
    text = spoken(infusion["operator"], infusion["dose_low"], high, infusion["unit"])
    labels = infusion["labels"]
    remark = [] if infusion["purpose"] == "initial" else [labels["purpose"]]
    remark.append(labels["counted"])
    if infusion["schedule"] == "split":
        remark.append(labels["per"])
    sources = all_sources(infusion["sources"], "dose_low", "dose_high")
    return Cell(text, sources=sources, remark=" · ".join(remark), doubts=infusion.get("discrepancies", []))


def lymphodepletion_cell(record: dict | None) -> Cell:
    """Given, explicitly none, optional and not reported look different."""
    if record is None or record["given"] == "not_reported":
        return silent()
    sources = all_sources(record["sources"], "given")
    judged = " · ".join({entry["basis"] for entry in sources} - {"stated"})
    if record["given"] == "none":
        return Cell("none given", NONE, sources, remark=judged)
    agents = " + ".join(agent["label"] for agent in record["agents"])
    days = ""
    if record["day_first"] is not None:
        days = " to ".join(str(d).replace("-", "−") for d in (record["day_first"], record["day_last"]) if d is not None)
        days = f"day {days}"
    return Cell(agents or record["label"], VALUE, sources, remark=days if record["given"] == "given" else "optional")


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
