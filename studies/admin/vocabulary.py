"""Vocabularies, users and their interests, the history and the revisions."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from ..models import (
    Accession,
    Change,
    Grade,
    InterestStatement,
    Mapping,
    Redaction,
    Revision,
    Term,
    User,
    Vocabularies,
    acting,
    changed_between,
    parts_of,
)
from .base import HISTORY_IS_PUBLIC, ReadOnlyAdmin


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts and their roles. Whoever manages them gives no rights beyond the roles, and changes no superuser."""

    def get_fieldsets(self, request, user=None):
        if request.user.is_superuser or user is None:
            return super().get_fieldsets(request, user)
        names = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "groups")
        return [(None, {"fields": names})]

    def has_change_permission(self, request, user=None):
        above = user is not None and user.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, user) and not above


class MappingInline(admin.TabularInline):
    model = Mapping
    extra = 0
    can_delete = False


class GradeInline(admin.StackedInline):
    model = Grade
    extra = 0
    can_delete = False


class TermForm(forms.ModelForm):
    """A term, and why it is changed."""

    reason = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"size": 80}),
        help_text=f"Why it is added or changed. {HISTORY_IS_PUBLIC}",
    )


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    """A term. What is changed is public once a second person publishes the vocabularies."""

    form = TermForm
    inlines = [GradeInline, MappingInline]
    list_display = ("code", "label", "abbreviation", "vocabulary", "parent")
    list_filter = ("vocabulary",)
    list_select_related = ("parent",)
    search_fields = ("code", "label", "abbreviation", "synonyms", "definition")
    autocomplete_fields = ["parent"]

    def has_delete_permission(self, request, obj=None):
        """Records name terms by their code; a term is never taken away."""
        return False

    def get_readonly_fields(self, request, obj=None):
        return ("vocabulary", "code") if obj else ()

    def save_model(self, request, term, form, change):
        form.before = values_of_term(Term.objects.get(pk=term.pk)) if change else {}
        term.edited = True  # from now on a load of fixtures leaves it alone
        super().save_model(request, term, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        changed = changed_between(form.before, values_of_term(form.instance))
        if changed:
            about = f"{form.instance.vocabulary} {form.instance.code}"
            with acting(request.user, form.cleaned_data["reason"]):
                Accession.register([(Vocabularies.pk, "VOC")])
                fields = {f"{about} · {name}": pair for name, pair in changed.items()}
                Change.log(Vocabularies.pk, "changed" if change else "created", fields, unit=Vocabularies.pk)


def values_of_term(term: Term) -> dict[str, str]:
    """What a term says, its grades and mappings too, by field."""
    told = [field for field in term._meta.concrete_fields if field.editable]
    values = {field.name: getattr(term, field.name) for field in told}
    return {name: str(value) for name, value in (values | parts_of(term)).items() if value not in (None, "")}


@admin.register(Mapping)
class MappingAdmin(ReadOnlyAdmin):
    """The codes of all terms; one is entered and changed with its term."""

    list_display = ("term", "system", "code", "predicate", "verified")
    list_filter = ("system", "predicate", "verified")
    list_select_related = ("term",)
    search_fields = ("code", "term__code", "term__label")


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "accession_id", "action", "user", "reason")
    list_filter = ("action", "user")
    list_select_related = ("user",)
    search_fields = ("accession__id", "reason")
    date_hierarchy = "at"


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "user", "reason")
    list_select_related = ("user",)
    search_fields = ("reason",)


@admin.register(InterestStatement)
class InterestStatementAdmin(ReadOnlyAdmin):
    """Made by each for themselves, and never changed: a new one is made instead."""

    list_display = ("user", "made_at", "text")
    list_select_related = ("user",)
    fields = ("text",)

    def has_add_permission(self, request):
        return request.user.has_perm("studies.add_intereststatement")

    def save_model(self, request, statement, form, change):
        statement.user = request.user
        super().save_model(request, statement, form, change)


@admin.register(Redaction)
class RedactionAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "reason", "rows")
    list_select_related = ("user",)
