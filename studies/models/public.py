"""The read side: what the public sees. Only publishing writes it, and no row is ever updated but to be closed.

Every row is valid from one revision until another. What was public at revision R is every row with
`valid_from <= R < valid_to`; what is public now has `valid_to = OPEN`.
"""

from django.conf import settings
from django.db import models

# Kinds of search entry in the order of results where all else is equal.
SEARCH_KINDS = (
    "study", "publication", "construct", "registration", "disease", "drug", "toxicity", "event", "claim", "discrepancy",
)  # fmt: skip
OPEN = 2_147_483_647  # an open end that sorts and compares without NULL
# The collection of what stands at addresses of what is gone; its slug is the collection and slug of what stood there.
TOMBSTONES = "withdrawn"


TEXT_REDACTED, VALUE_REDACTED = "a text was redacted", "a value was redacted"
# How the reasons begin that the product gives by itself → the role in which the step was taken. A reviewer's publishing
# has the reason that was typed.
ROLE_OF_STEP = {
    TEXT_REDACTED: "manager",
    VALUE_REDACTED: "manager",
    "two readings of ": "manager",
    "checked by a haematologist: ": "haematologist",
    "a reader's report on ": "curator",
}


class Revision(models.Model):
    """One state of the public base. Numbers grow by one with every publishing, in the order of commit."""

    id = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.TextField()
    rendering = models.PositiveSmallIntegerField(default=0, help_text="The rendering its public rows were made by.")

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"revision {self.id}"

    @property
    def role(self) -> str:
        """In which role its user made it; of what was taken out the tombstone says so (`ask/history.py`)."""
        found = (role for begin, role in ROLE_OF_STEP.items() if self.reason.startswith(begin))
        return next(found, "reviewer")

    @property
    def is_redaction(self) -> bool:
        return self.reason in (TEXT_REDACTED, VALUE_REDACTED)


class PublicQuerySet(models.QuerySet):
    def current(self):
        return self.filter(valid_to=OPEN)

    def at(self, revision: int):
        """What was public at a revision."""
        return self.filter(valid_from__lte=revision, valid_to__gt=revision)

    def preferred(self):
        """The rows that answer for their study; said as a list of one, as SQLite uses no index for a bare boolean."""
        return self.filter(preferred__in=[True])


class Public(models.Model):
    """What all public rows share. `owner` is the accession whose publishing wrote the row and may close it."""

    owner = models.CharField(max_length=16)
    valid_from = models.PositiveIntegerField()
    valid_to = models.PositiveIntegerField(default=OPEN)

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True


class PublicRecord(Public):
    """The finished JSON document of one record. `collection` is the API's name for its kind."""

    collection = models.CharField(max_length=24)
    accession = models.CharField(max_length=16)
    slug = models.CharField(max_length=80, help_text="What the address names it by.")
    name = models.CharField(max_length=200, blank=True, help_text="What a study or publication is called.")
    publication = models.CharField(max_length=80, blank=True)
    study = models.CharField(max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=32, blank=True)
    topic = models.CharField(max_length=64, blank=True, help_text="The code that a reader of the collection asks by.")
    read_as = models.CharField(max_length=64, blank=True, help_text="How a publication was read; empty if it was not.")
    document = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "slug", "valid_to"], name="public_record_once"),
        ]
        indexes = [
            models.Index(fields=["owner", "valid_to"], name="public_record_owner"),
            models.Index(fields=["collection", "valid_to", "year", "slug"], name="public_record_by_year"),
            models.Index(fields=["accession", "valid_to"], name="public_record_by_accession"),
        ]

    def __str__(self):
        return f"{self.collection}/{self.slug}"


class EvidenceRow(Public):
    """One CAR-T course of one cohort, root or subgroup, flat enough to filter and full enough to read."""

    row = models.CharField(max_length=40, help_text="Accession of the course, and of the cohort for a subgroup.")
    parent_row = models.CharField(max_length=40, blank=True, help_text="The row of the cohort it is a subgroup of.")
    preferred = models.BooleanField(help_text="Whether this report of the study answers; others are named beside it.")
    study = models.CharField(max_length=80)
    publication = models.CharField(max_length=80)
    course = models.CharField(max_length=16)
    cohort = models.CharField(max_length=16)
    root_cohort = models.CharField(max_length=16, help_text="The cohort that counts towards totals.")
    above = models.CharField(max_length=200, blank=True, help_text="Accessions of the cohorts it lies within.")
    root_n = models.PositiveIntegerField(default=0)
    n = models.PositiveIntegerField(default=0, help_text="Patients; 0 where it is not reported (see `n_reported`).")
    n_reported = models.BooleanField(default=True)
    year = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(blank=True, help_text="All its words, normalised, for the filter by free text.")
    overlaps = models.TextField(blank=True, help_text="JSON list of the cohorts that may hold the same patients.")
    document = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "valid_to"], name="evidence_row_once")]
        indexes = [
            models.Index(fields=["owner", "valid_to"], name="evidence_row_owner"),
            models.Index(fields=["course", "valid_to"], name="evidence_row_by_course"),
            models.Index(fields=["valid_to", "preferred", "study", "row"], name="evidence_row_by_study"),
            models.Index(fields=["valid_to", "preferred", "year", "row"], name="evidence_row_by_year"),
            models.Index(fields=["valid_to", "preferred", "n", "row"], name="evidence_row_by_n"),
        ]

    def __str__(self):
        return self.row


class EvidenceTerm(models.Model):
    """One value of one filter field of a row. `not_reported` says that the report is silent on the field."""

    row = models.ForeignKey(EvidenceRow, on_delete=models.CASCADE, related_name="terms")
    field = models.CharField(max_length=32)
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "field", "value"], name="evidence_term_once")]
        indexes = [models.Index(fields=["field", "value", "row"], name="evidence_term_lookup")]

    def __str__(self):
        return f"{self.field}={self.value}"


class EvidenceDose(models.Model):
    """A dose of a row in the unit printed. Units are never converted, so a range is asked within one unit."""

    row = models.ForeignKey(EvidenceRow, on_delete=models.CASCADE, related_name="doses")
    unit = models.CharField(max_length=16)
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["row", "unit", "low", "high"], name="evidence_dose_lookup")]

    def __str__(self):
        return f"{self.low:g}–{self.high:g} {self.unit}"


class PublicFact(Public):
    """One value at one place: a row of the facts table. docs/facts.md tells the columns."""

    fact_row = models.CharField(max_length=160, help_text="<accession>.<attribute>.<place number>")
    fact = models.CharField(max_length=150)
    publication = models.CharField(max_length=80)
    study = models.CharField(max_length=80, blank=True)
    registration = models.CharField(max_length=40, blank=True)
    cohort = models.CharField(max_length=16, blank=True)
    course = models.CharField(max_length=8, blank=True)
    part = models.CharField(max_length=8, blank=True)
    entity = models.CharField(max_length=24)
    attribute = models.CharField(max_length=120)
    value = models.TextField()
    operator = models.CharField(max_length=1, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    canonical_value = models.CharField(max_length=40, blank=True)
    canonical_unit = models.CharField(max_length=40, blank=True)
    denominator = models.PositiveIntegerField(null=True)
    scale = models.CharField(max_length=64, blank=True)
    site = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=64, blank=True)
    specimen = models.CharField(max_length=64, blank=True)
    per = models.CharField(max_length=16, blank=True)
    counted = models.CharField(max_length=32, blank=True)
    day = models.CharField(max_length=60, blank=True)
    day_from = models.CharField(max_length=32, blank=True)
    time_point = models.CharField(max_length=120, blank=True)
    date = models.CharField(max_length=10, blank=True)
    as_of = models.CharField(max_length=10, blank=True)
    criteria = models.CharField(max_length=64, blank=True)
    follows = models.CharField(max_length=16, blank=True)
    as_reported = models.TextField()
    locator = models.CharField(max_length=200)
    basis = models.CharField(max_length=16)
    derivation = models.CharField(max_length=400, blank=True)
    retold = models.BooleanField()
    discrepancies = models.CharField(max_length=400, blank=True, help_text="Accessions joined by spaces.")
    implausible = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact_row", "valid_to"], name="public_fact_once")]
        indexes = [
            models.Index(fields=["owner", "valid_to"], name="public_fact_owner"),
            models.Index(fields=["valid_to", "study", "fact_row"], name="public_fact_by_study"),
            models.Index(fields=["valid_to", "attribute", "fact_row"], name="public_fact_by_attribute"),
        ]

    def __str__(self):
        return self.fact_row


class FormLink(models.Model):
    """What a published form names: a unit and a record or slug. It tells who shows whom without asking a draft."""

    unit = models.CharField(max_length=16)
    target = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "target"], name="form_link_once")]
        indexes = [models.Index(fields=["target", "unit"], name="form_link_target")]

    def __str__(self):
        return f"{self.unit} names {self.target}"


class SearchText(Public):
    """What search looks through: one entry per address. `words` are normalised in pure code, so that both databases
    find the same."""

    kind = models.CharField(max_length=24)
    weight = models.PositiveSmallIntegerField(default=9, help_text="Kinds in the order of results, least first.")
    address = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    title_words = models.CharField(
        max_length=400, default="", help_text="Words of the title, a space before and after each."
    )
    text = models.TextField(help_text="The text as it is shown in a snippet.")
    words = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "valid_to"], name="search_text_once")]
        indexes = [models.Index(fields=["owner", "valid_to"], name="search_text_owner")]

    def __str__(self):
        return self.title


class SearchWord(models.Model):
    """A word of a public title or name: what suggestions and “did you mean” are made of."""

    word = models.CharField(max_length=80, primary_key=True)

    def __str__(self):
        return self.word
