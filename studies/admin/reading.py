"""The page of one reading, for its own reader: typed, kept while it is not saved, checked, handed in; readable to them
when it was withdrawn."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ..double_reading import bundle, shape, steps
from ..entry.kept import Keeping, tabs_of
from ..models import Reading, ReadingState, Typed
from ..publishing.workflow import NotAllowed
from .keeping import kept_of, restored_of, taken


class BundleForm(forms.Form):
    """A bundle as text, or as a file that takes the place of the text."""

    text = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 30, "cols": 110, "spellcheck": "false"})
    )
    file = forms.FileField(required=False, label="or a file", help_text="UTF-8; it takes the place of the text.")

    def clean(self):
        told = super().clean()
        file = told.get("file")
        if file:
            if file.size > 4 * shape.LARGEST:
                raise ValidationError({"file": f"The file is longer than {shape.LARGEST:,} characters."})
            try:
                told["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise ValidationError({"file": f"It is not UTF-8 text: {error}."}) from error
        told["text"] = (told.get("text") or "").replace("\r\n", "\n").replace("\x00", "")
        return told


def _mine(request, pk: int) -> Reading:
    """A reading of the person who asks. Another's is not there, whoever asks."""
    if not request.user.has_perm(steps.READ):
        raise PermissionDenied
    return get_object_or_404(Reading.objects.select_related("double"), pk=pk, curator=request.user)


def _keeping(request, own: Reading) -> Keeping:
    return Keeping(request.user, Typed.Page.READING, reading=own)


def reading(request, pk):
    """A reader's own bundle: saved as it is, looked at by all rules, handed in."""
    own = _mine(request, pk)
    if request.method == "POST":
        return _posted(request, own)
    restored, data = restored_of(request, _keeping(request, own))
    if data is None:
        return _show(request, own, BundleForm(), own.text)
    text = data.get("text", "").replace("\r\n", "\n")
    return _show(request, own, BundleForm(), text, data=data, restored=restored, stamp=data.get("stamp", ""))


def _posted(request, own: Reading):
    form = BundleForm(request.POST, request.FILES)
    if not form.is_valid():
        text = request.POST.get("text", "") if "file" in form.errors else form.cleaned_data.get("text", "")
        return _show(request, own, form, text, stamp=request.POST.get("stamp", ""))
    text, opened = form.cleaned_data["text"], tabs_of(request.POST)
    try:
        steps.save_text(own, text, user=request.user, seen=request.POST.get("stamp"))
        _keeping(request, own).end(opened)
        own.text = text
        if "check" in request.POST:
            refusals = bundle.look_at(text, own.double.publication).refusals
            return _show(request, own, form, text, refusals=refusals, checked=True, saved=",".join(opened))
        if "hand_in" in request.POST:
            steps.hand_in(own, user=request.user)
            messages.success(request, "Handed in. It can no longer be changed.")
            return redirect("readings:index")
    except steps.Refused as error:
        return _show(request, own, form, text, 422, refusals=error.refusals, saved=",".join(opened))
    except steps.SavedMeanwhile as error:
        return _show(request, own, form, text, 409, meanwhile=error.held, stamp=steps.stamp_of(error.held.text))
    except NotAllowed as error:
        form.add_error(None, str(error))
        return _refused(request, own, form, text)
    messages.success(request, "Saved.")
    return redirect(f"{reverse('readings:reading', args=[own.pk])}?saved={','.join(opened)}")


def _refused(request, own: Reading, form: BundleForm, text: str):
    """What can no longer be saved is shown and kept: nowhere else does it stand."""
    own = _mine(request, own.pk)
    if text != own.text:
        fields = QueryDict(mutable=True)
        fields.update({"text": text})
        for tab in tabs_of(request.POST)[:1]:
            _keeping(request, own).keep(tab, fields.urlencode())
    return _show(request, own, form, text)


def _show(request, own: Reading, form: BundleForm, text: str, status: int = 200, data=None, **more):
    open_still = own.handed_in_at is None and own.double.state == ReadingState.READING
    withdrawn = own.double.steps.filter(action="withdrawn").last()
    context = {
        **admin.site.each_context(request), "title": f"A reading of {own.double.publication}", "reading": own,
        "form": form, "text": text, "open_still": open_still, "withdrawn": withdrawn,
        "stamp": steps.stamp_of(own.text), "unsaved": "" if open_still or text == own.text else text,
    }  # fmt: skip
    address = reverse("readings:typed", args=[own.pk])
    context |= kept_of(request, _keeping(request, own), address, data or request.POST) | more
    return render(request, "admin/readings/reading.html", context, status=status)


@require_POST
def typed(request, pk):
    """Keep what is typed into a reader's own page; or throw away what was kept."""
    own = _mine(request, pk)
    return taken(request, _keeping(request, own), reverse("readings:reading", args=[own.pk]))


@require_GET
def download(request, pk):
    """A reader's own bundle as a file, as saved or as it was typed and kept."""
    own = _mine(request, pk)
    kept = _keeping(request, own).texts.filter(tab=request.GET.get("typed", "")).first()
    text = QueryDict(kept.body).get("text", "").replace("\r\n", "\n") if kept else own.text
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{own.double.publication}.yaml"'
    return response
