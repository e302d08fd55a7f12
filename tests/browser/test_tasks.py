"""What a clinician comes for, each done by keyboard alone, on a desktop and on a phone."""

import json
import re

import pytest

WIDTHS = pytest.mark.parametrize("width", [390, 1440])
MOST_TABS = 260


def tab_to(page, selector: str):
    """Press Tab until what is focused is the first that the selector names. It must be reachable, and be seen."""
    wanted = page.locator(selector).first.element_handle()
    assert wanted, selector
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("e => document.activeElement === e", wanted):
            assert page.evaluate("e => e.getClientRects().length > 0", wanted), f"{selector} is focused and unseen"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def press(page, selector: str, key: str = "Enter", leads_on: bool = True):
    """One action: go there by Tab and press a key."""
    tab_to(page, selector)
    if leads_on:
        with page.expect_navigation(wait_until="load"):
            page.keyboard.press(key)
    else:
        page.keyboard.press(key)


def tick(page, name: str, value: str):
    """One action: tick an option; the table is refreshed by itself."""
    tab_to(page, f'input[name="{name}"][value="{value}"]')
    with page.expect_response(lambda response: f"{name}={value}" in response.url):
        page.keyboard.press("Space")
    page.locator(".chip").first.wait_for()


def open_filters(page, width: int) -> int:
    """On a phone the filters are one action away."""
    if width > 900:
        return 0
    press(page, "details.facets > summary", leads_on=False)
    return 1


@WIDTHS
def test_car_t_after_cord_blood_transplant_without_gvhd_in_three_actions(visit, width):
    page = visit("/evidence/", width=width)
    actions = open_filters(page, width)
    tick(page, "graft_source", "cord_blood")
    tick(page, "gvhd", "absent")
    assert actions + 2 <= 3
    page.locator(".chip").nth(1).wait_for()
    rows = page.locator("table.evidence tbody th > a").all_inner_texts()
    assert rows == ["Grupp 2013", "Li Hua 2025"]


@WIDTHS
def test_the_two_li_2025_side_by_side_differ_in_the_order_at_once(visit, width):
    page = visit("/evidence/?publication=li-hua-2025&publication=li-huibo-2025", width=width)
    press(page, 'a[aria-label="Compare Li Hua 2025"]')
    press(page, 'a[aria-label="Compare Li Huibo 2025"]')
    press(page, ".tray a.action")
    order = page.locator("table.matrix tr", has=page.locator("th", has_text="Order of transplant")).first
    said = " ".join(order.inner_text().split())
    assert "cord blood → CAR-T" in said and "CAR-T → cord blood" in said and "differs" in said
    assert "differs" in order.get_attribute("class")


@WIDTHS
def test_the_day_of_infusion_of_li_hua_and_what_the_window_was_said_of(visit, width):
    page = visit("/evidence/?study=li-hua-2025", width=width)
    assert "day +402" in page.locator("table.evidence tbody tr").inner_text()
    press(page, '.sentence a[href^="/charts/"]')
    press(page, 'a[href*="window=liu-2017"]')
    text = " ".join(page.locator("main").inner_text().split())
    assert "402 days after the transplant" in text
    assert "early immune intervention to prevent relapse, not of CAR-T cells for relapse" in text
    assert "cites no source" in text and "confounded by the time to relapse" in text


@WIDTHS
def test_why_table_and_text_of_the_review_disagree_on_kochenderfer(visit, width):
    page = visit("/evidence/?study=kochenderfer-2013", width=width)
    press(page, "table.evidence tbody th a.doubt")
    assert page.url.endswith("/studies/kochenderfer-2013/#discrepancies")
    found = page.locator(".discrepancy", has_text="Table 1 leaves out the two progressions").first
    said = " ".join(found.inner_text().split())
    assert "Table 1, row Kochenderfer" in said and "second paragraph" in said, "both sides with their places"
    assert "Shown" in said


@WIDTHS
def test_a_comparison_is_printed_on_one_page(visit, width):
    page = visit("/evidence/?compare=COU-00002&compare=COU-00300", width=width)
    press(page, ".tray a.action")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1


@WIDTHS
def test_what_is_known_of_a_second_course_after_haploidentical_transplant(visit, width):
    page = visit("/evidence/", width=width)
    open_filters(page, width)
    tick(page, "earlier_car_t", "present")
    tick(page, "donor", "haploidentical")
    page.locator(".chip").nth(1).wait_for()
    (row,) = page.locator("table.evidence tbody tr").all()
    said = " ".join(row.inner_text().split())
    assert "Kong 2022" in said and "CAR-T course 2" in said and "haploidentical donor HSCT" in said
    twin = json.loads(page.request.get("/api/v1/evidence/?earlier_car_t=present&donor=haploidentical").text())
    assert [row["row"] for row in twin["results"]] == ["COU-00401"]
