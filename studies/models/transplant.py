"""Transplants, before or after the CAR-T cells: the order is the most important thing about a case."""

from django.db import models

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import DoseUnit, TransplantKind
from .cohort import Cohort
from .columns import PartialDateField, choice_field, decimal_field, operator_field
from .vocabulary import term_field


class Transplant(Extracted):
    """One haematopoietic stem cell transplantation of a cohort."""

    KIND = "TRA"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="transplants")
    order = models.PositiveSmallIntegerField(help_text="First, second … transplant of these patients.")
    kind = choice_field(TransplantKind)
    graft_source = term_field("graft_source", help_text="“not_reported” is one of the terms.")
    donor = term_field("donor", help_text="“not_reported” is one of the terms.")
    units = models.PositiveSmallIntegerField("graft units", null=True, blank=True)
    hla_match = models.CharField("HLA match as worded", max_length=80, blank=True)
    hla_matched = models.PositiveSmallIntegerField("HLA alleles matched", null=True, blank=True)
    hla_tested = models.PositiveSmallIntegerField("HLA alleles tested", null=True, blank=True)
    conditioning_intensity = models.CharField(max_length=40, blank=True)
    date = PartialDateField()
    tnc_dose = decimal_field(help_text="Total nucleated cells.")
    tnc_unit = choice_field(DoseUnit, blank=True)
    cd34_dose = decimal_field(help_text="CD34+ cells.")
    cd34_unit = choice_field(DoseUnit, blank=True)
    neutrophil_engraftment_operator = operator_field()
    neutrophil_engraftment_day = models.PositiveSmallIntegerField(null=True, blank=True)
    neutrophil_threshold = models.CharField(max_length=60, blank=True)
    platelet_engraftment_operator = operator_field()
    platelet_engraftment_day = models.PositiveSmallIntegerField(null=True, blank=True)
    platelet_threshold = models.CharField(max_length=60, blank=True)

    class Meta(Extracted.Meta):
        ordering = ["cohort", "order"]
        constraints = [
            *Extracted.Meta.constraints,
            models.UniqueConstraint(fields=["cohort", "order"], name="transplant_order_once"),
            models.CheckConstraint(
                condition=models.Q(hla_matched__lte=models.F("hla_tested")),
                name="transplant_hla_matched_up_to_tested",
                violation_error_message="More HLA alleles matched than tested.",
            ),
            models.CheckConstraint(
                condition=(models.Q(tnc_dose__isnull=True) | (models.Q(tnc_dose__gt=0) & ~models.Q(tnc_unit="")))
                & (models.Q(cd34_dose__isnull=True) | (models.Q(cd34_dose__gt=0) & ~models.Q(cd34_unit=""))),
                name="transplant_dose_has_unit",
                violation_error_message="A cell dose is greater than nought and needs its unit.",
            ),
        ]

    def __str__(self):
        return f"transplant {self.order}: {self.graft_source} ({self.cohort.label})"

    def clean(self):
        super().clean()
        if not self.lacks("report", "cohort"):
            self.same_report("cohort")

    def statements(self):
        yield Statement("kind", "transplant_kind", self.kind)
        for name in ("graft_source", "donor"):
            if getattr(self, name).code != "not_reported":
                yield Statement(name, name, getattr(self, name).code)
        for name in ("hla_match", "conditioning_intensity"):
            if getattr(self, name):
                yield Statement(name, name, getattr(self, name))
        if self.units is not None:
            yield Statement("units", "graft_units", str(self.units))
        if self.hla_matched is not None:
            yield Statement("hla_matched", "hla_matched", str(self.hla_matched), denominator=self.hla_tested)
        if self.date:
            yield Statement("date", "transplant_date", self.date, extras={"date": self.date})
        for name, counted in (("tnc", "nucleated"), ("cd34", "CD34-positive")):
            dose = getattr(self, f"{name}_dose")
            if dose is not None:
                unit = getattr(self, f"{name}_unit")
                yield Statement(f"{name}_dose", f"{name}_dose", plain(dose), unit=unit, extras={"counted": counted})
        for lineage in ("neutrophil", "platelet"):
            field = f"{lineage}_engraftment_day"
            if getattr(self, field) is not None:
                operator = getattr(self, f"{lineage}_engraftment_operator")
                extras = {"day": str(getattr(self, field)), "day_from": "transplant"}
                yield Statement(field, field, str(getattr(self, field)), operator, "days", extras=extras)
            if getattr(self, f"{lineage}_threshold"):
                field = f"{lineage}_threshold"
                yield Statement(field, field, getattr(self, field))
