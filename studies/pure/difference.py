"""What changed between two documents, line by line: the record, its field, what it said before and after."""

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

UNTOLD = {"accession", "facts", "labels"}  # told by what they are made of
EMPTY = (None, "", [], {})
OWN_PLACE = ("locator", "as_reported", "basis", "derivation")


@dataclass(frozen=True)
class Line:
    """One value that changed. `before` or `after` is None where there was nothing, or is nothing now."""

    record: str
    field: str
    before: str | None
    after: str | None


def difference(before: dict | None, after: dict | None) -> list[Line]:
    """The values in which two documents differ, in the order of the newer, then of the older."""
    old, new = _records(before or {}), _records(after or {})
    return [
        line
        for record in _names(old, new)
        for line in _compare(old.get(record), new.get(record), record, "")
    ]  # fmt: skip


def _names(old: dict, new: dict) -> list[str]:
    return [*new, *(name for name in old if name not in new)]


def _records(document: dict) -> dict[str, dict]:
    """Accession → its own values, for the document and every record in it, wherever it stands."""
    found = {"": {}}
    found[""] = _own(document, found) or {}
    return found


def _own(value, found: dict):
    """A value without the records in it, which are put under their accessions; None where nothing is left."""
    if isinstance(value, dict):
        accession = value.get("accession")
        if accession:
            found.setdefault(accession, {})
        own = {name: _own(part, found) for name, part in _told(value).items() if name not in UNTOLD}
        own = {name: part for name, part in own.items() if part not in EMPTY}
        if accession:
            found[accession] |= own
        return None if accession else own or None
    if isinstance(value, list):
        return [part for part in (_own(part, found) for part in value) if part not in EMPTY]
    return value


def _told(document: dict) -> dict:
    """A document with the places of its fields in words. A field that stands at the record's own place alone needs
    none: the record tells that place."""
    if not isinstance(document.get("sources"), dict):
        return document
    own, places = tuple(document.get(name) or None for name in OWN_PLACE), {}
    for field, sources in document["sources"].items():
        told = [_place(source, own) for source in sources]
        if told != [HERE]:
            places[f"places of {field}"] = told
    return {name: value for name, value in document.items() if name != "sources"} | places


HERE = "the record's own place"


def _place(source: dict, own: tuple) -> str:
    if own[0] and tuple(source.get(name) or None for name in OWN_PLACE) == own:
        return HERE if not source.get("prints") else f"{HERE} prints “{source['prints']}”"
    said = f"{source['document']}, {source['locator']}: “{source['as_reported']}” ({source['basis']}"
    said += f"; {source['derivation']})" if source.get("derivation") else ")"
    return f"{said} prints “{source['prints']}”" if source.get("prints") else said


def _compare(old, new, record: str, field: str):
    if old == new:
        return
    if _is_list_of_parts(old) or _is_list_of_parts(new):
        for number, before, after in _pairs(old or [], new or []):
            one = before if after is None else after
            yield from _compare(before, after, record, field if _is_term(one) else f"{field} {number}")
    elif _is_document(old) or _is_document(new):
        old, new = (value if isinstance(value, dict) else {} for value in (old, new))
        for name in _names(old, new):
            yield from _compare(old.get(name), new.get(name), record, f"{field} · {name}" if field else name)
    else:
        yield Line(record, field, _text(old), _text(new))


def _pairs(old: list, new: list):
    """The parts of two lists that differ, side by side, each with its number: what stands in both is left out,
    wherever it stands among the others."""
    as_text = [[json.dumps(part, sort_keys=True) for part in parts] for parts in (old, new)]
    for tag, a, b, c, d in SequenceMatcher(None, *as_text, autojunk=False).get_opcodes():
        if tag != "equal":
            for number, pair in enumerate(zip_longest(old[a:b], new[c:d]), start=max(c, 0) + 1):
                yield number, *pair


def _is_term(value) -> bool:
    """Whether it is a term of a vocabulary, which reads by its label."""
    return isinstance(value, dict) and set(value) == {"code", "label"}


def _is_document(value) -> bool:
    return isinstance(value, dict) and not _is_term(value)


def _is_list_of_parts(value) -> bool:
    return isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value)


def _text(value) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value["label"]) if isinstance(value, dict) else str(value)
