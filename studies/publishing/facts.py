"""Statements and their places made into rows of the facts table, and into the sources that a page shows."""

from collections import defaultdict

from ..models import Agent, Place, Publication, PublicFact
from ..models.choices import DiscrepancyKind
from .dossier import Dossier, Provenance

ENTITY = {
    "studydescription": "study",
    "eligibilitycriterion": "study",
    "registrationdescription": "registration",
    "characteristic": "cohort",
    "interval": "course",
    "setstatement": "claim",
}


def facts_of_report(dossier: Dossier) -> list[PublicFact]:
    """Every fact below a report."""
    report = dossier.report
    about = {
        "study": report.study.slug if report.study else "",
        "registration": report.registration.identifier if report.registration else "",
        "retold": report.retold,
    }
    facts = []
    for record in dossier:
        facts += facts_of_record(record, report.publication, dossier.provenance, about | _part_of(record))
    return facts


def facts_of_publication(publication: Publication) -> list[PublicFact]:
    """The bibliographic facts of a publication, each with the document that says it."""
    provenance = Provenance([publication.pk])
    return facts_of_record(publication, publication, provenance, {"entity": "publication", "retold": False})


def facts_of_record(record, publication: Publication, provenance: Provenance, about: dict) -> list[PublicFact]:
    """One row per statement and place of a record."""
    facts = []
    for statement in record.statements():
        touching = provenance.touching(record.pk, statement.field)
        name = f"{record.pk}.{statement.attribute}"
        for number, place in enumerate(_places(record, statement.field, provenance), start=1):
            document = place.document or publication if isinstance(place, Place) else publication
            own_words = about.get("entity") == "publication"
            values = {
                "fact_row": f"{name}.{number}",
                "fact": name,
                "publication": document.slug,
                "attribute": statement.attribute,
                "value": (place.value if isinstance(place, Place) else "") or statement.value,
                "operator": statement.operator or "=",
                "unit": statement.unit,
                "denominator": statement.denominator,
                "as_reported": place.as_reported,
                "locator": place.locator,
                "basis": place.basis,
                "derivation": place.derivation,
                "discrepancies": " ".join(d.pk for d in touching),
                "implausible": any(d.kind == DiscrepancyKind.IMPLAUSIBLE for d in touching),
            }
            retold = document != publication if own_words else about["retold"]
            fact = PublicFact(**about | {"retold": retold} | values | statement.extras)
            fact.field_name = statement.field
            facts.append(fact)
    return facts


def sources_of(facts: list[PublicFact]) -> dict[str, dict[str, list[dict]]]:
    """Accession → field → where the field's value comes from, as documents and pages show it."""
    sources = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        entry = {
            "fact": fact.fact_row,
            "document": fact.publication,
            "locator": fact.locator,
            "as_reported": fact.as_reported,
            "basis": fact.basis,
        }
        if fact.derivation:
            entry["derivation"] = fact.derivation
        sources[fact.fact.split(".", 1)[0]][fact.field_name].append(entry)
    return {accession: dict(fields) for accession, fields in sources.items()}


def _places(record, field: str, provenance: Provenance) -> list:
    """Where a field's value stands: the record's own place unless another stands instead of it, then further places."""
    given = provenance.places[record.pk, field]
    own = [] if not hasattr(record, "locator") or any(place.instead for place in given) else [record]
    return own + given


def _part_of(record) -> dict:
    """The columns that say which cohort, course and part a record speaks of."""
    name = record._meta.model_name
    about = {"entity": ENTITY.get(name, name)}
    owner = record.owner if isinstance(record, Agent) else record
    if isinstance(record, Agent):
        about["entity"] = owner._meta.model_name
    course = owner if owner._meta.model_name == "course" else getattr(owner, "course", None)
    cohort = owner if owner._meta.model_name == "cohort" else getattr(owner, "cohort", None)
    if cohort is None and course is not None:
        cohort = course.cohort
    if cohort is not None:
        about["cohort"] = cohort.root.pk
    if course is not None:
        about["course"] = str(course.number)
    if hasattr(owner, "order"):
        about["part"] = str(owner.order)
    elif name == "interval":
        about["part"] = str(record.transplant.order)
    return about
