"""Second readings: what another reader found in a document who had not seen the first, and how the two agree.

A second reading lies in `seeds/second/`, one row per value and place in the reader's own names. `compared` says how
the row stands to the base, `fact` names the fact that it is the same as, `decision` what was done where the two differ:

* `same`: the base says the same; `within`: it says it inside a fact of another shape;
* `silent`: both record a silence;
* `differs`: both speak of it and do not agree; `missing`: the first reading did not have it.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .models import PublicFact

FOUND = ("same", "within", "silent")
COMPARED = (*FOUND, "differs", "missing")


@dataclass
class SecondReading:
    """The rows of a second reading of one document."""

    publication: str
    rows: list[dict] = field(default_factory=list)

    def agreement(self) -> dict[str, list[int]]:
        """Entity → rows that both readings have, rows on which they differ, rows of the second reading alone."""
        counts = Counter((row["entity"], row["compared"]) for row in self.rows)
        return {
            entity: [
                sum(counts[entity, how] for how in FOUND),
                counts[entity, "differs"],
                counts[entity, "missing"],
            ]
            for entity in sorted({row["entity"] for row in self.rows})
        }

    def first_alone(self) -> Counter:
        """Entity → facts of the document in the base that no row of the second reading is the same as."""
        found = {fact_of(row) for row in self.rows if row["fact"]}
        facts = PublicFact.objects.current().filter(publication=self.publication).values_list("fact", "entity")
        return Counter(entity for fact, entity in set(facts) if fact not in found)

    def problems(self) -> list[str]:
        """Rows without a verdict or a decision, and rows that name a fact which is not in the base."""
        facts = set(PublicFact.objects.current().values_list("fact", flat=True))
        found = []
        for row in self.rows:
            where = f"{self.publication}.csv, row {row['row']}"
            if row["compared"] not in COMPARED:
                found.append(f"{where}: “{row['compared']}” is none of {', '.join(COMPARED)}.")
            if row["compared"] in ("differs", "missing") and not row["decision"]:
                found.append(f"{where}: it says no decision.")
            if row["fact"] and fact_of(row) not in facts:
                found.append(f"{where}: there is no fact “{fact_of(row)}”.")
        return found


def fact_of(row: dict) -> str:
    """The fact that a row names: the name of a fact's row without the number of its place."""
    return row["fact"].rpartition(".")[0]


def second_readings(folder: Path) -> list[SecondReading]:
    """All second readings of a folder."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.append(SecondReading(path.stem, list(csv.DictReader(file))))
    return found
