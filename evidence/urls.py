"""Addresses of the whole site."""

from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from studies.admin import problems, redaction, review, vocabulary_review

admin.site.site_header = admin.site.site_title = "CARTographer"
admin.site.index_title = "Curation"


def favicon(request):
    """Pages name the mark themselves; the admin's leave it to the browser to guess this address."""
    return redirect(static("studies/mark.svg"))


urlpatterns = [
    path("admin/review/", admin.site.admin_view(review.queue), name="review-queue"),
    path("admin/reports/", admin.site.admin_view(problems.queue), name="problem-queue"),
    path("admin/reports/<int:pk>/", admin.site.admin_view(problems.problem_page), name="problem"),
    path("admin/redact/", admin.site.admin_view(redaction.page), name="redact"),
    path("admin/review/vocabularies/", admin.site.admin_view(vocabulary_review.page), name="review-vocabularies"),
    path("admin/review/<str:accession>/", admin.site.admin_view(review.unit_page), name="review-unit"),
    path("admin/readings/", include("studies.admin.readings")),
    path("admin/enter/", include("studies.admin.entry")),
    path("admin/queue/", include("studies.admin.queue")),
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon),
    path("", include("studies.urls")),
    path("api/v1/", include("studies.api.urls")),
]
handler404 = "evidence.errors.not_found"
handler500 = "evidence.errors.server_error"
