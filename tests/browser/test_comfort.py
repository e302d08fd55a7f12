"""Reading comfort: what can be pressed is large enough, nothing is cut off on a narrow screen or by wider letters,
heads of tables stay in sight, abbreviations are explained on hover and focus, a print says what it is of."""

import re

import pytest

from .test_reading import PAGES

# Each control that is smaller than 24 px and stands within 24 px of another, but for links within a sentence:
# WCAG 2.5.8, with its exceptions for spacing and for text.
CROWDED = """() => {
  const pressed = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.pop') && !e.classList.contains('skip'))
  const boxes = pressed.map(e => ({e, r: e.getBoundingClientRect()})).filter(b => b.r.width > 0)
    .map(b => ({...b, x: b.r.left + b.r.width / 2, y: b.r.top + b.r.height / 2}))
  const small = b => b.r.width < 24 || b.r.height < 24
  const inText = e => getComputedStyle(e).display === 'inline' &&
    [...(e.closest('.abbr') || e).parentElement.childNodes]
      .some(n => n.nodeType === 3 && n.textContent.trim().length > 1)
  const near = (b, o) => {
    if (b.e.closest('.facets') !== o.e.closest('.facets')) return false  // the filters scroll in a box of their own
    const dx = Math.max(o.r.left - b.x, 0, b.x - o.r.right), dy = Math.max(o.r.top - b.y, 0, b.y - o.r.bottom)
    return Math.hypot(dx, dy) < 12 || (small(o) && Math.hypot(o.x - b.x, o.y - b.y) < 24)
  }
  return boxes.filter(b => small(b) && !inText(b.e) && boxes.some(o => o !== b && near(b, o)))
    .map(b => b.e.outerHTML.slice(0, 120))
}"""
# Cells of cards whose content would fall apart: each part of it would be laid below the heading of the next.
APART = """[...document.querySelectorAll('table.cards td[data-head]')].filter(td =>
  [...td.childNodes].filter(n => n.nodeType === 1 || (n.nodeType === 3 && n.textContent.trim())).length > 1)
    .map(td => td.outerHTML.slice(0, 160))"""
UNCOVERED = """e => {
  const r = e.getBoundingClientRect()
  return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2))
}"""
# WCAG 1.4.12: what a reader may set without losing anything.
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.mark.parametrize("width", [320, 1440])
def test_what_can_be_pressed_is_large_enough_or_stands_apart(visit, width):
    page = visit("/", width=width)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate(CROWDED) == [], address


def test_nothing_is_cut_off_at_320_pixels_nor_by_wider_letters(visit):
    page = visit("/", width=320, bypass_csp=True)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert page.evaluate(APART) == [], address
        page.set_viewport_size({"width": 390, "height": 900})
        page.add_style_tag(content=SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{address}, spaced"
        page.set_viewport_size({"width": 320, "height": 900})


@pytest.mark.parametrize("width", [1200, 1440, 2560])
@pytest.mark.parametrize(
    ("address", "table"),
    [("/evidence/", "table.evidence"), ("/compare/?row=COU-00002&row=COU-00300&row=COU-00001", "table.matrix"),
     ("/studies/kochenderfer-2013/", "table.plain")],
)  # fmt: skip
def test_the_head_of_a_table_stays_in_sight_and_hides_no_focus(visit, address, table, width):
    page = visit(address, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    last = page.locator(table).first.locator("tbody tr").last
    last.scroll_into_view_if_needed()
    last.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().bottom + scrollY - 300)")
    head = page.locator(table).first.locator("thead th").first.bounding_box()
    assert -1 <= head["y"] <= 300 - head["height"]
    value = page.locator(table).first.locator("tbody :is(a, button)").first
    value.focus()
    box, head = value.bounding_box(), page.locator(table).first.locator("thead th").first.bounding_box()
    assert box["y"] + box["height"] > head["y"] + head["height"], "the focus is hidden behind the head"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_abbreviation_is_explained_on_hover_and_on_focus(visit, javascript):
    page = visit("/studies/li-hua-2025/", javascript=javascript)
    link = page.locator(".glance .abbr > a", has_text="CRS")
    tip = page.get_by_role("tooltip").filter(has_text="Cytokine release syndrome")
    assert not tip.is_visible()
    link.hover()
    tip.wait_for()
    tip.hover()  # it stays while the pointer is on it
    assert tip.is_visible()
    page.mouse.move(0, 0)
    tip.wait_for(state="hidden")
    page.locator("body").press("Tab")  # focus as by keyboard
    link.focus()
    tip.wait_for()
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 1440
    if javascript:
        page.keyboard.press("Escape")
        tip.wait_for(state="hidden")
        page.keyboard.press("Shift+Tab")
        link.focus()
        tip.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#CRS")


def test_a_phone_shows_an_explanation_within_its_screen(visit):
    page = visit("/compare/?row=COU-00002&row=COU-00300", width=390)
    for link in page.locator(".abbr > a").all():
        link.hover()
        box = link.locator("xpath=following-sibling::*").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_lists_the_rows_compared_above_the_cards(visit, width):
    page = visit("/compare/?row=COU-00002&row=COU-00300", width=width)
    links = page.locator(".matrix thead a").all()
    assert [link.inner_text() for link in links] == ["Li Hua 2025", "×", "Li Huibo 2025", "×"]
    for link in links:
        link.focus()
        box = link.bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24 and box["x"] + box["width"] <= width
        assert link.evaluate(UNCOVERED), "the focus would not be seen"


@pytest.mark.parametrize("address", ["/evidence/", "/studies/li-hua-2025/", "/about/"])
def test_a_print_says_what_it_is_of(visit, address):
    page = visit(address)
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert re.search(r"Revision \d+ of \d+ \w+ \d{4}", text) and address in text and page.locator("h1").is_visible()
    assert page.locator("[role=tooltip]:visible").count() == 0


def test_lines_do_not_run_endless_on_a_wide_screen(visit):
    page = visit("/about/", width=2560)
    for address in ("/about/", "/studies/li-hua-2025/", "/publications/liu-2017/", "/glossary/"):
        page.goto(address)
        widths = page.evaluate("[...document.querySelectorAll('main p, main dd')].map(e => e.offsetWidth)")
        assert max(widths) <= 1000, address
