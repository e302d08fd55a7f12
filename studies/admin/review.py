"""The second person's pages: what waits for review; one unit with what is missing, what would change, what to do."""

import json
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from ..models import Change, Report, Vocabularies, get_record
from ..models.choices import GONE, State
from ..publishing import Refused, workflow
from ..publishing.case import case_of
from ..publishing.checks import problems_of_unit
from ..publishing.datachecks import run
from ..publishing.door import with_excuses
from ..publishing.dossier import Dossier
from ..publishing.forms import form_of
from ..publishing.unit_of import UNITS
from ..pure.difference import difference
from .base import HISTORY_IS_PUBLIC, related_for_names, values_of

LISTED = 100  # on a page of the queue
CHANGES = 200  # that a unit's page lists


@dataclass(frozen=True)
class Step:
    """What may be done with a unit: its name in the form, its button, the permission it takes, from which states."""

    name: str
    button: str
    permission: str
    states: frozenset


STEPS = (
    Step("submit", "Hand to a second person", workflow.SUBMIT, frozenset({State.DRAFT})),
    Step("return", "Return to draft", workflow.REVIEW, frozenset({State.IN_REVIEW})),
    Step("publish", "Publish", workflow.REVIEW, frozenset({State.IN_REVIEW})),
    Step("check", "Checked as a haematologist", workflow.CHECK, frozenset({State.IN_REVIEW, State.PUBLISHED})),
    Step("withdraw", "Withdraw", workflow.WITHDRAW, frozenset(State) - {*GONE}),
    Step("supersede", "Supersede", workflow.WITHDRAW, frozenset(State) - {*GONE}),
    Step("reopen", "Take up again", workflow.WITHDRAW, frozenset(GONE)),
)


class StepForm(forms.Form):
    """One step, its reason, and for what goes what took its place."""

    step = forms.ChoiceField(choices=[(step.name, step.button) for step in STEPS])
    seen = forms.IntegerField(required=False)  # the last change that the page knew of
    whole = forms.BooleanField(required=False, label="With the rest of the case")
    reason = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    successor = forms.CharField(required=False, max_length=16, help_text="Accession of the public successor.")

    def clean_successor(self):
        text = self.cleaned_data["successor"].strip()
        try:
            return get_record(text) if text else None
        except Exception as error:
            raise forms.ValidationError(f"There is no record “{text}”.") from error


def queue(request):
    """Everything that waits for a second person, whatever it is; the longest waiting first."""
    if not request.user.has_perm("studies.view_report"):
        raise PermissionDenied
    waiting = []
    for model in UNITS:
        found = model.objects.filter(state=State.IN_REVIEW).annotate(handed_in=Subquery(_handing_in().values("at")[:1]))
        waiting += [(handed_in is None, handed_in, pk, model) for pk, handed_in in found.values_list("pk", "handed_in")]
    listed = Paginator(sorted(waiting, key=lambda one: one[:3]), LISTED).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": "Waiting for review",
        "listed": listed,
        "waiting": _entries([(model, pk) for *_, pk, model in listed]),
        "terms": workflow.unpublished_changes_of(Vocabularies()).count(),
    }
    return render(request, "admin/studies/review_queue.html", context)


def _handing_in():
    return Change.objects.filter(accession=OuterRef("pk"), action="submitted").order_by("-id")


def _entries(wanted: list) -> list[dict]:
    """What the queue tells of some units, in their order; one statement for each kind of unit."""
    last, found = _handing_in(), {}
    for model in {model for model, _ in wanted}:
        units = model.objects.filter(pk__in=[pk for kind, pk in wanted if kind is model])
        units = units.select_related(*related_for_names(model)).annotate(
            handed_in=Subquery(last.values("at")[:1]),
            by=Subquery(last.values("user__username")[:1]),
            why=Subquery(last.values("reason")[:1]),
        )
        found |= {unit.pk: unit for unit in units}
    listed = [found[pk] for _, pk in wanted]
    return [{"unit": unit, "kind": unit._meta.verbose_name, "link": address(unit)} for unit in listed]


def unit_page(request, accession: str):
    """One unit: where it stands, what is missing, what would change in public, and the steps this person may take."""
    unit = _unit(accession)
    if not request.user.has_perm("studies.view_report"):
        raise PermissionDenied
    form = StepForm(request.POST or None, initial={"whole": True})
    if request.method == "POST" and form.is_valid():
        try:
            said = _take(unit, form.cleaned_data, request.user)
        except workflow.NotAllowed as error:
            form.add_error(None, str(error))
        except Refused as error:
            for problem in error.problems:
                form.add_error(None, str(problem))
        else:
            messages.success(request, said)
            return redirect(address(unit))
    return render(request, "admin/studies/review_unit.html", _context(request, unit, form))


def address(unit) -> str:
    return reverse("review-unit", args=[unit.pk])


def _unit(accession: str):
    try:
        unit = get_record(accession)
    except Exception as error:
        raise Http404 from error
    if not isinstance(unit, UNITS):
        raise Http404
    return unit


def _take(unit, told: dict, user) -> str:
    """Take a step with a unit, or, where that is asked for, with its whole case. Returns what to say of it."""
    reason, successor = told["reason"], told["successor"]
    if told["step"] in ("withdraw", "supersede"):
        method = {"withdraw": workflow.withdraw, "supersede": workflow.supersede}[told["step"]]
        return f"{unit}: taken out with revision {method(unit, user=user, reason=reason, successor=successor)}."
    if told["step"] == "reopen":
        workflow.reopen(unit, user=user, reason=reason)
        return f"{unit} is a draft again; its address goes on saying that it was taken out."
    if told["step"] == "check":
        revision = workflow.check(unit, user=user, reason=reason)
        return f"{unit}: checked by a haematologist{f', public as revision {revision}' if revision else ''}."
    units = case_of(unit) if told["whole"] and isinstance(unit, Report) else [unit]
    named = "; ".join(str(one) for one in units)
    if told["step"] == "publish":
        revision = workflow.publish_reviewed(units, user=user, reason=reason, seen=told["seen"] or 0)
        return f"{named}: public as revision {revision}."
    step, before = {
        "submit": (workflow.submit, State.DRAFT),
        "return": (workflow.return_to_draft, State.IN_REVIEW),
    }[told["step"]]
    # Of a case those are left that stand there already; a unit on its own is told why it cannot.
    taken = [one for one in units if one.state == before] if len(units) > 1 else units
    with transaction.atomic():
        for one in taken:
            step(one, user=user, reason=reason)
    named = "; ".join(str(one) for one in taken)
    return f"{named}: {'waiting for a second person' if told['step'] == 'submit' else 'draft again'}."


def _context(request, unit, form) -> dict:
    case = case_of(unit) if isinstance(unit, Report) else [unit]
    together = with_excuses(case)
    dossiers = {one.pk: Dossier(one) for one in together if isinstance(one, Report)}
    checked = run(together, dossiers)
    parts = [_part(one, dossiers.get(one.pk), checked[one.pk], together) for one in together]
    states = {one.state for one in case}
    steps = [
        step
        for step in STEPS
        if (unit.state in step.states or states & step.states and step.name in ("submit", "return"))
        and request.user.has_perm(step.permission)
        and (unit.is_public or step.name not in ("withdraw", "supersede"))
        and (step.name != "check" or getattr(unit, "haematologist_checked_on", False) is None)
    ]
    return {
        **admin.site.each_context(request),
        "title": str(unit),
        "unit": unit,
        "kind": unit._meta.verbose_name,
        "record_link": reverse(f"admin:studies_{unit._meta.model_name}_change", args=[quote(unit.pk)]),
        "entry_link": reverse("enter:case", args=[unit.pk]) if isinstance(unit, Report) else "",
        "returned": workflow.return_of(unit),
        "parts": parts,
        "seen": workflow.newest_change(together),
        "steps": steps,
        "form": form,
        "history": Change.objects.filter(accession=unit.pk, action__in=Change.STEPS).select_related("user")[:30],
        "own": any(request.user.pk in workflow.authors_of(one) for one in together),
        "in_public": HISTORY_IS_PUBLIC,
    }


def _part(unit, dossier, checked, together) -> dict:
    """What the page tells of one unit: what is missing, what would change in public, and who changed it."""
    standing = json.loads(unit.form) if unit.form and unit.is_public else None
    changes = workflow.unpublished_changes_of(unit)
    return {
        "unit": unit,
        "kind": unit._meta.verbose_name,
        "link": address(unit),
        "problems": problems_of_unit(unit, dossier, checked, together),
        "lines": difference(standing, json.loads(json.dumps(form_of(unit, dossier), default=str))),
        "changes": [{"change": change, "values": values_of(change)} for change in changes[:CHANGES]],
        "more": max(0, changes.count() - CHANGES),
    }
