"""Reading records: how each document was read, and whether every wording stands where its place says.

A record lies in `seeds/`, one per document. It names the text that was read by its checksum, and every place by its
lines there. No source text is part of the product; where the texts are at hand they can be checked against.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from .fixture_files import read
from .models import PublicFact, PublicRecord
from .pure.wording import occurs_in


@dataclass
class Reading:
    """The reading record of one document."""

    publication: str
    file: str
    text_name: str
    sha256: str
    places: dict[str, tuple[int, int]]
    text: list[str] = field(default_factory=list)

    def at(self, place: str) -> str:
        """The lines of a place, joined as they were."""
        first, last = self.places[place]
        return "\n".join(self.text[first - 1 : last])


def readings(folder: Path) -> list[Reading]:
    """All reading records of a folder."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        content = read(path)
        places = {name: (int(lines[0]), int(lines[1])) for name, lines in content["places"].items()}
        text = content["text"]
        found.append(Reading(content["publication"], path.name, text["name"], text["sha256"], places))
    return found


def check(records: list[Reading], texts: Path) -> tuple[int, list[str]]:
    """How many wordings were looked for, and every one that is not where it should be. Asks the public rows.

    Raises FileNotFoundError where a text is not at hand.
    """
    problems, by_slug = [], {}
    for reading in records:
        content = (texts / reading.text_name).read_bytes()
        if hashlib.sha256(content).hexdigest() != reading.sha256:
            problems.append(f"{reading.file}: {reading.text_name} is not the text that was read (checksum differs).")
        reading.text = content.decode("utf-8").splitlines()
        for place, (first, last) in reading.places.items():
            if not 1 <= first <= last <= len(reading.text):
                problems.append(
                    f"{reading.file}: “{place}” has the lines {first} to {last}, which are not in the text."
                )
        by_slug[reading.publication] = reading
    looked_for = set(_wordings())
    for slug, locator, wording, where in sorted(looked_for):
        reading = by_slug.get(slug)
        if reading is None:
            problems.append(f"{where}: {slug} has no reading record.")
        elif locator not in reading.places:
            problems.append(f"{where}: {reading.file} has no place “{locator}”.")
        elif not occurs_in(wording, reading.at(locator)):
            first, last = reading.places[locator]
            problems.append(f"{where}: “{wording}” is not in {slug}, {locator} (lines {first} to {last}).")
    return len(looked_for), problems


def _wordings():
    """(document, place, wording, what carries it) of every public fact, every side of a discrepancy, and every title,
    heading and cell of a published table."""
    facts = PublicFact.objects.current().values_list("publication", "locator", "as_reported", "fact_row")
    yield from facts

    for text in PublicRecord.objects.current().filter(collection="discrepancies").values_list("document", flat=True):
        document = json.loads(text)
        for side in document["sides"]:
            yield side["publication"], side["locator"], side["as_reported"], document["accession"]
    for slug, text in PublicRecord.objects.current().filter(collection="publications").values_list("slug", "document"):
        for table in json.loads(text)["tables"]:
            yield slug, table["locator"], table["as_reported"], table["accession"]
            for column in table["columns"]:
                yield slug, table["headings_locator"], column["heading"], table["accession"]
            for cell in (cell for row in table["rows"] for cell in row["cells"]):
                yield slug, cell["locator"], cell["printed"], cell["accession"]
