"""The one exception to “nothing is ever deleted”: a text that could identify a patient is taken out of everything.

It goes from the records, their history, the forms and every version of the public rows, from what search looks through,
and from what was typed and not saved. What stays is a mark in its place (a date is left empty instead, and its record's
note has the mark), and a record that it happened, by whom and why: not what it was. A single value, a number too, is
taken out of its record by `redaction_of_values.py`.
"""

import json
from dataclasses import dataclass
from urllib.parse import unquote_plus

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Cast

from ..models import (
    FINISHED,
    OPEN,
    TOMBSTONES,
    Change,
    ComparedFact,
    DoubleReading,
    PublicRecord,
    Reading,
    Record,
    Redaction,
    Revision,
    SearchText,
    SearchWord,
    Typed,
    acting,
)
from ..models.columns import PartialDateField
from ..models.public import TEXT_REDACTED
from ..pure import partial_dates
from ..pure.documents import dumps
from ..pure.wording import tokens
from .door import next_revision
from .redacted_value import MARK, SHORTEST, with_mark
from .search_entries import forget_what_went, index
from .workflow import NotAllowed

REDACT = "studies.redact_records"
NORMALISED = {"words", "title_words"}  # columns that hold words as search compares them
DOCUMENTS = {"document", "form", "checked"}  # columns that hold JSON, in which an empty date is null
KEPT = {"redaction", "typed"}
UNSAVED = {Typed: lambda row: unquote_plus(row.body), Session: lambda row: dumps(row.get_decoded())}


@dataclass
class Found:
    """Where a text stands: a model and one of its columns, and the keys of the rows."""

    model: type[models.Model]
    column: str
    keys: list


def find(text: str, user=None) -> list[Found]:
    """Every column that holds a text, in whatever was ever stored; to a user not what is hidden from that user. Raises
    NotAllowed for a text that is too short to be looked for without harm."""
    if len(text.strip()) < SHORTEST:
        raise NotAllowed(f"“{text}” is too short: at least {SHORTEST} characters, exactly as they stand.")
    found = []
    for model in _models():
        for column in _columns(model):
            wanted = [*_spellings(text)]
            if column.name in NORMALISED:
                wanted = [f" {_words(text)} "] if _words(text) else []
            condition = models.Q(pk__in=[])
            for one in {*wanted, *(json.dumps(text)[1:-1] for text in wanted)}:  # as either database keeps JSON
                condition |= models.Q(as_text__contains=one)
            rows = model._base_manager.annotate(as_text=Cast(column.name, models.TextField())).filter(condition)
            rows = rows.exclude(pk__in=_hidden_rows(model, user))
            keys = [row.pk for row in rows if _stands(getattr(row, column.name), wanted)]
            if keys:
                found.append(Found(model, column.name, keys))
    for model, read in UNSAVED.items():
        keys = [row.pk for row in model.objects.all() if any(one in read(row) for one in _spellings(text))]
        if keys:
            found.append(Found(model, "", keys))
    return found


def hidden_from(user):
    """The pairs of readings that this user reads and that are not finished: what the other reader has is not to be
    known before. A redaction reaches it all the same."""
    mine = DoubleReading.objects.exclude(state__in=FINISHED)
    return mine.filter(readings__curator=user) if user is not None else mine.none()


def _hidden_rows(model, user):
    """The rows of a model that a user may not know of; a reading of one's own is no secret."""
    if user is not None and model is Reading:
        return Reading.objects.filter(double__in=hidden_from(user)).exclude(curator=user).values("pk")
    if user is not None and model is ComparedFact:
        return ComparedFact.objects.filter(double__in=hidden_from(user)).values("pk")
    if user is not None and model is DoubleReading:
        return hidden_from(user).values("pk")
    return []


def redact(text: str, *, user, reason: str) -> Redaction:
    """Take a text out of everything. Raises NotAllowed where the role or the reason is missing, the reason tells the
    text again, or it stands nowhere. Whoever reads one of two open readings is not told by a refusal or a count whether
    it stood in the other."""
    check_allowed(user, reason)
    if text.casefold() in reason.casefold():
        raise NotAllowed("The reason repeats what is to be redacted. Say why, not what.")
    with transaction.atomic(), acting(user, reason):
        shown, found = find(text, user), find(text)
        if not found and not hidden_from(user).exists():
            raise NotAllowed("This text stands nowhere, exactly as it was typed.")
        touched = set()
        for place in found:
            touched |= _take_out(place, text)
        forget_what_went()
        revision = begin_revision(user, TEXT_REDACTED)
        mark_in_history({key for place in found if place.model is PublicRecord for key in place.keys}, revision)
        for accession in sorted(touched):
            Change.log(accession, "redacted")
        return Redaction.objects.create(user=user, reason=reason, rows=sum(len(place.keys) for place in shown))


def forget_unsaved(texts: list[str]):
    """What was typed and not saved, and what waits in a session, goes whole where it has one of these texts."""
    for model, read in UNSAVED.items():
        keys = [row.pk for row in model.objects.all() if any(text in read(row) for text in texts)]
        model.objects.filter(pk__in=keys).delete()


def check_allowed(user, reason: str):
    """Raises NotAllowed where the role or the reason is missing."""
    if not user.has_perm(REDACT):
        raise NotAllowed("You may not redact: it takes the role that has “redact_records”.")
    if not reason.strip():
        raise NotAllowed("A reason is missing. Say why, not what.")


def begin_revision(user, reason: str) -> int:
    """A revision of its own, so that no reader goes on holding the page that had it."""
    revision = next_revision()
    rendering = Revision.objects.order_by("-id").values_list("rendering", flat=True).first() or 0
    Revision.objects.create(id=revision, user=user, reason=reason, rendering=rendering)
    return revision


def mark_in_history(rows: set[int], revision: int):
    """Let the public history of records say that something was redacted: each begins a version that says the same. Of
    one that was taken out, its tombstone does."""
    named = {*PublicRecord.objects.filter(pk__in=rows).values_list("collection", "slug")}
    for collection, slug in sorted(named):
        standing = PublicRecord.objects.current().filter(collection=collection, slug=slug)
        tombstone = PublicRecord.objects.current().filter(collection=TOMBSTONES, slug=f"{collection}/{slug}")
        row = (standing if standing.exists() else tombstone).filter(valid_from__lt=revision).first()
        if row is not None:
            PublicRecord.objects.filter(pk=row.pk).update(valid_to=revision)
            row.pk, row.valid_from, row.valid_to = None, revision, OPEN
            row.save(force_insert=True)


def _take_out(place: Found, text: str) -> set[str]:
    """Write the mark in the rows of one column; what was typed and not saved goes whole. Returns the accessions of the
    records among them."""
    if place.model in UNSAVED:
        place.model.objects.filter(pk__in=place.keys).delete()
        return set()
    spaced = f" {_words(text)} "
    records = issubclass(place.model, Record)
    entries = []
    for row in place.model._base_manager.filter(pk__in=place.keys):
        value = getattr(row, place.column)
        if place.column in NORMALISED:
            value = value.replace(spaced, f" {tokens(MARK)[0]} ")
        elif place.column in DOCUMENTS and value:
            value = dumps(_marked(json.loads(value), text))
        elif value == text and _holds_a_date(row._meta.get_field(place.column)):
            value = ""
        elif isinstance(value, str):
            for spelling in sorted(_spellings(text), key=len, reverse=True):
                value = value.replace(spelling, MARK)
        else:
            value = json.loads(json.dumps(value, ensure_ascii=False).replace(_escaped(text), MARK))
        most = getattr(row._meta.get_field(place.column), "max_length", None)
        if isinstance(value, str) and most:
            value = value[:most]
        # Neither `save()` nor the history may keep what was there.
        place.model._base_manager.filter(pk=row.pk).update(**{place.column: value})
        if records and isinstance(row._meta.get_field(place.column), PartialDateField):
            name = row._meta.get_field(place.column).verbose_name
            place.model.objects.filter(pk=row.pk).update(note=with_mark(row.note, name))
        if place.model is SearchText:
            setattr(row, place.column, value)
            entries.append(row)
    if entries:
        index(SearchText.objects.filter(pk__in=[entry.pk for entry in entries]))
        standing = " ".join(SearchText.objects.values_list("title_words", flat=True))
        gone = [word for word in tokens(text) if f" {word} " not in f" {standing} "]
        SearchWord.objects.filter(word__in=gone).delete()
    return set(place.keys) if records else set()


def _marked(value, text: str):
    """A document with the mark in the place of a text, and nothing in that of a date."""
    if isinstance(value, dict):
        told = {name: _marked(part, text) for name, part in value.items()}
        return with_empty_date(told)
    if isinstance(value, list):
        return [_marked(part, text) for part in value]
    if not isinstance(value, str):
        return value
    return None if value == text and _is_date(text) else value.replace(text, MARK)


def with_empty_date(document: dict) -> dict:
    """A fact has “” where another document has null, and the mark for its value."""
    if "fact_row" not in document:
        return document
    return document | {"date": document.get("date") or "", "value": document["value"] or MARK}


def _holds_a_date(column) -> bool:
    return isinstance(column, PartialDateField) or column.name in ("date", "as_of")


def _is_date(text: str) -> bool:
    try:
        partial_dates.bounds(text)
    except ValueError:
        return False
    return True


def _models():
    for label in ("studies", "admin"):
        for model in apps.get_app_config(label).get_models():
            if model._meta.model_name not in KEPT:
                yield model


def _columns(model):
    """The columns whose text somebody typed. Choices, keys and addresses are the product's own."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    for field in model._meta.concrete_fields:
        fixed = field.choices or field.primary_key or field.is_relation or isinstance(field, models.SlugField)
        if isinstance(field, kinds) and not fixed and field.name not in ("slug", "checksum", "password", "username"):
            yield field


def _stands(value, wanted: list[str]) -> bool:
    """Whether it stands there in this very case: SQLite compares without regard to it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return any(one in text for one in wanted)


def _spellings(text: str) -> set[str]:
    """As it was typed, and as it stands within a document."""
    return {text, _escaped(text)}


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _words(text: str) -> str:
    return " ".join(tokens(text))
