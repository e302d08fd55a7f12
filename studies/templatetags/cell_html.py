"""The markup of a cell: its text in the look of its state, opening to its places; then remark and doubts.

Written in Python and not as a template: a page of the evidence table has over a thousand cells.
"""

from functools import cache
from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from ..cells.cell import SILENCE
from ..models.choices import Basis
from ..pure.document_names import document_name

LOOKS = {"none": "none-said", "silent": "silent", "suspected": "suspected"}
BASIS = dict(Basis.choices)


def cell_html(cell, popover: str, label: str = "", meaning: tuple[str, str] = ("", "")) -> SafeString:
    """The markup of one cell of a page (`cells.cell.Cell`). `popover` is the id of what it opens to; `label`, as
    markup, stands before it. `meaning` is what `meaning_html` makes of its abbreviations."""
    text, look = escape(str(cell.text)), LOOKS.get(cell.state, "")
    parts = []
    if label:
        parts.append(f'<span class="label">{label}</span> ')
    if cell.sources:
        parts.append(
            f'<button type="button" class="value{" " * bool(look)}{look}" popovertarget="{popover}"{meaning[0]}>{text}'
            f'</button><span popover class="pop" id="{popover}" role="note"><strong>{text}</strong>{meaning[1]}'
        )
        parts += [_place(source) for source in cell.sources]
        parts += [f'<span class="row doubt">{escape(doubt["title"])}</span>' for doubt in cell.doubts]
        parts.append("</span>")
    else:
        parts.append(f'<span class="{look if look in ("none-said", "silent") else "plain"}">{text}</span>')
    remark = " · ".join(part for part in (_remark(cell), escape(cell.basis)) if part)
    if remark:
        parts.append(f' <span class="remark">{remark}</span>')
    if cell.doubts:
        parts.append(_doubts(cell.doubts, cell.page))
    return mark_safe("".join(parts))  # noqa: S308, every text above is escaped


def meaning_html(explained: dict[str, dict]) -> tuple[str, str]:
    """What the abbreviations of a cell mean: a title for who points at it, and lines of what it opens to."""
    if not explained:
        return "", ""
    title = escape("; ".join(f"{name}: {entry['expansion']}" for name, entry in explained.items()))
    lines = [
        f'<span class="row"><a href="{reverse("studies:glossary")}#{escape(entry["slug"])}">{escape(name)}</a> '
        f"{escape(entry['expansion'])}. {escape(entry['definition'])}</span>"
        for name, entry in explained.items()
    ]
    return f' title="{title}"', "".join(lines)


def _remark(cell) -> str:
    """The remark; the scale that it begins with leads to its definition."""
    if not cell.scale:
        return escape(cell.remark)
    scale, *others = cell.remark.split(" · ")
    link = f'<a class="scale" href="{_address("studies:scale", cell.scale)}">{escape(scale)}</a>'
    return " · ".join([link, *(escape(other) for other in others)])


def _place(source: dict) -> str:
    document = source["document"]
    prints, derivation = str(source.get("prints") or ""), source.get("derivation")
    facts = ", ".join(
        f'<a href="{_address("api:fact", fact)}">{escape(fact)}</a>' for fact in source.get("facts") or ()
    )
    return (
        f'<span class="place"><q>{escape(source["as_reported"])}</q>'
        + (f'<span class="row doubt">This place prints {escape(SILENCE.get(prints, prints))}</span>' if prints else "")
        + f'<span class="row"><b>Document</b> <a href="{_address("studies:publication", document)}">'
        f"{escape(document_name(document))}</a></span>"
        f'<span class="row"><b>Place</b> {escape(source["locator"])}</span>'
        f'<span class="row"><b>Basis</b> {escape(str(BASIS.get(source["basis"], source["basis"])))}'
        + (f": {escape(derivation)}" if derivation else "")
        + "</span>"
        + (f'<span class="row"><b>Fact</b> {facts}</span>' if facts else "")
        + f'<span class="row">{_report(source)}</span></span>'
    )


def _report(source: dict) -> str:
    """The link by which a reader reports this value; the record behind it has no page of its own."""
    where = quote(", ".join(list(source.get("facts") or ())[:1] or [source["locator"]]))
    address = reverse("studies:report", args=["publications", source["document"]])
    return f'<a rel="nofollow" href="{escape(address)}?place={where}">Report a problem</a>'


def _doubts(doubts: list[dict], page: str) -> str:
    titles = escape("; ".join(doubt["title"] for doubt in doubts))
    number = f"&nbsp;{len(doubts)}" if len(doubts) > 1 else ""
    return (
        f' <a class="doubt" href="{escape(page)}#{doubts[0]["accession"]}" title="{titles}">'
        f'<span aria-hidden="true">⚠{number}</span><span class="unseen">Discrepancy: {titles}</span></a>'
    )


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=["NAME"])


def _address(name: str, value: str) -> str:
    return escape(_pattern(name).replace("NAME", quote(value, safe=":@!$&'()*+,;=~")))
