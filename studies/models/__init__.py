"""The write side, one file per concept, and (public.py) the read side that publishing writes."""

from .accession import Accession, AccessionCounter
from .appraisal import Appraisal, AppraisalItem
from .base import Change, Extracted, Record, acting, changed_between, parts_of, unit_accession
from .checked import CheckedWarning
from .claim import Claim, SetStatement
from .cohort import Characteristic, Cohort, CohortOverlap
from .construct import Construct
from .course import Course, Infusion, Interval, Lymphodepletion
from .curation import InterestStatement, Redaction
from .discrepancy import Discrepancy, Side
from .event import Event
from .imported import ImportedValue
from .measurement import Measurement
from .outcome import Outcome
from .problem import ProblemAnswer, ProblemReport
from .provenance import Place
from .public import (
    OPEN,
    TOMBSTONES,
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
from .published_table import PublishedTable, PublishedTableCell, PublishedTableColumn
from .queue import Candidate, Finding, SavedSearch, SearchRun
from .reading import (
    AGREEING,
    FINISHED,
    ComparedFact,
    Decision,
    DoubleReading,
    Reading,
    ReadingState,
    ReadingStep,
    Verdict,
)
from .registry import get_record, get_records, model_of_kind, record_models
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
from .vocabulary import Grade, Mapping, Term, Vocabularies

__all__ = [
    "Accession", "AccessionCounter", "Agent", "Appraisal", "AppraisalItem", "Author", "Candidate", "Change",
    "Characteristic", "CheckedWarning", "Citation", "Claim", "Cohort", "CohortOverlap", "Construct", "Course",
    "Coverage", "Discrepancy", "EligibilityCriterion", "Event", "EvidenceDose", "EvidenceRow", "EvidenceTerm",
    "Extracted", "Finding", "FormLink", "Grade", "ImportedValue", "Infusion", "InterestStatement", "Interval",
    "Lymphodepletion", "Mapping", "Measurement", "OPEN", "Outcome", "Place", "ProblemAnswer", "ProblemReport",
    "PublicFact", "PublicRecord", "Publication", "PublishedTable", "PublishedTableCell", "PublishedTableColumn",
    "Record", "Redaction", "Registration", "RegistrationDescription", "Report", "Revision", "SavedSearch", "SearchRun",
    "SearchText", "SearchWord", "SetStatement", "Side", "SourceRead", "Study", "StudyDescription", "TOMBSTONES", "Term",
    "Therapy", "Toxicity", "Transplant", "Typed", "User", "Vocabularies", "acting", "get_record", "get_records",
    "model_of_kind", "record_models", "unit_accession",
    "AGREEING", "ComparedFact", "Decision", "DoubleReading", "FINISHED", "Reading", "ReadingState", "ReadingStep",
    "Verdict", "changed_between", "parts_of",
]  # fmt: skip
