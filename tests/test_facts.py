"""The facts table: ids, columns, attributes, provenance."""

import inspect
import re
from pathlib import Path

import pytest

from studies.ask.facts import COLUMNS
from studies.attributes import ATTRIBUTES
from studies.models import PublicFact, Term

pytestmark = pytest.mark.django_db


def facts(api, **query):
    found, answer = [], api("/facts/", page_size=500, **query)
    while True:
        found += answer["results"]
        if not answer["next"]:
            return found
        answer = api(answer["next"].split("/api/v1")[1])


def test_every_fact_has_its_place_wording_and_basis(api):
    for fact in facts(api):
        assert list(fact) == COLUMNS
        assert fact["locator"] and fact["as_reported"] and fact["value"] and fact["publication"]
        assert fact["basis"] in {"stated", "derived", "figure", "judgement"}
        assert bool(fact["derivation"]) or fact["basis"] in {"stated", "figure"}
        assert re.fullmatch(rf"{re.escape(fact['fact'])}\.\d+", fact["id"])
        assert fact["fact"] == f"{fact['fact'].split('.')[0]}.{fact['attribute']}"


def test_every_attribute_is_listed_with_its_entity():
    analytes = set(Term.objects.filter(vocabulary="analyte").values_list("code", flat=True))
    for attribute, entity in PublicFact.objects.values_list("attribute", "entity").distinct():
        base = attribute.split(":")[0]
        if entity == "measurement":
            assert base in analytes, attribute
        else:
            assert base in ATTRIBUTES, f"{attribute}: add it to studies/attributes.py"
            assert entity in ATTRIBUTES[base].entity, f"{attribute} of {entity}"


def test_every_field_of_a_record_is_a_fact_or_says_why_not():
    """A new column must be told to the public, or be named here as one that is not a fact of its own."""
    from studies.models import record_models
    from studies.models.base import Extracted

    not_facts = {
        "accession", "report", "note", "created_at", "changed_at", "locator", "as_reported", "basis", "derivation",
        "excused_by", "cohort", "course", "transplant", "therapy", "toxicity", "order", "number",
        # a printed cell repeats facts
        "table", "row", "column", "difference", "reason",
        # told in a column of another fact
        "operator", "grade_operator", "unit",
        "denominator", "date", "time_operator", "time_low", "time_high", "time_unit", "time_from",
        "as_of", "scale", "site", "method", "specimen", "criteria", "moment", "counted", "per", "canonical_value",
        "canonical_unit", "affected_operator", "evaluable_n", "duration_operator", "duration_unit", "count_operator",
        "observation", "washout_operator", "washout_unit", "age_unit", "chimerism_operator", "cycles_operator",
        "neutrophil_engraftment_operator", "platelet_engraftment_operator", "tnc_unit", "cd34_unit", "hla_tested",
        "statistic", "measure",
        "term", "analyte", "kind", "role", "topic", "excludes", "split_by", "code", "label", "parent",
        "previous", "construct", "slug", "lymphodepletion", "term_as_reported", "disease_as_reported",
        "relative_to_course",
    }  # fmt: skip
    for model in record_models():
        if not issubclass(model, Extracted):
            continue
        source = Path(inspect.getsourcefile(model)).read_text()
        for field in model._meta.concrete_fields:
            told = f'"{field.name}"' in source or field.name in not_facts
            assert told or re.search(rf'f"{{\w+}}_{field.name.split("_", 1)[-1]}"', source), (
                f"{model.__name__}.{field.name}"
            )


@pytest.mark.parametrize(
    ("query", "value", "denominator"),
    [
        ({"study": "kochenderfer-2013", "attribute": "response_n:PD"}, "2", 10),
        ({"study": "kochenderfer-2013", "attribute": "response_n:CR:CLL"}, "1", 4),
        ({"study": "kochenderfer-2013", "attribute": "response_n:SD:MCL"}, "3", 4),
        ({"study": "kochenderfer-2013", "attribute": "disease_n:DLBCL"}, "2", 10),
        ({"study": "kochenderfer-2013", "attribute": "lymphodepletion"}, "none", None),
        ({"study": "kochenderfer-2013", "attribute": "gvhd"}, "absent", 10),
        ({"study": "kochenderfer-2013", "attribute": "washout"}, "4", None),
        ({"study": "li-hua-2025", "attribute": "dose_low"}, "7.8e6", None),
        ({"study": "li-hua-2025", "attribute": "hsct_to_infusion"}, "402", None),
        ({"study": "li-hua-2025", "attribute": "dose:fludarabine"}, "30", None),
        ({"study": "li-hua-2025", "attribute": "costimulatory_domains"}, "4-1BB", None),
        ({"study": "li-hua-2025", "attribute": "il6"}, "229", None),
        ({"study": "li-hua-2025", "attribute": "grade:crs"}, "1", None),
        ({"study": "li-hua-2025", "attribute": "present:icans"}, "absent", 1),
        ({"study": "li-hua-2025", "attribute": "remission_duration:CR"}, "6", None),
    ],
)
def test_a_fact_says_what_the_document_says(api, query, value, denominator):
    found = facts(api, **query)
    assert {(fact["value"], fact["denominator"]) for fact in found} == {(value, denominator)}


def test_more_than_six_years_is_not_six_years(api):
    (fact,) = facts(api, study="li-hua-2025", attribute="remission_duration:CR")
    assert (fact["operator"], fact["unit"], fact["follows"]) == (">", "years", "COU-00002")


def test_a_remission_before_the_cells_does_not_follow_them(api):
    remissions = facts(api, study="li-hua-2025", attribute="response_at")
    follows = {fact["follows"] for fact in remissions}
    assert {"THE-00011", "TRA-00010", "THE-00013", "COU-00002"} == follows


def test_text_and_table_are_two_rows_of_one_fact(api):
    rows = facts(api, study="kochenderfer-2013", attribute="response_n:CR")
    assert [row["locator"] for row in rows] == [
        "Allogeneic CAR-T cells, second paragraph",
        "Table 1, row Kochenderfer, Outcomes",
    ]
    assert len({row["fact"] for row in rows}) == 1


def test_table_1_of_the_case_cell_by_cell(api):
    blood = {f["day"]: f for f in facts(api, attribute="car_copies:blood")}
    printed = {
        "1": "1.22",
        "4": "0.39",
        "7": "110.63",
        "14": "17.09",
        "28": "1.58",
        "120": "2.15",
        "225": "0.19",
        "360": "0.23",
    }
    assert {day: fact["value"] for day, fact in blood.items()} == printed
    assert {fact["unit"] for fact in blood.values()} == {"copies x10³/ug"}
    marrow = {f["day"]: f for f in facts(api, attribute="car_copies:marrow")}
    assert {day: marrow[day]["value"] for day in ("14", "28")} == {"14": "26.73", "28": "44.87"}
    for day in ("1", "4", "7", "120", "225", "360"):
        assert (marrow[day]["value"], marrow[day]["as_reported"]) == ("not_reported", "/")
    for day in ("14", "28"):
        assert marrow[day]["implausible"] is True
        assert marrow[day]["canonical_value"] == ""
        assert "DIS-00010" in marrow[day]["discrepancies"]


def test_only_days_are_days(api):
    for fact in facts(api):
        assert not re.search(r"month|year|week", fact["day"])
        if fact["day"] and fact["day_from"] and fact["entity"] in ("outcome", "measurement", "event"):
            assert re.fullmatch(r"[<>≤≥~]?-?[\d.]+( to -?[\d.]+)?", fact["day"]), fact["id"]


def test_what_is_absent_is_absent_in_its_very_wording(api):
    """A quotation that says “hypoxia” does not carry “no hypoxia”."""
    negation = re.compile(r"\bno\b|\bnot\b|\bnone\b|\bnegative\b|\bwithout\b|\bnever\b", re.I)
    absent = [f for f in facts(api) if f["value"] in ("absent", "none")]
    assert len(absent) > 10
    for fact in absent:
        assert negation.search(fact["as_reported"]), f"{fact['id']}: {fact['as_reported']}"


def test_facts_are_found_by_words(api):
    assert {f["study"] for f in facts(api, q="dasatinib")} == {"li-hua-2025"}
    assert facts(api, q="nothing-has-this") == []
