"""Taking out what could identify a patient: first where it stands, then, confirmed, out of everything."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from ..publishing import redaction
from ..publishing.redaction_of_values import redact_value
from ..publishing.workflow import NotAllowed


class RedactionForm(forms.Form):
    text = forms.CharField(
        max_length=400,
        strip=False,
        help_text="Exactly as it stands. It is written down nowhere, nor in the reason.",
    )
    reason = forms.CharField(max_length=300, help_text="Why, not what. It is kept.")
    confirmed = forms.BooleanField(required=False, help_text="It cannot be undone.")


class ValueForm(forms.Form):
    record = forms.CharField(max_length=16, help_text="Its accession: COH-00002.")
    field = forms.CharField(max_length=40, help_text="Its field: age_low, date, n. Both ends of a range go.")
    reason = forms.CharField(max_length=300, help_text="Why, not what. It is kept.")
    confirmed = forms.BooleanField(help_text="It cannot be undone.")


def page(request):
    """The forms; where a text stands; and, once confirmed, that it is gone."""
    if not request.user.has_perm(redaction.REDACT):
        raise PermissionDenied
    of_value = ValueForm(request.POST if "value" in request.POST else None, prefix="value")
    if of_value.is_bound and of_value.is_valid():
        told = of_value.cleaned_data
        try:
            redact_value(told["record"].strip(), told["field"].strip(), user=request.user, reason=told["reason"])
        except NotAllowed as error:
            of_value.add_error(None, str(error))
        else:
            said = (
                "It is empty now, in every version, and its wording is marked. Look whether a text tells it again; and "
                "where the report now lacks what every reader looks for, record that topic under its silences."
            )
            messages.success(request, said)
            return redirect("redact")
    form, found = RedactionForm(request.POST if "value" not in request.POST and request.POST else None), []
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            found = redaction.find(told["text"])
            if told["confirmed"]:
                done = redaction.redact(told["text"], user=request.user, reason=told["reason"])
                messages.success(request, f"It stood in {done.rows} rows, and stands in none.")
                return redirect("redact")
            if not found:
                form.add_error("text", "This text stands nowhere, exactly as it was typed.")
        except NotAllowed as error:
            form.add_error(None, str(error))
    places = [{"kind": p.model._meta.verbose_name, "column": p.column, "rows": len(p.keys)} for p in found]
    context = {**admin.site.each_context(request), "title": "Redact", "form": form, "places": places}
    context["of_value"] = of_value
    return render(request, "admin/studies/redact.html", context)
