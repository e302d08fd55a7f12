"""What documents claim, where they disagree, how good they are; the places of single values; answers to warnings."""

from django import forms
from django.contrib import admin
from django.shortcuts import redirect

from ..models import (
    Accession,
    Appraisal,
    AppraisalItem,
    CheckedWarning,
    Claim,
    Discrepancy,
    Place,
    Report,
    SetStatement,
    Side,
    Vocabularies,
    acting,
)
from .base import HISTORY_IS_PUBLIC, ExtractedAdmin, PublishedAdmin, ReadOnlyAdmin, RecordAdmin, has_been_public


@admin.register(Claim)
class ClaimAdmin(ExtractedAdmin):
    shown = ("topic", "support")
    list_filter = ("support", "topic", "report__publication")
    search_fields = (*ExtractedAdmin.search_fields, "text", "population")


@admin.register(SetStatement)
class SetStatementAdmin(ExtractedAdmin):
    shown = ("toxicity", "presence", "n")
    search_fields = (*ExtractedAdmin.search_fields, "text")


class SideInline(admin.TabularInline):
    model = Side
    extra = 0
    autocomplete_fields = ["record", "publication"]


@admin.register(Discrepancy)
class DiscrepancyAdmin(PublishedAdmin):
    inlines = [SideInline]
    list_display = ("accession_id", "title", "publication", "kind", "severity", "status", "state")
    list_filter = ("state", "severity", "kind", "status", "publication")
    search_fields = ("accession__id", "title", "explanation", "sides__record__id", "sides__as_reported")


class AppraisalItemInline(admin.TabularInline):
    """The items of the tool in their order: only answer and reason are to be given."""

    model = AppraisalItem
    fields = ("asked", "answer", "reason")
    readonly_fields = ("asked",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj):
        return False

    @admin.display(description="asks")
    def asked(self, item):
        unverified = "" if item.appraisal.definition.verified else " (unverified: the item is known from memory)"
        return f"{item.definition.about}: {item.definition.question}{unverified}"


@admin.register(Appraisal)
class AppraisalAdmin(RecordAdmin):
    inlines = [AppraisalItemInline]
    list_display = ("accession_id", "report", "tool", "appraised_on", "appraiser")
    list_filter = ("tool",)
    search_fields = ("accession__id", "report__publication__name", "report__study__name")

    def get_inlines(self, request, appraisal):
        """The items come with the tool: first it is chosen, then they are answered."""
        return self.inlines if appraisal else []

    def response_add(self, request, appraisal, post_url_continue=None):
        request.POST = request.POST.copy()
        request.POST["_continue"] = "1"
        return super().response_add(request, appraisal, post_url_continue)


class WhyForm(forms.ModelForm):
    """What belongs to a record, and why it is changed: needed once the record is public."""

    why = forms.CharField(
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"size": 80}),
        help_text=f"Why this change is made. Needed once the record is public. {HISTORY_IS_PUBLIC}",
    )

    def clean(self):
        told = super().clean()
        record = told.get("record") or self.instance.record_id and self.instance.record
        # An answer that is new says itself why.
        needed = self.instance.pk or self._meta.model is Place
        if needed and record and has_been_public(record.pk) and not (told.get("why") or "").strip():
            what = self._meta.model._meta.verbose_name
            self.add_error("why", f"{record.pk} is public: say why its {what} is changed.")
        return told


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin):
    form = WhyForm
    list_display = ("record_id", "attribute", "number", "locator", "as_reported", "basis", "instead")
    list_filter = ("basis", "instead", "document")
    search_fields = ("record__id", "attribute", "locator", "as_reported")
    autocomplete_fields = ["record", "document"]

    def get_readonly_fields(self, request, place=None):
        """A place stays with its record and field: the history of both would lose it."""
        return ("record", "attribute") if place else ()

    def has_delete_permission(self, request, place=None):
        """A place of what was public is taken away on the page of its case, which asks why."""
        allowed = super().has_delete_permission(request, place)
        return allowed and place is not None and not has_been_public(place.record_id)

    def save_model(self, request, place, form, change):
        with acting(request.user, form.cleaned_data["why"]):
            super().save_model(request, place, form, change)

    def delete_model(self, request, place):
        with acting(request.user, "removed before its record was ever public"):
            super().delete_model(request, place)

    def get_actions(self, request):
        """Places go one by one, each into the history."""
        return {}


@admin.register(Accession)
class AccessionAdmin(ReadOnlyAdmin):
    """The register: looked up by autocompletes, changed by nobody."""

    list_display = ("id", "kind", "number")
    list_filter = ("kind",)
    search_fields = ("id",)

    def get_queryset(self, request):
        """The vocabularies have a history but are no record that a place or a side could name."""
        return super().get_queryset(request).exclude(pk=Vocabularies.pk)


@admin.register(CheckedWarning)
class CheckedWarningAdmin(admin.ModelAdmin):
    form = WhyForm
    list_display = ("record_id", "check_id", "value", "reason")
    list_filter = ("check_id",)
    search_fields = ("record__id", "value", "reason")
    autocomplete_fields = ["record"]

    def has_delete_permission(self, request, answer=None):
        """An answer that readers see is changed, with the reason, and not taken away."""
        allowed = super().has_delete_permission(request, answer)
        return allowed and answer is not None and not has_been_public(answer.record_id)

    def save_model(self, request, answer, form, change):
        with acting(request.user, form.cleaned_data["why"] or "warning answered in the admin"):
            super().save_model(request, answer, form, change)

    def delete_model(self, request, answer):
        with acting(request.user, "answer removed before its record was ever public"):
            super().delete_model(request, answer)

    def response_add(self, request, answer, post_url_continue=None):
        """Back to the case from which the warning was to be answered."""
        case = request.GET.get("case", "")
        if Report.objects.filter(pk=case).exists():
            return redirect("enter:case", case)
        return super().response_add(request, answer, post_url_continue)

    def get_actions(self, request):
        """Answers go one by one, each into the history."""
        return {}
