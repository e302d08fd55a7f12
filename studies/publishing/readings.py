"""The public side of two readings of a document: how they agree, and each fact of either beside the other's.

Only a finished comparison is told, and only while all that was made of it is public; who read is told by role.
"""

from django.db.models import Q

from ..models import AGREEING, FINISHED, ComparedFact, DoubleReading, PublicRecord, Report, Verdict, model_of_kind
from ..models.choices import GONE
from ..pure.documents import dumps
from ..pure.double_reading import agreement
from ..pure.kappa import cohen_kappa

# Those that do not agree first.
ORDER = [Verdict.DIFFERING, Verdict.FIRST_ONLY, Verdict.SECOND_ONLY, Verdict.ELSEWHERE, Verdict.MATCHED]
BY_HAND = (
    "Compared by hand: the rows of the second reading are in its reader’s own names, so its categories cannot be told "
    "to be those of the first, and no κ is given. What no row of the second is said to be the same as counts as the "
    "first reading’s alone, though a row may hold it within another fact."
)
BY_FACT = (
    "Compared fact by fact: both readings are bundles in the one format, and κ is given for fixed categories alone."
)


def reading_of(slug: str, name: str) -> dict | None:
    """The document of the newest finished double reading of a publication, with its rows; None where none is public."""
    for double in DoubleReading.objects.filter(publication=slug, state__in=FINISHED).order_by("-id"):
        if _is_public(slug, double.adopted.splitlines()):
            return _document(double, name)
    return None


def _is_public(slug: str, made: list[str]) -> bool:
    """Whether all that a reading was made into is public, and nothing of the document was taken out: a reading tells
    every fact of it."""
    gone = Q(state__in=GONE) | Q(study__state__in=GONE) | Q(publication__state__in=GONE)
    if Report.objects.filter(gone, publication__slug=slug).exists():
        return False
    kinds = {accession.partition("-")[0] for accession in made}
    public = (model_of_kind(kind).objects.filter(pk__in=made, is_public=True).count() for kind in kinds)
    return sum(public) == len(made)


def _document(double: DoubleReading, name: str) -> dict:
    facts = list(double.facts.order_by("position"))
    counts = agreement((fact.entity, fact.verdict) for fact in facts)
    summed = {key: sum(entity[key] for entity in counts.values()) for key in next(iter(counts.values()), {})}
    facts.sort(key=lambda fact: ORDER.index(fact.verdict))
    return {
        "slug": double.publication,
        "name": name,
        "compared": "by_hand" if double.by_hand else "fact_by_fact",
        "method": BY_HAND if double.by_hand else BY_FACT,
        "readers": [reading.reader or "a curator" for reading in double.readings.order_by("number")],
        "adopted": bool(double.adopted),
        "finished": double.finished_at.date().isoformat() if double.finished_at else None,
        "remark": double.remark or None,
        "decisions": double.decisions.splitlines(),
        "agreement": counts,
        "totals": summed,
        "kappa": [] if double.by_hand else _kappas(facts),
        "rows": [row_of(fact) for fact in facts],
    }


def _kappas(facts: list[ComparedFact]) -> list[dict]:
    """κ of each field with a fixed list of categories, over the facts that both readers found."""
    pairs = {}
    for fact in facts:
        if fact.is_closed:
            known = pairs.setdefault((fact.entity, fact.field), [])
            if fact.verdict in (*AGREEING, Verdict.DIFFERING):
                known.append((fact.first_value, fact.second_value))
    found = []
    for (entity, field), of_field in sorted(pairs.items()):
        kappa = cohen_kappa(of_field)
        numbers = {"kappa": kappa.value, "observed": kappa.observed, "expected": kappa.expected}
        numbers = {key: None if value is None else round(value, 3) for key, value in numbers.items()}
        found.append(
            {"entity": entity, "field": field, "pairs": kappa.pairs, **numbers, "reason": kappa.reason or None}
        )
    return found


def row_of(fact: ComparedFact) -> dict:
    """A compared fact as the public sees it."""
    own = {"value": fact.own_value, "locator": fact.own_place, "as_reported": fact.own_wording}
    return {
        "position": fact.position,
        "entity": fact.entity,
        "about": fact.about,
        "attribute": fact.attribute,
        "verdict": fact.verdict,
        "first": _side(fact.first_record, fact.first_text, fact.first_place, fact.first_wording),
        "second": _side(fact.second_record, fact.second_text, fact.second_place, fact.second_wording),
        "decision": fact.decision or None,
        "own": own if fact.own_value else None,
        "reason": fact.reason or None,
        "labels": {"verdict": fact.get_verdict_display(), "decision": fact.get_decision_display()},
    }


def _side(record: str, text: str, place: str, wording: str) -> dict | None:
    if not (record or text):
        return None
    locators, wordings = place.splitlines(), wording.splitlines()
    return {
        "value": text,
        "places": [
            {"locator": locator, "as_reported": words} for locator, words in zip(locators, wordings, strict=False)
        ],
    }


def reading_records(slug: str, readings: dict | None) -> list[PublicRecord]:
    """The record that is listed, and the one that holds the rows."""
    if readings is None:
        return []
    about = {key: value for key, value in readings.items() if key != "rows"}
    shared = {"slug": slug, "publication": slug, "name": readings["name"]}
    return [
        PublicRecord(collection="readings", kind=readings["compared"], document=dumps(about), **shared),
        PublicRecord(collection="compared-facts", document=dumps(readings), **shared),
    ]
