"""What every picture is: a title, what it shows, the facts in words, a table of them, and a Vega-Lite specification.

The specification holds its data and asks nothing of another host. Its links lead to `ORIGIN`, a host that cannot be,
which whoever writes the picture out replaces by its own address, or by nothing.
"""

import csv
import io
import json
import textwrap
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree  # nosec: what is parsed is our own

import altair as alt
import vl_convert

from ..cells.cell import all_sources
from ..pure.spreadsheets import harmless

ORIGIN = "https://evidence.invalid"
SVG = "http://www.w3.org/2000/svg"
FONT = "DejaVu Sans, Liberation Sans, Arial, sans-serif"
INK, SOFT, LINE, WARN, ACCENT = "#1a2027", "#56616d", "#d8dfe4", "#7d4400", "#0a6570"
RING = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0ZM.62,0A.62,.62,0,1,0,-.62,0A.62,.62,0,1,0,.62,0Z"  # the shape of a silence
MOST_DOTS = 12_000_000
CAPTION = 120  # characters of a line above the picture
LOOKS = {
    "font": FONT,
    "background": "white",
    "padding": 12,
    "view": {"stroke": None},
    "text": {"fontSize": 12, "color": INK},
    "title": {
        "fontSize": 14, "color": INK, "anchor": "start",
        "subtitleFontSize": 12, "subtitleColor": SOFT, "subtitlePadding": 6,
    },
    "axis": {
        "labelFontSize": 12, "labelColor": INK, "labelLimit": 0, "gridColor": "#edf0f2", "domainColor": LINE,
        "tickColor": LINE, "titleFontSize": 12, "titleColor": SOFT, "titleFontWeight": "normal",
    },
    "legend": {
        "labelFontSize": 11, "labelLimit": 0, "labelColor": INK, "titleFontSize": 12, "titleFontWeight": "normal",
        "titleLimit": 0, "titleColor": SOFT, "symbolSize": 110, "orient": "bottom", "columns": 2,
    },
}  # fmt: skip
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@dataclass
class Picture:
    """One picture. `rows` are its table, whose columns `columns` names; `beside` is what it cannot draw, each with the
    reason; `notes` say how to read it, and `caption` what of that must stand in the picture itself. `specification` is
    None where there is nothing to draw."""

    name: str
    title: str
    shows: str
    told: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    beside: list[dict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    caption: list[str] = field(default_factory=list)
    specification: dict | None = None

    @property
    def in_words(self) -> str:
        """The picture as text."""
        return " ".join([self.shows, *self.told])


def finished(picture: Picture, chart: dict | None, left_out: int = 0) -> Picture:
    """The picture with its specification, or without one where there is nothing to draw. `chart` is what `layered` or
    `stacked` gave; `left_out` counts the rows that are not in it."""
    if left_out:
        more = f"{left_out} more rows are left out: the first by study are drawn. A filter shows them."
        picture.notes.insert(0, more)
        picture.caption.insert(0, more)
    if chart is None:
        picture.told = picture.told or ["Nothing under this filter can be drawn."]
        return picture
    caption = [line for text in picture.caption for line in textwrap.wrap(text, CAPTION)]
    picture.specification = chart | {
        "$schema": alt.SCHEMA_URL,
        "config": LOOKS,
        "description": picture.in_words,
        "title": {"text": picture.title, "subtitle": caption, "anchor": "start", "offset": 18},
    }
    return picture


def layered(*layers, **more) -> dict:
    """Vega-Lite of layers over each other, each a chart of Altair or itself layered, with `more` properties. Altair's
    own joining copies every part of every layer, several times: most of the time that a picture took."""
    return _together("layer", layers) | more


def stacked(panels: list[dict], **more) -> dict | None:
    """Vega-Lite of panels below each other; None of none."""
    return _together("vconcat", panels) | more if panels else None


def _together(how: str, charts) -> dict:
    """The charts with their data lifted out of them, so that rows that several share are told once."""
    datasets, told = {}, []
    for chart in charts:
        if isinstance(chart, dict):
            datasets |= chart["datasets"]
            told.append({key: value for key, value in chart.items() if key != "datasets"})
        else:
            told.append(chart.to_dict(validate=False, context={"top_level": False, "datasets": datasets}))
    return {how: told, "datasets": datasets}


def svg(picture: Picture, alone: bool = True) -> str:
    """The drawing, named and told in words. One that does not stand alone leaves its title, its caption and the paper
    it is drawn on to the page around it. Raises ValueError where there is nothing to draw."""
    specification = _drawn(picture) if alone else _bare(picture)
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))  # noqa: S314
    links = {link[0]: link for link in root.iter(f"{{{SVG}}}a")}
    # A picture with links in it is a group: what is an image has no parts for those who do not see it.
    root.set("role", "group")
    root.set("aria-label", picture.title)
    for element in list(root.iter())[1:]:
        said = {name: element.attrib.pop(name, None) for name in ("role", "aria-roledescription", "aria-label")}
        link = links.get(element)
        if link is not None and said["aria-label"]:
            link.set("aria-label", said["aria-label"])
            ElementTree.SubElement(element, f"{{{SVG}}}title").text = said["aria-label"]
    description = ElementTree.Element(f"{{{SVG}}}desc")
    description.text = picture.in_words
    root.insert(0, description)
    return ElementTree.tostring(root, encoding="unicode")


def png(drawing: str) -> bytes:
    """A drawing as an image: two dots for one, fewer where that would be more than `MOST_DOTS`."""
    root = ElementTree.fromstring(drawing)  # noqa: S314
    dots = float(root.get("width")) * float(root.get("height"))
    return vl_convert.svg_to_png(drawing, scale=min(2, (MOST_DOTS / dots) ** 0.5))


def vega_lite(picture: Picture, origin: str, **about) -> dict:
    """The specification, with what it was drawn of in `usermeta`. Raises ValueError where there is nothing to draw."""
    text = json.dumps(_drawn(picture) | {"usermeta": {"title": picture.title, **about}}, ensure_ascii=False)
    return json.loads(text.replace(ORIGIN, origin))


def table(picture: Picture, origin: str, about: list[str]) -> str:
    """The rows for a spreadsheet, which takes none of them for a formula; below them what they are."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(picture.columns)
    for row in picture.rows:
        write([_column(row.get(name), origin) for name in picture.columns])
    write([])
    for line in (picture.title, picture.shows, *picture.notes, *about):
        write([harmless(line)])
    # A spreadsheet takes a file without the mark for another encoding.
    return "\ufeff" + text.getvalue()


def wrapped(text: str, width: int = 46) -> str:
    """A text in lines for a label."""
    return "\n".join(textwrap.wrap(text, width))


def centred(field: str, below: int = 0) -> dict:
    """How far text of several lines is lifted, so that its middle stands at its place, or so far below it."""
    return {"expr": f"{below} - 7 * (length(split(datum['{field}'], '\\n')) - 1)"}


def data(rows: list[dict]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def evidence_link(query: dict[str, list[str]], **more: list[str]) -> str:
    """The address of the evidence under a query, narrowed by more."""
    return f"{ORIGIN}/evidence/?{urlencode(query | more, doseq=True)}"


def places(sources: dict, *names: str) -> dict:
    """Columns that say where values stand: document, place, wording, and on what they rest; several parted by “ | ”."""
    found = all_sources(sources, *names)
    return {
        "document": _joined(found, "document"),
        "place": _joined(found, "locator"),
        "wording": _joined(found, "as_reported"),
        "basis": _joined(found, "basis"),
        "facts": " ".join(fact for place in found for fact in place["facts"]),
    }


PLACES = ["document", "place", "wording", "basis", "facts"]


def _joined(found: list[dict], key: str) -> str:
    return " | ".join(str(place[key]) for place in found)


def _column(value, origin: str):
    return harmless(value.replace(ORIGIN, origin)) if isinstance(value, str) else value


def _bare(picture: Picture) -> dict:
    bare = {key: value for key, value in _drawn(picture).items() if key != "title"}
    return bare | {"config": bare["config"] | {"background": None}}


def _drawn(picture: Picture) -> dict:
    if picture.specification is None:
        raise ValueError(f"There is nothing to draw: {picture.in_words}")
    return picture.specification
