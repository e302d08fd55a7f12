"""Nobody publishes what they entered, changed or removed, or never saw; and a case goes to the second person as one."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from studies.models import (
    Change,
    Cohort,
    CohortOverlap,
    Discrepancy,
    InterestStatement,
    Mapping,
    Outcome,
    Place,
    Publication,
    PublicRecord,
    PublishedTable,
    Report,
    Side,
    Study,
    Term,
    Toxicity,
    acting,
    get_record,
)
from studies.publishing import Refused, workflow
from studies.publishing.workflow import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(django_user_model):
    found = {}
    for role in ("curator", "reviewer", "manager"):
        found[role] = django_user_model.objects.create_user(role, password="a long enough password", is_staff=True)
        found[role].groups.add(Group.objects.get(name=role))
        InterestStatement.objects.create(user=found[role], text="none")
    return found


def noted(record, user, text="Read again."):
    """A record with a remark that this user made."""
    with acting(user, "read again"):
        record.note = text
        record.save()
    return record


def of_kong(user):
    return noted(Outcome.objects.filter(report="REP-00400").first(), user).report


def overlap(user):
    """An overlap of a cohort of another study with that of Kong 2022."""
    other = Cohort.objects.filter(parent=None).exclude(report="REP-00400").first()
    with acting(user, "the same centre"):
        made = CohortOverlap(
            cohort=other, other=Cohort.objects.get(report="REP-00400", parent=None), relation="suspected",
            basis="the same centre", source="both papers",
        )  # fmt: skip
        made.full_clean(exclude=["accession"])
        made.save()
    return made


def removed(user):
    with acting(user, "a slip"):
        row = Toxicity.objects.filter(report="REP-00400").first()
        row.pk = row.accession_id = None
        row._state.adding = True
        row.save()
        row.delete()


@pytest.mark.parametrize(
    ("unit", "change"),
    [
        ("REP-00400", overlap),
        ("REP-00400", removed),
        ("PUB-00001", lambda user: noted(PublishedTable.objects.filter(publication="PUB-00001").first(), user)),
        ("REP-00400", lambda user: noted(Outcome.objects.filter(report="REP-00400").first(), user, "And again.")),
    ],
    ids=["an overlap", "a removed row", "a published table", "a row"],
)
def test_whoever_changed_a_unit_in_whatever_way_does_not_publish_it(people, unit, change):
    of_kong(people["curator"])
    noted(Publication.objects.get(pk="PUB-00001"), people["curator"])
    workflow.submit(get_record(unit), user=people["curator"], reason="a note")
    change(people["reviewer"])
    assert get_record(unit).state == "draft", "what is changed while it is looked at is a draft again"
    workflow.submit(get_record(unit), user=people["curator"], reason="a note")
    with pytest.raises(NotAllowed, match="a second person publishes it"):
        workflow.publish_reviewed([get_record(unit)], user=people["reviewer"], reason="fine")
    workflow.publish_reviewed([get_record(unit)], user=people["manager"], reason="fine")


def test_what_was_removed_stays_in_the_history_as_it_was(people):
    removed(people["curator"])
    change = Change.objects.filter(action="deleted").first()
    assert (change.unit, change.reason, change.user) == ("REP-00400", "a slip", people["curator"])
    assert change.fields["term"][0] and change.fields["locator"][1] is None


def excusing(user):
    """A discrepancy that excuses an outcome of Kong 2022, never handed in."""
    outcome = Outcome.objects.filter(report="REP-00400").first()
    with acting(user, "the parts do not sum"):
        found = Discrepancy(
            publication=outcome.report.publication, kind="arithmetic", severity="clerical", title="Parts", shown="x",
            explanation="x",
        )  # fmt: skip
        found.save()
        for position in (1, 2):
            Side.objects.create(
                discrepancy=found, position=position, record=outcome.accession, locator=f"Page {position}",
                as_reported="x", publication=found.publication,
            )  # fmt: skip
    with acting(user, "excused"):
        outcome.excused_by = found
        outcome.save()
    return found


def test_a_discrepancy_that_excuses_a_row_is_reviewed_too(people):
    report = of_kong(people["curator"])
    found = excusing(people["curator"])
    workflow.submit(report, user=people["curator"], reason="a note")
    with pytest.raises(NotAllowed, match="must be in review"):
        workflow.publish_reviewed([report], user=people["reviewer"], reason="fine")
    workflow.submit(found, user=people["curator"])
    workflow.publish_reviewed([report], user=people["reviewer"], reason="fine")
    assert Discrepancy.objects.get(pk=found.pk).is_public


def test_what_changed_behind_an_open_page_is_not_published_by_it(people, client):
    report = of_kong(people["curator"])
    workflow.submit(report, user=people["curator"], reason="a note")
    page = reverse("review-unit", args=[report.pk])
    client.force_login(people["reviewer"])
    seen = client.get(page).context["seen"]
    noted(Outcome.objects.filter(report="REP-00400").first(), people["curator"], "Never seen.")
    workflow.submit(Report.objects.get(pk=report.pk), user=people["curator"], reason="once more")
    told = {"step": "publish", "reason": "fine"}
    for stale in ({"seen": seen}, {}):
        said = client.post(page, told | stale)
        assert "It was changed after you opened this page" in said.content.decode()
        assert not PublicRecord.objects.filter(document__contains="Never seen.").exists()
    assert "Never seen." in said.content.decode()
    client.post(page, told | {"seen": said.context["seen"]})
    assert PublicRecord.objects.filter(document__contains="Never seen.").exists()


def test_a_case_is_handed_in_returned_and_published_as_one(people, client):
    report = of_kong(people["curator"])
    found = excusing(people["curator"])
    noted(Study.objects.get(slug="kong-2022"), people["curator"])
    units = [report, found, Study.objects.get(slug="kong-2022")]
    page = reverse("review-unit", args=[report.pk])

    def take(role, step, **more):
        client.force_login(people[role])
        shown = client.get(page)
        said = client.post(page, {"step": step, "whole": "on", "seen": shown.context["seen"]} | more, follow=True)
        return shown.content.decode(), said.content.decode()

    def states():
        return {type(unit).objects.get(pk=unit.pk).state for unit in units}

    take("curator", "submit", reason="read again")
    assert states() == {"in_review"}
    take("reviewer", "return", reason="say where")
    assert states() == {"draft"}
    take("curator", "submit", reason="said where")
    shown, _ = take("reviewer", "publish", reason="checked against the text")
    assert "read again" in shown and found.title in shown, "who changed what and why is told to the second person"
    assert states() == {"published"}


def test_a_case_with_a_part_that_is_no_longer_in_review_is_not_published(people, client):
    report = of_kong(people["curator"])
    study = noted(Study.objects.get(slug="kong-2022"), people["curator"])
    workflow.submit(report, user=people["curator"], reason="a note")
    page = reverse("review-unit", args=[report.pk])
    client.force_login(people["reviewer"])
    told = {"step": "publish", "reason": "x", "whole": "on", "seen": client.get(page).context["seen"]}
    assert f"{study} is draft" in client.post(page, told).content.decode()
    assert Report.objects.get(pk=report.pk).state == "in_review"


# Why it was changed


def test_what_is_public_is_not_changed_on_the_page_of_its_case_without_a_reason(people, client):
    page = reverse("enter:case", args=["REP-00400"])
    client.force_login(people["curator"])
    toxicity = Toxicity.objects.filter(report="REP-00400").first()
    opened = client.get(reverse("enter:row", args=["REP-00400"]), {"key": toxicity.pk, "prefix": "toxicities-0"})
    form = opened.context["row"].form
    typed = {form.add_prefix(name): value for name in form.fields if (value := form[name].value()) not in (None, False)}
    typed |= {"toxicities-0-accession": toxicity.pk, "toxicities-0-note": "Looked again.", "save": "1"}
    typed["stamp"] = Change.objects.first().id
    said = client.post(page, typed).content.decode()
    assert "Say why it is changed" in said and "Looked again." in said
    assert Toxicity.objects.get(pk=toxicity.pk).note != "Looked again."
    assert client.post(page, typed | {"reason": "the figure was enlarged"}).status_code == 302
    assert Change.objects.filter(accession=toxicity.pk).first().reason == "the figure was enlarged"


def test_a_place_of_what_is_public_is_not_changed_without_a_reason(people, client):
    place = Place.objects.filter(record__kind="OUT").first()
    address = reverse("admin:studies_place_change", args=[place.pk])
    client.force_login(people["curator"])
    form = client.get(address).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields} | {"locator": "Elsewhere"}
    typed = {name: value for name, value in typed.items() if value is not False}
    assert "say why its place is changed" in client.post(address, typed | {"why": " "}).content.decode()
    assert client.post(address, typed | {"why": "read again"}).status_code == 302
    change = Change.objects.filter(accession=place.record_id).first()
    assert change.reason == "read again" and "Elsewhere" in str(change.fields)
    assert client.get(reverse("admin:studies_place_delete", args=[place.pk])).status_code == 403


def test_rows_within_a_record_are_told_before_and_after(people, client):
    publication = Publication.objects.get(slug="kong-2022")
    address = reverse("admin:studies_publication_change", args=[publication.pk])
    client.force_login(people["curator"])
    page = client.get(address)
    typed = {}
    forms = [page.context["adminform"].form, *page.context["inline_admin_formsets"][0].formset.forms]
    for form in (*forms, page.context["inline_admin_formsets"][0].formset.management_form):
        values = {form.add_prefix(name): form[name].value() for name in form.fields}
        typed |= {name: value for name, value in values.items() if value not in (None, False)}
    first = publication.authors.first()
    typed |= {"authors-0-family_name": "Kang", "reason": "misread"}
    assert client.post(address, typed).status_code == 302
    change = Change.objects.filter(accession=publication.pk).first()
    ((name, (before, after)),) = change.fields.items()
    assert name == "author 1" and first.family_name in before and "Kang" in after and change.reason == "misread"


def test_a_manager_gives_roles_and_no_more(people, client, django_user_model):
    above = django_user_model.objects.create_superuser("above", password="a long enough password")
    client.force_login(people["manager"])
    address = reverse("admin:studies_user_change", args=[people["manager"].pk])
    form = client.get(address).context["adminform"].form
    assert not {"is_superuser", "user_permissions"} & set(form.fields)
    typed = {"username": "manager", "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    client.post(address, typed | {"groups": [Group.objects.get(name="manager").pk]})
    people["manager"].refresh_from_db()
    assert not people["manager"].is_superuser
    for name in ("admin:studies_user_change", "admin:auth_user_password_change"):
        there = reverse(name, args=[above.pk])
        assert client.post(there, {"password1": "another long one", "password2": "another long one"}).status_code == 403


# Vocabularies


def relabelled(client, user, **more):
    """The form of a term as this user sends it, with another label."""
    term = Term.objects.get(vocabulary="toxicity", code="acute_gvhd")
    address = reverse("admin:studies_term_change", args=[term.pk])
    client.force_login(user)
    page = client.get(address)
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
        assert not inline.formset.can_delete
    typed = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    typed = {name: value for name, value in typed.items() if value is not None and value is not False}
    return client.post(address, typed | {"label": "aGVHD otherwise", "reason": "as the consensus words it"} | more)


def test_a_term_is_changed_with_a_reason_and_published_by_a_second_person(people, client, api):
    term = Term.objects.get(vocabulary="toxicity", code="acute_gvhd")
    page = reverse("review-vocabularies")
    assert "This field is required" in relabelled(client, people["reviewer"], reason="").content.decode()
    assert relabelled(client, people["reviewer"]).status_code == 302
    change = Change.objects.first()
    assert change.fields == {"toxicity acute_gvhd · label": [term.label, "aGVHD otherwise"]}
    assert change.reason == "as the consensus words it"

    noted(Study.objects.get(slug="kong-2022"), people["curator"])
    of_kong(people["curator"])
    units = [Study.objects.get(slug="kong-2022"), Report.objects.get(pk="REP-00400")]
    for unit in units:
        workflow.submit(unit, user=people["curator"], reason="a note")
    workflow.publish_reviewed(units, user=people["manager"], reason="fine")
    assert "aGVHD otherwise" not in str(api("/vocabularies/toxicity/")), "it goes out with nothing else"

    def published(by):
        client.force_login(people[by])
        told = {"reason": "fine", "seen": client.get(page).context["seen"]}
        return client.post(page, told, follow=True).content.decode()

    InterestStatement.objects.filter(user=people["manager"]).delete()
    assert "a second person publishes it" in published("reviewer")
    assert "it takes the role" in published("curator")
    assert "statement of interests" in published("manager")
    InterestStatement.objects.create(user=people["manager"], text="none")
    assert "public as revision" in published("manager")
    assert "aGVHD otherwise" in str(api("/vocabularies/toxicity/"))


def test_a_new_term_is_public_before_a_record_that_names_it(people):
    term = Term.objects.create(vocabulary="toxicity", code="new", label="New", definition="x", edited=True)
    toxicity = Toxicity.objects.filter(report="REP-00400").first()
    with acting(people["curator"], "a new term"):
        toxicity.term = term
        toxicity.save()
    workflow.submit(toxicity.report, user=people["curator"], reason="a new term")
    with pytest.raises(Refused, match="have the vocabularies published first"):
        workflow.publish_reviewed([toxicity.report], user=people["reviewer"], reason="fine")


def test_no_code_of_another_vocabulary_is_deleted(people, client):
    client.force_login(people["curator"])
    mapping = Mapping.objects.first()
    assert client.post(reverse("admin:studies_mapping_delete", args=[mapping.pk]), {"post": "yes"}).status_code == 403
