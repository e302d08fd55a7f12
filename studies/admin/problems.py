"""What readers report: the queue, and one report with its answer."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ..ask.problems import Target
from ..models import Accession, ProblemAnswer, ProblemReport
from ..models.choices import ProblemState
from ..publishing import Refused, problem_reports
from ..publishing.workflow import NotAllowed
from .base import ReadOnlyAdmin

PER_PAGE = 50


class AnswerForm(forms.Form):
    """The question and the answer as the public will read them, and what it led to."""

    question = forms.CharField(
        required=False, max_length=300, widget=forms.TextInput(attrs={"size": 100}),
        help_text=ProblemAnswer._meta.get_field("question").help_text,
    )  # fmt: skip
    answer = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "cols": 100}),
        help_text=ProblemAnswer._meta.get_field("answer").help_text,
    )  # fmt: skip
    led_to = forms.CharField(
        required=False, max_length=16, label="Led to",
        help_text="Accession of the discrepancy or record that was entered or changed for it; it must be public.",
    )  # fmt: skip
    seen = forms.ChoiceField(choices=ProblemState.choices, widget=forms.HiddenInput)

    def clean_led_to(self):
        text = self.cleaned_data["led_to"].strip()
        if text and not Accession.objects.filter(pk=text).exists():
            raise ValidationError(f"There is no record “{text}”; an accession is written DIS-00012.")
        return text


def queue(request):
    """The reports in one state, the newest first."""
    _allowed(request)
    state = request.GET.get("state", ProblemState.OPEN)
    state = state if state in ProblemState.values else ProblemState.OPEN
    found = Paginator(ProblemReport.objects.filter(state=state).select_related("handled_by"), PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": "Reported by readers",
        "state": state,
        "states": ProblemState.choices,
        "shown": shown,
        "problems": [(problem, target_of(problem)) for problem in shown],
    }
    return render(request, "admin/studies/problem_queue.html", context)


def problem_page(request, pk: int):
    """One report as it was typed, and what the public is told of it."""
    _allowed(request)
    problem = get_object_or_404(ProblemReport.objects.select_related("handled_by", "answer"), pk=pk)
    answer = getattr(problem, "answer", None)
    told = {"question": answer.question, "answer": answer.answer, "led_to": answer.led_to_id} if answer else {}
    form = AnswerForm(request.POST or None, initial={**told, "seen": problem.state})
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _take(problem, request.POST.get("step", ""), form.cleaned_data, request.user))
            return redirect("problem-queue")
        except NotAllowed as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["seen"] = ProblemReport.objects.get(pk=pk).state  # sent again, it is meant
        except Refused as error:
            for refused in error.problems:
                form.add_error(None, str(refused))
    context = {
        **admin.site.each_context(request),
        "title": f"Report {problem.reference}",
        "problem": problem,
        "target": target_of(problem),
        "answer": answer,
        "review": reverse("review-unit", args=[answer.pk]) if answer else "",
        "form": form,
    }
    return render(request, "admin/studies/problem.html", context)


def target_of(problem: ProblemReport) -> Target:
    """The record that a report is about."""
    return Target(problem.collection, problem.slug, problem.accession, problem.name)


def _allowed(request):
    if not request.user.has_perm(problem_reports.ANSWER):
        raise PermissionDenied


def _take(problem: ProblemReport, step: str, told: dict, user) -> str:
    seen = told.pop("seen")
    if step == "dismiss":
        problem_reports.dismiss(problem, user=user, seen=seen)
        return f"{problem.reference} is put away."
    revision = problem_reports.answer(problem, **told, user=user, seen=seen)
    return f"{problem.reference} is answered in public, revision {revision}."


@admin.register(ProblemAnswer)
class ProblemAnswerAdmin(ReadOnlyAdmin):
    """Answers are written on the page of their report."""

    list_display = ("accession_id", "question", "state", "is_public")
    list_filter = ("state",)
    list_select_related = ("problem",)
    search_fields = ("accession__id", "question", "answer")
    exclude = ("form", "checked")
