"""What the base is, for whom, how papers become facts, what it does not hold: told from the base where it can be."""

import json

from django.http import QueryDict

from ..ask import current, evidence, strict
from ..models import PublicFact, PublicRecord
from .common import page, public_page


@public_page
def about(request, revision):
    """About and method."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/about.html", current.kept(revision, "about", lambda: _told(revision)))


def _told(revision: int) -> dict:
    publications = PublicRecord.objects.current().filter(collection="publications")
    read = publications.exclude(read_as="").order_by("slug").values_list("document", flat=True)
    checkable = PublicRecord.objects.current().filter(collection__in=("reports", "discrepancies"))
    checkable = checkable.values_list("document", flat=True)
    return {
        "read": [json.loads(text) for text in read],
        "n_cited": publications.filter(read_as="").count(),
        "n_facts": PublicFact.objects.current().count(),
        "n_discrepancies": PublicRecord.objects.current().filter(collection="discrepancies").count(),
        "n_checked": sum(json.loads(text)["haematologist_check"]["checked"] for text in checkable),
        "totals": evidence.answer(QueryDict(), revision).totals,
    }
