"""From draft to public and out again: every step by every role, by two people, whole or not at all."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.models import (
    Change,
    Discrepancy,
    InterestStatement,
    Outcome,
    Publication,
    PublicRecord,
    Registration,
    Report,
    Revision,
    Study,
    acting,
)
from studies.publishing import Refused, door, workflow
from studies.publishing.workflow import NotAllowed

pytestmark = pytest.mark.django_db
KONG = "REP-00400"
ROLES = ("reader", "curator", "reviewer", "manager")


@pytest.fixture
def people(django_user_model):
    """One of each role, each with a statement of interests."""
    found = {}
    for role in ROLES:
        found[role] = django_user_model.objects.create_user(role, password="a long enough password", is_staff=True)
        found[role].groups.add(Group.objects.get(name=role))
        InterestStatement.objects.create(user=found[role], text="none")
    return found


@pytest.fixture
def changed(people):
    """The report of Li Hua 2025, changed by the curator."""
    with acting(people["curator"], "read again"):
        outcome = Outcome.objects.get(pk="OUT-00010")
        outcome.note = "Read again."
        outcome.save()
    return Report.objects.get(pk="REP-00002")


def state(unit):
    return type(unit).objects.get(pk=unit.pk).state


def test_it_works(people, changed, api):
    assert state(changed) == "draft", "what is changed is no longer as it was published"
    assert "Read again." not in str(api("/outcomes/OUT-00010/"))
    workflow.submit(changed, user=people["curator"], reason="a note")
    workflow.publish_reviewed([changed], user=people["reviewer"], reason="checked against the text")
    assert state(changed) == "published"
    assert api("/outcomes/OUT-00010/")["note"] == "Read again."
    last = Change.objects.filter(accession="REP-00002").first()
    assert (last.action, last.user, last.reason) == ("published", people["reviewer"], "checked against the text")


STEPS = {
    "submit": (lambda unit, user: workflow.submit(unit, user=user, reason="x"), "draft", ROLES[1:]),
    "return": (lambda unit, user: workflow.return_to_draft(unit, user=user, reason="x"), "in_review", ROLES[2:]),
    "publish": (lambda unit, user: workflow.publish_reviewed([unit], user=user, reason="x"), "in_review", ROLES[2:]),
    "withdraw": (lambda unit, user: workflow.withdraw(unit, user=user, reason="x"), "published", ROLES[3:]),
    "supersede": (
        lambda unit, user: workflow.supersede(
            unit, user=user, reason="x", successor=Report.objects.get(pk="REP-00400")
        ),
        "published",
        ROLES[3:],
    ),
    "reopen": (lambda unit, user: workflow.reopen(unit, user=user, reason="x"), "withdrawn", ROLES[3:]),
}
AFTER = {
    "submit": "in_review", "return": "draft", "publish": "published", "withdraw": "withdrawn",
    "supersede": "superseded", "reopen": "draft",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_by_the_roles_that_may_and_refused_to_the_others(people, step, role):
    take, before, allowed = STEPS[step]
    unit = Report.objects.get(pk="REP-00002")
    Report.objects.filter(pk=unit.pk).update(state=before, is_public=before != "withdrawn")
    if role in allowed:
        take(unit, people[role])
        assert state(unit) == AFTER[step]
    else:
        with pytest.raises(NotAllowed, match="it takes the role"):
            take(unit, people[role])
        assert state(unit) == before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", ["draft", "in_review", "published", "superseded", "withdrawn"])
def test_a_step_is_taken_only_from_its_state(people, step, before):
    take, right, _ = STEPS[step]
    unit = Report.objects.get(pk="REP-00002")
    public = before in ("draft", "in_review", "published")
    Report.objects.filter(pk=unit.pk).update(state=before, is_public=public)
    fits = (
        before == right
        or (step in ("withdraw", "supersede") and public)
        or (step == "reopen" and before == "superseded")
    )
    if fits:
        take(unit, people["manager"])
    else:
        with pytest.raises(NotAllowed):
            take(unit, people["manager"])
        assert state(unit) == before


def test_nobody_publishes_what_they_entered_or_changed(people, changed):
    with acting(people["reviewer"], "a small thing too"):
        outcome = Outcome.objects.get(pk="OUT-00010")
        outcome.note = "Read once more."
        outcome.save()
    workflow.submit(changed, user=people["curator"], reason="a note")
    with pytest.raises(NotAllowed, match="a second person publishes it"):
        workflow.publish_reviewed([changed], user=people["reviewer"], reason="fine")
    workflow.publish_reviewed([changed], user=people["manager"], reason="fine")
    assert state(changed) == "published"


def test_what_changes_while_it_is_looked_at_is_a_draft_again(people, changed):
    workflow.submit(changed, user=people["curator"], reason="a note")
    with acting(people["curator"], "one more"):
        outcome = Outcome.objects.get(pk="OUT-00010")
        outcome.note = "And again."
        outcome.save()
    assert state(changed) == "draft"
    with pytest.raises(NotAllowed, match="must be in review"):
        workflow.publish_reviewed([changed], user=people["reviewer"], reason="seen")


def test_to_publish_takes_a_statement_of_interests_younger_than_a_year(people, changed):
    workflow.submit(changed, user=people["curator"], reason="a note")
    old = InterestStatement.objects.filter(user=people["reviewer"])
    old.update(made_at=old.get().made_at - datetime.timedelta(days=366))
    with pytest.raises(NotAllowed, match="younger than a year"):
        workflow.publish_reviewed([changed], user=people["reviewer"], reason="seen")
    InterestStatement.objects.create(user=people["reviewer"], text="none")
    workflow.publish_reviewed([changed], user=people["reviewer"], reason="seen")


def test_a_return_a_publishing_and_a_withdrawal_need_their_reason(people, changed):
    workflow.submit(changed, user=people["curator"], reason="a note")
    for take in (
        lambda: workflow.return_to_draft(changed, user=people["reviewer"], reason=" "),
        lambda: workflow.publish_reviewed([changed], user=people["reviewer"], reason=""),
        lambda: workflow.withdraw(changed, user=people["manager"], reason=""),
    ):
        with pytest.raises(NotAllowed, match="A reason is missing"):
            take()
    assert state(changed) == "in_review"


def test_publishing_says_everything_that_is_missing_at_once(people):
    with acting(people["curator"], "a new case"):
        report = Report(publication_id="PUB-00003", study_id="STU-00001", role="primary")
        report.save()
    workflow.submit(report, user=people["curator"])
    Study.objects.filter(pk="STU-00001").update(is_public=False)
    with pytest.raises(Refused) as refused:
        workflow.publish_reviewed([report], user=people["reviewer"], reason="too early")
    assert "subject" in {problem.field for problem in refused.value.problems}
    assert state(report) == "in_review"


def test_a_crash_in_the_middle_of_publishing_leaves_everything_as_it_was(people, changed, monkeypatch):
    workflow.submit(changed, user=people["curator"], reason="a note")
    before = list(PublicRecord.objects.order_by("pk").values_list("pk", "valid_to")), Revision.objects.count()

    def crash(*args):
        raise RuntimeError("the power went")

    monkeypatch.setattr(door, "_settle", crash)
    with pytest.raises(RuntimeError):
        workflow.publish_reviewed([changed], user=people["reviewer"], reason="seen")
    assert (list(PublicRecord.objects.order_by("pk").values_list("pk", "valid_to")), Revision.objects.count()) == before
    assert state(changed) == "in_review"


def test_a_withdrawn_record_keeps_its_address_and_says_why(people, client, api):
    before = api("/evidence/")["patients_counted_once"]["high"]
    kong, hua = Study.objects.get(slug="kong-2022"), Study.objects.get(slug="li-hua-2025")
    workflow.withdraw(kong, user=people["manager"], reason="retracted by its journal", successor=hua)
    page = client.get("/studies/kong-2022/")
    assert page.status_code == 410
    said = page.content.decode()
    assert "retracted by its journal" in said and 'href="/studies/li-hua-2025/"' in said
    for path in ("/studies/kong-2022/", "/evidence/COU-00401/", "/courses/COU-00401/", "/toxicities/TOX-00400/"):
        told = api(path, status=410)
        assert told["reason"] == "retracted by its journal" and told["state"] == "withdrawn"
    assert api("/evidence/")["patients_counted_once"]["high"] == before - 1
    assert "kong-2022" not in str(api("/evidence/")) and api("/facts/", study="li-hua-2025")["count"] != 0
    history = api("/history/studies/kong-2022/")
    assert history["results"][0]["taken_out"] and history["results"][0]["by"] == f"manager {people['manager'].pk}"
    assert client.get("/history/studies/kong-2022/").status_code == 200


def test_what_was_withdrawn_is_taken_up_again_and_public_at_its_old_address(people, client):
    report, study = Report.objects.get(study__slug="kong-2022"), Study.objects.get(slug="kong-2022")
    workflow.withdraw(study, user=people["manager"], reason="in doubt")
    for unit in (study, report):
        unit.refresh_from_db()
        assert unit.state == "withdrawn" and not unit.is_public
        workflow.reopen(unit, user=people["manager"], reason="cleared")
        workflow.submit(unit, user=people["curator"])
    assert client.get("/studies/kong-2022/").status_code == 410
    workflow.publish_reviewed([study, report], user=people["reviewer"], reason="the doubt was settled")
    assert client.get("/studies/kong-2022/").status_code == 200


def test_what_is_superseded_names_another_public_record_of_its_kind(people):
    study = Study.objects.get(slug="kong-2022")
    for successor in (None, study, Report.objects.get(pk="REP-00002")):
        with pytest.raises(NotAllowed):
            workflow.supersede(study, user=people["manager"], reason="x", successor=successor)
    workflow.supersede(study, user=people["manager"], reason="x", successor=Study.objects.get(slug="li-hua-2025"))
    assert state(study) == "superseded"


def test_a_discrepancy_that_excuses_a_public_record_stays(people):
    discrepancy = Discrepancy.objects.get(pk="DIS-00032")
    Outcome.objects.filter(pk="OUT-00010").update(excused_by=discrepancy)
    with pytest.raises(Refused, match="It excuses OUT-00010"):
        workflow.withdraw(discrepancy, user=people["manager"], reason="x")


# What it said before


def test_every_change_of_a_public_record_is_told_with_who_when_and_why(people, changed, client, api):
    workflow.submit(changed, user=people["curator"], reason="a note")
    workflow.publish_reviewed([changed], user=people["reviewer"], reason="checked against the text")
    newest, first = api("/history/studies/li-hua-2025/")["results"]
    assert newest["by"] == f"reviewer {people['reviewer'].pk}" and newest["reason"] == "checked against the text"
    (line,) = newest["changes"]
    (cause,) = line["changed"]
    assert cause["by"] == f"curator {people['curator'].pk}" and cause["reason"] == "read again"
    assert (line["record"], line["field"], line["after"]) == ("OUT-00010", "note", "Read again.")
    assert line["before"].startswith("The sentence comes after VICLP")
    assert first["changes"] == []
    page = client.get("/history/studies/li-hua-2025/").content.decode()
    assert "<ins>Read again.</ins>" in page and "checked against the text" in page
    assert f"curator {people['curator'].pk}: read again" in page
    people["curator"].username = "another name"
    people["curator"].save()
    assert client.get("/history/studies/li-hua-2025/").content.decode() == page
    assert client.get("/history/outcomes/OUT-00010/").status_code == 200


def test_what_it_said_on_a_day(people, changed, client, api):
    Revision.objects.update(at=datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.UTC))
    workflow.submit(changed, user=people["curator"], reason="a note")
    workflow.publish_reviewed([changed], user=people["reviewer"], reason="read again")
    assert "Read again." in client.get("/studies/li-hua-2025/").content.decode()
    then = client.get("/studies/li-hua-2025/", {"on": "2026-01-15"}).content.decode()
    assert "Read again." not in then and "As it was public on 2026-01-15" in then
    assert api("/outcomes/OUT-00010/", on="2026-01-15")["note"].startswith("The sentence")
    api("/studies/li-hua-2025/", status=404, on="2026-01-14")
    api("/studies/li-hua-2025/", status=400, on="15.1.2026")
    api("/studies/li-hua-2025/", status=400, on="2130-01-01")


# The pages of those who curate


def test_a_curator_hands_in_and_a_reviewer_returns_and_publishes(people, changed, client):
    page = reverse("review-unit", args=["REP-00002"])
    client.force_login(people["curator"])
    assert "Read again." in client.get(page).content.decode(), "the difference is shown before it is handed in"
    client.post(page, {"step": "submit", "reason": "a note"})
    refused = client.post(page, {"step": "publish", "reason": "mine"})
    assert "You may not publish this" in refused.content.decode()
    client.force_login(people["reviewer"])
    assert "Li Hua 2025" in client.get(reverse("review-queue")).content.decode()
    said = client.post(page, {"step": "return", "reason": ""}).content.decode()
    assert "A reason is missing" in said
    client.post(page, {"step": "return", "reason": "say where"})
    assert state(changed) == "draft"
    client.force_login(people["curator"])
    for where in (page, reverse("enter:case", args=["REP-00002"]), reverse("enter:start")):
        assert "say where" in client.get(where).content.decode(), "what is to be mended is told where it is mended"
    workflow.submit(changed, user=people["curator"], reason="a note")
    assert "say where" not in client.get(reverse("enter:start")).content.decode()
    client.force_login(people["reviewer"])
    seen = client.get(page).context["seen"]
    client.post(page, {"step": "publish", "reason": "now it is right", "seen": seen})
    assert state(changed) == "published"


def test_a_reader_sees_the_queue_and_can_do_nothing(people, changed, client):
    client.force_login(people["reader"])
    page = client.get(reverse("review-unit", args=["REP-00002"])).content.decode()
    assert 'name="step"' not in page
    response = client.post(reverse("review-unit", args=["REP-00002"]), {"step": "submit", "reason": "x"})
    assert "You may not submit this" in response.content.decode() and state(changed) == "draft"
    assert client.get("/admin/review/REP-99999/").status_code == 404


def test_the_queue_lists_all_of_every_kind_with_as_many_statements_as_for_one(people, changed, client):
    client.force_login(people["reviewer"])
    publication = Publication.objects.get(slug="li-hua-2025")

    def asked():
        with CaptureQueriesContext(connection) as statements:
            page = client.get(reverse("review-queue"))
        return len(statements), page.context["listed"].paginator.count

    def another(numbers):
        """A unit of every kind for each number, waiting."""
        papers = [Publication(slug=f"paper-{n}", name=f"Paper {n}", kind="review", year=2020) for n in numbers]
        studies = [Study(slug=f"study-{n}", name=f"Study {n}") for n in numbers]
        plans = [Registration(registry="ClinicalTrials.gov", identifier=f"NCT{n:08}") for n in numbers]
        texts = {"kind": "implausible", "severity": "matters", "title": "x", "explanation": "x", "shown": "x"}
        found = [Discrepancy(publication=publication, **texts) for _ in numbers]
        for units in (papers, studies, plans, found):
            type(units[0]).create_many(units)
        pairs = zip(papers, studies, strict=True)
        Report.create_many([Report(publication=paper, study=study, role="primary") for paper, study in pairs])
        for model in (Publication, Study, Registration, Discrepancy, Report):
            model.objects.filter(is_public=False).update(state="in_review")

    another([0])
    asked()
    few, before = asked()
    another(range(1, 501))
    statements, waiting = asked()
    assert statements <= few and waiting == before + 2500
    listed = [
        entry["unit"].pk
        for number in (1, 2, (before + 2599) // 100)
        for entry in client.get(reverse("review-queue"), {"page": number}).context["waiting"]
    ]
    assert len(set(listed)) == 200 + ((before + 2499) % 100) + 1


def test_two_who_save_the_same_record_are_told_and_lose_nothing(people, client):
    address = reverse("admin:studies_outcome_change", args=["OUT-00010"])
    client.force_login(people["curator"])
    form = client.get(address).context["adminform"].form
    typed = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    with acting(people["reviewer"], "at the same time"):
        outcome = Outcome.objects.get(pk="OUT-00010")
        outcome.note = "By another."
        outcome.save()
    mine = typed | {"note": "By me.", "reason": "mine"}
    said = client.post(address, mine).content.decode()
    assert "Meanwhile somebody else saved this record" in said and "By another." in said and "By me." in said
    assert Outcome.objects.get(pk="OUT-00010").note == "By another."
    seen = Change.objects.filter(accession="OUT-00010").first().id
    assert client.post(address, mine | {"seen": seen}).status_code == 302
    assert Outcome.objects.get(pk="OUT-00010").note == "By me."


def test_a_change_of_what_is_public_needs_its_reason(people, client):
    address = reverse("admin:studies_outcome_change", args=["OUT-00010"])
    client.force_login(people["curator"])
    form = client.get(address).context["adminform"].form
    typed = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    assert "This field is required" in client.post(address, typed | {"note": "x", "reason": ""}).content.decode()
