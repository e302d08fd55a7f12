"""Saved searches of PubMed: what is new since the last complete run, within bounds, and what a failure leaves behind.

Against a real HTTP server on this machine. Its answers are composed by us from NLM's published descriptions of esearch
and of the PubMed DTD (library_answers.py): they show what we make of such answers, not that PubMed answers so.
"""

import json
import re
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from studies.importers import searching
from studies.models import OPEN, Candidate, Change, Finding, Publication, PublicRecord, Revision, SavedSearch, SearchRun
from studies.models.choices import FoundBy
from studies.publishing.candidates import Paper, add

from . import library_answers as answers
from .library_server import XML, Reply

pytestmark = pytest.mark.django_db
FIRST = [str(99000001 + number) for number in range(3)]


@pytest.fixture
def search():
    """The search that comes with the product."""
    return SavedSearch.objects.get()


def article(pmid: str, **more) -> str:
    return answers.article(pmid, more.pop("doi", f"10.5555/{pmid}"), title=f"Example of number {pmid}.", **more)


def answer(library, pmids, count=None, articles=None, **more):
    """What PubMed finds from now on, and the records that it gives."""
    library.replies = []
    library.by_path["/pubmed/esearch.fcgi"] = Reply(answers.search(pmids, count, **more))
    given = answers.pubmed(*(articles or [article(pmid) for pmid in pmids]))
    library.by_path["/pubmed/efetch.fcgi"] = Reply(given, XML)


def run(*arguments) -> tuple[str, str]:
    """What the command tells, and why it failed if it did."""
    out = StringIO()
    try:
        call_command("search_publications", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def public_search() -> dict:
    text = PublicRecord.objects.get(collection="flow-counts", valid_to=OPEN).document
    return json.loads(text)


def test_what_a_search_finds_waits_in_the_queue_and_is_told_with_pmid_and_title(library, search, client):
    answer(library, FIRST)
    told, failed = run()
    assert not failed and "PubMed counts 3, 3 fetched, 3 new (no run was complete before)" in told
    assert re.search(r"99000002 Example of number 99000002 \[CAN-\d{5}", told)
    candidate = Candidate.objects.get(pmid="99000002")
    assert (candidate.doi, candidate.year, candidate.journal, candidate.authors) == (
        "10.5555/99000002", 2024, "Example journal of haematology", "Author A, Äuthor-Ñame B C, Example study group"
    )  # fmt: skip
    assert [str(finding) for finding in candidate.findings.all()] == [f"search “{search}”"]
    asked = parse_qs(urlsplit(library.asked[0]).query)
    assert asked["term"] == [search.query] and len(library.asked) == 2
    counted = public_search()
    assert counted["said"] == "" and counted["found"]["search"] == 3
    assert counted["searches"][0]["last_complete_run"]["count"] == 3
    html = client.get("/flow/").content.decode()
    assert "PubMed counted 3, 3 of them new" in html and "No search has been run" not in html
    assert "Example of number 99000002" in client.get("/flow/?place=waiting&page_size=500").content.decode()


def test_the_next_run_tells_and_fetches_only_what_is_new(library):
    answer(library, FIRST)
    run()
    library.asked.clear()
    answer(library, ["99000009", *FIRST], articles=[article("99000009")])
    told, failed = run()
    assert not failed and "PubMed counts 4, 4 fetched, 1 new since the complete run of" in told
    assert "99000001" not in told and "id=99000009&" in f"{library.asked[1]}&"
    assert public_search()["found"]["search"] == 4
    revisions = Revision.objects.count()
    told, failed = run()
    assert not failed and ", 0 new" in told and Finding.objects.filter(way=FoundBy.SEARCH).count() == 4
    assert Revision.objects.count() == revisions + 1, "the day of the last run is public, and nothing else"


def test_what_the_base_knows_already_is_told_as_what(library):
    paper, _ = add(Paper(pmid="99000001", title="It was suggested"), FoundBy.READER)
    known = Publication.objects.get(slug="kochenderfer-2013")
    articles = [
        article("99000001"),
        article("99000002", doi=known.doi),
        answers.article("99000003", "10.5555/3", title=known.title),
    ]
    answer(library, FIRST, articles=articles)
    told, _ = run()
    assert f"[{paper.pk} already: suggested]" in told and f"[{known.candidate.pk} already: suggested]" in told
    assert f"nearly the title of {known.candidate.pk}]" in told
    assert Candidate.objects.count() == 104 + 2 and known.candidate.findings.count() == 3
    assert Change.objects.filter(accession=paper.pk, action="found again").exists()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("", status=503), "is out of order (503)"),
        (Reply("", status=429), "too many questions at once"),
        (Reply("", status=429, Retry_After="60"), "asks to wait 60 seconds"),
        (Reply("{}", seconds=1), "did not answer within"),
        (Reply(answers.search(FIRST), short=40), "broke off in the middle"),
        (Reply(answers.search(FIRST)[:-40]), "no whole search result"),
        (Reply("<html>", "text/html"), "where json was expected"),
        (Reply(answers.search([], ERROR="Search Backend failed")), "does not understand this search"),
        (Reply(answers.search(["99000001", "x9"])), "did not name them as PMIDs"),
        (Reply(answers.search([], 12)), "did not name them as PMIDs"),
        (Reply('{"esearchresult": {"count": "many", "idlist": []}}'), "no whole search result"),
    ],
    ids=["down", "busy", "wait", "slow", "truncated", "half", "page", "error", "no PMIDs", "none named", "no number"],
)  # fmt: skip
def test_a_run_that_failed_is_no_last_run(library, search, reply, said):
    answer(library, FIRST)
    run()
    library.replies = [reply]
    told, failed = run()
    assert said in failed and "failed" in told and "Nothing was changed" not in failed
    [newest, first] = SearchRun.objects.all()
    assert (newest.outcome, newest.n_found, first.outcome) == ("failed", 0, "complete")
    assert said in newest.trouble and newest.ended_at
    assert search.last_complete() == first
    assert public_search()["searches"][0]["newest_run"]["outcome"] == "failed"
    answer(library, ["99000009", *FIRST], articles=[article("99000009")])
    assert "1 new since" in run()[0]


def test_nobody_can_be_reached(library, search, settings):
    settings.IMPORT_SERVICES["PubMed"]["address"] = "http://127.0.0.1:9/"
    told, failed = run()
    assert "could not be reached" in failed and "PubMed counts ?" in told
    assert public_search()["found"]["search"] is None, "a search that found nobody at home counted nothing"
    assert public_search()["said"] == "No run of a search succeeded yet; this is not a systematic search."


def test_a_run_that_breaks_off_keeps_what_it_has_and_the_next_one_tells_all_of_it_as_new(library, search, monkeypatch):
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    answer(library, FIRST[:1])
    run()
    five = [str(99000001 + number) for number in range(5)]
    found, records = Reply(answers.search(five)), Reply(answers.pubmed(article(five[1]), article(five[2])), XML)
    library.replies = [found, records, Reply("", status=500)]
    told, failed = run()
    assert "in part" in told and "3 fetched, 2 new since" in told and "out of order (500)" in failed
    assert "not fetched: 99000004, 99000005" in told
    assert Candidate.objects.filter(pmid__in=five).count() == 3
    assert SearchRun.objects.first().outcome == "partial"
    answer(library, five, articles=[article(five[3]), article(five[4])])
    told, failed = run()
    assert not failed and "5 fetched, 4 new since the complete run of" in told
    assert "99000002" in told and "99000005" in told, "new since the last complete run"
    assert Finding.objects.filter(search=search).count() == 5


def test_a_run_is_bounded_and_says_what_is_left(library):
    answer(library, FIRST)
    told, failed = run("--most", "2")
    assert "1 records are left for the next run: one run takes 2" in failed and "not fetched: 99000003" in told
    answer(library, FIRST, articles=[article(FIRST[2])])
    assert run("--most", "2")[1] == ""
    answer(library, FIRST, count=20_000)
    assert "PubMed counted 20000 records and named 3: make the search narrower" in run()[1]


def test_a_record_without_an_article_comes_in_by_its_number(library):
    """A chapter of a book has a PMID and is no article; a garbled title is not taken over."""
    garbled = article("99000002").replace("Example of number", "Ã¼ber number")
    answer(library, FIRST, articles=[article("99000001"), garbled])
    told, failed = run()
    assert not failed and told.count("no article was given") == 2
    assert [(c.pmid, c.title) for c in Candidate.objects.filter(pmid__in=FIRST[1:])] == [(FIRST[1], ""), (FIRST[2], "")]


def test_an_answer_that_is_no_whole_article_is_kept_from_the_queue(library):
    answer(
        library,
        FIRST,
        articles=["<PubmedArticle><MedlineCitation><PMID>99000001</PMID></MedlineCitation></PubmedArticle>"],
    )
    assert "no whole article" in run()[1]
    assert not Candidate.objects.filter(pmid="99000001").exists()


def test_a_dry_run_tells_and_stores_nothing(library):
    answer(library, FIRST, warninglist={"phrasesignored": [], "outputmessages": ["Some words were ignored"]})
    rows = [model.objects.count() for model in (Candidate, Finding, SearchRun, Revision, Change)]
    told, failed = run("--dry-run")
    assert "3 new" in told and "Nothing was stored." in told and not failed
    assert "PubMed remarks: outputmessages: Some words were ignored" in told
    assert rows == [model.objects.count() for model in (Candidate, Finding, SearchRun, Revision, Change)]


def test_only_saved_searches_are_run(library, search):
    assert "There is no saved search “horses”; the base has “CAR-T cells" in run("horses")[1]
    search.active = False
    search.save()
    assert "No saved search is active" in run()[1]
    answer(library, FIRST)
    assert run(search.name)[1] == "", "by its name it can be run once more"
    assert "from 1" in run(search.name, "--most", "0")[1]


def test_two_searches_that_find_the_same_are_two_findings_of_one_paper(library):
    SavedSearch.objects.create(name="Another", query="another")
    answer(library, FIRST)
    run()
    assert Candidate.objects.filter(pmid__in=FIRST).count() == 3
    counted = public_search()
    assert counted["found"]["search"] == 6 and counted["papers"] == 107
    assert [told["found"] for told in counted["searches"]] == [3, 3]
