"""Two readings compared in pure code: what is aligned, what agrees, and Cohen's κ worked by hand."""

import pytest

from studies.pure.double_reading import (
    DIFFERING,
    ELSEWHERE,
    FIRST_ONLY,
    MATCHED,
    SECOND_ONLY,
    Place,
    Read,
    Said,
    agreement,
    aligned,
    compared,
)
from studies.pure.kappa import cohen_kappa

TEXT = (Place("Text", "as printed"),)


def said(value="1", attribute="affected_n:fever", field="affected_n", places=TEXT, **more):
    return Said(attribute, field, value, places=places, **more)


def toxicity(name, *facts, term="fever", cohort="COH-1", **fields):
    return Read(
        name, "toxicity", "toxicity", f"{term} of {cohort}", {"cohort": cohort, "term": term} | fields, [*facts]
    )


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (said("1"), said("1"), MATCHED),
        (said("1.0"), said("1"), MATCHED),
        (said("7.8e6"), said("7800000"), MATCHED),
        (said("mild  pain"), said("mild pain"), MATCHED),
        (said("mild pain"), said("Mild pain"), DIFFERING),
        (said("1"), said("2"), DIFFERING),
        (said("8", operator=">"), said("8"), DIFFERING),
        (said("8", operator="="), said("8"), MATCHED),
        (said("8", unit="months"), said("8", unit="weeks"), DIFFERING),
        (said("8", unit="cells/kg"), said("8", unit="cells /kg"), DIFFERING),
        (said("2", denominator="10"), said("2", denominator="8"), DIFFERING),
        (said(qualifiers=(("per", "day"),)), said(qualifiers=(("per", "total"),)), DIFFERING),
        (said(qualifiers=(("scale", "lee_2014"),)), said(), DIFFERING),
        (said(), said(places=(Place("Text", "x", "judgement", "why"),)), DIFFERING),
        (said(), said(places=(Place("Table 1", "x"),)), ELSEWHERE),
        (said(places=(*TEXT, Place("Table 1", "x"))), said(places=(Place("Table 1", "x"),)), MATCHED),
        (said(), said(places=(Place("Text", "other words"),)), MATCHED),
    ],
)  # fmt: skip
def test_facts_agree_as_the_field_reads_them(first, second, verdict):
    (row,) = compared([toxicity("TOX-1", first)], [toxicity("TOX-7", second)])
    assert row.verdict == verdict


def test_records_are_aligned_by_what_agrees_best_in_total():
    first = [
        toxicity("TOX-1", said("1"), day="4"),
        toxicity("TOX-2", said("2"), day="9"),
        toxicity("TOX-3", term="crs"),
    ]
    second = [
        toxicity("TOX-9", term="crs"),
        toxicity("TOX-8", said("2"), day="9"),
        toxicity("TOX-7", said("3"), day="4"),
    ]
    pairs = [(one and one.name, other and other.name) for one, other in aligned(first, second)]
    assert pairs == [("TOX-1", "TOX-7"), ("TOX-2", "TOX-8"), ("TOX-3", "TOX-9")]


def test_records_of_another_term_or_cohort_are_not_the_same():
    rows = compared([toxicity("TOX-1", said())], [toxicity("TOX-1", said(), term="crs")])
    assert [row.verdict for row in rows] == [FIRST_ONLY, SECOND_ONLY]
    rows = compared([toxicity("TOX-1", said())], [toxicity("TOX-1", said(), cohort="COH-2")])
    assert [row.verdict for row in rows] == [FIRST_ONLY, SECOND_ONLY]


def test_the_names_of_records_are_each_readings_own():
    def reading(cohort, n):
        return [
            Read(cohort, "cohort", "cohort", "the patient", {"label": "the patient"}, [said("1", "n_patients", "n")]),
            toxicity(f"TOX-{n}", said(qualifiers=(("follows", cohort),)), cohort=cohort),
        ]

    assert {row.verdict for row in compared(reading("COH-1", 1), reading("COH-5", 6))} == {MATCHED}


def test_what_one_reader_alone_has_is_told_fact_by_fact_or_by_itself():
    bare = Read("EVE-1", "event", "event", "an event", places=TEXT)
    rows = compared([toxicity("TOX-1", said(), said("2", "grade", "grade_low")), bare], [toxicity("TOX-1", said())])
    assert [(row.verdict, row.said.attribute) for row in rows] == [
        (MATCHED, "affected_n:fever"), (FIRST_ONLY, "grade"), (FIRST_ONLY, "event"),
    ]  # fmt: skip
    counts = agreement((row.record.entity, row.verdict) for row in rows)
    assert counts["toxicity"] == {"matched": 1, "differing": 0, "first_only": 1, "second_only": 0}
    assert counts["event"]["first_only"] == 1


def test_two_values_of_one_field_are_held_against_each_other():
    cr, pr = said("1", "response_n:CR", "n"), said("1", "response_n:PR", "n")
    (row,) = compared([toxicity("TOX-1", cr)], [toxicity("TOX-1", pr)])
    assert (row.verdict, row.first.attribute, row.second.attribute) == (DIFFERING, "response_n:CR", "response_n:PR")


def test_a_record_that_has_hardly_anything_in_common_is_another_one():
    def therapy(**fields):
        return Read("THE-1", "therapy", "therapy", "one", fields, [said(fields["name"], "therapy", "name", ())])

    one = therapy(name="VICLP", order="1", kind="chemotherapy", purpose="induction", cycles="2")
    other = therapy(name="imatinib", order="3", kind="targeted", purpose="maintenance", duration="long")
    assert [row.verdict for row in compared([one], [other])] == [FIRST_ONLY, SECOND_ONLY]


@pytest.mark.parametrize(
    ("pairs", "value", "reason"),
    [
        # 20 + 15 of 50 agree: p_o 0.7; the first says yes 25 times, the second 30: p_e 0.5; κ 0.4.
        ([("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15, 0.4, ""),
        ([("a", "a"), ("b", "b"), ("c", "c")], 1.0, ""),
        ([("a", "b"), ("b", "a")], -1.0, ""),
        ([("a", "a"), ("a", "b")], 0.0, ""),
        ([("a", "a")] * 9, None, "both readers used one category only"),
        ([], None, "no fact was found by both readers"),
    ],
)
def test_kappa_is_the_agreement_beyond_chance(pairs, value, reason):
    kappa = cohen_kappa(pairs)
    assert kappa.pairs == len(pairs) and kappa.reason == reason
    assert kappa.value == (None if value is None else pytest.approx(value))
