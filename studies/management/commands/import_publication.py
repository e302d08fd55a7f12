"""Import publications and registrations as drafts."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from studies.importers import encodings, files, lookup
from studies.importers.adopt import Choice, adopt, slug_for
from studies.importers.existing import Known
from studies.importers.found import ImportFailed, Refused


class Command(BaseCommand):
    help = (
        "Look up PMIDs, DOIs and NCT numbers, or read RIS, NBIB, BibTeX and CSL-JSON files, and tell what was found. "
        "With --yes, what the base does not hold yet becomes drafts; what it may hold is listed and left."
    )

    def add_arguments(self, parser):
        parser.add_argument("what", nargs="+", help="A PMID, a DOI, an NCT number, or the path of a file.")
        parser.add_argument("--yes", action="store_true", help="Make the drafts.")
        parser.add_argument(
            "--encoding", default="", choices=encodings.CHOICES, help="Of a file that does not show it."
        )

    def handle(self, *, what, yes, encoding, **options):
        try:
            paths = [Path(name) for name in what if Path(name).is_file()]
            others = "\n".join(name for name in what if not Path(name).is_file())
            wanted = lookup.identifiers_in(others)
            found = [entry for path in paths for entry in files.read(path.name, path.read_bytes(), encoding)]
            found += lookup.look_up(wanted)
            choices = self._choices(found)
            if not yes:
                self.stdout.write("Nothing was changed; say --yes to make the drafts.")
                return
            done = adopt(choices, user=None)
        except Refused as error:
            raise CommandError("\n".join([str(error), *map(str, error.faults)])) from error
        except (ImportFailed, OSError) as error:
            raise CommandError(str(error)) from error
        for publication in done.made:
            self.stdout.write(f"{publication.pk}: draft “{publication}”.")

    def _choices(self, found) -> list[Choice]:
        known, taken, seen, choices = Known(), set(), set(), []
        for entry in found:
            self.stdout.write(f"{entry.source}: {entry.title}")
            for value in entry.values:
                if value.field:
                    self.stdout.write(f"    {value.field}: {value.value}  [{value.place}]")
            for remark in entry.remarks:
                self.stdout.write(f"    note: {remark}")
            matches = known.matches(entry)
            for match in matches:
                self.stdout.write(f"    in the base: {match.record.pk} “{match.record}” ({match.why}); left")
            if entry.same_as in seen:
                self.stdout.write("    the same as an entry above; left")
            elif entry.guessed:
                self.stdout.write("    its letters were guessed; left: say --encoding")
            elif not matches:
                slug = slug_for(entry, taken)
                taken.add(slug)
                choices.append(Choice(entry, slug=slug))
                self.stdout.write(f"    becomes the draft {slug}")
            seen.add(entry.same_as)
        return choices
