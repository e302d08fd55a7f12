"""Why a warning of a datacheck stands: a curator's written reason, for one value of one record."""

from django.db import models, transaction
from django.db.models import Q

from .accession import Accession
from .base import Change


class CheckedWarning(models.Model):
    """That somebody looked at what a datacheck warns of, and why it is right as it is.

    It answers for the value it was written for: when that changes, the check asks anew. Who wrote it and when stands in
    the history of the record. A warning that a discrepancy explains needs none.
    """

    record = models.ForeignKey(Accession, on_delete=models.CASCADE, related_name="checked_warnings")
    check_id = models.CharField("datacheck", max_length=8, help_text="DC030; docs/datachecks.md lists them.")
    value = models.CharField(max_length=400, help_text="What it warned of, as it says it: “7.8e9 cells/kg”.")
    reason = models.CharField(max_length=400, help_text="Why it stands, from the document. It is shown to readers.")

    class Meta:
        ordering = ["record", "check_id", "value"]
        constraints = [
            models.UniqueConstraint(fields=["record", "check_id", "value"], name="checked_warning_once"),
            models.CheckConstraint(
                condition=Q(check_id__startswith="DC") & ~Q(value="") & ~Q(reason=""),
                name="checked_warning_is_whole",
                violation_error_message="It names its datacheck (DC030) and the value it warned of, and has a reason.",
            ),
        ]

    def __str__(self):
        return f"{self.record_id}, {self.check_id}: {self.reason}"

    def save(self, *args, **kwargs):
        """It belongs to the history of its record."""
        with transaction.atomic():
            before = type(self).objects.filter(pk=self.pk).first() if self.pk else None
            super().save(*args, **kwargs)
            old, new = (before.told() if before else None), self.told()
            if old != new:
                Change.log(self.record_id, "warning answered", {self.check_id: [old, new]})

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            Change.log(self.record_id, "answer removed", {self.check_id: [self.told(), None]})
            return super().delete(*args, **kwargs)

    def told(self) -> str:
        """The answer in a line, as the history keeps it."""
        return f"{self.value}: {self.reason}"
