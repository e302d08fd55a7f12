"""What followed a course, as pictures mark it: one colour and one shape for each of a few answers, and the words."""

import altair as alt

from ..cells.cell import NONE, SILENT, SUSPECTED, proportion
from .picture import RING

# Answer → colour and shape. Colours of Okabe and Ito, which those who see few colours can tell apart.
RESPONSES = {
    "all responded": ("#00664b", "circle"),
    "some responded": ("#0072b2", "triangle-up"),
    "none responded": ("#b34700", "square"),
    "told of some of the patients": ("#8a4b7d", "diamond"),
    "MRD alone is told": ("#946b00", "triangle-right"),
    "not reported": ("#56616d", RING),
}
OUTCOME = ["Best response; of a bar", "with end caps before", "the name of its row"]  # the title of the legend
CRS = {
    "CRS": ("#b34700", "triangle-down"),
    "no CRS": ("#00664b", "circle"),
    "CRS suspected": ("#8a4b7d", "diamond"),
    "CRS not reported": ("#56616d", RING),
}


def response(row: dict, cells: dict) -> tuple[str, str]:
    """The answer about the best response, and what is told: “responded 8 of 20”, “CR 1 of 1”."""
    told = row["response"]
    if told is None:
        parts = [_part(part, item) for part in row["told_of_subgroups"] for item in _items(part)]
        if parts:
            return "told of some of the patients", "; ".join(parts)
        mrd = [cell.text for cell in cells["counted"][: len(row["mrd"])]]
        return (
            ("MRD alone is told", f"{', '.join(mrd)}; no category") if mrd else ("not reported", cells["silence"].text)
        )
    if told["responded"] is None:
        listed = [f"{text} of {told['of']}" for text in (cell.text for cell in cells["responses"])]
        return "told of some of the patients", ", ".join(listed)
    n, of = told["responded"]["n"], told["responded"]["of"]
    answer = "all responded" if n == of else "some responded" if n else "none responded"
    if of > 1:
        return answer, f"responded {n} of {of}"
    return answer, ", ".join(dict.fromkeys(cell.text.removesuffix(" 1") for cell in cells["responses"]))


def _items(part: dict) -> list[dict]:
    return [*(part["response"]["categories"] if part["response"] else []), *part["maintained"]]


def _part(part: dict, item: dict) -> str:
    """“relapsed at infusion: objective antitumour activity 2 of 6”; a remission that was only kept says so."""
    kept = "kept, no response: " if item in part["maintained"] else ""
    return f"{part['label']}: {kept}{item['label'][:1].lower()}{item['label'][1:]} {proportion(item['n'], item['of'])}"


def crs(cells: dict) -> tuple[str, str]:
    """The answer about CRS, and what is told."""
    first = cells["crs"][0]
    if first.state == SILENT:
        return "CRS not reported", f"CRS {first.text}"
    answer = {NONE: "no CRS", SUSPECTED: "CRS suspected"}.get(first.state, "CRS")
    return answer, "; ".join(f"CRS {cell.text}" + f", {cell.remark}" * bool(cell.remark) for cell in cells["crs"])


def colour(name: str, answers: dict, channel=alt.Color, **more):
    """The colour of an answer, of a mark or of its outline alone."""
    return channel(f"{name}:N", scale=alt.Scale(domain=list(answers), range=[c for c, _ in answers.values()]), **more)


def shape(name: str, answers: dict, **more):
    """The shape of an answer, which says the same as its colour."""
    return alt.Shape(f"{name}:N", scale=alt.Scale(domain=list(answers), range=[s for _, s in answers.values()]), **more)


def outcome(base, x, at: float, head: float, legend) -> list:
    """The layers of the best response and of the name of its row: a symbol at the value told, so far below the middle
    of the row; of what lies somewhere on a bar beside the name, where it cannot be read as a value."""
    answers = {
        "color": colour("response", RESPONSES, legend=legend),
        "shape": shape("response", RESPONSES, legend=legend),
    }
    point, ranged = base.transform_filter("!datum.ranged"), base.transform_filter("datum.ranged")
    name = {"align": "left", "fontWeight": "bold", "fontSize": 12, "dy": head}
    look = {"filled": True, "size": 170, "opacity": 1}
    return [
        point.mark_point(**look, yOffset=at).encode(x=x, href="href:N", description="said:N", **answers),
        ranged.mark_point(**look, yOffset=head).encode(x=alt.value(7), href="href:N", description="said:N", **answers),
        point.mark_text(**name).encode(x=alt.value(0), text="course:N"),
        ranged.mark_text(**name).encode(x=alt.value(19), text="course:N"),
    ]
