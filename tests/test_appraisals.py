"""Appraisals: the own cases, item by item with a reason; no total; and whether a haematologist checked a record."""

import json

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse

from studies.fixture_files import read
from studies.loading import LoadError, load
from studies.models import Appraisal, AppraisalItem, Change, Discrepancy, Place, Report, Toxicity, acting
from studies.publishing import Refused, publish_all, workflow
from studies.publishing.workflow import NotAllowed
from studies.pure.appraisal_tools import TOOLS, fitting

from .conftest import ROOT

pytestmark = pytest.mark.django_db
OWN_CASES = {"li-hua-2025", "li-huibo-2025", "kong-2022"}


@pytest.fixture
def haematologist(django_user_model):
    user = django_user_model.objects.create_user("haematologist", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name="haematologist"))
    return user


def test_each_own_case_is_appraised_with_each_tool_that_fits(api):
    found = api("/appraisals/", page_size=500)["results"]
    assert {(a["study"], a["tool"]) for a in found} == {(s, t) for s in OWN_CASES for t in fitting("case_report")}
    for appraisal in found:
        assert [item["number"] for item in appraisal["items"]] == list(
            range(1, len(TOOLS[appraisal["tool"]].items) + 1)
        )
        assert not [name for name in appraisal if "score" in name or "total" in name]
        assert appraisal["checked_by_haematologist"] is False
    assert api("/appraisals/", tool="murad_2018", study="kong-2022")["count"] == 1
    assert [a["tool"] for a in api("/reports/REP-00400/")["appraisals"]] == fitting("case_report")
    assert "murad_2018" in api("/appraisals/", status=400, tool="murad")["errors"][0]["nearest"]


def test_every_reason_names_its_place_in_the_document(api):
    for appraisal in api("/appraisals/", page_size=500)["results"]:
        places = read(ROOT / "seeds" / f"{appraisal['publication']}.yaml")["places"]
        for item in appraisal["items"]:
            assert any(f"{place})" in item["reason"] or f"({place}" in item["reason"] for place in places), item


def test_what_was_read_as_slides_is_unclear_and_never_no(api):
    items = [i for a in api("/appraisals/", study="kong-2022")["results"] for i in a["items"]]
    assert not [item for item in items if item["answer"] == "no"]
    unclear = [item for item in items if item["answer"] == "unclear"]
    assert len(unclear) > 8 and all("what the article says is unknown" in item["reason"] for item in unclear)


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ("li-hua-2025", ["Is the history told clearly, and step by step in time?", "There is no total score",
                         "Its items are known from memory", "Not checked by a haematologist",
                         "2026-11-28 by a curator"]),
        ("kong-2022", ["The items were read in Table 1 of the paper"]),
        ("kochenderfer-2013", ["not appraised: only a retelling was read"]),
        ("liu-2017", ["not appraised: none of the tools was made for its design (single-arm trial)"]),
    ],
)  # fmt: skip
def test_the_page_of_a_study_shows_them_or_says_why_there_is_none(client, study, said):
    html = client.get(f"/studies/{study}/").content.decode()
    for words in said:
        assert words in html, words


def test_items_from_memory_are_marked_wherever_they_are_shown(api, client, admin_client):
    for appraisal in api("/appraisals/", page_size=500)["results"]:
        verified = appraisal["tool"] != "jbi_case_report"
        assert bool(appraisal["tool_verified"]) == verified
        assert all(item["verified"] == verified for item in appraisal["items"])
    assert client.get("/studies/li-hua-2025/").content.decode().count('class="remark">unverified<') == 8
    assert "<b>unverified</b>" in client.get("/about/").content.decode()
    page = admin_client.get(reverse("admin:studies_appraisal_change", args=["APP-00001"])).content.decode()
    assert page.count("(unverified: the item is known from memory)") == 8


def test_a_curator_chooses_the_tool_and_gets_its_items_to_answer(admin_client):
    add = reverse("admin:studies_appraisal_add")
    new = {"report": "REP-00109", "tool": "jbi_case_series", "appraised_on": "2026-11-28", "appraiser": "a curator"}
    answer = admin_client.post(add, new, follow=True)
    appraisal = Appraisal.objects.get(report="REP-00109")
    html = answer.content.decode()
    places = [html.index(item.question.replace("'", "&#x27;")) for item in TOOLS["jbi_case_series"].items]
    assert places == sorted(places)
    assert [item.number for item in appraisal.items.all()] == list(range(1, 11))
    assert [f.name for f in AppraisalItem._meta.fields if f.editable] == [
        "id",
        "appraisal",
        "number",
        "answer",
        "reason",
    ]


def test_an_appraisal_keeps_its_tool_and_its_items_their_answers():
    appraisal = Appraisal.objects.get(pk="APP-00001")
    appraisal.tool = "jbi_case_series"
    with pytest.raises(ValidationError, match="stays with its report and its tool"):
        appraisal.full_clean()
    item = AppraisalItem.objects.get(appraisal="APP-00002", number=2)
    item.answer = "not_applicable"
    with pytest.raises(ValidationError, match="Item 2 cannot be “not applicable”: of Murad 2018 only 4, 5, 6 can"):
        item.full_clean()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "Item 3 of JBI case report (presentation) lacks its reason"),
        ({"answer": ""}, "Item 3 of JBI case report (presentation) is not answered"),
        (None, "Item 3 of JBI case report (presentation) is missing"),
    ],
)
def test_what_is_not_whole_is_not_published_and_says_which_item(changes, said):
    item = AppraisalItem.objects.filter(appraisal="APP-00001", number=3)
    item.update(**changes) if changes else item.delete()
    with pytest.raises(Refused) as refused:
        publish_all(["REP-00002"], user=None, reason="x")
    assert said in str(refused.value)


def test_a_fixture_that_answers_an_item_twice_is_refused(tmp_path):
    text = (ROOT / "fixtures" / "kong-2022.yaml").read_text()
    wrong = tmp_path / "kong-2022.yaml"
    wrong.write_text(text.replace("- {number: 2, answer: unclear", "- {number: 1, answer: unclear", 1))
    with pytest.raises(LoadError, match="This item is answered twice"):
        load([wrong])


def test_a_changed_answer_is_a_draft_until_it_is_published_and_stands_in_the_history(api, curator):
    item = AppraisalItem.objects.get(appraisal="APP-00001", number=8)
    before = api("/appraisals/APP-00001/")["items"][7]["reason"]
    with acting(curator, "read again"):
        item.reason = "Xyzzyland"
        item.save()
    assert api("/appraisals/APP-00001/")["items"][7]["reason"] == before
    assert Report.objects.get(pk="REP-00002").state == "draft"
    logged = Change.objects.filter(accession="APP-00001").first()
    assert logged.user == curator and "Xyzzyland" in json.dumps(logged.fields)
    assert curator.pk in workflow.authors_of(Report.objects.get(pk="REP-00002"))


# Whether a haematologist has checked a record


def checked(api):
    return api("/studies/li-hua-2025/")["haematologist_check"]


def test_no_seed_record_claims_to_be_checked(api):
    assert not Report.objects.exclude(haematologist_checked_on=None).exists()
    assert not Discrepancy.objects.exclude(haematologist_checked_on=None).exists()
    for collection in ("reports", "discrepancies"):
        for record in api(f"/{collection}/", page_size=500)["results"]:
            assert record["haematologist_check"] == {"checked": False, "on": None, "by": None}
    assert api("/evidence/", haematologist="checked")["count"] == 0
    assert api("/evidence/", haematologist="not_checked")["count"] == api("/evidence/")["count"]
    assert not any(row["checked_by_haematologist"] for row in api("/evidence/", page_size=500)["results"])


def test_a_haematologist_says_so_it_is_public_and_lapses_with_the_next_change(api, client, haematologist, curator):
    client.force_login(haematologist)
    page = reverse("review-unit", args=["REP-00002"])
    assert "Checked as a haematologist" in client.get(page).content.decode()
    client.post(page, {"step": "check", "reason": "read beside the paper"})
    assert checked(api)["checked"] and checked(api)["on"] and checked(api)["by"] == "a haematologist"
    assert api("/toxicities/TOX-00010/")["checked_by_haematologist"] is True
    assert api("/evidence/", haematologist="checked")["count"] == 1
    assert "Checked by a haematologist on" in client.get("/studies/li-hua-2025/").content.decode()
    assert "So far 1 record is" in client.get("/about/").content.decode()
    assert Change.objects.filter(accession="REP-00002", action="checked", user=haematologist).exists()
    load([ROOT / "fixtures" / "li-hua-2025.yaml"])
    assert checked(api)["checked"], "loading the same fixture changes nothing"
    with acting(curator, "a slip"):
        Place.objects.create(
            record_id="TOX-00010", attribute="grade_low", number=9, locator="Abstract", as_reported="grade I"
        )
    assert Change.objects.filter(accession="REP-00002", action="check lapsed", user=curator).exists()
    assert checked(api)["checked"], "the public still sees what was checked"
    publish_all(["REP-00002"], user=None, reason="as it stands")
    assert not checked(api)["checked"]


def test_nobody_says_so_without_the_permission_nor_of_a_draft_or_of_ones_own(haematologist, curator, django_user_model):
    report = Report.objects.get(pk="REP-00002")
    reviewer = django_user_model.objects.create_user("reviewer", password="x")
    reviewer.groups.add(Group.objects.get(name="manager"))
    with pytest.raises(NotAllowed, match="check_as_haematologist"):
        workflow.check(report, user=reviewer, reason="x")
    with pytest.raises(NotAllowed, match="A reason is missing"):
        workflow.check(report, user=haematologist, reason=" ")
    with pytest.raises(NotAllowed, match="reports and discrepancies"):
        workflow.check(report.publication, user=haematologist, reason="x")
    with acting(haematologist, "entered"):
        toxicity = Toxicity.objects.get(pk="TOX-00010")
        toxicity.note = "mine"
        toxicity.save()
    with pytest.raises(NotAllowed, match="must be In review or Published|must be in review or published"):
        workflow.check(report, user=haematologist, reason="x")
    workflow.submit(report, user=curator, reason="a note")
    with pytest.raises(NotAllowed, match="a second person"):
        workflow.check(report, user=haematologist, reason="x")


def test_what_is_given_back_to_be_mended_is_not_checked(haematologist, curator):
    discrepancy = Discrepancy.objects.get(pk="DIS-00012")
    workflow.check(discrepancy, user=haematologist, reason="looked at both places")
    with acting(curator, "worded anew"):
        discrepancy.refresh_from_db()
        discrepancy.title += "."
        discrepancy.save()
    discrepancy.refresh_from_db()
    assert discrepancy.haematologist_checked_on is None
    workflow.submit(discrepancy, user=curator, reason="worded anew")
    workflow.check(discrepancy, user=haematologist, reason="again")
    workflow.return_to_draft(discrepancy, user=curator, reason="mend it")
    discrepancy.refresh_from_db()
    assert discrepancy.haematologist_checked_on is None
