"""What PubMed's XML and its NBIB files share: the words of NLM for kinds of publication and for retractions."""

from ..models.choices import PublicationKind, RetractionStatus
from .found import Found

# NLM's publication types → our kinds, the more telling first.
KINDS = {
    "Case Reports": PublicationKind.CASE_REPORT,
    "Systematic Review": PublicationKind.REVIEW,
    "Meta-Analysis": PublicationKind.REVIEW,
    "Review": PublicationKind.REVIEW,
    "Practice Guideline": PublicationKind.GUIDELINE,
    "Guideline": PublicationKind.GUIDELINE,
    "Consensus Development Conference": PublicationKind.GUIDELINE,
    "Consensus Statement": PublicationKind.GUIDELINE,
} | dict.fromkeys(
    # Not “Clinical Trial Protocol”, which has no results.
    [
        "Clinical Trial", *(f"Clinical Trial, Phase {number}" for number in ("I", "II", "III", "IV")),
        "Adaptive Clinical Trial", "Controlled Clinical Trial", "Pragmatic Clinical Trial",
        "Randomized Controlled Trial", "Equivalence Trial",
    ],
    PublicationKind.TRIAL_REPORT,
)  # fmt: skip
NOTICES = {"Retraction of Publication", "Retraction Notice", "Published Erratum", "Expression of Concern"}


def take_kind(found: Found, types: list[str], place: str):
    """The kind of publication by NLM's types, as the curator's judgement to confirm; else it stays not stated."""
    named = next((name for name in KINDS if name in types), "")
    if named:
        kind = KINDS[named]
        found.take("kind", kind, place, f"NLM's type “{named}” read as {kind.label}", as_given="; ".join(types))
    for notice in NOTICES & set(types):
        found.remarks.append(f"This record is itself a notice ({notice}) about another publication.")


def take_retraction(found: Found, status: RetractionStatus, place: str, as_given: str):
    """A retraction status is true on the day it was looked up."""
    day = found.source.day
    found.take("retraction_status", status, place, f"looked up on {day}", as_given=as_given)
    found.take("retraction_as_of", day, place, "the day of the look-up", as_given=as_given)


def take_retraction_of_file(found: Found, place: str, as_given: str, day: str = "", day_place: str = ""):
    """A file that says so: nobody looked it up. It holds of the file's own day; of one that tells none, of the day the
    file was read, and that is said."""
    said = f"as the file says, of {day}" if day else "as the file says, which tells no day; nobody looked it up"
    found.take("retraction_status", RetractionStatus.RETRACTED, place, said, as_given=as_given)
    if day:
        found.take("retraction_as_of", day, day_place, "the day of the file's record, not of a look-up", as_given=day)
    else:
        dated = "the day the file was read, not of a look-up: the file tells none"
        found.take("retraction_as_of", found.source.day, place, dated, as_given=as_given)
    found.remarks.append("The file says that it is retracted; nobody looked it up: look it up by PMID or DOI.")


def says_retracted(title: str) -> bool:
    """Publishers put it before the title: “RETRACTED: …”, “Retracted Article: …”, “WITHDRAWN: …”."""
    before, colon, _ = title.partition(":")
    return bool(colon) and before.strip(" []*").lower() in ("retracted", "retracted article", "withdrawn")
