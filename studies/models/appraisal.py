"""How good a study is, item by item of a published checklist; no total score."""

from django.db import models

from .base import PartialDateField, Record, choice_field
from .choices import AppraisalAnswer, AppraisalTool
from .study import Report


class Appraisal(Record):
    """One report appraised with one tool."""

    KIND = "APP"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="appraisals")
    tool = choice_field(AppraisalTool)
    appraised_on = PartialDateField(blank=False)
    appraiser = models.CharField(max_length=80, help_text="The role, not the name: “a curator”.")
    checked_by_haematologist = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "tool"], name="appraisal_once_per_tool")]

    def __str__(self):
        return f"{self.get_tool_display()} of {self.report}"


class AppraisalItem(models.Model):
    """The answer to one item, with its reason."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=300)
    answer = choice_field(AppraisalAnswer)
    reason = models.TextField()

    class Meta:
        ordering = ["appraisal", "number"]
        constraints = [models.UniqueConstraint(fields=["appraisal", "number"], name="appraisal_item_once")]

    def __str__(self):
        return f"{self.number}. {self.question}"
