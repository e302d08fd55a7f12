"""The read-only API: the same questions as the pages, answered as stored documents."""

import json

from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from ..ask import collections, current, evidence, strict
from ..ask.strict import BadQuery, Fault, nearest
from ..attributes import ATTRIBUTES, Attribute
from ..pure.documents import dumps
from ..web import query_with, tagged
from . import schema
from .problems import bad_query, missing


class OnlyJSON(BaseContentNegotiation):
    """There is one representation, whatever a client says it accepts."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class PublicView(APIView):
    """A GET that answers from public rows, with the revision's entity tag. A subclass has `body(request, revision)`,
    which gives the answer as JSON text, or None where there is no such record."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = OnlyJSON

    def get(self, request, **named):
        revision = current.revision()
        try:
            return tagged(request, revision, lambda: self.answer(request, revision, **named))
        except BadQuery as error:
            return bad_query(error)
        except Http404:
            return missing(request)

    def answer(self, request, revision, **named) -> HttpResponse:
        body = self.body(request, revision, **named)
        if body is None:
            raise Http404
        return HttpResponse(body, content_type="application/json")


def listing(request, revision, collection, count, page, documents: list[str], **more) -> str:
    """A page of documents that are JSON already, put together without being read."""
    fields = _wanted_fields(request, collection, revision)
    if fields:
        documents = [_sparse(document, fields) for document in documents]
    head = {
        "count": count,
        "next": _absolute(request, page.next),
        "previous": _absolute(request, page.previous),
        "revision": revision,
        **more,
    }
    return f'{dumps(head)[:-1]},"results":[{",".join(documents)}]}}'


def _absolute(request, cursor: str) -> str | None:
    return request.build_absolute_uri(request.path + query_with(request, cursor=cursor)) if cursor else None


def _wanted_fields(request, collection: str, revision: int) -> list[str]:
    wanted = [name for name in request.GET.get("fields", "").split(",") if name]
    if wanted:
        known = collections.fields_of(collection, revision)
        unknown = [name for name in wanted if name not in known]
        if unknown and known:
            faults = [Fault("fields", f"“{name[:60]}” is not a field.", nearest(name[:60], known)) for name in unknown]
            raise BadQuery(faults)
    return wanted


def _sparse(text: str, fields: list[str]) -> str:
    document = json.loads(text)
    return dumps({name: document.get(name) for name in fields})


LISTED = {"fields"}


class ListView(PublicView):
    """A collection whose rows are stored documents; `ask` is the function of `ask.collections` that finds them."""

    collection = ""
    ask = None

    def body(self, request, revision):
        found = type(self).ask(request.GET, revision, extra=LISTED)
        documents = [self.document(row) for row in found.page.rows]
        return listing(request, revision, self.collection, found.count, found.page, documents)

    def document(self, row) -> str:
        return row.document


class RecordView(PublicView):
    """One public record by its name in the address."""

    collection = ""

    def find(self, name: str) -> str | None:
        return collections.record(self.collection, name)

    def body(self, request, revision, name):
        strict.check(request.GET, {"fields"})
        text = self.find(name) if "\x00" not in name else None  # which PostgreSQL takes in no text
        fields = _wanted_fields(request, self.collection, revision)
        return _sparse(text, fields) if text and fields else text


@schema.described(
    "evidence", "CAR-T courses of cohorts", schema.evidence_parameters(), schema.listing("EvidenceRow", True)
)
class EvidenceList(PublicView):
    """One row per treatment course of a root cohort. A filter that splits a cohort answers with the most specific
    cohort there is, marked `is_subgroup`. Rows on which the report is silent are counted as `unknown` and asked for
    with `pile=unknown`."""

    def body(self, request, revision):
        answer = evidence.answer(request.GET, revision, extra=LISTED | {"facets"})
        totals = answer.totals
        more = {
            "filter": answer.filters.sentence(),
            "pile": answer.pile,
            "unknown": totals.unknown,
            "studies": totals.studies,
            "patients_counted_once": {
                "low": totals.patients.low,
                "high": totals.patients.high,
                "n_not_reported_in": totals.patients.unreported,
                "shared": totals.shared,
                "left_out": totals.left_out,
            },
        }
        facets = _facets(request, revision)
        if facets is not None:
            more["facets"] = facets
        count = totals.unknown if answer.pile == "unknown" else totals.matching
        documents = [row.document for row in answer.page.rows]
        return listing(request, revision, "evidence", count, answer.page, documents, **more)


def _facets(request, revision) -> dict | None:
    if "facets" not in request.GET:
        return None
    counts, wanted = evidence.facet_counts(revision), request.GET["facets"].split(",")
    valid = evidence.EvidenceFilterSet.parameters()
    unknown = [name for name in wanted if name not in valid]
    if unknown:
        faults = [Fault("facets", f"“{name[:60]}” is not a filter.", nearest(name[:60], valid)) for name in unknown]
        raise BadQuery(faults)
    return {name: counts.get(name, {}) for name in wanted}


@schema.described(
    "evidence", "One row of the evidence",
    schema.record_parameters("Accession of the course; for a subgroup, of course and cohort."),
    schema.record("EvidenceRow"),
)  # fmt: skip
class EvidenceRecord(RecordView):
    collection = "evidence"

    def find(self, name):
        return evidence.row(name)


@schema.described("studies", "Studies", schema.study_parameters(), schema.listing("Study"))
class StudyList(ListView):
    collection = "studies"
    ask = collections.studies


@schema.described(
    "studies", "One study with all that its reports say",
    schema.record_parameters("Slug of the study."), schema.record("Study"),
)  # fmt: skip
class StudyRecord(RecordView):
    collection = "studies"


@schema.described(
    "publications", "Publications, read or only cited", schema.publication_parameters(), schema.listing("Publication")
)
class PublicationList(ListView):
    collection = "publications"
    ask = collections.publications


@schema.described(
    "publications",
    "One publication",
    schema.record_parameters("Slug of the publication."),
    schema.record("Publication"),
)
class PublicationRecord(RecordView):
    collection = "publications"


@schema.described("facts", "Facts: one row per value and place", schema.fact_parameters(), schema.listing("Fact"))
class FactList(ListView):
    collection = "facts"
    ask = collections.facts

    def document(self, row):
        return dumps(collections.fact_document(row))


@schema.described(
    "facts", "One fact at one place",
    schema.record_parameters("<accession>.<attribute>.<place number>"), schema.record("Fact"),
)  # fmt: skip
class FactRecord(RecordView):
    collection = "facts"

    def find(self, name):
        fact = collections.fact(name)
        return dumps(collections.fact_document(fact)) if fact else None


@schema.described("index", "Where to begin", [], schema.plain())
class Index(PublicView):
    def body(self, request, revision):
        strict.check(request.GET, set())
        names = ("evidence", "studies", "publications", "facts", "attributes", "schema")
        addresses = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in names}
        return dumps(
            {"revision": revision, **addresses, "docs": request.build_absolute_uri(reverse("studies:api-docs"))}
        )


@schema.described("vocabularies", "The attributes of the facts table", [], schema.plain())
class AttributeList(PublicView):
    def body(self, request, revision):
        strict.check(request.GET, set())
        results = [{"attribute": name, **about._asdict()} for name, about in ATTRIBUTES.items()]
        for code, (label, _) in current.vocabulary(revision, "analyte").items():
            results.append({"attribute": code, **Attribute("measurement", "number", f"{label}.")._asdict()})
        return dumps({"count": len(results), "next": None, "previous": None, "revision": revision, "results": results})
