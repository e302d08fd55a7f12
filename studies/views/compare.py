"""Two to six evidence rows side by side."""

import csv
import io

from django.http import HttpResponse

from ..ask import comparison, strict
from ..cells.comparison import compared, shared_patients, text_of
from ..pure.numbers import in_words
from ..pure.spreadsheets import harmless
from .common import page, public_page, site


@public_page
def compare(request, revision):
    """The comparison that the address names, as a page or as a table for a spreadsheet."""
    strict.check(request.GET, {"row", "format"}, repeatable={"row"})
    form = strict.one_of(request.GET, "format", ("html", "csv"), "html")
    names = comparison.chosen(request.GET, "row")
    rows, missing = comparison.rows(names)
    aspects = compared(rows, comparison.kinds_of(revision))
    shared = shared_patients(rows, [comparison.title(row) for row in rows])
    if form == "csv":
        return _csv(request, revision, rows, missing, aspects, shared)
    context = {
        "columns": [{"row": row, "title": comparison.title(row), "without": _address(rows, row)} for row in rows],
        "aspects": aspects,
        "missing": missing,
        "shared": shared,
        "differing": sum(aspect.verdict == "differs" for aspect in aspects),
        "comparable": sum(bool(aspect.verdict) for aspect in aspects),
        "add_link": _query("compare", [row["row"] for row in rows]),
        "same_link": _query("row", [row["row"] for row in rows]),
        "room": len(rows) < comparison.MOST,
    }
    return page(request, revision, "studies/compare.html", context)


def _query(parameter: str, names: list[str]) -> str:
    return "?" + "&".join(f"{parameter}={name}" for name in names)


def _address(rows: list[dict], left_out: dict) -> str:
    return _query("row", [row["row"] for row in rows if row is not left_out])


def _csv(request, revision: int, rows: list[dict], missing: list[str], aspects, shared: list[str]) -> HttpResponse:
    """One line per aspect, one column per row; below it what may be counted twice, what the base is and is not, and the
    place of every value."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(["", *(comparison.title(row) for row in rows), "verdict"])
    write(["row", *(row["row"] for row in rows), ""])
    for aspect in aspects:
        write([aspect.label, *(harmless(text_of(cells)) for cells in aspect.told), aspect.verdict])
    for name in missing:
        write(["not public", name])
    for sentence in shared:
        write(["shared patients", sentence])
    n = site(revision)["documents_read"]
    write(["CARTographer", f"revision {revision}", request.build_absolute_uri()])
    read = f"{in_words(n)} documents read, not a systematic search."
    write([f"{read} Evidence, not advice: it does not recommend treatment."])
    write([])
    write(["aspect", "row", "value", "document", "place", "wording", "facts", "discrepancies"])
    for aspect in aspects:
        for row, cells in zip(rows, aspect.told, strict=True):
            for cell in cells:
                for source in cell.sources:
                    wording = [cell.text, source["document"], source["locator"], source["as_reported"]]
                    doubts = " ".join(doubt["accession"] for doubt in cell.doubts)
                    told = [*(harmless(text) for text in wording), " ".join(source["facts"]), doubts]
                    write([aspect.label, row["row"], *told])
    # A spreadsheet takes a file without the mark for another encoding.
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comparison.csv"'
    return response
