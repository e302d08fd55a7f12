"""The first page."""

import json

from django.http import QueryDict

from ..ask import current, evidence, strict
from ..models import PublicFact, PublicRecord, Revision
from .common import page, public_page

LATEST, SHOWN = 5, 40


@public_page
def home(request, revision):
    """What this is and is not, how much it holds, where to begin."""
    strict.check(request.GET, set())
    return page(request, revision, "studies/home.html", current.kept(revision, "home", lambda: _overview(revision)))


def _overview(revision: int) -> dict:
    totals = evidence.answer(QueryDict(), revision).totals
    studies = PublicRecord.objects.current().filter(collection="studies").order_by("slug")
    newest = studies.order_by("-valid_from", "slug").values_list("document", "valid_from")[:SHOWN]
    dates = dict(Revision.objects.filter(id__in={since for _, since in newest}).values_list("id", "at"))
    latest = [_line(json.loads(document)) | {"at": dates[since], "revision": since} for document, since in newest]
    return {
        "totals": totals,
        "n_facts": PublicFact.objects.current().count(),
        "n_studies": studies.count(),
        "apart": studies.count() - totals.studies,
        "n_discrepancies": PublicRecord.objects.current().filter(collection="discrepancies").count(),
        "latest": sorted(latest, key=_newest_first)[:LATEST],
        "studies": [_line(json.loads(document)) for document in studies.values_list("document", flat=True)[:SHOWN]],
    }


def _newest_first(line: dict) -> tuple:
    """By revision; of those that came together, by the year they were published in."""
    return -line["revision"], -(line["year"] or 0)


def _line(study: dict) -> dict:
    line = {key: study[key] for key in ("slug", "name", "year", "comparator_treatment")} | {"report": None, "n": None}
    for report in study["reports"][:1]:
        line["report"] = report
        line["n"] = next((cohort["n"] for cohort in report["cohorts"] if not cohort["parent"]), None)
    return line
