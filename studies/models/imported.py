"""Where a value came from that was imported and not typed."""

from django.db import models
from django.db.models import Q

from .accession import Accession


class ImportedValue(models.Model):
    """One value as a service or a file gave it, and the record that it was made into. Written once, by an import.

    Its field is empty where no field of ours takes it: it is kept for the curator to read.
    """

    record = models.ForeignKey(Accession, on_delete=models.PROTECT, related_name="imported_values")
    field = models.CharField(max_length=40, blank=True)
    value = models.TextField(blank=True, help_text="What was entered into the field.")
    as_given = models.TextField(help_text="The text as the source prints it.")
    derivation = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=40, help_text="The service, or the kind of file.")
    entry = models.CharField(max_length=160, blank=True, help_text="Which record or entry of it.")
    place = models.CharField(max_length=80, help_text="The source's own name of the field.")
    address = models.CharField("address or file name", max_length=500)
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the answer or the file.")
    fetched_at = models.DateTimeField()

    class Meta:
        ordering = ["record", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(as_given="") & ~Q(source="") & ~Q(place="") & ~Q(address="") & ~Q(checksum=""),
                name="imported_value_says_where_from",
                violation_error_message="An imported value names its source, its place and what it was there.",
            )
        ]

    def __str__(self):
        return f"{self.record_id}.{self.field or '—'} from {self.source}, {self.place}"
