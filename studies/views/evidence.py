"""The evidence table."""

import json

from ..ask import current, evidence, facets
from ..ask.filter_kinds import TermFilter
from ..ask.filters import GROUPS, EvidenceFilterSet
from ..web import query_with
from .common import page, public_page
from .row_cells import row_cells

LISTED = 20  # studies or publications among the options; the others are found by words


@public_page
def evidence_table(request, revision):
    """One row per CAR-T course of a cohort; the address holds the whole state."""
    answer = evidence.answer(request.GET, revision)
    response = page(
        request,
        revision,
        "studies/evidence.html",
        {
            "answer": answer,
            "shown": answer.totals.unknown if answer.pile == "unknown" else answer.totals.matching,
            "rows": [row_cells(json.loads(row.document)) for row in answer.page.rows],
            "chips": _chips(request, answer.filters),
            "groups": _groups(request, answer.filters, revision),
            "emptied_by": _emptied_by(request, answer),
            "unknown_link": query_with(request, pile="unknown"),
            "matching_link": query_with(request, pile=None),
            "next_link": query_with(request, cursor=answer.page.next) if answer.page.next else "",
            "previous_link": query_with(request, cursor=answer.page.previous) if answer.page.previous else "",
            "orderings": _orderings(request),
            "api_link": f"/api/v1/evidence/?{request.GET.urlencode()}",
        },
    )
    if request.headers.get("HX-Request"):
        response["HX-Push-Url"] = request.path + _without_blanks(request)
    return response


def _without_blanks(request) -> str:
    """The query without the empty fields that a form sends too."""
    query = request.GET.copy()
    for name, values in request.GET.lists():
        query.setlist(name, [value for value in values if value])
    return f"?{query.urlencode()}" if any(query.values()) else ""


def _chips(request, filters: EvidenceFilterSet) -> list[dict]:
    """The active filters in words, each with the address without it."""
    chips = []
    for word in filters.words():
        query = request.GET.copy()
        query.pop("cursor", None)
        query.setlist(word["parameter"], [v for v in query.getlist(word["parameter"]) if v != word["value"]])
        chips.append(word | {"without": f"?{query.urlencode()}"})
    return chips


def _groups(request, filters: EvidenceFilterSet, revision: int) -> list[dict]:
    """The filters by subject, each with the options that the base has, in the order of their vocabulary."""
    counts = facets.counts(filters)
    groups = {name: {"name": name, "label": label, "facets": []} for name, label in GROUPS.items()}
    for name, asked in filters.base_filters.items():
        active = filters.active.get(name, [])
        facet = {"name": name, "label": asked.label, "active": bool(active), "help": asked.extra["help_text"]}
        if isinstance(asked, TermFilter):
            facet["options"] = _options(asked, active, counts[name], revision)
        else:
            facet["value"] = request.GET.get(name, "")
        if facet.get("options") or "value" in facet:
            groups[asked.group]["facets"].append(facet)
    for group in groups.values():
        group["active"] = any(facet["active"] for facet in group["facets"])
    return list(groups.values())


def _options(asked: TermFilter, chosen: list[str], counts: dict[str, int], revision: int) -> list[dict]:
    """The values that the base has, those that nothing has under the other filters among them; of studies and
    publications the first that have any, and those chosen."""
    known = facets.values(revision).get(asked.field_name, ())
    depths = _depths(current.vocabulary(revision, asked.vocabulary)) if asked.vocabulary else {}
    values = {value: label for value, label in asked.options(revision).items() if value in known or value in chosen}
    if asked.collection and len(values) > LISTED:
        most = set(sorted(counts, key=lambda value: (-counts[value], value))[:LISTED]) | set(chosen)
        values = {value: label for value, label in values.items() if value in most}
    return [
        {
            "value": value,
            "label": label,
            "count": counts.get(value, 0),
            "chosen": value in chosen,
            "inert": not counts.get(value) and value not in chosen,
            "depth": depths.get(value, 0),
        }
        for value, label in values.items()
    ]


def _emptied_by(request, answer) -> list[dict]:
    """Which filter emptied the table, and the address without it."""
    return [
        {
            "label": answer.filters.base_filters[entry["parameter"]].label,
            "count": entry["without_it"],
            "link": query_with(request, **{entry["parameter"]: None}),
        }
        for entry in answer.totals.emptied_by
        if entry["without_it"]
    ]


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
