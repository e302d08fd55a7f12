"""What the page of a study shows: the answer first, then the course, the numbers, the silences and the doubts."""

from ..cells.cell import (
    NONE,
    SUSPECTED,
    VALUE,
    Cell,
    Silences,
    fact_cell,
    labelled,
    proportion,
    silent,
    spoken,
    time_of,
)
from ..cells.comparison import Aspect
from ..cells.summary import summary
from ..cells.timeline_plot import clocks
from ..models.toxicity import GVHD_TERMS
from .study_results import (
    in_kinetics,
    kinetics_tables,
    measurement_row,
    outcome_cell,
    outcome_row,
    toxicity_cell,
    toxicity_row,
)
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
        "beside": _beside(reports),
        "misleading": by_severity["misleads"],
        "mattering": by_severity["matters"],
        "clerical": by_severity["clerical"],
    }


def _beside(reports: list[dict]) -> list[Aspect]:
    """What several reports of the study say of the same thing: each as it is told, and whether they agree."""
    if len(reports) < 2:
        return []
    labels = dict.fromkeys(cell.label for report in reports for cell in report["glance"])
    return [Aspect(label, label, [_told(report, label) for report in reports]) for label in labels]


def _told(report: dict, label: str) -> list[Cell]:
    return [cell for cell in report["glance"] if cell.label == label] or [silent(report["document"]["silence"])]


def _report(report: dict, document: dict) -> dict:
    follows = _names(report)
    root = next((c for c in report["cohorts"] if not c["parent"]), None)
    cohorts = {c["accession"]: c for c in report["cohorts"]}
    labels = {a: c["label"] for a, c in cohorts.items()}
    glance = _glance(report, root, follows)
    return {
        "document": report,
        "root": root,
        "glance": glance,
        "summary": summary(glance, len(report["courses"])) if report["courses"] else [],
        "description": [cell for d in report["descriptions"] for cell in _description(d)],
        "eligibility": [fact_cell(e, e["text"], "text") for e in report["eligibility"]],
        "cohorts": [_cohort(c) for c in report["cohorts"]],
        "characteristics": _characteristics(report),
        "transplants": [transplant_part(t, Silences.of_report(report)) for t in report["transplants"]],
        "therapies": [therapy_part(t) for t in report["therapies"]],
        "courses": [course_part(c, report) for c in report["courses"]],
        "events": [_event(e) for e in report["events"]],
        "clocks": clocks(report, {e["accession"]: _event(e)["when"] for e in report["events"]}),
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


def _glance(report: dict, root: dict | None, follows: dict) -> list[Cell]:
    """The answer first: each cell carries its label."""
    cells = _who(report, root) if root else []
    labels = {c["accession"]: c["label"] for c in report["cohorts"]}
    for course in report["courses"]:
        which = f"Course {course['number']} · " if len(report["courses"]) > 1 else ""
        for cell in _glance_of_course(course, report, root):
            cells.append(labelled(cell, f"{which}{cell.label}"))
    for outcome in report["outcomes"]:
        if outcome["course"] and outcome["measure"]["code"] in ("remission_duration", "dfs_duration", "follow_up"):
            cell = outcome_cell(outcome)
            cell.remark = " · ".join(part for part in (cell.remark, outcome["note"]) if part)
            whose = labels[outcome["cohort"]] if root and outcome["cohort"] != root["accession"] else ""
            cells.append(labelled(cell, ", ".join(part for part in (outcome["measure"]["label"], whose) if part)))
    for outcome in report["outcomes"]:
        if outcome["measure"]["code"] in ("relapse", "death") and outcome["n"] != 0:
            about = " · ".join(part for part in (time_of(outcome), outcome["cause"]) if part)
            cell = outcome_cell(outcome)
            cell.text, cell.remark = outcome["category"]["label"], about
            cells.append(labelled(cell, f"{outcome['measure']['label']}, after {follows[_followed(outcome)]}"))
    for toxicity in report["toxicities"]:
        if toxicity["term"]["code"] in GVHD_TERMS and not toxicity["course"]:
            label = f"{toxicity['term']['label']} after {follows[_followed(toxicity)]}"
            cells.append(labelled(toxicity_cell(toxicity), label))
    later = [t for t in report["therapies"] if t["relative_to_course"] == "after"]
    cells += [labelled(fact_cell(t, t["name"], "name"), "Treatment after CAR-T") for t in later] or [
        labelled(Silences.of_report(report).cell("later_therapy"), "Treatment after CAR-T")
    ]
    return cells


def _glance_of_course(course: dict, report: dict, root: dict | None) -> list[Cell]:
    """What was given and what followed it."""
    silences, made = Silences.of_report(report, course["accession"]), course_part(course, report)
    cells = [labelled(made["order"], "Order"), labelled(made["collected"], "T cells collected from")]
    cells += [labelled(made["origin"], "Genetic origin"), *[labelled(c, "Construct") for c in made["construct"][:1]]]
    cells += [labelled(dose, "Dose") for dose in made["doses"]]
    cells.append(labelled(made["lymphodepletion"], "Lymphodepletion"))
    best = [
        o
        for o in report["outcomes"]
        if o["measure"]["code"] in ("best_response", "remission_maintained")
        if o["course"] == course["accession"] and o["category"]
    ]
    # What is told of all speaks for the course; else what is told of its subgroups.
    labels = {c["accession"]: c["label"] for c in report["cohorts"]}
    of_all = [o for o in best if root and o["cohort"] == root["accession"]]
    for outcome in of_all or best:
        whose = "" if of_all else f" of those {labels[outcome['cohort']]}"
        named = f"{outcome['measure']['label']}{whose}{_at_site(outcome)}: {outcome['category']['label']}"
        cells.append(labelled(outcome_cell(outcome), named))
    if not best:
        cells.append(labelled(silences.cell("response"), "Best response"))
    for codes, label, topic in (
        (("crs",), "CRS", "crs"),
        (("icans",), "Neurotoxicity", "icans"),
        (GVHD_TERMS, "GVHD after CAR-T", "gvhd"),
    ):
        found = [t for t in report["toxicities"] if t["term"]["code"] in codes and t["course"] == course["accession"]]
        cells += [labelled(toxicity_cell(t), _gvhd_kind(t) or label) for t in found]
        cells += [] if found else [labelled(silences.cell(topic), label)]
    return cells


def _gvhd_kind(toxicity: dict) -> str:
    """“Chronic GVHD after CAR-T”: acute and chronic are never told as GVHD alone."""
    code = toxicity["term"]["code"]
    return f"{toxicity['term']['label']} after CAR-T" if code in GVHD_TERMS and code != "gvhd" else ""


def _followed(record: dict) -> str:
    return record["course"] or record["transplant"] or record["therapy"]


def _at_site(outcome: dict) -> str:
    return "" if outcome["site"] in ("overall", "not_reported") else f", {outcome['labels']['site']}"


def _who(report: dict, root: dict) -> list[Cell]:
    """How many patients, with what, how old."""
    cells = [labelled(fact_cell(root, str(root["n"]), "n") if root["n"] is not None else silent(), "Patients")]
    if root["disease"]:
        cells.append(labelled(fact_cell(root, root["disease"]["label"], "disease"), "Disease"))
    labels = {c["accession"]: c["label"] for c in report["cohorts"] if c["parent"]}
    for cohort in report["cohorts"]:
        if cohort["parent"] and cohort["split_by"] == "disease" and cohort["n"] is not None:
            within = f"of {labels[cohort['parent']]}" if cohort["parent"] in labels else "of these"
            cells.append(labelled(fact_cell(cohort, str(cohort["n"]), "n"), f"{within}, {cohort['label']}"))
    if root["age_low"] is not None:
        high = None if root["age_high"] == root["age_low"] else root["age_high"]
        cells.append(labelled(fact_cell(root, spoken("=", root["age_low"], high, root["age_unit"]), "age_low"), "Age"))
    if root["sex"]:
        cells.append(labelled(fact_cell(root, root["labels"]["sex"], "sex"), "Sex"))
    return cells


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
    age = None
    if record["age_low"] is not None:
        high = None if record["age_high"] == record["age_low"] else record["age_high"]
        age = fact_cell(record, spoken("=", record["age_low"], high, record["age_unit"]), "age_low")
    return {
        "accession": record["accession"],
        "label": record["label"],
        "subgroup": bool(record["parent"]),
        "n": fact_cell(record, str(record["n"]), "n") if record["n"] is not None else silent(),
        "disease": record["disease"]["label"] if record["disease"] else "",
        "age": age or silent(),
        "sex": fact_cell(record, record["labels"]["sex"], "sex") if record["sex"] else silent(),
    }


def _characteristics(report: dict) -> list[dict]:
    """Characteristics by kind, in the order they were told."""
    groups: dict[str, list[Cell]] = {}
    for record in report["characteristics"]:
        text = record["term"]["label"]
        detail = f" ({record['detail']})" if record["detail"] and record["detail"].lower() != text.lower() else ""
        state = {"absent": NONE, "suspected": SUSPECTED}.get(record["presence"], VALUE)
        text = f"no {text}" if state == NONE and not detail else text + detail
        if record["n"] is not None and record["denominator"] != 1:
            text += f": {proportion(record['n'], record['denominator'])}"
        judged = record["basis"] if record["basis"] != "stated" else ""
        groups.setdefault(record["labels"]["kind"], []).append(
            fact_cell(record, text, "presence", state=state, remark=judged)
        )
    return [{"kind": kind, "cells": cells} for kind, cells in groups.items()]


def _event(record: dict) -> dict:
    when = time_of(record)
    anchor = record.get("labels", {}).get("time_from", "")
    return {
        "accession": record["accession"],
        "title": fact_cell(record, record["title"], "title"),
        "kind": record["term"]["label"],
        "when": f"{when} from {anchor}" if when and anchor and not record["date"] else when,
    }
