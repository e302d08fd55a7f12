"""Saving a case: all its rows in one transaction, or none of them, with every reason."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import ProtectedError

from ..models import Place, Side, Typed, acting, parts_of
from ..publishing.unit_of import unit_of
from .kept import tabs_of
from .page import CasePage


@dataclass
class Reason:
    """Why the page was not saved: which row and field, and the rule."""

    row: str
    field: str
    rule: str
    anchor: str


@dataclass
class Saved:
    """What saving did. With reasons nothing has changed."""

    reasons: list[Reason]
    rows: int = 0
    removed: int = 0


class _NotSaved(Exception):
    pass


def save(page: CasePage, reason: str, is_draft) -> Saved:
    """Save every row that was typed or changed. `is_draft` says of an accession that the public has never seen it."""
    done = Saved([])
    try:
        with transaction.atomic(), acting(page.user, reason):
            public = _save(page, reason, is_draft, done)
            done.reasons = reasons_of(page)
            if public and not reason.strip() and not done.reasons:
                rule = f"{', '.join(public)}: public already. Say why it is changed; readers will see that reason."
                done.reasons = [Reason("The case", "Why", rule, "id_reason")]
            if done.reasons:
                raise _NotSaved
            Typed.objects.filter(user=page.user, tab__in=tabs_of(page.data)).delete()
    except _NotSaved:
        done.rows = done.removed = 0
    return done


def reasons_of(page: CasePage) -> list[Reason]:
    return [
        Reason(row.title, label, message, anchor)
        for section in page.sections
        for row in section.rows
        for label, message, anchor in row.errors()
    ]


def _save(page: CasePage, reason: str, is_draft, done: Saved) -> list[str]:
    """Save the rows. Returns the public units that this changes."""
    rows = [row for section in page.sections for row in section.rows if row.data is not None]
    removed = [row for row in rows if row.removed]
    typed = [row for row in rows if not row.removed and (not row.blank if row.is_new else row.changed)]
    for row in typed:
        row.issue()
    before = {row: {} if row.is_new else parts_of(row.instance) for row in typed}
    for row in typed:
        row.commit()
    for row in typed:
        if row.state == "saved":
            row.instance.log_parts(before[row])
    done.rows = len(typed)
    for row in reversed([row for row in removed if not row.is_new]):
        _remove(page, row, reason, is_draft)
        done.removed += 1
    changed = [unit_of(row.instance) for row in [*typed, *removed] if row.state != "refused" and row.instance.pk]
    return sorted({str(unit) for unit in changed if unit.is_public})


def _remove(page: CasePage, row, reason: str, is_draft):
    """Take a row away that nothing names. Of what was public the versions stay, and its address says why it is gone."""
    if not page.may("delete", row.section.model):
        row.form.add_error(None, "It cannot be removed: your account may not.")
        return
    if not reason.strip() and not is_draft(row.accession):
        row.form.add_error(None, "It has been public: say why it is taken out. Its address will tell readers.")
        return
    if Side.objects.filter(record=row.accession).exists():
        row.form.add_error(None, "It cannot be removed: a discrepancy names it.")
        return
    try:
        with transaction.atomic():
            Place.objects.filter(record=row.accession).delete()
            row.section.model.objects.get(pk=row.accession).delete()
    except ProtectedError as error:
        names = ", ".join(sorted({str(record.pk) for record in error.protected_objects}))
        row.form.add_error(None, f"It cannot be removed: it is named by {names}.")
