"""A case is entered on one page: saved as a whole or not at all, every reason told, nothing typed is lost."""

import re

import pytest
from django.urls import reverse

from studies.models import Cohort, Course, Report, Toxicity

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


@pytest.fixture
def begun(staff):
    """The report of a case that has just been begun."""
    start = {
        "publication": "new-2026", "publication_name": "New 2026", "publication_year": "2026",
        "publication_kind": "case_report", "role": "primary",
    }  # fmt: skip
    assert staff.post(reverse("enter:start"), start).status_code == 302
    return Report.objects.get(publication__slug="new-2026")


def fields_of(page) -> dict:
    """What a browser would send of a page as it stands."""
    import html5lib

    tree = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
    form = next(node for node in tree.iter("form") if node.get("id") == "case")
    fields = {}
    for node in form.iter():
        name = node.get("name")
        if not name or node.tag == "button":
            continue
        if node.tag == "select":
            chosen = [option.get("value") for option in node.iter("option") if option.get("selected") is not None]
            fields[name] = chosen[0] if chosen else next(option.get("value") for option in node.iter("option"))
        elif node.tag == "textarea":
            fields[name] = node.text or ""
        elif node.get("type") != "checkbox":
            fields[name] = node.get("value", "")
        elif node.get("checked") is not None:
            fields.setdefault(name, []).append(node.get("value", "on"))
    return fields


def rows(section: str, *entries: dict) -> dict:
    """New rows as they are typed, each with a place and a wording."""
    told = {}
    for index, entry in enumerate(entries):
        row = {
            "accession": "",
            "locator": "Case, first paragraph",
            "as_reported": "as worded",
            "basis": "stated",
        } | entry
        told |= {f"{section}-{index}-{name}": value for name, value in row.items()}
    return told


CASE = (
    rows("cohorts", {"code": "patient", "label": "a woman of 62", "n": "1", "age_unit": "years"})
    | rows(
        "courses",
        {"cohort": "cohorts-0", "number": "1", "collected_from": "not_reported", "genetic_origin": "donor",
         "collected_relative_to_hsct": "not_reported", "intent": "treats_relapse"},
    )
    | rows(
        "toxicities",
        {"cohort": "cohorts-0", "course": "courses-0", "term": "crs", "presence": "present", "affected_operator": "=",
         "grade_low": "2", "scale": "not_reported"},
    )
)  # fmt: skip


def save(staff, report, fields, **more):
    return staff.post(reverse("enter:case", args=[report.pk]), fields | {"save": "1"} | more)


def test_a_whole_case_is_saved_by_one_request_its_rows_naming_each_other(staff, begun, curator):
    fields = fields_of(staff.get(reverse("enter:case", args=[begun.pk])))
    response = save(staff, begun, fields | CASE, reason="first reading")
    assert response.status_code == 302, re.findall(r"<li><a href=.*", response.content.decode())
    toxicity = Toxicity.objects.get(report=begun)
    assert toxicity.course == Course.objects.get(report=begun) and toxicity.cohort == Cohort.objects.get(report=begun)
    assert (toxicity.grade_low, toxicity.scale.code, toxicity.locator) == (2, "not_reported", "Case, first paragraph")
    assert begun.state == "draft"
