"""The pages of studies and publications, and their lists."""

import json

from django.http import Http404

from ..ask import collections, strict
from ..pure import partial_dates
from ..web import query_with
from .cells import SILENT, Cell, all_sources
from .common import page, public_page
from .study_page import study_context


@public_page
def study_list(request, revision):
    """All studies, by name."""
    found = collections.ask("studies", request.GET, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    return page(request, revision, "studies/study_list.html", _list_context(request, found, documents))


@public_page
def study(request, revision, slug):
    """Everything that the reports of one study say, the preferred report first."""
    strict.check(request.GET, set())
    document = _document("studies", slug)
    return page(request, revision, "studies/study.html", study_context(document))


@public_page
def publication_list(request, revision):
    """All publications, read or only cited."""
    found = collections.ask("publications", request.GET, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    return page(request, revision, "studies/publication_list.html", _list_context(request, found, documents))


@public_page
def publication(request, revision, slug):
    """One document: its bibliography, what was read of it, what it reports, cites and claims, where it disagrees."""
    strict.check(request.GET, set())
    document = _document("publications", slug)
    context = {"publication": document, "bibliography": _bibliography(document)}
    return page(request, revision, "studies/publication.html", context)


BIBLIOGRAPHY = {
    "journal": "Journal", "year": "Year", "volume": "Volume", "issue": "Issue", "pages": "Pages or article",
    "doi": "DOI", "pmid": "PMID", "pmcid": "PMCID", "received": "Received", "accepted": "Accepted",
    "published": "Published", "licence": "Licence", "keywords": "Keywords", "corresponding_author": "Correspondence",
    "funding": "Funding", "competing_interests": "Competing interests", "ethics": "Ethics and consent",
}  # fmt: skip


def _bibliography(document: dict) -> list[Cell]:
    """Every bibliographic value with the places that say it; of a document that was read, the silences too."""
    cells = []
    for name, label in BIBLIOGRAPHY.items():
        value = document[name]
        if value:
            text = "; ".join(value) if isinstance(value, list) else str(value)
            if name in ("received", "accepted", "published"):
                text = partial_dates.written(value)
            cells.append(Cell(text, sources=all_sources(document["sources"], name), label=label))
        elif document["sources_read"]:
            cells.append(Cell("not in what was read", SILENT, label=label))
    return cells


def _document(collection: str, slug: str) -> dict:
    text = collections.record(collection, slug)
    if text is None:
        raise Http404
    return json.loads(text)


def _list_context(request, found, documents) -> dict:
    return {
        "count": found.count,
        "documents": documents,
        "next_link": query_with(request, cursor=found.page.next) if found.page.next else "",
        "previous_link": query_with(request, cursor=found.page.previous) if found.page.previous else "",
    }
