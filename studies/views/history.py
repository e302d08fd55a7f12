"""What a public record said before, and why it changed."""

from django.http import Http404

from ..ask import history, strict
from ..ask.collections import COLLECTIONS
from .common import called, page, public_page

WITH_PAGES = ("studies", "publications", "registrations", "discrepancies")  # others are read on the page of a study


@public_page
def versions(request, revision, collection, name):
    """The versions of a record, the newest first, each with what changed, when, by whom and why."""
    strict.check(request.GET, set())
    found = history.versions(collection, name) if collection in COLLECTIONS and "\x00" not in name else []
    if not found:
        raise Http404
    days = sorted({version.at.date().isoformat() for version in found}, reverse=True)
    context = {"collection": collection, "name": name, "versions": found, "days": days}
    context |= {"called": called(revision, collection, name), "has_page": collection in WITH_PAGES}
    return page(request, revision, "studies/history.html", context)
