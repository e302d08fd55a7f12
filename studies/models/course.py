"""CAR-T treatment: courses, their interval to each transplant, lymphodepletion and infusions."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from ..pure import partial_dates
from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import (
    CellsCounted,
    CollectedFrom,
    DosePer,
    DoseUnit,
    GeneticOrigin,
    InfusionPurpose,
    Intent,
    LymphodepletionGiven,
    RelativeToTransplant,
    Schedule,
    TimeUnit,
)
from .cohort import Cohort
from .columns import PartialDateField, choice_field, decimal_field, from_low_to_high, low_up_to_high, operator_field
from .construct import Construct
from .transplant import Transplant


class Course(Extracted):
    """One CAR-T treatment of a cohort. The T-cell source is told on two axes that are never merged."""

    KIND = "COU"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="courses")
    number = models.PositiveSmallIntegerField(help_text="First, second … CAR-T course of these patients.")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_courses")
    construct = models.ForeignKey(Construct, on_delete=models.PROTECT, null=True, blank=True, related_name="courses")
    collected_from = choice_field(CollectedFrom, default=CollectedFrom.NOT_REPORTED)
    genetic_origin = choice_field(GeneticOrigin, default=GeneticOrigin.NOT_REPORTED)
    source_as_worded = models.CharField(max_length=80, blank=True, help_text="“donor-derived”, “allogeneic”.")
    collected_relative_to_hsct = choice_field(RelativeToTransplant, default=RelativeToTransplant.NOT_REPORTED)
    chimerism_operator = operator_field()
    chimerism_at_collection = decimal_field(help_text="Donor chimerism in per cent when the T cells were collected.")
    intent = choice_field(Intent, default=Intent.NOT_REPORTED)
    culture_days_low = models.PositiveSmallIntegerField(null=True, blank=True)
    culture_days_high = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(Extracted.Meta):
        ordering = ["cohort", "number"]
        constraints = [
            *Extracted.Meta.constraints,
            low_up_to_high("culture_days_low", "culture_days_high"),
            models.UniqueConstraint(fields=["cohort", "number"], name="course_number_once"),
            models.CheckConstraint(
                condition=Q(chimerism_at_collection__isnull=True)
                | Q(chimerism_at_collection__gte=0, chimerism_at_collection__lte=100),
                name="course_chimerism_is_a_percentage",
                violation_error_message="Chimerism is a percentage from 0 to 100.",
            ),
        ]

    def __str__(self):
        return f"CAR-T course {self.number} ({self.cohort})"

    def clean(self):
        super().clean()
        if self.lacks("report", "cohort"):
            return
        self.same_report("cohort", "construct", "previous")
        if self.previous and self.number and self.previous.number >= self.number:
            raise ValidationError({"previous": "The previous course has a smaller number."})

    def statements(self):
        for name in ("collected_from", "genetic_origin", "collected_relative_to_hsct", "intent"):
            if getattr(self, name) != "not_reported":
                yield Statement(name, name, getattr(self, name))
        if self.source_as_worded:
            yield Statement("source_as_worded", "t_cell_source_as_worded", self.source_as_worded)
        if self.chimerism_at_collection is not None:
            value = plain(self.chimerism_at_collection)
            extras = {"day_from": "collection"}
            yield Statement(
                "chimerism_at_collection", "donor_chimerism_at_collection", value, self.chimerism_operator, "%",
                extras=extras,
            )  # fmt: skip
        for name in ("culture_days_low", "culture_days_high"):
            if getattr(self, name) is not None:
                yield Statement(name, name, str(getattr(self, name)), unit="days")


class Interval(Extracted):
    """The time between a transplant and a CAR-T infusion, in the direction it went."""

    KIND = "INT"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="intervals")
    transplant = models.ForeignKey(Transplant, on_delete=models.PROTECT, related_name="intervals")
    infusion_is = choice_field(RelativeToTransplant, help_text="Whether the cells came before or after the transplant.")
    operator = operator_field()
    low = decimal_field()
    high = decimal_field()
    unit = choice_field(TimeUnit, blank=True)

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            low_up_to_high("low", "high"),
            models.UniqueConstraint(fields=["course", "transplant"], name="interval_once"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | (Q(low__gte=0) & ~Q(unit="")),
                name="interval_is_positive_with_unit",
                violation_error_message="An interval is not negative and has a unit; "
                "its direction is told by “infusion is”.",
            ),
        ]

    def __str__(self):
        return f"{self.course_id} and {self.transplant_id}"

    def clean(self):
        super().clean()
        if self.lacks("report", "course", "transplant"):
            return
        self.same_report("course", "transplant")
        if self.low is not None and self.unit == TimeUnit.DAYS:
            self._agrees_with_dates()

    def _agrees_with_dates(self):
        infusion = self.course.infusions.exclude(date="").order_by("order").first()
        if not infusion or not self.transplant.date:
            return
        pair = (self.transplant.date, infusion.date)
        if self.infusion_is == RelativeToTransplant.BEFORE:
            pair = pair[::-1]
        fewest, most = partial_dates.days_between(*pair)
        high = self.low if self.high is None else self.high
        if high < fewest or self.low > most:
            expected = str(fewest) if fewest == most else f"{fewest} to {most}"
            self.refuse("low", f"From {pair[0]} to {pair[1]} there are {expected} days, not {plain(self.low)}.")

    def statements(self):
        yield Statement("infusion_is", "infusion_relative_to_hsct", self.infusion_is)
        before = self.infusion_is == RelativeToTransplant.BEFORE
        attribute = "infusion_to_hsct" if before else "hsct_to_infusion"
        if self.low is not None and self.low == self.high:
            yield Statement("low", attribute, plain(self.low), self.operator, self.unit)
        else:
            for name in ("low", "high"):
                value = getattr(self, name)
                if value is not None:
                    yield Statement(name, f"{attribute}_{name}", plain(value), self.operator, self.unit)


class CourseOrPlan(models.Model):
    """Given in a course, or planned in a registration (then the course is empty)."""

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss",
        help_text="Empty only for what a registration plans.",
    )  # fmt: skip

    class Meta:
        abstract = True

    def clean_course(self):
        if self.lacks("report"):
            return
        self.same_report("course")
        if (self.course_id is None) == (self.report.registration_id is None):
            raise ValidationError({"course": "Name the course; leave it empty for the plan of a registration."})


class Lymphodepletion(CourseOrPlan, Extracted):
    """Chemotherapy before the CAR-T cells: given, explicitly none, optional or not reported are four things."""

    KIND = "LYM"

    given = choice_field(LymphodepletionGiven)
    day_first = models.SmallIntegerField(null=True, blank=True, help_text="Relative to the infusion: −4.")
    day_last = models.SmallIntegerField(null=True, blank=True)

    class Meta(Extracted.Meta):
        constraints = [*Extracted.Meta.constraints, low_up_to_high("day_first", "day_last")]

    def __str__(self):
        return f"lymphodepletion: {self.get_given_display()} ({self.course or self.report})"

    def clean(self):
        super().clean()
        self.clean_course()
        if self.given == LymphodepletionGiven.NONE and self.pk and self.agents.exists():
            raise ValidationError({"given": "“None given” has no agents."})

    def statements(self):
        yield Statement("given", "lymphodepletion", self.given)
        for name in ("day_first", "day_last"):
            if getattr(self, name) is not None:
                extras = {"day": str(getattr(self, name)), "day_from": "infusion"}
                yield Statement(name, f"lymphodepletion_{name}", str(getattr(self, name)), unit="days", extras=extras)


class Infusion(CourseOrPlan, Extracted):
    """One infusion, or one level of an escalation. Doses per kg, per m² and fixed are never ranked together."""

    KIND = "INF"

    order = models.PositiveSmallIntegerField()
    purpose = choice_field(InfusionPurpose, default=InfusionPurpose.INITIAL)
    n_infusions = models.PositiveSmallIntegerField("number of such infusions", null=True, blank=True)
    n_infusions_high = models.PositiveSmallIntegerField("at most", null=True, blank=True)
    dose_levels = models.PositiveSmallIntegerField(
        "number of dose levels",
        null=True,
        blank=True,
        help_text="Of an escalation whose doses are not given one by one.",
    )
    optional = models.BooleanField(default=False, help_text="May be given, by the course of the disease.")
    operator = operator_field()
    dose_low = decimal_field()
    dose_high = decimal_field()
    unit = choice_field(DoseUnit, blank=True)
    counted = choice_field(CellsCounted, default=CellsCounted.NOT_STATED)
    per = choice_field(DosePer, default=DosePer.NOT_STATED)
    schedule = choice_field(Schedule, default=Schedule.NOT_REPORTED)
    split_days = models.PositiveSmallIntegerField("split over days", null=True, blank=True)
    date = PartialDateField()
    day_low = models.SmallIntegerField(null=True, blank=True, help_text="Counted from the first infusion, day 0.")
    day_high = models.SmallIntegerField(null=True, blank=True)

    class Meta(Extracted.Meta):
        ordering = ["course", "order"]
        constraints = [
            *Extracted.Meta.constraints,
            from_low_to_high("dose_low", "dose_high"),
            low_up_to_high("day_low", "day_high"),
            from_low_to_high("n_infusions", "n_infusions_high"),
            models.UniqueConstraint(fields=["report", "course", "order"], name="infusion_order_once"),
            models.CheckConstraint(
                condition=Q(dose_low__isnull=True) | (Q(dose_low__gt=0) & ~Q(unit="")),
                name="infusion_dose_has_unit",
                violation_error_message="A dose is greater than nought and has a unit.",
            ),
        ]

    def __str__(self):
        return f"infusion {self.order} ({self.course or self.report})"

    def clean(self):
        super().clean()
        self.clean_course()

    def statements(self):
        days = [str(day) for day in (self.day_low, self.day_high) if day is not None]
        extras = {"counted": self.counted, "per": self.per, "date": self.date, "day": " to ".join(dict.fromkeys(days))}
        extras["day_from"] = "infusion" if days else ""
        for name in ("dose_low", "dose_high"):
            if getattr(self, name) is not None:
                yield Statement(name, name, plain(getattr(self, name)), self.operator, self.unit, extras=extras)
        if self.purpose != InfusionPurpose.INITIAL:
            yield Statement("purpose", "infusion_purpose", self.purpose)
        for name in ("n_infusions", "n_infusions_high", "dose_levels"):
            if getattr(self, name) is not None:
                yield Statement(name, name, str(getattr(self, name)))
        if self.optional:
            yield Statement("optional", "infusion_optional", "present")
        for name in ("day_low", "day_high"):
            if getattr(self, name) is not None:
                yield Statement(name, f"infusion_{name}", str(getattr(self, name)), unit="days")
        if self.schedule != Schedule.NOT_REPORTED:
            yield Statement("schedule", "schedule", self.schedule)
        if self.split_days is not None:
            yield Statement("split_days", "split_days", str(self.split_days), unit="days")
        if self.date:
            yield Statement("date", "infusion_date", self.date, extras={"date": self.date})
