"""How papers come into the reading queue. What is found twice is one candidate with two findings; only an identifier
makes two records one, a title that is nearly the same is for a curator to judge."""

import json
from dataclasses import dataclass

from django.db.models import Q

from ..models import Candidate, Change, Citation, Finding, ImportedValue, Publication, acting
from ..models.choices import ExtractionState, FoundBy
from ..pure.citations import cut
from ..pure.near_titles import Titles

NAMED_AUTHORS = 3
OFTEN = {FoundBy.READER}  # each time counts; whatever else finds a paper again in the same way says nothing new
FILLED = ("title", "authors", "journal", "year", "pmid", "doi")


@dataclass
class Paper:
    """What is known of a paper when it is found."""

    pmid: str = ""
    doi: str = ""
    title: str = ""
    authors: str = ""
    journal: str = ""
    year: int | None = None


def short_authors(names: list[str]) -> str:
    """The first authors, as a list of papers names them."""
    named = ", ".join(names[:NAMED_AUTHORS])
    return cut(named + (" …" if len(names) > NAMED_AUTHORS else ""), 200)


def known(pmid: str = "", doi: str = "") -> Candidate | None:
    """The candidate that bears one of these identifiers, the PMID before the DOI; a publication of the base that has
    one and is in no queue yet is put there. A record with the same DOI and another PMID is another record."""
    found = list(Candidate.objects.known_as(pmid, doi))
    same = [one for one in found if pmid and pmid in _pmids(one)]
    alike = [one for one in found if not pmid or not _pmids(one)]
    if same or alike:
        return sorted(same or alike, key=lambda one: one.document_id is None)[0]
    condition = Q(pmid=pmid) if pmid else Q(pk__in=[])
    if doi:
        condition |= Q(doi__iexact=doi, pmid__in=("", pmid))
    document = Publication.objects.filter(condition, candidate__isnull=True).first()
    return put_in(document) if document else None


def _pmids(candidate: Candidate) -> set[str]:
    return {candidate.pmid, candidate.document.pmid if candidate.document else ""} - {""}


def add(paper: Paper, way: FoundBy, *, titles: Titles | None = None, remark: str = "", run=None):
    """Put a paper into the queue, or note that it was found again. Returns (candidate, whether it is new). Raises
    ValidationError where the paper cannot be so."""
    candidate = known(paper.pmid, paper.doi)
    made = candidate is None
    if made:
        taken = Candidate.objects.known_as(doi=paper.doi).first()  # under another PMID
        candidate = Candidate(**vars(paper) | ({"doi": ""} if taken else {}))
        titles = titles or titles_of_the_queue()
        candidate.resembles = taken or _first(titles.like("", paper.title))
        candidate.full_clean()
        candidate.save()
    else:
        _fill(candidate, paper)
    note_finding(candidate, way, remark=remark, run=run, made=made)
    return candidate, made


def note_finding(candidate: Candidate, way: FoundBy, *, remark: str = "", run=None, made: bool = False):
    """Write down how a candidate was found."""
    of = {"candidate": candidate, "way": way, "search": run.search if run else None}
    if way not in OFTEN and Finding.objects.filter(**of).exists():
        return
    finding = Finding.objects.create(**of, run=run, remark=remark)
    if not made:
        Change.log(candidate.pk, "found again", {"found": [None, str(finding)]})


def titles_of_the_queue() -> Titles:
    """All titles of the queue, to tell what is nearly the same."""
    rows = Candidate.objects.values_list("pk", "title", "document__title")
    return Titles({pk: of_document or own for pk, own, of_document in rows})


def _first(keys: list[str]) -> Candidate | None:
    return Candidate.objects.filter(pk__in=keys).order_by("pk").first() if keys else None


def _fill(candidate: Candidate, paper: Paper):
    """Only what is empty; an identifier that another candidate bears stays with that one."""
    for name in FILLED:
        value = getattr(paper, name)
        others = name in ("pmid", "doi") and Candidate.objects.filter(**{f"{name}__iexact": value}).exists()
        if value and not getattr(candidate, name) and not others:
            setattr(candidate, name, value)
    candidate.full_clean()
    candidate.save()


# Publications of the base


def put_in(document: Publication) -> Candidate:
    """The candidate of a publication, made where there is none."""
    candidate = _waiting_for(document)
    if candidate is None:
        candidate = _candidate_of(document)
        candidate.full_clean()
        candidate.save()
        note_finding(candidate, _how(document), made=True)
    return candidate


def _waiting_for(document: Publication) -> Candidate | None:
    """A candidate that turns out to be this publication, by its identifiers; it is joined to it."""
    standing = Candidate.objects.filter(document=document).first()
    if standing or not (document.pmid or document.doi):
        return standing
    found = Candidate.objects.known_as(document.pmid, document.doi).filter(document__isnull=True)
    candidate = next((one for one in found if not document.pmid or one.pmid in ("", document.pmid)), None)
    if candidate:
        Candidate.objects.filter(pk=candidate.pk).update(document=document)
        Change.log(candidate.pk, "entered", {"document": [None, document.pk]})
        candidate.document = document
    return candidate


def join(documents: list[Publication]):
    """What was imported or entered is no longer a paper alone: its candidate says which publication it became."""
    for document in documents:
        _waiting_for(document)


def _candidate_of(document: Publication) -> Candidate:
    """What a public publication says in public; what a draft says now."""
    form = json.loads(document.form) if document.is_public else None
    told = form or {name: getattr(document, name) for name in ("title", "journal", "year", "pmid", "doi")}
    names = [f"{a['family_name']} {a['given_names'] or ''}".strip() for a in form["authors"]] if form else None
    taken = Candidate.objects.known_as(told["pmid"] or "", told["doi"] or "").exists()
    return Candidate(
        document=document,
        title=told["title"] or document.name,
        authors=short_authors(names if form else [str(author) for author in document.authors.all()]),
        journal=told["journal"] or "",
        year=told["year"],
        pmid="" if taken else told["pmid"] or "",
        doi="" if taken else told["doi"] or "",
        read_before=_is_read(document),
    )


def _is_read(document: Publication) -> bool:
    return document.extraction_state != ExtractionState.CITED_ONLY


def _how(document: Publication) -> FoundBy:
    """How a publication came that was in no queue."""
    if ImportedValue.objects.filter(record=document.pk).exists():
        return FoundBy.LOOK_UP
    typed = Change.objects.filter(accession=document.pk, action="created", user__isnull=False).exists()
    return FoundBy.CURATOR if typed else FoundBy.GIVEN


def enrol():
    """Put every public publication into the queue, and note which public reference lists name it. Nothing that a
    curator decided is touched; asked again, it changes nothing."""
    with acting(None, "public documents and what they cite"):
        fresh = [
            document
            for document in Publication.objects.filter(is_public=True, candidate__isnull=True).order_by("pk")
            if _waiting_for(document) is None
        ]
        made = [_candidate_of(document) for document in fresh]
        Candidate.create_many(made)
        _enrol_references({candidate.pk for candidate in made})
        listed = set(Finding.objects.filter(candidate__in=made).values_list("candidate", flat=True))
        Finding.objects.bulk_create(
            Finding(candidate=candidate, way=_how(candidate.document))
            for candidate in made
            if candidate.read_before or candidate.pk not in listed
        )


def _enrol_references(made: set[str]):
    entries = Citation.objects.filter(finding__isnull=True, citing__is_public=True, cited__candidate__isnull=False)
    forms, told = {}, []
    for entry in entries.select_related("citing", "cited__candidate").order_by("pk"):
        if entry.citing_id not in forms:
            references = json.loads(entry.citing.form)["references"]
            forms[entry.citing_id] = {(one["number"], one["publication"]) for one in references}
        if (entry.number, entry.cited.slug) in forms[entry.citing_id]:  # else it is not public yet
            told.append(Finding(candidate=entry.cited.candidate, way=FoundBy.REFERENCES, citation=entry))
    Finding.objects.bulk_create(told)
    for finding in told:
        if finding.candidate_id not in made:
            Change.log(finding.candidate_id, "found again", {"found": [None, str(finding)]})
