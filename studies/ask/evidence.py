"""What the evidence table and its API twin answer: a page of rows, the piles' sizes and patients counted once."""

import hashlib
import json
from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict

from ..models import EvidenceRow, EvidenceTerm
from ..pure.counting import Counted, Overlap, count_once, shared
from . import current, strict
from .filters import PILES, EvidenceFilterSet
from .paging import PARAMETERS, Page, page

ORDERINGS = {"study": "study", "year": "year", "n_patients": "n"}
DEFAULT_ORDERING = "study"


@dataclass
class Totals:
    """How much a filter found: rows that match, rows nobody can tell, studies, and patients counted once."""

    matching: int
    unknown: int
    studies: int
    patients: Counted


@dataclass
class Answer:
    """The answer to a query on the evidence."""

    revision: int
    filters: EvidenceFilterSet
    pile: str
    totals: Totals
    page: Page


def answer(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Answer:
    """Ask for evidence rows. `extra` names the parameters of the representation. Raises BadQuery."""
    filter_names = EvidenceFilterSet.parameters()
    strict.check(query, filter_names | PARAMETERS | {"pile"} | extra, repeatable=filter_names)
    filters = EvidenceFilterSet.asked(query, revision)
    pile = strict.one_of(query, "pile", PILES, PILES[0])
    found = page(filters.pile(pile), query, ORDERINGS, DEFAULT_ORDERING, "row")
    return Answer(revision, filters, pile, totals(filters, revision), found)


def row(name: str) -> str | None:
    """The document of one evidence row, or None. One statement."""
    found = EvidenceRow.objects.current().filter(row=name, preferred=True)
    return found.values_list("document", flat=True).first()


def totals(filters: EvidenceFilterSet, revision: int) -> Totals:
    """The sizes of the piles, kept per filter for as long as the revision lasts."""
    key = hashlib.sha256(json.dumps(filters.active, sort_keys=True).encode()).hexdigest()
    return current.kept(revision, f"totals:{key}", lambda: _totals(filters))


def _totals(filters: EvidenceFilterSet) -> Totals:
    matching = list(filters.pile("matching").values_list("row", "study", "cohort", "n", "n_reported", "overlaps"))
    return Totals(
        matching=len(matching),
        unknown=filters.pile("unknown").count() if filters.active else 0,
        studies=len({study for _, study, *_ in matching}),
        patients=_patients(matching),
    )


def _patients(rows: list[tuple]) -> Counted:
    """Each cohort once, however many courses it had, and each patient once, however many reports tell of them."""
    cohorts = {cohort: n if reported else None for _, _, cohort, n, reported, _ in rows}
    overlaps = {}
    for _, _, cohort, _, _, text in rows:
        for told in json.loads(text) if text else []:
            other = told["cohort"]
            if cohorts.get(cohort) is None or cohorts.get(other) is None:
                continue
            low, high = shared(
                told["relation"], cohorts[cohort], cohorts[other], told["shared_low"], told["shared_high"]
            )
            overlaps[frozenset((cohort, other))] = Overlap(cohort, other, low, high)
    return count_once(cohorts, list(overlaps.values()))


def facet_counts(revision: int) -> dict[str, dict[str, int]]:
    """Filter → value → number of courses with a cohort that has it, without any filter."""

    def make():
        rows = EvidenceRow.objects.current().filter(preferred=True)
        counts = (
            EvidenceTerm.objects.filter(row__in=rows)
            .values("field", "value")
            .annotate(rows=Count("row__course", distinct=True))
        )
        found = {}
        for entry in counts:
            found.setdefault(entry["field"], {})[entry["value"]] = entry["rows"]
        return found

    return current.kept(revision, "facets", make)
