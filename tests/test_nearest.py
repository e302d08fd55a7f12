"""A patient like mine: hard criteria, ranking, and what is said of each row."""

import pytest

pytestmark = pytest.mark.django_db

ADULT = {"disease": "B-ALL", "order": "after_hsct", "antigen": "present"}


def names(rows):
    return [row["name"] for row in rows]


def told(row):
    return {kind: {item["criterion"]: item["text"] for item in row[kind]} for kind in ("matches", "differs", "open")}


def test_the_row_that_matches_disease_and_order_is_found(api):
    answer = api("/nearest/", disease="B-ALL", order="after_hsct", graft_source="cord_blood", donor_available="no")
    assert names(answer["matching"])[0] == "Li Hua 2025"
    assert set(told(answer["matching"][0])["matches"]) == {"disease", "order", "graft_source", "donor_available"}


def test_what_is_not_told_closely_enough_stands_apart_and_says_so(api):
    answer = api("/nearest/", **ADULT)
    assert "Grupp 2013" in names(answer["unknown"])
    grupp = told(next(row for row in answer["unknown"] if row["study"] == "grupp-2013"))
    assert grupp["open"]["disease"] == "Acute lymphoblastic leukaemia"
    assert grupp["open"]["antigen"] == "not reported"


def test_a_row_that_differs_in_a_hard_criterion_is_counted_and_not_shown(api):
    answer = api("/nearest/", disease="B-ALL", order="before_hsct")
    shown = {row["study"] for row in answer["matching"] + answer["unknown"]}
    assert shown == {"li-huibo-2025", "kong-2022"}
    assert answer["courses_that_differ"] == api("/evidence/")["courses"] - 2


@pytest.mark.parametrize("antigen", ["present", "absent"])
@pytest.mark.parametrize(
    ("order", "name", "when"),
    [
        ("after_hsct", "Li Hua 2025", "CD19 at diagnosis"),  # who relapsed after the transplant
        ("before_hsct", "Li Huibo 2025", "CD19 positive by flow cytometry at diagnosis"),  # and after blinatumomab
        ("before_hsct", "Kong 2022, CAR-T course 1", "CD19 positive at diagnosis"),
        ("after_hsct", "Kong 2022, CAR-T course 2", "CD19 positive at diagnosis"),  # after a first course against CD19
    ],
)
def test_a_target_told_at_diagnosis_alone_leaves_open_what_a_relapse_carries(api, antigen, order, name, when):
    answer = api("/nearest/", disease="B-ALL", order=order, antigen=antigen)
    assert name not in names(answer["matching"])
    row = next(row for row in answer["unknown"] if row["name"] == name)
    assert told(row)["open"]["antigen"].startswith(f"{when}; before this course not")


def test_the_target_of_a_disease_that_persisted_is_the_one_told(api):
    assert names(api("/nearest/", disease="CLL", antigen="present")["matching"]) == ["Kochenderfer 2013, CLL"]
    assert "Kochenderfer 2013, CLL" not in str(api("/nearest/", disease="CLL", antigen="absent"))


@pytest.mark.parametrize(
    ("asked", "name", "verdict"),
    [
        ({"donor": "haploidentical"}, "Li Hua 2025", "differs"),  # a cord blood unit, whoever gave it
        ({"donor": "cord_unit_unrelated"}, "Li Hua 2025", "open"),
        ({"donor": "matched_sibling"}, "Kong 2022, CAR-T course 2", "differs"),
        ({"donor": "matched_sibling"}, "Brudno 2016, ALL", "open"),
        ({"order": "after_hsct_after_car_t"}, "Kong 2022, CAR-T course 2", "matches"),
        ({"order": "between_hscts"}, "Li Hua 2025", "open"),  # no later transplant is told, nor that there was none
        ({"earlier_transplants": "one"}, "Li Hua 2025", "matches"),  # the authors' own patient, all of whose are told
        ({"earlier_transplants": "none"}, "Li Huibo 2025", "matches"),  # whose first came after the cells
        ({"earlier_transplants": "two_or_more"}, "Kong 2022, CAR-T course 2", "differs"),
        ({"earlier_transplants": "two_or_more"}, "Brudno 2016, ALL", "open"),  # one is told, which is the least
        ({"earlier_transplants": "none"}, "Brudno 2016, ALL", "differs"),
    ],
)
def test_what_is_told_differs_and_what_is_not_told_closely_enough_is_open(api, asked, name, verdict):
    answer = api("/nearest/", disease="B-ALL", **asked)
    row = next(row for row in answer["matching"] + answer["unknown"] if row["name"] == name)
    assert set(asked) <= set(told(row)[verdict])


def test_each_field_says_what_it_takes_before_it_is_chosen(client):
    form = " ".join(client.get("/nearest/").content.decode().split())
    for name in ("order", "earlier_transplants", "antigen", "disease_status"):
        assert f'aria-describedby="help-{name}"' in form and f'id="help-{name}"' in form
    assert "Most documents tell CD19 at diagnosis alone" in form
    assert "First and later relapses are not told apart" in form


def test_a_patient_is_described_in_full_even_where_no_row_is_alike(client, api):
    form = client.get("/nearest/").content.decode()
    for value in ("bone_marrow", "peripheral_blood", "matched_sibling", "matched_unrelated", "cns", "testis"):
        assert f'value="{value}"' in form
    assert 'value="KRAS"' not in form and 'value="related_unspecified"' not in form
    page = client.get("/nearest/", {"disease": "B-ALL", "donor": "matched_sibling"}).content.decode()
    assert "No row of this base has Donor of the graft: HLA-matched sibling." in page
    answer = api("/nearest/", disease="B-ALL", donor="matched_sibling", site=["breast", "testis"])
    assert [found["value"] for found in answer["in_no_row"]] == ["matched_sibling", "testis"]


def test_more_matches_come_first_and_of_as_many_fewer_differences(api):
    def scores(**asked):
        rows = api("/nearest/", **ADULT, **asked)["unknown"]
        ranking = set(asked)
        return [(-len(ranking & set(told(row)["matches"])), len(ranking & set(told(row)["differs"]))) for row in rows]

    found = scores(age_group="children", graft_source="cord_blood", disease_status="relapsed", earlier_car_t="absent")
    assert found == sorted(found)
    assert len(set(found)) > 2
    first = api("/nearest/", **ADULT, age_group="children", graft_source="cord_blood")["unknown"][0]
    assert first["study"] == "grupp-2013"  # whose patient relapsed: a failure ranks as a success does
    assert "CD19-negative relapse" in str(first["followed"])


def test_without_a_donor_cells_of_the_donor_differ(api):
    rows = api("/nearest/", disease="CLL", order="after_hsct", donor_available="no")["matching"]
    kochenderfer = next(row for row in rows if row["study"] == "kochenderfer-2013")
    assert told(kochenderfer)["differs"] == {"donor_available": "HSCT donor judgement"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({}, "disease"),
        ({"order": "after_hsct"}, "disease"),
        ({"disease": "B-ALL", "order": "sideways"}, "order"),
        ({"disease": "B-ALL", "response": "CR"}, "response"),  # what followed cannot be asked
        ({"disease": "B-ALL", "donor_available": "perhaps"}, "donor_available"),
        ({"disease": ["B-ALL", "CLL"]}, "disease"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(api, query, parameter):
    assert api("/nearest/", **query, status=400)["errors"][0]["parameter"] == parameter


def test_the_page_says_what_it_is_not(client, api):
    page = client.get("/nearest/", {"disease": "B-ALL"}).content.decode()
    for said in ("does not recommend a treatment", "Successes are published more often", "failures rank as successes"):
        assert said in page
    rows = [*api("/nearest/", disease="B-ALL").values()]
    assert "similar" not in str(rows).lower() and "score" not in str(rows).lower()
    assert "Name the disease" in client.get("/nearest/", {"order": "after_hsct"}).content.decode()


def test_page_and_api_give_the_same_rows(client, api):
    answer = api("/nearest/", **ADULT, age_group="adults")
    page = client.get("/nearest/", ADULT | {"age_group": "adults"}).content.decode()
    shown = page[page.index('id="matching"') :]
    places = [shown.index(f">{name}</a>") for name in names(answer["matching"] + answer["unknown"])]
    assert places == sorted(places)


def test_a_study_of_another_treatment_is_no_row_and_the_table_says_why(client):
    page = client.get("/evidence/", {"study": "khan-2016"}).content.decode()
    assert "treated with blinatumomab, not with CAR-T cells" in page


def test_an_empty_table_offers_the_nearest_choice_that_is_not_empty(client):
    page = client.get("/evidence/", {"disease": "CLL", "graft_source": "cord_blood"}).content.decode()
    assert "instead of it" in page and "disease=ALL&amp;graft_source=cord_blood" in page
    both = {"disease": "CLL", "graft_source": "cord_blood", "response": "PD", "sex": "male"}
    page = client.get("/evidence/", both).content.decode()
    assert "two or more exclude each other" in page and "by itself" in page


def test_a_source_of_cells_is_not_said_to_be_a_donor_who_is_there(client):
    asked = {"disease": "B-ALL", "order": "after_hsct"}
    there = client.get("/nearest/", asked | {"donor_available": "yes"}).content.decode()
    assert "Source of cells that this patient has</span>" in there
    gone = client.get("/nearest/", {"disease": "CLL", "order": "after_hsct", "donor_available": "no"}).content.decode()
    assert "Source of cells that this patient has not</span>" in gone
