"""Silence is accounted for: what a reader looks for is told, or recorded as looked for and not found, never both."""

from collections import defaultdict

from ...models import Report
from ...models.choices import LymphodepletionGiven, Presence, RelativeToTransplant, ReportRole
from ...models.toxicity import GVHD_TERMS
from .frame import ERROR, WARNING, Check, Finding, rows


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


def _has_later_therapy(dossier) -> bool:
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


def _told_toxicity_is_not_silent(toxicity, dossier, others):
    if dossier.coverage.get(toxicity.term.code) == "not_reported":
        code = toxicity.term.code
        yield Finding(toxicity.pk, "term", code, f"“{code}” is told here, yet recorded as not reported.")


def _of_cells(dossier) -> list:
    """The report, where it tells of CAR-T courses of a study and does more than mention it."""
    report = dossier.report
    return [report] if report.study_id and report.role != ReportRole.MENTION and dossier.rows["courses"] else []


def _told_topic_is_not_silent(report, dossier, others):
    for topic, answered in STANDARD_TOPICS.items():
        if dossier.coverage.get(topic) == "not_reported" and answered(dossier):
            text = f"“{topic}” is told by the report, yet recorded as not reported."
            yield Finding(report.pk, "coverage", topic, text)


def _silence_is_recorded(report, dossier, others):
    looked_for = {*dossier.coverage, *dossier.coverage_of_courses}
    for topic, answered in STANDARD_TOPICS.items():
        if topic not in looked_for and not answered(dossier):
            text = f"“{topic}” is neither told nor recorded as looked for and not found."
            yield Finding(report.pk, "coverage", topic, text)


def _told_of_one_time(dossier) -> list[list]:
    """What is told of one toxicity of the same patients after one treatment, over the same time."""
    groups = defaultdict(list)
    for t in dossier.rows["toxicities"]:
        if t.presence != Presence.ABSENT or t.grade_low is None:  # “no CRS of grade 3 or more” is not “no CRS”
            when = (t.observation, t.date, t.time_low, t.time_high, t.time_unit, t.time_from)
            groups[t.cohort_id, t.follows, t.term_id, when].append(t)
    return [group for group in groups.values() if len(group) > 1]


def _is_present_or_absent(toxicities, dossier, others):
    told = {toxicity.presence: toxicity for toxicity in reversed(toxicities)}
    if {Presence.PRESENT, Presence.ABSENT} <= set(told):
        absent, present = told[Presence.ABSENT], told[Presence.PRESENT]
        text = f"{absent.term.label} did not occur here, and occurred by {present.pk}."
        yield Finding(absent.pk, "presence", f"absent, {present.pk} present", text)


CHECKS = (
    Check(
        "DC010", ERROR, "A toxicity that is told is not silent",
        "Take its term out of the coverage of the report, or the toxicity out of the report.",
        "toxicities after CAR-T cells", (Report,), rows("toxicities", lambda t: t.course_id),
        _told_toxicity_is_not_silent,
    ),
    Check(
        "DC011", ERROR, "What is told is not recorded as silent",
        "Take the topic out of the coverage of the report.",
        "reports of CAR-T cells", (Report,), _of_cells, _told_topic_is_not_silent,
    ),
    Check(
        "DC012", ERROR, "Every standard topic is told or looked for",
        "Enter what the document says of it, or the topic in the coverage, with the parts that were searched.",
        "reports of CAR-T cells", (Report,), _of_cells, _silence_is_recorded,
        threshold="The topics are STANDARD_TOPICS in studies/publishing/datachecks/silence.py.",
    ),
    Check(
        "DC013", WARNING, "A toxicity occurred or did not",
        "One of the two; or what tells them apart: the patients, the time, what it was observed over.",
        "toxicities told more than once of the same patients and time", (Report,), _told_of_one_time,
        _is_present_or_absent,
    ),
)  # fmt: skip
