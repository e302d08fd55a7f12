"""The steps of a double reading: assign, save, hand in, withdraw, decide, adopt or conclude.

Each is one atomic method that checks role, state and reason, does it, and logs who, when and why. The two readers are
two people; whoever adjudicates is neither of them.
"""

from contextlib import contextmanager
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ..loading import Refusal
from ..models import (
    AGREEING,
    ComparedFact,
    Decision,
    DoubleReading,
    Reading,
    ReadingState,
    ReadingStep,
    Report,
    Verdict,
)
from ..publishing import show_anew
from ..publishing.workflow import NotAllowed
from ..pure.double_reading import Compared, compared
from . import adopting, bundle, snapshot, writing

MANAGE, READ = "studies.manage_readings", "studies.submit_units"
# What may be decided of a fact, by how the readings compare.
CHOICES = {
    Verdict.DIFFERING: (Decision.FIRST, Decision.SECOND, Decision.NEITHER, Decision.OWN),
    Verdict.FIRST_ONLY: (Decision.FIRST, Decision.NEITHER, Decision.OWN),
    Verdict.SECOND_ONLY: (Decision.SECOND, Decision.NEITHER, Decision.OWN),
}


class Refused(Exception):
    """A bundle was refused; `refusals` says every reason, and nothing has changed."""

    def __init__(self, refusals: list[Refusal]):
        self.refusals = refusals
        super().__init__("\n".join(str(refusal) for refusal in refusals))


def assign(slug: str, curators: tuple, *, user, reason: str = "") -> DoubleReading:
    """Give a publication to two curators. Raises NotAllowed, or ValidationError for a slug that is none."""
    _may(user, MANAGE, "assign readings")
    if curators[0] == curators[1]:
        raise NotAllowed("The two readings are by two curators: name another one.")
    for curator in curators:
        if not (curator.is_active and curator.is_staff and curator.has_perm(READ)):
            raise NotAllowed(f"{curator} may not read: it takes the role that has “submit_units”.")
    with transaction.atomic():
        double = DoubleReading(publication=slug)
        double.full_clean()
        double.save()
        for number, curator in enumerate(curators, start=1):
            Reading.objects.create(double=double, number=number, curator=curator, text=writing.template(slug))
        _log(double, user, "assigned", reason)
    return double


class SavedMeanwhile(Exception):
    """The reading was saved from another page since this one was opened; `held` is the reading as it is saved."""

    def __init__(self, held: Reading):
        self.held = held
        super().__init__("It was saved meanwhile.")


def stamp_of(text: str) -> str:
    """What tells one saved text from another."""
    return sha256(text.encode()).hexdigest()[:16]


def save_text(reading: Reading, text: str, *, user, seen: str | None = None):
    """Keep a reader's bundle as it is typed, sound or not. `seen` is the stamp of the text that the page was opened
    with. Raises SavedMeanwhile where another stands there now."""
    with _own(reading, user, "save") as held:
        if seen is not None and seen != stamp_of(held.text) and text != held.text:
            raise SavedMeanwhile(held)
        held.text, held.saved_at = text, timezone.now()
        held.save(update_fields=["text", "saved_at"])


def hand_in(reading: Reading, *, user):
    """Hand in a reading that nothing is wrong with. With the second of the two they are compared. Raises Refused."""
    with _own(reading, user, "hand in") as held:
        looked = bundle.look_at(held.text, held.double.publication)
        if looked.refusals:
            raise Refused(looked.refusals)
        held.reads, held.handed_in_at = snapshot.dumps(looked.reads), timezone.now()
        held.save(update_fields=["reads", "handed_in_at"])
        _log(held.double, user, "handed in", f"the {held.get_number_display()} reading")
        if not held.double.readings.filter(handed_in_at__isnull=True).exists():
            _compare(held.double)


def withdraw(double: DoubleReading, *, user, reason: str):
    """Give up a double reading that is not finished. What was read stays on record; each reader is shown
    their own, and nobody anything else."""
    with _adjudicating(double, user, (ReadingState.READING, ReadingState.COMPARED), "withdraw") as held:
        _needs(reason)
        _move(held, ReadingState.WITHDRAWN)
        _log(held, user, "withdrawn", reason)


def decide(fact: ComparedFact, decision: str, *, user, reason: str, own_value="", own_place="", own_wording=""):
    """Decide one fact that the readings do not agree on; a decision may be changed until all is adopted."""
    with _adjudicating(fact.double, user, (ReadingState.COMPARED,), "decide"):
        fact = ComparedFact.objects.select_for_update().get(pk=fact.pk)
        if fact.verdict in AGREEING:
            raise NotAllowed("Both readings say it: there is nothing to decide.")
        if decision not in CHOICES[fact.verdict] or (decision == Decision.OWN and not fact.field):
            raise NotAllowed(f"“{decision}” cannot be decided of what is {fact.get_verdict_display()}.")
        _needs(reason)
        own = (own_value.strip(), own_place.strip(), own_wording.strip())
        if decision == Decision.OWN and not all(own):
            raise NotAllowed("A value of its own needs the value, its place and its wording.")
        fact.own_value, fact.own_place, fact.own_wording = own if decision == Decision.OWN else ("", "", "")
        fact.decision, fact.reason, fact.decided_by, fact.decided_at = decision, reason, user, timezone.now()
        try:
            fact.full_clean()
        except ValidationError as error:
            raise NotAllowed(" ".join(error.messages)) from error
        fact.save()
        DoubleReading.objects.filter(pk=fact.double_id).update(merged="")  # what was seen to is seen to anew


def merged(double: DoubleReading) -> str:
    """The bundle that the decisions make, or what the adjudicator has made of it."""
    return double.merged or writing.written(adopting.merged(double))


def adopt(double: DoubleReading, *, user, reason: str, text: str = "") -> list[str]:
    """Make drafts of what was decided, whole or not at all, never published. Returns the accessions, reports first.

    `text` is the adjudicated bundle where it had to be mended; it is held against every decision. One that is refused
    is kept. Raises NotAllowed, or Refused with all that is wrong.
    """
    try:
        with _adjudicating(double, user, (ReadingState.COMPARED,), "adopt") as held:
            _needs(reason)
            _all_decided(held)
            if in_the_base(held.publication):
                raise NotAllowed(
                    "The base holds reports of this publication already, so nothing is adopted over them. Conclude the "
                    "reading: it is shown as it was compared, and what was decided is entered there by hand."
                )
            made, refusals = adopting.adopt(held, text or merged(held), user, reason)
            if refusals:
                raise Refused(refusals)
            held.adopted = "\n".join(made)
            _finish(held, ReadingState.ADOPTED, user)
            _log(held, user, "adopted", reason)
            return made
    except Refused:
        if text:
            DoubleReading.objects.filter(pk=double.pk).update(merged=text)
        raise


def conclude(double: DoubleReading, *, user, reason: str):
    """End the reading of a document that the base holds already: its agreement and decisions are shown."""
    with _adjudicating(double, user, (ReadingState.COMPARED,), "conclude") as held:
        _needs(reason)
        _all_decided(held)
        if not in_the_base(held.publication):
            raise NotAllowed("The base holds no report of this publication: adopt what was decided instead.")
        _finish(held, ReadingState.CONCLUDED, user)
        _log(held, user, "concluded", reason)
        show_anew([held.publication], user=user, reason=f"two readings of {held.publication}: {reason}")


def in_the_base(slug: str) -> bool:
    """Whether anything was extracted from the publication already."""
    return Report.objects.filter(publication__slug=slug).exists()


def may_adjudicate(double: DoubleReading, user) -> bool:
    """Whether this person decides: of the role, and neither of the two readers."""
    return user.has_perm(MANAGE) and not double.readings.filter(curator=user).exists()


# What the steps share


@contextmanager
def _own(reading: Reading, user, verb: str):
    """A reading held for a step of its own reader, while it is not handed in."""
    with transaction.atomic():
        held = Reading.objects.select_for_update().get(pk=reading.pk)
        double = DoubleReading.objects.select_for_update().get(pk=held.double_id)
        held.double = double
        if held.curator_id is None or held.curator_id != user.pk:
            raise NotAllowed(f"You may not {verb} this: it is another curator's reading.")
        _may(user, READ, f"{verb} a reading")
        if held.handed_in_at or double.state != ReadingState.READING:
            raise NotAllowed(f"It can no longer be changed: {double} are {double.get_state_display()}.")
        yield held


@contextmanager
def _adjudicating(double: DoubleReading, user, states: tuple, verb: str):
    """A double reading held for a step of a manager who is neither of its readers."""
    with transaction.atomic():
        held = DoubleReading.objects.select_for_update().get(pk=double.pk)
        _may(user, MANAGE, f"{verb} readings")
        if not may_adjudicate(held, user):
            raise NotAllowed(f"You may not {verb} this: you are one of its two readers.")
        if held.state not in states:
            wanted = " or ".join(state.label for state in states)
            raise NotAllowed(f"It is {held.get_state_display()}; to {verb} it, it must be {wanted}.")
        yield held


def _may(user, permission: str, what: str):
    if not user.is_active or not user.has_perm(permission):
        raise NotAllowed(f"You may not {what}: it takes the role that has “{permission.partition('.')[2]}”.")


def _needs(reason: str):
    if not reason.strip():
        raise NotAllowed("A reason is missing.")


def _all_decided(double: DoubleReading):
    waiting = double.facts.filter(decision="").count()
    if waiting:
        raise NotAllowed(f"{waiting} fact{'s'[: waiting > 1]} wait{'s'[waiting > 1 :]} for a decision.")


def _move(double: DoubleReading, state: ReadingState):
    double.state = state
    double.save()


def _finish(double: DoubleReading, state: ReadingState, user):
    double.adjudicator, double.finished_at = user, timezone.now()
    _move(double, state)


def _log(double: DoubleReading, user, action: str, reason: str):
    ReadingStep.objects.create(double=double, user=user, action=action, reason=reason)


def _compare(double: DoubleReading):
    """Set the two readings side by side, fact by fact; what agrees is decided by itself."""
    first, second = (snapshot.loads(reading.reads) for reading in double.readings.order_by("number"))
    rows = enumerate(compared(first, second), start=1)
    ComparedFact.objects.bulk_create(
        ComparedFact(double=double, position=position, **_columns(row)) for position, row in rows
    )
    _move(double, ReadingState.COMPARED)
    _log(double, None, "compared", "")


def _columns(row: Compared) -> dict:
    columns = {
        "entity": row.record.entity,
        "about": row.record.about,
        "attribute": row.said.attribute,
        "field": row.said.field,
        "is_closed": row.said.closed,
        "verdict": row.verdict,
        "decision": Decision.AGREED if row.verdict in AGREEING else "",
    }
    for side, said, record in (("first", row.first, row.first_record), ("second", row.second, row.second_record)):
        if said is not None:
            columns |= {
                f"{side}_record": record.name,
                f"{side}_value": said.value,
                f"{side}_text": said.text(),
                f"{side}_place": "\n".join(place.locator for place in said.places),
                f"{side}_wording": "\n".join(place.wording for place in said.places),
            }
    return columns
