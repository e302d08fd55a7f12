"""The grammar of the evidence: the one FilterSet behind the table, its API twin and everything made from them.

A filter has three answers for a row: it matches, it does not, or the report is silent and nobody can tell. Rows nobody
can tell make the *unknown* pile, counted apart and asked for with `pile=unknown`.
"""

import django_filters
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, Value, When

from ..models import EvidenceRow
from ..models.choices import (
    AgeGroup,
    CollectedFrom,
    Design,
    DoseUnit,
    GeneticOrigin,
    Intent,
    LymphodepletionGiven,
    Presence,
    ReadAs,
    RelativeToTransplant,
    Severity,
    Sex,
)
from .filter_kinds import DoseBound, TermFilter, TreeFilter, WordsFilter, YearBound
from .strict import BadQuery

PILES = ("matching", "unknown")
GRADES = [(str(grade), f"grade {grade}") for grade in range(1, 6)]
ANTIGEN = [("present", "carried"), ("absent", "not carried, or lost")]
EARLIER = [("present", "given before"), ("absent", "none before")]
CHECKED = [("checked", "done"), ("not_checked", "not done")]
ORDER = [
    *RelativeToTransplant.choices,
    ("after_hsct_after_car_t", "after HSCT that itself followed CAR-T cells"),
    ("between_hscts", "after one HSCT and before another"),
]
TRANSPLANTS = [("none", "none before"), ("one", "one before"), ("two_or_more", "two or more before")]
RELAPSE = [("present", "relapsed"), ("absent", "no relapse")]
GROUPS = {
    "patients": "Patients and disease",
    "transplant": "Transplant",
    "cells": "CAR-T cells",
    "results": "Results",
    "toxicity": "Toxicity",
    "source": "Where it is told",
}


def _toxicity(name: str) -> TermFilter:
    return TermFilter(
        label=name, group="toxicity", sentence=name, choices=Presence.choices,
        help_text=f"{name} after the course: said to have occurred, said to have not, suspected, or silence.",
    )  # fmt: skip


def _grade(name: str) -> TermFilter:
    return TermFilter(
        label=f"{name} grade", group="toxicity", sentence=f"{name} grade", choices=GRADES,
        help_text=f"Grade of {name}, as printed, on whichever scale. Grades of two scales do not compare.",
    )  # fmt: skip


def _scale(name: str) -> TermFilter:
    return TermFilter(
        label=f"{name} scale", group="toxicity", sentence=f"{name} scale", vocabulary="grading_scale",
        help_text=f"Scale that {name} was graded on.",
    )  # fmt: skip


class EvidenceFilterSet(django_filters.FilterSet):
    disease = TreeFilter(
        label="Disease", group="patients", sentence="disease", vocabulary="disease",
        help_text="Code of the disease tree; kinds of it are found too. A mixed study answers with its subgroup.",
    )  # fmt: skip
    age_group = TermFilter(
        label="Age group", group="patients", sentence="age group", choices=AgeGroup.choices,
        help_text="Children, adults or both, as worded or by the ages given.",
    )  # fmt: skip
    sex = TermFilter(
        label="Sex", group="patients", sentence="sex", choices=Sex.choices, help_text="Sex of the patients of the row."
    )
    disease_status = TermFilter(
        label="Disease at infusion", group="patients", sentence="disease at infusion", vocabulary="characteristic",
        help_text="State of the disease when the cells were given: relapsed, refractory, in remission at high risk …",
    )  # fmt: skip
    antigen = TermFilter(
        label="Target on the malignant cells", group="patients", sentence="target on the malignant cells",
        choices=ANTIGEN,
        help_text="Whether the malignant cells were said to carry what the CAR binds when the cells were given. A "
        "relapse or earlier CAR-T cells may have lost it: there, what was told at diagnosis leaves it open.",
    )  # fmt: skip
    earlier_car_t = TermFilter(
        label="Earlier CAR-T cells", group="patients", sentence="earlier CAR-T cells", choices=EARLIER,
        help_text="Whether the patients had been given CAR-T cells before this course.",
    )  # fmt: skip
    extramedullary = TermFilter(
        label="Extramedullary disease", group="patients", sentence="extramedullary disease",
        choices=[("present", "present")], help_text="Whether a site of disease outside the marrow is told.",
    )  # fmt: skip
    site = TermFilter(
        label="Site outside the marrow", group="patients", sentence="site outside the marrow",
        vocabulary="characteristic", help_text="A site of disease outside the marrow at the course.",
    )  # fmt: skip
    order = TermFilter(
        label="Infusion and transplant", group="transplant", sentence="CAR-T cells infused",
        choices=ORDER,
        help_text="Infused before or after an allogeneic transplant; after one that followed earlier CAR-T cells; "
        "between two transplants.",
    )  # fmt: skip
    earlier_transplants = TermFilter(
        label="Transplants before the cells", group="transplant", sentence="transplants before the cells",
        choices=TRANSPLANTS,
        help_text="Allogeneic transplants before the course. Only a paper on its own patient tells that there was no "
        "other; elsewhere one that is told is the least there were.",
    )  # fmt: skip
    graft_source = TermFilter(
        label="Graft", group="transplant", sentence="graft", vocabulary="graft_source",
        help_text="Source of the graft of a transplant of these patients.",
    )  # fmt: skip
    donor = TermFilter(
        label="Donor of the graft", group="transplant", sentence="graft donor", vocabulary="donor",
        help_text="Donor of a transplant of these patients.",
    )  # fmt: skip
    collected_from = TermFilter(
        label="T cells collected from", group="cells", sentence="T cells collected from", choices=CollectedFrom.choices,
        help_text="From whom the T cells were collected: one of the two axes of the T-cell source.",
    )  # fmt: skip
    genetic_origin = TermFilter(
        label="Genetic origin of the T cells", group="cells", sentence="genetic origin of the T cells",
        choices=GeneticOrigin.choices, help_text="Whose genome the T cells carry: the other axis.",
    )  # fmt: skip
    intent = TermFilter(
        label="Intent", group="cells", sentence="intent", choices=Intent.choices, help_text="What the cells were for."
    )
    target = TermFilter(
        label="Target", group="cells", sentence="target", vocabulary="antigen", help_text="Antigen that the CAR binds."
    )
    costimulation = TermFilter(
        label="Costimulation", group="cells", sentence="costimulation", vocabulary="costimulatory_domain",
        help_text="A costimulatory domain of the CAR.",
    )  # fmt: skip
    module = TermFilter(
        label="Added module", group="cells", sentence="added module", vocabulary="module",
        help_text="What the vector carries beside the CAR, such as a short hairpin RNA or a suicide gene.",
    )  # fmt: skip
    lymphodepletion = TermFilter(
        label="Lymphodepletion", group="cells", sentence="lymphodepletion", choices=LymphodepletionGiven.choices,
        help_text="Given, explicitly none, optional, or silence.",
    )  # fmt: skip
    dose_unit = TermFilter(
        label="Unit of the dose", group="cells", sentence="unit of the dose", choices=DoseUnit.choices,
        help_text="Unit that a dose is printed in. Units are never converted.",
    )  # fmt: skip
    dose_min = DoseBound(label="Dose at least", help_text="Least cells, in the unit of `dose_unit`, such as 1e6.")
    dose_max = DoseBound(label="Dose at most", help_text="Most cells, in the unit of `dose_unit`.")
    response = TermFilter(
        label="Response", group="results", sentence="response", vocabulary="response",
        help_text="A best response that at least one patient of the row had.",
    )  # fmt: skip
    mrd = TermFilter(
        label="MRD after the course", group="results", sentence="MRD", vocabulary="response",
        help_text="Measurable residual disease after the course, in at least one patient.",
    )  # fmt: skip
    relapse = TermFilter(
        label="Relapse", group="results", sentence="relapse", choices=RELAPSE, vocabulary="response",
        help_text="Relapse after the course, or after the transplant it was a bridge to: whether, and of which kind.",
    )  # fmt: skip
    crs, crs_grade, crs_scale = _toxicity("CRS"), _grade("CRS"), _scale("CRS")
    icans, icans_grade, icans_scale = _toxicity("Neurotoxicity"), _grade("Neurotoxicity"), _scale("Neurotoxicity")
    gvhd, gvhd_grade, gvhd_scale = _toxicity("GVHD of any kind"), _grade("GVHD"), _scale("GVHD")
    acute_gvhd, chronic_gvhd = _toxicity("Acute GVHD"), _toxicity("Chronic GVHD")
    design = TermFilter(
        label="Design", group="source", sentence="design", choices=Design.choices, help_text="Design of the study."
    )
    read_as = TermFilter(
        label="How it was read", group="source", sentence="read as", silent=False,
        choices=[*ReadAs.choices, ("retold", "retold by another document")],
        help_text="What was read: full text, slides, abstract; or only what another document retells.",
    )  # fmt: skip
    haematologist = TermFilter(
        label="Checked by a haematologist", group="source", sentence="check by a haematologist", silent=False,
        choices=CHECKED,
        help_text="Whether a haematologist has checked what the document says of the study, as it is public.",
    )  # fmt: skip
    discrepancies = TermFilter(
        label="Discrepancies", group="source", sentence="discrepancies", silent=False,
        choices=[*Severity.choices, ("none", "none")], help_text="How much a discrepancy that touches the row matters.",
    )  # fmt: skip
    publication = TermFilter(
        label="Publication", group="source", sentence="told by", collection="publications", silent=False,
        help_text="Slug of the document that tells of it.",
    )  # fmt: skip
    study = TermFilter(
        label="Study",
        group="source",
        sentence="study",
        collection="studies",
        silent=False,
        help_text="Slug of the study.",
    )
    year_min = YearBound(label="Year from", comparison="gte", help_text="First year of the study's report.")
    year_max = YearBound(label="Year to", comparison="lte", help_text="Last year of the study's report.")
    q = WordsFilter(label="Words", help_text="Every word must stand in what the row shows.")

    class Meta:
        model = EvidenceRow
        fields = []

    def __init__(self, data, queryset, revision: int):
        # The filters keep nothing of a query, so they are not copied for each as the parent class would.
        self.data, self.queryset, self.revision, self.active = data, queryset, revision, {}

    @classmethod
    def parameters(cls) -> set[str]:
        return set(cls.base_filters)

    @classmethod
    def asked(cls, query, revision: int) -> "EvidenceFilterSet":
        """The filters of a query. Raises BadQuery where a value is not one of a filter's."""
        filterset = cls(query, EvidenceRow.objects.current().preferred(), revision)
        given = {name: query.getlist(name) for name in cls.base_filters}
        filterset.active = {
            name: values
            for name, values in given.items()
            if any(values) or (values and not cls.base_filters[name].blank)
        }
        faults = []
        for name, values in filterset.active.items():
            faults += cls.base_filters[name].faults(name, values, query, revision)
        if faults:
            raise BadQuery(faults)
        return filterset

    def without(self, name: str) -> "EvidenceFilterSet":
        """The same filters but for one."""
        return self._keeping(set(self.active) - {name, *(DOSE if name == "dose_unit" else ())})

    def only(self, name: str) -> "EvidenceFilterSet":
        """One of the filters by itself."""
        return self._keeping({name, *({"dose_unit"} if name in DOSE else ())})

    def _keeping(self, names: set[str]) -> "EvidenceFilterSet":
        query = self.data.copy()
        for name in set(query) - names:
            del query[name]
        return type(self).asked(query, self.revision)

    def meeting(self):
        """Every row that meets the filters, cohorts and their subgroups alike."""
        return self.queryset.filter(self._conditions()[0])

    def met_together(self) -> dict[tuple[str, ...], int]:
        """The active filters that a row meets, all it meets and no others → the courses of such rows."""
        names = list(self.active)
        met = {
            f"meets_{name}": Case(
                When(self.base_filters[name].met(self.active[name], self.data, self.revision), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            for name in names
        }
        found = self.queryset.order_by().annotate(**met).values_list(*met).annotate(n=Count("course", distinct=True))
        return {tuple(name for name, meets in zip(names, row, strict=False) if meets): row[-1] for row in found}

    def possible(self):
        """Every row that meets the filters or, for all that is told, may."""
        return self.queryset.filter(self._conditions()[1])

    def _conditions(self) -> tuple[Q, Q]:
        """What a row that matches meets; and what one meets that may match, for all that is told."""
        met, possible = Q(), Q()
        for name, values in self.active.items():
            asked = self.base_filters[name]
            matches = asked.met(values, self.data, self.revision)
            met &= matches
            possible &= matches | asked.open(values, self.data, self.revision)
        return met, possible

    def pile(self, which: str):
        """The rows of a pile: of each course the most general cohort that is wholly in it."""
        if not self.active:
            return self.queryset.filter(parent_row="") if which == "matching" else self.queryset.none()
        met, possible = self._conditions()
        if which == "matching":
            return self._topmost(met, met)
        # A row below one that matches is not unknown, so both piles stand above it.
        # Nor is one above a row that matches: its course has an answer.
        below = EvidenceRow.objects.current().filter(met, course=OuterRef("course"))
        within = below.filter(above__contains=OuterRef("cohort"))
        return self._topmost(possible & ~met, possible).exclude(Exists(within))

    def _topmost(self, condition: Q, condition_above: Q):
        above = EvidenceRow.objects.current().filter(condition_above, row=OuterRef("parent_row"))
        return self.queryset.filter(condition).exclude(Exists(above))

    def words(self) -> list[dict]:
        """The active filters in words: `text`, and the parameter and value that a page can take away."""
        return [
            {
                "parameter": name,
                "value": value,
                "text": f"{self._spoken(name)}: {self.base_filters[name].said(value, self.revision)}",
            }
            for name, values in self.active.items()
            for value in values
        ]

    def sentence(self, pile: str = PILES[0]) -> str:
        """The filter as one sentence, written on the page and into every answer."""
        if not self.active:
            return "All CAR-T courses."
        parts = []
        for name, values in self.active.items():
            said = " or ".join(self.base_filters[name].said(value, self.revision) for value in values)
            parts.append(f"{self._spoken(name)} {said}" if name in BOUNDS else f"{self._spoken(name)} is {said}")
        where = "where" if pile == PILES[0] else "of which nobody can tell whether"
        return f"CAR-T courses {where} {' and '.join(parts)}."

    def _spoken(self, name: str) -> str:
        sentence = self.base_filters[name].sentence
        return f"{sentence} {BOUNDS[name]}" if name in BOUNDS else sentence


DOSE = ("dose_min", "dose_max")  # which mean nothing without their unit
BOUNDS = {"dose_min": "at least", "dose_max": "at most", "year_min": "from", "year_max": "to"}
