"""Publications, what was read of them, studies, registrations and the reports that join them."""

from django.contrib import admin
from django.urls import path, reverse
from django.utils.html import format_html

from ..models import (
    Author,
    Candidate,
    Citation,
    Coverage,
    EligibilityCriterion,
    ImportedValue,
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
from .base import ExtractedAdmin, PublishedAdmin, ReadOnlyAdmin, RecordAdmin
from .importing import import_page, may_import, preview_page


class AuthorInline(admin.TabularInline):
    model = Author
    extra = 0


class ImportableAdmin(PublishedAdmin):
    """A record that imports make: its list leads to the import, its page to what was imported into it."""

    readonly_fields = (*PublishedAdmin.readonly_fields, "imported_shown")

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"may_import": may_import(request.user), **(extra_context or {})})

    @admin.display(description="imported values")
    def imported_shown(self, record):
        count = ImportedValue.objects.filter(record=record.pk).count() if record.pk else 0
        if not count:
            return "none: typed by hand or loaded"
        link = f"{reverse('admin:studies_importedvalue_changelist')}?record__id__exact={record.pk}"
        return format_html('<a href="{}">{} value{}</a>', link, count, "" if count == 1 else "s")


@admin.register(Publication)
class PublicationAdmin(ImportableAdmin):
    inlines = [AuthorInline]
    list_display = ("accession_id", "name", "kind", "year", "journal", "extraction_state", "state")
    list_filter = ("state", "extraction_state", "kind", "year")
    search_fields = ("accession__id", "name", "slug", "title", "doi", "pmid", "authors__family_name")
    readonly_fields = (*ImportableAdmin.readonly_fields, "queue_shown")

    @admin.display(description="reading queue")
    def queue_shown(self, publication):
        candidate = Candidate.objects.select_related("document", "held_by").filter(document=publication.pk).first()
        if candidate is None:
            return "not in it yet: what is published comes into it"
        who = f", with {candidate.held_by.get_username()}" if candidate.held_by else ""
        link = reverse("queue:paper", args=[candidate.pk])
        return format_html('<a href="{}">{}</a>: {}{}', link, candidate.pk, candidate.standing.label, who)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("import/", view(import_page), name="studies_publication_import"),
            path("import/<slug:token>/", view(preview_page), name="studies_publication_import_preview"),
            *super().get_urls(),
        ]


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
class RegistrationAdmin(ImportableAdmin):
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


@admin.register(ImportedValue)
class ImportedValueAdmin(ReadOnlyAdmin):
    """Where imported values came from: written by imports, changed by nobody."""

    list_display = ("record_id", "field", "value", "as_given", "source", "entry", "place", "fetched_at")
    list_filter = ("source",)
    search_fields = ("record__id", "value", "as_given", "address")
