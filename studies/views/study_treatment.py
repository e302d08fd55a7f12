"""What was done to the patients, as the page of a study shows it: transplants, other treatment, CAR-T courses."""

from ..cells.cell import (
    Cell,
    Silences,
    all_sources,
    collected_cell,
    dose_cell,
    doubts_of,
    fact_cell,
    judgement,
    labelled,
    lymphodepletion_cell,
    silent,
    spoken,
    time_of,
    transplant_name,
    whole_cell,
)
from ..pure.units import people_unit


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
        if agent["n_days"] is not None:
            remark.append(f"for {spoken('=', agent['n_days'], None, 'days')}")
        if agent["days"]:
            remark.append(f"days {agent['days']}" if agent["days"][0] in "-−0123456789" else agent["days"])
        cells.append(
            Cell(
                text,
                sources=all_sources(agent["sources"]),
                remark=", ".join(remark),
                doubts=doubts_of(agent),
                anchor=agent["accession"],
            )
        )
    return cells


def transplant_part(record: dict, silences: Silences) -> dict:
    rows = [
        ("Graft", record["graft_source"], "graft_source"),
        ("Donor", record["donor"], "donor"),
    ]
    cells = []
    for label, term, name in rows:
        reported = term["code"] != "not_reported"
        cells.append(labelled(fact_cell(record, term["label"], name) if reported else silences.cell(name), label))
    match = fact_cell(record, record["hla_match"], "hla_match") if record["hla_match"] else silences.cell("hla_match")
    cells.append(labelled(match, "HLA match"))
    conditioning = agent_cells(record, "conditioning")
    if record["conditioning_intensity"]:
        conditioning.insert(0, fact_cell(record, record["conditioning_intensity"], "conditioning_intensity"))
    cells += [labelled(cell, "Conditioning") for cell in conditioning or [silences.cell("conditioning")]]
    prophylaxis = agent_cells(record, "gvhd_prophylaxis") or [silences.cell("gvhd_prophylaxis")]
    cells += [labelled(cell, "GVHD prophylaxis") for cell in prophylaxis]
    for lineage in ("neutrophil", "platelet"):
        name = f"{lineage}_engraftment_day"
        label = f"{lineage.capitalize()} engraftment"
        if record[name] is None:
            cells.append(labelled(silences.cell("transplant_details"), label))
        else:
            text = f"{spoken(record[f'{lineage}_engraftment_operator'], record[name])}".replace("≈ ", "≈ day ")
            text = text if "day" in text else f"day {text}"
            threshold = people_unit(record[f"{lineage}_threshold"] or "")
            cells.append(labelled(fact_cell(record, text, name, remark=threshold), label))
    for name, label in (("tnc_dose", "Nucleated cells"), ("cd34_dose", "CD34+ cells")):
        if record[name] is not None:
            text = spoken("=", record[name], None, record[name.replace("dose", "unit")])
            cells.append(labelled(fact_cell(record, text, name), label))
    when = fact_cell(record, time_of(record), "date") if record["date"] else silences.cell("hsct_date", "date")
    return {"order": record["order"], "kind": record["labels"]["kind"], "when": when, "cells": cells}


def therapy_part(record: dict) -> dict:
    return {
        "name": whole_cell(record, record["name"], "name"),
        "kind": record["labels"]["kind"],
        "purpose": record["labels"]["purpose"] if record["purpose"] != "not_reported" else "",
        "relative": record["labels"]["relative_to_course"],
        "note": record["note"],
        "agents": agent_cells(record),
        "cycles": fact_cell(record, spoken(record["cycles_operator"], record["cycles"]), "cycles")
        if record["cycles"] is not None
        else None,
        "when": time_of(record),
    }


def course_part(course: dict, report: dict) -> dict:
    accession = course["accession"]
    silences = Silences.of_report(report, accession)
    sources, labels = course["sources"], course.get("labels", {})
    construct = next((c for c in report["constructs"] if c["slug"] == course["construct"]), None)
    lymphodepletion = next((r for r in report["lymphodepletions"] if r["course"] == accession), None)
    bare = None
    if lymphodepletion:
        # The table's cell wants bare agents; the page lists them with their doses beside it.
        bare = lymphodepletion | {"label": lymphodepletion["labels"]["given"]}
        bare["agents"] = [a["name"] for a in lymphodepletion.get("agents", [])]
    collected = silences.cell("t_cell_source")
    collected.doubts = doubts_of(course, "collected_from")
    if course["collected_from"] != "not_reported":
        collected = collected_cell(course, sources)
        collected.doubts = doubts_of(course, "collected_from", "collected_relative_to_hsct")
    origin = silences.cell("t_cell_source")
    origin.doubts = doubts_of(course, "genetic_origin")
    if course["genetic_origin"] != "not_reported":
        remark = judgement(sources, "genetic_origin")
        origin = fact_cell(course, labels["genetic_origin"], "genetic_origin", remark=remark)
    sides = {i["infusion_is"] for i in report["intervals"] if i["course"] == accession}
    chimerism = silent("not_applicable") if sides == {"before_hsct"} else silences.cell("chimerism")
    if course["chimerism_at_collection"] is not None:
        text = spoken(course["chimerism_operator"], course["chimerism_at_collection"], None, "%")
        chimerism = fact_cell(course, text, "chimerism_at_collection")
    culture = None
    if course["culture_days_low"] is not None:
        text = spoken("=", course["culture_days_low"], course["culture_days_high"], "days")
        culture = fact_cell(course, text, "culture_days_low")
    return {
        "compare": accession if report.get("preferred") else "",
        "number": course["number"],
        "note": course["note"],
        "order": order_cell(course, report, silences),
        "collected": collected,
        "origin": origin,
        "worded": fact_cell(course, f"“{course['source_as_worded']}”", "source_as_worded")
        if course["source_as_worded"]
        else None,
        "chimerism": chimerism,
        "culture": culture,
        "intent": fact_cell(course, labels["intent"], "intent")
        if course["intent"] != "not_reported"
        else silences.cell("intent"),
        "construct": construct_cells(construct, silences) if construct else [silences.cell("construct")],
        "lymphodepletion": lymphodepletion_cell(bare, silences),
        "lymphodepletion_agents": agent_cells(lymphodepletion) if lymphodepletion else [],
        "doses": [dose_cell(i) for i in report["infusions"] if i["course"] == accession] or [silences.cell("dose")],
        "infused": [time_of(i) for i in report["infusions"] if i["course"] == accession and i["date"]],
    }


def order_cell(course: dict, report: dict, silences: Silences) -> Cell:
    parts, sources, remarks, doubts = [], [], [], []
    for interval in (i for i in report["intervals"] if i["course"] == course["accession"]):
        transplant = next(t for t in report["transplants"] if t["accession"] == interval["transplant"])
        name = transplant_name(transplant)
        after = interval["infusion_is"] == "after_hsct"
        parts.append(f"{name} → CAR-T" if after else f"CAR-T → {name}")
        sources += all_sources(interval["sources"])
        doubts += doubts_of(interval)
        if interval["low"] is None:
            remarks.append(silences.cell("hsct_to_infusion", "interval").text)
        else:
            high = None if interval["high"] == interval["low"] else interval["high"]
            said = spoken(interval["operator"], interval["low"], high, interval["unit"])
            remarks.append(said if interval["basis"] == "stated" else f"{said}, {interval['basis']}")
    return (
        Cell("; ".join(parts), sources=sources, remark="; ".join(remarks), doubts=doubts)
        if parts
        else silences.cell("hsct_to_infusion")
    )


def construct_cells(record: dict, silences: Silences) -> list[Cell]:
    summary = [record["targets"]]
    summary.append(record["costimulatory_domains"] or silences.cell("construct", "costimulation").text)
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
        cells.append(labelled(fact_cell(record, text, name) if text else silences.cell(name), label))
    return cells
