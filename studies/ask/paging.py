"""Pages by opaque cursor: a page starts after the last row of the one before, whatever was inserted since."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from .strict import BadQuery, Fault, number, one_of

DEFAULT_SIZE, MOST = 50, 500
PARAMETERS = {"page_size", "cursor", "ordering"}


@dataclass
class Page:
    """Some rows in order, with the cursors of the pages around them (empty where there is none)."""

    rows: list
    next: str
    previous: str


def page(rows: QuerySet, query: QueryDict, orderings: dict[str, str], default: str, key: str) -> Page:
    """The page of a queryset that a query asks for.

    `orderings` maps public names to columns that are never NULL; `key` is the unique column that breaks ties.
    Raises BadQuery for an unknown ordering, a bad page size or a cursor that is not of this list and order.
    """
    names = {n for name in orderings for n in (name, f"-{name}")}
    ordering = one_of(query, "ordering", names, default)
    size = number(query, "page_size", DEFAULT_SIZE, 1, MOST)
    column, down = orderings[ordering.lstrip("-")], ordering.startswith("-")
    backward, position = False, None
    if "cursor" in query:
        backward, position = _decode(query["cursor"], ordering, type(rows.model._meta.get_field(column).get_default()))
    descending = down != backward
    if position is not None:
        value, tie = position
        compare = "lt" if descending else "gt"
        rows = rows.filter(Q(**{f"{column}__{compare}": value}) | Q(**{column: value, f"{key}__{compare}": tie}))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}{key}")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()

    def cursor(row, back: bool) -> str:
        return _encode(ordering, back, getattr(row, column), getattr(row, key))

    has_next, has_previous = (True, more) if backward else (more, position is not None)
    return Page(
        rows=found,
        next=cursor(found[-1], False) if found and has_next else "",
        previous=cursor(found[0], True) if found and has_previous else "",
    )


def _encode(*parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(text: str, ordering: str, kind: type) -> tuple[bool, tuple]:
    try:
        padded = text + "=" * (-len(text) % 4)
        said, backward, value, tie = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        sound = said == ordering and type(backward) is bool and type(value) is kind and type(tie) is str
        f"{value}{tie}".encode()  # a lone surrogate is no text
        sound = sound and "\x00" not in f"{value}{tie}" and (kind is str or abs(value) < 2**31)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        sound = False
    if not sound:
        raise BadQuery([Fault("cursor", "It is not a cursor of this list in this order; take the one of “next”.", [])])
    return backward, (value, tie)
