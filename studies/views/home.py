"""The first page, and what the base is."""

import json

from django.http import QueryDict

from ..ask import current, evidence, strict
from ..models import PublicFact, PublicRecord
from .common import page, public_page


@public_page
def home(request, revision):
    """What this is and is not, how much it holds, where to begin."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/home.html", current.kept(revision, "home", lambda: _overview(revision)))


def _overview(revision: int) -> dict:
    totals = evidence.answer(QueryDict(), revision).totals
    studies = PublicRecord.objects.current().filter(collection="studies").order_by("slug")
    return {
        "totals": totals,
        "n_facts": PublicFact.objects.current().count(),
        "n_studies": studies.count(),
        "n_discrepancies": PublicRecord.objects.current().filter(collection="discrepancies").count(),
        "studies": [_line(json.loads(document)) for document in studies.values_list("document", flat=True)[:40]],
    }


def _line(study: dict) -> dict:
    line = {key: study[key] for key in ("slug", "name", "comparator_treatment")} | {"report": None, "n": None}
    for report in study["reports"][:1]:
        line["report"] = report
        line["n"] = next((cohort["n"] for cohort in report["cohorts"] if not cohort["parent"]), None)
    return line


@public_page
def about(request, revision):
    """Who it is for, how papers become facts, what it is not."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/about.html", {})
