"""What stands at the addresses of a unit that is no longer public: since when, why, and what took its place."""

from django.utils import timezone

from ..models import OPEN, EvidenceRow, PublicRecord
from ..models.choices import State
from ..pure.documents import dumps

WITHDRAWN = "withdrawn"  # the collection of tombstones; `slug` is the collection and the slug of what stood there


def tombstones(unit, state: State, reason: str, successor) -> list[PublicRecord]:
    """One for every public address that the unit has now."""
    standing = list(PublicRecord.objects.filter(owner=unit.pk, valid_to=OPEN))
    addresses = [(row.collection, row.slug, row.accession, row.name) for row in standing if row.collection != WITHDRAWN]
    rows = EvidenceRow.objects.filter(owner=unit.pk, valid_to=OPEN).values_list("row", flat=True)
    addresses += [("evidence", row, row, "") for row in rows]
    told = {
        "state": str(state),
        "reason": reason,
        "since": timezone.now().date().isoformat(),
        "successor": _named(successor) if successor else None,
    }
    return [
        PublicRecord(
            collection=WITHDRAWN,
            slug=f"{collection}/{slug}",
            accession=accession,
            name=name,
            document=dumps({"collection": collection, "slug": slug, "accession": accession, "name": name} | told),
        )
        for collection, slug, accession, name in addresses
    ]


def _named(unit) -> dict:
    """The collection and slug of a unit, by which its address is made."""
    irregular = {"study": "studies", "discrepancy": "discrepancies", "problemanswer": "problem-reports"}
    collection = irregular.get(unit._meta.model_name, f"{unit._meta.model_name}s")
    slug = getattr(unit, "slug", "") or getattr(unit, "identifier", "") or unit.pk
    return {"collection": collection, "slug": slug, "name": str(unit), "accession": unit.pk}
