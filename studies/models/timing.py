"""When something was, and what it follows."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from ..pure.numbers import plain
from .choices import Anchor, TimeUnit
from .columns import PartialDateField, choice_field, decimal_field, one_of, operator_field

A_LIFE = 120
# Of each unit the most that a life has.
MOST = {
    TimeUnit.DAYS: A_LIFE * 366, TimeUnit.WEEKS: A_LIFE * 53, TimeUnit.MONTHS: A_LIFE * 12, TimeUnit.YEARS: A_LIFE
}  # fmt: skip


class Timed(models.Model):
    """A calendar date, or a time counted from a named day, at the precision the paper gives."""

    date = PartialDateField(help_text="2017, 2017-05 or 2017-10-02.")
    time_operator = operator_field()
    time_low = decimal_field(help_text="Day, week … counted from the anchor; negative before it.")
    time_high = decimal_field(help_text="For a range; the same as the low value for a single day.")
    time_unit = choice_field(TimeUnit, blank=True)
    time_from = choice_field(Anchor, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(time_high__isnull=True) | Q(time_low__isnull=False, time_low__lte=F("time_high")),
                name="%(class)s_time_low_up_to_high",
                violation_error_message="The time ends without a beginning, or starts after it ends.",
            ),
            models.CheckConstraint(
                condition=Q(time_low__isnull=True, time_high__isnull=True) | (~Q(time_unit="") & ~Q(time_from="")),
                name="%(class)s_time_has_unit_and_anchor",
                violation_error_message="A time needs its unit and the day it is counted from "
                "(which may be “not reported”).",
            ),
        ]

    def clean(self):
        super().clean()
        most = MOST.get(self.time_unit)
        for name in ("time_low", "time_high"):
            value = getattr(self, name)
            # What is no number the field itself refuses.
            if most and isinstance(value, Decimal) and abs(value) > most:
                self.refuse(name, f"{plain(value)} {self.time_unit} are more than {A_LIFE} years: is a digit too much?")

    def time_extras(self) -> dict:
        """The time columns of the facts table. Only days fill `day`; months never become days."""
        extras = {"date": self.date}
        low, high = self.time_low, self.time_high
        if self.time_from and (low, high) == (None, None):
            extras["day_from"] = self.time_from
        if low is not None or high is not None:
            text = " to ".join(dict.fromkeys(plain(n) for n in (low, high) if n is not None))
            extras["day_from"] = self.time_from
            operator = "" if self.time_operator == "=" else self.time_operator
            if self.time_unit == TimeUnit.DAYS:
                extras["day"] = f"{operator}{text}"
            else:
                extras["time_point"] = f"{operator}{text} {self.time_unit}"
        return extras


def follows_one(required: bool) -> models.CheckConstraint:
    """The constraint that a row follows exactly one (or at most one) course, transplant or therapy."""
    message = "It must name what it follows: one course, one transplant or one therapy"
    return one_of(
        ("course", "transplant", "therapy"),
        "%(class)s_follows_one",
        f"{message}." if required else f"{message}, or nothing yet.",
        required,
    )


class Following(models.Model):
    """What an outcome, a toxicity or a measurement follows. A remission after induction is no CAR-T result."""

    course = models.ForeignKey(
        "studies.Course", on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s_rows"
    )
    transplant = models.ForeignKey(
        "studies.Transplant", on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s_rows"
    )
    therapy = models.ForeignKey(
        "studies.Therapy", on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s_rows"
    )

    class Meta:
        abstract = True

    @property
    def follows(self) -> str:
        """The accession of what it follows, or an empty text."""
        return self.course_id or self.transplant_id or self.therapy_id or ""

    def clean_follows(self):
        """What it follows was done to the same patients."""
        if self.lacks("cohort"):
            return
        for name in ("course", "transplant", "therapy"):
            other = getattr(self, name)
            if other is not None and other.cohort.root.pk != self.cohort.root.pk:
                raise ValidationError({name: f"{other.pk} was given to other patients ({other.cohort.label})."})
