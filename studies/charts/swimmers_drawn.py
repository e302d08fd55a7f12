"""The swimmer plot drawn: a bar for each patient, the marks on it, and what is known of it above."""

import altair as alt

from ..cells.timeline_plot import DAYS
from .picture import LINE, RING, SOFT, data, layered
from .results import colour, shape

MONTH = DAYS["months"]
BAR = "M-.22,-1L.22,-1L.22,1L-.22,1Z"
# Kind of event → colour and shape.
KINDS = {
    "transplant": ("#8a4b7d", "square"),
    "CAR-T infusion": ("#1a2027", "triangle-up"),
    "response to CAR-T cells": ("#00664b", "circle"),
    "remission by other treatment": ("#00664b", RING),
    "relapse or progression": ("#b34700", "diamond"),
    "GVHD": ("#0072b2", "triangle-down"),
    "death": ("#1a2027", "cross"),
    "last follow-up": ("#0072b2", "triangle-right"),
    "other": ("#56616d", BAR),
}
TICKS = [-60, -24, -12, -6, -3, -1, 0, 1, 3, 6, 12, 24, 60, 120, 240]
WIDTH, LINE_HEIGHT = 520, 14
ON = 32  # how far above the foot of its row a bar lies: its words stand above it, so that both fit on a phone


def chart(swimmers: list):
    """The drawing of some swimmers (swimmers.py): bars, the marks on them, and their names."""
    bars = [swimmer.bar() for swimmer in swimmers]
    marks = [_drawn(swimmer, mark) for swimmer in swimmers for mark in swimmer.marks]
    lasting = [_drawn(swimmer, mark) for swimmer in swimmers for mark in swimmer.lasting]
    ends = [bar[end] for bar in (*bars, *lasting) for end in ("from", "to")]
    domain = [min([*ends, -1]) * 1.15, max([*ends, 1]) * 1.15]
    scale = alt.Scale(type="symlog", constant=1, domain=domain, nice=False)
    axis = alt.Axis(title="months from the infusion", values=[t for t in TICKS if domain[0] <= t <= domain[1]])
    patients = [bar["patient"] for bar in bars]
    y = alt.Y("patient:N", sort=patients, axis=None)
    x = alt.X("at:Q", scale=scale, axis=axis)
    span = {"x": alt.X("from:Q", scale=scale), "x2": "to:Q"}
    legend = {"legend": alt.Legend(title=None), "sort": list(KINDS)}
    base, on = alt.Chart(data(bars)).encode(y=y), alt.Chart(data(marks)).encode(y=y)
    within = on.transform_filter("datum.from != datum.to")
    outline = colour("kind", KINDS, alt.Stroke, legend=None)

    def marked(marks, **looks):
        return marks.mark_point(filled=True, size=120, opacity=1, yOffset=low, **looks).encode(
            x=x, color=colour("kind", KINDS, **legend), shape=shape("kind", KINDS, **legend),
            href="href:N", description="said:N",
        )  # fmt: skip

    height = ON + 20 + LINE_HEIGHT * (1 + max(bar["told"].count("\n") + 1 for bar in bars))
    low, top = height / 2 - ON, 10 - height / 2
    layers = [
        base.mark_bar(height=16, color="#e3f0f1", stroke=LINE, yOffset=low).encode(**span),
        base.transform_filter("datum.open").mark_text(align="left", dx=8, dy=low, fontSize=18).encode(
            x=alt.X("to:Q", scale=scale), text=alt.value("→")
        ),
        # Where a life ended is told, and not when: the mark stands behind the last that has a place.
        base.transform_filter("datum.died").mark_text(align="left", dx=14, dy=low).encode(
            x=alt.X("to:Q", scale=scale), text=alt.value("✚ died, day not told")
        ),
        *_dashed(lasting, y, scale, low),
        alt.Chart(data([{"at": 0}])).mark_rule(color=LINE).encode(x=x),
        within.mark_rule(color=SOFT, strokeWidth=2, yOffset=low).encode(**span),
        # Not solid: what lies somewhere on a line has no point of its own.
        marked(within, fillOpacity=0.3, strokeWidth=1.2).encode(stroke=outline),
        marked(on.transform_filter("datum.from == datum.to")),
        base.mark_text(align="left", dy=top, fontWeight="bold").encode(x=alt.value(0), text="patient:N"),
        base.mark_text(align="left", dy=top + LINE_HEIGHT, color=SOFT, fontSize=11, lineBreak="\n").encode(
            x=alt.value(0), text="told:N"
        ),
    ]  # fmt: skip
    return layered(*layers, width=WIDTH, height={"step": height})


def _dashed(lasting: list[dict], y, scale, low: float) -> list:
    """The layers of what lasted: a line from the infusion on, named behind its end."""
    if not lasting:
        return []
    base = alt.Chart(data(lasting)).encode(y=y)
    return [
        base.mark_rule(strokeWidth=2, strokeDash=[5, 3], color="#00664b", yOffset=low).encode(
            x=alt.X("from:Q", scale=scale), x2="to:Q", href="href:N", description="said:N"
        ),
        base.mark_text(align="left", dx=8, dy=low).encode(x=alt.X("to:Q", scale=scale), text="title:N"),
    ]


def _drawn(swimmer, mark: dict) -> dict:
    span = mark["span"]
    return {
        "patient": swimmer.name,
        "kind": mark["kind"],
        "at": (span.low + span.high) / 2 / MONTH,
        "from": span.low / MONTH,
        "to": span.high / MONTH,
        "title": mark["title"],
        "said": f"{mark['title']}: {mark['when']}",
        "href": swimmer.link,
    }
