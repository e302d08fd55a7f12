"""Addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "CARTographer"
admin.site.index_title = "Curation"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("studies.urls")),
    path("api/v1/", include("studies.api.urls")),
]
handler404 = "evidence.errors.not_found"
handler500 = "evidence.errors.server_error"
