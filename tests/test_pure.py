"""Plain functions: dates, numbers, intervals, wordings, counting."""

from decimal import Decimal

import pytest

from studies.pure import partial_dates
from studies.pure.counting import Overlap, count_once, shared
from studies.pure.identifiers import problem_with_doi, problem_with_registration
from studies.pure.numbers import people, people_range, plain
from studies.pure.proportions import clopper_pearson
from studies.pure.units import people_unit
from studies.pure.wording import occurs_in, searchable


@pytest.mark.parametrize(
    ("number", "fact", "person"),
    [
        ("7800000", "7.8e6", "7.8 × 10⁶"),
        ("400000", "4.0e5", "4 × 10⁵"),
        ("1000000", "1.0e6", "10⁶"),
        ("30.88", "30.88", "30.88"),
        ("110.63000000", "110.63", "110.63"),
        ("0.39", "0.39", "0.39"),
        ("60000", "60000", "60000"),
    ],
)
def test_a_number_is_written_for_facts_and_for_people(number, fact, person):
    assert plain(Decimal(number)) == fact
    assert people(Decimal(number)) == person


@pytest.mark.parametrize(
    ("printed", "written"),
    [("×10^9 /L", "× 10⁹/L"), ("mg/m2", "mg/m²"), ("count >20×10^9/L", "count >20 × 10⁹/L"), ("mg/kg", "mg/kg"),
     ("copies/μg", "copies/μg"), ("", "")],
)  # fmt: skip
def test_a_unit_is_written_as_people_write_it(printed, written):
    assert people_unit(printed) == written


def test_a_dose_range_shares_one_power_of_ten():
    assert people_range(Decimal("400000"), Decimal("7800000")) == "0.4–7.8 × 10⁶"
    assert people_range(Decimal("1000000"), Decimal("10000000")) == "1–10 × 10⁶"


@pytest.mark.parametrize("text", ["2017", "2017-05", "2017-10-02"])
def test_a_partial_date_keeps_its_precision(text):
    assert partial_dates.bounds(text)
    assert partial_dates.precision(text) == {4: "year", 7: "month", 10: "day"}[len(text)]


@pytest.mark.parametrize("text", ["", "17", "2017-13", "2017-02-30", "2 October 2017", "2017-5", "２０１７"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        partial_dates.bounds(text)


def test_days_between_two_dates_are_a_range_where_a_day_is_missing():
    assert partial_dates.days_between("2017-10-02", "2018-11-08") == (402, 402)
    assert partial_dates.days_between("2017-05", "2017-10-02") == (124, 154)
    assert partial_dates.days_between("2018-11-08", "2017-10-02") == (-402, -402)


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    # The last two pairs are the intervals that Clopper–Pearson gives 0 of 20 and 6 of 7 in any implementation.
    [(2, 2, 15.8, 100), (1, 1, 2.5, 100), (2, 8, 3.2, 65.1), (8, 20, 19.1, 63.9), (0, 20, 0, 16.8), (6, 7, 42.1, 99.6)],
)
def test_the_interval_is_the_exact_one(n, of, low, high):
    interval = clopper_pearson(n, of)
    assert (round(100 * interval.low, 1), round(100 * interval.high, 1)) == (low, high)


@pytest.mark.parametrize(("n", "of"), [(3, 2), (-1, 2), (0, 0)])
def test_what_is_no_proportion_has_no_interval(n, of):
    with pytest.raises(ValueError):
        clopper_pearson(n, of)


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        ("acute lymphoblast leukemia", "acute lympho-\nblast\nleukemia"),
        ("0.4 × 10⁶/kg", "between 0.4 × 106/kg and"),
        ("7.8×10^6 /kg", "7.8×10^6 /kg of CD19"),
        ("ChiCTR-OOC-16008447", "ChiCTR-OOC-160\n08447"),
        ("1 CR…6 with stable", "1 CR, 1 PR, and 6\nwith stable disease"),
    ],
)
def test_a_wording_is_found_however_the_text_was_broken(wording, text):
    assert occurs_in(wording, text)


@pytest.mark.parametrize(("wording", "text"), [("2 CR", "1 CR, 1 PR"), ("all", "ALL"), ("b…a", "a b"), ("7.9", "7.8")])
def test_a_wording_that_is_not_there_is_not_found(wording, text):
    assert not occurs_in(wording, text)


def test_search_keeps_identifiers_whole():
    assert searchable(["4-1BB, NCT01087294 and Köhnke"]) == "| 4-1bb nct01087294 and kohnke |"
    assert searchable(["cord-blood", "—", "CD28+4-1BB"]) == "| cord blood | cd28 4-1bb |"


def test_patients_who_may_be_in_two_cohorts_make_a_range():
    low, high = shared("suspected", 10, 20, None, None)
    counted = count_once({"A": 10, "B": 20, "C": 1, "D": None}, [Overlap("A", "B", low, high)])
    assert (counted.low, counted.high, counted.unreported) == (21, 31, ["D"])


def test_the_same_patients_count_once():
    low, high = shared("subset", 10, 20, None, None)
    counted = count_once({"A": 10, "B": 20}, [Overlap("A", "B", low, high)])
    assert (counted.low, counted.high) == (20, 20)


def test_three_names_for_the_same_ten_patients_are_ten_and_others_are_not_swallowed():
    same = [Overlap("A", "B", 10, 10), Overlap("B", "C", 10, 10), Overlap("A", "C", 10, 10)]
    counted = count_once({"A": 10, "B": 10, "C": 10, "D": 100}, same)
    assert (counted.low, counted.high) == (110, 110)


def test_identifiers_are_checked():
    assert problem_with_doi("10.3389/fimmu.2025.1586349") == ""
    assert "DOI" in problem_with_doi("doi:10.3389")
    assert problem_with_registration("ClinicalTrials.gov", "NCT01087294") == ""
    assert problem_with_registration("ChiCTR", "ChiCTR-OOC-16008447") == ""
    assert "NCT0108729" in problem_with_registration("ClinicalTrials.gov", "NCT0108729")
