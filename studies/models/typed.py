"""What a curator has typed into the page of a case and not yet saved."""

from django.conf import settings
from django.db import models

from .study import Report


class Typed(models.Model):
    """The unsaved page of one case, per curator, so that a lost connection or a closed tab loses nothing.

    It is no record: it has no accession and no history, nothing reads it but the page itself, and saving ends it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    body = models.TextField()  # the fields of the page as a browser sends them
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "report"], name="typed_once_per_curator")]

    def __str__(self):
        return f"typed by {self.user} for {self.report_id}"
