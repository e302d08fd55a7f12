"""Each datacheck finds what it is for, and nothing once the record is right."""

from pathlib import Path

import pytest
from django.db import transaction

from studies.models import (
    Accession,
    Agent,
    Appraisal,
    AppraisalItem,
    Cohort,
    CohortOverlap,
    Coverage,
    Event,
    Infusion,
    Measurement,
    Outcome,
    Place,
    Publication,
    Registration,
    Report,
    Side,
    SourceRead,
    Study,
    StudyDescription,
    Term,
    Toxicity,
    Transplant,
    get_record,
)
from studies.models.choices import CheckSeverity
from studies.publishing.datachecks import CHECKS, documented, run
from studies.publishing.datachecks.units import PLAUSIBLE, UNKNOWN

pytestmark = pytest.mark.django_db
PLACE = {"locator": "Text", "as_reported": "x"}
LI_HUA, KOCHENDERFER, CRUZ, LI_HUIBO = "REP-00002", "REP-00001", "REP-00100", "REP-00300"


def term(vocabulary, code):
    return Term.objects.get(vocabulary=vocabulary, code=code)


def change(model, accession, **fields):
    """A change of a record past its own rules, as a paper may print it."""
    return lambda: model.objects.filter(pk=accession).update(**fields)


def silent(*codes):
    def make():
        coverage, _ = Coverage.objects.get_or_create(report_id=LI_HUA, absence="not_reported", course=None)
        coverage.topics.add(*(term("topic", code) for code in codes))

    return make


def forgotten():
    for coverage in Coverage.objects.filter(report=LI_HUA):
        coverage.topics.remove(term("topic", "later_therapy"))


def graded(term_code, scale, pk="TOX-00010", **fields):
    return lambda: Toxicity.objects.filter(pk=pk).update(
        term=term("toxicity", term_code), scale=term("grading_scale", scale), **fields
    )


def told_twice():
    report = Report(publication_id="PUB-00010", study_id="STU-00001", role="primary")
    report.save()
    Cohort(report=report, code="all", label="all", n=10, **PLACE).save()


def appraised_as_retold():
    Accession.register([("APP-00900", "APP")])
    about = {"tool": "murad_2018", "appraised_on": "2026-11-28", "appraiser": "a curator"}
    Appraisal(accession_id="APP-00900", report_id=KOCHENDERFER, **about).save(force_insert=True)


def one_centre():
    centres = {"DES-00100": "Union Hospital, Fujian Medical University, Fuzhou", "DES-00101": "Fujian Union Hospital"}
    for accession, centre in centres.items():
        StudyDescription.objects.filter(pk=accession).update(centre=centre)


def another_overlap():
    """The centre in common, and an overlap with another cohort of the same study."""
    one_centre()
    other = Cohort(report_id=CRUZ, code="later", label="later patients", n=3, **PLACE)
    other.save()
    CohortOverlap(cohort=other, other_id="COH-00110", relation="same", basis="x", source="x").save()


def another_grade():
    crs = {"affected_n": 1, "evaluable_n": 1, "scale": term("grading_scale", "lee_2014")}
    Toxicity.objects.filter(pk="TOX-00010").update(grade_low=1, grade_high=1, grade_operator="=", **crs)
    one = Toxicity.objects.get(pk="TOX-00010")
    Toxicity(
        report=one.report, cohort=one.cohort, course=one.course, term=one.term, presence="present", grade_low=2,
        grade_high=4, **crs, **PLACE,
    ).save()  # fmt: skip


def present_after_all():
    one = Toxicity.objects.get(pk="TOX-00018")
    one.accession, one.presence = None, "present"
    one.save()


def measured_twice():
    one, other = Measurement.objects.get(pk="MEA-00011"), Measurement.objects.get(pk="MEA-00016")
    for name in ("analyte", "specimen", "method", "statistic", "moment", "date", "course", "transplant", "therapy"):
        setattr(other, name, getattr(one, name))
    for name in ("time_low", "time_high", "time_unit", "time_from"):
        setattr(other, name, getattr(one, name))
    other.save()


def of_a_study(study):
    """The report of a document's own words, turned into one that tells nothing of a study."""
    return change(Report, "REP-00003", role="primary", study_id=study)


def measured(analyte, unit):
    return lambda: Measurement.objects.filter(pk="MEA-00011").update(analyte=term("analyte", analyte), unit=unit)


def looked_up():
    Publication.objects.update(retraction_status="none_known", retraction_as_of="2026-11-01")


# Check, the unit it is asked of, the record it names, and what is done to make the record wrong.
WRONG = [
    ("DC001", KOCHENDERFER, "COH-00001", change(Cohort, "COH-00003", n=5)),
    ("DC002", KOCHENDERFER, "OUT-00001", change(Outcome, "OUT-00001", n=2)),
    ("DC003", CRUZ, "COH-00100", change(Cohort, "COH-00104", n=3)),
    ("DC004", KOCHENDERFER, "COH-00001", change(Cohort, "COH-00001", n_female=4, n_male=5)),
    ("DC005", KOCHENDERFER, "OUT-00002", change(Outcome, "OUT-00002", denominator=9, note="")),
    ("DC006", "REP-00101", "OUT-00126", change(Outcome, "OUT-00126", n=5)),
    ("DC007", LI_HUA, "DES-00002", change(Cohort, "COH-00002", n=4)),
    ("DC008", LI_HUA, "TOX-00010", another_grade),
    ("DC009", KOCHENDERFER, "OUT-00001", change(Outcome, "OUT-00001", value=90, unit="%")),
    ("DC010", LI_HUA, "TOX-00010", silent("crs")),
    ("DC011", LI_HUA, LI_HUA, silent("dose")),
    ("DC012", LI_HUA, LI_HUA, forgotten),
    ("DC013", LI_HUA, "TOX-00018", present_after_all),
    ("DC014", LI_HUA, LI_HUA, lambda: SourceRead.objects.filter(publication="PUB-00002").delete()),
    ("DC015", "REP-00003", "REP-00003", of_a_study("STU-00008")),
    ("DC016", "REP-00003", "REP-00003", of_a_study("STU-00009")),
    ("DC017", LI_HUA, LI_HUA, lambda: StudyDescription.objects.filter(report=LI_HUA).delete()),
    ("DC018", KOCHENDERFER, KOCHENDERFER, lambda: StudyDescription.objects.filter(report=KOCHENDERFER).delete()),
    ("DC020", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", accepted="2025-01-10")),
    ("DC021", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", year=2021)),
    ("DC022", LI_HUA, "TRA-00010", change(Transplant, "TRA-00010", date="2026-10-02")),
    ("DC023", LI_HUA, "EVE-00013", change(Event, "EVE-00013", date="2017-01-01")),
    ("DC024", LI_HUA, "INT-00002", change(Infusion, "INF-00002", date="2016-11-08")),
    (
        "DC025", LI_HUA, "TOX-00010",
        change(Toxicity, "TOX-00010", time_low=-3, time_high=-3, time_unit="days", time_from="infusion"),
    ),
    ("DC026", LI_HUA, "OUT-00027", change(Outcome, "OUT-00027", value=9)),
    ("DC027", LI_HUA, "AGE-00022", change(Agent, "AGE-00022", n_days=5)),
    ("DC028", LI_HUA, "TRA-00010", change(Transplant, "TRA-00010", neutrophil_engraftment_day=4000)),
    ("DC030", LI_HUA, "INF-00002", change(Infusion, "INF-00002", dose_low=7.8e9, dose_high=7.8e9)),
    ("DC031", CRUZ, "INF-00100", change(Infusion, "INF-00100", dose_low=1.5e3, dose_high=1.5e3)),
    ("DC032", LI_HUA, "INF-00002", change(Infusion, "INF-00002", dose_low=7.8, dose_high=7.8, unit="cells")),
    ("DC033", LI_HUIBO, "TRA-00300", change(Transplant, "TRA-00300", tnc_dose=1e3, cd34_dose=None)),
    ("DC033", LI_HUIBO, "TRA-00300", change(Transplant, "TRA-00300", cd34_dose=5, cd34_unit="cells")),
    ("DC034", LI_HUIBO, "TRA-00300", change(Transplant, "TRA-00300", cd34_dose=4e7)),
    ("DC035", LI_HUA, "AGE-00022", change(Agent, "AGE-00022", dose_low=300, dose_high=None)),
    ("DC040", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", unit="g/mL")),
    ("DC040", LI_HUA, "MEA-00011", measured("cd4_cells", "bananas")),
    ("DC041", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", value=1100)),
    ("DC042", LI_HUIBO, "MEA-00300", change(Measurement, "MEA-00300", canonical_value=65, canonical_unit="g/dL")),
    ("DC043", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", canonical_value=11)),
    ("DC044", LI_HUA, "MEA-00016", change(Measurement, "MEA-00016", unit="per mille")),
    ("DC045", LI_HUA, "MEA-00011", change(Measurement, "MEA-00011", value=-99)),
    ("DC046", LI_HUA, "MEA-00016", measured_twice),
    ("DC050", LI_HUA, "TOX-00010", change(Study, "STU-00002", year=2013)),
    ("DC050", KOCHENDERFER, "TOX-00001", graded("crs", "cartox", pk="TOX-00001")),
    ("DC051", LI_HUA, "TOX-00010", graded("crs", "magic_2016")),
    ("DC052", LI_HUA, "TOX-00010", graded("acute_gvhd", "magic_2016", grade_low=5, grade_high=5)),
    ("DC060", "PUB-00002", "PUB-00002", lambda: Place.objects.filter(record="PUB-00002", attribute="journal").delete()),
    (
        "DC061", LI_HUA, "TOX-00012",
        lambda: Place.objects.create(record_id="TOX-00012", attribute="duration", value="7", **PLACE),
    ),
    ("DC062", "DIS-00012", "DIS-00012", lambda: Side.objects.filter(discrepancy="DIS-00012").delete()),
    ("DC070", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", doi="10.3389/fimmu.2025.1586349.")),
    *(
        ("DC070", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", doi=f"10.3389/fimmu.2025.1586349{sign}"))
        for sign in "]>”"
    ),
    ("DC071", "PUB-00010", "PUB-00010", change(Publication, "PUB-00010", doi="10.3389/FIMMU.2025.1586349")),
    (
        "DC072", "PUB-00010", "PUB-00010",
        change(
            Publication, "PUB-00010",
            title="CD19 CAR-T cells derived from the recipient of umbilical cord blood transplantation effectively "
            "treated relapsed acute lymphoblastic leukaemia after UCBT: case report",
        ),
    ),
    ("DC073", "REG-00002", "REG-00002", change(Registration, "REG-00002", identifier="nct-01087294")),
    (
        "DC074", LI_HUA, "PUB-00002",
        change(Publication, "PUB-00002", retraction_status="retracted", retraction_as_of="2026-11-01"),
    ),
    (
        "DC075", LI_HUA, "PUB-00002",
        change(Publication, "PUB-00002", retraction_status="corrected", retraction_as_of="2026-11-01"),
    ),
    ("DC076", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", retraction_status="not_checked")),
    ("DC077", "PUB-00002", "PUB-00002", change(Publication, "PUB-00002", extraction_state="cited_only")),
    ("DC080", CRUZ, "COH-00100", one_centre),
    ("DC080", CRUZ, "COH-00100", another_overlap),
    ("DC081", KOCHENDERFER, "COH-00001", told_twice),
    (
        "DC090", LI_HUA, "APP-00001",
        lambda: AppraisalItem.objects.filter(appraisal="APP-00001", number=3).update(reason=""),
    ),
    ("DC091", LI_HUA, "APP-00001", change(Appraisal, "APP-00001", tool="jbi_case_series")),
    ("DC092", KOCHENDERFER, "APP-00900", appraised_as_retold),
    ("DC093", LI_HUA, LI_HUA, lambda: Appraisal.objects.filter(pk="APP-00002").update(report=KOCHENDERFER)),
]  # fmt: skip


def found(unit, check, drafts=True):
    checked = run([get_record(unit)], drafts=drafts)[unit]
    return [one for one in checked.found if one.check.id == check]


@pytest.mark.parametrize(("check", "unit", "record", "make_wrong"), WRONG, ids=[row[0] for row in WRONG])
def test_a_record_made_wrong_is_found_and_made_right_it_is_not(check, unit, record, make_wrong):
    looked_up()
    before = {(one.finding.record, one.finding.value) for one in found(unit, check)}
    savepoint = transaction.savepoint()
    make_wrong()
    (one,) = [o for o in found(unit, check) if (o.finding.record, o.finding.value) not in before]
    assert one.finding.record == record and one.finding.text and one.finding.value or check == "DC062"
    assert one.check.id in one.what_is_needed and one.check.hint in one.what_is_needed
    transaction.savepoint_rollback(savepoint)
    assert {(o.finding.record, o.finding.value) for o in found(unit, check)} == before


def test_every_check_has_its_case_its_number_and_its_line_in_the_documentation():
    assert [check.id for check in CHECKS] == sorted({check.id for check in CHECKS})
    assert list(dict.fromkeys(row[0] for row in WRONG)) == [check.id for check in CHECKS]
    assert documented() in Path("docs/datachecks.md").read_text()
    from_memory = [check for check in CHECKS if "From memory" in check.threshold]
    assert from_memory and all(check.severity == CheckSeverity.WARNING for check in from_memory)


def test_the_units_of_every_analyte_are_known_or_it_is_named():
    analytes = set(Term.objects.filter(vocabulary="analyte").values_list("code", flat=True))
    assert {*PLAUSIBLE, *UNKNOWN} == analytes
