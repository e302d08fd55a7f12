"""How findings are answered: by a written reason, or by a discrepancy that readers see beside the value.

Either answers for the value that it was written for. A reason names that value. A discrepancy does not, so it answers
for what it was published with: a finding that arises later asks for a discrepancy that was looked at since.
"""

import json
from collections import defaultdict

from ...models import Change, CheckedWarning, Side
from ...models.choices import GONE, State
from .frame import ERROR, WARNING, Finding


def answer(checked: dict, units: list, drafts: bool, revision: int | None):
    """Give each warning its reason or its discrepancy; an error only the discrepancy that it lets explain it.

    `revision` is the one that is being made, if any. With `drafts` a discrepancy counts that is still to go out.
    """
    asked = [
        (unit, one)
        for unit in units
        for one in checked[unit.pk].found
        if one.check.severity == WARNING or one.check.explained
    ]
    if not asked:
        return
    named = {name for _, one in asked for name in (one.finding.record, one.finding.value)}
    reasons = {}
    for written in CheckedWarning.objects.filter(record__in=named):
        reasons[written.record_id, written.check_id, written.value] = written.reason
    explaining = _Discrepancies(named, [unit.pk for unit, _ in asked], drafts, revision)
    for unit, one in asked:
        record, check, value = one.finding.record, one.check, one.finding.value
        if check.severity != ERROR:
            turned = reasons.get((value, check.id, record), "") if one.finding.pair else ""
            one.reason = reasons.get((record, check.id, value)) or turned
        if not one.reason:
            one.discrepancy, one.not_yet = explaining.of(unit, one)


class _Discrepancies:
    """The discrepancies that name some records, and since when the public reads them."""

    def __init__(self, named: set[str], units: list[str], drafts: bool, revision: int | None):
        self.drafts = drafts
        self.naming = defaultdict(list)
        sides = Side.objects.filter(record__in=named).exclude(discrepancy__state__in=GONE)
        for side in sides.select_related("discrepancy").order_by("discrepancy", "position"):
            self.naming[side.record_id].append(side)
        names = {side.discrepancy_id for found in self.naming.values() for side in found}
        self.published = _published(names) if names else {}
        self.before = _published(set(units), but=revision) if names else {}

    def of(self, unit, one) -> tuple[str, str]:
        """The discrepancy that explains a finding; else why the one that names it does not explain it yet."""
        not_yet = ""
        for side in self._fitting(one.finding):
            not_yet = self._lacks(side, unit, one)
            if not not_yet:
                return side.discrepancy_id, ""
        return "", not_yet

    def _fitting(self, finding: Finding) -> list[Side]:
        """Sides of this field, or of the whole record: both are shown beside the value. Of a pair, those of
        discrepancies that name both."""
        if finding.pair:
            both = {side.discrepancy_id for side in self.naming[finding.value]}
            return [side for side in self.naming[finding.record] if side.discrepancy_id in both]
        return [side for side in self.naming[finding.record] if side.attribute in ("", finding.field)]

    def _lacks(self, side: Side, unit, one) -> str:
        discrepancy = side.discrepancy
        waiting = discrepancy.state != State.PUBLISHED
        if waiting and self.drafts:
            return ""
        if not discrepancy.is_public or (waiting and not _is_in_form(side)):
            return f"{discrepancy.pk} names it and is not public: publish the two together."
        before = self.before.get(unit.pk)
        since = before is None or not unit.checked or self.published.get(discrepancy.pk, 0) > before
        if since or _explained_then(unit, one, discrepancy.pk):
            return ""
        return f"{discrepancy.pk} was published for what stood here before: bring it up to date and publish the two."


def _published(accessions: set[str], but: int | None = None) -> dict[str, int]:
    """Accession → the revision under which it last went out, other than `but`."""
    changes = Change.objects.filter(accession__in=accessions, action="published").order_by("id")
    found = ((accession, fields["revision"][1]) for accession, fields in changes.values_list("accession", "fields"))
    return {accession: revision for accession, revision in found if revision != but}


def _is_in_form(side: Side) -> bool:
    """Whether the public reads this side of a discrepancy that is being changed."""
    told = json.loads(side.discrepancy.form)["sides"]
    return any((one["record"], one["attribute"] or "") == (side.record_id, side.attribute) for one in told)


def _explained_then(unit, one, discrepancy: str) -> bool:
    """Whether the discrepancy explained this finding, for this value, when the unit was last published."""
    now = (one.check.id, one.finding.record, one.finding.value, discrepancy)
    then = json.loads(unit.checked)["found"]
    return any((e["check"], e["record"], e["value"], e["discrepancy"]) == now for e in then)
