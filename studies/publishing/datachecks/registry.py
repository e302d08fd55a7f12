"""All datachecks, by number. A number is never used for another check; those that are gone stay in `GONE`."""

from . import appraisals, bibliography, counts, dates, doses, overlap, places, scales, silence, units, whole

CHECKS = (
    *counts.CHECKS,
    *silence.CHECKS,
    *whole.CHECKS,
    *dates.CHECKS,
    *doses.CHECKS,
    *units.CHECKS,
    *scales.CHECKS,
    *places.CHECKS,
    *bibliography.CHECKS,
    *overlap.CHECKS,
    *appraisals.CHECKS,
)
GONE: dict[str, str] = {}  # number → what it asked, and why no longer
