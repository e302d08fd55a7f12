"""What the page of a study shows: the answer first, then the course, the numbers, the silences and the doubts."""

from ..pure.numbers import people
from .cells import (
    NONE,
    SILENT,
    SUSPECTED,
    VALUE,
    Cell,
    all_sources,
    amount,
    dose_cell,
    lymphodepletion_cell,
    percent_interval,
    proportion,
    silent,
    spoken,
    time_of,
)

KINETICS = ("car_copies", "car_percent")


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
        "misleading": by_severity["misleads"],
        "mattering": by_severity["matters"],
        "clerical": by_severity["clerical"],
    }


def _report(report: dict, document: dict) -> dict:
    follows = _names(report)
    root = next((c for c in report["cohorts"] if not c["parent"]), None)
    cohorts = {c["accession"]: c for c in report["cohorts"]}
    labels = {a: c["label"] for a, c in cohorts.items()}
    return {
        "document": report,
        "root": root,
        "glance": _glance(report, root),
        "description": [cell for d in report["descriptions"] for cell in _description(d)],
        "eligibility": [_plain(e, e["text"], "text") for e in report["eligibility"]],
        "cohorts": [_cohort(c) for c in report["cohorts"]],
        "characteristics": _characteristics(report),
        "transplants": [_transplant(t) for t in report["transplants"]],
        "therapies": [_therapy(t) for t in report["therapies"]],
        "courses": [_course(c, report) for c in report["courses"]],
        "events": [_event(e) for e in report["events"]],
        "outcomes": [_outcome(o, follows, labels, bool(len(cohorts) > 1)) for o in report["outcomes"]],
        "toxicities": [_toxicity(t, follows, labels) for t in report["toxicities"]],
        "kinetics": _kinetics(report),
        "measurements": [
            _measurement(m, follows) for m in report["measurements"] if m["analyte"]["code"] not in KINETICS
        ],
        "silences": [row for row in report["coverage"] if row["topics"]],
    }


def _names(report: dict) -> dict[str, str]:
    """What an outcome follows, in words."""
    names = {c["accession"]: f"CAR-T course {c['number']}" for c in report["courses"]}
    names |= {t["accession"]: f"transplant {t['order']}" for t in report["transplants"]}
    return names | {t["accession"]: t["name"] for t in report["therapies"]}


def _plain(record: dict, text: str, field: str, **extra) -> Cell:
    return Cell(text, sources=all_sources(record["sources"], field), doubts=_doubts(record, field), **extra)


def _doubts(record: dict, *fields: str) -> list[dict]:
    found = {
        d["accession"]: d
        for d in record["discrepancies"]
        if d["severity"] != "clerical" and (d["attribute"] in ("", *fields) or not fields)
    }
    return list(found.values())


def _glance(report: dict, root: dict | None) -> list[Cell]:
    """The answer first: each cell carries its label."""
    cells = []
    silences = {t["code"]: row["absence"] for row in report["coverage"] for t in row["topics"]}
    for course in report["courses"]:
        made = _course(course, report)
        cells += [_labelled(made["order"], "Order"), _labelled(made["collected"], "T cells collected from")]
        cells += [
            _labelled(made["origin"], "Genetic origin"),
            *[_labelled(c, "Construct") for c in made["construct"][:1]],
        ]
        cells += [_labelled(dose, "Dose") for dose in made["doses"]]
        cells.append(_labelled(made["lymphodepletion"], "Lymphodepletion"))
        best = [
            _labelled(_outcome_cell(o), f"Best response: {o['category']['code']}")
            for o in report["outcomes"]
            if o["measure"]["code"] == "best_response" and o["course"] == course["accession"] and o["category"]
            and root and o["cohort"] == root["accession"]
        ]  # fmt: skip
        cells += best or [_labelled(silent(silences.get("response", "not_reported")), "Best response")]
        for codes, label, topic in (
            (("crs",), "CRS", "crs"),
            (("icans",), "Neurotoxicity", "icans"),
            (("gvhd", "acute_gvhd", "chronic_gvhd"), "GVHD after CAR-T", "gvhd"),
        ):
            found = [
                t for t in report["toxicities"] if t["term"]["code"] in codes and t["course"] == course["accession"]
            ]
            cells += [_labelled(_toxicity_cell(t), label) for t in found] or [
                _labelled(silent(silences.get(topic, "not_reported")), label)
            ]
    later = [t for t in report["therapies"] if t["relative_to_course"] == "after"]
    cells += [_labelled(_plain(t, t["name"], "name"), "Treatment after CAR-T") for t in later] or [
        _labelled(silent(silences.get("later_therapy", "not_reported")), "Treatment after CAR-T")
    ]
    return cells


def _labelled(cell: Cell, label: str) -> Cell:
    cell.label = label
    return cell


def _description(record: dict) -> list[Cell]:
    labels = record.get("labels", {})
    cells = []
    if record["design"] != "not_reported":
        cells.append(_labelled(_plain(record, labels["design"], "design"), "Design"))
    for name, label in (("phase", "Phase"), ("centre", "Centre")):
        if record[name]:
            cells.append(_labelled(_plain(record, record[name], name), label))
    if record["washout"] is not None:
        text = spoken(record["washout_operator"], record["washout"], None, record["washout_unit"])
        cells.append(_labelled(_plain(record, text, "washout"), "Time since the last treatment"))
    if record["other_treatment"]:
        state = NONE if record["other_treatment"] == "none" else VALUE
        cells.append(
            _labelled(_plain(record, labels["other_treatment"], "other_treatment", state=state), "Other treatment")
        )
    return cells


def _cohort(record: dict) -> dict:
    age = None
    if record["age_low"] is not None:
        high = None if record["age_high"] == record["age_low"] else record["age_high"]
        age = _plain(record, spoken("=", record["age_low"], high, record["age_unit"]), "age_low")
    return {
        "accession": record["accession"],
        "label": record["label"],
        "subgroup": bool(record["parent"]),
        "n": _plain(record, str(record["n"]), "n") if record["n"] is not None else silent(),
        "disease": record["disease"]["label"] if record["disease"] else "",
        "age": age or silent(),
        "sex": _plain(record, record["labels"]["sex"], "sex") if record["sex"] else silent(),
    }


def _characteristics(report: dict) -> list[dict]:
    """Characteristics by kind, in the order they were told."""
    groups: dict[str, list[Cell]] = {}
    for record in report["characteristics"]:
        text = record["term"]["label"]
        state = {"absent": NONE, "suspected": SUSPECTED}.get(record["presence"], VALUE)
        if state == NONE:
            text = f"no {text}" if not record["detail"] else record["detail"]
        elif record["detail"]:
            text = record["detail"]
        if record["n"] is not None and record["denominator"] != 1:
            text += f": {proportion(record['n'], record['denominator'])}"
        judged = record["basis"] if record["basis"] != "stated" else ""
        groups.setdefault(record["labels"]["kind"], []).append(
            _plain(record, text, "presence", state=state, remark=judged)
        )
    return [{"kind": kind, "cells": cells} for kind, cells in groups.items()]


def _agents(record: dict, role: str = "") -> list[Cell]:
    cells = []
    for agent in record.get("agents", []):
        if role and agent["role"] != role:
            continue
        text, remark = agent["name"]["label"], []
        if agent["dose_low"] is not None:
            high = None if agent["dose_high"] in (None, agent["dose_low"]) else agent["dose_high"]
            text += f" {spoken(agent['operator'], agent['dose_low'], high, agent['unit'])}"
            remark.append(agent["labels"]["per"])
        if agent["days"]:
            remark.append(f"days {agent['days']}")
        cells.append(Cell(text, sources=all_sources(agent["sources"]), remark=", ".join(remark), doubts=_doubts(agent)))
    return cells


def _transplant(record: dict) -> dict:
    rows = [
        ("Graft", record["graft_source"], "graft_source"),
        ("Donor", record["donor"], "donor"),
    ]
    cells = []
    for label, term, name in rows:
        reported = term["code"] != "not_reported"
        cells.append(_labelled(_plain(record, term["label"], name) if reported else silent(), label))
    for label, name in (("HLA match", "hla_match"), ("Conditioning", "conditioning_intensity")):
        cells.append(_labelled(_plain(record, record[name], name) if record[name] else silent(), label))
    for agent in _agents(record, "conditioning"):
        cells.append(_labelled(agent, "Conditioning agent"))
    prophylaxis = _agents(record, "gvhd_prophylaxis") or [silent()]
    cells += [_labelled(cell, "GVHD prophylaxis") for cell in prophylaxis]
    for lineage in ("neutrophil", "platelet"):
        name = f"{lineage}_engraftment_day"
        label = f"{lineage.capitalize()} engraftment"
        if record[name] is None:
            cells.append(_labelled(silent(), label))
        else:
            text = f"{spoken(record[f'{lineage}_engraftment_operator'], record[name])}".replace("≈ ", "≈ day ")
            text = text if "day" in text else f"day {text}"
            threshold = record[f"{lineage}_threshold"] or ""
            cells.append(_labelled(_plain(record, text, name, remark=threshold), label))
    for name, label in (("tnc_dose", "Nucleated cells"), ("cd34_dose", "CD34+ cells")):
        if record[name] is not None:
            text = spoken("=", record[name], None, record[name.replace("dose", "unit")])
            cells.append(_labelled(_plain(record, text, name), label))
    when = _plain(record, time_of(record), "date") if record["date"] else silent(what="date")
    return {"order": record["order"], "kind": record["labels"]["kind"], "when": when, "cells": cells}


def _therapy(record: dict) -> dict:
    return {
        "name": _plain(record, record["name"], "name"),
        "kind": record["labels"]["kind"],
        "purpose": record["labels"]["purpose"] if record["purpose"] != "not_reported" else "",
        "relative": record["labels"]["relative_to_course"],
        "agents": _agents(record),
        "cycles": _plain(record, spoken(record["cycles_operator"], record["cycles"]), "cycles")
        if record["cycles"] is not None
        else None,
        "when": time_of(record),
    }


def _course(course: dict, report: dict) -> dict:
    accession = course["accession"]
    sources, labels = course["sources"], course.get("labels", {})
    construct = next((c for c in report["constructs"] if c["slug"] == course["construct"]), None)
    lymphodepletion = next((r for r in report["lymphodepletions"] if r["course"] == accession), None)
    if lymphodepletion:
        # The table's cell wants bare agents; the page lists them with their doses beside it.
        bare = lymphodepletion | {"label": lymphodepletion["labels"]["given"]}
        bare["agents"] = [a["name"] for a in lymphodepletion.get("agents", [])]
        lymphodepletion_shown = lymphodepletion_cell(bare)
    else:
        lymphodepletion_shown = silent()
    collected = silent()
    if course["collected_from"] != "not_reported":
        text = labels["collected_from"]
        if course["collected_relative_to_hsct"] != "not_reported":
            text += f", {labels['collected_relative_to_hsct']}"
        judged = {e["basis"] for e in sources.get("collected_from", [])} - {"stated"}
        collected = _plain(course, text, "collected_from", remark=" · ".join(sorted(judged)))
    origin = silent()
    if course["genetic_origin"] != "not_reported":
        judged = {e["basis"] for e in sources.get("genetic_origin", [])} - {"stated"}
        origin = _plain(course, labels["genetic_origin"], "genetic_origin", remark=" · ".join(sorted(judged)))
    chimerism = silent()
    if course["chimerism_at_collection"] is not None:
        text = spoken(course["chimerism_operator"], course["chimerism_at_collection"], None, "%")
        chimerism = _plain(course, text, "chimerism_at_collection")
    culture = None
    if course["culture_days_low"] is not None:
        text = spoken("=", course["culture_days_low"], course["culture_days_high"], "days")
        culture = _plain(course, text, "culture_days_low")
    return {
        "number": course["number"],
        "order": _order(course, report),
        "collected": collected,
        "origin": origin,
        "worded": _plain(course, f"“{course['source_as_worded']}”", "source_as_worded")
        if course["source_as_worded"]
        else None,
        "chimerism": chimerism,
        "culture": culture,
        "intent": _plain(course, labels["intent"], "intent") if course["intent"] != "not_reported" else silent(),
        "construct": _construct(construct) if construct else [silent()],
        "lymphodepletion": lymphodepletion_shown,
        "lymphodepletion_agents": _agents(lymphodepletion) if lymphodepletion else [],
        "doses": [dose_cell(i) for i in report["infusions"] if i["course"] == accession] or [silent()],
        "infused": [time_of(i) for i in report["infusions"] if i["course"] == accession and i["date"]],
    }


def _order(course: dict, report: dict) -> Cell:
    parts, sources, remarks = [], [], []
    for interval in (i for i in report["intervals"] if i["course"] == course["accession"]):
        transplant = next(t for t in report["transplants"] if t["accession"] == interval["transplant"])
        graft = transplant["graft_source"]
        name = (
            graft["label"].lower() if graft["code"] != "not_reported" else f"{transplant['labels']['kind']} transplant"
        )
        after = interval["infusion_is"] == "after_hsct"
        parts.append(f"{name} → CAR-T" if after else f"CAR-T → {name}")
        sources += all_sources(interval["sources"])
        if interval["low"] is None:
            remarks.append("interval not reported")
        else:
            high = None if interval["high"] == interval["low"] else interval["high"]
            said = spoken(interval["operator"], interval["low"], high, interval["unit"])
            remarks.append(said if interval["basis"] == "stated" else f"{said}, {interval['basis']}")
    return Cell("; ".join(parts), sources=sources, remark="; ".join(remarks)) if parts else silent()


def _construct(record: dict) -> list[Cell]:
    summary = [record["targets"]]
    summary.append(record["costimulatory_domains"] or "costimulation not reported")
    if record["modules"]:
        summary.append(record["labels"]["modules"])
    names = ("targets", "costimulatory_domains", "modules")
    first = Cell(" · ".join(summary), sources=all_sources(record["sources"], *names), doubts=_doubts(record))
    cells = [first]
    for name, label in (
        ("name", "named"), ("scfv_origin", "scFv"), ("scfv_clone", "clone"), ("hinge", "hinge"),
        ("transmembrane", "transmembrane"), ("signalling_domain", "signalling"), ("vector", "vector"),
    ):  # fmt: skip
        value = record[name]
        text = value["label"] if isinstance(value, dict) else value
        if name in ("scfv_clone", "hinge", "transmembrane") and not text:
            continue
        cells.append(_labelled(_plain(record, text, name) if text else silent(), label))
    return cells


def _event(record: dict) -> dict:
    when = time_of(record)
    anchor = record.get("labels", {}).get("time_from", "")
    return {
        "title": _plain(record, record["title"], "title"),
        "when": f"{when} from {anchor}" if when and anchor and not record["date"] else when,
    }


def _outcome_cell(record: dict) -> Cell:
    # One patient's interval says nothing that “1 of 1” does not.
    interval = percent_interval(record.get("interval_95")) if (record["denominator"] or 0) > 1 else ""
    judged = "" if record["basis"] == "stated" else record["basis"]
    remark = " · ".join(part for part in (f"95% {interval}" if interval else "", judged) if part)
    if record["value"] is not None:
        text = spoken(record["operator"], record["value"], record["value_high"], record["unit"])
        end = record["labels"].get("duration_end", "") if record["duration_end"] else ""
        return _plain(record, text, "value", remark=" · ".join(part for part in (end, judged) if part))
    if record["n"] is not None:
        return _plain(record, proportion(record["n"], record["denominator"]), "n", remark=remark)
    return _plain(record, record["category"]["label"], "category", remark=judged)


def _outcome(record: dict, follows: dict, cohorts: dict, several: bool) -> dict:
    return {
        "measure": record["measure"]["label"],
        "category": record["category"]["label"] if record["category"] else "",
        "cohort": cohorts[record["cohort"]] if several else "",
        "cell": _outcome_cell(record),
        "when": time_of(record),
        "method": record["method"]["label"] if record["method"] else "",
        "site": record["labels"]["site"] if record["site"] != "not_reported" else "",
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], ""),
        "car_t": bool(record["course"]),
    }


def _toxicity_cell(record: dict) -> Cell:
    if record["presence"] == "absent":
        return Cell("none", NONE, all_sources(record["sources"], "presence"), doubts=_doubts(record))
    parts = []
    if record["grade_low"] is not None:
        high = None if record["grade_high"] == record["grade_low"] else record["grade_high"]
        parts.append(f"grade {spoken('=', record['grade_low'], high)}")
    if record["severity_as_worded"]:
        parts.append(record["severity_as_worded"])
    if record["affected_n"] is not None:
        parts.append(proportion(record["affected_n"], record["evaluable_n"]))
    state = SUSPECTED if record["presence"] == "suspected" else VALUE
    scale = record["scale"]["label"] if record["scale"] else ""
    text = ", ".join(parts) or record["labels"]["presence"]
    return Cell(text, state, all_sources(record["sources"]), remark=scale, doubts=_doubts(record))


def _toxicity(record: dict, follows: dict, cohorts: dict) -> dict:
    duration = ""
    if record["duration"] is not None:
        duration = spoken(record["duration_operator"], record["duration"], None, record["duration_unit"])
    return {
        "term": record["term"]["label"],
        "cell": _toxicity_cell(record),
        "duration": duration,
        "management": record["management"] or "",
        "resolution": record["labels"].get("resolution", "") if record["resolution"] else "",
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], ""),
    }


def _measurement_cell(record: dict) -> Cell:
    if record["absence"]:
        sources = all_sources(record["sources"], "absence")
        text = {"not_reported": "not reported", "not_in_text_read": "not in what was read"}.get(
            record["absence"], record["absence"]
        )
        return Cell(text, SILENT, sources, doubts=_doubts(record))
    text = spoken(record["operator"], record["value"], record["value_high"], record["unit"])
    return _plain(record, text, "value")


def _measurement(record: dict, follows: dict) -> dict:
    return {
        "analyte": record["analyte"]["label"],
        "specimen": record["specimen"]["label"]
        if record["specimen"] and record["specimen"]["code"] != "not_reported"
        else "",
        "method": record["method"]["label"] if record["method"] else "",
        "cell": _measurement_cell(record),
        "when": " · ".join(part for part in (time_of(record), record["moment"]) if part),
        "follows": follows.get(record["course"] or record["transplant"] or record["therapy"], "before any treatment"),
    }


def _kinetics(report: dict) -> list[dict]:
    """One table per analyte: a row per day, a column per specimen with its unit as printed."""
    tables = []
    for code in KINETICS:
        records = [m for m in report["measurements"] if m["analyte"]["code"] == code]
        if not records:
            continue
        columns = list(dict.fromkeys((m["specimen"]["label"], m["unit"] or "") for m in records))
        days = sorted({m["time_low"] for m in records if m["time_low"] is not None})
        cells = {(m["time_low"], m["specimen"]["label"], m["unit"] or ""): _bare(m) for m in records}
        tables.append(
            {
                "label": records[0]["analyte"]["label"],
                "columns": [{"specimen": specimen, "unit": unit} for specimen, unit in columns],
                "rows": [
                    {"day": people(amount(day)), "cells": [cells.get((day, *column)) for column in columns]}
                    for day in days
                ],
            }
        )
    return tables


def _bare(record: dict) -> Cell:
    """A value under a heading that carries its unit."""
    return _measurement_cell(record | {"unit": ""})
