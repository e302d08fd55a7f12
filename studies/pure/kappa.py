"""Cohen's κ: how far two readers agree on fixed categories beyond what chance alone would give."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Kappa:
    """κ of some pairs; None where it is not defined, with the reason."""

    pairs: int
    value: float | None
    observed: float | None = None
    expected: float | None = None
    reason: str = ""


def cohen_kappa(pairs: list[tuple[str, str]]) -> Kappa:
    """κ = (p_o − p_e) / (1 − p_e), where p_o is the share of pairs in which both readers chose the same category, and
    p_e the share expected if each had chosen by chance with the frequencies of their own: Σ p_first(c) · p_second(c).

    Not defined where there is no pair, nor where both used one and the same category throughout: then p_e is 1.
    Cohen J. A coefficient of agreement for nominal scales. Educ Psychol Meas 1960;20:37–46.
    """
    n = len(pairs)
    if n == 0:
        return Kappa(0, None, reason="no fact was found by both readers")
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreeing = sum(one == other for one, other in pairs)
    by_chance = sum(first[category] * second[category] for category in first)  # whole numbers: 1 is told exactly
    if by_chance == n * n:
        return Kappa(n, None, 1.0, 1.0, reason="both readers used one category only")
    observed, expected = agreeing / n, by_chance / (n * n)
    return Kappa(n, (observed - expected) / (1 - expected), observed, expected)
