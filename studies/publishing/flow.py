"""The public rows of the reading queue: each paper with where it stands, and the counts as a flow of papers.

They are made of the queue and of what is public. Who reads or decided what stands in none of them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ..models import Candidate, Finding, PublicRecord, Report, SavedSearch, SearchRun
from ..models.choices import (
    GONE,
    ExclusionReason,
    ExclusionStage,
    ExtractionState,
    FlowPlace,
    FoundBy,
    ReportRole,
    RunOutcome,
)
from ..pure.documents import dumps
from .render import Rendering

PAPERS, COUNTS = "flow", "flow-counts"  # collections of public records
TOLD_BY = (ReportRole.PRIMARY, ReportRole.SECONDARY)
PLACE_OF_STAGE = {
    ExclusionStage.DUPLICATE: FlowPlace.DUPLICATE,
    ExclusionStage.ABSTRACT: FlowPlace.EXCLUDED_BY_ABSTRACT,
    ExclusionStage.NOT_RETRIEVED: FlowPlace.NOT_RETRIEVED,
    ExclusionStage.FULL_TEXT: FlowPlace.EXCLUDED_BY_FULL_TEXT,
}
NO_SEARCH = "No search has been run; this is not a systematic search."
FAILED = "No run of a search succeeded yet; this is not a systematic search."
NOT_WHOLE = "No run of a search was complete yet; what was fetched is counted."


@dataclass
class _Queue:
    """The queue as the public may know it: candidates with their places and findings."""

    candidates: list[Candidate]
    papers: dict[str, PublicRecord]  # public publications by accession
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    def place(self, candidate: Candidate) -> FlowPlace:
        """Where it stands in the flow, by what is public of its publication."""
        document = candidate.document
        public = self.papers.get(candidate.document_id)
        if public is not None and public.read_as:
            return FlowPlace.INCLUDED
        if document is not None and document.extraction_state != ExtractionState.CITED_ONLY:
            gone = document.state in GONE
            return FlowPlace.TAKEN_OUT if gone else FlowPlace.BEING_READ
        if candidate.exclusion_stage:
            return PLACE_OF_STAGE[candidate.exclusion_stage]
        return FlowPlace.BEING_READ if candidate.held_by_id else FlowPlace.WAITING


def render_flow() -> Rendering:
    """Each paper of the queue, and the counts."""
    rows = PublicRecord.objects.current().filter(collection="publications")
    papers = {row.accession: row for row in rows.only("accession", "slug", "name", "year", "read_as")}
    columns = Candidate.objects.select_related("document").defer("document__form", "document__checked")
    queue = _Queue(list(columns.order_by("pk")), papers)
    for finding in Finding.objects.select_related("search", "citation__citing").defer(
        "citation__citing__form", "citation__citing__checked"
    ):
        queue.findings[finding.candidate_id].append(finding)
    records = [_paper(candidate, queue) for candidate in queue.candidates]
    return Rendering(records=[*records, PublicRecord(collection=COUNTS, slug="counts", document=dumps(_counts(queue)))])


def _paper(candidate: Candidate, queue: _Queue) -> PublicRecord:
    place, public = queue.place(candidate), queue.papers.get(candidate.document_id)
    told = {name: getattr(candidate, name) or None for name in ("title", "authors", "journal", "year", "doi", "pmid")}
    if public is not None:  # its own document tells it, with the places of all values
        told = dict.fromkeys(told) | {"year": public.year}
    document = {
        "accession": candidate.pk,
        "name": public.name if public else candidate.own_name,
        "publication": public.slug if public else None,
        **told,
        "place": str(place),
        "reason": candidate.exclusion_reason or None if place in PLACE_OF_STAGE.values() else None,
        "remark": candidate.exclusion_text or None if place in PLACE_OF_STAGE.values() else None,
        "note": candidate.note or None,
        "found": [_finding(finding) for finding in queue.findings[candidate.pk]],
        "labels": {"place": place.label, "reason": _label(ExclusionReason, candidate.exclusion_reason)},
    }
    return PublicRecord(
        collection=PAPERS,
        accession=candidate.pk,
        slug=candidate.pk,
        name=document["name"],
        publication=document["publication"] or "",
        year=document["year"] or 0,
        kind=place,
        topic=document["reason"] or "",
        document=dumps(document),
    )


def _label(choices, value: str) -> str | None:
    return choices(value).label if value else None


def _finding(finding: Finding) -> dict:
    return {
        "way": finding.way,
        "search": finding.search.name if finding.search else None,
        "publication": finding.citation.citing.slug if finding.citation else None,
        "number": finding.citation.number if finding.citation else None,
    }


def _counts(queue: _Queue) -> dict:
    """The boxes of the flow from top to bottom. A count that nobody made is None, and says why."""
    at = Counter(queue.place(candidate) for candidate in queue.candidates)
    ways = Counter(finding.way for found in queue.findings.values() for finding in found)
    n_findings, n_papers = sum(ways.values()), len(queue.candidates) - at[FlowPlace.DUPLICATE]
    searches = _searches(queue)
    unscreened = (FlowPlace.DUPLICATE, FlowPlace.WAITING)
    n_read_before = sum(c.read_before and queue.place(c) not in unscreened for c in queue.candidates)
    screened = n_papers - at[FlowPlace.WAITING] - n_read_before
    sought = screened - at[FlowPlace.EXCLUDED_BY_ABSTRACT] + n_read_before
    assessed = sought - at[FlowPlace.NOT_RETRIEVED] - at[FlowPlace.BEING_READ]
    lists = {f.citation.citing_id for found in queue.findings.values() for f in found if f.citation}
    included = {c.document_id for c in queue.candidates if queue.place(c) == FlowPlace.INCLUDED}
    studies = Report.published().filter(publication__in=included, role__in=TOLD_BY, study__is_public=True)
    reasons = {place: Counter() for place in PLACE_OF_STAGE.values()}
    for candidate in queue.candidates:
        if queue.place(candidate) in reasons:
            reasons[queue.place(candidate)][candidate.exclusion_reason] += 1
    ran, complete = any(s["runs"] for s in searches), any(s["last_complete_run"] for s in searches)
    said = "" if complete else NOT_WHOLE if ways[FoundBy.SEARCH] else FAILED if ran else NO_SEARCH
    return {
        "said": said,
        "searches": searches,
        "found": {
            "search": ways[FoundBy.SEARCH] if complete or ways[FoundBy.SEARCH] else None,
            **{str(way): ways[way] for way in FoundBy if way != FoundBy.SEARCH},
        },
        "reference_lists": len(lists),
        "duplicates": n_findings - n_papers,
        "papers": n_papers,
        "waiting": at[FlowPlace.WAITING],
        "read_before": n_read_before,
        "screened": screened,
        "excluded_by_abstract": at[FlowPlace.EXCLUDED_BY_ABSTRACT],
        "sought": sought,
        "not_retrieved": at[FlowPlace.NOT_RETRIEVED],
        "being_read": at[FlowPlace.BEING_READ],
        "assessed": assessed,
        "excluded_by_full_text": at[FlowPlace.EXCLUDED_BY_FULL_TEXT],
        "taken_out": at[FlowPlace.TAKEN_OUT],
        "included": at[FlowPlace.INCLUDED],
        "studies": studies.values("study").distinct().count(),
        "reasons": {
            str(place): [
                {"reason": str(reason), "label": reason.label, "count": told[reason]}
                for reason in ExclusionReason
                if told[reason]
            ]
            for place, told in reasons.items()
        },
    }


def _searches(queue: _Queue) -> list[dict]:
    """Each saved search with its query and its last complete run; never run is None, and not nought."""
    n_found = Counter(f.search_id for found in queue.findings.values() for f in found if f.search_id)
    runs = defaultdict(list)
    for run in SearchRun.objects.order_by("-id"):
        runs[run.search_id].append(run)
    told = []
    for search in SavedSearch.objects.order_by("id"):
        last = next((run for run in runs[search.pk] if run.outcome == RunOutcome.COMPLETE), None)
        newest = next(iter(runs[search.pk]), None)
        told.append(
            {
                "name": search.name,
                "database": "PubMed",
                "query": search.query,
                "note": search.note or None,
                "active": search.active,
                "runs": len(runs[search.pk]),
                "last_complete_run": last and _run(last),
                "newest_run": newest and _run(newest),
                "found": n_found[search.pk] if last or n_found[search.pk] else None,
            }
        )
    return told


def _run(run: SearchRun) -> dict:
    labels = {"outcome": RunOutcome(run.outcome).label}
    day = run.started_at.date().isoformat()
    return {
        "day": day, "query": run.query, "outcome": run.outcome, "count": run.count, "new": run.n_new, "labels": labels,
    }  # fmt: skip
