"""The facts table: one row per value and place, asked by any column that names a thing."""

import re

from django.db.models import Q
from django.http import QueryDict

from ..models import PublicFact, PublicRecord
from . import current, strict
from .collections import Found, counted
from .paging import PARAMETERS, page
from .strict import BadQuery, Fault, nearest

ORDERINGS = {"id": "fact_row"}
# The columns of the facts table in their order; those that can be filtered by are marked in FILTERS.
COLUMNS = [
    "id", "fact", "publication", "study", "registration", "cohort", "course", "part", "entity", "attribute", "value",
    "operator", "unit", "canonical_value", "canonical_unit", "denominator", "scale", "site", "method", "specimen",
    "per", "counted", "day", "day_from", "time_point", "date", "as_of", "criteria", "follows", "as_reported",
    "locator", "basis", "derivation", "retold", "discrepancies", "implausible",
]  # fmt: skip
FILTERS = [
    "id", "fact", "publication", "study", "registration", "cohort", "course", "part", "entity", "attribute", "value",
    "operator", "unit", "scale", "site", "method", "specimen", "per", "counted", "day_from", "date", "criteria",
    "follows", "basis", "retold", "implausible",
]  # fmt: skip


def facts(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Found:
    """Facts by any column that names a thing, and `q` within value, wording, place and attribute. Raises BadQuery."""
    strict.check(query, {*FILTERS, "q", "discrepancy"} | PARAMETERS | extra, repeatable=set(FILTERS))
    rows = PublicFact.objects.current()
    known = current.kept(revision, "fact values", _fact_values)
    for name in FILTERS:
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
        if not re.fullmatch(r"DIS-\d{5,}", query["discrepancy"], re.ASCII):
            raise BadQuery([Fault("discrepancy", "It is not the accession of a discrepancy, such as DIS-00001.", [])])
        rows = rows.filter(discrepancies__regex=rf"(^| ){query['discrepancy']}( |$)")
    if query.get("q"):
        if not query["q"].split():
            raise BadQuery([Fault("q", "It holds no word.", [])])
        words = Q()
        for word in query["q"].split():
            either = Q()
            for column in ("value", "as_reported", "locator", "attribute"):
                either |= Q(**{f"{column}__icontains": word})
            words &= either
        rows = rows.filter(words)
    found = page(rows, query, ORDERINGS, "id", "fact_row")
    return Found(revision, counted(rows, revision), found)


def fact(name: str) -> PublicFact | None:
    """One row of the facts table, or None. One statement."""
    return PublicFact.objects.current().filter(fact_row=name).first()


def _fact_values() -> dict[str, set[str]]:
    """Filter → the values there are, for the columns that name things; `value` and `fact` are free.

    A publication or study that is public is a valid name even where no fact bears it.
    """
    free = {"id", "value", "fact", "date", "retold", "implausible"}
    known = {
        name: set(PublicFact.objects.current().values_list(name, flat=True).distinct())
        for name in FILTERS
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
    document = {name: getattr(fact, name, None) for name in COLUMNS}
    document["id"] = fact.fact_row
    document["discrepancies"] = fact.discrepancies.split()
    return document
