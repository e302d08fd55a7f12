"""The page on which a case is entered: its addresses, who may use it, and what its buttons do."""

import re
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from ..entry import meanwhile, saving
from ..entry.copying import still_to_fill
from ..entry.kept import Keeping, new_tab, tabs_of
from ..entry.page import CasePage
from ..entry.progress import standard_topics, still_to_do
from ..entry.starting import StartForm
from ..entry.table import MEANINGS, Pasted, TableForm
from ..models import Measurement, Publication, Report, Study, Typed
from ..publishing import workflow
from ..pure.pasted_table import TableRefused
from .base import HISTORY_IS_PUBLIC, has_been_public
from .keeping import kept_of, restored_of, taken


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
    keeping = Keeping(request.user, Typed.Page.START)
    restored, data = restored_of(request, keeping)
    form = StartForm(request.POST or None, initial=data.dict() if data else None)
    if request.method == "POST":
        if not all(request.user.has_perm(f"studies.add_{name}") for name in ("publication", "study", "report")):
            raise PermissionDenied
        report = form.start(request.user) if form.is_valid() else None
        if report:
            keeping.end(tabs_of(request.POST))
            return _to_case(report, tabs_of(request.POST), form.copied)
    reports = Report.objects.select_related("publication", "study", "registration").order_by("-changed_at")
    lists = [
        ("publication", Publication.objects.values_list("slug", "name")),
        ("study", Study.objects.values_list("slug", "name")),
        ("report", [(report.pk, str(report)) for report in reports]),
    ]
    returned = workflow.returned_drafts()
    kept = set(Typed.objects.filter(user=request.user).values_list("report_id", flat=True))
    context = _context(
        request, title="Enter a case", form=form, reports=reports, kept=kept, lists=lists,
        returned=[(report, change) for report in reports if (change := returned.get(report.pk))],
        **kept_of(request, keeping, _typed_at(keeping), request.POST or data, restored),
    )  # fmt: skip
    return render(request, "admin/enter/start.html", context)


def _to_case(report, saved: list[str] = (), typed: str = "", anchor: str = ""):
    """To the page of a case: which opened pages were saved, so that the browser forgets them, and what to take up."""
    query = urlencode({name: value for name, value in (("typed", typed), ("saved", ",".join(saved))) if value})
    return redirect(f"{reverse('enter:case', args=[report.pk])}{'?' if query else ''}{query}{anchor}")


def _typed_at(keeping: Keeping) -> str:
    return reverse("enter:typed", args=[keeping.report.pk]) if keeping.report else reverse("enter:typed-start")


def case(request, accession):
    """The whole case: shown, a row added, what was typed restored, or saved."""
    report = _report(request, accession)
    if request.method == "POST":
        return _posted(request, report)
    restored, data = restored_of(request, Keeping(request.user, Typed.Page.CASE, report))
    page = CasePage(report, request.user, data)
    return _show(request, page, restored=restored, stamp=(data or {}).get("stamp", page.stamp))


def _posted(request, report):
    data = request.POST.copy()
    if "leave" in data:
        for name in [name for name in data if name.startswith(f"{data['leave']}-")]:
            del data[name]
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
            rest = "" if done.reasons else still_to_fill(page)
            kept = Keeping(request.user, Typed.Page.CASE, report).keep(new_tab(), rest) if rest else None
    if differences:
        return _show(request, page, differences=differences, status=409)
    if done.reasons:
        return _show(request, page, stamp=data.get("stamp", 0), reasons=done.reasons)
    rows = f"{done.rows} row{'s' * (done.rows != 1)} saved" + (f", {done.removed} removed" if done.removed else "")
    if "table" in data:
        messages.success(request, f"{rows}.")
        return redirect(f"{reverse('enter:table', args=[report.pk])}?saved={','.join(tabs_of(data))}")
    said = rows if done.rows or done.removed else "Nothing had changed"
    messages.success(request, f"{said}. Readers see it once it is published.")
    return _to_case(report, tabs_of(data), kept.tab if kept else "")


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
        stamp=page.stamp, patterns=list(_patterns(page)), lists=list(_lists(page)),
        returned=workflow.return_of(page.report), in_public=HISTORY_IS_PUBLIC,
    )  # fmt: skip
    keeping = Keeping(request.user, Typed.Page.CASE, page.report)
    context |= kept_of(request, keeping, _typed_at(keeping), page.data) | more
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
    keeping = Keeping(request.user, Typed.Page.TABLE, report)
    restored, data = restored_of(request, keeping)
    data = request.POST or data
    form = TableForm(data or None, request.FILES or None, page=page, initial=page.offer_table())
    pasted, faults = None, []
    if form.is_bound and form.is_valid():
        try:
            pasted = Pasted(page, form, data)
            if "enter" in request.POST:
                with transaction.atomic():
                    Report.objects.select_for_update().get(pk=report.pk)  # a second click waits for the first
                    count = pasted.enter(request.POST.get("reason", ""))
                    keeping.end(tabs_of(data))
                said = f"{count} measurements saved. Readers see them once they are published."
                messages.success(request, said if count else "This table was entered already; nothing was added.")
                return _to_case(report, tabs_of(data), anchor="#section-measurements")
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
        **kept_of(request, keeping, _typed_at(keeping), data, restored),
    )  # fmt: skip
    return render(request, "admin/enter/table.html", context, status=422 if faults else 200)


@require_POST
def typed(request, accession=None):
    """Keep what is typed into an opened page until it is saved; or throw away what was kept of one.

    A page whose curator has signed out since is refused: its text is nobody else's.
    """
    page = request.GET.get("page", "")
    if page not in Typed.Page.values or not request.user.has_perm("studies.change_report"):
        raise PermissionDenied
    keeping = Keeping(request.user, page, _report(request, accession) if accession else None)
    where = {Typed.Page.START: "enter:start", Typed.Page.TABLE: "enter:table"}.get(page, "enter:case")
    return taken(request, keeping, reverse(where, args=[accession] if accession else []))


app_name = "enter"
urlpatterns = [
    path("", admin.site.admin_view(start), name="start"),
    path("typed/", admin.site.admin_view(typed), name="typed-start"),
    path("<str:accession>/", admin.site.admin_view(case), name="case"),
    path("<str:accession>/row/", admin.site.admin_view(row), name="row"),
    path("<str:accession>/table/", admin.site.admin_view(table), name="table"),
    path("<str:accession>/typed/", admin.site.admin_view(typed), name="typed"),
]
