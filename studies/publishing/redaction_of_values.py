"""Redacting one value of one record, a date or a number: it is left empty in the record and in every version of it.

What is made of it in its record goes too (the age group of an age, the time point of a time), and so does the wording
of the record and of the places of that value, since that tells the value again; whoever quotes that wording; what was
imported into it and what a datacheck said of it. What stays is the mark in the record's note. Everything is taken out
where it is kept and in every public version before anything is rendered anew.
"""

import json

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Q

from ..models import (
    OPEN,
    Change,
    CheckedWarning,
    EvidenceDose,
    EvidenceRow,
    EvidenceTerm,
    ImportedValue,
    Place,
    Publication,
    PublicFact,
    PublicRecord,
    Redaction,
    SearchText,
    Side,
    Typed,
    acting,
    get_record,
)
from ..models.public import VALUE_REDACTED
from ..pure.documents import dumps
from .door import render_again
from .redacted_value import LEFT, MARK, WORDINGS, Value, sides_that_tell, value_of, with_mark
from .redaction import begin_revision, check_allowed, forget_unsaved, mark_in_history
from .redaction_of_readings import clean_readings
from .search_entries import forget_what_went, index
from .unit_of import UNITS, unit_of
from .workflow import NotAllowed


def redact_value(accession: str, field: str, *, user, reason: str) -> Redaction:
    """Take a value out of everything. Raises NotAllowed where the role or the reason is missing, where there is no such
    value, or where the rules of the record do not let it be empty."""
    check_allowed(user, reason)
    with transaction.atomic(), acting(user, reason):
        record = record_with(accession, field)
        value = value_of(record, field)
        unit = unit_of(record)
        _learn_facts(value)
        rows = _empty(record, value) + _forget_history(value) + _forget_sides(value)
        units = [unit, *_clean_forms(value), *Publication.objects.filter(slug__in=clean_readings(value))]
        changed = _clean_public_rows(value)
        owners = {*PublicRecord.objects.filter(pk__in=changed).values_list("owner", flat=True)}
        owners |= {unit.pk for unit in units} | _clean_evidence_rows(value)
        revision = begin_revision(user, VALUE_REDACTED)
        render_again(units, revision)
        mark_in_history(changed, revision)
        _blank_old_words(owners)
        forget_unsaved([value.record, *value.quotes])
        Typed.objects.filter(report__in=owners).delete()
        Change.log(accession, "redacted", {name: [MARK, None] for name in value.fields}, unit=unit.pk)
        return Redaction.objects.create(user=user, reason=reason, rows=rows + len(owners))


def record_with(accession: str, field: str):
    """The record, if it has such a value and can be without it. Raises NotAllowed."""
    try:
        record = get_record(accession)
    except (KeyError, ObjectDoesNotExist) as error:
        raise NotAllowed(f"There is no record “{accession}”.") from error
    column = next((f for f in record._meta.concrete_fields if f.name == field and f.editable), None)
    if column is None or column.is_relation or column.choices or column.name in (*WORDINGS, "locator", "note"):
        raise NotAllowed(f"“{field}” is no date, number or text of {accession} that can be left empty.")
    if not column.blank:
        raise NotAllowed(f"{accession} cannot be without “{field}”: redact its text, or withdraw the record's unit.")
    if getattr(record, field) in (None, "") and not Change.objects.filter(accession=accession, fields__has_key=field):
        raise NotAllowed(f"{accession} has no “{field}”, and never had one.")
    return record


def _learn_facts(value: Value):
    """By every version, as a fact was named otherwise where the record was told otherwise."""
    for model in UNITS:
        for text in model.objects.filter(form__contains=f'"{value.record}').values_list("form", flat=True):
            value.learn_facts(json.loads(text))
    for model in (PublicRecord, EvidenceRow):
        for text in model.objects.filter(document__contains=f'"{value.record}').values_list("document", flat=True):
            value.learn_facts(json.loads(text))


def _empty(record, value: Value) -> int:
    """Leave the value empty where it is kept now."""
    columns = {}
    for name in value.fields:
        columns[name] = LEFT.get(name, None if record._meta.get_field(name).null else "")
    columns |= {name: MARK for name in WORDINGS if getattr(record, name, "") in value.wordings}
    columns["note"] = with_mark(record.note, value.name)
    try:
        with transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(**columns)
    except IntegrityError as error:
        raise NotAllowed(f"The rules of {record.pk} need this value: withdraw what it is part of.") from error
    places = Place.objects.filter(record=record.pk)
    rows = places.filter(attribute__in=value.fields).update(as_reported=MARK, value="")
    places.filter(attribute__in=value.fields).exclude(derivation="").update(derivation=MARK)
    for name in WORDINGS:
        rows += places.filter(**{f"{name}__in": value.wordings}).update(**{name: MARK})
    imported = ImportedValue.objects.filter(record=record.pk, field__in=value.fields)
    rows += imported.update(value=MARK, as_given=MARK, derivation="")
    return rows + 1 + CheckedWarning.objects.filter(record=record.pk).delete()[0]


def _forget_history(value: Value) -> int:
    """Mark every former value and wording; and the answers to datachecks, which quote what they answer for."""
    named, rows = {*value.fields, *(f"place of {name}" for name in value.fields)}, 0

    def told(name: str, part):
        if name in named or name.startswith("DC") or part in value.wordings:
            return part and MARK
        is_place = name.startswith("place of ")
        return MARK if is_place and part and value.is_told_in(part) else part

    for change in Change.objects.filter(accession=value.record):
        fields = {name: [told(name, part) for part in pair] for name, pair in change.fields.items()}
        rows += _rewrite_change(change, fields)
    return rows


def _forget_sides(value: Value) -> int:
    """Mark the wording in the discrepancies that quote it, and in their history."""
    sides = Side.objects.filter(sides_that_tell(value))
    quoting = {*sides.values_list("discrepancy", flat=True)}
    said = {*sides.values_list("as_reported", flat=True)}
    rows = sides.update(as_reported=MARK)

    def told(part):
        for text in sorted(said, key=len, reverse=True):
            part = part.replace(f" · {text}", f" · {MARK}") if isinstance(part, str) else part
        return part

    for change in Change.objects.filter(accession__in=quoting):
        rows += _rewrite_change(change, {name: [*map(told, pair)] for name, pair in change.fields.items()})
    return rows


def _rewrite_change(change: Change, told: dict) -> int:
    return Change.objects.filter(pk=change.pk).update(fields=told) if told != change.fields else 0


def _mentioning(value: Value, column: str) -> Q:
    """The documents that name the record, or have a wording of it."""
    found = Q(**{f"{column}__contains": f'"{value.record}'})
    for quote in value.quotes:
        found |= Q(**{f"{column}__contains": json.dumps(quote, ensure_ascii=False)})
    return found


def _clean_forms(value: Value) -> list:
    """Take it out of what was published of every unit. Returns the units that had it."""
    changed = {}
    for model in UNITS:
        for column in ("form", "checked"):
            for unit in model.objects.filter(_mentioning(value, column)):
                before = getattr(unit, column)
                told = dumps(value.without(json.loads(before)))
                if told != before:
                    model.objects.filter(pk=unit.pk).update(**{column: told})
                    changed[unit.pk] = unit
    return [get_record(accession) for accession in changed]


def _clean_public_rows(value: Value) -> set[int]:
    """Take it out of every version of the public records and facts. Returns the keys of the records that had it."""
    for fact in PublicFact.objects.filter(fact__startswith=f"{value.record}."):
        _clean_fact(fact, value)
    return _clean_documents(PublicRecord, value)


def _clean_evidence_rows(value: Value) -> set[str]:
    """The same of the evidence rows. Returns the units that they are of."""
    if "n" in value.fields:
        EvidenceRow.objects.filter(cohort=value.record).exclude(valid_to=OPEN).update(n=0, n_reported=False)
        EvidenceRow.objects.filter(root_cohort=value.record).exclude(valid_to=OPEN).update(root_n=0)
    changed = _clean_documents(EvidenceRow, value)
    return {*EvidenceRow.objects.filter(pk__in=changed).values_list("owner", flat=True)}


def _clean_documents(model, value: Value) -> set[int]:
    changed = set()
    for row in model.objects.filter(_mentioning(value, "document")):
        told = dumps(value.without(json.loads(row.document)))
        if told != row.document:
            model.objects.filter(pk=row.pk).update(document=told)
            changed.add(row.pk)
    return changed


def _clean_fact(fact: PublicFact, value: Value):
    if value.is_its_fact(fact.fact):
        told = {"value": MARK, "as_reported": MARK, "derivation": "", "denominator": None}
        told |= dict.fromkeys(("canonical_value", "day", "day_from", "time_point", "date"), "")
    else:
        standing = {column.attname: getattr(fact, column.attname) for column in fact._meta.concrete_fields}
        told = {name: value.left_of_fact(name, standing) for name in standing if name != "id"}
    PublicFact.objects.filter(pk=fact.pk).update(**told)


def _blank_old_words(owners: set[str]):
    """What search looked through in versions that are no longer public tells nothing any more; nor do the answers that
    those gave to filters."""
    old = SearchText.objects.filter(owner__in=owners).exclude(valid_to=OPEN)
    old.update(text=MARK, words="")
    index(list(old))
    forget_what_went()
    rows = EvidenceRow.objects.filter(owner__in=owners).exclude(valid_to=OPEN)
    rows.update(words="")
    for model in (EvidenceTerm, EvidenceDose):
        model.objects.filter(row__in=rows).delete()
