"""A table pasted from a spreadsheet or read from a CSV file: taken apart, every cell read, or refused with its row,
column and reason. Nothing is computed and nothing guessed."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from .numbers import OPERATOR_PREFIX, people
from .printed_numbers import (
    Printed,
    Undecided,
    Unreadable,
    decimal_sign,
    either_way,
    looks_like_a_number,
    read,
    same_signs,
)

MOST_ROWS = 2_000
MOST_CELLS = 10_000
UNITS = {"d": "days", "day": "days", "days": "days", "w": "weeks", "wk": "weeks", "week": "weeks", "weeks": "weeks",
         "m": "months", "mo": "months", "month": "months", "months": "months"}  # fmt: skip
# “×” and “µ” in UTF-8 that was taken for Windows text, and what a reader puts for a byte it does not know.
_WRONGLY_READ = re.compile("Ã[\u0080-\u00bf—‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–˜™š›œŸ]|Â[µ·°±²³\u00a0]|â€|â‰|\ufffd")
_WORDS_OF_TIME = "|".join(UNITS)
_TIME = re.compile(rf"(?:({_WORDS_OF_TIME})\.?\s*)?([<>≤≥~]?\s*[-+]?\s?\d.*?)\s*({_WORDS_OF_TIME})?\.?", re.I)


@dataclass(frozen=True)
class Fault:
    """Why a table was refused: its row and column as a spreadsheet counts them (0: the whole table), and the reason."""

    row: int
    column: int
    reason: str

    def __str__(self):
        where = ", ".join(f"{name} {n}" for name, n in (("row", self.row), ("column", self.column)) if n)
        return f"{where or 'The table'}: {self.reason}"


class TableRefused(Exception):
    """The table was refused whole; `faults` says every reason."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass
class Table:
    """A table taken apart: its heading, its rows with their numbers in the spreadsheet, and what was done to it."""

    heading: list[str]
    rows: list[tuple[int, list[str]]]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """One cell below the heading: where it stands, as printed, and the number or the sign that it is."""

    row: int
    column: int
    time: str
    printed: str
    number: Printed | None
    sign: str = ""

    @property
    def reading(self) -> str:
        """The number in words of the base, where the cell prints it otherwise."""
        if self.number is None:
            return ""
        ends = [people(number) for number in (self.number.value, self.number.high) if number is not None]
        text = f"{OPERATOR_PREFIX[self.number.operator]}{' to '.join(ends)}"
        return "" if text == self.printed else text


@dataclass(frozen=True)
class Time:
    """The first cell of a row: when."""

    number: Printed
    unit: str


def decoded(data: bytes) -> str:
    """The text of a file. Raises TableRefused for what is no text, or not in UTF-8 or marked UTF-16."""
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise _refused("This is a workbook of a spreadsheet, not a text: export the sheet as CSV (UTF-8).")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reason = "The file is not in UTF-8, so its signs cannot be told apart: export it again as CSV (UTF-8)."
        raise TableRefused([Fault(line, 0, reason)]) from error


def parsed(text: str) -> Table:
    """Take a table apart: tabs, semicolons or commas part its cells. Raises TableRefused."""
    if "\x00" in text:
        raise _refused("It holds bytes that are no text: export the sheet as CSV (UTF-8).")
    lines = _lines(text.removeprefix("\ufeff"))
    faults = [
        Fault(number, column, f"“{cell}” was read in a wrong encoding: export it again as UTF-8.")
        for number, cells in lines
        for column, cell in enumerate(cells, 1)
        if _WRONGLY_READ.search(cell)
    ]
    if faults:
        raise TableRefused(faults)
    notes, filled = [], [(number, cells) for number, cells in lines if any(cells)]
    if not filled:
        raise _refused("There is nothing in it.")
    skipped = [number for number, cells in lines if not any(cells) and number < filled[-1][0]]
    if skipped:
        notes.append(f"Empty rows left out: {', '.join(map(str, skipped))}.")
    if any(same_signs(cell) != cell for _, cells in filled for cell in cells):
        notes.append("Typographic dashes, minus signs, quotes and spaces are read as the plain ones.")
    (_, heading), *rows = filled
    while heading and not heading[-1] and not any(any(cells[len(heading) - 1 :]) for _, cells in rows):
        heading = heading[:-1]
        rows = [(number, cells[: len(heading)]) for number, cells in rows]
    _check(heading, rows)
    return Table(heading, rows, notes + _doubts(heading, rows))


def _doubts(heading: list[str], rows) -> list[str]:
    """What a curator should look at: cells that may be merged, rows and columns that stand twice."""
    doubts = []
    for column, name in enumerate(heading[1:], 1):
        below = [str(number) for (_, above), (number, cells) in pairwise(rows) if not cells[column] and above[column]]
        if below:
            doubts.append(
                f"“{name}” is empty below a value in row {', '.join(below)}: no measurement. If the cells were merged, "
                "fill each of them."
            )
    for what, texts in (("heading", heading[1:]), ("time", [cells[0] for _, cells in rows])):
        twice = [text for text, count in Counter(text.casefold() for text in texts if text).items() if count > 1]
        if twice:
            doubts.append(f"The same {what} stands twice: {', '.join(f'“{text}”' for text in twice)}.")
    return doubts


def _lines(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = next((sign for sign in "\t;" if sign in first), ",")
    rows, number = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            rows.append((len(rows) + 1, [" ".join(cell.split()) for cell in cells]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused(
            [Fault(number, 0, f"A quotation mark is not closed, or stands within a cell ({error}).")]
        ) from error
    return rows


def _check(heading: list[str], rows):
    """The form of the table: as many cells in each row as the heading has, a heading over each column, a time in each
    row, not more than can be looked through."""
    faults = []
    if len(rows) > MOST_ROWS or len(rows) * len(heading) > MOST_CELLS:
        raise _refused(f"It has {len(rows)} rows of {len(heading)} cells; at most {MOST_ROWS} rows and {MOST_CELLS} "
                       "cells are taken at once: paste it in parts.")  # fmt: skip
    if len(heading) < 2:
        raise _refused("It has one column: the first tells the time, the others the values, a heading above each.")
    for number, cells in rows:
        if len(cells) != len(heading):
            few = len(cells) < len(heading)
            reason = "merged cells? Fill each cell." if few else "a sign that parts cells stands within one?"
            faults.append(
                Fault(
                    number,
                    min(len(cells), len(heading)) + 1,
                    f"It has {len(cells)} cells, the heading {len(heading)}: {reason}",
                )
            )
        elif not cells[0]:
            faults.append(Fault(number, 1, "It has values but no time: merged cells? Write the time into each row."))
    for column, name in enumerate(heading, 1):
        if not name and any(len(cells) >= column and cells[column - 1] for _, cells in rows):
            faults.append(Fault(1, column, "The column has values but no heading: merged cells?"))
    if not rows:
        faults.append(Fault(0, 0, "There is a heading and no row below it."))
    if all(looks_like_a_number(name) for name in heading[1:] if name):
        faults.append(Fault(1, 0, "The first row holds numbers: a heading is needed, which names each column."))
    if faults:
        raise TableRefused(faults)


def read_whole(table: Table, unit: str, decimal: str = "") -> tuple[dict[int, Time], list[Cell]]:
    """The times and the cells of a table. Raises TableRefused with every fault of either."""
    found, faults = [], []
    for read_part in (lambda: times_of(table, unit, decimal), lambda: cells_of(table, decimal)):
        try:
            found.append(read_part())
        except TableRefused as error:
            faults += error.faults
    if faults:
        raise TableRefused(sorted(faults, key=lambda fault: (fault.row, fault.column)))
    times, cells = found
    return times, cells


def cells_of(table: Table, decimal: str = "") -> list[Cell]:
    """Every cell that is not empty, read: a number, or a sign whose meaning a curator tells. `decimal` is the decimal
    sign where the curator says it; else all numbers must agree on one. Raises TableRefused."""
    guessed, found, faults = not decimal, [], []
    if guessed:
        decimal, faults = _agreed_sign(table)
    for number, cells in table.rows:
        for column, text in enumerate(cells[1:], 2):
            if not text:
                continue
            if not looks_like_a_number(text):
                found.append(Cell(number, column, cells[0], text, None, same_signs(text)))
                continue
            try:
                found.append(Cell(number, column, cells[0], text, _read(text, decimal)))
            except Unreadable as error:
                faults.append(Fault(number, column, str(error)))
    if faults:
        raise TableRefused(faults)
    if guessed:
        table.notes += _guesses(found, decimal)
    return found


def _agreed_sign(table: Table) -> tuple[str, list[Fault]]:
    """The decimal sign that the numbers agree on; else none, and the cell that keeps it from being known."""
    places = {}
    for row, cells in table.rows:
        for column, text in enumerate(cells[1:], 2):
            if looks_like_a_number(text):
                places.setdefault(text, (row, column))
    try:
        return decimal_sign(list(places)), []
    except Undecided as error:
        reason = str(error)
        if error.second:
            row, column = places[error.second]
            reason = (
                f"“{error.first}” has a decimal point, “{error.second}” in row {row}, column {column} a decimal comma: "
                "use one of them throughout."
            )
        return "", [Fault(*places[error.first], reason)]


def _read(text: str, decimal: str) -> Printed:
    """A number with the decimal sign of the table; where that is not known, with either, to tell its other faults."""
    if not decimal:
        with suppress(Unreadable):
            return read(text, ",", grouped=True)
    return read(text, decimal or ".", grouped=True)


def _guesses(cells: list[Cell], decimal: str) -> list[str]:
    """What the other numbers of the table decided of those that can be meant in two ways."""
    read_as = dict.fromkeys(f"“{c.printed}” as {c.reading or c.printed}" for c in cells if either_way([c.printed]))
    sign = "comma" if decimal == "," else "point"
    told = f"Read with a decimal {sign}, as the other numbers have it: {', '.join(read_as)}. Else say the decimal sign."
    return [told] if read_as else []


def times_of(table: Table, unit: str, decimal: str = "") -> dict[int, Time]:
    """When each row was: “4”, “D4”, “Day 4”, “−3”, “4–7”, “week 2”. Raises TableRefused for what is no time, or in
    another unit than the one told. `decimal` is the decimal sign where the curator says it."""
    found, faults = {}, []
    for number, cells in table.rows:
        try:
            found[number] = _time(cells[0], unit, decimal)
        except Unreadable as error:
            faults.append(Fault(number, 1, str(error)))
    if faults:
        raise TableRefused(faults)
    return found


def _time(text: str, unit: str, decimal: str) -> Time:
    parts = _TIME.fullmatch(same_signs(text))
    if not parts:
        raise Unreadable(f"“{text}” is no time: write “4”, “D4” or “Day 4”.")
    before, number, after = parts.groups()
    words = {UNITS[word.lower()] for word in (before, after) if word}
    if words - {unit}:
        raise Unreadable(f"“{text}” is in {', '.join(sorted(words))}, not in {unit}.")
    number = re.sub(r"^\+\s*", "", number)
    return Time(read(number, decimal or ".", grouped=bool(decimal)), unit)


def _refused(reason: str) -> TableRefused:
    return TableRefused([Fault(0, 0, reason)])
