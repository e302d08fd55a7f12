"""The write side, one file per concept, and (public.py) the read side that publishing writes."""

from .appraisal import Appraisal, AppraisalItem
from .base import Accession, AccessionCounter, Change, Extracted, Record, acting
from .claim import Claim, SetStatement
from .cohort import Characteristic, Cohort, CohortOverlap
from .construct import Construct
from .course import Course, Infusion, Interval, Lymphodepletion
from .discrepancy import Discrepancy, Side
from .event import Event
from .measurement import Measurement
from .outcome import Outcome
from .provenance import Place
from .public import (
    OPEN,
    EvidenceDose,
    EvidenceRow,
    EvidenceTerm,
    FormLink,
    PublicFact,
    PublicRecord,
    Revision,
    SearchText,
    SearchWord,
)
from .publication import Author, Citation, Publication, SourceRead
from .registry import get_record, model_of_kind, record_models
from .study import (
    Coverage,
    EligibilityCriterion,
    Registration,
    RegistrationDescription,
    Report,
    Study,
    StudyDescription,
)
from .therapy import Agent, Therapy
from .toxicity import Toxicity
from .transplant import Transplant
from .typed import Typed
from .user import User
from .vocabulary import Mapping, Term

__all__ = [
    "OPEN", "Accession", "AccessionCounter", "Agent", "Appraisal", "AppraisalItem", "Author", "Change",
    "Characteristic", "Citation", "Claim", "Cohort", "CohortOverlap", "Construct", "Course", "Coverage",
    "Discrepancy", "EligibilityCriterion", "Event", "EvidenceDose", "EvidenceRow", "EvidenceTerm", "Extracted",
    "FormLink", "Infusion", "Interval", "Lymphodepletion", "Mapping", "Measurement", "Outcome", "Place", "PublicFact",
    "PublicRecord", "Publication", "Record", "Registration", "RegistrationDescription", "Report", "Revision",
    "SearchText", "SearchWord", "SetStatement", "Side", "SourceRead", "Study", "StudyDescription", "Term", "Therapy",
    "Toxicity", "Transplant", "Typed", "User", "acting", "get_record", "model_of_kind", "record_models",
]  # fmt: skip
