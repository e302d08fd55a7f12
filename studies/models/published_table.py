"""Tables as documents print them, cell by cell, to be set beside what the base says for the same thing."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .base import Extracted, Record
from .choices import Difference, TableColumn
from .columns import choice_field
from .publication import Publication


class PublishedTable(Record):
    """A table of a document: which it is and what its columns are about. Its cells hang below the reports its rows
    tell of."""

    KIND = "TAB"

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="tables")
    number = models.PositiveSmallIntegerField(help_text="As the document numbers it.")
    caption = models.CharField(max_length=200, help_text="What it is about, in our own words.")
    locator = models.CharField("place", max_length=200, help_text="“Table 1, title”.")
    as_reported = models.CharField(
        "wording as reported", max_length=80, help_text="As few words of its title as identify it."
    )
    headings_locator = models.CharField("place of the headings", max_length=200, help_text="“Table 1, headings”.")

    class Meta:
        ordering = ["publication", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "number"],
                name="published_table_number_once",
                violation_error_message="This document has a table of this number already.",
            )
        ]

    def __str__(self):
        return f"{self.publication}, Table {self.number}"


class PublishedTableColumn(models.Model):
    """One column of a table: its printed heading, and what it is about."""

    table = models.ForeignKey(PublishedTable, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    column = choice_field(TableColumn)
    heading = models.CharField(max_length=80, help_text="As printed.")

    class Meta:
        ordering = ["table", "position"]
        constraints = [
            models.UniqueConstraint(fields=["table", "position"], name="published_table_column_position_once"),
            models.UniqueConstraint(
                fields=["table", "column"],
                name="published_table_column_once",
                violation_error_message="Each column of a table is about something else.",
            ),
        ]

    def __str__(self):
        return f"{self.table}, {self.heading}"


class PublishedTableCell(Extracted):
    """What one cell of a table prints; its wording is the cell. It repeats what the facts of its report say, so it
    states no fact itself. Where the base says another thing the cell has its reason, and nowhere else: whether it does
    is computed when it is published (studies/pure/printed.py)."""

    KIND = "CEL"

    table = models.ForeignKey(PublishedTable, on_delete=models.PROTECT, related_name="cells", help_text="The table.")
    row = models.PositiveSmallIntegerField(help_text="First, second … row; its report is what the row tells of.")
    column = choice_field(TableColumn)
    difference = choice_field(Difference, blank=True)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why the base says another thing here, in our own words."
    )

    class Meta(Extracted.Meta):
        ordering = ["table", "row", "accession"]
        constraints = [
            *Extracted.Meta.constraints,
            models.UniqueConstraint(
                fields=["table", "row", "column"],
                name="published_table_cell_once",
                violation_error_message="This cell of the table is there already.",
            ),
            models.CheckConstraint(
                condition=Q(difference="", reason="") | ~Q(difference="") & ~Q(reason=""),
                name="published_table_cell_difference_has_reason",
                violation_error_message="A difference has its kind and its reason, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(difference=Difference.DISCREPANCY, excused_by__isnull=False)
                | ~Q(difference=Difference.DISCREPANCY) & Q(excused_by__isnull=True),
                name="published_table_cell_names_its_discrepancy",
                violation_error_message="A cell names a discrepancy under “excused by” if, and only if, that is why it "
                "differs.",
            ),
        ]

    def __str__(self):
        return f"{self.locator}: {self.as_reported[:60]}"

    def clean(self):
        super().clean()
        if self.lacks("table", "report"):
            return
        if self.table.publication_id != self.report.publication_id:
            raise ValidationError({"table": f"{self.table} is not a table of {self.report.publication}."})
        if self.column not in {column.column for column in self.table.columns.all()}:
            raise ValidationError({"column": f"{self.table} has no column “{self.column}”."})
        of_this_row = PublishedTableCell.objects.filter(table=self.table_id, row=self.row).exclude(pk=self.pk)
        other = of_this_row.exclude(report=self.report_id).first() if self.row is not None else None
        if other:
            raise ValidationError({"row": f"Row {self.row} of {self.table} tells of {other.report_id}."})

    def is_named_by(self, side) -> bool:
        """A discrepancy names a cell by its place: its record is the fact that stands there."""
        return (side.publication_id, side.locator) == (self.report.publication_id, self.locator)
