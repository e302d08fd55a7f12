"""A patient like mine."""

import json
from urllib.parse import urlencode

from ..ask import comparison, nearest
from ..cells.nearest import near_cells
from ..pure.numbers import in_words
from ..web import query_with
from .common import page, public_page
from .tray import compare_link, tray

GROUPS = {
    "matching": "These match every hard criterion",
    "unknown": "These leave a hard criterion open",
}
# Which field takes what a haematologist would say of the patient, and what the base does not tell apart.
HELP = {
    "disease": "The closest name told; kinds of it count too.",
    "order": "No transplant yet: before HSCT. Transplanted: after HSCT; if CAR-T cells came before that transplant, "
    "after HSCT that itself followed them; if a second transplant is to come, after one HSCT and before another.",
    "antigen": "What the cells carry now, not at diagnosis. Most documents tell CD19 at diagnosis alone: whatever is "
    "chosen, rows of a later relapse leave it open and stand apart.",
    "earlier_transplants": "Allogeneic ones, done before the cells. Most reports tell of one and leave open whether "
    "there was another.",
    "graft_source": "Of a transplant done or planned.",
    "donor": "Of that transplant.",
    "disease_status": "The kind of relapse: relapsed, refractory, molecular, MRD-positive, extramedullary. "
    "First and later relapses are not told apart.",
    "earlier_car_t": "Before the course looked for.",
    "donor_available": "Whether cells could be collected from the donor. It asks of a row whether the patient has its "
    "source of cells.",
}


@public_page
def nearest_rows(request, revision):
    """The form, and the rows nearest to the patient that the address describes."""
    found = nearest.nearest(request.GET, revision, extra={"compare"})
    asked = found.criteria if found else nearest.criteria(request.GET, revision, extra={"compare"})
    chosen = tray(request, revision)
    context = {
        "fields": [_field(name, request, revision) for name in (*nearest.HARD, *nearest.RANKING)],
        "asked": asked,
        "found": found,
        "groups": _groups(request, found, chosen["names"]) if found else [],
        "tray": chosen,
        "shown": in_words(nearest.SHOWN),
        "query": query_with(request, compare=None),
        "anew": "?" + urlencode({"compare": chosen["names"]}, doseq=True),
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
        "help": HELP.get(name, ""),
        "hard": name in nearest.HARD,
        "many": name == "site",
        "options": options,
    }


def _groups(request, found: nearest.Nearest, chosen: list[str]) -> list[dict]:
    groups = []
    for pile, title in GROUPS.items():
        rows = []
        for near in found.rows[pile]:
            row = json.loads(near.document)
            named = comparison.title(row)
            links = [link for link in [compare_link(request, row["row"], named, chosen)] if link]
            rows.append(near_cells(row, near) | {"title": named, "compare": links})
        groups.append({"pile": pile, "title": title, "rows": rows, "total": found.total[pile]})
    return groups
