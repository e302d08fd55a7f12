"""Outcomes: responses, MRD, relapse, durations, survival, death, follow-up."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import DurationEnd, Site, Statistic, TimeUnit
from .cohort import Cohort
from .columns import choice_field, decimal_field, excusable, operator_field
from .timing import Following, Timed, follows_one
from .vocabulary import term_field

# How a measure names its fact. A count of patients is `<prefix>_n:<category>`.
PREFIX = {
    "best_response": "response",
    "response_at": "response_at",
    "mrd": "mrd",
    "relapse": "relapse",
    "death": "death",
    "remission_maintained": "remission_maintained",
}


class Outcome(Timed, Following, Extracted):
    """One outcome of a cohort, a category with n of N or a value with unit, and what it follows.

    The time columns hold the time point. A patient still in remission who was already in remission at infusion is
    `remission_maintained`, not a response.
    """

    KIND = "OUT"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="outcomes")
    measure = term_field("outcome_measure")
    category = term_field("response", optional=True)
    count_operator = operator_field()
    n = models.PositiveIntegerField("patients", null=True, blank=True)
    denominator = models.PositiveIntegerField("of", null=True, blank=True)
    operator = operator_field()
    value = decimal_field()
    value_high = decimal_field(help_text="For a range.")
    statistic = choice_field(Statistic, blank=True, help_text="For a value of several patients.")
    unit = models.CharField(max_length=20, blank=True, help_text="months, years, % …")
    duration_end = choice_field(DurationEnd, blank=True, help_text="For a duration: how it ended.")
    estimator = models.CharField(max_length=60, blank=True, help_text="For a rate: Kaplan–Meier, crude …")
    site = choice_field(Site, default=Site.NOT_REPORTED)
    method = term_field("method", optional=True)
    criteria = term_field("response_criteria", optional=True)
    ci_low = decimal_field(help_text="The paper's own interval, as printed.")
    ci_high = decimal_field()
    cause = models.CharField("cause or antigen status", max_length=120, blank=True)

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            *Timed.Meta.constraints,
            follows_one(required=True),
            excusable(
                Q(n__isnull=True) | Q(denominator__isnull=True) | Q(n__lte=F("denominator")),
                "outcome_n_up_to_denominator",
                "n is greater than its denominator.",
            ),
            models.CheckConstraint(
                condition=Q(n__isnull=True) | Q(denominator__isnull=False, denominator__gte=1),
                name="outcome_n_has_denominator",
                violation_error_message="A count of patients needs its denominator, which is at least 1.",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | ~Q(unit=""),
                name="outcome_value_has_unit",
                violation_error_message="A value needs its unit.",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(category__isnull=False),
                name="outcome_says_something",
                violation_error_message="An outcome has a category or a value.",
            ),
            models.CheckConstraint(
                condition=Q(value_high__isnull=True) | Q(value__isnull=False, value__lte=F("value_high")),
                name="outcome_value_low_up_to_high",
                violation_error_message="The range ends without a beginning, or starts above its end.",
            ),
            excusable(
                Q(value__isnull=True) | Q(value__gte=0),
                "outcome_value_is_not_negative",
                "A duration or a rate is not negative.",
            ),
            excusable(
                ~Q(unit="%")
                | (
                    (Q(value__isnull=True) | Q(value__lte=100))
                    & (Q(value_high__isnull=True) | Q(value_high__lte=100))
                    & (Q(ci_low__isnull=True) | Q(ci_low__gte=0))
                    & (Q(ci_high__isnull=True) | Q(ci_high__lte=100))
                ),
                "outcome_percentage_up_to_100",
                "A percentage and its interval lie from 0 to 100.",
            ),
            excusable(
                Q(value__isnull=True)
                | (
                    (Q(ci_low__isnull=True) | Q(ci_low__lte=F("value")))
                    & (Q(ci_high__isnull=True) | Q(ci_high__gte=F("value")))
                ),
                "outcome_value_within_interval",
                "The value lies outside its own interval.",
            ),
            models.CheckConstraint(
                condition=Q(ci_low__lte=F("ci_high")),
                name="outcome_interval_in_order",
                violation_error_message="The interval starts after it ends.",
            ),
        ]

    def __str__(self):
        return f"{self.measure}: {self.category or plain(self.value)} ({self.cohort})"

    def clean(self):
        super().clean()
        if self.lacks("report", "cohort", "measure"):
            return
        self.same_report("cohort", "course", "transplant", "therapy")
        self.clean_follows()
        if self.denominator is not None and self.cohort.n is not None and self.denominator > self.cohort.n:
            self.refuse("denominator", f"{self.denominator} patients, but the cohort has {self.cohort.n}.")
        durations = ("remission_duration", "follow_up", "dfs_duration", "survival_duration")
        if self.value is not None and self.measure.code in durations:
            if self.unit not in TimeUnit.values:
                raise ValidationError({"unit": f"A duration is in {', '.join(TimeUnit.values)}."})
            if self.measure.code != "follow_up" and not self.duration_end:
                raise ValidationError({"duration_end": "Say how the duration ended; it may be “not stated”."})

    def statements(self):
        code, suffix = self.measure.code, self.cohort.suffix
        prefix = PREFIX.get(code, code)
        extras = {
            "follows": self.follows,
            "site": "" if self.site == Site.NOT_REPORTED else self.site,
            "method": self.method.code if self.method else "",
            "criteria": self.criteria.code if self.criteria else "",
        } | self.time_extras()  # fmt: skip
        if self.category and self.n is not None:
            yield Statement(
                "n", f"{prefix}_n:{self.category.code}{suffix}", str(self.n), self.count_operator, "patients",
                self.denominator, extras,
            )  # fmt: skip
        elif self.category and self.value is None:
            yield Statement("category", f"{prefix}{suffix}", self.category.code, extras=extras)
        if self.category and self.n is not None and self.n == self.denominator == 1:
            yield Statement("category", f"{prefix}{suffix}", self.category.code, extras=extras)
        if self.value is not None:
            named = f"{code}_{self.statistic}" if self.statistic else code
            attribute = f"{named}:{self.category.code}{suffix}" if self.category else f"{named}{suffix}"
            pairs = [("value", attribute)]
            if self.value_high is not None:
                pairs = [("value", f"{attribute}_low"), ("value_high", f"{attribute}_high")]
            for name, qualified in pairs:
                value = plain(getattr(self, name))
                yield Statement(name, qualified, value, self.operator, self.unit, self.denominator, extras)
            if self.duration_end:
                yield Statement("duration_end", f"{code}_end{suffix}", self.duration_end, extras=extras)
        for name in ("ci_low", "ci_high"):
            if getattr(self, name) is not None:
                yield Statement(
                    name, f"{code}_{name}{suffix}", plain(getattr(self, name)), unit=self.unit, extras=extras
                )
        for name in ("estimator", "cause"):
            if getattr(self, name):
                yield Statement(name, f"{code}_{name}{suffix}", getattr(self, name), extras=extras)
