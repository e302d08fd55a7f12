"""The tree of diseases, each with the courses whose patients all have it, or a kind of it."""

from django.http import Http404, QueryDict

from ..ask import comparison, current, facets, strict
from ..ask.filters import EvidenceFilterSet
from .common import page, public_page
from .records import document_or_404
from .tray import compare_link, tray

LISTED = 50  # courses of a disease; the evidence table has all


@public_page
def disease_tree(request, revision):
    """The whole tree; what nobody in the base has is there too, without a count."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/disease_list.html", {"diseases": _tree(revision)})


@public_page
def disease(request, revision, code):
    """One disease: what it means, what it is a kind of, its kinds, its codes elsewhere."""
    strict.check(request.GET, {"compare"}, repeatable={"compare"})
    document = document_or_404("diseases", code)
    tree = {entry["code"]: entry for entry in _tree(revision)}
    if code not in tree:
        raise Http404
    chosen = tray(request, revision)
    courses = comparison.of_disease(code, revision)
    context = {
        "tray": chosen,
        "courses": [
            c | {"way": compare_link(request, c["row"], c["title"], chosen["names"])} for c in courses[:LISTED]
        ],
        "more": len(courses[LISTED:]),
        "disease": document,
        "count": tree[code]["count"],
        "lineage": [tree[c] for c in document["lineage"][:-1]],
        "kinds": [tree[c] for c in document["kinds"]],
    }
    return page(request, revision, "studies/disease.html", context)


def _tree(revision: int) -> list[dict]:
    """The diseases in depth-first order, each below what it is a kind of."""
    terms = current.vocabulary(revision, "disease")
    counts = facets.counts(EvidenceFilterSet.asked(QueryDict(), revision), ["disease"])["disease"]
    found = []

    def add(parent: str, depth: int):
        for code, (label, above) in terms.items():
            if above == parent:
                found.append({"code": code, "label": label, "depth": depth, "count": counts.get(code, 0)})
                add(code, depth + 1)

    add("", 0)
    return found
