"""What readers report as wrong, and what curators answer. The two are kept apart: the public sees answers alone."""

import secrets

from django.conf import settings
from django.db import models

from .accession import Accession
from .base import Record
from .choices import ProblemState
from .columns import choice_field
from .publication import Curated

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters and digits that look alike


def new_reference() -> str:
    """A reference that nobody guesses (59 bits) and anybody can read aloud: “K7QM-2XRT-9HVC”."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


class ProblemReport(models.Model):
    """What a reader says is wrong with a public record, as typed. Curators alone read it."""

    reference = models.CharField(max_length=24, unique=True, default=new_reference, editable=False)
    collection = models.CharField(max_length=24, help_text="The API's name for the kind of record it is about.")
    slug = models.CharField(max_length=80, help_text="What the address of the record names it by.")
    accession = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(help_text="What was public when it was reported.")
    text = models.TextField()
    place = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    sender = models.CharField(max_length=32, blank=True, help_text="Tells senders apart for a day; then cleared.")
    state = choice_field(ProblemState, default=ProblemState.OPEN)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="problem_report_by_day"),
            models.Index(fields=["state", "-id"], name="problem_report_queue"),
        ]

    def __str__(self):
        return f"{self.reference}, about {self.name}"


class ProblemAnswer(Curated, Record):
    """What the public is told of a report: the question in a curator's own words, and the answer."""

    KIND = "PRO"

    problem = models.OneToOneField(ProblemReport, on_delete=models.PROTECT, related_name="answer")
    question = models.CharField(
        max_length=300, help_text="In short and in your own words; nothing that the reader typed is shown."
    )
    answer = models.TextField(help_text="What is right, and what was changed or why nothing was.")
    led_to = models.ForeignKey(
        Accession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The discrepancy or record that was entered or changed for it.",
    )

    class Meta:
        ordering = ["accession"]
        verbose_name = "answer to a problem report"
        verbose_name_plural = "answers to problem reports"

    def __str__(self):
        return f"answer to {self.problem.reference}"
