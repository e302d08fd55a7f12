"""The evidence table."""

import json

from ..ask import current, evidence
from ..ask.filters import EvidenceFilterSet
from ..web import query_with
from .common import page, public_page
from .row_cells import row_cells


@public_page
def evidence_table(request, revision):
    """One row per CAR-T course of a cohort; the address holds the whole state."""
    answer = evidence.answer(request.GET, revision)
    return page(
        request,
        revision,
        "studies/evidence.html",
        {
            "answer": answer,
            "rows": [row_cells(json.loads(row.document)) for row in answer.page.rows],
            "chips": _chips(request, answer.filters),
            "facets": _facets(answer.filters, revision),
            "unknown_link": query_with(request, pile="unknown"),
            "matching_link": query_with(request, pile=None),
            "next_link": query_with(request, cursor=answer.page.next) if answer.page.next else "",
            "previous_link": query_with(request, cursor=answer.page.previous) if answer.page.previous else "",
            "orderings": _orderings(request),
            "api_link": f"/api/v1/evidence/?{request.GET.urlencode()}",
        },
    )


def _chips(request, filters: EvidenceFilterSet) -> list[dict]:
    """The active filters in words, each with the address without it."""
    chips = []
    for word in filters.words():
        query = request.GET.copy()
        query.pop("cursor", None)
        query.setlist(word["parameter"], [v for v in query.getlist(word["parameter"]) if v != word["value"]])
        chips.append(word | {"without": f"?{query.urlencode()}"})
    return chips


def _facets(filters: EvidenceFilterSet, revision: int) -> list[dict]:
    """Each filter with the options that the base has, in the order of their vocabulary."""
    counts = evidence.facet_counts(revision)
    facets = []
    for name, term_filter in filters.base_filters.items():
        depths = _depths(current.vocabulary(revision, term_filter.vocabulary)) if term_filter.vocabulary else {}
        chosen = filters.active.get(name, [])
        options = [
            {
                "value": value,
                "label": label,
                "count": counts.get(name, {}).get(value, 0),
                "chosen": value in chosen,
                "depth": depths.get(value, 0),
            }
            for value, label in filters.options(name)
            if counts.get(name, {}).get(value) or value in chosen
        ]
        facets.append({"name": name, "label": term_filter.label, "options": options, "active": bool(chosen)})
    return facets


def _depths(vocabulary: dict[str, tuple[str, str]]) -> dict[str, int]:
    depths = {}
    for code, (_, parent) in vocabulary.items():
        depths[code] = depths[parent] + 1 if parent in depths else 0
    return depths


def _orderings(request) -> list[dict]:
    named = [("study", "study"), ("-year", "newest first"), ("-n_patients", "most patients first")]
    chosen = request.GET.get("ordering", "study")
    return [
        {"label": label, "link": query_with(request, ordering=name), "chosen": name == chosen} for name, label in named
    ]
