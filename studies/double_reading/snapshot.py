"""What a loaded bundle says, record by record, as `pure/double_reading.py` compares it; and that as JSON and back."""

import json
from collections import defaultdict
from dataclasses import asdict

from django.db import models

from ..models import Publication, PublishedTable, Report
from ..publishing.dossier import Dossier
from ..publishing.facts import ENTITY, facts_of_publication, facts_of_report
from ..pure.double_reading import Place, Read, Said

PROVENANCE = {"locator", "as_reported", "basis", "derivation", "note", "excused_by"}
QUALIFIERS = (
    "scale", "site", "method", "specimen", "per", "counted", "day", "day_from", "time_point", "date", "as_of",
    "criteria", "follows", "canonical_value", "canonical_unit",
)  # fmt: skip
# Records that state no fact of their own: under which entity they are told, and which of their fields are compared.
UNSTATED = {
    "study": ("study", ("name", "year", "comparator_treatment")),
    "report": ("study", ("role",)),
    "registration": ("registration", ("registry",)),
    "sourceread": ("source", ("read_as", "checksum")),
    "citation": ("reference", ("cited",)),
    "discrepancy": ("discrepancy", ("kind", "severity")),
    "publishedtable": ("table", ("number",)),
    "publishedtablecell": ("table", ("as_reported", "difference")),
    "cohortoverlap": ("cohort", ("relation", "shared_low", "shared_high")),
}


def reads_of(records: list, own_names: dict[str, str]) -> list[Read]:
    """The records of a bundle as they were loaded. `own_names` tells the bundle's own name of an accession."""
    facts = defaultdict(list)
    for record in records:
        told = []
        if isinstance(record, Report):
            told = facts_of_report(Dossier(record))
        elif isinstance(record, Publication):
            told = facts_of_publication(record)
        for row in told:
            facts[row["fact"].split(".", 1)[0]].append(row)
    reads = [_read(record, facts[record.pk], own_names) for record in records if record._meta.model_name != "coverage"]
    for record in records:
        if record._meta.model_name == "coverage":
            reads += _silences(record, own_names)
    return reads


def _read(record, rows: list[dict], own_names: dict[str, str]) -> Read:
    kind = record._meta.model_name
    entity, compared = UNSTATED.get(kind, (ENTITY.get(kind, kind), ()))
    if kind == "agent":
        entity = record.owner._meta.model_name
    said = _facts(record, rows, own_names) + [_plain(record, name) for name in compared if _shown(record, name)]
    if kind == "appraisal":
        said = [Said(f"item {item.number}", "items", item.answer, closed=True) for item in record.items.all()]
    fields = {
        name: own_names.get(value, str(value)) if isinstance(value, str) else str(value)
        for name, value in record.plain_fields().items()
        if name not in PROVENANCE
    }
    places = _places(record)
    return Read(own_names[record.pk], kind, entity, str(record)[:300], fields, [s for s in said if s], places)


def _facts(record, rows: list[dict], own_names) -> list[Said]:
    by_attribute = defaultdict(list)
    for row in rows:
        by_attribute[row["attribute"]].append(row)
    found = []
    for attribute, told in by_attribute.items():
        row = told[0]
        field = record._meta.get_field(row["field"])
        qualifiers = tuple(
            (name, own_names.get(row[name], str(row[name]))) for name in QUALIFIERS if row.get(name) not in (None, "")
        )
        places = tuple(
            Place(
                one["locator"],
                one["as_reported"],
                one["basis"],
                one["derivation"],
                one["value"] if one["value"] != row["value"] else "",
            )  # fmt: skip
            for one in told
        )
        closed = bool(getattr(field, "choices", None)) and row["value"] in dict(field.choices)
        found.append(
            Said(
                attribute,
                row["field"],
                str(row["value"]),
                row["operator"],
                row["unit"] or "",
                "" if row["denominator"] is None else str(row["denominator"]),
                qualifiers,
                places,
                closed,
            )  # fmt: skip
        )
    return found


def _shown(record, name: str) -> str:
    value = getattr(record, name)
    if isinstance(value, models.Model):
        return getattr(value, "slug", "") or str(value)
    return "" if value is None else str(value)


def _plain(record, name: str) -> Said:
    """A field of a record that states no facts, as one."""
    closed = bool(record._meta.get_field(name).choices)
    return Said(name, name, _shown(record, name), places=_places(record), closed=closed)


def _places(record) -> tuple[Place, ...]:
    """Where a record stands: its own place, or the sides of a discrepancy."""
    if record._meta.model_name == "discrepancy":
        return tuple(Place(side.locator, side.as_reported) for side in record.sides.order_by("position"))
    if isinstance(record, PublishedTable):
        return (Place(record.locator, record.as_reported),)
    if not hasattr(record, "locator"):
        return ()
    return (Place(record.locator, record.as_reported, record.basis, record.derivation),)


def _silences(coverage, own_names: dict[str, str]) -> list[Read]:
    """Each topic of a recorded silence by itself, however the reader put them together."""
    report, course = own_names[coverage.report_id], own_names.get(coverage.course_id, "")
    return [
        Read(
            f"{report}/{course}/{topic.code}", "silence", "silence", f"{topic.label} ({coverage.report})"[:300],
            {"report": report, "course": course, "topic": topic.code},
            [Said(topic.code, "topics", coverage.absence, closed=True)],
        )
        for topic in coverage.topics.order_by("code")
    ]  # fmt: skip


def dumps(reads: list[Read]) -> str:
    return json.dumps([asdict(read) for read in reads], ensure_ascii=False)


def loads(text: str) -> list[Read]:
    return [_revived(entry) for entry in json.loads(text)]


def _revived(entry: dict) -> Read:
    facts = [
        Said(**fact | {"qualifiers": tuple(map(tuple, fact["qualifiers"])), "places": _revived_places(fact)})
        for fact in entry["facts"]
    ]
    return Read(**entry | {"facts": facts, "places": _revived_places(entry)})


def _revived_places(entry: dict) -> tuple[Place, ...]:
    return tuple(Place(**place) for place in entry["places"])
