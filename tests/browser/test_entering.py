"""A curator enters the case of Kong 2022 from an empty base in one sitting, a reviewer returns it once and then
publishes it, and the API answers as with the fixture."""

import json
import re
import urllib.request
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from studies.ask.collections import COLLECTIONS

from ..serving import Server, environment, manage
from .conftest import follow
from .sitting import SECTION, Sitting, records_of

PASSWORD = "a long enough password"
ANOTHER_PUBLICATION = """
records:
  - publication: PUB-00001
    slug: another-2020
    name: Another 2020
    kind: not_reported
    year: 2020
    places:
      year: {place: Title page, wording: "2020"}
"""
PEOPLE = """
from django.contrib.auth.models import Group
from studies.models import InterestStatement, User
for role in ("curator", "reviewer"):
    user = User.objects.create_user(role, password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    InterestStatement.objects.create(user=user, text="none")
"""
GIVEN = """
import json
from studies.models import *
given = {}
for accession in Accession.objects.order_by("number"):
    given.setdefault(accession.kind, []).append(accession.id)
print("GIVEN " + json.dumps(given))
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A served base with the vocabularies and one publication that nothing tells of."""
    folder = tmp_path_factory.mktemp("empty")
    env = environment(folder / "var")
    other = folder / "another.yaml"
    other.write_text(ANOTHER_PUBLICATION)
    manage(env, "migrate", "-v0", check=True)
    manage(env, "load_evidence", "fixtures/vocabularies.yaml", str(other), check=True)
    manage(env, "shell", "-c", PEOPLE, check=True)
    started = Server(env).wait_for("is ready at")
    started.env = env
    yield started
    started.stop()


@contextmanager
def signed_in(chromium, address: str, who: str = "curator"):
    """A page of somebody who has just signed in."""
    context = chromium.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.set_default_navigation_timeout(60_000)  # a whole case is saved at once
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda m: troubles.append(m.text) if "Security Policy" in m.text else None)
    page.goto("/admin/login/?next=/admin/enter/")
    page.get_by_label("Username").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("button", name="Log in"))
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def desk(chromium, server):
    with signed_in(chromium, server.address) as page:
        yield page


@pytest.fixture
def empty_desk(chromium, empty):
    with signed_in(chromium, empty.address) as page:
        yield page


def begin(page, slug, name, year, kind):
    page.goto("/admin/enter/")
    page.get_by_label("Publication").fill(slug)
    page.get_by_label("Short name").fill(name)
    page.get_by_label("Year").fill(year)
    page.get_by_label("Kind").select_option(kind)
    follow(page.get_by_role("button", name="Begin"))


def answers(address: str, given: dict[str, str]) -> dict:
    """All that the API says of Kong 2022, with the accessions of the sitting, without times and revisions, without what
    other documents disagree about and without how it was read."""
    found = {}
    for collection, filters in {"evidence": ["study"], "facts": ["publication"], **COLLECTIONS}.items():
        if collection in ELSEWHERE:
            continue
        of = "publication" if "publication" in filters else "study" if "study" in filters else ""
        query = f"{of}=kong-2022&page_size=500" if of else "page_size=500"
        with urllib.request.urlopen(f"{address}/api/v1/{collection}/?{query}", timeout=60) as answer:
            text = answer.read().decode()
        text = re.sub(r"\b[A-Z]{3}-\d{5}\b", lambda match: given.get(match[0], f"of others {match[0]}"), text)
        results = json.loads(text)["results"]
        found[collection] = [timeless(one) for one in results if of or one.get("slug", "").startswith("kong-2022")]
    return found


ELSEWHERE = ("appraisals", "not_appraised", "readings")  # entered on pages of their own


def timeless(value):
    left_out = ("published_at", "changed_at", "revision", *ELSEWHERE)
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in left_out}
    return [timeless(one) for one in value if not of_others(one)] if isinstance(value, list) else value


def of_others(value) -> bool:
    name = value.get("accession", "") if isinstance(value, dict) else value
    return str(name).startswith("of others DIS-")


def differences(found, expected, path=""):
    """Where two answers differ, each with its path."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in found.keys() | expected.keys():
            yield from differences(found.get(key), expected.get(key), f"{path}.{key}")
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, pair in enumerate(zip(found, expected, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif found != expected:
        yield f"{path}: entered {found!r}, the fixture has {expected!r}"


def reviewed(chromium, desk, empty):
    """The curator hands the case in, a reviewer returns it once, then publishes it: each on the page of the case."""

    def step(page, button, reason):
        page.get_by_label("Reason").fill(reason)
        follow(page.get_by_role("button", name=button))
        assert page.locator(".errornote").all_text_contents() == []

    follow(desk.get_by_role("link", name="Hand the case to a second person"))
    review = desk.url
    report = review.rstrip("/").rpartition("/")[2]
    step(desk, "Hand to a second person", "entered from the slides")
    with signed_in(chromium, empty.address, "reviewer") as page:
        page.goto("/admin/review/")
        assert page.get_by_role("row").count() > 1, "it waits in the queue"
        page.goto(review)
        step(page, "Return to draft", "say where the dose stands")
        desk.goto("/admin/enter/")
        follow(desk.locator(f"ul.reports a[href*='{report}']").first)
        desk.get_by_text("say where the dose stands").wait_for()
        follow(desk.get_by_role("link", name="Hand the case to a second person"))
        step(desk, "Hand to a second person", "it stands on slide 3")
        page.goto(review)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.set_viewport_size({"width": 1440, "height": 900})
        found = Axe().run(page, context="#content").response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
        step(page, "Publish", "checked against the slides")


def test_the_case_of_kong_2022_is_entered_returned_once_and_published(chromium, empty_desk, empty, server):
    records = [record for record in records_of("kong-2022.yaml") if record[0] != "appraisal"]
    publication = next(node for kind, node, _ in records if kind == "publication")
    begin(empty_desk, publication["slug"], publication["name"], publication["year"], publication["kind"])
    sitting = Sitting(empty_desk)
    sitting.keys["PUB-00400"] = empty_desk.locator("#section-publication > .row").get_attribute("data-key")

    sitting.type_row(sitting.open_row(sitting.keys["PUB-00400"]), "publication", publication)
    rows = [record for record in records if record[0] not in ("publication", "study", "report")]
    # Section by section as the page has them, but what was found before a course after the courses.
    order = [kind for kind in SECTION if kind != "characteristic"]
    order.insert(order.index("course") + 1, "characteristic")
    rows.sort(key=lambda record: order.index(record[0]))
    for kind, node, _ in rows:
        prefix = sitting.add_row(SECTION[kind])
        sitting.type_row(prefix, kind, node)
        sitting.keys[node[kind]] = sitting.keys[node.get("slug", node[kind])] = prefix
    sitting.save()
    empty_desk.get_by_text("Before it can be published").wait_for()

    reviewed(chromium, empty_desk, empty)
    told = manage(empty.env, "shell", "-c", GIVEN)
    assert told.returncode == 0, told.stderr[-3000:]
    issued = json.loads(told.stdout.partition("GIVEN ")[2])
    wanted = {}
    for kind, node, _ in records:
        wanted.setdefault(node[kind][:3], []).append(node[kind])
    issued["PUB"].remove("PUB-00001")
    given = {
        theirs: ours
        for kind, all_theirs in wanted.items()
        for theirs, ours in zip(all_theirs, issued[kind], strict=True)
    }
    ours = {accession: accession for all_ours in issued.values() for accession in all_ours}
    expected, found = answers(server.address, given), answers(empty.address, ours)
    assert expected["facts"] and expected["discrepancies"]
    assert list(differences(found, expected)) == []


def test_what_was_typed_outlives_a_lost_connection_and_a_closed_page(desk):
    begin(desk, "offline-2026", "Offline 2026", "2026", "case_report")
    address = desk.url
    sitting = Sitting(desk)
    cohort = sitting.add_row("cohorts")
    sitting.field(cohort, "label").fill("typed while the server answered")
    desk.get_by_text("Typed text kept at").wait_for()

    desk.context.set_offline(True)
    sitting.field(cohort, "label").fill("typed while the server was away")
    sitting.field(sitting.add_row("toxicities"), "term").fill("crs")
    desk.get_by_text("kept in this browser").wait_for()
    context = desk.context
    desk.close()
    context.set_offline(False)

    again = context.new_page()
    again.set_default_timeout(15_000)
    again.goto(address)
    again.get_by_role("link", name="Restore what was typed at").wait_for()
    assert again.locator("#section-cohorts > .row").count() == 0, "what was typed was put over what is saved"
    follow(again.get_by_role("link", name="Restore what was typed at"))
    back = Sitting(again)
    assert back.field("cohorts-0", "label").input_value() == "typed while the server was away"
    assert back.field("toxicities-0", "term").input_value() == "crs"

    # On another machine the server's copy is there too; thrown away, it is gone.
    again.goto(address)
    with again.expect_navigation(wait_until="load"):
        again.get_by_role("button", name="Throw it away").click()
    assert not again.get_by_role("link", name="Restore what was typed at").is_visible()


def test_a_case_is_entered_with_the_keyboard_alone(desk):
    begin(desk, "keys-2026", "Keys 2026", "2026", "case_report")
    desk.locator("#section-cohorts > summary").focus()
    desk.keyboard.press("Alt+n")
    sitting = Sitting(desk)
    sitting.field("cohorts-0", "label").fill("a woman")
    sitting.field("cohorts-0", "locator").fill("Abstract")
    sitting.field("cohorts-0", "as_reported").focus()
    desk.keyboard.press("Alt+n")
    assert sitting.field("cohorts-1", "locator").input_value() == "Abstract", "the place of the row before is offered"
    assert desk.evaluate("document.activeElement.name").startswith("cohorts-1-")
    sitting.field("cohorts-1", "locator").fill("")
    desk.keyboard.press("Alt+p")
    assert sitting.field("cohorts-1", "locator").input_value() == "Abstract"
    desk.keyboard.press("Alt+l")
    assert desk.evaluate("document.activeElement.name") == "cohorts-1-places-0-attribute"
    sitting.field("cohorts-1", "n").focus()
    assert "Patients" in desk.locator("#help").inner_text(), "the rule of the field stands at the foot"
    with desk.expect_navigation(wait_until="load"):
        desk.keyboard.press("Control+s")
    assert desk.evaluate("document.activeElement.id") == "reasons"
    desk.locator("#reasons a").first.press("Enter")
    assert desk.evaluate("document.activeElement.name").startswith("cohorts-0-")


def test_a_new_row_goes_on_from_the_saved_one(desk):
    desk.goto("/admin/enter/REP-00400/")
    sitting = Sitting(desk)
    for index in (8, 9):
        prefix = sitting.add_row("events")
        assert prefix == f"events-{index}"
        assert sitting.field(prefix, "order").input_value() == str(index + 1)
        assert sitting.field(prefix, "locator").input_value() == "Research summary"
        assert sitting.field(prefix, "cohort").input_value() == "COH-00400"
    prefix = sitting.open_row("TOX-00400")
    assert sitting.field(prefix, "term").input_value() == "gvhd"
    sitting.add_row("courses")
    sitting.field(prefix, "course").select_option("courses-2")


def test_the_page_of_a_case_keeps_no_reader_out(desk):
    for address in ("/admin/enter/", "/admin/enter/REP-00400/", "/admin/enter/REP-00400/table/"):
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            desk.goto(address)
            if address.endswith("REP-00400/"):
                Sitting(desk).open_row("OUT-00403")
                Sitting(desk).add_row("toxicities")
            found = Axe().run(desk, context="#content").response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == [], (address, scheme)
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
