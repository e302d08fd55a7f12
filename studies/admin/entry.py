"""The page on which a case is entered: its addresses, who may use it, and what its buttons do."""

import re

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from ..entry import meanwhile, saving
from ..entry.page import CasePage
from ..entry.progress import standard_topics, still_to_do
from ..entry.starting import StartForm
from ..entry.table import MEANINGS, Pasted, TableForm
from ..models import Measurement, Publication, Report, Study, Typed
from ..publishing import workflow
from ..pure.pasted_table import TableRefused
from .base import HISTORY_IS_PUBLIC, has_been_public


def _context(request, **more) -> dict:
    return {**admin.site.each_context(request), **more}


def _report(request, accession: str) -> Report:
    """The report of an address, for an account that may change reports."""
    if not request.user.has_perm("studies.change_report"):
        raise PermissionDenied
    reports = Report.objects.select_related("publication", "study", "registration")
    return get_object_or_404(reports, pk=accession)


def start(request):
    """Where a case begins or goes on: the drafts, and a new one."""
    if not request.user.has_perm("studies.change_report"):
        raise PermissionDenied
    form = StartForm(request.POST or None)
    if request.method == "POST":
        if not all(request.user.has_perm(f"studies.add_{name}") for name in ("publication", "study", "report")):
            raise PermissionDenied
        report = form.start(request.user) if form.is_valid() else None
        if report:
            copied = "?typed" if form.cleaned_data["copy_of"] else ""
            return redirect(f"{reverse('enter:case', args=[report.pk])}{copied}")
    reports = Report.objects.select_related("publication", "study", "registration").order_by("-changed_at")
    lists = [
        ("publication", Publication.objects.values_list("slug", "name")),
        ("study", Study.objects.values_list("slug", "name")),
        ("report", [(report.pk, str(report)) for report in reports]),
    ]
    returned = workflow.returned_drafts()
    kept = set(Typed.objects.filter(user=request.user).values_list("report_id", flat=True))
    context = _context(request, title="Enter a case", form=form, reports=reports, kept=kept, lists=lists)
    context["returned"] = [(report, change) for report in reports if (change := returned.get(report.pk))]
    return render(request, "admin/enter/start.html", context)


def case(request, accession):
    """The whole case: shown, a row added, what was typed restored, or saved."""
    report = _report(request, accession)
    if request.method == "POST":
        return _posted(request, report)
    typed = Typed.objects.filter(user=request.user, report=report).first()
    if typed and "typed" in request.GET:
        data = QueryDict(typed.body, mutable=True)
        page = CasePage(report, request.user, data)
        return _show(request, page, stamp=data.get("stamp", page.stamp), restored=typed)
    return _show(request, CasePage(report, request.user), typed=typed)


def _posted(request, report):
    data = request.POST.copy()
    if "save" not in data and "table" not in data:
        page = CasePage(report, request.user, data)
        page.open_row(data.get("open", ""))
        _add(page, data.get("add", ""))
        return _show(request, page, stamp=data.get("stamp", 0))
    with transaction.atomic():
        Report.objects.select_for_update().get(pk=report.pk)  # two who save at once do so one after the other
        report = _report(request, report.pk)  # as the first of them left it
        differences = meanwhile.merge(report, request.user, data)
        page = CasePage(report, request.user, data)
        if not differences:
            done = saving.save(page, data.get("reason", ""), lambda pk: not has_been_public(pk))
    if differences:
        return _show(request, page, differences=differences, status=409)
    if done.reasons:
        return _show(request, page, stamp=data.get("stamp", 0), reasons=done.reasons)
    rows = f"{done.rows} row{'s' * (done.rows != 1)} saved" + (f", {done.removed} removed" if done.removed else "")
    if "table" in data:
        messages.success(request, f"{rows}.")
        return redirect("enter:table", report.pk)
    said = rows if done.rows or done.removed else "Nothing had changed"
    messages.success(request, f"{said}. Readers see it once it is published.")
    return redirect(f"{reverse('enter:case', args=[report.pk])}?saved")


def _add(page, wanted: str):
    """Add the row or part that a button names."""
    if page.section(wanted):
        page.offer_row(wanted)
    prefix, _, kind = wanted.rpartition("-")
    for row in page.rows.values():
        if row.prefix == prefix and kind in row.section.parts:
            row.offer_part(kind)


def _patterns(page):
    """For each section an empty row and an empty part of each kind, which the script copies."""
    for section in page.sections:
        row = page.blank_row(section)
        yield section, None if section.single else row, [(kind, row.blank_part(kind)) for kind in section.parts]


def _lists(page):
    """What the browser offers while one types: terms by vocabulary, places told before, rows, documents, studies."""
    asked = {
        f.vocabulary for section in page.sections for f in section.form.base_fields.values() if hasattr(f, "vocabulary")
    }
    asked |= {f.vocabulary for s in page.sections for f in s.model._meta.concrete_fields if hasattr(f, "vocabulary")}
    for vocabulary in sorted(asked):
        terms = page.terms.by_vocabulary.get(vocabulary, [])
        yield f"terms-{vocabulary}", [(term.code, term.label) for term in terms]
    yield "places", [(place, "") for place in page.places()]
    yield "records", page.every_name()
    yield "publication", list(Publication.objects.values_list("slug", "name"))
    yield "study", list(Study.objects.values_list("slug", "name"))


def _show(request, page, status=200, **more):
    context = _context(
        request, title=f"Enter a case: {page.report}", page=page, todo=still_to_do(page), topics=standard_topics(page),
        returned=workflow.return_of(page.report), in_public=HISTORY_IS_PUBLIC,
        stamp=page.stamp, saved="saved" in request.GET, patterns=list(_patterns(page)), lists=list(_lists(page)),
    ) | more  # fmt: skip
    return render(request, "admin/enter/case.html", context, status=status)


def row(request, accession):
    """One saved row, unfolded: what the script puts in place of its line."""
    page = CasePage(_report(request, accession), request.user)
    opened = page.open_row(request.GET.get("key", ""), request.GET.get("prefix", ""))
    if opened is None or not re.fullmatch(r"[a-z_]+-\d{1,6}", opened.prefix):
        raise Http404
    return render(request, "admin/enter/row.html", {"row": opened})


def table(request, accession):
    """A table of measurements: pasted or uploaded, looked at as it is read, entered as a whole or not at all."""
    report = _report(request, accession)
    page = CasePage(report, request.user)
    if not page.may("add", Measurement) or not report.study_id:
        raise PermissionDenied
    form = TableForm(request.POST or None, request.FILES or None, page=page, initial=page.offer_table())
    pasted, faults = None, []
    if form.is_bound and form.is_valid():
        try:
            pasted = Pasted(page, form, request.POST)
            if "enter" in request.POST:
                count = pasted.enter(request.POST.get("reason", ""))
                messages.success(request, f"{count} measurements saved. Readers see them once they are published.")
                return redirect(f"{reverse('enter:case', args=[report.pk])}#section-measurements")
        except TableRefused as error:
            faults = error.faults
    if form.is_bound and form.cleaned_data.get("text"):
        form.data = form.data.copy()
        form.data["text"] = form.cleaned_data["text"]  # of an uploaded file too, so that it need not be sent again
    context = _context(
        request, title=f"A table of measurements: {report}", page=page, form=form, pasted=pasted, faults=faults,
        entering="enter" in request.POST, lists=_lists(page), meanings=MEANINGS,
        headings=list(enumerate(pasted.table.heading, 1)) if pasted else [],
        preview=list(pasted.preview()) if pasted else [],
    )  # fmt: skip
    return render(request, "admin/enter/table.html", context, status=422 if faults else 200)


@require_POST
def typed(request, accession):
    """Keep what is typed into the page, until it is saved."""
    report = _report(request, accession)
    body = request.body.decode("utf-8", "replace")
    Typed.objects.update_or_create(user=request.user, report=report, defaults={"body": body})
    return HttpResponse(status=204)


@require_POST
def forget(request, accession):
    """Throw away what was typed and not saved."""
    Typed.objects.filter(user=request.user, report=_report(request, accession)).delete()
    return redirect("enter:case", accession)


app_name = "enter"
urlpatterns = [
    path("", admin.site.admin_view(start), name="start"),
    path("<str:accession>/", admin.site.admin_view(case), name="case"),
    path("<str:accession>/row/", admin.site.admin_view(row), name="row"),
    path("<str:accession>/table/", admin.site.admin_view(table), name="table"),
    path("<str:accession>/typed/", admin.site.admin_view(typed), name="typed"),
    path("<str:accession>/forget/", admin.site.admin_view(forget), name="forget"),
]
