"""The pages of studies, publications and registrations, and their lists."""

import json

from django.http import Http404

from ..ask import collections, strict
from ..cells.cell import SILENT, Cell, all_sources
from ..pure import partial_dates
from ..web import query_with
from .common import page, public_page
from .registration_page import registration_context
from .study_page import study_context


@public_page
def study_list(request, revision):
    """All studies, by name."""
    return _list(request, revision, "studies", "studies/study_list.html")


@public_page
def study(request, revision, slug):
    """Everything that the reports of one study say, the preferred report first."""
    strict.check(request.GET, set())
    document = document_or_404("studies", slug)
    return page(request, revision, "studies/study.html", study_context(document))


@public_page
def publication_list(request, revision):
    """All publications, read or only cited."""
    return _list(request, revision, "publications", "studies/publication_list.html")


@public_page
def publication(request, revision, slug):
    """One document: its bibliography, what was read of it, what it reports, cites and claims, where it disagrees."""
    strict.check(request.GET, set())
    document = document_or_404("publications", slug)
    context = {"publication": document, "bibliography": _bibliography(document)}
    return page(request, revision, "studies/publication.html", context)


@public_page
def registration_list(request, revision):
    """All registrations."""
    return _list(request, revision, "registrations", "studies/registration_list.html")


@public_page
def registration(request, revision, identifier):
    """A registered plan as documents tell it."""
    strict.check(request.GET, set())
    context = registration_context(document_or_404("registrations", identifier))
    return page(request, revision, "studies/registration.html", context)


def _list(request, revision: int, collection: str, template: str):
    found = collections.ask(collection, request.GET, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    return page(request, revision, template, list_context(request, found, documents))


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


def document_or_404(collection: str, slug: str) -> dict:
    """The document of a public record. Raises Http404 where there is none."""
    text = collections.record(collection, slug)
    if text is None:
        raise Http404
    return json.loads(text)


def list_context(request, found, documents) -> dict:
    """What every list shows: its documents, how many there are, the pages around."""
    return {
        "count": found.count,
        "documents": documents,
        "next_link": query_with(request, cursor=found.page.next) if found.page.next else "",
        "previous_link": query_with(request, cursor=found.page.previous) if found.page.previous else "",
    }
