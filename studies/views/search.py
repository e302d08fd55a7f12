"""Search over everything that has an address."""

from ..ask import strict
from ..ask.search import search
from .common import page, public_page


@public_page
def search_page(request, revision):
    """Records that hold every word of the query."""
    strict.check(request.GET, {"q"})
    words = request.GET.get("q", "")
    return page(request, revision, "studies/search.html", {"q": words, "hits": search(words) if words.strip() else []})
