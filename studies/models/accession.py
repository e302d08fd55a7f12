"""Accessions: the names of records, given out once and never again."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F


class AccessionCounter(models.Model):
    """The last number given out for a kind of record. It only grows, so that no accession is ever reused."""

    kind = models.CharField(max_length=3, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.kind}: {self.last}"


class Accession(models.Model):
    """The register of every accession ever given out: `TOX-00012`. Rows stay when their record goes.

    It is what a place, a discrepancy or a change points to, whichever table the record is in.
    """

    id = models.CharField("accession", max_length=16, primary_key=True)
    kind = models.CharField(max_length=3)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="accession_number_once")]
        ordering = ["kind", "number"]

    def __str__(self):
        return self.id

    @classmethod
    def issue(cls, kind: str) -> "Accession":
        """The next accession of a kind."""
        return cls.issue_many(kind, 1)[0]

    @classmethod
    def issue_many(cls, kind: str, count: int) -> list["Accession"]:
        """The next accessions of a kind, in order."""
        with transaction.atomic():
            AccessionCounter.objects.get_or_create(kind=kind)
            AccessionCounter.objects.filter(kind=kind).update(last=F("last") + count)
            last = AccessionCounter.objects.get(kind=kind).last
            numbers = range(last - count + 1, last + 1)
            return cls.objects.bulk_create(cls(id=f"{kind}-{n:05d}", kind=kind, number=n) for n in numbers)

    @staticmethod
    def number_in(text: str, kind: str) -> int:
        """The number in an accession written in a fixture. Raises ValidationError for one of another kind."""
        prefix, _, digits = text.partition("-")
        if prefix != kind or len(digits) < 5 or not digits.isdigit():
            raise ValidationError({"accession": f"“{text}” is not an accession of this kind: expected {kind}-00001"})
        return int(digits)

    @classmethod
    def register(cls, wanted: list[tuple[str, str]]):
        """Register accessions written in fixtures, each with its kind; the counters move past them."""
        known = cls.objects.in_bulk([text for text, _ in wanted])
        new = [cls(id=text, kind=kind, number=cls.number_in(text, kind)) for text, kind in wanted if text not in known]
        with transaction.atomic():
            cls.objects.bulk_create(new)
            for kind in {accession.kind for accession in new}:
                most = max(accession.number for accession in new if accession.kind == kind)
                AccessionCounter.objects.get_or_create(kind=kind)
                AccessionCounter.objects.filter(kind=kind, last__lt=most).update(last=most)
