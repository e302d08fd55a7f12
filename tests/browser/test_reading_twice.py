"""Two readings of Li Hua 2025 that differ in three places are adjudicated, adopted and shown."""

from contextlib import contextmanager

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

from studies.fixture_files import read

from ..conftest import ROOT
from ..serving import Server, environment, manage
from .conftest import follow

PASSWORD = "a long enough password"
PEOPLE = """
from django.contrib.auth.models import Group
from studies.models import User, InterestStatement
for name, role in (("ann", "curator"), ("ben", "curator"), ("chris", "manager")):
    user = User.objects.create_user(name, password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
"""
PUBLISH = """
from studies.models import *
from studies.publishing import publish_all
kinds = (Publication, Study, Report, Discrepancy)
units = [unit.pk for kind in kinds for unit in kind.objects.filter(state="draft").order_by("pk")]
publish_all(units, user=None, reason="reviewed")
"""


@pytest.fixture(scope="module")
def desk_of_readings(tmp_path_factory):
    """A served base with vocabularies and references, in which the documents that cite are known by name alone."""
    folder = tmp_path_factory.mktemp("readings")
    env = environment(folder / "var")
    known = []
    for name in ("liu-2017", "li-hua-2025", "li-huibo-2025"):
        node = next(node for node in read(ROOT / "fixtures" / f"{name}.yaml")["records"] if "publication" in node)
        stub = {key: node[key] for key in ("publication", "slug", "name", "kind", "year")}
        known.append(stub | {"places": {key: dict(node["places"][key]) for key in ("kind", "year")}})
    (folder / "known.yaml").write_text(yaml.safe_dump({"records": known}, sort_keys=False))
    manage(env, "migrate", "-v0", check=True)
    files = ("fixtures/vocabularies.yaml", str(folder / "known.yaml"), "fixtures/references.yaml")
    manage(env, "load_evidence", *files, check=True)
    manage(env, "shell", "-v0", "-c", PEOPLE, check=True)
    started = Server(env).wait_for("is ready at")
    started.env = env
    yield started
    started.stop()


@contextmanager
def signed_in(chromium, server, name):
    context = chromium.new_context(base_url=server.address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/admin/login/?next=/admin/readings/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Log in"))
    yield page
    context.close()


def open_to_all(page):
    """Nothing that keeps a reader out, and no sideways scrolling on a phone."""
    found = Axe().run(page, context="#content").response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})


COUGH = """      - characteristic: CHA-00010
        cohort: COH-00002
        kind: presentation
        term: cough
        place: Case representation
        wording: "cough and fever"
"""


def two_bundles() -> tuple[str, str]:
    """The document as it is in the fixture, and as somebody else has it: another number, another category, no cough."""
    first = (ROOT / "fixtures" / "li-hua-2025.yaml").read_text()
    second = first.replace("value: 183.5\n", "value: 185.3\n").replace(
        "canonical_value: 183.5", "canonical_value: 185.3"
    )
    begin, found, rest = second.partition("term: diarrhoea")
    second = begin + found + rest.replace("resolution: resolved", "resolution: ongoing", 1)
    assert COUGH in second
    return first, second.replace(COUGH, "")


def decide(page, fact, choice, reason):
    group = page.get_by_role("group", name=fact)
    group.get_by_label("Decided").select_option(choice)
    group.get_by_label("Reason").fill(reason)


def test_two_readings_that_differ_in_three_places_are_adjudicated(chromium, desk_of_readings, tmp_path):
    server = desk_of_readings
    first, second = two_bundles()
    with signed_in(chromium, server, "chris") as page:
        open_to_all(page)
        page.get_by_label("Publication").fill("li-hua-2025")
        page.get_by_label("First reader").select_option(label="ann")
        page.get_by_label("Second reader").select_option(label="ben")
        follow(page.get_by_role("button", name="Assign"))
        page.get_by_text("0 of 2").wait_for()

    with signed_in(chromium, server, "ann") as page:
        follow(page.get_by_role("link", name="li-hua-2025"))
        assert "publication: PUB-00001" in page.get_by_label("The bundle").input_value(), "it begins with a template"
        wrong = first.replace("specimen: blood", "specimen: blod", 1)
        page.get_by_label("The bundle").fill(wrong)
        follow(page.get_by_role("button", name="Hand in"))
        row = page.locator("#reasons tbody tr").first
        line = 1 + wrong[: wrong.index("specimen: blod")].count("\n")
        told = row.inner_text()
        assert "MEA-00010" in told and "specimen" in told and "not in the vocabulary" in told
        assert abs(int(told.split()[0]) - line) < 5, "the line of its record"
        assert page.get_by_label("The bundle").input_value() == wrong, "what was typed was lost"
        open_to_all(page)
        page.get_by_label("The bundle").fill(first)
        follow(page.get_by_role("button", name="Hand in"))
        page.get_by_text("can no longer be changed").wait_for()

    with signed_in(chromium, server, "ben") as page:
        assert page.goto("/admin/readings/1/").status == 404, "the other's reading is seen"
        assert page.goto("/admin/readings/pairs/1/").status == 403
        page.goto("/admin/readings/2/")
        (tmp_path / "second.yaml").write_text(second)
        page.get_by_label("or a file").set_input_files(tmp_path / "second.yaml")
        follow(page.get_by_role("button", name="Hand in"))

    with signed_in(chromium, server, "chris") as page:
        follow(page.get_by_role("link", name="li-hua-2025"))
        assert page.locator(".decisions fieldset").count() == 3
        open_to_all(page)
        decide(page, "wbc", "first", "")
        decide(page, "resolution:diarrhoea", "first", "relieved is resolved")
        follow(page.get_by_role("button", name="Take these decisions"))
        page.locator("#reasons", has_text="A reason is missing").wait_for()
        decide(page, "wbc", "second", "looked up in the text, for the sake of this test")
        decide(page, "presentation:cough", "first", "it is printed")
        follow(page.get_by_role("button", name="Take these decisions"))
        open_to_all(page)
        page.get_by_label("Reason", exact=True).last.fill("all three are settled")
        follow(page.get_by_role("button", name="Adopt as drafts"))
        page.get_by_text("Drafts:").wait_for()
        open_to_all(page)

    public = chromium.new_context(base_url=server.address).new_page()
    assert public.goto("/publications/li-hua-2025/readings/").status == 404, "a draft is public"
    manage(server.env, "shell", "-v0", "-c", PUBLISH, check=True)
    public.goto("/publications/li-hua-2025/")
    follow(public.get_by_role("link", name="Read twice"))
    rows = public.locator("table.readings tbody tr")
    assert [rows.nth(n).locator("th").inner_text().split()[0] for n in range(3)] == [
        "wbc", "resolution:diarrhoea", "presentation:cough",
    ]  # fmt: skip
    assert "185.3" in rows.nth(0).inner_text() and "The second" in rows.nth(0).inner_text()
    assert "not in this reading" in rows.nth(2).inner_text()
    assert "toxicity, resolution" in public.locator("details", has_text="Cohen").last.inner_html()
    public.goto("/api/v1/facts/?publication=li-hua-2025&attribute=wbc")
    assert '"185.3"' in public.content() and '"183.5"' not in public.content()
    public.context.close()
