"""A curator signs in, enters a finding, is corrected, publishes it, and the public page shows it."""

from .conftest import follow


def test_a_finding_from_the_admin_to_the_public_page(visit):
    page = visit("/admin/")

    def sign_in(name):
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("a long enough password")
        follow(page.get_by_role("button", name="Log in"))
        page.goto("/admin/studies/intereststatement/add/")
        page.get_by_label("Competing interests").fill("none")
        follow(page.get_by_role("button", name="Save", exact=True).first)

    sign_in("curator")
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
    # The curator hands it in, and may not publish it; a second person does.
    page.goto("/admin/review/REP-00002/")
    page.get_by_text("TOX-", exact=False).first.wait_for()
    page.get_by_label("Reason").fill("a finding that was missed")
    follow(page.get_by_role("button", name="Hand to a second person"))
    page.get_by_label("Reason").fill("mine")
    follow(page.get_by_role("button", name="Publish"))
    page.get_by_text("a second person publishes it").first.wait_for()
    follow(page.get_by_role("button", name="Log out"))
    page.goto("/admin/")
    sign_in("reviewer")
    page.goto("/admin/review/")
    follow(page.get_by_role("link", name="Li Hua 2025", exact=False))
    page.get_by_label("Reason").fill("checked against the abstract")
    follow(page.get_by_role("button", name="Publish"))
    page.get_by_text("public as revision").wait_for()
    public.reload()
    assert public.get_by_text("Seizure").count() >= 1
