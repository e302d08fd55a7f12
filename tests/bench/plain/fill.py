"""Fills the plain app's tables from the rows of the product: `python -m tests.bench.plain.fill <rows file>`."""

import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import django

CHUNK = 1000
SEED = 5
TOXICITIES = ["crs", "icans", "acute_gvhd", "chronic_gvhd"]
OUTCOMES = [("best_response", "CR"), ("best_response", "PR"), ("relapse", "relapse")]
AS_REPORTED = "two of the patients treated, as the text of the report words it"


def main(path: str):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.plain.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", run_syncdb=True, verbosity=0)
    with Path(path).open() as lines:
        _fill(json.loads(line) for line in lines)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # An index of its own for Datasette's search; Datasette finds it by the name of the content table.
            cursor.execute(
                "CREATE VIRTUAL TABLE plain_cohort_fts "
                "USING fts5(title, text, content='plain_cohort', content_rowid='id')"
            )
            cursor.execute("INSERT INTO plain_cohort_fts(plain_cohort_fts) VALUES ('rebuild')")
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
        if connection.vendor == "sqlite":
            # Datasette opens the file as one that never changes, so nothing may be left beside it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(rows: Iterator[dict]):
    """Cohorts, parents first, each with its publication, two infusions, four toxicities and three outcomes."""
    from .models import Cohort, Infusion, Outcome, Publication, Toxicity

    publications, identifiers, draw = {}, {}, random.Random(SEED)
    for told in _chunks(rows):
        new = {row["publication"]["slug"]: row["publication"] for row in told}
        made = [Publication(**about) for slug, about in new.items() if slug not in publications]
        publications |= {publication.slug: publication.pk for publication in Publication.objects.bulk_create(made)}
        # The identifier is ours to give, since a subgroup and its parent may stand in one chunk.
        identifiers |= {row["row"]: len(identifiers) + number for number, row in enumerate(told, 1)}
        cohorts = [
            Cohort(
                pk=identifiers[row["row"]],
                parent_id=identifiers.get(row["parent"]),
                publication_id=publications[row["publication"]["slug"]],
                **{name: value for name, value in row.items() if name not in ("parent", "publication")},
            )
            for row in told
        ]
        Cohort.objects.bulk_create(cohorts)
        Infusion.objects.bulk_create(
            Infusion(cohort=cohort, order=order, dose_low=1e6 * order, dose_high=2e6 * order, unit="cells/kg")
            for cohort in cohorts
            for order in (1, 2)
        )
        Toxicity.objects.bulk_create(
            Toxicity(
                cohort=cohort, term=term, presence="present", grade=draw.randint(1, 4), n=2, as_reported=AS_REPORTED
            )
            for cohort in cohorts
            for term in TOXICITIES
        )
        Outcome.objects.bulk_create(
            Outcome(cohort=cohort, measure=measure, category=category, n=2, of=cohort.n, as_reported=AS_REPORTED)
            for cohort in cohorts
            for measure, category in OUTCOMES
        )


def _chunks(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


if __name__ == "__main__":
    main(sys.argv[1])
