"""What others saved while a curator was typing: taken over where the curator did not touch it, told where both did."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import QueryDict

from ..models import Change, Report
from .fields import NumberField
from .page import CasePage


@dataclass
class Difference:
    """One change that was saved meanwhile: of which row and field, by whom, what stands there now and what is typed."""

    row: str
    field: str
    by: str
    at: object
    saved: str
    typed: str = ""
    taken: bool = False
    anchor: str = ""


def merge(report: Report, user, data: QueryDict) -> list[Difference]:
    """Bring what was typed up to what was saved since the page was made, and say what that was.

    A field that the curator left as it was takes the saved value; one that both changed keeps what is typed, and the
    difference is told. The page then counts as made now, so that saving it again saves what it shows.
    """
    stamp = data.get("stamp", "")
    since = int(stamp) if stamp.isdigit() else 0
    later = Change.objects.filter(id__gt=since).exclude(action="published").select_related("user").order_by("id")
    if not later:
        return []
    page = CasePage(report, user)
    prefixes = {data[name]: name.removesuffix("-accession") for name in data if name.endswith("-accession")}
    found, seen = [], set()
    for change in later:
        row, prefix = page.rows.get(change.accession_id), prefixes.get(change.accession_id)
        if row is None or prefix is None:
            continue  # not being edited here: the page shows it as it is now
        if change.action != "changed":
            told = ", ".join(change.fields)
            found.append(Difference(row.title, change.action, _who(change), change.at, told, anchor=prefix))
            continue
        for name, (before, _) in change.fields.items():
            if name in row.form.fields and (row.key, name) not in seen:
                seen.add((row.key, name))  # the first change since tells what the curator saw
                found += _field(row, name, before, prefix, change, data)
    data["stamp"] = str(page.stamp)
    return found


def _field(row, name, before, prefix, change, data) -> list[Difference]:
    bound = row.form[name]
    saved = _text(bound, bound.value())
    typed = data.get(f"{prefix}-{name}", "")
    if typed == saved:
        return []
    anchor = f"id_{prefix}-{name}"
    difference = Difference(row.title, bound.label, _who(change), change.at, saved, typed, anchor=anchor)
    if typed == _text(bound, before):
        data[f"{prefix}-{name}"] = saved
        difference.taken = True
    return [difference]


def _text(bound, value) -> str:
    """A value as the page's field shows it."""
    if isinstance(bound.field, NumberField) and value:
        value = Decimal(value)  # the history writes 2.125, which nobody may type
    with suppress(ValidationError):
        value = bound.field.prepare_value(bound.field.to_python(value) if isinstance(value, str) else value)
    if value is True:
        return "on"
    return "" if value in (None, False) else str(value)


def _who(change) -> str:
    return str(change.user or "a load of the fixtures")
