"""What a number that should not exist is told: the database's constraints and the models' rules, case by case."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from studies.models import (
    Accession,
    Agent,
    Change,
    Claim,
    Cohort,
    CohortOverlap,
    Construct,
    Coverage,
    Discrepancy,
    Infusion,
    Interval,
    Lymphodepletion,
    Measurement,
    Outcome,
    Place,
    Publication,
    Registration,
    RegistrationDescription,
    Report,
    SetStatement,
    Side,
    SourceRead,
    Term,
    Toxicity,
    Transplant,
    acting,
)

pytestmark = pytest.mark.django_db

PLACE = {"locator": "Table 1", "as_reported": "1"}


def term(vocabulary, code):
    return Term.objects.get(vocabulary=vocabulary, code=code)


def toxicity(**changes):
    values = {
        "report_id": "REP-00001", "cohort_id": "COH-00001", "course_id": "COU-00001",
        "term": term("toxicity", "crs"), "presence": "present", **PLACE,
    }  # fmt: skip
    return Toxicity(**values | changes)


def outcome(**changes):
    values = {
        "report_id": "REP-00001", "cohort_id": "COH-00001", "course_id": "COU-00001",
        "measure": term("outcome_measure", "relapse"), "category": term("response", "relapse"),
        "n": 1, "denominator": 10, **PLACE,
    }  # fmt: skip
    return Outcome(**values | changes)


def measurement(**changes):
    values = {
        "report_id": "REP-00002", "cohort_id": "COH-00002", "course_id": "COU-00002",
        "analyte": term("analyte", "crp"), "value": Decimal(5), "unit": "mg/L", **PLACE,
    }  # fmt: skip
    return Measurement(**values | changes)


def cohort(**changes):
    values = {
        "report_id": "REP-00001",
        "parent_id": "COH-00001",
        "split_by": "other",
        "code": "x",
        "label": "x",
        "n": 2,
    }
    return Cohort(**values | PLACE | changes)


def infusion(**changes):
    values = {"report_id": "REP-00002", "course_id": "COU-00002", "order": 9, "unit": "cells/kg"}
    return Infusion(**values | PLACE | changes)


def transplant(**changes):
    values = {
        "report_id": "REP-00002", "cohort_id": "COH-00002", "order": 9, "kind": "allogeneic",
        "graft_source": term("graft_source", "not_reported"), "donor": term("donor", "not_reported"),
    }  # fmt: skip
    return Transplant(**values | PLACE | changes)


REFUSED = [
    (toxicity, {"locator": ""}, "locator"),
    (toxicity, {"as_reported": ""}, "as_reported"),
    (toxicity, {"basis": ""}, "basis"),
    (toxicity, {"basis": "derived"}, "arithmetic"),
    (toxicity, {"basis": "judgement"}, "reason"),
    (toxicity, {"affected_n": 3, "evaluable_n": 2}, "More patients affected than evaluable"),
    (toxicity, {"affected_n": 3, "evaluable_n": 11}, "the cohort has 10"),
    (toxicity, {"grade_low": 3, "grade_high": 2, "scale": ("grading_scale", "lee_2014")}, "grade_low"),
    (toxicity, {"grade_low": 1}, "needs its grading scale"),
    (toxicity, {"grade_low": 0, "scale": ("grading_scale", "lee_2014")}, "no grade 0"),
    (toxicity, {"presence": "absent", "affected_n": 1, "evaluable_n": 10}, "affects nobody"),
    (toxicity, {"presence": "present", "affected_n": 0, "evaluable_n": 10}, "absent"),
    (toxicity, {"course_id": None}, "what it follows"),
    (toxicity, {"transplant_id": "TRA-00001"}, "what it follows"),
    (toxicity, {"course_id": "COU-00002"}, "another report"),
    (toxicity, {"term": ("response", "CR")}, "term"),
    (toxicity, {"time_low": Decimal(3), "time_unit": "days"}, "counted from"),
    (toxicity, {"date": "2017-13"}, "date"),
    (outcome, {"course_id": None}, "what it follows"),
    (outcome, {"n": 11, "denominator": 10}, "greater than its denominator"),
    (outcome, {"denominator": 11}, "the cohort has 10"),
    (outcome, {"denominator": None}, "needs its denominator"),
    (outcome, {"n": 0, "denominator": 0}, "at least 1"),
    (cohort, {"report_id": "REP-00003", "parent_id": None, "split_by": ""}, "report of a study"),
    (outcome, {"category": None, "n": None}, "category or a value"),
    (outcome, {"value": Decimal(3)}, "needs its unit"),
    (outcome, {"ci_low": Decimal(60), "ci_high": Decimal(40)}, "interval"),
    (outcome, {"measure": ("outcome_measure", "remission_duration"), "value": Decimal(3), "unit": "months"}, "ended"),
    (outcome, {"measure": ("outcome_measure", "remission_duration"), "value": Decimal(3), "unit": "moons"}, "months"),
    (measurement, {"value": None}, "has none"),
    (measurement, {"absence": "not_reported"}, "has none"),
    (measurement, {"canonical_value": Decimal(5)}, "canonical"),
    (measurement, {"unit": "%", "value": Decimal(103)}, "percentage"),
    (cohort, {"n": 11}, "larger than its parent"),
    (cohort, {"split_by": ""}, "by what it is split"),
    (cohort, {"split_by": "disease"}, "names its disease"),
    (cohort, {"code": "CLL"}, "already exists"),
    (cohort, {"age_low": Decimal(70), "age_high": Decimal(7)}, "age_low"),
    (cohort, {"n_female": 3}, "More women"),
    (cohort, {"age_low": Decimal(-3)}, "not negative"),
    (cohort, {"age_low": None, "age_high": None, "age_at": "infusion"}, "give the age too"),
    (cohort, {"age_low": Decimal(450), "age_high": Decimal(450)}, "Nobody has reached"),
    (cohort, {"age_median": Decimal(1_500_000), "age_unit": "months"}, "Nobody has reached"),
    (cohort, {"age_low": Decimal(10), "age_high": Decimal(20), "age_median": Decimal(70)}, "median age"),
    (cohort, {"n": 0, "parent_id": None, "split_by": ""}, "a patient at least"),
    (cohort, {"sex": "male", "n_female": 1}, "yet there are women"),
    (cohort, {"sex": "female", "n_male": 1}, "yet there are men"),
    (outcome, {"value": Decimal(-5), "unit": "%"}, "not negative"),
    (outcome, {"measure": ("outcome_measure", "follow_up"), "value": Decimal(-5), "unit": "months"}, "not negative"),
    (outcome, {"value": Decimal(140), "unit": "%"}, "from 0 to 100"),
    (outcome, {"value": Decimal(90), "unit": "%", "ci_low": Decimal(10), "ci_high": Decimal(20)}, "its own interval"),
    (outcome, {"value_high": Decimal(90), "unit": "%"}, "without a beginning"),
    (toxicity, {"time_high": Decimal(3), "time_unit": "days", "time_from": "infusion"}, "without a beginning"),
    (infusion, {"dose_high": Decimal("1e12")}, "needs “dose_low”"),
    (infusion, {"n_infusions_high": 3}, "needs “n_infusions”"),
    (transplant, {"tnc_dose": Decimal(0), "tnc_unit": "cells"}, "greater than nought"),
    (cohort, {"report_id": "REP-00002"}, "another report"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "changes", "said"), REFUSED)
def test_what_cannot_be_right_is_refused_with_the_rule(make, changes, said):
    changes = {k: term(*v) if isinstance(v, tuple) else v for k, v in changes.items()}
    with pytest.raises(ValidationError) as refused:
        make(**changes).full_clean(exclude=["accession"])
    assert said in str(refused.value.message_dict)


@pytest.mark.parametrize("make", [toxicity, outcome, measurement, cohort, infusion, transplant])
def test_and_the_same_rows_without_the_fault_are_accepted(make):
    record = make()
    record.full_clean(exclude=["accession"])
    record.save()
    assert record.pk.startswith(f"{record.KIND}-")


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (toxicity, {"locator": ""}),
        (toxicity, {"affected_n": 3, "evaluable_n": 2}),
        (toxicity, {"grade_low": 1}),
        (toxicity, {"course_id": None}),
        (outcome, {"n": 11, "denominator": 10}),
        (measurement, {"value": None}),
        (cohort, {"split_by": ""}),
        (cohort, {"age_low": Decimal(-3)}),
        (infusion, {"dose_high": Decimal("1e12")}),
    ],
)
def test_the_database_itself_refuses_it_whoever_writes(make, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**changes).save()


def test_an_interval_agrees_with_its_two_dates():
    interval = Interval.objects.get(pk="INT-00002")
    interval.low = interval.high = Decimal(403)
    with pytest.raises(ValidationError, match="there are 402 days, not 403"):
        interval.full_clean()


def test_what_the_paper_itself_breaks_passes_with_a_discrepancy_that_names_both_places():
    wrong = toxicity(affected_n=11, evaluable_n=10)
    with pytest.raises(ValidationError, match="More patients affected"):
        wrong.full_clean(exclude=["accession"])
    publication = Publication.objects.get(slug="liu-2017")
    discrepancy = Discrepancy(
        publication=publication, kind="arithmetic", severity="matters", title="11 of 10", explanation="x", shown="x"
    )
    discrepancy.save()
    Side.objects.create(discrepancy=discrepancy, position=1, publication=publication, locator="Text", as_reported="11")
    wrong.excused_by = discrepancy
    with pytest.raises(ValidationError, match="does not name"):
        wrong.full_clean(exclude=["accession"])
    Side.objects.create(discrepancy=discrepancy, position=2, publication=publication, locator="Table", as_reported="10")
    wrong.full_clean(exclude=["accession"])
    wrong.save()


def test_a_report_tells_of_one_thing():
    with pytest.raises(ValidationError, match="one study or of one registration"):
        Report(publication_id="PUB-00010", role="primary").full_clean(exclude=["accession"])


def test_overlaps_are_told_of_root_cohorts():
    overlap = CohortOverlap(cohort_id="COH-00002", other_id="COH-00004", relation="same", basis="x", source="x")
    with pytest.raises(ValidationError, match="root cohorts"):
        overlap.full_clean(exclude=["accession"])


def test_no_more_patients_are_shared_than_the_smaller_cohort_has():
    overlap = CohortOverlap.objects.get(pk="OVL-00001")
    overlap.shared_high = 11
    with pytest.raises(ValidationError, match="11 patients shared, but the smaller cohort has 10"):
        overlap.full_clean()


def test_a_report_stays_with_what_it_tells_of():
    report = Report.objects.get(pk="REP-00001")
    report.study_id = "STU-00002"
    with pytest.raises(ValidationError, match="stays with its document"):
        report.full_clean()


def test_a_registry_status_needs_its_day():
    registration = Registration(registry="ClinicalTrials.gov", identifier="NCT00000001")
    registration.full_clean(exclude=["accession"])
    registration.save()
    report = Report(publication_id="PUB-00001", registration=registration, role="secondary")
    report.save()
    plan = RegistrationDescription(report=report, status="Suspended", **PLACE)
    with pytest.raises(ValidationError, match="day on which it was looked up"):
        plan.full_clean(exclude=["accession"])
    plan.as_of = "2016-12-18"
    plan.full_clean(exclude=["accession"])
    infusion = Infusion(report=report, order=1, **PLACE)
    infusion.full_clean(exclude=["accession"])


def test_a_registration_is_checked_against_its_registry():
    with pytest.raises(ValidationError, match="not an identifier of ClinicalTrials.gov"):
        Registration(registry="ClinicalTrials.gov", identifier="NCT0108729").full_clean(exclude=["accession"])


def test_none_is_never_entered_as_silence():
    with pytest.raises(ValidationError, match="not a silence"):
        Coverage(report_id="REP-00001", absence="none", parts_searched="Text").full_clean(exclude=["accession"])


def test_no_lymphodepletion_has_no_agents():
    none = Lymphodepletion.objects.get(pk="LYM-00001")
    Agent(
        report_id="REP-00001", lymphodepletion=none, role="lymphodepletion", name=term("agent", "fludarabine"), **PLACE
    ).save()
    with pytest.raises(ValidationError, match="has no agents"):
        none.full_clean()


def test_a_dose_needs_its_unit_and_whether_per_day():
    agent = Agent(
        report_id="REP-00002", lymphodepletion_id="LYM-00002", role="lymphodepletion",
        name=term("agent", "fludarabine"), dose_low=Decimal(30), **PLACE,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="per day, per dose or in total"):
        agent.full_clean(exclude=["accession"])


def test_the_number_of_costimulatory_domains_is_derived():
    construct = Construct(targets="CD19", costimulatory_domains="CD28+4-1BB+CD27")
    assert construct.n_costimulatory_domains == 3
    assert Construct(targets="CD19").n_costimulatory_domains is None


def test_a_domain_that_is_in_no_vocabulary_is_refused():
    construct = Construct(
        report_id="REP-00001", slug="x", name="x", targets="CD19", costimulatory_domains="CD28+137", **PLACE
    )
    with pytest.raises(ValidationError, match="137: not in the vocabulary"):
        construct.full_clean(exclude=["accession"])


def test_a_sentence_about_several_studies_stays_with_the_document():
    with pytest.raises(ValidationError, match="several studies"):
        SetStatement(report_id="REP-00001", text="x", **PLACE).full_clean(exclude=["accession"])


def test_a_place_names_a_field_that_there_is():
    place = Place(record_id="TOX-00001", attribute="presense", **PLACE)
    with pytest.raises(ValidationError, match="no field “presense”"):
        place.full_clean()


def test_a_slug_never_changes():
    publication = Publication.objects.get(slug="li-hua-2025")
    publication.slug = "li-2025"
    with pytest.raises(ValidationError, match="never changes"):
        publication.full_clean()


def test_an_accession_is_never_given_twice():
    claim = Claim(
        report_id="REP-00003", topic=term("topic", "safety"), text="x", population="x", support="cited", **PLACE
    )
    claim.save()
    first = claim.pk
    Change.objects.filter(accession=first).delete()
    claim.delete()
    other = Claim(
        report_id="REP-00003", topic=term("topic", "safety"), text="x", population="x", support="cited", **PLACE
    )
    other.save()
    assert other.pk != first
    assert Accession.objects.filter(pk=first).exists()


def test_every_change_is_logged_with_who_when_and_why(curator):
    claim = Claim.objects.get(pk="CLA-00010")
    with acting(curator, "a clearer wording"):
        claim.text = "With chemotherapy alone about 30% live long"
        claim.save()
        claim.save()
    (change,) = Change.objects.filter(accession="CLA-00010", user=curator)
    assert change.reason == "a clearer wording"
    assert list(change.fields) == ["text"]
    assert change.fields["text"][1] == claim.text


def test_every_model_has_its_admin_page_and_every_kind_its_own_letters():
    from django.contrib import admin

    from studies.models import record_models

    assert all(admin.site.is_registered(model) for model in record_models())
    kinds = [model.KIND for model in record_models()]
    assert len(kinds) == len(set(kinds)) and all(len(kind) == 3 for kind in kinds)


def test_no_migration_is_pending():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("checksum", "abc", "no SHA-256"),
        ("read_on", "2999-01", "in the future"),
        ("read_on", "2017-13", "not in the calendar"),
        ("read_on", "lately", "is not a date"),
    ],
)
def test_a_source_read_has_a_checksum_and_a_day_that_can_be(field, value, said):
    source = SourceRead.objects.get(publication__slug="li-hua-2025")
    source.full_clean()
    setattr(source, field, value)
    with pytest.raises(ValidationError, match=said):
        source.full_clean()


def test_a_measurement_is_named_with_its_sign_and_its_range():
    one = Measurement.objects.filter(value__isnull=False).first()
    one.value, one.value_high, one.operator, one.unit = Decimal("0.01"), None, "<", "ng/ml"
    assert str(one).endswith(" < 0.01 ng/ml")
    one.value, one.value_high, one.operator = Decimal(3), Decimal(5), "="
    assert str(one).endswith(" 3–5 ng/ml")


@pytest.mark.parametrize(("typed", "said"), [("a week", "decimal number"), ("99999999", "more than 120 years")])
def test_a_time_that_is_no_number_or_longer_than_a_life_is_refused(typed, said):
    toxicity = Toxicity.objects.get(pk="TOX-00012")
    toxicity.time_low, toxicity.time_unit, toxicity.time_from = typed, "days", "infusion"
    with pytest.raises(ValidationError, match=said):
        toxicity.full_clean()
