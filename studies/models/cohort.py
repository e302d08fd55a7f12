"""Patients: cohorts as one report tells them, what characterises them, and which cohorts share patients."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted, Record
from .choices import AgeAt, AgeGroup, CharacteristicKind, OverlapRelation, Presence, Sex
from .columns import choice_field, decimal_field, excusable, low_up_to_high, operator_field
from .publication import Publication
from .vocabulary import term_field

OLDEST = 130  # years that nobody has reached
AGES = ("age_low", "age_high", "age_median")


def _ages(**bound) -> Q:
    """Every age that is given lies within a bound."""
    condition = Q()
    for name in AGES:
        within = Q(**{f"{name}__{lookup}": value for lookup, value in bound.items()})
        condition &= Q(**{f"{name}__isnull": True}) | within
    return condition


class Cohort(Extracted):
    """The patients a number is about. A subgroup has a parent; only root cohorts count towards totals."""

    KIND = "COH"

    class SplitBy(models.TextChoices):
        NOTHING = "", "not a subgroup"
        DISEASE = "disease", "disease"
        STATUS = "status", "disease status at infusion"
        OTHER = "other", "something else"

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="subgroups")
    split_by = models.CharField(max_length=16, choices=SplitBy.choices, blank=True)
    code = models.CharField(max_length=40, help_text="Short name within the report: “all”, “CLL”, “in-remission”.")
    label = models.CharField(max_length=120)
    n = models.PositiveIntegerField("patients", null=True, blank=True, help_text="Empty where it is not reported.")
    disease = term_field("disease", optional=True, help_text="The disease that all patients of the cohort have.")
    age_low = decimal_field()
    age_high = decimal_field()
    age_median = decimal_field()
    age_unit = models.CharField(max_length=8, default="years", choices=[("years", "years"), ("months", "months")])
    age_at = choice_field(AgeAt, blank=True, help_text="When they were of this age. Empty where that is not told.")
    age_group = choice_field(AgeGroup, blank=True, help_text="“a child”, “adult patients”, or by the ages given.")
    sex = choice_field(Sex, blank=True)
    n_female = models.PositiveIntegerField(null=True, blank=True)
    n_male = models.PositiveIntegerField(null=True, blank=True)

    class Meta(Extracted.Meta):
        ordering = ["accession"]
        constraints = [
            *Extracted.Meta.constraints,
            low_up_to_high("age_low", "age_high"),
            models.CheckConstraint(
                condition=_ages(gte=0),
                name="cohort_age_is_not_negative",
                violation_error_message="An age is not negative.",
            ),
            excusable(
                _ages(lte=OLDEST) | (Q(age_unit="months") & _ages(lte=12 * OLDEST)),
                "cohort_age_is_reached",
                f"Nobody has reached {OLDEST} years.",
            ),
            excusable(
                Q(age_median__isnull=True)
                | (
                    (Q(age_low__isnull=True) | Q(age_low__lte=models.F("age_median")))
                    & (Q(age_high__isnull=True) | Q(age_high__gte=models.F("age_median")))
                ),
                "cohort_median_within_range",
                "The median age lies outside the range of ages.",
            ),
            models.CheckConstraint(
                condition=Q(age_at="") | Q(age_low__isnull=False) | Q(age_median__isnull=False),
                name="cohort_age_has_its_time",
                violation_error_message="“age_at” says when they were of an age: give the age too.",
            ),
            models.CheckConstraint(
                condition=Q(n__isnull=True) | Q(n__gte=1) | Q(parent__isnull=False),
                name="cohort_has_patients",
                violation_error_message="A cohort has a patient at least; leave empty what is not reported.",
            ),
            excusable(
                ~Q(sex=Sex.MALE) | Q(n_female__isnull=True) | Q(n_female=0),
                "cohort_of_men_has_no_women",
                "All are male, yet there are women.",
            ),
            excusable(
                ~Q(sex=Sex.FEMALE) | Q(n_male__isnull=True) | Q(n_male=0),
                "cohort_of_women_has_no_men",
                "All are female, yet there are men.",
            ),
            models.UniqueConstraint(fields=["report", "code"], name="cohort_code_once_in_report"),
            models.CheckConstraint(
                condition=(Q(parent__isnull=True) & Q(split_by="")) | (Q(parent__isnull=False) & ~Q(split_by="")),
                name="cohort_subgroup_says_by_what",
                violation_error_message="A subgroup says by what it is split; a root cohort is split by nothing.",
            ),
            excusable(
                Q(n__isnull=True) | Q(n_female__isnull=True) | Q(n_female__lte=models.F("n")),
                "cohort_women_up_to_n",
                "More women than patients.",
            ),
            excusable(
                Q(n__isnull=True) | Q(n_male__isnull=True) | Q(n_male__lte=models.F("n")),
                "cohort_men_up_to_n",
                "More men than patients.",
            ),
        ]

    def __str__(self):
        return f"{self.label} ({self.report})"

    def clean(self):
        super().clean()
        if self.lacks("report"):
            return
        if not self.report.study_id:
            raise ValidationError(
                {"report": "Patients belong to the report of a study; a registration is only a plan."}
            )
        self.same_report("parent")
        if self.split_by == self.SplitBy.DISEASE and not self.disease_id:
            raise ValidationError({"disease": "A subgroup by disease names its disease."})
        if self.parent_id and self.n is not None and self.parent.n is not None and self.n > self.parent.n:
            self.refuse("n", f"A subgroup of {self.n} is larger than its parent of {self.parent.n}.")
        ancestor = self.parent
        while ancestor is not None:
            if self.pk and ancestor.pk == self.pk:
                raise ValidationError({"parent": "A cohort cannot lie within itself."})
            ancestor = ancestor.parent

    @property
    def root(self) -> "Cohort":
        cohort = self
        while cohort.parent_id:
            cohort = cohort.parent
        return cohort

    @property
    def suffix(self) -> str:
        """What qualifies an attribute of a subgroup: `response_n:CR:CLL`."""
        return f":{self.code}" if self.parent_id else ""

    def statements(self):
        if self.n is not None:
            if not self.parent_id:
                yield Statement("n", "n_patients", str(self.n), unit="patients")
            else:
                kind = "disease_n" if self.split_by == self.SplitBy.DISEASE else "subgroup_n"
                yield Statement("n", f"{kind}:{self.code}", str(self.n), unit="patients", denominator=self.root.n)
        if self.disease_id and not self.parent_id:
            yield Statement("disease", "disease", self.disease.code)
        if self.age_low is not None and self.age_low == self.age_high:
            yield Statement("age_low", f"age{self.suffix}", plain(self.age_low), unit=self.age_unit)
        else:
            for name in ("age_low", "age_high"):
                if getattr(self, name) is not None:
                    yield Statement(name, f"{name}{self.suffix}", plain(getattr(self, name)), unit=self.age_unit)
        if self.age_median is not None:
            yield Statement("age_median", f"age_median{self.suffix}", plain(self.age_median), unit=self.age_unit)
        for name in ("age_at", "age_group", "sex"):
            if getattr(self, name):
                yield Statement(name, f"{name}{self.suffix}", getattr(self, name))
        for name in ("n_female", "n_male"):
            if getattr(self, name) is not None:
                yield Statement(name, f"{name}{self.suffix}", str(getattr(self, name)), denominator=self.n)


class Characteristic(Extracted):
    """Something that characterises a cohort at or before infusion: a finding, a mutation, a prior treatment."""

    KIND = "CHA"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="characteristics")
    course = models.ForeignKey(
        "studies.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="characteristics",
        help_text="The CAR-T course before which it was found, where the document tells of several.",
    )
    kind = choice_field(CharacteristicKind)
    term = term_field("characteristic")
    presence = choice_field(Presence, default=Presence.PRESENT)
    n = models.PositiveIntegerField(null=True, blank=True)
    denominator = models.PositiveIntegerField(null=True, blank=True)
    operator = operator_field()
    detail = models.CharField(max_length=200, blank=True, help_text="As worded: “t(9,22)(q34;q11)”, “at least one”.")

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            excusable(
                Q(n__isnull=True) | Q(denominator__isnull=True) | Q(n__lte=models.F("denominator")),
                "characteristic_n_up_to_denominator",
                "n is greater than its denominator.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.term}"

    def clean(self):
        super().clean()
        if not self.lacks("report", "cohort"):
            self.same_report("cohort", "course")

    def statements(self):
        attribute = f"{self.kind}:{self.term.code}{self.cohort.suffix}"
        yield Statement("presence", attribute, self.presence)
        if self.n is not None:
            yield Statement(
                "n", f"{self.kind}_n:{self.term.code}{self.cohort.suffix}", str(self.n), self.operator,
                denominator=self.denominator,
            )  # fmt: skip
        if self.detail:
            yield Statement("detail", f"{self.kind}_detail:{self.term.code}{self.cohort.suffix}", self.detail)


class CohortOverlap(Record):
    """Two cohorts share patients, or may: a total counts each patient once."""

    KIND = "OVL"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="overlaps")
    other = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="overlapped_by")
    relation = choice_field(OverlapRelation)
    shared_low = models.PositiveIntegerField("patients shared, at least", null=True, blank=True)
    shared_high = models.PositiveIntegerField("patients shared, at most", null=True, blank=True)
    basis = models.TextField(help_text="Why we say so.")
    source = models.CharField(max_length=300, help_text="Where that comes from: a document and place, or a registry.")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(cohort=models.F("other")),
                name="overlap_of_two",
                violation_error_message="A cohort always shares its patients with itself.",
            ),
            low_up_to_high("shared_low", "shared_high"),
            models.UniqueConstraint(fields=["cohort", "other"], name="overlap_once"),
        ]

    def __str__(self):
        return f"{self.cohort_id} and {self.other_id}: {self.get_relation_display()}"

    def clean(self):
        super().clean()
        for name in ("cohort", "other"):
            if getattr(self, f"{name}_id") and getattr(self, name).parent_id:
                raise ValidationError({name: "Overlaps are told of root cohorts: only they count towards totals."})
        if self.cohort_id and self.other_id:
            fewest = min((c.n for c in (self.cohort, self.other) if c.n is not None), default=None)
            for name in ("shared_low", "shared_high"):
                shared = getattr(self, name)
                if None not in (shared, fewest) and shared > fewest:
                    raise ValidationError({name: f"{shared} patients shared, but the smaller cohort has {fewest}."})
