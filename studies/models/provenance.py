"""Further places of a record's values, and the places of values that come from elsewhere."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .base import Accession, choice_field
from .choices import Basis
from .publication import Publication


class Place(models.Model):
    """A place where a document says one attribute of a record.

    It stands *beside* the record's own place (`instead` false), or says where this single value comes from, in place
    of the record's own place (`instead` true). For a publication, which has no place of its own, it names the document.
    A `value` is filled only where this place prints another value; a discrepancy must then name it.
    """

    record = models.ForeignKey(Accession, on_delete=models.CASCADE, related_name="places")
    attribute = models.CharField(max_length=40, help_text="The field of the record.")
    number = models.PositiveSmallIntegerField(default=1, help_text="Order among the places of this attribute.")
    instead = models.BooleanField(default=True)
    document = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The document that says it, where it is not the record's own.",
    )  # fmt: skip
    locator = models.CharField("place", max_length=200)
    as_reported = models.CharField("wording as reported", max_length=400)
    basis = choice_field(Basis, default=Basis.STATED)
    derivation = models.CharField(max_length=400, blank=True)
    value = models.CharField(max_length=200, blank=True, help_text="Where this place prints another value.")

    class Meta:
        ordering = ["record", "attribute", "number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "attribute", "number"], name="place_number_once"),
            models.CheckConstraint(
                condition=~Q(locator="") & ~Q(as_reported="") & ~Q(basis="") & ~Q(attribute=""),
                name="place_is_whole",
                violation_error_message="A place needs its attribute, its locator, its wording and its basis.",
            ),
            models.CheckConstraint(
                condition=Q(basis__in=[Basis.STATED, Basis.FIGURE]) | ~Q(derivation=""),
                name="place_derivation_given",
                violation_error_message="A derived fact needs its arithmetic, a judgement its reason.",
            ),
        ]

    def __str__(self):
        return f"{self.record_id}.{self.attribute}: {self.locator}"

    def clean(self):
        from .registry import model_of_kind

        if not self.record_id:
            return
        model = model_of_kind(self.record.kind)
        names = {f.name for f in model._meta.get_fields()}
        if self.attribute not in names:
            raise ValidationError({"attribute": f"{model._meta.verbose_name} has no field “{self.attribute}”."})
