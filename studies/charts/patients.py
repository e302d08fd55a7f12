"""Single patients: what a picture calls them, and those whom a report tells of within a cohort alone."""

from ..ask.charts import Asked
from ..cells.row import duration_cell
from ..cells.summary import GROWN_UP, NOUNS
from ..models.choices import AgeAt
from .picture import evidence_link

UNNAMED = ("the patient", "patient", "all patients")  # labels of a cohort of one that say nothing of who it is
LASTED = ("remission_duration", "dfs_duration")


def patient(row: dict) -> str:
    """“a woman of 39”: the label of the cohort, or what is told of age and sex where the label says neither."""
    low, high, unit = row["age_low"], row["age_high"], row["age_unit"]
    told = low is not None and high in (None, low)
    when = f" {AgeAt(row['age_at']).label}" if told and row["age_at"] else ""
    if row["cohort_label"] not in UNNAMED or not (told or row["sex"]):
        return row["cohort_label"] + when
    adult = low >= GROWN_UP and unit == "years" if told else row["age_group"] == "adults"
    noun = NOUNS.get((row["sex"], adult), "patient") if told or adult else f"{row['sex']} patient"
    return f"a {noun}" + (f" of {low}" + f" {unit}" * (unit != "years") + when if told else "")


def told_within_cohorts(asked: Asked) -> list[dict]:
    """How long the remissions lasted of patients whose own course is not told, only that they are of a cohort."""
    found = {}
    for row in [*asked.rows, *asked.parts.values()]:
        whole = {"label": row["cohort_label"], "n": row["n_patients"], "durations": row["durations"]}
        if row["n_patients"] == 1:
            continue
        for part in (whole, *row["told_of_subgroups"]):
            # A median or a range is of the cohort; a single value is of one of it.
            for duration in (d for d in part["durations"] if d["code"] in LASTED and d["statistic"] is None):
                link = evidence_link(asked.query, study=[row["study"]])
                found.setdefault(duration["outcome"], {"text": _within(row, part, duration), "href": link})
    return list(found.values())


def _within(row: dict, part: dict, duration: dict) -> str:
    cell, since = duration_cell(duration), duration["labels"].get("time_from", "origin not reported")
    of = f"n {part['n']}" if part["n"] is not None else "n not reported"
    counted = since if since == "origin not reported" else f"counted from {since}"
    told = " · ".join(said for said in (f"{cell.label} {cell.text}", counted, cell.remark.rstrip(".")) if said)
    doubts = [d["title"] for d in row["discrepancies"] if d["accession"] in cell.doubts and d["severity"] == "misleads"]
    warned = f" ⚠ {'; '.join(doubts)}." if doubts else ""
    name = row["study_name"] + " · retold" * row["retold"]
    return f"{name}, {part['label']} ({of}): {told}. Told within this cohort, not as a course of one patient.{warned}"
