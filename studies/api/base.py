"""What every answer of the API shares: strict queries, stored documents put together unread, problems, entity tags."""

import json

from django.http import Http404, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from ..ask import collections, current, facts, history, strict
from ..ask.history import Gone
from ..ask.strict import BadQuery, Fault, nearest
from ..pure.documents import dumps
from ..web import query_with, tagged
from .problems import bad_query, gone, missing

LISTED = {"fields"}  # the parameters of the representation that every list takes


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
        except Gone as error:
            return gone(error.tombstone)
        except Http404:
            return missing(request)

    def answer(self, request, revision, **named) -> HttpResponse:
        body = self.body(request, revision, **named)
        if body is None:
            raise Http404
        return HttpResponse(body, content_type="application/json")


def listing(request, revision, collection, count, page, documents: list[str], **more) -> str:
    """A page of documents that are JSON already, put together without being read."""
    fields = wanted_fields(request, collection, revision)
    if fields:
        documents = [sparse(document, fields) for document in documents]
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


def wanted_fields(request, collection: str, revision: int) -> list[str]:
    """The fields of a sparse answer. Raises BadQuery for one that the collection does not have."""
    wanted = [name for name in request.GET.get("fields", "").split(",") if name]
    if wanted:
        known = set(facts.COLUMNS) if collection == "facts" else collections.fields_of(collection, revision)
        unknown = [name for name in wanted if name not in known]
        if unknown and known:
            faults = [Fault("fields", f"“{name[:60]}” is not a field.", nearest(name[:60], known)) for name in unknown]
            raise BadQuery(faults)
    return wanted


def sparse(text: str, fields: list[str]) -> str:
    """A document with only some of its fields."""
    document = json.loads(text)
    return dumps({name: document.get(name) for name in fields})


class RecordView(PublicView):
    """One public record by its name in the address."""

    collection = ""
    dated = {"on"}  # but for the kinds that are no stored documents

    def find(self, name: str) -> str | None:
        return collections.record(self.collection, name)

    def body(self, request, revision, name):
        strict.check(request.GET, LISTED | self.dated)
        if "\x00" in name:  # which PostgreSQL takes in no text
            return None
        then = history.asked_revision(request.GET)
        if then is None:
            text = self.find(name)
            if text is None:
                history.refuse_gone(self.collection, name)
        else:
            text = next(iter(history.record_at(self.collection, name, then) or ()), None)
        fields = wanted_fields(request, self.collection, revision)
        return sparse(text, fields) if text and fields else text
