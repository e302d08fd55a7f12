"""The addresses of the plain app."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import render
from rest_framework import generics
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from .filters import CohortFilter
from .models import Cohort
from .serializers import CohortSerializer, HitSerializer

FACETS = ["collected_from", "genetic_origin", "intent"]


class Pages(PageNumberPagination):
    """By number, with count(*)."""

    page_size = 50
    page_size_query_param = "page_size"


def nested():
    """Cohorts with everything below them, in one statement per table."""
    cohorts = Cohort.objects.select_related("publication").order_by("study", "row")
    return cohorts.prefetch_related("infusions", "toxicities", "outcomes")


class CohortList(generics.ListAPIView):
    serializer_class = CohortSerializer
    filterset_class = CohortFilter
    pagination_class = Pages

    def get_queryset(self):
        return nested()

    def filter_queryset(self, queryset):
        return CohortFilter(self.request.query_params, queryset).qs


class CohortDetail(generics.RetrieveAPIView):
    serializer_class = CohortSerializer
    lookup_field = "row"

    def get_queryset(self):
        return nested()


class Facets(APIView):
    def get(self, request):
        return Response(facets(CohortFilter(request.query_params, Cohort.objects.all()).qs))


class Search(generics.ListAPIView):
    serializer_class = HitSerializer
    pagination_class = Pages

    def get_queryset(self):
        return Cohort.objects.filter(text__icontains=self.request.query_params["q"]).order_by("study", "row")


def cohort_page(request):
    """The same list as a page, with its facets."""
    found = CohortFilter(request.GET, nested()).qs
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    counted = facets(CohortFilter(request.GET, Cohort.objects.all()).qs)
    return render(request, "plain/cohorts.html", {"page": page, "facets": counted})


def facets(found) -> dict:
    """How many cohorts bear each value, one statement per facet."""
    return {name: dict(found.order_by(name).values_list(name).annotate(cohorts=Count("pk"))) for name in FACETS}
