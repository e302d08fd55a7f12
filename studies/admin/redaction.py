"""Taking out what could identify a patient: first where it stands, then, confirmed, out of everything."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from ..publishing import redaction
from ..publishing.redaction_of_values import redact_value
from ..publishing.redaction_told_again import told_again
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
    confirmed = forms.BooleanField(required=False, help_text="It cannot be undone.")


def page(request):
    """The forms; where a text or value stands; and, once confirmed, that it is gone."""
    if not request.user.has_perm(redaction.REDACT):
        raise PermissionDenied
    of_value = ValueForm(request.POST if "value" in request.POST else None, prefix="value")
    form = RedactionForm(request.POST if "value" not in request.POST and request.POST else None)
    context = {"form": form, "of_value": of_value}
    for bound, take in ((of_value, _value), (form, _text)):
        if bound.is_bound and bound.is_valid():
            try:
                context |= take(request, bound)
            except NotAllowed as error:
                bound.add_error(None, str(error))
            if context.get("done"):
                messages.success(request, context["done"])
                return redirect("redact")
    return render(
        request, "admin/studies/redact.html", admin.site.each_context(request) | {"title": "Redact"} | context
    )


def _value(request, form) -> dict:
    """What tells the value again; or, once confirmed, that it is gone."""
    told = form.cleaned_data
    record, field = told["record"].strip(), told["field"].strip()
    if not told["confirmed"]:
        form.add_error("confirmed", "Look where it stands too, and confirm.")
        return {"again": told_again(record, field, user=request.user), "looked": True}
    redact_value(record, field, user=request.user, reason=told["reason"])
    return {
        "done": "It is empty now, in every version, and its wording is marked. What was listed as telling it again "
        "still does; and where the report now lacks what every reader looks for, record that topic under its silences."
    }


def _text(request, form) -> dict:
    """Where a text stands; or, once confirmed, that it stands nowhere. Who reads one of two open readings is told the
    same whether or not it stands in the other."""
    told = form.cleaned_data
    if told["confirmed"]:
        done = redaction.redact(told["text"], user=request.user, reason=told["reason"])
        return {"done": f"It stood in {done.rows} rows, and stands in none."}
    found = redaction.find(told["text"], request.user)
    is_reader = redaction.hidden_from(request.user).exists()
    if not found and not is_reader:
        form.add_error("text", "This text stands nowhere, exactly as it was typed.")
    places = [{"kind": p.model._meta.verbose_name, "column": p.column, "rows": len(p.keys)} for p in found]
    return {"places": places, "may_confirm": bool(found) or is_reader, "is_reader": is_reader}
