"""Tables of a document rebuilt: each printed cell beside what the base says, and why the two differ where they do."""

from dataclasses import asdict
from itertools import groupby

from ..cells.published_table import Row, generated, is_in_base
from ..models.choices import Difference
from ..pure.printed import prints_a_mark, restored, same, same_numbers
from .checks import Problem
from .compose import Published, silence, subject_name, summary


def tables_of(publication: dict, published: Published) -> list[dict]:
    """The tables of a published document, with every printed cell of its published reports."""
    if not publication.get("tables"):  # nor has a form that an older version took
        return []
    reports = [
        report | {"silence": silence(publication)}
        for report in published.reports(publication__slug=publication["slug"])
        if report.get("table_cells")
    ]
    named = {cell["discrepancy"] for report in reports for cell in report["table_cells"] if cell["discrepancy"]}
    discrepancies = {form["accession"]: summary(form) for form in published.discrepancies(pk__in=named)}
    return [_table(table, published, reports, discrepancies) for table in publication["tables"]]


def _table(table: dict, published: Published, reports: list[dict], discrepancies: dict) -> dict:
    order = [column["column"] for column in table["columns"]]
    rows = []
    for report in reports:
        mine = [cell for cell in report["table_cells"] if cell["table"] == table["accession"]]
        mine.sort(key=lambda cell: (cell["row"], order.index(cell["column"])))
        own = published.publication(report["study"]) if report["study"] else None
        for number, cells in groupby(mine, key=lambda cell: cell["row"]):
            rows.append(
                {
                    "row": number,
                    "report": report["accession"],
                    "study": report["study"],
                    "registration": report["registration"],
                    "name": subject_name(report, published),
                    "cells": [_cell(cell, Row(report, own), discrepancies) for cell in cells],
                }
            )
    rows.sort(key=lambda row: row["row"])
    differing = sum(cell["differs"] for row in rows for cell in row["cells"])
    count = sum(len(row["cells"]) for row in rows)
    return table | {"rows": rows, "counts": {"cells": count, "same": count - differing, "differ": differing}}


def _cell(cell: dict, row: Row, discrepancies: dict) -> dict:
    told = generated(cell["column"], row)
    shown = ("accession", "column", "locator", "note", "difference", "reason", "labels")
    return {name: cell[name] for name in shown} | {
        "printed": cell["as_reported"],
        "base": [{name: value for name, value in asdict(one).items() if value} for one in told],
        "in_base": is_in_base(told),
        "differs": not same(cell["as_reported"], [one.text for one in told]),
        "discrepancy": discrepancies.get(cell["discrepancy"]),
    }


def problems_of_tables(publication: dict, published: Published) -> list[Problem]:
    """Cells that differ without a reason, reasons without a difference, and rows that are not whole."""
    return [problem for table in tables_of(publication, published) for problem in _problems(table)]


def _problems(table: dict):
    columns = {column["column"]: column["heading"] for column in table["columns"]}
    for row in table["rows"]:
        for missing in columns.keys() - {cell["column"] for cell in row["cells"]}:
            rule = f"Row {row['row']} of Table {table['number']} has no cell under “{columns[missing]}”."
            yield Problem(row["report"], "table_cells", rule)
        for cell in row["cells"]:
            rule = _rule_broken(cell)
            if rule:
                yield Problem(cell["accession"], "difference", f"{cell['locator']}: {rule}")


def _rule_broken(cell: dict) -> str:
    """What is wrong with the reason of a cell; nothing where it fits what was computed."""
    texts = [one["text"] for one in cell["base"]]
    said = f"it prints “{cell['printed']}”, the base says “{'; '.join(texts)}”"
    if cell["differs"] and not cell["difference"]:
        return f"{said}; a cell that differs needs its reason."
    if cell["difference"] and not cell["differs"]:
        return f"{said}, which is the same; it has no reason to differ."
    if (cell["difference"] == Difference.NOT_IN_BASE) == cell["in_base"] and cell["differs"]:
        return f"{said}; “{Difference.NOT_IN_BASE.label}” is the reason if, and only if, the base holds nothing."
    if cell["difference"] == Difference.MARK and not prints_a_mark(cell["printed"]):
        return f"{said}; it prints no mark, so that is not its reason."
    if cell["difference"] == Difference.FLATTENED and not same_numbers(restored(cell["printed"]), texts):
        return f"{said}; with its superscripts it would still not be the same numbers."
    if cell["difference"] == Difference.DISCREPANCY and not cell["discrepancy"]:
        return "the discrepancy that is its reason is not published."
    return ""
