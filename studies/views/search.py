"""Search over everything that has an address."""

from ..ask import strict
from ..ask.search import search
from .common import page, public_page


@public_page
def search_page(request, revision):
    """Entries that hold every word of the query, by any of its names."""
    strict.check(request.GET, {"q"})
    query = request.GET.get("q", "")
    return page(request, revision, "studies/search.html", {"q": query, "found": search(query, revision)})
