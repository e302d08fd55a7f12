"""The filters of the plain app."""

import django_filters
from django.db.models import Exists, OuterRef

from .models import Cohort


class CohortFilter(django_filters.FilterSet):
    """Equality on a few columns. Of each course the most general cohort answers, as in the product: else the two would
    answer different questions, and their numbers could not be checked against each other."""

    class Meta:
        model = Cohort
        fields = ["disease", "collected_from", "genetic_origin", "intent", "study"]

    @property
    def qs(self):
        matching = super().qs
        return matching.exclude(Exists(matching.order_by().filter(pk=OuterRef("parent"))))
