"""A reader reports a problem with a public record, without an account; and looks up what came of it."""

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from ..ask import current, problems, strict
from ..models import ProblemAnswer, ProblemReport
from ..publishing.problem_reports import TooMany, receive
from ..pure.senders import client_address
from .common import or_why_not, page


class Typed(forms.CharField):
    """Text as people paste it: other control characters than the end of a line become spaces."""

    def to_python(self, value):
        text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python("".join(c if c == "\n" or c.isprintable() or ord(c) > 159 else " " for c in text))


class ProblemForm(forms.Form):
    """What is wrong, and where. No person is asked for."""

    text = Typed(
        label="What is wrong",
        help_text="What the page says and what is right or missing; best with the place in the document.",
        widget=forms.Textarea(attrs={"rows": 8, "aria-describedby": "help-text"}),
        error_messages={"required": "Say what is wrong: it is empty."},
    )
    place = Typed(
        label="Where",
        required=False,
        help_text="If you like: which value or part of the page.",
        widget=forms.TextInput(attrs={"aria-describedby": "help-place"}),
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The browser is given no bound: it would cut what is pasted, and say nothing.
        for name in ("text", "place"):
            self.fields[name].max_length = settings.PROBLEM_REPORTS[name]

    def _bounded(self, name: str) -> str:
        told, most = self.cleaned_data[name], self.fields[name].max_length
        if len(told) > most:
            raise forms.ValidationError(f"It has {len(told):,} characters; at most {most:,} are taken. Shorten it.")
        return told

    def clean_text(self):
        return self._bounded("text")

    def clean_place(self):
        return " ".join(self._bounded("place").split())

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise forms.ValidationError("It is there to catch programs. Empty it, and send again.")
        return ""


@csrf_exempt  # until the length is known: to look for the token is to read the whole body
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, collection: str, name: str) -> HttpResponse:
    """The form, and what is sent by it."""
    most = settings.PROBLEM_REPORTS["body"]
    if request.method == "POST" and _announced(request) > most:
        trouble = (
            f"It is longer than {most // 1024} KB and was not read. Go back: your browser still has it. Shorten it."
        )
        return _refused(request, collection, name, None, trouble, 413)
    return _report(request, collection, name)


@csrf_protect
def _report(request, collection, name):
    revision = current.revision()

    def answered():
        strict.check(request.GET, {"place"})
        target = _target(collection, name)
        if request.method != "POST":
            form = ProblemForm(initial={"place": request.GET.get("place", "")})
            return _form_page(request, revision, target, form)
        form = ProblemForm(request.POST)
        if not form.is_valid():
            return _form_page(request, revision, target, form, status=400)
        told = form.cleaned_data
        try:
            kept = receive(target, text=told["text"], place=told["place"], address=_address(request), revision=revision)
        except TooMany as error:
            when = "What you typed stands below: send it again after midnight UTC."
            response = _form_page(request, revision, target, form, f"{error} {when}", 429)
            response["Retry-After"] = str(error.seconds)
            return response
        return redirect("studies:reported", kept.reference)

    return or_why_not(request, revision, answered)


def lapsed(request, collection, name):
    """The form again, with what was typed, where it came without its token."""
    trouble = "The form was too old, or this browser takes no cookies. What you typed stands below: send it again."
    return _refused(request, collection, name, ProblemForm(request.POST), trouble, 403)


def _refused(request, collection, name, form, trouble: str, status: int):
    revision = current.revision()
    return or_why_not(
        request, revision, lambda: _form_page(request, revision, _target(collection, name), form, trouble, status)
    )


def _target(collection: str, name: str) -> problems.Target:
    found = problems.target(collection, name)
    if found is None:
        raise Http404
    return found


def _form_page(request, revision: int, target, form, trouble: str = "", status: int = 200):
    context = {"target": target, "form": form, "trouble": trouble}
    return page(request, revision, "studies/report.html", context, status=status)


@never_cache
@require_safe
def sent(request, reference):
    """What became of a report: only who knows its reference finds it, and nothing that was typed is shown."""

    revision = current.revision()

    def made():
        strict.check(request.GET, set())
        found = ProblemReport.objects.filter(reference=reference.upper()).first() if "\x00" not in reference else None
        if found is None:
            raise Http404
        about = problems.Target(found.collection, found.slug, found.accession, found.name)
        told = problems.answers(revision).get(f"{found.collection}/{found.slug}", [])
        mine = ProblemAnswer.objects.filter(problem=found).values_list("pk", flat=True).first()
        context = {
            "problem": found,
            "address": about.address,
            "answer": next((answer for answer in told if answer["accession"] == mine), None),
        }
        response = page(request, revision, "studies/reported.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response

    return or_why_not(request, revision, made)


def _announced(request) -> int:
    """The bytes that a body is said to have; more is never read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _address(request) -> str:
    forwarded = request.headers.get("X-Forwarded-For", "")
    return client_address(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)
