"""The one exception to “nothing is ever deleted”: a text that could identify a patient is taken out of everything.

It goes from the records, their history, the forms and every version of the public rows, and from what search looks
through. What stays is a mark in its place, and a record that it happened, by whom and why: not what it was.
"""

import json
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from ..models import Change, Record, Redaction, Revision, SearchText, SearchWord, acting
from ..pure.wording import tokens
from .door import next_revision
from .search_entries import index
from .workflow import NotAllowed

MARK = "[redacted]"
REDACT = "studies.redact_records"
SHORTEST = 4
NORMALISED = {"words", "title_words"}  # columns that hold words as search compares them
KEPT = {"redaction", "session"}


@dataclass
class Found:
    """Where a text stands: a model and one of its columns, and the keys of the rows."""

    model: type[models.Model]
    column: str
    keys: list


def find(text: str) -> list[Found]:
    """Every column that holds a text, in whatever was ever stored. Raises NotAllowed for a text that is too short to be
    looked for without harm."""
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
            keys = [row.pk for row in rows if _stands(getattr(row, column.name), wanted)]
            if keys:
                found.append(Found(model, column.name, keys))
    return found


def redact(text: str, *, user, reason: str) -> Redaction:
    """Take a text out of everything. Raises NotAllowed where the role or the reason is missing, the reason tells the
    text again, or it stands nowhere."""
    if not user.has_perm(REDACT):
        raise NotAllowed("You may not redact: it takes the role that has “redact_records”.")
    if not reason.strip():
        raise NotAllowed("A reason is missing. Say why, not what.")
    if text.casefold() in reason.casefold():
        raise NotAllowed("The reason repeats what is to be redacted. Say why, not what.")
    with transaction.atomic(), acting(user, reason):
        found = find(text)
        if not found:
            raise NotAllowed("This text stands nowhere, exactly as it was typed.")
        touched = set()
        for place in found:
            touched |= _take_out(place, text)
        revision = next_revision()  # so that no reader goes on holding the page that had it
        Revision.objects.create(id=revision, user=user, reason="a text was redacted", rendering=_rendering())
        for accession in sorted(touched):
            Change.log(accession, "redacted")
        return Redaction.objects.create(user=user, reason=reason, rows=sum(len(place.keys) for place in found))


def _take_out(place: Found, text: str) -> set[str]:
    """Write the mark in the rows of one column. Returns the accessions of the records among them."""
    spaced = f" {_words(text)} "
    records = issubclass(place.model, Record)
    entries = []
    for row in place.model._base_manager.filter(pk__in=place.keys):
        value = getattr(row, place.column)
        if place.column in NORMALISED:
            value = value.replace(spaced, f" {tokens(MARK)[0]} ")
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
        if place.model is SearchText:
            setattr(row, place.column, value)
            entries.append(row)
    if entries:
        index(SearchText.objects.filter(pk__in=[entry.pk for entry in entries]))
        standing = " ".join(SearchText.objects.values_list("title_words", flat=True))
        gone = [word for word in tokens(text) if f" {word} " not in f" {standing} "]
        SearchWord.objects.filter(word__in=gone).delete()
    return set(place.keys) if records else set()


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


def _rendering() -> int:
    return Revision.objects.order_by("-id").values_list("rendering", flat=True).first() or 0
