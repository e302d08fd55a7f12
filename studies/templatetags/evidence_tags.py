"""What templates need to show a cell with its places."""

import re
from decimal import Decimal
from urllib.parse import urlencode

from django import template

from ..ask.collections import COLLECTIONS
from ..pure.document_names import document_name
from ..pure.numbers import in_words, people
from .abbreviation_html import explained_html, meanings
from .cell_html import cell_html, meaning_html

register = template.Library()
COUNT_KEY = "popover number"
MEANING_KEY = "meaning of texts"
EXPLAINED_KEY = "abbreviations explained in"


@register.simple_tag(takes_context=True)
def cell(context, value, before=""):
    """A cell: its text in the look of its state, opening to its places; then remark and doubts."""
    root = _of_the_page(context)
    root[COUNT_KEY] = root.get(COUNT_KEY, 0) + 1
    label = explained(context, value.label) if before and value.label else ""
    return cell_html(value, f"source-{root[COUNT_KEY]}", label, _meaning(context, root, str(value.text)))


def _meaning(context, root: dict, text: str) -> tuple[str, str]:
    """What the abbreviations of a text mean; each text is looked through once for a page."""
    known = root.setdefault(MEANING_KEY, {})
    if text not in known:
        known[text] = meaning_html(meanings(text, (context.get("site") or {}).get("glossary", {})))
    return known[text]


@register.simple_tag(takes_context=True)
def explained(context, text, part="page"):
    """A heading or label; the first time that a part of a page writes an abbreviation, it is explained."""
    site = context.get("site") or {}
    done = _of_the_page(context).setdefault(f"{EXPLAINED_KEY} {part}", set())
    return explained_html(text, site.get("glossary", {}), done, part)


@register.simple_tag(takes_context=True)
def carried(context) -> str:
    """The rows chosen for a comparison, for the address of another list that keeps them."""
    names = (context.get("tray") or {}).get("names")
    return "?" + urlencode({"compare": names}, doseq=True) if names else ""


def _of_the_page(context) -> dict:
    """What is kept while one page is rendered, its included templates too."""
    store = context.render_context
    return store.dicts[0] if hasattr(store, "dicts") else store


register.filter("words", in_words)


@register.filter
def people_write(value: str) -> str:
    """A value of the facts table as people write it: 7.8e6 as 7.8 × 10⁶; what is no such number stays."""
    return people(Decimal(value)) if re.fullmatch(r"\d+(\.\d+)?e\d+", value or "") else value


@register.filter
def named(slug: str, names: dict[str, str]) -> str:
    """A study or document by its name; by its slug in words where none has it."""
    return names.get(slug) or document_name(slug)


@register.inclusion_tag("studies/record_foot.html", takes_context=True)
def record_foot(context, collection: str, slug: str, where: str = "") -> dict:
    """What stands below every public record: the answers to what readers reported of it, its history, and a link to
    report a problem; `where` names the part of it that the page shows."""
    told = {"where": where, "has_history": collection in COLLECTIONS}
    return _reported(context, collection, slug) | told


@register.inclusion_tag("studies/entry_foot.html", takes_context=True)
def entry_foot(context, collection: str, slug: str) -> dict:
    """The same behind an entry of a list that has no page of its own: its answers and the link, in a line."""
    return _reported(context, collection, slug)


def _reported(context, collection: str, slug: str) -> dict:
    answers = context["site"]["answers"].get(f"{collection}/{slug}", [])
    return {"answers": answers, "collection": collection, "slug": slug}


@register.filter
def value_of(values: dict, key: str):
    """The value of a key that a template has in a variable."""
    return values.get(key, "")


@register.filter
def nth(items: list, index: int):
    """The item at a place."""
    return items[index]


@register.simple_tag
def patients_counted_once(counted) -> str:
    """“11 patients counted once”; where no cohort says how many it had, that, since none is another thing."""
    if counted.unreported and not counted.high:
        return "how many patients is not reported"
    return f"{patients(counted)} counted once"


@register.simple_tag
def patients(counted) -> str:
    """Patients counted once: “1 patient”, “11 patients”, “21–31 patients”."""
    if counted.low == counted.high:
        return f"{counted.low} patient{'' if counted.low == 1 else 's'}"
    return f"{counted.low}–{counted.high} patients"
