"""Taking out what could identify a patient: first where it stands, then, confirmed, out of everything."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from ..publishing import redaction
from ..publishing.workflow import NotAllowed


class RedactionForm(forms.Form):
    text = forms.CharField(
        max_length=400,
        strip=False,
        help_text="Exactly as it stands. It is written down nowhere, nor in the reason.",
    )
    reason = forms.CharField(max_length=300, help_text="Why, not what. It is kept.")
    confirmed = forms.BooleanField(required=False, help_text="It cannot be undone.")


def page(request):
    """The form; where the text stands; and, once confirmed, that it is gone."""
    if not request.user.has_perm(redaction.REDACT):
        raise PermissionDenied
    form, found = RedactionForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
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
    return render(request, "admin/studies/redact.html", context)
