"""What happens to a reader's report: received within limits, then answered in public, or dismissed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from ..ask.problems import Target
from ..models import AccessionCounter, ProblemAnswer, ProblemReport, acting
from ..models.choices import ProblemState
from ..pure.senders import sender_hash
from .door import publish_all
from .workflow import NotAllowed

ANSWER = "studies.answer_problems"


class TooMany(Exception):
    """A limit of the day is reached. The text says which; `seconds` until it begins anew."""

    def __init__(self, text: str, seconds: int):
        self.seconds = seconds
        super().__init__(text)


def receive(target: Target, *, text: str, place: str, address: str, revision: int) -> ProblemReport:
    """Keep a report for the curators. Raises TooMany; then nothing is kept. The same report sent twice is one."""
    now = timezone.now()
    sender = sender_hash(address, now.date(), settings.SECRET_KEY)
    _refuse_too_many(sender, now)  # before anything is locked: a flood costs one statement each
    forget_senders()
    with transaction.atomic():
        # Held until commit, so that of two workers the second counts what the first has written.
        AccessionCounter.objects.get_or_create(kind="RDR")
        AccessionCounter.objects.filter(kind="RDR").update(last=F("last") + 1)
        about = {"collection": target.collection, "slug": target.slug, "text": text, "place": place}
        again = ProblemReport.objects.filter(at__gte=_day(now), sender=sender, **about).first()
        if again:
            return again
        _refuse_too_many(sender, now)
        named = {"accession": target.accession, "name": target.name, "revision": revision, "sender": sender}
        return ProblemReport.objects.create(**about, **named)


def forget_senders():
    """Clear what told senders apart on earlier days."""
    ProblemReport.objects.filter(at__lt=_day(timezone.now())).exclude(sender="").update(sender="")


def answer(
    problem: ProblemReport, *, question: str, answer: str, led_to: str = "", user, seen: str = ProblemState.OPEN
) -> int:
    """Answer a report in public, or say an answer anew. `seen` is the state that the curator saw. Returns the
    revision. Raises NotAllowed, or Refused where what it led to is not public."""
    _allowed(user)
    for told, name in ((question, "question, in your own words,"), (answer, "answer")):
        if not told.strip():
            raise NotAllowed(f"The {name} is missing: both are shown to the public.")
    with transaction.atomic(), acting(user, "a reader's report answered"):
        held = _held(problem, seen)
        _handle(held, ProblemState.ANSWERED, user)
        told = ProblemAnswer.objects.filter(problem=held).first() or ProblemAnswer(problem=held)
        told.question, told.answer, told.led_to_id = question, answer, led_to or None
        told.full_clean()
        told.save()
        return publish_all([told.pk], user=user, reason=f"a reader's report on {held.name} answered")


def dismiss(problem: ProblemReport, *, user, seen: str = ProblemState.OPEN):
    """Put away what reports nothing. It can still be answered later."""
    _allowed(user)
    with transaction.atomic():
        held = _held(problem, seen)
        if held.state == ProblemState.ANSWERED:
            raise NotAllowed("It is answered in public: change the answer, or withdraw it on its review page.")
        _handle(held, ProblemState.SPAM, user)


def _allowed(user):
    if not user.has_perm(ANSWER):
        raise NotAllowed("You may not answer readers: it takes the role that has “answer_problems”.")


def _held(problem: ProblemReport, seen: str) -> ProblemReport:
    held = ProblemReport.objects.select_for_update().get(pk=problem.pk)
    if held.state != seen:
        raise NotAllowed(f"Meanwhile it was {held.get_state_display()}. Look at it again: what you typed stands below.")
    return held


def _handle(held: ProblemReport, state: str, user):
    if held.state != state:  # an answer that is worded anew keeps its day
        held.handled_at = timezone.now()
    held.state, held.handled_by = state, user
    held.save(update_fields=["state", "handled_by", "handled_at"])


def _refuse_too_many(sender: str, now: datetime):
    """By one statement over the reports of the day, which the limit itself keeps few."""
    limits, today = settings.PROBLEM_REPORTS, _day(now)
    counted = ProblemReport.objects.filter(at__gte=today).aggregate(
        in_all=Count("pk"), of_sender=Count("pk", filter=Q(sender=sender))
    )
    seconds = int((today + timedelta(days=1) - now).total_seconds()) + 1
    if counted["of_sender"] >= limits["per_sender"]:
        raise TooMany(
            f"From your network {limits['per_sender']} problems were reported today: no more are taken.", seconds
        )
    if counted["in_all"] >= limits["per_day"]:
        raise TooMany(f"Today {limits['per_day']} problems were reported: no more are taken.", seconds)


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
