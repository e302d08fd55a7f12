"""The kinds of filter that the grammar of the evidence is made of.

Each says which rows meet it, on which rows nobody can tell (`open`), which values it has and how it reads in words.
"""

import math
from decimal import Decimal

import django_filters
from django.db.models import Exists, OuterRef, Q

from ..models import EvidenceDose, EvidenceTerm
from ..models.choices import Absence
from ..pure.numbers import people
from ..pure.synonyms import units
from ..pure.wording import tokens
from . import current
from .strict import Fault, nearest

SILENCES = {absence.value: absence.label for absence in (Absence.NOT_REPORTED, Absence.NOT_IN_TEXT_READ)}
UNSURE = "unsure"
OPEN = [*SILENCES, UNSURE]


class Asked:
    """What every filter shares. `values` are those of the query, as texts. A filter itself says which rows match them:
    `met(values, query, revision)`."""

    group, sentence = "", ""
    blank = True  # a form sends its empty text fields too: they ask nothing

    def faults(self, name: str, values: list[str], query, revision: int) -> list[Fault]:
        """What is wrong with the values."""
        return []

    def open(self, values: list[str], query, revision: int):
        """The condition of rows on which nobody can tell."""
        return Q(pk__in=[])

    def said(self, value: str, revision: int) -> str:
        """A value in words."""
        return value


class TermFilter(Asked, django_filters.MultipleChoiceFilter):
    """Rows that have one of the given terms of a field; several values are alternatives.

    Its values are `choices`, the codes of a `vocabulary`, or the slugs of a `collection`. The two kinds of silence
    are added, but to filters that are never silent.
    """

    def __init__(self, *args, group: str, sentence: str, vocabulary="", collection="", silent=True, **kwargs):
        self.group, self.sentence, self.silent = group, sentence, silent
        self.vocabulary, self.collection = vocabulary, collection
        self.blank = False
        self.fixed = {str(value): str(label) for value, label in kwargs.get("choices", [])}
        super().__init__(*args, **kwargs)

    def options(self, revision: int) -> dict[str, str]:
        """Value → label."""
        found = dict(self.fixed)
        if self.vocabulary:
            terms = current.vocabulary(revision, self.vocabulary)
            found |= {code: label for code, (label, _) in terms.items() if code not in found}
        if self.collection:
            found |= current.names(revision, self.collection)
        return found | (SILENCES if self.silent else {})

    def faults(self, name, values, query, revision):
        valid = self.options(revision)
        return [
            Fault(name, f"“{value[:60]}” is not a value of it.", nearest(value[:60], valid))
            for value in values
            if value not in valid
        ]

    def _has(self, values, field: str = "") -> Exists:
        return Exists(EvidenceTerm.objects.filter(row=OuterRef("pk"), field=field or self.field_name, value__in=values))

    def met(self, values, query, revision):
        return Q(self._has(values))

    def open(self, values, query, revision):
        """The report is silent. Who asks for silence gets it as a match."""
        if set(values) <= set(SILENCES):
            return Q(pk__in=[])
        unknown = [value for value in OPEN if value not in values]
        return Q(self._has(unknown)) | Q(self._has(values, f"{self.field_name}_open"))

    def said(self, value, revision):
        return self.options(revision).get(value, value)


class TreeFilter(TermFilter):
    """A TermFilter over a tree: kinds of a value match it; a row told no closer than by a broader value is open."""

    def open(self, values, query, revision):
        terms, broader = current.vocabulary(revision, self.vocabulary), set()
        for value in values:
            while parent := terms.get(value, ("", ""))[1]:
                broader.add(parent)
                value = parent
        return super().open(values, query, revision) | Q(self._has(broader - set(values), f"{self.field_name}_only"))


class DoseBound(Asked, django_filters.NumberFilter):
    """The least or the most of a dose in the unit that `dose_unit` names; both are met by one and the same dose."""

    group, sentence = "cells", "dose"

    def said(self, value, revision):
        return people(Decimal(value))

    def faults(self, name, values, query, revision):
        found = [] if len(values) == 1 else [Fault(name, "It is given more than once.", [])]
        if len(query.getlist("dose_unit")) != 1:
            found.append(Fault(name, "A dose is asked in one unit; name it by “dose_unit”.", ["cells/kg", "cells/m²"]))
        wrong = [value for value in values if not _positive(value)]
        return found + [Fault(name, f"“{value[:60]}” is not a positive number such as 1e6.", []) for value in wrong]

    def met(self, values, query, revision):
        asked = {"unit": query["dose_unit"]}
        if query.get("dose_min"):
            asked["high__gte"] = float(query["dose_min"])
        if query.get("dose_max"):
            asked["low__lte"] = float(query["dose_max"])
        return Q(Exists(EvidenceDose.objects.filter(row=OuterRef("pk"), **asked)))

    def open(self, values, query, revision):
        return Q(Exists(EvidenceTerm.objects.filter(row=OuterRef("pk"), field="dose_unit", value__in=OPEN)))


class YearBound(Asked, django_filters.NumberFilter):
    """The first or the last year of the study."""

    group, sentence = "source", "year"

    def __init__(self, *args, comparison: str, **kwargs):
        self.comparison = comparison
        super().__init__(*args, **kwargs)

    def faults(self, name, values, query, revision):
        found = [] if len(values) == 1 else [Fault(name, "It is given more than once.", [])]
        return found + [
            Fault(name, f"“{value[:60]}” is not a year from 1900 to 2200.", [])
            for value in values
            if not (value.isascii() and value.isdigit() and len(value) == 4 and 1900 <= int(value) <= 2200)
        ]

    def met(self, values, query, revision):
        return Q(**{f"year__{self.comparison}": int(values[0])}) & ~Q(year=0)

    def open(self, values, query, revision):
        return Q(year=0)


class WordsFilter(Asked, django_filters.CharFilter):
    """Rows whose words hold every word asked for, whole, by any of the names that the vocabularies know."""

    group, sentence = "source", "words"

    def faults(self, name, values, query, revision):
        if len(values) > 1:
            return [Fault(name, "It is given more than once.", [])]
        return [] if tokens(values[0], query=True) else [Fault(name, "It holds no letter or digit.", [])]

    def met(self, values, query, revision):
        every = Q()
        known = current.synonyms(revision)
        for part in units(tokens(values[0], query=True)[:20], known):
            either = Q()
            for phrase in part:
                either |= Q(words__contains=f" {' '.join(phrase)} ")
            every &= either
        return every

    def said(self, value, revision):
        return f"“{value}”"


def _positive(text: str) -> bool:
    try:
        return "_" not in text and text.isascii() and 0 < float(text) < math.inf
    except ValueError:
        return False
