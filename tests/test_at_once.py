"""Two curators save the same record at the same moment, each over a connection of their own, on a base of its own:
one is saved, the other is told, and nothing that was typed is lost."""

import json
import os

import pytest

from .serving import environment, manage

BASE = """
records:
  - publication: PUB-00001
    slug: another-2020
    name: Another 2020
    kind: not_reported
    year: 2020
    places:
      year: {place: Title page, wording: "2020"}
  - study: STU-00001
    slug: another-2020
    name: Another 2020
"""
AT_ONCE = """
import json, threading
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from studies.models import Change, Publication, Report, User

setup_test_environment()
report = Report(publication_id="PUB-00001", study_id="STU-00001", role="primary")
report.save()
people = [User.objects.create_superuser(name) for name in ("first", "second")]
clients = [Client(), Client()]
for client, person in zip(clients, people):
    client.force_login(person)

def typed_into(form):
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}

def at_once(address, fields):
    start, answers = threading.Barrier(2), {}
    def send(number):
        start.wait()
        answer = clients[number].post(address, fields[number])
        answers[number] = (answer.status_code, answer.content.decode())
        connection.close()
    threads = [threading.Thread(target=send, args=[number]) for number in (0, 1)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    statuses = [answers[number][0] for number in (0, 1)]
    loser = next((n for n in (0, 1) if statuses[n] != 302), None)
    note = Publication.objects.get(pk="PUB-00001").note
    by = [str(c.user) for c in Change.objects.filter(accession="PUB-00001", fields__has_key="note")]
    return {"statuses": statuses, "note": note, "by": by, "told": answers[loser][1] if loser is not None else ""}

def admin_form():
    address = "/admin/studies/publication/PUB-00001/change/"
    pages = [client.get(address) for client in clients]
    fields = []
    for number, page in enumerate(pages):
        formset = page.context["inline_admin_formsets"][0].formset
        both = typed_into(page.context["adminform"].form) | typed_into(formset.management_form)
        for row in formset.initial_forms:
            both |= typed_into(row)
        fields.append(both | {"note": f"Form {number}.", "reason": "read again"})
    return at_once(address, fields)

def case_page():
    address = f"/admin/enter/{report.pk}/"
    fields = []
    for number, client in enumerate(clients):
        row = client.get(f"{address}row/", {"key": "PUB-00001", "prefix": "publication-0"}).context["row"]
        stamp = Change.objects.first().id
        more = {"publication-0-accession": "PUB-00001", "publication-0-note": f"Case {number}.", "stamp": stamp}
        fields.append(typed_into(row.form) | more | {"save": "1", "reason": "read again"})
    return at_once(address, fields)

print("TOLD " + json.dumps([admin_form(), case_page()]))
"""


@pytest.fixture
def env(tmp_path):
    """An empty base of its own, on the database that this run is on."""
    more = {}
    if "DATABASE_URL" in os.environ:
        import psycopg2

        address = os.environ["DATABASE_URL"]
        connection = psycopg2.connect(address)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("create database at_once")
        connection.close()
        more = {"DATABASE_URL": address.replace("/postgres?", "/at_once?")}
    # The settings of the suite, since the pages ask for no collected assets there.
    return environment(
        tmp_path / "var", DJANGO_SETTINGS_MODULE="tests.settings", CARTOGRAPHER_TEST_VAR=str(tmp_path), **more
    )


def test_two_who_save_at_once(env, tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text(BASE)
    manage(env, "migrate", "-v0", check=True)
    manage(env, "load_evidence", "fixtures/vocabularies.yaml", str(base), check=True)
    told = manage(env, "shell", "-c", AT_ONCE)
    assert told.returncode == 0, told.stderr[-3000:]
    for found, refused, said in zip(
        json.loads(told.stdout.partition("TOLD ")[2]),
        (200, 409),
        ("Meanwhile somebody else saved this record", "this was saved meanwhile"),
        strict=True,
    ):
        assert sorted(found["statuses"]) == [refused, 302] or sorted(found["statuses"]) == [302, refused]
        first, second = sorted((0, 1), key=lambda number: found["statuses"][number] != 302)
        kind = found["note"].partition(" ")[0]
        assert found["note"] == f"{kind} {first}.", "what was saved first stands"
        assert found["by"][0] == ("first", "second")[first]
        assert said in found["told"] and f"{kind} {second}." in found["told"], "what the second typed is still there"
        assert found["note"] in found["told"], "and what the first saved is told"
