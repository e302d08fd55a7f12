"""The pages of CAR constructs: what each report tells of its CAR."""

import json

from ..ask import collections, strict
from ..cells.cell import Cell, fact_cell, labelled, silent
from .common import page, public_page
from .records import document_or_404, list_context
from .tray import links_of_studies, tray

PARTS = {
    "product_name": "Product", "targets": "Target", "scfv_origin": "Binder from", "scfv_clone": "Clone",
    "hinge": "Hinge", "transmembrane": "Transmembrane part", "costimulatory_domains": "Costimulation, in order",
    "signalling_domain": "Signalling", "vector": "Vector", "modules": "Added modules",
    "generation_as_reported": "Generation as worded",
}  # fmt: skip


@public_page
def construct_list(request, revision):
    """All constructs, study by study."""
    found = collections.ask("constructs", request.GET, revision, extra={"compare"}, repeatable={"compare"})
    documents = [json.loads(row.document) for row in found.page.rows]
    chosen = tray(request, revision)
    ways = links_of_studies(request, revision, sorted({d["study"] for d in documents}), chosen["names"])
    rows = [
        {"construct": d, "cells": _cells(d, ("targets", "costimulatory_domains", "modules"))}
        | {"compare": ways.get(d["study"], [])}
        for d in documents
    ]
    context = list_context(request, found, rows) | {"tray": chosen}
    return page(request, revision, "studies/construct_list.html", context)


@public_page
def construct(request, revision, slug):
    """One construct with the places of all its parts."""
    strict.check(request.GET, set())
    document = document_or_404("constructs", slug)
    context = {"construct": document, "cells": _cells(document, PARTS)}
    return page(request, revision, "studies/construct.html", context)


def _cells(document: dict, names) -> list[Cell]:
    cells = []
    for name in names:
        value = document[name]
        text = value["label"] if isinstance(value, dict) else document["labels"].get(name) or value
        cell = fact_cell(document, text, name) if text else silent(document["silence"])
        cell.page = f"/studies/{document['study']}/"
        cells.append(labelled(cell, PARTS[name]))
    return cells
