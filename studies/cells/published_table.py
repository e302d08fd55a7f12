"""The cells of a published table as the base has them: one function per kind of column, from the public documents of
the report that the row tells of. Nothing here is entered for the table; `pure/printed.py` compares it with what is
printed.

The text of a cell is what is compared; its remark says on what it rests, of how many, when it was looked up.
"""

from dataclasses import dataclass

from ..models.choices import TableColumn
from ..models.toxicity import GVHD_TERMS
from ..pure import partial_dates
from .cell import (
    NONE,
    SILENT,
    Cell,
    Silences,
    all_sources,
    dose_cells,
    doubts_of,
    fact_cell,
    judgement,
    labelled,
    proportion,
    silent,
    spoken,
    time_of,
)

SHORT = {
    "crs": "CRS",
    "icans": "neurotoxicity",
    "dfs_duration": "DFS",
    "dfs_rate": "DFS",
    "efs_rate": "EFS",
    "efs_duration": "EFS",
    "os_rate": "OS",
}
# How long and how patients were followed is no result of theirs; the page of the study has it.
NO_OUTCOMES = ("follow_up", "status_at_last_follow_up")


@dataclass
class Row:
    """What a row of a table is generated from: the report it tells of, with the discrepancies that touch it, and the
    study's own publication, where the base has it."""

    report: dict
    own_publication: dict | None

    def whole(self) -> list[dict]:
        """The cohorts that are no subgroup."""
        return [cohort for cohort in self.report["cohorts"] if not cohort["parent"]]

    def parts(self, cohort: dict, by: str | None = None) -> list[dict]:
        """The direct subgroups of a cohort, by one thing or by any."""
        found = [other for other in self.report["cohorts"] if other["parent"] == cohort["accession"]]
        return [other for other in found if by is None or other["split_by"] == by]

    @property
    def silences(self) -> Silences:
        return Silences.of_report(self.report)


def generated(column: str, row: Row) -> list[Cell]:
    """What the base says for a column of a table; one cell that says so where it holds nothing of the kind."""
    return COLUMNS[column](row) or [Cell("not in this base", SILENT)]


def is_in_base(cells: list[Cell]) -> bool:
    """Whether the base holds anything for a column, a recorded silence included."""
    return [cell.text for cell in cells] != ["not in this base"]


def _author(row: Row) -> list[Cell]:
    own = row.own_publication
    if not own or not own["authors"]:
        return []
    others = " et al." if len(own["authors"]) > 1 else ""
    return [Cell(own["authors"][0]["family_name"] + others, sources=all_sources(own["sources"], "authors"))]


def _patients(row: Row) -> list[Cell]:
    return [
        silent(what="n") if cohort["n"] is None else fact_cell(cohort, str(cohort["n"]), "n") for cohort in row.whole()
    ]


def _disease(row: Row) -> list[Cell]:
    cells = [cell for cohort in row.whole() for cell in _diseases_of(row, cohort)]
    for plan in row.report["plans"]:
        if plan["disease"]:
            cells.append(_disease_cell(plan))
    return cells


def _diseases_of(row: Row, cohort: dict) -> list[Cell]:
    """The disease of a cohort, or the closest ones that its subgroups by disease have."""
    parts = row.parts(cohort, by="disease")
    if parts:
        return [cell for part in parts for cell in _diseases_of(row, part)]
    return [_disease_cell(cohort)] if cohort["disease"] else [row.silences.cell("disease", "disease")]


def _disease_cell(record: dict) -> Cell:
    """By its abbreviation, where its code is one; else by its name."""
    term, worded = record["disease"], record.get("disease_as_reported") or ""
    name = term["code"] if term["code"].isupper() else term["label"]
    remark = f"worded “{worded}”" if worded and worded != name else ""
    # Of a subgroup by disease its number says the disease.
    return Cell(
        name, sources=all_sources(record["sources"], "disease", "n"), remark=remark, doubts=doubts_of(record, "disease")
    )


def _plan(name: str):
    """A field of a plan, in the words of the base."""

    def cells(row: Row) -> list[Cell]:
        return [
            fact_cell(plan, plan[name], name) if plan[name] else silent(row.report["silence"])
            for plan in row.report["plans"]
        ]

    return cells


def _status(row: Row) -> list[Cell]:
    cells = _plan("status")(row)
    for cell, plan in zip(cells, row.report["plans"], strict=True):
        if cell.state != SILENT:
            cell.remark = f"as of {partial_dates.written(plan['as_of'])}"
            cell.sources = all_sources(plan["sources"], "status", "as_of")
    return cells


def _identifier(row: Row) -> list[Cell]:
    """The number that the row is of; it stands where the plan does."""
    return [
        Cell(
            plan["registration"],
            sources=[
                {name: plan[name] for name in ("locator", "as_reported", "basis", "derivation")}
                | {"document": plan["publication"]}
            ],
        )
        for plan in row.report["plans"]
    ]


def _costimulation(row: Row) -> list[Cell]:
    """Each domain in its order; a mark that is printed for it is a silence with a place."""
    cells = []
    for record in (*row.report["constructs"], *row.report["plans"]):
        sources = all_sources(record["sources"], "costimulatory_domains")
        if not record["costimulatory_domains"]:
            empty = row.silences.cell("construct", "costimulation")
            empty.sources = sources
            cells.append(empty)
            continue
        cells += [Cell(domain, sources=sources) for domain in record["costimulatory_domains"].split("+")]
        cells[-1].remark = judgement(record["sources"], "costimulatory_domains")
        cells[-1].doubts = doubts_of(record, "costimulatory_domains")
    return cells


def _dose(row: Row) -> list[Cell]:
    cells = []
    for infusion in row.report["infusions"]:
        told = dose_cells(infusion)
        for cell in told:
            if cell.state == SILENT:  # it opens to the mark that is printed for it
                cell.sources = all_sources(infusion["sources"], "dose_low")
        cells += told
        if infusion["schedule"] == "split" and infusion["split_days"]:
            days = f"{infusion['split_days']} {'day' if infusion['split_days'] == 1 else 'days'}"
            cells.append(fact_cell(infusion, f"split infusion over {days}", "split_days"))
    return cells


def _drugs(row: Row) -> list[Cell]:
    cells = []
    for record in row.report["lymphodepletions"]:
        given = fact_cell(record, record["labels"]["given"], "given", remark=judgement(record["sources"], "given"))
        if record["given"] == "none":
            given.text, given.state = "none", NONE
        agents = [_agent(agent) for agent in record.get("agents", [])]
        cells += agents or [given]
    return cells


def _agent(agent: dict) -> Cell:
    text = agent["name"]["label"]
    if agent["dose_low"] is not None:
        high = None if agent["dose_high"] in (None, agent["dose_low"]) else agent["dose_high"]
        text += f" {spoken(agent['operator'], agent['dose_low'], high, agent['unit'])} {agent['labels']['per']}"
    if agent["n_days"]:
        text += f" for {spoken('=', agent['n_days'], None, 'days')}"
    return Cell(text, sources=all_sources(agent["sources"]), doubts=doubts_of(agent))


def _toxicities_of(row: Row, wanted) -> list[Cell]:
    return [_toxicity(t) for t in row.report["toxicities"] if t["course"] and wanted(t["term"]["code"])]


def _toxicity(record: dict) -> Cell:
    """“2 mild chronic GVHD”; an explicit none is a none, of whatever kind the remark says."""
    name = SHORT.get(record["term"]["code"], record["term"]["label"])
    of = record["evaluable_n"] or 1
    if record["presence"] == "absent":
        remark = f"{name} · {proportion(0, of)}" if of > 1 else name
        return Cell("none", NONE, all_sources(record["sources"], "presence"), remark, doubts_of(record))
    counted = of > 1 and record["affected_n"] is not None
    before = [str(record["affected_n"]) if counted else "", record["severity_as_worded"] or ""]
    text = " ".join(filter(None, [*before, _within(name) if any(before) else name]))
    remark = f"of {of}" if counted else ""
    return Cell(text, sources=all_sources(record["sources"]), remark=remark, doubts=doubts_of(record))


def _outcomes(row: Row) -> list[Cell]:
    """What followed the cells in all patients, and in subgroups by anything but disease: by disease it stands on the
    page of the study."""
    cells = []
    for cohort in row.whole():
        parts = [part for part in row.parts(cohort) if part["split_by"] != "disease"]
        for group in (cohort, *parts):
            told = [
                record
                for record in row.report["outcomes"]
                if record["cohort"] == group["accession"] and record["course"]
                if record["measure"]["code"] not in NO_OUTCOMES
            ]
            label = "" if group is cohort else group["label"]
            cells += [labelled(_outcome(record, group["n"]), label) for record in told]
    return cells or [row.silences.cell("response", "outcome")]


def _outcome(record: dict, of: int | None) -> Cell:
    """“1 CR within 1 month”, “CR for > 8 months”, “EFS 39% at 6 months”."""
    measure, category = record["measure"], record["category"]
    judged = "" if record["basis"] == "stated" else record["basis"]
    name = _category(category) if category else SHORT.get(measure["code"], measure["label"])
    when = time_of(record)
    when = when.replace("≤", "within") if when.startswith("≤") else when and f"at {when}"
    if record["value"] is not None:
        amount = spoken(record["operator"], record["value"], record["value_high"], record["unit"])
        is_rate = record["unit"] == "%"
        text = f"{name} {amount}{f' {when}' if when else ''}" if is_rate else f"{name} for {amount}"
        end = record["labels"].get("duration_end", "") if record["duration_end"] else ""
        return fact_cell(record, text, "value", remark=" · ".join(filter(None, (end, judged))))
    counted = (of or 0) > 1 and record["n"] is not None
    text = " ".join(filter(None, (str(record["n"]) if counted else "", name, when)))
    remark = " · ".join(filter(None, (f"of {record['denominator']}" if counted else "", judged)))
    return fact_cell(record, text, "n", remark=remark)


def _category(category: dict) -> str:
    """Haematologists read CR and PD; a category without an abbreviation is said in words."""
    return category["code"] if category["code"].isupper() else _within(category["label"])


def _within(label: str) -> str:
    """A label within a text: “chronic GVHD”, but “MRD-negative”."""
    return label if label[:2].isupper() else label[0].lower() + label[1:]


COLUMNS = {
    TableColumn.AUTHOR: _author,
    TableColumn.PATIENTS: _patients,
    TableColumn.DISEASE: _disease,
    TableColumn.DISEASE_STATUS: _plan("disease_status"),
    TableColumn.COSTIMULATION: _costimulation,
    TableColumn.DOSE: _dose,
    TableColumn.DRUGS: _drugs,
    TableColumn.GVHD: lambda row: _toxicities_of(row, lambda code: code in GVHD_TERMS),
    TableColumn.TOXICITIES: lambda row: _toxicities_of(row, lambda code: code not in GVHD_TERMS),
    TableColumn.OUTCOMES: _outcomes,
    TableColumn.CENTRE: _plan("sponsor"),
    TableColumn.PHASE: _plan("phase"),
    TableColumn.STATUS: _status,
    TableColumn.IDENTIFIER: _identifier,
}
