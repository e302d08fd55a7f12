"""The evidence rows of a report: one per CAR-T course of a cohort, at every level from the root to the subgroups.

Made of published forms. What was done to all patients of a cohort holds for its subgroups; what was counted in them
does not, but for what the report says occurred in none.
"""

from ..models import EvidenceRow
from ..models.choices import RelativeToTransplant, ReportRole
from ..pure.documents import dumps, words_of
from ..pure.wording import searchable
from .compose import Published, brief, silence, visible_overlaps
from .forms import UNCHECKED
from .row_parts import told_of_parts
from .row_patients import PatientsAtInfusion
from .row_results import CourseResults
from .row_terms import doses_of, terms_of

NOT_REPORTED = "not_reported"
INFUSION_KEYS = [
    "accession", "order", "purpose", "operator", "dose_low", "dose_high", "unit", "counted", "per", "schedule",
    "split_days", "n_infusions", "n_infusions_high", "optional", "date", "labels", "sources", "discrepancies",
]  # fmt: skip
AGENT_KEYS = ["operator", "dose_low", "dose_high", "unit", "n_days"]
INTERVAL_KEYS = ["accession", "infusion_is", "operator", "low", "high", "unit", "basis", "derivation", "sources"]


def rows_of_report(report: dict, preferred: bool, others: list[dict], published: Published) -> list[EvidenceRow]:
    """The rows of a report, each with its filter terms in `term_list`. A comparator study has none, nor has a study
    that a document only mentions."""
    study = published.study(report["study"]) if report["study"] else None
    if study is None or study["comparator_treatment"] or report["role"] == ReportRole.MENTION:
        return []
    rows = []
    for course in report["courses"]:
        maker = _RowMaker(report, study, course, published)
        rows += maker.rows(maker.cohort(course["cohort"]), "")
    told_elsewhere = [{"publication": o["publication"], "report": o["accession"]} for o in others]
    for row in rows:
        row.preferred = preferred
        row.document = dumps(row.content | {"other_reports": told_elsewhere})
    return rows


class _RowMaker:
    """Makes the rows of one course."""

    def __init__(self, report: dict, study: dict, course: dict, published: Published):
        self.report, self.study, self.course = report, study, course
        self.publication = published.publication(report["publication"])
        self.overlaps = visible_overlaps(report, published)
        self.silences = {
            topic["code"]: row["absence"]
            for row in report["coverage"]
            if row["course"] in (None, course["accession"])
            for topic in row["topics"]
        }
        self.silence = silence(self.publication)
        self.patients = PatientsAtInfusion(report, course, self.silences, self.silence)
        self.results = CourseResults(report, course, self.silences, self.silence)

    def cohort(self, accession: str) -> dict:
        return next(c for c in self.report["cohorts"] if c["accession"] == accession)

    def root(self, cohort: dict) -> dict:
        return self.root(self.cohort(cohort["parent"])) if cohort["parent"] else cohort

    def lineage(self, cohort: dict) -> list[dict]:
        """The cohort and those it lies within, nearest first."""
        return [cohort, *(self.lineage(self.cohort(cohort["parent"])) if cohort["parent"] else [])]

    def subgroups(self, cohort: dict, by: str = "") -> list[dict]:
        mine = [c for c in self.report["cohorts"] if c["parent"] == cohort["accession"]]
        return [c for c in mine if not by or c["split_by"] == by]

    def _below(self, cohort: dict) -> list[dict]:
        return [c for part in self.subgroups(cohort) for c in (part, *self._below(part))]

    def of_course(self, collection: str) -> list[dict]:
        return [record for record in self.report[collection] if record["course"] == self.course["accession"]]

    def rows(self, cohort: dict, parent_row: str) -> list[EvidenceRow]:
        """The row of a cohort and those of its subgroups."""
        name = f"{self.course['accession']}.{cohort['accession']}" if parent_row else self.course["accession"]
        below = [self.rows(subgroup, name) for subgroup in self.subgroups(cohort)]
        row = self._row(cohort, name, parent_row, [rows[0].content for rows in below])
        return [row, *(deeper for rows in below for deeper in rows)]

    def _row(self, cohort: dict, name: str, parent_row: str, parts: list[dict]) -> EvidenceRow:
        root = self.root(cohort)
        above = [holder["accession"] for holder in self.lineage(cohort)[1:]]
        overlaps = self._overlaps(root)
        cells = self._cells()
        content = {
            "row": name,
            "study": self.study["slug"],
            "study_name": self.study["name"],
            "publication": brief(self.publication),
            "year": self.study["year"] or (None if self.report["retold"] else self.publication["year"]),
            "report": self.report["accession"],
            "retold": self.report["retold"],
            "checked_by_haematologist": self.report.get("haematologist_check", UNCHECKED)["checked"],
            "course": self.course["accession"],
            "course_number": self.course["number"],
            "previous_course": self.course["previous"],
            "cohort": cohort["accession"],
            "cohort_label": cohort["label"],
            "is_subgroup": bool(cohort["parent"]),
            "root_cohort": root["accession"],
            "root_n": root["n"],
            "subgroup_of": cohort["parent"],
            "split_by": cohort["split_by"],
            "n_patients": cohort["n"],
            "diseases": self._diseases(cohort),
            "age_low": cohort["age_low"],
            "age_high": cohort["age_high"],
            "age_unit": cohort["age_unit"] if cohort["age_low"] is not None else None,
            "age_at": cohort["age_at"],
            "age_group": cohort["age_group"],
            "sex": cohort["sex"],
            **self.patients.of(cohort, above, cells["construct"]["targets"] if cells["construct"] else []),
            "sources": cohort["sources"],
            "transplants": self._transplants(),
            "path": self._path(),
            **cells,
            "lymphodepletion": self._lymphodepletion(),
            "therapies": self._therapies([cohort["accession"], *above]),
            "infusions": [{key: i[key] for key in INFUSION_KEYS} for i in self.of_course("infusions")],
            **self.results.of(cohort, above),
            "silences": self.silences,
            "silence": self.silence,
            "overlaps": overlaps,
            "discrepancies": self._discrepancies(cohort),
        }
        content["told_of_subgroups"] = told_of_parts(content, parts, self.results.has_answer(cohort))
        row = EvidenceRow(
            row=name,
            parent_row=parent_row,
            study=self.study["slug"],
            publication=self.publication["slug"],
            course=self.course["accession"],
            cohort=cohort["accession"],
            root_cohort=root["accession"],
            above=" ".join(above),
            root_n=root["n"] or 0,
            n=cohort["n"] or 0,
            n_reported=cohort["n"] is not None,
            year=content["year"] or 0,
            overlaps=dumps(overlaps) if overlaps else "",
            words=searchable(words_of(content)),
        )
        below = [deeper["accession"] for deeper in self._below(cohort)]
        row.content, row.dose_list = content, doses_of(content)
        terms = terms_of(content, self.report, cohort, below)
        row.term_list = sorted({*self._disease_terms(cohort), *terms, *self.patients.terms(content)})
        return row

    # Parts

    def _diseases(self, cohort: dict) -> list[dict]:
        """The diseases of a cohort with their counts: those of its finest subgroups by disease, or its own."""
        parts = self.subgroups(cohort, by="disease")
        if parts:
            return [disease for part in parts for disease in self._diseases(part)]
        if cohort["disease"]:
            sources = {"n": cohort["sources"].get("n", []) + cohort["sources"].get("disease", [])}
            return [cohort["disease"] | {"n": cohort["n"], "cohort": cohort["accession"], "sources": sources}]
        return []

    def _transplants(self) -> list[dict]:
        intervals = {interval["transplant"]: interval for interval in self.of_course("intervals")}
        root = self.root(self.cohort(self.course["cohort"]))["accession"]
        transplants = sorted((t for t in self.report["transplants"] if t["cohort"] == root), key=lambda t: t["order"])
        parts = []
        for transplant in transplants:
            interval = intervals.get(transplant["accession"])
            kept = {key: interval[key] for key in INTERVAL_KEYS} if interval else None
            parts.append(
                {"transplant": transplant["accession"]}
                | {key: transplant[key] for key in ("order", "kind", "graft_source", "donor", "date")}
                | {"infusion_is": interval["infusion_is"] if interval else NOT_REPORTED, "interval": kept}
                | {"sources": transplant["sources"]}
            )
        return parts

    def _path(self) -> list[dict]:
        """Transplants and CAR-T courses of these patients in the order they came; what nobody can place comes last."""
        root = self.root(self.cohort(self.course["cohort"]))["accession"]
        transplants = sorted((t for t in self.report["transplants"] if t["cohort"] == root), key=lambda t: t["order"])
        courses = sorted((c for c in self.report["courses"] if c["cohort"] == root), key=lambda c: c["number"])
        placed = {(i["course"], i["transplant"]): i["infusion_is"] for i in self.report["intervals"]}
        path, waiting = [], courses

        def step(course: dict, known: bool) -> dict:
            return {"course": course["accession"], "number": course["number"], "placed": known}

        for transplant in (t["accession"] for t in transplants):
            before = [c for c in waiting if placed.get((c["accession"], transplant)) == RelativeToTransplant.BEFORE]
            path += [*(step(course, True) for course in before), {"transplant": transplant}]
            waiting = [course for course in waiting if course not in before]
        told = {course for course, _ in placed}
        return path + [step(course, not transplants or course["accession"] in told) for course in waiting]

    def _cells(self) -> dict:
        course = self.course
        construct = next((c for c in self.report["constructs"] if c["slug"] == course["construct"]), None)
        axes = ("collected_from", "genetic_origin", "collected_relative_to_hsct", "intent")
        return {
            **{name: course[name] for name in (*axes, "source_as_worded")},
            "labels": {name: course["labels"][name] for name in axes},
            "course_sources": course["sources"],
            "construct": construct
            and {
                "slug": construct["slug"],
                "name": construct["name"],
                "targets": construct["targets"].split("+"),
                "costimulatory_domains": construct["costimulatory_domains"],
                "modules": construct["module_list"],
                "sources": construct["sources"],
            },
        }

    def _lymphodepletion(self) -> dict | None:
        found = self.of_course("lymphodepletions")
        if not found:
            return None
        record = found[0]
        return {
            "given": record["given"],
            "label": record["labels"]["given"],
            "day_first": record["day_first"],
            "day_last": record["day_last"],
            "agents": [
                agent["name"]
                | {key: agent[key] for key in AGENT_KEYS}
                | {"per": agent["labels"].get("per", ""), "sources": agent["sources"]}
                | {"discrepancies": [d["accession"] for d in agent["discrepancies"]]}
                for agent in record.get("agents", [])
            ],
            "sources": record["sources"],
        }

    def _therapies(self, cohorts: list[str]) -> list[dict]:
        """Other treatment of these patients, in its order: what came after the cells decides how a result is read."""
        told = [t for t in self.report["therapies"] if t["cohort"] in cohorts]
        return [
            {"therapy": t["accession"], **{key: t[key] for key in ("name", "kind", "relative_to_course")}}
            | {"sources": {"name": t["sources"].get("name", [])}}
            | {"discrepancies": [d["accession"] for d in t["discrepancies"]]}
            for t in sorted(told, key=lambda t: t["order"])
        ]

    def _overlaps(self, root: dict) -> list[dict]:
        """The public cohorts that share patients with this one, or may."""
        mine = root["accession"]
        return [
            {"cohort": o["other"] if o["cohort"] == mine else o["cohort"]}
            | {"study": o["other_study"] if o["cohort"] == mine else o["study"]}
            | {key: o[key] for key in ("relation", "shared_low", "shared_high", "basis", "source")}
            for o in self.overlaps
            if mine in (o["cohort"], o["other"])
        ]

    def _discrepancies(self, cohort: dict) -> list[dict]:
        """Those that touch anything this row shows, the gravest first; clerical ones are left to the study's page."""
        cohorts = (None, *(holder["accession"] for holder in self.lineage(cohort)))
        found = {}
        for name, records in self.report.items():
            if (
                name in ("coverage", "appraisals", "overlaps", "facts", "all_discrepancies")
                or type(records) is not list
            ):
                continue
            for record in records:
                course = record["accession"] if name == "courses" else record.get("course")
                own_course = course in (None, self.course["accession"])
                own_cohort = (record["accession"] if name == "cohorts" else record.get("cohort")) in cohorts
                if own_course and own_cohort:
                    for holder in (record, *record.get("agents", [])):
                        found |= {d["accession"]: d for d in holder["discrepancies"]}
        order = ["misleads", "matters"]
        shown = sorted(
            (d for d in found.values() if d["severity"] in order),
            key=lambda d: (order.index(d["severity"]), d["accession"]),
        )
        return [{key: d[key] for key in ("accession", "title", "severity", "kind")} for d in shown]

    def _disease_terms(self, cohort: dict):
        """The diseases of all patients, and as `disease_only` the one told: where only “ALL” is told, B-ALL is open."""
        yield from (("disease", code) for code in self._common_diseases(cohort))
        told = next((holder["disease"] for holder in self.lineage(cohort) if holder["disease"]), None)
        if told:
            yield "disease_only", told["code"]

    def _common_diseases(self, cohort: dict) -> set[str]:
        """What filters by disease ask: the diseases that *all* patients of the cohort have, or are a kind of."""
        if cohort["disease"]:
            return set(cohort["disease_lineage"])
        parts = self.subgroups(cohort, by="disease")
        if parts:
            return set.intersection(*map(self._common_diseases, parts))
        return self._common_diseases(self.cohort(cohort["parent"])) if cohort["parent"] else {NOT_REPORTED}
