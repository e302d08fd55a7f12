"""What is not understood is refused, page and API alike, with the nearest valid names; never the unfiltered list."""

import pytest

pytestmark = pytest.mark.django_db

BAD = [
    ("/evidence/", "disese=CLL", "disease"),
    ("/evidence/", "disease=CL", "CLL"),
    ("/evidence/", "disease=", "disease"),
    ("/evidence/", "collected_from=donor", "hsct_donor"),
    ("/evidence/", "pile=all", "matching"),
    ("/evidence/", "ordering=dose", "study"),
    ("/evidence/", "ordering=study&ordering=year", "ordering"),
    ("/evidence/", "page_size=0", "page_size"),
    ("/evidence/", "page_size=501", "page_size"),
    ("/evidence/", "page_size=abc", "page_size"),
    ("/evidence/", "page_size=９", "page_size"),
    ("/evidence/", "page_size=-1", "page_size"),
    ("/evidence/", "cursor=nonsense", "cursor"),
    ("/evidence/", "cursor=", "cursor"),
    ("/evidence/", "cursor=W10", "cursor"),
    ("/evidence/", "cursor=WyJzdHVkeSIsZmFsc2UsMSwieCJd", "cursor"),
    ("/evidence/", "cursor=WyJzdHVkeSIsZmFsc2UsIlx1ZDgwMCIsIngiXQ", "cursor"),
    ("/evidence/", "disease=CLL%00", "disease"),
    ("/evidence/", "disease=" + "x" * 1000, "disease"),
    ("/evidence/", "disease=%FF%FE", "disease"),
    ("/studies/", "design=case", "case_report"),
    ("/studies/", "disease=CLL", "design"),
    ("/publications/", "kind=reviews", "review"),
    ("/publications/", "year=20x5", "year"),
]


@pytest.mark.parametrize(("path", "query", "named"), BAD)
def test_a_query_that_is_not_understood_is_refused(client, path, query, named):
    page = client.get(f"{path}?{query}")
    assert page.status_code == 400
    assert named in page.content.decode()
    twin = client.get(f"/api/v1{path}?{query}")
    assert twin.status_code == 400
    assert twin["Content-Type"] == "application/problem+json"
    assert named in twin.content.decode()
    assert "results" not in twin.json()


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/facts/?attribut=dose_low", "attribute"),
        ("/facts/?attribute=dose_lo", "dose_low"),
        ("/facts/?study=li-2025", "li-hua-2025"),
        ("/facts/?retold=yes", "true"),
        ("/facts/?value=%01", "value"),
        ("/evidence/?fields=rows", "row"),
        ("/evidence/?facets=diseases", "disease"),
        ("/studies/li-hua-2025/?x=1", "fields"),
        ("/vocabularies/attributes/?q=dose", "q"),
    ],
)
def test_so_does_the_api_where_it_has_no_page(client, path, named):
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 400
    assert named in response.content.decode()


def test_a_problem_document_names_every_fault_at_once(api):
    problem = api("/evidence/", status=400, disese="CLL", page_sizes="3")
    assert problem["status"] == 400
    assert {error["parameter"] for error in problem["errors"]} == {"disese", "page_sizes"}
    assert problem["errors"][0]["nearest"]


@pytest.mark.parametrize("path", ["/studies/nobody-2025/", "/publications/nobody-2025/", "/nowhere/", "/studies/%00/"])
def test_an_unknown_page_is_a_404_with_a_search_box(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()
    assert "no such page" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/studies/a%00b/",
        "/facts/a%00b/",
        "/studies/nobody-2025/",
        "/publications/x/",
        "/facts/x/",
        "/evidence/COU-99999/",
        "/nowhere/",
    ],
)
def test_an_unknown_record_is_a_404_problem(client, path):
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written_from_outside(client, method):
    assert getattr(client, method)("/api/v1/evidence/").status_code == 405
    assert getattr(client, method)("/evidence/").status_code == 405


@pytest.mark.parametrize(
    "q", ["'", '"', "%", "_", "4-1BB OR", "a\tb", "ALL*", "(", "💊", "x" * 499, "NEAR(a b)", "   "]
)
def test_any_search_a_person_can_type_is_answered(client, q):
    assert client.get("/search/", {"q": q}).status_code in (200, 400)
