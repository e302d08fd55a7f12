"""A case is entered on one page: saved as a whole or not at all, every reason told, nothing typed is lost."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studies.entry.sections import MODELS, TITLES
from studies.models import (
    Accession,
    Change,
    Cohort,
    Course,
    Measurement,
    Place,
    Publication,
    Report,
    Study,
    Term,
    Toxicity,
    Typed,
)
from studies.publishing import publish
from studies.publishing.dossier import BELOW_REPORT

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


def fields_of(page, form="case") -> dict:
    """What a browser would send of a page as it stands; of a part of one, that has no form, with `form` empty."""
    import html5lib

    tree = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
    within = next(node for node in tree.iter("form") if node.get("id") == form) if form else tree
    fields = {}
    for node in within.iter():
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


def at(report, page="case"):
    return reverse(f"enter:{page}", args=[report.pk])


def save(staff, report, fields, **more):
    return staff.post(at(report), fields | {"save": "1"} | more)


def edited(staff, report, *accessions) -> dict:
    """The fields of the page with some saved rows opened for editing."""
    page = staff.get(at(report))
    for accession in accessions:
        page = staff.post(at(report), fields_of(page) | {"open": accession})
    return fields_of(page)


def prefix_of(fields: dict, accession: str) -> str:
    return next(name.removesuffix("-accession") for name, value in fields.items() if value == accession)


def reasons(response) -> list[str]:
    html = response.content.decode().partition('id="reasons"')[2].partition("</div>")[0]
    return [re.sub(r"<[^>]+>", "", item).replace("&#x27;", "'") for item in re.findall(r"<li>(.*?)</li>", html, re.S)]


def test_every_kind_of_record_below_a_report_has_its_section():
    assert set(BELOW_REPORT) - {"table_cells"} <= set(TITLES) == set(MODELS)


def test_a_whole_case_is_saved_by_one_request_its_rows_naming_each_other(staff, begun, curator):
    response = save(staff, begun, fields_of(staff.get(at(begun))) | CASE, reason="first reading")
    assert response.status_code == 302, reasons(response)
    toxicity = Toxicity.objects.get(report=begun)
    assert toxicity.course == Course.objects.get(report=begun) and toxicity.cohort == Cohort.objects.get(report=begun)
    assert (toxicity.grade_low, toxicity.scale.code, toxicity.locator) == (2, "not_reported", "Case, first paragraph")
    assert begun.state == "draft"
    change = Change.objects.get(accession=toxicity.pk)
    assert (change.user, change.reason, change.action) == (curator, "first reading", "created")


def test_a_fault_in_the_last_row_saves_nothing_and_loses_nothing(staff, begun):
    before = Accession.objects.count(), Change.objects.count()
    faulty = CASE | {"toxicities-0-scale": "", "toxicities-0-locator": "", "cohorts-0-n": "1,5", "courses-0-number": ""}
    response = save(staff, begun, fields_of(staff.get(at(begun))) | faulty)
    assert response.status_code == 200
    assert (Accession.objects.count(), Change.objects.count()) == before
    assert not Cohort.objects.filter(report=begun).exists()
    told = reasons(response)
    assert [reason for reason in told if reason.startswith("cohort 1, Patients: Enter a whole number")]
    assert [reason for reason in told if reason.startswith("course 1, Number: This field is required")]
    assert [reason for reason in told if reason.startswith("toxicity 1, Place: This field is required")]
    assert [reason for reason in told if "“cohort 1” must be put right first" in reason]
    again = fields_of(response)
    assert {name: again.get(name) for name in faulty} == faulty, "what was typed is lost"
    assert 'href="#id_toxicities-0-locator"' in response.content.decode()


def test_what_was_typed_within_a_row_is_saved_once_the_fault_beside_it_is_mended(staff, begun):
    """A save that is refused takes its rows back, and the page must not name them."""
    publication = begun.publication_id
    held = edited(staff, begun, publication)
    at_row = prefix_of(held, publication)
    place = {"id": "", "attribute": "n", "locator": "Page 8", "as_reported": "one woman", "basis": "stated"}
    author = {"id": "", "family_name": "Author", "given_names": "A."}
    typed = {f"cohorts-0-places-0-{name}": value for name, value in place.items()}
    typed |= {f"{at_row}-authors-0-{name}": value for name, value in author.items()}
    refused = save(staff, begun, held | CASE | typed | {"toxicities-0-locator": ""})
    assert reasons(refused) and not Cohort.objects.filter(report=begun).exists()
    saved = save(staff, begun, fields_of(refused) | {"toxicities-0-locator": "Case, first paragraph"})
    assert saved.status_code == 302
    cohort = Cohort.objects.get(report=begun)
    assert [told.as_reported for told in Place.objects.filter(record=cohort.pk)] == ["one woman"]
    assert [author.family_name for author in begun.publication.authors.all()] == ["Author"]


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("toxicities-0-term", "cytokine storm of sorts", "not in the vocabulary “Toxicity”"),
        ("toxicities-0-course", "", "It must name what it follows"),
        ("toxicities-0-scale", "", "A grade needs its grading scale"),
        ("toxicities-0-grade_low", "6", "Grades go from 1 to 5"),
        ("toxicities-0-basis", "derived", "A derived fact needs its arithmetic"),
        ("toxicities-0-time_low", "1,5", "write 1.5 for a decimal"),
        ("toxicities-0-time_low", "12.500", "can be 12500 or 12.5"),
        ("cohorts-0-n", "1.000", "can be 1000 or 1: write 1000 or 1"),
        ("toxicities-0-time_low", "<3", "belongs into the operator"),
        ("toxicities-0-time_low", "1.5×106", "lost superscript"),
        ("toxicities-0-course", "cohorts-0", "is no course"),
        ("toxicities-0-course", "courses-7", "not a row of this page"),
        ("toxicities-0-course", "COU-00002", "another report"),
        ("cohorts-0-parent", "cohorts-0", "name each other"),
        ("cohorts-0-code", "", "This field is required"),
    ],
)
def test_each_reason_is_told_at_its_field_and_at_the_top(staff, begun, name, typed, reason):
    response = save(staff, begun, fields_of(staff.get(at(begun))) | CASE | {name: typed})
    assert any(reason in told for told in reasons(response)), reasons(response)
    assert not Toxicity.objects.filter(report=begun).exists()


def test_a_time_that_is_longer_than_a_life_is_refused(staff, begun):
    timed = {"toxicities-0-time_unit": "days", "toxicities-0-time_from": "infusion", "toxicities-0-time_operator": "="}
    for days, refused in (("99999999", True), ("-99999999", True), ("9000", False)):
        typed = CASE | timed | {"toxicities-0-time_low": days, "toxicities-0-time_high": days}
        told = reasons(save(staff, begun, fields_of(staff.get(at(begun))) | typed))
        assert any("are more than 120 years" in reason for reason in told) is refused, told


def test_a_number_may_be_typed_as_a_paper_prints_it(staff, begun):
    donor = Term.objects.get(vocabulary="donor", code="haploidentical")
    dose = rows(
        "transplants",
        {"cohort": "cohorts-0", "order": "1", "kind": "allogeneic", "graft_source": "not_reported",
         "donor": donor.label, "cd34_dose": "1.5 × 10⁶", "cd34_unit": "cells/kg"},
    )  # fmt: skip
    response = save(staff, begun, fields_of(staff.get(at(begun))) | CASE | dose)
    assert response.status_code == 302, reasons(response)
    transplant = begun.transplant_rows.get()
    assert (transplant.cd34_dose, transplant.donor) == (1_500_000, donor)


def test_a_place_of_a_single_value_is_entered_beside_its_row(staff, begun):
    place = {
        "id": "",
        "attribute": "grade_low",
        "locator": "Table 2",
        "as_reported": "grade 2",
        "basis": "stated",
        "instead": "on",
    }
    fields = {f"toxicities-0-places-0-{name}": value for name, value in place.items()}
    more = {name.replace("places-0", "places-1"): value for name, value in fields.items()} | {
        "toxicities-0-places-1-locator": "Text"
    }
    response = save(staff, begun, fields_of(staff.get(at(begun))) | CASE | fields | more)
    assert response.status_code == 302, reasons(response)
    places = Place.objects.filter(record=Toxicity.objects.get(report=begun).pk)
    assert [(p.attribute, p.number, p.locator, p.instead) for p in places] == [
        ("grade_low", 1, "Table 2", True), ("grade_low", 2, "Text", True),
    ]  # fmt: skip


def test_a_row_is_changed_and_removed_again(staff, begun):
    save(staff, begun, fields_of(staff.get(at(begun))) | CASE)
    toxicity, cohort = Toxicity.objects.get(report=begun), Cohort.objects.get(report=begun)
    fields = edited(staff, begun, toxicity.pk)
    fields[f"{prefix_of(fields, toxicity.pk)}-grade_low"] = "3"
    assert save(staff, begun, fields, reason="misread").status_code == 302
    toxicity.refresh_from_db()
    assert toxicity.grade_low == 3
    assert Change.objects.filter(accession=toxicity.pk).first().fields == {"grade_low": [2, 3]}
    fields = edited(staff, begun, cohort.pk)
    refused = save(staff, begun, fields | {f"{prefix_of(fields, cohort.pk)}-removed": "on"})
    assert "named by COU-" in reasons(refused)[0] and Cohort.objects.filter(pk=cohort.pk).exists()
    fields = edited(staff, begun, toxicity.pk)
    save(staff, begun, fields | {f"{prefix_of(fields, toxicity.pk)}-removed": "on"})
    assert not Toxicity.objects.filter(pk=toxicity.pk).exists()
    assert Change.objects.filter(accession=toxicity.pk).first().action == "deleted"


def test_what_was_public_is_taken_out_with_a_reason_that_its_address_tells(staff, client, api):
    report = Report.objects.get(pk="REP-00400")
    fields = edited(staff, report, "EVE-00405")
    gone = fields | {f"{prefix_of(fields, 'EVE-00405')}-removed": "on"}
    refused = save(staff, report, gone | {"reason": ""})
    assert "say why it is taken out" in reasons(refused)[0]
    save(staff, report, gone | {"reason": "it is told of another patient"})
    assert api("/events/EVE-00405/")["accession"] == "EVE-00405", "public until a second person publishes it"
    report.refresh_from_db()
    publish(report, user=None, reason="one event less")
    told = api("/events/EVE-00405/", status=410)
    assert told["reason"] == "it is told of another patient", told
    history = client.get("/history/events/EVE-00405/").content.decode()
    assert "it is told of another patient" in history
    assert "EVE-00405" not in client.get("/studies/kong-2022/").content.decode()
    publish(Report.objects.get(pk="REP-00400"), user=None, reason="again")
    assert api("/events/EVE-00405/", status=410)["reason"] == "it is told of another patient"


def test_saving_a_page_on_which_nothing_was_changed_changes_nothing(staff):
    report = Report.objects.get(pk="REP-00400")
    # One row of each kind is opened: the page of a case with all of them open is sixty times as long.
    firsts = [model.objects.filter(report=report).first() for model in BELOW_REPORT.values()]
    opened = ["PUB-00400", "DIS-00401", "COV-00400", *(row.pk for row in firsts if row)]
    page = staff.get(at(report))
    fields, lines = fields_of(page), re.findall(r'id="([^"]+)" data-key="([^"]+)" data-closed', page.content.decode())
    for prefix, key in lines:
        if key in opened:  # as the script does it: each row in place, and not the whole page anew for each
            fields |= fields_of(staff.get(at(report, "row"), {"key": key, "prefix": prefix}), form="")
    assert {value for name, value in fields.items() if name.endswith("-accession")} >= set(opened)
    before = Change.objects.count()
    assert save(staff, report, fields).status_code == 302
    assert Change.objects.count() == before


@pytest.mark.parametrize("accession", ["REP-00004", "REP-00106", "REP-00300", "REP-00104"])
def test_every_kind_of_report_has_its_page(staff, accession):
    """A document's own words, a registration, a long case, a study without CAR-T cells: unchanged, nothing changes."""
    report = Report.objects.get(pk=accession)
    page = staff.get(at(report))
    shown = set(re.findall(r'id="section-(\w+)"', page.content.decode()))
    assert ("claims" in shown) == (report.role in ("own_words", "primary"))
    assert ("cohorts" in shown) == bool(report.study_id) and ("plans" in shown) == bool(report.registration_id)
    before = Change.objects.count()
    assert save(staff, report, fields_of(page)).status_code == 302 and Change.objects.count() == before


def test_without_script_a_button_adds_a_row_that_goes_on_from_the_one_before(staff, begun):
    fields = fields_of(staff.get(at(begun))) | CASE
    again = fields_of(staff.post(at(begun), fields | {"add": "toxicities"}))
    assert again["toxicities-1-locator"] == "Case, first paragraph"
    assert again["toxicities-1-cohort"] == "cohorts-0", "a row that is not saved yet can be chosen"
    assert again["toxicities-0-term"] == "crs" and not Cohort.objects.filter(report=begun).exists()
    assert again["courses-0-number"] == "1"
    parts = fields_of(staff.post(at(begun), again | {"add": "toxicities-0-places"}))
    assert parts["toxicities-0-places-0-locator"] == ""
    assert save(staff, begun, parts).status_code == 302, "rows with nothing but what was offered are no rows"
    assert Toxicity.objects.filter(report=begun).count() == 1


def test_a_second_tab_is_told_what_was_saved_meanwhile_and_loses_nothing(staff, begun):
    save(staff, begun, fields_of(staff.get(at(begun))) | CASE)
    cohort = Cohort.objects.get(report=begun)
    first, second = edited(staff, begun, cohort.pk), edited(staff, begun, cohort.pk)
    prefix = prefix_of(first, cohort.pk)
    assert save(staff, begun, first | {f"{prefix}-n": "3", f"{prefix}-label": "three women"}).status_code == 302
    response = save(staff, begun, second | {f"{prefix}-label": "women", f"{prefix}-sex": "female"})
    assert response.status_code == 409
    told = reasons(response)
    assert any("Patients: now “3”, taken over" in reason for reason in told)
    assert any("Label: now “three women”, you typed “women”" in reason for reason in told)
    html = response.content.decode()
    assert f'<a href="#id_{prefix}-label">' in html and f'id="id_{prefix}-label"' in html
    cohort.refresh_from_db()
    assert (cohort.label, cohort.sex) == ("three women", ""), "nothing is saved before the curator has seen it"
    again = fields_of(response)
    assert [again[f"{prefix}-{name}"] for name in ("n", "label", "sex")] == ["3", "women", "female"]
    assert save(staff, begun, again).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.n, cohort.label, cohort.sex) == (3, "women", "female")


def test_who_may_not_is_told_so_and_nothing_is_saved(client, begun, django_user_model):
    reader = django_user_model.objects.create_user("reader", password="x", is_staff=True)
    client.force_login(reader)
    assert client.get(at(begun)).status_code == 403
    for codename in ("change_report", "view_report", "add_cohort", "add_course"):
        reader.user_permissions.add(Permission.objects.get(codename=codename))
    response = save(client, begun, fields_of(client.get(at(begun))) | CASE)
    assert reasons(response) == ["toxicity 1: Your account may not add Toxicities, GVHD among them."]
    assert not Cohort.objects.filter(report=begun).exists()
    client.logout()
    assert client.get(at(begun)).status_code == 302


def test_a_case_says_what_keeps_it_from_being_published(staff, begun):
    save(staff, begun, fields_of(staff.get(at(begun))) | CASE)
    html = staff.get(at(begun)).content.decode()
    todo = html.partition("Before it can be published")[2].partition("</details>")[0]
    assert "“dose” is neither told nor recorded as looked for and not found" in todo
    assert "is not published" in todo


# What was typed and not saved


def keep(staff, report, fields, user, page="case"):
    query = urlencode({"page": page, "tab": fields["tab"], "user": user.pk})
    return staff.post(f"{at(report, 'typed')}?{query}", urlencode(fields, doseq=True), content_type="text/plain")


def test_what_was_typed_is_kept_and_offered_but_never_put_over_what_is_saved(staff, begun, curator):
    fields = fields_of(staff.get(at(begun))) | CASE
    assert keep(staff, begun, fields, curator).status_code == 204 and not Cohort.objects.filter(report=begun).exists()
    page = staff.get(at(begun))
    assert "Restore what was typed at" in page.content.decode() and "cohorts-0-code" not in fields_of(page)
    restored = fields_of(staff.get(at(begun), {"typed": fields["tab"]}))
    assert {name: restored.get(name) for name in CASE} == CASE
    assert save(staff, begun, restored).status_code == 302
    assert not Typed.objects.exists()
    assert "data-kept" not in staff.get(at(begun)).content.decode()


def test_two_opened_pages_of_a_case_keep_their_texts_apart(staff, begun, curator):
    one, other = (fields_of(staff.get(at(begun))) for _ in range(2))
    keep(staff, begun, one | {"cohorts-0-accession": "", "cohorts-0-label": "of the first page"}, curator)
    keep(staff, begun, other | CASE, curator)
    assert staff.get(at(begun)).content.decode().count("data-kept") == 2
    assert save(staff, begun, other | CASE).status_code == 302
    restored = fields_of(staff.get(at(begun), {"typed": one["tab"]}))
    assert restored["cohorts-0-label"] == "of the first page", "saving one page ended the text of the other"
    keep(staff, begun, restored, curator)
    assert [typed.tab for typed in Typed.objects.all()] == [restored["tab"]], "it goes on under one name"


def test_what_was_typed_belongs_to_the_curator_who_typed_it(staff, begun, client, curator, django_user_model):
    fields = fields_of(staff.get(at(begun))) | {"cohorts-0-accession": "", "cohorts-0-code": "x"}
    keep(staff, begun, fields, curator)
    client.force_login(django_user_model.objects.create_superuser("another", password="x"))
    page = client.get(at(begun), {"typed": fields["tab"]}).content.decode()
    assert 'name="cohorts-0-code"' not in page and "data-kept" not in page
    # The page of the first is still open in the browser: its text is not taken for the second's.
    assert keep(client, begun, fields, curator).status_code == 403


@pytest.mark.parametrize(
    ("page", "name", "typed"), [("start", "publication_name", "Doe"), ("table", "text", "Day\tCRP")]
)
def test_the_start_and_the_table_keep_what_is_typed_too(staff, curator, page, name, typed):
    address = reverse("enter:start") if page == "start" else at(Report.objects.get(pk="REP-00400"), "table")
    fields = fields_of(staff.get(address)) | {name: typed}
    query = urlencode({"page": page, "tab": fields["tab"], "user": curator.pk})
    staff.post(f"{address.removesuffix('table/')}typed/?{query}", urlencode(fields), content_type="text/plain")
    assert f"?typed={fields['tab']}" in staff.get(address).content.decode()
    assert fields_of(staff.get(address, {"typed": fields["tab"]}))[name] == typed
    staff.post(f"{address.removesuffix('table/')}typed/?page={page}", {"forget": fields["tab"]})
    assert not Typed.objects.exists()


# Where a case begins


def test_a_case_begins_with_a_publication_that_is_looked_up(staff):
    start = {"publication": "10.1182/blood-2013-08-519413", "role": "primary", "study": "kochenderfer-2013"}
    assert staff.post(reverse("enter:start"), start).status_code == 302
    report = Report.objects.get(publication__slug="kochenderfer-2013", study__slug="kochenderfer-2013")
    again = staff.post(reverse("enter:start"), start).content.decode()
    assert f"has a report of it already: continue {report.pk}" in again


def test_what_cannot_begin_makes_nothing(staff):
    before = Publication.objects.count(), Study.objects.count(), Report.objects.count()
    told = staff.post(reverse("enter:start"), {"publication": "not-there", "role": "primary"}).content.decode()
    assert "is not in the base" in told
    bad = {"publication": "Not A Slug", "publication_name": "x", "publication_year": "2026",
           "publication_kind": "case_report", "role": "primary"}  # fmt: skip
    assert "A slug is lower case letters" in staff.post(reverse("enter:start"), bad).content.decode()
    assert (Publication.objects.count(), Study.objects.count(), Report.objects.count()) == before


def test_a_copy_asks_what_the_other_case_asked_and_copies_no_answer(staff):
    start = {"publication": "cruz-2013", "role": "primary", "study": "cruz-2013", "copy_of": "REP-00400"}
    response = staff.post(reverse("enter:start"), start)
    report = Report.objects.get(publication__slug="cruz-2013", study__slug="cruz-2013")
    assert response.status_code == 302 and not Cohort.objects.filter(report=report).exists()
    fields = fields_of(staff.get(response.url))
    assert fields["transplants-0-kind"] == "allogeneic" and fields["toxicities-0-term"] == "gvhd"
    assert fields["outcomes-1-course"] == "courses-1" and fields["outcomes-1-measure"] == "best_response"
    answers = {
        "locator", "as_reported", "derivation", "note", "n", "denominator", "presence", "category", "site", "label",
        "collected_from", "donor", "graft_source", "disease", "sex", "age_low", "detail", "targets", "date",
        "time_low", "absence", "moment", "affected_n",
    }  # fmt: skip
    told = {name: value for name, value in fields.items() if name.rpartition("-")[2] in answers}
    assert {value for name, value in told.items() if "characteristics" not in name} <= {"", "not_reported"}
    assert {value for name, value in told.items() if "characteristics" in name} <= {"", "present"}


def test_a_row_of_a_copy_that_is_not_filled_in_is_not_saved_and_stays_offered(staff):
    start = {"publication": "cruz-2013", "role": "primary", "study": "cruz-2013", "copy_of": "REP-00400"}
    fields = fields_of(staff.get(staff.post(reverse("enter:start"), start).url))
    report = Report.objects.get(publication__slug="cruz-2013", study__slug="cruz-2013")
    patient = {"cohorts-0-label": "a boy", "cohorts-0-locator": "Abstract", "cohorts-0-as_reported": "a boy"}
    saved = save(staff, report, fields | patient)
    assert saved.status_code == 302
    (cohort,) = Cohort.objects.filter(report=report)
    rest = fields_of(staff.get(saved.url))
    assert rest["courses-0-cohort"] == cohort.pk and "cohorts-0-copied" not in rest
    # One that is not wanted is left out, one that was begun is refused until it is whole.
    shorter = fields_of(staff.post(at(report), rest | {"leave": "outcomes-0"}))
    assert "outcomes-0-measure" in rest and "outcomes-0-measure" not in shorter and "outcomes-1-measure" in shorter
    told = reasons(save(staff, report, shorter | {"courses-0-as_reported": "a course"}))
    assert any("Place: This field is required" in reason for reason in told)
    assert len({reason.partition(",")[0] for reason in told}) == 1, "of the one row that was begun"


# A pasted table


def paste(staff, report, text, **more):
    given = {"cohort": "COH-00400", "course": "COU-00401", "locator": "Table 2", "basis": "stated", "time_unit": "days",
             "time_from": "infusion", "text": text}  # fmt: skip
    return staff.post(at(report, "table"), given | more)


KINETICS = "Day\tCAR copies in blood (copies/µg)\tFerritin (ng/ml)\n4\t1.5 × 10^5\t<200\nD7\t3–5\t/\n\n14\t\t350"
MEANT = {
    "column-2-analyte": "car_copies", "column-2-specimen": "blood", "column-2-unit": "copies/µg",
    "column-3-analyte": "ferritin", "column-3-unit": "ng/ml", "sign-0": "not_reported", "enter": "1",
}  # fmt: skip


def test_a_pasted_table_is_looked_at_and_then_entered(staff):
    report = Report.objects.get(pk="REP-00400")
    before = Measurement.objects.count()
    look = paste(staff, report, KINETICS)
    html = look.content.decode()
    assert look.status_code == 200 and Measurement.objects.count() == before
    assert "Empty rows left out: 4." in html and "1.5 × 10⁵" in html and "empty: no measurement" in html
    assert fields_of(look)["column-3-analyte"] == "ferritin" and fields_of(look)["column-3-unit"] == "ng/ml"
    assert paste(staff, report, KINETICS, **MEANT).status_code == 302
    entered = list(Measurement.objects.order_by("accession"))[before:]
    assert [(m.time_low, m.analyte.code, m.operator, m.value, m.value_high, m.absence) for m in entered] == [
        (4, "car_copies", "=", 150_000, None, ""), (4, "ferritin", "<", 200, None, ""),
        (7, "car_copies", "=", 3, 5, ""), (7, "ferritin", "=", None, None, "not_reported"),
        (14, "ferritin", "=", 350, None, ""),
    ]  # fmt: skip
    assert (entered[0].locator, entered[0].as_reported) == (
        "Table 2, row 4, CAR copies in blood (copies/µg)",
        "1.5 × 10^5",
    )
    for measurement in entered:
        measurement.full_clean()
        assert Change.objects.get(accession=measurement.pk).action == "created"


def test_a_table_that_is_sent_twice_is_entered_once(staff):
    report = Report.objects.get(pk="REP-00400")
    assert paste(staff, report, KINETICS, **MEANT).status_code == 302
    entered = Measurement.objects.count()
    assert paste(staff, report, KINETICS, **MEANT).status_code == 302
    assert Measurement.objects.count() == entered
    longer = paste(staff, report, f"{KINETICS}\n21\t\t400", **MEANT)
    assert any("row 2, column 2: It is entered already, as MEA-" in told for told in reasons(longer))
    assert Measurement.objects.count() == entered


@pytest.mark.parametrize(
    ("text", "changes", "reason"),
    [
        (KINETICS, {"sign-0": ""}, "Say what “/” means"),
        (KINETICS, {"column-2-analyte": ""}, "row 1, column 2: This field is required"),
        (KINETICS, {"column-3-unit": "%"}, "row 2, column 3: value: 200 is not a percentage"),
        (KINETICS.replace("3–5", "1.5×106"), {}, "row 3, column 2: “1.5×106” can be 1.5 × 10^6"),
        (KINETICS.replace("350", "=cmd|calc"), {}, "row 5, column 3: “=cmd|calc” is a formula"),
        (KINETICS.replace("350", "1" * 20), {}, "row 5, column 3: value: Ensure that there are no more than"),
        (KINETICS.replace("14\t", "0.123456789\t"), {}, "row 5, column 1: Ensure that there are no more than"),
        (KINETICS.replace("14\t", "90000\t"), {}, "row 5, column 1: 90000 days are more than 120 years"),
    ],
)
def test_a_table_with_a_fault_enters_nothing(staff, text, changes, reason):
    before = Measurement.objects.count()
    response = paste(staff, Report.objects.get(pk="REP-00400"), text, **MEANT | changes)
    assert response.status_code == 422
    assert sum(reason in told for told in reasons(response)) == 1, reasons(response)
    assert Measurement.objects.count() == before


def test_a_thousand_rows_are_entered_at_once(staff, django_assert_max_num_queries):
    report = Report.objects.get(pk="REP-00400")
    text = "Day\tCAR copies\n" + "\n".join(f"{day}\t{day}.5" for day in range(1000))
    with django_assert_max_num_queries(400):
        response = paste(
            staff, report, text, enter="1", **{"column-2-analyte": "car_copies", "column-2-unit": "copies/µg"}
        )
    assert response.status_code == 302, reasons(response)
    assert Measurement.objects.filter(report=report).count() == 1004
    with django_assert_max_num_queries(120):  # whatever the number of rows
        assert staff.get(at(report)).status_code == 200


def test_a_file_is_read_as_the_pasted_text_is(staff):
    report = Report.objects.get(pk="REP-00400")
    file = SimpleUploadedFile("kinetics.csv", b"Day;CAR copies (copies/\xb5g)\n4;1,5\n")
    assert "not in UTF-8" in paste(staff, report, "", file=file).content.decode()
    file = SimpleUploadedFile("kinetics.csv", "Day;CAR copies (copies/µg)\n4;1,5\n".encode())
    assert fields_of(paste(staff, report, "", file=file))["text"].startswith("Day;CAR copies")
