"""Take in the two readings of each seed document."""

from django.conf import settings
from django.core.management.base import BaseCommand

from studies.double_reading import by_hand


class Command(BaseCommand):
    help = "Take in the readings in seeds/ of every public document that has none yet, and show them beside it."

    def handle(self, **options):
        for slug in by_hand.take_in(settings.BASE_DIR / "seeds"):
            self.stdout.write(f"{slug}: two readings taken in.")
