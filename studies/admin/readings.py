"""The pages of double readings: what is mine to read, one adjudication (one reading: reading.py). Who may not
see a reading is told that it is not there."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from ..double_reading import steps
from ..models import (
    AGREEING,
    ComparedFact,
    Decision,
    DoubleReading,
    Publication,
    Reading,
    ReadingState,
    Verdict,
)
from ..publishing.workflow import NotAllowed
from ..pure.double_reading import agreement
from .reading import download, reading, typed

PER_PAGE = 50


class AssignForm(forms.Form):
    """A publication for two readers."""

    publication = forms.SlugField(
        max_length=80,
        help_text="Its slug: surname-year. It need not be in the base yet.",
        widget=forms.TextInput(attrs={"list": "publications"}),
    )
    first = forms.ModelChoiceField(queryset=None, label="First reader")
    second = forms.ModelChoiceField(queryset=None, label="Second reader")
    reason = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"size": 60}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        staff = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
        self.fields["first"].queryset = self.fields["second"].queryset = staff


class DecisionForm(forms.Form):
    """What is decided of one fact."""

    decision = forms.ChoiceField(required=False, choices=[("", "—"), *Decision.choices])
    reason = forms.CharField(required=False, max_length=1000)
    own_value = forms.CharField(required=False, max_length=400, label="Value")
    own_place = forms.CharField(required=False, max_length=200, label="Place")
    own_wording = forms.CharField(required=False, max_length=400, label="Wording")

    def __init__(self, *args, fact: ComparedFact, **kwargs):
        known = {name: getattr(fact, name) for name in ("decision", "reason", "own_value", "own_place", "own_wording")}
        super().__init__(*args, prefix=f"fact-{fact.pk}", initial=known, **kwargs)
        self.fact, self.refused = fact, ""
        wanted = [choice for choice in steps.CHOICES[fact.verdict] if choice != Decision.OWN or fact.field]
        self.fields["decision"].choices = [("", "—"), *((c.value, c.label) for c in wanted)]


def _context(request, **more) -> dict:
    return {**admin.site.each_context(request), **more}


def index(request):
    """What is mine to read; for those who manage readings all of them, and a new one."""
    user = request.user
    manages = user.has_perm(steps.MANAGE)
    if not (manages or user.has_perm(steps.READ)):
        raise PermissionDenied
    form = AssignForm(request.POST or None) if manages else None
    if request.method == "POST":
        if not manages:
            raise PermissionDenied
        if form.is_valid() and _assigned(request, form):
            return redirect("readings:index")
    mine = Reading.objects.filter(curator=user).select_related("double")
    doubles = []
    if manages:
        counted = DoubleReading.objects.annotate(
            handed_in=Count("readings", filter=Q(readings__handed_in_at__isnull=False)),
            is_reader=Count("readings", filter=Q(readings__curator=user)),
        )
        doubles = counted.filter(by_hand=False).order_by("-id")[:200]
    known = Publication.objects.values_list("slug", "name") if manages else []
    context = _context(request, title="Two readings", mine=mine, doubles=doubles, form=form, known=known)
    return render(request, "admin/readings/index.html", context)


def _assigned(request, form) -> bool:
    told = form.cleaned_data
    try:
        double = steps.assign(
            told["publication"], (told["first"], told["second"]), user=request.user, reason=told["reason"]
        )
    except NotAllowed as error:
        form.add_error(None, str(error))
        return False
    except ValidationError as error:
        form.add_error("publication", error.messages)
        return False
    messages.success(request, f"{double}: assigned.".capitalize())
    return True


def adjudicate(request, pk):
    """Both readings side by side, once both are handed in, for somebody who is neither of the readers."""
    if not request.user.has_perm(steps.MANAGE):
        raise PermissionDenied
    double = get_object_or_404(DoubleReading, pk=pk, by_hand=False)
    if not steps.may_adjudicate(double, request.user):
        raise Http404
    reasons, forms_shown, text = [], None, ""
    if request.method == "POST":
        if "decide" in request.POST:
            forms_shown, reasons = _decided(request, double)
        else:
            text = request.POST.get("text", "").replace("\r\n", "\n")
            reasons = _stepped(request, double, text)
        if not reasons:
            return redirect(request.get_full_path())
    double.refresh_from_db()
    return render(
        request, "admin/readings/adjudicate.html", _adjudication(request, double, forms_shown, reasons, text),
        status=422 if reasons else 200,
    )  # fmt: skip


def _decided(request, double) -> tuple[list[DecisionForm], list[str]]:
    """Take every decision that was filled in; those that are refused stay as they were typed."""
    shown, reasons = [], []
    facts = _page(request, double)
    taken = 0
    for fact in facts:
        form = DecisionForm(request.POST, fact=fact)
        shown.append(form)
        if not form.is_valid():
            form.refused = " ".join(str(error) for errors in form.errors.values() for error in errors)
        elif form.has_changed() and not form.cleaned_data["decision"]:
            form.refused = "Choose what is decided."
        elif form.has_changed():
            try:
                steps.decide(fact, user=request.user, **form.cleaned_data)
                taken += 1
            except NotAllowed as error:
                form.refused = str(error)
        if form.refused:
            reasons.append(f"{fact.about}, {fact.attribute}: {form.refused}")
    if taken:
        messages.success(request, f"{taken} decision{'s'[: taken > 1]} taken.")
    elif not reasons:
        messages.info(request, "Nothing was decided.")
    return shown, reasons


def _stepped(request, double, text: str) -> list[str]:
    """Adopt, conclude or withdraw; the reasons where it was refused."""
    user, reason = request.user, request.POST.get("reason", "")
    try:
        if "adopt" in request.POST:
            made = steps.adopt(double, user=user, reason=reason, text=text)
            messages.success(request, f"Adopted as {len(made)} drafts. A person who had no part in it reviews them.")
        elif "conclude" in request.POST:
            steps.conclude(double, user=user, reason=reason)
            messages.success(request, "Concluded: its agreement and decisions are public.")
        elif "withdraw" in request.POST:
            steps.withdraw(double, user=user, reason=reason)
            messages.success(request, "Withdrawn.")
        else:
            return ["No step was chosen."]
    except NotAllowed as error:
        return [str(error)]
    except steps.Refused as error:
        return [str(refusal) for refusal in error.refusals]
    return []


def _page(request, double) -> list[ComparedFact]:
    """The facts of a page that wait for a decision or have one."""
    number = request.GET.get("page", "1")
    number = max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    wanted = double.facts.exclude(verdict__in=AGREEING).order_by("position")
    return list(wanted[(number - 1) * PER_PAGE : number * PER_PAGE])


def _adjudication(request, double, forms_shown, reasons, text) -> dict:
    counts = double.facts.values_list("entity", "verdict").order_by("position")
    waiting = double.facts.filter(decision="").count()
    total = double.facts.exclude(verdict__in=AGREEING).count()
    reports = [accession for accession in double.adopted.splitlines() if accession.startswith("REP-")]
    is_open = double.state == ReadingState.COMPARED
    shown = forms_shown or [DecisionForm(fact=fact) for fact in _page(request, double)]
    stands = is_open and steps.in_the_base(double.publication)
    merged = ""
    if is_open and total and not waiting or is_open and not total:
        try:
            merged = "" if stands else text or steps.merged(double)
        except NotAllowed as error:
            reasons = [*reasons, str(error)]
    return _context(
        request, title=f"Two readings of {double.publication}", double=double, forms=shown, reasons=reasons,
        agreement=agreement(counts), waiting=waiting, total=total, is_open=is_open, stands=stands, merged=merged,
        agreeing=double.facts.filter(verdict__in=AGREEING).order_by("position") if "agreeing" in request.GET else [],
        n_agreeing=double.facts.filter(verdict__in=AGREEING).count(), verdicts=list(Verdict),
        pages=range(1, -(-total // PER_PAGE) + 1), reason=request.POST.get("reason", ""),
        steps=double.steps.select_related("user"), made=reports,
        handed_in=double.readings.filter(handed_in_at__isnull=False).count(),
    )  # fmt: skip


app_name = "readings"
urlpatterns = [
    path("", admin.site.admin_view(index), name="index"),
    path("<int:pk>/", admin.site.admin_view(reading), name="reading"),
    path("<int:pk>/bundle/", admin.site.admin_view(download), name="bundle"),
    path("<int:pk>/typed/", admin.site.admin_view(typed), name="typed"),
    path("pairs/<int:pk>/", admin.site.admin_view(adjudicate), name="adjudicate"),
]
