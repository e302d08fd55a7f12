"""The read-only API: the same questions as the pages, answered as stored documents."""

import json

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from ..ask import collections, current, evidence, strict
from ..ask.strict import BadQuery, Fault, nearest
from ..attributes import ATTRIBUTES, Attribute
from ..pure.documents import dumps
from ..web import entity_tag, query_with, unchanged
from . import schema
from .problems import bad_query, missing


class OnlyJSON(BaseContentNegotiation):
    """There is one representation, whatever a client says it accepts."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class PublicView(APIView):
    """A GET that answers from public rows, with the revision's entity tag."""

    http_method_names = ["get", "head", "options"]
    content_negotiation_class = OnlyJSON

    def get(self, request, *args, **kwargs):
        revision = current.revision()
        tag = entity_tag(request, revision)
        if unchanged(request, tag):
            response = HttpResponseNotModified()
        else:
            try:
                body = self.body(request, revision, *args, **kwargs)
            except BadQuery as error:
                return bad_query(error)
            if body is None:
                return missing(request)
            response = HttpResponse(body, content_type="application/json")
        response["ETag"] = tag
        response["Cache-Control"] = "no-cache"
        return response

    def body(self, request, revision, **kwargs) -> str | None:
        """The answer as JSON text, or None where there is no such record."""
        raise NotImplementedError


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


@extend_schema(tags=["evidence"])
class EvidenceList(PublicView):
    @extend_schema(
        operation_id="evidence_list",
        summary="CAR-T courses of cohorts",
        description="One row per treatment course of a root cohort. A filter that splits a cohort answers with the "
        "most specific cohort there is, marked `is_subgroup`. Rows on which the report is silent are counted as "
        "`unknown` and asked for with `pile=unknown`.",
        parameters=schema.evidence_parameters(),
        responses=schema.listing("EvidenceRow", evidence=True),
    )
    def get(self, request):
        return super().get(request)

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
            },
        }
        facets = _facets(request, revision)
        if facets is not None:
            more["facets"] = facets
        count = totals.unknown if answer.pile == "unknown" else totals.matching
        return listing(
            request, revision, "evidence", count, answer.page, [row.document for row in answer.page.rows], **more
        )


def _facets(request, revision) -> dict | None:
    if "facets" not in request.GET:
        return None
    counts, wanted = evidence.facet_counts(revision), request.GET["facets"].split(",")
    valid = evidence.EvidenceFilterSet.parameters()
    unknown = [name for name in wanted if name not in valid]
    if unknown:
        raise BadQuery(
            [Fault("facets", f"“{name[:60]}” is not a filter.", nearest(name[:60], valid)) for name in unknown]
        )
    return {name: counts.get(name, {}) for name in wanted}


class RecordView(PublicView):
    """One public record by its name in the address."""

    collection = ""

    def find(self, name: str) -> str | None:
        raise NotImplementedError

    def body(self, request, revision, name):
        strict.check(request.GET, {"fields"})
        text = self.find(name)
        fields = _wanted_fields(request, self.collection, revision)
        return _sparse(text, fields) if text and fields else text


@extend_schema(tags=["evidence"])
class EvidenceRecord(RecordView):
    collection = "evidence"

    @extend_schema(
        operation_id="evidence_retrieve",
        summary="One row of the evidence",
        parameters=schema.record_parameters("Accession of the course; for a subgroup, of course and cohort."),
        responses=schema.record("EvidenceRow"),
    )
    def get(self, request, name):
        return super().get(request, name=name)

    def find(self, name):
        return evidence.row(name)


@extend_schema(tags=["studies"])
class StudyList(PublicView):
    @extend_schema(
        operation_id="studies_list",
        summary="Studies",
        parameters=schema.study_parameters(),
        responses=schema.listing("Study"),
    )
    def get(self, request):
        return super().get(request)

    def body(self, request, revision):
        found = collections.studies(request.GET, revision, extra=LISTED)
        return listing(request, revision, "studies", found.count, found.page, [row.document for row in found.page.rows])


@extend_schema(tags=["studies"])
class StudyRecord(RecordView):
    collection = "studies"

    @extend_schema(
        operation_id="studies_retrieve",
        summary="One study with all that its reports say",
        parameters=schema.record_parameters("Slug of the study."),
        responses=schema.record("Study"),
    )
    def get(self, request, name):
        return super().get(request, name=name)

    def find(self, name):
        return collections.record("studies", name)


@extend_schema(tags=["publications"])
class PublicationList(PublicView):
    @extend_schema(
        operation_id="publications_list",
        summary="Publications, read or only cited",
        parameters=schema.publication_parameters(),
        responses=schema.listing("Publication"),
    )
    def get(self, request):
        return super().get(request)

    def body(self, request, revision):
        found = collections.publications(request.GET, revision, extra=LISTED)
        return listing(
            request, revision, "publications", found.count, found.page, [row.document for row in found.page.rows]
        )


@extend_schema(tags=["publications"])
class PublicationRecord(RecordView):
    collection = "publications"

    @extend_schema(
        operation_id="publications_retrieve",
        summary="One publication",
        parameters=schema.record_parameters("Slug of the publication."),
        responses=schema.record("Publication"),
    )
    def get(self, request, name):
        return super().get(request, name=name)

    def find(self, name):
        return collections.record("publications", name)


@extend_schema(tags=["facts"])
class FactList(PublicView):
    @extend_schema(
        operation_id="facts_list",
        summary="Facts: one row per value and place",
        parameters=schema.fact_parameters(),
        responses=schema.listing("Fact"),
    )
    def get(self, request):
        return super().get(request)

    def body(self, request, revision):
        found = collections.facts(request.GET, revision, extra=LISTED)
        documents = [dumps(collections.fact_document(fact)) for fact in found.page.rows]
        return listing(request, revision, "facts", found.count, found.page, documents)


@extend_schema(tags=["facts"])
class FactRecord(RecordView):
    collection = "facts"

    @extend_schema(
        operation_id="facts_retrieve",
        summary="One fact at one place",
        parameters=schema.record_parameters("<accession>.<attribute>.<place number>"),
        responses=schema.record("Fact"),
    )
    def get(self, request, name):
        return super().get(request, name=name)

    def find(self, name):
        fact = collections.fact(name)
        return dumps(collections.fact_document(fact)) if fact else None


@extend_schema(tags=["index"])
class Index(PublicView):
    @extend_schema(operation_id="index", summary="Where to begin", parameters=[], responses=schema.attributes())
    def get(self, request):
        return super().get(request)

    def body(self, request, revision):
        strict.check(request.GET, set())
        names = ("evidence", "studies", "publications", "facts", "attributes", "schema")
        addresses = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in names}
        return dumps(
            {"revision": revision, **addresses, "docs": request.build_absolute_uri(reverse("studies:api-docs"))}
        )


@extend_schema(tags=["vocabularies"])
class AttributeList(PublicView):
    @extend_schema(
        operation_id="attributes_list",
        summary="The attributes of the facts table",
        parameters=[],
        responses=schema.attributes(),
    )
    def get(self, request):
        return super().get(request)

    def body(self, request, revision):
        strict.check(request.GET, set())
        results = [{"attribute": name, **about._asdict()} for name, about in ATTRIBUTES.items()]
        for code, (label, _) in current.vocabulary(revision, "analyte").items():
            results.append({"attribute": code, **Attribute("measurement", "number", f"{label}.")._asdict()})
        return dumps({"count": len(results), "next": None, "previous": None, "revision": revision, "results": results})
