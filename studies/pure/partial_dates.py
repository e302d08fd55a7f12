"""Calendar dates at the precision a paper gives: 2017, 2017-05 or 2017-10-02.

A partial date is its ISO 8601 text, so that the precision is never lost and text order is date order.
"""

import calendar
import re
from datetime import date

_PATTERN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def bounds(text: str) -> tuple[date, date]:
    """The first and the last day a partial date can mean. Raises ValueError on anything else."""
    match = _PATTERN.fullmatch(text)
    if not match:
        raise ValueError(f"“{text}” is not a date: write 2017, 2017-05 or 2017-10-02")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        last_day = day or calendar.monthrange(year, month or 12)[1]
        return first, date(year, month or 12, last_day)
    except ValueError as error:
        raise ValueError(f"“{text}” is not in the calendar: {error}") from error


def precision(text: str) -> str:
    """“year”, “month” or “day”."""
    return {4: "year", 7: "month", 10: "day"}[len(text)]


def days_between(earlier: str, later: str) -> tuple[int, int]:
    """The fewest and the most days that can lie between two partial dates; negative if they are the other way round."""
    earlier_first, earlier_last = bounds(earlier)
    later_first, later_last = bounds(later)
    return (later_first - earlier_last).days, (later_last - earlier_first).days


def written(text: str) -> str:
    """As a person writes it: 2 October 2017, May 2017, 2017."""
    first, _ = bounds(text)
    if len(text) == 4:
        return text
    month = f"{calendar.month_name[first.month]} {first.year}"
    return month if len(text) == 7 else f"{first.day} {month}"
