"""The tables of documents, rebuilt: one table by its document and number, whole or only where it differs."""

import json

from django.http import QueryDict

from . import strict
from .collections import record

CELLS = ("all", "differing")


def published_table(slug: str, number: int, query: QueryDict) -> dict | None:
    """A table of a public document with the document's slug and name, or None. `cells=differing` leaves out the cells
    that say the same; the counts are those of the whole table. Raises BadQuery."""
    strict.check(query, {"cells"})
    cells = strict.one_of(query, "cells", CELLS, "all")
    text = record("publications", slug)
    document = json.loads(text) if text else {"tables": []}
    table = next((table for table in document["tables"] if table["number"] == number), None)
    if table is None:
        return None
    if cells == "differing":
        for row in table["rows"]:
            row["cells"] = [cell for cell in row["cells"] if cell["differs"]]
    named = {"slug": document["slug"], "name": document["name"]}
    return table | {"publication": named, "cells": cells}
