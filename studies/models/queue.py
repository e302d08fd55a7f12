"""The reading queue: papers suggested for reading, how each was found, who has it, and why some are not read."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ..pure import identifiers
from ..pure.citations import cut
from .base import Record
from .choices import ExclusionReason, ExclusionStage, ExtractionState, FoundBy, QueueState, RunOutcome
from .columns import choice_field
from .publication import Citation, Publication

# The extraction state of the publication comes first: it is told to readers, and there is one truth.
_UNREAD = Q(document__isnull=True) | Q(document__extraction_state=ExtractionState.CITED_ONLY)
STANDING = {
    QueueState.SUGGESTED: _UNREAD & Q(held_by__isnull=True, exclusion_stage=""),
    QueueState.BEING_READ: (_UNREAD & Q(held_by__isnull=False)) | Q(document__extraction_state=ExtractionState.PARTLY),
    QueueState.EXHAUSTED: Q(document__extraction_state=ExtractionState.EXHAUSTED),
    QueueState.EXCLUDED: _UNREAD & ~Q(exclusion_stage=""),
}
# A stage that is a reason of its own.
REASON_OF_STAGE = {
    ExclusionStage.DUPLICATE: ExclusionReason.SAME_RECORD,
    ExclusionStage.NOT_RETRIEVED: ExclusionReason.NOT_RETRIEVABLE,
}


class SavedSearch(models.Model):
    """A search of PubMed that `manage.py search_publications` runs again and again."""

    name = models.CharField(max_length=80, unique=True, help_text="What readers know it by, on the page of the flow.")
    query = models.TextField(help_text="As it is typed into PubMed's search box. Readers see it, to run it themselves.")
    note = models.TextField(blank=True, help_text="What it is meant to find, and what it misses. Readers see it.")
    active = models.BooleanField(default=True, help_text="Whether the command runs it. A search is never deleted.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "saved searches"
        ordering = ["id"]

    def __str__(self):
        return self.name

    def last_complete(self) -> "SearchRun | None":
        """The run that newness is measured against."""
        return self.runs.filter(outcome=RunOutcome.COMPLETE).order_by("-id").first()


class SearchRun(models.Model):
    """One run of a saved search: what was asked and when, what the service told, what was new, what failed and why.

    It is written as failed when it begins, so that a run that was killed is no last run either.
    """

    search = models.ForeignKey(SavedSearch, on_delete=models.PROTECT, related_name="runs")
    query = models.TextField()  # as it was then
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = choice_field(RunOutcome, default=RunOutcome.FAILED)
    count = models.PositiveIntegerField(null=True, blank=True)  # as the service told it
    n_found = models.PositiveIntegerField(default=0)  # records of it that are in the queue
    n_new = models.PositiveIntegerField(default=0)  # of these, not found by the last complete run
    understood_as = models.TextField(blank=True)
    trouble = models.TextField(default="It was broken off before it could end.", blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.search} on {self.started_at:%Y-%m-%d}"


class CandidateQuerySet(models.QuerySet):
    def standing(self, state: QueueState):
        """Those that stand so for who reads."""
        return self.filter(STANDING[state])

    def known_as(self, pmid: str = "", doi: str = ""):
        """Those that bear one of these identifiers, themselves or by their publication."""
        condition = Q(pk__in=[])
        if pmid:
            condition |= Q(pmid=pmid) | Q(document__pmid=pmid)
        if doi:
            condition |= Q(doi__iexact=doi) | Q(document__doi__iexact=doi)
        return self.filter(condition).select_related("document").order_by("pk")


class Candidate(Record):
    """A paper suggested for reading. It keeps what was known of it when it was found; once it is a publication of the
    base, that publication says what it is and how far it is read."""

    KIND = "CAN"

    title = models.TextField(blank=True, help_text="As the service or the paper prints it.")
    authors = models.CharField(max_length=200, blank=True, help_text="The first author, or the first few.")
    journal = models.CharField(max_length=200, blank=True, help_text="As it was found; abbreviated or not.")
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty if it is not known.")
    pmid = models.CharField("PMID", max_length=9, blank=True, help_text="Its number in PubMed, if it has one.")
    doi = models.CharField("DOI", max_length=120, blank=True, help_text="Without the address before it: 10.1038/…")
    document = models.OneToOneField(
        Publication, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="candidate"
    )
    read_before = models.BooleanField(default=False, editable=False)  # read before it was in the queue: never screened
    resembles = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )  # nearly the same title: a curator decides whether it is the same
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True, editable=False)
    exclusion_stage = choice_field(ExclusionStage, blank=True, editable=False)
    exclusion_reason = choice_field(ExclusionReason, blank=True, editable=False)
    exclusion_text = models.CharField(max_length=300, blank=True, editable=False)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["accession"]
        permissions = [("work_queue", "Can take, hand over, exclude and import what is in the reading queue")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(pmid="") | ~Q(doi=""),
                name="candidate_is_named",
                violation_error_message="Give a PMID, a DOI or a title: by one of them it can be found.",
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~Q(pmid=""),
                name="candidate_pmid_once",
                violation_error_message="Another candidate has this PMID.",
            ),
            models.UniqueConstraint(
                Lower("doi"),
                condition=~Q(doi=""),
                name="candidate_doi_once",
                violation_error_message="Another candidate has this DOI.",
            ),
            models.CheckConstraint(
                condition=Q(held_by__isnull=True, taken_at__isnull=True)
                | Q(held_by__isnull=False, taken_at__isnull=False, exclusion_stage=""),
                name="candidate_held_since_when",
                violation_error_message="Who has it has it since a day, and what is excluded nobody has.",
            ),
            models.CheckConstraint(
                condition=Q(exclusion_stage="", exclusion_reason="", exclusion_text="")
                | (~Q(exclusion_stage="") & ~Q(exclusion_reason="")),
                name="candidate_excluded_with_reason",
                violation_error_message="An exclusion has its stage and its reason.",
            ),
            models.CheckConstraint(
                condition=~Q(exclusion_reason=ExclusionReason.OTHER) | ~Q(exclusion_text=""),
                name="candidate_other_reason_said",
                violation_error_message="Another reason is said in words.",
            ),
        ]

    def __str__(self):
        return self.document.name if self.document else self.own_name

    @property
    def own_name(self) -> str:
        """What it is called by what was known when it was found, whatever became of it."""
        if self.authors:
            return f"{self.authors.partition(',')[0]} {self.year or ''}".strip()
        return cut(self.title, 60) or (f"PMID {self.pmid}" if self.pmid else self.doi)

    def clean(self):
        super().clean()
        if self.year is not None and not 1800 <= self.year <= 2100:
            raise ValidationError({"year": f"“{self.year}” is no year of publication: write all four digits."})
        problem = identifiers.problem_with_doi(self.doi) if self.doi else ""
        if problem:
            raise ValidationError({"doi": problem})
        if self.pmid and not identifiers.PMID.fullmatch(self.pmid):
            raise ValidationError({"pmid": f"“{self.pmid}” is not a PMID."})
        same = Candidate.objects.known_as(self.pmid, self.doi).first() if self._state.adding else None
        if same:
            raise ValidationError(f"It is in the queue already: {same.pk} {same}.")

    @property
    def standing(self) -> QueueState:
        """Where it stands for who reads."""
        extraction = self.document.extraction_state if self.document else ExtractionState.CITED_ONLY
        if extraction == ExtractionState.EXHAUSTED:
            return QueueState.EXHAUSTED
        if extraction == ExtractionState.PARTLY or self.held_by_id:
            return QueueState.BEING_READ
        return QueueState.EXCLUDED if self.exclusion_stage else QueueState.SUGGESTED


class Finding(models.Model):
    """That a candidate was found: how, and when. What is found twice is one candidate with two findings."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="findings")
    way = choice_field(FoundBy)
    at = models.DateTimeField(auto_now_add=True)
    search = models.ForeignKey(SavedSearch, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    run = models.ForeignKey(
        SearchRun, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )  # the first that found it
    citation = models.OneToOneField(Citation, on_delete=models.PROTECT, null=True, blank=True, related_name="finding")
    remark = models.CharField(max_length=300, blank=True)  # for curators; no reader sees it

    class Meta:
        ordering = ["candidate", "id"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "search"], name="finding_once_per_search"),
            models.CheckConstraint(
                condition=Q(way=FoundBy.SEARCH, search__isnull=False, run__isnull=False)
                | (~Q(way=FoundBy.SEARCH) & Q(search__isnull=True, run__isnull=True)),
                name="finding_of_a_search_names_its_run",
                violation_error_message="What a search found names the search and its run.",
            ),
            models.CheckConstraint(
                condition=Q(way=FoundBy.REFERENCES, citation__isnull=False)
                | (~Q(way=FoundBy.REFERENCES) & Q(citation__isnull=True)),
                name="finding_in_a_list_names_its_entry",
                violation_error_message="What a reference list names has its entry there.",
            ),
        ]

    def __str__(self):
        if self.way == FoundBy.SEARCH:
            return f"search “{self.search}”"
        return f"{self.citation.citing}, reference {self.citation.number}" if self.citation else self.get_way_display()
