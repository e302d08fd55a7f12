"""A measured value over the days after infusion, drawn: a log axis, one panel per specimen and unit as printed.

Units are never converted and specimens never share an axis. A day without a value is a mark of its own below the axis,
and no line is drawn across it.
"""

import math
from dataclasses import dataclass, field

WIDTH, HEIGHT = 460, 210
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 22, 44


@dataclass
class Panel:
    """One specimen in one unit. Points, lines and ticks are in the coordinates of the drawing (`WIDTH` × `HEIGHT`)."""

    specimen: str
    unit: str
    told: str  # the same in words, for who does not see it
    points: list[dict] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    days: list[dict] = field(default_factory=list)
    powers: list[dict] = field(default_factory=list)
    silences: list[dict] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def panel(specimen: str, unit: str, days: list[float], values: dict[float, tuple[float, str]]) -> Panel | None:
    """Draw the values of some days: day → (value, text as shown). `days` are all days on which anything was measured.
    None where fewer than two values can stand on a log axis."""
    shown = {day: value for day, value in values.items() if value[0] > 0}
    if len(shown) < 2:
        return None
    low = math.floor(math.log10(min(value for value, _ in shown.values())))
    high = math.ceil(math.log10(max(value for value, _ in shown.values())))
    high = max(high, low + 1)
    last = math.log1p(max(days))

    def x(day: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * math.log1p(day) / last, 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(value)) / (high - low), 1)

    silent = [day for day in days if day not in shown]
    told = "; ".join(f"day {day:g}: {shown[day][1]}" if day in shown else f"day {day:g}: no value told" for day in days)
    found = Panel(specimen, unit, f"{specimen}, {unit}: {told}")
    found.points = [
        {"x": x(day), "y": y(value), "text": text, "day": f"{day:g}"} for day, (value, text) in shown.items()
    ]
    found.days = [{"x": x(day), "text": f"{day:g}"} for day in days]
    found.powers = [{"y": y(10**power), "text": f"{10**power:g}"} for power in range(low, high + 1)]
    found.silences = [{"x": x(day), "day": f"{day:g}"} for day in silent]
    run = []
    for day in [*days, None]:
        if day in shown:
            run.append(f"{x(day)},{y(shown[day][0])}")
            continue
        if len(run) > 1:
            found.lines.append(" ".join(run))
        run = []
    return found
