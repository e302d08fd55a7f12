"""Search over everything that has an address."""

from urllib.parse import urlencode

from ..ask import strict
from ..ask.search import search
from ..models.public import SEARCH_KINDS
from ..web import query_with
from .common import page, public_page
from .tray import links_of_studies, tray


@public_page
def search_page(request, revision):
    """Entries that hold every word of the query, by any of its names."""
    strict.check(request.GET, {"q", "kind", "compare"}, repeatable={"compare"})
    kind = strict.one_of(request.GET, "kind", ("", *SEARCH_KINDS), "")
    query = request.GET.get("q", "")
    kinds = [{"name": name, "link": query_with(request, kind=name), "chosen": name == kind} for name in SEARCH_KINDS]
    found, chosen = search(query, revision, kind), tray(request, revision)
    slugs = {hit["address"]: _study(hit) for hit in found.hits if _study(hit)}
    ways = links_of_studies(request, revision, sorted(slugs.values()), chosen["names"])
    context = {
        "q": query,
        "found": found,
        "hits": [hit | {"compare": ways.get(slugs.get(hit["address"]), [])} for hit in found.hits],
        "kinds": kinds,
        "kind": kind,
        "all_link": query_with(request, kind=None),
        "tray": chosen,
        "with_tray": urlencode({"compare": chosen["names"]}, doseq=True),
    }
    return page(request, revision, "studies/search.html", context)


def _study(hit: dict) -> str:
    """The study that a hit is; an entry within one leads to its place, not into a comparison."""
    return hit["address"].removeprefix("/studies/").strip("/") if hit["kind"] == "study" else ""
