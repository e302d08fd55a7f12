"""The door: nothing half published stays, what changes is shown wherever it is named, every state can be told."""

import json
import re

import pytest
from django.core.management import call_command

from studies.models import (
    OPEN,
    Change,
    Cohort,
    CohortOverlap,
    Coverage,
    Discrepancy,
    EvidenceRow,
    EvidenceTerm,
    Outcome,
    Publication,
    PublicFact,
    PublicRecord,
    PublishedTableCell,
    Report,
    Revision,
    SearchText,
    Side,
    SourceRead,
    Study,
    StudyDescription,
    Term,
    Toxicity,
    acting,
)
from studies.publishing import Refused, publish, publish_all
from studies.publishing.datachecks.silence import STANDARD_TOPICS

pytestmark = pytest.mark.django_db
SECRET = "Xyzzyland"


def whole(report):
    """What else a report cannot lack: that it was read, how the study was made, and all that a reader looks for, looked
    for and not found."""
    SourceRead(
        publication=report.publication, read_as="full_text", parts_read="x", checksum="0" * 64, read_on="2026",
        reader="a curator",
    ).save()  # fmt: skip
    Publication.objects.filter(pk=report.publication_id).update(extraction_state="partly_extracted")
    StudyDescription(report=report, design="not_reported", locator="x", as_reported="x").save()
    coverage = Coverage(report=report, parts_searched="x")
    coverage.save()
    coverage.topics.set(Term.objects.filter(vocabulary="topic", code__in=STANDARD_TOPICS))


def test_a_change_is_public_only_when_published(api, curator):
    with acting(curator, "read again"):
        toxicity = Toxicity.objects.get(pk="TOX-00012")
        toxicity.duration = 6
        toxicity.save()
    assert api("/facts/", fact="TOX-00012.duration:diarrhoea")["results"][0]["value"] == "5"
    before = api("/evidence/")["revision"]
    revision = publish(Report.objects.get(pk="REP-00002"), user=curator, reason="read again")
    assert revision == before + 1
    assert api("/facts/", fact="TOX-00012.duration:diarrhoea")["results"][0]["value"] == "6"
    assert api("/studies/li-hua-2025/")["reports"][0]["toxicities"][2]["duration"] == 6


def test_public_rows_are_closed_never_updated(curator):
    old = PublicFact.objects.get(fact="TOX-00012.duration:diarrhoea")
    with acting(curator, "read again"):
        toxicity = Toxicity.objects.get(pk="TOX-00012")
        toxicity.duration = 6
        toxicity.save()
    revision = publish(Report.objects.get(pk="REP-00002"), user=curator, reason="read again")
    old.refresh_from_db()
    assert (old.value, old.valid_to) == ("5", revision)
    new = PublicFact.objects.get(fact="TOX-00012.duration:diarrhoea", valid_to=OPEN)
    assert (new.value, new.valid_from) == ("6", revision)
    assert PublicFact.objects.at(revision - 1).get(fact=old.fact).value == "5"
    # Only what changed was written: one fact, the toxicity, the study that shows it.
    assert PublicFact.objects.filter(valid_from=revision).count() == 1
    assert set(PublicRecord.objects.filter(valid_from=revision).values_list("slug", flat=True)) == {
        "TOX-00012",
        "li-hua-2025",
    }


def test_a_base_of_an_older_version_is_rendered_anew_without_drafts(curator, api):
    newest = Revision.objects.first().id
    call_command("render_evidence", if_older=True)
    assert Revision.objects.first().id == newest, "nothing is rendered anew where this version made the rows"
    meant = api("/studies/li-hua-2025/")
    found = api("/search/", q="dasatinib")["results"]
    # As an older version left it: another document, no search; and a draft beside it.
    PublicRecord.objects.current().filter(slug="li-hua-2025").update(document="{}")
    SearchText.objects.all().delete()
    Revision.objects.update(rendering=0)
    with acting(curator, "a draft"):
        toxicity = Toxicity.objects.get(pk="TOX-00012")
        toxicity.duration = 6
        toxicity.save()
    call_command("render_evidence", if_older=True)
    assert Revision.objects.first().id == newest + 1
    assert api("/studies/li-hua-2025/") == meant
    assert api("/search/", q="dasatinib")["results"] == found
    call_command("render_evidence")
    assert Revision.objects.first().id == newest + 1, "what would not change is left as it is"


def test_forms_that_an_older_version_took_are_rendered_too(api):
    meant, report = api("/evidence/COU-00300/"), Report.objects.get(pk="REP-00300")
    form = json.loads(report.form)
    for toxicity in form["toxicities"]:
        del toxicity["judged"]
    for cohort in form["cohorts"]:
        del cohort["age_at"]
    Report.objects.filter(pk=report.pk).update(form=json.dumps(form))
    Revision.objects.update(rendering=0)
    call_command("render_evidence", if_older=True)
    assert api("/evidence/COU-00300/") == meant | {"age_at": None}


def test_publishing_what_has_not_changed_makes_no_revision(curator):
    newest = Revision.objects.first().id
    assert publish(Report.objects.get(pk="REP-00002"), user=curator, reason="again") == newest
    assert Revision.objects.first().id == newest


def test_a_crash_in_the_middle_leaves_nothing_behind(curator, monkeypatch):
    models = (PublicRecord, PublicFact, EvidenceRow, EvidenceTerm, SearchText, Revision)
    before = [list(model.objects.order_by("pk").values_list()) for model in models]
    with acting(curator, "read again"):
        toxicity = Toxicity.objects.get(pk="TOX-00012")
        toxicity.duration = 6
        toxicity.save()

    from studies.publishing import door

    real, calls = door._replace_rows, []

    def crash(*args):
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("the power went")
        return real(*args)

    monkeypatch.setattr(door, "_replace_rows", crash)
    with pytest.raises(RuntimeError):
        publish(Report.objects.get(pk="REP-00002"), user=curator, reason="read again")
    assert [list(model.objects.order_by("pk").values_list()) for model in models] == before


def test_what_is_not_whole_is_refused_with_every_reason(curator):
    with acting(curator, "a new case"):
        publication = Publication(slug="new-2026", name="New 2026", kind="case_report", year=2026)
        publication.save()
        study = Study(slug="new-2026", name="New 2026")
        study.save()
        report = Report(publication=publication, study=study, role="primary")
        report.save()
    with pytest.raises(Refused) as refused:
        publish(report, user=curator, reason="too early")
    said = {(problem.field, problem.rule) for problem in refused.value.problems}
    assert said >= {("publication", "“New 2026” is not published."), ("subject", "“New 2026” is not published.")}
    assert {rule.rpartition("DC")[2][:3] for _, rule in said if "DC" in rule} == {"014", "015", "016", "017"}
    report.refresh_from_db()
    assert report.state == "draft"
    assert not Change.objects.filter(accession=report.pk, action="published").exists()


def test_all_that_keeps_units_back_is_told_at_once(curator):
    """A report without anything, a discrepancy of a record that is a draft, a table whose cell differs."""
    with acting(curator, "begun"):
        report = Report(publication_id="PUB-00001", study_id="STU-00009", role="secondary")
        Report.objects.filter(publication="PUB-00001", study="STU-00009").update(study_id="STU-00002")
        report.save()
        draft = Toxicity.objects.get(pk="TOX-00012")
        draft.accession = None
        draft.save()
        discrepancy = Discrepancy.objects.get(pk="DIS-00032")
        Side(
            discrepancy=discrepancy,
            position=9,
            record_id=draft.pk,
            publication_id="PUB-00002",
            locator="x",
            as_reported="x",
        ).save()
        PublishedTableCell.objects.filter(pk="CEL-00005").update(difference="", reason="")
    with pytest.raises(Refused) as refused:
        publish_all([report.pk, discrepancy.pk, "REP-00001"], user=curator, reason="too early")
    told = str(refused.value)
    for reason in ("DC015", "DC016", "DC018", f"{draft.pk} is not published", "CEL-00005"):
        assert reason in told


def test_a_discrepancy_published_later_reaches_every_row_that_it_touches(api, curator):
    with acting(curator, "found"):
        publication = Publication.objects.get(slug="li-hua-2025")
        discrepancy = Discrepancy(
            publication=publication, kind="implausible", severity="misleads", title="Dose", explanation="x", shown="x"
        )
        discrepancy.save()
        Side.objects.create(
            discrepancy=discrepancy, record_id="INF-00002", attribute="dose_low", publication=publication,
            locator="Treatment, second paragraph", as_reported="7.8×10^6 /kg",
        )  # fmt: skip
    publish(discrepancy, user=curator, reason="found")
    (fact,) = api("/facts/", study="li-hua-2025", attribute="dose_low")["results"]
    assert fact["implausible"] is True and discrepancy.pk in fact["discrepancies"]
    row = api("/evidence/COU-00002/")
    assert discrepancy.pk in {d["accession"] for d in row["discrepancies"]}
    assert discrepancy.pk in {d["accession"] for d in api("/studies/li-hua-2025/")["discrepancies"]}


def test_a_primary_report_answers_and_the_retelling_is_named_beside_it(api, client, curator):
    """Kochenderfer 2013 read itself, in a smallest form: what Liu 2017 retells stays, but no longer answers."""
    place = {"locator": "Title", "as_reported": "x"}
    with acting(curator, "the paper itself"):
        report = Report(publication_id="PUB-00003", study_id="STU-00001", role="primary")
        report.save()
        cohort = Cohort(
            report=report,
            code="all",
            label="all",
            n=10,
            disease=Term.objects.get(vocabulary="disease", code="CLL"),
            **place,
        )
        cohort.save()
        from studies.models import Course

        Course(report=report, cohort=cohort, number=1, **place).save()
        whole(report)
        CohortOverlap(
            cohort=cohort, other_id="COH-00001", relation="same", basis="one study", source="both documents"
        ).save()
    publish_all([report.publication_id, report.pk], user=curator, reason="the paper itself")
    (row,) = (row for row in api("/evidence/")["results"] if row["study"] == "kochenderfer-2013")
    assert row["retold"] is False
    assert [o["publication"] for o in row["other_reports"]] == ["liu-2017"]
    assert api("/evidence/")["patients_counted_once"]["high"] == 43
    study = api("/studies/kochenderfer-2013/")
    assert [r["publication"]["slug"] for r in study["reports"]] == ["kochenderfer-2013", "liu-2017"]
    assert api("/facts/", study="kochenderfer-2013", attribute="response_n:PD")["results"][0]["retold"] is True
    # On the page both stand side by side: here the paper is silent on what the review tells.
    html = client.get("/studies/kochenderfer-2013/").content.decode()
    beside = html[html.index("What its reports say, side by side") :]
    (patients,) = re.findall(r"<tr[^>]*><th scope=.row.>Patients</th>.*?</tr>", beside)[:1]
    assert "the same" in patients
    (dose,) = re.findall(r"<tr[^>]*><th scope=.row.>Dose</th>.*?</tr>", beside)[:1]
    assert "cannot be told" in dose and "0.4–7.8 × 10⁶ cells/kg" in dose and "not reported" in dose


def test_a_study_without_a_public_report_is_a_page_that_says_so(client, curator):
    with acting(curator, "first the study"):
        study = Study(slug="new-2026", name="New 2026")
        study.save()
    publish(study, user=curator, reason="first the study")
    assert client.get("/").status_code == 200
    assert "No public report tells of it yet" in client.get("/studies/new-2026/").content.decode()


def test_subgroups_of_cohorts_that_may_share_patients_are_a_range_too(api, curator):
    """CLL 4 of one study and CLL 4 of another that may be the same four: 4 to 8."""
    from studies.models import Course

    place = {"locator": "Title", "as_reported": "x"}
    cll = Term.objects.get(vocabulary="disease", code="CLL")
    with acting(curator, "a second study of perhaps the same patients"):
        study = Study(slug="other-2016", name="Other 2016")
        study.save()
        report = Report(publication_id="PUB-00001", study=study, role="secondary")
        report.save()
        root = Cohort(report=report, code="all", label="all", n=20, **place)
        root.save()
        Cohort(
            report=report, code="CLL", label="CLL", n=4, parent=root, split_by="disease", disease=cll, **place
        ).save()
        rest = Term.objects.get(vocabulary="disease", code="ALL")
        Cohort(
            report=report, code="ALL", label="ALL", n=16, parent=root, split_by="disease", disease=rest, **place
        ).save()
        Course(report=report, cohort=root, number=1, **place).save()
        whole(report)
        CohortOverlap(
            cohort_id="COH-00001", other=root, relation="suspected", basis="one centre", source="authors"
        ).save()
    counted, cll = (api("/evidence/", **query)["patients_counted_once"] for query in ({}, {"disease": "CLL"}))
    publish_all(["PUB-00001", study.pk, report.pk, "REP-00001"], user=curator, reason="a second study")
    more, more_cll = (api("/evidence/", **query)["patients_counted_once"] for query in ({}, {"disease": "CLL"}))
    assert (more["low"] - counted["low"], more["high"] - counted["high"]) == (10, 20)
    assert (more_cll["low"] - cll["low"], more_cll["high"] - cll["high"]) == (0, 4)
    assert ["kochenderfer-2013", "other-2016"] in [pair["studies"] for pair in more["shared"]]


def test_a_vocabulary_is_public_only_when_published(api, curator):
    from studies.publishing import publish_vocabularies

    Term(vocabulary="disease", code="new-disease", label=SECRET, definition="x").save()
    assert "new-disease" not in str(api("/evidence/", status=400, disease="new-diseas"))
    api("/evidence/", status=400, disease="new-disease")
    publish_vocabularies(user=curator, reason="a new disease")
    assert api("/evidence/", disease="new-disease")["count"] == 0


def test_a_side_moved_to_another_record_leaves_the_first(api, curator):
    """What a discrepancy no longer names is told so when the discrepancy is published."""
    with acting(curator, "it is of the low dose"):
        Side.objects.filter(discrepancy="DIS-00032", record="INF-00002").update(record="MEA-00049", attribute="value")
    assert "DIS-00032" in api("/facts/", study="li-hua-2025", attribute="dose_low")["results"][0]["discrepancies"]
    publish(Discrepancy.objects.get(pk="DIS-00032"), user=curator, reason="it is of IL-6")
    assert "DIS-00032" not in api("/facts/", study="li-hua-2025", attribute="dose_low")["results"][0]["discrepancies"]
    assert "DIS-00032" in api("/facts/", study="li-hua-2025", attribute="il6")["results"][0]["discrepancies"]


def test_a_renamed_publication_is_renamed_wherever_it_is_named(api, client, curator):
    with acting(curator, "a better name"):
        paper = Publication.objects.get(slug="liu-2017")
        paper.name = "Liu J 2017"
        paper.save()
    assert "Liu J 2017" not in client.get("/studies/kochenderfer-2013/").content.decode()
    publish(paper, user=curator, reason="a better name")
    for address in ("/evidence/", "/studies/", "/studies/kochenderfer-2013/", "/publications/kochenderfer-2013/"):
        assert "Liu J 2017" in client.get(address).content.decode(), address


def test_an_mrd_negative_remission_is_not_counted_beside_the_remission_it_is(api, curator):
    with acting(curator, "a refinement"):
        whole = Outcome.objects.get(pk="OUT-00001")
        refined = Outcome(
            report=whole.report, cohort=whole.cohort, course=whole.course, measure=whole.measure, n=1, denominator=10,
            category=Term.objects.get(vocabulary="response", code="MRD-neg-CR"), locator="x", as_reported="x",
        )  # fmt: skip
        refined.save()
    publish(whole.report, user=curator, reason="a refinement")
    (row,) = (r for r in api("/evidence/", disease="mature_B")["results"] if r["study"] == "kochenderfer-2013")
    assert (row["response"]["responded"]["n"], row["response"]["responded"]["of"]) == (2, 10)


def test_a_comparator_study_is_in_no_total(api, curator):
    with acting(curator, "it is of blinatumomab"):
        study = Study.objects.get(slug="kochenderfer-2013")
        study.comparator_treatment = "blinatumomab"
        study.save()
    publish(study, user=curator, reason="it is of blinatumomab")
    answer = api("/evidence/")
    assert (answer["count"], answer["patients_counted_once"]["high"]) == (9, 33)
    assert "kochenderfer-2013" in [left.get("study") for left in answer["patients_counted_once"]["left_out"]]
