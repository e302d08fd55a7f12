"""The evidence rows of a report: one per CAR-T course of a cohort, at every level from the root to the subgroups."""

from ..models import Cohort, Course, EvidenceRow
from ..models.choices import Presence
from ..models.toxicity import GVHD_TERMS
from ..pure.documents import dumps
from ..pure.proportions import clopper_pearson
from .documents import ReportDocuments, brief, joined_labels, overlaps_of

NOT_REPORTED = "not_reported"
RESPONSE_ORDER = ["CR", "CRi", "PR", "SD", "PD", "NR"]
RESPONDED = {"CR", "CRi", "PR"}
TOXICITY_GROUPS = {"crs": ("crs",), "icans": ("icans",), "gvhd": GVHD_TERMS}


def rows_of_report(documents: ReportDocuments, preferred: bool, others: list) -> list[tuple[EvidenceRow, list]]:
    """Each row with its filter terms. A comparator study of another treatment has none."""
    report = documents.dossier.report
    if not report.study or report.study.comparator_treatment:
        return []
    rows = []
    for course in documents.dossier.rows["courses"]:
        rows += _rows_of_course(_RowMaker(documents, course, preferred, others), course.cohort, "")
    return rows


def _rows_of_course(maker: "_RowMaker", cohort: Cohort, parent_row: str) -> list:
    row, terms = maker.row(cohort, parent_row)
    rows = [(row, terms)]
    for subgroup in maker.dossier.subgroups(cohort):
        rows += _rows_of_course(maker, subgroup, row.row)
    return rows


class _RowMaker:
    """Makes the rows of one course. What was done to all patients of the cohort holds for its subgroups; what was
    counted in them does not, but for what the report says occurred in none."""

    def __init__(self, documents: ReportDocuments, course: Course, preferred: bool, others: list):
        self.documents, self.dossier = documents, documents.dossier
        self.course, self.preferred, self.others = course, preferred, others
        self.report = self.dossier.report
        self.study_overlaps = overlaps_of(self.report.study)

    def row(self, cohort: Cohort, parent_row: str) -> tuple[EvidenceRow, list[tuple[str, str]]]:
        publication, study = self.report.publication, self.report.study
        name = f"{self.course.pk}.{cohort.pk}" if parent_row else self.course.pk
        document = {
            "row": name,
            "study": study.slug,
            "study_name": study.name,
            "publication": brief(publication),
            "year": publication.year if not self.report.retold else _year_of(study),
            "report": self.report.pk,
            "retold": self.report.retold,
            "other_reports": [{"publication": o.publication.slug, "name": o.publication.name} for o in self.others],
            "course": self.course.pk,
            "course_number": self.course.number,
            "previous_course": self.course.previous_id,
            "cohort": cohort.pk,
            "cohort_label": cohort.label,
            "is_subgroup": bool(parent_row),
            "subgroup_of": cohort.parent_id,
            "split_by": cohort.split_by or None,
            "n_patients": cohort.n,
            "diseases": self._diseases(cohort),
            **self._patients(cohort),
            "transplants": self._transplants(),
            **self._cells(),
            "lymphodepletion": self._lymphodepletion(),
            "infusions": [_kept(self.documents.record(i), INFUSION_KEYS) for i in self._given("infusions")],
            "response": self._response(cohort),
            **{group: self._toxicities(group, terms, cohort) for group, terms in TOXICITY_GROUPS.items()},
        }
        document["overlaps"] = self._overlaps(cohort.root)
        document["discrepancies"] = self._discrepancies(cohort)
        terms = sorted(set(self._terms(cohort, document)))
        row = EvidenceRow(
            row=name,
            parent_row=parent_row,
            preferred=self.preferred,
            study=study.slug,
            publication=publication.slug,
            course=self.course.pk,
            cohort=cohort.pk,
            n=cohort.n or 0,
            n_reported=cohort.n is not None,
            year=document["year"],
            overlaps=dumps(document["overlaps"]) if document["overlaps"] else "",
            document=dumps(document),
        )
        return row, terms

    # Parts

    def _given(self, collection: str) -> list:
        return [record for record in self.dossier.rows[collection] if record.course_id == self.course.pk]

    def _diseases(self, cohort: Cohort) -> list[dict]:
        """The diseases of a cohort with their counts: those of its finest subgroups by disease, or its own."""
        parts = [s for s in self.dossier.subgroups(cohort) if s.split_by == Cohort.SplitBy.DISEASE]
        if parts:
            return [disease for part in parts for disease in self._diseases(part)]
        if cohort.disease_id:
            return [{"code": cohort.disease.code, "label": cohort.disease.label, "n": cohort.n, "cohort": cohort.pk}]
        return []

    def _patients(self, cohort: Cohort) -> dict:
        sources = self.documents.sources
        return {
            "age_low": _number(cohort.age_low),
            "age_high": _number(cohort.age_high),
            "age_unit": cohort.age_unit if cohort.age_low is not None else None,
            "sex": cohort.sex or None,
            "disease_status": [
                {
                    "code": c.term.code,
                    "label": c.term.label,
                    "n": c.n,
                    "of": c.denominator,
                    "sources": sources.get(c.pk, {}),
                }
                for c in self.dossier.of_cohort("characteristics", cohort)
                if c.kind == "disease_status" and c.presence == Presence.PRESENT
            ],
            "sources": sources.get(cohort.pk, {}),
        }  # fmt: skip

    def _transplants(self) -> list[dict]:
        intervals = {i.transplant_id: i for i in self._given("intervals")}
        parts = []
        for transplant in self.dossier.of_cohort("transplants", self.course.cohort.root):
            interval = intervals.get(transplant.pk)
            parts.append(
                {
                    "transplant": transplant.pk,
                    "order": transplant.order,
                    "kind": transplant.kind,
                    "graft_source": {"code": transplant.graft_source.code, "label": transplant.graft_source.label},
                    "donor": {"code": transplant.donor.code, "label": transplant.donor.label},
                    "date": transplant.date or None,
                    "infusion_is": interval.infusion_is if interval else NOT_REPORTED,
                    "interval": _kept(self.documents.record(interval), INTERVAL_KEYS) if interval else None,
                    "sources": self.documents.sources.get(transplant.pk, {}),
                }
            )
        return parts

    def _cells(self) -> dict:
        course, construct = self.course, self.course.construct
        cells = {
            "collected_from": course.collected_from,
            "genetic_origin": course.genetic_origin,
            "collected_relative_to_hsct": course.collected_relative_to_hsct,
            "source_as_worded": course.source_as_worded or None,
            "intent": course.intent,
            "labels": {
                name: getattr(course, f"get_{name}_display")()
                for name in ("collected_from", "genetic_origin", "collected_relative_to_hsct", "intent")
            },
            "course_sources": self.documents.sources.get(course.pk, {}),
            "construct": None,
        }
        if construct:
            cells["construct"] = {
                "slug": construct.slug,
                "name": construct.name,
                "targets": construct.targets.split("+"),
                "costimulatory_domains": construct.costimulatory_domains or None,
                "modules": [
                    {"code": code, "label": joined_labels("module", code)}
                    for code in (construct.modules.split("+") if construct.modules else [])
                ],
                "sources": self.documents.sources.get(construct.pk, {}),
            }
        return cells

    def _lymphodepletion(self) -> dict | None:
        found = self._given("lymphodepletions")
        if not found:
            return None
        record = found[0]
        agents = [a for a in self.dossier.rows["agents"] if a.lymphodepletion_id == record.pk]
        return {
            "given": record.given,
            "label": record.get_given_display(),
            "day_first": record.day_first,
            "day_last": record.day_last,
            "agents": [{"code": a.name.code, "label": a.name.label} for a in agents],
            "sources": self.documents.sources.get(record.pk, {}),
        }

    def _response(self, cohort: Cohort) -> dict | None:
        """Best response by category, and the responders with the exact interval where the categories are whole."""
        found = [
            o for o in self.dossier.of_cohort("outcomes", cohort)
            if o.course_id == self.course.pk and o.measure.code == "best_response" and o.n is not None and o.category_id
        ]  # fmt: skip
        if not found:
            return None
        found.sort(key=lambda o: (_position(o.category.code), o.pk))
        of = found[0].denominator
        response = {
            "of": of,
            "categories": [
                {
                    "outcome": o.pk,
                    "code": o.category.code,
                    "label": o.category.label,
                    "n": o.n,
                    "basis": o.basis,
                    "sources": self.documents.sources.get(o.pk, {}),
                    "discrepancies": [d.pk for d in self.dossier.provenance.touching(o.pk)],
                }
                for o in found
            ],
            "responded": None,
        }
        if all(o.denominator == of for o in found) and sum(o.n for o in found) == of:
            n = sum(o.n for o in found if o.category.code in RESPONDED)
            interval = clopper_pearson(n, of)
            response["responded"] = {"n": n, "of": of, "low": round(interval.low, 4), "high": round(interval.high, 4)}
        return response

    def _toxicities(self, group: str, codes: tuple, cohort: Cohort) -> dict:
        """What followed this course; `state` is reported, or the kind of silence."""
        own = [t for t in self.dossier.of_cohort("toxicities", cohort) if t.term.code in codes]
        if cohort.parent_id:
            absent = [t for t in self.dossier.of_cohort("toxicities", cohort.root) if t.presence == Presence.ABSENT]
            own += [t for t in absent if t.term.code in codes]
        found = [t for t in own if t.course_id == self.course.pk]
        return {
            "state": "reported" if found else self.dossier.coverage.get(group, NOT_REPORTED),
            "items": [
                {
                    "toxicity": t.pk,
                    "code": t.term.code,
                    "label": t.term.label,
                    "presence": t.presence,
                    "n": t.affected_n,
                    "of": t.evaluable_n,
                    "grade_low": t.grade_low,
                    "grade_high": t.grade_high,
                    "scale": {"code": t.scale.code, "label": t.scale.label} if t.scale else None,
                    "severity": t.severity_as_worded or None,
                    "sources": self.documents.sources.get(t.pk, {}),
                    "discrepancies": [d.pk for d in self.dossier.provenance.touching(t.pk)],
                }
                for t in found
            ],
        }

    def _discrepancies(self, cohort: Cohort) -> list[dict]:
        """Those that touch anything this row shows, the gravest first; clerical ones are left to the study's page."""
        found = {}
        for record in self.dossier:
            other_course = getattr(record, "course_id", None) not in (None, self.course.pk)
            other_cohort = getattr(record, "cohort_id", None) not in (None, cohort.pk, cohort.root.pk)
            if other_course or other_cohort:
                continue
            for discrepancy in self.dossier.provenance.touching(record.pk):
                found[discrepancy.pk] = discrepancy
        order = ["misleads", "matters", "clerical"]
        shown = sorted(found.values(), key=lambda d: (order.index(d.severity), d.pk))
        return [
            {"accession": d.pk, "title": d.title, "severity": d.severity, "kind": d.kind}
            for d in shown
            if d.severity != "clerical"
        ]

    def _overlaps(self, root: Cohort) -> list[dict]:
        """The published cohorts that share patients with this one, or may."""
        return [
            {
                "cohort": overlap.other_id if overlap.cohort_id == root.pk else overlap.cohort_id,
                "relation": overlap.relation,
                "shared_low": overlap.shared_low,
                "shared_high": overlap.shared_high,
                "basis": overlap.basis,
            }
            for overlap in self.study_overlaps
            if root.pk in (overlap.cohort_id, overlap.other_id)
        ]

    # Terms

    def _terms(self, cohort: Cohort, document: dict):
        """What the filters ask. A disease term says that *all* patients of the row have it, or a kind of it."""
        for code in self._common_diseases(cohort):
            yield "disease", code
        yield "collected_from", self.course.collected_from
        yield "genetic_origin", self.course.genetic_origin

    def _common_diseases(self, cohort: Cohort) -> set[str]:
        if cohort.disease_id:
            return {term.code for term in cohort.disease.lineage()}
        parts = [s for s in self.dossier.subgroups(cohort) if s.split_by == Cohort.SplitBy.DISEASE]
        if not parts:
            return {NOT_REPORTED}
        return set.intersection(*(self._common_diseases(part) for part in parts))


INFUSION_KEYS = [
    "accession", "order", "purpose", "operator", "dose_low", "dose_high", "unit", "counted", "per", "schedule",
    "split_days", "date", "labels", "sources", "discrepancies",
]  # fmt: skip
INTERVAL_KEYS = ["accession", "infusion_is", "operator", "low", "high", "unit", "basis", "derivation", "sources"]


def _kept(document: dict, keys: list[str]) -> dict:
    return {key: document[key] for key in keys if key in document}


def _number(value):
    return None if value is None else float(value) if value % 1 else int(value)


def _position(code: str) -> int:
    return RESPONSE_ORDER.index(code) if code in RESPONSE_ORDER else len(RESPONSE_ORDER)


def _year_of(study) -> int:
    """The year in the study's own name, since a retelling is younger than what it retells."""
    years = [part for part in study.slug.split("-") if part.isdigit() and len(part) == 4]
    return int(years[0]) if years else 0
