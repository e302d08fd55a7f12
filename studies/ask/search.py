"""Search: records whose normalised text holds every word of the query, titles first."""

from django.db.models import Case, IntegerField, Q, Value, When

from ..models import SearchText
from ..pure.wording import searchable

MOST = 50


def search(words: str) -> list[SearchText]:
    """At most fifty records; a query without a letter or digit finds nothing. One statement."""
    wanted = searchable(words).split()[:20]
    if not wanted:
        return []
    every = Q()
    for word in wanted:
        every &= Q(text__contains=word)
    in_title = Case(When(title__icontains=words.strip(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(SearchText.objects.current().filter(every).order_by(in_title, "title", "id")[:MOST])
