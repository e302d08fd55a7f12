"""What the page of a study shows: the answer first, then the course, the numbers, the silences and the doubts."""

from ..ask import history
from ..cells.cell import (
    NONE,
    SILENCE,
    SUSPECTED,
    VALUE,
    Cell,
    Silences,
    fact_cell,
    labelled,
    lowered,
    proportion,
    silent,
    spoken,
    time_of,
    whole_cell,
)
from ..cells.comparison import Aspect
from ..cells.summary import summary
from ..cells.timeline_plot import clocks, days_zero, not_drawn
from .study_glance import glance
from .study_results import in_kinetics, kinetics_tables, measurement_row, outcome_row, toxicity_row
from .study_treatment import course_part, therapy_part, transplant_part


def study_context(document: dict) -> dict:
    """The context of a study's page."""
    reports = [_report(report, document) for report in document["reports"]]
    by_severity = {"misleads": [], "matters": [], "clerical": []}
    for discrepancy in document["discrepancies"]:
        by_severity[discrepancy["severity"]].append(discrepancy)
    return {
        "study": document,
        "reports": reports,
        "lead": reports[0] if reports else None,
        "taken_out": [] if reports else history.reports_taken_out(document["slug"]),
        "beside": _beside(reports),
        "misleading": by_severity["misleads"],
        "mattering": by_severity["matters"],
        "clerical": by_severity["clerical"],
    }


def _beside(reports: list[dict]) -> list[Aspect]:
    """What several reports of the study say of the same thing: each as it is told, and whether they agree."""
    if len(reports) < 2:
        return []
    labels = dict.fromkeys(cell.heading for report in reports for cell in report["glance"])
    return [Aspect(label, label, [_told(report, label) for report in reports]) for label in labels]


def _told(report: dict, label: str) -> list[Cell]:
    return [cell for cell in report["glance"] if cell.heading == label] or [silent(report["document"]["silence"])]


def _report(report: dict, document: dict) -> dict:
    report = report | {"events": sorted(report["events"], key=lambda event: (event["cohort"], event["order"]))}
    follows = _names(report)
    root = next((c for c in report["cohorts"] if not c["parent"]), None)
    cohorts = {c["accession"]: c for c in report["cohorts"]}
    labels = {a: c["label"] for a, c in cohorts.items()}
    at_a_glance = glance(report, root)
    zeros = days_zero(report)
    events = [_event(e, e["accession"] in zeros) for e in report["events"]]
    drawn = clocks(report, {event["accession"]: event["when"] for event in events})
    return {
        "document": report,
        "untold": SILENCE[report["silence"]],
        "root": root,
        "glance": at_a_glance.cells,
        "summary": summary(at_a_glance) if report["courses"] else [],
        "description": [cell for d in report["descriptions"] for cell in _description(d)],
        "eligibility": [whole_cell(e, e["text"], "text") for e in report["eligibility"]],
        "cohorts": [_cohort(c) for c in report["cohorts"]],
        "characteristics": _characteristics(report),
        "transplants": [transplant_part(t, Silences.of_report(report)) for t in report["transplants"]],
        "therapies": [therapy_part(t) for t in report["therapies"]],
        "courses": [course_part(c, report) for c in report["courses"]],
        "events": events,
        "clocks": drawn,
        "not_drawn": not_drawn(report, drawn),
        "outcomes": [
            outcome_row(o, follows, labels, len(cohorts) > 1)
            for o in sorted(report["outcomes"], key=lambda o: o["course"] is None)  # what followed CAR-T comes first
        ],
        "toxicities": [toxicity_row(t, follows, labels, len(cohorts) > 1) for t in report["toxicities"]],
        "kinetics": kinetics_tables(report),
        "measurements": [measurement_row(m, follows) for m in report["measurements"] if not in_kinetics(m)],
        "silences": [row | {"of": follows.get(row["course"], "")} for row in report["coverage"] if row["topics"]],
    }


def _names(report: dict) -> dict[str, str]:
    """What an outcome follows, in words."""
    names = {c["accession"]: f"CAR-T course {c['number']}" for c in report["courses"]}
    names |= {t["accession"]: f"transplant {t['order']}" for t in report["transplants"]}
    return names | {t["accession"]: t["name"] for t in report["therapies"]}


def _description(record: dict) -> list[Cell]:
    labels = record.get("labels", {})
    cells = []
    if record["design"] != "not_reported":
        cells.append(labelled(fact_cell(record, labels["design"], "design"), "Design"))
    for name, label in (("phase", "Phase"), ("centre", "Centre")):
        if record[name]:
            cells.append(labelled(fact_cell(record, record[name], name), label))
    if record["washout"] is not None:
        text = spoken(record["washout_operator"], record["washout"], None, record["washout_unit"])
        cells.append(labelled(fact_cell(record, text, "washout"), "Time since the last treatment"))
    if record["other_treatment"]:
        state = NONE if record["other_treatment"] == "none" else VALUE
        cells.append(
            labelled(fact_cell(record, labels["other_treatment"], "other_treatment", state=state), "Other treatment")
        )
    return cells


def _cohort(record: dict) -> dict:
    age = silent()
    if record["age_group"]:
        age = fact_cell(record, record["labels"]["age_group"], "age_group")
    if record["age_low"] is not None:
        high = None if record["age_high"] == record["age_low"] else record["age_high"]
        text = spoken("=", record["age_low"], high, record["age_unit"])
        age = fact_cell(record, text, "age_low", remark=record["labels"].get("age_at", ""))
    return {
        "accession": record["accession"],
        "label": record["label"],
        "subgroup": bool(record["parent"]),
        "n": fact_cell(record, str(record["n"]), "n") if record["n"] is not None else silent(),
        "disease": record["disease"]["label"] if record["disease"] else "",
        "age": age,
        "sex": fact_cell(record, record["labels"]["sex"], "sex") if record["sex"] else silent(),
    }


def _characteristics(report: dict) -> list[dict]:
    """Characteristics by kind, in the order they were told."""
    groups: dict[str, list[Cell]] = {}
    labels = {cohort["accession"]: cohort["label"] for cohort in report["cohorts"] if cohort["parent"]}
    for record in report["characteristics"]:
        whose = f"{labels[record['cohort']]}: " if record["cohort"] in labels else ""
        text = whose + record["term"]["label"]
        detail = f" ({record['detail']})" if record["detail"] and record["detail"].lower() != text.lower() else ""
        state = {"absent": NONE, "suspected": SUSPECTED}.get(record["presence"], VALUE)
        text = f"no {lowered(text)}{detail}" if state == NONE else text + detail
        if record["n"] is not None and record["denominator"] != 1:
            text += f": {proportion(record['n'], record['denominator'])}"
        judged = record["basis"] if record["basis"] != "stated" else ""
        groups.setdefault(record["labels"]["kind"], []).append(
            whole_cell(record, text, "presence", state=state, remark=judged)
        )
    return [{"kind": kind, "cells": cells} for kind, cells in groups.items()]


def _event(record: dict, is_day_zero: bool) -> dict:
    when = time_of(record) or ("day 0" if is_day_zero else "")
    anchor = record.get("labels", {}).get("time_from", "")
    return {
        "accession": record["accession"],
        "title": whole_cell(record, record["title"], "title"),
        "kind": record["term"]["label"],
        "when": f"{when} from {anchor}" if when and anchor and not record["date"] else when,
    }
