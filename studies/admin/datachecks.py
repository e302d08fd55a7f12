"""Datachecks where curators work: on the page of a record, and as messages after saving."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from ..models.choices import CheckSeverity
from ..publishing.datachecks import Checked, Found, run
from ..publishing.unit_of import unit_of

TOLD = 10


def checked_with(record) -> Checked:
    """What the datachecks find in the unit that a record is published with, compared with drafts too."""
    unit = unit_of(record)
    return run([unit], drafts=True)[unit.pk]


class Datachecked:
    """A record's page tells what the datachecks find. They never keep it from being saved."""

    @admin.display(description="datachecks")
    def datachecks_shown(self, record):
        """The findings of this record; of a unit all that it is published with. Open warnings lead to their answer."""
        if not record.pk:
            return "Asked once the record is saved."
        found = checked_with(record).found
        mine = [
            one for one in found if unit_of(record) == record or record.pk in (one.finding.record, one.finding.value)
        ]
        if not mine:
            return "Nothing found."
        return format_html_join("", "<div>{} {}</div>", ((str(one), _answer_link(one)) for one in mine))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        found = checked_with(form.instance).open
        for one in sorted(found, key=lambda one: one.finding.record != form.instance.pk)[:TOLD]:
            where = f"{one.finding.record}{' · ' + one.finding.field if one.finding.field else ''}"
            messages.warning(request, f"{where}: {one.what_is_needed}")
        if len(found) > TOLD:
            messages.warning(request, f"{len(found) - TOLD} more findings of datachecks have no answer.")


def _answer_link(one: Found) -> str:
    if not one.is_open or one.check.severity != CheckSeverity.WARNING:
        return ""
    asked = {"record": one.finding.record, "check_id": one.check.id, "value": one.finding.value}
    return format_html(
        '<a href="{}?{}">answer it</a>', reverse("admin:studies_checkedwarning_add"), urlencode(asked)
    )  # fmt: skip
