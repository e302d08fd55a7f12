"""Rows side by side: what differs, what is the same, and where a silence keeps one from telling."""

import csv
import io

import pytest

pytestmark = pytest.mark.django_db
HUA, HUIBO, KOCHENDERFER = "COU-00002", "COU-00300", "COU-00001"


def aspects(answer) -> dict:
    """Aspect → (verdict, what each row says)."""
    return {a["aspect"]: (a["verdict"], [told["text"] for told in a["told"]]) for a in answer["aspects"]}


def test_the_two_cases_of_2025_differ_in_what_came_first(api):
    found = aspects(api("/compare/", row=[HUA, HUIBO]))
    assert found["order"] == ("differs", ["cord blood → CAR-T", "CAR-T → cord blood"])
    assert found["patients"] == ("the same", ["1", "1"])
    # “None” beside a silence is no difference.
    assert found["gvhd"] == ("cannot be told", ["none", "not reported"])
    assert found["icans"] == ("cannot be told", ["none", "not reported"])
    assert found["response"][1] == ["CR 1 of 1", "MRD-neg-CR 1 of 1"]
    # Of a patient without disease elsewhere there is no response there to tell.
    assert found["elsewhere"] == ("cannot be told", ["not reported", "extramedullary CR 1 of 1 at 1 month"])


def test_on_what_a_value_rests_and_how_closely_it_is_told_makes_no_difference(api):
    brudno, kong = "COU-00110", "COU-00401"
    found = aspects(api("/compare/", row=[HUA, kong]))
    assert found["genetic_origin"] == ("the same", ["donor origin judgement", "donor origin"])
    assert found["disease"][0] == "cannot be told", "B-ALL with BCR::ABL1 is a kind of B-ALL"
    assert aspects(api("/compare/", row=[KOCHENDERFER, brudno]))["lymphodepletion"][0] == "the same"
    # One tells the costimulation, the other keeps silent on it.
    assert aspects(api("/compare/", row=[HUIBO, "COU-00400"]))["construct"][0] == "cannot be told"


def test_a_response_at_another_site_says_when_it_was_found_and_is_asked_only_where_one_is_told(api):
    found = aspects(api("/compare/", row=[HUA, "COU-00401"]))
    assert found["response"] == ("the same", ["CR 1 of 1", "CR 1 of 1"])
    assert found["elsewhere"][1][1] == "extramedullary CR 1 of 1 at 3 months"
    assert "elsewhere" not in aspects(api("/compare/", row=[HUA, KOCHENDERFER]))


def test_what_followed_a_later_transplant_does_not_read_as_silence_nor_as_a_result_of_the_cells(api):
    (_, huibo) = aspects(api("/compare/", row=["COU-00110", HUIBO]))["other_toxicities"][1]
    assert huibo.startswith(
        "after the cells not reported; after the cord blood transplant that followed B-cell aplasia"
    )
    assert "Liver test rise systemic glucocorticoids" in huibo and "Pneumonia: severe" in huibo


def test_rows_that_may_show_the_same_patients_say_so(api, client):
    def shared(*rows):
        return api("/compare/", row=list(rows))["shared_patients"]

    assert shared("COU-00400", "COU-00401") == [
        "Kong 2022, CAR-T course 1 and Kong 2022, CAR-T course 2 are courses of the same patients."
    ]
    assert "may share patients" in " ".join(shared(KOCHENDERFER, "COU-00110"))
    assert "are of one cohort" in " ".join(shared("COU-00110", "COU-00110.COH-00114"))
    assert shared(HUA, HUIBO) == []
    assert (
        "courses of the same patients" in client.get("/compare/", {"row": ["COU-00400", "COU-00401"]}).content.decode()
    )


def test_every_told_text_names_its_facts(api):
    answer = api("/compare/", row=[HUA, KOCHENDERFER])
    (dose,) = (aspect for aspect in answer["aspects"] if aspect["aspect"] == "dose")
    for told in dose["told"]:
        assert told["facts"]
        for fact in told["facts"]:
            api(f"/facts/{fact}/")


def test_a_row_that_is_not_public_is_named_and_the_rest_is_shown(api, client):
    answer = api("/compare/", row=[HUA, "COU-77777", HUIBO])
    assert answer["missing"] == ["COU-77777"]
    assert [row["study"] for row in answer["rows"]] == ["li-hua-2025", "li-huibo-2025"]
    html = client.get("/compare/", {"row": [HUA, "<b>x"]}).content.decode()
    assert "“&lt;b&gt;x” is not a row of the public base" in html and "Li Hua 2025" in html


@pytest.mark.parametrize("address", ["/compare/", "/api/v1/compare/"])
def test_more_than_six_rows_and_unknown_parameters_are_refused(client, address):
    rows = [f"COU-{number:05d}" for number in range(1, 8)]
    assert client.get(address, {"row": rows}).status_code == 400
    assert b"at most 6 rows" in client.get(address, {"row": rows}).content
    assert client.get(address, {"rows": HUA}).status_code == 400


def test_a_row_named_twice_stands_once(api):
    assert [row["row"] for row in api("/compare/", row=[HUA, HUIBO, HUA])["rows"]] == [HUA, HUIBO]


def test_a_comparison_without_rows_says_how_to_choose_them(client, api):
    assert "Choose two to six rows" in client.get("/compare/").content.decode()
    assert "takes two to six" in client.get("/compare/", {"row": HUA}).content.decode()
    assert api("/compare/")["aspects"] == []


def test_the_table_for_a_spreadsheet_says_the_same_and_what_the_base_is(client, api):
    response = client.get("/compare/", {"row": [HUA, HUIBO], "format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert table[0] == ["", "Li Hua 2025", "Li Huibo 2025", "verdict"]
    told = {line[0]: line[1:] for line in reversed(table) if line}
    assert told["Order of transplant and CAR-T cells"] == ["cord blood → CAR-T", "CAR-T → cord blood", "differs"]
    for verdict, texts in aspects(api("/compare/", row=[HUA, HUIBO])).values():
        assert [*texts, verdict] in [line[1:] for line in table]
    assert any("not a systematic search" in line[0] for line in table if line)
    dose, schedule = (line for line in table if line[:2] == ["Dose", HUA])
    assert dose[2:5] == ["7.8 × 10⁶ cells/kg", "li-hua-2025", "Treatment, second paragraph"]
    assert dose[6].startswith("INF-00002.dose_low.1") and schedule[6] == "INF-00002.schedule.1"
    warned = [line[7] for line in table if line[:2] == ["Best response", HUIBO]]
    assert warned and all(doubts.startswith("DIS-") for doubts in warned)
    assert not [cell for line in table for cell in line if cell.startswith(("=", "+", "-", "@"))]


def test_what_is_chosen_for_comparison_stays_while_one_filters(client):
    html = client.get("/evidence/", {"compare": [HUA, HUIBO], "disease": "B-ALL"}).content.decode()
    assert f"/compare/?row={HUA}&amp;row={HUIBO}" in html
    assert html.count('name="compare"') == 4, "the form of the filters keeps them, and that of the search"
    assert f'href="?compare={HUA}&amp;compare={HUIBO}">clear all' in html
    assert "compare" not in html.split('href="/api/v1/evidence/')[1].split('"')[0]
    # The address of a page with a choice is no query of the API.
    assert client.get("/api/v1/evidence/", {"compare": HUA}).status_code == 400


@pytest.mark.parametrize(
    ("address", "query", "row"),
    [
        ("/nearest/", {"disease": "B-ALL", "order": "after_hsct"}, "COU-00002"),
        ("/studies/", {}, "COU-00401"),
        ("/search/", {"q": "Hua"}, "COU-00002"),
        ("/constructs/", {}, "COU-00300"),
    ],
)
def test_a_row_is_put_into_the_tray_from_any_list_and_stays_in_the_address(client, address, query, row):
    page = client.get(address, query | {"compare": "COU-00130"}).content.decode()
    assert f"compare=COU-00130&amp;compare={row}" in page and "To compare:" in page
    assert 'href="/compare/?row=COU-00130"' in page
    assert 'href="/evidence/?compare=COU-00130"' in page  # the way to another list keeps it
    assert client.get(address, query | {"compare": [f"COU-{n:05d}" for n in range(7)]}).status_code == 400


def test_the_form_for_a_patient_keeps_the_tray_and_its_groups_keep_their_names(client):
    page = client.get("/nearest/", {"disease": "B-ALL", "compare": "COU-00130"}).content.decode()
    assert '<input type="hidden" name="compare" value="COU-00130">' in page
    assert "These match every hard criterion (" in page and "These leave a hard criterion open (" in page
