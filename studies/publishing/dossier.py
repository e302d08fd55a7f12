"""Everything that hangs below one report, fetched once, for whoever checks or renders it."""

from collections import defaultdict
from functools import cached_property

from django.db.models import Q

from ..models import (
    Agent,
    Appraisal,
    Characteristic,
    Claim,
    Cohort,
    CohortOverlap,
    Construct,
    Course,
    Coverage,
    EligibilityCriterion,
    Event,
    Infusion,
    Interval,
    Lymphodepletion,
    Measurement,
    Outcome,
    Place,
    PublishedTableCell,
    RegistrationDescription,
    Report,
    SetStatement,
    StudyDescription,
    Therapy,
    Toxicity,
    Transplant,
)
from ..models.choices import RelativeToTransplant

# Every kind of record below a report, by the name of its API collection or, where it has none, of its part.
BELOW_REPORT = {
    "descriptions": StudyDescription,
    "plans": RegistrationDescription,
    "eligibility": EligibilityCriterion,
    "cohorts": Cohort,
    "characteristics": Characteristic,
    "transplants": Transplant,
    "therapies": Therapy,
    "constructs": Construct,
    "courses": Course,
    "intervals": Interval,
    "lymphodepletions": Lymphodepletion,
    "infusions": Infusion,
    "agents": Agent,
    "toxicities": Toxicity,
    "outcomes": Outcome,
    "measurements": Measurement,
    "events": Event,
    "claims": Claim,
    "set_statements": SetStatement,
    "table_cells": PublishedTableCell,
}
NO_FOREIGN_RECORDS = {"report", "excused_by", "accession"}


class Dossier:
    """One report with all its records and their places."""

    def __init__(self, report: Report):
        self.report = self.unit = report

    @cached_property
    def rows(self) -> dict[str, list]:
        """Collection name → its records, in the order in which they were given their accessions."""
        rows = {}
        for name, model in BELOW_REPORT.items():
            related = [
                f.name
                for f in model._meta.concrete_fields
                if f.is_relation and not f.many_to_many and f.name not in NO_FOREIGN_RECORDS
            ]
            rows[name] = list(model.objects.filter(report=self.report).select_related(*related).order_by("accession"))
        self._share(rows)
        return rows

    def _share(self, rows):
        """Let records point to the same objects, so that walking them asks the database nothing."""
        known = {record.pk: record for records in rows.values() for record in records}
        for records in rows.values():
            for record in records:
                record.report = self.report
                for field in record._meta.concrete_fields:
                    target = known.get(getattr(record, field.attname)) if field.is_relation else None
                    if target is not None and field.name != "accession":
                        setattr(record, field.name, target)

    def __iter__(self):
        for records in self.rows.values():
            yield from records

    @cached_property
    def later_transplants(self) -> set[str]:
        """Transplants that came after a CAR-T course."""
        before = RelativeToTransplant.BEFORE
        return {i.transplant_id for i in self.rows["intervals"] if i.infusion_is == before}

    @cached_property
    def coverage(self) -> dict[str, str]:
        """Topic → kind of absence, for what was looked for in the whole report and not found."""
        return {t.code: row.absence for row in self.coverage_rows if not row.course_id for t in row.topics.all()}

    @cached_property
    def coverage_of_courses(self) -> set[str]:
        """Topics on which the report is silent for one course, whatever it tells of another."""
        return {t.code for row in self.coverage_rows if row.course_id for t in row.topics.all()}

    @cached_property
    def coverage_rows(self) -> list[Coverage]:
        return list(Coverage.objects.filter(report=self.report).prefetch_related("topics"))

    @cached_property
    def appraisals(self) -> list[Appraisal]:
        found = Appraisal.objects.filter(report=self.report).order_by("accession")
        return list(found.prefetch_related("items__appraisal"))

    @cached_property
    def overlaps(self) -> list[CohortOverlap]:
        """What is recorded of patients whom its cohorts share with others."""
        cohorts = [cohort.pk for cohort in self.rows["cohorts"]]
        found = CohortOverlap.objects.filter(Q(cohort__in=cohorts) | Q(other__in=cohorts))
        return list(found.select_related("cohort__report__study", "other__report__study").order_by("accession"))

    @cached_property
    def provenance(self) -> "Provenance":
        return Provenance([record.pk for record in self])

    def subgroups(self, cohort: Cohort) -> list[Cohort]:
        """The direct subgroups of a cohort."""
        return [other for other in self.rows["cohorts"] if other.parent_id == cohort.pk]


class Provenance:
    """Places of a set of records."""

    def __init__(self, accessions: list[str], places: list[Place] | None = None):
        self.places = defaultdict(list)
        for place in _places_of(accessions) if places is None else places:
            self.places[place.record_id, place.attribute].append(place)

    @classmethod
    def of_each(cls, accessions: list[str]) -> dict[str, "Provenance"]:
        """The places of each of many records, asked for at once."""
        places = {accession: [] for accession in accessions}
        for place in _places_of(accessions):
            places[place.record_id].append(place)
        return {accession: cls([accession], found) for accession, found in places.items()}


def _places_of(accessions: list[str]):
    return Place.objects.filter(record__in=accessions).select_related("document")
