"""What a datacheck is and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ...models.choices import CheckSeverity
from ..dossier import Provenance

ERROR, WARNING, NOTE = CheckSeverity.ERROR, CheckSeverity.WARNING, CheckSeverity.NOTE
# Marks a threshold that nobody has looked up: such a check is never more than a warning.
FROM_MEMORY = "From memory, not looked up: wide, so that misprints fall outside and oddities do not."


@dataclass(frozen=True)
class Finding:
    """What a check found: the record's accession, the field, the value in short, and what is wrong in words.

    An answer is for this value alone, so that a changed value asks anew and better words for it do not. Of a finding
    on a pair of records the value is the accession of the other one: an answer at either is for both, and a discrepancy
    explains it that names both.
    """

    record: str
    field: str
    value: str
    text: str
    pair: bool = False


@dataclass(frozen=True)
class Check:
    """One datacheck. `records` gives what it looks at in a unit, `find` what is wrong with one of these.

    `of` names the models of the units it is asked of. An error is answered by nothing, unless `explained` says that a
    discrepancy which names the field will do; a warning is answered by that, or by a written reason.
    """

    id: str
    severity: CheckSeverity
    title: str
    hint: str  # what would be right
    looks_at: str
    of: tuple
    records: Callable[[object], Iterable]
    find: Callable[..., Iterable[Finding]]  # (record, subject, others)
    threshold: str = ""  # the reason and source of a number in it
    explained: bool = False


class Single:
    """A unit that has no records below it, as checks are given it; a report's is its dossier."""

    def __init__(self, unit, provenance: Provenance | None = None):
        self.unit = unit
        if provenance is not None:
            self.provenance = provenance

    @cached_property
    def provenance(self) -> Provenance:
        return Provenance([self.unit.pk])


def rows(name: str, where: Callable[[object], bool] = lambda record: True):
    """The records of a dossier under one name of BELOW_REPORT, those that a condition holds for."""
    return lambda dossier: [record for record in dossier.rows[name] if where(record)]


def itself(subject) -> list:
    """The unit alone."""
    return [subject.unit]
