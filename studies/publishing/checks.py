"""What keeps a unit from being published: its own rules, open datachecks, and what it would show too early."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from ..models import Discrepancy, ProblemAnswer, Publication, Report, Side, Term, get_records, unit_accession
from ..models.choices import CheckSeverity
from .datachecks import Checked
from .dossier import Dossier, Provenance
from .unit_of import UNITS


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


def problems_of_unit(unit, dossier: Dossier | None, checked: Checked, with_it=()) -> list[Problem]:
    """Everything that keeps a unit from being published, all at once. The units `with_it` are published together with
    it, so that it may show them."""
    problems = _invalid(unit) + _terms_unpublished(unit)
    going = {one.pk for one in with_it}
    if isinstance(unit, Report):
        records = [*dossier, *dossier.overlaps]
        for record in records:
            problems += _invalid(record) + _terms_unpublished(record)
        problems += _unpublished(unit.pk, going, publication=unit.publication, subject=unit.subject)
        problems += _documents_unpublished(dossier.provenance)
    elif isinstance(unit, Publication):
        problems += _documents_unpublished(Provenance([unit.pk]))
    elif isinstance(unit, Discrepancy):
        problems += _unpublished(unit.pk, going, publication=unit.publication)
    elif isinstance(unit, ProblemAnswer) and unit.led_to_id and not public_among({unit.led_to_id}):
        problems.append(Problem(unit.pk, "led_to", f"{unit.led_to_id} is not published. Publish it first."))
    return problems + [_open(found) for found in checked.open]


def _open(found) -> Problem:
    problem = Problem(found.finding.record, found.finding.field, found.what_is_needed)
    if found.check.severity == CheckSeverity.WARNING:
        problem.check, problem.value = found.check.id, found.finding.value
    return problem


def _unpublished(accession: str, going: set[str], **needed) -> list[Problem]:
    return [
        Problem(accession, name, f"“{record}” is not published.")
        for name, record in needed.items()
        if record is not None and not record.is_public and record.pk not in going
    ]


def _terms_unpublished(record) -> list[Problem]:
    """A term that is new in its vocabulary is public once a second person has published the vocabularies."""
    terms = [(f.name, getattr(record, f.name)) for f in record._meta.concrete_fields if f.related_model is Term]
    return [
        Problem(record.pk, name, f"“{term}” is a new term: have the vocabularies published first.")
        for name, term in terms
        if term is not None and not term.form
    ]


def _documents_unpublished(provenance: Provenance) -> list[Problem]:
    """A place in another document shows that document, so it must be public itself."""
    places = [place for found in provenance.places.values() for place in found]
    return [
        Problem(place.record_id, place.attribute, f"It has a place in “{place.document}”, which is not published.")
        for place in places
        if place.document and not place.document.is_public
    ]


def problems_of_sides(units: list[Discrepancy]) -> list[Problem]:
    """Discrepancies name only documents and records that are public: it is asked once the forms of this publishing
    are taken."""
    sides = Side.objects.filter(discrepancy__in=units).select_related("publication").order_by("discrepancy", "position")
    public = public_among({side.record_id for side in sides if side.record_id})
    problems = []
    for side in sides:
        problems += _unpublished(side.discrepancy_id, set(), sides=side.publication)
        if side.record_id and side.record_id not in public:
            problems.append(Problem(side.discrepancy_id, "sides", f"{side.record_id} is not published."))
    return problems


def public_among(accessions: set[str]) -> set[str]:
    """Those of the records that stand in the published form of their unit."""
    held = defaultdict(set)
    for record in get_records(accessions):
        held[unit_accession(record)].add(record.pk)
    found = set()
    for model in UNITS:
        forms = model.objects.filter(pk__in=held, is_public=True).values_list("pk", "form")
        found |= {accession for unit, form in forms for accession in held[unit] if f'"{accession}"' in form}
    return found


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
