"""Rules that span records, checked at the door: parts make wholes, silence is accounted for, nothing contradicts it.

What a paper itself breaks passes where a discrepancy with two places names the record and explains it.
"""

from dataclasses import dataclass

from ..models import Cohort
from ..models.choices import LymphodepletionGiven, RelativeToTransplant, ReportRole
from ..models.toxicity import GVHD_TERMS
from .dossier import Dossier

RESPONSES_OF_ANY_KIND = {"CR", "CRi", "PR"}


@dataclass
class Problem:
    """One reason not to publish."""

    record: str
    field: str
    rule: str

    def __str__(self):
        return f"{self.record}{' · ' + self.field if self.field else ''}: {self.rule}"


def problems_of(dossier: Dossier) -> list[Problem]:
    """Everything that keeps a report from being published, all at once."""
    found = []
    for check in CHECKS:
        found += check(dossier)
    return found


def _excused(*records) -> bool:
    """Whether one of the records names the discrepancy that explains it; that it has two places, `clean()` asks."""
    return any(record.excused_by_id for record in records)


def _subgroups_make_the_cohort(dossier: Dossier):
    """Subgroups by disease are disjoint and complete: they add up to their cohort."""
    for cohort in dossier.rows["cohorts"]:
        parts = [s for s in dossier.subgroups(cohort) if s.split_by == Cohort.SplitBy.DISEASE]
        if not parts or cohort.n is None or any(p.n is None for p in parts):
            continue
        total = sum(p.n for p in parts)
        if total != cohort.n and not _excused(cohort, *parts):
            counts = " + ".join(str(p.n) for p in parts)
            yield Problem(cohort.pk, "n", f"Its subgroups by disease make {counts} = {total}, not {cohort.n}.")


def _responses_fit_the_denominator(dossier: Dossier):
    """Best responses of a cohort at a site do not exceed their denominator. They may fall short of it: “2 of 6
    responded” says nothing of the other four."""
    groups = {}
    for outcome in dossier.rows["outcomes"]:
        if outcome.measure.code == "best_response" and outcome.n is not None and outcome.category_id:
            groups.setdefault((outcome.cohort_id, outcome.follows, outcome.site), []).append(outcome)
    for outcomes in groups.values():
        codes = {o.category.code for o in outcomes}
        if codes & {"CR", "CRi", "CHR"}:  # an MRD-negative CR is one of the CRs beside it
            outcomes = [o for o in outcomes if o.category.code not in ("MRD-neg-CR", "CMR")]
        if codes & RESPONSES_OF_ANY_KIND:  # “8 achieved remission (6 CR and 2 PR)” counts the same patients again
            outcomes = [o for o in outcomes if o.category.code != "remission_any"]
        total, of = sum(o.n for o in outcomes), outcomes[0].denominator
        if total > of and not _excused(*outcomes):
            counts = " + ".join(f"{o.category.code} {o.n}" for o in outcomes)
            yield Problem(outcomes[0].pk, "n", f"The responses make {counts} = {total}, of {of}.")


def _nothing_told_is_silent(dossier: Dossier):
    """A toxicity that is told, present or absent, is not recorded as looked for and not found."""
    for toxicity in dossier.rows["toxicities"]:
        if toxicity.course_id and dossier.coverage.get(toxicity.term.code) == "not_reported":
            rule = f"“{toxicity.term.code}” is told here, yet recorded as not reported."
            yield Problem(toxicity.pk, "term", rule)


def _has_toxicity(codes, after_car_t=True):
    return lambda dossier: any(
        t.term.code in codes and (t.course_id or not after_car_t) for t in dossier.rows["toxicities"]
    )


def _has_outcome(codes, after_car_t=True):
    """After the cells, or after a transplant that they were a bridge to."""
    return lambda dossier: any(
        o.measure.code in codes and (o.course_id or o.transplant_id in dossier.later_transplants or not after_car_t)
        for o in dossier.rows["outcomes"]
    )


def _has_later_therapy(dossier: Dossier) -> bool:
    later_transplant = any(i.infusion_is == RelativeToTransplant.BEFORE for i in dossier.rows["intervals"])
    return later_transplant or any(t.relative_to_course == "after" for t in dossier.rows["therapies"])


# What a clinician looks for in every report of CAR-T cells, and when it counts as answered.
STANDARD_TOPICS = {
    "crs": _has_toxicity(("crs",)),
    "icans": _has_toxicity(("icans",)),
    "gvhd": _has_toxicity(GVHD_TERMS),
    "infection": _has_toxicity(("infection", "pneumonia", "cmv_viraemia"), after_car_t=False),
    "b_cell_aplasia": _has_toxicity(("b_cell_aplasia",)),
    "response": _has_outcome(("best_response", "response_at", "remission_maintained")),
    "mrd": _has_outcome(("mrd",)),
    "relapse": _has_outcome(("relapse", "remission_duration", "status_at_last_follow_up", "dfs_duration")),
    "death": _has_outcome(("death", "survival_duration", "os_rate"), after_car_t=False),
    "follow_up": _has_outcome(("follow_up",), after_car_t=False),
    "dose": lambda d: any(i.dose_low is not None for i in d.rows["infusions"]),
    "lymphodepletion": lambda d: any(r.given != LymphodepletionGiven.NOT_REPORTED for r in d.rows["lymphodepletions"]),
    "hsct_to_infusion": lambda d: any(i.low is not None for i in d.rows["intervals"]),
    "later_therapy": _has_later_therapy,
    "gvhd_at_infusion": lambda d: any(c.kind == "gvhd_at_infusion" for c in d.rows["characteristics"]),
    "age": lambda d: any(c.age_low is not None for c in d.rows["cohorts"]),
    "sex": lambda d: any(c.sex or c.n_female is not None for c in d.rows["cohorts"]),
}


def _silence_is_accounted_for(dossier: Dossier):
    """What a reader looks for is either told by the report or recorded as looked for and not found, never both."""
    report = dossier.report
    if not report.study_id or report.role == ReportRole.MENTION or not dossier.rows["courses"]:
        return
    for topic, answered in STANDARD_TOPICS.items():
        if answered(dossier):
            if dossier.coverage.get(topic) == "not_reported":
                yield Problem(report.pk, "coverage", f"“{topic}” is told by the report, yet recorded as not reported.")
        elif topic not in dossier.coverage and topic not in dossier.coverage_of_courses:
            yield Problem(report.pk, "coverage", f"“{topic}” is neither told nor recorded as looked for and not found.")


CHECKS = (
    _subgroups_make_the_cohort,
    _responses_fit_the_denominator,
    _nothing_told_is_silent,
    _silence_is_accounted_for,
)
