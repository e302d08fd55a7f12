"""What stands at the addresses of what is no longer public, a unit or one record of it: since when, why, and what took
its place."""

from django.utils import timezone

from ..models import OPEN, TOMBSTONES, Change, EvidenceRow, PublicRecord, Revision
from ..models.choices import State
from ..pure.documents import dumps


def tombstones(unit, state: State, reason: str, successor) -> list[PublicRecord]:
    """One for every public address that the unit has now."""
    standing = list(PublicRecord.objects.filter(owner=unit.pk, valid_to=OPEN).exclude(collection=TOMBSTONES))
    standing += _as_records(EvidenceRow.objects.filter(owner=unit.pk, valid_to=OPEN))
    told = {
        "state": str(state),
        "reason": reason,
        "since": timezone.now().date().isoformat(),
        "successor": _named(successor) if successor else None,
    }
    return [_tombstone(record, told) for record in standing]


def taken_out(unit) -> list[PublicRecord]:
    """One for every public address of a record that was removed from a unit: that it was wrong is no reason to forget
    that it was told. It is gone since the revision that closed it; now, if this is the one."""
    removed = dict(Change.objects.filter(unit=unit.pk, action="deleted").values_list("accession", "reason"))
    if not removed:
        return []
    records = PublicRecord.objects.filter(owner=unit.pk, accession__in=removed).exclude(collection=TOMBSTONES)
    rows = _as_records(EvidenceRow.objects.filter(owner=unit.pk, course__in=removed))
    last = {(record.collection, record.slug): record for record in sorted([*records, *rows], key=lambda r: r.valid_to)}
    days = dict(Revision.objects.filter(id__in={r.valid_to for r in last.values()}).values_list("id", "at__date"))
    return [
        _tombstone(
            record,
            {"state": State.WITHDRAWN.value, "reason": removed[record.accession.partition(".")[0]], "successor": None}
            | {"since": days.get(record.valid_to, timezone.now().date()).isoformat()},
        )
        for record in last.values()
    ]


def _as_records(rows) -> list[PublicRecord]:
    """Evidence rows as records, for their addresses."""
    return [
        PublicRecord(collection="evidence", slug=row.row, accession=row.row, study=row.study, valid_to=row.valid_to)
        for row in rows.only("row", "study", "valid_to")
    ]


def _tombstone(record: PublicRecord, told: dict) -> PublicRecord:
    names = {key: getattr(record, key) for key in ("collection", "slug", "accession", "name")}
    return PublicRecord(
        collection=TOMBSTONES,
        slug=f"{record.collection}/{record.slug}",
        accession=record.accession,
        name=record.name,
        study=record.study,
        document=dumps(names | told),
    )


def _named(unit) -> dict:
    """The collection and slug of a unit, by which its address is made."""
    irregular = {"study": "studies", "discrepancy": "discrepancies", "problemanswer": "problem-reports"}
    collection = irregular.get(unit._meta.model_name, f"{unit._meta.model_name}s")
    slug = getattr(unit, "slug", "") or getattr(unit, "identifier", "") or unit.pk
    return {"collection": collection, "slug": slug, "name": str(unit), "accession": unit.pk}
