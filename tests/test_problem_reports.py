"""A reader reports a problem without an account, within limits; a curator answers; the public sees the answer alone."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.models import ProblemAnswer, ProblemReport, Report
from studies.publishing import problem_reports, publish_all, workflow
from studies.publishing.redaction import find, redact
from studies.publishing.workflow import NotAllowed
from studies.pure.senders import client_address, sender_hash

from .test_leaks import SECRET, leaks

pytestmark = pytest.mark.django_db
FORM = "/report/studies/li-hua-2025/"
TEXT = f"The dose is not per kg. {SECRET}"


@pytest.fixture
def answerer(django_user_model):
    user = django_user_model.objects.create_user("answerer", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name="curator"))
    return user


@pytest.fixture
def reported(client):
    """A report as a reader sends it."""
    client.post(FORM, {"text": TEXT, "place": "Dose"})
    return ProblemReport.objects.get()


def answered(problem, user, **more):
    told = {"question": "Is the dose per kg?", "answer": "It is: Treatment, second paragraph."} | more
    return problem_reports.answer(problem, **told, user=user)


def test_it_works(client, answerer, api):
    assert f'href="{FORM}"' in client.get("/studies/li-hua-2025/").content.decode()
    response = client.post(FORM, {"text": TEXT, "place": "Dose"}, follow=True)
    problem = ProblemReport.objects.get()
    page = response.content.decode()
    assert response.redirect_chain == [(f"/report/{problem.reference}/", 302)]
    assert re.fullmatch(r"(\w{4}-){2}\w{4}", problem.reference) and "not answered yet" in page
    assert SECRET not in page and response["X-Robots-Tag"] == "noindex" and "no-store" in response["Cache-Control"]
    assert (problem.collection, problem.slug, problem.accession) == ("studies", "li-hua-2025", "STU-00002")
    assert problem.revision == api("/evidence/")["revision"] and problem.place == "Dose" and problem.text == TEXT
    assert "127.0.0.1" not in problem.sender and len(problem.sender) == 32

    client.force_login(answerer)
    assert "Reported by readers (1 open)" in client.get("/admin/").content.decode()
    assert problem.reference in client.get(reverse("problem-queue")).content.decode()
    typed = {
        "question": "Is the dose per kg?",
        "answer": "It is.\nSee Treatment.",
        "led_to": "DIS-00012",
        "seen": "open",
    }
    client.post(reverse("problem", args=[problem.pk]), typed | {"step": "answer"})
    client.logout()
    public = api("/problem-reports/", record="STU-00002", collection="studies")["results"]
    assert [(a["question"], a["led_to"], a["slug"]) for a in public] == [
        ("Is the dose per kg?", "DIS-00012", "li-hua-2025")
    ]
    assert api(f"/problem-reports/{public[0]['accession']}/") == public[0]
    assert api(f"/history/problem-reports/{public[0]['accession']}/")["count"] == 1
    for address in ("/studies/li-hua-2025/", f"/report/{problem.reference.lower()}/"):
        html = client.get(address).content.decode()
        assert "Is the dose per kg?" in html and "It is.<br>See Treatment." in html, address
    assert "Is the dose per kg?" not in client.get("/studies/li-huibo-2025/").content.decode()


@pytest.mark.parametrize(
    ("collection", "name", "status"),
    [
        ("studies", "li-hua-2025", 200), ("publications", "liu-2017", 200), ("registrations", "NCT01087294", 200),
        ("constructs", "kong-2022-second", 200), ("discrepancies", "DIS-00012", 200), ("diseases", "B-ALL", 200),
        ("scales", "astct_2019", 200), ("toxicities", "TOX-00010", 200), ("evidence", "COU-00002", 200),
        ("appraisals", "APP-00001", 200), ("studies", "STU-00002", 200), ("studies", "nobody-2026", 404),
        ("users", "1", 404), ("problem-reports", "PRO-00001", 404), ("studies", "a%00b", 404), ("withdrawn", "x", 404),
    ],
)  # fmt: skip
def test_any_public_record_can_be_reported_and_nothing_else(client, collection, name, status):
    assert client.get(f"/report/{collection}/{name}/").status_code == status
    assert client.post(f"/report/{collection}/{name}/", {"text": "x"}).status_code == (302 if status == 200 else 404)
    assert ProblemReport.objects.count() == (status == 200)


@pytest.mark.parametrize(
    "address", ["/studies/li-hua-2025/", "/publications/liu-2017/", "/registrations/NCT01087294/", "/diseases/B-ALL/",
                "/constructs/kong-2022-second/", "/discrepancies/DIS-00012/", "/scales/astct_2019/",
                "/publications/liu-2017/tables/1/"]
)  # fmt: skip
def test_every_page_of_a_record_leads_to_its_form(client, address):
    foot = client.get(address).content.decode().split('class="small record-foot"')[1]
    link = re.search(r'href="(/report/[^"]+)"', foot)[1]
    html = client.get(link.replace("&amp;", "&")).content.decode()
    assert "Write nothing about a patient" in html and 'name="csrfmiddlewaretoken"' in html
    if "tables" in address:
        assert 'value="Table 1"' in html


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/glossary/", "/report/glossary/UCBT/"), ("/data-quality/", "/report/data-quality/DC012/"),
        ("/readings/", "/report/readings/kong-2022/"), ("/flow/", "/report/flow/CAN-00001/"),
        ("/studies/li-hua-2025/", "/report/appraisals/APP-00001/"),
    ],
)  # fmt: skip
def test_entries_without_a_page_lead_to_their_form_and_show_their_answers(client, answerer, address, form):
    assert f'href="{form}"' in client.get(address).content.decode()
    client.post(form, {"text": TEXT})
    answered(ProblemReport.objects.get(), answerer, question="Is this entry right?")
    assert "Is this entry right?" in client.get(address).content.decode()


def test_every_value_can_be_reported_where_it_opens_to_its_place(client):
    html = client.get("/studies/li-hua-2025/").content.decode()
    opened = re.search(r'<span popover class="pop".*?</span></span>', html)[0]
    fact, link = re.search(r">([A-Z]{3}-\d+\.[^<]+)</a>", opened)[1], re.search(r'href="(/report/[^"]+)"', opened)[1]
    assert f'value="{fact}"' in client.get(link).content.decode()


@pytest.mark.parametrize("form", ["/report/toxicities/TOX-00010/", "/report/evidence/COU-00002/"])
def test_the_answer_on_what_a_study_holds_stands_on_its_page(client, answerer, form):
    client.post(form, {"text": TEXT})
    answered(ProblemReport.objects.get(), answerer, question="Which grade?")
    assert "Which grade?" in client.get("/studies/li-hua-2025/").content.decode()
    assert "Which grade?" not in client.get("/studies/kong-2022/").content.decode()


def test_what_was_taken_out_is_gone(client, curator):
    workflow.withdraw(Report.objects.get(pk="REP-00400").study, user=curator, reason="retracted")
    assert client.get("/report/studies/kong-2022/").status_code == 410
    assert client.post("/report/studies/kong-2022/", {"text": "x"}).status_code == 410


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "Say what is wrong: it is empty"),
        ({"text": " \r\n\t \x00"}, "Say what is wrong: it is empty"),
        ({"text": "ä" * 2001}, "It has 2,001 characters; at most 2,000 are taken"),
        ({"text": "kept", "place": "p" * 201}, "It has 201 characters; at most 200 are taken"),
        ({"text": "kept", "website": "http://x"}, "It is there to catch programs. Empty it"),
        ({}, "Say what is wrong: it is empty"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_typed_is_lost(client, typed, said):
    response = client.post(FORM, typed)
    html = response.content.decode()
    assert response.status_code == 400 and said in html and not ProblemReport.objects.exists()
    assert all(value.strip(" \r\n\t\x00") in html for value in typed.values())


def test_control_characters_become_spaces_and_the_whole_length_is_taken(client):
    client.post(FORM, {"text": "a\x00b\x0bc\x85d\r\ne\u202ff", "place": "x\ty"})
    assert ProblemReport.objects.get().text == "a b c d\ne\u202ff"
    assert ProblemReport.objects.get().place == "x y"
    assert client.post(FORM, {"text": ("😀" * 999 + "\r\n") * 2}).status_code == 302


def test_a_long_body_is_refused_before_it_is_read(client):
    class Unread:
        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.generic("POST", FORM, b"", content_type=kind, CONTENT_LENGTH=str(10 * 2**20),
                                **{"wsgi.input": Unread()})  # fmt: skip
        assert answer.status_code == 413 and "your browser still has it" in answer.content.decode()
    assert not ProblemReport.objects.exists()


def test_the_form_needs_its_token_and_keeps_what_was_typed_without_it():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(FORM, {"text": "typed with care"})
    html = answer.content.decode()
    assert answer.status_code == 403 and "typed with care" in html and not ProblemReport.objects.exists()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[1]
    assert client.post(FORM, {"text": "typed with care", "csrfmiddlewaretoken": token}).status_code == 302
    elsewhere = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert elsewhere.status_code == 403 and "It was not sent" in elsewhere.content.decode()


def test_a_sender_and_a_day_have_their_limits(client, settings):
    settings.PROBLEM_REPORTS = settings.PROBLEM_REPORTS | {"per_sender": 3, "per_day": 5}
    settings.TRUSTED_PROXIES = 1

    def send(number, address):
        return client.post(FORM, {"text": f"problem {number}"}, headers={"X-Forwarded-For": f"10.9.9.9, {address}"})

    assert [send(n, "192.0.2.1").status_code for n in range(3)] == [302, 302, 302]
    refused = send(3, "192.0.2.1")
    html = refused.content.decode()
    assert refused.status_code == 429 and "From your network 3 problems" in html and "problem 3" in html
    assert 0 < int(refused["Retry-After"]) <= 86_400
    assert [send(n, "192.0.2.2").status_code for n in (4, 5)] == [302, 302]
    assert "Today 5 problems were reported" in send(6, "192.0.2.3").content.decode()
    with CaptureQueriesContext(connection) as asked:
        for number in range(30):
            assert send(number + 10, "192.0.2.1").status_code == 429
    assert ProblemReport.objects.count() == 5
    counts = [q["sql"] for q in asked if "COUNT" in q["sql"].upper()]
    assert len(counts) == 30 and not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE"))]


def test_the_same_report_sent_twice_is_one(client):
    first = client.post(FORM, {"text": TEXT})["Location"]
    assert client.post(FORM, {"text": TEXT})["Location"] == first and ProblemReport.objects.count() == 1


def test_a_sender_is_forgotten_after_the_day(client, reported):
    ProblemReport.objects.update(at=datetime.now(UTC) - timedelta(days=1, seconds=1))
    client.post(FORM, {"text": "another"})
    reported.refresh_from_db()
    assert reported.sender == "" and ProblemReport.objects.first().sender


def test_a_sender_is_told_apart_for_a_day_only_and_believed_behind_our_proxies_alone():
    today = datetime(2026, 11, 28, tzinfo=UTC).date()
    name = sender_hash("192.0.2.1", today, "secret")
    assert name == sender_hash("::ffff:192.0.2.1", today, "secret") != sender_hash("192.0.2.2", today, "secret")
    assert name != sender_hash("192.0.2.1", today + timedelta(days=1), "secret") and "192" not in name
    assert sender_hash("2001:db8::1", today, "x") == sender_hash("2001:db8::ffff", today, "x")
    assert client_address("10.0.0.1", "1.1.1.1, 2.2.2.2", 0) == "10.0.0.1"
    assert client_address("10.0.0.1", "1.1.1.1, 2.2.2.2", 1) == "2.2.2.2"
    assert client_address("10.0.0.1", "", 1) == "10.0.0.1"


def test_what_a_reader_typed_stands_at_no_public_address_before_or_after_the_answer(client, reported, answerer):
    """Every address is walked with an unanswered report in the base by tests/test_leaks.py."""
    addresses = [f"/report/{reported.reference}/", FORM, "/api/v1/problem-reports/", f"/search/?q={SECRET}"]
    assert leaks((a, client.get(a)) for a in [*addresses, "/studies/li-hua-2025/"]) == []
    answered(reported, answerer)
    publish_all(["STU-00002"], user=None, reason="as it stands")
    assert (
        leaks((a, client.get(a)) for a in [*addresses, "/studies/li-hua-2025/", "/api/v1/studies/li-hua-2025/"]) == []
    )
    assert SECRET not in json.dumps(list(ProblemAnswer.objects.values("form", "question", "answer")))


def test_an_unanswered_report_changes_nothing_in_public(client, api):
    tag, revision = client.get("/studies/li-hua-2025/")["ETag"], api("/evidence/")["revision"]
    client.post(FORM, {"text": TEXT})
    assert client.get("/studies/li-hua-2025/")["ETag"] == tag and api("/evidence/")["revision"] == revision


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"question": " "}, "The question, in your own words, is missing"),
        ({"answer": ""}, "The answer is missing"),
    ],
)
def test_an_answer_needs_its_question_and_its_words(reported, answerer, told, said):
    with pytest.raises(NotAllowed, match=said):
        answered(reported, answerer, **told)
    reported.refresh_from_db()
    assert reported.state == "open"


def test_what_the_page_refuses_keeps_what_was_typed(client, reported, answerer, curator):
    client.force_login(answerer)
    page = reverse("problem", args=[reported.pk])
    typed = {"question": "Mine?", "answer": "Mine.", "seen": "open", "step": "answer"}
    for led_to, said in (("DIS-99999", "There is no record “DIS-99999”"), ("PRO-00001", "There is no record")):
        html = client.post(page, typed | {"led_to": led_to}).content.decode()
        assert said in html and 'value="Mine?"' in html
    answered(reported, curator)
    html = client.post(page, typed).content.decode()
    assert "Meanwhile it was answered" in html and 'value="Mine?"' in html and 'name="seen" value="answered"' in html
    client.post(page, typed | {"seen": "answered"})
    assert ProblemAnswer.objects.get().question == "Mine?"


def test_who_may_not_answer_sees_no_report(client, reported, django_user_model):
    user = django_user_model.objects.create_user("looker", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name="reader"))
    client.force_login(user)
    for address in (reverse("problem-queue"), reverse("problem", args=[reported.pk])):
        assert client.get(address).status_code == 403
    assert "Reported by readers" not in client.get("/admin/").content.decode()
    with pytest.raises(NotAllowed, match="answer_problems"):
        answered(reported, user)


def test_spam_is_put_away_and_told_to_nobody(client, reported, answerer, api):
    client.force_login(answerer)
    client.post(reverse("problem", args=[reported.pk]), {"step": "dismiss", "seen": "open"})
    assert "there was nothing to answer" in client.get(f"/report/{reported.reference}/").content.decode()
    assert reported.reference in client.get(reverse("problem-queue"), {"state": "spam"}).content.decode()
    assert api("/problem-reports/")["count"] == 0
    assert not ProblemReport.objects.filter(handled_by=None).exists()


def test_an_answer_can_be_worded_anew_and_withdrawn(client, reported, answerer, curator, api):
    answered(reported, answerer)
    reported.refresh_from_db()
    problem_reports.answer(reported, question="Per kg?", answer="Yes.", user=answerer, seen="answered")
    accession = ProblemAnswer.objects.get().pk
    assert api("/problem-reports/")["results"][0]["question"] == "Per kg?"
    assert api(f"/history/problem-reports/{accession}/")["count"] == 2
    client.force_login(curator)
    page = reverse("review-unit", args=[accession])
    assert client.get(page).status_code == 200
    client.post(page, {"step": "withdraw", "reason": "it named the wrong paper"})
    client.logout()
    api(f"/problem-reports/{accession}/", status=410)
    assert "Per kg?" not in client.get("/studies/li-hua-2025/").content.decode()


@pytest.mark.parametrize("size", [2, 500])
def test_the_queue_asks_the_same_number_of_statements_whatever_waits(client, answerer, size):
    about = {"collection": "studies", "slug": "li-hua-2025", "name": "Li Hua 2025", "revision": 1, "text": "x"}
    ProblemReport.objects.bulk_create(ProblemReport(**about) for _ in range(size))
    client.force_login(answerer)
    with CaptureQueriesContext(connection) as asked:
        html = client.get(reverse("problem-queue")).content.decode()
    assert html.count("Li Hua 2025") == min(size, 50)
    assert len(asked) == 6, "\n".join(query["sql"] for query in asked)


def test_redaction_reaches_what_was_typed(reported, curator):
    assert find(SECRET)
    redact(SECRET, user=curator, reason="it named a patient")
    reported.refresh_from_db()
    assert reported.text == "The dose is not per kg. [redacted]"
