"""Search over everything that has an address."""

from ..ask import strict
from ..ask.search import search
from ..models.public import SEARCH_KINDS
from ..web import query_with
from .common import page, public_page


@public_page
def search_page(request, revision):
    """Entries that hold every word of the query, by any of its names."""
    strict.check(request.GET, {"q", "kind"})
    kind = strict.one_of(request.GET, "kind", ("", *SEARCH_KINDS), "")
    query = request.GET.get("q", "")
    kinds = [{"name": name, "link": query_with(request, kind=name), "chosen": name == kind} for name in SEARCH_KINDS]
    context = {"q": query, "found": search(query, revision, kind), "kinds": kinds, "kind": kind}
    return page(request, revision, "studies/search.html", context | {"all_link": query_with(request, kind=None)})
