"""Addresses of the API, the twins of the pages'."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from . import views

app_name = "api"
urlpatterns = [
    path("", views.Index.as_view(), name="index"),
    path("evidence/", views.EvidenceList.as_view(), name="evidence"),
    path("evidence/<str:name>/", views.EvidenceRecord.as_view(), name="evidence-row"),
    path("studies/", views.StudyList.as_view(), name="studies"),
    path("studies/<str:name>/", views.StudyRecord.as_view(), name="study"),
    path("publications/", views.PublicationList.as_view(), name="publications"),
    path("publications/<str:name>/", views.PublicationRecord.as_view(), name="publication"),
    path("facts/", views.FactList.as_view(), name="facts"),
    path("facts/<str:name>/", views.FactRecord.as_view(), name="fact"),
    path("vocabularies/attributes/", views.AttributeList.as_view(), name="attributes"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
]
