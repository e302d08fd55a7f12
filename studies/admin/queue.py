"""The reading queue where curators work: the list, one paper, a suggestion, and the searches behind them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from ..importers import lookup
from ..importers.found import ImportFailed
from ..importers.searching import paper_of
from ..models import Candidate, Change, Finding, PublicRecord, Revision, SavedSearch, SearchRun, acting
from ..models.choices import ExclusionReason, ExclusionStage, FoundBy, QueueState
from ..publishing import queue
from ..publishing.candidates import Paper, add
from ..publishing.flow import COUNTS
from ..publishing.workflow import NotAllowed
from ..pure import identifiers
from .base import ReadOnlyAdmin, ReasonForm
from .importing import may_import

ON_A_PAGE = 50
LONG = forms.TextInput(attrs={"size": 60})
ME, NOBODY = "me", "nobody"
NO_STEP = "No step was chosen: press the button of one."
STEPS = {
    "take": "Take",
    "give_back": "Give back",
    "hand_over": "Hand to",
    "exclude": "Exclude",
    "take_up_again": "Take up again",
    "exhaust": "All of it is extracted",
}


class StepForm(forms.Form):
    """One step for one paper or many, with what it needs."""

    step = forms.ChoiceField(choices=STEPS.items())
    stage = forms.ChoiceField(choices=[("", "—"), *ExclusionStage.choices], required=False)
    reason = forms.ChoiceField(choices=[("", "—"), *ExclusionReason.choices], required=False)
    text = forms.CharField(required=False, max_length=300, widget=LONG)
    to = forms.ChoiceField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.readers = {str(user.pk): user for user in queue.readers()}
        self.fields["to"].choices = [("", "—"), *((pk, user.get_username()) for pk, user in self.readers.items())]

    def do(self, candidates: list[Candidate], user) -> list[str]:
        """Take the step for all of them or none. Returns why it was not taken."""
        told, problems = self.cleaned_data, []
        with transaction.atomic():
            for candidate in candidates:
                try:
                    self._step(candidate, told, user)
                except NotAllowed as error:
                    problems.append(f"{candidate.pk}: {error}")
            transaction.set_rollback(bool(problems))
        return problems

    def _step(self, candidate, told: dict, user):
        reasoned = {"reason": told["text"]}
        if told["step"] == "take":
            queue.take(candidate, user=user)
        elif told["step"] == "give_back":
            queue.give_back(candidate, user=user, **reasoned)
        elif told["step"] == "hand_over":
            queue.hand_over(candidate, user=user, to=self.readers.get(told["to"]), **reasoned)
        elif told["step"] == "exclude":
            queue.exclude(candidate, user=user, stage=told["stage"], reason=told["reason"], text=told["text"])
        elif told["step"] == "take_up_again":
            queue.take_up_again(candidate, user=user, **reasoned)
        else:
            queue.exhaust(candidate, user=user, **reasoned)


class SuggestForm(forms.Form):
    """A paper that somebody suggests. Only one of identifier and title is needed; a look-up fills the rest."""

    identifier = forms.CharField(
        label="PMID or DOI",
        required=False,
        max_length=160,
        widget=LONG,
        help_text="As it is pasted; addresses are understood.",
    )
    title = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 80}))
    authors = forms.CharField(
        required=False, max_length=200, widget=LONG, help_text="The first author, or the first few."
    )
    journal = forms.CharField(required=False, max_length=200, widget=LONG)
    year = forms.IntegerField(required=False, min_value=1800, max_value=2100)
    way = forms.ChoiceField(
        label="Found",
        choices=[(way.value, way.label) for way in (FoundBy.CURATOR, FoundBy.READER)],
        help_text="By whom; readers see the kind alone, never a name.",
    )
    remark = forms.CharField(required=False, max_length=300, widget=LONG, help_text="For curators. No reader sees it.")

    def clean_identifier(self):
        given = identifiers.normalised(self.cleaned_data["identifier"])
        if given and identifiers.kind_of(given) not in ("pmid", "doi"):
            raise forms.ValidationError(f"“{given}” is neither a PMID (digits) nor a DOI (10.…/…).")
        return given

    def clean(self):
        told = super().clean()
        if not self.errors and not (told["identifier"] or told["title"].strip()):
            raise forms.ValidationError("Give a PMID, a DOI or a title: by one of them it can be found.")
        return told

    def look_up(self) -> str:
        """Fill what is empty from the service that knows the identifier. Returns what went wrong, if anything did."""
        given = self.cleaned_data["identifier"]
        if not given:
            return "There is no identifier to look up: give a PMID or a DOI."
        try:
            [found] = lookup.look_up([(identifiers.kind_of(given), given)])
        except ImportFailed as error:
            told = "; ".join([str(error), *map(str, getattr(error, "faults", ()))])
            return f"{told} What you typed stands below and can be put into the queue without a look-up."
        self.data = self.data.copy()
        for name, value in vars(paper_of(found)).items():
            if name in self.fields and value and not self.data.get(name, "").strip():
                self.data[name] = value
        return ""

    def paper(self) -> Paper:
        told = self.cleaned_data
        named = {identifiers.kind_of(told["identifier"]): told["identifier"]} if told["identifier"] else {}
        title = " ".join(told["title"].split())
        return Paper(title=title, authors=told["authors"], journal=told["journal"], year=told["year"], **named)


def listed(request):
    """The queue, one page of it under the filters asked for; and one step for the papers that are ticked."""
    _may(request, "view_candidate")
    form, chosen, problems = StepForm(request.POST or None), request.POST.getlist("chosen"), []
    if request.method == "POST":
        _may(request, "work_queue")
        candidates = list(Candidate.objects.filter(pk__in=chosen).order_by("pk"))
        if not candidates:
            problems = ["No paper is ticked."]
        elif form.is_valid():
            problems = form.do(candidates, request.user)
            if not problems:
                count = len(candidates)
                messages.success(request, f"{STEPS[form.cleaned_data['step']]}: {count} paper{'s'[: count != 1]}.")
                return redirect(request.get_full_path())
        else:
            problems = [NO_STEP]
    rows = _asked(request)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": "Reading queue",
        "page": page,
        "query": query.urlencode(),
        "asked": request.GET,
        "form": form,
        "steps": STEPS,
        "chosen": chosen,
        "problems": problems,
        "states": QueueState,
        "ways": FoundBy,
        "stages": ExclusionStage,
        "reasons": ExclusionReason,
        "holders": list(form.readers.values()),
        "counts": _counts_told(),
    }
    return render(request, "admin/queue/list.html", _context(request) | context, status=422 if problems else 200)


def _asked(request):
    """The candidates that the filters of the address ask for, the newest first."""
    asked = request.GET
    rows = Candidate.objects.select_related("document", "held_by").defer("document__form", "document__checked")
    if asked.get("state") in QueueState.values:
        rows = rows.standing(QueueState(asked["state"]))
    if asked.get("reason") in ExclusionReason.values:
        rows = rows.filter(exclusion_reason=asked["reason"])
    if asked.get("way") in FoundBy.values:
        rows = rows.filter(pk__in=Finding.objects.filter(way=asked["way"]).values("candidate"))
    who = asked.get("who", "")
    if who in (ME, NOBODY):
        rows = rows.filter(held_by=request.user if who == ME else None)
    elif who.isdecimal():
        rows = rows.filter(held_by=int(who[:9]))
    for word in asked.get("q", "").replace("\x00", "").split()[:8]:
        columns = ("title", "authors", "journal", "pmid", "doi", "accession__id", "exclusion_text")
        columns += tuple(f"document__{name}" for name in ("name", "title", "doi", "pmid", "slug"))
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(condition)
    found = Finding.objects.select_related("search", "citation__citing").defer("citation__citing__form")
    return rows.prefetch_related(Prefetch("findings", queryset=found)).order_by("-accession")


def _counts_told() -> dict:
    """Of which day the public counts are, and how many steps there were since."""
    row = PublicRecord.objects.current().filter(collection=COUNTS).values_list("valid_from", flat=True).first()
    at = Revision.objects.filter(id=row).values_list("at", flat=True).first() if row else None
    since = Change.objects.filter(accession__kind=Candidate.KIND, **({"at__gt": at} if at else {}))
    return {"at": at, "since": since.count()}


def paper(request, accession: str):
    """One paper: what is known of it, how it was found, who has it, what was decided, and the steps."""
    _may(request, "view_candidate")
    candidates = Candidate.objects.select_related("document", "held_by", "resembles")
    candidate = get_object_or_404(candidates, pk=accession)
    form, problems = StepForm(request.POST or None), []
    if request.method == "POST":
        _may(request, "work_queue")
        problems = form.do([candidate], request.user) if form.is_valid() else [NO_STEP]
        if not problems:
            messages.success(request, f"{STEPS[form.cleaned_data['step']]}: {candidate}.")
            return redirect("queue:paper", candidate.pk)
    document = candidate.document
    paper = document or candidate
    context = {
        "title": str(candidate),
        "candidate": candidate,
        "paper": paper,
        "standing": candidate.standing,
        "document_link": reverse("admin:studies_publication_change", args=[document.pk]) if document else "",
        "edit_link": reverse("admin:studies_candidate_change", args=[candidate.pk]),
        "import_link": _import_link(candidate) if may_import(request.user) and not document else "",
        "pubmed": f"https://pubmed.ncbi.nlm.nih.gov/{paper.pmid}/" if paper.pmid else "",
        "resolver": f"https://doi.org/{paper.doi}" if paper.doi else "",
        "findings": candidate.findings.select_related("search", "run", "citation__citing"),
        "history": Change.objects.filter(accession=candidate.pk).select_related("user")[:50],
        "form": form,
        "problems": problems,
        "stages": ExclusionStage,
        "reasons": ExclusionReason,
        "holders": list(form.readers.values()),
    }
    return render(request, "admin/queue/paper.html", _context(request) | context, status=422 if problems else 200)


def _import_link(candidate: Candidate) -> str:
    """The import, asked for the identifier that is known."""
    named = candidate.pmid or candidate.doi
    return f"{reverse('admin:studies_publication_import')}?identifiers={named}" if named else ""


def suggest(request):
    """A paper into the queue, by identifier or title. The network is asked only for a look-up that is asked for."""
    _may(request, "work_queue")
    form, problem = SuggestForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        if "look_up" in request.POST:
            problem = form.look_up()
        else:
            told = form.cleaned_data
            try:
                with transaction.atomic(), acting(request.user, told["remark"]):
                    candidate, made = add(form.paper(), FoundBy(told["way"]), remark=told["remark"])
            except ValidationError as error:
                problem = "; ".join(error.messages)
            else:
                again = f" already, {candidate.standing.label}; that it was found again is noted" if not made else ""
                messages.success(request, f"{candidate} is in the queue{again}.")
                return redirect("queue:paper", candidate.pk)
    context = {"title": "Suggest a paper", "form": form, "problem": problem}
    return render(request, "admin/queue/suggest.html", _context(request) | context, status=422 if problem else 200)


@require_POST
def publish_counts(request):
    """Let readers see the counts as they stand."""
    _may(request, "work_queue")
    messages.success(request, f"The counts are public as revision {queue.publish_counts()}.")
    return redirect("queue:list")


def _may(request, permission: str):
    if not request.user.has_perm(f"studies.{permission}"):
        raise PermissionDenied


def _context(request) -> dict:
    return admin.site.each_context(request)


@admin.register(Candidate)
class CandidateAdmin(admin.ModelAdmin):
    """What is known of a paper, to be corrected. Where it stands is decided on the pages of the queue."""

    form = ReasonForm
    fields = ("title", "authors", "journal", "year", "pmid", "doi", "note", "reason", "seen")
    list_display = ("accession_id", "__str__", "title", "year", "pmid", "doi")
    list_select_related = ("document",)
    search_fields = ("accession__id", "title", "authors", "pmid", "doi")

    def save_model(self, request, candidate, form, change):
        with acting(request.user, form.cleaned_data.get("reason", "")):
            super().save_model(request, candidate, form, change)
            if not change:
                Finding.objects.create(candidate=candidate, way=FoundBy.CURATOR)

    def has_delete_permission(self, request, candidate=None):
        """Nothing is deleted: what is not read is excluded, with the reason."""
        return False


@admin.register(SavedSearch)
class SavedSearchAdmin(admin.ModelAdmin):
    list_display = ("name", "active", "query", "made_by")
    list_select_related = ("made_by",)
    search_fields = ("name", "query")

    def save_model(self, request, search, form, change):
        search.made_by = search.made_by if change else request.user
        super().save_model(request, search, form, change)

    def has_delete_permission(self, request, search=None):
        """Its runs and findings name it: it is made inactive instead."""
        return False


@admin.register(SearchRun)
class SearchRunAdmin(ReadOnlyAdmin):
    """What each run asked and found, and what went wrong."""

    list_display = ("started_at", "search", "outcome", "count", "n_found", "n_new", "trouble")
    list_filter = ("outcome", "search")
    list_select_related = ("search",)
    search_fields = ("search__name", "query", "trouble")


app_name = "queue"
urlpatterns = [
    path("", admin.site.admin_view(listed), name="list"),
    path("suggest/", admin.site.admin_view(suggest), name="suggest"),
    path("publish/", admin.site.admin_view(publish_counts), name="publish"),
    path("<str:accession>/", admin.site.admin_view(paper), name="paper"),
]
