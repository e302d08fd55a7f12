"""What values the filters have in the base, and how many courses bear each."""

from django.db.models import Count

from ..models import EvidenceRow, EvidenceTerm
from . import current


def counts(revision: int) -> dict[str, dict[str, int]]:
    """Filter → value → number of courses with a cohort that has it, without any filter."""

    def make():
        rows = EvidenceRow.objects.current().filter(preferred=True)
        found = {}
        for entry in (
            EvidenceTerm.objects.filter(row__in=rows)
            .values("field", "value")
            .annotate(rows=Count("row__course", distinct=True))
        ):
            found.setdefault(entry["field"], {})[entry["value"]] = entry["rows"]
        return found

    return current.kept(revision, "facets", make)
