"""Vocabularies, users and their interests, the history and the revisions."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from ..models import Change, Grade, InterestStatement, Mapping, Redaction, Revision, Term, User
from ..publishing import publish_vocabularies, workflow
from .base import ReadOnlyAdmin

admin.site.register(User, UserAdmin)


class MappingInline(admin.TabularInline):
    model = Mapping
    extra = 0


class GradeInline(admin.StackedInline):
    model = Grade
    extra = 0


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    inlines = [GradeInline, MappingInline]
    list_display = ("code", "label", "abbreviation", "vocabulary", "parent")
    list_filter = ("vocabulary",)
    list_select_related = ("parent",)
    search_fields = ("code", "label", "abbreviation", "synonyms", "definition")
    autocomplete_fields = ["parent"]
    actions = ["publish_them"]

    def has_delete_permission(self, request, obj=None):
        """Records name terms by their code; a term is never taken away."""
        return False

    def get_readonly_fields(self, request, obj=None):
        return ("vocabulary", "code") if obj else ()

    def save_model(self, request, term, form, change):
        term.edited = True  # from now on a load of fixtures leaves it alone
        super().save_model(request, term, form, change)

    def has_review_permission(self, request):
        return request.user.has_perm(workflow.REVIEW)

    @admin.action(description="Publish all vocabularies as they stand", permissions=["review"])
    def publish_them(self, request, queryset):
        revision = publish_vocabularies(user=request.user, reason="vocabularies published in the admin")
        self.message_user(request, f"The vocabularies are public as revision {revision}.")


@admin.register(Mapping)
class MappingAdmin(admin.ModelAdmin):
    list_display = ("term", "system", "code", "predicate", "verified")
    list_filter = ("system", "predicate", "verified")
    list_select_related = ("term",)
    search_fields = ("code", "term__code", "term__label")
    autocomplete_fields = ["term"]


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
