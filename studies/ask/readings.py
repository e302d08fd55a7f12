"""The rows of two readings of a document: of some entities or verdicts, those that do not agree first, by page."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.http import QueryDict

from ..models import Verdict
from . import strict
from .collections import record
from .paging import DEFAULT_SIZE, MOST, Page
from .strict import BadQuery, Fault, nearest

VERDICTS = [str(verdict) for verdict in Verdict]


@dataclass
class Found:
    """A page of rows, how many there are under the filter, and the reading as a whole."""

    count: int
    page: Page
    reading: dict


def compared_facts(slug: str, query: QueryDict) -> Found | None:
    """The rows that a query asks for, or None where no readings of the document are public. Raises BadQuery."""
    strict.check(query, {"entity", "verdict", "page_size", "cursor"}, repeatable={"entity", "verdict"})
    text = record("compared-facts", slug)
    if text is None:
        return None
    reading = json.loads(text)
    rows, valid = reading.pop("rows"), {"entity": list(reading["agreement"]), "verdict": VERDICTS}
    faults = [
        Fault(name, f"“{value[:60]}” is not a value of it.", nearest(value[:60], known))
        for name, known in valid.items()
        for value in query.getlist(name)
        if value not in known
    ]
    if faults:
        raise BadQuery(faults)
    for name in valid:
        if name in query:
            rows = [row for row in rows if row[name] in query.getlist(name)]
    size = strict.number(query, "page_size", DEFAULT_SIZE, 1, MOST)
    start = _start(query.get("cursor"), len(rows))
    following = _cursor(start + size) if start + size < len(rows) else ""
    before = _cursor(max(start - size, 0)) if start else ""
    return Found(len(rows), Page(rows[start : start + size], following, before), reading)


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"rows {start}".encode()).decode().rstrip("=")


def _start(cursor: str | None, count: int) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = (
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode().partition(" ")
        )
    except (binascii.Error, ValueError):
        word, number = "", ""
    if word != "rows" or not (
        number.isascii() and number.isdigit() and len(number) < 8 and int(number) < max(count, 1)
    ):
        raise BadQuery([Fault("cursor", "It is not a cursor of this list.", [])])
    return int(number)
