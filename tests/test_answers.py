"""The questions that the base must answer, each asked of the public API alone."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(api):
    """The facts that a query finds, all of them: `facts(study="cruz-2013", attribute="lymphodepletion")`."""

    def ask(**query):
        answer = api("/facts/", page_size=500, **query)
        assert answer["next"] is None
        return answer["results"]

    return ask


@pytest.fixture
def rows(api):
    """Evidence rows by study; of a study with several courses, by study and number."""
    found = {}
    for row in api("/evidence/")["results"]:
        found[row["study"]] = row
        found[row["study"], row["course_number"]] = row
    return found


def values(facts) -> dict:
    """Attribute → value of each fact, its first place."""
    return {fact["attribute"]: fact["value"] for fact in reversed(facts)}


def order(row) -> list[str]:
    """What came after what: the grafts and “CAR-T”."""
    grafts = {t["transplant"]: t["graft_source"]["code"] for t in row["transplants"]}
    return [grafts[step["transplant"]] if "transplant" in step else "CAR-T" for step in row["path"]]


def test_cells_from_the_recipient_after_cord_blood_transplant_and_their_gvhd(api, rows):
    found = [row for row in api("/evidence/", collected_from="recipient")["results"] if order(row)[0] == "cord_blood"]
    assert [row["study"] for row in found] == ["li-hua-2025"]
    assert order(found[0]) == ["cord_blood", "CAR-T"]
    assert found[0]["collected_relative_to_hsct"] == "after_hsct"
    assert [(item["code"], item["presence"]) for item in found[0]["gvhd"]["items"]] == [("gvhd", "absent")]
    # The same graft, and nobody can tell from whom the cells were collected: counted apart, not as a match.
    unknown = api("/evidence/", collected_from="recipient", pile="unknown")["results"]
    assert "grupp-2013" in [row["study"] for row in unknown if order(row)[0] == "cord_blood"]
    # The other case of cord blood had its cells before the transplant.
    assert order(rows["li-huibo-2025"]) == ["CAR-T", "cord_blood"]


@pytest.mark.parametrize(
    ("disease", "n", "responses"),
    [
        ("mature_B", 10, {"CR": 1, "PR": 1, "SD": 6, "PD": 2}),
        ("CLL", 4, {"CR": 1, "SD": 1, "PD": 2}),
        ("DLBCL", 2, {"SD": 2}),
        ("MCL", 4, {"PR": 1, "SD": 3}),
    ],
)
def test_best_responses_of_all_ten_patients_of_kochenderfer_by_disease(api, disease, n, responses):
    (row,) = (r for r in api("/evidence/", disease=disease)["results"] if r["study"] == "kochenderfer-2013")
    assert row["n_patients"] == n
    assert {c["code"]: c["n"] for c in row["response"]["categories"]} == responses
    assert sum(responses.values()) == n


def test_the_relapsed_of_cruz_and_the_two_remissions_of_the_reviews_table(api, facts, rows):
    (responded,) = facts(study="cruz-2013", attribute="response_n:objective_activity:relapsed")
    assert (responded["value"], responded["denominator"]) == ("2", 6)
    text, table = facts(study="cruz-2013", attribute="remission_maintained_n:disease_free:in-remission")
    assert (text["value"], text["denominator"]) == ("2", 2)
    assert (table["value"], table["locator"]) == ("2 CR", "Table 1, row Cruz, Outcomes")
    assert table["discrepancies"], "what the table prints stands beside a discrepancy"
    (n,) = facts(study="cruz-2013", attribute="subgroup_n:in-remission")
    assert "were in remission at the time of CD19-CAR-T cell infusion" in n["as_reported"]
    assert facts(study="cruz-2013", attribute="response_n:CR") == [], "a remission kept is no response"
    told = {part["label"]: part for part in rows["cruz-2013"]["told_of_subgroups"]}
    assert told["relapsed at infusion"]["response"]["of"] == 6


def test_what_is_told_of_a_part_of_the_patients_is_no_silence(api, rows):
    parts = {part["label"]: part for part in rows["brudno-2016"]["told_of_subgroups"]}
    assert [(m["code"], m["n"], m["of"]) for m in parts["ALL"]["mrd"]] == [("MRD-neg", 4, 5)]
    assert [(d["value"], d["unit"]) for d in parts["CLL"]["durations"]] == [(30, "months")]
    assert not any(part["response"] for part in parts.values()), "a response is told of all twenty"
    assert [(rate["code"], rate["value"], rate["time_low"]) for rate in rows["brudno-2016"]["rates"]] == [
        ("efs_rate", 39, 6)
    ]
    parts = {part["label"]: part for part in rows["cruz-2013"]["told_of_subgroups"]}
    assert [t["name"] for t in parts["relapsed at infusion"]["therapies"]] == ["multiple salvage regimens"]
    assert {state["code"] for part in parts.values() for state in part["disease_status"]} == {
        "relapsed", "in_remission_high_risk",
    }  # fmt: skip
    silent = {row["row"] for row in api("/evidence/", disease_status="not_reported")["results"]}
    assert not any(row == "COU-00100" for row in silent), "of all eight nobody can tell; it is no silence"
    assert "COU-00110" not in {row["row"] for row in api("/evidence/", mrd="not_reported")["results"]}


def test_what_followed_later_treatment_is_told_as_such(rows):
    told = [(o["measure"], o["code"], o["therapy"]) for o in rows["li-huibo-2025"]["after_later_treatment"]]
    assert ("mrd", "MRD-neg", "interferon-α") in told and ("death", "died", None) in told
    (death,) = (o for o in rows["li-huibo-2025"]["after_later_treatment"] if o["measure"] == "death")
    assert death["cause"] == "severe pneumonia"
    (gvhd,) = rows["li-huibo-2025"]["gvhd_after_later_transplant"]
    assert (gvhd["code"], gvhd["presence"]) == ("acute_gvhd", "suspected")
    assert rows["li-huibo-2025"]["gvhd"]["items"] == [], "it followed the transplant, not the cells"


def test_two_kinds_of_silence_are_two_options(api):
    asked = {
        silence: {row["study"] for row in api("/evidence/", graft_source=silence)["results"]}
        for silence in ("not_reported", "not_in_text_read")
    }
    assert asked["not_in_text_read"] == {"kong-2022"} and "kong-2022" not in asked["not_reported"]


def test_mrd_negative_remissions_of_all_in_brudno(facts):
    (found,) = facts(study="brudno-2016", attribute="response_n:MRD-neg-CR:ALL")
    assert (found["value"], found["denominator"]) == ("4", 5)


def test_no_lymphodepletion_is_not_silence_about_it(facts, rows):
    given = {name: row["lymphodepletion"] for name, row in rows.items() if isinstance(name, str)}
    none = {study for study, told in given.items() if told and told["given"] == "none"}
    assert none == {"kochenderfer-2013", "cruz-2013", "brudno-2016", "liu-2017"}
    assert {study for study, told in given.items() if told is None} == {"zuo-2016", "kong-2022"}
    assert rows["zuo-2016"]["silences"]["lymphodepletion"] == "not_reported"
    assert rows["kong-2022"]["silences"]["lymphodepletion"] == "not_in_text_read"
    (stated,) = facts(study="cruz-2013", attribute="lymphodepletion")
    (judged,) = facts(study="kochenderfer-2013", attribute="lymphodepletion")
    assert (stated["value"], stated["basis"]) == ("none", "stated")
    assert (judged["value"], judged["basis"]) == ("none", "judgement")


def test_crs_of_the_three_cases(facts, rows):
    first = facts(study="li-hua-2025", attribute="grade:crs")
    assert {(fact["value"], fact["scale"]) for fact in first} == {("1", "lee_2014")}
    (management,) = facts(study="li-hua-2025", attribute="management:crs")
    assert management["value"] == "indomethacin and supportive care"
    assert rows["li-huibo-2025"]["crs"] == {"state": "not_reported", "items": [], "told_of_all": []}
    for number in (1, 2):
        assert rows["kong-2022", number]["crs"] == {"state": "not_in_text_read", "items": [], "told_of_all": []}
    assert facts(study="kong-2022", attribute="present:crs") == []


def test_the_day_of_infusion_and_what_the_recommended_window_was_said_of(facts):
    (interval,) = facts(study="li-hua-2025", attribute="hsct_to_infusion")
    assert (interval["value"], interval["unit"], interval["basis"]) == ("402", "days", "derived")
    assert "2 October 2017" in interval["derivation"]
    low = facts(publication="liu-2017", attribute="claim:timing_window:low")
    assert {(fact["value"], fact["unit"]) for fact in low} == {("55", "days after transplant")}
    claims = {fact["id"].split(".")[0] for fact in low}
    of = {f["id"].split(".")[0]: f for f in facts(publication="liu-2017", attribute="claim_population:timing_window")}
    support = {f["id"].split(".")[0]: f for f in facts(publication="liu-2017", attribute="claim_support:timing_window")}
    assert {support[claim]["value"] for claim in claims} == {"unsupported"}
    assert any("early immune intervention to prevent relapse, not of CAR-T" in of[claim]["value"] for claim in claims)


def test_a_second_course_with_the_same_target(rows, facts):
    first, second = rows["kong-2022", 1], rows["kong-2022", 2]
    assert [row["study"] for key, row in rows.items() if isinstance(key, tuple) and key[1] > 1] == ["kong-2022"]
    assert second["previous_course"] == first["course"]
    assert first["construct"]["targets"] == second["construct"]["targets"] == ["CD19"]
    assert (first["collected_from"], second["source_as_worded"]) == ("recipient", "donor-derived")
    assert order(second) == ["CAR-T", "not_reported", "CAR-T"]
    assert second["transplants"][0]["donor"]["code"] == "haploidentical"
    marrow, elsewhere = second["response"], second["response_elsewhere"][0]
    assert (marrow["site"], marrow["categories"][0]["code"]) == ("marrow", "CR")
    assert (elsewhere["site"], elsewhere["categories"][0]["code"]) == ("extramedullary", "CR")
    when = facts(study="kong-2022", attribute="response_n:CR", site="extramedullary")
    assert {fact["time_point"] for fact in when} == {"3 months"}
    (regression,) = facts(study="kong-2022", attribute="response_at")
    assert (regression["value"], regression["time_point"]) == ("tumour_regression", "1 months")


def test_acute_gvhd_of_li_huibo_and_what_each_remission_followed(facts, rows):
    (suspected,) = facts(study="li-huibo-2025", attribute="acute_gvhd")
    assert (suspected["value"], suspected["follows"]) == ("suspected", "TRA-00300")
    assert suspected["locator"] == "Discussion, fourth paragraph"
    assert suspected["discrepancies"]
    assert rows["li-huibo-2025"]["gvhd"] == {"state": "not_reported", "items": [], "told_of_all": []}
    remissions = [
        fact for fact in facts(study="li-huibo-2025", attribute=["mrd", "response", "response_at"])
        if fact["value"] in ("MRD-neg", "MRD-neg-CR", "CR")
    ]  # fmt: skip
    followed = {fact["follows"][:3] for fact in remissions}
    assert followed == {"THE", "COU", "TRA"}
    after_car_t = [fact for fact in remissions if fact["follows"] == "COU-00300"]
    assert {fact["time_point"] for fact in after_car_t} == {"1 months"}
    assert {fact["follows"] for fact in remissions if fact["day_from"] == "therapy"} == {"THE-00309"}, "interferon"


@pytest.mark.parametrize(
    ("identifier", "phase", "status", "dose"),
    [
        ("NCT01087294", "I", "Suspended", {}),
        ("NCT01551043", "I", "Completed", {}),
        ("ChiCTR-OOC-16008447", "II", "Recruiting", {"dose_low": "1.0e6"}),
    ],
)
def test_registrations_as_of_their_look_up_date(facts, identifier, phase, status, dose):
    told = facts(registration=identifier)
    found = values(told)
    assert (found["phase"], found["status"]) == (phase, status)
    assert {fact["as_of"] for fact in told if fact["attribute"] == "status"} == {"2016-12-18"}
    assert {name: value for name, value in found.items() if name == "dose_low" and value != "not_reported"} == dose
    if identifier == "NCT01087294":
        assert (found["dose:cyclophosphamide"], found["dose:pentostatin"], found["dose_levels"]) == ("180", "4", "4")
    if identifier == "NCT01551043":
        assert (found["target_enrolment"], found["split_days"], found["dose_low"]) == ("10", "3", "not_reported")


def test_patients_counted_once_and_who_was_left_out(api):
    counted = api("/evidence/")["patients_counted_once"]
    assert (counted["low"], counted["high"]) == (33, 43)
    (pair,) = counted["shared"]
    assert pair["studies"] == ["brudno-2016", "kochenderfer-2013"]
    assert (pair["relation"], pair["shared_low"], pair["shared_high"]) == ("suspected", 0, 10)
    assert pair["basis"] and pair["source"]
    left = {entry["name"]: (entry["n"], entry["reason"]) for entry in counted["left_out"]}
    assert left["Khan 2016"] == (1, "treated with blinatumomab, not with CAR-T cells")
    assert left["Handgretinger 2011"] == (3, "treated with blinatumomab, not with CAR-T cells")
    assert left["Xu 2022 (Chin Med J)"] == (11, "only mentioned, by Li Hua 2025")
    assert left["NCT01551043"] == (10, "a registration is a plan and counts no patients")
    assert left["Liu 2017, patients of ChiCTR-OOC-16008447"] == (None, "the number of patients is not reported")


def test_a_dose_that_cannot_be_right_says_so_wherever_it_is_asked_for(facts):
    (melphalan,) = facts(study="li-huibo-2025", attribute="dose:melphalan")
    assert (melphalan["value"], melphalan["unit"], melphalan["implausible"]) == ("50", "mg/kg", True)
    (haemoglobin,) = facts(study="li-huibo-2025", attribute="haemoglobin")
    assert (haemoglobin["value"], haemoglobin["unit"], haemoglobin["canonical_value"]) == ("65", "g/dL", "")
    assert haemoglobin["implausible"] is True


def test_the_two_cases_of_2025_by_authors_of_one_name_are_two(api):
    first, second = api("/studies/li-hua-2025/"), api("/studies/li-huibo-2025/")
    assert first["own_publication"]["slug"] != second["own_publication"]["slug"]
    api("/studies/li-2025/", status=404)
