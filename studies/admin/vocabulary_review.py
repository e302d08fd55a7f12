"""The second person's page of the vocabularies: which terms were changed, by whom and why, and whether they go out."""

import json

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from ..models import Term, Vocabularies
from ..publishing import Refused, workflow
from ..publishing.render_vocabularies import forms_of
from ..pure.difference import difference
from .base import HISTORY_IS_PUBLIC, values_of


class PublishForm(forms.Form):
    seen = forms.IntegerField(required=False)  # the last change that the page knew of
    reason = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def page(request):
    """What readers are told of each term, and what they would be told."""
    if not request.user.has_perm("studies.view_term"):
        raise PermissionDenied
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            revision = workflow.publish_vocabularies(user=request.user, reason=told["reason"], seen=told["seen"] or 0)
        except workflow.NotAllowed as error:
            form.add_error(None, str(error))
        except Refused as error:
            for problem in error.problems:
                form.add_error(None, str(problem))
        else:
            messages.success(request, f"The vocabularies are public as revision {revision}.")
            return redirect("review-vocabularies")
    unit = Vocabularies()
    context = {
        **admin.site.each_context(request),
        "title": "Vocabularies",
        "form": form,
        "terms": list(_changed()),
        "changes": [{"change": c, "values": values_of(c)} for c in workflow.unpublished_changes_of(unit)],
        "seen": workflow.newest_change([unit]),
        "own": request.user.pk in workflow.authors_of(unit),
        "may_publish": request.user.has_perm(workflow.REVIEW),
        "in_public": HISTORY_IS_PUBLIC,
    }
    return render(request, "admin/studies/review_vocabularies.html", context)


def _changed():
    """Each term that says something else than the public is told, with its lines."""
    for term, form in forms_of(Term.objects.all()):
        if form != term.form:
            yield {"term": term, "lines": difference(json.loads(term.form or "{}"), json.loads(form))}
