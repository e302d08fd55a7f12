"""What keeps a unit from being published: its own rules, open datachecks, and what it would show too early."""

from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError

from ..models import Discrepancy, Publication, Report, get_record
from ..models.choices import CheckSeverity
from .datachecks import Checked
from .dossier import Dossier, Provenance
from .unit_of import unit_of


@dataclass
class Problem:
    """One reason not to publish."""

    record: str
    field: str
    rule: str
    check: str = ""  # of a warning: its datacheck, and the value that a written reason answers for
    value: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """What an answer to an open warning names; empty for what no reason answers."""
        return {"record": self.record, "check_id": self.check, "value": self.value} if self.check else {}

    def __str__(self):
        return f"{self.record}{' · ' + self.field if self.field else ''}: {self.rule}"


def problems_of_unit(unit, dossier: Dossier | None, checked: Checked) -> list[Problem]:
    """Everything that keeps a unit from being published, all at once."""
    problems = _invalid(unit)
    if isinstance(unit, Report):
        records = [*dossier, *dossier.overlaps]
        for record in records:
            problems += _invalid(record)
        problems += _unpublished(unit.pk, publication=unit.publication, subject=unit.subject)
        problems += _documents_unpublished(dossier.provenance)
    elif isinstance(unit, Publication):
        problems += _documents_unpublished(Provenance([unit.pk]))
    elif isinstance(unit, Discrepancy):
        problems += _unpublished(unit.pk, publication=unit.publication)
    return problems + [_open(found) for found in checked.open]


def _open(found) -> Problem:
    problem = Problem(found.finding.record, found.finding.field, found.what_is_needed)
    if found.check.severity == CheckSeverity.WARNING:
        problem.check, problem.value = found.check.id, found.finding.value
    return problem


def _unpublished(accession: str, **needed) -> list[Problem]:
    return [
        Problem(accession, name, f"“{record}” is not published.")
        for name, record in needed.items()
        if record is not None and not record.is_public
    ]


def _documents_unpublished(provenance: Provenance) -> list[Problem]:
    """A place in another document shows that document, so it must be public itself."""
    places = [place for found in provenance.places.values() for place in found]
    return [
        Problem(place.record_id, place.attribute, f"It has a place in “{place.document}”, which is not published.")
        for place in places
        if place.document and not place.document.is_public
    ]


def problems_of_sides(unit: Discrepancy) -> list[Problem]:
    """A discrepancy names only documents and records that are public: it is asked once the forms of this publishing
    are taken."""
    problems = []
    for side in unit.sides.select_related("publication"):
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
    unit = unit_of(record)
    form = getattr(unit, "form", "")
    return getattr(unit, "is_public", False) and f'"{accession}"' in form


def _invalid(record) -> list[Problem]:
    """The rules of `clean()` once more: rows that came later can break them. Constraints hold, it is saved; so do its
    relations, and asking the base for each of them would be most of the work."""
    related = {field.name for field in record._meta.concrete_fields if field.is_relation}
    problems = []
    for name in related:
        vocabulary = getattr(record._meta.get_field(name).remote_field, "limit_choices_to", None) or {}
        term = getattr(record, name) if "vocabulary" in vocabulary else None
        if term is not None and term.vocabulary != vocabulary["vocabulary"]:
            problems.append(Problem(record.pk, name, f"“{term}” is not of the vocabulary {vocabulary['vocabulary']}."))
    try:
        record.full_clean(exclude=related, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems += [
            Problem(record.pk, "" if name == NON_FIELD_ERRORS else name, rule)
            for name, rules in error.message_dict.items()
            for rule in rules
        ]
    return problems
