"""How far the two readings of each document agree."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studies.second_readings import second_readings


class Command(BaseCommand):
    help = "Tell the agreement of the two readings of each document by entity; fail on rows without a verdict."

    def handle(self, **options):
        problems = []
        for reading in second_readings(settings.BASE_DIR / "seeds" / "second"):
            problems += reading.problems()
            alone = reading.first_alone()
            self.stdout.write(f"{reading.publication}: rows of the second reading, and facts of the first alone")
            self.stdout.write(f"  {'':18}{'both':>6}{'differ':>8}{'second':>8}{'first':>8}")
            for entity, (both, differ, second) in reading.agreement().items():
                self.stdout.write(f"  {entity:18}{both:>6}{differ:>8}{second:>8}{alone[entity]:>8}")
        if problems:
            raise CommandError("\n".join([f"{len(problems)} rows of second readings are not settled:", *problems]))
