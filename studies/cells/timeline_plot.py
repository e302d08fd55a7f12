"""A patient's course drawn to scale, one drawing per clock.

A paper tells some events by dates, others by days after a transplant or an infusion. Where the anchor has a date, its
events stand on the calendar; where it has none, they keep a clock of their own, since nobody can tell where it lies.
An event without a time stands between the two that the document tells it between, marked as not to scale; one without
such neighbours is in no drawing. The list beside it has all, under the same numbers. Each kind of event has a lane of
its own; transplants and infusions run through all of them, since what came before and after is what one asks.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from ..pure import partial_dates

WIDTH, LEFT, RIGHT, ROW, MARK, GAP = 900, 124, 40, 20, 9, 6
DAYS = {"hours": 1 / 24, "days": 1, "weeks": 7, "months": 30.44, "years": 365.25}
# Steps between ticks, in days, with the unit and how many days it has.
STEPS = [
    (1, "day", 1), (2, "day", 1), (5, "day", 1), (10, "day", 1), (20, "day", 1), (30, "day", 1), (60, "day", 1),
    (91.3, "month", 30.44), (182.6, "month", 30.44), (365.25, "year", 365.25), (730.5, "year", 365.25),
    (1826.25, "year", 365.25),
]  # fmt: skip
MOST_TICKS = 9
# The lanes from top to bottom: name, and the kinds of event that stand in it (vocabulary “event”).
LANES = {
    "Disease": (
        "presentation", "diagnosis", "relapse", "molecular_relapse", "mrd_relapse", "extramedullary_relapse",
        "progression",
    ),
    "Treatment": ("enrolment", "consent", "therapy_start", "therapy_end"),
    "Transplant": ("mobilisation", "transplant", "engraftment", "chimerism"),
    "CAR-T cells": ("collection", "lymphodepletion", "infusion", "peak_expansion"),
    "Response": ("remission", "response", "mrd_negative"),
    "Toxicity": ("toxicity_onset", "toxicity_end", "infection", "icu_admission"),
    "Last seen": ("last_follow_up", "death"),
}  # fmt: skip
LANE_OF = {term: lane for lane, terms in LANES.items() for term in terms}
LANDMARKS = ("transplant", "infusion")


@dataclass
class Clock:
    """One drawing. Marks and ticks are in the coordinates of the drawing, `width` × `height`."""

    label: str
    marks: list[dict] = field(default_factory=list)
    lanes: list[dict] = field(default_factory=list)
    ticks: list[dict] = field(default_factory=list)
    height: int = 0
    axis: int = 0
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT
    origin: float | None = None  # where day 0 lies, on a clock that begins with a transplant or an infusion

    @property
    def told(self) -> str:
        return f"{self.label}: " + "; ".join(
            f"{mark['number']}, {mark['kind']}, {mark['when'] or 'time not reported'}" for mark in self.marks
        )

    @property
    def has_landmarks(self) -> bool:
        return any(mark["landmark"] for mark in self.marks)

    @property
    def has_guesses(self) -> bool:
        """Whether some of its events have no time and stand between their neighbours."""
        return any(mark["between"] for mark in self.marks)


def days_zero(report: dict) -> dict[str, str]:
    """Event → course: the first infusion of a course, without a time of its own, from which others are timed."""
    events = report["events"]
    timed = {e["course"] for e in events if e["time_from"] == "infusion" and e["time_low"] is not None}
    first = {}
    for event in events:
        if event["term"]["code"] == "infusion":
            first.setdefault(event["course"], event)
    untimed = {course: event for course, event in first.items() if not event["date"] and event["time_low"] is None}
    return {event["accession"]: course for course, event in untimed.items() if course and course in timed}


def clocks(report: dict, when: dict[str, str]) -> list[Clock]:
    """The drawings of a report's events. `when` says the time of each event in words, by accession.

    A clock needs two events that it can place, or one and its anchor."""
    anchors, names = _anchors(report)
    marks, zeros = [], days_zero(report)
    for number, event in enumerate(report["events"], start=1):
        clock, low, high = _place(event, anchors)
        if zero := zeros.get(event["accession"]):
            clock, low, high = ("dates", anchors[zero], anchors[zero]) if anchors[zero] else (zero, 0, 0)
        code = event["term"]["code"]
        mark = {"number": number, "clock": clock, "low": low, "high": high, "between": False, "open": _open(event)}
        mark |= {"lane": LANE_OF.get(code, "Other"), "kind": event["term"]["label"], "when": when[event["accession"]]}
        marks.append(mark | {"landmark": code in LANDMARKS, "end": code == "death"})
    _between_neighbours(marks)
    placed: dict[str, list[dict]] = {}
    for mark in marks:
        if mark["clock"] is not None:
            placed.setdefault(mark["clock"], []).append(mark)
    drawn = []
    for clock, found in placed.items():
        if clock == "dates" and len(found) > 1:
            drawn.append(_draw(Clock("By date"), found, _years))
        elif clock != "dates":
            drawn.append(_draw(Clock(f"After {names[clock]}"), found, _round_days, origin=0))
    return drawn


def not_drawn(report: dict, drawn: list[Clock]) -> int:
    """How many events are in no drawing."""
    return len(report["events"]) - sum(len(clock.marks) for clock in drawn)


def _between_neighbours(marks: list[dict]):
    """Give events without a time a place between the events told before and after them, where both are on one clock and
    in this order."""
    timed = [i for i, mark in enumerate(marks) if mark["clock"] is not None]
    for first, last in zip(timed, timed[1:], strict=False):
        before, after = marks[first], marks[last]
        if before["clock"] != after["clock"] or before["high"] > after["low"]:
            continue
        step = (after["low"] - before["high"]) / (last - first)
        for number, mark in enumerate(marks[first + 1 : last], start=1):
            day = before["high"] + number * step
            mark |= {"clock": before["clock"], "low": day, "high": day, "between": True}


def _anchors(report: dict) -> tuple[dict[str, int | None], dict[str, str]]:
    """Accession of each transplant, course and therapy → its day on the calendar, if told to the day; and its name."""
    days = {t["accession"]: _day(t["date"]) for t in report["transplants"]}
    names = {t["accession"]: f"transplant {t['order']}" for t in report["transplants"]}
    for course in report["courses"]:
        infused = [_day(i["date"]) for i in report["infusions"] if i["course"] == course["accession"]]
        days[course["accession"]] = infused[0] if infused else None
        several = len(report["courses"]) > 1
        names[course["accession"]] = f"CAR-T infusion, course {course['number']}" if several else "CAR-T infusion"
    return days, names


def _day(text: str | None) -> int | None:
    if not text:
        return None
    low, high = partial_dates.bounds(text)
    return low.toordinal() if low == high else None


def _place(event: dict, anchors: dict) -> tuple[str | None, float, float]:
    """The clock of an event and from which day to which it lies; no clock where it has no time."""
    if event["date"]:
        low, high = partial_dates.bounds(event["date"])
        return "dates", low.toordinal(), high.toordinal()
    anchor = {"transplant": event["transplant"], "infusion": event["course"]}.get(event["time_from"])
    if event["time_low"] is None or anchor is None or event["time_unit"] not in DAYS:
        return None, 0, 0
    days = DAYS[event["time_unit"]]
    low, high = event["time_low"] * days, (event["time_high"] or event["time_low"]) * days
    if anchors.get(anchor) is None:
        return anchor, low, high
    return "dates", anchors[anchor] + low, anchors[anchor] + high


def _open(event: dict) -> str:
    """On which side the time of an event is open: “later”, “earlier” or neither."""
    return {">": "later", "≥": "later", "<": "earlier", "≤": "earlier"}.get(event["time_operator"], "")


def _draw(clock: Clock, marks: list[dict], tick, origin: float | None = None) -> Clock:
    first = min([mark["low"] for mark in marks] + ([] if origin is None else [origin]))
    last = max([mark["high"] for mark in marks] + ([] if origin is None else [origin]))
    scale = (WIDTH - LEFT - RIGHT) / ((last - first) or 1)

    def x(day: float) -> float:
        return round(LEFT + (day - first) * scale, 1)

    top = GAP
    for name in (*LANES, "Other"):
        of_lane = sorted((mark for mark in marks if mark["lane"] == name), key=lambda mark: mark["low"])
        ends: list[float] = []  # of each row of the lane, the place up to which it is taken
        for mark in of_lane:
            at = x((mark["low"] + mark["high"]) / 2)
            row = next((i for i, end in enumerate(ends) if end < at - MARK), len(ends))
            ends[row : row + 1] = [at + MARK + 1]
            placed = {"x": at, "from": x(mark["low"]), "to": x(mark["high"]), "y": top + ROW * row + MARK}
            clock.marks.append(mark | placed)
        if of_lane:
            clock.lanes.append({"name": name, "y": top + MARK, "end": top + ROW * len(ends) + GAP / 2})
            top += ROW * len(ends) + GAP
    clock.marks.sort(key=lambda mark: mark["low"])
    clock.axis = top
    clock.origin = None if origin is None else x(origin)
    clock.height = clock.axis + 24
    clock.ticks = [{"x": x(day), "text": text} for day, text in tick(first, last)]
    return clock


def _years(first: float, last: float):
    """The first of January of each year; of each quarter where there is no year's end between."""
    start, end = date.fromordinal(int(first)), date.fromordinal(int(last))
    years = [date(year, 1, 1) for year in range(start.year + 1, end.year + 1)]
    if len(years) > 1:
        return [(day.toordinal(), str(day.year)) for day in years]
    months = {(start + timedelta(days=n)).replace(day=1) for n in range((end - start).days + 1)}
    found = sorted(day for day in months if day >= start and day.month % 3 == 1)
    return [(day.toordinal(), f"{day:%b %Y}") for day in found]


def _round_days(first: float, last: float):
    step, unit, days = next((s for s in STEPS if (last - first) / s[0] < MOST_TICKS), STEPS[-1])
    start = int(first // step)
    found = [n * step for n in range(start, int(last // step) + 1) if first <= n * step <= last]
    return [(day, f"{unit} {round(day / days)}") for day in found]
