"""What the page of a registration shows: the plan as a document tells it. A plan counts no patients."""

from ..cells.cell import Cell, Silences, all_sources, dose_cells, fact_cell, labelled, lymphodepletion_cell, silent
from ..pure import partial_dates
from .study_treatment import agent_cells

PLAN = {
    "purpose": "Purpose", "sponsor": "Sponsor", "phase": "Phase", "status": "Status", "disease": "Disease",
    "disease_status": "State of the disease", "target_enrolment": "Patients planned", "primary_endpoint": "Endpoint",
    "collected_from": "T cells collected from", "genetic_origin": "Genetic origin", "targets": "Target",
    "costimulatory_domains": "Costimulation",
}  # fmt: skip


def registration_context(document: dict) -> dict:
    """The context of a registration's page."""
    return {"registration": document, "reports": [_report(report) for report in document["reports"]]}


def _report(report: dict) -> dict:
    silences = Silences.of_report(report)
    cells = [cell for plan in report["plans"] for cell in _plan(plan, report["silence"])]
    cells += [labelled(fact_cell(e, e["text"], "text"), "Entry") for e in report["eligibility"]]
    for record in report["lymphodepletions"]:
        bare = record | {"label": record["labels"]["given"], "agents": [a["name"] for a in record.get("agents", [])]}
        cells.append(labelled(lymphodepletion_cell(bare, silences), "Lymphodepletion"))
        cells += [labelled(agent, "Lymphodepletion") for agent in agent_cells(record)]
    cells += [labelled(cell, "Dose") for infusion in report["infusions"] for cell in _doses(infusion)]
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        cell.page = f"/publications/{report['publication']['slug']}/"
        groups.setdefault(cell.label, []).append(cell)
    return {"document": report, "groups": groups}


def _doses(infusion: dict) -> list[Cell]:
    """The doses planned, with the condition under which they are given."""
    cells = dose_cells(infusion)
    for cell in cells:
        cell.remark = " · ".join(part for part in (cell.remark, (infusion["note"] or "").rstrip(".")) if part)
    return cells


def _plan(plan: dict, silence: str) -> list[Cell]:
    cells = []
    for name, label in PLAN.items():
        value = plan[name]
        if value in (None, "", "not_reported"):
            cells.append(labelled(silent(silence), label))
            continue
        text = value["label"] if isinstance(value, dict) else plan["labels"].get(name, str(value))
        cell = fact_cell(plan, text, name)
        if name == "status" and plan["as_of"]:
            cell.remark = f"as of {partial_dates.written(plan['as_of'])}"
            cell.sources = all_sources(plan["sources"], "status", "as_of")
        if name == "disease" and plan["disease_as_reported"]:
            cell.remark = f"worded “{plan['disease_as_reported']}”"
        cells.append(labelled(cell, label))
    return cells
