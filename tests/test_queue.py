"""The reading queue: what comes in is one candidate however often it is found, each step takes role, state and reason,
and the public flow counts it without telling who."""

import json
import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.models import OPEN, Candidate, Change, Citation, Finding, Publication, PublicRecord, Revision, acting
from studies.models.choices import ExtractionState, FlowPlace, FoundBy, QueueState
from studies.publishing import publish, publish_all, workflow
from studies.publishing import queue as steps
from studies.publishing.candidates import Paper, add, enrol
from studies.publishing.redaction import find, redact
from studies.publishing.workflow import NotAllowed

from . import library_answers as answers
from .library_server import XML, Reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(django_user_model):
    """A name → an account of that role."""

    def make(name, role):
        user = django_user_model.objects.create_user(f"account-{name}", password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return django_user_model.objects.get(pk=user.pk)

    return {
        "first": make("first", "curator"), "second": make("second", "curator"),
        "manager": make("manager", "manager"), "reader": make("reader", "reader"),
    }  # fmt: skip


@pytest.fixture
def waiting():
    """A paper that waits in the queue."""
    return add(Paper(pmid="99000001", title="An example that waits", year=2024), FoundBy.CURATOR)[0]


def counts():
    """The public counts as they would go out now."""
    steps.publish_counts()
    return json.loads(PublicRecord.objects.get(collection="flow-counts", valid_to=OPEN).document)


def fresh(candidate) -> Candidate:
    return Candidate.objects.get(pk=candidate.pk)


# What the base begins with


def test_it_begins_with_what_was_given_and_what_that_cites(api):
    told = api("/flow/")["flow"]
    assert told["said"] == "No search has been run; this is not a systematic search."
    assert told["found"] == {
        "search": None, "given": 4, "reference_list": Citation.objects.count(), "reader": 0, "curator": 0, "look_up": 0
    }  # fmt: skip
    assert (told["papers"], told["waiting"], told["read_before"], told["included"]) == (104, 100, 4, 4)
    assert told["duplicates"] == Citation.objects.count() - 100
    assert (told["screened"], told["sought"], told["assessed"]) == (0, 4, 4)
    [search] = told["searches"]
    assert (search["runs"], search["last_complete_run"], search["found"]) == (0, None, None), "a count nobody made"


def test_what_two_documents_cite_is_one_candidate_with_two_findings(api):
    candidate = Candidate.objects.get(document__slug="kochenderfer-2013")
    assert {str(finding) for finding in candidate.findings.all()} == {
        "Liu 2017, reference 12", "Li Hua 2025, reference 13"
    }  # fmt: skip
    paper = api(f"/flow/{candidate.pk}/")
    assert [(one["publication"], one["number"]) for one in paper["found"]] == [("liu-2017", 12), ("li-hua-2025", 13)]


def test_a_base_made_before_there_was_a_queue_gets_it_when_it_is_rendered_anew():
    Finding.objects.all().delete()
    Candidate.objects.all().delete()
    enrol()
    assert (Candidate.objects.count(), Finding.objects.count()) == (104, 4 + Citation.objects.count())


# Found again


@pytest.mark.parametrize(
    ("first", "again", "one"),
    [
        ({"pmid": "99000001"}, {"pmid": "99000001", "title": "Its title"}, True),
        ({"doi": "10.5555/Example"}, {"doi": "10.5555/eXAMPLE", "pmid": "99000001"}, True),
        ({"doi": "10.5555/example", "pmid": "99000002"}, {"doi": "10.5555/example", "pmid": "99000001"}, False),
        ({"title": "An example of much the same title"}, {"title": "An example, of much the same title."}, False),
    ],
    ids=["PMID", "DOI", "one DOI, two PMIDs", "title alone"],
)  # fmt: skip
def test_only_an_identifier_makes_two_records_one(first, again, one):
    candidate, _ = add(Paper(**first), FoundBy.CURATOR)
    second, made = add(Paper(**again), FoundBy.READER)
    assert made is not one and (second.pk == candidate.pk) is one
    if one:
        assert [finding.way for finding in candidate.findings.all()] == ["curator", "reader"]
        assert fresh(candidate).pmid == "99000001", "what is found again fills what was not known"
        assert Change.objects.filter(accession=candidate.pk, action="found again").exists()
    else:
        assert second.resembles_id == candidate.pk, "a curator is told, and judges"


def test_a_paper_of_the_base_is_found_as_its_candidate_by_the_publications_doi():
    publication = Publication.objects.get(slug="kochenderfer-2013")
    candidate, made = add(Paper(doi=publication.doi.upper(), pmid="99000001"), FoundBy.READER)
    assert not made and candidate.document == publication
    assert add(Paper(pmid="99000001"), FoundBy.READER) == (candidate, False), "now its PMID is known too"


# Steps


def test_who_takes_a_paper_has_it_and_gives_it_back(people, waiting):
    first, second = people["first"], people["second"]
    steps.take(waiting, user=first)
    assert (fresh(waiting).held_by, fresh(waiting).standing) == (first, QueueState.BEING_READ)
    steps.hand_over(waiting, user=first, to=second, reason="on leave")
    assert fresh(waiting).held_by == second
    steps.give_back(waiting, user=people["manager"], reason="on leave too")
    assert (fresh(waiting).held_by, fresh(waiting).taken_at) == (None, None)
    told = Change.objects.filter(accession=waiting.pk).order_by("id")
    assert [(c.action, c.user and c.user.username, c.reason) for c in told][1:] == [
        ("taken", "account-first", ""), ("handed over", "account-first", "on leave"),
        ("given back", "account-manager", "on leave too"),
    ]  # fmt: skip
    assert told[2].fields["with"] == ["account-first", "account-second"]


def test_an_exclusion_has_stage_and_reason_and_is_undone_with_one(people, waiting):
    steps.exclude(waiting, user=people["first"], stage="full_text", reason="other", text="About horses")
    [change] = Change.objects.filter(accession=waiting.pk, action="excluded")
    assert change.fields["stage"] == [None, "full_text"] and change.fields["text"] == [None, "About horses"]
    assert fresh(waiting).standing == QueueState.EXCLUDED
    steps.take_up_again(waiting, user=people["second"], reason="not about horses alone")
    assert fresh(waiting).standing == QueueState.SUGGESTED and not fresh(waiting).exclusion_text
    assert Change.objects.filter(accession=waiting.pk, action="excluded").exists(), "what was said stays"


@pytest.mark.parametrize(
    ("step", "who", "more", "said"),
    [
        ("take", "reader", {}, "it takes the role"),
        ("give_back", "first", {}, "Nobody has"),
        ("hand_over", "first", {"to": "reader"}, "may not work in the queue"),
        ("exclude", "first", {"stage": "", "reason": "no_car_t"}, "A stage is missing"),
        ("exclude", "first", {"stage": "full_text", "reason": ""}, "A reason is missing"),
        ("exclude", "first", {"stage": "full_text", "reason": "not_retrievable"}, "do not go together"),
        ("exclude", "first", {"stage": "duplicate", "reason": "no_car_t"}, "The reason is “same record”"),
        ("exclude", "first", {"stage": "full_text", "reason": "other"}, "Say it in words"),
        ("take_up_again", "first", {"reason": " "}, "A reason is missing"),
        ("take_up_again", "first", {"reason": "x"}, "it must be excluded"),
        ("exhaust", "first", {}, "no publication of the base yet"),
    ],
)
def test_a_step_that_is_not_allowed_says_what_would_be_right(people, waiting, step, who, more, said):
    more = more | ({"to": people[more["to"]]} if "to" in more else {})
    with pytest.raises(NotAllowed, match=said):
        getattr(steps, step)(waiting, user=people[who], **more)
    assert fresh(waiting).standing == QueueState.SUGGESTED


@pytest.mark.parametrize("step", ["take", "give_back", "hand_over", "exclude"])
def test_what_somebody_has_is_theirs(people, waiting, step):
    steps.take(waiting, user=people["first"])
    more = {"hand_over": {"to": people["second"]}, "exclude": {"stage": "full_text", "reason": "no_car_t"}}
    with pytest.raises(NotAllowed, match="is with account-first"):
        getattr(steps, step)(waiting, user=people["second"], **more.get(step, {}))


def test_the_extraction_state_of_a_publication_is_the_one_truth(people):
    """What is read of a publication cannot be excluded, and what the queue calls exhausted the publication says."""
    publication = Publication.objects.get(slug="lee-2014")
    candidate = publication.candidate
    steps.take(candidate, user=people["first"])
    with pytest.raises(NotAllowed, match="Nothing says what of"):
        steps.exhaust(candidate, user=people["first"])
    with acting(people["first"], "read"):
        publication.sources_read.create(
            read_as="full_text", parts_read="Text", checksum="0" * 64, read_on="2026-11-28", reader="a curator"
        )
    steps.exhaust(candidate, user=people["first"], reason="all of it")
    publication.refresh_from_db()
    assert (publication.extraction_state, publication.state) == (ExtractionState.EXHAUSTED, "draft")
    assert (fresh(candidate).standing, fresh(candidate).held_by) == (QueueState.EXHAUSTED, None)
    assert Candidate.objects.standing(QueueState.EXHAUSTED).filter(pk=candidate.pk).exists()
    with pytest.raises(NotAllowed, match="it must be"):
        steps.exclude(candidate, user=people["first"], stage="full_text", reason="no_car_t")
    publication.extraction_state = ExtractionState.PARTLY
    publication.save()
    with pytest.raises(NotAllowed, match="is extracted"):
        steps.exclude(candidate, user=people["first"], stage="full_text", reason="no_car_t")
    for state in QueueState:
        assert {c.standing for c in Candidate.objects.standing(state).select_related("document")} <= {state}
    assert sum(Candidate.objects.standing(state).count() for state in QueueState) == Candidate.objects.count()


# The public flow


def test_the_boxes_add_up_whatever_is_done(people, curator):
    papers = [add(Paper(title=f"Example number {n}, about {n * 7}"), FoundBy.READER)[0] for n in range(6)]
    first = people["first"]
    steps.exclude(papers[0], user=first, stage="duplicate", reason="same_record", text="CAN-00001")
    steps.exclude(papers[1], user=first, stage="title_and_abstract", reason="no_patients")
    steps.exclude(papers[2], user=first, stage="not_retrieved", reason="not_retrievable")
    steps.exclude(papers[3], user=first, stage="full_text", reason="no_allogeneic_transplant")
    steps.take(papers[4], user=first)
    told = counts()
    assert (told["papers"], told["waiting"], told["found"]["reader"]) == (109, 101, 6)
    assert told["screened"] == told["papers"] - told["waiting"] - told["read_before"] == 4
    assert told["sought"] == told["screened"] - told["excluded_by_abstract"] + told["read_before"] == 7
    assert told["assessed"] == told["sought"] - told["not_retrieved"] - told["being_read"] == 5
    assert told["included"] == told["assessed"] - told["excluded_by_full_text"] - told["taken_out"] == 4
    assert told["duplicates"] == Finding.objects.count() - told["papers"]
    assert told["reasons"]["excluded_by_full_text"] == [
        {"reason": "no_allogeneic_transplant", "label": "no allogeneic transplant", "count": 1}
    ]
    workflow.withdraw(Publication.objects.get(slug="kong-2022"), user=curator, reason="retracted")
    told = counts()
    assert (told["included"], told["taken_out"], told["assessed"]) == (3, 1, 5)


def test_readers_see_counts_reasons_and_papers_but_never_who(people, client, api):
    paper, _ = add(
        Paper(title="An example about horses", pmid="99000009"), FoundBy.READER, remark="told by Xyzzyland by mail"
    )
    steps.exclude(paper, user=people["first"], stage="full_text", reason="other", text="About horses")
    before = Revision.objects.count()
    assert "horses" not in client.get("/flow/").content.decode(), "a step alone shows nothing"
    assert counts()["excluded_by_full_text"] == 1 and Revision.objects.count() == before + 1
    html = client.get("/flow/?place=excluded_by_full_text").content.decode()
    assert "An example about horses" in html and "another reason" in html and "99000009" in html
    answer = api("/flow/", place="excluded_by_full_text")
    assert [one["accession"] for one in answer["results"]] == [paper.pk]
    publish_all([], user=people["first"], reason="with something else")
    steps.take_up_again(paper, user=people["first"], reason="looked again")
    publish_all([], user=people["second"], reason="with something else")
    versions = api(f"/history/flow/{paper.pk}/")
    assert versions["count"] == 2 and versions["results"][0]["by"] == "the reading queue"
    everything = html + json.dumps([answer, versions, api(f"/flow/{paper.pk}/")])
    assert "Xyzzyland" not in everything and "account-" not in everything


def test_what_could_identify_a_patient_is_redacted_from_the_queue_too(people, client):
    name = "Patient of Bed 7"
    paper, _ = add(Paper(title=f"An example of {name}"), FoundBy.READER, remark=f"{name} told us")
    steps.exclude(paper, user=people["first"], stage="full_text", reason="other", text=f"It names {name}")
    steps.publish_counts()
    redact(name, user=people["manager"], reason="a name had slipped in")
    assert not find(name)
    assert "An example of [redacted]" in client.get("/flow/?place=excluded_by_full_text").content.decode()


def test_nothing_public_tells_of_a_draft(people, curator, client, api):
    """A candidate whose publication is a draft is told as it was found; a draft citation is counted nowhere."""
    paper, _ = add(Paper(pmid="99000001", title="As it was found"), FoundBy.CURATOR)
    with acting(curator, "entered"):
        draft = Publication(slug="xyzzyland-2026", name="Xyzzyland 2026", kind="other", year=2026, pmid="99000001")
        draft.title = "Xyzzyland"
        draft.save()
        Citation(citing=Publication.objects.get(slug="liu-2017"), cited=draft, number=900).save()
        Citation(
            citing=Publication.objects.get(slug="liu-2017"), cited=Publication.objects.get(slug="lee-2014"), number=901
        ).save()
    before = counts()["found"]["reference_list"]
    Candidate.objects.filter(pk=paper.pk).update(document=draft)
    assert counts()["found"]["reference_list"] == before
    assert "xyzzyland" not in json.dumps([api("/flow/", page_size=500), api(f"/flow/{paper.pk}/")]).lower()


def test_a_publication_that_is_published_joins_the_candidate_that_waited_for_it(curator):
    paper, _ = add(Paper(doi="10.5555/waited", title="It waited"), FoundBy.READER)
    with acting(curator, "entered"):
        entered = Publication(slug="waited-2026", name="Waited 2026", kind="other", year=2026, doi="10.5555/WAITED")
        entered.save()
        other = Publication(slug="typed-2026", name="Typed 2026", kind="other", year=2026)
        other.save()
        for one in (entered, other):
            for name in ("kind", "year", *(("doi",) if one.doi else ())):
                one_place = {"locator": "Title page", "as_reported": "as it stands there"}
                _place(one, name, one_place)
    publish_all([entered.pk, other.pk], user=curator, reason="ready")
    assert fresh(paper).document == entered
    assert [finding.way for finding in other.candidate.findings.all()] == ["curator"]


def _place(record, attribute, told):
    from studies.models import Place

    Place.objects.create(record_id=record.pk, attribute=attribute, **told)


def test_the_page_says_that_no_search_was_run_and_counts_nothing_as_nought(client):
    html = client.get("/flow/").content.decode()
    assert "No search has been run; this is not a systematic search." in html
    assert re.search(r"Found by searches</span> <b><span class=\"silent\">not counted", html)
    assert "never run" in html and "10.1136/bmj.n71" in html
    assert client.get("/flow/", {"place": "nowhere"}).status_code == 400
    assert "No paper stands so" in client.get("/flow/", {"place": "taken_out"}).content.decode()


def test_every_place_of_the_flow_can_be_asked_for(api):
    total = sum(api("/flow/", place=place.value)["count"] for place in FlowPlace)
    assert total == api("/flow/")["count"] == 104


# The curators' pages


@pytest.fixture
def staff(client, people):
    client.force_login(people["first"])
    return client


@pytest.mark.parametrize("size", [2, 500])
def test_the_list_asks_the_same_statements_at_2_and_at_500_rows(staff, people, size):
    Finding.objects.all().delete()
    Candidate.objects.all().delete()
    made = [Candidate(title=f"Example {n}", year=2020, pmid=str(99000000 + n)) for n in range(size)]
    Candidate.create_many(made)
    Finding.objects.bulk_create(Finding(candidate=candidate, way=FoundBy.CURATOR) for candidate in made)
    for candidate in made[:2]:
        steps.take(candidate, user=people["first"])
    asked = {}
    for query in ({}, {"q": "example", "state": "being_read", "who": "me", "way": "curator"}):
        with CaptureQueriesContext(connection) as statements:
            page = staff.get(reverse("queue:list"), query)
        assert page.status_code == 200
        asked[bool(query)] = len(statements)
    assert f"{size} papers" in staff.get(reverse("queue:list")).content.decode()
    assert asked == {False: 14, True: 14}


def test_many_are_excluded_at_once_or_none(staff, people):
    chosen = list(Candidate.objects.standing(QueueState.SUGGESTED).values_list("pk", flat=True))[-3:]
    steps.take(fresh(Candidate(pk=chosen[0])), user=people["second"])
    typed = {"chosen": chosen, "step": "exclude", "stage": "title_and_abstract", "reason": "no_own_data", "text": "old"}
    page = staff.post(reverse("queue:list"), typed)
    html = page.content.decode()
    assert page.status_code == 422 and f"{chosen[0]}: " in html and "is with account-second" in html
    assert not Candidate.objects.standing(QueueState.EXCLUDED).exists()
    assert html.count(" checked") == 3 and 'value="old"' in html, "what was ticked and typed is lost"
    assert staff.post(reverse("queue:list"), typed | {"chosen": chosen[1:]}).status_code == 302
    assert Candidate.objects.standing(QueueState.EXCLUDED).count() == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [({"q": "kochenderfer"}, "Kochenderfer 2013"), ({"q": "99000001"}, "An example that waits"),
     ({"state": "exhausted"}, "Liu 2017"), ({"way": "given"}, "Kong 2022"),
     ({"who": "nobody", "q": "lee"}, "Lee 2014")],
)  # fmt: skip
def test_the_list_is_searched_and_filtered(staff, waiting, query, found):
    html = staff.get(reverse("queue:list"), query).content.decode()
    assert found in html and "Grupp" not in html


def test_the_page_of_a_paper_does_every_step_and_shows_who_and_when(staff, waiting):
    address = reverse("queue:paper", args=[waiting.pk])
    assert staff.post(address, {"step": "take"}).status_code == 302
    html = staff.get(address).content.decode()
    assert "with account-first since" in html and "taken by account-first" in html
    assert f"{reverse('admin:studies_publication_import')}?identifiers=99000001" in html
    assert "A stage is missing" in staff.post(address, {"step": "exclude"}).content.decode()
    assert staff.get(reverse("queue:paper", args=["CAN-99999"])).status_code == 404


def test_a_suggestion_needs_no_network_and_the_network_costs_nothing_that_was_typed(staff, library):
    typed = {"identifier": "https://doi.org/10.5555/Suggested", "title": "", "way": "reader", "remark": "by mail"}
    library.replies = [Reply("", status=503)]
    page = staff.post(reverse("queue:suggest"), typed | {"look_up": "Look it up"}).content.decode()
    assert "can be put into the queue without a look-up" in page and "10.5555/Suggested" in page
    asked = len(library.asked)
    assert staff.post(reverse("queue:suggest"), typed).status_code == 302
    assert len(library.asked) == asked, "nobody is asked to store what was typed"
    candidate = Candidate.objects.get(doi="10.5555/Suggested")
    assert [(f.way, f.remark) for f in candidate.findings.all()] == [("reader", "by mail")]
    again = staff.post(reverse("queue:suggest"), typed, follow=True).content.decode()
    assert "is in the queue already, suggested" in again and candidate.findings.count() == 2


def test_a_look_up_fills_what_is_empty_and_stores_nothing(staff, library):
    typed = {"identifier": f"PMID: {answers.PMID}", "title": "", "journal": "As I typed it", "way": "curator"}
    page = staff.post(reverse("queue:suggest"), typed | {"look_up": "Look it up"}).content.decode()
    assert "Example of donor-derived CAR-T cells at 10⁶/kg" in page and "As I typed it" in page
    assert not Candidate.objects.filter(pmid=answers.PMID).exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"identifier": "", "title": " "}, "Give a PMID, a DOI or a title"), ({"identifier": "NCT01087294"}, "is neither"),
     ({"identifier": "", "title": "x", "year": "20"}, "greater than or equal to 1800")],
)  # fmt: skip
def test_a_suggestion_that_names_nothing_is_refused(staff, typed, said):
    assert said in staff.post(reverse("queue:suggest"), typed | {"way": "curator"}).content.decode()


def test_an_import_makes_the_candidate_the_publication(staff, library, waiting):
    library.by_path["/pubmed/efetch.fcgi"] = Reply(answers.pubmed(answers.article()), XML)
    address = f"{reverse('admin:studies_publication_import')}?identifiers=99000001"
    assert ">\n99000001</textarea>" in staff.get(address).content.decode()
    preview = staff.post(address, {"identifiers": "99000001"}, follow=True)
    confirmed = {"action-1": "draft", "slug-1": "author-2024"}
    staff.post(preview.redirect_chain[-1][0], confirmed)
    candidate = fresh(waiting)
    assert (candidate.document.slug, candidate.standing) == ("author-2024", QueueState.SUGGESTED)
    page = staff.get(reverse("admin:studies_publication_change", args=[candidate.document_id])).content.decode()
    assert f"{candidate.pk}</a>: suggested" in page


def test_who_may_only_look_sees_no_steps_and_can_take_none(client, people, waiting):
    client.force_login(people["reader"])
    assert "Hand over" not in client.get(reverse("queue:list")).content.decode()
    address = reverse("queue:paper", args=[waiting.pk])
    assert client.post(address, {"step": "take"}).status_code == 403
    assert client.post(reverse("queue:publish")).status_code == client.get(reverse("queue:suggest")).status_code == 403


def test_the_counts_go_out_with_whatever_is_published_and_by_a_button(staff, waiting, curator):
    assert re.search(r"[1-9]\d* changes? since", staff.get(reverse("queue:list")).content.decode())
    publish(Publication.objects.get(slug="liu-2017"), user=curator, reason="as it stands")
    assert "An example that waits" in staff.get("/flow/?place=waiting&page_size=500").content.decode()
    assert "public as revision" in staff.post(reverse("queue:publish"), follow=True).content.decode()
