"""What else shows a unit, and so is rendered anew when it is published."""

import json
from collections import defaultdict

from django.db.models import Q

from ..models import Accession, Discrepancy, Publication, Registration, Report, Study, model_of_kind
from .compose import Published
from .forms import names_in

AT_ONCE = 500  # units asked about in one statement


def form_now(unit) -> dict:
    """The form a unit has now; empty before its first publishing."""
    return json.loads(unit.form) if unit.form else {}


def with_dependents(units: list) -> list:
    """The units and everything whose public form shows them, each once, only what is published."""
    found = {}

    def add(*records):
        for record in records:
            if record is not None and record.is_public:
                found.setdefault(record.pk, record)

    add(*units)
    for kind, shown_by in SHOWN_BY.items():
        of_kind = [unit for unit in units if isinstance(unit, kind)]
        for start in range(0, len(of_kind), AT_ONCE):
            add(*shown_by(of_kind[start : start + AT_ONCE]))
    return list(found.values())


def _named_by(units: list) -> set[str]:
    return set().union(*(names_in(form_now(unit)) for unit in units))


def _of_reports(reports: list[Report]):
    studies = {report.study_id for report in reports if report.study_id}
    yield from Study.objects.filter(pk__in=studies)
    yield from Registration.objects.filter(pk__in={report.registration_id for report in reports})
    yield from Publication.objects.filter(pk__in={report.publication_id for report in reports})
    yield from Report.published().filter(study__in=studies)
    yield from Registration.objects.filter(studies__in=studies)
    named = _named_by(reports)
    yield from Study.objects.filter(slug__in=named)
    for sibling in Report.published().filter(pk__in=named).select_related("study"):
        yield from (sibling, sibling.study)


def _of_studies(studies: list[Study]):
    naming = Published.naming(study.slug for study in studies)
    shown = Report.published().filter(Q(study__in=studies) | Q(pk__in=naming))
    for report in shown.select_related("publication"):
        yield from (report, report.publication)
    yield from Registration.objects.filter(pk__in=naming)


def _of_registrations(registrations: list[Registration]):
    yield from Report.published().filter(registration__in=registrations)
    yield from Study.objects.filter(slug__in=_named_by(registrations))


def _of_publications(publications: list[Publication]):
    reports = Report.published().filter(publication__in=publications).select_related("study", "registration")
    for report in reports:
        yield from (report, report.study, report.registration)
    slugs = {publication.slug for publication in publications}
    yield from Study.objects.filter(slug__in=_named_by(reports) | slugs)
    naming = Published.naming(slugs)
    yield from Publication.objects.filter(Q(pk__in=naming) | Q(slug__in=_named_by(publications)))
    for report in Report.published().filter(pk__in=naming).select_related("publication"):
        yield from (report, report.publication)


def _of_discrepancies(discrepancies: list[Discrepancy]):
    named = _named_by(discrepancies)
    yield from Publication.objects.filter(slug__in=named)
    by_model = defaultdict(list)
    for accession in Accession.objects.filter(pk__in=named).values_list("pk", flat=True):
        by_model[model_of_kind(accession.partition("-")[0])].append(accession)
    reports = set()
    for model, accessions in by_model.items():
        records = model.objects.filter(pk__in=accessions)
        if any(field.name == "report" for field in model._meta.fields):
            reports.update(records.values_list("report", flat=True))
        elif hasattr(model, "is_public"):
            yield from records
    for report in Report.objects.filter(pk__in=reports).select_related("study", "registration", "publication"):
        yield from (report, report.study, report.registration, report.publication)


# What shows the units of a kind; the answers to readers are shown by pages themselves.
SHOWN_BY = {
    Report: _of_reports,
    Study: _of_studies,
    Registration: _of_registrations,
    Publication: _of_publications,
    Discrepancy: _of_discrepancies,
}
