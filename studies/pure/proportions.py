"""Exact intervals for n of N."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A two-sided interval for a proportion; `low` and `high` are fractions of 1."""

    low: float
    high: float


def clopper_pearson(n: int, of: int, confidence: float = 0.95) -> Interval:
    """The exact binomial interval (Clopper and Pearson, Biometrika 1934;26:404), never narrower than stated.

    Raises ValueError unless 0 ≤ n ≤ of and of ≥ 1.
    """
    if not (0 <= n <= of and of >= 1):
        raise ValueError(f"{n} of {of} is not a proportion: it needs 0 ≤ n ≤ N and N ≥ 1")
    from scipy.stats import beta  # imported here: only publishing computes intervals, and the import is slow

    tail = (1 - confidence) / 2
    low = 0.0 if n == 0 else float(beta.ppf(tail, n, of - n + 1))
    high = 1.0 if n == of else float(beta.ppf(1 - tail, n + 1, of - n))
    return Interval(low, high)
