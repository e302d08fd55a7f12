"""Which unit a record is published with."""

from django.core.exceptions import ObjectDoesNotExist

from ..models import (
    CohortOverlap,
    Discrepancy,
    ProblemAnswer,
    Publication,
    Registration,
    Report,
    Study,
    get_record,
)

UNITS = (Publication, Study, Registration, Report, Discrepancy, ProblemAnswer)


def unit_of(record):
    """The publication, study, registration, report, discrepancy or answer that a record is published with."""
    if isinstance(record, UNITS):
        return record
    if isinstance(record, CohortOverlap):
        return record.cohort.report
    return next(getattr(record, name) for name in ("report", "citing", "publication") if hasattr(record, name))


def unit_of_accession(accession: str):
    """The same of an accession; None where there is no such record."""
    try:
        return unit_of(get_record(accession))
    except (KeyError, ObjectDoesNotExist):
        return None
