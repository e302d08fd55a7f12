"""A number or a date in the ways in which a text may tell it, and where in a text it does."""

import re
from decimal import Decimal, InvalidOperation

from . import partial_dates
from .numbers import people, plain

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = (
    "nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip


def as_written(value) -> str:
    """A value as the history and the readings keep it: 62, not 62.00000000."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def spellings(text: str, is_date: bool = False) -> set[str]:
    """A number or date in the ways in which it is written: 62, sixty-two; 2018-11-08, 8 November 2018."""
    if is_date:
        try:
            return {text, partial_dates.written(text)}
        except ValueError:
            return {text}
    try:
        number = Decimal(text)
    except InvalidOperation:
        return {text}
    found = {text, plain(number), people(number)}
    if number == number.to_integral_value() and 0 <= number < 100:
        found |= {spelled_out(int(number)), spelled_out(int(number)).replace("-", " ")}
    return found


def spelled_out(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    tens, one = divmod(number, 10)
    return f"{TENS[tens - 2]}-{ONES[one]}" if one else TENS[tens - 2]


def figures(found: set[str]) -> re.Pattern:
    """A pattern for any of these where they stand by themselves: 62 in “62-year-old” and “D62”, not in 1.62 or 620."""
    told = "|".join(
        rf"(?<!\d)(?<!\d\.){re.escape(one)}(?!\.?\d)" if one[:1].isdigit() else rf"\b{re.escape(one)}\b"
        for one in sorted(found, key=len, reverse=True)
    )
    return re.compile(told or r"(?!)", re.IGNORECASE)
