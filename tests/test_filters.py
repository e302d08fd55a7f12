"""Each filter of the evidence by the studies it finds and leaves open; the page asks by the same grammar."""

import pytest

from studies.ask.filters import GROUPS, EvidenceFilterSet

pytestmark = pytest.mark.django_db


def studies(api, **query):
    return [row["study"] for row in api("/evidence/", **query)["results"]]


# Query → what matches → what nobody can tell
CASES = [
    ({"age_group": "adults"}, {"li-hua-2025", "li-huibo-2025", "kong-2022"}, {"liu-2017", "cruz-2013", "brudno-2016"}),
    ({"sex": "female"}, {"zuo-2016", "li-huibo-2025", "kong-2022"}, {"brudno-2016"}),
    ({"extramedullary": "present"}, {"li-huibo-2025", "kong-2022"}, {"li-hua-2025"}),
    ({"disease_status": "molecular_relapse"}, {"liu-2017"}, {"li-hua-2025", "kochenderfer-2013"}),
    ({"disease_status": "in_remission_high_risk"}, {"cruz-2013"}, {"kong-2022"}),
    ({"antigen": "present"}, {"kochenderfer-2013"}, {"cruz-2013", "li-hua-2025", "li-huibo-2025", "kong-2022"}),
    ({"order": "after_hsct_after_car_t"}, {"kong-2022"}, {"li-hua-2025", "brudno-2016"}),
    ({"earlier_car_t": "present"}, {"kong-2022"}, {"li-hua-2025", "grupp-2013"}),
    ({"site": "breast"}, {"li-huibo-2025"}, {"kong-2022", "li-hua-2025"}),
    ({"order": "before_hsct"}, {"li-huibo-2025", "kong-2022"}, set()),
    ({"earlier_transplants": "none"}, {"li-huibo-2025", "kong-2022"}, set()),
    ({"earlier_transplants": "one"}, {"li-hua-2025", "kong-2022"}, {"kochenderfer-2013", "zuo-2016", "liu-2017"}),
    ({"earlier_transplants": "two_or_more"}, set(), {"kochenderfer-2013", "zuo-2016"}),
    ({"graft_source": "cord_blood"}, {"li-hua-2025", "li-huibo-2025", "grupp-2013"}, {"brudno-2016", "zuo-2016"}),
    ({"donor": "haploidentical"}, {"kong-2022"}, {"grupp-2013"}),
    ({"donor": "cord_unit_unrelated"}, {"li-huibo-2025"}, {"li-hua-2025", "grupp-2013"}),
    ({"intent": "bridge_to_transplant"}, {"li-huibo-2025", "kong-2022"}, set()),
    ({"target": "CD19", "costimulation": "4-1BB"}, {"li-hua-2025", "zuo-2016"}, {"li-huibo-2025", "kong-2022"}),
    ({"module": "IL6_shRNA"}, {"li-hua-2025"}, {"grupp-2013"}),
    ({"lymphodepletion": "none"}, {"kochenderfer-2013", "cruz-2013", "brudno-2016"}, {"kong-2022"}),
    ({"lymphodepletion": "not_in_text_read"}, {"kong-2022"}, set()),
    ({"dose_unit": "cells/m²"}, {"cruz-2013"}, {"kong-2022"}),
    ({"dose_unit": "cells/kg", "dose_min": "9e6"}, {"brudno-2016", "li-huibo-2025"}, {"kong-2022"}),
    ({"dose_unit": "cells/kg", "dose_max": "5e5"}, {"kochenderfer-2013"}, {"kong-2022"}),
    ({"response": "CR"}, {"kochenderfer-2013", "brudno-2016", "li-hua-2025", "grupp-2013"}, {"cruz-2013", "liu-2017"}),
    ({"mrd": "MRD-neg"}, {"li-hua-2025", "li-huibo-2025", "zuo-2016", "grupp-2013"}, {"kochenderfer-2013"}),
    ({"relapse": "present"}, {"grupp-2013", "li-huibo-2025", "kong-2022"}, {"brudno-2016"}),
    ({"relapse": "absent"}, {"li-hua-2025"}, {"kochenderfer-2013"}),
    ({"relapse": "MRD_relapse"}, {"li-huibo-2025"}, set()),
    ({"crs": "present"}, {"li-hua-2025", "zuo-2016"}, {"kochenderfer-2013", "li-huibo-2025"}),
    ({"crs_grade": "1", "crs_scale": "lee_2014"}, {"li-hua-2025"}, {"zuo-2016"}),
    ({"icans": "absent"}, {"li-hua-2025"}, {"brudno-2016"}),
    ({"gvhd": "absent"}, {"li-hua-2025", "kochenderfer-2013", "cruz-2013", "zuo-2016", "grupp-2013"}, {"liu-2017"}),
    ({"chronic_gvhd": "present"}, {"brudno-2016"}, {"li-hua-2025"}),
    ({"acute_gvhd": "absent"}, set(), {"li-hua-2025", "brudno-2016"}),
    ({"read_as": "slides"}, {"kong-2022"}, set()),
    ({"read_as": "retold"}, {"brudno-2016", "cruz-2013", "grupp-2013", "kochenderfer-2013", "zuo-2016"}, set()),
    ({"publication": "liu-2017", "year_max": "2013"}, {"cruz-2013", "grupp-2013", "kochenderfer-2013"}, set()),
    ({"study": "zuo-2016"}, {"zuo-2016"}, set()),
    ({"design": "case_report"}, {"li-hua-2025", "li-huibo-2025", "kong-2022"}, set()),
    ({"haematologist": "not_checked"}, {"li-hua-2025", "kong-2022", "zuo-2016"}, set()),
    ({"q": "shRNA"}, {"li-hua-2025"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found", "open_"), CASES, ids=lambda value: str(value) if isinstance(value, dict) else ""
)
def test_a_filter_finds_what_matches_and_leaves_open_what_is_not_told(api, query, found, open_):
    matching, unknown = set(studies(api, **query)), set(studies(api, **query, pile="unknown"))
    assert found <= matching
    if query.keys() & {"read_as", "publication", "study", "q", "module", "sex", "relapse", "chronic_gvhd"}:
        assert matching == found
    assert open_ <= unknown
    assert not found & unknown - {"kong-2022"}  # whose two courses are two rows


def test_every_filter_is_asked_by_a_case_or_by_the_tests_of_the_disease_tree_and_the_axes():
    asked = {name for query, *_ in CASES for name in query} | {"disease", "collected_from", "genetic_origin"}
    assert EvidenceFilterSet.parameters() - asked == {
        "year_min",
        "icans_grade",
        "icans_scale",
        "gvhd_grade",
        "gvhd_scale",
        "discrepancies",
    }


def test_every_filter_stands_in_a_group_of_the_page(client):
    assert {f.group for f in EvidenceFilterSet.base_filters.values()} == set(GROUPS)
    page = client.get("/evidence/").content.decode()
    for name in EvidenceFilterSet.parameters() - {"icans_grade", "icans_scale", "gvhd_grade", "gvhd_scale"}:
        assert f'name="{name}"' in page, name


def test_no_gvhd_of_an_unnamed_kind_is_not_taken_for_no_acute_gvhd(api):
    assert "li-hua-2025" in studies(api, gvhd="absent")
    assert "li-hua-2025" not in studies(api, acute_gvhd="absent")
    assert "li-hua-2025" not in studies(api, chronic_gvhd="absent")


def test_a_response_of_a_few_patients_leaves_a_complete_remission_open(api):
    assert "cruz-2013" in studies(api, response="objective_activity")
    assert "cruz-2013" in studies(api, response="CR", pile="unknown")
    silent = [row["row"] for row in api("/evidence/", response="not_reported")["results"]]
    assert "COU-00100" not in silent and "COU-00100.COH-00101" in silent  # its CLL subgroup


def test_a_disease_told_less_closely_is_open_not_left_out(api):
    """Liu 2017 says “ALL” of the child of Grupp; whether B-ALL was meant is not told."""
    assert "li-hua-2025" in studies(api, disease="B-ALL") and "grupp-2013" not in studies(api, disease="B-ALL")
    unknown = api("/evidence/", disease="B-ALL", pile="unknown")["results"]
    assert {"grupp-2013", "cruz-2013", "brudno-2016"} <= {row["study"] for row in unknown}
    assert all(row["is_subgroup"] for row in unknown if row["study"] in ("cruz-2013", "brudno-2016"))
    assert "kochenderfer-2013" not in {row["study"] for row in unknown}


def test_both_bounds_are_met_by_one_dose(api):
    found = studies(api, dose_unit="cells/m²", dose_min="5e7", dose_max="1e8")
    assert found == []  # levels of 1.5e7, 4.5e7 and 1.2e8: none lies between


def test_the_empty_fields_of_the_form_ask_nothing(api, client):
    form = {"dose_unit": "cells/kg", "dose_min": "9e6", "dose_max": "", "year_min": "", "year_max": "", "q": ""}
    assert set(studies(api, **form)) == set(studies(api, dose_unit="cells/kg", dose_min="9e6")) != set()
    assert client.get("/evidence/", form).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"dose_min": "1e6"}, "dose_min"),
        ({"dose_min": "much", "dose_unit": "cells/kg"}, "dose_min"),
        ({"dose_max": "-1", "dose_unit": "cells/kg"}, "dose_max"),
        ({"dose_max": "nan", "dose_unit": "cells/kg"}, "dose_max"),
        ({"year_min": "13"}, "year_min"),
        ({"q": "…"}, "q"),
        ({"crs": "yes"}, "crs"),
        ({"disease": ""}, "disease"),
    ],
)
def test_a_value_that_is_none_is_refused(api, query, parameter):
    assert api("/evidence/", status=400, **query)["errors"][0]["parameter"] == parameter


def test_the_filter_is_said_in_words_everywhere(api, client):
    query = {"graft_source": "cord_blood", "gvhd": "absent", "dose_unit": "cells/kg", "dose_min": "1e6"}
    said = api("/evidence/", **query)["filter"]
    assert said == (
        "CAR-T courses where graft is Cord blood and unit of the dose is cells/kg and dose at least 10⁶ and "
        "GVHD of any kind is none."
    )
    page = client.get("/evidence/", query).content.decode()
    assert "graft: Cord blood" in page and "GVHD of any kind: none" in page


def test_an_empty_answer_says_which_filter_emptied_it(api):
    answer = api("/evidence/", disease="CLL", collected_from="recipient")
    assert answer["count"] == 0
    assert {entry["parameter"] for entry in answer["emptied_by"] if entry["without_it"]} == {
        "disease",
        "collected_from",
    }


def test_filters_that_exclude_each_other_offer_the_largest_part_that_leaves_any(api, client):
    asked = {"disease": "CLL", "graft_source": "cord_blood", "dose_unit": "cells/m²", "crs": "present"}
    answer = api("/evidence/", **asked)
    first = answer["nearest_choices"][0]
    assert first == {"kept": ["disease", "dose_unit"], "left_out": ["graft_source", "crs"], "courses": 1}
    assert [api("/evidence/", **{n: asked[n] for n in c["kept"]})["courses"] for c in answer["nearest_choices"]] == [
        c["courses"] for c in answer["nearest_choices"]
    ]
    html = client.get("/evidence/", asked).content.decode()
    assert "leaving out graft: Cord blood and CRS: present" in html and "two or more exclude each other" in html


def test_an_answer_that_one_filter_emptied_offers_no_part_of_it_and_names_the_filter(api, client):
    assert "nearest_choices" not in api("/evidence/", disease="CLL", collected_from="recipient", q="T")
    html = client.get("/evidence/", {"q": "zzzz"}).content.decode()
    assert "“Words” by itself leaves none" in html and "exclude each other" not in html
    html = client.get("/evidence/", {"q": "zzzz", "disease": "CLL", "graft_source": "cord_blood"}).content.decode()
    assert "“Words” by itself leaves none" in html and "exclude each other" not in html


def rows_of(api, **query):
    return {row["row"] for row in api("/evidence/", **query)["results"]}


def test_an_answer_told_less_precisely_is_open_and_not_left_out(api):
    # A complete remission whose MRD is not told may be MRD-negative; a relapse of no stated kind may be of any.
    assert rows_of(api, response="MRD-neg-CR") == {"COU-00110.COH-00114", "COU-00130", "COU-00300"}
    assert {"COU-00001", "COU-00002", "COU-00401"} <= rows_of(api, response="MRD-neg-CR", pile="unknown")
    assert rows_of(api, relapse="CD19-neg-relapse") == {"COU-00130"}
    assert "COU-00130" in rows_of(api, relapse="extramedullary_relapse", pile="unknown")
    assert "COU-00130" not in rows_of(api, relapse="CD19-pos-relapse", pile="unknown"), "it was CD19-negative"
    assert rows_of(api, relapse="relapse") == rows_of(api, relapse="present")
    assert {"COU-00001", "COU-00002", "COU-00300"} <= rows_of(api, response="remission_any")


def test_nobody_is_in_two_piles(api):
    for query in ({"mrd": "MRD-neg"}, {"response": "MRD-neg-CR"}, {"disease": "B-ALL"}, {"gvhd": "absent"}):
        matching, unknown = rows_of(api, **query), rows_of(api, **query, pile="unknown")
        courses = {row.split(".")[0] for row in matching}
        assert not {row for row in unknown if row in courses or row in matching}, query


def test_a_subgroup_is_not_silent_on_what_occurred_in_its_cohort(api):
    rows = {row["row"]: row for row in api("/evidence/", disease="ALL")["results"]}
    gvhd = rows["COU-00110.COH-00114"]["gvhd"]
    assert gvhd["state"] == "not_reported" and [(t["n"], t["of"]) for t in gvhd["told_of_all"]] == [(2, 20)]
    assert "COU-00110.COH-00114" not in rows_of(api, disease="ALL", gvhd="not_reported")


@pytest.mark.parametrize("under", [{}, {"collected_from": "recipient"}, {"disease": "mature_B"}])
def test_the_number_beside_an_option_is_what_choosing_it_gives(api, under):
    names = "disease,order,graft_source,response,mrd,relapse,gvhd,chronic_gvhd,lymphodepletion,target,sex,discrepancies"
    asked = [name for name in names.split(",") if name not in under]
    for name, options in api("/evidence/", facets=",".join(asked), **under)["facets"].items():
        assert "unsure" not in options
        for value, count in options.items():
            assert api("/evidence/", **under, **{name: value})["courses"] == count, (name, value)


def test_the_unknown_are_said_to_be_unknown(client, api):
    query = {"disease": "ALL", "gvhd": "absent", "pile": "unknown"}
    assert api("/evidence/", **query)["filter"].startswith("CAR-T courses of which nobody can tell whether disease")
    assert "of which nobody can tell whether" in client.get("/evidence/", query).content.decode()


def test_what_is_unknown_is_counted_in_courses_as_all_else_is(client, api):
    query = {"graft_source": "cord_blood", "gvhd": "absent"}
    answer, unknown = api("/evidence/", **query), api("/evidence/", **query, pile="unknown")
    assert answer["unknown_courses"] == len({row["course"] for row in unknown["results"]}) < unknown["count"]
    assert f"{answer['unknown_courses']} courses unknown" in client.get("/evidence/", query).content.decode()


def test_a_course_of_several_rows_is_counted_once_and_its_rows_are_told(client, api):
    answer = api("/evidence/", response="not_reported")
    assert answer["courses"] < answer["count"]
    page = client.get("/evidence/", {"response": "not_reported"}).content.decode()
    assert f"{answer['courses']} courses of " in page and f"counted once, in {answer['count']} rows" in page


def test_words_are_whole_and_known_by_any_name(api):
    assert rows_of(api, q="male") == {"COU-00002"}
    assert rows_of(api, q="CD137") == rows_of(api, q="4-1BB") == {"COU-00002", "COU-00120"}
    assert "COU-00120" not in rows_of(api, q="CR"), "its response is not reported"
