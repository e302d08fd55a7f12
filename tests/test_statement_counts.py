"""How many SQL statements each public address asks: numbers checked in, the same at 2 and at 200 rows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.models import OPEN, EvidenceRow, EvidenceTerm, PublicFact, PublicRecord

COUNTS = json.loads((Path(__file__).parent / "statement_counts.json").read_text())
COUNTS.pop("why")
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[2, 200])
def size(request):
    """The base as it is, or with two hundred copies of its rows."""
    if request.param == 200:
        row = EvidenceRow.objects.get(row="COU-00001", valid_to=OPEN)
        terms = list(row.terms.values_list("field", "value"))
        record = PublicRecord.objects.get(collection="studies", slug="kochenderfer-2013", valid_to=OPEN)
        paper = PublicRecord.objects.get(collection="publications", slug="liu-2017", valid_to=OPEN)
        fact = PublicFact.objects.filter(study="li-hua-2025", valid_to=OPEN).first()
        for number in range(200):
            row.pk, row.row, row.cohort, row.course = (
                None,
                f"COU-9{number:04d}",
                f"COH-9{number:04d}",
                f"COU-9{number:04d}",
            )
            row.save()
            EvidenceTerm.objects.bulk_create(EvidenceTerm(row=row, field=f, value=v) for f, v in terms)
            for copied, name in ((record, "study"), (paper, "paper")):
                copied.pk, copied.slug = None, f"{name}-{number}"
                copied.save()
            fact.pk, fact.fact_row = None, f"{fact.fact}.9{number}"
            fact.save()
    return request.param


@pytest.mark.parametrize(("address", "expected"), COUNTS.items())
def test_an_address_asks_no_more_statements_than_checked_in(client, size, address, expected):
    headers = {"HX-Request": "true"} if address.startswith("HX ") else {}
    address = address.removeprefix("HX ").replace("on=today", f"on={datetime.now(UTC).date()}")
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address, headers=headers)
    assert response.status_code in (200, 404)
    assert len(asked) == expected, "\n".join(query["sql"] for query in asked)


def test_an_unchanged_answer_asks_for_the_revision_alone(client):
    tag = client.get("/api/v1/evidence/")["ETag"]
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/evidence/", headers={"If-None-Match": tag}).status_code == 304
    assert len(asked) == 1
