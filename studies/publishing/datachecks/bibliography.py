"""Publications and registrations: identifiers, one record for one document, retraction.

That a DOI, PMID or identifier has its form, and stands at one record only when spelled alike, the records themselves
refuse; here are the spellings that differ and mean the same.
"""

from ...models import Publication, Registration, Report
from ...models.choices import ExtractionState, RetractionStatus
from .frame import ERROR, NOTE, WARNING, Check, Finding, itself

DOUBTED = (RetractionStatus.CORRECTED, RetractionStatus.CONCERN)


OPENED = {")": "(", "]": "[", ">": "<", "}": "{"}


def _ends_well(publication, single, others):
    """A closing bracket ends a DOI that opened it: such there are."""
    doi = publication.doi
    opened = OPENED.get(doi[-1])
    if doi[-1] in ".,;:\"'“”‘’»" or (opened and doi.count(doi[-1]) > doi.count(opened)):
        yield Finding(publication.pk, "doi", doi, f"“{doi}” ends in “{doi[-1]}”.")


def _has_identifier(single) -> list[tuple[str, str]]:
    return [(name, getattr(single.unit, name)) for name in ("doi", "pmcid") if getattr(single.unit, name)]


def _one_publication(identifier, single, others):
    name, value = identifier
    for pk, slug in others.publications_with(name, value):
        if pk != single.unit.pk:
            yield Finding(single.unit.pk, name, pk, f"“{slug}” has the same {name.upper()}.", pair=True)


def _one_title(publication, single, others):
    for pk in others.titles.like(publication.pk, publication.title):
        slug = others.publications[pk].slug
        yield Finding(publication.pk, "title", pk, f"“{slug}” bears a title that is nearly the same.", pair=True)


def _one_registration(registration, single, others):
    for pk, identifier in others.registrations_like(registration.identifier):
        if pk != registration.pk:
            yield Finding(
                registration.pk, "identifier", pk, f"“{identifier}” is the same but for its spelling.", pair=True
            )


def _of_evidence(report) -> bool:
    return bool(report.study_id or report.registration_id)


def _is_not_retracted(report, dossier, others):
    publication = report.publication
    if publication.retraction_status == RetractionStatus.RETRACTED:
        text = f"“{publication.slug}” was retracted, as of {publication.retraction_as_of}: its numbers are no evidence."
        value = f"retracted, {publication.retraction_as_of}"
        yield Finding(publication.pk, "retraction_status", value, text)


def _correction_is_read(report, dossier, others):
    publication = report.publication
    status, as_of = (others.told(publication, name) for name in ("retraction_status", "retraction_as_of"))
    if status in DOUBTED:
        text = f"“{publication.slug}”: {RetractionStatus(status).label}, as of {as_of}."
        value = f"{status}, {as_of}"
        yield Finding(publication.pk, "retraction_status", value, text)


def _retraction_is_looked_up(publication, single, others):
    if publication.retraction_status == RetractionStatus.NOT_CHECKED:
        text = "Nobody has looked up whether it was corrected or retracted."
        yield Finding(publication.pk, "retraction_status", "not_checked", text)


def _reports(dossier) -> list:
    return [dossier.report] if _of_evidence(dossier.report) else []


def _cited_only(single) -> list:
    return [single.unit] if single.unit.extraction_state == ExtractionState.CITED_ONLY else []


def _was_not_read(publication, single, others):
    if publication.sources_read.all():
        text = "Its sources say what of it was read, and its extraction state that it is known by name alone."
        yield Finding(publication.pk, "extraction_state", "cited_only", text)


def _read(single) -> list:
    return [single.unit] if single.unit.extraction_state != ExtractionState.CITED_ONLY else []


CHECKS = (
    Check(
        "DC070", WARNING, "A DOI ends where it ends",
        "Without the full stop, comma, bracket or quotation mark of the sentence it was taken from.",
        "publications with a DOI", (Publication,), lambda s: [s.unit] if s.unit.doi else [], _ends_well,
    ),
    Check(
        "DC071", ERROR, "One identifier, one publication",
        "One record for one document: move what hangs below the other, or correct the identifier.",
        "DOIs, whatever their case, and PMCIDs", (Publication,), _has_identifier, _one_publication,
    ),
    Check(
        "DC072", WARNING, "One title, one publication",
        "One record for one document. An abstract and its later paper are two, and may tell of the same patients.",
        "publications with a title", (Publication,), lambda s: [s.unit] if s.unit.title else [], _one_title,
        threshold="Four fifths of the words of both in common, and nine tenths of the letters in order "
        "(studies/pure/near_titles.py).",
    ),
    Check(
        "DC073", ERROR, "One identifier, one registration",
        "One record for one registration, as its registry spells it.",
        "registrations, whatever case and hyphens", (Registration,), itself, _one_registration,
    ),
    Check(
        "DC074", ERROR, "A retracted source is no evidence",
        "A discrepancy with a side of this publication and “retraction_status”: it is then shown with the document. "
        "The publication itself can go out, so that its retraction is seen at once.",
        "reports of studies and registrations", (Report,), _reports, _is_not_retracted, explained=True,
    ),
    Check(
        "DC075", WARNING, "A correction or an expression of concern was read",
        "The reason says what it changes of what is recorded here.",
        "reports of studies and registrations", (Report,), _reports, _correction_is_read,
    ),
    Check(
        "DC076", NOTE, "Retraction was looked up",
        "The status, with the day on which it was looked up.",
        "publications that were read", (Publication,), _read, _retraction_is_looked_up,
    ),
    Check(
        "DC077", ERROR, "What was read is not called “cited, not read”",
        "The extraction state: partly or fully extracted. Or the source read is taken out, if it was not read.",
        "publications that are only cited", (Publication,), _cited_only, _was_not_read,
    ),
)  # fmt: skip
