"""Patients counted once, as a range where it is not certain who is in two cohorts."""

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
    """Sum cohorts, taking shared patients once. The result is never below the largest single cohort.

    With several overlaps among the same cohorts the lower end may be lower than the truth, never higher.
    """
    known = {name: n for name, n in cohorts.items() if n is not None}
    total = sum(known.values())
    relevant = [o for o in overlaps if o.one in known and o.other in known]
    floor = max(known.values(), default=0)
    return Counted(
        low=max(floor, total - sum(o.high for o in relevant)),
        high=max(floor, total - sum(o.low for o in relevant)),
        unreported=sorted(name for name, n in cohorts.items() if n is None),
        overlaps=relevant,
    )
