"""The public rows of the datachecks: one record per check, with what it found and how each warning was answered.

They are made of what was kept with each unit when it was published, so that no draft shows in them.
"""

import json
from collections import defaultdict

from ..models import Discrepancy, Publication, PublicRecord, Registration, Report, Study, model_of_kind
from ..pure.documents import dumps
from .datachecks import CHECKS, run
from .datachecks.frame import NOTE
from .forms import form_of
from .render import Rendering

# Where a finding is read on: the columns of its unit that name a page.
PAGES = {
    Publication: {"publication": "slug"},
    Study: {"study": "slug"},
    Registration: {"registration": "identifier"},
    Report: {"publication": "publication__slug", "study": "study__slug", "registration": "registration__identifier"},
    Discrepancy: {"publication": "publication__slug"},
}


def check_what_never_was():
    """Run the datachecks on what was published before there were any, where it says now what it said then. A unit with
    a change that is not public is left: it is checked when it is published next."""
    unchecked = [unit for model in PAGES for unit in model.objects.filter(is_public=True, checked="")]
    as_published = [unit for unit in unchecked if dumps(form_of(unit)) == unit.form]
    for accession, checked in run(as_published).items():
        model_of_kind(accession.partition("-")[0]).objects.filter(pk=accession).update(
            checked=dumps(checked.document())
        )


def render_data_quality() -> Rendering:
    """Each check as one record of the collection `data-quality`."""
    looked_at, found, not_checked = defaultdict(int), defaultdict(list), defaultdict(int)
    for model, pages in PAGES.items():
        public = model.objects.filter(is_public=True).order_by("pk")
        for text, *where in public.values_list("checked", *pages.values()):
            if not text:
                not_checked[model] += 1
                continue
            checked = json.loads(text)
            for check, count in checked["looked_at"].items():
                looked_at[check] += count
            for entry in checked["found"]:
                found[entry["check"]].append(entry | dict(zip(pages, where, strict=True)))
    named = {entry["discrepancy"] for entries in found.values() for entry in entries if entry["discrepancy"]}
    public = set(Discrepancy.objects.filter(pk__in=named, is_public=True).values_list("pk", flat=True))
    return Rendering(
        records=[
            PublicRecord(
                collection="data-quality",
                accession="",
                slug=check.id,
                kind=check.severity,
                document=dumps(
                    _about(check)
                    | {
                        "looked_at": looked_at[check.id],
                        "units_not_checked": sum(not_checked[model] for model in check.of),
                        "found": [_told(check, entry, public) for entry in found[check.id]],
                    }
                ),
            )
            for check in CHECKS
        ]
    )


def _about(check) -> dict:
    return {
        "id": check.id,
        "severity": check.severity,
        "title": check.title,
        "hint": check.hint,
        "looks_at": check.looks_at,
        "threshold": check.threshold or None,
    }


def _told(check, entry: dict, public: set[str]) -> dict:
    """A finding with its answer; a discrepancy that is not public yet is not named."""
    answer = "reason" if entry["reason"] else "discrepancy" if entry["discrepancy"] else None
    discrepancy = entry["discrepancy"] if entry["discrepancy"] in public else None
    told = {name: entry[name] for name in ("record", "field", "value", "text", "reason")}
    where = {name: entry.get(name) for name in ("publication", "study", "registration")}
    is_open = answer is None and check.severity != NOTE
    return told | {"answer": answer, "open": is_open, "discrepancy": discrepancy} | where
