"""Where documents disagree with themselves or each other: all of it, filtered, and each with its own address."""

import json

from ..ask import collections, current
from ..models import PublicRecord
from ..models.choices import DiscrepancyKind, Severity
from .common import filled, page, public_page
from .records import list_context, record_page


@public_page
def discrepancy_list(request, revision):
    """By document, by study, by how much they matter, by kind; clerical ones folded unless asked for."""
    query = filled(request.GET)
    found = collections.ask("discrepancies", query, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    sources = current.kept(revision, "documents with discrepancies", _documents)
    choices = {
        "publication": [("", "all documents"), *sources],
        "study": [("", "all studies"), *current.names(revision, "studies").items()],
        "severity": [("", "of any weight"), *Severity.choices],
        "kind": [("", "of any kind"), *DiscrepancyKind.choices],
    }
    fields = [{"name": name, "options": options, "chosen": query.get(name, "")} for name, options in choices.items()]
    folded = [] if query.get("severity") else [d for d in documents if d["severity"] == Severity.CLERICAL]
    shown = [d for d in documents if d not in folded]
    context = list_context(request, found, shown) | {"fields": fields, "folded": folded}
    return page(request, revision, "studies/discrepancy_list.html", context)


@public_page
def discrepancy(request, revision, accession):
    """One discrepancy with both its places, now or on a day."""
    template = "studies/discrepancy_page.html"
    return record_page(request, revision, "discrepancies", accession, template, lambda document: {"d": document})


def _documents() -> list[tuple[str, str]]:
    slugs = PublicRecord.objects.current().filter(collection="discrepancies").values_list("publication", flat=True)
    named = PublicRecord.objects.current().filter(collection="publications", slug__in=set(slugs)).order_by("slug")
    return [(record.slug, json.loads(record.document)["name"]) for record in named]
