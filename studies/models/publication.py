"""Documents: what can be cited, what of it was read, and which other documents it cites."""

import re
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..pure import identifiers, partial_dates
from ..pure.statements import Statement
from .base import Record
from .choices import ExtractionState, PublicationKind, ReadAs, RetractionStatus, State
from .columns import PartialDateField, choice_field

slug_validator = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*$", "A slug is lower case letters and digits joined by hyphens: “li-hua-2025”."
)


class Slugged(models.Model):
    """A public name that never changes once given."""

    slug = models.CharField(
        max_length=80, unique=True, validators=[slug_validator], help_text="surname-year; it never changes."
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.pk:
            before = type(self).objects.filter(pk=self.pk).values_list("slug", flat=True).first()
            if before and before != self.slug:
                raise ValidationError({"slug": f"A slug never changes: this one is “{before}”."})


class Curated(models.Model):
    """A record that is published as a whole. `studies/publishing/workflow.py` alone moves its state; whether the public
    sees it is another question: a published record that is being changed is a draft, and public as it was."""

    state = choice_field(State, default=State.DRAFT, editable=False)
    is_public = models.BooleanField(default=False, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    form = models.TextField(blank=True, editable=False)  # what was last published of it; public rows are made of this
    checked = models.TextField(blank=True, editable=False)  # what the datachecks found when it was last published

    class Meta:
        abstract = True


class HaematologistChecked(models.Model):
    """A record that a haematologist may have checked as it stands. `workflow.check` alone says so; it lapses when
    anything of the record is changed (`lapse` in base.py), so that no draft is checked."""

    haematologist_checked_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Publication(Slugged, Curated, Record):
    """A citable document. Its bibliographic values have their places in `Place` rows, each naming the document that
    says them: its own front matter, or the reference list of a paper that cites it."""

    KIND = "PUB"

    name = models.CharField("short name", max_length=80, help_text="As people cite it: “Li Hua 2025”.")
    kind = choice_field(PublicationKind)
    title = models.TextField(blank=True)
    journal = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField()
    volume = models.CharField(max_length=20, blank=True)
    issue = models.CharField(max_length=20, blank=True)
    pages = models.CharField("pages or article number", max_length=40, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True)
    pmid = models.CharField("PMID", max_length=9, blank=True)
    pmcid = models.CharField("PMCID", max_length=16, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="ISO 639-1 code, if the document shows it.")
    received = PartialDateField()
    accepted = PartialDateField()
    published = PartialDateField()
    licence = models.CharField(max_length=120, blank=True)
    keywords = models.TextField(blank=True, help_text="One per line, as printed.")
    funding = models.TextField(blank=True)
    competing_interests = models.TextField(blank=True)
    ethics = models.TextField("ethics and consent", blank=True)
    corresponding_author = models.CharField(max_length=200, blank=True)
    retraction_status = choice_field(RetractionStatus, default=RetractionStatus.NOT_CHECKED)
    retraction_as_of = PartialDateField(help_text="The day the status was looked up.")
    extraction_state = choice_field(ExtractionState, default=ExtractionState.CITED_ONLY)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["doi"],
                condition=~Q(doi=""),
                name="publication_doi_once",
                violation_error_message="Another publication has this DOI.",
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~Q(pmid=""),
                name="publication_pmid_once",
                violation_error_message="Another publication has this PMID.",
            ),
            models.CheckConstraint(
                condition=Q(retraction_status=RetractionStatus.NOT_CHECKED) | ~Q(retraction_as_of=""),
                name="publication_retraction_has_date",
                violation_error_message="A retraction status needs the day on which it was looked up.",
            ),
        ]

    STATED_FIELDS = [
        "title", "journal", "year", "volume", "issue", "pages", "doi", "pmid", "pmcid", "language", "received",
        "accepted", "published", "licence", "keywords", "funding", "competing_interests", "ethics",
        "corresponding_author",
    ]  # fmt: skip

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if isinstance(self.year, int) and not 1800 <= self.year <= 2100:
            raise ValidationError({"year": f"“{self.year}” is no year of publication: write all four digits."})
        problem = identifiers.problem_with_doi(self.doi) if self.doi else ""
        if problem:
            raise ValidationError({"doi": problem})
        for name, pattern in (("pmid", identifiers.PMID), ("pmcid", identifiers.PMCID)):
            if getattr(self, name) and not pattern.fullmatch(getattr(self, name)):
                raise ValidationError({name: f"“{getattr(self, name)}” is not a {name.upper()}."})

    def statements(self):
        if self.kind != PublicationKind.NOT_REPORTED:
            yield Statement("kind", "publication_kind", self.kind)
        authors = list(self.authors.all())
        if authors:
            yield Statement("authors", "authors", "; ".join(str(a) for a in authors))
        for name in self.STATED_FIELDS:
            value = getattr(self, name)
            if value:
                yield Statement(name, name, "; ".join(str(value).splitlines()) if name == "keywords" else str(value))


class Author(models.Model):
    """One author of a publication, in order, as the document prints the name."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="authors")
    position = models.PositiveSmallIntegerField()
    family_name = models.CharField(max_length=80)
    given_names = models.CharField(max_length=80, blank=True, help_text="Full names or initials, as printed.")
    affiliation = models.TextField(blank=True)

    class Meta:
        ordering = ["publication", "position"]
        constraints = [models.UniqueConstraint(fields=["publication", "position"], name="author_position_once")]

    def __str__(self):
        return f"{self.family_name} {self.given_names}".strip()


class SourceRead(Record):
    """What of a publication was actually read, and what of it was not at hand."""

    KIND = "SRC"

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="sources_read")
    read_as = choice_field(ReadAs)
    parts_read = models.TextField(help_text="One per line.")
    parts_not_at_hand = models.TextField(blank=True, help_text="Figures, supplements …, one per line.")
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the text that was read.")
    read_on = PartialDateField(blank=False)
    reader = models.CharField(max_length=80, help_text="The role, not the name: “a curator”.")

    class Meta:
        verbose_name_plural = "sources read"

    def __str__(self):
        return f"{self.publication} as {self.get_read_as_display()}"

    def clean(self):
        super().clean()
        if self.checksum and not re.fullmatch("[0-9a-f]{64}", self.checksum):
            said = f"“{self.checksum}” is no SHA-256, which has 64 signs, each 0 to 9 or a to f."
            raise ValidationError({"checksum": said})
        try:
            begins = partial_dates.bounds(self.read_on)[0]
        except ValueError:
            return  # what is no date the field itself refuses
        # Where a curator sits the day may have begun that has not begun here.
        if begins > timezone.localdate() + timedelta(days=1):
            raise ValidationError({"read_on": f"{self.read_on} is in the future: nobody has read it then."})


class Citation(Record):
    """That one document cites another, and what its reference list prints."""

    KIND = "CIT"

    citing = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="references")
    cited = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="cited_by")
    number = models.PositiveSmallIntegerField("reference number")
    cited_for = models.CharField(max_length=300, blank=True, help_text="What the document cites it for, in our words.")

    class Meta:
        ordering = ["citing", "number"]
        constraints = [models.UniqueConstraint(fields=["citing", "number"], name="reference_number_once")]

    def __str__(self):
        return f"{self.citing} reference {self.number}: {self.cited}"
