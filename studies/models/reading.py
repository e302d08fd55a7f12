"""Two independent readings of a document, how they compare, and what was decided where they differ.

What a reader writes is a bundle: text in the fixtures' format. Nothing of it is in the base before it is adopted. The
admin has no page of these tables, and `studies/double_reading/` alone writes them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from .choices import DefinedChoices
from .columns import choice_field
from .publication import slug_validator


class ReadingState(DefinedChoices):
    READING = "reading", "At least one of the two has not handed in.", "being read"
    COMPARED = "compared", "Both are handed in; what does not agree waits for decisions.", "to be adjudicated"
    ADOPTED = "adopted", "Everything is decided, and the result is in the base as drafts.", "adopted"
    CONCLUDED = "concluded", "Everything is decided; nothing was adopted, as the base holds the document.", "concluded"
    WITHDRAWN = "withdrawn", "Given up; the reason stands in its steps.", "withdrawn"


class Verdict(DefinedChoices):
    MATCHED = "matched", "Both found it, with the same value at the same place.", "same"
    ELSEWHERE = "elsewhere", "Both found the same value, each at a place of its own; both are kept.", "same, two places"
    DIFFERING = "differing", "Both speak of it and do not say the same.", "differing"
    FIRST_ONLY = "first_only", "The first reading alone has it.", "first only"
    SECOND_ONLY = "second_only", "The second reading alone has it.", "second only"


class Decision(DefinedChoices):
    AGREED = "agreed", "Both say it: adopted by itself.", "agreed"
    FIRST = "first", "As the first reader has it.", "the first"
    SECOND = "second", "As the second reader has it.", "the second"
    NEITHER = "neither", "It is left out.", "neither"
    OWN = "own", "Another value, with a place and a wording of its own.", "a value of its own"
    BY_HAND = "by_hand", "What was done is said in words.", "as said"


AGREEING = (Verdict.MATCHED, Verdict.ELSEWHERE)
FINISHED = (ReadingState.ADOPTED, ReadingState.CONCLUDED)


class DoubleReading(models.Model):
    """One document, read twice. The publication is named by its slug, since it need not be in the base yet."""

    publication = models.CharField(max_length=80, validators=[slug_validator])
    state = choice_field(ReadingState, default=ReadingState.READING)
    by_hand = models.BooleanField(
        default=False, help_text="Whether it was compared by hand, before there were bundles."
    )
    merged = models.TextField(blank=True, help_text="The bundle that the decisions make, as last seen to.")
    adopted = models.TextField(blank=True, help_text="Accessions of the units that it was made into, one per line.")
    remark = models.TextField(blank=True, help_text="How it was read and compared; shown to readers.")
    decisions = models.TextField(blank=True, help_text="What was decided on the whole, one per line.")
    begun_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    adjudicator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["publication", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication"],
                condition=Q(state__in=[ReadingState.READING, ReadingState.COMPARED]),
                name="double_reading_one_open",
                violation_error_message="This publication is being read twice already.",
            )
        ]

    def __str__(self):
        return f"two readings of {self.publication}"


class Reading(models.Model):
    """One of the two: by whom, and the bundle as last saved. Once handed in it stays as it is."""

    double = models.ForeignKey(DoubleReading, on_delete=models.PROTECT, related_name="readings")
    number = models.PositiveSmallIntegerField(choices=[(1, "first"), (2, "second")])
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="readings"
    )
    reader = models.CharField(max_length=300, blank=True, help_text="The role and how it was read, where no user read.")
    text = models.TextField(blank=True)
    reads = models.TextField(
        blank=True, help_text="What the bundle says, record by record, as it was handed in (JSON)."
    )
    saved_at = models.DateTimeField(null=True, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["double", "number"]
        constraints = [
            models.UniqueConstraint(fields=["double", "number"], name="reading_number_once"),
            models.UniqueConstraint(
                fields=["double", "curator"],
                name="reading_by_two_curators",
                violation_error_message="The two readings are by two curators.",
            ),
        ]

    def __str__(self):
        return f"{self.get_number_display()} reading of {self.double.publication}"


class ComparedFact(models.Model):
    """One fact of either reading: what each says of it and where, whether they agree, and what was decided and why."""

    double = models.ForeignKey(DoubleReading, on_delete=models.PROTECT, related_name="facts")
    position = models.PositiveIntegerField()
    entity = models.CharField(max_length=24)
    about = models.CharField(max_length=300, help_text="The record or the subject that it is said of.")
    attribute = models.CharField(max_length=120)
    field = models.CharField(max_length=40, blank=True)
    is_closed = models.BooleanField(default=False, help_text="Whether its values are one of a fixed list.")
    verdict = choice_field(Verdict)
    first_record = models.CharField(max_length=80, blank=True)
    first_value = models.TextField(blank=True, help_text="The bare value.")
    first_text = models.TextField(blank=True, help_text="With sign, unit, denominator and qualifiers, as it is shown.")
    first_place = models.TextField(blank=True)
    first_wording = models.TextField(blank=True)
    second_record = models.CharField(max_length=80, blank=True)
    second_value = models.TextField(blank=True)
    second_text = models.TextField(blank=True)
    second_place = models.TextField(blank=True)
    second_wording = models.TextField(blank=True)
    decision = choice_field(Decision, blank=True)
    own_value = models.CharField(max_length=400, blank=True)
    own_place = models.CharField(max_length=200, blank=True)
    own_wording = models.CharField(max_length=400, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["double", "position"]
        constraints = [
            models.UniqueConstraint(fields=["double", "position"], name="compared_fact_position_once"),
            models.CheckConstraint(
                condition=Q(decision__in=["", Decision.AGREED]) | ~Q(reason=""),
                name="compared_fact_decision_has_reason",
                violation_error_message="A decision needs its reason.",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.OWN) | ~Q(own_value="") & ~Q(own_place="") & ~Q(own_wording=""),
                name="compared_fact_own_value_is_whole",
                violation_error_message="A value of its own needs its place and its wording.",
            ),
        ]

    def __str__(self):
        return f"{self.about}, {self.attribute}"


class ReadingStep(models.Model):
    """One step of a double reading: who, when, why. Never edited, never deleted."""

    double = models.ForeignKey(DoubleReading, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField(max_length=24)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
