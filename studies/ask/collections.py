"""The collections of public records: finished documents by the same strict rules, whatever their kind."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from ..models import EvidenceRow, PublicRecord
from ..models.choices import (
    AppraisalTool,
    CheckSeverity,
    Design,
    DiscrepancyKind,
    ExclusionReason,
    FlowPlace,
    PublicationKind,
    ReportRole,
    Severity,
)
from . import current, strict
from .paging import PARAMETERS, Page, page
from .strict import BadQuery, Fault, nearest

ORDERINGS = {"slug": "slug", "year": "year"}
# The severities of a discrepancy, gravest first, are the names of the topics from behind: misleads, matters, clerical.
GRAVEST_FIRST = {"severity": "topic"}


@dataclass(frozen=True)
class Filter:
    """A filter of a collection: the column it asks, and its valid values (None: those that the base has)."""

    column: str
    says: str
    valid: tuple[str, ...] | None = None
    through: Callable[[list[str], int], Q] | None = None  # the condition of some values, where no column has them


def _touching(studies: list[str], revision: int) -> Q:
    """The discrepancies that the public documents of some studies name."""

    def make():
        found = {}
        rows = PublicRecord.objects.current().filter(collection="studies")
        for slug, text in rows.values_list("slug", "document"):
            found[slug] = [discrepancy["accession"] for discrepancy in json.loads(text)["discrepancies"]]
        return found

    touching = current.kept(revision, "discrepancies of studies", make)
    return Q(slug__in={accession for study in studies for accession in touching.get(study, ())})


STUDY = Filter("study", "Slug of the study.")
PUBLICATION = Filter("publication", "Slug of the document that says it.")
SCALE_KINDS = ("grading_scale", "response_criteria")
GLOSSARY_KINDS = ("abbreviation", "word")
OF_A_REPORT = {"study": STUDY, "publication": PUBLICATION}
# Collection → filters. The year of publications alone is a number, so it is asked apart.
COLLECTIONS: dict[str, dict[str, Filter]] = {
    "studies": {"design": Filter("kind", "Design of the study.", tuple(Design.values))},
    "publications": {"kind": Filter("kind", "Kind of document.", tuple(PublicationKind.values))},
    "registrations": {},
    "reports": OF_A_REPORT | {"role": Filter("kind", "Role of the report.", tuple(ReportRole.values))},
    "cohorts": OF_A_REPORT,
    "constructs": OF_A_REPORT,
    "transplants": OF_A_REPORT,
    "therapies": OF_A_REPORT,
    "courses": OF_A_REPORT,
    "lymphodepletions": OF_A_REPORT,
    "infusions": OF_A_REPORT,
    "toxicities": OF_A_REPORT | {"term": Filter("topic", "Code of the toxicity.")},
    "outcomes": OF_A_REPORT | {"measure": Filter("topic", "Code of the measure.")},
    "measurements": OF_A_REPORT | {"analyte": Filter("topic", "Code of the analyte.")},
    "events": OF_A_REPORT | {"term": Filter("topic", "Code of the kind of event.")},
    "claims": OF_A_REPORT
    | {
        "kind": Filter("kind", "A claim, or a statement on a set of studies.", ("claims", "set_statements")),
        "topic": Filter("topic", "Code of the topic."),
    },
    "appraisals": OF_A_REPORT | {"tool": Filter("topic", "Tool of the appraisal.", tuple(AppraisalTool.values))},
    "discrepancies": {
        "publication": Filter("publication", "Slug of the document it was found in."),
        "study": Filter("study", "Slug of a study that it touches.", through=_touching),
        "kind": Filter("kind", "Kind of disagreement.", tuple(DiscrepancyKind.values)),
        "severity": Filter("topic", "How much it matters to a reader.", tuple(Severity.values)),
    },
    "data-quality": {"severity": Filter("kind", "Severity of the check.", tuple(CheckSeverity.values))},
    "flow": {
        "place": Filter("kind", "Where the paper stands in the flow.", tuple(FlowPlace.values)),
        "reason": Filter("topic", "Why it was excluded.", tuple(ExclusionReason.values)),
    },
    "readings": {"publication": PUBLICATION},
    "diseases": {"parent": Filter("topic", "Code of the disease that it is a kind of.")},
    "scales": {"kind": Filter("kind", "Scales of toxicity, or criteria of response.", SCALE_KINDS)},
    "glossary": {"kind": Filter("kind", "An abbreviation, or a word used in a precise sense.", GLOSSARY_KINDS)},
    "vocabularies": {},
}
# What a reader may report a problem of: any public record.
REPORTABLE = ("evidence", *COLLECTIONS)
COLLECTIONS["problem-reports"] = {
    "collection": Filter("kind", "Kind of record that it is about.", REPORTABLE),
    "record": Filter("topic", "Accession of the record that it is about; its slug where it has none."),
}


@dataclass
class Found:
    """A page of a collection, its whole size and the revision it was asked of."""

    revision: int
    count: int
    page: Page


def ask(
    collection: str, query: QueryDict, revision: int, extra: set[str] = frozenset(), repeatable: set[str] = frozenset()
) -> Found:
    """A page of a collection. `extra` names the parameters of the representation, `repeatable` those of them that may
    be given more than once. Raises BadQuery."""
    filters = COLLECTIONS[collection]
    years = {"year"} if collection == "publications" else set()
    strict.check(query, {*filters} | years | PARAMETERS | extra, repeatable=repeatable | set(filters))
    rows = PublicRecord.objects.current().filter(collection=collection)
    faults = []
    for name, about in filters.items():
        values = query.getlist(name)
        if not values:
            continue
        valid = about.valid or _values(collection, about.column, revision)
        faults += [
            Fault(name, f"“{value[:60]}” is not a value of it.", nearest(value[:60], valid))
            for value in values
            if value not in valid
        ]
        rows = rows.filter(about.through(values, revision) if about.through else Q(**{f"{about.column}__in": values}))
    if faults:
        raise BadQuery(faults)
    if "year" in query:
        rows = rows.filter(year=strict.number(query, "year", 0, 1900, 2200))
    default = "-severity" if collection == "discrepancies" else "slug"
    found = page(rows, query, orderings(collection), default, "slug")
    return Found(revision, counted(rows, revision), found)


def orderings(collection: str) -> dict[str, str]:
    """What a collection can be ordered by, and the column of it."""
    return ORDERINGS | GRAVEST_FIRST if collection == "discrepancies" else ORDERINGS


def _values(collection: str, column: str, revision: int) -> set[str]:
    """The values that a column has in a collection; any public study or publication is one, borne or not."""

    def make():
        known = PublicRecord.objects.current()
        if column in ("study", "publication"):
            whole = {"study": "studies", "publication": "publications"}[column]
            return set(known.filter(collection=whole).values_list("slug", flat=True))
        return set(known.filter(collection=collection).values_list(column, flat=True).distinct()) - {""}

    return current.kept(revision, f"values:{collection}:{column}", make)


def counted(rows: QuerySet, revision: int) -> int:
    """The whole size, counted once per filter and revision, not on every page."""
    key = hashlib.sha256(f"{rows.query}".encode()).hexdigest()
    return current.kept(revision, f"count:{key}", rows.count)


def record(collection: str, name: str) -> str | None:
    """The document of one public record by its slug or accession, or None. One statement."""
    rows = PublicRecord.objects.current().filter(collection=collection)
    found = rows.filter(slug=name) | rows.filter(accession=name)
    return found.values_list("document", flat=True).first()


def fields_of(collection: str, revision: int) -> set[str]:
    """The top-level fields of a collection's documents, by one that is public; empty where none is."""

    def make():
        if collection == "evidence":
            texts = EvidenceRow.objects.current()
        else:
            texts = PublicRecord.objects.current().filter(collection=collection)
        # A claim and a set statement have different fields: one document of each kind tells them all.
        by_kind = dict(texts.values_list("kind", "document")) if collection == "claims" else {}
        found = list(by_kind.values()) or texts.values_list("document", flat=True)[:1]
        return {name for text in found for name in json.loads(text)}

    return current.kept(revision, f"fields:{collection}", make)
