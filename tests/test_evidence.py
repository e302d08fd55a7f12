"""The evidence as its readers ask for it: through the public API and the page, by one grammar."""

import pytest

from studies.cells.row import row_cells
from studies.charts.results import response

pytestmark = pytest.mark.django_db


def test_it_works(api):
    answer = api("/evidence/")
    assert [row["study"] for row in answer["results"]] == [
        "brudno-2016", "cruz-2013", "grupp-2013", "kochenderfer-2013", "kong-2022", "kong-2022", "li-hua-2025",
        "li-huibo-2025", "liu-2017", "zuo-2016",
    ]  # fmt: skip
    counted = answer["patients_counted_once"]
    assert (counted["low"], counted["high"], counted["n_not_reported_in"]) == (33, 43, ["COH-00150"])


def test_the_case_after_cord_blood_transplant_reads_as_the_paper_tells_it(api):
    (row,) = api("/evidence/", collected_from="recipient", genetic_origin="donor")["results"]
    assert row["study"] == "li-hua-2025"
    assert (row["collected_from"], row["genetic_origin"]) == ("recipient", "donor")
    assert row["collected_relative_to_hsct"] == "after_hsct"
    (transplant,) = row["transplants"]
    assert transplant["graft_source"]["code"] == "cord_blood"
    assert transplant["infusion_is"] == "after_hsct"
    assert (transplant["interval"]["low"], transplant["interval"]["unit"]) == (402, "days")
    assert transplant["interval"]["basis"] == "derived"
    assert [item["presence"] for item in row["gvhd"]["items"]] == ["absent"]
    (crs,) = row["crs"]["items"]
    assert (crs["presence"], crs["grade_low"], crs["scale"]["code"]) == ("present", 1, "lee_2014")
    assert (row["infusions"][0]["dose_low"], row["infusions"][0]["unit"]) == (7800000, "cells/kg")
    assert row["construct"]["costimulatory_domains"] == "4-1BB"
    assert [module["code"] for module in row["construct"]["modules"]] == ["IL6_shRNA"]


def test_silence_and_none_are_two_things(api):
    rows = {row["study"]: row for row in api("/evidence/")["results"]}
    retold = rows["kochenderfer-2013"]
    assert retold["crs"] == {"state": "not_reported", "items": [], "told_of_all": []}
    assert [item["presence"] for item in retold["gvhd"]["items"]] == ["absent"]
    assert retold["lymphodepletion"]["given"] == "none"
    assert rows["li-hua-2025"]["lymphodepletion"]["given"] == "given"
    assert retold["transplants"][0]["interval"]["low"] is None


def test_a_retelling_says_so(api):
    rows = {row["study"]: row for row in api("/evidence/")["results"]}
    assert rows["kochenderfer-2013"]["retold"] is True
    assert rows["kochenderfer-2013"]["publication"]["slug"] == "liu-2017"
    assert rows["li-hua-2025"]["retold"] is False


def the_row(api, study, **query):
    """The one row of a study that a query answers with."""
    (row,) = (row for row in api("/evidence/", **query)["results"] if row["study"] == study)
    return row


@pytest.mark.parametrize(
    ("disease", "n", "counts"),
    [
        ("CLL", 4, {"CR": 1, "SD": 1, "PD": 2}),
        ("DLBCL", 2, {"SD": 2}),
        ("MCL", 4, {"PR": 1, "SD": 3}),
        ("lymphoma", 6, {"PR": 1, "SD": 5}),
        ("mature_B", 10, {"CR": 1, "PR": 1, "SD": 6, "PD": 2}),
    ],
)
def test_a_filter_that_splits_a_cohort_answers_with_the_most_general_subgroup_that_is_wholly_in_it(
    api, disease, n, counts
):
    row = the_row(api, "kochenderfer-2013", disease=disease)
    assert row["n_patients"] == n
    assert row["is_subgroup"] is (disease != "mature_B")
    assert {c["code"]: c["n"] for c in row["response"]["categories"]} == counts


def test_responses_of_all_ten_carry_their_exact_interval(api):
    row = the_row(api, "kochenderfer-2013", disease="mature_B")
    assert row["response"]["responded"] == {"n": 2, "of": 10, "low": 0.025211, "high": 0.556095}


def test_alternatives_within_a_filter_widen_and_filters_together_narrow(api):
    cll, b_all = (api("/evidence/", disease=disease)["count"] for disease in ("CLL", "B-ALL"))
    assert (cll, b_all, api("/evidence/", disease=["CLL", "B-ALL"])["count"]) == (3, 5, 8)
    assert api("/evidence/", disease=["CLL", "B-ALL"], collected_from="hsct_donor")["count"] == 3
    assert api("/evidence/", disease="CLL", collected_from="recipient")["count"] == 0


def test_what_nobody_can_tell_is_counted_apart(api, curator):
    from studies.models import Course, Report, acting
    from studies.publishing import publish

    with acting(curator, "a course whose source is not told"):
        course = Course.objects.get(pk="COU-00001")
        course.collected_from = "not_reported"
        course.save()
    publish(Report.objects.get(pk="REP-00001"), user=curator, reason="source not told")
    silent = ["brudno-2016", "cruz-2013", "grupp-2013", "kochenderfer-2013", "zuo-2016"]
    answer = api("/evidence/", collected_from="recipient")
    assert (answer["count"], answer["unknown"]) == (3, 5)
    unknown = api("/evidence/", collected_from="recipient", pile="unknown")["results"]
    assert [row["study"] for row in unknown] == silent
    assert not any(row["is_subgroup"] for row in unknown)
    assert [row["study"] for row in api("/evidence/", collected_from="not_reported")["results"]] == silent


def test_the_filter_is_said_in_words(api, client):
    answer = api("/evidence/", disease="CLL", collected_from="hsct_donor")
    assert answer["filter"] == (
        "CAR-T courses where disease is Chronic lymphocytic leukaemia and T cells collected from is HSCT donor."
    )
    page = client.get("/evidence/", {"disease": "CLL", "collected_from": "hsct_donor"}).content.decode()
    assert "disease: Chronic lymphocytic leukaemia" in page
    assert "T cells collected from: HSCT donor" in page


def test_an_empty_answer_offers_each_filter_taken_away(client):
    page = client.get("/evidence/", {"disease": "CLL", "collected_from": "recipient"}).content.decode()
    assert "No course matches this filter" in page
    assert "Without “Disease”: 3 courses" in page and "Without “T cells collected from”: 3 courses" in page


def test_pages_by_cursor_lose_and_repeat_nothing(api):
    for ordering in ("study", "-study", "year", "-year", "n_patients", "-n_patients"):
        whole = [row["row"] for row in api("/evidence/", ordering=ordering)["results"]]
        pages = [api("/evidence/", ordering=ordering, page_size=4)]
        while pages[-1]["next"]:
            pages.append(api(pages[-1]["next"].split("/api/v1")[1]))
        assert [row["row"] for page in pages for row in page["results"]] == whole
        back = pages[1]
        while back["previous"]:
            back = api(back["previous"].split("/api/v1")[1])
        assert [row["row"] for row in back["results"]] == whole[:4]


def test_sparse_fields_and_facets(api):
    answer = api("/evidence/", fields="row,n_patients", facets="disease,collected_from")
    assert answer["results"][1] == {"row": "COU-00100", "n_patients": 8}
    assert answer["facets"]["collected_from"] == {"hsct_donor": 3, "not_reported": 4, "recipient": 3}
    assert answer["facets"]["disease"]["CLL"] == 3


def cells_of(api, study, **query):
    return [row_cells(row) for row in api("/evidence/", study=study, **query)["results"]]


def test_remissions_counted_again_are_said_to_be_among_the_others(api):
    (cells,) = cells_of(api, "brudno-2016", disease="ALL")
    assert [(c.text, c.remark) for c in cells["responses"]] == [
        ("CR 4", ""),
        ("MRD-neg-CR 4", "among them"),
        ("PD 1", ""),
    ]
    assert cells["bar"]["label"] == (
        "Complete remission 4, MRD-negative complete remission 4 among them, Progressive disease 1 of 5"
    )


def test_what_is_not_told_of_the_best_response_is_said_beside_what_is_told_of_later(client, api):
    first, _ = cells_of(api, "kong-2022")
    assert first["silence"].text == "response not in what was read" and first["counted"]
    assert "response not in what was read" in client.get("/evidence/", {"study": "kong-2022"}).content.decode()
    (zuo,) = cells_of(api, "zuo-2016")
    assert zuo["silence"].text == "category of response not reported"
    assert response(zuo["row"], zuo) == ("MRD alone is told", "MRD-negative; no category")


def test_patients_of_a_cohort_that_matches_are_not_said_to_have_had_what_was_asked(client):
    said = "all patients of these cohorts, not only those of whom it is told"
    asked = client.get("/evidence/", {"gvhd": "present"}).content.decode()
    assert "20 patients counted once" in asked and said in asked
    assert said in client.get("/charts/", {"gvhd": "present"}).content.decode()
    assert said not in client.get("/evidence/", {"disease": "CLL"}).content.decode()


def test_an_unknown_number_of_patients_is_not_nought(client):
    asked = client.get("/evidence/", {"disease_status": "molecular_relapse"}).content.decode()
    assert "how many patients is not reported" in asked and "0 patients" not in asked


def test_a_death_is_told_behind_what_came_before_it(client):
    row = client.get("/evidence/", {"study": "li-huibo-2025"}).content.decode().partition("<tbody>")[2]
    assert 0 < row.index("after interferon-α") < row.index("severe pneumonia")
