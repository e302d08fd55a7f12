"""The clock of one patient: days from the infusion of a CAR-T course, with how far each time on it is certain.

What a paper counts from a transplant or another course is placed only where that anchor has a place on the clock
itself, by its date or by the interval told. What is told as “at most”, or from an anchor that is uncertain, lies
somewhere between two days; what is told as “more than” is open.
"""

from dataclasses import dataclass

from ..cells.timeline_plot import DAYS
from ..models.choices import RelativeToTransplant
from ..pure import partial_dates

LATER, EARLIER = (">", "≥"), ("<", "≤")


@dataclass(frozen=True)
class Span:
    """From which to which day of the clock something lies; `open`: or later."""

    low: float
    high: float
    open: bool = False

    def plus(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high, self.open or other.open)


class Clock:
    """Days from the first infusion of `course`, in a report."""

    def __init__(self, report: dict, course: str):
        self.course = course
        self.anchors: dict[str, Span] = {course: Span(0, 0)}
        infused = {i["course"]: i["date"] for i in reversed(report["infusions"]) if i["date"]}
        low, high = partial_dates.bounds(infused[course]) if course in infused else (None, None)
        self.zero = low.toordinal() if low and low == high else None
        for transplant in report["transplants"]:
            self._anchor(transplant["accession"], transplant["date"])
        for other, date in infused.items():
            self._anchor(other, date)
        self._join(report["intervals"])
        for therapy in report["therapies"]:
            span = self.place(therapy)
            if span:
                self.anchors.setdefault(therapy["accession"], span)

    def place(self, record: dict) -> Span | None:
        """Where a dated or day-counted record lies; None where nobody can tell."""
        if record.get("date"):
            return self._dated(record["date"])
        if record.get("time_low") is None or record.get("time_unit") not in DAYS:
            return None
        named = {"transplant": "transplant", "infusion": "course", "therapy": "therapy"}.get(record["time_from"])
        anchor = self.anchors.get(record.get(named)) if named else None
        return anchor.plus(_length(record, "time_low", "time_high", "time_operator", "time_unit")) if anchor else None

    def _anchor(self, accession: str, date: str | None):
        span = self._dated(date) if date else None
        if span:
            self.anchors.setdefault(accession, span)

    def _dated(self, date: str) -> Span | None:
        if self.zero is None:
            return None
        low, high = partial_dates.bounds(date)
        return Span(low.toordinal() - self.zero, high.toordinal() - self.zero)

    def _join(self, intervals: list[dict]):
        """Transplants and other courses by the intervals between them, as far as these reach from what has a place."""
        told = [i for i in intervals if i["low"] is not None and i["operator"] not in LATER]
        for _ in told:
            for interval in told:
                length = _length(interval, "low", "high", "operator", "unit")
                after = interval["infusion_is"] == RelativeToTransplant.AFTER
                course, transplant = interval["course"], interval["transplant"]
                back = Span(-length.high, -length.low)
                if course in self.anchors:
                    self.anchors.setdefault(transplant, self.anchors[course].plus(back if after else length))
                elif transplant in self.anchors:
                    self.anchors[course] = self.anchors[transplant].plus(length if after else back)


def _length(record: dict, low: str, high: str, operator: str, unit: str) -> Span:
    days = DAYS[record[unit]]
    first = float(record[low]) * days
    last = float(record[high] if record[high] is not None else record[low]) * days
    said = record[operator] or "="
    if said in EARLIER:
        first = min(0.0, first)
    return Span(first, last, said in LATER)
