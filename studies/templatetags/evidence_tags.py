"""What templates need to show a cell with its places."""

import re

from django import template

from ..models.choices import Basis

register = template.Library()
BASIS = dict(Basis.choices)
COUNT_KEY = "popover number"


@register.inclusion_tag("studies/cell.html", takes_context=True)
def cell(context, value, before="", after=""):
    """A cell: its text in the look of its state, opening to its places; then remark and doubts."""
    store = context.render_context
    root = store.dicts[0] if hasattr(store, "dicts") else store
    root[COUNT_KEY] = root.get(COUNT_KEY, 0) + 1
    return {"cell": value, "id": f"source-{root[COUNT_KEY]}", "before": before, "after": after}


@register.filter
def basis_label(value: str) -> str:
    """The word for a basis."""
    return BASIS.get(value, value)


@register.filter
def document_name(slug: str) -> str:
    """“li-hua-2025” as “Li Hua 2025”; what stands behind the year tells journals apart: “Xu 2022 CMJ”."""
    behind = re.match(r"(.+-\d{4})-(.+)$", slug)
    name, journal = behind.groups() if behind else (slug, "")
    return " ".join([*(part.capitalize() for part in name.split("-")), journal.upper()]).strip()


@register.filter
def words(n: int) -> str:
    """Small numbers as words at the start of a sentence."""
    names = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return names[n] if 0 <= n < len(names) else str(n)


@register.simple_tag
def patients(counted) -> str:
    """Patients counted once: “1 patient”, “11 patients”, “21–31 patients”."""
    if counted.low == counted.high:
        return f"{counted.low} patient{'' if counted.low == 1 else 's'}"
    return f"{counted.low}–{counted.high} patients"
