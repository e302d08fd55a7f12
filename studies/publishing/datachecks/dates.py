"""Dates in order, and times that there was time for.

That a date is in the calendar and a number of days fits its two dates, the records themselves refuse. A paper can print
dates that do not fit: these are warnings, and a partial date is wrong only where no day within it would do.
"""

import re
from itertools import pairwise

from ...models import Publication, Report
from ...models.choices import Anchor, Operator, RelativeToTransplant, TimeUnit
from ...pure.numbers import plain
from ...pure.partial_dates import bounds, days_between, written
from .frame import FROM_MEMORY, WARNING, Check, Finding, rows

FEWEST_DAYS = {TimeUnit.DAYS: 1, TimeUnit.WEEKS: 7, TimeUnit.MONTHS: 28, TimeUnit.YEARS: 365}
LATEST_ENGRAFTMENT = {"neutrophil": 100, "platelet": 365}  # days
DURATIONS = ("remission_duration", "follow_up", "dfs_duration", "survival_duration", "car_t_persistence")


def _surely_before(one: str, other: str) -> bool:
    """Whether every day that the first can mean lies before every day of the other."""
    return days_between(other, one)[1] < 0


def _steps(single) -> list[tuple]:
    """Neighbours among received, accepted and published, as far as they are told."""
    told = [(name, getattr(single.unit, name)) for name in ("received", "accepted", "published")]
    return list(pairwise([step for step in told if step[1]]))


def _front_matter(pair, single, others):
    (before, first), (after, second) = pair
    if _surely_before(second, first):
        text = f"{after.capitalize()} {written(second)}, but {before} {written(first)}."
        yield Finding(single.unit.pk, after, f"{first}, {second}", text)


def _year(publication, single, others):
    """An issue may bear the year after the paper came out."""
    year = bounds(publication.published)[0].year
    if publication.year not in (year, year + 1):
        text = f"Of {publication.year}, but published {written(publication.published)}."
        yield Finding(publication.pk, "year", f"{publication.year}, {publication.published}", text)


def _published(dossier, others) -> str:
    """When the document of a report came out, as precisely as is known."""
    publication = dossier.report.publication
    return others.told(publication, "published") or str(others.told(publication, "year"))


def _dated(dossier) -> list:
    return [record for record in dossier if getattr(record, "date", "")]


def _not_after_the_document(record, dossier, others):
    published = _published(dossier, others)
    if _surely_before(published, record.date):
        text = f"{written(record.date)}, but the document came out {written(published)}."
        yield Finding(record.pk, "date", f"{record.date}, {published}", text)


def _sequences(dossier) -> list[tuple]:
    """Dated neighbours in the order of their numbers: transplants and events of a cohort, infusions of a course."""
    found = []
    for name, owner in (("transplants", "cohort_id"), ("events", "cohort_id"), ("infusions", "course_id")):
        by_owner = {}
        for record in sorted(dossier.rows[name], key=lambda record: record.order):
            if record.date:
                by_owner.setdefault(getattr(record, owner), []).append(record)
        found += [pair for records in by_owner.values() for pair in pairwise(records)]
    return found


def _order_is_date_order(pair, dossier, others):
    one, other = pair
    if _surely_before(other.date, one.date):
        text = f"Number {other.order} is dated {written(other.date)}, number {one.order} before it {written(one.date)}."
        yield Finding(other.pk, "date", f"{one.date}, {other.date}", text)


def _infused(dossier) -> dict[str, str]:
    """Course → the date of its first infusion that has one."""
    infusions = sorted(dossier.rows["infusions"], key=lambda infusion: -infusion.order)
    return {infusion.course_id: infusion.date for infusion in infusions if infusion.date}


def _directions(dossier) -> list[tuple]:
    """Intervals whose transplant and first infusion both have dates, with the date of the infusion."""
    infused = _infused(dossier)
    known = [i for i in dossier.rows["intervals"] if i.course_id in infused and i.transplant.date]
    return [(interval, infused[interval.course_id]) for interval in known]


def _direction_fits_the_dates(pair, dossier, others):
    interval, infused = pair
    transplanted = interval.transplant.date
    sides = {RelativeToTransplant.AFTER: (transplanted, infused), RelativeToTransplant.BEFORE: (infused, transplanted)}
    earlier, later = sides.get(interval.infusion_is, ("", ""))
    if earlier and _surely_before(later, earlier):
        text = (
            f"Infusion {interval.get_infusion_is_display()}, "
            f"but transplanted {written(transplanted)} and infused {written(infused)}."
        )
        yield Finding(interval.pk, "infusion_is", f"{transplanted}, {infused}", text)


def _after_what_it_follows(record, dossier, others):
    """An onset before the infusion that it is said to follow."""
    last = record.time_low if record.time_high is None else record.time_high
    if last < 0:
        text = f"{plain(last)} {record.time_unit} from the {record.get_time_from_display()} that it follows."
        yield Finding(record.pk, "time_low", f"{plain(last)} {record.time_unit}", text)


def _onsets(dossier) -> list:
    followed = {Anchor.INFUSION: "course_id", Anchor.TRANSPLANT: "transplant_id", Anchor.THERAPY: "therapy_id"}
    records = [*dossier.rows["toxicities"], *dossier.rows["outcomes"]]
    return [r for r in records if r.time_low is not None and getattr(r, followed.get(r.time_from, "pk"))]


def _since_infusion(dossier) -> list[tuple]:
    """Durations counted from an infusion that has a date, with that date."""
    infused = _infused(dossier)
    return [
        (outcome, infused[outcome.course_id])
        for outcome in dossier.rows["outcomes"]
        if outcome.measure.code in DURATIONS
        and outcome.value is not None
        and outcome.unit in FEWEST_DAYS
        and outcome.time_from == Anchor.INFUSION
        and outcome.course_id in infused
    ]


def _there_was_time(pair, dossier, others):
    """Even at the fewest days that the unit can mean, the document had come out before it was over."""
    outcome, infused = pair
    if outcome.operator in (Operator.LESS, Operator.AT_MOST):
        return
    published = _published(dossier, others)
    most = days_between(infused, published)[1]
    if outcome.value * FEWEST_DAYS[outcome.unit] > most:
        value = f"{plain(outcome.value)} {outcome.unit}"
        text = f"{value} from {written(infused)}, but the document came out {written(published)}."
        yield Finding(outcome.pk, "value", f"{value}, {infused}", text)


def _counted_days(agent) -> int | None:
    """How many days “−4 to −2” or “1, 8 and 15” are; None for other words."""
    text = agent.days.replace("−", "-")
    if span := re.fullmatch(r"(-?\d+) to (-?\d+)", text):
        return abs(int(span[2]) - int(span[1])) + 1
    return len(re.findall(r"-?\d+", text)) if re.fullmatch(r"-?\d+(, -?\d+)*( and -?\d+)?", text) else None


def _days_make_their_number(agent, dossier, others):
    if _counted_days(agent) != agent.n_days:
        text = f"Days {agent.days} are {_counted_days(agent)}, not {agent.n_days}."
        yield Finding(agent.pk, "n_days", f"{agent.days}: {agent.n_days}", text)


def _engrafted(dossier) -> list[tuple]:
    """Transplants with the lineage of each engraftment that has a day."""
    return [
        (transplant, lineage)
        for transplant in dossier.rows["transplants"]
        for lineage in LATEST_ENGRAFTMENT
        if getattr(transplant, f"{lineage}_engraftment_day") is not None
    ]


def _engrafted_in_time(pair, dossier, others):
    transplant, lineage = pair
    field = f"{lineage}_engraftment_day"
    day, most = getattr(transplant, field), LATEST_ENGRAFTMENT[lineage]
    if day > most:
        yield Finding(transplant.pk, field, f"day {day}", f"The {lineage}s engrafted on day {day}, later than {most}.")


CHECKS = (
    Check(
        "DC020", WARNING, "A paper is received, accepted, published",
        "The dates are those of the front matter, in this order.",
        "neighbouring dates of the front matter", (Publication,), _steps, _front_matter,
    ),
    Check(
        "DC021", WARNING, "The year is that of publication",
        "The year of the issue: that in which the paper came out, or the next.",
        "publications with a date of publication", (Publication,), lambda s: [s.unit] if s.unit.published else [],
        _year,
    ),
    Check(
        "DC022", WARNING, "Nothing is later than the document that tells it",
        "A date is not after the day on which the document came out.",
        "dated records", (Report,), _dated, _not_after_the_document,
    ),
    Check(
        "DC023", WARNING, "Order and dates agree",
        "What has the smaller number of its order has not the later date.",
        "neighbours of dated transplants, infusions and events", (Report,), _sequences, _order_is_date_order,
    ),
    Check(
        "DC024", WARNING, "Before and after agree with the dates",
        "An infusion after the transplant is dated after it: the order decides how a case is read.",
        "intervals whose two ends have dates", (Report,), _directions, _direction_fits_the_dates,
    ),
    Check(
        "DC025", WARNING, "What follows a treatment comes after it",
        "A time counted from the treatment that it follows is not negative; what came before follows something else.",
        "times of toxicities and outcomes, counted from what they follow", (Report,), _onsets, _after_what_it_follows,
    ),
    Check(
        "DC026", WARNING, "No time is longer than there was",
        "From the infusion to the end of the duration the document had not yet come out.",
        "durations from a dated infusion", (Report,), _since_infusion, _there_was_time,
        threshold="A month is taken for 28 days and a year for 365, the fewest that they have.",
    ),
    Check(
        "DC027", WARNING, "Days and their number agree",
        "“−4 to −2” are three days.",
        "agents with days and a number of days", (Report,),
        rows("agents", lambda a: a.n_days is not None and _counted_days(a) is not None), _days_make_their_number,
    ),
    Check(
        "DC028", WARNING, "A graft engrafts within months",
        "The day as printed, counted from the transplant.",
        "engraftments with their day", (Report,), _engrafted, _engrafted_in_time,
        threshold=f"Neutrophils by day 100, platelets by day 365. {FROM_MEMORY}",
    ),
)  # fmt: skip
