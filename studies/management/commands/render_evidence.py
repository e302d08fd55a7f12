"""Render all that is public anew."""

from django.core.management.base import BaseCommand

from studies import publishing


class Command(BaseCommand):
    help = (
        "Render all public rows anew from what was published; drafts stay drafts. "
        "`start` does it by itself after an update that renders otherwise."
    )

    def add_arguments(self, parser):
        parser.add_argument("--if-older", action="store_true", help="Only where another version made the newest rows.")

    def handle(self, *, if_older, **options):
        if if_older and not publishing.rendered_by_an_older_version():
            return
        self.stdout.write("Rendering the public rows anew …")
        revision = publishing.render_all(reason="rendered anew by this version of the software")
        self.stdout.write(f"Public as revision {revision}.")
