"""The other collections: public records and facts, by the same strict rules."""

import hashlib
import json
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from ..models import EvidenceRow, PublicFact, PublicRecord
from ..models.choices import Design, PublicationKind
from . import current, strict
from .paging import PARAMETERS, Page, page
from .strict import BadQuery, Fault, nearest

RECORD_ORDERINGS = {"slug": "slug", "year": "year"}
FACT_ORDERINGS = {"id": "fact_row"}
# The columns of the facts table in their order; those that can be filtered by are marked in FACT_FILTERS.
FACT_COLUMNS = [
    "id", "fact", "publication", "study", "registration", "cohort", "course", "part", "entity", "attribute", "value",
    "operator", "unit", "canonical_value", "canonical_unit", "denominator", "scale", "site", "method", "specimen",
    "per", "counted", "day", "day_from", "time_point", "date", "as_of", "criteria", "follows", "as_reported",
    "locator", "basis", "derivation", "retold", "discrepancies", "implausible",
]  # fmt: skip
FACT_FILTERS = [
    "id", "fact", "publication", "study", "registration", "cohort", "course", "part", "entity", "attribute", "value",
    "operator", "unit", "scale", "site", "method", "specimen", "per", "counted", "day_from", "date", "criteria",
    "follows", "basis", "retold", "implausible",
]  # fmt: skip


@dataclass
class Found:
    """A page of a collection, its whole size and the revision it was asked of."""

    revision: int
    count: int
    page: Page


def publications(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Found:
    """Publications by kind and year. Raises BadQuery."""
    strict.check(query, {"kind", "year"} | PARAMETERS | extra)
    rows = PublicRecord.objects.current().filter(collection="publications")
    if "kind" in query:
        rows = rows.filter(kind=strict.one_of(query, "kind", PublicationKind.values, ""))
    if "year" in query:
        rows = rows.filter(year=strict.number(query, "year", 0, 1900, 2200))
    return _found(rows, query, revision)


def studies(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Found:
    """Studies by design. Raises BadQuery."""
    strict.check(query, {"design"} | PARAMETERS | extra)
    rows = PublicRecord.objects.current().filter(collection="studies")
    if "design" in query:
        rows = rows.filter(kind=strict.one_of(query, "design", Design.values, ""))
    return _found(rows, query, revision)


def _found(rows: QuerySet, query: QueryDict, revision: int) -> Found:
    found = page(rows, query, RECORD_ORDERINGS, "slug", "slug")
    return Found(revision, _count(rows, query, revision), found)


def _count(rows: QuerySet, query: QueryDict, revision: int) -> int:
    """The whole size, counted once per filter and revision, not on every page."""
    key = hashlib.sha256(f"{rows.query}".encode()).hexdigest()
    return current.kept(revision, f"count:{key}", rows.count)


def record(collection: str, slug: str) -> str | None:
    """The document of one public record, or None. One statement."""
    return (
        PublicRecord.objects.current()
        .filter(collection=collection, slug=slug)
        .values_list("document", flat=True)
        .first()
    )


def facts(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Found:
    """Facts by any column that names a thing, and `q` within value, wording, place and attribute. Raises BadQuery."""
    strict.check(query, {*FACT_FILTERS, "q", "discrepancy"} | PARAMETERS | extra, repeatable=set(FACT_FILTERS))
    rows = PublicFact.objects.current()
    known = current.kept(revision, "fact values", _fact_values)
    for name in FACT_FILTERS:
        values = query.getlist(name)
        if not values:
            continue
        if name in ("retold", "implausible"):
            faults = [Fault(name, f"“{v[:60]}” is neither true nor false.", ["true", "false"]) for v in values
                      if v not in ("true", "false")]  # fmt: skip
            values = [v == "true" for v in values]
        else:
            faults = [
                Fault(name, f"“{v[:60]}” is not a value of it.", nearest(v[:60], known[name]))
                for v in values
                if name in known and v not in known[name]
            ]
        if faults:
            raise BadQuery(faults)
        rows = rows.filter(**{f"{'fact_row' if name == 'id' else name}__in": values})
    if query.get("discrepancy"):
        rows = rows.filter(discrepancies__contains=query["discrepancy"])
    if query.get("q"):
        words = Q()
        for word in query["q"].split():
            either = Q()
            for column in ("value", "as_reported", "locator", "attribute"):
                either |= Q(**{f"{column}__icontains": word})
            words &= either
        rows = rows.filter(words)
    found = page(rows, query, FACT_ORDERINGS, "id", "fact_row")
    return Found(revision, _count(rows, query, revision), found)


def fact(name: str) -> PublicFact | None:
    """One row of the facts table, or None. One statement."""
    return PublicFact.objects.current().filter(fact_row=name).first()


def fields_of(collection: str, revision: int) -> set[str]:
    """The top-level fields of a collection's documents, by one that is public; empty where none is."""

    def make():
        if collection == "evidence":
            texts = EvidenceRow.objects.current()
        else:
            texts = PublicRecord.objects.current().filter(collection=collection)
        text = texts.values_list("document", flat=True).first()
        return set(json.loads(text)) if text else set()

    return set(FACT_COLUMNS) if collection == "facts" else current.kept(revision, f"fields:{collection}", make)


def _fact_values() -> dict[str, set[str]]:
    """Filter → the values there are, for the columns that name things; `value` and `fact` are free.

    A publication or study that is public is a valid name even where no fact bears it.
    """
    free = {"id", "value", "fact", "date", "retold", "implausible"}
    known = {
        name: set(PublicFact.objects.current().values_list(name, flat=True).distinct())
        for name in FACT_FILTERS
        if name not in free
    }
    for values in known.values():
        values.discard("")
    for collection, slug in PublicRecord.objects.current().values_list("collection", "slug"):
        if collection in ("publications", "studies", "registrations"):
            known[{"publications": "publication", "studies": "study", "registrations": "registration"}[collection]].add(
                slug
            )
    return known


def fact_document(fact: PublicFact) -> dict:
    """A fact as the API gives it: every column by its name, the discrepancies as a list."""
    document = {name: getattr(fact, name, None) for name in FACT_COLUMNS}
    document["id"] = fact.fact_row
    document["discrepancies"] = fact.discrepancies.split()
    return document
