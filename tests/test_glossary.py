"""Words: every abbreviation that a page writes is in the glossary, every grade is one click from its scale, numbers are
as people write them."""

import json
import re
from collections import Counter

import html5lib
import pytest
from django.core.exceptions import ValidationError

from studies.models import PublicRecord, Term
from studies.publishing import publish_vocabularies
from studies.templatetags.abbreviation_html import explained_html

from .test_pages import walk

pytestmark = pytest.mark.django_db

# Two capitals in one word: what a reader may have to look up.
ABBREVIATION = re.compile(r"(?<![\w.:/-])[a-z]{0,2}[A-Z]+[a-z]*[A-Z][A-Za-z]*(?:-[A-Z]+)?\+?(?![\w:])")
NO_ABBREVIATIONS = {
    "CARTographer", "ClinicalTrials", "HeBei", "JavaScript", "LeukemiaNet", "OncoTree", "OpenAPI",
    "PMC", "PubMed",  # names
    "ABL", "BCR", "CTLA", "IgM", "KRAS", "LAG", "MLL", "MYC", "PAX", "TEL", "TIM", "TTN",  # genes and antigens
    "II", "III", "IV", "XX",  # Roman numbers, chromosomes
    "LJ", "ZC", "ZJF",  # authors whom the document names by initials alone
}  # fmt: skip
IDENTIFIER = re.compile(r"[A-Z]{3}-\d{5}|PMC\d+|C\d{5,}")
# What a document says and is called, and what others call a thing, is not ours to spell out.
NOT_OURS = {"q", "code", "mark"}
AS_PRINTED = {"pop", "as-printed", "cite", "discrepancy"}


def our_words(node) -> str:
    """The text of an element without quotations, bibliography, and what is hidden until asked for."""
    if node.tag in NOT_OURS or AS_PRINTED & set(node.get("class", "").split()):
        return f" {node.tail or ''}"
    return f"{node.text or ''} {' '.join(our_words(child) for child in node)} {node.tail or ''}"


WALKED = {}


@pytest.fixture
def pages(client):
    """Address → the body of every page that can be reached; walked once, since no test here changes what is public
    before it asks for them."""
    if not WALKED:
        seen = Counter()
        for address, (_, html) in walk(client).items():
            seen[address.split("?")[0]] += 1
            if html and seen[address.split("?")[0]] <= 3:  # more queries of one page bring no other words
                WALKED[address] = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    return WALKED


def test_every_abbreviation_that_a_page_writes_is_in_the_glossary(pages, api):
    entries = [entry["entry"] for entry in api("/glossary/", kind="abbreviation", page_size=500)["results"]]
    longer = re.compile("|".join(re.escape(entry) for entry in entries if re.search(r"[\s\d]", entry)))
    known, unknown = NO_ABBREVIATIONS | set(entries), {}
    for address, body in pages.items():
        text = longer.sub(" ", IDENTIFIER.sub(" ", re.sub(r"“[^”]*”", " ", our_words(body))))
        for word in ABBREVIATION.findall(text):
            if not {word, word.split("-")[0], word.removesuffix("s")} & known:
                unknown.setdefault(word, address)
    assert not unknown, f"explain in fixtures/vocabularies.yaml: {sorted(unknown.items())}"


def test_no_number_is_written_as_a_computer_does(pages, client):
    """7.8 × 10⁶, never 7.8e+06: on no page, in no table for a spreadsheet."""
    computed = re.compile(r"(?<![\w-])\d+(?:\.\d+)?[eE][+-]?\d+(?!\w)")
    for address, body in pages.items():
        assert not computed.findall(our_words(body)), address
    table = client.get("/compare/?row=COU-00002&row=COU-00300&format=csv").content.decode()
    assert "7.8 × 10⁶ cells/kg" in table and not computed.findall(table)
    asked = client.get("/evidence/?dose_unit=cells/kg&dose_min=1e6").content.decode()
    assert "10⁶" in re.search(r'<span class="chip">dose[^<]*<', asked, re.IGNORECASE)[0]


def test_every_entry_of_the_glossary_says_what_it_means_once(client, api):
    entries = api("/glossary/", page_size=500)["results"]
    html = client.get("/glossary/").content.decode()
    for entry in entries:
        assert entry["definition"].endswith(".") and f'id="{entry["slug"]}"' in html, entry["entry"]
        assert entry["kind"] == "word" or entry["expansion"] != entry["entry"], entry["entry"]
    assert {"not reported", "counted once", "root cohort"} <= {entry["entry"] for entry in entries}
    second = Term(vocabulary="abbreviation", code="CR2", label="another", abbreviation="CR", definition="Another.")
    with pytest.raises(ValidationError, match="Another term explains this abbreviation"):
        second.full_clean()


def test_a_curator_explains_an_abbreviation_and_it_is_public(client, curator):
    Term.objects.create(
        vocabulary="abbreviation", code="XYZ", label="a new word", abbreviation="XYZ", definition="New here."
    )
    assert "XYZ" not in client.get("/glossary/").content.decode()
    publish_vocabularies(user=curator, reason="a new abbreviation")
    assert 'id="XYZ"' in client.get("/glossary/").content.decode()


def test_a_label_explains_an_abbreviation_the_first_time_and_no_more():
    glossary = {"CRS": {"entry": "CRS", "slug": "CRS", "expansion": "cytokine <release>", "definition": "A reaction."}}
    done = set()
    first = explained_html("CRS-like & CRS", glossary, done)
    assert first.count("<a ") == 1 and 'href="/glossary/#CRS"' in first and "cytokine &lt;release&gt;" in first
    assert first.endswith("-like &amp; CRS")
    assert explained_html("CRS scale", glossary, done) == "CRS scale"


def test_pages_explain_no_more_than_a_reader_can_tab_through(pages):
    for address, body in pages.items():
        explained = [node for node in body.iter("span") if node.get("class") == "abbr"]
        assert len(explained) <= 24, address
        for node in explained:
            link, tip = list(node)
            assert link.get("aria-describedby") == tip.get("id") and tip.get("role") == "tooltip"


@pytest.mark.parametrize(
    "address", ["/evidence/?study=li-hua-2025", "/studies/li-hua-2025/", "/compare/?row=COU-00002&row=COU-00300"]
)
def test_a_grade_is_one_click_from_its_scale(client, address):
    html = client.get(address).content.decode()
    link = re.search(r'grade 1.*?<a class="scale" href="([^"]+)">([^<]+)</a>', html, re.DOTALL)
    assert link.groups() == ("/scales/lee_2014/", "Lee 2014 (NCI consensus)")
    assert "vasopressor" in client.get(link[1]).content.decode()


def test_every_grade_shown_anywhere_has_its_scale_behind_it(pages):
    """Also where the scale is not reported: the link then says what that means."""
    graded = re.compile(r"(?:none of )?grade [≥≤<> ]*\d")
    for address, body in pages.items():
        for beside in body.iter():
            for button in beside.findall("button"):
                if graded.match(button.text or ""):
                    links = [link.get("href") for link in beside.iter("a") if link.get("class") == "scale"]
                    assert links and all(link.startswith("/scales/") for link in links), (address, button.text)


def test_grades_of_two_scales_do_not_compare(client, api):
    cases = {case["finding"]: case["grades"] for case in api("/scales/not_reported/")["beside"]}
    fluids = {told["scale"]: told["grade"] for told in cases["Low pressure, fluids alone"]}
    assert (fluids["lee_2014"], fluids["penn_2018"], fluids["astct_2019"]) == ("2", "3", "2")
    vasopressor = {told["scale"]: told["grade"] for told in cases["Low pressure, one low-dose vasopressor"]}
    assert (vasopressor["lee_2014"], vasopressor["penn_2018"], vasopressor["astct_2019"]) == ("2", "3", "3")
    assert "Such a grade does not compare with another" in client.get("/scales/not_reported/").content.decode()


def test_a_definition_says_where_it_was_read_or_that_it_was_not(client, api):
    for scale in api("/scales/", page_size=500)["results"]:
        html = client.get(f"/scales/{scale['code']}/").content.decode()
        defined = scale["code"] not in ("not_reported", "other", "as_authors_define")
        assert ("<b>Unverified.</b>" in html) == (bool(scale["grades"]) and not scale["verified"]), scale["code"]
        assert ("Its definition is not in this base." in html) == (defined and not scale["grades"]), scale["code"]
    assert "<b>Unverified.</b>" in client.get("/scales/magic_2016/").content.decode()


def test_a_scale_without_grades_is_not_shown_as_one_with(client, curator):
    """A load takes a grade away that the fixture no longer has, and the page says that the definition is gone."""
    Term.objects.get(vocabulary="grading_scale", code="mskcc").grades.all().delete()
    publish_vocabularies(user=curator, reason="doubted")
    assert "Its definition is not in this base." in client.get("/scales/mskcc/").content.decode()


def test_the_method_is_told_from_the_base(client, api):
    html = client.get("/about/").content.decode()
    read = [json.loads(r.document) for r in PublicRecord.objects.current().filter(collection="publications")]
    for publication in read:
        for source in publication["sources_read"]:
            assert all(part.replace("'", "&#x27;") in html for part in source["parts_not_at_hand"])
    for said in (
        "Not medical advice",
        "not a systematic search",
        "Two readings",
        "How to cite",
        f"Revision {api('/evidence/')['revision']}",
    ):
        assert said in html, said
    counted = api("/evidence/")["patients_counted_once"]
    assert f"{counted['low']}–{counted['high']} patients" in html


@pytest.mark.parametrize("name", ["ALL", "CLL", "DLBCL", "MCL", "CR", "PR", "SD", "PD", "MRD"])
def test_the_abbreviation_of_a_value_is_explained_where_the_value_opens(client, name):
    page = client.get("/evidence/").content.decode()
    assert f'<span class="row"><a href="/glossary/#{name}">{name}</a> ' in page


def test_a_closer_remission_is_explained_by_its_parts(client):
    page = client.get("/evidence/", {"study": "grupp-2013"}).content.decode()
    assert 'title="MRD: Measurable residual disease; CR: Complete remission"' in page
    assert 'href="/glossary/#HSCT"' in client.get("/evidence/", {"study": "zuo-2016"}).content.decode()
