"""Cohorts that may hold the same patients: each is counted once, so somebody has to say whether they do."""

from ...models import Report
from .frame import WARNING, Check, Finding

YEARS = 6


def _roots(dossier) -> list:
    """Root cohorts of patients treated with CAR-T cells."""
    report = dossier.report
    if not report.study_id or report.study.comparator_treatment:
        return []
    return [cohort for cohort in dossier.rows["cohorts"] if not cohort.parent_id]


def _may_overlap(cohort, dossier, others):
    for pk, shared in sorted(others.near(cohort).items()):
        other = others.cohorts[pk]
        recorded = frozenset((cohort.pk, pk)) in others.overlaps
        if not recorded and _near_in_time(cohort, other) and _fits(cohort, other, others):
            text = f"It shares {shared} with {pk} of “{other.report.study.slug}”, and years and numbers allow it."
            yield Finding(cohort.pk, "", pk, text, pair=True)


def _year(cohort) -> int:
    return cohort.report.study.year or cohort.report.publication.year


def _near_in_time(cohort, other) -> bool:
    return abs(_year(cohort) - _year(other)) <= YEARS


def _fits(cohort, other, others) -> bool:
    """Whether the smaller one can lie within the larger, or they can share some: by disease, and for two single
    patients by sex and age."""
    small, large = sorted((cohort, other), key=lambda c: (c.n is None, c.n or 0))
    told, within = others.diseases.get(small.pk, {}), others.diseases.get(large.pk, {})
    kinds = others.kinds
    related = any(
        a in kinds.get(b, ()) or b in kinds.get(a, ()) for a in told for b in within
    )  # fmt: skip
    if told and within and not related:
        return False
    if small.n == large.n == 1:
        sexes = {c.sex for c in (small, large) if c.sex}
        ages = [c.age_low for c in (small, large) if c.age_low is not None]
        return len(sexes) < 2 and (len(ages) < 2 or abs(ages[0] - ages[1]) <= YEARS)
    return all(n <= within[code] for code, n in told.items() if code in within)


def _is_linked(cohort, dossier, others):
    """The same study told by two reports: who is the same in both is recorded, or a patient counts twice."""
    for other in others.reports_of(cohort.report.study_id):
        linked = frozenset((cohort.pk, other.pk)) in others.overlaps
        if other.report_id != cohort.report_id and not linked:
            text = f"{other.pk} is told of the same study by “{other.report.publication.slug}”."
            yield Finding(cohort.pk, "", other.pk, text, pair=True)


CHECKS = (
    Check(
        "DC080", WARNING, "Cohorts that may overlap are recorded",
        "An overlap of the two cohorts (same, subset, partial, suspected) with its basis; or the reason why no patient "
        "is in both.",
        "root cohorts of CAR-T studies", (Report,), _roots, _may_overlap,
        threshold="One registration or one centre; the studies' papers at most six years apart, as patients are "
        "seldom gathered for longer; a disease in common, the smaller number within the larger; two single patients of "
        "one sex and at most six years apart in age.",
    ),
    Check(
        "DC081", WARNING, "Two reports of one study are linked",
        "An overlap (same, as a rule) between the cohorts of the two reports.",
        "root cohorts of CAR-T studies", (Report,), _roots, _is_linked,
    ),
)  # fmt: skip
