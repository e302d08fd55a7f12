"""Fixtures: refused whole with record, field and rule; loaded once; never over a curator's change."""

import json

import pytest
import yaml

from studies.loading import LoadError, load
from studies.models import (
    Candidate,
    Change,
    Claim,
    EvidenceRow,
    Finding,
    Outcome,
    Place,
    Publication,
    PublicFact,
    PublicRecord,
    Revision,
    Term,
    acting,
)
from studies.models.choices import QueueState
from studies.publishing import queue

from .conftest import FIXTURES, ROOT

pytestmark = pytest.mark.django_db


def case(**changes):
    """A small whole fixture; `changes` replaces parts of its only outcome."""
    place = {"place": "Text", "wording": "one patient"}
    topics = [
        "crs", "icans", "gvhd", "infection", "b_cell_aplasia", "mrd", "relapse", "death", "follow_up", "dose",
        "lymphodepletion", "hsct_to_infusion", "later_therapy", "gvhd_at_infusion", "age", "sex",
    ]  # fmt: skip
    outcome = {
        "outcome": "OUT-90001", "cohort": "COH-90001", "course": "COU-90001", "measure": "best_response",
        "category": "CR", "n": "1", "denominator": "1", **place,
    } | changes  # fmt: skip
    return {
        "records": [
            {
                "publication": "PUB-90001", "slug": "doe-2024", "name": "Doe 2024", "kind": "case_report",
                "year": "2024", "extraction_state": "partly_extracted",
                "places": {name: {"document": "doe-2024", **place} for name in ("kind", "year")},
            },
            {"study": "STU-90001", "slug": "doe-2024", "name": "Doe 2024"},
            {
                "report": "REP-90001", "publication": "doe-2024", "study": "doe-2024", "role": "primary",
                "records": [
                    {"cohort": "COH-90001", "code": "all", "label": "the patient", "n": "1", "disease": "CLL", **place},
                    {"course": "COU-90001", "cohort": "COH-90001", "number": "1", **place},
                    {k: v for k, v in outcome.items() if v is not None},
                    {"coverage": "COV-90001", "absence": "not_reported", "topics": topics, "parts_searched": ["Text"]},
                    {"studydescription": "DES-90001", "design": "case_report", **place},
                ],
            },
            {
                "sourceread": "SRC-90001", "publication": "doe-2024", "read_as": "full_text", "parts_read": ["Text"],
                "checksum": "0" * 64, "read_on": "2026-11-20", "reader": "a curator",
            },
        ]
    }  # fmt: skip


@pytest.fixture
def fixture(tmp_path):
    def write(content, name="doe-2024.yaml"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    return write


def counts():
    return [model.objects.count() for model in (Publication, Outcome, Claim, Term, PublicRecord, PublicFact, Revision)]


def refused(path) -> list:
    before = counts()
    with pytest.raises(LoadError) as error:
        load([path])
    assert counts() == before, "something of a refused fixture stayed"
    return error.value.refusals


def test_a_whole_case_is_loaded_and_public(fixture, api):
    done = load([fixture(case())])
    assert done.created == 9
    assert "doe-2024" in [row["study"] for row in api("/evidence/")["results"]]
    assert api("/studies/doe-2024/")["reports"][0]["outcomes"][0]["n"] == 1


def test_loading_again_changes_nothing_and_never_what_a_curator_decided_in_the_queue(api, curator):
    candidate = Candidate.objects.get(document__slug="lee-2014")
    queue.exclude(candidate, user=curator, stage="title_and_abstract", reason="no_own_data")
    revision = queue.publish_counts()
    before = [*counts(), *(model.objects.count() for model in (Candidate, Finding, Change))]
    done = load(FIXTURES)
    assert (done.created, done.updated, done.kept) == (0, 0, [])
    assert done.revision == revision == api("/evidence/")["revision"]
    assert [*counts(), *(model.objects.count() for model in (Candidate, Finding, Change))] == before
    assert Candidate.objects.get(pk=candidate.pk).standing == QueueState.EXCLUDED


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"n": "2"}, "", "greater than its denominator"),
        ({"denominator": "2"}, "denominator", "the cohort has 1"),
        ({"place": ""}, "place", "blank"),
        ({"wording": None}, "wording", "blank"),
        ({"course": None}, "", "what it follows"),
        ({"category": "XR"}, "category", "not in the vocabulary"),
        ({"measure": None}, "measure", "null"),
        ({"colour": "red"}, "colour", "no such field"),
        ({"cohort": "COH-99999"}, "cohort", "there is no cohort"),
        ({"n": "one"}, "n", "integer"),
        ({"time_low": "a week", "time_unit": "days", "time_from": "infusion"}, "time_low", "decimal number"),
        ({"basis": "guess"}, "basis", "not a valid choice"),
        ({"cohort": "COH-00001"}, "cohort", "another report"),
        ({"state": "published"}, "state", "no such field"),
        ({"accession_id": "OUT-1"}, "accession_id", "no such field"),
        ({"n": ["1"]}, "n", "single value"),
        ({"wording": {"a": "b"}}, "wording", "single value"),
    ],
)
def test_a_fixture_that_breaks_a_rule_is_refused_with_record_field_and_rule(fixture, changes, field, rule):
    refusals = refused(fixture(case(**changes)))
    assert any(r.record == "OUT-90001" and r.field == field and rule in r.rule for r in refusals), refusals
    assert all(r.file == "doe-2024.yaml" and r.line > 0 for r in refusals)


def test_all_that_is_wrong_is_said_at_once(fixture):
    content = case(n="2", category="XR")
    content["records"][2]["records"][0]["n"] = "many"
    assert {r.record for r in refused(fixture(content))} >= {"OUT-90001", "COH-90001"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("records: [", "not valid YAML"),
        ("records:\n- publication: PUB-1\n  slug: a\n  slug: b\n", "stands twice"),
        ("records:\n- thing: X\n", "Unknown kind"),
        ("records:\n- publication: TOX-00001\n  slug: x\n", "expected PUB-"),
        ("records:\n- study: STU-90001\n  slug: A B\n  name: x\n", "lower case"),
        ("records:\n- study: STU-90001\n  slug: a\n  name: x\n- study: STU-90001\n  slug: b\n  name: y\n", "twice"),
        ("- a list\n", "a mapping"),
        ("records: some text\n", "a list"),
    ],
)
def test_what_is_no_fixture_is_refused(fixture, text, rule):
    assert any(rule in str(refusal) for refusal in refused(fixture(text)))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("colour: []\n", "no such vocabulary"),
        ("toxicity: text\n", "a list of terms"),
        ("- a\n", "a mapping from vocabularies"),
        ("toxicity:\n- code: new\n  label: New\n", "definition"),
        ("toxicity:\n- code: new\n  label: New\n  definition: x\n  parent: nowhere\n", "not a term above"),
        ("toxicity:\n- code: new\n  label: New\n  definition: x\n  colour: red\n", "no such field"),
    ],
)
def test_what_is_no_vocabulary_is_refused(fixture, text, rule):
    assert any(rule in str(refusal) for refusal in refused(fixture(text, "vocabularies.yaml")))


def test_a_silence_that_nobody_looked_for_keeps_a_report_back(fixture):
    content = case()
    content["records"][2]["records"][3]["topics"].remove("crs")
    (refusal,) = refused(fixture(content))
    assert (refusal.record, refusal.field) == ("REP-90001", "coverage")
    assert "“crs” is neither told nor recorded as looked for" in refusal.rule


def test_a_silence_that_the_report_breaks_keeps_it_back(fixture):
    content = case()
    content["records"][2]["records"][3]["topics"].append("response")
    assert "yet recorded as not reported" in refused(fixture(content))[0].rule


def test_parts_that_do_not_make_the_whole_keep_a_report_back(fixture):
    content = case()
    records = content["records"][2]["records"]
    records.insert(3, records[2] | {"outcome": "OUT-90002", "category": "PR"})
    assert any("CR 1 + PR 1 = 2, of 1" in r.rule for r in refused(fixture(content)))
    # In the marrow and outside of it a patient may have two.
    records[3]["site"] = "extramedullary"
    load([fixture(content)])


def test_two_dates_that_come_after_their_interval_in_the_file_are_still_held_against_it(fixture):
    content = case()
    place = {"place": "Text", "wording": "x"}
    records = content["records"][2]["records"]
    records[2:2] = [
        {"transplant": "TRA-90001", "cohort": "COH-90001", "order": "1", "kind": "allogeneic",
         "graft_source": "cord_blood",
         "donor": "cord_unit", "date": "2017-10-02", **place},
        {"interval": "INT-90001", "course": "COU-90001", "transplant": "TRA-90001", "infusion_is": "after_hsct",
         "low": "300", "high": "300", "unit": "days", **place},
        {"infusion": "INF-90001", "course": "COU-90001", "order": "1", "date": "2018-11-08", **place},
    ]  # fmt: skip
    records[-2]["topics"].remove("hsct_to_infusion")
    assert any("there are 402 days, not 300" in r.rule for r in refused(fixture(content)))


def test_a_place_that_prints_another_value_needs_a_discrepancy(fixture):
    content = case()
    entry = {"instead": "false", "place": "Table", "wording": "two", "value": "2"}
    content["records"][2]["records"][2]["places"] = {"n": entry}
    (refusal,) = refused(fixture(content))
    assert (refusal.record, refusal.field) == ("OUT-90001", "n")
    assert "a discrepancy must name this field" in refusal.rule


def test_a_place_that_prints_another_value_says_so_where_it_opens(fixture, api, client):
    content = case()
    entry = {"instead": "false", "place": "Table", "wording": "two", "value": "2"}
    content["records"][2]["records"][2]["places"] = {"n": entry}
    side = {"publication": "doe-2024", "place": "Table", "wording": "two", "record": "OUT-90001", "attribute": "n"}
    content["records"].append(
        {
            "discrepancy": "DIS-90001",
            "publication": "doe-2024",
            "kind": "table_text",
            "severity": "matters",
            "title": "One or two",
            "explanation": "x",
            "shown": "x",
            "sides": [side],
        }  # fmt: skip
    )
    load([fixture(content)])
    rows = api("/facts/", study="doe-2024", attribute="response_n:CR")["results"]
    assert [(row["value"], row["locator"]) for row in rows] == [("1", "Text"), ("2", "Table")]
    assert "This place prints 2" in client.get("/studies/doe-2024/").content.decode()


def test_a_mark_that_is_printed_for_an_empty_field_is_a_fact(fixture, api):
    content = case()
    mark = {"place": "Table", "wording": "Not shown", "value": "not_reported"}
    content["records"][2]["records"][1]["places"] = {"construct": mark}
    load([fixture(content)])
    (fact,) = api("/facts/", study="doe-2024", attribute="construct")["results"]
    assert (fact["value"], fact["as_reported"]) == ("not_reported", "Not shown")


def test_what_a_paper_breaks_goes_public_with_the_discrepancy_that_excuses_it(fixture, api):
    content = case(n="2", excused_by="DIS-90001")
    side = {"publication": "doe-2024", "place": "Text", "wording": "two of one"}
    content["records"].append(
        {
            "discrepancy": "DIS-90001",
            "publication": "doe-2024",
            "kind": "arithmetic",
            "severity": "matters",
            "title": "Two of one",
            "explanation": "x",
            "shown": "x",
            "sides": [side | {"record": "OUT-90001", "attribute": "n"}, side | {"place": "Table", "wording": "1"}],
        }  # fmt: skip
    )
    load([fixture(content)])
    (fact,) = api("/facts/", study="doe-2024", attribute="response_n:CR")["results"]
    assert (fact["value"], fact["denominator"], fact["discrepancies"]) == ("2", 1, ["DIS-90001"])
    content["records"][-1]["sides"].pop()
    content["records"][-1]["discrepancy"] = content["records"][2]["records"][2]["excused_by"] = "DIS-90002"
    assert any("does not name" in r.rule for r in refused(fixture(content)))


def test_a_bibliographic_value_without_a_place_is_refused(fixture):
    content = case()
    content["records"][0]["journal"] = "J Made Up"
    (refusal,) = refused(fixture(content))
    assert (refusal.record, refusal.field) == ("PUB-90001", "journal")


def test_a_corrected_fixture_updates_what_no_curator_has_touched(fixture, api):
    load([fixture(case())])
    done = load([fixture(case(category="PR"))])
    assert (done.created, done.updated) == (0, 1)
    assert api("/facts/", study="doe-2024", attribute="response")["results"][0]["value"] == "PR"


def test_what_a_corrected_fixture_no_longer_says_is_taken_back(fixture, api):
    load([fixture(case(note="a remark", site="marrow"))])
    load([fixture(case())])
    outcome = Outcome.objects.get(pk="OUT-90001")
    assert (outcome.note, outcome.site) == ("", "not_reported")
    assert api("/studies/doe-2024/")["reports"][0]["outcomes"][0]["note"] is None


def test_an_accession_that_a_curator_was_given_is_not_taken(fixture, curator):
    load([fixture(case())])
    with acting(curator, "a remark"):
        claim = Claim(
            report_id="REP-00003", topic=Term.objects.get(vocabulary="topic", code="safety"), text="x", population="x",
            support="cited", locator="x", as_reported="x",
        )  # fmt: skip
        claim.save()
    content = case()
    claims = {"claim": claim.pk, "topic": "safety", "text": "y", "population": "y", "support": "cited"}
    claims |= {"place": "Text", "wording": "y"}
    content["records"].append(
        {"report": "REP-90002", "publication": "doe-2024", "role": "own_words", "records": [claims]}
    )
    assert any("A curator has entered another record" in r.rule for r in refused(fixture(content)))


def test_a_place_and_a_term_that_a_curator_changed_are_left_alone_and_named(fixture, client, curator):
    load([fixture(case())])
    client.force_login(curator)
    place = Place.objects.get(record="PUB-90001", attribute="year")
    change = {"record": "PUB-90001", "attribute": "year", "number": "1", "instead": "on", "document": "PUB-90001"}
    change |= {"locator": "Front page", "as_reported": "2024", "basis": "stated", "why": "it stands there"}
    assert client.post(f"/admin/studies/place/{place.pk}/change/", change).status_code == 302
    term = Term.objects.get(vocabulary="toxicity", code="seizure")
    text = {
        "vocabulary": "toxicity",
        "code": "seizure",
        "label": "Seizure",
        "definition": "Better words",
        "position": "1",
        "reason": "clearer",
    }
    management = {f"{name}-{count}_FORMS": "0" for name in ("mappings", "grades") for count in ("TOTAL", "INITIAL")}
    assert client.post(f"/admin/studies/term/{term.pk}/change/", text | management).status_code == 302
    done = load([ROOT / "fixtures" / "vocabularies.yaml", fixture(case())])
    assert set(done.kept) == {"PUB-90001", "toxicity seizure"}
    assert Place.objects.get(record="PUB-90001", attribute="year").locator == "Front page"
    assert Term.objects.get(pk=term.pk).definition == "Better words"


def test_what_a_curator_changed_is_left_alone_and_named(fixture, api, curator):
    load([fixture(case())])
    outcome = Outcome.objects.get(pk="OUT-90001")
    with acting(curator, "read again"):
        outcome.note = "looked at twice"
        outcome.save()
    done = load([fixture(case(category="PR"))])
    assert done.kept == ["OUT-90001"]
    outcome.refresh_from_db()
    assert outcome.category.code == "CR"
    assert api("/facts/", study="doe-2024", attribute="response")["results"][0]["value"] == "CR"
    assert "looked at twice" not in json.dumps(api("/studies/doe-2024/")), "a curator's draft was published by a load"


def test_every_record_of_the_fixtures_has_its_history():
    assert Change.objects.filter(accession="OUT-00001", action="created").count() == 1
    assert not Change.objects.filter(user__isnull=False).exists()
    courses = EvidenceRow.objects.current().values("course").distinct().count()
    assert courses == 10, "a row for each course of the base, none for comparators and mentions"
