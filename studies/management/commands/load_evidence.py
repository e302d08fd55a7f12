"""Load the hand-extracted evidence and publish it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from studies.loading import LoadError, load
from studies.models import Publication


class Command(BaseCommand):
    help = (
        "Load fixtures (all of fixtures/ unless files are named), whole or not at all, and publish what they hold. "
        "Records that a curator has changed are left alone and listed."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where the base holds any publication.")

    def handle(self, *, files, if_empty, **options):
        if if_empty and Publication.objects.exists():
            self.stdout.write("The base holds evidence already; nothing is loaded over it.")
            return
        files = files or sorted((settings.BASE_DIR / "fixtures").glob("*.yaml"))
        try:
            done = load(files)
        except LoadError as error:
            count = len(error.refusals)
            raise CommandError(f"Refused, nothing was changed ({count} reason{'s'[: count > 1]}):\n{error}") from error
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # so that the database plans for what it holds now
        self.stdout.write(
            f"{done.created} records created, {done.updated} updated, {done.unchanged} unchanged; "
            f"public as revision {done.revision}."
        )
        for accession in done.kept:
            self.stdout.write(f"{accession}: changed by a curator, left alone.")
