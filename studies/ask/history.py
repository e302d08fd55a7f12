"""What the public base said before: the versions of a record, what it said on a day, and what was taken out of it."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict

from ..models import TOMBSTONES, Change, PublicRecord, Revision
from ..pure.difference import Line, difference
from .strict import BadQuery, Fault


class Gone(Exception):
    """What the address named is no longer public; `tombstone` says since when, why, and what took its place."""

    def __init__(self, tombstone: dict):
        self.tombstone = tombstone
        super().__init__(tombstone["reason"])


THE_PRODUCT = "the extraction from the documents"


@dataclass
class Cause:
    """Who changed a value, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass
class Told:
    """A line of a difference, and who changed it before it was published."""

    line: Line
    causes: list[Cause]


@dataclass
class Version:
    """One version of a record: the revision that made it, when, by whom and why, and what changed with it. Of a
    redaction it says that it happened, and nothing of what changed."""

    revision: int
    at: datetime
    by: str
    reason: str
    lines: list[Told]
    ends: bool = False
    redacted: bool = False


def refuse_gone(collection: str, name: str, revision: int | None = None):
    """Raises Gone where a record of this name was taken out, by a revision if one is named. One statement."""
    tombs = PublicRecord.objects.current() if revision is None else PublicRecord.objects.at(revision)
    tombs = tombs.filter(collection=TOMBSTONES)
    found = tombs.filter(slug=f"{collection}/{name}") | tombs.filter(
        accession=name.partition(".")[0], slug__startswith=f"{collection}/"
    )
    if collection == "facts":  # a fact goes with its record
        found = tombs.filter(accession=name.partition(".")[0])
    text = found.values_list("document", flat=True).first()
    if text:
        raise Gone(json.loads(text))


def reports_taken_out(study: str) -> list[dict]:
    """The tombstones of the reports of a study, the newest first."""
    tombs = PublicRecord.objects.current().filter(collection=TOMBSTONES, study=study, slug__startswith="reports/")
    return [json.loads(text) for text in tombs.order_by("-valid_from", "slug").values_list("document", flat=True)]


def asked_revision(query: QueryDict) -> int | None:
    """The revision that was public at the end of the day named by `on`, None where no day is named. Raises BadQuery."""
    day = query.get("on")
    if day is None:
        return None
    try:
        end = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadQuery([Fault("on", f"“{day[:60]}” is not a day such as 2026-11-20.", [])]) from error
    if end - timedelta(days=1) > datetime.now(UTC):
        raise BadQuery([Fault("on", f"{day} is yet to come: nobody knows what will be public then.", [])])
    return Revision.objects.filter(at__lt=end).order_by("-id").values_list("id", flat=True).first() or 0


def record_at(collection: str, name: str, revision: int) -> tuple[str, int] | None:
    """The document of a record as it was public at a revision, and the revision that made it. Raises Gone where it had
    been taken out by then."""
    rows = PublicRecord.objects.at(revision).filter(collection=collection)
    rows = rows.filter(slug=name) | rows.filter(accession=name)
    found = rows.values_list("document", "valid_from").first()
    if found is None:
        refuse_gone(collection, name, revision)
    return found


def first_day(collection: str, name: str) -> date | None:
    """The day on which a record became public, None where it never did."""
    rows = PublicRecord.objects.filter(collection=collection)
    rows = rows.filter(slug=name) | rows.filter(accession=name)
    first = rows.order_by("valid_from").values_list("valid_from", flat=True).first()
    return first and Revision.objects.values_list("at", flat=True).get(id=first).date()


def versions(collection: str, name: str) -> list[Version]:
    """Every version of a public record, the newest first; empty where there was none. Four statements."""
    rows = PublicRecord.objects.filter(collection=collection)
    rows = rows.filter(slug=name) | rows.filter(accession=name)
    ends = PublicRecord.objects.filter(collection=TOMBSTONES, slug=f"{collection}/{name}")
    rows = sorted((rows | ends).values_list("valid_from", "collection", "document"))
    about = Revision.objects.filter(id__in={since for since, *_ in rows}).select_related("user").in_bulk()
    found, before = [], None
    for since, kind, text in rows:
        revision, document = about[since], json.loads(text)
        role = "manager" if kind == TOMBSTONES else revision.role
        by = revision.user.known_as(role) if revision.user else THE_PRODUCT
        if collection == "flow":  # who published something else then, who decided on the paper is told nowhere
            by = "the reading queue"
        if revision.is_redaction:
            found.append(Version(since, revision.at, by, revision.reason, [], redacted=True))
            before = before if kind == TOMBSTONES else document
            continue
        if kind == TOMBSTONES:
            found.append(Version(since, revision.at, by, document["reason"], [], ends=True))
            continue
        lines = difference(before, document) if before is not None else []
        found.append(Version(since, revision.at, by, revision.reason, [Told(line, []) for line in lines]))
        before = document
    _attribute(found)
    return found[::-1]


def _attribute(found: list[Version]):
    """Join to each line the changes that made it: those of its record and field which were published with that
    revision. Two statements."""
    records = {told.line.record for version in found for told in version.lines} - {""}
    changes = Change.objects.filter(accession__in=records).exclude(action__in=Change.STEPS)
    changes = list(changes.select_related("user").order_by("id"))
    publishings = Change.objects.filter(accession__in={change.unit for change in changes}, action="published")
    by_unit = defaultdict(list)
    for unit, number, fields in publishings.order_by("id").values_list("accession", "id", "fields"):
        by_unit[unit].append((number, fields["revision"][1]))
    made = defaultdict(list)  # (revision, record) → changes
    for change in changes:
        revision = next((revision for number, revision in by_unit[change.unit] if number > change.id), None)
        made[revision, change.accession_id].append(change)
    for version in found:
        for told in version.lines:
            told.causes = causes(told.line, made[version.revision, told.line.record])


def causes(line: Line, changes: list[Change]) -> list[Cause]:
    """Those of a record's changes that made a line: which named its field, else, where none did, all of them."""
    field = line.field.replace("places of", "place of")
    fitting = [change for change in changes if field in change.fields] or changes
    told = [
        Cause(change.user.known_as("curator") if change.user else THE_PRODUCT, change.at, change.reason)
        for change in fitting
    ]
    return [cause for place, cause in enumerate(told) if place == 0 or cause.reason != told[place - 1].reason]


def rendered_now(revision: int) -> bool:
    """Whether a revision was rendered as this version renders, so that its documents can be shown as pages."""
    newest = Revision.objects.order_by("-id").values_list("rendering", flat=True).first()
    return Revision.objects.filter(id=revision, rendering=newest).exists()
