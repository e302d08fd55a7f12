"""A saved search is run: what PubMed finds comes into the reading queue, and what is new since the last run is told.

Bounded in number and time. What was fetched before something failed is kept; a run that did not get everything is not
the last run that newness is measured against, so the next complete one tells all that is new since the one before.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ..models import Candidate, Finding, SavedSearch, SearchRun, acting
from ..models.choices import FoundBy, RunOutcome
from ..publishing.candidates import Paper, add, short_authors, titles_of_the_queue
from ..pure import identifiers
from ..pure.citations import problem_with_text
from . import pubmed
from .client import Client
from .found import Found, ImportFailed

SECONDS = 300  # for all questions of one run
MOST_NEW = 1000  # records fetched in one run; the rest is for the next
AT_ONCE = 100  # records asked for by one question


@dataclass
class Hit:
    """One record that a search found: its PMID, its title, and the candidate that it is in the queue."""

    pmid: str
    title: str
    candidate: Candidate | None = None
    was_known: bool = False  # in the queue before this search found it


@dataclass
class Searched:
    """What a run did. `new` are the hits that the last complete run did not have; `since` is its day, if any."""

    search: SavedSearch
    run: SearchRun
    since: str = ""
    warnings: list[str] = field(default_factory=list)
    new: list[Hit] = field(default_factory=list)
    not_fetched: list[str] = field(default_factory=list)


def run(search: SavedSearch, *, dry: bool = False, most: int = MOST_NEW) -> Searched:
    """Run a search. Nothing is raised for what goes wrong outside: the run says it. A dry run stores nothing."""
    log = SearchRun(search=search, query=search.query)
    if not dry:
        log.save()
    done = Searched(search, log)
    try:
        _run(done, dry, most)
    except ImportFailed as error:
        log.trouble = str(error).replace(" Nothing was changed.", "")
        log.outcome = RunOutcome.PARTIAL if log.n_found else RunOutcome.FAILED
    log.n_new, log.ended_at = len(done.new), timezone.now()
    if not dry:
        log.save()
    return done


def _run(done: Searched, dry: bool, most: int):
    client = Client(pubmed.SERVICE, SECONDS)
    hits = pubmed.search(done.search.query, client=client)
    log, last = done.run, done.search.last_complete()
    log.count, log.understood_as, done.warnings = hits.count, hits.understood_as, hits.warnings
    pmids = list(dict.fromkeys(hits.pmids))
    if not all(identifiers.PMID.fullmatch(pmid) for pmid in pmids) or (hits.count and not pmids):
        raise pubmed.Unavailable("PubMed counted records and did not name them as PMIDs.")
    done.since = f"{last.started_at:%Y-%m-%d}" if last else ""
    found = _found_so_far(done.search)
    before = {pmid for pmid, (first_run, _) in found.items() if last and first_run <= last.pk}
    # What a broken run kept is new for readers, though it is in the queue.
    kept = [(pmid, found[pmid][1]) for pmid in pmids if pmid in found and pmid not in before]
    done.new = [Hit(pmid, candidate.title, candidate, was_known=True) for pmid, candidate in kept]
    log.n_found = sum(pmid in found for pmid in pmids)
    wanted = [pmid for pmid in pmids if pmid not in found]
    done.not_fetched = wanted[:]
    for start in range(0, min(len(wanted), most), AT_ONCE):
        batch = wanted[start : min(start + AT_ONCE, most)]
        papers = pubmed.articles(batch, client)
        with transaction.atomic(), acting(None, f"found by the search “{done.search}”"):
            titles = None if dry else titles_of_the_queue()
            fetched = [_keep(pmid, papers.get(pmid), done, titles, dry) for pmid in batch]
        done.new += fetched
        log.n_found += len(fetched)
        done.not_fetched = done.not_fetched[len(batch) :]
    troubles = []
    if done.not_fetched:
        troubles.append(f"{len(done.not_fetched)} records are left for the next run: one run takes {most}.")
    if hits.count > len(pmids):
        troubles.append(f"PubMed counted {hits.count} records and named {len(pmids)}: make the search narrower.")
    log.trouble = " ".join(troubles)
    log.outcome = RunOutcome.PARTIAL if log.trouble else RunOutcome.COMPLETE


def _found_so_far(search: SavedSearch) -> dict[str, tuple[int, Candidate]]:
    """PMID → the run that found it first, and its candidate."""
    found = {}
    for finding in Finding.objects.filter(search=search).select_related("candidate__document").order_by("-id"):
        candidate = finding.candidate
        for pmid in {candidate.pmid, candidate.document.pmid if candidate.document else ""} - {""}:
            found[pmid] = (finding.run_id, candidate)
    return found


def _keep(pmid: str, article: Found | None, done: Searched, titles, dry: bool) -> Hit:
    """A record into the queue. One that PubMed gives no article for, or a garbled one, comes in by its PMID alone."""
    paper = _paper(pmid, article)
    if dry:
        candidate = Candidate.objects.known_as(paper.pmid, paper.doi).first()
        return Hit(pmid, paper.title, candidate, candidate is not None)
    try:
        with transaction.atomic():
            candidate, made = add(paper, FoundBy.SEARCH, titles=titles, run=done.run)
    except ValidationError:
        candidate, made = add(Paper(pmid=pmid), FoundBy.SEARCH, titles=titles, run=done.run)
    return Hit(pmid, paper.title, candidate, not made)


def _paper(pmid: str, article: Found | None) -> Paper:
    if article is None or problem_with_text(article.get("title")):
        return Paper(pmid=pmid)
    return paper_of(article, pmid)


def paper_of(found: Found, pmid: str = "") -> Paper:
    """What the queue keeps of a find."""
    year = found.get("year")
    return Paper(
        pmid=pmid or found.get("pmid"),
        doi=found.get("doi"),
        title=found.get("title"),
        authors=short_authors([str(person) for person in found.authors]),
        journal=found.get("journal")[:200],
        year=int(year) if year.isdecimal() else None,
    )
