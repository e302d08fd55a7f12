"""Disagreement as data: two places that differ, or a value that cannot be right."""

from django.core.exceptions import ValidationError
from django.db import models, transaction

from .accession import Accession
from .base import Record, reopen
from .choices import DiscrepancyKind, DiscrepancyStatus, Severity
from .columns import choice_field
from .publication import Curated, HaematologistChecked, Publication


class Discrepancy(HaematologistChecked, Curated, Record):
    """What disagrees, how much it matters to a clinician, what the base shows and why."""

    KIND = "DIS"

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="discrepancies", help_text="The document it was found in."
    )
    kind = choice_field(DiscrepancyKind)
    severity = choice_field(Severity)
    title = models.CharField(max_length=160)
    explanation = models.TextField(help_text="What disagrees, in our own words.")
    shown = models.TextField("what the base shows and why")
    status = choice_field(DiscrepancyStatus, default=DiscrepancyStatus.OPEN)
    outside_source = models.CharField(
        max_length=300, blank=True, help_text="Where the knowledge comes from that is not in the documents read."
    )

    class Meta:
        verbose_name_plural = "discrepancies"
        ordering = ["accession"]

    def __str__(self):
        return self.title

    def names_two_places(self, record) -> bool:
        """Whether this discrepancy has two places, one of them of this record (a record being entered has none yet)."""
        sides = list(self.sides.all())
        places = {(side.publication_id, side.locator, side.as_reported) for side in sides}
        return len(places) >= 2 and (not record.pk or any(record.is_named_by(side) for side in sides))


class Side(models.Model):
    """One side of a discrepancy: a place, its wording, and the record and attribute it speaks of."""

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.CASCADE, related_name="sides")
    position = models.PositiveSmallIntegerField(default=1)
    record = models.ForeignKey(Accession, on_delete=models.PROTECT, null=True, blank=True, related_name="sides")
    attribute = models.CharField(max_length=40, blank=True, help_text="The field of the record; empty for all of it.")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    locator = models.CharField("place", max_length=200)
    as_reported = models.CharField("wording as reported", max_length=400)

    class Meta:
        ordering = ["discrepancy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["discrepancy", "position"], name="side_position_once"),
            models.CheckConstraint(
                condition=~models.Q(locator="") & ~models.Q(as_reported=""),
                name="side_is_whole",
                violation_error_message="A side needs its place and its wording.",
            ),
        ]

    def __str__(self):
        return f"{self.discrepancy_id}, side {self.position}"

    def save(self, *args, **kwargs):
        """A discrepancy of which a side changes is to be looked at again."""
        with transaction.atomic():
            before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            columns = [column.attname for column in self._meta.concrete_fields]
            if before is None or any(getattr(before, name) != getattr(self, name) for name in columns):
                reopen(self.discrepancy)

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            reopen(self.discrepancy)
            return super().delete(*args, **kwargs)

    def clean(self):
        from .registry import model_of_kind

        if self.record_id and self.attribute:
            model = model_of_kind(self.record.kind)
            if self.attribute not in {f.name for f in model._meta.get_fields()}:
                raise ValidationError({"attribute": f"{model._meta.verbose_name} has no field “{self.attribute}”."})
