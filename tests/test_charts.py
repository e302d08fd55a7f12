"""Pictures: drawn of what the base tells, in its own units; what cannot be drawn is said beside; all to take away."""

import csv
import io
import json
import re
from html import escape
from xml.etree import ElementTree

import altair
import pytest

from studies.ask import charts
from studies.charts import doses, gallery, intervals
from studies.charts.patients import patient
from studies.models import OPEN, EvidenceRow

from .test_pages import links_of

pytestmark = pytest.mark.django_db
NAMES = list(gallery.DRAW)
PNG = b"\x89PNG\r\n\x1a\n"
XLINK = "{http://www.w3.org/1999/xlink}href"


def picture(api, name, **query):
    return api(f"/charts/{name}/", **query)


def mark_of(rows, study, **more):
    """The one row of a picture's table with these values."""
    (found,) = [row for row in rows if row["study"] == study and all(row[k] == v for k, v in more.items())]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_told_drawn_and_taken_away_in_four_ways(client, api, name):
    answer = picture(api, name)
    page = client.get(f"/charts/{name}/").content.decode()
    assert answer["title"] in page and len(answer["rows"]) > 1
    for sentence in answer["told"]:
        assert escape(sentence) in page
    for form in ("svg", "png", "json", "csv"):
        assert f"/charts/{name}/?format={form}" in page
    svg = client.get(f"/charts/{name}/", {"format": "svg"})
    root = ElementTree.fromstring(svg.content)
    assert svg["Content-Type"] == "image/svg+xml" and root.get("aria-label") == answer["title"]
    assert root[0].tag.endswith("desc") and answer["told"][0] in root[0].text
    assert client.get(f"/charts/{name}/", {"format": "png"}).content.startswith(PNG)
    specification = client.get(f"/charts/{name}/", {"format": "json"}).json()
    altair.Chart.from_dict(specification)  # which validates it
    assert specification["usermeta"]["filter"] == "All CAR-T courses."
    table = list(csv.reader(io.StringIO(client.get(f"/charts/{name}/", {"format": "csv"}).content.decode("utf-8-sig"))))
    assert len([line for line in table[1:] if len(line) == len(table[0])]) == len(answer["rows"])
    assert {"document", "place", "wording"} <= set(table[0])
    assert any("not a systematic search" in line[0] for line in table if line)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_picture_leads_to_the_rows_behind_it(client, name):
    html = client.get(f"/charts/{name}/").content.decode()
    (drawn,) = re.findall(r"<svg.*?</svg>", html, re.S)
    links = links_of(drawn)
    assert links and "evidence.invalid" not in html
    for link in links:
        response = client.get(link.replace("&amp;", "&"))
        assert response.status_code == 200, link
        assert "No course matches" not in response.content.decode(), link
    downloaded = ElementTree.fromstring(client.get(f"/charts/{name}/", {"format": "svg"}).content)
    taken = {element.get(XLINK) for element in downloaded.iter() if element.get(XLINK)}
    assert taken and all(link.startswith("http://testserver/") for link in taken)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_holds_nothing_but_shapes_texts_and_links_with_names(client, name):
    svg = client.get(f"/charts/{name}/", {"format": "svg"}).content.decode()
    links = [element for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}a")]
    assert links and all(link.get("aria-label") for link in links)
    assert not re.search(r"\sstyle=|<style|<script|<image|url\(|\son\w+=", svg)


@pytest.mark.parametrize("name", NAMES)
def test_how_to_read_a_picture_stands_on_its_page_and_in_what_is_taken_away(client, api, name):
    answer = picture(api, name)
    html = client.get(f"/charts/{name}/").content.decode()
    (drawn,) = re.findall(r"<svg.*?</svg>", html, re.S)
    taken = client.get(f"/charts/{name}/", {"format": "svg"}).content.decode()
    texts = [
        re.sub(r"</?tspan[^>]*>|\s", "", re.sub(r"<desc>.*?</desc>", "", svg, flags=re.S)) for svg in (drawn, taken)
    ]
    said = [escape(note, quote=False).replace(" ", "") for note in answer["notes"]]
    assert not any(note in texts[0] for note in said) and any(note in texts[1] for note in said)
    assert all(html.count(f"<li>{escape(note)}</li>") == 1 for note in answer["notes"])
    # On a narrow screen the words are one tap away, and what is wider says that it scrolls.
    assert html.index(f'href="#{name}-told"') < html.index("<svg") and f'<ul id="{name}-told">' in html
    width = float(ElementTree.fromstring(drawn).get("width"))
    assert ("scroll sideways" in html) == (width > 356)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_filter_draws_nothing_and_says_so(client, api, name):
    nothing = {"disease": "CLL", "sex": "male", "design": "case_report"}
    answer = picture(api, name, **nothing)
    assert (answer["rows"], answer["vega_lite"]) == ([], None)
    page = client.get(f"/charts/{name}/", nothing).content.decode()
    assert "Nothing under this filter can be drawn" in page and "<svg" not in page
    assert client.get(f"/charts/{name}/", nothing | {"format": "svg"}).status_code == 404
    assert client.get(f"/charts/{name}/", nothing | {"format": "csv"}).status_code == 200


def test_pictures_and_evidence_share_their_filters(client, api):
    evidence = client.get("/evidence/?disease=B-ALL&ordering=-year").content.decode()
    assert "/charts/?disease=B-ALL&quot;" in evidence or '"/charts/?disease=B-ALL"' in evidence
    page = client.get("/charts/?disease=B-ALL").content.decode()
    assert "/evidence/?disease=B-ALL" in page and page.count("<svg") == len(NAMES)
    assert [p["name"] for p in api("/charts/", disease="B-ALL")["results"]] == NAMES
    for address in ("/charts/", "/charts/intervals/", "/api/v1/charts/", "/api/v1/charts/intervals/"):
        assert client.get(address, {"disease": "nonsense"}).status_code == 400
        assert client.get(address, {"colour": "red"}).status_code == 400
        assert client.get(address, {"window": "li-hua-2025"}).status_code == 400
    assert client.get("/charts/pie/").status_code == client.get("/api/v1/charts/pie/").status_code == 404


def test_an_interval_keeps_its_unit_and_its_side(api):
    answer = picture(api, "intervals")
    hua, huibo = mark_of(answer["rows"], "Li Hua 2025"), mark_of(answer["rows"], "Li Huibo 2025")
    assert (hua["low"], hua["unit"], hua["infused"]) == (402, "days", "after the transplant")
    assert hua["derivation"] == "from 2 October 2017 to 8 November 2018 there are 402 days"
    assert (huibo["operator"], huibo["low"], huibo["unit"]) == ("≤", 3, "months")
    assert (huibo["infused"], huibo["indication"]) == ("before the transplant", "bridge to transplant")
    panels = [panel["title"] for panel in answer["vega_lite"]["vconcat"]]
    assert panels == ["Told in days or derived from two dates", "Told in months"]
    beside = [item["text"] for item in answer["beside"]]
    assert "Kochenderfer 2013: infused after allo-HSCT, time not reported" in beside
    assert any(text.startswith("Kong 2022") and "not in what was read" in text for text in beside)
    assert len(beside) + len(answer["rows"]) == 10


def test_a_window_is_off_until_asked_for_and_says_what_it_was_said_of(client, api):
    without, shown = picture(api, "intervals"), picture(api, "intervals", window="liu-2017")
    assert "55" not in " ".join(without["notes"]) and "rect" not in str(without["vega_lite"])
    assert "rect" in str(shown["vega_lite"])
    notes = " ".join(shown["notes"])
    assert "between days +55 and +200" in notes and notes.count("The sentence cites no source.") == 2
    assert "said of early immune intervention to prevent relapse, not of CAR-T cells for relapse" in notes
    assert "confounded by the time to relapse" in notes
    svg = client.get("/charts/intervals/", {"window": "liu-2017", "format": "svg"}).content.decode()
    assert "The sentence cites no source" in re.sub(r"</?tspan[^>]*>", " ", svg), "it stands in the picture too"
    assert "Show the window that Liu 2017 recommends" in client.get("/charts/intervals/").content.decode()


def test_the_map_counts_patients_by_disease_and_both_axes_of_the_source(api):
    answer = picture(api, "evidence-map")
    told = " ".join(answer["told"])
    assert "Mantle cell lymphoma, collected from: HSCT donor, genetic origin: donor: 4 patients (4 of them only" in told
    # Nine of two cohorts, each told for itself; who is in the one is told by disease, who in the other is not.
    leukaemia = next(t for t in answer["told"] if t.startswith("Chronic lymphocytic leukaemia, collected from: not"))
    assert (
        "9 patients (9 of them only retold). Brudno 2016: responded 2 of 5; Cruz 2013: response not told by"
        in leukaemia
    )
    # Donor-derived cells collected from the recipient are not in one cell with the recipient's own.
    assert "collected from: recipient, genetic origin: donor: 1 patient. Li Hua 2025: responded 1 of 1." in told
    assert (
        "collected from: recipient, genetic origin: recipient: 2 patients. Kong 2022: response not in what was" in told
    )
    assert "HSCT donor, genetic origin: donor: 1 patient, 1 cohort: n not reported." in told
    assert sum(row["patients"] or 0 for row in answer["rows"]) == 44, "Kong's patient had cells of two sources"


def test_a_disease_whose_kinds_have_rows_says_whom_its_own_row_holds(client, api):
    answer = picture(api, "evidence-map")
    name, told = "Acute lymphoblastic leukaemia, kind not told", answer["told"]
    assert any(t.startswith(f"{name}, collected from: not reported, genetic origin: donor: 9 patients") for t in told)
    (below,) = [t for t in told if t.startswith("Told by closer kind, in the rows of the kinds: ")]
    (empty,) = [t for t in told if t.startswith("Not in this base: ")]
    for source in ("recipient, genetic origin: recipient", "recipient, genetic origin: donor", "HSCT donor, genetic"):
        assert f"{name}, collected from: {source}" in below and f"{name}, collected from: {source}" not in empty
    assert f"{name}, collected from: third party" in empty
    # Who is told as “ALL” may be of a closer kind: no row of a kind says that the base has none.
    (above,) = [t for t in told if t.startswith("None told of this kind, perhaps among those whose kind is not told: ")]
    assert "B-cell acute lymphoblastic leukaemia, kind not told, collected from: not reported" in above
    assert {row["disease"] for row in answer["rows"] if row["study"] == "Zuo 2016"} == {name}
    for form in ("csv", "json"):
        file = client.get("/charts/evidence-map/", {"format": form}).content.decode()
        # A caption stands in lines.
        assert "kind not told" in file and "Each kind has a row of its own" in re.sub(r"\",\s*\"", " ", file)
    assert "its kinds stand below" in str(answer["vega_lite"])
    # Where a filter leaves no kind to stand below, its patients are elsewhere in the base.
    alone = picture(api, "evidence-map", study="zuo-2016")
    assert {row["disease"] for row in alone["rows"]} == {"Acute lymphoblastic leukaemia"}
    assert "not among these courses" in str(alone["vega_lite"]) and "closer kind" not in str(alone["notes"])


def test_an_empty_cell_of_the_map_says_whether_the_base_has_any(api):
    everything = str(picture(api, "evidence-map")["vega_lite"])
    assert "not in this base" in everything and "not among these courses" not in everything
    some = picture(api, "evidence-map", disease="B-ALL", collected_from="recipient")
    assert "not among these courses" in str(some["vega_lite"]), "the base has B-ALL from a donor"
    assert "B-cell acute lymphoblastic leukaemia, kind not told, collected from: third party" in some["told"][-1]


def test_a_cohort_that_no_report_splits_by_disease_has_a_line_of_its_own(api):
    row = EvidenceRow.objects.get(row="COU-00100", valid_to=OPEN)
    row.document = json.dumps(json.loads(row.document) | {"diseases": []})
    row.save()
    answer = picture(api, "evidence-map", study="cruz-2013")
    assert [(row["study"], row["disease"], row["patients"]) for row in answer["rows"]] == [
        ("Cruz 2013", "not told by disease", 8)
    ]


def test_who_is_in_no_subgroup_by_disease_is_still_counted(api):
    row = EvidenceRow.objects.get(row="COU-00100", valid_to=OPEN)
    document = json.loads(row.document)
    row.document = json.dumps(document | {"diseases": document["diseases"][:1]})
    row.save()
    rows = picture(api, "evidence-map", study="cruz-2013")["rows"]
    assert [(row["disease"], row["patients"]) for row in rows] == [
        ("Chronic lymphocytic leukaemia", 4),
        ("not told by disease", 4),
    ]


def marks_in(specification) -> list[dict]:
    """The data of a specification."""
    return [mark for marks in specification["datasets"].values() for mark in marks]


def test_a_dose_stands_on_the_axis_of_its_unit_as_printed(api):
    answer = picture(api, "doses")
    assert [panel["title"] for panel in answer["vega_lite"]["vconcat"]] == ["Per kilogram", "Per square metre"]
    kochenderfer = mark_of(answer["rows"], "Kochenderfer 2013")
    assert (kochenderfer["dose"], kochenderfer["retold"]) == ("0.4–7.8 × 10⁶ cells/kg", "yes")
    assert (kochenderfer["response told"], kochenderfer["CRS told"]) == ("responded 2 of 10", "CRS not reported")
    hua, huibo = mark_of(answer["rows"], "Li Hua 2025"), mark_of(answer["rows"], "Li Huibo 2025")
    assert (hua["counted"], hua["per"], hua["CRS"]) == ("cells counted not stated", "per infusion", "CRS")
    assert "in total over three days, or each day" in huibo["warning"] and hua["warning"] == ""
    cruz = [row for row in answer["rows"] if row["study"] == "Cruz 2013"]
    assert {(row["unit"], row["counted"], row["purpose"]) for row in cruz} == {
        ("cells/m²", "total cells", "dose level")
    }
    assert "kept, no response: disease-free 2 of 2" in cruz[0]["response told"]
    assert [item["text"] for item in answer["beside"]] == [
        "Kong 2022, CAR-T course 1: dose not in what was read",
        "Kong 2022, CAR-T course 2: dose not in what was read",
    ]
    assert "e+0" not in str(answer) and "7.8e" not in str(answer)


def test_a_patient_is_one_bar_and_only_what_is_told_has_a_place_on_it(api):
    answer = picture(api, "swimmers")
    assert len({row["patient"] for row in answer["rows"]}) == len(answer["told"]) == 5
    transplant = mark_of(answer["rows"], "Li Hua 2025", kind="transplant")
    assert (transplant["when"], transplant["drawn from, months"]) == ("2 October 2017", round(-402 / 30.44, 2))
    last = mark_of(answer["rows"], "Li Hua 2025", kind="last follow-up")
    assert (last["when"], last["or later"]) == ("> 6 years from CAR-T infusion", "yes")
    # At most three months after the cells: what is counted from that transplant lies between two days.
    placed = [row for row in answer["rows"] if row["drawn from, months"] is not None]
    relapse = mark_of(placed, "Li Huibo 2025", kind="relapse or progression")
    assert relapse["drawn to, months"] - relapse["drawn from, months"] == pytest.approx(3)
    # Nothing is told from Kong's first infusion, so the clock is that of the second.
    assert {row["clock"] for row in answer["rows"] if row["study"] == "Kong 2022"} == {"from CAR-T infusion, course 2"}
    beside = {item["text"].split(":")[0]: item["text"] for item in answer["beside"]}
    assert "dies of severe pneumonia" in beside["Li Huibo 2025"] and "molecular relapse" in beside["Li Hua 2025"]
    assert "✚ died, day not told" in str(answer["vega_lite"])
    assert [r["drawn from, months"] for r in answer["rows"] if r["kind"] == "death"] == [None]
    (huibo,) = (text for text in answer["told"] if text.startswith("Li Huibo 2025"))
    assert "dies of severe pneumonia (time not told)" in huibo

    free = mark_of(answer["rows"], "Zuo 2016", kind="disease-free")
    assert (free["event"], free["drawn from, months"], free["drawn to, months"]) == ("disease-free 10 months", 0, 10)


def test_patients_of_whom_only_a_cohort_tells_are_listed_with_the_reason(client, api):
    beside = [item for item in picture(api, "swimmers")["beside"] if "Told within this cohort" in item["text"]]
    assert [item["text"].split(" · origin")[0].split(" · counted")[0] for item in beside] == [
        "Brudno 2016 · retold, CLL (n 5): remission > 30 months",
        "Cruz 2013 · retold, in remission at infusion, at high risk of relapse (n 2): remission > 8 months",
        "Cruz 2013 · retold, in remission at infusion, at high risk of relapse (n 2): remission 8 weeks",
    ]
    assert all("the remission was there before the cells" in item["text"] for item in beside[1:])
    assert beside[0]["href"].endswith("/evidence/?study=brudno-2016")
    assert "CLL (n 5): remission" in client.get("/charts/swimmers/?study=brudno-2016").content.decode()


def test_of_a_patient_with_two_courses_each_answers_for_itself(api):
    (told,) = (text for text in picture(api, "swimmers")["told"] if text.startswith("Kong 2022"))
    assert "GVHD after CAR-T: course 1: not in what was read; course 2: none" in told


def test_a_patient_is_called_by_age_and_sex_where_the_label_says_neither(api):
    names = {row["study"]: row["patient"] for row in picture(api, "swimmers")["rows"]}
    assert names["Li Hua 2025"] == "Li Hua 2025, a man of 27 at presentation"
    assert names["Zuo 2016"] == "Zuo 2016, an 11-year-old girl · retold"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"age_low": 27, "age_high": 27, "sex": "male"}, "a man of 27"),
        ({"age_low": 11, "age_high": 11, "sex": "female"}, "a girl of 11"),
        ({"age_low": 7, "age_high": 7, "age_unit": "months", "sex": "male"}, "a boy of 7 months"),
        ({"age_low": 27, "age_high": 27}, "a patient of 27"),
        ({"sex": "female"}, "a female patient"),
        ({"sex": "female", "age_group": "adults"}, "a woman"),
        ({}, "the patient"),
        ({"cohort_label": "a woman of 62", "sex": "female"}, "a woman of 62"),
        ({"age_low": 39, "age_high": 39, "sex": "female", "age_at": "presentation"}, "a woman of 39 at presentation"),
    ],
)
def test_what_a_patient_is_called(told, name):
    silent = {"cohort_label": "the patient", "age_unit": "years"}
    row = dict.fromkeys(("age_low", "age_high", "age_at", "age_group", "sex")) | silent | told
    assert patient(row) == name


def test_at_most_is_a_line_open_to_the_transplant_and_no_point(api):
    answer = picture(api, "intervals")
    (line,) = (d for d in marks_in(answer["vega_lite"]) if d.get("course") == "Li Huibo 2025")
    assert (line["from"], line["to"], line["limit"], line["ranged"]) == (0, -3, True, True)
    (point,) = (d for d in marks_in(answer["vega_lite"]) if d.get("course") == "Li Hua 2025")
    assert not point["ranged"]
    assert any("no place on it is a value" in note for note in answer["notes"])


@pytest.mark.parametrize(("name", "axis"), [("intervals", "at"), ("doses", "low")])
def test_no_symbol_stands_on_a_range(api, name, axis):
    """A symbol on the axis is a value; that of a range stands beside the name of its row."""
    symbols = [
        layer
        for layer in layers_of(picture(api, name)["vega_lite"])
        if layer["mark"]["type"] == "point" and layer["encoding"]["x"].get("field") == axis
    ]
    assert symbols and all(layer["transform"] == [{"filter": "!datum.ranged"}] for layer in symbols)
    assert "of a bar with end caps before the name of its row" in str(picture(api, name)["vega_lite"]).replace(
        "', '", " "
    )


def layers_of(specification) -> list[dict]:
    below = [part for key in ("vconcat", "layer") for part in specification.get(key, [])]
    return [layer for part in below for layer in layers_of(part)] or [specification]


@pytest.mark.parametrize(
    ("operator", "low", "high", "ranged", "arrow"),
    [
        ("=", 10**6, 10**6, False, ""), ("=", 10**6, 10**7, True, ""),
        ("≤", 10**6, 10**6, True, "←"), (">", 10**6, 10**6, True, "→"),
    ],
)  # fmt: skip
def test_a_dose_told_as_at_most_or_at_least_is_no_point(operator, low, high, ranged, arrow):
    mark = dict.fromkeys(doses.COLUMNS, "") | {"operator": operator, "dose low": low, "dose high": high}
    drawn = doses._drawn(mark, 0)
    assert (drawn["ranged"], drawn["arrow"]) == (ranged, arrow)


def test_negative_mrd_without_a_category_is_told_so(api):
    (row,) = picture(api, "evidence-map", study="zuo-2016")["rows"]
    assert (row["response"], row["response told"]) == ("MRD alone is told", "MRD-negative; no category")


def test_what_exceeds_the_bound_is_said(api, monkeypatch):
    monkeypatch.setattr(intervals, "MOST_DRAWN", 4)
    answer = picture(api, "intervals")
    assert "6 more rows are left out" in answer["notes"][0] and len(answer["rows"]) + len(answer["beside"]) == 4
    monkeypatch.setattr(charts, "MOST_PATIENTS", 2)
    assert picture(api, "swimmers")["notes"][-1].startswith("3 more patients are left out")
    monkeypatch.setattr(charts, "MOST_READ", 6)
    assert "4 more rows are left out" in picture(api, "evidence-map")["notes"][0]


def test_a_text_of_the_base_is_no_formula_and_no_markup(client):
    row = EvidenceRow.objects.get(row="COU-00002", valid_to=OPEN)
    row.document = row.document.replace("Li Hua 2025", "=<b>1+1&")
    row.save()
    table = client.get("/charts/intervals/", {"format": "csv"}).content.decode()
    assert "'=<b>1+1&" in table and not re.search(r"(^|,)=", table, re.M)
    assert "=&lt;b&gt;1+1&amp;" in client.get("/charts/intervals/").content.decode()
