"""The answer first: what the page of a study says at a glance, as labelled cells in the order in which things were
done."""

from ..cells.cell import (
    NONE,
    Cell,
    Silences,
    all_sources,
    at_time,
    doubts_of,
    fact_cell,
    full_name,
    labelled,
    lowered,
    marked,
    proportion,
    silent,
    spoken,
    whole_cell,
)
from ..cells.summary import AT_INFUSION, Glance, Step
from ..cells.timeline_plot import DAYS
from ..models.choices import AgeGroup
from ..models.toxicity import GVHD_TERMS
from .study_results import outcome_cell, toxicity_cell
from .study_treatment import course_part

BEST = ("best_response", "remission_maintained")
EARLIER = "Other treatment before CAR-T"
BETWEEN = "Treatment between transplant and CAR-T"
DURATIONS = ("remission_duration", "dfs_duration", "follow_up")
RATES = ("efs_rate", "dfs_rate", "os_rate")
# What is told of a course or a transplant besides its best response: measure → label.
FOLLOWED = {
    "response_at": "Response",
    "mrd": "MRD",
    "relapse": "Relapse",
    "relapse_antigen": "Antigen at relapse",
    "death": "Death",
}


def glance(report: dict, root: dict | None) -> Glance:
    """At a glance: who, then each transplant and course in its order with what followed it, then the time after."""
    of = _Glance(report, root)
    later = of.later() if report["courses"] else []
    return Glance(of.who() if root else [], of.earlier(), of.between(), of.steps(), later)


class _Glance:
    """Makes the cells of one report."""

    def __init__(self, report: dict, root: dict | None):
        self.report, self.root = report, root
        self.labels = {cohort["accession"]: cohort["label"] for cohort in report["cohorts"]}
        self.several = len(report["courses"]) > 1

    def who(self) -> list[Cell]:
        """How many patients, with what, how old."""
        root = self.root
        cells = [labelled(fact_cell(root, str(root["n"]), "n") if root["n"] is not None else silent(), "Patients")]
        if root["disease"]:
            cells.append(labelled(fact_cell(root, root["disease"]["label"], "disease"), "Disease"))
        below = {c["accession"]: c["label"] for c in self.report["cohorts"] if c["parent"]}
        for cohort in self.report["cohorts"]:
            if cohort["parent"] and cohort["split_by"] == "disease" and cohort["n"] is not None:
                within = f"of {below[cohort['parent']]}" if cohort["parent"] in below else "of these"
                cells.append(labelled(fact_cell(cohort, str(cohort["n"]), "n"), f"{within}, {cohort['label']}"))
        if root["age_low"] is not None:
            high = None if root["age_high"] == root["age_low"] else root["age_high"]
            text = spoken("=", root["age_low"], high, root["age_unit"])
            cell = fact_cell(root, text, "age_low", remark=root["labels"].get("age_at", ""))
            cell.sources = all_sources(root["sources"], "age_low", "age_high", "age_at")
            cells.append(labelled(cell, "Age"))
        elif root["age_group"]:
            cells.append(labelled(fact_cell(root, AgeGroup(root["age_group"]).label, "age_group"), "Age"))
        if root["sex"]:
            cells.append(labelled(fact_cell(root, root["labels"]["sex"], "sex"), "Sex"))
        for record in self.report["characteristics"]:
            if record["kind"] == "disease_status" and record["presence"] != "absent":
                several = (record["denominator"] or 1) > 1
                many = f" {proportion(record['n'], record['denominator'])}" if several else ""
                text = record["term"]["label"] + many
                cell = whole_cell(record, text, "presence", remark=record["detail"] or "")
                cells.append(labelled(cell, AT_INFUSION))
        return cells

    def earlier(self) -> list[Cell]:
        """What the patients had been treated with before the cells, cohort by cohort."""
        found = self._therapies(self._after_transplant(), False)
        cells = [self._named(EARLIER, therapies) for therapies in found.values()]
        for record in self.report["characteristics"]:
            if record["cohort"] not in found and record["kind"] == "prior_therapy" and not _is_car_t(record):
                many = proportion(record["n"], record["denominator"]) if (record["denominator"] or 1) > 1 else ""
                text = " ".join(part for part in (lowered(record["term"]["label"]), many) if part)
                cell = whole_cell(record, text, "presence", remark=record["detail"] or "")
                cells.append(labelled(cell, self._of_whom(EARLIER, record)))
        if not cells and self.report["courses"] and not self.between():
            cells = [labelled(Silences.of_report(self.report).cell("prior_therapy"), EARLIER)]
        return cells

    def between(self) -> list[Cell]:
        """What they were treated with after the first transplant and before the cells, by the order of events."""
        return [self._named(BETWEEN, found) for found in self._therapies(self._after_transplant(), True).values()]

    def _after_transplant(self) -> set[str]:
        """The therapies whose event stands behind that of the first transplant of their cohort."""
        first, found = {}, set()
        for event in self.report["events"]:
            if event["term"]["code"] == "transplant":
                first.setdefault(event["cohort"], event["order"])
            elif event["term"]["code"] == "therapy_start" and event["order"] > first.get(event["cohort"], 10**9):
                found.add(event["therapy"])
        return found

    def _therapies(self, after_transplant: set[str], after: bool) -> dict[str, list[dict]]:
        """Cohort → its therapies before the cells, in their order: those after the transplant, or the others."""
        found: dict[str, list[dict]] = {}
        for therapy in sorted(self.report["therapies"], key=lambda therapy: therapy["order"]):
            if therapy["relative_to_course"] == "before" and (therapy["accession"] in after_transplant) == after:
                found.setdefault(therapy["cohort"], []).append(therapy)
        return found

    def _named(self, label: str, therapies: list[dict]) -> Cell:
        sources = [source for therapy in therapies for source in all_sources(therapy["sources"], "name")]
        doubts = {d["accession"]: d for therapy in therapies for d in doubts_of(therapy, "name")}
        text = "; ".join(therapy["name"] for therapy in therapies)
        return labelled(Cell(text, sources=sources, doubts=list(doubts.values())), self._of_whom(label, therapies[0]))

    def steps(self) -> list[Step]:
        """Transplants and courses in the order they came; courses that nobody can place come last."""
        report = self.report
        before = {(i["course"], i["transplant"]) for i in report["intervals"] if i["infusion_is"] == "before_hsct"}
        waiting, steps = sorted(report["courses"], key=lambda course: course["number"]), []
        for transplant in sorted(report["transplants"], key=lambda transplant: transplant["order"]):
            first = [course for course in waiting if (course["accession"], transplant["accession"]) in before]
            waiting = [course for course in waiting if course not in first]
            steps += [*(self._course(course) for course in first), self._transplant(transplant)]
        return steps + [self._course(course) for course in waiting]

    def _course(self, course: dict) -> Step:
        """What was given and what followed it."""
        made = course_part(course, self.report)
        given = [labelled(made["order"], "Order"), *[labelled(c, "Construct") for c in made["construct"][:1]]]
        given += [labelled(dose, "Dose") for dose in made["doses"]]
        given += [labelled(made["collected"], "T cells collected from"), labelled(made["origin"], "Genetic origin")]
        given.append(labelled(made["lymphodepletion"], "Lymphodepletion"))
        name = f"CAR-T course {course['number']}" if self.several else "CAR-T cells"
        step = Step(name, True, given, self._results(course), self._toxicities(course))
        if self.several:
            for cell in step.cells:
                cell.prefix = f"Course {course['number']} · "
        return step

    def _results(self, course: dict) -> list[Cell]:
        own = [o for o in self.report["outcomes"] if o["course"] == course["accession"]]
        best = [o for o in own if o["measure"]["code"] in BEST and o["category"]]
        # What is told of all speaks for the course; else what is told of its subgroups.
        of_all = [o for o in best if self.root and o["cohort"] == self.root["accession"]]
        at_a_time = [o for o in own if o["measure"]["code"] == "response_at"]
        cells = []
        for outcome in sorted([*(of_all or best), *at_a_time], key=_day):
            if outcome in at_a_time:
                cells += self._followed([outcome])
                continue
            whose = "" if of_all else f" of those {self.labels[outcome['cohort']]}"
            named = f"{outcome['measure']['label']}{whose}{_at_site(outcome)}: {outcome['category']['label']}"
            cell = outcome_cell(outcome)
            cell.remark = " · ".join(part for part in (at_time(outcome), cell.remark) if part)
            cells.append(labelled(cell, named))
        if not best:
            silences = Silences.of_report(self.report, course["accession"])
            cells.insert(0, labelled(silences.cell("response"), "Best response"))
        cells += self._followed([o for o in own if o not in at_a_time])
        for outcome in own:
            if outcome["measure"]["code"] in (*RATES, *DURATIONS):
                cell = outcome_cell(outcome)
                when = at_time(outcome) if outcome["measure"]["code"] in RATES else ""
                cell.remark = " · ".join(part for part in (when, cell.remark, outcome["note"]) if part)
                cells.append(labelled(cell, self._of_whom(outcome["measure"]["label"], outcome)))
        return cells

    def _followed(self, outcomes: list[dict]) -> list[Cell]:
        """MRD, relapse, death and other responses: the category, of how many, when and of what."""
        cells = []
        for outcome in outcomes:
            label = FOLLOWED.get(outcome["measure"]["code"])
            if not label or not outcome["category"]:
                continue
            text = outcome["category"]["label"]
            if outcome["n"] == 0:
                cell = whole_cell(outcome, f"no {lowered(text)}", "n", state=NONE, remark=at_time(outcome))
                cells.append(labelled(cell, label))
                continue
            if (outcome["denominator"] or 1) > 1:
                text += f" {proportion(outcome['n'], outcome['denominator'])}"
            remark = " · ".join(part for part in (at_time(outcome), outcome["cause"]) if part)
            cell = whole_cell(outcome, lowered(text), "n" if outcome["n"] is not None else "category", remark=remark)
            cells.append(labelled(cell, self._of_whom(label, outcome) + _at_site(outcome)))
        return cells

    def _of_whom(self, label: str, outcome: dict) -> str:
        whole = not self.root or outcome["cohort"] == self.root["accession"]
        return label if whole else f"{label} of those {self.labels[outcome['cohort']]}"

    def _toxicities(self, course: dict) -> list[Cell]:
        silences, cells = Silences.of_report(self.report, course["accession"]), []
        for codes, label, topic in (
            (("crs",), "CRS", "crs"),
            (("icans",), "Neurotoxicity", "icans"),
            (GVHD_TERMS, "GVHD after CAR-T", "gvhd"),
        ):
            found = [t for t in self.report["toxicities"] if t["term"]["code"] in codes]
            found = [t for t in found if t["course"] == course["accession"]]
            cells += [labelled(toxicity_cell(t), _gvhd_kind(t) or label) for t in found]
            cells += [] if found else [labelled(silences.cell(topic), label)]
        return cells

    def _transplant(self, transplant: dict) -> Step:
        """A transplant and what followed it: it is no result of CAR-T cells."""
        step = Step(full_name(transplant))
        own = [o for o in self.report["outcomes"] if o["transplant"] == transplant["accession"]]
        step.results = self._followed(own)
        found = [t for t in self.report["toxicities"] if t["transplant"] == transplant["accession"]]
        step.toxicities = [
            labelled(toxicity_cell(t), t["term"]["label"]) for t in found if t["term"]["code"] in GVHD_TERMS
        ]
        for cell in step.cells:
            cell.prefix = f"After transplant {transplant['order']} · "
        return step

    def later(self) -> list[Cell]:
        """What the patients were treated with after the last CAR-T course: it decides how a long remission is read."""
        report = self.report
        last = max(report["courses"], key=lambda course: course["number"], default=None)
        cells = []
        for interval in report["intervals"]:
            if last and interval["course"] == last["accession"] and interval["infusion_is"] == "before_hsct":
                transplant = next(t for t in report["transplants"] if t["accession"] == interval["transplant"])
                cells.append(whole_cell(interval, full_name(transplant), "infusion_is"))
                cells += [
                    fact_cell(toxicity, toxicity["management"], "management", remark=lowered(toxicity["term"]["label"]))
                    for toxicity in report["toxicities"]
                    if toxicity["transplant"] == transplant["accession"] and toxicity.get("agents")
                ]
        for therapy in report["therapies"]:
            if therapy["relative_to_course"] == "after":
                own = [o for o in report["outcomes"] if o["therapy"] == therapy["accession"]]
                remark = ", ".join(f"then {cell.text}" for cell in self._followed(own))
                cells.append(whole_cell(therapy, therapy["name"], "name", remark=remark))
        cells = cells or [Silences.of_report(report).cell("later_therapy")]
        return [labelled(cell, "Treatment after CAR-T") for cell in cells]


def _is_car_t(characteristic: dict) -> bool:
    return characteristic["term"]["code"] == "prior_car_t"


def _day(outcome: dict) -> float:
    """The day that responses are ordered by; one without a time comes first."""
    return (outcome["time_low"] or 0) * DAYS.get(outcome["time_unit"], 0)


def _gvhd_kind(toxicity: dict) -> str:
    """“Chronic GVHD after CAR-T”: acute and chronic are never told as GVHD alone."""
    code = toxicity["term"]["code"]
    return f"{toxicity['term']['label']} after CAR-T" if code in GVHD_TERMS and code != "gvhd" else ""


def _at_site(outcome: dict) -> str:
    site = "" if outcome["site"] in ("overall", "not_reported") else outcome["labels"]["site"]
    return f", {marked(outcome, 'site', site)}" if site else ""
