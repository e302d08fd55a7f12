"""Publications, what was read of them, studies, registrations and the reports that join them."""

from django.contrib import admin

from ..models import (
    Author,
    Citation,
    Coverage,
    EligibilityCriterion,
    Publication,
    PublishedTable,
    PublishedTableCell,
    PublishedTableColumn,
    Registration,
    RegistrationDescription,
    Report,
    SourceRead,
    Study,
    StudyDescription,
)
from .base import ExtractedAdmin, PublishedAdmin, RecordAdmin


class AuthorInline(admin.TabularInline):
    model = Author
    extra = 0


@admin.register(Publication)
class PublicationAdmin(PublishedAdmin):
    inlines = [AuthorInline]
    list_display = ("accession_id", "name", "kind", "year", "journal", "extraction_state", "state")
    list_filter = ("state", "extraction_state", "kind", "year")
    search_fields = ("accession__id", "name", "slug", "title", "doi", "pmid", "authors__family_name")


@admin.register(SourceRead)
class SourceReadAdmin(RecordAdmin):
    list_display = ("accession_id", "publication", "read_as", "read_on", "reader")
    list_filter = ("read_as",)
    search_fields = ("accession__id", "publication__name", "checksum")


@admin.register(Citation)
class CitationAdmin(RecordAdmin):
    list_display = ("accession_id", "citing", "number", "cited", "cited_for")
    list_filter = ("citing",)
    search_fields = ("accession__id", "citing__name", "cited__name", "cited_for")


class PublishedTableColumnInline(admin.TabularInline):
    model = PublishedTableColumn
    extra = 0


@admin.register(PublishedTable)
class PublishedTableAdmin(RecordAdmin):
    inlines = [PublishedTableColumnInline]
    list_display = ("accession_id", "publication", "number", "caption")
    list_filter = ("publication",)
    search_fields = ("accession__id", "publication__name", "caption")


@admin.register(PublishedTableCell)
class PublishedTableCellAdmin(ExtractedAdmin):
    shown = ("difference",)
    list_filter = ("difference", "table", "column")
    search_fields = (*ExtractedAdmin.search_fields, "reason")


@admin.register(Study)
class StudyAdmin(PublishedAdmin):
    list_display = ("accession_id", "name", "slug", "comparator_treatment", "state")
    list_filter = ("state",)
    search_fields = ("accession__id", "name", "slug")


@admin.register(Registration)
class RegistrationAdmin(PublishedAdmin):
    list_display = ("accession_id", "identifier", "registry", "state")
    list_filter = ("state", "registry")
    search_fields = ("accession__id", "identifier")


@admin.register(Report)
class ReportAdmin(PublishedAdmin):
    list_display = ("accession_id", "publication", "study", "registration", "role", "state")
    list_filter = ("state", "role", "publication")
    search_fields = ("accession__id", "publication__name", "study__name", "registration__identifier")


@admin.register(StudyDescription)
class StudyDescriptionAdmin(ExtractedAdmin):
    shown = ("design", "centre")


@admin.register(RegistrationDescription)
class RegistrationDescriptionAdmin(ExtractedAdmin):
    shown = ("phase", "status", "as_of")


@admin.register(EligibilityCriterion)
class EligibilityCriterionAdmin(ExtractedAdmin):
    shown = ("topic", "excludes")
    search_fields = (*ExtractedAdmin.search_fields, "topic", "text")


@admin.register(Coverage)
class CoverageAdmin(RecordAdmin):
    list_display = ("accession_id", "report", "absence")
    list_filter = ("absence",)
    search_fields = ("accession__id", "report__publication__name", "report__study__name", "topics__label")
