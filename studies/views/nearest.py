"""A patient like mine."""

import json

from ..ask import comparison, nearest
from ..cells.nearest import near_cells
from ..pure.numbers import in_words
from .common import page, public_page

GROUPS = {
    "matching": "These match every hard criterion",
    "unknown": "These leave a hard criterion open",
}


@public_page
def nearest_rows(request, revision):
    """The form, and the rows nearest to the patient that the address describes."""
    found = nearest.nearest(request.GET, revision)
    asked = found.criteria if found else nearest.criteria(request.GET, revision)
    context = {
        "fields": [_field(name, request, revision) for name in (*nearest.HARD, *nearest.RANKING)],
        "asked": asked,
        "found": found,
        "groups": _groups(found) if found else [],
        "shown": in_words(nearest.SHOWN),
        "query": request.GET.urlencode(),
    }
    return page(request, revision, "studies/nearest.html", context)


def _field(name: str, request, revision: int) -> dict:
    chosen = request.GET.getlist(name)
    options = [
        {"value": value, "label": label, "chosen": value in chosen}
        for value, label in nearest.options(name, revision).items()
    ]
    return {
        "name": name,
        "label": nearest.label(name),
        "hard": name in nearest.HARD,
        "many": name == "site",
        "options": options,
    }


def _groups(found: nearest.Nearest) -> list[dict]:
    groups = []
    for pile, title in GROUPS.items():
        rows = []
        for near in found.rows[pile]:
            row = json.loads(near.document)
            rows.append(near_cells(row, near) | {"title": comparison.title(row)})
        groups.append({"pile": pile, "title": title, "rows": rows, "total": found.total[pile]})
    return groups
