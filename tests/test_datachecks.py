"""Datachecks: an error or an open warning keeps a report back, an answer is for one value, what was found is public."""

import io
import json
from html import escape

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.models import (
    Accession,
    Change,
    CheckedWarning,
    Discrepancy,
    Infusion,
    Publication,
    Registration,
    Report,
    Revision,
    Side,
    Study,
    Toxicity,
    acting,
)
from studies.models.choices import State
from studies.publishing import Refused, publish, publish_all
from studies.publishing.datachecks import CHECKS, run
from studies.publishing.door import close_all

from .test_each_datacheck import CRUZ, LI_HUA, PLACE, found, one_centre
from .test_loading import case, fixture  # noqa: F401

pytestmark = pytest.mark.django_db


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


def explanation(attribute, curator):
    with acting(curator, "cannot be right"):
        discrepancy = Discrepancy(
            publication_id="PUB-00002", kind="implausible", severity="misleads", title="x", explanation="x", shown="x"
        )
        discrepancy.save()
        Side(
            discrepancy=discrepancy, record_id="INF-00002", attribute=attribute, publication_id="PUB-00002", **PLACE
        ).save()
    return discrepancy


def test_a_discrepancy_of_another_field_answers_nothing(no_discrepancy, curator):
    explanation("schedule", curator)
    with pytest.raises(Refused, match="answer the warning with a written reason"):
        publish(dosed(7.8e9, curator), user=curator, reason="read again")


def test_a_discrepancy_answers_once_the_public_reads_it(no_discrepancy, curator, api):
    report, discrepancy = dosed(7.8e9, curator), explanation("dose_low", curator)
    (told,) = found(LI_HUA, "DC030")
    assert told.discrepancy == discrepancy.pk, "a curator is told that the draft would answer it"
    with pytest.raises(Refused, match=f"{discrepancy.pk} names it and is not public"):
        publish(report, user=curator, reason="read again")
    publish_all([report.pk, discrepancy.pk], user=curator, reason="both")
    (told,) = api("/data-quality/DC030/")["found"]
    assert (told["answer"], told["discrepancy"]) == ("discrepancy", discrepancy.pk)
    close_all([discrepancy], State.WITHDRAWN, reason="it was none", user=curator)
    with pytest.raises(Refused, match="DC030"):
        publish(report, user=curator, reason="what is withdrawn answers nothing")


def test_a_discrepancy_answers_for_the_value_that_it_was_published_with(curator):
    report = dosed(1e13, curator)  # DIS-00032 names the dose, for another reason
    with pytest.raises(Refused, match="DIS-00032 was published for what stood here before"):
        publish(report, user=curator, reason="a slip")
    with pytest.raises(Refused, match="DIS-00032 was published for what stood here before"):
        publish_all(["DIS-00032", LI_HUA], user=curator, reason="both, but the discrepancy as it was")
    with acting(curator, "the exponent"):
        discrepancy = Discrepancy.objects.get(pk="DIS-00032")
        discrepancy.explanation += " It prints 10^13."
        discrepancy.save()
    publish_all(["DIS-00032", LI_HUA], user=curator, reason="both")
    with acting(curator, "a clearer note"):
        report = Report.objects.get(pk=LI_HUA)
        report.note = "x"
        report.save()
    publish(report, user=curator, reason="the same value is not asked again")
    with pytest.raises(Refused, match="DIS-00032 was published"):
        publish(dosed(2e13, curator), user=curator, reason="another slip")


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
    n_notes = sum(check.severity == "note" for check in CHECKS)
    assert api("/data-quality/", severity="note")["count"] == n_notes > 0
