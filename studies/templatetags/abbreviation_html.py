"""The markup of headings and labels whose abbreviations are explained on hover and on focus, and in the glossary."""

import re
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

TOKEN = re.compile(r"[A-Za-z]\w*(?:-\w+)*\+?")


def explained_html(text: str, glossary: dict[str, dict], done: set[str], part: str = "page") -> SafeString:
    """A text in which each abbreviation of the glossary that is not among `done` leads to its entry and bears its
    meaning; `done` grows by them. `part` keeps ids apart where a page explains an abbreviation in two parts of it."""

    def explain(match: re.Match) -> str:
        found = match[0]
        # “MRD-negative”, “allo-HSCT”: the head or the end of a joined word may be what the glossary knows.
        joined = found.split("-")
        known = next((name for name in (found, joined[0], joined[-1]) if name in glossary), "")
        if not known or known in done:
            return found
        done.add(known)
        before, _, after = found.partition(known)
        return before + _link(glossary[known], f"{part}-abbr") + after

    return mark_safe(TOKEN.sub(explain, escape(str(text))))  # noqa: S308, every text is escaped


def meanings(text: str, glossary: dict[str, dict]) -> dict[str, dict]:
    """The abbreviations of a text, the parts of a joined one too: “MRD-neg-CR 4” holds MRD and CR."""
    found = {}
    for word in TOKEN.findall(text):
        for name in [word] if word in glossary else word.split("-"):
            if name in glossary:
                found[name] = glossary[name]
    return found


def _link(entry: dict, prefix: str) -> str:
    name, slug = escape(entry["entry"]), escape(entry["slug"])
    identity = f"{prefix}-{slug}"
    return (
        f'<span class="abbr"><a href="{reverse("studies:glossary")}#{slug}" aria-describedby="{identity}">{name}</a>'
        f'<span role="tooltip" id="{identity}"><b>{escape(entry["expansion"])}</b> {escape(entry["definition"])}</span>'
        "</span>"
    )
