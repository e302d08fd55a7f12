"""The page of a published table: each printed cell, what the base says for the same thing, and why the two differ."""

from django.http import Http404

from ..ask.tables import published_table
from ..cells.cell import Cell
from .common import page, public_page


@public_page
def table(request, revision, slug, number):
    """A table of a document, rebuilt from the base."""
    document = published_table(slug, number, request.GET)
    if document is None:
        raise Http404
    rows = [_row(row, document) for row in document["rows"]]
    return page(request, revision, "studies/published_table.html", {"table": document, "rows": rows})


def _row(row: dict, table: dict) -> dict:
    """A row with a place for each column; a cell that was not asked for leaves its place empty."""
    cells = {cell["column"]: cell for cell in row["cells"]}
    places = [_cell(cells.get(column["column"]), table["publication"]["slug"]) for column in table["columns"]]
    return row | {"places": places}


def _cell(cell: dict | None, slug: str) -> dict | None:
    if cell is None:
        return None
    place = {"document": slug, "locator": cell["locator"], "as_reported": cell["printed"], "basis": "stated"}
    lost = f"that is {cell['restored']}" if cell["restored"] else ""
    return cell | {
        "prints": Cell(cell["printed"], sources=[place], remark=lost),
        "says": [_told(told) for told in cell["base"]],
    }


def _told(told: dict) -> Cell:
    cell = Cell(**told)
    if cell.doubts:
        cell.page = f"/discrepancies/{cell.doubts[0]['accession']}/"
    return cell
