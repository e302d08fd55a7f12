"""From transplant to infusion: every course that gives the time or lets one derive it, with outcome and indication.

Months are not days: what is told in days, or derived from two dates, has an axis in days; what is told in another unit
has an axis in that unit. Left of zero the cells came before the transplant.
"""

import altair as alt

from ..ask.charts import MOST_DRAWN, Asked
from ..ask.comparison import title
from ..cells.cell import Silences, all_sources, spoken, transplant_name
from ..cells.row import row_cells
from ..pure.document_names import document_name
from .picture import LINE, PLACES, SOFT, WARN, Picture, data, evidence_link, finished, layered, places, stacked, wrapped
from .results import OUTCOME, outcome, response

NAME, TITLE = "intervals", "Time between transplant and infusion"
COLUMNS = [
    "row", "study", "course", "transplant", "infused", "operator", "low", "high", "unit", "interval", "derivation",
    "indication", "response", "response told", "retold", *PLACES, "link",
]  # fmt: skip
UNITS = ("days", "weeks", "months", "years")
AFTER, BEFORE = "after_hsct", "before_hsct"
MONTHS = "Months are never turned into days: a time told in another unit stands on an axis in that unit."
CONFOUNDED = (
    "The interval is confounded by the time to relapse: who relapses later is treated later, so a difference along "
    "this axis cannot be laid to the timing of the cells."
)
ON_A_LINE = (
    "A bar with end caps, or with an arrow: the time lies somewhere on it, and no place on it is a value. “≤” reaches "
    "to the transplant. The symbol of its outcome stands before the name of its row."
)
SUPPORT = {
    "unsupported": "cites no source",
    "cited": "cites a source",
    "own_finding": "gives it as the document's own finding",
}
WIDTH, LINE_HEIGHT = 320, 13
ON = 22  # how far above the foot of its row a mark lies: its words stand above it, so that both fit on a phone


def draw(asked: Asked) -> Picture:
    """One line per interval of the rows asked for, and the window, if one is asked for."""
    claims = asked.window_claims
    picture = Picture(NAME, TITLE, "Days between allogeneic transplant and CAR-T infusion, course by course.")
    picture.columns, drawn = COLUMNS, []
    for row in asked.rows[:MOST_DRAWN]:
        told, silent = _intervals(row, row_cells(row))
        link = evidence_link(asked.query, study=[row["study"]])
        drawn += [mark | {"link": link} for mark in told]
        picture.beside += [{"text": text, "href": link} for text in silent]
    picture.rows = drawn
    picture.told = [_said(mark) for mark in drawn]
    if picture.beside:
        picture.told.append(f"Without an interval: {'; '.join(b['text'] for b in picture.beside)}.")
    lines = [ON_A_LINE] if any(d["ranged"] for d in map(_drawn, drawn)) else []
    picture.notes = [MONTHS, *lines, CONFOUNDED, *_window_notes(claims)]
    picture.caption = [*lines, CONFOUNDED, *_window_notes(claims, brief=True)]
    panels = [_panel([m for m in drawn if m["unit"] == unit], unit, claims) for unit in UNITS]
    panels = [panel for panel in panels if panel is not None]
    return finished(picture, stacked(panels, spacing=28), asked.beyond(MOST_DRAWN))


def _intervals(row: dict, cells: dict) -> tuple[list[dict], list[str]]:
    """The marks of a row, and why there is none for a transplant of it."""
    told, silent = [], []
    silence = Silences(row["silences"], row["silence"]).cell("hsct_to_infusion").text
    if not row["transplants"]:
        silent.append(f"{title(row)}: no transplant is told")
    for transplant in row["transplants"]:
        interval = transplant["interval"]
        infused = transplant["infusion_is"]
        if not interval or interval["low"] is None:
            order = {AFTER: "infused after", BEFORE: "infused before"}.get(infused, "order not reported,")
            silent.append(f"{title(row)}: {order} {transplant_name(transplant)}, time {silence}")
            continue
        told.append(_mark(row, cells, transplant, interval))
    if len(row["transplants"]) > 1:
        told = [mark | {"course": f"{mark['course']}, {mark['transplant']}"} for mark in told]
    return told, silent


def _mark(row: dict, cells: dict, transplant: dict, interval: dict) -> dict:
    high = None if interval["high"] == interval["low"] else interval["high"]
    text = spoken(interval["operator"], interval["low"], high, interval["unit"])
    derived = interval["basis"] != "stated"
    answer, said = response(row, cells)
    after = interval["infusion_is"] == AFTER
    of_all = f", told of all {row['root_n']}" if row["is_subgroup"] and row["root_n"] else ""
    indication = row["labels"]["intent"] if row["intent"] != "not_reported" else "indication not reported"
    return {
        "row": row["row"],
        "study": row["study_name"],
        "course": title(row),
        "transplant": f"transplant {transplant['order']}: {transplant_name(transplant)}",
        "infused": "after the transplant" if after else "before the transplant",
        "operator": interval["operator"],
        "low": interval["low"],
        "high": interval["high"],
        "unit": interval["unit"],
        "interval": f"{text}{of_all}",
        "derivation": interval["derivation"] or (interval["basis"] if derived else ""),
        "indication": indication,
        "response": answer,
        "response told": said,
        "retold": "yes" if row["retold"] else "no",
        **places(interval["sources"], *(["low", "high"] if all_sources(interval["sources"], "low") else [])),
    }


def _said(mark: dict) -> str:
    derived = f" ({mark['derivation']})" if mark["derivation"] else ""
    return (
        f"{mark['course']}: CAR-T cells {mark['interval']} {mark['infused']}{derived}, "
        f"{mark['indication']}, {mark['response told']}."
    )


def _panel(marks: list[dict], unit: str, claims: list[dict]):
    if not marks:
        return None
    drawn = [_drawn(mark) for mark in marks]
    window = [(c["low"], c["high"]) for c in claims] if unit == "days" else []
    ends = [0, *(d[name] for d in drawn for name in ("from", "to")), *(day for span in window for day in span)]
    room = 0.06 * ((max(ends) - min(ends)) or 1)
    domain = [min(ends) - room, max(ends) + room]
    axis = alt.Axis(title=[f"{unit} from transplant to infusion", *_sides(drawn)], tickCount=8, grid=True)
    x = alt.X("at:Q", scale=alt.Scale(domain=domain, nice=False), axis=axis)
    y = alt.Y("course:N", sort=None, axis=None)
    base = alt.Chart(data(drawn)).encode(y=y)
    height = 34 + ON + LINE_HEIGHT * max(mark["label"].count("\n") + 1 for mark in drawn)
    low, top = height / 2 - ON, 12 - height / 2
    head = {"align": "left", "baseline": "top", "lineBreak": "\n"}
    layers = [
        alt.Chart(data([{"at": 0}])).mark_rule(color=LINE, strokeWidth=2).encode(x=x),
        base.mark_rule(strokeWidth=2, color=SOFT, yOffset=low).encode(
            x=alt.X("from:Q", scale=alt.Scale(domain=domain)), x2="to:Q"
        ),
        *(
            base.transform_filter(f"datum.ranged && {capped}")
            .mark_tick(thickness=2, size=18, color=SOFT, yOffset=low)
            .encode(x=alt.X(f"{end}:Q", scale=alt.Scale(domain=domain)))
            for end, capped in (("to", "true"), ("from", "!datum.limit"))
        ),
        *outcome(base, x, low, top, alt.Legend(title=OUTCOME)),
        base.transform_filter("datum.arrow != ''").mark_text(fontSize=17, dy=low).encode(
            x=alt.X("edge:Q", scale=alt.Scale(domain=domain)), text="arrow:N"
        ),
        base.mark_text(dy=top + 8, **head, fontSize=11).encode(x=alt.value(0), text="label:N"),
    ]  # fmt: skip
    if window:
        layers = [*_window(claims, domain), *layers]
    return layered(*layers, width=WIDTH, height={"step": height}, title=f"Told in {unit}" + _derived(drawn))


def _derived(drawn: list[dict]) -> str:
    return " or derived from two dates" if any(mark["derived"] for mark in drawn) else ""


def _sides(drawn: list[dict]) -> list[str]:
    return ["left of 0 the infusion came first"] if any(mark["at"] < 0 or mark["from"] < 0 for mark in drawn) else []


def _drawn(mark: dict) -> dict:
    """Where a mark lies: on a line that is open towards the transplant itself, or leaves the axis with an arrow."""
    sign = 1 if mark["infused"].startswith("after") else -1
    low, high = float(mark["low"]), float(mark["high"] if mark["high"] is not None else mark["low"])
    start, arrow = low, ""
    if mark["operator"] in ("<", "≤"):
        start = 0.0
    if mark["operator"] in (">", "≥"):
        arrow = "→" if sign > 0 else "←"
    return {
        "course": mark["course"] + (" · retold" if mark["retold"] == "yes" else ""),
        "at": sign * (start + high) / 2,
        "from": sign * start,
        "to": sign * high,
        "edge": sign * high * 1.03,
        "arrow": arrow,
        "ranged": bool(arrow) or start != high,
        "limit": mark["operator"] in ("<", "≤"),
        "derived": bool(mark["derivation"]),
        "response": mark["response"],
        "label": f"{mark['interval']} {mark['infused']}\n"
        + wrapped(f"{mark['indication']}; {mark['response told']}", 50),
        "said": _said(mark),
        "href": mark["link"],
    }


def _window(claims: list[dict], domain: list[float]) -> list:
    """The band of each window, named by who recommends it."""
    spans = {(claim["low"], claim["high"]): claim for claim in claims}
    bands = [
        {"from": low, "to": high, "name": f"{spoken('=', low, high, claim['unit'])}, says {_who(claim)}"}
        for (low, high), claim in spans.items()
    ]
    base = alt.Chart(data(bands)).encode(x=alt.X("from:Q", scale=alt.Scale(domain=domain)))
    return [
        base.mark_rect(color="#fff3e0", stroke=WARN, strokeDash=[4, 3], strokeOpacity=0.5).encode(x2="to:Q"),
        base.mark_text(align="left", baseline="bottom", dy=-4, color=WARN).encode(y=alt.value(0), text="name:N"),
    ]


def _window_notes(claims: list[dict], brief: bool = False) -> list[str]:
    """What each claim says, of whom and on what it rests; in full with its place, its wording and what doubts it."""
    found = []
    for claim in claims:
        rests = SUPPORT[claim["support"]]
        said = f"{_who(claim)}: “{claim['as_reported']}”. Said of: {claim['population']}. The sentence {rests}."
        if not brief:
            doubts = [doubt["title"] for doubt in claim["discrepancies"] if doubt["severity"] != "clerical"]
            said += f" ({claim['locator']}.)" + (f" In doubt: {'; '.join(doubts)}." if doubts else "")
        found.append(said)
    return found


def _who(claim: dict) -> str:
    return document_name(claim["publication"])
