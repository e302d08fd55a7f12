"""Redacting one value of one record, a date or a number: it is left empty in the record and in every version of it.

The wording of the record and of the places of that value goes with it, since that tells the value again; so do what was
imported into it and what a datacheck said of it. What stays is the mark in the record's note.
"""

import json
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from ..models import (
    OPEN,
    Change,
    CheckedWarning,
    EvidenceRow,
    ImportedValue,
    Place,
    PublicFact,
    PublicRecord,
    Redaction,
    SearchText,
    Side,
    Typed,
    acting,
    get_record,
)
from ..models.base import PartialDateField
from ..pure.documents import dumps
from .door import render_again
from .redaction import MARK, begin_revision, check_allowed, note_with_mark
from .search_entries import index
from .unit_of import UNITS, unit_of
from .workflow import NotAllowed

WORDINGS = ("as_reported", "derivation")
POINTS = ("accession", "cohort", "course", "transplant")  # how a document without accession names what it is about


@dataclass
class Value:
    """What is taken out: fields of a record (both ends of a range), their dates, and the wordings that tell them."""

    record: str
    fields: list[str]
    note: str
    dates: set[str]
    wordings: set[str]

    def without(self, value):
        """A document as if it had never said it."""
        if isinstance(value, list):
            return [self.without(part) for part in value if not self._is_its_fact(part)]
        if isinstance(value, dict):
            told = {name: self.without(part) for name, part in value.items()}
            if told.get("accession", self.record) == self.record and self.record in map(told.get, POINTS):
                told |= {name: None for name in self.fields if name in told}
                told |= {"note": self.note} if "note" in told else {}
                for name in ("sources", "labels"):
                    if isinstance(told.get(name), dict):
                        told[name] = {key: part for key, part in told[name].items() if key not in self.fields}
            if told.get("record") == self.record and told.get("field") in self.fields:  # of a datacheck
                told |= {"value": MARK, "text": MARK, "reason": told.get("reason") and MARK}
            if str(told.get("fact", "")).startswith(f"{self.record}.") and told.get("date") in self.dates:
                told["date"] = ""
            return told
        return MARK if isinstance(value, str) and value in self.wordings else value

    def _is_its_fact(self, part) -> bool:
        return isinstance(part, dict) and part.get("fact") in {f"{self.record}.{name}" for name in self.fields}


def redact_value(accession: str, field: str, *, user, reason: str) -> Redaction:
    """Take a value out of everything. Raises NotAllowed where the role or the reason is missing, where there is no such
    value, or where the rules of the record do not let it be empty."""
    check_allowed(user, reason)
    with transaction.atomic(), acting(user, reason):
        record = _record_with(accession, field)
        value = _value(record, field)
        rows = _empty(record, value) + _forget_history(value)
        unit = unit_of(record)
        revision = begin_revision(user, "a value was redacted")
        owners = _rewrite(value)
        render_again([unit], revision)
        _blank_old_words(owners | {unit.pk})
        Typed.objects.filter(report__in=owners | {unit.pk}).delete()
        Change.log(accession, "redacted", {name: [MARK, None] for name in value.fields}, unit=unit.pk)
        return Redaction.objects.create(user=user, reason=reason, rows=rows + len(owners))


def _record_with(accession: str, field: str):
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


def _value(record, field: str) -> Value:
    stem, _, end = field.rpartition("_")
    both = [f"{stem}_low", f"{stem}_high"] if end in ("low", "high") else [field]
    fields = [name for name in both if hasattr(record, name)]
    history = Change.objects.filter(accession=record.pk).values_list("fields", flat=True)
    before = {name: {text for told in history for text in told.get(name, ())} for name in (*fields, *WORDINGS)}
    wordings = {getattr(record, name, "") for name in WORDINGS}.union(*(before[name] for name in WORDINGS))
    places = Place.objects.filter(record=record.pk, attribute__in=fields)
    wordings |= {text for row in places.values_list(*WORDINGS, "value") for text in row}
    wordings |= set(Side.objects.filter(record=record.pk, attribute__in=fields).values_list("as_reported", flat=True))
    is_date = isinstance(record._meta.get_field(field), PartialDateField)
    dates = before[field] | {getattr(record, field)} if is_date else set()
    note = note_with_mark(record, field)
    return Value(record.pk, fields, note, dates - {None, ""}, wordings - {None, ""})


def _empty(record, value: Value) -> int:
    """Leave the value empty where it is kept now."""
    columns = {name: None if record._meta.get_field(name).null else "" for name in value.fields}
    columns |= {name: MARK for name in WORDINGS if getattr(record, name, "")} | {"note": value.note}
    try:
        with transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(**columns)
    except IntegrityError as error:
        raise NotAllowed(f"The rules of {record.pk} need this value: withdraw what it is part of.") from error
    of_record, of_field = {"record": record.pk}, {"record": record.pk, "attribute__in": value.fields}
    rows = Place.objects.filter(**of_field).update(as_reported=MARK, value="")
    Place.objects.filter(**of_field).exclude(derivation="").update(derivation=MARK)
    rows += Side.objects.filter(**of_record, as_reported__in=value.wordings).update(as_reported=MARK)
    imported = ImportedValue.objects.filter(**of_record, field__in=value.fields)
    rows += imported.update(value=MARK, as_given=MARK, derivation="")
    return rows + 1 + CheckedWarning.objects.filter(**of_record).delete()[0]


def _forget_history(value: Value) -> int:
    """Mark every former value and wording; and the answers to datachecks, which quote what they answer for."""
    named, rows = {*value.fields, *WORDINGS, *(f"place of {name}" for name in value.fields)}, 0
    for change in Change.objects.filter(accession=value.record):
        told = {
            name: [part and MARK for part in pair] if name in named or name.startswith("DC") else pair
            for name, pair in change.fields.items()
        }
        if told != change.fields:
            Change.objects.filter(pk=change.pk).update(fields=told)
            rows += 1
    return rows


def _rewrite(value: Value) -> set[str]:
    """Take it out of the forms and of every version of the public rows. Returns the units whose rows had it."""
    names_it, owners = f'"{value.record}"', set()
    for model in UNITS:
        for column in ("form", "checked"):
            for unit in model.objects.filter(**{f"{column}__contains": names_it}):
                told = dumps(value.without(json.loads(getattr(unit, column))))
                model.objects.filter(pk=unit.pk).update(**{column: told})
                owners.add(unit.pk)
    for model in (PublicRecord, EvidenceRow):
        for row in model.objects.filter(document__contains=names_it):
            told = dumps(value.without(json.loads(row.document)))
            model.objects.filter(pk=row.pk).update(document=told)
            owners.add(row.owner)
    facts = PublicFact.objects.filter(fact__startswith=f"{value.record}.")
    facts.filter(as_reported__in=value.wordings).update(as_reported=MARK)
    facts.filter(derivation__in=value.wordings).update(derivation=MARK)
    facts.filter(date__in=value.dates).update(date="")
    facts.filter(fact__in=[f"{value.record}.{name}" for name in value.fields]).update(
        value=MARK, as_reported=MARK, derivation="", canonical_value="", day="", date=""
    )
    return owners


def _blank_old_words(owners: set[str]):
    """What search looked through in versions that are no longer public tells nothing any more."""
    old = SearchText.objects.filter(owner__in=owners).exclude(valid_to=OPEN)
    old.update(text=MARK, words="")
    index(list(old))
    EvidenceRow.objects.filter(owner__in=owners).exclude(valid_to=OPEN).update(words="")
