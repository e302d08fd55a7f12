"""What could identify a patient is taken out of everything; that it was stays, and not what it was."""

import json

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from studies.models import Change, ComparedFact, DoubleReading, Event, Reading, Redaction, acting
from studies.publishing import publish_all
from studies.publishing.redaction import find, redact
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
