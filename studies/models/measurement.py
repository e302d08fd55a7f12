"""Measurements: laboratory values, CAR-T kinetics, chimerism, blast counts."""

from django.db import models
from django.db.models import F, Q

from ..pure.numbers import OPERATOR_PREFIX, people_range, plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import Absence, Statistic
from .cohort import Cohort
from .columns import choice_field, decimal_field, operator_field
from .timing import Following, Timed, follows_one
from .vocabulary import term_field


class Measurement(Timed, Following, Extracted):
    """One value of an analyte, with its unit exactly as printed. A mark such as “/” is “not reported”, never nought.

    The canonical value is filled only where the unit is beyond doubt. A measurement before any listed treatment
    follows nothing and is counted from the diagnosis.
    """

    KIND = "MEA"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="measurements")
    analyte = term_field("analyte")
    specimen = term_field("specimen", optional=True)
    method = term_field("method", optional=True)
    moment = models.CharField(max_length=120, blank=True, help_text="As worded: “before CAR-T cell infusion”.")
    operator = operator_field()
    value = decimal_field()
    value_high = decimal_field(help_text="For a range.")
    statistic = choice_field(Statistic, blank=True, help_text="For a value of several patients.")
    worded = models.CharField(max_length=80, blank=True, help_text="Instead of a number: “complete”, “negative”.")
    absence = choice_field(Absence, blank=True, help_text="Instead of a value: what the document prints for it.")
    unit = models.CharField(max_length=40, blank=True, help_text="Exactly as printed.")
    canonical_value = decimal_field(help_text="Only where the unit is beyond doubt.")
    canonical_unit = models.CharField(max_length=40, blank=True)

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            *Timed.Meta.constraints,
            follows_one(required=False),
            models.CheckConstraint(
                condition=Q(value__isnull=False, worded="", absence="")
                | (Q(value__isnull=True) & ((Q(worded="") & ~Q(absence="")) | (~Q(worded="") & Q(absence="")))),
                name="measurement_value_or_absence",
                violation_error_message="A measurement has a number or a result in words, "
                "or says in what way it has none.",
            ),
            models.CheckConstraint(
                condition=Q(value_high__isnull=True) | Q(value__isnull=False, value__lte=F("value_high")),
                name="measurement_value_low_up_to_high",
                violation_error_message="The range ends without a beginning, or starts above its end.",
            ),
            models.CheckConstraint(
                condition=(Q(canonical_value__isnull=True) & Q(canonical_unit=""))
                | (Q(canonical_value__isnull=False) & ~Q(canonical_unit="") & Q(value__isnull=False)),
                name="measurement_canonical_is_whole",
                violation_error_message="A canonical value needs its unit and a printed value.",
            ),
        ]

    def __str__(self):
        sign = OPERATOR_PREFIX.get(self.operator, "")
        told = f"{sign}{people_range(self.value, self.value_high)}" if self.value is not None else ""
        return f"{self.analyte} {told or self.worded or self.absence} {self.unit}".strip()

    def clean(self):
        super().clean()
        if self.lacks("report", "cohort"):
            return
        self.same_report("cohort", "course", "transplant", "therapy")
        self.clean_follows()
        if self.unit == "%" and self.value is not None and not 0 <= self.value <= 100:
            self.refuse("value", f"{plain(self.value)} is not a percentage from 0 to 100.")

    def statements(self):
        attribute = f"{self.analyte.code}_{self.statistic}" if self.statistic else self.analyte.code
        if self.specimen_id and self.analyte.code in ("car_copies", "car_percent"):
            attribute = f"{attribute}:{self.specimen.code}"
        extras = {
            "follows": self.follows,
            "specimen": self.specimen.code if self.specimen else "",
            "method": self.method.code if self.method else "",
            "time_point": self.moment,
        } | self.time_extras()
        attribute += self.cohort.suffix
        if self.absence:
            yield Statement("absence", attribute, self.absence, unit=self.unit, extras=extras)
            return
        if self.worded:
            yield Statement("worded", attribute, self.worded, extras=extras)
            return
        canonical = {"canonical_value": plain(self.canonical_value), "canonical_unit": self.canonical_unit}
        yield Statement("value", attribute, plain(self.value), self.operator, self.unit, extras=extras | canonical)
        if self.value_high is not None:
            yield Statement("value_high", f"{attribute}_high", plain(self.value_high), "", self.unit, extras=extras)
