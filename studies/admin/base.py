"""What every admin page of a record shares: who did it and why, places beside the record, no silent deletion."""

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from ..help_texts import help_of
from ..models import (
    Accession,
    Change,
    EvidenceRow,
    Place,
    Publication,
    PublicFact,
    PublicRecord,
    Report,
    acting,
    parts_of,
)
from ..publishing import workflow
from ..publishing.forms import form_of
from ..pure.documents import dumps
from .datachecks import Datachecked

HISTORY_IS_PUBLIC = "Readers see it with the change once that is published, and your role and number, not your name."
PROVENANCE = ("locator", "as_reported", "basis", "derivation", "excused_by", "note")


def has_been_public(accession: str) -> bool:
    """Whether the public has ever seen a record; such a record is never deleted."""
    return (
        PublicRecord.objects.filter(accession=accession).exists()
        or PublicFact.objects.filter(fact__startswith=f"{accession}.").exists()
        or EvidenceRow.objects.filter(row__startswith=accession).exists()
        or Report.objects.filter(form__contains=f'"{accession}"').exists()
        or Publication.objects.filter(form__contains=f'"{accession}"').exists()
        or Publication.objects.filter(references__accession=accession, is_public=True).exists()
    )


def related_for_names(model, depth: int = 3) -> list[str]:
    """The relations that a record's name walks, so that a list of records asks for them at once."""
    names = []
    for field in model._meta.concrete_fields:
        if field.many_to_one and field.name not in ("excused_by", "parent", "previous", "document"):
            names.append(field.name)
            if depth > 1:
                names += [f"{field.name}__{deeper}" for deeper in related_for_names(field.related_model, depth - 1)]
    return names


class ReasonForm(forms.ModelForm):
    """Adds why a change is made, which goes into the history and not into the record, and what the history held when
    the form was opened: whoever saves after somebody else is told, and keeps what was typed."""

    reason = forms.CharField(
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"size": 80}),
        help_text=f"Why this change is made. Needed once the record is public. {HISTORY_IS_PUBLIC}",
    )
    seen = forms.IntegerField(
        required=False, widget=forms.HiddenInput, help_text="The last change that this form knew of."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = _newest(self.instance.pk)
            self.fields["reason"].required = has_been_public(self.instance.pk)

    def clean(self):
        told = super().clean()
        if self.instance.pk and told.get("seen") is not None:
            Accession.objects.select_for_update().filter(pk=self.instance.pk).first()  # one saves, the other waits
            others = Change.objects.filter(accession=self.instance.pk, id__gt=told["seen"]).select_related("user")
            if others:
                said = "; ".join(_told(change) for change in others)
                self.data = self.data.copy()
                self.data[self.add_prefix("seen")] = others[0].id  # saved again, it is meant
                raise forms.ValidationError(
                    f"Meanwhile somebody else saved this record. {said}. Nothing of yours is lost: it stands below. "
                    "Compare, then save again to put yours in place of it."
                )
        return told


def _newest(accession: str) -> int:
    return Change.objects.filter(accession=accession).values_list("id", flat=True).first() or 0


def _told(change: Change) -> str:
    return f"{change.user or 'the product'} at {change.at:%H:%M} ({change.action}) {values_of(change)}"


def values_of(change: Change) -> str:
    """The values of a change, before and after."""
    return ", ".join(f"{name}: {before or '—'} → {after or '—'}" for name, (before, after) in change.fields.items())


class RecordAdmin(Datachecked, admin.ModelAdmin):
    """A record with an accession. Saving logs the user and the reason; the model's rules refuse what is wrong."""

    form = ReasonForm
    list_per_page = 50
    save_on_top = True
    readonly_fields = ("accession_shown", "places_shown", "datachecks_shown", "history_shown")
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 90})},
    }

    def get_autocomplete_fields(self, request):
        """Every pointer to another record or term is typed, not scrolled."""
        return [
            field.name
            for field in self.model._meta.get_fields()
            if (field.many_to_one or field.many_to_many) and field.concrete and not field.auto_created
            and field.related_model in self.admin_site._registry
        ]  # fmt: skip

    def get_list_select_related(self, request):
        return related_for_names(self.model)

    def get_fieldsets(self, request, obj=None):
        names = [
            name for name in self.get_fields(request, obj) if name not in ("reason", "seen", *self.readonly_fields)
        ]
        own = [name for name in names if name not in PROVENANCE]
        provenance = [name for name in names if name in PROVENANCE]
        sets = [(None, {"fields": own})]
        if provenance:
            sets.append(("Where it stands", {"fields": provenance}))
        sets.append(("Record", {"fields": ["reason", "seen", *self.readonly_fields]}))
        return sets

    def formfield_for_dbfield(self, field, request, **kwargs):
        """A closed vocabulary explains each of its values, a term how it is found, beside the field's own help."""
        formfield = super().formfield_for_dbfield(field, request, **kwargs)
        if formfield is not None:
            formfield.help_text = help_of(field)
        return formfield

    @admin.display(description="accession")
    def accession_shown(self, record):
        return record.pk or "given on saving"

    @admin.display(description="places of single values")
    def places_shown(self, record):
        if not record.pk:
            return "Can be added once the record is saved."
        places = Place.objects.filter(record=record.pk)
        add = format_html('<a href="{}?record={}">add a place</a>', reverse("admin:studies_place_add"), record.pk)
        links = [
            (reverse("admin:studies_place_change", args=[place.pk]), place.attribute, place.locator) for place in places
        ]
        return format_html("{} {}", format_html_join("", '<a href="{}">{}: {}</a>; ', links), add)

    @admin.display(description="history")
    def history_shown(self, record):
        if not record.pk:
            return "—"
        count = Change.objects.filter(accession=record.pk).count()
        link = f"{reverse('admin:studies_change_changelist')}?accession__id__exact={record.pk}"
        return format_html('<a href="{}">{} change{}</a>', link, count, "" if count == 1 else "s")

    def save_model(self, request, record, form, change):
        with acting(request.user, form.cleaned_data.get("reason", "")):
            super().save_model(request, record, form, change)

    def save_related(self, request, form, formsets, change):
        """Rows within the record (authors, sides, items) and its many-valued fields belong to its history too."""
        record = form.instance
        before = parts_of(record)
        with acting(request.user, form.cleaned_data.get("reason", "")):
            super().save_related(request, form, formsets, change)
            record.log_parts(before)

    def get_actions(self, request):
        """No deletion by the dozen: each goes through `delete_model`, into the history."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request, record=None):
        allowed = super().has_delete_permission(request, record)
        return allowed and record is not None and not has_been_public(record.pk)

    def delete_model(self, request, record):
        with acting(request.user, "deleted before it was ever public"):
            record.delete()


class ExtractedAdmin(RecordAdmin):
    """A record taken from a document, below a report."""

    list_filter = ("basis", "report__publication")
    search_fields = ("accession__id", "locator", "as_reported", "note", "report__study__name")

    def get_list_display(self, request):
        return ("accession_id", "__str__", *self.shown, "locator", "basis")

    shown: tuple[str, ...] = ()


class PublishedAdmin(RecordAdmin):
    """A record that is published as a whole."""

    actions = ["submit_selected"]
    readonly_fields = (*RecordAdmin.readonly_fields, "state", "is_public", "published_at", "pending", "review_shown")

    @admin.display(description="changes not yet published", boolean=True)
    def pending(self, record):
        """Whether the record says more than the public has been told."""
        return bool(record.pk) and dumps(form_of(record)) != record.form

    @admin.display(description="review")
    def review_shown(self, record):
        if not record.pk:
            return "Once the record is saved."
        link = reverse("review-unit", args=[record.pk])
        return format_html('<a href="{}">what is missing, what would change, hand in, publish …</a>', link)

    @admin.action(description="Hand what is selected to a second person", permissions=["change"])
    def submit_selected(self, request, queryset):
        for record in queryset:
            try:
                workflow.submit(record, user=request.user)
            except workflow.NotAllowed as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, f"{record} waits for a second person.", messages.SUCCESS)


class ReadOnlyAdmin(admin.ModelAdmin):
    """What is written elsewhere and may only be looked at."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
