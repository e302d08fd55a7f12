"""PubMed, Crossref and ClinicalTrials.gov are asked within bounds, and what they answer is read right or refused.

Against a real HTTP server on this machine. Its answers are composed by us from the services' published schemas
(library_answers.py): they show what we make of such answers, not that the services answer so.
"""

import time

import pytest

from studies.importers import clinical_trials, crossref, lookup, pubmed
from studies.importers.client import Client, Missing, Unavailable
from studies.importers.found import ImportFailed, Refused

from . import library_answers as answers
from .library_server import XML, Reply


def values(found, part="publication") -> dict:
    return found.values_of(part)


def test_a_pmid_gives_the_publication_and_where_each_value_stood(library):
    [found] = pubmed.fetch([answers.PMID])
    assert values(found) == {
        "pmid": "99000001", "title": answers.TITLE, "journal": "Example journal of haematology", "volume": "12",
        "issue": "3", "year": "2024", "published": "2023-12-09", "received": "2023-05-02", "doi": answers.DOI,
        "pmcid": "PMC9900001", "pages": "41-9", "language": "en", "keywords": "CAR-T\ndonor",
        "funding": "Example fund, EX-1", "kind": "case_report", "retraction_status": "none_known",
        "retraction_as_of": found.source.day,
    }  # fmt: skip
    assert [str(author) for author in found.authors] == ["Author A", "Äuthor-Ñame B C", "Example study group"]
    assert found.authors[0].affiliation == "Example hospital."
    title = next(value for value in found.values if value.field == "title")
    assert (title.place, title.as_given[-1]) == ("ArticleTitle", ".")
    assert found.remarks == ["A statement of competing interests is given: enter it in our words."]
    assert len(found.source.checksum) == 64 and "efetch.fcgi?db=pubmed" in found.source.address


def test_several_pmids_are_one_question_and_come_in_their_order(library):
    second = answers.article("99000002", "10.5555/example.2")
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(second, answers.article()), XML)
    found = pubmed.fetch([answers.PMID, "99000002"])
    assert [one.get("pmid") for one in found] == [answers.PMID, "99000002"]
    assert len(library.asked) == 1


@pytest.mark.parametrize(
    ("types", "links", "title", "status"),
    [
        (("Journal Article",), "", None, "none_known"),
        (("Journal Article", "Retracted Publication"), "", None, "retracted"),
        (("Journal Article",), answers.link("RetractionIn"), None, "retracted"),
        (("Journal Article",), "", "RETRACTED: An example.", "retracted"),
        (("Journal Article",), answers.link("ErratumIn") + answers.link("ExpressionOfConcernIn"), None,
         "expression_of_concern"),
        (("Journal Article",), answers.link("ErratumIn"), None, "corrected"),
        (("Retraction of Publication",), answers.link("RetractionOf"), None, "none_known"),
        (("Journal Article",), answers.link("CommentIn"), None, "none_known"),
    ],
)  # fmt: skip
def test_pubmed_says_whether_a_paper_was_retracted_and_the_day_is_kept(library, types, links, title, status):
    article = answers.article(types=types, links=links, title=title)
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(article), XML)
    [found] = pubmed.fetch([answers.PMID])
    assert found.get("retraction_status") == status
    assert found.get("retraction_as_of") == found.source.day
    assert any("itself a notice" in remark for remark in found.remarks) == (types[0] == "Retraction of Publication")


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("Journal Article",), ""),
        (("Journal Article", "Review"), "review"),
        (("Clinical Trial, Phase I", "Journal Article"), "trial_report"),
        (("Clinical Trial Protocol", "Journal Article"), ""),
        (("Review", "Case Reports"), "case_report"),
    ],
)
def test_the_kind_is_only_what_the_types_carry(library, types, kind):
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(answers.article(types=types)), XML)
    [found] = pubmed.fetch([answers.PMID])
    assert found.get("kind") == kind


@pytest.mark.parametrize(
    ("printed", "year", "day"),
    [
        ("<Year>2024</Year><Month>Mar</Month><Day>7</Day>", "2024", "2024-03-07"),
        ("<Year>2024</Year><Season>Spring</Season>", "2024", "2024"),
        ("<MedlineDate>2024 Jan-Feb</MedlineDate>", "2024", "2024"),
        ("<MedlineDate>2023 Dec-2024 Jan</MedlineDate>", "2023", "2023"),
    ],
)
def test_a_date_keeps_the_precision_it_is_printed_with(library, printed, year, day):
    article = answers.article(published=printed).replace("ArticleDate", "Unused")
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(article), XML)
    [found] = pubmed.fetch([answers.PMID])
    assert (found.get("year"), found.get("published")) == (year, day)


def test_a_search_gives_pmids_and_how_many_there_are(library):
    library.by_path["/pubmed/esearch.fcgi"] = Reply(answers.search(["99000003", "99000001"], count=57))
    hits = pubmed.search("example[tiab] AND donor's “cells”", most=2)
    assert (hits.count, hits.pmids) == (57, ["99000003", "99000001"])
    assert hits.understood_as == '"example"[All Fields]'
    assert "term=example%5Btiab%5D+AND+donor%27s+%E2%80%9Ccells%E2%80%9D" in library.asked[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (answers.search([], ERROR="Invalid query"), "does not understand this search: Invalid query"),
        ('{"header": {}}', "no whole search result"),
        ("[]", "no whole search result"),
        ("{", "no whole search result"),
    ],
)
def test_a_search_that_is_not_answered_is_never_an_empty_one(library, body, said):
    library.by_path["/pubmed/esearch.fcgi"] = Reply(body)
    with pytest.raises(Unavailable, match=said):
        pubmed.search("example")


def test_what_pubmed_ignored_in_a_search_is_told(library):
    body = answers.search(["99000001"], errorlist={"phrasesnotfound": ["xyzzy"], "fieldsnotfound": []})
    library.by_path["/pubmed/esearch.fcgi"] = Reply(body)
    assert pubmed.search("example xyzzy").warnings == ["phrasesnotfound: xyzzy"]


def test_a_doi_gives_the_publication_and_where_each_value_stood(library):
    [found] = crossref.fetch([answers.DOI])
    assert values(found) == {
        "title": "Example of CAR-T at 10⁶/kg & donors", "journal": "Example journal of haematology", "volume": "12",
        "issue": "3", "pages": "41-49", "doi": answers.DOI, "language": "en", "year": "2024", "published": "2023-12-09",
        "licence": "https://creativecommons.org/licenses/by/4.0/", "funding": "Example fund (EX-1)",
        "retraction_status": "none_known", "retraction_as_of": found.source.day,
    }  # fmt: skip
    assert [str(author) for author in found.authors] == ["Author A", "Example study group"]
    assert library.asked == ["/crossref/10.5555%2Fexample.2024.001"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"updated-by": [answers.update("correction"), answers.update("retraction")]}, "retracted"),
        ({"updated-by": [answers.update("expression_of_concern")]}, "expression_of_concern"),
        ({"updated-by": [answers.update("erratum")]}, "corrected"),
        ({"updated-by": [answers.update("new_version")]}, "none_known"),
        ({"title": ["RETRACTED ARTICLE: An example"]}, "retracted"),
        ({"update-to": [answers.update("retraction")]}, "none_known"),
    ],
)
def test_crossref_says_whether_a_paper_was_retracted(library, changes, status):
    library.by_path["/crossref/"] = Reply(answers.work(**changes))
    [found] = crossref.fetch([answers.DOI])
    assert found.get("retraction_status") == status
    assert any("itself a notice" in remark for remark in found.remarks) == ("update-to" in changes)


def test_an_nct_number_gives_the_plan_with_its_status_on_the_day(library):
    [found] = clinical_trials.fetch([answers.NCT])
    assert values(found, "registration") == {"registry": "ClinicalTrials.gov", "identifier": answers.NCT}
    assert values(found, "plan") == {
        "sponsor": "Example hospital", "disease_as_reported": "Example leukaemia; Example lymphoma", "phase": "I/II",
        "status": "Active, not recruiting", "as_of": found.source.day, "target_enrolment": "24",
        "primary_endpoint": "Dose-limiting toxicity, 28 days",
    }  # fmt: skip
    assert values(found, "criterion age 1") == {
        "topic": "age", "text": "18 to 70 years", "low": "18", "high": "70", "unit": "years",
    }  # fmt: skip
    assert (found.get("kind"), found.get("published")) == ("registry_record", "2026-02-03")
    kept = {value.place: value.as_given for value in found.values if not value.field}
    assert kept == {
        "armsInterventionsModule.interventions": "DRUG: Example drug: 30 mg/m2 on 3 days",
        "eligibilityModule.eligibilityCriteria": "Inclusion: no active GVHD",
    }


@pytest.mark.parametrize(
    ("ages", "criteria"),
    [
        ({"minimumAge": "18 Years"}, [("18 years or older", "≥")]),
        ({"maximumAge": "21 Years"}, [("up to 21 years", "≤")]),
        ({"minimumAge": "6 Months", "maximumAge": "21 Years"}, [("6 months or older", "≥"), ("up to 21 years", "≤")]),
        ({"minimumAge": "N/A"}, []),
        ({}, []),
    ],
)
def test_limits_of_age_keep_their_units(library, ages, criteria):
    library.by_path["/trials/"] = Reply(answers.study(eligibilityModule=ages))
    [found] = clinical_trials.fetch([answers.NCT])
    parts = [values(found, part) for part in found.parts if part.startswith("criterion")]
    assert [(part["text"], part.get("operator")) for part in parts] == criteria


def test_an_enrolment_that_took_place_is_not_a_target(library):
    design = {"phases": ["NA"], "enrollmentInfo": {"count": 11, "type": "ACTUAL"}}
    library.by_path["/trials/"] = Reply(answers.study(designModule=design))
    [found] = clinical_trials.fetch([answers.NCT])
    assert "target_enrolment" not in values(found, "plan") and "phase" not in values(found, "plan")
    assert any("11 as the enrolment that took place" in remark for remark in found.remarks)


# What goes wrong


def ask():
    return pubmed.fetch([answers.PMID])


RIGHT = Reply(answers.pubmed(answers.article()), XML)


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        ([Reply(status=500), RIGHT], 2),
        ([Reply(status=429, Retry_After="0"), Reply(status=503), RIGHT], 3),
        ([Reply(answers.pubmed(answers.article()), XML, short=500), RIGHT], 2),
        ([Reply(answers.pubmed(answers.article()), XML, seconds=0.8), RIGHT], 2),
        ([Reply(status=301, Location="/pubmed/efetch.fcgi?moved=1"), RIGHT], 2),
    ],
    ids=["out of order", "rate-limited", "truncated", "slow", "moved on the same host"],
)
def test_what_passes_is_asked_again(library, replies, asked):
    library.replies = replies
    assert ask()[0].get("pmid") == answers.PMID
    assert len(library.asked) == asked


@pytest.mark.parametrize(
    ("reply", "asked", "said"),
    [
        (Reply(status=500), 4, r"PubMed is out of order \(500\)"),
        (Reply(status=429, Retry_After="1"), 4, "PubMed has too many questions at once"),
        (Reply(status=429, Retry_After="120"), 1, "asks to wait 120 seconds"),
        (Reply(status=503, Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"), 1, "asks to wait"),
        (Reply(answers.pubmed(answers.article()), XML, short=500), 4, "broke off in the middle"),
        (Reply(answers.pubmed(answers.article()), XML, seconds=0.8), 4, "did not answer within"),
        (Reply(answers.pubmed(answers.article()), XML, drip=0.1), 4, "did not answer within"),
        (Reply("<html>Log in to the hotel</html>", "text/html"), 1, "answered with “text/html” where xml was expected"),
        (Reply("x" * 300_000, XML), 1, "more than"),
        (Reply(status=302, Location="http://127.0.0.1:9/elsewhere"), 1, "sent us on to 127.0.0.1:9"),
        (Reply(status=302, Location="file:///etc/passwd"), 1, "sent us on"),
        (Reply(status=302, Location="/pubmed/again"), 4, "sent us on"),
        (Reply(status=400), 1, r"refused the question \(400\)"),
        (Reply("<PubmedArticleSet><PubmedArticle>", XML), 1, "no whole XML"),
        (Reply("<eFetchResult><ERROR>x</ERROR></eFetchResult>", XML), 1, "no whole set of articles"),
        (Reply('<!DOCTYPE a [<!ENTITY b "boom">]><PubmedArticleSet>&b;</PubmedArticleSet>', XML), 1, "no whole XML"),
    ],
    ids=["500", "429", "429 long", "503 until", "truncated", "slow", "dripping", "login page", "huge",
         "redirect elsewhere", "redirect to a file", "redirect in circles", "refused", "broken XML",
         "other XML", "entities"],
)  # fmt: skip
def test_what_does_not_pass_is_said_in_a_sentence(library, reply, asked, said):
    library.replies = [reply]
    with pytest.raises(Unavailable, match=said) as raised:
        ask()
    assert "Nothing was changed" in str(raised.value)
    assert len(library.asked) == asked


@pytest.mark.parametrize(
    ("fetch", "path", "reply", "said"),
    [
        (pubmed.fetch, "/pubmed/efetch.fcgi", Reply(answers.pubmed(), XML), "no article for PMID 99000001"),
        (crossref.fetch, "/crossref/", Reply("Resource not found.", "text/plain", 404), "knows no DOI 99000001"),
        (clinical_trials.fetch, "/trials/", Reply("NCT number not found", "text/plain", 404), "knows no 99000001"),
    ],
)
def test_what_is_not_there_is_said(library, fetch, path, reply, said):
    library.by_path[path] = reply
    with pytest.raises(Missing, match=said):
        fetch([answers.PMID])


@pytest.mark.parametrize(
    ("fetch", "wanted", "path", "body", "said"),
    [
        (crossref.fetch, answers.DOI, "/crossref/", answers.work(DOI="10.5555/other"), "answered with 10.5555/other"),
        (crossref.fetch, answers.DOI, "/crossref/", '{"message": {}}', "no whole work"),
        (crossref.fetch, answers.DOI, "/crossref/", answers.work(issued="2024"), "no whole work"),
        (clinical_trials.fetch, answers.NCT, "/trials/", answers.study("NCT88888888"), "answered with NCT88888888"),
        (clinical_trials.fetch, answers.NCT, "/trials/", "{}", "no whole record"),
        (clinical_trials.fetch, answers.NCT, "/trials/", answers.study(statusModule={}), "no whole record"),
    ],
)  # fmt: skip
def test_another_record_than_was_asked_for_is_refused(library, fetch, wanted, path, body, said):
    library.by_path[path] = Reply(body)
    with pytest.raises(Unavailable, match=said):
        fetch([wanted])


def test_nobody_there_is_said(settings, monkeypatch):
    monkeypatch.setattr("studies.importers.client.FIRST_PAUSE", 0.01)
    settings.IMPORT_SERVICES = {"PubMed": {"address": "http://127.0.0.1:9/", "seconds_between": 0.0}}
    with pytest.raises(Unavailable, match="PubMed could not be reached. Nothing was changed"):
        ask()


def test_only_https_leaves_this_machine(settings):
    settings.IMPORT_SERVICES = {"PubMed": {"address": "http://eutils.example/", "seconds_between": 0.0}}
    with pytest.raises(Unavailable, match="must start with https"):
        Client("PubMed")


def test_the_whole_look_up_has_an_end(library):
    library.replies = [Reply(status=503, Retry_After="1")]
    with pytest.raises(Unavailable, match="Nothing was changed"):
        pubmed.fetch([answers.PMID], Client("PubMed", seconds=1.2))
    assert len(library.asked) <= 2, "it went on asking after its time"


def test_a_look_up_of_several_services_has_one_end(library, monkeypatch):
    monkeypatch.setattr(lookup, "SECONDS", 1.2)
    library.by_path["/crossref/"] = Reply(status=503, Retry_After="1")
    with pytest.raises(Unavailable, match="Crossref is out of order"):
        lookup.look_up([("pmid", answers.PMID), ("doi", answers.DOI), ("nct", answers.NCT)])
    assert len(library.asked) <= 3, "it went on asking after its time"


def test_questions_to_one_service_keep_their_distance(library, settings):
    settings.IMPORT_SERVICES["Crossref"]["seconds_between"] = 0.2
    started = time.monotonic()
    crossref.fetch([answers.DOI] * 3)
    assert time.monotonic() - started >= 0.4
    assert len(library.asked) == 3


def test_the_services_are_told_who_asks(library, settings):
    settings.CONTACT_EMAIL = "curation@example.org"
    ask()
    settings.CONTACT_EMAIL = ""
    ask()
    assert library.agents == ["CARTographer/0.1 (mailto:curation@example.org)", "CARTographer/0.1 (no contact given)"]


def test_a_contact_that_is_none_stops_the_start(monkeypatch):
    from django.core.exceptions import ImproperlyConfigured

    from evidence import env

    monkeypatch.setenv("CONTACT_EMAIL", "example.org")
    with pytest.raises(ImproperlyConfigured, match="CONTACT_EMAIL is not an e-mail address"):
        env.contact_email()


# What curators type


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("99000001", [("pmid", "99000001")]),
        ("PMID: 99000001 ", [("pmid", "99000001")]),
        ("https://pubmed.ncbi.nlm.nih.gov/99000001/", [("pmid", "99000001")]),
        ("https://doi.org/10.5555/EX.1", [("doi", "10.5555/EX.1")]),
        ("doi: 10.5555/ex\u20101.", [("doi", "10.5555/ex-1")]),
        ("“10.5555/ex(1)2;3-4”", [("doi", "10.5555/ex(1)2;3-4")]),
        ("nct99999999\r\n\r\nNCT99999999", [("nct", "NCT99999999")]),
        ("99000001, 99000002;99000003", [("pmid", "99000001"), ("pmid", "99000002"), ("pmid", "99000003")]),
        ("\u200b99000001\ufeff", [("pmid", "99000001")]),
        ("", []),
    ],
)
def test_identifiers_are_understood_as_people_paste_them(typed, wanted):
    assert lookup.identifiers_in(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("99000001\nexample", "line 2 · identifier “example”: it is neither a PMID"),
        ("PMC9900001", "no PMCID is looked up"),
        ("NCT123", "neither"),
        ("10.5555", "neither"),
        ("\n".join(str(99000000 + n) for n in range(21)), "at most 20"),
    ],
)
def test_what_is_no_identifier_is_refused_with_its_line(typed, said):
    with pytest.raises(Refused) as raised:
        lookup.identifiers_in(typed)
    assert said in str(raised.value.faults[0])


def test_an_answer_that_breaks_a_rule_of_ours_is_refused_with_the_field(library):
    library.by_path["/crossref/"] = Reply(answers.work(title=["M\ufffdller"], issued={}, volume="v" * 21,
                                                       **{"published-online": {}, "published-print": {}}))  # fmt: skip
    with pytest.raises(ImportFailed) as raised:
        lookup.look_up([("doi", answers.DOI)])
    said = "\n".join(map(str, raised.value.faults))
    assert "a character was lost" in said and "no year of publication" in said and "20 characters" in said
