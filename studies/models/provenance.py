"""Further places of a record's values, and the places of values that come from elsewhere."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from .accession import Accession
from .base import Change, reopen, unit_accession
from .choices import Basis
from .columns import choice_field, derivation_given
from .publication import Publication


class Place(models.Model):
    """A place where a document says one attribute of a record.

    It stands *beside* the record's own place (`instead` false), or says where this single value comes from, in place
    of the record's own place (`instead` true). For a publication, which has no place of its own, it names the document.
    A `value` is filled only where this place prints another value; a discrepancy must then name it.
    """

    record = models.ForeignKey(Accession, on_delete=models.CASCADE, related_name="places")
    attribute = models.CharField(max_length=40, help_text="The field of the record that stands here: “grade_low”.")
    number = models.PositiveSmallIntegerField(default=1, help_text="Order among the places of this field.")
    instead = models.BooleanField(
        default=True,
        help_text="Ticked: this field stands here and not at the record's own place. Not ticked: it stands here too.",
    )
    bare = models.BooleanField(
        default=False,
        help_text="Ticked: this place prints the value alone, without time, days, what is counted or per what.",
    )
    document = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The document that says it, where it is not the record's own.",
    )  # fmt: skip
    locator = models.CharField("place", max_length=200, help_text="“Table 1, row Kochenderfer, Outcomes”.")
    as_reported = models.CharField(
        "wording as reported", max_length=400, help_text="The few words that carry it; “…” joins two pieces."
    )
    basis = choice_field(Basis, default=Basis.STATED)
    derivation = models.CharField(max_length=400, blank=True)
    value = models.CharField(
        max_length=200,
        blank=True,
        help_text="Where this place prints another value; or, for an empty field, the mark it prints instead: "
        "not_reported for “Not shown” or “/”.",
    )
    about = None  # the record itself, from whoever has it at hand: the history needs its unit

    class Meta:
        ordering = ["record", "attribute", "number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "attribute", "number"], name="place_number_once"),
            models.CheckConstraint(
                condition=~Q(locator="") & ~Q(as_reported="") & ~Q(basis="") & ~Q(attribute=""),
                name="place_is_whole",
                violation_error_message="A place needs its attribute, its locator, its wording and its basis.",
            ),
            derivation_given("place_derivation_given"),
        ]

    def __str__(self):
        return f"{self.record_id}.{self.attribute}: {self.locator}"

    def save(self, *args, **kwargs):
        """A place belongs to the history of its record."""
        with transaction.atomic():
            before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            old, new = (before.told() if before else None), self.told()
            if old != new:
                action = "place changed" if before else "place added"
                self._log(action, [old, new])

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            self._log("place removed", [self.told(), None])
            return super().delete(*args, **kwargs)

    def _log(self, action: str, change: list):
        """Into the history of its record, which is a draft again."""
        record = self.about or self._model().objects.filter(pk=self.record_id).first()
        unit = unit_accession(record) if record else ""  # a fixture may name the place before its record
        Change.log(self.record_id, action, {f"place of {self.attribute}": change}, unit=unit)
        if record:
            reopen(record)

    def _model(self):
        from .registry import model_of_kind

        return model_of_kind(self.record_id.partition("-")[0])

    def clean(self):
        if not self.record_id:
            return
        model = self._model()
        names = {f.name for f in model._meta.get_fields()}
        if self.attribute not in names:
            fields = ", ".join(f.name for f in model._meta.concrete_fields if f.editable)
            message = f"{model._meta.verbose_name} has no field “{self.attribute}”. It has: {fields}."
            raise ValidationError({"attribute": message})

    def told(self) -> str:
        """The place in a line, with all that it says, as the history keeps it."""
        more = [self.basis, self.derivation, "instead of the record's own place" if self.instead else "too"]
        more += ["bare" if self.bare else "", f"prints {self.value}" if self.value else ""]
        document = f"{self.document_id}, " if self.document_id else ""
        return f"{document}{self.locator}: “{self.as_reported}” ({'; '.join(filter(None, more))})"
