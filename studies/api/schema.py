"""What the OpenAPI document says of parameters and answers."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from ..ask import facts, nearest, readings, tables
from ..ask.collections import COLLECTIONS, orderings
from ..ask.filter_kinds import SILENCES, DoseBound, TermFilter, YearBound
from ..ask.filters import PILES, EvidenceFilterSet
from ..models.public import SEARCH_KINDS

YEARS = {"minimum": 1900, "maximum": 2200}

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `errors` names each parameter, why it was refused and the nearest valid names.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
# What one document of a collection is, and so what its addresses answer.
ABOUT = {
    "evidence": "One CAR-T course of one cohort; `sources` beside each part say where its values stand.",
    "facts": "One value at one place. The columns are told in docs/facts.md.",
    "studies": "A study with all its public reports, the preferred one first.",
    "publications": "A document: bibliography, what was read of it, what it reports, cites and claims.",
    "tables": "A published table: its columns, and its rows of cells with what the paper prints and the base says.",
    "registrations": "A trial registration as documents tell it: a plan, which counts no patients.",
    "reports": "What one document says of one study or registration, or of the evidence at large.",
    "cohorts": "Patients of a report: its root cohort, or a subgroup of it.",
    "constructs": "A CAR as its report tells it: targets, domains in order, modules.",
    "transplants": "A transplant of a cohort, with its conditioning and prophylaxis.",
    "therapies": "A line of treatment that is neither transplant nor CAR-T cells.",
    "courses": "A CAR-T course of a cohort, with both axes of the T-cell source.",
    "lymphodepletions": "What was given before the cells, or that nothing was.",
    "infusions": "A dose with its unit and what it counts; never converted.",
    "toxicities": "A toxicity with presence, grade and scale, and what it follows.",
    "outcomes": "A result with its count or value, time, and what it follows.",
    "measurements": "A measured value with specimen, method and time.",
    "events": "A step of a patient's course in the order told.",
    "claims": "What a document says beyond its own results, and on sets of studies; `kind` tells them apart.",
    "appraisals": "A report appraised with one tool: each item with its answer and reason. There is no total score.",
    "discrepancies": "Where documents disagree with themselves or each other, with both places.",
    "data-quality": "A datacheck: what it asks, of how many public records, what it found, how each was answered.",
    "flow": "A paper of the reading queue: how it was found, where it stands in the flow, why it was excluded.",
    "readings": "A document read twice: agreement of the two readings by entity, and Cohen's κ of fixed categories.",
    "compared-facts": "One fact of either reading: what each says and where, the verdict, what was decided and why.",
    "diseases": "A disease of the tree, with what it is a kind of and its own kinds.",
    "charts": "A picture: what it shows in words, its rows, and its Vega-Lite specification.",
    "scales": "A grading scale, or criteria of response: what each grade takes, and where that was read.",
    "glossary": "An abbreviation or a word of the pages: what it stands for and means here.",
    "problem-reports": "What a reader reported of a record, in a curator's words, and the answer.",
    "vocabularies": "The terms of one vocabulary, parents before children.",
}


def _one(name: str) -> dict:
    properties = {column: {} for column in facts.COLUMNS} if name == "facts" else {}
    return {"type": "object", "description": ABOUT[name], "properties": properties}


def _errors(*statuses: int) -> dict:
    return {(status, "application/problem+json"): PROBLEM for status in statuses}


def record(name: str) -> dict:
    """The answers of a single record."""
    return {(200, "application/json"): _one(name), **_errors(400, 404, 410)}


def listing(name: str, evidence: bool = False, below: bool = False) -> dict:
    """The answers of a list; one that stands below a record has that record's answers, too."""
    properties = {
        "count": {"type": "integer"},
        "next": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"]},
        "revision": {"type": "integer"},
        "results": {"type": "array", "items": _one(name)},
    }
    required = list(properties)
    if evidence:
        properties |= {
            "filter": {"type": "string", "description": "The filter in words."},
            "pile": {"type": "string", "enum": list(PILES)},
            "unknown": {"type": "integer", "description": "Rows on which nobody can tell."},
            "unknown_courses": {"type": "integer", "description": "The courses of these rows."},
            "studies": {"type": "integer"},
            "patients_counted_once": {"type": "object"},
            "facets": {"type": "object"},
            "emptied_by": {"type": "array", "items": {"type": "object"}},
            "nearest_choices": {"type": "array", "items": {"type": "object"}},
        }
    body = {"type": "object", "required": required, "properties": properties}
    return {(200, "application/json"): body, **_errors(*((400, 404, 410) if below else (400,)))}


def described(tag: str, summary: str, parameters: list, responses: dict):
    """What the schema says of a view's GET; the view's own docstring is its description."""

    def decorate(view):
        name = f"{tag}_{view.__name__}"
        told = extend_schema(
            operation_id=name, tags=[tag], summary=summary, description=" ".join((view.__doc__ or summary).split()),
            parameters=parameters, responses=responses,
        )  # fmt: skip
        return extend_schema_view(get=told)(view)

    return decorate


def plain() -> dict:
    """The answer of an address without a shape of its own."""
    return {(200, "application/json"): {"type": "object"}, **_errors(400)}


def _query(name: str, description: str, many: bool = False, **schema) -> OpenApiParameter:
    kind = {"type": "string", **schema}
    if many:
        kind = {"type": "array", "items": kind}
    return OpenApiParameter(name, type=kind, location="query", description=description, explode=True if many else None)


def paging_parameters(names: tuple[str, ...]) -> list[OpenApiParameter]:
    """What every list takes."""
    both = [name for ordering in names for name in (ordering, f"-{ordering}")]
    return [
        _query("page_size", "Rows a page.", type="integer", minimum=1, maximum=500),
        _query("cursor", "From `next` or `previous`; opaque."),
        _query("ordering", "A field, or -field for the reverse.", enum=both),
        _fields(),
    ]


def _fields() -> OpenApiParameter:
    return _query("fields", "Only these fields, joined by commas.")


def record_parameters(description: str, dated: bool = False) -> list[OpenApiParameter]:
    on = [_query("on", "As it was public at the end of this day, such as 2026-11-20.")] if dated else []
    return [OpenApiParameter("name", type=str, location="path", description=description), _fields(), *on]


def history_parameters() -> list[OpenApiParameter]:
    return [
        OpenApiParameter("collection", type=str, location="path", description="“studies”, “reports” …"),
        OpenApiParameter("name", type=str, location="path", description="Slug or accession."),
    ]


def versions() -> dict:
    """The answers of a record's history."""
    return {(200, "application/json"): {"type": "object"}, **_errors(400, 404)}


def evidence_parameters() -> list[OpenApiParameter]:
    """The parameters of the one FilterSet, and of the list."""
    return [
        *_filters(),
        _query("facets", "Filters whose values are to be counted, joined by commas."),
        *paging_parameters(("study", "year", "n_patients")),
    ]


def chart_parameters(names=()) -> list[OpenApiParameter]:
    """The parameters of the one FilterSet, and of the pictures; of one picture among `names` its name too."""
    window = _query("window", "Slug of a publication: the window that it recommends is shown.")
    path = [OpenApiParameter("name", type=str, enum=list(names), location="path")] if names else []
    return [*path, *_filters(), window]


def _filters() -> list[OpenApiParameter]:
    filters = [_filter(name, asked) for name, asked in EvidenceFilterSet.base_filters.items()]
    return [*filters, _query("pile", "Rows that match, or those on which the report is silent.", enum=list(PILES))]


def _filter(name: str, asked) -> OpenApiParameter:
    if isinstance(asked, TermFilter):
        named = [*asked.fixed, *(SILENCES if asked.silent else ())]
        valid = {} if asked.vocabulary or asked.collection else {"enum": list(dict.fromkeys(named))}
        return _query(name, asked.extra["help_text"], many=True, **valid)
    kinds = {DoseBound: {"type": "number", "exclusiveMinimum": 0}, YearBound: {"type": "integer", **YEARS}}
    return _query(name, asked.extra["help_text"], **kinds.get(type(asked), {}))


def collection_parameters(collection: str) -> list[OpenApiParameter]:
    """The parameters of a collection of stored documents."""
    filters = [
        _query(name, about.says, many=True, **({"enum": list(about.valid)} if about.valid else {}))
        for name, about in COLLECTIONS[collection].items()
    ]
    if collection == "publications":
        filters.append(_query("year", "Year of publication.", type="integer", **YEARS))
    return [*filters, *paging_parameters(tuple(orderings(collection)))]


def search_parameters() -> list[OpenApiParameter]:
    return [
        _query("q", "Words; the last one may be the beginning of a word."),
        _query("kind", "Only entries of this kind; empty for all.", enum=["", *SEARCH_KINDS]),
    ]


def nearest_parameters() -> list[OpenApiParameter]:
    """What is told of a patient."""
    found = []
    for name in (*nearest.HARD, *nearest.RANKING):
        asked = EvidenceFilterSet.base_filters.get(name)
        valid = list(asked.fixed) if asked else list(nearest.DONOR_AVAILABLE)
        enum = {} if asked and asked.vocabulary else {"enum": valid}
        told = asked.extra["help_text"] if asked else "Whether a donor can be asked for T cells: without one, rows of "
        found.append(_query(name, told if asked else f"{told}donor's cells differ.", many=name == "site", **enum))
    return found


def compare_parameters() -> list[OpenApiParameter]:
    return [_query("row", "Accession of an evidence row; two to six.", many=True)]


def table_parameters() -> list[OpenApiParameter]:
    return [
        OpenApiParameter("name", type=str, location="path", description="Slug of the document."),
        OpenApiParameter("number", type=int, location="path", description="Number of the table."),
        _query("cells", "All cells, or only those that differ.", enum=list(tables.CELLS)),
    ]


def reading_parameters() -> list[OpenApiParameter]:
    return [
        OpenApiParameter("name", type=str, location="path", description="Slug of the document."),
        _query("entity", "Only facts of this entity.", many=True),
        _query("verdict", "Only facts that compare so.", many=True, enum=readings.VERDICTS),
        _query("page_size", "Rows a page.", type="integer", minimum=1, maximum=500),
        _query("cursor", "From `next` or `previous`; opaque."),
    ]


def fact_parameters() -> list[OpenApiParameter]:
    return [
        *(_query(name, f"Exactly this `{name}`.", many=True) for name in facts.FILTERS),
        _query("discrepancy", "Accession of a discrepancy that touches the fact."),
        _query("q", "Words within value, wording, place or attribute."),
        *paging_parameters(("id",)),
    ]
