"""What the public base said before: the versions of a record, what it said on a day, and what was taken out of it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from ..models import PublicRecord, Revision
from ..pure.difference import Line, difference
from .strict import BadQuery, Fault

# Collections whose histories have pages; every collection has its twin in the API.
HISTORIES = ("studies", "publications", "registrations", "reports", "discrepancies")
GONE = "withdrawn"  # the collection of tombstones (publishing/tombstones.py)


class Gone(Exception):
    """What the address named is no longer public; `tombstone` says since when, why, and what took its place."""

    def __init__(self, tombstone: dict):
        self.tombstone = tombstone
        super().__init__(tombstone["reason"])


@dataclass
class Version:
    """One version of a record: the revision that made it, when, by whom and why, and what changed with it."""

    revision: int
    at: datetime
    by: str
    reason: str
    lines: list[Line]
    ends: bool = False


def refuse_gone(collection: str, name: str):
    """Raises Gone where a record of this name was taken out. One statement."""
    found = PublicRecord.objects.current().filter(collection=GONE)
    found = found.filter(slug=f"{collection}/{name}") | found.filter(
        accession=name.partition(".")[0], slug__startswith=f"{collection}/"
    )
    if collection == "facts":  # a fact goes with its record
        found = PublicRecord.objects.current().filter(collection=GONE, accession=name.partition(".")[0])
    text = found.values_list("document", flat=True).first()
    if text:
        raise Gone(json.loads(text))


def asked_revision(query: QueryDict) -> int | None:
    """The revision that was public at the end of the day named by `on`, None where no day is named. Raises BadQuery."""
    day = query.get("on")
    if day is None:
        return None
    try:
        end = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadQuery([Fault("on", f"“{day[:60]}” is not a day such as 2026-11-20.", [])]) from error
    return Revision.objects.filter(at__lt=end).order_by("-id").values_list("id", flat=True).first() or 0


def record_at(collection: str, name: str, revision: int) -> tuple[str, int] | None:
    """The document of a record as it was public at a revision, and the revision that made it."""
    rows = PublicRecord.objects.at(revision).filter(collection=collection)
    rows = rows.filter(slug=name) | rows.filter(accession=name)
    return rows.values_list("document", "valid_from").first()


def versions(collection: str, name: str) -> list[Version]:
    """Every version of a public record, the newest first; empty where there was none. Two statements."""
    rows = PublicRecord.objects.filter(collection=collection)
    rows = rows.filter(slug=name) | rows.filter(accession=name)
    ends = PublicRecord.objects.filter(collection=GONE, slug=f"{collection}/{name}")
    rows = sorted((rows | ends).values_list("valid_from", "collection", "document"))
    about = Revision.objects.filter(id__in={since for since, *_ in rows}).select_related("user").in_bulk()
    found, before = [], None
    for since, kind, text in rows:
        revision, document = about[since], json.loads(text)
        by = revision.user.get_username() if revision.user else "the extraction from the documents"
        if collection == "flow":  # who published something else then, who decided on the paper is told nowhere
            by = "the reading queue"
        if kind == GONE:
            found.append(Version(since, revision.at, by, document["reason"], [], ends=True))
            continue
        lines = difference(before, document) if before is not None else []
        found.append(Version(since, revision.at, by, revision.reason, lines))
        before = document
    return found[::-1]


def rendered_now(revision: int) -> bool:
    """Whether a revision was rendered as this version renders, so that its documents can be shown as pages."""
    newest = Revision.objects.order_by("-id").values_list("rendering", flat=True).first()
    return Revision.objects.filter(id=revision, rendering=newest).exists()
