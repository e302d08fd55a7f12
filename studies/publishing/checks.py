"""What keeps a unit from being published: its own rules, those across its records, and what it would show too early."""

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError

from ..models import Discrepancy, Place, Publication, Report, Side, get_record
from ..models.choices import Absence
from .consistency import Problem, problems_of
from .dossier import Dossier, Provenance


def problems_of_unit(unit, dossier: Dossier | None) -> list[Problem]:
    problems = _invalid(unit)
    if isinstance(unit, Report):
        records = list(dossier)
        for record in records:
            problems += _invalid(record)
        problems += problems_of(dossier)
        problems += _unpublished(unit.pk, publication=unit.publication, subject=unit.subject)
        problems += _problems_of_places(dossier.provenance)
    elif isinstance(unit, Publication):
        placed = set(Place.objects.filter(record=unit.pk).values_list("attribute", flat=True))
        problems += [
            Problem(unit.pk, statement.field, "This bibliographic value has no place.")
            for statement in unit.statements()
            if statement.field not in placed
        ]
        problems += _problems_of_places(Provenance([unit.pk]))
    elif isinstance(unit, Discrepancy):
        problems += _unpublished(unit.pk, publication=unit.publication)
    return problems


def _unpublished(accession: str, **needed) -> list[Problem]:
    return [
        Problem(accession, name, f"“{record}” is not published.")
        for name, record in needed.items()
        if record is not None and not record.is_public
    ]


def _problems_of_places(provenance: Provenance) -> list[Problem]:
    """A place in another document shows that document, so it must be public itself; a place that prints another value
    is a discrepancy, so one must name it."""
    problems = []
    for place in (place for places in provenance.places.values() for place in places):
        if place.document and not place.document.is_public:
            rule = f"It has a place in “{place.document}”, which is not published."
            problems.append(Problem(place.record_id, place.attribute, rule))
        if place.value and place.value not in Absence.values:
            sides = Side.objects.filter(record=place.record_id, attribute__in=("", place.attribute))
            if not sides.exists():
                rule = f"{place.locator} prints “{place.value}”: a discrepancy must name this field."
                problems.append(Problem(place.record_id, place.attribute, rule))
    return problems


def problems_of_sides(unit: Discrepancy) -> list[Problem]:
    """A discrepancy names at least one place, and only documents and records that are public: it is asked once the
    forms of this publishing are taken."""
    problems = []
    sides = list(unit.sides.select_related("publication"))
    if not sides:
        problems.append(Problem(unit.pk, "sides", "A discrepancy names at least one place."))
    for side in sides:
        problems += _unpublished(unit.pk, sides=side.publication)
        if side.record_id and not _is_public(side.record_id):
            problems.append(Problem(unit.pk, "sides", f"{side.record_id} is not published."))
    return problems


def _is_public(accession: str) -> bool:
    """Whether a record stands in the published form of its unit."""
    try:
        record = get_record(accession)
    except ObjectDoesNotExist:
        return False
    unit = next((u for u in (getattr(record, n, None) for n in ("report", "publication", "citing")) if u), record)
    if isinstance(record, (Report, Discrepancy)):
        unit = record
    form = getattr(unit, "form", "")
    return getattr(unit, "is_public", False) and f'"{accession}"' in form


def _invalid(record) -> list[Problem]:
    """The rules of `clean()` once more: rows that came later can break them. Constraints hold, it is saved."""
    try:
        record.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return [
            Problem(record.pk, "" if name == NON_FIELD_ERRORS else name, rule)
            for name, rules in error.message_dict.items()
            for rule in rules
        ]
    return []
