"""Every collection of the API: a list, each record by its name, filters that refuse what they do not know."""

import pytest

from studies.ask.collections import COLLECTIONS, REPORTABLE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("collection", [name for name in REPORTABLE if name in COLLECTIONS])
def test_a_collection_lists_its_records_and_each_has_its_address(api, collection):
    answer = api(f"/{collection}/", page_size=500)
    assert answer["count"] == len(answer["results"]) > 0
    for record in answer["results"][:3]:
        name = next(
            record[key] for key in ("slug", "identifier", "accession", "code", "vocabulary", "id") if key in record
        )
        assert api(f"/{collection}/{name}/") == record
        if record.get("accession"):
            assert api(f"/{collection}/{record['accession']}/") == record


@pytest.mark.parametrize("collection", [name for name in REPORTABLE if name in COLLECTIONS])
def test_it_refuses_what_it_does_not_know_and_says_what_is_missing(api, collection):
    problem = api(f"/{collection}/", status=400, colour="red")
    assert problem["errors"][0]["parameter"] == "colour"
    for name in COLLECTIONS[collection]:
        problem = api(f"/{collection}/", status=400, **{name: "no-such-thing"})
        assert problem["errors"][0]["nearest"]
    api(f"/{collection}/no-such-record/", status=404)


@pytest.mark.parametrize(
    ("address", "query", "count"),
    [
        ("/constructs/", {"study": "kong-2022"}, 2),
        ("/courses/", {"study": "kong-2022"}, 2),
        ("/registrations/", {}, 3),
        ("/diseases/", {"parent": "B-ALL"}, 9),
        ("/toxicities/", {"study": "li-hua-2025", "term": "crs"}, 1),
        ("/claims/", {"kind": "set_statements", "publication": "liu-2017"}, 7),
    ],
)
def test_a_filter_of_a_collection_finds_its_records(api, address, query, count):
    assert api(address, **query)["count"] == count


def test_sparse_answers_hold_the_fields_asked_for(api):
    results = api("/discrepancies/", fields="accession,title", severity="misleads")["results"]
    assert results and all(set(found) == {"accession", "title"} for found in results)
    assert "title" in api("/discrepancies/", status=400, fields="titel")["errors"][0]["nearest"]


def test_a_disease_says_what_it_is_a_kind_of(api):
    disease = api("/diseases/DLBCL/")
    assert disease["lineage"][-1] == "DLBCL" and disease["parent"] in disease["lineage"]


def test_discrepancies_of_a_study_are_those_that_its_record_names(api, client):
    named = {d["accession"] for d in api("/studies/kong-2022/")["discrepancies"]}
    found = api("/discrepancies/", study="kong-2022", page_size=500)["results"]
    assert {d["accession"] for d in found} == named and named
    assert api("/discrepancies/", study="kong-2022", severity="misleads")["count"] < len(named)
    html = client.get("/discrepancies/", {"study": "kong-2022", "kind": ""}).content.decode()
    assert all(accession in html for accession in named) and "clerical on this page</summary>" in html
    assert client.get("/discrepancies/", {"study": "kong"}).status_code == 400
