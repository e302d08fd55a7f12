"""Search: one thing by all its names, what bears the name first, and no string that breaks it."""

import pytest

from studies.pure.synonyms import phrases, units
from studies.pure.wording import tokens

pytestmark = pytest.mark.django_db


def found(api, q, **more):
    return [hit["address"] for hit in api("/search/", q=q, **more)["results"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [("UCBT", "cord blood"), ("4-1BB", "CD137"), ("neurotoxicity", "ICANS"), ("leukaemia", "leukemia"),
     ("ALL", "acute lymphoblastic leukaemia"), ("remissions", "remission"), ("DLI", "donor lymphocyte infusion")],
)  # fmt: skip
def test_one_thing_is_found_by_all_its_names(api, one, other):
    assert set(found(api, one)) == set(found(api, other)) != set()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Grupp", "/studies/grupp-2013/"),
        ("NCT01087294", "/registrations/NCT01087294/"),
        ("dasatinib", "/studies/li-hua-2025/"),
        ("shRNA", "/constructs/li-hua-2025-cd19-4-1bb-il6shrna/"),
        ("mantle cell lymphoma", "/diseases/MCL/"),
        ("10.1631/jzus.B2200128", "/publications/kong-2022/"),
        ("Emily", "/studies/kong-2022/"),
    ],
)
def test_what_bears_the_name_comes_first(api, query, first):
    assert found(api, query)[0].split("#")[0] == first


def test_every_kind_is_found_and_can_be_asked_for(api):
    from studies.models.public import SEARCH_KINDS

    for kind, query in zip(
        SEARCH_KINDS,
        ["Zuo", "Liu", "28z", "ChiCTR", "lymphoma", "melphalan", "fever", "relapse", "best time", "window"],
        strict=True,
    ):
        hits = api("/search/", q=query, kind=kind)["results"]
        assert hits and {hit["kind"] for hit in hits} == {kind}, kind


def test_what_is_found_on_a_page_has_its_place_there(api, client):
    pages = {}
    for query, kind in (("dasatinib", "drug"), ("melphalan", "drug"), ("fever", "toxicity"), ("relapse", "event"),
                        ("best time", "claim")):  # fmt: skip
        for address in found(api, query, kind=kind):
            page, anchor = address.split("#")
            pages[page] = pages.get(page) or client.get(page).content.decode()
            assert f'id="{anchor}"' in pages[page], address


def test_a_dose_that_cannot_be_right_is_found_with_its_warning(api):
    (hit,) = api("/search/", q="melphalan", kind="drug")["results"]
    assert "50 mg/kg" in hit["snippet"] and "⚠ Melphalan 50 mg/kg a day for two days" in hit["snippet"]


def test_the_small_word_all_finds_no_text_that_only_says_all():
    assert tokens("all patients") == ["patient"] and tokens("ALL patients") == ["all", "patient"]


def test_the_recommended_window_is_found_in_claims_and_in_what_disagrees_with_them(api):
    hits = api("/search/", q="recommended window")["results"]
    assert "Days 55 to 200" in str([hit for hit in hits if hit["kind"] == "claim"])
    assert "/discrepancies/DIS-00274/" in found(api, "CD19 told at diagnosis alone", kind="discrepancy")


def test_a_snippet_is_of_the_texts_that_hold_what_was_found(api):
    for hit in api("/search/", q="dasatinib")["results"]:
        assert " · " not in hit["snippet"]
        assert all("dasatinib" in text.lower() for text in hit["snippet"].rstrip(" …").split(" … ")), hit


def test_a_snippet_marks_what_was_found(client, api):
    (hit, *_) = api("/search/", q="indomethacin")["results"]
    assert any("indomethacin" in word.lower() for word in hit["highlights"])
    assert "<mark>" in client.get("/search/", {"q": "indomethacin"}).content.decode()


def test_the_beginning_of_a_word_finds_it_and_a_slip_is_put_right(api, client):
    assert "/studies/li-hua-2025/" in found(api, "dasat")
    assert "dasatinib" in api("/search/", q="dasat")["suggestions"]
    slip = api("/search/", q="dasatinbi")
    assert (slip["count"], slip["did_you_mean"]) == (0, "dasatinib")
    assert 'href="?q=dasatinib"' in client.get("/search/", {"q": "dasatinbi"}).content.decode()


@pytest.mark.parametrize(
    "typed",
    ['"', "'", "''", "\\", "*", ":*", "a AND b", "NEAR(x y)", "x OR", "NOT", "(", "&|!", "^x", "'; DROP --",
     "words:x", "{a b}", "–", "½ α", "ﬁbrosis", "٣", "日本語", "<b>", "%", "_", "a" * 499,
     "x " * 200, "-", "+.-/", "a-", "-a"],
)  # fmt: skip
def test_any_string_that_a_person_can_type_is_safe(client, typed):
    for address in ("/search/", "/api/v1/search/"):
        assert client.get(address, {"q": typed}).status_code == 200, typed


def test_what_nobody_can_type_is_refused(client):
    assert client.get("/search/", {"q": "a\x00b"}).status_code == 400
    assert client.get("/search/", {"q": "a" * 501}).status_code == 400
    assert client.get("/search/?q=a&q=b").status_code == 400


def test_groups_of_names_that_share_one_are_one():
    known = phrases([["cord blood", "UCB"], ["UCB", "umbilical graft"]])
    assert units(["ucb"], known)[0] >= {("cord", "blood"), ("umbilical", "graft")}
    assert units(["umbilical", "graft", "gvhd"], known)[0] >= {("ucb",)}


def test_what_a_report_is_silent_about_does_not_find_it(api):
    found = api("/search/", q="neurotoxicity")["results"]
    assert found[0]["kind"] == "toxicity" and "Neurotoxicity" in found[0]["title"]
    studies = {hit["title"] for hit in found if hit["kind"] == "study"}
    assert "Li Hua 2025" in studies
    assert not studies & {"Khan 2016", "Handgretinger 2011", "Grupp 2013", "Cruz 2013", "Zuo 2016"}, "they keep silent"
    assert not any(" crs · " in hit["snippet"] for hit in api("/search/", q="CRS")["results"])


def test_the_words_of_a_name_stand_side_by_side(api):
    """“CLL” is chronic lymphoid leukaemia, and no paper that has the three words here and there."""
    studies = [hit["title"] for hit in api("/search/", q="CLL")["results"] if hit["kind"] == "study"]
    assert studies and not {"Kong 2022", "Li Hua 2025", "Li Huibo 2025"} & set(studies)


@pytest.mark.parametrize(("typed", "plain"), [("cord-blood", "cord blood"), ("graft versus host", "graft-versus-host")])
def test_a_hyphen_makes_no_difference(api, typed, plain):
    one, other = api("/search/", q=typed)["results"], api("/search/", q=plain)["results"]
    assert one and [hit["address"] for hit in one] == [hit["address"] for hit in other]


def test_the_page_narrows_by_kind_as_its_twin_does(client, api):
    html = client.get("/search/", {"q": "GVHD", "kind": "toxicity"}).content.decode()
    for hit in api("/search/", q="GVHD", kind="toxicity")["results"]:
        assert hit["kind"] == "toxicity" and hit["address"] in html
    assert client.get("/search/", {"q": "GVHD", "kind": "tox"}).status_code == 400
