"""The clinical rows of a report: patients, treatments, cells, toxicities, outcomes, measurements, events."""

from django.contrib import admin

from ..models import (
    Agent,
    Characteristic,
    Cohort,
    CohortOverlap,
    Construct,
    Course,
    Event,
    Infusion,
    Interval,
    Lymphodepletion,
    Measurement,
    Outcome,
    Therapy,
    Toxicity,
    Transplant,
)
from .base import ExtractedAdmin, RecordAdmin


@admin.register(Cohort)
class CohortAdmin(ExtractedAdmin):
    shown = ("code", "n", "disease")
    list_filter = ("split_by", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "code", "label", "disease__label")


@admin.register(Characteristic)
class CharacteristicAdmin(ExtractedAdmin):
    shown = ("cohort", "presence", "n")
    list_filter = ("kind", "presence", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "term__label", "detail")


@admin.register(CohortOverlap)
class CohortOverlapAdmin(RecordAdmin):
    list_display = ("accession_id", "cohort", "other", "relation")
    list_filter = ("relation",)
    search_fields = ("accession__id", "cohort__label", "other__label", "basis")


@admin.register(Transplant)
class TransplantAdmin(ExtractedAdmin):
    shown = ("kind", "graft_source", "date")
    list_filter = ("kind", "graft_source", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "graft_source__label", "cohort__label")


@admin.register(Therapy)
class TherapyAdmin(ExtractedAdmin):
    shown = ("kind", "relative_to_course")
    list_filter = ("kind", "relative_to_course", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "name")


@admin.register(Agent)
class AgentAdmin(ExtractedAdmin):
    shown = ("role", "dose_low", "unit", "per")
    list_filter = ("role", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "name__label")


@admin.register(Construct)
class ConstructAdmin(ExtractedAdmin):
    shown = ("targets", "costimulatory_domains", "modules")
    search_fields = (*ExtractedAdmin.search_fields, "name", "slug", "product_name")


@admin.register(Course)
class CourseAdmin(ExtractedAdmin):
    shown = ("collected_from", "genetic_origin", "intent")
    list_filter = ("collected_from", "genetic_origin", "intent", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "cohort__label", "construct__name")


@admin.register(Interval)
class IntervalAdmin(ExtractedAdmin):
    shown = ("infusion_is", "low", "high", "unit")


@admin.register(Lymphodepletion)
class LymphodepletionAdmin(ExtractedAdmin):
    shown = ("given",)
    list_filter = ("given", "report__publication")


@admin.register(Infusion)
class InfusionAdmin(ExtractedAdmin):
    shown = ("purpose", "dose_low", "dose_high", "unit", "counted")
    list_filter = ("unit", "purpose", "report__publication")


@admin.register(Toxicity)
class ToxicityAdmin(ExtractedAdmin):
    shown = ("presence", "affected_n", "evaluable_n", "grade_low", "scale")
    list_filter = ("presence", "scale", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "term__label", "term_as_reported")


@admin.register(Outcome)
class OutcomeAdmin(ExtractedAdmin):
    shown = ("n", "denominator", "value", "unit")
    list_filter = ("measure", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "measure__label", "category__label")


@admin.register(Measurement)
class MeasurementAdmin(ExtractedAdmin):
    shown = ("specimen", "value", "absence", "unit")
    list_filter = ("analyte", "absence", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "analyte__label")


@admin.register(Event)
class EventAdmin(ExtractedAdmin):
    shown = ("order", "date")
    list_filter = ("term", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "title")
