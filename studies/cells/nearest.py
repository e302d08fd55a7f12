"""One of the rows nearest to a patient: what matches, what differs, what nobody can tell, and what followed."""

from collections.abc import Callable
from dataclasses import replace

from ..ask.nearest import DIFFERS, MATCHES, OPEN, Near, label
from .cell import Cell, Silences, all_sources, judgement
from .comparison import ASPECTS, WHERE_TOLD
from .patient import patient_cells
from .row import row_cells

FOLLOWED = {
    "response": "Best response",
    "elsewhere": "At another site",
    "course": "Then",
    "duration": "For how long",
    "crs": "CRS",
    "icans": "Neurotoxicity",
    "gvhd": "GVHD after CAR-T",
}
# Whether a donor is there was asked; what a row tells is the source, which the patient then has or has not.
FROM = "donor_available"
SOURCE = {
    MATCHES: "Source of cells that this patient has",
    DIFFERS: "Source of cells that this patient has not",
    OPEN: "Source of cells",
}
ASPECT = {name: tell for name, _, tell in ASPECTS}


def near_cells(row: dict, near: Near) -> dict:
    """The cells of a row under `matches`, `differs` and `open`, each with the criterion as label; under `followed` what
    came after the cells, the answer of every row alike."""
    cells = row_cells(row)
    told = patient_cells(row) | {name: tell(row, cells) for name, tell in TOLD.items()}
    found = {MATCHES: [], DIFFERS: [], OPEN: []}
    if near.verdicts.get("antigen") == OPEN and row["antigen"]:
        silences = Silences(row["silences"], row["silence"])
        told["antigen"].append(silences.cell("antigen_expression", "before this course"))
    for name, verdict in near.verdicts.items():
        found[verdict].append(
            {"name": name, "label": SOURCE[verdict] if name == FROM else label(name), "cells": told[name]}
        )
    return {
        "cells": cells,
        "row": row,
        "matches": found[MATCHES],
        "differs": found[DIFFERS],
        "open": found[OPEN],
        "followed": [
            {"label": text, "cells": ASPECT[name](row, cells)}
            for name, text in FOLLOWED.items()
            if name not in WHERE_TOLD or cells[name]
        ],
    }


def _of_transplants(name: str) -> Callable:
    """The grafts or donors of the transplants, in their order."""

    def tell(row: dict, cells: dict) -> list[Cell]:
        silences = Silences(row["silences"], row["silence"])
        several = len(row["transplants"]) > 1
        found = []
        for transplant in row["transplants"]:
            term, which = transplant[name], f"transplant {transplant['order']}" if several else ""
            if term is None or term["code"] == "not_reported":
                found.append(replace(silences.cell(name), remark=which))
            else:
                found.append(Cell(term["label"], sources=all_sources(transplant["sources"], name), remark=which))
        return found or [silences.cell(name)]

    return tell


def _intent(row: dict, cells: dict) -> list[Cell]:
    if row["intent"] == "not_reported":
        return [Silences(row["silences"], row["silence"]).cell("intent")]
    sources = row["course_sources"]
    remark = judgement(sources, "intent")
    return [Cell(row["labels"]["intent"], sources=all_sources(sources, "intent"), remark=remark)]


TOLD = {
    "disease": ASPECT["disease"],
    "order": ASPECT["order"],
    "age_group": ASPECT["patient"],
    "earlier_transplants": ASPECT["order"],
    "donor_available": ASPECT["collected_from"],
    "graft_source": _of_transplants("graft_source"),
    "donor": _of_transplants("donor"),
    "intent": _intent,
}
