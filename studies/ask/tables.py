"""The tables of documents, rebuilt: one table by its document and number, whole or only where it differs."""

import json

from django.http import QueryDict

from ..models.choices import Difference, TableColumn
from ..pure.printed import restored
from . import strict
from .collections import record

CELLS = ("all", "differing")


def published_table(slug: str, number: int, query: QueryDict) -> dict | None:
    """A table of a public document with the document's slug and name, or None. `cells=differing` leaves out the cells
    that say the same; the counts and reasons are those of the whole table. Raises BadQuery."""
    strict.check(query, {"cells"})
    cells = strict.one_of(query, "cells", CELLS, "all")
    text = record("publications", slug)
    document = json.loads(text) if text else {"tables": []}
    table = next((table for table in document["tables"] if table["number"] == number), None)
    if table is None:
        return None
    reasons = _reasons(table)
    for row in table["rows"]:
        row["cells"] = [cell | {"restored": _restored(cell)} for cell in row["cells"]]
    if cells == "differing":
        for row in table["rows"]:
            row["cells"] = [cell for cell in row["cells"] if cell["differs"]]
    named = {"slug": document["slug"], "name": document["name"]}
    return table | {"publication": named, "cells": cells, "reasons": reasons}


def _reasons(table: dict) -> list[dict]:
    """How many cells differ for each reason: a lost superscript is no disagreement."""
    given = [cell["difference"] for row in table["rows"] for cell in row["cells"] if cell["differs"]]
    return [
        {"difference": reason.value, "label": reason.label, "n": given.count(reason.value)}
        for reason in Difference
        if reason.value in given
    ]


def _restored(cell: dict) -> str:
    """What a dose prints with the superscripts that the text read has lost; empty where it has lost none."""
    whole = restored(cell["printed"]) if cell["column"] == TableColumn.DOSE else ""
    return whole if whole != cell["printed"] else ""
