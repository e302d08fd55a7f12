"""Studies, registrations, and the reports by which documents tell of them."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from ..pure import identifiers
from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted, Record
from .choices import (
    Absence,
    CollectedFrom,
    Design,
    GeneticOrigin,
    ReportRole,
    TimeUnit,
)
from .columns import PartialDateField, choice_field, decimal_field, low_up_to_high, operator_field
from .publication import Curated, HaematologistChecked, Publication, Slugged
from .vocabulary import JoinedTermsField, Term, term_field


class Study(Slugged, Curated, Record):
    """Something done to patients. What is known of it hangs below its reports."""

    KIND = "STU"

    name = models.CharField(max_length=80, help_text="“Kochenderfer 2013”.")
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the study's own publication.")
    comparator_treatment = models.CharField(
        max_length=80,
        blank=True,
        help_text="For a study of another treatment (blinatumomab, DLI): its name. Such a study is in no CAR-T total.",
    )

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "studies"

    def __str__(self):
        return self.name


class Registration(Curated, Record):
    """An entry of a trial registry: a plan, which counts no patients."""

    KIND = "REG"

    registry = models.CharField(max_length=40)
    identifier = models.CharField(max_length=40, unique=True, validators=[RegexValidator(r"^[A-Za-z0-9-]+$")])
    studies = models.ManyToManyField(
        Study, blank=True, related_name="registrations", help_text="Studies that a document says belong to it."
    )

    class Meta:
        ordering = ["identifier"]

    def __str__(self):
        return self.identifier

    @property
    def slug(self):
        return self.identifier

    def clean(self):
        super().clean()
        problem = identifiers.problem_with_registration(self.registry, self.identifier)
        if problem:
            raise ValidationError({"identifier": problem})


class Report(HaematologistChecked, Curated, Record):
    """What one document says of one study or registration, or (own words) of the evidence at large.

    All that is extracted hangs below a report and takes its document from it.
    """

    KIND = "REP"

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reports")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    role = choice_field(ReportRole)

    class Meta:
        ordering = ["accession"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(role=ReportRole.OWN_WORDS) & Q(study__isnull=True) & Q(registration__isnull=True))
                | (~Q(role=ReportRole.OWN_WORDS) & Q(study__isnull=False) & Q(registration__isnull=True))
                | (~Q(role=ReportRole.OWN_WORDS) & Q(study__isnull=True) & Q(registration__isnull=False)),
                name="report_of_one_thing",
                violation_error_message="A report tells of one study or of one registration; "
                "“the document's own statements” of neither.",
            ),
            models.UniqueConstraint(
                fields=["publication", "study"], name="report_study_once", condition=Q(study__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["publication", "registration"],
                name="report_registration_once",
                condition=Q(registration__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["publication"], name="report_own_words_once", condition=Q(role=ReportRole.OWN_WORDS)
            ),
        ]

    def __str__(self):
        return f"{self.subject or 'own statements'} in {self.publication}"

    def clean(self):
        super().clean()
        if self.pk:
            before = (
                type(self).objects.filter(pk=self.pk).values("publication_id", "study_id", "registration_id").first()
            )
            if before and any(getattr(self, name) != value for name, value in before.items()):
                raise ValidationError("A report stays with its document and with what it tells of: make another one.")

    @property
    def subject(self):
        """The study or registration told of, or None."""
        return self.study or self.registration

    @property
    def retold(self) -> bool:
        """Whether the document is not the study's own report."""
        return self.role in (ReportRole.SECONDARY, ReportRole.MENTION)

    @classmethod
    def published(cls):
        return cls.objects.filter(is_public=True)


class StudyDescription(Extracted):
    """Design, centre and washout of a study, as one report tells them."""

    KIND = "DES"

    design = choice_field(Design, default=Design.NOT_REPORTED)
    phase = models.CharField(max_length=20, blank=True)
    centre = models.CharField(max_length=200, blank=True)
    washout_operator = operator_field()
    washout = decimal_field(help_text="Least time between the last treatment and the CAR-T cells.")
    washout_unit = choice_field(TimeUnit, blank=True)
    other_treatment = choice_field(
        Absence,
        blank=True,
        help_text="“None” where the document says that nothing but the study treatment was given.",
    )

    class Meta(Extracted.Meta):
        pass

    def __str__(self):
        return f"design in {self.report}"

    def statements(self):
        if self.design != Design.NOT_REPORTED:
            yield Statement("design", "design", self.design)
        for name in ("phase", "centre"):
            if getattr(self, name):
                yield Statement(name, name, getattr(self, name))
        if self.washout is not None:
            yield Statement("washout", "washout", plain(self.washout), self.washout_operator, self.washout_unit)
        if self.other_treatment:
            yield Statement("other_treatment", "other_treatment", self.other_treatment)


class RegistrationDescription(Extracted):
    """What one report says of a registration. Its status is true on the day it was looked up."""

    KIND = "PLA"

    sponsor = models.CharField("sponsor or centre", max_length=200, blank=True)
    purpose = models.CharField(max_length=300, blank=True, help_text="What it is done for, in our own words.")
    disease = term_field("disease", optional=True)
    disease_as_reported = models.CharField(max_length=120, blank=True)
    disease_status = models.CharField(max_length=200, blank=True)
    phase = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=40, blank=True)
    as_of = PartialDateField(help_text="The day the status was looked up.")
    target_enrolment = models.PositiveIntegerField(null=True, blank=True)
    primary_endpoint = models.CharField(max_length=200, blank=True)
    collected_from = choice_field(CollectedFrom, default=CollectedFrom.NOT_REPORTED)
    genetic_origin = choice_field(GeneticOrigin, default=GeneticOrigin.NOT_REPORTED)
    targets = JoinedTermsField(vocabulary="antigen")
    costimulatory_domains = JoinedTermsField(vocabulary="costimulatory_domain")

    class Meta(Extracted.Meta):
        constraints = [
            *Extracted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status="") | ~Q(as_of=""),
                name="registration_status_has_date",
                violation_error_message="A registry status needs the day on which it was looked up.",
            ),
        ]

    def __str__(self):
        return f"plan of {self.report}"

    def statements(self):
        for name in (
            "sponsor", "purpose", "disease_status", "phase", "primary_endpoint", "targets", "costimulatory_domains",
        ):  # fmt: skip
            if getattr(self, name):
                yield Statement(name, name, getattr(self, name))
        if self.status:
            yield Statement("status", "status", self.status, extras={"as_of": self.as_of})
        if self.as_of:
            yield Statement("as_of", "status_looked_up", self.as_of, extras={"date": self.as_of})
        if self.disease_id:
            yield Statement("disease", "disease", self.disease.code)
        if self.disease_as_reported:
            yield Statement("disease_as_reported", "disease_as_reported", self.disease_as_reported)
        if self.target_enrolment is not None:
            yield Statement("target_enrolment", "target_enrolment", str(self.target_enrolment), unit="patients")
        for name in ("collected_from", "genetic_origin"):
            if getattr(self, name) != "not_reported":
                yield Statement(name, name, getattr(self, name))


class EligibilityCriterion(Extracted):
    """One criterion of entry. It is not a result: GVHD at entry is not GVHD after infusion."""

    KIND = "ELI"

    topic = models.CharField(max_length=40, help_text="age, prior_dli, gvhd, disease, disease_status, …")
    excludes = models.BooleanField(default=False, help_text="An exclusion criterion.")
    text = models.CharField(max_length=300, help_text="The criterion in our own words.")
    operator = operator_field()
    low = decimal_field()
    high = decimal_field()
    unit = models.CharField(max_length=20, blank=True)

    class Meta(Extracted.Meta):
        verbose_name_plural = "eligibility criteria"
        constraints = [*Extracted.Meta.constraints, low_up_to_high("low", "high")]

    def __str__(self):
        return self.text

    def statements(self):
        attribute = f"{'exclusion' if self.excludes else 'eligibility'}:{self.topic}"
        yield Statement("text", attribute, self.text)
        for name in ("low", "high"):
            value = getattr(self, name)
            if value is not None:
                yield Statement(name, f"{attribute}:{name}", plain(value), self.operator, self.unit)


class Coverage(Record):
    """What was looked for in a report and not found. “Not reported” is derived from it: silence has no place."""

    KIND = "COV"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="coverage_rows")
    course = models.ForeignKey(
        "studies.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only where one CAR-T course is told of and another not.",
    )
    absence = choice_field(Absence, default=Absence.NOT_REPORTED)
    topics = models.ManyToManyField(Term, limit_choices_to={"vocabulary": "topic"}, related_name="+")
    parts_searched = models.TextField(help_text="One per line.")

    class Meta:
        verbose_name_plural = "coverage"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "absence"], name="coverage_once_per_kind", condition=Q(course__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["course", "absence"], name="coverage_once_per_course", condition=Q(course__isnull=False)
            ),
            models.CheckConstraint(
                condition=~Q(absence=Absence.NONE),
                name="coverage_is_of_silence",
                violation_error_message="“None” is a fact with a place, not a silence: enter it as an absence.",
            ),
        ]

    def __str__(self):
        return f"silence of {self.report}: {self.get_absence_display()}"
