"""A value that is redacted, taken out of the two readings of its document: of what was compared, in every version that
was public, and of what either reader typed."""

import json
import re

import yaml
from django.db.models import Q

from ..models import ComparedFact, DoubleReading, PublicRecord, Reading, ReadingStep
from ..pure.documents import dumps
from .readings import row_of
from .redacted_value import DAYS, MARK, TIMES, Value

TOLD = ("first_value", "first_text", "second_value", "second_text", "own_value")
WORDED = ("first_wording", "second_wording", "own_wording")
TEXTS = (*TOLD, *WORDED, "about", "reason")
TYPED = {"wording", "derivation", "note", "value"}  # keys of a bundle in which words stand
QUALIFIERS = {"day", "day_from", "time_point"}


def clean_readings(value: Value) -> set[str]:
    """Returns the slugs of the documents whose readings told it."""
    if not value.slug:
        return set()
    slugs = _clean_compared(value)
    for reading in Reading.objects.filter(double__publication=value.slug):
        reads = _without_reads(reading.reads, value) if reading.reads else ""
        Reading.objects.filter(pk=reading.pk).update(text=without_typed(reading.text, value), reads=reads)
    for double in DoubleReading.objects.filter(publication=value.slug):
        told = {name: value.unquoted(getattr(double, name)) for name in ("remark", "decisions")}
        told["merged"] = without_typed(double.merged, value)
        DoubleReading.objects.filter(pk=double.pk).update(**told)
    for step in ReadingStep.objects.filter(double__publication=value.slug):
        ReadingStep.objects.filter(pk=step.pk).update(reason=value.unquoted(step.reason))
    return slugs | {value.slug}


# What was compared


def _clean_compared(value: Value) -> set[str]:
    facts = ComparedFact.objects.filter(
        Q(double__publication=value.slug) | Q(first_record__startswith=f"{value.record}.")
    ).select_related("double")
    rows, slugs = {}, {value.slug}
    names = _names_in_readings(value)
    for fact in facts:
        before, told = dumps(row_of(fact)), _without(fact, value, names)
        if told:
            for name, text in told.items():
                setattr(fact, name, text)
            ComparedFact.objects.filter(pk=fact.pk).update(**told)
            rows[before] = row_of(fact)
            slugs.add(fact.double.publication)
    for record in PublicRecord.objects.filter(collection__in=("readings", "compared-facts"), slug__in=slugs):
        document = json.loads(record.document)
        if "rows" in document:
            document["rows"] = [rows.get(dumps(row), row) for row in document["rows"]]
        PublicRecord.objects.filter(pk=record.pk).update(document=dumps(_unquoted(document, value)))
    return slugs


def _without(fact: ComparedFact, value: Value, names: set[tuple]) -> dict[str, str]:
    """The columns of a compared fact that change."""
    standing = {name: getattr(fact, name) for name in (*TEXTS, "attribute") if getattr(fact, name)}
    told = {name: value.unquoted(text) for name, text in standing.items()}
    own = fact.first_record.startswith(f"{value.record}.") if fact.double.by_hand else False
    own = own or {(fact.double_id, 1, fact.first_record), (fact.double_id, 2, fact.second_record)} & names
    if _is_it(fact, value):
        told |= dict.fromkeys({*standing} & {*TOLD, *WORDED}, MARK)
    elif own:
        told |= {name: _of_record(name, standing, value) for name in standing if name in (*TOLD, *WORDED)}
    if own or _is_it(fact, value):
        told |= {name: value.marked(standing[name]) for name in ("about", "reason", "attribute") if name in standing}
    return {name: text for name, text in told.items() if text != standing[name]}


def _is_it(fact: ComparedFact, value: Value) -> bool:
    """Whether it is the very value: by the fact that the first reading has, else by attribute and value."""
    if fact.double.by_hand and fact.first_record:
        return value.is_its_fact(fact.first_record)
    attributes = {name.partition(".")[2] for name in value.facts}
    return fact.attribute in attributes and bool({fact.first_value, fact.second_value} & value.spellings)


def _of_record(name: str, standing: dict, value: Value) -> str:
    """A text of another fact of the record: where a qualifier tells the value, the bare value of the fact is left."""
    text = standing[name]
    if name in WORDED:
        return "\n".join(MARK if value.is_told_in(line) else line for line in text.splitlines())
    if not value.is_told_in(text):
        return text
    bare = standing.get(name.replace("_text", "_value"), "")
    return MARK if value.is_told_in(bare) else bare or MARK


def _unquoted(document, value: Value):
    if isinstance(document, dict):
        return {name: _unquoted(part, value) for name, part in document.items()}
    if isinstance(document, list):
        return [_unquoted(part, value) for part in document]
    return value.unquoted(document) if isinstance(document, str) else document


# What was read, as it was handed in


def _names_in_readings(value: Value) -> set[tuple]:
    """What the readers call the record: reading and name."""
    found = set()
    for reading in Reading.objects.filter(double__publication=value.slug).exclude(reads=""):
        names = [entry["name"] for entry in json.loads(reading.reads) if _is_read_of(entry, value)]
        found |= {(reading.double_id, reading.number, name) for name in names}
    return found


def _is_read_of(entry: dict, value: Value) -> bool:
    """Whether a record of a reading says the same of the same thing."""
    keys = {name: str(key) for name, (key, _) in value.same.items()}
    return entry["kind"] == value.model and _fits(entry["fields"], value, keys)


def _fits(told: dict[str, str], value: Value, same: dict[str, str]) -> bool:
    says_it = [name for name, texts in value.said.items() if told.get(name) in texts]
    says_else = [name for name, texts in value.said.items() if told.get(name) and told[name] not in texts]
    return bool(says_it) and not says_else and all(told.get(name, key) == key for name, key in same.items())


def _without_reads(text: str, value: Value) -> str:
    entries = [_read(entry, value) if _is_read_of(entry, value) else entry for entry in json.loads(text)]
    return json.dumps(_unquoted(entries, value), ensure_ascii=False)


def _read(entry: dict, value: Value) -> dict:
    gone = QUALIFIERS if {*value.fields} & (TIMES | DAYS) else set()
    facts = [
        fact
        | {"qualifiers": [pair for pair in fact["qualifiers"] if pair[0] not in gone and pair[1] not in value.dates]}
        | {"places": [_place(place, value) for place in fact["places"]]}
        for fact in entry["facts"]
        if fact["field"] not in value.fields
    ]
    fields = {name: text for name, text in entry["fields"].items() if name not in value.fields}
    places = [_place(place, value) for place in entry["places"]]
    return entry | {"fields": fields, "facts": facts, "places": places, "about": value.marked(entry["about"])}


def _place(place: dict, value: Value) -> dict:
    told = {name: MARK for name in ("wording", "derivation") if place.get(name) and value.is_told_in(place[name])}
    return place | told


# What was typed


def without_typed(text: str, value: Value) -> str:
    """A bundle as it was typed, without the value in its record and without the wordings anywhere. One that is no sound
    YAML is gone through line by line."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader) if text else None
    except yaml.YAMLError:
        return value.unquoted(_lines(text, value))
    edits = {}
    for node in _nodes(root):
        if isinstance(node, yaml.ScalarNode) and value.unquoted(node.value) != node.value:
            edits[node.start_mark.index, node.end_mark.index] = value.unquoted(node.value)
        elif isinstance(node, yaml.MappingNode) and _is_typed_of(node, value):
            edits |= _edits(node, value)
    for (start, end), words in sorted(edits.items(), reverse=True):
        tail = "\n" if text[start:end].endswith("\n") else ""
        text = text[:start] + json.dumps(words, ensure_ascii=False) + tail + text[end:]
    return value.unquoted(text)


def _nodes(node):
    if node is None:
        return
    yield node
    if isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _nodes(part)
    elif isinstance(node, yaml.MappingNode):
        for _, part in node.value:
            yield from _nodes(part)


def _typed(node: yaml.MappingNode) -> dict[str, str]:
    return {key.value: part.value for key, part in node.value if isinstance(part, yaml.ScalarNode)}


def _is_typed_of(node: yaml.MappingNode, value: Value) -> bool:
    codes = {name: code for name, (_, code) in value.same.items()}
    told = _typed(node)
    return value.model in told and _fits(told, value, codes)


def _edits(node: yaml.MappingNode, value: Value, within: bool = False) -> dict[tuple, str]:
    """The scalars of the record that go: its fields, and the words that tell the value."""
    found = {}
    for key, part in node.value:
        span = (part.start_mark.index, part.end_mark.index)
        if isinstance(part, yaml.MappingNode):
            found |= _edits(part, value, within=True)
        elif isinstance(part, yaml.ScalarNode) and key.value in value.fields and not within:
            found[span] = ""
        elif isinstance(part, yaml.ScalarNode) and key.value in TYPED and value.is_told_in(part.value):
            found[span] = MARK
    return found


def _lines(text: str, value: Value) -> str:
    for name, texts in value.said.items():
        for one in texts:
            line = rf"(\b{re.escape(name)}:[ \t]*)(['\"]?){re.escape(one)}\2(?![\w.])"
            text = re.sub(line, r"\1", text)
    return text
