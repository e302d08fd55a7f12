"""A document read twice: every step by every role, bundles refused with their lines, and what is adopted."""

import re
from urllib.parse import urlencode

import pytest
import yaml
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.double_reading import bundle, steps, writing
from studies.models import (
    Accession,
    Change,
    Course,
    DoubleReading,
    InterestStatement,
    Outcome,
    Publication,
    PublicRecord,
    Report,
    Study,
    Toxicity,
    Typed,
)
from studies.publishing import workflow
from studies.publishing.workflow import NotAllowed

from .conftest import ROOT
from .test_leaks import SECRET, leaks
from .test_loading import case

pytestmark = pytest.mark.django_db
PEOPLE = {
    "reader": "reader", "first": "curator", "second": "curator", "other": "curator", "reviewer": "reviewer",
    "manager": "manager",
}  # fmt: skip
PLACE = {"place": "Text", "wording": "one patient"}
FEVER = {
    "toxicity": "TOX-90001", "cohort": "COH-90001", "course": "COU-90001", "term": "fever", "presence": "present",
    **PLACE,
}  # fmt: skip


@pytest.fixture
def people(django_user_model):
    found = {}
    for name, role in PEOPLE.items():
        found[name] = django_user_model.objects.create_user(name, password="x", is_staff=True)
        found[name].groups.add(Group.objects.get(name=role))
        InterestStatement.objects.create(user=found[name], text="none")
    return found


def text(content: dict) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def first_reading(**changes) -> dict:
    content = case(**changes)
    content["records"][2]["records"].append(dict(FEVER))
    return content


def second_reading() -> dict:
    """The same document as somebody else has it: other numbers of records, and three places that are not the same."""
    content = first_reading(category="PR")
    below = content["records"][2]["records"]
    below[1]["intent"] = "pre_emptive"  # the first does not say
    below.pop()  # no fever
    below[0]["place"] = "Table 1"  # the same patient, elsewhere
    renumbered = text(content)
    for kind in ("COH", "OUT", "COU", "REP"):
        renumbered = renumbered.replace(f"{kind}-90001", f"{kind}-00077")
    return yaml.safe_load(renumbered)


@pytest.fixture
def double(people):
    return steps.assign("doe-2024", (people["first"], people["second"]), user=people["manager"])


@pytest.fixture
def handed_in(people, double):
    for reading, name, content in zip(
        double.readings.all(), ("first", "second"), (first_reading(), second_reading()), strict=True
    ):
        steps.save_text(reading, text(content), user=people[name])
        steps.hand_in(reading, user=people[name])
    double.refresh_from_db()
    return double


def decide_all(double, user, **chosen):
    for fact in double.facts.filter(decision=""):
        choice = chosen.get(fact.attribute.partition(":")[0]) or {"second_only": "second"}.get(fact.verdict, "first")
        own = {"own_value": "PR", "own_place": "Figure 1", "own_wording": "partial"} if choice == "own" else {}
        steps.decide(fact, choice, user=user, reason="looked up in the text", **own)


def undecided(double):
    return {(fact.attribute, fact.verdict) for fact in double.facts.filter(decision="")}


def test_it_works(people, handed_in, api):
    assert handed_in.state == "compared"
    assert undecided(handed_in) == {
        ("response", "differing"), ("response_n:CR", "differing"), ("intent", "second_only"),
        ("present:fever", "first_only"),
    }  # fmt: skip
    assert handed_in.facts.filter(verdict="elsewhere").exists()
    before = Accession.objects.count()
    decide_all(handed_in, people["manager"], response="second", response_n="second", present="neither")
    made = steps.adopt(handed_in, user=people["manager"], reason="settled")
    assert Accession.objects.count() > before
    report = Report.objects.get(pk=made[0])
    assert (report.state, report.is_public) == ("draft", False)
    assert Outcome.objects.get(report=report).category.code == "PR"
    assert Course.objects.get(report=report).intent == "pre_emptive"
    assert not Toxicity.objects.filter(report=report).exists()
    assert made[0] not in ("REP-90001", "REP-00077"), "a bundle's own accession became one of the base"
    api("/studies/doe-2024/", status=404)
    # Both places of what stands at two are kept.
    cohort = report.cohort_rows.get()
    assert {place.locator for place in cohort.accession.places.filter(attribute="n")} == {"Table 1"}
    assert cohort.locator == "Text"


STEPS = {
    "assign": (lambda d, u, p: steps.assign("roe-2025", (p["first"], p["other"]), user=u), ("manager",)),
    "save": (lambda d, u, p: steps.save_text(d.readings.first(), "x", user=u), ("first",)),
    "hand in": (lambda d, u, p: steps.hand_in(d.readings.first(), user=u), ("first",)),
    "withdraw": (lambda d, u, p: steps.withdraw(d, user=u, reason="x"), ("manager",)),
}
LATER = {
    "decide": (
        lambda d, u, p: steps.decide(d.facts.filter(verdict="first_only").first(), "first", user=u, reason="x"),
        ("manager",),
    ),
    "adopt": (lambda d, u, p: steps.adopt(d, user=u, reason="x"), ("manager",)),
    "withdraw": (lambda d, u, p: steps.withdraw(d, user=u, reason="x"), ("manager",)),
    "conclude": (lambda d, u, p: steps.conclude(d, user=u, reason="x"), ()),
    "save": (lambda d, u, p: steps.save_text(d.readings.first(), "x", user=u), ()),
    "hand in": (lambda d, u, p: steps.hand_in(d.readings.first(), user=u), ()),
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_before_both_are_handed_in_is_taken_by_who_may(people, double, step, name):
    steps.save_text(double.readings.first(), text(first_reading()), user=people["first"])
    take, allowed = STEPS[step]
    if name in allowed:
        take(double, people[name], people)
    else:
        with pytest.raises(NotAllowed, match="You may not|may not read"):
            take(double, people[name], people)


@pytest.mark.parametrize("name", PEOPLE)
def test_each_step_after_both_are_handed_in_is_taken_by_who_may(people, handed_in, name):
    manager = people["manager"]
    for step, (take, allowed) in LATER.items():
        if step == "adopt":
            decide_all(handed_in, manager)
        state = DoubleReading.objects.get(pk=handed_in.pk).state
        if name in allowed and step != "withdraw":
            take(handed_in, people[name], people)
        else:
            with pytest.raises(NotAllowed):
                take(handed_in, people[name], people)
            assert DoubleReading.objects.get(pk=handed_in.pk).state == state


def test_whoever_reads_does_not_adjudicate_though_they_manage(people):
    manager = people["manager"]
    double = steps.assign("doe-2024", (people["first"], manager), user=manager)
    for reading, name in zip(double.readings.all(), ("first", "manager"), strict=True):
        steps.save_text(reading, text(first_reading()), user=people[name])
        steps.hand_in(reading, user=people[name])
    for take in (
        lambda: steps.adopt(double, user=manager, reason="x"),
        lambda: steps.withdraw(double, user=manager, reason="x"),
        lambda: steps.conclude(double, user=manager, reason="x"),
    ):
        with pytest.raises(NotAllowed, match="one of its two readers"):
            take()


def test_the_readers_are_two_who_may_read_and_a_publication_is_read_once_at_a_time(people, double):
    manager = people["manager"]
    with pytest.raises(NotAllowed, match="by two curators"):
        steps.assign("roe-2025", (people["first"], people["first"]), user=manager)
    with pytest.raises(NotAllowed, match="reader may not read"):
        steps.assign("roe-2025", (people["first"], people["reader"]), user=manager)
    with pytest.raises(Exception, match="read twice already"):
        steps.assign("doe-2024", (people["first"], people["other"]), user=manager)


def test_a_decision_has_its_reason_and_what_agrees_is_not_decided(people, handed_in):
    manager = people["manager"]
    differing = handed_in.facts.filter(verdict="differing").first()
    for fact, choice, reason, said in (
        (differing, "first", " ", "A reason is missing"),
        (differing, "own", "x", "needs the value, its place and its wording"),
        (handed_in.facts.filter(verdict="second_only").first(), "first", "x", "cannot be decided"),
        (handed_in.facts.filter(verdict="matched").first(), "first", "x", "nothing to decide"),
    ):
        with pytest.raises(NotAllowed, match=said):
            steps.decide(fact, choice, user=manager, reason=reason)
    with pytest.raises(NotAllowed, match="4 facts wait for a decision"):
        steps.adopt(handed_in, user=manager, reason="x")


def test_readers_and_adjudicator_count_as_authors_of_what_was_adopted(people, handed_in):
    decide_all(handed_in, people["manager"])
    made = steps.adopt(handed_in, user=people["manager"], reason="settled")
    study = Study.objects.get(slug="doe-2024")
    publication = Publication.objects.get(slug="doe-2024")
    for unit in (Report.objects.get(pk=made[0]), study, publication):
        authors = workflow.authors_of(unit)
        assert authors == {people[name].pk for name in ("first", "second", "manager")}
    reviewers = Group.objects.get(name="reviewer")
    for name in ("first", "second"):
        people[name].groups.add(reviewers)
    units = [publication, study, Report.objects.get(pk=made[0])]
    for unit in units:
        workflow.submit(unit, user=people["other"])
    for name in ("first", "second", "manager"):
        user = type(people[name]).objects.get(pk=people[name].pk)
        with pytest.raises(NotAllowed, match="a second person publishes it"):
            workflow.publish_reviewed(units, user=user, reason="x")
    workflow.publish_reviewed(units, user=people["reviewer"], reason="checked")
    record = PublicRecord.objects.current().get(collection="readings", slug="doe-2024")
    assert "manager" not in record.document and '"differing":2' in record.document


def test_an_adjudicated_text_is_held_against_every_decision_and_kept_as_typed(people, handed_in):
    manager = people["manager"]
    decide_all(handed_in, manager)
    made = steps.merged(handed_in)
    for wrong, right, said in (
        ("presence: absent", "presence: present", "present:fever: “present"),
        ("n: '2'", "n: '1'", "n_patients: “1 patients” was decided"),
        ("place: Page 1", "place: Text", "decided with the place “Text”"),
        ("sex: male\n        code:", "code:", "sex: nobody decided “male"),
        ("records: []", "", "list of records"),
    ):
        typed = made.replace(right, wrong, 1) if right else wrong
        with pytest.raises(steps.Refused, match=said):
            steps.adopt(handed_in, user=manager, reason="settled", text=typed)
        assert steps.merged(DoubleReading.objects.get(pk=handed_in.pk)) == typed, "what was typed was lost"
    assert not Report.objects.filter(publication__slug="doe-2024").exists()


def test_a_value_of_its_own_is_adopted_with_its_place(people, handed_in):
    manager = people["manager"]
    decide_all(handed_in, manager, response="own")
    with pytest.raises(steps.Refused, match="response_n:CR: “1 patients of 1.*does not say so"):
        steps.adopt(handed_in, user=manager, reason="settled")  # a count of CR does not go with PR
    count = handed_in.facts.get(attribute="response_n:CR")
    own = {"own_value": "1", "own_place": "Figure 1", "own_wording": "partial"}
    steps.decide(count, "own", user=manager, reason="looked up", **own)
    made = steps.adopt(handed_in, user=manager, reason="settled")
    outcome = Outcome.objects.get(report=made[0])
    assert (outcome.category.code, outcome.n) == ("PR", 1)
    assert {place.locator for place in outcome.accession.places.all()} == {"Figure 1"}


@pytest.mark.parametrize(
    ("wrong", "right", "record", "field", "rule"),
    [
        ("category: XR", "category: CR", "OUT-90001", "category", "not in the vocabulary"),
        ("wording: ''\n  - coverage", "wording: one patient\n  - coverage", "OUT-90001", "wording", "blank"),
        ("n: '2'\n    denom", "n: '1'\n    denom", "OUT-90001", "", "greater than its denominator"),
        ("cohort: COH-99999\n    number", "cohort: COH-90001\n    number", "COU-90001", "cohort", "there is no"),
        ("cohort: COH-00001\n    number", "cohort: COH-90001\n    number", "COU-90001", "cohort", "another report"),
        ("slug: li-hua-2025", "slug: doe-2024", "PUB-90001", "slug", "A bundle is of one publication"),
        ("- silence", "- coverage", "silence", "", "begins with its kind"),
        ("coverage: QQQ-90001", "coverage: COV-90001", "QQQ-90001", "coverage", "no accession"),
        ("colour: red\n    number", "number", "COU-90001", "colour", "no such field"),
        ("records: [\n", "records:\n", "the bundle", "", "not valid YAML"),
        ("extra: x\nrecords:\n", "records:\n", "the bundle", "", "nothing else"),
        ("label: {a: b}", "label: the patient", "COH-90001", "label", "A text"),
        ('label: "a\\0b"', "label: the patient", "COH-90001", "label", "a character that no text has"),
        ("agents: text", "label: the patient", "COH-90001", "agents", "A list of mappings"),
        ("places: text", "label: the patient", "COH-90001", "places", "A mapping from fields"),
        ("topics:\n", "topics:\n    - crs\n", "REP-90001", "coverage", "neither told nor recorded"),
        ("state: published\n  role: primary", "role: primary", "REP-90001", "state", "no such field"),
    ],
)
def test_a_bundle_that_breaks_a_rule_is_refused_with_line_record_field_and_rule_and_nothing_is_lost(
    people, double, wrong, right, record, field, rule
):
    sound = text(first_reading())
    assert right in sound
    broken = sound.replace(right, wrong, 1)
    reading = double.readings.first()
    steps.save_text(reading, broken, user=people["first"])
    before = Accession.objects.count(), Change.objects.count(), Publication.objects.count()
    with pytest.raises(steps.Refused) as refused:
        steps.hand_in(reading, user=people["first"])
    found = refused.value.refusals
    assert any((r.record, r.field) == (record, field) and rule in r.rule for r in found), "\n".join(map(str, found))
    assert all(r.file == "bundle.yaml" and 0 < r.line <= broken.count("\n") + 1 for r in found)
    reading.refresh_from_db()
    assert reading.text == broken and reading.handed_in_at is None
    assert before == (Accession.objects.count(), Change.objects.count(), Publication.objects.count())


LAUGHS = "".join(
    f"- &l{n} {{toxicity: TOX-0000{n}, agents: [{', '.join([f'*l{n - 1}'] * 9) if n else ''}]}}\n" for n in range(9)
)


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "x",
        "- a",
        "records:",
        "[" * 3000,
        "records:\n- &r {toxicity: TOX-00001, agents: [*r]}",
        "records:\n- ? [a]\n  : b",
        "\x07",
        "records:\n- {publication: PUB-00001, slug: doe-2024, name: 1, year: x, kind: y}",
        "records:\n- {publication: {a: b}, slug: [doe-2024]}",
        f"records:\n{LAUGHS}",
    ],
    ids=range(11),
)
def test_whatever_is_typed_is_refused_and_not_an_error(hostile):
    assert bundle.look_at(hostile, "doe-2024").refusals


def test_the_template_is_a_bundle_that_says_what_is_missing(double):
    template = double.readings.first().text
    refusals = bundle.look_at(template, "doe-2024").refusals
    assert {refusal.record for refusal in refusals} >= {"PUB-00001", "SRC-00001"}
    assert "name: Li Hua 2025" in writing.template("li-hua-2025")


def test_a_document_of_the_base_is_read_anew_as_if_the_base_did_not_know_it(people, api):
    sound = (ROOT / "fixtures" / "kong-2022.yaml").read_text()
    double = steps.assign("kong-2022", (people["first"], people["second"]), user=people["manager"])
    for reading, name in zip(double.readings.all(), ("first", "second"), strict=True):
        steps.save_text(reading, sound, user=people[name])
        steps.hand_in(reading, user=people[name])
    assert Publication.objects.filter(slug__startswith="kong-2022").count() == 1, "something of a look stayed"
    assert set(double.facts.values_list("verdict", flat=True)) == {"matched"} and double.facts.count() > 150
    with pytest.raises(NotAllowed, match="holds reports of this publication already"):
        steps.adopt(double, user=people["manager"], reason="x")
    before = api("/readings/kong-2022/")
    assert before["compared"] == "by_hand" and before["kappa"] == []
    steps.conclude(double, user=people["manager"], reason="read anew")
    told = api("/readings/kong-2022/")
    assert told["compared"] == "fact_by_fact" and told["totals"]["differing"] == 0
    kappas = {(kappa["entity"], kappa["field"]): kappa for kappa in told["kappa"]}
    assert kappas["course", "genetic_origin"]["kappa"] == 1.0
    assert kappas["course", "genetic_origin"]["pairs"] == 2
    assert kappas["study", "design"]["kappa"] is None
    assert kappas["study", "design"]["reason"] == "both readers used one category only"


def test_a_publication_that_an_import_made_is_filled_and_keeps_what_the_bundle_does_not_say(people, handed_in):
    imported = Publication(slug="doe-2024", name="Doe 2024", kind="not_reported", year=2024, pmid="12345678")
    imported.save()
    decide_all(handed_in, people["manager"])
    steps.adopt(handed_in, user=people["manager"], reason="settled")
    imported.refresh_from_db()
    assert (imported.kind, imported.pmid) == ("case_report", "12345678")


# Who sees what


def addresses():
    """Every address of the admin that takes no argument."""
    yield from (reverse("admin:index"), reverse("readings:index"), reverse("review-queue"), reverse("enter:start"))
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"admin:{name}_changelist")
    asked = {"app_label": "studies", "model_name": "outcome", "field_name": "report", "term": "doe"}
    yield f"{reverse('admin:autocomplete')}?{urlencode(asked)}"


def test_nobody_sees_anothers_reading_by_any_address(people, double, client):
    """Before both are handed in, and after for its own readers: a walk of each role over all addresses, with a reading
    that is not finished and one that is compared in the base, a word in each. (The public: test_leaks.py.)"""
    secret = text(first_reading(note=SECRET))
    compared = steps.assign("roe-2025", (people["first"], people["second"]), user=people["manager"])
    readings = [*double.readings.all(), *compared.readings.all()]
    for reading in readings:
        told = secret.replace("doe-2024", reading.double.publication)
        steps.save_text(reading, told, user=reading.curator)
    for reading in (readings[0], *readings[2:]):
        steps.hand_in(reading, user=reading.curator)
    found = {}
    for name, user in people.items():
        client.force_login(user)
        others = [reading for reading in readings if reading.curator != user]
        held = [reverse(f"readings:{page}", args=[reading.pk]) for reading in others for page in ("reading", "bundle")]
        walked = [*addresses(), *held, reverse("readings:adjudicate", args=[double.pk])]
        found[name] = leaks((address, client.get(address, follow=True)) for address in walked)
        assert {client.get(address).status_code for address in held} <= {403, 404}
        for reading in others:
            assert client.post(reverse("readings:reading", args=[reading.pk]), {"text": "x"}).status_code in (403, 404)
        for own in [reading for reading in readings if reading.curator == user]:
            assert SECRET in client.get(reverse("readings:bundle", args=[own.pk])).content.decode()
        page = client.get(reverse("readings:adjudicate", args=[compared.pk]))
        assert page.status_code == (200 if name == "manager" else 403)
    assert found == dict.fromkeys(PEOPLE, [])


def test_a_wrong_upload_keeps_what_was_typed_and_says_why(people, double, client):
    client.force_login(people["first"])
    address = reverse("readings:reading", args=[double.readings.first().pk])
    broken = SimpleUploadedFile("b.yaml", "Größe".encode("latin-1"))
    html = client.post(address, {"text": "typed: here", "file": broken, "check": "1"}).content.decode()
    assert "not UTF-8" in html and "typed: here" in html
    whole = SimpleUploadedFile("b.yaml", text(first_reading(category="XR")).encode())
    html = client.post(address, {"text": "", "file": whole, "check": "1"}).content.decode()
    assert "not in the vocabulary" in html and "category: XR" in html
    assert "category: XR" in client.get(address).content.decode(), "a bundle with faults was not kept"
    # Lines end as a browser sends them, and are kept as they are written.
    client.post(address, {"text": text(first_reading()).replace("\n", "\r\n"), "hand_in": "1"})
    assert double.readings.first().handed_in_at and "\r" not in double.readings.first().text


def opened(client, reading) -> dict:
    """The hidden fields of a reader's page, as a browser sends them."""
    html = client.get(reverse("readings:reading", args=[reading.pk])).content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("tab", "stamp")}


def keep(client, reading, fields, user):
    query = urlencode({"page": "reading", "tab": fields["tab"], "user": user.pk})
    address = reverse("readings:typed", args=[reading.pk])
    return client.post(f"{address}?{query}", urlencode(fields), content_type="text/plain")


def test_what_is_typed_into_a_reading_is_kept_and_offered_to_its_reader_alone(people, double, client):
    reading, address = double.readings.first(), reverse("readings:reading", args=[double.readings.first().pk])
    client.force_login(people["first"])
    fields = opened(client, reading) | {"text": "typed: and not saved"}
    assert keep(client, reading, fields, people["first"]).status_code == 204
    assert f"?typed={fields['tab']}" in client.get(address).content.decode()
    assert "typed: and not saved" in client.get(address, {"typed": fields["tab"]}).content.decode()
    client.force_login(people["second"])
    assert keep(client, reading, fields, people["second"]).status_code == 404
    client.force_login(people["first"])
    assert f"saved={fields['tab']}" in client.post(address, fields | {"save": "1"}).url
    assert not Typed.objects.exists()


def test_a_second_tab_of_a_reader_is_told_what_the_first_saved_and_loses_nothing(people, double, client):
    reading, address = double.readings.first(), reverse("readings:reading", args=[double.readings.first().pk])
    client.force_login(people["first"])
    one, other = opened(client, reading), opened(client, reading)
    client.post(address, one | {"text": "of: the first tab", "save": "1"})
    told = client.post(address, other | {"text": "of: the second tab", "save": "1"})
    html = told.content.decode()
    assert told.status_code == 409 and "of: the first tab" in html and "of: the second tab" in html
    assert double.readings.first().text == "of: the first tab"
    stamp = re.search(r'name="stamp" value="([^"]*)"', html)[1]
    client.post(address, other | {"stamp": stamp, "text": "of: the second tab", "save": "1"})
    assert double.readings.first().text == "of: the second tab"


def test_a_reading_that_was_withdrawn_stays_readable_to_its_reader_with_the_reason(people, double, client):
    reading, address = double.readings.first(), reverse("readings:reading", args=[double.readings.first().pk])
    client.force_login(people["first"])
    fields = opened(client, reading)
    steps.save_text(reading, "saved: before", user=people["first"])
    steps.withdraw(double, user=people["manager"], reason="the wrong paper")
    refused = client.post(address, fields | {"text": "typed: too late", "save": "1"}).content.decode()
    assert "can no longer be changed" in refused and "typed: too late" in refused
    html = client.get(address).content.decode()
    assert "the wrong paper" in html and "saved: before" in html and f"?typed={fields['tab']}" in html
    restored = client.get(address, {"typed": fields["tab"]}).content.decode()
    assert "typed: too late" in restored
    bundle_address = reverse("readings:bundle", args=[reading.pk])
    assert client.get(bundle_address).content.decode() == "saved: before"
    assert client.get(bundle_address, {"typed": fields["tab"]}).content.decode() == "typed: too late"
    assert "withdrawn; what you typed is kept" in client.get(reverse("readings:index")).content.decode()
    client.force_login(people["second"])
    assert client.get(address).status_code == 404


def test_decisions_are_taken_on_the_page_and_what_is_refused_stays_typed(people, handed_in, client):
    client.force_login(people["manager"])
    address = reverse("readings:adjudicate", args=[handed_in.pk])
    facts = list(handed_in.facts.filter(decision=""))
    typed = {f"fact-{facts[0].pk}-decision": "neither", f"fact-{facts[0].pk}-reason": "printed so"}
    typed |= {f"fact-{facts[1].pk}-decision": "neither", f"fact-{facts[1].pk}-reason": ""}
    typed |= {f"fact-{facts[2].pk}-reason": "said without a choice"}
    response = client.post(address, typed | {"decide": "1"})
    html = response.content.decode()
    assert response.status_code == 422 and "A reason is missing" in html and "said without a choice" in html
    assert handed_in.facts.filter(decision="").count() == len(facts) - 1
    decide_all(handed_in, people["manager"])
    html = client.get(address).content.decode()
    assert "Adopt as drafts" in html and "records:" in html
    assert client.post(address, {"adopt": "1", "reason": "settled"}).status_code == 302
    assert "Drafts:" in client.get(address).content.decode()


def test_the_pages_ask_no_more_for_more_facts(people, handed_in, client):
    client.force_login(people["manager"])
    counts = []
    for more in (0, 120):
        fact = handed_in.facts.filter(verdict="differing").first()
        for number in range(more):
            fact.pk, fact.position = None, 1000 + number
            fact.save()
        for address in (reverse("readings:index"), reverse("readings:adjudicate", args=[handed_in.pk])):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


# The seed documents


def test_the_readings_of_the_seed_documents_are_shown_row_by_row(client, api):
    listed = {reading["slug"]: reading for reading in api("/readings/")["results"]}
    assert set(listed) == {"liu-2017", "li-hua-2025", "li-huibo-2025", "kong-2022"}
    hua = listed["li-hua-2025"]
    assert hua["compared"] == "by_hand" and hua["kappa"] == [] and "no κ is given" in hua["method"]
    assert (hua["totals"]["differing"], hua["totals"]["second_only"]) == (13, 38)
    assert hua["agreement"]["claim"]["matched"] == 44
    rows = api("/publications/li-hua-2025/readings/", verdict="differing", page_size=500)
    assert rows["count"] == 13 and all(row["reason"] and row["first"] and row["second"] for row in rows["results"])
    html = client.get("/publications/li-hua-2025/readings/").content.decode()
    assert "Compared by hand" in html and "changed: marked as judgement" in html
    assert "Read twice" in client.get("/publications/li-hua-2025/").content.decode()


def test_the_rows_come_by_page_and_a_wrong_question_is_refused(client, api):
    seen, cursor = [], {}
    while True:
        answer = api("/publications/kong-2022/readings/", page_size=100, **cursor)
        seen += [row["position"] for row in answer["results"]]
        if not answer["next"]:
            break
        cursor = {"cursor": answer["next"].rpartition("cursor=")[2]}
    assert len(seen) == len(set(seen)) == answer["count"] > 231
    wrong = {"verdict=diff": "differing", "entity=x": "toxicity", "cursor=x": "cursor", "a=b": "verdict"}
    for query, named in wrong.items():
        for address in ("/publications/kong-2022/readings/", "/api/v1/publications/kong-2022/readings/"):
            response = client.get(f"{address}?{query}")
            assert response.status_code == 400 and named in response.content.decode()
    for address in ("/publications/nobody-2025/readings/", "/publications/kochenderfer-2013/readings/"):
        assert client.get(address).status_code == client.get(f"/api/v1{address}").status_code == 404


def test_readings_go_with_their_publication(people, client):
    kong = Publication.objects.get(slug="kong-2022")
    workflow.withdraw(kong, user=people["manager"], reason="retracted")
    for address in ("/publications/kong-2022/readings/", "/api/v1/publications/kong-2022/readings/"):
        assert client.get(address).status_code == 410
    assert "kong-2022" not in client.get("/readings/").content.decode().replace("/publications/kong-2022", "")
