"""The pages of studies, publications and registrations, and their lists."""

import json

from django.http import Http404

from ..ask import collections, history, strict
from ..cells.cell import SILENT, Cell, all_sources
from ..pure import partial_dates
from ..web import query_with
from .common import called, page, public_page
from .registration_page import registration_context
from .study_page import study_context
from .tray import chosen_of_studies, links_of_studies, tray


@public_page
def study_list(request, revision):
    """All studies, by name, each with the way of its courses into a comparison."""
    found = collections.ask("studies", request.GET, revision, extra={"compare"}, repeatable={"compare"})
    documents, chosen = [json.loads(row.document) for row in found.page.rows], tray(request, revision)
    ways = links_of_studies(request, revision, [document["slug"] for document in documents], chosen["names"])
    documents = [document | {"compare": ways.get(document["slug"], [])} for document in documents]
    context = list_context(request, found, documents) | {"tray": chosen}
    return page(request, revision, "studies/study_list.html", context)


@public_page
def study(request, revision, slug):
    """Everything that the reports of one study say, the preferred report first."""
    return record_page(request, revision, "studies", slug, "studies/study.html", study_context)


@public_page
def publication_list(request, revision):
    """All publications, read or only cited."""
    return _list(request, revision, "publications", "studies/publication_list.html")


@public_page
def publication(request, revision, slug):
    """One document: its bibliography, what was read of it, what it reports, cites and claims, where it disagrees."""

    def context(document):
        slugs = [report["study"] for report in document["reports"] if report["study"]]
        told = {"publication": document, "bibliography": _bibliography(document)}
        return told | chosen_of_studies(request, revision, slugs)

    return record_page(request, revision, "publications", slug, "studies/publication.html", context, {"compare"})


@public_page
def registration_list(request, revision):
    """All registrations."""
    return _list(request, revision, "registrations", "studies/registration_list.html")


@public_page
def registration(request, revision, identifier):
    """A registered plan as documents tell it."""

    def context(document):
        return registration_context(document) | chosen_of_studies(request, revision, document["studies"])

    return record_page(
        request, revision, "registrations", identifier, "studies/registration.html", context, {"compare"}
    )


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
    """The document of a public record. Raises Gone where it was taken out, Http404 where there never was one."""
    text = collections.record(collection, slug)
    if text is None:
        history.refuse_gone(collection, slug)
        raise Http404
    return json.loads(text)


def record_page(request, revision: int, collection: str, slug: str, template: str, context_of, extra=frozenset()):
    """The page of a record: as it is, or with `on` as it was public on that day. `extra` names parameters of the
    representation, which may be given more than once."""
    strict.check(request.GET, {"on"} | extra, repeatable=extra)
    then = history.asked_revision(request.GET)
    if then is None:
        return page(request, revision, template, context_of(document_or_404(collection, slug)))
    found = history.record_at(collection, slug, then)
    if found is None:
        since = history.first_day(collection, slug)
        if since is None:
            raise Http404
        context = {"day": request.GET["on"], "since": since, "now": request.path}
        context["called"] = called(revision, collection, slug)
        return page(request, revision, "studies/not_yet.html", context, status=404)
    text, since = found
    as_of = {"day": request.GET["on"], "revision": then, "since": since, "now": request.path}
    if not history.rendered_now(since):
        api = f"/api/v1{request.path}?on={request.GET['on']}"
        context = {"as_of": as_of, "api": api, "called": called(revision, collection, slug)}
        return page(request, revision, "studies/told_before.html", context)
    return page(request, revision, template, context_of(json.loads(text)) | {"as_of": as_of})


def list_context(request, found, documents) -> dict:
    """What every list shows: its documents, how many there are, the pages around."""
    return {
        "count": found.count,
        "documents": documents,
        "next_link": query_with(request, cursor=found.page.next) if found.page.next else "",
        "previous_link": query_with(request, cursor=found.page.previous) if found.page.previous else "",
    }
