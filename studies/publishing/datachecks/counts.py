"""Sums and denominators: parts make wholes, and every count says of how many.

What a paper itself breaks passes where a discrepancy with two places excuses the record (`excused_by`). That n does not
exceed its denominator, nor a subgroup its cohort, the records themselves refuse (studies/models/).
"""

from collections import defaultdict
from decimal import Decimal

from ...models import Cohort, Report
from ...models.choices import Design, Operator
from ...pure.numbers import plain
from .frame import ERROR, WARNING, Check, Finding, rows

RESPONSES_OF_ANY_KIND = {"CR", "CRi", "PR"}
POINTS = 1  # by which a printed percentage may differ from its count


def _excused(*records) -> bool:
    """Whether one of the records names the discrepancy that explains it; that it has two places, `clean()` asks."""
    return any(record.excused_by_id for record in records)


def _split(dossier, by: str):
    """Cohorts with their subgroups by one trait, where every n is known."""
    for cohort in dossier.rows["cohorts"]:
        parts = [part for part in dossier.subgroups(cohort) if part.split_by == by]
        if parts and cohort.n is not None and all(part.n is not None for part in parts):
            yield cohort, parts


def _sum(parts) -> tuple[str, int]:
    return " + ".join(str(part.n) for part in parts), sum(part.n for part in parts)


def _subgroups_make_the_cohort(split, dossier, others):
    """Subgroups by disease are disjoint and complete: they add up to their cohort."""
    cohort, parts = split
    counts, total = _sum(parts)
    if total != cohort.n and not _excused(cohort, *parts):
        text = f"Its subgroups by disease make {counts} = {total}, not {cohort.n}."
        yield Finding(cohort.pk, "n", f"{counts} of {cohort.n}", text)


def _subgroups_do_not_exceed_the_cohort(split, dossier, others):
    cohort, parts = split
    counts, total = _sum(parts)
    if total > cohort.n and not _excused(cohort, *parts):
        text = f"Its subgroups by disease status make {counts} = {total}, of {cohort.n}: some patient is in two."
        yield Finding(cohort.pk, "n", f"{counts} of {cohort.n}", text)


def _responses(dossier) -> list[list]:
    """Best responses with their counts, those of one cohort, treatment and site together."""
    groups = defaultdict(list)
    for outcome in dossier.rows["outcomes"]:
        if outcome.measure.code == "best_response" and outcome.n is not None and outcome.category_id:
            groups[outcome.cohort_id, outcome.follows, outcome.site].append(outcome)
    return list(groups.values())


def _responses_fit_the_denominator(outcomes, dossier, others):
    """They may fall short of it: “2 of 6 responded” says nothing of the other four."""
    codes = {o.category.code for o in outcomes}
    if codes & {"CR", "CRi", "CHR"}:  # an MRD-negative CR is one of the CRs beside it
        outcomes = [o for o in outcomes if o.category.code not in ("MRD-neg-CR", "CMR")]
    if codes & RESPONSES_OF_ANY_KIND:  # “8 achieved remission (6 CR and 2 PR)” counts the same patients again
        outcomes = [o for o in outcomes if o.category.code != "remission_any"]
    total, of = sum(o.n for o in outcomes), outcomes[0].denominator
    if total > of and not _excused(*outcomes):
        counts = " + ".join(f"{o.category.code} {o.n}" for o in outcomes)
        yield Finding(outcomes[0].pk, "n", f"{counts} of {of}", f"The responses make {counts} = {total}, of {of}.")


def _negative_remissions_are_remissions(outcomes, dossier, others):
    """Every MRD-negative complete remission is one of the complete remissions."""
    by_code = {o.category.code: o for o in outcomes}
    whole, part = by_code.get("CR"), by_code.get("MRD-neg-CR")
    if whole and part and part.n > whole.n + getattr(by_code.get("CRi"), "n", 0) and not _excused(whole, part):
        text = f"{part.n} complete remissions without residual disease, but {whole.n} complete remissions."
        yield Finding(part.pk, "n", f"{part.n} of {whole.n}", text)


def _sexes_make_the_cohort(cohort, dossier, others):
    if cohort.n_female + cohort.n_male != cohort.n and not _excused(cohort):
        sexes = f"{cohort.n_female} + {cohort.n_male}"
        text = f"{cohort.n_female} women and {cohort.n_male} men, of {cohort.n} patients."
        yield Finding(cohort.pk, "n_female", f"{sexes} of {cohort.n}", text)


def _denominator(record) -> tuple[str, int | None]:
    name = "evaluable_n" if hasattr(record, "evaluable_n") else "denominator"
    return name, getattr(record, name)


def _with_denominators(dossier) -> list:
    records = [record for name in ("outcomes", "toxicities", "characteristics") for record in dossier.rows[name]]
    return [record for record in records if _denominator(record)[1] is not None and record.cohort.n is not None]


def _denominator_is_the_cohort(record, dossier, others):
    """A smaller denominator may be a subgroup that has a name, or patients who were not evaluable."""
    name, of = _denominator(record)
    if of < record.cohort.n and not record.note and not _excused(record):
        text = f"Counted of {of}, but the cohort has {record.cohort.n}: who the others are is not said."
        yield Finding(record.pk, name, f"{of} of {record.cohort.n}", text)


def _case_report(dossier) -> list:
    """The descriptions of a design that goes by the number of patients, where every root cohort's n is known."""
    counts = [cohort.n for cohort in dossier.rows["cohorts"] if not cohort.parent_id]
    by_number = (Design.CASE_REPORT, Design.CASE_SERIES)
    return [d for d in dossier.rows["descriptions"] if d.design in by_number and counts and None not in counts]


def _design_fits_the_number(description, dossier, others):
    n = sum(cohort.n for cohort in dossier.rows["cohorts"] if not cohort.parent_id)
    if (n > 3) == (description.design == Design.CASE_REPORT):
        text = f"Called a {description.get_design_display()}, with {n} patient{'s' if n != 1 else ''}."
        yield Finding(description.pk, "design", f"{description.design} of {n}", text)


def _by_grade(dossier) -> list[list]:
    """Counts of one toxicity by its grades, those of one cohort and treatment, where no grade stands in two of them."""
    groups = defaultdict(list)
    for toxicity in dossier.rows["toxicities"]:
        exact = toxicity.grade_low is not None and toxicity.grade_operator == Operator.EQUAL
        if exact and toxicity.affected_n is not None and toxicity.affected_operator == Operator.EQUAL:
            groups[toxicity.cohort_id, toxicity.follows, toxicity.term_id, toxicity.scale_id].append(toxicity)
    return [group for group in groups.values() if len(group) > 1 and not _grades_overlap(group)]


def _grades_overlap(toxicities) -> bool:
    grades = [grade for t in toxicities for grade in range(t.grade_low, (t.grade_high or t.grade_low) + 1)]
    return len(grades) > len(set(grades))


def _grades_fit_the_denominator(toxicities, dossier, others):
    total = sum(toxicity.affected_n for toxicity in toxicities)
    known = [toxicity.evaluable_n for toxicity in toxicities if toxicity.evaluable_n is not None]
    of = max(known, default=toxicities[0].cohort.n)
    if of is not None and total > of and not _excused(*toxicities):
        counts = " + ".join(str(toxicity.affected_n) for toxicity in toxicities)
        text = f"{toxicities[0].term.label} by grade makes {counts} = {total}, of {of}."
        yield Finding(toxicities[0].pk, "affected_n", f"{counts} of {of}", text)


def _counted_percentages(dossier) -> list:
    """Percentages beside the count that they are of. A rate with an estimator of its own is no share of a count."""
    return [
        outcome
        for outcome in dossier.rows["outcomes"]
        if outcome.unit == "%" and None not in (outcome.value, outcome.n) and outcome.denominator
        and outcome.value_high is None and outcome.estimator.casefold() in ("", "crude")
        and (outcome.operator, outcome.count_operator) == (Operator.EQUAL, Operator.EQUAL)
    ]  # fmt: skip


def _percentage_is_of_the_count(outcome, dossier, others):
    share = Decimal(100 * outcome.n) / outcome.denominator
    if abs(share - outcome.value) > POINTS and not _excused(outcome):
        told = f"{plain(outcome.value)} %, {outcome.n} of {outcome.denominator}"
        text = f"{outcome.n} of {outcome.denominator} are {share:.1f} %, not {plain(outcome.value)} %."
        yield Finding(outcome.pk, "value", told, text)


def _has_sexes(cohort) -> bool:
    return None not in (cohort.n, cohort.n_female, cohort.n_male)


CHECKS = (
    Check(
        "DC001", ERROR, "Subgroups by disease make their cohort",
        "The subgroups by disease add up to the cohort; where the paper's do not, excuse the cohort by the discrepancy "
        "that names both places.",
        "cohorts with subgroups by disease", (Report,), lambda d: list(_split(d, Cohort.SplitBy.DISEASE)),
        _subgroups_make_the_cohort,
    ),
    Check(
        "DC002", ERROR, "Responses fit their denominator",
        "The best responses of a cohort at a site come to no more than the patients they are counted of.",
        "best responses, by cohort and site", (Report,), _responses, _responses_fit_the_denominator,
    ),
    Check(
        "DC003", WARNING, "Subgroups by status do not exceed their cohort",
        "Each patient is in one disease status; where the groups overlap, say so.",
        "cohorts with subgroups by disease status", (Report,), lambda d: list(_split(d, Cohort.SplitBy.STATUS)),
        _subgroups_do_not_exceed_the_cohort,
    ),
    Check(
        "DC004", WARNING, "Women and men make the cohort",
        "The two sexes add up to n, or the reason says whose sex is not told.",
        "cohorts with both sexes counted", (Report,), rows("cohorts", _has_sexes), _sexes_make_the_cohort,
    ),
    Check(
        "DC005", WARNING, "A denominator is its cohort",
        "Enter the count below the subgroup it is counted of; or say in the note who was not evaluable.",
        "outcomes, toxicities and characteristics with a denominator", (Report,), _with_denominators,
        _denominator_is_the_cohort,
    ),
    Check(
        "DC006", WARNING, "MRD-negative complete remissions are complete remissions",
        "They are no more than the complete remissions of the same patients.",
        "best responses, by cohort and site", (Report,), _responses, _negative_remissions_are_remissions,
    ),
    Check(
        "DC007", WARNING, "The design fits the number of patients",
        "A case report has one to three patients, a case series four or more.",
        "designs of case reports and case series", (Report,), _case_report, _design_fits_the_number,
        threshold="The definitions of the two designs in this base (studies/models/choices.py).",
    ),
    Check(
        "DC008", ERROR, "Grades of a toxicity fit their denominator",
        "The patients of its grades come to no more than those who were evaluable; where the paper's do, excuse one of "
        "them by the discrepancy that names both places.",
        "toxicities counted by grade, by cohort and treatment", (Report,), _by_grade, _grades_fit_the_denominator,
    ),
    Check(
        "DC009", WARNING, "A percentage is that of its count",
        "n of N in per cent; an estimate (Kaplan–Meier …) names its estimator.",
        "outcomes with a count and a percentage", (Report,), _counted_percentages, _percentage_is_of_the_count,
        threshold="One percentage point, for what was rounded.",
    ),
)  # fmt: skip
