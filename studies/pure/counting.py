"""Patients counted once, as a range where it is not certain who is in two cohorts."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Overlap:
    """Two cohorts that share patients, or may: at least `low` and at most `high` of them."""

    one: str
    other: str
    low: int
    high: int


@dataclass
class Counted:
    """The least and the most patients that some cohorts can hold, and the cohorts whose number is not reported."""

    low: int
    high: int
    unreported: list[str] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)


def shared(relation: str, n_one: int, n_other: int, low: int | None, high: int | None) -> tuple[int, int]:
    """The fewest and the most patients two cohorts share under a relation. Of a subset all are in the larger one."""
    most = min(n_one, n_other)
    if relation in ("same", "subset"):
        return most, most
    return min(low or 0, most), min(most if high is None else high, most)


def count_once(cohorts: dict[str, int | None], overlaps: list[Overlap]) -> Counted:
    """Sum cohorts, taking shared patients once; cohorts tied by overlaps are counted as a group.

    The most a group can hold is its sum less what is surely shared along a spanning forest of the surest overlaps:
    three names for the same ten patients are ten, not thirty less three times ten. The least is its sum less all that
    may be shared, and never less than its largest cohort. The range is never too narrow; with three cohorts and more
    in a group it may be wider than need be.
    """
    known = {name: n for name, n in cohorts.items() if n is not None}
    relevant = [o for o in overlaps if o.one in known and o.other in known]
    low = high = 0
    for group in _groups(known, relevant):
        total, largest = sum(known[name] for name in group), max(known[name] for name in group)
        within = [o for o in relevant if o.one in group]
        high += max(largest, total - sum(o.low for o in _surest_forest(within)))
        low += max(largest, total - sum(o.high for o in within))
    unreported = sorted(name for name, n in cohorts.items() if n is None)
    return Counted(low=low, high=high, unreported=unreported, overlaps=relevant)


def _groups(names, overlaps: list[Overlap]) -> list[set[str]]:
    """Cohorts that overlaps tie together, each in one group."""
    neighbours = defaultdict(set)
    for overlap in overlaps:
        neighbours[overlap.one].add(overlap.other)
        neighbours[overlap.other].add(overlap.one)
    groups, seen = [], set()
    for name in names:
        waiting, group = [name], set()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                group.add(current)
                waiting += neighbours[current]
        if group:
            groups.append(group)
    return groups


def _surest_forest(overlaps: list[Overlap]) -> list[Overlap]:
    """The overlaps that surely share most and close no circle (Kruskal): no shared patient is taken off twice."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    chosen = []
    for overlap in sorted(overlaps, key=lambda o: (-o.low, o.one, o.other)):
        one, other = find(overlap.one), find(overlap.other)
        if one != other:
            root[one] = other
            chosen.append(overlap)
    return chosen
