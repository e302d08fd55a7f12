"""What was done to the patients, as the page of a study shows it: transplants, other treatment, CAR-T courses."""

from .cells import (
    Cell,
    all_sources,
    dose_cell,
    doubts_of,
    fact_cell,
    labelled,
    lymphodepletion_cell,
    silent,
    spoken,
    time_of,
)


def agent_cells(record: dict, role: str = "") -> list[Cell]:
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
        cells.append(
            Cell(text, sources=all_sources(agent["sources"]), remark=", ".join(remark), doubts=doubts_of(agent))
        )
    return cells


def transplant_part(record: dict) -> dict:
    rows = [
        ("Graft", record["graft_source"], "graft_source"),
        ("Donor", record["donor"], "donor"),
    ]
    cells = []
    for label, term, name in rows:
        reported = term["code"] != "not_reported"
        cells.append(labelled(fact_cell(record, term["label"], name) if reported else silent(), label))
    for label, name in (("HLA match", "hla_match"), ("Conditioning", "conditioning_intensity")):
        cells.append(labelled(fact_cell(record, record[name], name) if record[name] else silent(), label))
    for agent in agent_cells(record, "conditioning"):
        cells.append(labelled(agent, "Conditioning agent"))
    prophylaxis = agent_cells(record, "gvhd_prophylaxis") or [silent()]
    cells += [labelled(cell, "GVHD prophylaxis") for cell in prophylaxis]
    for lineage in ("neutrophil", "platelet"):
        name = f"{lineage}_engraftment_day"
        label = f"{lineage.capitalize()} engraftment"
        if record[name] is None:
            cells.append(labelled(silent(), label))
        else:
            text = f"{spoken(record[f'{lineage}_engraftment_operator'], record[name])}".replace("≈ ", "≈ day ")
            text = text if "day" in text else f"day {text}"
            threshold = record[f"{lineage}_threshold"] or ""
            cells.append(labelled(fact_cell(record, text, name, remark=threshold), label))
    for name, label in (("tnc_dose", "Nucleated cells"), ("cd34_dose", "CD34+ cells")):
        if record[name] is not None:
            text = spoken("=", record[name], None, record[name.replace("dose", "unit")])
            cells.append(labelled(fact_cell(record, text, name), label))
    when = fact_cell(record, time_of(record), "date") if record["date"] else silent(what="date")
    return {"order": record["order"], "kind": record["labels"]["kind"], "when": when, "cells": cells}


def therapy_part(record: dict) -> dict:
    return {
        "name": fact_cell(record, record["name"], "name"),
        "kind": record["labels"]["kind"],
        "purpose": record["labels"]["purpose"] if record["purpose"] != "not_reported" else "",
        "relative": record["labels"]["relative_to_course"],
        "agents": agent_cells(record),
        "cycles": fact_cell(record, spoken(record["cycles_operator"], record["cycles"]), "cycles")
        if record["cycles"] is not None
        else None,
        "when": time_of(record),
    }


def course_part(course: dict, report: dict) -> dict:
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
        collected = fact_cell(course, text, "collected_from", remark=" · ".join(sorted(judged)))
    origin = silent()
    if course["genetic_origin"] != "not_reported":
        judged = {e["basis"] for e in sources.get("genetic_origin", [])} - {"stated"}
        origin = fact_cell(course, labels["genetic_origin"], "genetic_origin", remark=" · ".join(sorted(judged)))
    chimerism = silent()
    if course["chimerism_at_collection"] is not None:
        text = spoken(course["chimerism_operator"], course["chimerism_at_collection"], None, "%")
        chimerism = fact_cell(course, text, "chimerism_at_collection")
    culture = None
    if course["culture_days_low"] is not None:
        text = spoken("=", course["culture_days_low"], course["culture_days_high"], "days")
        culture = fact_cell(course, text, "culture_days_low")
    return {
        "number": course["number"],
        "order": order_cell(course, report),
        "collected": collected,
        "origin": origin,
        "worded": fact_cell(course, f"“{course['source_as_worded']}”", "source_as_worded")
        if course["source_as_worded"]
        else None,
        "chimerism": chimerism,
        "culture": culture,
        "intent": fact_cell(course, labels["intent"], "intent") if course["intent"] != "not_reported" else silent(),
        "construct": construct_cells(construct) if construct else [silent()],
        "lymphodepletion": lymphodepletion_shown,
        "lymphodepletion_agents": agent_cells(lymphodepletion) if lymphodepletion else [],
        "doses": [dose_cell(i) for i in report["infusions"] if i["course"] == accession] or [silent()],
        "infused": [time_of(i) for i in report["infusions"] if i["course"] == accession and i["date"]],
    }


def order_cell(course: dict, report: dict) -> Cell:
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


def construct_cells(record: dict) -> list[Cell]:
    summary = [record["targets"]]
    summary.append(record["costimulatory_domains"] or "costimulation not reported")
    if record["modules"]:
        summary.append(record["labels"]["modules"])
    names = ("targets", "costimulatory_domains", "modules")
    first = Cell(" · ".join(summary), sources=all_sources(record["sources"], *names), doubts=doubts_of(record))
    cells = [first]
    for name, label in (
        ("name", "named"), ("scfv_origin", "scFv"), ("scfv_clone", "clone"), ("hinge", "hinge"),
        ("transmembrane", "transmembrane"), ("signalling_domain", "signalling"), ("vector", "vector"),
    ):  # fmt: skip
        value = record[name]
        text = value["label"] if isinstance(value, dict) else value
        if name in ("scfv_clone", "hinge", "transmembrane") and not text:
            continue
        cells.append(labelled(fact_cell(record, text, name) if text else silent(), label))
    return cells
