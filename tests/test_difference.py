"""Every value that a report tells shows in the difference that a reviewer and the public read."""

import json
from decimal import Decimal

import pytest
from django.db import models

from studies.models import Cohort, Coverage, Place, Report
from studies.models.vocabulary import Term
from studies.publishing.dossier import BELOW_REPORT, Dossier
from studies.publishing.forms import HIDDEN, form_of
from studies.pure.difference import difference

pytestmark = pytest.mark.django_db


def told(report, rows=None):
    """The form of a report as it is saved, or with these rows in place of the saved ones."""
    dossier = Dossier(report)
    if rows is not None:
        dossier.rows = rows
    return json.loads(json.dumps(form_of(report, dossier), default=str))


def another(field, value):
    """Another value that a column can hold, whether or not the rules of its record would let it stand."""
    if field.is_relation:
        others = field.related_model.objects.exclude(pk=value)
        if field.related_model is Term:
            others = others.filter(vocabulary=field.remote_field.limit_choices_to["vocabulary"])
        return others.values_list("pk", flat=True).first()
    if field.choices:
        return next(code for code, _ in field.flatchoices if code and code != value)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DecimalField):
        return (value or 0) + Decimal("1.5")
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    if hasattr(field, "vocabulary"):
        return Term.objects.filter(vocabulary=field.vocabulary).exclude(code=value).values_list("code", flat=True)[0]
    return f"{value} otherwise"


@pytest.mark.parametrize("name", BELOW_REPORT)
def test_each_field_of_each_kind_of_record_shows(name):
    # A grade without its scale is refused, so the record looked at has both.
    fullest = max(
        BELOW_REPORT[name].objects.select_related("report"),
        key=lambda row: (bool(getattr(row, "scale_id", None)), len(row.plain_fields())),
    )
    report, rows = fullest.report, Dossier(fullest.report).rows
    record = next(row for row in rows[name] if row.pk == fullest.pk)
    before, unseen = told(report, rows), []
    for field in record._meta.concrete_fields:
        names_a_row = field.is_relation and field.related_model is not Term
        if field.name in HIDDEN or not field.editable or names_a_row:
            continue
        value = getattr(record, field.attname)
        setattr(record, field.attname, another(field, value))
        lines = [line for line in difference(before, told(report, rows)) if line.record == record.pk]
        if not any(field.name in line.field for line in lines):
            unseen.append(field.name)
        setattr(record, field.attname, value)
    assert not unseen


def test_a_cohort_is_more_than_its_label():
    cohort = Cohort.objects.get(report="REP-00400", parent=None)
    before = told(cohort.report)
    Cohort.objects.filter(pk=cohort.pk).update(n=100, sex="male")
    lines = {line.field: (line.before, line.after) for line in difference(before, told(cohort.report))}
    assert lines["n"] == ("1", "100") and "sex" in lines


def test_the_place_of_a_single_value_shows_by_itself():
    place = Place.objects.filter(record__kind="OUT").first()
    report = Report.objects.get(outcome_rows=place.record_id)
    before = told(report)
    Place.objects.filter(pk=place.pk).update(locator="Elsewhere")
    (line,) = difference(before, told(report))
    assert line.record == place.record_id and line.field == f"places of {place.attribute}"
    assert place.locator in line.before and "Elsewhere" in line.after


def test_what_stands_at_the_place_of_its_record_tells_the_place_once():
    report = Report.objects.get(pk="REP-00400")
    outcome = report.outcome_rows.first()
    before = told(report)
    type(outcome).objects.filter(pk=outcome.pk).update(locator="Elsewhere")
    assert "locator" in [line.field for line in difference(before, told(report)) if line.record == outcome.pk]


def test_a_topic_taken_from_a_list_is_one_line():
    coverage = Coverage.objects.filter(report="REP-00400").first()
    before = told(coverage.report)
    topic = coverage.topics.first()
    coverage.topics.remove(topic)
    (line,) = difference(before, told(coverage.report))
    assert (line.record, line.field, line.before, line.after) == (coverage.pk, "topics", topic.label, None)


def test_a_part_in_the_middle_of_a_list_leaves_the_others_alone():
    people = [{"family_name": name} for name in "ABCDE"]
    (line,) = difference({"authors": people}, {"authors": [p for p in people if p["family_name"] != "B"]})
    assert (line.before, line.after) == ("B", None)
