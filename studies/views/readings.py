"""The pages of documents that were read twice: their agreement, and each fact of either reading beside the other's."""

import json

from django.http import Http404

from ..ask import collections, history, readings
from ..models import Verdict
from ..web import query_with
from .common import filled, page, public_page
from .records import list_context


@public_page
def reading_list(request, revision):
    """What was read twice, and how far the two readings agree."""
    found = collections.ask("readings", request.GET, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    return page(request, revision, "studies/reading_list.html", list_context(request, found, documents))


@public_page
def compared_facts(request, revision, slug):
    """Two readings of one document, fact by fact; those that do not agree first."""
    query = filled(request.GET)
    found = readings.compared_facts(slug, query)
    if found is None:
        history.refuse_gone("readings", slug)
        raise Http404
    context = list_context(request, found, found.page.rows) | {
        "reading": found.reading,
        "verdicts": list(Verdict),
        "chosen": {name: query.get(name, "") for name in ("entity", "verdict")},
        "api_query": query_with(request) if query else "",
    }
    return page(request, revision, "studies/compared_facts.html", context)
