"""Who curates with which interests; and that something was redacted."""

from django.conf import settings
from django.db import models


class InterestStatement(models.Model):
    """What a curator declares of competing interests. Made once and kept; publishing takes one younger than a year."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interest_statements")
    made_at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(
        "competing interests", help_text="Employers, grants, shares, patents that bear on CAR-T cells; or “none”."
    )

    class Meta:
        ordering = ["-made_at"]
        permissions = [
            ("submit_units", "Can hand drafts to a second person"),
            ("review_units", "Can publish what others entered, or return it"),
            ("withdraw_units", "Can withdraw, supersede and reopen what was public"),
            ("redact_records", "Can redact what could identify a patient"),
            ("manage_readings", "Can assign readings and adjudicate them"),
            ("check_as_haematologist", "Can say that a haematologist checked a record"),
            ("answer_problems", "Can answer what readers report, and dismiss spam"),
        ]

    def __str__(self):
        return f"{self.user}, {self.made_at:%Y-%m-%d}"


class Redaction(models.Model):
    """That a text which could identify a patient was taken out of everything: when, by whom, why; not what it was."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()
    rows = models.PositiveIntegerField(help_text="How many rows held it.")

    class Meta:
        ordering = ["-at"]

    def __str__(self):
        return f"redaction of {self.at:%Y-%m-%d}"
