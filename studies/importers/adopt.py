"""What a curator chose of an import becomes drafts, all of it or nothing; each value says where it came from."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime

from ..models import (
    Accession,
    Author,
    Change,
    ImportedValue,
    Place,
    Publication,
    Registration,
    Report,
    SourceRead,
    acting,
    unit_accession,
)
from ..models.choices import Basis, ExtractionState, PublicationKind, ReadAs, ReportRole, State
from ..publishing.candidates import join
from ..pure.citations import cut
from .found import Fault, Found, Refused, Value, model_of

DRAFT, LEAVE = "draft", "leave"


@dataclass
class Choice:
    """What to do with one entry: make a draft under a slug, leave it, or fill fields of the draft with an accession."""

    found: Found
    action: str = DRAFT
    slug: str = ""
    fields: list[str] = field(default_factory=list)


@dataclass
class Adopted:
    """What an import did: the drafts it made and the drafts it filled."""

    made: list = field(default_factory=list)
    filled: list = field(default_factory=list)


def adopt(choices: list[Choice], user) -> Adopted:
    """Make and fill drafts in one transaction. Raises Refused with every reason; then nothing has changed."""
    done, faults = Adopted(), []
    with transaction.atomic():
        # One accession at a time would be a third of the statements of a large import.
        accessions = iter(Accession.issue_many(Publication.KIND, sum(choice.action == DRAFT for choice in choices)))
        for choice in choices:
            found = choice.found
            with acting(user, f"imported from {found.source}"):
                try:
                    with transaction.atomic():
                        _adopt(choice, done, accessions)
                except ValidationError as error:
                    faults += _faults(found, error)
        if faults:
            raise Refused(faults)
        with acting(user, "imported"):
            join([one for one in (*done.made, *done.filled) if isinstance(one, Publication)])
    return done


def _adopt(choice: Choice, done: Adopted, accessions):
    if choice.action == DRAFT:
        make = _draft_registration if choice.found.is_registration else _draft_publication
        slug = choice.slug or slug_for(choice.found)
        done.made.append(make(choice.found, slug, accession=next(accessions)))
    elif choice.action != LEAVE:
        done.filled.append(_fill(choice))


def _faults(found: Found, error: ValidationError) -> list[Fault]:
    told = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    entry = found.source.entry or found.source.name
    return [
        Fault(entry, "the draft" if name == NON_FIELD_ERRORS else name, found.get(name), rule)
        for name, rules in told.items()
        for rule in rules
    ]


# Names


def slug_for(found: Found, taken: set[str] = frozenset()) -> str:
    """surname-year; where that is taken surname-given-year, then with a number behind. A registry's record is named by
    its number and the day of the version that was read."""
    if found.is_registration:
        return f"{found.get('identifier', 'registration')}-{found.get('published')}".lower()
    author = found.authors[0] if found.authors else None
    year = found.get("year")
    family = _slugged(author.family_name) if author else ""
    if not family:
        family = _slugged(" ".join(found.get("title").split()[:3])) or "publication"
    names = [f"{family[:60].strip('-')}-{year}"]
    if author and _slugged(author.given_names):
        names.append(f"{family[:40].strip('-')}-{_slugged(author.given_names)[:25].strip('-')}-{year}")
    names += [f"{names[0]}-{number}" for number in range(2, 100)]
    used = taken | set(Publication.objects.filter(slug__startswith=family[:40]).values_list("slug", flat=True))
    return next((name for name in names if name not in used), names[0])


def _slugged(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.replace("'", "")).strip("-")


def _name_for(found: Found, slug: str) -> str:
    """As people cite it; with given names where the slug sets two of one surname and year apart."""
    if found.is_registration:
        return f"{found.get('identifier', 'registration')}, {found.get('published')}"
    author, year = " ".join(found.get("title").split()[:3]), found.get("year")
    if found.authors:
        author = found.authors[0].family_name
        author = author if slug == f"{_slugged(author)}-{year}" else str(found.authors[0])
    return f"{author[:70].strip()} {year}"


# Drafts


def _draft_publication(found: Found, slug: str, **more) -> Publication:
    values = {"kind": PublicationKind.NOT_REPORTED} | found.values_of("publication") | more
    publication = Publication(slug=slug, name=_name_for(found, slug), **values)
    _save(publication)
    authors = [
        Author(
            publication=publication,
            position=position,
            family_name=person.family_name,
            given_names=person.given_names,
            affiliation=person.affiliation,
        )
        for position, person in enumerate(found.authors, start=1)
    ]
    for author in authors:
        author.clean_fields(exclude=["publication"])
    Author.objects.bulk_create(authors)
    _write_where_from(publication, found, _values(found, "publication"))
    return publication


def _draft_registration(found: Found, slug: str, accession: Accession) -> Publication:
    """The registry's record as a document, the registration unless it is known, and the plan that the record tells.

    The record counts as read, as the registry's page, on the day it was fetched; what it plans is told by its report.
    """
    publication = _draft_publication(found, slug, accession=accession, extraction_state=ExtractionState.PARTLY)
    given = found.values_of("registration")
    registration = Registration.objects.filter(identifier=given["identifier"]).first()
    if registration is None:
        registration = Registration(**given)
        _save(registration)
        _write_where_from(registration, found, _values(found, "registration"), places=False)
    read = sorted({value.place.partition(".")[0] for value in found.values if "." in value.place})
    source = SourceRead(
        publication=publication,
        read_as=ReadAs.REGISTRY_PAGE,
        parts_read="\n".join(read),
        checksum=found.source.checksum,
        read_on=found.source.day,
        reader="an import, confirmed by a curator",
    )
    _save(source)
    report = Report(publication=publication, registration=registration, role=ReportRole.REGISTRY)
    _save(report)
    for part in found.parts:
        if part == "plan" or part.startswith("criterion"):
            _draft_extracted(found, part, report)
    return publication


def _draft_extracted(found: Found, part: str, report: Report):
    """A record below the report. The plan stands at the registry's number, a criterion where its values stand."""
    values = _values(found, part)
    own = next(v for v in found.values if v.field == "identifier") if part == "plan" else values[0]
    record = model_of(part)(
        report=report, locator=own.place, as_reported=cut(own.as_given, 400), **found.values_of(part)
    )
    _save(record)
    _write_where_from(record, found, values, places=part == "plan")


def _save(record):
    """Save by all rules. Those of the tables are left to the tables, since asking each beforehand is half of an import;
    what they refuse is validated in full, to say why."""
    try:
        with transaction.atomic():
            record.full_clean(exclude={"accession"}, validate_unique=False, validate_constraints=False)
            record.save(force_insert=record._state.adding)
    except IntegrityError:
        if record._state.adding:
            record.accession = None  # it was taken back with the rest
        record.full_clean()
        raise


# Where it came from


def _values(found: Found, part: str) -> list[Value]:
    values = [value for value in found.values if value.part == part]
    if part == "publication" and found.authors:
        names = "; ".join(str(person) for person in found.authors)
        values.append(Value("authors", names, "authors", names, found.derivation_of(names)))
    return values


def _write_where_from(record, found: Found, values: list[Value], places: bool = True):
    """Every value's source beside the record, and a place for each that readers will be shown and that has none."""
    source = found.source
    ImportedValue.objects.bulk_create(
        ImportedValue(
            record=record.accession, field=value.field, value=value.value, as_given=value.as_given,
            derivation=cut(value.derivation, 400), source=source.name, entry=source.entry, place=value.place,
            address=source.address[:500], checksum=source.checksum, fetched_at=parse_datetime(source.fetched_at),
        )
        for value in values
    )  # fmt: skip
    shown = {statement.field for statement in record.statements()} if places else set()
    shown -= set(Place.objects.filter(record=record.pk).values_list("attribute", flat=True))
    told = [_place(record, value, source) for value in values if value.field in shown]
    for place in told:
        place.clean_fields(exclude=["record", "document"])
    Place.objects.bulk_create(told)
    if told:
        fields = {f"place of {place.attribute}": [None, place.told()] for place in told}
        Change.log(record.pk, "places added", fields, unit=unit_accession(record))


def _place(record, value: Value, source) -> Place:
    locator = f"{source}, {value.place}" if isinstance(record, Publication) else value.place
    return Place(
        record=record.accession,
        attribute=value.field,
        locator=cut(locator, 200),
        as_reported=cut(" ".join(value.as_given.split()), 400),
        basis=Basis.JUDGEMENT if value.derivation else Basis.STATED,
        derivation=cut(value.derivation, 400),
    )


# Filling


def fillable_fields(publication: Publication, found: Found) -> list[str]:
    """The fields of a draft that are empty and that the find could fill."""
    names = [
        value.field
        for value in found.values
        if value.part == "publication" and value.field and _is_empty(publication, value.field)
    ]
    return names + (["authors"] if found.authors and not publication.authors.exists() else [])


def _is_empty(publication: Publication, name: str) -> bool:
    return getattr(publication, name) in ("", None, "not_reported", "not_checked")


def _fill(choice: Choice) -> Publication:
    """Fill the fields that were ticked and that are empty. Raises ValidationError for everything else."""
    found = choice.found
    publication = Publication.objects.select_for_update().get(pk=choice.action)
    if publication.state != State.DRAFT:
        raise ValidationError(f"{publication.pk} is public: an import fills only drafts.")
    if not choice.fields:
        raise ValidationError(f"No field was ticked that should be filled in {publication.pk}.")
    free = fillable_fields(publication, found)
    for name in choice.fields:
        if name not in free:
            raise ValidationError({name: f"{publication.pk} holds a value already; an import overwrites nothing."})
    names = set(choice.fields)
    if "retraction_status" in names:
        names.add("retraction_as_of")
    values = [value for value in _values(found, "publication") if value.field in names]
    for value in values:
        if value.field != "authors":
            setattr(publication, value.field, value.value)
    _save(publication)
    if "authors" in names:
        Author.objects.bulk_create(
            Author(publication=publication, position=position, **vars(person))
            for position, person in enumerate(found.authors, start=1)
        )
    _write_where_from(publication, found, values)
    return publication
