"""A curator signs in, enters a finding, is corrected, publishes it, and the public page shows it."""

from .conftest import follow


def test_a_finding_from_the_admin_to_the_public_page(visit):
    page = visit("/admin/")
    page.get_by_label("Username").fill("curator")
    page.get_by_label("Password").fill("a long enough password")
    follow(page.get_by_role("button", name="Log in"))
    page.goto("/admin/studies/toxicity/add/")

    def choose(field, typed):
        page.locator(f"#id_{field} + .select2 .select2-selection").click()
        page.locator(".select2-search__field").last.fill(typed)
        page.locator(".select2-results__option--highlighted", has_not_text="Searching").first.wait_for()
        page.wait_for_timeout(400)
        page.keyboard.press("Enter")

    choose("report", "REP-00002")
    choose("cohort", "COH-00002")
    choose("course", "COU-00002")
    choose("term", "Seizure")
    page.get_by_label("Presence").select_option("absent")
    page.get_by_label("Wording as reported").fill("neurotoxicity was not observed")
    page.get_by_label("Reason").fill("looked again")
    # Without a place the browser itself holds the form back; a wrong grade is told by the model.
    page.get_by_label("Place", exact=False).first.fill("Abstract")
    page.get_by_label("Grade low").fill("2")
    follow(page.get_by_role("button", name="Save", exact=True).first)
    page.get_by_text("A grade needs its grading scale").first.wait_for()
    assert page.get_by_label("Wording as reported").input_value() == "neurotoxicity was not observed"
    page.get_by_label("Grade low").fill("")
    follow(page.get_by_role("button", name="Save", exact=True).first)
    page.get_by_text("was added successfully").wait_for()

    public = visit("/studies/li-hua-2025/")
    assert public.get_by_text("Seizure").count() == 0, "a draft is public"
    page.goto("/admin/studies/report/?q=REP-00002")
    page.locator("input[name=_selected_action][value=REP-00002]").check()
    page.locator("select[name=action]").select_option("publish_selected")
    follow(page.get_by_role("button", name="Go", exact=False).first)
    page.get_by_text("public as revision").wait_for()
    public.reload()
    assert public.get_by_text("Seizure").count() >= 1
