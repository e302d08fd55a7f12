"""Whatever a spreadsheet produces is read right, or refused with its row, its column and the reason."""

import re
from decimal import Decimal

import pytest

from studies.pure.pasted_table import MOST_ROWS, TableRefused, cells_of, decoded, parsed, read_whole, times_of
from studies.pure.printed_numbers import Printed, Unreadable, read, unmistakable, whole


@pytest.mark.parametrize(
    ("text", "value", "operator"),
    [
        ("30.88", "30.88", "="),
        ("1.5 × 10^6", "1500000", "="),
        ("1.5x10^6", "1500000", "="),
        ("1.5·10⁶", "1500000", "="),
        ("1.5 × 10⁻³", "0.0015", "="),
        ("1.5E+06", "1500000", "="),
        ("10^6", "1000000", "="),
        ("<0.01", "0.01", "<"),
        ("≤ 5", "5", "≤"),
        (">= 5", "5", "≥"),
        ("＞8", "8", ">"),
        ("≈ 3", "3", "~"),
        ("−4", "-4", "="),
        ("–4", "-4", "="),
        ("12\u202f500", "12500", "="),
        ("12'500", "12500", "="),
    ],
)
def test_a_printed_number_is_read_exactly(text, value, operator):
    assert read(text) == Printed(Decimal(value), None, operator)


def test_a_range_keeps_both_ends():
    assert read("3–5") == Printed(Decimal(3), Decimal(5))
    assert read("1×10^5 to 2×10^6") == Printed(Decimal("1e5"), Decimal("2e6"))
    assert read("1.5·10⁻³–2·10⁻³") == Printed(Decimal("0.0015"), Decimal("0.002"))
    assert read("−7 to −3") == read("−7–−3") == Printed(Decimal(-7), Decimal(-3))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.5×106", "1.5 × 10^6 with a lost superscript, or 1.5 × 106"),
        ("1,5", "write 1.5 for a decimal"),
        ("1,500", "can be 1500 or 1.5: write 1500 or 1.5"),
        ("12.500", "can be 12500 or 12.5: write 12500 or 12.5"),
        ("2.125", "can be 2125 or 2.125: write 2125 or 2.1250"),
        ("1,234,567", "write 1234567"),
        ("1.234,5", "write 1234.5"),
        (".5", "begins with its decimal sign: write 0.5"),
        ("−,5", "begins with its decimal sign: write -0.5"),
        ("5,", "nothing behind it: write “5”"),
        ("5.", "nothing behind it: write “5”"),
        ("1..5", "more than one decimal sign. Write one, as in 1.5"),
        ("50%", "write 50; “%” is told elsewhere"),
        ("5 ± 2", "“5 ± 2” is not a number alone: write 5; “± 2” is told elsewhere"),
        ("5 (3-7)", "“5 (3-7)” is not a number alone: write 5; “(3-7)” is told elsewhere"),
        ("12 copies", "not a number alone: write 12; “copies” is told elsewhere"),
        ("5 x 10^6 cells", "write 5 x 10^6; “cells”"),
        ("1,5 mg", "not a number alone, and “1,5” has a comma: write 1.5"),
        ("4-Jan", "a date, made by a spreadsheet"),
        ("1.2.3", "not one number"),
        ("15-12", "starts above its end"),
        ("=SUM(A1:A3)", "a formula"),
        ("+5", "a formula or begins like one"),
        ("@cmd", "a formula"),
        ("#REF!", "an error of the spreadsheet"),
        ("#DIV/0!", "an error of the spreadsheet"),
        ("####", "an error of the spreadsheet"),
        ("", "not a number"),
    ],
)
def test_what_cannot_be_one_number_is_refused_with_the_reason(text, reason):
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(text)


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("− 3", -3), ("12 500", 12500), ("1'000", 1000)])
def test_a_whole_number_is_read_in_digits(text, number):
    assert whole(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.000", "can be 1000 or 1: write 1000 or 1"),
        ("1,500", "can be 1500 or 1.5: write 1500 or 1.5"),
        ("12.0", "write 12"),
        ("1,5", "is none"),
        ("<3", "is none"),
        ("1.000 patients", "is none"),
    ],
)
def test_what_may_be_another_whole_number_is_refused(text, reason):
    with pytest.raises(Unreadable, match=re.escape(reason)):
        whole(text)


@pytest.mark.parametrize(("number", "written"), [("2.125", "2.1250"), ("7.812e6", "7.8120e6"), ("12.5", "12.5")])
def test_what_the_base_writes_is_what_may_be_typed(number, written):
    assert unmistakable(number) == written
    assert read(written).value == Decimal(number)


def table(*rows: str) -> str:
    return "\n".join(("Day\tBlood\tMarrow", *rows))


def values(text: str, decimal: str = "") -> list:
    return [cell.number.value if cell.number else cell.sign for cell in cells_of(parsed(text), decimal)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["4\t1,5\t0,25"], ["1.5", "0.25"]),  # a decimal comma throughout
        (["4\t1,5\t1.234,5"], ["1.5", "1234.5"]),
        (["4\t1.5\t1,500"], ["1.5", "1500"]),  # the point of one number decides what the comma of another is
        (["4\t1,234,567\t2"], ["1234567", "2"]),
        (["4\t\t2"], ["2"]),  # an empty cell is no value, and no nought
        (["4\t/\tn.d."], ["/", "n.d."]),  # signs are read as signs
        (["4\t“1.5”\t 2 "], ["1.5", "2"]),
    ],
)
def test_a_table_is_read_by_what_all_its_numbers_agree_on(rows, expected):
    found = values(table(*rows))
    assert [str(value) for value in found] == expected


@pytest.mark.parametrize(
    ("text", "row", "column", "reason"),
    [
        (table("4\t1,5\t2.5"), 2, 3, "a decimal point, “1,5” in row 2, column 2 a decimal comma"),
        (table("4\t1,500\t2"), 2, 2, "can be 1500 or 1.500"),
        (table("4\t1\t2", "7\t3"), 3, 3, "merged cells"),
        (table("4\t1\t2", "\t3\t4"), 3, 1, "no time: merged cells"),
        (table("4\t1\t2\t3"), 2, 4, "It has 4 cells, the heading 3"),
        ("Day\tBlood\t\n4\t1\t2", 1, 3, "values but no heading"),
        ("4\t1\t2\n7\t3\t4", 1, 0, "a heading is needed"),
        (table("4\t=A1\t2"), 2, 2, "a formula"),
        (table("4\t1.5×106\t2"), 2, 2, "lost superscript"),
        ('Day;Blood\n4;"1.5', 2, 0, "quotation mark"),
        (table("4\t1.5 Ã— 10^6\t2"), 2, 2, "wrong encoding"),
        ("Day\tCopies per Âµg\n4\t1", 1, 2, "wrong encoding"),
        ("", 0, 0, "nothing in it"),
        ("Day\tBlood", 0, 0, "no row below"),
        ("Day\n4", 0, 0, "one column"),
        ("Day\tBlood\n" + "\n".join(f"{n}\t1" for n in range(MOST_ROWS + 1)), 0, 0, "at most 2000 rows"),
    ],
)
def test_a_table_is_refused_whole_with_row_column_and_reason(text, row, column, reason):
    with pytest.raises(TableRefused) as refused:
        cells_of(parsed(text))
    fault = refused.value.faults[0]
    assert (fault.row, fault.column) == (row, column) and reason in fault.reason


def test_every_fault_is_told_at_once():
    with pytest.raises(TableRefused) as refused:
        cells_of(parsed(table("4\t=A1\t5 ± 2", "7\t1.5\t#N/A")))
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [(2, 2), (2, 3), (3, 3)]


def test_times_and_cells_are_refused_together():
    rows = ("4\t1.5×106\t12 mg", "7\t4-Jan\t#REF!", "baseline\t1.5\t2", "14\t=A1\t5 ± 2", "1.500\t3\t7,5")
    with pytest.raises(TableRefused) as refused:
        read_whole(parsed(table(*rows)), "days")
    places = [(fault.row, fault.column) for fault in refused.value.faults]
    assert places == [(2, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 1), (5, 2), (5, 3), (6, 1)]
    assert "“7,5” in row 6, column 3 a decimal comma" in str(refused.value)


def test_the_time_is_read_with_the_decimal_sign_that_is_said_and_else_not_guessed():
    comma, either = parsed(table("0,5\t1,5\t2")), parsed(table("1.500\t1.5\t2"))
    assert times_of(comma, "days", ",")[2].number.value == Decimal("0.5")
    assert times_of(either, "days", ".")[2].number.value == Decimal("1.5")
    assert times_of(either, "days", ",")[2].number.value == 1500
    with pytest.raises(TableRefused, match="row 2, column 1: “1.500” can be 1500 or 1.5"):
        times_of(either, "days")
    with pytest.raises(TableRefused, match="“0,5” has a comma: write 0.5"):
        times_of(comma, "days")


def test_what_was_done_to_a_table_is_said():
    told = parsed(table("4\t−1\t2", "", "\t\t", "7\t3\t4"))
    assert told.notes == [
        "Empty rows left out: 3, 4.",
        "Typographic dashes, minus signs, quotes and spaces are read as the plain ones.",
    ]
    assert [number for number, _ in told.rows] == [2, 5]


def test_what_may_be_meant_otherwise_is_said():
    told = parsed("Day\tCRP\tcrp\n4\t1,5\t7\n4\t\t1.500\n7\t\t8")
    assert [cell.number.value for cell in cells_of(told)] == [Decimal("1.5"), 7, 1500, 8]
    assert told.notes == [
        "“CRP” is empty below a value in row 3: no measurement. If the cells were merged, fill each of them.",
        "The same heading stands twice: “crp”.",
        "The same time stands twice: “4”.",
        "Read with a decimal comma, as the other numbers have it: “1.500” as 1500. Else say the decimal sign.",
    ]


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [("4", 4, None), ("D4", 4, None), ("Day 4", 4, None), ("d −3", -3, None), ("day +7", 7, None), ("4–7", 4, 7),
     ("28 days", 28, None)],
)  # fmt: skip
def test_the_first_column_tells_the_day(cell, low, high):
    time = times_of(parsed(table(f"{cell}\t1\t2")), "days")[2].number
    assert (time.value, time.high) == (low, high)


@pytest.mark.parametrize(
    ("cell", "reason"), [("week 2", "in weeks, not in days"), ("baseline", "no time"), ("4-Jan", "not a number")]
)
def test_what_is_no_day_is_refused(cell, reason):
    with pytest.raises(TableRefused, match=reason) as refused:
        times_of(parsed(table(f"{cell}\t1\t2")), "days")
    assert (refused.value.faults[0].row, refused.value.faults[0].column) == (2, 1)


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_cells_are_parted_by_tabs_semicolons_or_commas(separator):
    text = "Day\tBlood\tMarrow\n4\t1.5\t2".replace("\t", separator)
    assert values(text) == [Decimal("1.5"), Decimal(2)]


def test_a_file_is_read_in_its_encoding_or_refused():
    text = "Day,Copies per µg\n4,1.5\n"
    assert decoded(text.encode("utf-8-sig")) == decoded(text.encode("utf-16")) == text
    with pytest.raises(TableRefused, match="row 1: The file is not in UTF-8"):
        decoded(text.encode("latin-1"))
    with pytest.raises(TableRefused, match="workbook"):
        decoded(b"PK\x03\x04 and so on")
