"""What search finds: one entry per address, and the index of each database over their words."""

import re

from django.db import connection

from ..models import SearchText, SearchWord
from ..models.public import SEARCH_KINDS as KINDS
from ..pure.documents import words_of
from ..pure.wording import searchable, tokens

# Accessions and codes are found, and never shown in a snippet.
CODE = re.compile(r"[A-Z]{3}-\d{5}|\w+_\w+|[a-z-]+-\d{4}(-[a-z0-9-]+)?")


def entry(kind: str, address: str, title: str, document=None) -> SearchText:
    """A search entry: the title and all the words of a document."""
    told = list(dict.fromkeys([title, *(words.strip() for words in words_of(document) if words.strip())]))
    return SearchText(
        kind=kind,
        weight=KINDS.index(kind),
        address=address,
        title=title[:300],
        title_words=f" {' '.join(tokens(title))} "[:400],
        text=" · ".join(words for words in told if not CODE.fullmatch(words)),
        words=searchable(told),
    )


def entries_of_report(document: dict, subject: str, address: str, publication_address: str) -> list[SearchText]:
    """The events, toxicities, drugs, constructs and claims of a report, each leading to where it is shown."""
    found = []
    if subject and document["study"]:
        for record in document["events"]:
            told = [record["title"], record["as_reported"]]
            found.append(entry("event", f"{address}#{record['accession']}", f"{record['title']}: {subject}", told))
        for record in document["toxicities"]:
            name = record["term"]["label"]
            told = [record["as_reported"], record["term_as_reported"], record["management"]]
            title = f"{'No ' if record['presence'] == 'absent' else ''}{name}: {subject}"
            found.append(entry("toxicity", f"{address}#{record['accession']}", title, [t for t in told if t]))
        found += _drugs(document, subject, address)
        for record in document["constructs"]:
            found.append(entry("construct", f"/constructs/{record['slug']}/", f"{record['name']}: {subject}", record))
    for kind in ("claims", "set_statements"):
        for record in document[kind]:
            told = [record["text"], record["as_reported"]]
            if record.get("topic"):  # “recommended window” finds what is said of the time window
                told.append(record["topic"]["label"])
            found.append(entry("claim", f"{publication_address}#{record['accession']}", record["text"], told))
    return found


def _drugs(document: dict, subject: str, address: str) -> list[SearchText]:
    """Each drug of a report once, with everything that it was part of, leading to where it was first given."""
    found: dict[str, list[dict]] = {}
    for holder in (*document["therapies"], *document["transplants"], *document["lymphodepletions"]):
        for agent in holder.get("agents", []):
            found.setdefault(agent["name"]["label"], []).append(agent)
    return [
        entry(
            "drug", f"{address}#{agents[0]['accession']}", f"{name}: {subject}", [t for a in agents for t in _told(a)]
        )
        for name, agents in found.items()
    ]


def _told(agent: dict) -> list[str]:
    """The words of a drug, and the warning that belongs to them wherever they are shown."""
    return [agent["as_reported"], *(f"⚠ {d['title']}" for d in agent["discrepancies"] if d["severity"] == "misleads")]


def index(entries: list[SearchText], names: list[str] = ()):
    """Put stored entries into the full-text index, and the words of titles and names into the lexicon.

    PostgreSQL indexes the column itself. SQLite's FTS5 table is written here, by the door: triggers are lost when
    Django rebuilds a table.
    """
    if connection.vendor == "sqlite" and entries:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO studies_search_index(rowid, words) VALUES (%s, %s)",
                [(entry.pk, entry.words) for entry in entries],
            )
    lexicon = {word for entry in entries for word in entry.title_words.split()}
    lexicon |= {word for name in names for word in tokens(name)}
    wanted = sorted(word for word in lexicon if 2 < len(word) <= 80)
    SearchWord.objects.bulk_create([SearchWord(word) for word in wanted], ignore_conflicts=True, batch_size=400)


def forget_what_went():
    """Take the words of entries that were replaced out of the index itself: FTS5 keeps them until it merges."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO studies_search_index(studies_search_index) VALUES ('optimize')")
