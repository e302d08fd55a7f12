"""A clinician reads: filters, opens, and sees where each number stands; on a desk, on a phone, without script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import follow

PAGES = [
    "/", "/evidence/", "/evidence/?disease=CLL", "/studies/", "/studies/li-hua-2025/", "/studies/kochenderfer-2013/",
    "/studies/li-huibo-2025/", "/studies/kong-2022/", "/studies/khan-2016/", "/studies/xu-2022-cmj/",
    "/publications/", "/publications/liu-2017/", "/publications/li-hua-2025/", "/about/", "/search/?q=dasatinib",
    "/registrations/", "/registrations/NCT01087294/", "/constructs/", "/constructs/kong-2022-second/", "/diseases/",
    "/history/studies/li-hua-2025/", "/nearest/",
    "/nearest/?disease=B-ALL&order=after_hsct&antigen=present&age_group=adults&site=breast",
    "/publications/liu-2017/tables/1/",
    "/report/studies/li-hua-2025/", "/report/toxicities/TOX-00010/",
    "/charts/", "/charts/intervals/?window=liu-2017", "/charts/swimmers/?disease=CLL",
    "/diseases/B-ALL/", "/data-quality/", "/flow/", "/glossary/", "/scales/", "/scales/not_reported/",
    "/scales/magic_2016/", "/discrepancies/?publication=liu-2017", "/discrepancies/DIS-00100/", "/compare/",
    "/compare/?row=COU-00002&row=COU-00300&row=COU-00001&row=COU-00110&row=COU-00120&row=COU-00130",
]  # fmt: skip


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_no_page_is_wider_than_the_screen_or_fails_in_the_console(visit, width):
    page = visit(PAGES[0], width=width)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [390, 1440])
def test_filter_then_open_a_study_then_a_number_with_and_without_script(visit, width, javascript):
    page = visit("/evidence/", width=width, javascript=javascript)
    if width == 390:
        page.locator("details.facets > summary").click()
    page.locator("details.group summary", has_text="CAR-T cells").click()
    page.get_by_label("Recipient", exact=False).first.check()
    follow(page.get_by_role("button", name="Apply"))
    assert "collected_from=recipient" in page.url
    assert page.locator("table.evidence tbody tr").count() == 3
    assert page.locator(".chip").inner_text().startswith("T cells collected from: recipient")
    follow(page.get_by_role("link", name="Li Hua 2025", exact=True))
    assert page.url.endswith("/studies/li-hua-2025/")
    dose = page.get_by_role("button", name="7.8 × 10⁶ cells/kg").first
    dose.click()
    source = page.locator(".pop:popover-open")
    assert "Treatment, second paragraph" in source.inner_text()
    assert "7.8×10^6 /kg of CD19 CAR-T cells" in source.inner_text()
    box, screen = source.bounding_box(), page.viewport_size
    assert box["x"] >= 0 and box["x"] + box["width"] <= screen["width"]


def test_a_source_opens_and_closes_by_keyboard(visit):
    page = visit("/studies/li-hua-2025/")
    value = page.locator(".glance button.value").first
    value.focus()
    page.keyboard.press("Enter")
    assert page.locator(".pop:popover-open").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.pop') !== null"), "the source's links are not next"
    page.keyboard.press("Escape")
    assert page.locator(".pop:popover-open").count() == 0


def test_a_part_of_the_filter_is_taken_away_and_back_brings_it_back(visit):
    page = visit("/evidence/?disease=CLL&collected_from=hsct_donor")
    follow(page.get_by_role("link", name="Remove disease", exact=False))
    assert "disease" not in page.url and "collected_from=hsct_donor" in page.url
    page.go_back(wait_until="load")
    assert "disease=CLL" in page.url
    assert page.locator(".chip").count() == 2


def test_a_silence_and_a_none_do_not_look_alike(visit):
    page = visit("/studies/kochenderfer-2013/")
    looks = {}
    for name in (".none-said", ".silent", ".doubt", ".value:not(.none-said)"):
        style = """e => { const s = getComputedStyle(e);
            return [s.fontStyle, s.borderTopStyle, s.color, s.backgroundColor, s.textDecorationStyle] }"""
        looks[name] = tuple(page.locator(name).first.evaluate(style))
    assert len(set(looks.values())) == 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_a_reader_out(visit, scheme):
    """WCAG 2.2 AA as far as a machine can tell, contrast among it."""
    page = visit("/", color_scheme=scheme)
    for address in PAGES:
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == [], address


def test_a_phone_says_the_heading_of_every_cell(visit):
    page = visit("/evidence/", width=390)
    heading = "e => getComputedStyle(e, '::before').content"
    heads = [page.locator("table.evidence td").nth(i).evaluate(heading) for i in range(7)]
    assert all(head not in ("none", '""') for head in heads)


def test_what_is_mistyped_leads_back(visit):
    page = visit("/evidence/?disease=CL", expected=400)
    assert page.get_by_text("MCL", exact=True).count() == 1
    page = visit("/studies/li-2025/", expected=404)
    page.locator("main").get_by_role("searchbox").fill("dasatinib")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    follow(page.get_by_role("link", name="Li Hua 2025").first)
    assert "/studies/li-hua-2025/#AGE-" in page.url  # where the drug is told


def test_the_api_documentation_is_shown_under_the_strict_policy(visit):
    page = visit("/api/v1/docs/")
    page.wait_for_selector(".opblock-summary")
    assert page.locator(".opblock-summary").count() >= 9


def test_a_print_of_the_evidence_holds_the_table_and_no_filters(visit):
    page = visit("/evidence/")
    page.emulate_media(media="print")
    assert not page.locator(".facets").is_visible()
    assert page.locator("table.evidence").is_visible()
    assert page.locator(".cover").is_visible()


def test_filters_refresh_as_they_are_ticked_and_back_takes_them_back(visit):
    page = visit("/evidence/")
    page.locator("details.group summary", has_text="CAR-T cells").click()
    page.get_by_label("Recipient", exact=False).first.check()
    page.wait_for_url("**/evidence/?collected_from=recipient")
    page.locator(".sentence", has_text="3 courses of 3 cohorts in 3 studies, 3 patients counted once").wait_for()
    # What was unfolded and where one stood are as before; what would leave nothing can be read but not chosen.
    assert page.locator("#group-cells").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.name") == "collected_from"
    children = page.get_by_label("children", exact=False).first
    assert children.is_disabled() and children.is_visible()
    page.go_back()
    page.locator(".sentence", has_text="10 courses").wait_for()
    assert page.locator(".chip").count() == 0


def test_a_value_that_is_not_understood_is_said_and_the_table_is_not_taken_for_its_answer(visit):
    page = visit("/evidence/?disease=ALL", may_refuse=True)
    page.locator("details.group summary", has_text="CAR-T cells").click()
    page.get_by_label("Dose at least").fill("1e6")
    note = page.locator("#refused")
    note.wait_for()
    assert "A dose is asked in one unit" in note.inner_text()
    assert "still answers the filter before" in note.inner_text()
    page.get_by_label("Dose at least").fill("")
    page.wait_for_url("**/evidence/?disease=ALL")
    page.locator("#refused").wait_for(state="hidden")


@pytest.mark.parametrize("name", ["evidence-map", "doses", "intervals", "swimmers"])
def test_a_printed_table_of_a_chart_is_whole(visit, name):
    """As wide as A4 across less its margins of 6 mm, with every number in one piece."""
    page = visit(f"/charts/{name}/", width=1077)
    page.emulate_media(media="print")
    box = page.locator("table.charted").bounding_box()
    assert box["x"] + box["width"] <= 1077
    for column in ("place", "wording", "basis"):
        assert page.locator("table.charted thead th", has_text=column).is_visible()
    numbers = page.locator("table.charted td").filter(has_text=re.compile(r"^[\d.]+$"))
    lines = "td => { const r = document.createRange(); r.selectNodeContents(td); return r.getClientRects().length }"
    assert {number.evaluate(lines) for number in numbers.all()} == {1}


@pytest.mark.parametrize("rows", [2, 3, 6])
def test_a_printed_comparison_is_one_page(visit, rows):
    page = visit("/evidence/")
    links = [a.get_attribute("href") for a in page.locator(".compare a").all()][:rows]
    names = [link.split("compare=")[1] for link in links]
    page.goto("/compare/?" + "&".join(f"row={name}" for name in names))
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    assert len(names) == rows


@pytest.mark.parametrize("size", [{"prefer_css_page_size": True}, {"format": "A4"}])
@pytest.mark.parametrize(
    "rows", ["00002 00300 00400 00401 00110 00001", "00100 00110 00001 00002 00300 00401",
             "00002 00300 00100 00400 00401 00120"],
)  # fmt: skip
def test_the_longest_six_rows_print_on_one_page_with_all_their_drugs(visit, rows, size):
    page = visit("/compare/?" + "&".join(f"row=COU-{number}" for number in rows.split()))
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(**size))) == 1
    page.emulate_media(media="print")
    earlier = page.locator(".matrix tbody tr", has_text="Other treatment before CAR-T").inner_text()
    assert "blinatumomab" in earlier and "more" not in earlier


@pytest.mark.parametrize(
    "address", ["/studies/li-hua-2025/", "/studies/li-huibo-2025/", "/studies/kong-2022/", "/evidence/"]
)
def test_a_case_and_the_evidence_print_on_two_pages_with_their_outcomes(visit, address):
    page = visit(address)
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) <= 2
    page.emulate_media(media="print")
    assert not page.locator(".jump").first.is_visible()
    assert page.locator("table", has_text="Best response").first.is_visible()
