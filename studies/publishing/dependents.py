"""What else shows a unit, and so is rendered anew when it is published."""

import json
from collections import defaultdict

from ..models import Accession, Discrepancy, ProblemAnswer, Publication, Registration, Report, Study, model_of_kind
from .compose import Published
from .forms import names_in


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

    for unit in units:
        add(unit)
        for dependent in DEPENDENTS[type(unit)](unit):
            add(dependent)
    return list(found.values())


def _of_report(report: Report):
    yield from (report.study, report.registration, report.publication)
    if report.study_id:
        yield from Report.published().filter(study=report.study_id)
        yield from Registration.objects.filter(studies=report.study_id)
    named = names_in(form_now(report))
    yield from Study.objects.filter(slug__in=named)
    for sibling in Report.published().filter(pk__in=named).select_related("study"):
        yield from (sibling, sibling.study)


def _of_study(study: Study):
    for report in Report.published().filter(study=study).select_related("publication"):
        yield from (report, report.publication)
    for report in Report.published().filter(pk__in=Published.naming([study.slug])).select_related("publication"):
        yield from (report, report.publication)
    yield from Registration.objects.filter(pk__in=Published.naming([study.slug]))


def _of_registration(registration: Registration):
    yield from Report.published().filter(registration=registration)
    yield from Study.objects.filter(slug__in=names_in(form_now(registration)))


def _of_publication(publication: Publication):
    for report in Report.published().filter(publication=publication).select_related("study", "registration"):
        yield from (report, report.study, report.registration)
        yield from Study.objects.filter(slug__in=names_in(form_now(report)))
    naming = Published.naming([publication.slug])
    yield from Publication.objects.filter(pk__in=naming)
    yield from Publication.objects.filter(slug__in=names_in(form_now(publication)))
    yield from Study.objects.filter(slug=publication.slug)
    for report in Report.published().filter(pk__in=naming).select_related("publication"):
        yield from (report, report.publication)


def _of_discrepancy(discrepancy: Discrepancy):
    named = names_in(form_now(discrepancy))
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


DEPENDENTS = {
    Report: _of_report,
    Study: _of_study,
    Registration: _of_registration,
    Publication: _of_publication,
    Discrepancy: _of_discrepancy,
    ProblemAnswer: lambda answer: (),  # pages show the answers of their record by themselves
}
