"""The addresses of the plain app."""

from django.urls import path

from . import views

urlpatterns = [
    path("cohorts/", views.cohort_page),
    path("api/cohorts/", views.CohortList.as_view()),
    path("api/cohorts/<str:row>/", views.CohortDetail.as_view()),
    path("api/facets/", views.Facets.as_view()),
    path("api/search/", views.Search.as_view()),
]
