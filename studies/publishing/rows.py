"""The evidence rows of a report: one per CAR-T course of a cohort, at every level from the root to the subgroups.

Made of published forms. What was done to all patients of a cohort holds for its subgroups; what was counted in them
does not, but for what the report says occurred in none.
"""

from ..models import EvidenceRow
from ..models.toxicity import GVHD_TERMS
from ..pure.documents import dumps
from ..pure.proportions import clopper_pearson
from .compose import Published, brief, visible_overlaps

NOT_REPORTED = "not_reported"
RESPONSE_ORDER = ["MRD-neg-CR", "CMR", "CR", "CHR", "CRi", "PR", "SD", "NR", "PD"]
WHOLE_BODY = ("overall", "not_reported", "marrow", "extramedullary")  # the site that speaks for a row, best first
RESPONDED = {"CR", "CRi", "CHR", "CMR", "MRD-neg-CR", "PR", "remission_any"}
REFINED = {"MRD-neg-CR", "CMR"}
DURATIONS = ("remission_duration", "dfs_duration", "follow_up")
TOXICITY_GROUPS = {"crs": ("crs",), "icans": ("icans",), "gvhd": GVHD_TERMS}
INFUSION_KEYS = [
    "accession", "order", "purpose", "operator", "dose_low", "dose_high", "unit", "counted", "per", "schedule",
    "split_days", "date", "labels", "sources", "discrepancies",
]  # fmt: skip
INTERVAL_KEYS = ["accession", "infusion_is", "operator", "low", "high", "unit", "basis", "derivation", "sources"]


def rows_of_report(report: dict, preferred: bool, others: list[dict], published: Published) -> list[EvidenceRow]:
    """The rows of a report, each with its filter terms in `term_list`. A comparator study has none."""
    study = published.study(report["study"]) if report["study"] else None
    if study is None or study["comparator_treatment"]:
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

    def of_course(self, collection: str) -> list[dict]:
        return [record for record in self.report[collection] if record["course"] == self.course["accession"]]

    def rows(self, cohort: dict, parent_row: str) -> list[EvidenceRow]:
        """The row of a cohort and those of its subgroups."""
        row = self._row(cohort, parent_row)
        return [row, *(deeper for subgroup in self.subgroups(cohort) for deeper in self.rows(subgroup, row.row))]

    def _row(self, cohort: dict, parent_row: str) -> EvidenceRow:
        name = f"{self.course['accession']}.{cohort['accession']}" if parent_row else self.course["accession"]
        root = self.root(cohort)
        overlaps = self._overlaps(root)
        content = {
            "row": name,
            "study": self.study["slug"],
            "study_name": self.study["name"],
            "publication": brief(self.publication),
            "year": self.study["year"] or (None if self.report["retold"] else self.publication["year"]),
            "report": self.report["accession"],
            "retold": self.report["retold"],
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
            "sex": cohort["sex"],
            "disease_status": self._disease_status(cohort),
            "sources": cohort["sources"],
            "transplants": self._transplants(),
            **self._cells(),
            "lymphodepletion": self._lymphodepletion(),
            "infusions": [{key: i[key] for key in INFUSION_KEYS} for i in self.of_course("infusions")],
            "response": self._response(cohort),
            "durations": self._durations(cohort),
            **{group: self._toxicities(group, terms, cohort) for group, terms in TOXICITY_GROUPS.items()},
            "other_toxicities": self._other_toxicities(cohort),
            "overlaps": overlaps,
            "discrepancies": self._discrepancies(cohort),
        }
        row = EvidenceRow(
            row=name,
            parent_row=parent_row,
            study=self.study["slug"],
            publication=self.publication["slug"],
            course=self.course["accession"],
            cohort=cohort["accession"],
            root_cohort=root["accession"],
            above=" ".join(holder["accession"] for holder in self.lineage(cohort)[1:]),
            root_n=root["n"] or 0,
            n=cohort["n"] or 0,
            n_reported=cohort["n"] is not None,
            year=content["year"] or 0,
            overlaps=dumps(overlaps) if overlaps else "",
        )
        row.content, row.term_list = content, sorted(set(self._terms(cohort)))
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

    def _disease_status(self, cohort: dict) -> list[dict]:
        """Told of the cohort itself, or without a count of one that it lies within."""
        above = [holder["accession"] for holder in self.lineage(cohort)[1:]]
        return [
            c["term"] | {"n": c["n"], "of": c["denominator"], "sources": c["sources"]}
            for c in self.report["characteristics"]
            if c["kind"] == "disease_status" and c["presence"] == "present"
            if c["cohort"] == cohort["accession"] or (c["cohort"] in above and c["n"] is None)
        ]

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
            "agents": [agent["name"] for agent in record.get("agents", [])],
            "sources": record["sources"],
        }

    def _response(self, cohort: dict) -> dict | None:
        """Best response by category, and the responders with the exact interval where the categories are whole."""
        found = [
            o
            for o in self.of_course("outcomes")
            if o["cohort"] == cohort["accession"] and o["measure"]["code"] == "best_response"
            if o["n"] is not None and o["category"]
        ]
        if not found:
            return None
        site = min((o["site"] for o in found), key=WHOLE_BODY.index)
        found = [o for o in found if o["site"] == site]
        found.sort(key=lambda o: (_position(o["category"]["code"]), o["accession"]))
        of = found[0]["denominator"]
        response = {
            "of": of,
            "site": site,
            "categories": [
                o["category"]
                | {"outcome": o["accession"], "n": o["n"], "basis": o["basis"], "sources": o["sources"]}
                | {"discrepancies": _named(o)}
                for o in found
            ],
            "responded": None,
        }
        parts = disjoint(found)
        if all(o["denominator"] == of for o in parts) and sum(o["n"] for o in parts) == of:
            n = sum(o["n"] for o in parts if o["category"]["code"] in RESPONDED)
            interval = clopper_pearson(n, of)
            response["responded"] = {"n": n, "of": of, "low": round(interval.low, 4), "high": round(interval.high, 4)}
        return response

    def _toxicities(self, group: str, codes: tuple, cohort: dict) -> dict:
        """What followed this course; `state` is reported, or the kind of silence. What occurred in none of a cohort
        occurred in none of its subgroups; the counts stay with the cohort, which `told_of` names."""
        above = [holder["accession"] for holder in self.lineage(cohort)[1:]]
        found = [
            t
            for t in self.of_course("toxicities")
            if t["term"]["code"] in codes
            if t["cohort"] == cohort["accession"] or (t["cohort"] in above and t["presence"] == "absent")
        ]
        return {
            "state": "reported" if found else self.silences.get(group, NOT_REPORTED),
            "items": [self._toxicity(t) for t in found],
        }

    def _toxicity(self, toxicity: dict) -> dict:
        return (
            toxicity["term"]
            | {"toxicity": toxicity["accession"], "told_of": toxicity["cohort"], "presence": toxicity["presence"]}
            | {"n": toxicity["affected_n"], "of": toxicity["evaluable_n"], "severity": toxicity["severity_as_worded"]}
            | {key: toxicity[key] for key in ("grade_operator", "grade_low", "grade_high", "scale", "sources")}
            | {"discrepancies": _named(toxicity)}
        )

    def _other_toxicities(self, cohort: dict) -> list[dict]:
        """What else is told to have occurred after this course in this very cohort."""
        grouped = {code for codes in TOXICITY_GROUPS.values() for code in codes}
        return [
            self._toxicity(t)
            for t in self.of_course("toxicities")
            if t["cohort"] == cohort["accession"] and t["presence"] != "absent" and t["term"]["code"] not in grouped
        ]

    def _durations(self, cohort: dict) -> list[dict]:
        """How long a remission lasted, and how long the patients were followed."""
        keys = ("operator", "value", "value_high", "unit", "statistic", "duration_end", "labels", "sources")
        found = [
            o["measure"] | {key: o[key] for key in keys} | {"outcome": o["accession"], "discrepancies": _named(o)}
            for o in self.of_course("outcomes")
            if o["cohort"] == cohort["accession"] and o["measure"]["code"] in DURATIONS and o["value"] is not None
        ]
        return sorted(found, key=lambda o: DURATIONS.index(o["code"]))

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

    # Terms

    def _terms(self, cohort: dict):
        """What the filters ask. A disease term says that *all* patients of the row have it, or a kind of it."""
        for code in self._common_diseases(cohort):
            yield "disease", code
        yield "collected_from", self.course["collected_from"]
        yield "genetic_origin", self.course["genetic_origin"]

    def _common_diseases(self, cohort: dict) -> set[str]:
        if cohort["disease"]:
            return set(cohort["disease_lineage"])
        parts = self.subgroups(cohort, by="disease")
        if parts:
            return set.intersection(*map(self._common_diseases, parts))
        return self._common_diseases(self.cohort(cohort["parent"])) if cohort["parent"] else {NOT_REPORTED}


def disjoint(outcomes: list[dict]) -> list[dict]:
    """The responses without those that refine another: an MRD-negative CR is one of the CRs beside it."""
    codes = {o["category"]["code"] for o in outcomes}
    return [o for o in outcomes if o["category"]["code"] not in REFINED or not codes & {"CR", "CRi", "CHR"}]


def _named(record: dict) -> list[str]:
    return [d["accession"] for d in record["discrepancies"]]


def _position(code: str) -> int:
    return RESPONSE_ORDER.index(code) if code in RESPONSE_ORDER else len(RESPONSE_ORDER)
