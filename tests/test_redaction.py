"""What could identify a patient is taken out of everything; that it was stays, and not what it was."""

import html
import json
import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from studies.models import (
    Change,
    ComparedFact,
    Coverage,
    DoubleReading,
    Event,
    Infusion,
    PublicFact,
    PublicRecord,
    Reading,
    Redaction,
    Revision,
    Term,
    Typed,
    acting,
    get_record,
)
from studies.publishing import publish_all, workflow
from studies.publishing.redaction import find, redact
from studies.publishing.redaction_of_values import redact_value
from studies.publishing.workflow import NotAllowed

pytestmark = pytest.mark.django_db
NAME = 'Patient “X\\Y"Z” of Bed 7'


@pytest.fixture
def manager(django_user_model):
    user = django_user_model.objects.create_user("manager", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name="manager"))
    return user


@pytest.fixture
def told(curator):
    """A name in a public event, changed since: it stands in a record, its history, forms, two versions, the search."""
    event = Event.objects.filter(report="REP-00002").first()
    for title in (f"Seen by {NAME}", f"Seen again by {NAME}"):
        with acting(curator, f"as {NAME} said"):
            event.title = title
            event.save()
        publish_all(["REP-00002"], user=None, reason="told")
    # Readings that nobody has adopted yet are no less a place for it.
    double = DoubleReading.objects.create(publication="doe-2024")
    Reading.objects.create(
        double=double, number=1, curator=curator, text=NAME, reads=json.dumps([{"about": NAME}], ensure_ascii=False)
    )
    ComparedFact.objects.create(double=double, position=1, verdict="first_only", first_text=NAME)
    return event


def everything():
    """All text of the base, whatever table it is in."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield from (value for value in row if isinstance(value, (str, bytes)))


def test_it_is_gone_from_every_table_and_a_mark_stays(told, manager, client, api):
    assert find(NAME) and NAME in client.get("/studies/li-hua-2025/", follow=True).content.decode().replace(
        "&quot;", '"'
    )
    tag = client.get("/studies/li-hua-2025/")["ETag"]
    done = redact(NAME, user=manager, reason="a name had slipped in")
    left = [text for text in map(str, everything()) if "X\\Y" in text or "X\\\\Y" in text or "bed 7" in text]
    assert left == []
    assert api(f"/events/{told.pk}/")["title"] == "Seen again by [redacted]"
    assert "[redacted]" in client.get("/studies/li-hua-2025/").content.decode()
    assert client.get("/studies/li-hua-2025/")["ETag"] != tag
    assert Redaction.objects.get() == done and "X" not in done.reason
    assert Change.objects.filter(accession=told.pk).first().action == "redacted"
    assert api("/search/", q="seen again")["count"] >= 1


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        (NAME, "", "A reason is missing"),
        (NAME, f"it was {NAME}", "Say why, not what"),
        ("abc", "x", "too short"),
        ("stands nowhere at all", "x", "stands nowhere"),
    ],
)
def test_what_cannot_be_redacted_is_refused(told, manager, text, reason, said):
    with pytest.raises(NotAllowed, match=said):
        redact(text, user=manager, reason=reason)


def test_a_curator_may_not(told, django_user_model):
    user = django_user_model.objects.create_user("someone", password="x")
    user.groups.add(Group.objects.get(name="reviewer"))
    with pytest.raises(NotAllowed, match="it takes the role"):
        redact(NAME, user=user, reason="x")


def test_the_page_shows_where_it_stands_before_it_is_confirmed(told, manager, client):
    client.force_login(manager)
    page = client.post(reverse("redact"), {"text": NAME, "reason": "a name"}).content.decode()
    assert "It stands in:" in page and "event, title: 1 row" in page
    assert find(NAME), "nothing is done before it is confirmed"
    client.post(reverse("redact"), {"text": NAME, "reason": "a name", "confirmed": "on"})
    assert not find(NAME)


# A date, an age, a number


def facts_of(api, slug: str, accession: str = "") -> list[dict]:
    """The facts of a document, or those of one of its records."""
    facts, cursor = [], {}
    while True:
        answer = api("/facts/", publication=slug, page_size=500, **cursor)
        facts += [fact for fact in answer["results"] if fact["fact"].startswith(accession)]
        if not answer["next"]:
            return facts
        cursor = {"cursor": answer["next"].rpartition("cursor=")[2]}


def everything_public(client, api, slug: str) -> str:
    """What the API and the pages say of a study, its document, its readings and all their histories."""
    told = [facts_of(api, slug), api(f"/publications/{slug}/readings/", page_size=500)["results"]]
    for collection in ("studies", "publications", "readings"):
        told += [api(f"/{collection}/{slug}/")] if collection != "readings" else []
        told.append(api(f"/history/{collection}/{slug}/"))
    addresses = [f"/studies/{slug}/", f"/publications/{slug}/", f"/publications/{slug}/readings/"]
    pages = [client.get(address).content.decode() for address in (*addresses, f"/history/studies/{slug}/")]
    return json.dumps(told, ensure_ascii=False) + html.unescape(" ".join(pages))


def redact_on_page(client, accession: str, field: str, confirmed: bool = True):
    told = {"value": "1", "value-record": accession, "value-field": field, "value-reason": "it could identify"}
    return client.post(reverse("redact"), told | ({"value-confirmed": "on"} if confirmed else {}))


PAGES = (
    "/", "/studies/li-hua-2025/", "/publications/li-hua-2025/", "/evidence/", "/charts/", "/charts/swimmers/",
    "/charts/doses/",
)  # fmt: skip


def publishes_again(client, api):
    """Every page of the study answers, and its report can be published."""
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    assert api("/studies/li-hua-2025/") and api("/facts/", study="li-hua-2025")["count"]
    publish_all(["REP-00002"], user=None, reason="published again")
    for page in PAGES:
        assert client.get(page).status_code == 200, page


def test_a_date_is_redacted_as_a_text(manager, client, api):
    """It is the same date in an infusion and in an event."""
    redact("2018-11-08", user=manager, reason="a date of birth could be told from it")
    assert not [text for text in map(str, everything()) if "2018-11-08" in text]
    infusion = Infusion.objects.get(pk="INF-00002")
    assert infusion.date == "" and "[redacted]" in infusion.note
    assert api("/infusions/INF-00002/")["date"] is None
    publishes_again(client, api)


@pytest.mark.parametrize(
    ("accession", "field", "left"),
    [
        ("INF-00002", "date", {"date": ""}),
        ("COH-00002", "age_low", {"age_low": None, "age_high": None, "age_at": "", "as_reported": "[redacted]"}),
    ],
)
def test_a_value_is_redacted_in_its_record(manager, client, api, accession, field, left):
    record = get_record(accession)
    was = getattr(record, field)
    publish_all(["REP-00002"], user=None, reason="once more")
    redact_value(accession, field, user=manager, reason="it could identify")
    record.refresh_from_db()
    assert {name: getattr(record, name) for name in left} == left and "[redacted]" in record.note
    collection = {"INF": "infusions", "COH": "cohorts"}[accession[:3]]
    assert api(f"/{collection}/{accession}/")[field] is None
    row = api("/evidence/COU-00002/")
    assert row["age_low"] is None if field == "age_low" else row["infusions"][0]["date"] is None
    for version in PublicRecord.objects.filter(accession=accession):  # elsewhere others may tell the same date
        assert f'"{field}":{json.dumps(was, default=int)}' not in version.document
    for change in Change.objects.filter(accession=accession):
        assert str(was) not in map(str, change.fields.get(field, []))
    assert not [fact for fact in facts_of(api, "li-hua-2025", accession) if str(was) in (fact["value"], fact["date"])]
    for fact in PublicFact.objects.filter(fact__startswith=f"{accession}."):
        assert str(was) not in (fact.value, fact.date, fact.as_reported)
    assert Change.objects.filter(accession=accession).first().action == "redacted"
    if field == "age_low":  # every reader looks for it: that it cannot be read here is recorded
        coverage = Coverage(report_id="REP-00002", absence="not_in_text_read", parts_searched="all", note="[redacted]")
        coverage.save()
        coverage.topics.set(Term.objects.filter(vocabulary="topic", code="age"))
    publishes_again(client, api)


@pytest.mark.parametrize(
    ("accession", "field", "said"),
    [
        ("COH-99999", "age_low", "There is no record"),
        ("COH-00002", "sex", "no date, number or text"),
        ("COH-00002", "label", "cannot be without"),
        ("COH-00002", "n_female", "never had one"),
    ],
)
def test_a_value_that_cannot_be_redacted_is_refused(manager, accession, field, said):
    with pytest.raises(NotAllowed, match=said):
        redact_value(accession, field, user=manager, reason="x")


def test_the_page_redacts_a_value(manager, client):
    client.force_login(manager)
    told = {"value": "1", "value-record": "COH-00002", "value-field": "age_low", "value-reason": "an age"}
    assert "and confirm" in client.post(reverse("redact"), told).content.decode()
    assert get_record("COH-00002").age_low is not None
    assert client.post(reverse("redact"), told | {"value-confirmed": "on"}).status_code == 302
    assert get_record("COH-00002").age_low is None


def test_what_is_typed_and_waits_in_a_session_is_redacted_too(told, manager, curator, client):
    body = urlencode({"events-0-title": f"Seen by {NAME}"})
    Typed.objects.create(user=curator, report_id="REP-00002", body=body)
    session = client.session
    session["found"] = f"Seen by {NAME}"
    session.save()
    redact(NAME, user=manager, reason="a name")
    assert not Typed.objects.exists()
    assert not [s for s in Session.objects.all() if "Seen by Patient" in str(s.get_decoded())]


# The value in whatever is made of it


TOLD_BY = [
    ("COH-00400", "age_low", "kong-2022", {"n_patients": "1", "disease": "B-ALL", "sex": "female"}),
    ("EVE-00405", "time_low", "kong-2022", {"event:response": "lesions significantly diminished by PET/CT"}),
    ("OUT-00011", "value", "li-hua-2025", {"remission_duration_end": "not_stated"}),
    ("MEA-00034", "time_low", "li-hua-2025", {"car_copies:blood": "1.58"}),
]


@pytest.mark.parametrize(("accession", "field", "slug", "left"), TOLD_BY)
def test_no_fact_tells_it_by_any_name_and_nothing_else_is_blanked(manager, client, api, accession, field, slug, left):
    """A fact is named by its attribute, not by its field; a time stands beside the facts of its record."""
    others = [fact for fact in facts_of(api, slug) if not fact["fact"].startswith(f"{accession}.")]
    client.force_login(manager)
    assert redact_on_page(client, accession, field).status_code == 302
    facts = facts_of(api, slug, f"{accession}.")
    assert {fact["attribute"]: fact["value"] for fact in facts} == left
    assert [fact for fact in facts_of(api, slug) if not fact["fact"].startswith(f"{accession}.")] == others
    for fact in PublicFact.objects.filter(fact__startswith=f"{accession}."):
        assert not (fact.day or fact.day_from or fact.time_point or fact.canonical_value), fact
        assert fact.attribute in left or fact.value == "[redacted]"


def test_the_age_is_told_nowhere_once_what_the_page_lists_is_redacted_too(manager, client, api):
    client.force_login(manager)
    page = redact_on_page(client, "COH-00400", "age_low", confirmed=False).content.decode()
    assert "The same number also stands in" in page
    assert "APP-00400: appraisal item 1" in page and "COH-00400: label" in page
    assert get_record("COH-00400").age_low == 62, "nothing is done before it is confirmed"
    redact_on_page(client, "COH-00400", "age_low")
    for text in ("a woman of 62", "A woman of 62"):
        client.post(reverse("redact"), {"text": text, "reason": "an age", "confirmed": "on"})
    age = re.compile(r"of 62\b|62.year|62 years|\"(value|age_low|age_high)\": \"?62\b|age_group\": \"adults")
    assert not age.search(everything_public(client, api, "kong-2022"))
    assert not [text for text in map(str, everything()) if re.search(r"of 62\b|62-year|62 years", text)]
    assert api("/evidence/COU-00400/")["age_group"] is None
    assert api("/evidence/", study="kong-2022", age_group="adults")["count"] == 0


def test_a_cell_of_a_rebuilt_table_tells_it_in_no_version(manager):
    def made_of_dose():
        for version in PublicRecord.objects.filter(collection="publications", slug="liu-2017"):
            rows = [row for table in json.loads(version.document)["tables"] for row in table["rows"]]
            cells = [cell for row in rows for cell in row["cells"] if cell["accession"] == "CEL-00064"]
            yield from (cell["base"][0]["text"] for cell in cells)

    assert set(made_of_dose()) == {"10⁶ cells/kg"}
    redact_value("INF-00142", "dose_low", user=manager, reason="it could identify")
    assert "10⁶ cells/kg" not in made_of_dose()


def test_a_note_that_nobody_published_stays_out_of_the_public_versions(manager, curator, client, api):
    with acting(curator, "a draft"):
        cohort = get_record("COH-00400")
        cohort.note = "not for the public yet"
        cohort.save()
    redact_value("COH-00400", "age_low", user=manager, reason="it could identify")
    assert "not for the public yet" in get_record("COH-00400").note
    assert api("/cohorts/COH-00400/")["note"] == "age low: [redacted]"


# Whoever quotes its wording


def test_a_discrepancy_that_quotes_the_wording_is_cleaned_in_every_version(manager, client, api):
    wording = "one month after the second donor-derived CAR-T cell infusion"
    publish_all(["DIS-00410"], user=None, reason="once more")
    client.force_login(manager)
    redact_on_page(client, "EVE-00405", "time_low")
    assert "[redacted]" in client.get("/discrepancies/DIS-00410/").content.decode()
    for address in ("/discrepancies/DIS-00410/", "/history/discrepancies/DIS-00410/", "/history/studies/kong-2022/"):
        assert wording not in html.unescape(client.get(address).content.decode())
    assert not [version["changes"] for version in api("/history/studies/kong-2022/")["results"] if version["changes"]]
    quoting = PublicRecord.objects.filter(document__contains=f'"as_reported":"{wording}"')
    assert not quoting.exists()
    assert wording in api("/outcomes/OUT-00402/")["as_reported"], "another record keeps its own, and the page lists it"


# The two readings of its document


BUNDLE = """\
records:
  - report: REP-00001
    records:
      # typed
      - cohort: COH-00009
        label: the patient
        age_low: 62
        age_high: '62'
        wording: a 62-year-old woman
      - {cohort: COH-00010, label: another, age_low: 61, age_high: 61, wording: "61 years"}
"""


def test_the_two_readings_of_the_document_do_not_tell_it(manager, client, api):
    double = DoubleReading.objects.create(publication="kong-2022", merged=BUNDLE)
    said = {"attribute": "age", "field": "age_low", "value": "62", "qualifiers": [], "places": []}
    place = {"locator": "Text", "wording": "a woman, 62-year-old", "basis": "stated", "derivation": ""}
    sex = {"attribute": "sex", "field": "sex", "value": "female", "qualifiers": [], "places": [place]}
    read = {"name": "COH-00009", "kind": "cohort", "about": "she", "fields": {"age_low": "62", "age_high": "62"}}
    reads = json.dumps([read | {"entity": "cohort", "facts": [said, sex], "places": [place]}])
    Reading.objects.create(double=double, number=1, text=BUNDLE, reads=reads)
    Reading.objects.create(double=double, number=2, text=BUNDLE.replace("records:", "records: [", 1))
    client.force_login(manager)
    redact_on_page(client, "COH-00400", "age_low")
    rows = api("/publications/kong-2022/readings/", page_size=500)["results"]
    assert "62-year-old" not in json.dumps(rows) and "62 years" not in json.dumps(rows)
    assert {row["first"]["value"] for row in rows if row["attribute"] == "sex"} == {"female"}
    assert "62-year-old" not in client.get("/publications/kong-2022/readings/").content.decode()
    double.refresh_from_db()
    for text in (double.merged, *double.readings.values_list("text", flat=True)):
        assert not re.search(r"\b62\b", text) and "age_low: 61" in text and "# typed" in text
    left = json.loads(double.readings.get(number=1).reads)[0]
    assert left["fields"] == {} and [fact["attribute"] for fact in left["facts"]] == ["sex"]
    assert "62" not in json.dumps(left)


def test_who_reads_one_of_two_is_not_told_what_the_other_has(manager, curator, client):
    """By no search, refusal or count; the redaction reaches it all the same."""
    double = DoubleReading.objects.create(publication="doe-2024")
    Reading.objects.create(double=double, number=1, curator=manager)
    other = Reading.objects.create(double=double, number=2, curator=curator, text=f"says {NAME}")
    client.force_login(manager)
    pages = [
        client.post(reverse("redact"), {"text": text, "reason": "a name"}).content.decode()
        for text in (NAME, "Stands nowhere at all")
    ]
    assert all("reading, text" not in page and "You read one of two readings" in page for page in pages)
    assert all('name="confirmed"' in page.partition("A value")[0] for page in pages)
    for text in (NAME, "Stands nowhere at all"):
        told = {"text": text, "reason": "a name", "confirmed": "on"}
        assert "It stood in 0 rows" in client.post(reverse("redact"), told, follow=True).content.decode()
    other.refresh_from_db()
    assert other.text == "says [redacted]"
    DoubleReading.objects.update(state="concluded")
    Reading.objects.filter(pk=other.pk).update(text=NAME)
    assert "reading, text: 1 row" in client.post(reverse("redact"), {"text": NAME, "reason": "x"}).content.decode()


# The mark in the public history


def test_the_public_history_says_that_it_happened_and_not_what_it_was(told, manager, client, api):
    client.force_login(manager)
    client.post(reverse("redact"), {"text": NAME, "reason": "a name", "confirmed": "on"})
    for collection, name in (("events", told.pk), ("studies", "li-hua-2025")):
        newest, before, *_ = api(f"/history/{collection}/{name}/")["results"]
        assert (newest["redacted"], newest["by"], newest["changes"]) == (True, f"manager {manager.pk}", [])
        assert not before["redacted"] and newest["revision"] > before["revision"]
        assert f"redacted by manager {manager.pk}" in client.get(f"/history/{collection}/{name}/").content.decode()
    assert "X" not in json.dumps(api(f"/history/events/{told.pk}/"))


def test_the_history_of_what_was_withdrawn_says_it_too(told, manager, client, api):
    workflow.withdraw(get_record("REP-00002"), user=manager, reason="retracted")
    redact(NAME, user=manager, reason="a name")
    redacted, gone, *_ = api(f"/history/events/{told.pk}/")["results"]
    assert redacted["redacted"] and not redacted["taken_out"]
    assert gone["taken_out"] and gone["reason"] == "retracted"
    assert client.get(f"/api/v1/events/{told.pk}/").status_code == 410


@pytest.mark.parametrize(
    ("reason", "role"),
    [
        ("a text was redacted", "manager"),
        ("two readings of doe-2024: settled", "manager"),
        ("checked by a haematologist: against the article", "haematologist"),
        ("a reader's report on Doe 2024 answered", "curator"),
        ("checked against the article", "reviewer"),
    ],
)
def test_a_revision_is_told_by_the_role_of_its_step(reason, role):
    assert Revision(reason=reason).role == role
