"""Statements and their places made into the rows of the facts table, but for the discrepancies that touch them."""

from ..models import Agent, Place, Publication
from ..models.choices import Absence
from ..pure.statements import Statement
from .dossier import Dossier, Provenance

ENTITY = {
    "studydescription": "study",
    "eligibilitycriterion": "study",
    "registrationdescription": "registration",
    "characteristic": "cohort",
    "interval": "course",
    "setstatement": "claim",
}


def facts_of_report(dossier: Dossier) -> list[dict]:
    """Every fact below a report."""
    report = dossier.report
    about = {
        "study": report.study.slug if report.study else "",
        "registration": report.registration.identifier if report.registration else "",
        "retold": report.retold,
    }
    facts = []
    for record in dossier:
        facts += _facts_of_record(record, report.publication, dossier.provenance, about | _part_of(record))
    return facts


# What a table may leave out that the text says of the same value.
QUALIFIERS = ("day", "day_from", "time_point", "date", "counted", "per")


def facts_of_publication(publication: Publication) -> list[dict]:
    """The bibliographic facts of a publication, each with the document that says it."""
    about = {"entity": "publication", "retold": False}
    return _facts_of_record(publication, publication, Provenance([publication.pk]), about)


def _facts_of_record(record, publication: Publication, provenance: Provenance, about: dict) -> list[dict]:
    """One row per statement and place of a record; `field` is the model field that it tells."""
    facts = []
    statements = list(record.statements())
    for statement in statements + _marks(record, {s.field for s in statements}, provenance):
        name = f"{record.pk}.{statement.attribute}"
        for number, place in enumerate(_places(record, statement.field, provenance), start=1):
            further = place if isinstance(place, Place) else None
            document = (further and further.document) or publication
            fact = about | {
                "field": statement.field,
                "fact_row": f"{name}.{number}",
                "fact": name,
                "publication": document.slug,
                "attribute": statement.attribute,
                "value": (further and further.value) or statement.value,
                "operator": "=" if further and (further.value or further.bare) else statement.operator or "=",
                "unit": statement.unit,
                "denominator": statement.denominator,
                "as_reported": place.as_reported,
                "locator": place.locator,
                "basis": place.basis,
                "derivation": place.derivation,
            }
            fact["retold"] = about["retold"] or document != publication
            bare = bool(further and further.bare)
            facts.append(fact | {name: v for name, v in statement.extras.items() if not (bare and name in QUALIFIERS)})
    return facts


def _marks(record, told: set[str], provenance: Provenance) -> list[Statement]:
    """What a document prints instead of a value (“Not shown”, “/”): an empty field with a place that says so."""
    return [
        Statement(field, field, places[0].value)
        for (accession, field), places in provenance.places.items()
        if accession == record.pk and field not in told and places[0].value in Absence.values
    ]


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
