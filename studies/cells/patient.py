"""What the patients of an evidence row were like when the cells were given, as cells."""

from .cell import NONE, SUSPECTED, VALUE, Cell, Silences, all_sources, proportion


def patient_cells(row: dict) -> dict[str, list[Cell]]:
    """The cells of the disease's state, of sites, of the target on the malignant cells and of earlier CAR-T cells."""
    silences = Silences(row["silences"], row["silence"])
    earlier = row["earlier_car_t"]
    if earlier["presence"] is None:
        told = silences.cell("earlier CAR-T cells")
    elif earlier["presence"] == "absent":
        told = Cell("none before", NONE, all_sources(earlier["sources"]))
    else:
        told = Cell("given before", VALUE, all_sources(earlier["sources"]))
    return {
        "disease_status": all_told(row, "disease_status") or [silences.cell("disease_status")],
        "site": all_told(row, "sites") or [silences.cell("site")],
        "antigen": [_told(c) for c in row["antigen"]] or [silences.cell("antigen_expression")],
        "earlier_car_t": [told],
    }


def all_told(row: dict, name: str) -> list[Cell]:
    """What is told of the patients; where nothing is, what is told of parts of them, which the label names."""
    parts = [_told(c, part["label"]) for part in row["told_of_subgroups"] for c in part[name]]
    return [_told(c) for c in row[name]] or parts


def _told(record: dict, whose: str = "") -> Cell:
    """A characteristic with its count and, as remark, when and how it was found."""
    state = {"absent": NONE, "suspected": SUSPECTED}.get(record["presence"], VALUE)
    text = f"no {record['label']}" if state == NONE else record["label"]
    if record["n"] is not None and (record["of"] or 0) != 1:
        text += f" {proportion(record['n'], record['of'])}"
    return Cell(text, state, all_sources(record["sources"]), remark=record["detail"] or "", label=whose)
