"""A reader reports a problem by keyboard on a phone, a curator answers, and the record shows the answer."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import follow
from .test_tasks import press, tab_to

RECORD = "/constructs/kong-2022-second/"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_problem_is_reported_by_keyboard_on_a_phone_and_its_answer_stands_with_the_record(visit, javascript):
    asked = f"Whose cells were these, {'with' if javascript else 'without'} script?"
    page = visit(RECORD, width=390, javascript=javascript)
    press(page, ".record-foot a[href^='/report/']")
    tab_to(page, "#id_text")
    page.keyboard.type(f"Xyzzyland: {asked}")
    tab_to(page, "#id_place")
    page.keyboard.type("Target")
    assert not page.locator("#id_website").is_visible()
    press(page, "form.report button")
    page.get_by_text("Sent, and not answered yet").wait_for()
    reference, sent_to = page.locator("h1").inner_text().removeprefix("Report "), page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    admin = visit("/admin/")
    admin.get_by_label("Username").fill("curator")
    admin.get_by_label("Password").fill("a long enough password")
    follow(admin.get_by_role("button", name="Log in"))
    follow(admin.get_by_role("link", name="Reported by readers (1 open)"))
    follow(admin.get_by_role("link", name=reference))
    admin.get_by_text(f"Xyzzyland: {asked}").wait_for()
    follow(admin.get_by_role("button", name="Publish the answer"))
    admin.get_by_text("is missing: both are shown").wait_for()
    admin.get_by_label("Question").fill(asked)
    admin.get_by_label("Answer").fill("The slides do not say.")
    follow(admin.get_by_role("button", name="Publish the answer"))
    admin.get_by_text("is answered in public").wait_for()

    for address in (RECORD, sent_to):
        page.goto(address)
        page.get_by_role("heading", name=asked).wait_for()
        assert page.get_by_text("The slides do not say.").first.is_visible()
        assert "Xyzzyland" not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_the_appraisals_keep_no_reader_out(visit, scheme):
    page = visit("/report/studies/li-hua-2025/", width=390, color_scheme=scheme, may_refuse=True)
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Send to the curators").click()  # refused by the browser itself: it is empty
    page.locator("#id_text").fill(" ")
    with page.expect_response(lambda answer: answer.status == 400):
        page.get_by_role("button", name="Send to the curators").click()
    page.get_by_text("Say what is wrong: it is empty").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.goto("/studies/li-hua-2025/")
    for summary in page.locator(".appraisal > summary").all():
        summary.press("Enter")
    page.get_by_text("Is the history told clearly, and step by step in time?").wait_for()
    assert Axe().run(page, context=".appraisal").response["violations"] == []


def test_a_print_of_a_study_unfolds_its_appraisals(visit):
    page = visit("/studies/kong-2022/")
    item = page.get_by_text("Is the history told clearly, and step by step in time?")
    assert not item.is_visible()
    page.goto("/studies/kong-2022/#full")
    page.emulate_media(media="print")
    assert item.is_visible() and not page.get_by_role("link", name="Report a problem").is_visible()
