"""The cells of one row of the evidence table."""

from ..models.choices import AgeAt, AgeGroup, OverlapRelation
from .cell import (
    NONE,
    SILENCE,
    SILENT,
    SUSPECTED,
    TOXICITY_FIELDS,
    VALUE,
    Cell,
    Silences,
    agent_dose,
    all_sources,
    at_time,
    collected_cell,
    dose_cell,
    full_name,
    grade_text,
    graded,
    judgement,
    lowered,
    lymphodepletion_cell,
    proportion,
    silent,
    spoken,
    transplant_name,
)
from .patient import all_told
from .responses import bar, response_silence, responses


def row_cells(row: dict) -> dict:
    """The cells of one row of the evidence table."""
    silences = Silences(row["silences"], row["silence"])
    cells = {
        "n": [_number_of_patients(row)],
        "diseases": _diseases(row),
        "patient": _patient(row),
        "intervals": _intervals(row, silences),
        "cells": [_collected(row, silences), _origin(row, silences)],
        "construct": _construct(row["construct"], silences),
        "doses": [dose_cell(infusion) for infusion in row["infusions"]] or [silences.cell("dose", "dose")],
        "lymphodepletion": [lymphodepletion_cell(row["lymphodepletion"], silences)],
        "responses": responses(row["response"]),
        "elsewhere": [cell for response in row["response_elsewhere"] for cell in responses(response, site=True)],
        "subgroups": _subgroups(row),
        "counted": [*_counted(row), *_afterwards(row)],
        "durations": _durations(row),
        "crs": _toxicity_cells(row["crs"], "CRS"),
        "icans": _toxicity_cells(row["icans"], "neurotoxicity"),
        "gvhd": _toxicity_cells(row["gvhd"], "GVHD"),
        "agents": _agent_doses(row["lymphodepletion"]),
        "earlier": _therapies(row, "before") or all_told(row, "prior_therapy"),
        "later": [*_later_transplants(row), *_therapies(row, "after")],
        "others": _other_toxicities(row, silences),
    }
    graves = {d["accession"]: d for d in row["discrepancies"] if d["severity"] == "misleads"}
    for group in cells.values():
        for cell in group:
            cell.page = f"/studies/{row['study']}/"
            cell.doubts = [graves[d] for d in dict.fromkeys(_accession(d) for d in cell.doubts) if d in graves]
    cells["toxicities"] = [*cells["crs"], *cells["icans"], *cells["gvhd"]]
    if row["is_subgroup"]:
        _say_of_whom(cells, row)
    return cells | {
        "row": row,
        "path": _path(row),
        "bar": bar(row["response"]),
        "silence": response_silence(row, silences),
        "n_warnings": len(row["discrepancies"]),
        "overlap": ", ".join(sorted({OverlapRelation(o["relation"]).label for o in row["overlaps"]})),
    }


def _accession(doubt) -> str:
    return doubt if isinstance(doubt, str) else doubt["accession"]


def _say_of_whom(cells: dict, row: dict):
    """A subgroup's row shows what was told of all its cohort; it must not read as told of the few."""
    of_all = f"of all {row['root_n']}" if row["root_n"] else "of the whole cohort"
    told_of_all = [*cells["doses"], *cells["lymphodepletion"], *cells["intervals"]]
    items = [item for group in ("crs", "icans", "gvhd") for item in row[group]["items"]]
    inherited = {item["label"] for item in items if item["told_of"] != row["cohort"]}
    if inherited:
        told_of_all += [cell for cell in cells["toxicities"] if cell.state != SILENT]
    for cell in told_of_all:
        if cell.state != SILENT:
            cell.remark = " · ".join(part for part in (cell.remark, of_all) if part)


def _number_of_patients(row: dict) -> Cell:
    if row["n_patients"] is None:
        return silent(what="n")
    return Cell(str(row["n_patients"]), sources=all_sources(row["sources"], "n"))


def _diseases(row: dict) -> list[Cell]:
    if not row["diseases"]:
        return [silent(what="disease")]
    if len(row["diseases"]) == 1:
        (only,) = row["diseases"]
        return [Cell(only["label"], sources=all_sources(only["sources"]))]
    return [
        Cell(f"{d['code']} {d['n'] if d['n'] is not None else '?'}", sources=all_sources(d["sources"]))
        for d in row["diseases"]
    ]


def _patient(row: dict) -> list[Cell]:
    cells = []
    if row["age_low"] is not None:
        high = None if row["age_high"] == row["age_low"] else row["age_high"]
        text = spoken("=", row["age_low"], high, "y" if row["age_unit"] == "years" else "months")
        when = AgeAt(row["age_at"]).label if row["age_at"] else ""
        cells.append(Cell(text, sources=all_sources(row["sources"], "age_low", "age_high", "age_at"), remark=when))
    elif row["age_group"]:
        cells.append(Cell(AgeGroup(row["age_group"]).label, sources=all_sources(row["sources"], "age_group")))
    if row["sex"]:
        cells.append(Cell(row["sex"], sources=all_sources(row["sources"], "sex")))
    return cells


def _agent_doses(lymphodepletion: dict | None) -> list[Cell]:
    agents = lymphodepletion["agents"] if lymphodepletion else []
    return [cell for agent in agents if (cell := agent_dose(agent))]


def _therapies(row: dict, relative: str) -> list[Cell]:
    """Other treatment before or after the cells, by name; of parts where nothing is told of all."""
    told = [("", therapy) for therapy in row["therapies"]]
    told += [(part["label"], therapy) for part in row["told_of_subgroups"] for therapy in part["therapies"]]
    return [
        Cell(t["name"], sources=all_sources(t["sources"]), label=whose, doubts=t["discrepancies"])
        for whose, t in told
        if t["relative_to_course"] == relative
    ]


def _later_transplants(row: dict) -> list[Cell]:
    """Transplants that came after the cells: they are treatment, too."""
    later = [t for t in row["transplants"] if t["infusion_is"] == "before_hsct"]
    return [Cell(full_name(t), sources=all_sources(t["interval"]["sources"], "infusion_is")) for t in later]


def _path(row: dict) -> list[dict]:
    """Transplants and CAR-T courses in the order they came; this row's course is marked."""
    transplants = {t["transplant"]: t for t in row["transplants"]}
    several = sum("course" in step for step in row["path"]) > 1
    steps = []
    for step in row["path"]:
        if "course" in step:
            text = f"CAR-T {step['number']}" if several else "CAR-T"
            steps.append({"text": text, "car_t": step["course"] == row["course"], "placed": step["placed"]})
            continue
        steps.append({"text": transplant_name(transplants[step["transplant"]]), "car_t": False, "placed": True})
    return steps


def _intervals(row: dict, silences: Silences) -> list[Cell]:
    cells = []
    for transplant in row["transplants"]:
        interval = transplant["interval"]
        if not interval or interval["low"] is None:
            cells.append(silences.cell("hsct_to_infusion", "interval"))
            continue
        high = None if interval["high"] == interval["low"] else interval["high"]
        if interval["unit"] == "days":
            sign = "+" if interval["infusion_is"] == "after_hsct" else "−"
            text = f"day {sign}{spoken(interval['operator'], interval['low'], high)}"
        else:
            order = "after" if interval["infusion_is"] == "after_hsct" else "before"
            text = f"{spoken(interval['operator'], interval['low'], high, interval['unit'])} {order} transplant"
        remark = interval["basis"] if interval["basis"] != "stated" else ""
        cells.append(Cell(text, sources=all_sources(interval["sources"], "low"), remark=remark))
    return cells


def _collected(row: dict, silences: Silences) -> Cell:
    if row["collected_from"] == "not_reported":
        return silences.cell("t_cell_source", "collected from")
    cell = collected_cell(row, row["course_sources"])
    cell.text = cell.text[0].upper() + cell.text[1:]
    return cell


def _origin(row: dict, silences: Silences) -> Cell:
    if row["genetic_origin"] == "not_reported":
        return silences.cell("t_cell_source", "genetic origin")
    text = f"{row['labels']['genetic_origin']} origin"
    sources = all_sources(row["course_sources"], "genetic_origin")
    return Cell(text, sources=sources, remark=judgement(row["course_sources"], "genetic_origin"))


def _construct(construct: dict | None, silences: Silences) -> list[Cell]:
    if not construct:
        return [silences.cell("construct", "construct")]
    sources = construct["sources"]
    cells = [Cell("+".join(construct["targets"]), sources=all_sources(sources, "targets"))]
    if construct["costimulatory_domains"]:
        names = all_sources(sources, "costimulatory_domains")
        cells.append(Cell(construct["costimulatory_domains"], sources=names))
    else:
        cells.append(silences.cell("construct", "costimulation"))
    for module in construct["modules"]:
        cells.append(Cell(module["label"], sources=all_sources(sources, "modules")))
    return cells


def _subgroups(row: dict) -> list[Cell]:
    """What is told of subgroups where nothing is told of all: “relapsed at infusion: objective activity 2 of 6”."""
    cells = []
    for part in row["told_of_subgroups"]:
        told = part["response"]["categories"] if part["response"] else []
        for item in [*told, *part["maintained"]]:
            kept = "" if item in told else "kept: "
            text = f"{kept}{item['label']} {proportion(item['n'], item['of'])}"
            sources = all_sources(item["sources"], "n")
            cells.append(Cell(text, sources=sources, label=part["label"], doubts=item["discrepancies"]))
    return cells


COUNTED = {"mrd": "", "relapses": "", "maintained": "kept"}  # “MRD-negative” says of what it is
OF_PARTS = ("mrd", "relapses")  # kept remissions of parts stand with their responses


def _counted(row: dict) -> list[Cell]:
    """MRD, relapse and remissions kept, each with its n of N and when; of parts where nothing is told of all."""
    cells = [_counted_cell(item, label) for name, label in COUNTED.items() for item in row[name]]
    return cells + [
        _counted_cell(item, part["label"])
        for part in row["told_of_subgroups"]
        for name in OF_PARTS
        for item in part[name]
    ]


def _afterwards(row: dict) -> list[Cell]:
    """What followed a transplant or a treatment that came after the cells: it is no result of theirs. A death is told
    last, whatever it is filed under: a remission told behind it would read as never reached."""
    told = row["after_later_treatment"]
    cells = [_counted_cell(item, _after(row, item)) for item in told if item["measure"] != "death"]
    cells += [_later_toxicity(row, item) for item in row["gvhd_after_later_transplant"]]
    order = list(dict.fromkeys(cell.label for cell in cells))  # what followed the same stands together
    # Behind nothing else “then” would say that it followed the cells.
    deaths = [_counted_cell(o, "then" if cells else _after(row, o)) for o in told if o["measure"] == "death"]
    return sorted(cells, key=lambda cell: order.index(cell.label)) + deaths


def _after(row: dict, item: dict) -> str:
    if not item["transplant"]:
        return f"after {item['therapy']}"
    name = next(full_name(t) for t in row["transplants"] if t["transplant"] == item["transplant"])
    return f"after the {name} that followed"


def _later_toxicity(row: dict, item: dict) -> Cell:
    """“Liver test rise: present · systemic glucocorticoids” after a transplant that followed the cells."""
    cell = _toxicity_cell(item, _after(row, item))
    cell.text = item["label"] if cell.text == "present" else f"{item['label']}: {cell.text}"
    cell.remark = " · ".join(part for part in (cell.remark, item["management"]) if part)
    cell.sources = all_sources(item["sources"], *TOXICITY_FIELDS, "management")
    return cell


def _other_toxicities(row: dict, silences: Silences) -> list[Cell]:
    """Beside CRS, neurotoxicity and GVHD. What followed a later transplant does not tell what followed the cells."""
    own = [_toxicity_cell(item, item["label"]) for item in row["other_toxicities"]]
    later = [_later_toxicity(row, item) for item in row["toxicities_after_later_transplant"]]
    return [*(own or later and [silences.cell("", "after the cells")]), *later]


def _counted_cell(item: dict, label: str) -> Cell:
    """A category with its n of N; when, how it was found and what it came of stand in the remark."""
    if item["n"] == 0:
        sources, when = all_sources(item["sources"], "n"), at_time(item)
        return Cell(f"no {item['label'].lower()}", NONE, sources, when, item["discrepancies"], label)
    parts = [item["label"]]
    if (item["of"] or 1) != 1:
        parts.append(proportion(item["n"], item["of"]))
    more = (at_time(item), item["method"] and item["method"]["label"], item["cause"])
    sources = all_sources(item["sources"], "n", "category")
    return Cell(
        " ".join(parts),
        sources=sources,
        remark=" · ".join(filter(None, more)),
        label=label,
        doubts=item["discrepancies"],
    )


DURATIONS = {
    "remission_duration": "remission",
    "dfs_duration": "disease-free",
    "survival_duration": "survival",
    "follow_up": "follow-up",
}


def _durations(row: dict) -> list[Cell]:
    """Durations and rates of all patients, then durations of parts where nothing of the kind is told of all."""
    cells = [duration_cell(duration) for duration in row["durations"]] + [_rate(rate) for rate in row["rates"]]
    return cells + [
        duration_cell(duration, f"{part['label']}: ")
        for part in row["told_of_subgroups"]
        for duration in part["durations"]
    ]


def duration_cell(duration: dict, whose: str = "") -> Cell:
    """A duration under its name; `whose` names the part of the patients that it is told of."""
    text = spoken(duration["operator"], duration["value"], duration["value_high"], duration["unit"])
    remark = " · ".join(part for part in (duration["labels"].get("duration_end"), duration["note"]) if part)
    sources = all_sources(duration["sources"], "value", "value_high")
    label = whose + DURATIONS[duration["code"]]
    return Cell(text, sources=sources, remark=remark, label=label, doubts=duration["discrepancies"])


def _rate(rate: dict) -> Cell:
    """“Event-free survival 39 % at 6 months”."""
    text = spoken(rate["operator"], rate["value"], rate["value_high"], rate["unit"])
    sources, label = all_sources(rate["sources"], "value"), lowered(rate["label"].removesuffix(", rate"))
    return Cell(text, sources=sources, remark=at_time(rate), label=label, doubts=rate["discrepancies"])


def _toxicity_cells(group: dict, name: str) -> list[Cell]:
    """What was reported of a kind of toxicity, or the silence about it."""
    if group["state"] != "reported":
        of_all = [_toxicity_cell(item, "") for item in group["told_of_all"]]
        remark = f"of this part; of its cohort: {', '.join(cell.text for cell in of_all)}" if of_all else ""
        return [Cell(SILENCE.get(group["state"], group["state"]), SILENT, label=name, remark=remark)]
    cells = []
    for item in group["items"]:
        label = name if item["code"] in ("crs", "icans", "gvhd") else item["label"]
        cells.append(_toxicity_cell(item, label))
    return cells


def _toxicity_cell(item: dict, label: str) -> Cell:
    doubts, sources = item["discrepancies"], all_sources(item["sources"], *TOXICITY_FIELDS)
    grade = grade_text(item)
    if item["presence"] == "absent":
        text = f"none of {grade}" if grade else "none"
        return Cell(text, NONE, sources, **graded(item), label=label, doubts=doubts)
    parts = [grade] if grade else []
    if item["severity"]:
        parts.append(item["severity"])
    if item["n"] is not None and (item["of"] or 0) != 1:
        parts.append(proportion(item["n"], item["of"]))
    state = SUSPECTED if item["presence"] == "suspected" else VALUE
    text = ", ".join(parts) or item["presence"]
    return Cell(text, state, sources, **graded(item), label=label, doubts=doubts)
