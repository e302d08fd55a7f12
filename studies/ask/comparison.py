"""Which rows a reader wants side by side: two to six, named in the address."""

import hashlib
import json
from urllib.parse import urlencode

from django.http import QueryDict

from ..models import EvidenceRow
from . import current, evidence
from .filters import EvidenceFilterSet
from .strict import BadQuery, Fault

MOST = 6


def chosen(query: QueryDict, parameter: str) -> list[str]:
    """The rows that a query names, each once. Raises BadQuery for more than six."""
    names = list(dict.fromkeys(name for name in query.getlist(parameter) if name))
    if len(names) > MOST:
        raise BadQuery([Fault(parameter, f"A comparison holds at most {MOST} rows; these are {len(names)}.", [])])
    return names


def rows(names: list[str]) -> tuple[list[dict], list[str]]:
    """The documents of the rows that are public, in the order named; and the names of those that are not."""
    found = evidence.rows_named(names) if names else {}
    return [json.loads(found[name]) for name in names if name in found], [n for n in names if n not in found]


def titles(names: list[str], revision: int) -> dict[str, str]:
    """Row → what it is called, of those that are public. Kept for as long as the revision lasts."""

    def make():
        return {row["row"]: title(row) for row in rows(names)[0]}

    key = hashlib.sha256(json.dumps(names).encode()).hexdigest()
    return current.kept(revision, f"titles:{key}", make) if names else {}


def of_studies(slugs: list[str], revision: int) -> dict[str, list[tuple[str, str]]]:
    """Study → row and title of each of its courses, whole cohorts alone. Kept for as long as the revision lasts."""

    def make():
        found = (
            EvidenceRow.objects.current().preferred().filter(study__in=slugs, parent_row="").order_by("study", "row")
        )
        courses = {}
        for study, name, text in found.values_list("study", "row", "document"):
            courses.setdefault(study, []).append((name, title(json.loads(text))))
        return courses

    key = hashlib.sha256(json.dumps(slugs).encode()).hexdigest()
    return current.kept(revision, f"courses of studies:{key}", make) if slugs else {}


def of_disease(code: str, revision: int) -> list[dict]:
    """Row, study and title of each course of a disease or of a kind of it, as the evidence table finds them."""

    def make():
        filters = EvidenceFilterSet.asked(QueryDict(urlencode({"disease": code})), revision)
        documents = filters.pile("matching").order_by("study", "row").values_list("document", flat=True)
        found = [json.loads(text) for text in documents]
        return [{"row": row["row"], "study": row["study"], "title": title(row)} for row in found]

    return current.kept(revision, f"courses of disease:{code}", make)


def kinds_of(revision: int) -> dict[str, set[str]]:
    """Disease → the broader diseases that it is a kind of, by their labels."""
    tree = current.vocabulary(revision, "disease")
    found = {}
    for label, parent in tree.values():
        found[label] = {tree[parent][0], *found[tree[parent][0]]} if parent in tree else set()
    return found


def title(row: dict) -> str:
    """“Kong 2022, CAR-T course 2”, where there are several; of a subgroup with its label."""
    parts = [row["study_name"]]
    if row["is_subgroup"]:
        parts.append(row["cohort_label"])
    if has_courses(row):
        parts.append(f"CAR-T course {row['course_number']}")
    return ", ".join(parts)


def has_courses(row: dict) -> bool:
    """Whether the patients of a row had several CAR-T courses, so that each needs its number."""
    return row["course_number"] > 1 or sum("course" in step for step in row["path"]) > 1
