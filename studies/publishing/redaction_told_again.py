"""Where the same number or date stands too, which the redaction of a value leaves: whoever redacts is told before."""

from collections import defaultdict

from django.db import models
from django.db.models import Q

from ..models import ComparedFact, Discrepancy, ProblemReport, Record, Report, get_record
from ..pure.spelled import as_written
from .dossier import Dossier
from .redacted_value import WORDINGS, Value, value_of
from .redaction import hidden_from
from .redaction_of_values import record_with

TELLING = ("about", "attribute", "first_text", "first_wording", "second_text", "second_wording", "own_value", "reason")


def told_again(accession: str, field: str, *, user) -> list[str]:
    """The fields and texts of the document and of what is entered of it that tell the value again and stay. Raises
    NotAllowed where there is no such value."""
    record = record_with(accession, field)
    value = value_of(record, field)
    found = defaultdict(list)
    for other in _records_about(value):
        if names := _telling(other, value):
            found[str(other.pk)] = names
    return [f"{pk}: {', '.join(names)}" for pk, names in sorted(found.items())] + _elsewhere(value, user)


def _records_about(value: Value) -> list:
    """The record and all that is entered of its report, and the discrepancies that name any of it."""
    record = get_record(value.record)
    reports = Report.objects.filter(pk=getattr(record, "report_id", None) or value.record)
    found = {record.pk: record}
    for report in reports.select_related("study", "registration", "publication"):
        dossier = Dossier(report)
        units = filter(None, (report, report.study, report.registration, report.publication))
        for other in (*units, *dossier, *dossier.coverage_rows, *dossier.appraisals, *dossier.overlaps):
            found.setdefault(other.pk, other)
    naming = Discrepancy.objects.filter(sides__record__in=list(found)).distinct()
    return [*found.values(), *naming]


def _telling(record, value: Value) -> list[str]:
    """The fields of a record, and the rows within it, that tell the value and are not redacted with it."""
    is_its_own = record.pk == value.record
    found = []
    for column in record._meta.concrete_fields:
        is_fixed = column.is_relation or column.choices or column.primary_key or column.name in record.NOT_LOGGED
        elsewhere = column.name == "locator" and not is_its_own
        told = as_written(getattr(record, column.attname))
        goes = is_its_own and (column.name in value.fields or (column.name in WORDINGS and told in value.wordings))
        if not (is_fixed or elsewhere or goes) and value.is_told_in(told):
            found.append(column.name)
    for name, texts in _rows_within(record):
        if any(value.is_told_in(value.unquoted(text)) for text in texts):
            found.append(name)
    return found


def _rows_within(record):
    """The sides, items or authors of a record, each with its texts."""
    for relation in record._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is models.CASCADE and not issubclass(model, Record):
            texts = [column.attname for column in model._meta.concrete_fields if _is_text(column)]
            rows = model._default_manager.filter(**{relation.field.name: record.pk})
            for number, row in enumerate(rows, start=1):
                yield f"{model._meta.verbose_name} {number}", [getattr(row, name) for name in texts]


def _is_text(column) -> bool:
    is_text = isinstance(column, (models.CharField, models.TextField))
    return is_text and not column.choices and not column.primary_key and column.name != "locator"


def _elsewhere(value: Value, user) -> list[str]:
    """What readers of the document compared and what readers of the base reported."""
    facts = ComparedFact.objects.filter(double__publication=value.slug).exclude(double__in=hidden_from(user))
    found = [
        f"two readings of {value.slug}, row {fact.position}"
        for fact in facts.exclude(first_record__startswith=f"{value.record}.")
        if any(value.is_told_in(value.unquoted(getattr(fact, name))) for name in TELLING)
    ]
    reports = ProblemReport.objects.filter(Q(slug=value.slug) | Q(slug=value.record) | Q(accession=value.record))
    return found + [f"a reader's report, {report.reference}" for report in reports if value.is_told_in(report.text)]
