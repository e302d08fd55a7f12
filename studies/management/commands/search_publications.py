"""Run the saved searches of PubMed and put what is new into the reading queue."""

from django.core.management.base import BaseCommand, CommandError

from studies.importers import searching
from studies.models import SavedSearch
from studies.models.choices import RunOutcome
from studies.publishing.queue import publish_counts


class Command(BaseCommand):
    help = (
        "Run the saved searches of PubMed (all active ones unless names are given), put what they find into the "
        "reading queue, tell what is new since the last complete run, and publish the counts. "
        "Fails where a search failed or was not wholly fetched; what was fetched is kept."
    )

    def add_arguments(self, parser):
        parser.add_argument("names", nargs="*", help="Names of saved searches.")
        parser.add_argument("--dry-run", action="store_true", help="Ask PubMed and tell, and store nothing.")
        parser.add_argument(
            "--most", type=int, default=searching.MOST_NEW, help="Records fetched per search; the rest waits."
        )

    def handle(self, *, names, dry_run, most, **options):
        searches = list(SavedSearch.objects.filter(**({"name__in": names} if names else {"active": True})))
        unknown = set(names) - {search.name for search in searches}
        if unknown or not searches:
            known = ", ".join(f"“{name}”" for name in SavedSearch.objects.values_list("name", flat=True)) or "none"
            missing = ", ".join(f"“{name}”" for name in sorted(unknown))
            wanted = f"There is no saved search {missing}" if unknown else "No saved search is active"
            raise CommandError(f"{wanted}; the base has {known}.")
        if most < 1:
            raise CommandError("--most is a whole number from 1.")
        done = [self._tell(searching.run(search, dry=dry_run, most=most), dry_run) for search in searches]
        if dry_run:
            self.stdout.write("Nothing was stored.")
        else:
            self.stdout.write(f"The counts are public as revision {publish_counts()}.")
        wrong = [one for one in done if one.run.outcome != RunOutcome.COMPLETE]
        if wrong:
            raise CommandError("\n".join(f"{one.search}: {one.run.trouble}" for one in wrong))

    def _tell(self, done: searching.Searched, dry_run: bool) -> searching.Searched:
        run = done.run
        told = "?" if run.count is None else run.count
        since = f"since the complete run of {done.since}" if done.since else "(no run was complete before)"
        self.stdout.write(
            f"{done.search}: {RunOutcome(run.outcome).label}; PubMed counts {told}, {run.n_found} fetched, "
            f"{len(done.new)} new {since}."
        )
        for warning in done.warnings:
            self.stdout.write(f"    PubMed remarks: {warning}")
        for hit in done.new:
            title = hit.title or "no article was given: look at it on PubMed"
            self.stdout.write(f"    {hit.pmid} {title}{_known(hit)}")
        if done.not_fetched:
            self.stdout.write(f"    not fetched: {', '.join(done.not_fetched)}")
        return done


def _known(hit: searching.Hit) -> str:
    """What the base knows of a hit, where it is more than that it was found."""
    candidate = hit.candidate
    if candidate is None:
        return ""
    if hit.was_known:
        return f" [{candidate.pk} already: {candidate.standing.label}]"
    alike = f"; nearly the title of {candidate.resembles_id}" if candidate.resembles_id else ""
    return f" [{candidate.pk}{alike}]"
