"""Addresses of the public pages. docs/architecture.md lists them with the API's."""

from django.urls import path

from .views import (
    api_docs,
    compare,
    constructs,
    data_quality,
    discrepancies,
    diseases,
    evidence,
    health,
    home,
    nearest,
    records,
    search,
)

app_name = "studies"
urlpatterns = [
    path("", home.home, name="home"),
    path("about/", home.about, name="about"),
    path("evidence/", evidence.evidence_table, name="evidence"),
    path("compare/", compare.compare, name="compare"),
    path("nearest/", nearest.nearest_rows, name="nearest"),
    path("studies/", records.study_list, name="studies"),
    path("studies/<slug:slug>/", records.study, name="study"),
    path("publications/", records.publication_list, name="publications"),
    path("publications/<slug:slug>/", records.publication, name="publication"),
    path("registrations/", records.registration_list, name="registrations"),
    path("registrations/<str:identifier>/", records.registration, name="registration"),
    path("constructs/", constructs.construct_list, name="constructs"),
    path("constructs/<slug:slug>/", constructs.construct, name="construct"),
    path("diseases/", diseases.disease_tree, name="diseases"),
    path("diseases/<str:code>/", diseases.disease, name="disease"),
    path("discrepancies/", discrepancies.discrepancy_list, name="discrepancies"),
    path("discrepancies/<str:accession>/", discrepancies.discrepancy, name="discrepancy"),
    path("data-quality/", data_quality.data_quality, name="data-quality"),
    path("search/", search.search_page, name="search"),
    path("api/v1/docs/", api_docs.docs, name="api-docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
