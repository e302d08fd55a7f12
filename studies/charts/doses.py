"""Doses as printed, with response and CRS: one log axis per unit, since no dose is turned into another unit.

What is counted and per what stands beside each dose: total cells are not CAR-positive cells, and a dose of a day is not
that of a course.
"""

import math

import altair as alt

from ..ask.charts import MOST_DRAWN, Asked
from ..ask.comparison import title
from ..cells.cell import dose_cell
from ..cells.row import row_cells
from ..pure.numbers import people
from .clock import EARLIER, LATER
from .picture import (
    INK,
    PLACES,
    SOFT,
    WARN,
    Picture,
    centred,
    data,
    evidence_link,
    finished,
    layered,
    places,
    stacked,
    wrapped,
)
from .results import CRS, OUTCOME, colour, crs, outcome, response, shape

NAME, TITLE = "doses", "Dose, response and CRS"
COLUMNS = [
    "row", "study", "course", "purpose", "operator", "dose low", "dose high", "unit", "dose", "counted", "per",
    "response", "response told", "CRS", "CRS told", "of whom", "warning", "retold", *PLACES, "link",
]  # fmt: skip
AXES = {"cells/kg": "Per kilogram", "cells/m²": "Per square metre", "cells": "Fixed number of cells"}
NOTES = [
    "Cells per kilogram, per square metre and fixed numbers are different quantities: each has its own axis, and none "
    "is converted or set against another.",
    "A bar with end caps is the range told, and no place on it is a value; an arrow: at most, or at least, so much. "
    "The symbol of its response stands before the name of the row.",
    "Response and CRS are those of all patients of the course, not of one dose of it.",
    "⚠ marks a dose that a discrepancy makes doubtful; it is drawn as printed.",
]
OF_THE_DOSE = ("dose_low", "dose_high", "unit", "counted", "per")
WIDTH, STEP = 330, 92
ON = 24  # how far below the middle of its row a mark lies: its words stand above it, so that both fit on a phone


def draw(asked: Asked) -> Picture:
    """One line per dose of the rows asked for."""
    picture = Picture(NAME, TITLE, "Doses of CAR-T cells as printed, with the best response and CRS that were told.")
    picture.columns, picture.notes, picture.caption = COLUMNS, list(NOTES), list(NOTES)
    for row in asked.rows[:MOST_DRAWN]:
        cells, link = row_cells(row), evidence_link(asked.query, study=[row["study"]])
        told = [infusion for infusion in row["infusions"] if infusion["dose_low"] is not None]
        picture.rows += [_mark(row, cells, infusion) | {"link": link} for infusion in told]
        if not told:
            silence = dose_cell(row["infusions"][0]).text if row["infusions"] else cells["doses"][0].text
            picture.beside.append({"text": f"{title(row)}: {silence}", "href": link})
    picture.told = [_said(mark) for mark in picture.rows]
    if picture.beside:
        picture.told.append(f"Without a dose: {'; '.join(item['text'] for item in picture.beside)}.")
    units = [unit for unit in AXES if any(mark["unit"] == unit for mark in picture.rows)]
    panels = [_panel([m for m in picture.rows if m["unit"] == unit], unit, unit == units[-1]) for unit in units]
    return finished(picture, stacked(panels, spacing=30), asked.beyond(MOST_DRAWN))


def _mark(row: dict, cells: dict, infusion: dict) -> dict:
    (answer, told), (toxic, graded) = response(row, cells), crs(cells)
    labels = infusion["labels"]
    doubts = [doubt["title"] for doubt in infusion["discrepancies"] if _misleads(doubt)]
    of_all = f"of all {row['root_n']}" if row["is_subgroup"] and row["root_n"] else ""
    return {
        "row": row["row"],
        "study": row["study_name"],
        "course": title(row),
        "purpose": labels["purpose"],
        "operator": infusion["operator"],
        "dose low": infusion["dose_low"],
        "dose high": infusion["dose_high"],
        "unit": infusion["unit"],
        "dose": dose_cell(infusion).text,
        "counted": labels["counted"],
        "per": labels["per"],
        "response": answer,
        "response told": told,
        "CRS": toxic,
        "CRS told": graded,
        "of whom": of_all,
        "warning": "; ".join(dict.fromkeys(doubts)),
        "retold": "yes" if row["retold"] else "no",
        **places(infusion["sources"], "dose_low", "dose_high"),
    }


def _misleads(doubt: dict) -> bool:
    """Whether a discrepancy makes the dose itself doubtful."""
    return doubt["severity"] == "misleads" and (doubt["attribute"] in OF_THE_DOSE or doubt["kind"] == "implausible")


def _said(mark: dict) -> str:
    of_whom = f", told {mark['of whom']}" if mark["of whom"] else ""
    purpose = "" if mark["purpose"] == "initial" else f"{mark['purpose']} "
    warned = f" Warning: {mark['warning']}." if mark["warning"] else ""
    return (
        f"{mark['course']}: {purpose}{mark['dose']} ({mark['counted']}, {mark['per']}{of_whom}); "
        f"{_of_response(mark)}; {mark['CRS told']}.{warned}"
    )


def _of_response(mark: dict) -> str:
    return mark["response told"] if "respon" in mark["response told"] else f"response: {mark['response told']}"


def _panel(marks: list[dict], unit: str, last: bool):
    drawn = [_drawn(mark, number) for number, mark in enumerate(marks)]
    # Whole powers of ten at both ends, so that a distance means the same factor wherever it lies.
    low = 10 ** math.floor(math.log10(min(mark["low"] for mark in drawn)))
    high = 10 ** math.ceil(math.log10(max(mark["high"] for mark in drawn) * 1.01))
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    powers = [10**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]
    names = ", ".join(f"'{power}': '{people(power)}'" for power in powers)
    axis = alt.Axis(title=unit, values=powers, labelExpr=f"{{{names}}}[format(datum.value, '.0f')]")
    y = alt.Y("number:O", axis=None)
    base = alt.Chart(data(drawn)).encode(y=y)
    x = alt.X("low:Q", scale=scale, axis=axis)
    toxic = {"legend": alt.Legend(title="CRS", columns=1) if last else None}
    warned = alt.condition("datum.warned", alt.value(WARN), alt.value(INK))
    head = {"align": "left", "fontSize": 11}
    layers = [
        base.mark_rule(strokeWidth=2, color=SOFT, yOffset=ON).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        *(
            base.transform_filter("datum.ranged")
            .mark_tick(thickness=2, size=18, color=SOFT, yOffset=ON)
            .encode(x=alt.X(f"{end}:Q", scale=scale))
            for end in ("low", "high")
        ),
        *(
            base.transform_filter(f"datum.arrow == '{arrow}'").mark_text(fontSize=17, dx=dx, dy=ON).encode(
                x=alt.X("high:Q", scale=scale), text="arrow:N"
            )
            for arrow, dx in (("←", -12), ("→", 12))
        ),
        *outcome(base, x, ON, ON - 60, alt.Legend(title=OUTCOME, columns=1) if last else None),
        base.mark_text(dy=ON - 45, **head).encode(x=alt.value(0), text="dose:N", color=warned),
        base.mark_text(dy=ON - 31, **head, color=SOFT, lineBreak="\n").encode(x=alt.value(0), text="label:N"),
        base.mark_text(align="left", lineBreak="\n", dy=centred("after", 10)).encode(
            x=alt.value(WIDTH + 18), text="after:N"
        ),
        base.mark_text(align="left", lineBreak="\n", dy=centred("graded", 10)).encode(
            x=alt.value(WIDTH + 332), text="graded:N"
        ),
    ]  # fmt: skip
    marks_of_crs = base.mark_point(filled=True, size=110, opacity=1, yOffset=10).encode(
        x=alt.value(WIDTH + 318), color=colour("CRS", CRS, **toxic), shape=shape("CRS", CRS, **toxic)
    )
    apart = {"scale": {"color": "independent", "shape": "independent"}}
    look = {"width": WIDTH, "height": {"step": STEP}, "title": AXES[unit]}
    return layered(layered(*layers), marks_of_crs, resolve=apart, **look)


def _drawn(mark: dict, number: int) -> dict:
    low, high = float(mark["dose low"]), float(mark["dose high"] or mark["dose low"])
    arrow = "←" if mark["operator"] in EARLIER else "→" if mark["operator"] in LATER else ""
    purpose = "" if mark["purpose"] == "initial" else f"{mark['purpose']}; "
    of_whom = f", told {mark['of whom']}" if mark["of whom"] else ""
    return {
        "number": number,
        "course": mark["course"] + (" · retold" if mark["retold"] == "yes" else ""),
        "low": low,
        "high": high,
        "ranged": low != high or arrow != "",
        "arrow": arrow,
        "dose": ("⚠ " if mark["warning"] else "") + mark["dose"],
        "warned": bool(mark["warning"]),
        "response": mark["response"],
        "CRS": mark["CRS"],
        "label": wrapped(f"{purpose}{mark['counted']}; {mark['per']}{of_whom}", 54),
        "after": wrapped(_of_response(mark), 42),
        "graded": wrapped(mark["CRS told"], 22),
        "said": _said(mark),
        "href": mark["link"],
    }
