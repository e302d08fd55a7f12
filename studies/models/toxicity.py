"""Toxicities, GVHD among them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import Presence, Resolution, TimeUnit
from .cohort import Cohort
from .columns import choice_field, decimal_field, excusable, low_up_to_high, operator_field
from .timing import Following, Timed, follows_one
from .vocabulary import term_field

GVHD_TERMS = ("gvhd", "acute_gvhd", "chronic_gvhd")


class Toxicity(Timed, Following, Extracted):
    """One toxicity after a course, a transplant or a therapy: it occurred, it did not (as the document says), or it is
    suspected. Grades carry their scale. GVHD is acute, chronic or unspecified, never expanded into each other.

    The time columns hold the onset.
    """

    KIND = "TOX"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="toxicities")
    term = term_field("toxicity")
    term_as_reported = models.CharField(max_length=80, blank=True)
    presence = choice_field(Presence)
    affected_operator = operator_field()
    affected_n = models.PositiveIntegerField("patients affected", null=True, blank=True)
    evaluable_n = models.PositiveIntegerField("patients evaluable", null=True, blank=True)
    grade_operator = operator_field()
    grade_low = models.PositiveSmallIntegerField(null=True, blank=True)
    grade_high = models.PositiveSmallIntegerField(null=True, blank=True)
    scale = term_field("grading_scale", optional=True, help_text="Required with a grade; it may be “not_reported”.")
    severity_as_worded = models.CharField(max_length=80, blank=True)
    duration_operator = operator_field()
    duration = decimal_field()
    duration_unit = choice_field(TimeUnit, blank=True)
    management = models.CharField(max_length=200, blank=True)
    resolution = choice_field(Resolution, blank=True)
    observation = models.CharField("observed over", max_length=120, blank=True)

    class Meta(Extracted.Meta):
        verbose_name_plural = "toxicities"
        constraints = [
            *Extracted.Meta.constraints,
            *Timed.Meta.constraints,
            follows_one(required=True),
            low_up_to_high("grade_low", "grade_high"),
            models.CheckConstraint(
                condition=(Q(grade_low__isnull=True) & Q(grade_high__isnull=True)) | Q(scale__isnull=False),
                name="toxicity_grade_has_scale",
                violation_error_message="A grade needs its grading scale, which may be “not reported”.",
            ),
            models.CheckConstraint(
                condition=(Q(grade_low__isnull=True) | Q(grade_low__gte=1, grade_low__lte=5))
                & (Q(grade_high__isnull=True) | Q(grade_high__gte=1, grade_high__lte=5)),
                name="toxicity_grade_is_1_to_5",
                violation_error_message="Grades go from 1 to 5. There is no grade 0: that is “absent”.",
            ),
            models.CheckConstraint(
                condition=~Q(presence=Presence.ABSENT) | Q(affected_n__isnull=True) | Q(affected_n=0),
                name="toxicity_absent_affects_nobody",
                violation_error_message="What is absent affects nobody.",
            ),
            excusable(
                Q(affected_n__isnull=True) | Q(evaluable_n__isnull=True) | Q(affected_n__lte=F("evaluable_n")),
                "toxicity_affected_up_to_evaluable",
                "More patients affected than evaluable.",
            ),
        ]

    def __str__(self):
        return f"{self.term}: {self.get_presence_display()} ({self.cohort})"

    def clean(self):
        super().clean()
        if self.lacks("report", "cohort"):
            return
        self.same_report("cohort", "course", "transplant", "therapy")
        self.clean_follows()
        most = self.evaluable_n if self.evaluable_n is not None else self.affected_n
        if most is not None and self.cohort.n is not None and most > self.cohort.n:
            self.refuse("evaluable_n", f"{most} patients, but the cohort has {self.cohort.n}.")
        if self.presence == Presence.PRESENT and self.affected_n == 0:
            raise ValidationError({"affected_n": "Present in nobody: that is “absent”."})

    def statements(self):
        code, suffix = self.term.code, self.cohort.suffix
        common = {"follows": self.follows}
        if self.observation:
            common["time_point"] = self.observation
        if self.presence == Presence.ABSENT and self.grade_low is not None:
            # “No CRS of grade 3 or more” is not “no CRS”.
            scale = common | {"scale": self.scale.code}
            yield Statement(
                "grade_low",
                f"absent_grade:{code}{suffix}",
                str(self.grade_low),
                self.grade_operator,
                denominator=self.evaluable_n,
                extras=scale,
            )
            return
        name = code if code in GVHD_TERMS else f"present:{code}"
        yield Statement(
            "presence", f"{name}{suffix}", self.presence, denominator=self.evaluable_n,
            extras=common | self.time_extras(),
        )  # fmt: skip
        if self.affected_n is not None:
            yield Statement(
                "affected_n", f"affected_n:{code}{suffix}", str(self.affected_n), self.affected_operator,
                denominator=self.evaluable_n, extras=common,
            )  # fmt: skip
        graded = common | {"scale": self.scale.code if self.scale else ""}
        if self.grade_low is not None and self.grade_high in (None, self.grade_low):
            yield Statement(
                "grade_low", f"grade:{code}{suffix}", str(self.grade_low), self.grade_operator, extras=graded
            )
        else:
            for field in ("grade_low", "grade_high"):
                if getattr(self, field) is not None:
                    yield Statement(field, f"{field}:{code}{suffix}", str(getattr(self, field)), extras=graded)
        if self.severity_as_worded:
            yield Statement("severity_as_worded", f"severity:{code}{suffix}", self.severity_as_worded, extras=graded)
        if self.duration is not None:
            yield Statement(
                "duration", f"duration:{code}{suffix}", plain(self.duration), self.duration_operator,
                self.duration_unit, extras=common,
            )  # fmt: skip
        for field in ("management", "resolution"):
            if getattr(self, field):
                yield Statement(field, f"{field}:{code}{suffix}", getattr(self, field), extras=common)
