"""Who may do what with a paper of the reading queue: take it, give it back, hand it on, exclude it, take it up again,
say that all of it is extracted. Each step is one atomic method that checks role, state and reason, and logs who, when
and why. Nothing is deleted.

The counts that readers see go out with whatever is published next, or by `publish_counts`: a step alone makes no
revision, since hundreds of them in an afternoon would each make every reader's pages stale.
"""

from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ..models import Candidate, Change, acting
from ..models.choices import ExclusionReason, ExclusionStage, ExtractionState, QueueState
from ..models.queue import REASON_OF_STAGE
from .door import publish_all
from .workflow import NotAllowed

WORK, ASSIGN = "studies.work_queue", "studies.manage_readings"
UNREAD = {QueueState.SUGGESTED, QueueState.BEING_READ}


def take(candidate: Candidate, *, user):
    """Begin to read: it is this person's from now on."""
    with _step(candidate, user, UNREAD, "take") as held:
        if held.held_by_id not in (None, user.pk):
            raise NotAllowed(f"{held} is with {held.held_by}: they give it back, or hand it on.")
        _give(held, user, "taken")


def give_back(candidate: Candidate, *, user, reason: str = ""):
    """Let others have it."""
    with _step(candidate, user, UNREAD, "give back", reason) as held:
        _own(held, user, "give back")
        if held.held_by_id is None:
            raise NotAllowed(f"Nobody has {held}.")
        _give(held, None, "given back")


def hand_over(candidate: Candidate, *, user, to, reason: str = ""):
    """Give it to somebody who reads: by whoever has it, by anybody where nobody has it, or by who assigns readings."""
    with _step(candidate, user, UNREAD, "hand over", reason) as held:
        _own(held, user, "hand over")
        if to is None or not to.is_active or not to.has_perm(WORK):
            raise NotAllowed(f"{to or 'Nobody'} may not work in the queue. Name an active curator.")
        _give(held, to, "handed over")


def exclude(candidate: Candidate, *, user, stage: str, reason: str, text: str = ""):
    """Say that it is not read for the base, at which stage and why. Readers see all three."""
    with _step(candidate, user, UNREAD, "exclude", text) as held:
        _own(held, user, "exclude")
        if held.document and held.document.extraction_state != ExtractionState.CITED_ONLY:
            raise NotAllowed(f"Some of {held} is extracted. Withdraw the publication instead.")
        _fitting(held, stage, reason, text)
        before = _told(held)
        held.exclusion_stage, held.exclusion_reason, held.exclusion_text = stage, reason, text.strip()
        held.held_by, held.taken_at = None, None
        _write(held, "excluded", before)


def take_up_again(candidate: Candidate, *, user, reason: str):
    """Undo an exclusion: it waits again. What was said stays in the history."""
    if not reason.strip():
        raise NotAllowed("A reason is missing. Say why it is taken up again.")
    with _step(candidate, user, {QueueState.EXCLUDED}, "take up again", reason) as held:
        before = _told(held)
        held.exclusion_stage = held.exclusion_reason = held.exclusion_text = ""
        _write(held, "taken up again", before)


def exhaust(candidate: Candidate, *, user, reason: str = ""):
    """Say that all of what was read is extracted. It is said of the publication, which readers see once it is published
    again; the queue follows it."""
    with _step(candidate, user, UNREAD, "call exhausted", reason) as held:
        _own(held, user, "call exhausted")
        if not user.has_perm("studies.change_publication"):
            raise NotAllowed("You may not change publications, and this is said of the publication.")
        document, before = held.document, _told(held)
        if document is None:
            raise NotAllowed(f"{held} is no publication of the base yet: import it, then extract it.")
        if not document.sources_read.exists():
            raise NotAllowed(f"Nothing says what of {held} was read: add a “source read” to the publication first.")
        document.extraction_state = ExtractionState.EXHAUSTED
        try:
            document.full_clean()
        except ValidationError as error:
            raise NotAllowed(f"{document}: {'; '.join(error.messages)}") from error
        document.save()
        held.held_by, held.taken_at = None, None
        _write(held, "exhausted", before)


def publish_counts() -> int:
    """Let readers see the counts as they stand. Returns the revision, the last one where nothing changed. It bears no
    name: the flow tells of papers, never who reads them."""
    return publish_all([], user=None, reason="the counts of the reading queue")


def readers():
    """Who can be given a paper."""
    users = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
    return [user for user in users.prefetch_related("groups__permissions", "user_permissions") if _may_work(user)]


def _may_work(user) -> bool:
    """The same as `has_perm(WORK)`, from what was fetched for all users at once."""
    name = WORK.partition(".")[2]
    given = [*user.user_permissions.all(), *(p for group in user.groups.all() for p in group.permissions.all())]
    return user.is_superuser or any(permission.codename == name for permission in given)


@contextmanager
def _step(candidate: Candidate, user, states: set, verb: str, reason: str = ""):
    """A candidate held for one step: locked, as it is now, allowed before anything is done."""
    if user is None or not user.is_active or not user.has_perm(WORK):
        raise NotAllowed(f"You may not {verb} this: it takes the role that has “{WORK.partition('.')[2]}”.")
    with transaction.atomic(), acting(user, reason):
        Candidate.objects.select_for_update().get(pk=candidate.pk)
        held = Candidate.objects.select_related("document", "held_by").get(pk=candidate.pk)
        if held.standing not in states:
            wanted = " or ".join(state.label for state in QueueState if state in states)
            raise NotAllowed(f"{held} is {held.standing.label}; to {verb} it, it must be {wanted}.")
        yield held


def _own(candidate: Candidate, user, verb: str):
    if candidate.held_by_id not in (None, user.pk) and not user.has_perm(ASSIGN):
        raise NotAllowed(f"{candidate} is with {candidate.held_by}: only they, or who assigns readings, may {verb} it.")


def _fitting(candidate: Candidate, stage: str, reason: str, text: str):
    """Stage and reason are of the vocabularies, fit each other, and say what cannot be guessed."""
    if stage not in ExclusionStage.values:
        raise NotAllowed("A stage is missing: say what was looked at.")
    if reason not in ExclusionReason.values:
        raise NotAllowed("A reason is missing: take the first of the list that applies.")
    fixed = REASON_OF_STAGE.get(ExclusionStage(stage))
    if (fixed or reason) != reason or (not fixed and reason in REASON_OF_STAGE.values()):
        told = f"“{ExclusionStage(stage).label}” and “{ExclusionReason(reason).label}”"
        right = f" The reason is “{fixed.label}”." if fixed else ""
        raise NotAllowed(f"{told} do not go together.{right}")
    if reason in (ExclusionReason.OTHER, ExclusionReason.SAME_RECORD, ExclusionReason.SAME_REPORT) and not text.strip():
        raise NotAllowed("Say it in words: which other paper, or which other reason.")


def _give(candidate: Candidate, user, action: str):
    before = _told(candidate)
    candidate.held_by, candidate.taken_at = user, timezone.now() if user else None
    _write(candidate, action, before)


def _told(candidate: Candidate) -> dict:
    """What the history keeps of where a candidate stands."""
    return {
        "standing": candidate.standing.label,
        "with": candidate.held_by.get_username() if candidate.held_by else None,
        "stage": candidate.exclusion_stage or None,
        "reason": candidate.exclusion_reason or None,
        "text": candidate.exclusion_text or None,
    }


def _write(candidate: Candidate, action: str, before: dict):
    columns = ("held_by", "taken_at", "exclusion_stage", "exclusion_reason", "exclusion_text")
    Candidate.objects.filter(pk=candidate.pk).update(**{name: getattr(candidate, name) for name in columns})
    after = _told(candidate)
    Change.log(candidate.pk, action, {k: [before[k], after[k]] for k in before if before[k] != after[k]})
