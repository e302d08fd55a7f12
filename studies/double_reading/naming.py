"""The names of records in a bundle: its own, exchanged for accessions of the base and back."""

import re
from collections import defaultdict

from ..fixture_files import Node
from ..loading import KINDS
from ..models import Accession

ACCESSION = re.compile(r"\b[A-Z]{3}-\d{5,}\b")


def records_of(content: Node):
    """(kind, node, the list that it stands in) of every record of a bundle, those below reports and regimens too."""
    waiting = [content["records"]]
    while waiting:
        within = waiting.pop(0)
        for node in within:
            yield next(iter(node)), node, within
            waiting += [node[key] for key in ("records", "agents") if key in node]


def names_of(content: Node) -> dict[str, str]:
    """Own name → kind of every record of a bundle."""
    return {node[kind]: kind for kind, node, _ in records_of(content)}


def fresh(names: dict[str, str], standing: dict[str, str]) -> dict[str, str]:
    """Own name → accession in the base: that of the record which stands there, else the next of its kind."""
    given, wanted = dict(standing), defaultdict(list)
    for name, kind in names.items():
        if name not in given:
            wanted[KINDS[kind].KIND].append(name)
    for kind, waiting in sorted(wanted.items()):
        given |= dict(zip(waiting, (a.id for a in Accession.issue_many(kind, len(waiting))), strict=True))
    return given


def renamed(value, names: dict[str, str]):
    """A copy of a bundle, or of a part of it, in which every text that is a name is exchanged."""
    if isinstance(value, Node):
        copy = Node({key: renamed(part, names) for key, part in value.items()})
        copy.file, copy.line = value.file, value.line
        return copy
    if isinstance(value, list):
        return [renamed(part, names) for part in value]
    return names.get(value, value)


def retold(text: str, names: dict[str, str]) -> str:
    """A sentence with the names in it exchanged."""
    return ACCESSION.sub(lambda match: names.get(match[0], match[0]), text)
