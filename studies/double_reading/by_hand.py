"""The readings of the seed documents, compared by hand before there were bundles, as the tables of double readings.

The second reading's rows (`seeds/second/`) are in its reader's own names, with the verdict and decision of whoever
compared them; the first side is the fact that a row names, as it is public when they are taken in.
"""

import re
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ..fixture_files import read
from ..models import (
    ComparedFact,
    Decision,
    DoubleReading,
    Publication,
    PublicFact,
    PublicRecord,
    Reading,
    ReadingState,
    ReadingStep,
    Verdict,
)
from ..publishing import show_anew
from ..pure.double_reading import of_how_many
from ..pure.numbers import OPERATOR_PREFIX
from ..second_readings import SecondReading, fact_of, second_readings

VERDICTS = {
    "same": Verdict.MATCHED,
    "within": Verdict.MATCHED,
    "silent": Verdict.MATCHED,
    "differs": Verdict.DIFFERING,
    "missing": Verdict.SECOND_ONLY,
}
SAID = {
    "within": "The first has it within a fact of another shape.",
    "silent": "Both record that the document is silent.",
}
ALONE = "No row of the second reading is the same as it. It stands."
QUALIFIERS = ("scale", "site", "method", "specimen", "time", "follows", "per", "counted", "basis", "remark")


def take_in(seeds: Path) -> list[str]:
    """Take in the readings of every document that was read, is public and has none yet. Returns their slugs."""
    taken = []
    with transaction.atomic():
        for second in second_readings(seeds / "second"):
            was_read = PublicRecord.objects.current().filter(collection="publications", slug=second.publication)
            known = DoubleReading.objects.filter(publication=second.publication).exists()
            if not known and was_read.exclude(read_as="").exists():
                _take_in(second, read(seeds / f"{second.publication}.yaml"))
                taken.append(second.publication)
        if taken:
            show_anew(taken, user=None, reason="the two readings of each document beside it")
    return taken


def _take_in(second: SecondReading, record: dict):
    told = record["readings"]
    double = DoubleReading.objects.create(
        publication=second.publication,
        state=ReadingState.CONCLUDED,
        by_hand=True,
        remark=" ".join(
            f"{text[0].upper()}{text[1:].rstrip('.')}." for text in (told["compared"], told.get("order", "")) if text
        ),
        decisions="\n".join(record.get("decisions", [])),
        finished_at=None,
    )
    for number, name in enumerate(("first", "second"), start=1):
        Reading.objects.create(double=double, number=number, reader=told[name], handed_in_at=timezone.now())
    facts = {}
    for fact in PublicFact.objects.current().filter(publication=second.publication).order_by("fact_row"):
        facts.setdefault(fact.fact, []).append(fact)
    others = {fact_of(row) for row in second.rows if row["fact"]} - facts.keys()
    for fact in PublicFact.objects.current().filter(fact__in=others).order_by("fact_row"):
        facts.setdefault(fact.fact, []).append(fact)
    rows = [_compared(row, facts.get(fact_of(row), [])) for row in second.rows]
    named = {fact_of(row) for row in second.rows} | {
        name.rpartition(".")[0]
        for row in second.rows
        for name in re.findall(r"[A-Z]{3}-\d{5}\.\S+\.\d+", row["decision"])
    }
    own = Publication.objects.get(slug=second.publication).pk
    rows += [
        _first_alone(places)
        for name, places in facts.items()
        # What a reference list prints of other documents was not the second reader's to read.
        if name not in named | others and (places[0].entity != "publication" or name.startswith(f"{own}."))
    ]
    for position, row in enumerate(rows, start=1):
        row.double, row.position = double, position
    ComparedFact.objects.bulk_create(rows)
    ReadingStep.objects.create(double=double, action="taken in", reason="compared by hand, from the reading records")


def _compared(row: dict, places: list[PublicFact]) -> ComparedFact:
    agreed = row["compared"] in SAID or row["compared"] == "same"
    fact = ComparedFact(
        entity=row["entity"],
        about=row["subject"][:300],
        attribute=row["attribute"],
        verdict=VERDICTS[row["compared"]],
        second_record=f"row {row['row']}",
        second_value=row["value"],
        second_text=_second_text(row),
        second_place=f"line{'s' * ('-' in row['lines'])} {row['lines']} of the text read" if row["lines"] else "",
        second_wording=row["wording"],
        decision=Decision.AGREED if agreed else Decision.BY_HAND,
        reason=SAID.get(row["compared"], "") or row["decision"],
    )
    return _first_side(fact, places)


def _first_alone(places: list[PublicFact]) -> ComparedFact:
    fact = ComparedFact(
        entity=places[0].entity,
        about=_subject(places[0]),
        attribute=places[0].attribute,
        verdict=Verdict.FIRST_ONLY,
        decision=Decision.BY_HAND,
        reason=ALONE,
    )
    return _first_side(fact, places)


def _first_side(fact: ComparedFact, places: list[PublicFact]) -> ComparedFact:
    if places:
        fact.first_record = places[0].fact
        fact.first_value = places[0].value
        fact.first_text = _text(places[0].operator, places[0].value, places[0].unit, places[0].denominator)
        fact.first_place = "\n".join(place.locator for place in places)
        fact.first_wording = "\n".join(place.as_reported for place in places)
    return fact


def _subject(fact: PublicFact) -> str:
    parts = (fact.study or fact.registration or fact.publication, fact.course and f"course {fact.course}")
    return ", ".join(filter(None, parts))


def _second_text(row: dict) -> str:
    more = "; ".join(
        f"{name} {row[name]}" for name in QUALIFIERS if row[name] and (name, row[name]) != ("basis", "stated")
    )
    return _text(row["operator"], row["value"], row["unit"], row["denominator"]) + (f" ({more})" if more else "")


def _text(operator: str, value: str, unit: str, denominator) -> str:
    of = of_how_many(value, "" if denominator is None else str(denominator))
    return f"{OPERATOR_PREFIX.get(operator, '')}{value}{' ' + unit if unit else ''}{of}"
