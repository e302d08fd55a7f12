"""Find every wording in the text it was read from."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studies.readings import check, readings


class Command(BaseCommand):
    help = "Check that every wording as reported stands in its document, within the lines of its place."

    def add_arguments(self, parser):
        default = settings.BASE_DIR.parent / "shared" / "seeds"
        parser.add_argument("--texts", type=Path, default=default, help="The folder of the texts that were read.")

    def handle(self, *, texts, **options):
        try:
            count, problems = check(readings(settings.BASE_DIR / "seeds"), texts)
        except FileNotFoundError as error:
            raise CommandError(f"A text is not at hand: {error.filename}. Name its folder with --texts.") from error
        if problems:
            raise CommandError("\n".join([f"{len(problems)} of {count} wordings fail:", *problems]))
        self.stdout.write(f"All {count} wordings stand where their places say.")
