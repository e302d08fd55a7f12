"""Other treatments, before, around or after the CAR-T cells, and the agents of every regimen."""

import re

from django.db import models
from django.db.models import Q

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import AgentRole, DoseInterval, RelativeToCourse, TherapyKind, TherapyPurpose
from .cohort import Cohort
from .columns import choice_field, decimal_field, from_low_to_high, one_of, operator_field
from .timing import Timed
from .vocabulary import term_field


class Therapy(Timed, Extracted):
    """A treatment that is neither the transplant nor the CAR-T cells. What came after CAR-T decides how a long
    remission is read."""

    KIND = "THE"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="therapies")
    order = models.PositiveSmallIntegerField(help_text="Order among the therapies of these patients.")
    kind = choice_field(TherapyKind)
    purpose = choice_field(TherapyPurpose, default=TherapyPurpose.NOT_REPORTED)
    name = models.CharField(max_length=120, help_text="As worded: “VICLP”, “imatinib”.")
    course = models.ForeignKey(
        "studies.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="therapies",
        help_text="The CAR-T course that the next field is relative to, where there are several.",
    )
    relative_to_course = choice_field(RelativeToCourse, default=RelativeToCourse.NOT_REPORTED)
    cycles_operator = operator_field()
    cycles = models.PositiveSmallIntegerField(null=True, blank=True)
    duration = models.CharField(max_length=60, blank=True, help_text="As worded: “28 days”.")

    class Meta(Extracted.Meta):
        ordering = ["cohort", "order"]
        verbose_name_plural = "therapies"
        constraints = [
            *Extracted.Meta.constraints,
            *Timed.Meta.constraints,
            models.UniqueConstraint(fields=["cohort", "order"], name="therapy_order_once"),
        ]

    def __str__(self):
        return f"{self.name} ({self.cohort.label})"

    def clean(self):
        super().clean()
        if not self.lacks("report", "cohort"):
            self.same_report("cohort", "course")

    def statements(self):
        times = self.time_extras()
        yield Statement("name", "therapy", self.name, extras=times)
        yield Statement("kind", "therapy_kind", self.kind, extras=times)
        if self.purpose != TherapyPurpose.NOT_REPORTED:
            yield Statement("purpose", "therapy_purpose", self.purpose)
        if self.relative_to_course != RelativeToCourse.NOT_REPORTED:
            yield Statement("relative_to_course", "relative_to_course", self.relative_to_course)
        if self.cycles is not None:
            yield Statement("cycles", "cycles", str(self.cycles), self.cycles_operator, "cycles")
        if self.duration:
            yield Statement("duration", "therapy_duration", self.duration)


class Agent(Extracted):
    """One drug or radiation of a regimen: of a therapy, a transplant, a lymphodepletion or the care of a toxicity."""

    KIND = "AGE"

    OWNERS = ("therapy", "transplant", "lymphodepletion", "toxicity")

    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, null=True, blank=True, related_name="agents")
    transplant = models.ForeignKey(
        "studies.Transplant", on_delete=models.PROTECT, null=True, blank=True, related_name="agents"
    )
    lymphodepletion = models.ForeignKey(
        "studies.Lymphodepletion", on_delete=models.PROTECT, null=True, blank=True, related_name="agents"
    )
    toxicity = models.ForeignKey(
        "studies.Toxicity", on_delete=models.PROTECT, null=True, blank=True, related_name="agents"
    )
    role = choice_field(AgentRole)
    name = term_field("agent", verbose_name="agent")
    operator = operator_field()
    dose_low = decimal_field()
    dose_high = decimal_field()
    unit = models.CharField(max_length=40, blank=True, help_text="As printed: “mg/m²”, “mg/kg”.")
    per = choice_field(DoseInterval, blank=True, help_text="“not stated” where the text does not say.")
    days = models.CharField(max_length=60, blank=True, help_text="As worded: “−4 to −2”, “1, 8, 15 and 22”.")
    n_days = models.PositiveSmallIntegerField("number of days", null=True, blank=True)

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            from_low_to_high("dose_low", "dose_high"),
            one_of(
                ("therapy", "transplant", "lymphodepletion", "toxicity"),
                "agent_of_one_regimen",
                "An agent belongs to one therapy, transplant, lymphodepletion or toxicity.",
            ),
            models.CheckConstraint(
                condition=Q(dose_low__isnull=True) | (~Q(unit="") & ~Q(per="")),
                name="agent_dose_has_unit_and_interval",
                violation_error_message="A dose needs its unit and whether it is per day, per dose or in total "
                "(which may be “not stated”).",
            ),
        ]

    def __str__(self):
        return f"{self.name} of {self.owner}"

    @property
    def owner(self):
        return self.therapy or self.transplant or self.lymphodepletion or self.toxicity

    def clean(self):
        super().clean()
        if not self.lacks("report"):
            self.same_report(*self.OWNERS)

    def statements(self):
        code = self.name.code
        # Days fill the column of days only where they are days: “−4 to −2”, not “three times a week”.
        if re.fullmatch(r"[−\d][−\d, toand]*", self.days):
            extras = {"day": self.days.replace("−", "-")}
            extras["day_from"] = "infusion" if self.role == AgentRole.LYMPHODEPLETION else ""
        else:
            extras = {"time_point": self.days}
        prefix = {"conditioning": "conditioning_agent", "gvhd_prophylaxis": "gvhd_prophylaxis"}.get(self.role, "agent")
        yield Statement("name", f"{prefix}:{code}", "present", extras=extras)
        dosed = {"per": self.per, **extras}
        if self.dose_low is not None:
            if self.dose_high in (None, self.dose_low):
                yield Statement(
                    "dose_low", f"dose:{code}", plain(self.dose_low), self.operator, self.unit, extras=dosed
                )
            else:
                for name in ("dose_low", "dose_high"):
                    value = plain(getattr(self, name))
                    yield Statement(name, f"{name}:{code}", value, self.operator, self.unit, extras=dosed)
        if self.days:
            yield Statement("days", f"days:{code}", self.days)
        if self.n_days is not None:
            yield Statement("n_days", f"n_days:{code}", str(self.n_days), unit="days")
