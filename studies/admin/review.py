"""The second person's pages: what waits for review; one unit with what is missing, what would change, what to do."""

import json
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from ..models import Change, Report, get_record
from ..models.choices import State
from ..publishing import Refused, workflow
from ..publishing.checks import problems_of_unit
from ..publishing.datachecks import run
from ..publishing.dossier import Dossier
from ..publishing.forms import form_of
from ..publishing.unit_of import UNITS
from ..pure.difference import difference

LISTED = 500


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
    Step("withdraw", "Withdraw", workflow.WITHDRAW, frozenset(State) - {State.WITHDRAWN, State.SUPERSEDED}),
    Step("supersede", "Supersede", workflow.WITHDRAW, frozenset(State) - {State.WITHDRAWN, State.SUPERSEDED}),
    Step("reopen", "Take up again", workflow.WITHDRAW, frozenset({State.WITHDRAWN, State.SUPERSEDED})),
)


class StepForm(forms.Form):
    """One step, its reason, and for what goes what took its place."""

    step = forms.ChoiceField(choices=[(step.name, step.button) for step in STEPS])
    reason = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "cols": 80}))
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
    last = Change.objects.filter(accession=OuterRef("pk"), action="submitted").order_by("-id")
    for model in UNITS:
        found = model.objects.filter(state=State.IN_REVIEW)
        found = found.annotate(
            handed_in=Subquery(last.values("at")[:1]),
            by=Subquery(last.values("user__username")[:1]),
            why=Subquery(last.values("reason")[:1]),
        )
        related = [f.name for f in model._meta.concrete_fields if f.many_to_one and f.name != "accession"]
        for unit in found.select_related(*related).order_by("pk")[:LISTED]:
            waiting.append({"unit": unit, "kind": model._meta.verbose_name, "link": address(unit)})
    waiting.sort(key=lambda entry: (entry["unit"].handed_in is None, entry["unit"].handed_in, entry["unit"].pk))
    context = {**admin.site.each_context(request), "title": "Waiting for review", "waiting": waiting}
    return render(request, "admin/studies/review_queue.html", context)


def unit_page(request, accession: str):
    """One unit: where it stands, what is missing, what would change in public, and the steps this person may take."""
    unit = _unit(accession)
    if not request.user.has_perm("studies.view_report"):
        raise PermissionDenied
    form = StepForm(request.POST or None)
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
    reason, successor = told["reason"], told["successor"]
    if told["step"] == "submit":
        workflow.submit(unit, user=user, reason=reason)
        return f"{unit} waits for a second person."
    if told["step"] == "return":
        workflow.return_to_draft(unit, user=user, reason=reason)
        return f"{unit} is a draft again."
    if told["step"] == "reopen":
        workflow.reopen(unit, user=user, reason=reason)
        return f"{unit} is a draft again; its address goes on saying that it was taken out."
    if told["step"] == "check":
        revision = workflow.check(unit, user=user, reason=reason)
        return f"{unit}: checked by a haematologist{f', public as revision {revision}' if revision else ''}."
    if told["step"] == "publish":
        return f"{unit}: public as revision {workflow.publish_reviewed([unit], user=user, reason=reason)}."
    method = {"withdraw": workflow.withdraw, "supersede": workflow.supersede}[told["step"]]
    return f"{unit}: taken out with revision {method(unit, user=user, reason=reason, successor=successor)}."


def _context(request, unit, form) -> dict:
    dossier = Dossier(unit) if isinstance(unit, Report) else None
    standing = json.loads(unit.form) if unit.form and unit.is_public else None
    lines = difference(standing, json.loads(json.dumps(form_of(unit, dossier), default=str)))
    steps = [
        step
        for step in STEPS
        if unit.state in step.states and request.user.has_perm(step.permission)
        if unit.is_public or step.name not in ("withdraw", "supersede")
        if step.name != "check" or getattr(unit, "haematologist_checked_on", False) is None
    ]
    return {
        **admin.site.each_context(request),
        "title": str(unit),
        "unit": unit,
        "kind": unit._meta.verbose_name,
        "record_link": reverse(f"admin:studies_{unit._meta.model_name}_change", args=[quote(unit.pk)]),
        "problems": problems_of_unit(unit, dossier, run([unit], {unit.pk: dossier})[unit.pk]),
        "lines": lines,
        "steps": steps,
        "form": form,
        "history": Change.objects.filter(accession=unit.pk).select_related("user")[:30],
        "own": request.user.pk in workflow.authors_of(unit),
    }
