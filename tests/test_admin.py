"""Curators: every record can be found, seen and edited in the admin; a wrong one is refused with the rule."""

import re

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse

from studies.admin.base import ReadOnlyAdmin
from studies.models import Change, Place, Report, Study, Term, Toxicity, record_models

pytestmark = pytest.mark.django_db
# Answers to readers have a page of their own.
TYPED = [model for model in record_models() if not isinstance(admin.site._registry[model], ReadOnlyAdmin)]


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


def address(model, page="changelist", *args):
    return reverse(f"admin:studies_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda m: m.__name__), ids=lambda m: m.__name__)
def test_every_model_is_listed_searched_and_opened(staff, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert staff.get(reverse(f"{name}_changelist"), {"q": "li hua"}).status_code == 200
    assert staff.get(reverse(f"{name}_changelist")).status_code == 200
    record = model._default_manager.first()
    if record is not None:
        assert staff.get(reverse(f"{name}_change", args=[record.pk])).status_code == 200
    if admin.site._registry[model].has_add_permission(staff.get("/").wsgi_request):
        assert staff.get(reverse(f"{name}_add")).status_code == 200


def entered(staff, **changes):
    """A toxicity as a curator types it into the form."""
    code = lambda vocabulary, name: Term.objects.get(vocabulary=vocabulary, code=name).pk  # noqa: E731
    values = {
        "report": "REP-00002", "cohort": "COH-00002", "course": "COU-00002", "term": code("toxicity", "seizure"),
        "presence": "absent", "affected_operator": "=", "duration_operator": "=", "time_operator": "=",
        "locator": "Abstract", "as_reported": "neurotoxicity was not observed", "basis": "stated",
        "reason": "looked again",
    }  # fmt: skip
    return staff.post(address(Toxicity, "add"), values | changes)


def test_a_record_is_entered_and_its_history_says_who_and_why(staff, curator):
    assert entered(staff).status_code == 302
    toxicity = Toxicity.objects.get(term__code="seizure")
    assert re.fullmatch(r"TOX-\d{5}", toxicity.pk)
    change = Change.objects.get(accession=toxicity.pk)
    assert (change.user, change.reason, change.action) == (curator, "looked again", "created")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"locator": ""}, "This field is required"),
        ({"affected_n": "2", "evaluable_n": "1", "presence": "present"}, "More patients affected than evaluable"),
        ({"grade_low": "2", "presence": "present"}, "A grade needs its grading scale"),
        ({"course": ""}, "It must name what it follows"),
        ({"cohort": "COH-00001"}, "another report"),
        ({"basis": "derived"}, "A derived fact needs its arithmetic"),
        ({"date": "8.11.2018"}, "is not a date"),
    ],
)
def test_what_cannot_be_right_is_refused_with_the_rule_and_kept_in_the_form(staff, changes, said):
    response = entered(staff, **changes)
    assert response.status_code == 200
    html = response.content.decode()
    assert said in html
    assert "neurotoxicity was not observed" in html, "what was typed is lost"
    assert not Toxicity.objects.filter(term__code="seizure").exists()


@pytest.mark.parametrize("model", TYPED, ids=lambda m: m.__name__)
def test_an_empty_form_is_told_what_it_lacks(staff, model):
    """No rule may stumble over what is missing."""
    management = {
        f"{prefix}-{name}": "0"
        for prefix in ("authors", "sides", "items", "columns")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    response = staff.post(address(model, "add"), management | {"reason": ""})
    assert response.status_code == 200
    html = response.content.decode()
    assert "This field is required" in html or "by one of them it can be found" in html


@pytest.mark.parametrize("model", TYPED, ids=lambda m: m.__name__)
def test_every_field_explains_itself(staff, model):
    html = staff.get(address(model, "add")).content.decode()
    form = admin.site._registry[model].get_form(staff.get("/admin/").wsgi_request)
    silent = [name for name, field in form.base_fields.items() if not field.help_text]
    assert silent == []
    assert "Where it stands" in html or not hasattr(model, "locator")


def test_who_may_only_look_cannot_publish(client, django_user_model):
    from django.contrib.auth.models import Permission

    reader = django_user_model.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_report"))
    client.force_login(reader)
    page = client.get(address(Report)).content.decode()
    assert "REP-00002" in page and "submit_selected" not in page


def test_a_record_stays_with_its_report(staff):
    toxicity = Toxicity.objects.get(pk="TOX-00001")
    toxicity.report_id = "REP-00002"
    with pytest.raises(ValidationError, match="stays with its report"):
        toxicity.full_clean()


def test_a_report_says_whether_it_has_changes_that_are_not_public(staff):
    page = staff.get(address(Report, "change", "REP-00002")).content.decode()
    assert re.search(r"changes not yet published.*?icon-no", page, re.S | re.I)
    entered(staff)
    page = staff.get(address(Report, "change", "REP-00002")).content.decode()
    assert re.search(r"changes not yet published.*?icon-yes", page, re.S | re.I)


def test_a_place_of_a_single_value_is_added_to_a_record(staff):
    page = staff.get(address(Toxicity, "change", "TOX-00010")).content.decode()
    link = f"{reverse('admin:studies_place_add')}?record=TOX-00010"
    assert link in page
    assert "TOX-00010" in staff.get(link).content.decode()
    values = {
        "record": "TOX-00010", "attribute": "duration", "number": "1", "instead": "on", "locator": "Discussion",
        "as_reported": "1–10 days", "basis": "stated", "why": "read again",
    }  # fmt: skip
    assert staff.post(reverse("admin:studies_place_add"), values).status_code == 302
    assert Place.objects.filter(record="TOX-00010", attribute="duration").exists()
    refused = staff.post(reverse("admin:studies_place_add"), values | {"attribute": "lenght"})
    assert "has no field “lenght”" in refused.content.decode()


def test_pointers_are_typed_not_scrolled(staff):
    found = staff.get(
        reverse("admin:autocomplete"),
        {"app_label": "studies", "model_name": "toxicity", "field_name": "term", "term": "seizure"},
    ).json()
    assert [entry["text"] for entry in found["results"]] == ["Seizure"]
    other = staff.get(
        reverse("admin:autocomplete"),
        {"app_label": "studies", "model_name": "toxicity", "field_name": "scale", "term": "toxicity"},
    ).json()
    offered = Term.objects.filter(pk__in=[entry["id"] for entry in other["results"]])
    assert {term.vocabulary for term in offered} == {"grading_scale"}, "another vocabulary was offered as a scale"


def test_what_was_ever_public_cannot_be_deleted(staff):
    assert staff.post(address(Toxicity, "delete", "TOX-00010"), {"post": "yes"}).status_code == 403
    assert Toxicity.objects.filter(pk="TOX-00010").exists()
    entered(staff)
    draft = Toxicity.objects.get(term__code="seizure")
    assert staff.post(address(Toxicity, "delete", draft.pk), {"post": "yes"}).status_code == 302
    (deleted,) = Change.objects.filter(accession=draft.pk, action="deleted")
    assert deleted.fields["as_reported"] == ["neurotoxicity was not observed", None], "what it said is lost"


def test_what_is_selected_in_the_list_is_handed_in(staff):
    Study(slug="new-2024", name="New 2024").save()
    draft = Study.objects.get(slug="new-2024")
    chosen = {"action": "submit_selected", "_selected_action": draft.pk}
    assert "waits for a second person" in staff.post(address(Study), chosen, follow=True).content.decode()
    assert Study.objects.get(pk=draft.pk).state == "in_review"
    assert "must be draft" in staff.post(address(Study), chosen, follow=True).content.decode()
    entered(staff)  # what is public takes a reason, which its review page asks for
    chosen = {"action": "submit_selected", "_selected_action": "REP-00002"}
    assert "say what was changed" in staff.post(address(Report), chosen, follow=True).content.decode()


def test_nobody_edits_history(staff):
    change = Change.objects.first()
    assert staff.post(address(Change, "change", change.pk), {"reason": "x"}).status_code == 403
    assert staff.post(address(Change, "delete", change.pk), {"post": "yes"}).status_code == 403


def test_the_state_cannot_be_typed(staff):
    page = staff.get(address(Report, "change", "REP-00002")).content.decode()
    assert 'name="state"' not in page and 'name="form"' not in page


def test_a_stranger_sees_the_login_page_only(client):
    for model in record_models():
        assert client.get(address(model)).status_code == 302


def test_list_pages_ask_the_same_number_of_statements_whatever_they_show(staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        staff.get(address(Toxicity))
    with django_assert_max_num_queries(14):
        staff.get(address(Toxicity), {"q": "fever"})
