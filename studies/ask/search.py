"""Search: entries whose words hold every part of the query, by any of its names; what bears the name comes first.

Words and names are made equal in pure code, and both databases are asked for exact words, so both find the same.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.db.models import BooleanField, Case, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from ..models import SearchText, SearchWord
from ..models.public import SEARCH_KINDS
from ..pure.synonyms import units
from ..pure.wording import tokens
from . import current

MOST, SUGGESTED, LONGEST_QUERY = 20, 8, 20


@dataclass
class Found:
    """The entries found, at most twenty, each with its snippet in marked parts; and what might have been meant."""

    hits: list[dict]
    more: bool
    did_you_mean: str
    suggestions: list[str]


def search(query: str, revision: int, kind: str = "") -> Found:
    """Look for a query; one without a letter or digit finds nothing. A last word that is no word of the lexicon and no
    name may be the beginning of one."""
    words = tokens(query, query=True)[:LONGEST_QUERY]
    if not words:
        return Found([], False, "", [])
    known = current.synonyms(revision)
    parts, alike = units(words, known), _words_like(words[-1])
    begun = words[-1] if words[-1] not in alike and parts[-1] == {(words[-1],)} else ""
    rows = SearchText.objects.current().filter(_matches(parts, begun), _adjacent(parts))
    if kind:
        rows = rows.filter(kind=kind)
    titled = Q()
    for part in parts:
        titled &= _any_in_title(part, begun)
    # What bears the name comes first, then studies that tell of it, then all else.
    named = When(titled & Q(weight__lte=SEARCH_KINDS.index("toxicity")), then=Value(0))
    tier = Case(named, When(kind="study", then=Value(1)), default=Value(2), output_field=IntegerField())
    found = list(rows.order_by(tier, "weight", "pk")[: MOST + 1])
    is_found = _finder({word for part in parts for phrase in part for word in phrase}, begun)
    hits = [
        {"kind": row.kind, "title": row.title, "address": row.address, "snippet": snippet(row.text, is_found)}
        for row in found[:MOST]
    ]
    suggestions = [word for word in alike if word != words[-1]][:SUGGESTED]
    return Found(hits, len(found) > MOST, "" if hits else _did_you_mean(words), suggestions)


def _matches(parts: list[set], begun: str):
    """The condition on the words, in the language of the database; the words are quoted, and handed over as a value."""
    if connection.vendor == "sqlite":
        quote, both, either = (lambda w: f'"{w}"' + ("*" if w == begun else "")), " AND ", " OR "
        sql = "id IN (SELECT rowid FROM studies_search_index WHERE words MATCH %s)"
    else:
        quote, both, either = (lambda w: f"'{w}'" + (":*" if w == begun else "")), " & ", " | "
        sql = "array_to_tsvector(string_to_array(words, ' ')) @@ %s::tsquery"
    alternatives = [
        either.join(sorted(f"({both.join(quote(word) for word in phrase)})" for phrase in part)) for part in parts
    ]
    expression = both.join(f"({alternative})" for alternative in alternatives)
    return RawSQL(sql, [expression], output_field=BooleanField())  # noqa: S611, one of the two texts above


def _adjacent(parts: list[set]) -> Q:
    """A name of several words is found where they stand side by side."""
    every = Q()
    for part in parts:
        if any(len(phrase) > 1 for phrase in part):
            either = Q()
            for phrase in part:
                either |= Q(words__contains=f" {' '.join(phrase)} ")
            every &= either
    return every


def _any_in_title(part: set, begun: str) -> Q:
    either = Q()
    for phrase in part:
        name = " ".join(phrase)
        either |= Q(title_words__contains=f" {name}" if name == begun else f" {name} ")
    return either


def _finder(wanted: set[str], begun: str) -> Callable[[str], bool]:
    """Whether a word of a text is one that was looked for. Each word is made equal once."""

    @cache
    def is_found(word: str) -> bool:
        return any(token in wanted or (begun and token.startswith(begun)) for token in tokens(word))

    return is_found


def snippet(text: str, is_found: Callable[[str], bool], longest: int = 220) -> list[dict]:
    """The texts of an entry that hold what was found, those with most of it first, as far as `longest` goes, in parts
    of which the found words are marked; the first text where none holds any. The title is said by the link already."""
    texts = text.split(" · ")
    holds = {part: len({word.lower() for word in part.split() if is_found(word)}) for part in texts}
    holding = sorted(filter(holds.get, texts[1:]), key=lambda part: -holds[part]) or texts[:1]
    parts, length = [], 0
    for found in holding:
        if parts and length + len(found) > longest:
            return [*parts, {"text": " …", "found": False}]
        parts += ([{"text": " … ", "found": False}] if parts else []) + _marked(found, is_found)
        length += len(found)
    return parts


def _marked(text: str, is_found: Callable[[str], bool], around: int = 90) -> list[dict]:
    """The surroundings of the first word found in a text."""
    first = next((match.start() for match in re.finditer(r"\S+", text) if is_found(match.group())), 0)
    start = text.rfind(" ", 0, max(first - around, 0)) + 1 if first > around else 0
    end = text.find(" ", first + around * 2)
    end = len(text) if end < 0 else end
    parts = [{"text": "… ", "found": False}] if start else []
    for piece in re.split(r"(\s+)", text[start:end]):
        found = bool(piece.strip()) and is_found(piece)
        if parts and parts[-1]["found"] == found:
            parts[-1]["text"] += piece
        else:
            parts.append({"text": piece, "found": found})
    return [*parts, {"text": " …", "found": False}] if end < len(text) else parts


def _words_like(last: str) -> list[str]:
    """Words that begin like the last one, itself first if it is one."""
    found = SearchWord.objects.filter(word__startswith=last).order_by("word")
    return list(found.values_list("word", flat=True)[: SUGGESTED + 1])


def _did_you_mean(words: list[str]) -> str:
    """The query with every unknown word replaced by the known one nearest to it, or nothing."""
    known = set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
    meant = []
    for word in words:
        if word in known:
            meant.append(word)
            continue
        alike = SearchWord.objects.filter(word__startswith=word[0]).values_list("word", flat=True)[:5000]
        close = difflib.get_close_matches(word, list(alike), n=1, cutoff=0.7)
        meant += close or [word]
    return " ".join(meant) if meant != words else ""
