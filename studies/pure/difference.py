"""What changed between two documents, line by line: the record, its field, what it said before and after."""

from dataclasses import dataclass

UNTOLD = {"facts", "labels", "sources"}  # told by what they are made of


@dataclass(frozen=True)
class Line:
    """One value that changed. `before` or `after` is None where there was nothing, or is nothing now."""

    record: str
    field: str
    before: str | None
    after: str | None


def difference(before: dict | None, after: dict | None) -> list[Line]:
    """The values in which two documents differ, in the order of the newer, then of the older."""
    old, new = dict(_values(before or {}, "")), dict(_values(after or {}, ""))
    keys = [*new, *(key for key in old if key not in new)]
    return [
        Line(record, field, old.get((record, field)), new.get((record, field)))
        for record, field in keys
        if old.get((record, field)) != new.get((record, field))
    ]


def _values(document: dict, record: str, path: str = ""):
    """((record, field), text) of every value. A record with an accession is named by it, wherever it stands."""
    record = document.get("accession") or record
    for name, value in document.items():
        if name in UNTOLD or name == "accession" or value in (None, "", [], {}):
            continue
        yield from _within(value, record, f"{path}{name}")


def _within(value, record: str, field: str):
    if isinstance(value, dict):
        if "label" in value:  # a term reads by its label
            yield (record, field), str(value["label"])
        else:
            yield from _values(value, record, "" if value.get("accession") else f"{field} · ")
    elif isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value):
        for number, part in enumerate(value, start=1):
            yield from _within(part, record, f"{field} {number}")
    elif isinstance(value, list):
        yield (record, field), ", ".join(str(part) for part in value)
    else:
        yield (record, field), str(value)
