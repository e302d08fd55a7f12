"""Asking the checks of some units, and finding how each warning was answered."""

from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from ...models import Discrepancy, Publication, Report
from ..dossier import Dossier, Provenance
from .answers import answer
from .frame import NOTE, WARNING, Check, Finding, Single
from .others import Others
from .registry import CHECKS


@dataclass
class Found:
    """A finding of a check, and its answer: a written reason, or the discrepancy that explains it."""

    check: Check
    finding: Finding
    reason: str = ""
    discrepancy: str = ""
    not_yet: str = ""  # why the discrepancy that names it does not explain it

    @property
    def is_open(self) -> bool:
        """Whether it keeps its unit from being published."""
        return self.check.severity != NOTE and not self.reason and not self.discrepancy

    def __str__(self):
        where = f"{self.finding.record}{' · ' + self.finding.field if self.finding.field else ''}"
        return f"{self.check.id} {self.check.severity} · {where}: {self.finding.text}{self.answered}"

    @property
    def answered(self) -> str:
        """How it was answered, in words."""
        if self.reason:
            return f" Answered: {self.reason}"
        return f" Explained by {self.discrepancy}." if self.discrepancy else ""

    def document(self) -> dict:
        """As it is kept with its unit when that is published."""
        return {
            "check": self.check.id,
            "record": self.finding.record,
            "field": self.finding.field or None,
            "value": self.finding.value,
            "text": self.finding.text,
            "reason": self.reason or None,
            "discrepancy": self.discrepancy or None,
        }

    @property
    def what_is_needed(self) -> str:
        """What a curator is told of an open finding: what is wrong, what would be right, how to answer it."""
        told = f"{self.finding.text} {self.check.id}: {self.check.hint}"
        if self.not_yet:
            return f"{told} {self.not_yet}"
        answer = f"If “{self.finding.value}” stands, answer the warning with a written reason, or record a discrepancy."
        return f"{told} {answer}" if self.check.severity == WARNING else told


@dataclass
class Checked:
    """What the datachecks found in one unit; of how many records each check looked at there."""

    looked_at: dict[str, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    @property
    def open(self) -> list[Found]:
        return [found for found in self.found if found.is_open]

    def document(self) -> dict:
        """As it is kept with the unit when it is published."""
        return {
            "looked_at": self.looked_at,
            "found": [found.document() for found in self.found],
        }


def run(
    units: list, dossiers: dict[str, Dossier] | None = None, drafts: bool = False, revision: int | None = None
) -> dict[str, Checked]:
    """Accession → what was found, for each unit. Dossiers that are at hand are used. With `drafts` units are compared
    with all others, not only with those that are public. `revision` is the one under which they are going out."""
    dossiers = dossiers or {}
    others = Others({unit.pk for unit in units}, drafts)
    publications = [unit for unit in units if isinstance(unit, Publication)]
    prefetch_related_objects(publications, "authors", "sources_read")
    prefetch_related_objects([unit for unit in units if isinstance(unit, Discrepancy)], "sides")
    provenance = Provenance.of_each([publication.pk for publication in publications])
    checked = {}
    for unit in units:
        if isinstance(unit, Report):
            subject = dossiers.get(unit.pk) or Dossier(unit)
        else:
            subject = Single(unit, provenance.get(unit.pk))
        checked[unit.pk] = _ask(subject, others)
    answer(checked, units, drafts, revision)
    return checked


def _ask(subject, others: Others) -> Checked:
    checked = Checked()
    for check in CHECKS:
        records = check.records(subject) if isinstance(subject.unit, check.of) else ()
        if records:
            checked.looked_at[check.id] = len(records)
        checked.found += [
            Found(check, finding) for record in records for finding in check.find(record, subject, others)
        ]
    return checked
