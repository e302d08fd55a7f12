"""How many SQL statements each public address asks: numbers checked in, the same at 2 and at 200 rows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studies.models import OPEN, EvidenceRow, EvidenceTerm, PublicFact, PublicRecord

COUNTS = json.loads((Path(__file__).parent / "statement_counts.json").read_text())
COUNTS.pop("why")
pytestmark = pytest.mark.django_db


def copied(original, number: int, **changes) -> list:
    """So many unsaved copies of a public row, their changes numbered."""
    values = {field.attname: getattr(original, field.attname) for field in original._meta.concrete_fields}
    values.pop("id")
    return [type(original)(**values | {name: text.format(n) for name, text in changes.items()}) for n in range(number)]


def add_copies(number: int):
    """Copies of an evidence row with its terms, of a study, of a publication and of a fact."""
    row = EvidenceRow.objects.get(row="COU-00001", valid_to=OPEN)
    terms = list(row.terms.values_list("field", "value"))
    copies = copied(row, number, row="COU-9{:04d}", cohort="COH-9{:04d}", course="COU-9{:04d}")
    rows = EvidenceRow.objects.bulk_create(copies)
    EvidenceTerm.objects.bulk_create(EvidenceTerm(row=row, field=f, value=v) for row in rows for f, v in terms)
    study = PublicRecord.objects.get(collection="studies", slug="kochenderfer-2013", valid_to=OPEN)
    paper = PublicRecord.objects.get(collection="publications", slug="liu-2017", valid_to=OPEN)
    PublicRecord.objects.bulk_create(copied(study, number, slug="study-{}") + copied(paper, number, slug="paper-{}"))
    fact = PublicFact.objects.filter(study="li-hua-2025", valid_to=OPEN).first()
    PublicFact.objects.bulk_create(copied(fact, number, fact_row=f"{fact.fact}.9{{}}"))
    assert EvidenceRow.objects.filter(course__startswith="COU-9", terms__isnull=False).distinct().count() == number


def asked_by(address: str) -> list[str]:
    """The statements that an address asks once it has been asked for before."""
    cache.clear()  # what another address had kept must not count for this one
    headers = {"HX-Request": "true"} if address.startswith("HX ") else {}
    address = address.removeprefix("HX ").replace("on=today", f"on={datetime.now(UTC).date()}")
    client = Client()
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address, headers=headers)
    assert response.status_code in (200, 404), address
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("copies", [0, 200])
def test_every_address_asks_as_many_statements_as_checked_in_and_no_more_of_more_rows(copies):
    add_copies(copies)
    asked = {address: asked_by(address) for address in COUNTS}
    otherwise = {
        address: f"{len(asked[address])} and not {expected}:\n" + "\n".join(asked[address])
        for address, expected in COUNTS.items()
        if len(asked[address]) != expected
    }
    assert otherwise == {}, "\n\n".join(f"{address} asks {told}" for address, told in otherwise.items())


def test_an_unchanged_answer_asks_for_the_revision_alone(client):
    tag = client.get("/api/v1/evidence/")["ETag"]
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/evidence/", headers={"If-None-Match": tag}).status_code == 304
    assert len(asked) == 1
