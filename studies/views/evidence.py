"""The evidence table."""

import json
from urllib.parse import urlencode

from ..ask import comparison, current, evidence, facets
from ..ask.filter_kinds import SILENCES, TermFilter, TreeFilter
from ..ask.filters import GROUPS, EvidenceFilterSet
from ..cells.row import row_cells
from ..web import query_with
from .common import page, public_page
from .tray import compare_link, tray

OFFERED = 3  # choices that are not empty, of a filter that emptied the table
NOT_DRAWN = ("compare", "facets", "fields", "ordering", "page_size")  # what asks for a table alone
OPENED = ("patients", "transplant", "toxicity")  # groups whose options are in sight from the start
LISTED = 20  # studies or publications among the options; the others are found by words


@public_page
def evidence_table(request, revision):
    """One row per CAR-T course of a cohort; the address holds the whole state."""
    answer = evidence.answer(request.GET, revision, extra={"compare", "facets", "fields"}, repeatable={"compare"})
    chosen = tray(request, revision)
    rows = [row_cells(json.loads(row.document)) for row in answer.page.rows]
    emptied_by = _emptied_by(request, answer) if not rows else []
    response = page(
        request,
        revision,
        "studies/evidence.html",
        {
            "answer": answer,
            "n_rows": answer.totals.rows(answer.pile),
            "rows": [cells | _named(request, cells["row"], chosen["names"]) for cells in rows],
            "tray": chosen,
            "clear_link": "?" + urlencode({"compare": chosen["names"]}, doseq=True),
            "chips": chips(request, answer.filters),
            "of_results": of_results(answer.filters),
            "groups": _groups(request, answer.filters, revision),
            "emptied_by": emptied_by,
            "exclude_each_other": len(emptied_by) > 1 and all(entry["by_itself"] for entry in emptied_by),
            "nearest_choices": [_choice(request, answer.filters, c) for c in answer.totals.nearest_choices[:OFFERED]],
            "unknown_link": query_with(request, pile="unknown"),
            "matching_link": query_with(request, pile=None),
            "next_link": query_with(request, cursor=answer.page.next) if answer.page.next else "",
            "previous_link": query_with(request, cursor=answer.page.previous) if answer.page.previous else "",
            "orderings": _orderings(request),
            "charts_link": "/charts/" + query_with(request, **dict.fromkeys(NOT_DRAWN)),
            "api_link": "/api/v1/evidence/" + query_with(request, compare=None),
        },
    )
    if request.headers.get("HX-Request"):
        response["HX-Push-Url"] = request.path + query_with(request)
    return response


def _named(request, row: dict, names: list[str]) -> dict:
    """The number of the course, where there are several, and the way of the row into a comparison."""
    course = row["course_number"] if comparison.has_courses(row) else None
    return {"course": course, "compare": compare_link(request, row["row"], comparison.title(row), names)}


def chips(request, filters: EvidenceFilterSet) -> list[dict]:
    """The active filters in words, each with the address without it."""
    chips = []
    for word in filters.words():
        others = [value for value in request.GET.getlist(word["parameter"]) if value != word["value"]]
        chips.append(word | {"without": query_with(request, **{word["parameter"]: others})})
    return chips


def of_results(filters: EvidenceFilterSet) -> bool:
    """Whether it is asked for what followed the cells: then not every patient of a cohort that matches had it."""
    return any(filters.base_filters[name].group in ("results", "toxicity") for name in filters.active)


def _groups(request, filters: EvidenceFilterSet, revision: int) -> list[dict]:
    """The filters by subject, each with the options that the base has, in the order of their vocabulary."""
    counts = facets.counts(filters)
    groups = {
        name: {"name": name, "label": label, "facets": [], "open": name in OPENED} for name, label in GROUPS.items()
    }
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
    """Which filter emptied the table: the address without it, and the nearest of its other values that leave any."""
    filters, counts = answer.filters, facets.counts(answer.filters) if not answer.totals.matching else {}
    found, matching = [], answer.pile == "matching"
    for entry in answer.totals.emptied_by or [{"parameter": name} for name in filters.active]:
        name = entry["parameter"]
        # By itself it was asked only where no filter alone is to blame; one filter is to blame by itself.
        empties = matching and (len(filters.active) == 1 or entry.get("by_itself") == 0)
        alone = {"pile": None, **dict.fromkeys(set(filters.active) - set(filters.only(name).active))}
        found.append(
            {
                "label": filters.base_filters[name].label,
                "without_it": entry.get("without_it", 0),
                "link": query_with(request, **{name: None}),
                "by_itself": entry.get("by_itself") or 0,
                "empties": empties,
                "alone_link": query_with(request, **alone),
                "instead": _instead(request, filters, name, counts) if matching else [],
            }
        )
    return [entry for entry in found if any(entry[key] for key in ("without_it", "by_itself", "empties", "instead"))]


def _choice(request, filters: EvidenceFilterSet, choice: dict) -> dict:
    """A part of the filter that leaves courses: what it keeps and what it leaves out, in words, and its address."""
    words = {True: [], False: []}
    for word in filters.words():
        words[word["parameter"] in choice["kept"]].append(word["text"])
    link = query_with(request, **dict.fromkeys(choice["left_out"]))
    return {"kept": words[True], "left_out": words[False], "courses": choice["courses"], "link": link}


def _instead(request, filters: EvidenceFilterSet, name: str, counts: dict) -> list[dict]:
    """Other values of a filter that leave any course under the other filters: of a tree the closest relatives, else
    those with most courses."""
    asked = filters.base_filters[name]
    if not isinstance(asked, TermFilter) or asked.collection:  # another study is no nearer than any other
        return []
    chosen, options = filters.active[name], asked.options(filters.revision)
    lines = _lines(current.vocabulary(filters.revision, asked.vocabulary)) if isinstance(asked, TreeFilter) else {}
    mine = set().union(*(lines.get(value, ()) for value in chosen))
    others = {value: n for value, n in counts[name].items() if value in options and value not in {*chosen, *SILENCES}}
    nearest = sorted(others, key=lambda value: (-len(mine & set(lines.get(value, ()))), -others[value], value))
    return [
        {"label": options[value], "count": others[value], "link": query_with(request, **{name: value})}
        for value in nearest[:OFFERED]
    ]


def _lines(vocabulary: dict[str, tuple[str, str]]) -> dict[str, set[str]]:
    """Value → itself and what it is a kind of."""
    lines = {}
    for code, (_, parent) in vocabulary.items():
        lines[code] = {code, *lines.get(parent, ())}
    return lines


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
