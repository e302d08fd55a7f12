"""What values each filter has under the other active filters, and how many courses each would leave."""

import hashlib
import json

from django.db.models import Count

from ..models import EvidenceRow, EvidenceTerm
from . import current
from .filter_kinds import UNSURE, TermFilter
from .filters import EvidenceFilterSet


def counts(filters: EvidenceFilterSet, names=None) -> dict[str, dict[str, int]]:
    """Filter → value → number of courses that match the other active filters and have the value.

    A filter's own choice does not narrow its options: its values are alternatives, and each says what choosing it would
    add. `names` are the filters asked for, all of them if none are. Kept for as long as the revision lasts; otherwise
    one statement, and one more per active filter asked for."""
    wanted = sorted(names or (name for name, asked in filters.base_filters.items() if isinstance(asked, TermFilter)))
    key = hashlib.sha256(json.dumps([filters.active, wanted], sort_keys=True).encode()).hexdigest()
    return current.kept(filters.revision, f"facets:{key}", lambda: _counts(filters, wanted))


def _counts(filters: EvidenceFilterSet, wanted: list[str]) -> dict[str, dict[str, int]]:
    idle = [name for name in wanted if name not in filters.active]
    found = _grouped(filters, idle) if idle else {}
    for name in wanted:
        if name in filters.active:
            found |= _grouped(filters.without(name), [name])
    return {name: found.get(name, {}) for name in wanted}


def _grouped(filters: EvidenceFilterSet, names: list[str]) -> dict[str, dict[str, int]]:
    terms = EvidenceTerm.objects.filter(row__in=filters.meeting(), field__in=names).exclude(value=UNSURE)
    found = {}
    # A course may match by several of its cohorts, and is one.
    for field, value, courses in terms.values_list("field", "value").annotate(n=Count("row__course", distinct=True)):
        found.setdefault(field, {})[value] = courses
    return found


def values(revision: int) -> dict[str, set[str]]:
    """Filter → the values that any row of the base has."""

    def make():
        terms = EvidenceTerm.objects.filter(row__in=EvidenceRow.objects.current().preferred())
        found = {}
        for field, value in terms.values_list("field", "value").distinct():
            found.setdefault(field, set()).add(value)
        return found

    return current.kept(revision, "facet values", make)
