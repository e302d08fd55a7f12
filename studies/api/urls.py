"""Addresses of the API, the twins of the pages'."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from . import charts, views
from .collections import LISTS, RECORDS

app_name = "api"
urlpatterns = [
    path("", views.Index.as_view(), name="index"),
    path("evidence/", views.EvidenceList.as_view(), name="evidence"),
    path("evidence/<str:name>/", views.EvidenceRecord.as_view(), name="evidence-row"),
    path("compare/", views.Compare.as_view(), name="compare"),
    path("nearest/", views.Nearest.as_view(), name="nearest"),
    path("history/<str:collection>/<str:name>/", views.History.as_view(), name="history"),
    path("charts/", charts.ChartList.as_view(), name="charts"),
    path("charts/<str:name>/", charts.Chart.as_view(), name="chart"),
    path("search/", views.Search.as_view(), name="search"),
    path("flow/", views.FlowList.as_view(), name="flow"),
    path("facts/", views.FactList.as_view(), name="facts"),
    path("facts/<str:name>/", views.FactRecord.as_view(), name="fact"),
    path("publications/<str:name>/tables/<int:number>/", views.PublishedTable.as_view(), name="published-table"),
    path("publications/<str:name>/readings/", views.ComparedFacts.as_view(), name="compared-facts"),
    path("vocabularies/attributes/", views.AttributeList.as_view(), name="attributes"),
    *(path(f"{name}/", view.as_view(), name=name) for name, view in LISTS.items()),
    *(path(f"{name}/<str:name>/", view.as_view(), name=f"{name}-record") for name, view in RECORDS.items()),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
]
