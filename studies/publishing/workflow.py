"""Who may do what with a unit, and when: draft → in review → published → superseded or withdrawn, and back to draft.

Each step is one atomic method that checks role, state and reason, does it, and logs who, when and why. Fixtures go
through the door itself (`door.py`): nobody enters them in the admin, and their second reading lies in `seeds/`.
"""

from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from ..models import (
    Change,
    CohortOverlap,
    InterestStatement,
    Publication,
    Registration,
    Report,
    Study,
    Term,
    Vocabularies,
    acting,
)
from ..models.base import lapse
from ..models.choices import GONE, State
from . import door
from .checks import Problem
from .door import Refused, close_all, publish_all, with_excuses
from .dossier import BELOW_REPORT

SUBMIT, REVIEW, WITHDRAW = "studies.submit_units", "studies.review_units", "studies.withdraw_units"
CHECK = "studies.check_as_haematologist"
STALE = "It was changed after you opened this page. Look at what it says now, then decide."
STATEMENT_LASTS = timedelta(days=365)


class NotAllowed(Exception):
    """A step that this person may not take, or not now. The text says why and what would be right."""


def submit(unit, *, user, reason: str = ""):
    """Hand a draft to a second person. It may still lack rows: what is missing is said at publishing. What is public
    already takes a reason."""
    with _step(unit, user, SUBMIT, {State.DRAFT}, "submit") as unit:
        if unit.is_public:
            _needs(reason, f"{unit} is public: say what was changed, and why.")
        _move(unit, State.IN_REVIEW, user, reason, "submitted")


def return_to_draft(unit, *, user, reason: str):
    """Give a unit back to whoever enters it, with what is to be mended."""
    _needs(reason, "Say what is to be mended.")
    with _step(unit, user, REVIEW, {State.IN_REVIEW}, "return") as unit:
        _move(unit, State.DRAFT, user, reason, "returned")


def publish_reviewed(units: list, *, user, reason: str, seen: int | None = None) -> int:
    """Publish units that are in review, whole or not at all, with the discrepancies that excuse a record of theirs.
    Nobody publishes what they entered or changed since it was last public, nor what was changed since the change that
    they have `seen` last, nor without a statement of interests younger than a year. Returns the revision. Raises
    NotAllowed, or Refused with everything that is missing."""
    _needs(reason, "Say on what grounds it is published.")
    with transaction.atomic():
        held = [_held(unit) for unit in with_excuses(units)]
        for unit in held:
            _allowed(unit, user, REVIEW, {State.IN_REVIEW}, "publish")
        _statement_of(user)
        for unit in held:
            _second_person(unit, user)
        if seen is not None and newest_change(held) > seen:
            raise NotAllowed(STALE)
        return publish_all([unit.pk for unit in held], user=user, reason=reason)


def publish_vocabularies(*, user, reason: str, seen: int | None = None) -> int:
    """Publish the vocabularies as they stand, by the rules of `publish_reviewed`. Returns the revision."""
    _needs(reason, "Say on what grounds they are published.")
    unit = Vocabularies()
    with transaction.atomic():
        list(Term.objects.select_for_update())  # whoever saves a term at this moment waits
        if user is None or not user.is_active or not user.has_perm(REVIEW):
            raise NotAllowed("You may not publish this: it takes the role that has “review_units”.")
        _statement_of(user)
        _second_person(unit, user)
        if seen is not None and newest_change([unit]) > seen:
            raise NotAllowed(STALE)
        return door.publish_vocabularies(user=user, reason=reason)


def withdraw(unit, *, user, reason: str, successor=None) -> int:
    """Take a public unit, and what hangs below it, out of the base. Its addresses tell everybody the reason, and the
    successor if there is one. Returns the revision."""
    return _close(unit, State.WITHDRAWN, user, reason, successor)


def supersede(unit, *, user, reason: str, successor) -> int:
    """Take a public unit out of the base because another took its place. Returns the revision."""
    if successor is None:
        raise NotAllowed("What supersedes it? Name the successor, or withdraw it instead.")
    return _close(unit, State.SUPERSEDED, user, reason, successor)


def reopen(unit, *, user, reason: str):
    """Make a draft of a unit that was withdrawn or superseded. Its addresses go on saying so until it is published."""
    _needs(reason, "Say why it is taken up again.")
    with _step(unit, user, WITHDRAW, {*GONE}, "reopen") as unit:
        _move(unit, State.DRAFT, user, reason, "reopened")


def check(unit, *, user, reason: str) -> int | None:
    """Say that a haematologist has checked a report or a discrepancy as it stands. What is public goes out again at
    once, saying so; what is in review says it when it is published. Returns the revision, if there is one."""
    if not hasattr(unit, "haematologist_checked_on"):
        raise NotAllowed(f"A haematologist checks reports and discrepancies, not a {unit._meta.verbose_name}.")
    _needs(reason, "Say what it was checked against.")
    with _step(unit, user, CHECK, {State.IN_REVIEW, State.PUBLISHED}, "check") as unit:
        _second_person(unit, user)
        today = timezone.now().date()
        type(unit).objects.filter(pk=unit.pk).update(haematologist_checked_on=today)
        with acting(user, reason):
            Change.log(unit.pk, "checked", {"haematologist_checked_on": [None, today.isoformat()]}, unit=unit.pk)
        if unit.state == State.PUBLISHED:
            return publish_all([unit.pk], user=user, reason=f"checked by a haematologist: {reason}")
        return None


def changes_of(unit):
    """The history of a unit, the newest change first: its own, that of everything it is published with, of what was
    removed too, and of the overlaps of its cohorts with those of others."""
    overlaps = CohortOverlap.objects.filter(Q(cohort__report=unit.pk) | Q(other__report=unit.pk)).values("pk")
    return Change.objects.filter(Q(unit=unit.pk) | Q(accession__in=overlaps)).select_related("user")


def unpublished_changes_of(unit):
    """What was changed of a unit since it was last published, the newest first."""
    last = Change.objects.filter(accession=unit.pk, action="published").order_by("-id").values_list("id", flat=True)
    since = Q(id__gt=last[0]) if last else Q()
    return changes_of(unit).filter(since).exclude(action__in=Change.STEPS)


def authors_of(unit) -> set[int]:
    """The users who entered, changed or removed anything of a unit since it was last published."""
    return set(unpublished_changes_of(unit).filter(user__isnull=False).values_list("user", flat=True))


def newest_change(units: list) -> int:
    """The number of the last change of any of these units; nothing of them was changed while it stays the same."""
    return max((changes_of(unit).values_list("id", flat=True).first() or 0 for unit in units), default=0)


def return_of(unit) -> Change | None:
    """The return that a draft still waits upon: who gave it back, when, and what is to be mended."""
    last = Change.objects.filter(accession=unit.pk, action__in=Change.STEPS).select_related("user").first()
    return last if last and last.action == "returned" and unit.state == State.DRAFT else None


def returned_drafts() -> dict[str, Change]:
    """Accession → the return it waits upon, of every report that was given back and not handed in since."""
    steps = Change.objects.filter(accession=OuterRef("pk"), action__in=Change.STEPS).order_by("-id")
    drafts = Report.objects.filter(state=State.DRAFT).annotate(last=Subquery(steps.values("id")[:1]))
    returns = Change.objects.filter(id__in=drafts.values("last"), action="returned").select_related("user")
    return {change.accession_id: change for change in returns}


@contextmanager
def _step(unit, user, permission: str, states: set, verb: str):
    """A unit held for one step: locked, as it is now, and allowed before anything is done."""
    with transaction.atomic():
        held = _held(unit)
        _allowed(held, user, permission, states, verb)
        yield held


def _held(unit):
    return type(unit).objects.select_for_update().get(pk=unit.pk)


def _allowed(unit, user, permission: str, states: set, verb: str):
    if user is None or not user.is_active or not user.has_perm(permission):
        raise NotAllowed(f"You may not {verb} this: it takes the role that has “{permission.partition('.')[2]}”.")
    if unit.state not in states:
        wanted = " or ".join(sorted(State(state).label for state in states))
        raise NotAllowed(f"{unit} is {unit.get_state_display()}; to {verb} it, it must be {wanted}.")


def _move(unit, state: State, user, reason: str, action: str):
    before = unit.state
    type(unit).objects.filter(pk=unit.pk).update(state=state)
    with acting(user, reason):
        Change.log(unit.pk, action, {"state": [str(before), str(state)]}, unit=unit.pk)
        if state == State.DRAFT:
            lapse(type(unit), unit.pk)


def _needs(reason: str, hint: str):
    if not reason.strip():
        raise NotAllowed(f"A reason is missing. {hint}")


def _statement_of(user):
    newest = InterestStatement.objects.filter(user=user).order_by("-made_at").first()
    if newest is None or timezone.now() - newest.made_at > STATEMENT_LASTS:
        said = f"Yours is of {newest.made_at:%d %B %Y}." if newest else "You have made none."
        raise NotAllowed(f"To publish takes a statement of interests younger than a year. {said} Make one first.")


def _second_person(unit, user):
    if user.pk in authors_of(unit):
        raise NotAllowed(f"You entered or changed {unit} since it was last public: a second person publishes it.")


def _close(unit, state: State, user, reason: str, successor) -> int:
    _needs(reason, "It is told to the public.")
    with transaction.atomic():
        unit = _held(unit)
        _allowed(unit, user, WITHDRAW, set(State.values), "withdraw")
        if not unit.is_public:
            raise NotAllowed(f"{unit} is not public.")
        fits = successor is None or (type(successor) is type(unit) and successor.pk != unit.pk and successor.is_public)
        if not fits:
            raise NotAllowed(f"The successor of {unit} is another public {unit._meta.verbose_name}.")
        units = [unit, *_below(unit)]
        problems = [problem for one in units for problem in _still_needed(one)]
        if problems:
            raise Refused(problems)
        return close_all(units, state, user=user, reason=reason, successor=successor)


def _below(unit) -> list:
    """What is told under a unit alone and goes with it: the reports of a publication, study or registration, and the
    discrepancies of a publication."""
    found = []
    for model, name in ((Publication, "publication"), (Study, "study"), (Registration, "registration")):
        if isinstance(unit, model):
            found += Report.published().filter(**{name: unit})
    if isinstance(unit, Publication):
        found += unit.discrepancies.filter(is_public=True)
    return found


def _still_needed(unit) -> list[Problem]:
    """A discrepancy that excuses a public record cannot go before it."""
    if unit._meta.model_name != "discrepancy":
        return []
    found = []
    for model in BELOW_REPORT.values():
        for record in model.objects.filter(excused_by=unit, report__is_public=True).select_related("report"):
            found.append(Problem(unit.pk, "", f"It excuses {record.pk} of {record.report}, which is public."))
    return found
