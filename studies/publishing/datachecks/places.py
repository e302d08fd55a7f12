"""Places: every bibliographic value has one, and where two places print two values a discrepancy says so.

That an extracted record has place, wording and basis the database refuses to be otherwise.
"""

from ...models import Discrepancy, Publication, Report
from ...models.choices import Absence
from .frame import ERROR, Check, Finding, itself


def _has_a_place(statement, single, others):
    if not single.provenance.places.get((single.unit.pk, statement.field)):
        text = "This bibliographic value has no place."
        yield Finding(single.unit.pk, statement.field, statement.value[:80], text)


def _printing_another_value(subject) -> list:
    """Places that print another value than the record holds; a mark for silence (“/”) is none."""
    places = [place for places in subject.provenance.places.values() for place in places]
    return [place for place in places if place.value and place.value not in Absence.values]


def _is_named(place, subject, others):
    text = f"“{place.locator}” prints “{place.value}”."
    yield Finding(place.record_id, place.attribute, place.value, text)


def _has_sides(discrepancy, single, others):
    if not discrepancy.sides.all():
        yield Finding(discrepancy.pk, "sides", "", "A discrepancy names at least one place.")


CHECKS = (
    Check(
        "DC060", ERROR, "A bibliographic value has a place",
        "A place of this field, naming the document that prints it: its own front matter, or a reference list.",
        "bibliographic values", (Publication,), lambda s: list(s.unit.statements()), _has_a_place,
    ),
    Check(
        "DC061", ERROR, "Where a place prints another value, a discrepancy names the field",
        "Both values stand: a discrepancy must name this field, and say which is shown and why.",
        "places that print another value", (Publication, Report), _printing_another_value, _is_named, explained=True,
    ),
    Check(
        "DC062", ERROR, "A discrepancy has a place",
        "At least one side, with its document, place and wording.",
        "discrepancies", (Discrepancy,), itself, _has_sides,
    ),
)  # fmt: skip
