"""What a curator has typed into a page and not yet saved."""

from django.conf import settings
from django.db import models

from .reading import Reading
from .study import Report


class Typed(models.Model):
    """The unsaved text of one opened page, so that a lost connection or a closed tab loses nothing.

    Every page that is opened has a name of its own (`tab`), so two pages of one case do not overwrite each other. It is
    no record: it has no accession and no history, nothing reads it but its curator's pages, and saving ends it.
    """

    class Page(models.TextChoices):
        START = "start", "the start of a case"
        CASE = "case", "a case"
        TABLE = "table", "a table of measurements"
        READING = "reading", "one of two readings"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=8, choices=Page.choices, default=Page.CASE)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    tab = models.CharField(max_length=32)
    body = models.TextField()  # the fields of the page as a browser sends them
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["user", "tab"], name="typed_once_per_tab")]

    def __str__(self):
        return f"typed by {self.user} for {self.reading or self.report_id or 'a new case'}"
