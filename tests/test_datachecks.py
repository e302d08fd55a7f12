"""Datachecks: each finds what it is for; errors and open warnings keep a report back; an answer is for one value."""

import io
import json
from html import escape
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.models import (
    Accession,
    Agent,
    Change,
    CheckedWarning,
    Cohort,
    Coverage,
    Discrepancy,
    Event,
    Infusion,
    Measurement,
    Outcome,
    Place,
    Publication,
    Registration,
    Report,
    Revision,
    Side,
    Study,
    StudyDescription,
    Term,
    Toxicity,
    Transplant,
    acting,
    get_record,
)
from studies.models.choices import CheckSeverity
from studies.publishing import Refused, publish, publish_all
from studies.publishing.datachecks import CHECKS, documented, run

from .test_loading import case, fixture  # noqa: F401

pytestmark = pytest.mark.django_db
PLACE = {"locator": "Text", "as_reported": "x"}
LI_HUA, KOCHENDERFER, CRUZ, LI_HUIBO = "REP-00002", "REP-00001", "REP-00100", "REP-00300"


def term(vocabulary, code):
    return Term.objects.get(vocabulary=vocabulary, code=code)


def change(model, accession, **fields):
    """A change of a record past its own rules, as a paper may print it."""
    return lambda: model.objects.filter(pk=accession).update(**fields)


def silent(*codes):
    def make():
        coverage, _ = Coverage.objects.get_or_create(report_id=LI_HUA, absence="not_reported", course=None)
        coverage.topics.add(*(term("topic", code) for code in codes))

    return make


def forgotten():
    for coverage in Coverage.objects.filter(report=LI_HUA):
        coverage.topics.remove(term("topic", "later_therapy"))


def graded(term_code, scale, **fields):
    return lambda: Toxicity.objects.filter(pk="TOX-00010").update(
        term=term("toxicity", term_code), scale=term("grading_scale", scale), **fields
    )


def told_twice():
    report = Report(publication_id="PUB-00010", study_id="STU-00001", role="primary")
    report.save()
    Cohort(report=report, code="all", label="all", n=10, **PLACE).save()


def one_centre():
    centres = {"DES-00100": "Union Hospital, Fujian Medical University, Fuzhou", "DES-00101": "Fujian Union Hospital"}
    for accession, centre in centres.items():
        StudyDescription.objects.filter(pk=accession).update(centre=centre)


def looked_up():
    Publication.objects.update(retraction_status="none_known", retraction_as_of="2026-11-01")


# Check, the unit it is asked of, the record it names, and what is done to make the record wrong.
WRONG = [
    ("DC001", KOCHENDERFER, "COH-00001", change(Cohort, "COH-00003", n=5)),
    ("DC002", KOCHENDERFER, "OUT-00001", change(Outcome, "OUT-00001", n=2)),
    ("DC003", CRUZ, "COH-00100", change(Cohort, "COH-00104", n=3)),
    ("DC004", KOCHENDERFER, "COH-00001", change(Cohort, "COH-00001", n_female=4, n_male=5)),
    ("DC005", KOCHENDERFER, "OUT-00002", change(Outcome, "OUT-00002", denominator=9, note="")),
    ("DC006", "REP-00101", "OUT-00126", change(Outcome, "OUT-00126", n=5)),
    ("DC007", LI_HUA, "DES-00002", change(Cohort, "COH-00002", n=4)),
    ("DC010", LI_HUA, "TOX-00010", silent("crs")),
    ("DC011", LI_HUA, LI_HUA, silent("dose")),
    ("DC012", LI_HUA, LI_HUA, forgotten),
    ("DC020", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", accepted="2025-01-10")),
    ("DC021", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", year=2021)),
    ("DC022", LI_HUA, "TRA-00010", change(Transplant, "TRA-00010", date="2026-10-02")),
    ("DC023", LI_HUA, "EVE-00013", change(Event, "EVE-00013", date="2017-01-01")),
    ("DC024", LI_HUA, "INT-00002", change(Infusion, "INF-00002", date="2016-11-08")),
    (
        "DC025", LI_HUA, "TOX-00010",
        change(Toxicity, "TOX-00010", time_low=-3, time_high=-3, time_unit="days", time_from="infusion"),
    ),
    ("DC026", LI_HUA, "OUT-00027", change(Outcome, "OUT-00027", value=9)),
    ("DC027", LI_HUA, "AGE-00022", change(Agent, "AGE-00022", n_days=5)),
    ("DC030", LI_HUA, "INF-00002", change(Infusion, "INF-00002", dose_low=7.8e9, dose_high=7.8e9)),
    ("DC031", CRUZ, "INF-00100", change(Infusion, "INF-00100", dose_low=1.5e3, dose_high=1.5e3)),
    ("DC032", LI_HUA, "INF-00002", change(Infusion, "INF-00002", dose_low=7.8, dose_high=7.8, unit="cells")),
    ("DC033", LI_HUIBO, "TRA-00300", change(Transplant, "TRA-00300", tnc_dose=1e3, cd34_dose=None)),
    ("DC034", LI_HUIBO, "TRA-00300", change(Transplant, "TRA-00300", cd34_dose=4e7)),
    ("DC035", LI_HUA, "AGE-00022", change(Agent, "AGE-00022", dose_low=300, dose_high=None)),
    ("DC040", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", unit="g/mL")),
    ("DC041", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", value=1100)),
    ("DC042", LI_HUIBO, "MEA-00300", change(Measurement, "MEA-00300", canonical_value=65, canonical_unit="g/dL")),
    ("DC043", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", canonical_value=11)),
    ("DC044", LI_HUA, "MEA-00016", change(Measurement, "MEA-00016", unit="per mille")),
    ("DC050", LI_HUA, "TOX-00010", change(Study, "STU-00002", year=2013)),
    ("DC051", LI_HUA, "TOX-00010", graded("crs", "magic_2016")),
    ("DC052", LI_HUA, "TOX-00010", graded("acute_gvhd", "magic_2016", grade_low=5, grade_high=5)),
    ("DC060", "PUB-00002", "PUB-00002", lambda: Place.objects.filter(record="PUB-00002", attribute="journal").delete()),
    (
        "DC061", LI_HUA, "TOX-00012",
        lambda: Place.objects.create(record_id="TOX-00012", attribute="management", value="none given", **PLACE),
    ),
    ("DC062", "DIS-00012", "DIS-00012", lambda: Side.objects.filter(discrepancy="DIS-00012").delete()),
    ("DC070", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", doi="10.3389/fimmu.2025.1586349.")),
    ("DC071", "PUB-00010", "PUB-00010", change(Publication, "PUB-00010", doi="10.3389/FIMMU.2025.1586349")),
    (
        "DC072", "PUB-00010", "PUB-00010",
        change(
            Publication, "PUB-00010",
            title="CD19 CAR-T cells derived from the recipient of umbilical cord blood transplantation effectively "
            "treated relapsed acute lymphoblastic leukaemia after UCBT: case report",
        ),
    ),
    ("DC073", "REG-00002", "REG-00002", change(Registration, "REG-00002", identifier="nct-01087294")),
    (
        "DC074", LI_HUA, "PUB-00002",
        change(Publication, "PUB-00002", retraction_status="retracted", retraction_as_of="2026-11-01"),
    ),
    (
        "DC075", LI_HUA, "PUB-00002",
        change(Publication, "PUB-00002", retraction_status="corrected", retraction_as_of="2026-11-01"),
    ),
    ("DC076", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", retraction_status="not_checked")),
    ("DC080", CRUZ, "COH-00100", one_centre),
    ("DC081", KOCHENDERFER, "COH-00001", told_twice),
]  # fmt: skip


def found(unit, check, drafts=True):
    checked = run([get_record(unit)], drafts=drafts)[unit]
    return [one for one in checked.found if one.check.id == check]


@pytest.mark.parametrize(("check", "unit", "record", "make_wrong"), WRONG, ids=[row[0] for row in WRONG])
def test_a_record_made_wrong_is_found_and_made_right_it_is_not(check, unit, record, make_wrong):
    looked_up()
    before = {(one.finding.record, one.finding.value) for one in found(unit, check)}
    savepoint = transaction.savepoint()
    make_wrong()
    (one,) = [o for o in found(unit, check) if (o.finding.record, o.finding.value) not in before]
    assert one.finding.record == record and one.finding.text and one.finding.value or check == "DC062"
    assert one.check.id in one.what_is_needed and one.check.hint in one.what_is_needed
    transaction.savepoint_rollback(savepoint)
    assert {(o.finding.record, o.finding.value) for o in found(unit, check)} == before


def test_every_check_has_its_case_its_number_and_its_line_in_the_documentation():
    assert [check.id for check in CHECKS] == sorted({check.id for check in CHECKS})
    assert [row[0] for row in WRONG] == [check.id for check in CHECKS]
    assert documented() in Path("docs/datachecks.md").read_text()
    from_memory = [check for check in CHECKS if "From memory" in check.threshold]
    assert from_memory and all(check.severity == CheckSeverity.WARNING for check in from_memory)


def dosed(dose, curator):
    with acting(curator, "read again"):
        infusion = Infusion.objects.get(pk="INF-00002")
        infusion.dose_low = infusion.dose_high = dose
        infusion.save()
    return Report.objects.get(pk=LI_HUA)


@pytest.fixture
def no_discrepancy():
    """None that names the dose of Li Hua 2025."""
    Side.objects.filter(record="INF-00002").delete()


def test_a_warning_keeps_a_report_back_until_it_is_answered_and_a_changed_value_asks_anew(
    no_discrepancy, curator, client, api
):
    report = dosed(7.8e9, curator)
    with pytest.raises(Refused) as refused:
        publish(report, user=curator, reason="read again")
    (problem,) = refused.value.problems
    assert (problem.record, problem.field) == ("INF-00002", "dose_low")
    assert "7.8e9 cells/kg lies outside 10⁴ to 10⁸" in problem.rule and "DC030" in problem.rule
    reason = "The text and the abstract print 10^9 alike."
    with acting(curator, "asked the text"):
        CheckedWarning.objects.create(record_id="INF-00002", check_id="DC030", value="7.8e9 cells/kg", reason=reason)
    publish(report, user=curator, reason="answered")
    assert Change.objects.filter(accession="INF-00002", action="warning answered", user=curator).exists()
    (told,) = api("/data-quality/DC030/")["found"]
    assert (told["answer"], told["reason"], told["open"]) == ("reason", reason, False)
    assert reason in client.get("/data-quality/").content.decode()
    report = dosed(7.9e9, curator)
    with pytest.raises(Refused, match=r"7.9e9 cells/kg"):
        publish(report, user=curator, reason="another value")


def test_a_discrepancy_of_the_field_answers_a_warning_and_one_of_another_field_does_not(no_discrepancy, curator, api):
    report = dosed(7.8e9, curator)
    with acting(curator, "cannot be right"):
        discrepancy = Discrepancy(
            publication_id="PUB-00002", kind="implausible", severity="misleads", title="x", explanation="x", shown="x"
        )
        discrepancy.save()
        side = Side.objects.create(
            discrepancy=discrepancy, record_id="INF-00002", attribute="schedule", publication_id="PUB-00002", **PLACE
        )
    with pytest.raises(Refused, match="DC030"):
        publish(report, user=curator, reason="read again")
    Side.objects.filter(pk=side.pk).update(attribute="dose_low")
    publish(report, user=curator, reason="explained")
    (told,) = api("/data-quality/DC030/")["found"]
    assert (told["answer"], told["discrepancy"]) == ("discrepancy", None), "a draft is named to the public"
    publish(discrepancy, user=curator, reason="now it is public")
    assert api("/data-quality/DC030/")["found"][0]["discrepancy"] == discrepancy.pk


def test_a_fixture_carries_the_reasons_and_loses_those_it_no_longer_gives(fixture, api):  # noqa: F811
    from studies.loading import LoadError, load

    content = case()
    infusion = {
        "infusion": "INF-90001", "course": "COU-90001", "order": "1", "dose_low": "2.0e9", "unit": "cells/kg",
        "place": "Text", "wording": "one patient",
        "checked": [{"check": "DC030", "value": "2.0e9 cells/kg", "reason": "Printed so twice."}],
    }  # fmt: skip
    content["records"][2]["records"].append(infusion)
    content["records"][2]["records"][3]["topics"].remove("dose")
    load([fixture(content)])
    assert api("/data-quality/DC030/")["found"][0]["reason"] == "Printed so twice."
    assert load([fixture(content)]).revision == api("/evidence/")["revision"]
    infusion["checked"] = []
    with pytest.raises(LoadError, match="INF-90001 · dose_low: .*DC030"):
        load([fixture(content)])
    infusion["checked"] = [{"check": "DC030", "value": "2.0e9 cells/kg"}]
    with pytest.raises(LoadError, match="answer to DC030 · reason: .*cannot be blank"):
        load([fixture(content)])


def test_an_answer_at_either_of_two_cohorts_is_for_both():
    one_centre()
    (one,) = found(CRUZ, "DC080")
    (other,) = found("REP-00101", "DC080")
    assert one.is_open and other.is_open
    assert (one.finding.record, one.finding.value) == (other.finding.value, other.finding.record)
    CheckedWarning.objects.create(record_id="COH-00110", check_id="DC080", value="COH-00100", reason="Two wards.")
    assert not found(CRUZ, "DC080")[0].is_open and not found("REP-00101", "DC080")[0].is_open


def test_a_retraction_goes_public_at_once_and_its_numbers_only_with_a_discrepancy(curator, api):
    with acting(curator, "looked up"):
        paper = Publication.objects.get(pk="PUB-00002")
        paper.retraction_status, paper.retraction_as_of = "retracted", "2026-11-01"
        paper.save()
    with pytest.raises(Refused, match="DC074"):
        publish(Report.objects.get(pk=LI_HUA), user=curator, reason="not even while it is a draft")
    publish(paper, user=curator, reason="retracted")
    assert api("/publications/li-hua-2025/")["retraction_status"] == "retracted"
    with pytest.raises(Refused, match="DC074"):
        publish(Report.objects.get(pk=LI_HUA), user=curator, reason="new facts")
    Side.objects.create(
        discrepancy_id="DIS-00032", position=9, record_id="PUB-00002", attribute="retraction_status",
        publication_id="PUB-00002", **PLACE,
    )  # fmt: skip
    publish_all(["DIS-00032", LI_HUA], user=curator, reason="it says so")


def test_the_whole_base_has_no_open_finding_and_the_command_says_so_or_fails():
    told = io.StringIO()
    call_command("datachecks", stdout=told)
    assert "none without an answer" in told.getvalue()
    Infusion.objects.filter(pk="INF-00100").update(dose_low=1, dose_high=1)
    told = io.StringIO()
    with pytest.raises(CommandError, match="1 of 3 findings have no answer"):
        call_command("datachecks", unit="INF-00100", json=True, stdout=told)
    assert "DC031" in {json.loads(line)["check"] for line in told.getvalue().splitlines()}
    with pytest.raises(CommandError, match="no record"):
        call_command("datachecks", unit="INF-99999")


def test_no_draft_shows_in_what_is_found_at_the_door():
    with acting(None, "a draft"):
        draft = Publication(slug="xyzzyland-2026", name="Xyzzyland", kind="not_reported", year=2026)
        draft.title = Publication.objects.get(pk="PUB-00002").title
        draft.save()
    assert [one.finding.value for one in found("PUB-00002", "DC072")] == [draft.pk]
    assert found("PUB-00002", "DC072", drafts=False) == []


def test_a_base_made_before_the_checks_is_checked_but_for_what_has_drafts(curator, api):
    for model in (Publication, Study, Registration, Report, Discrepancy):
        model.objects.update(checked="")
    with acting(curator, "a draft"):
        toxicity = Toxicity.objects.get(pk="TOX-00012")
        toxicity.duration = 6
        toxicity.save()
    Revision.objects.update(rendering=0)
    call_command("render_evidence", if_older=True)
    checks = {record["id"]: record for record in api("/data-quality/", page_size=500)["results"]}
    assert checks["DC030"]["units_not_checked"] == 1 and checks["DC060"]["units_not_checked"] == 0
    assert checks["DC041"]["found"][0]["discrepancy"] == "DIS-00301"


def test_thousands_of_publications_are_compared_in_the_same_number_of_statements():
    def add(numbers):
        Accession.objects.bulk_create(Accession(id=f"PUB-{n}", kind="PUB", number=n) for n in numbers)
        Publication.objects.bulk_create(
            Publication(
                accession_id=f"PUB-{n}", slug=f"paper-{n}", name=f"Paper {n}", kind="other", year=2000 + n % 25,
                title=f"CD19 CAR-T cells for relapsed acute lymphoblastic leukaemia, cohort {n} of centre {n % 97}",
            )
            for n in numbers
        )  # fmt: skip

    def asked():
        papers = list(Publication.objects.order_by("pk"))
        with CaptureQueriesContext(connection) as statements:
            run(papers, drafts=True)
        return len(statements)

    add(range(50_000, 50_010))
    few = asked()
    add(range(60_000, 62_000))
    assert asked() == few <= 8
    with CaptureQueriesContext(connection) as statements:
        run([Publication.objects.get(pk="PUB-60000")], drafts=True)
    assert len(statements) <= 9


def test_a_curator_is_told_after_saving_and_led_to_the_answer(client, curator, no_discrepancy):
    client.force_login(curator)
    dosed(7.8e9, curator)
    page = client.get(reverse("admin:studies_infusion_change", args=["INF-00002"])).content.decode()
    assert "DC030 warning · INF-00002 · dose_low" in page
    link = (
        reverse("admin:studies_checkedwarning_add") + "?record=INF-00002&amp;check_id=DC030&amp;value=7.8e9+cells%2Fkg"
    )
    assert link in page
    typed = {"citing": "PUB-00002", "cited": "PUB-00003", "number": "999", "cited_for": "x", "reason": "read again"}
    saved = client.post(reverse("admin:studies_citation_add"), typed, follow=True)
    assert "DC0" not in "".join(str(message) for message in saved.context["messages"])
    answer = {"record": "INF-00002", "check_id": "DC030", "value": "7.8e9 cells/kg", "reason": "Printed so."}
    assert client.post(reverse("admin:studies_checkedwarning_add"), answer).status_code == 302
    page = client.get(reverse("admin:studies_infusion_change", args=["INF-00002"])).content.decode()
    assert "Answered: Printed so." in page and "answer it" not in page
    assert Change.objects.filter(accession="INF-00002", action="warning answered", user=curator).exists()


def test_saving_tells_what_is_found_and_keeps_nothing_back(client, curator):
    client.force_login(curator)
    typed = {
        "report": LI_HUA, "course": "COU-00002", "order": "2", "purpose": "maintenance", "operator": "=",
        "dose_low": "1", "dose_high": "1", "unit": "cells/kg", "counted": "not_stated", "per": "infusion",
        "schedule": "single", "locator": "Text", "as_reported": "1", "basis": "stated", "reason": "read again",
    }  # fmt: skip
    saved = client.post(reverse("admin:studies_infusion_add"), typed, follow=True)
    infusion = Infusion.objects.get(report=LI_HUA, order=2)
    told = [str(message) for message in saved.context["messages"]]
    assert any(infusion.pk in text and "DC030" in text for text in told), told


def test_the_page_and_its_twin_tell_every_check(client, api):
    answer = api("/data-quality/", page_size=500)
    assert [record["id"] for record in answer["results"]] == [check.id for check in CHECKS]
    assert all(record["units_not_checked"] == 0 for record in answer["results"])
    assert not any(one["open"] for record in answer["results"] for one in record["found"])
    html = client.get("/data-quality/").content.decode()
    assert all(check.id in html and escape(check.title) in html for check in CHECKS)
    assert "Haemoglobin 65 g/dL lies outside 2 to 25" in html and "/discrepancies/DIS-00301/" in html
    notes = client.get("/data-quality/", {"severity": "note"}).content.decode()
    assert "DC076" in notes and "DC030" not in notes
    assert client.get("/data-quality/", {"severity": "grave"}).status_code == 400
    assert api("/data-quality/", severity="note")["count"] == 1
