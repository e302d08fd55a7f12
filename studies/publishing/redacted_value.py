"""A value that is redacted: which fields of its record tell it, what is said of it in words, and any document as if it
had never been said."""

import re
from dataclasses import dataclass, field

from django.db.models import Q

from ..models import Change, Place, Publication, Side
from ..models.choices import Basis
from ..models.columns import PartialDateField
from ..pure.spelled import as_written, figures, spellings

MARK = "[redacted]"
SHORTEST = 4
WORDINGS = ("as_reported", "derivation")
TIMES = {"time_low", "time_high"}
AGES = {"age_low", "age_high", "age_median"}
DAYS = {"day_low", "day_high"}
# A field → what else of its record is made of it, or is empty without it.
MADE_OF = {
    **dict.fromkeys(TIMES, ("time_operator", "time_unit", "time_from", "moment", "observation")),
    **dict.fromkeys(("value", "value_high"), ("value", "value_high", "canonical_value", "canonical_unit")),
    "canonical_value": ("canonical_unit",),
    **dict.fromkeys(AGES, ("age_at",)),
}
LEFT = {"time_operator": "="}  # what is written where an empty field is not empty
# What the parts of an evidence row call a field, and what the document of a record computes of it.
CALLED = {
    "n": ("n", "n_patients"),
    "denominator": ("denominator", "of"),
    "affected_n": ("n",),
    "evaluable_n": ("of",),
    "age_low": ("age_low", "age_unit"),
}
COMPUTED = {"n": ("interval_95",), "denominator": ("interval_95",)}
COUNTED_OF = {"denominator", "evaluable_n", "hla_tested"}  # what facts tell as their denominator
# By which of its keys a document says what it is about, the closest first; before the last ones, by its places.
NAMED_BY = ("accession", "outcome", "toxicity")
POINTS = ("transplant", "therapy", "cohort", "course")


@dataclass
class Value:
    """What is taken out: fields of a record, the facts that tell them, their dates, and the wordings that tell them."""

    record: str
    model: str
    name: str  # of the field that was asked for, as people read it
    publication: str  # the accession of the document
    slug: str
    fields: list[str]
    spellings: set[str]  # the value itself, in figures, in words, as a date
    dates: set[str]
    wordings: set[str]
    said: dict[str, set[str]]  # each end of the value as it was ever written
    same: dict[str, tuple]  # the term of the record, by key and by code
    facts: set[str] = field(default_factory=set)

    # What a text tells

    def is_told_in(self, text) -> bool:
        """Whether a text tells the value, or has a wording of it."""
        text = str(text or "")
        return text in self.wordings or any(one in text for one in self.quotes) or bool(self._figures.search(text))

    @property
    def quotes(self) -> list[str]:
        """The wordings that cannot mean anything else, the longest first."""
        found = {text for text in self.wordings if len(text) >= SHORTEST and re.search(r"[^\W\d_]", text)}
        return sorted(found, key=len, reverse=True)

    @property
    def _figures(self) -> re.Pattern:
        return figures(self.spellings)

    def unquoted(self, text: str) -> str:
        """A text with the mark in the place of every wording that it quotes."""
        for quote in self.quotes:
            text = text.replace(quote, MARK)
        return text

    def marked(self, text: str) -> str:
        """A text of the record itself, with the mark in the place of wordings and of the value."""
        return self._figures.sub(MARK, self.unquoted(text))

    # Documents

    def learn_facts(self, document):
        """Which facts tell the fields, by the places of a document or the facts of a form."""
        if isinstance(document, list):
            for part in document:
                self.learn_facts(part)
        elif isinstance(document, dict):
            if self._is_of_record(document.get("fact")) and document.get("field") in self.fields:
                self.facts.add(document["fact"])
            if about(document) == self.record and isinstance(document.get("sources"), dict):
                told = [part for name in self.fields for part in document["sources"].get(name, ())]
                own = [part["fact"] for part in told if self._is_of_record(part.get("fact"))]
                self.facts |= {fact.rpartition(".")[0] for fact in own}
            for part in document.values():
                self.learn_facts(part)

    def without(self, value):
        """A document as if it had never said it."""
        if isinstance(value, list):
            return [self.without(part) for part in value if not self._tells_the_fact(part)]
        if not isinstance(value, dict):
            return value
        told = {name: self.without(part) for name, part in self._cell(value).items()}
        if "fact" in told:
            return self._fact(told) if self._is_of_record(told["fact"]) else told
        if about(told) == self.record:
            told = self._of_record(told)
        if told.get("record") == self.record and {"text", "value"} <= told.keys():  # of a datacheck
            return self._warning(told)
        if "as_reported" in told and told.get("publication") == self.slug and "attribute" in told:
            return self._side(told)
        if told.get("root_cohort") == self.record and "n" in self.fields:
            told["root_n"] = None
        return self._counts(told)

    def _cell(self, document: dict) -> dict:
        """The cell of a table that the base made of facts: of this one it has its places and a text."""
        sources = document.get("sources")
        if "text" not in document or not isinstance(sources, list):
            return document
        own = [str(part["fact"]) for part in sources if self._is_of_record(part.get("fact"))]
        words = {name: document[name] for name in ("text", "remark") if document.get(name)}
        if any(map(self.is_its_fact, own)):
            return document | dict.fromkeys(words, MARK)
        return document | {name: MARK for name, text in words.items() if own and self.is_told_in(text)}

    def _is_of_record(self, fact) -> bool:
        return str(fact or "").startswith(f"{self.record}.")

    def is_its_fact(self, fact: str) -> bool:
        """Whether a fact, or a row of it, tells the value."""
        return fact in self.facts or fact.rpartition(".")[0] in self.facts

    def _tells_the_fact(self, part) -> bool:
        return isinstance(part, dict) and "fact" in part and self.is_its_fact(str(part["fact"]))

    def _fact(self, fact: dict) -> dict:
        """Another fact of the record, without what it tells of this one."""
        return fact | {name: self.left_of_fact(name, fact) for name in fact}

    def left_of_fact(self, name: str, fact: dict):
        """What is left in a column of another fact of the record."""
        value, fields = fact[name], {*self.fields}
        if name in WORDINGS and value in self.wordings:
            return MARK
        if name == "date" and value in self.dates:
            return ""
        if name in ("day", "day_from") and fields & (TIMES | DAYS):
            return ""
        if name == "time_point" and fields & TIMES:
            return ""
        if name == "denominator" and (fields & COUNTED_OF or (self.model == "cohort" and "n" in fields)):
            return None
        return value

    def _of_record(self, told: dict) -> dict:
        is_record = "accession" in told
        names = {name for own in self.fields for name in (CALLED.get(own, (own,)) if not is_record else (own,))}
        names |= {name for own in self.fields for name in COMPUTED.get(own, ())}
        told = told | {name: LEFT.get(name) for name in names if name in told}
        told |= {name: MARK for name in WORDINGS if told.get(name) in self.wordings}
        if "note" in told:
            told["note"] = with_mark(told["note"] or "", self.name)
        for name in ("sources", "labels"):
            if isinstance(told.get(name), dict):
                told[name] = {key: part for key, part in told[name].items() if key not in self.fields}
        return told

    def _warning(self, told: dict) -> dict:
        if told.get("field") in self.fields or self.is_told_in(told["text"]):
            told |= {"value": MARK, "text": MARK, "reason": told.get("reason") and MARK}
        return told

    def _side(self, side: dict) -> dict:
        of_field = side.get("record") == self.record and side["attribute"] in self.fields
        own = side.get("record") == self.record and side["as_reported"] in self.wordings
        return side | {"as_reported": MARK} if of_field or own or side["as_reported"] in self.quotes else side

    def _counts(self, told: dict) -> dict:
        """The responses of a row, summed up of several outcomes."""
        parts = told.get("categories")
        if not (isinstance(parts, list) and {*self.fields} & {"n", "denominator"}):
            return told
        if not any(isinstance(part, dict) and part.get("outcome") == self.record for part in parts):
            return told
        return told | {"responded": None} | ({"of": None} if "denominator" in self.fields else {})


def about(document: dict) -> str:
    """The accession of the record that a part of a document tells, however it says so; empty where it does not."""
    for name in NAMED_BY:
        if isinstance(document.get(name), str):
            return document[name]
    sources = document.get("sources")
    for places in sources.values() if isinstance(sources, dict) else ():
        for place in places if isinstance(places, list) else ():
            return str(place.get("fact", "")).partition(".")[0]
    return next((document[name] for name in POINTS if isinstance(document.get(name), str)), "")


def value_of(record, name: str) -> Value:
    """What is to be taken out with a field of a record, by what is told of it now and was before."""
    fields = _fields(record, name)
    history = Change.objects.filter(accession=record.pk).values_list("fields", flat=True)
    before = {one: {text for told in history for text in told.get(one, ())} for one in (*fields, *WORDINGS)}
    main = [one for one in fields if one in _ends(record, name)]
    said = {one: {as_written(text) for text in before[one] | {getattr(record, one)}} - {"", MARK} for one in main}
    told = set().union(*said.values())
    is_date = isinstance(record._meta.get_field(name), PartialDateField)
    publication = record if isinstance(record, Publication) else _document(record)
    value = Value(
        record=record.pk,
        model=record._meta.model_name,
        name=record._meta.get_field(name).verbose_name,
        publication=publication.pk if publication else "",
        slug=publication.slug if publication else "",
        fields=fields,
        spellings={spelling for text in told for spelling in spellings(text, is_date)},
        dates=told if is_date else set(),
        wordings=set(),
        said={one: texts for one, texts in said.items() if texts},
        same={
            one: (getattr(record, f"{one}_id"), getattr(record, one).code)
            for one in ("term", "measure", "analyte")
            if getattr(record, f"{one}_id", None)
        },
        facts={f"{record.pk}.{said.attribute}" for said in record.statements() if said.field in fields},
    )
    value.wordings = _wordings(record, value, before, is_date)
    return value


def _document(record) -> Publication | None:
    report = getattr(record, "report", None)
    return report.publication if report is not None else getattr(record, "publication", None)


def _ends(record, name: str) -> list[str]:
    """The field, and the other end of its range."""
    stem, _, end = name.rpartition("_")
    both = [f"{stem}_low", f"{stem}_high"] if end in ("low", "high") and stem else [name]
    both = ["low", "high"] if name in ("low", "high") else both
    return [one for one in both if hasattr(record, one)]


def _fields(record, name: str) -> list[str]:
    fields = _ends(record, name)
    fields += [more for one in fields for more in MADE_OF.get(one, ()) if hasattr(record, more)]
    if name in AGES and hasattr(record, "age_group"):
        values = {getattr(record, one) for one in fields} - {None}
        fields += [one for one in sorted(AGES - {*fields}) if getattr(record, one) in values]
        stated = Place.objects.filter(record=record.pk, attribute="age_group", instead=True, basis=Basis.STATED)
        if not stated.exists():  # “an adult” that the document says itself tells no age
            fields.append("age_group")
    return list(dict.fromkeys(fields))


def _wordings(record, value: Value, before: dict, is_date: bool) -> set[str]:
    """What is said of the value in the words of the document. A wording that is a bare number tells no other one."""
    own = {getattr(record, name, "") for name in WORDINGS}.union(*(before[name] for name in WORDINGS))
    is_plain = getattr(record, "basis", Basis.STATED) == Basis.STATED and not is_date
    bare = re.compile(r"[\W\d_]*")
    found = {text for text in own - {None} if not (is_plain and bare.fullmatch(text)) or value.is_told_in(text)}
    for place in Place.objects.filter(record=record.pk):
        texts = [place.as_reported, place.derivation, place.value]
        if place.attribute in value.fields:
            found |= {*texts}
        else:
            found |= {text for text in texts[:2] if value.is_told_in(text)}
    sides = Side.objects.filter(record=record.pk, attribute__in=value.fields)
    return (found | {*sides.values_list("as_reported", flat=True)}) - {None, "", MARK}


def with_mark(note: str, name: str) -> str:
    """A note, with the mark of a field that was left empty."""
    return f"{note} {name}: {MARK}".strip()


def sides_that_tell(value: Value) -> Q:
    """The sides of discrepancies that tell the value, or quote what the document says of it."""
    own = Q(record=value.record)
    told = own & Q(attribute__in=value.fields) | own & Q(as_reported__in=value.wordings)
    return told | Q(publication=value.publication, as_reported__in=value.quotes)
