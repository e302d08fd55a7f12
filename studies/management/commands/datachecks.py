"""Ask the datachecks of the base as it stands, drafts included."""

import json

from django.core.management.base import BaseCommand, CommandError

from studies.publishing.datachecks import documented, run
from studies.publishing.unit_of import UNITS, unit_of_accession


class Command(BaseCommand):
    help = (
        "Ask the datachecks of everything entered, published or not, and list what they find. "
        "Fails where an error or a warning has no answer."
    )

    def add_arguments(self, parser):
        parser.add_argument("--unit", help="Accession of one publication, report …, or of a record below one.")
        parser.add_argument("--json", action="store_true", help="One JSON object per finding.")
        parser.add_argument("--list", action="store_true", help="Only list the checks, as docs/datachecks.md does.")

    def handle(self, *, unit, **options):
        if options["list"]:
            self.stdout.write(documented())
            return
        units = [unit_of_accession(unit)] if unit else _all()
        if None in units:
            raise CommandError(f"“{unit}” is no record of this base.")
        found = [one for checked in run(units, drafts=True).values() for one in checked.found]
        for one in found:
            self.stdout.write(json.dumps(one.document(), ensure_ascii=False) if options["json"] else str(one))
        n_open = sum(one.is_open for one in found)
        if n_open:
            raise CommandError(f"{n_open} of {len(found)} findings have no answer.")
        if not options["json"]:
            self.stdout.write(f"{len(found)} findings, none without an answer.")


def _all() -> list:
    return [unit for model in UNITS for unit in model.objects.order_by("pk")]
