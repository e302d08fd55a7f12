"""The bundle that the decisions make: the first reading, changed as was decided, with what the second alone has.

It is made record by record and field by field. What cannot be made so (a category that two fields share, a unit that
goes with one value and not with another) is seen afterwards: `unmet` holds what the result says against every decision,
and the adjudicator mends the text.
"""

from collections import defaultdict
from dataclasses import dataclass

from ..fixture_files import Node
from ..loading import CHILDREN, RENAMED
from ..models import Decision, Verdict
from ..pure.double_reading import Compared, Read, Said, aligned, same, same_text
from . import naming
from .snapshot import UNSTATED

PROVENANCE = ("place", "wording", "basis", "derivation")
# What goes with a record and not with one of its values.
OF_THE_RECORD = {
    *PROVENANCE,
    "note",
    "places",
    "records",
    "agents",
    "checked",
    "excused_by",
    "sides",
    "authors",
    "items",
}


@dataclass(frozen=True)
class Decided:
    """A fact with what was decided of it; of an own value also what and where it is."""

    row: Compared
    decision: str
    own_value: str = ""
    own_place: str = ""
    own_wording: str = ""

    @property
    def keeps(self) -> bool:
        """Whether anything is said of it in the end."""
        return self.decision != Decision.NEITHER

    @property
    def wanted(self) -> Said:
        """What was decided to be said, where it is one of the two."""
        return self.row.second if self.decision == Decision.SECOND else self.row.said


def second_names(first: list[Read], second: list[Read], first_content: Node) -> dict[str, str]:
    """What the second reading's records are called in the result: as in the first where they are the same, else by a
    name that the first does not use."""
    pairs = aligned(first, second)
    names = {other.name: one.name for one, other in pairs if one and other}
    last = defaultdict(int)
    for name in naming.names_of(first_content):
        kind, _, number = name.partition("-")
        last[kind] = max(last[kind], int(number))
    for one, other in pairs:
        if one is None and other.kind != "silence":
            kind = other.name.partition("-")[0]
            last[kind] += 1
            names[other.name] = f"{kind}-{last[kind]:05d}"
    return names


def merge(first: Node, second: Node, reads: tuple[list[Read], list[Read]], decided: list[Decided]) -> Node:
    """The adjudicated bundle. `first` and `second` are the contents of the two readings as they were handed in."""
    names = second_names(*reads, first)
    result, theirs = naming.renamed(first, {}), naming.renamed(second, _whole(names, second))
    ours = {node[kind]: (kind, node, within) for kind, node, within in naming.records_of(result)}
    others = {node[kind]: (kind, node, within) for kind, node, within in naming.records_of(theirs)}
    by_record = defaultdict(list)
    for one in decided:
        record = one.row.first_record or one.row.second_record
        by_record[record.name if one.row.first_record else names.get(record.name, record.name)].append(one)
    for name, rows in by_record.items():
        record = rows[0].row.record
        if record.kind == "silence":
            _silence(rows[0], record, result, names)
        elif name in ours and name in others:
            _pair(ours[name][1], others[name][1], rows, record.kind)
        elif name in ours:
            if any(row.keeps for row in rows):
                _own_values(ours[name][1], rows, record.kind)
            else:
                ours[name][2].remove(ours[name][1])
        elif any(row.keeps for row in rows):
            _take_over(name, others, ours, result)
            _own_values(others[name][1], rows, record.kind)
        else:
            others[name][2].remove(others[name][1])
    return result


def _whole(names: dict[str, str], second: Node) -> dict[str, str]:
    """The names of all records of the second reading; a silence has none in the comparison, and keeps its own."""
    return {name: names.get(name, name) for name in naming.names_of(second)}


def _pair(node: Node, other: Node, rows: list[Decided], kind: str):
    """Two records that are the same: each fact as it was decided."""
    takes_second = True
    for row in rows:
        said = row.row.said
        if row.row.verdict == Verdict.MATCHED:
            continue
        if row.row.verdict == Verdict.ELSEWHERE:
            if said.field and kind not in UNSTATED:
                _set_places(node, said.field, _both(_places(node, said.field), _places(other, said.field)))
        elif row.decision == Decision.SECOND:
            _copy(other, node, row.row.second.field, kind)
        else:
            takes_second = False
            _own_values(node, [row], kind)
    if takes_second and any(row.decision == Decision.SECOND for row in rows):
        told = {row.row.said.field for row in rows}
        for key in {*node, *other} - OF_THE_RECORD - told - {kind}:
            if key in other:
                node[key] = other[key]
            else:
                del node[key]
    for side in other.get("sides", []):
        if side not in node["sides"]:
            node["sides"].append(side)


def _own_values(node: Node, rows: list[Decided], kind: str):
    """Values that were decided as neither reader has them, or that are left out."""
    for row in rows:
        field = row.row.said.field
        if not field or _key(field) in CHILDREN:
            continue  # to be mended in the text
        if row.decision == Decision.OWN:
            node[_key(field)] = row.own_value
            for name in ("canonical_value", "canonical_unit"):  # of the value that it was
                node.pop(name, None)
            if kind not in UNSTATED:
                _set_places(node, field, [Node({"place": row.own_place, "wording": row.own_wording})])
        elif not row.keeps:
            node.pop(_key(field), None)
            _set_places(node, field, [])


def _key(field: str) -> str:
    return {field: key for key, field in RENAMED.items()}.get(field, field)


def _copy(source: Node, target: Node, field: str, kind: str):
    key = _key(field)
    if key in source:
        target[key] = source[key]
    if kind not in UNSTATED:
        _set_places(target, field, _places(source, field))


def _places(node: Node, field: str) -> list[Node]:
    """Where a record of a bundle has a field from, in order: its own place first, unless another stands instead."""
    given = node.get("places", {}).get(field, [])
    given = given if isinstance(given, list) else [given]
    own = [_own_place(node)] if "place" in node and not any(e.get("instead", "true") == "true" for e in given) else []
    return own + [_of(entry, *(key for key in entry if key != "instead")) for entry in given]


def _own_place(node: Node) -> Node:
    return _of(node, *PROVENANCE)


def _of(node: Node, *keys: str) -> Node:
    return Node({key: node[key] for key in keys if node.get(key)})


def _set_places(node: Node, field: str, wanted: list[Node]):
    """Write a field's places as a fixture does: beside the record's own place, or instead of it."""
    places = node.setdefault("places", Node())
    places.pop(field, None)
    if wanted and "place" in node and wanted[0] == _own_place(node):
        entries = [Node({"instead": "false"} | entry) for entry in wanted[1:]]
    else:
        entries = wanted
    if entries:
        places[field] = entries if len(entries) > 1 else entries[0]
    if not places:
        del node["places"]


def _both(ours: list[Node], theirs: list[Node]) -> list[Node]:
    known = {entry["place"] for entry in ours}
    return ours + [entry for entry in theirs if entry["place"] not in known]


def _take_over(name: str, others: dict, ours: dict, result: Node):
    """Put a record that the second reading alone has where it belongs: below its report or regimen, or beside them."""
    kind, node, _ = others[name]
    holder = next(
        (h for h, (_, n, _) in others.items() if any(node is e for k in ("records", "agents") for e in n.get(k, []))),
        None,
    )
    if holder is None:
        result["records"].append(node)
    elif holder in ours:
        within = ours[holder][1].setdefault("agents" if kind == "agent" else "records", [])
        if not any(node is entry for entry in within):
            within.append(node)
    ours[name] = (kind, node, result["records"])


def _silence(row: Decided, record: Read, result: Node, names: dict[str, str]):
    """A topic into a recorded silence, or out of it."""
    topic = record.fields["topic"]
    report = names.get(record.fields["report"], record.fields["report"])
    course = names.get(record.fields["course"], record.fields["course"])
    rows = next((n.get("records", []) for k, n, _ in naming.records_of(result) if k == "report" and n[k] == report), [])
    silences = [n for n in rows if "coverage" in n and n.get("course", "") == course]
    wanted = row.wanted.value if row.keeps else ""
    wanted = row.own_value if row.decision == Decision.OWN else wanted
    for node in silences:
        has = topic in node["topics"]
        right = node.get("absence", "not_reported") == wanted
        if has and not right:
            node["topics"] = [one for one in node["topics"] if one != topic]
        if has and right:
            wanted = ""
    if wanted:
        fitting = [n for n in silences if n.get("absence", "not_reported") == wanted]
        if fitting:
            fitting[0]["topics"] = [*fitting[0]["topics"], topic]
        else:
            number = max((int(n.partition("-")[2]) for n in naming.names_of(result) if n.startswith("COV-")), default=0)
            made = {"coverage": f"COV-{number + 1:05d}", "absence": wanted, "topics": [topic]}
            made |= {"course": course} if course else {}
            rows.append(Node(made | {"parts_searched": silences[0]["parts_searched"] if silences else ["Text"]}))
    for node in [n for n in silences if not n["topics"]]:
        rows.remove(node)


def unmet(decided: list[Decided], reads: list[Read], names: dict[str, str]) -> list[str]:
    """What the adjudicated bundle says otherwise than was decided, fact by fact, and what nobody decided; `reads` is
    what it says, `names` what it calls the records of the second reading."""
    by_name, problems, expected = {read.name: read for read in reads}, [], set()
    for row in decided:
        record = row.row.record
        name = record.name if row.row.first_record else _name_in_result(record, names)
        told = by_name[name].told() if name in by_name else []
        problem, met = _against(row, told, names)
        expected |= {(name, said.attribute) for said in met}
        if problem:
            problems.append(f"{record.about}, {row.wanted.attribute}: {problem}")
    for read in reads:
        for said in read.facts:
            if (read.name, said.attribute) not in expected:
                problems.append(f"{read.about}, {said.attribute}: nobody decided “{said.text()}”.")
    return problems


def _against(row: Decided, told: list[Said], names: dict[str, str]) -> tuple[str, list[Said]]:
    """What is wrong with a record of the result for one decision, and the facts of it that the decision is about."""
    wanted = row.wanted
    found = [said for said in told if said.attribute == wanted.attribute]
    if row.decision == Decision.OWN:  # its value may be part of its name
        found = [said for said in told if said.field == wanted.field and same_text(said.value, row.own_value)]
    if not row.keeps:
        return (f"it was decided to leave it out, and it still says “{found[0].text()}”." if found else ""), found
    if not found:
        value = row.own_value if row.decision == Decision.OWN else wanted.text()
        return f"“{value}” was decided, and it does not say so.", []
    theirs = {} if wanted is row.row.first else names
    if row.decision != Decision.OWN and wanted.field and not same(found[0], wanted, theirs):
        return f"“{wanted.text()}” was decided, and it says “{found[0].text()}”.", found
    missing = _places_wanted(row) - {place.locator for said in found for place in said.places}
    return (f"it was decided with the place “{min(missing)}”, which it does not give." if missing else ""), found


def _places_wanted(row: Decided) -> set[str]:
    """The places that what was decided must give; records that state no facts have one of their own at most."""
    if row.row.record.kind in UNSTATED or not row.wanted.field:
        return set()
    if row.decision == Decision.OWN:
        return {row.own_place}
    sides = [row.wanted] + ([row.row.second] if row.row.verdict == Verdict.ELSEWHERE else [])
    return {side.places[0].locator for side in sides if side.places}


def _name_in_result(record: Read, names: dict[str, str]) -> str:
    if record.kind != "silence":
        return names.get(record.name, record.name)
    report, course, topic = record.name.split("/")
    return f"{names.get(report, report)}/{names.get(course, course)}/{topic}"
