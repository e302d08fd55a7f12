"""Dated points of a patient's course."""

from django.db import models

from ..pure.statements import Statement
from .base import Extracted
from .cohort import Cohort
from .timing import Following, Timed, follows_one
from .vocabulary import term_field


class Event(Timed, Following, Extracted):
    """One point of a course, with the precision that the paper gives. `order` tells the sequence where dates do not."""

    KIND = "EVE"

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="events")
    order = models.PositiveSmallIntegerField(help_text="Sequence within the cohort.")
    term = term_field("event")
    title = models.CharField(max_length=160, help_text="In our own words.")

    class Meta(Extracted.Meta):
        ordering = ["cohort", "order"]
        constraints = [
            *Extracted.Meta.constraints,
            *Timed.Meta.constraints,
            follows_one(required=False),
            models.UniqueConstraint(fields=["cohort", "order"], name="event_order_once"),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        super().clean()
        if self.lacks("report", "cohort"):
            return
        self.same_report("cohort", "course", "transplant", "therapy")
        self.clean_follows()

    def statements(self):
        extras = {"follows": self.follows} | self.time_extras()
        yield Statement("title", f"event:{self.term.code}", self.title, extras=extras)
