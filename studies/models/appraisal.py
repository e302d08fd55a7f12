"""How good a study is, item by item of a published checklist; no total score."""

from django.core.exceptions import ValidationError
from django.db import models, transaction

from ..pure.appraisal_tools import TOOLS, Item, Tool
from .base import Change, Record, reopen
from .choices import AppraisalAnswer, AppraisalTool
from .columns import PartialDateField, choice_field
from .study import Report


class Appraisal(Record):
    """One report appraised with one tool. It has the tool's items from the beginning, to be answered."""

    KIND = "APP"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="appraisals")
    tool = choice_field(AppraisalTool)
    appraised_on = PartialDateField(blank=False)
    appraiser = models.CharField(max_length=80, help_text="The role, not the name: “a curator”.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "tool"],
                name="appraisal_once_per_tool",
                violation_error_message="This report is appraised with this tool already: change that appraisal.",
            )
        ]

    def __str__(self):
        return f"{self.get_tool_display()} of {self.report}"

    def clean(self):
        super().clean()
        before = type(self).objects.filter(pk=self.pk).values("report_id", "tool").first() if self.pk else None
        if before and any(getattr(self, name) != value for name, value in before.items()):
            raise ValidationError("An appraisal stays with its report and its tool: make another one.")

    def save(self, *args, **kwargs):
        with transaction.atomic():
            is_new = not type(self).objects.filter(pk=self.pk).exists() if self.accession_id else True
            super().save(*args, **kwargs)
            if is_new:
                items = self.definition.items
                AppraisalItem.objects.bulk_create(AppraisalItem(appraisal=self, number=i.number) for i in items)

    @property
    def definition(self) -> Tool:
        return TOOLS[self.tool]


class AppraisalItem(models.Model):
    """The answer to one item, with its reason. What the item asks stands in `studies/pure/appraisal_tools.py`."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    answer = choice_field(AppraisalAnswer, blank=True)
    reason = models.TextField(
        blank=True, help_text="What the document says or does not, with its place, in our own words."
    )

    class Meta:
        ordering = ["appraisal", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "number"],
                name="appraisal_item_once",
                violation_error_message="This item is answered twice.",
            )
        ]

    def __str__(self):
        return f"item {self.number}"

    def save(self, *args, **kwargs):
        """An answer belongs to the history of its appraisal."""
        with transaction.atomic():
            before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            old, new = (before.told() if before else ""), self.told()
            if old != new:
                Change.log(self.appraisal_id, "item answered", {f"item {self.number}": [old or None, new or None]})
                reopen(self.appraisal)

    def clean(self):
        if self.appraisal.tool not in TOOLS:
            return
        tool, item = self.appraisal.definition, self.definition
        if item is None:
            raise ValidationError({"number": f"{tool.name} has no item {self.number}: it has {len(tool.items)}."})
        if self.answer == AppraisalAnswer.NOT_APPLICABLE and not item.may_not_apply:
            may = ", ".join(str(item.number) for item in tool.items if item.may_not_apply)
            raise ValidationError(
                {"answer": f"Item {self.number} cannot be “not applicable”: of {tool.name} only {may} can."}
            )

    @property
    def definition(self) -> Item | None:
        return self.appraisal.definition.item(self.number)

    def told(self) -> str:
        """The answer in a line, as the history keeps it."""
        return f"{self.answer}: {self.reason}" if self.answer or self.reason else ""
