"""Disease against T-cell source: how many patients the base tells of, and where it tells of none.

The source has two axes, from whom the cells were collected and whose genome they carry, and a column is a pair of them:
donor-derived and recipient cells are never in one cell. A mixed cohort is split where its report splits it by disease.
"""

import textwrap

import altair as alt

from ..ask.charts import Asked, lineage
from ..ask.comparison import title
from ..ask.evidence import counted_once
from ..cells.row import row_cells
from ..models.choices import CollectedFrom, GeneticOrigin
from ..pure.counting import Counted
from ..pure.documents import dumps
from .picture import (
    ACCENT,
    INK,
    LINE,
    PLACES,
    RING,
    SOFT,
    Picture,
    data,
    evidence_link,
    finished,
    layered,
    places,
    wrapped,
)
from .results import response

NAME, TITLE = "evidence-map", "Evidence map: disease by T-cell source"
COLUMNS = [
    "row", "study", "course", "disease", "collected from", "genetic origin", "patients", "response", "response told",
    "retold", *PLACES, "link",
]  # fmt: skip
NOTES = [
    "The area of a circle is the number of patients, each counted once within its cell. Who had two courses from two "
    "sources stands in two cells; the total of the page counts that patient once.",
    "Hatched: of these patients the base knows only what a review retells. An outline around a circle: at most so "
    "many, since cohorts may share patients. A ring: the number is not reported.",
    "n of N are the responders of one cohort; they are not summed, since cohorts may share patients.",
    "“Not in this base” is not “no evidence”: the base is no systematic search.",
]
KINDS = (
    "A row “kind not told” holds those of whom none of the closer kinds below it is told: they may be of any of them. "
    "Each kind has a row of its own; a filter by the disease finds them all."
)
KIND_NOT_TOLD = ", kind not told"
UNSPLIT = "not told by disease"
NAMED, SAID = 3, 20  # cohorts of a cell that stand in it, and in its text
EMPTY = "not in this base"
ELSEWHERE = "not among these courses"
BELOW = "its kinds stand below"
ABOVE = "perhaps in “kind not told”"
# What the words say of cells without a patient, each followed by the cells.
WITHOUT = {
    BELOW: "Told by closer kind, in the rows of the kinds",
    ABOVE: "None told of this kind, perhaps among those whose kind is not told",
    EMPTY: "Not in this base",
}
WIDTH, HEIGHT, LARGEST = 178, 132, 2600  # of a cell at least, and the area of the largest circle, in square dots
CIRCLES, LINES, LINE_HEIGHT = 36, 70, 14  # how far below the top of a cell its circle stands, and its text begins
HATCH = "M-.95,-.3L.3,.95M-.99,.12L-.12,.99M-.8,-.6L.6,.8M-.6,-.8L.8,.6M-.3,-.95L.95,.3M.12,-.99L.99,-.12"


def draw(asked: Asked) -> Picture:
    """One cell per disease and source of the rows asked for."""
    picture = Picture(NAME, TITLE, "Patients told of, by disease and by the source of the T cells.")
    picture.columns, picture.notes, picture.caption = COLUMNS, list(NOTES), list(NOTES)
    leaves = [leaf for row in asked.rows for leaf in _leaves(row, asked.parts)]
    cells: dict[tuple, list[dict]] = {}
    for leaf in leaves:
        cells.setdefault((leaf["disease"], leaf["collected_from"], leaf["genetic_origin"]), []).append(leaf)
    names = _names(leaves, asked.diseases)
    if any(name.endswith(KIND_NOT_TOLD) for name in names.values()):
        picture.notes, picture.caption = [*NOTES, KINDS], [*NOTES, KINDS]
    picture.rows = [
        _table_row(leaf, names) | {"link": evidence_link(asked.query, study=[leaf["study"]])} for leaf in leaves
    ]
    sources = _sources({cell[1:] for cell in (*cells, *asked.in_base)})
    drawn = []
    for code, name in names.items():
        for source, heading in sources.items():
            found = cells.get((code, *source))
            told = _full(found, asked.query) if found else _empty((code, *source), cells, asked)
            drawn.append({"disease": name, "source": heading, **told})
    picture.told = [_said(cell) for cell in drawn if "low" in cell]
    for text, said in WITHOUT.items():
        without = [f"{cell['disease']}, {_source_said(cell)}" for cell in drawn if cell["text"] == text]
        picture.told += [f"{said}: {'; '.join(without)}."] if without else []
    chart = _chart(drawn, list(names.values()), list(sources.values())) if leaves else None
    return finished(picture, chart, asked.beyond(len(asked.rows)))


def _names(leaves: list[dict], diseases: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Code → name of each row, in the order of the tree; one whose kinds have rows says whom it holds itself."""
    found = {leaf["disease"]: leaf["disease_label"] for leaf in leaves}
    order = {code: place for place, code in enumerate(diseases)}
    above = {broader for code in found for broader in lineage(code, diseases)}
    codes = sorted(found, key=lambda code: order.get(code, len(order)))
    return {code: found[code] + KIND_NOT_TOLD * (code in above) for code in codes}


def _leaves(row: dict, parts: dict) -> list[dict]:
    """The row by disease: its subgroups where it holds several diseases, and who is in none of them."""
    told = row["diseases"]
    if len(told) == 1 and told[0]["n"] == row["n_patients"]:
        return [_leaf(row, told[0], row)]
    below = [disease for disease in told if disease["cohort"] != row["cohort"]]
    if not below:
        return [_leaf(row, told[0] if len(told) == 1 else None, row)]
    split = [_leaf(parts.get((row["course"], d["cohort"])) or _part(row, d["cohort"], d["n"]), d, row) for d in below]
    counted = [leaf["n_patients"] for leaf in split]
    rest = (row["n_patients"] or 0) - sum(n or 0 for n in counted)
    if rest > 0 and None not in counted:
        # Not a cohort of the report, but its patients are in the total.
        split.append(_leaf(_part(row, f"{row['cohort']} others", rest), None, row))
    return split


def _part(row: dict, cohort: str, n: int | None) -> dict:
    """Some patients of a row of whom nothing else is told apart from the others."""
    return row | {"cohort": cohort, "above": row["cohort"], "n_patients": n, "response": None, "told_of_subgroups": []}


def _told_of_parts(row: dict) -> bool:
    return any(part["response"] or part["maintained"] for part in row["told_of_subgroups"])


def _leaf(row: dict, disease: dict | None, whole: dict) -> dict:
    """A row as it stands in one cell."""
    answer, told = response(row, row_cells(row))
    responded = row["response"]["responded"] if row["response"] else None
    if responded:
        told = f"responded {responded['n']} of {responded['of']}"
    elif answer == "not reported" and row is not whole and (whole["response"] or _told_of_parts(whole)):
        told = "response not told by disease"
    return row | {
        "disease": disease["code"] if disease else "",
        "disease_label": disease["label"] if disease else UNSPLIT,
        "disease_sources": disease["sources"] if disease else {"n": row["sources"].get("n", [])},
        "answer": answer,
        "told": told,
    }


def _table_row(leaf: dict, names: dict[str, str]) -> dict:
    return {
        "row": leaf["row"],
        "study": leaf["study_name"],
        "course": title(leaf),
        "disease": names[leaf["disease"]],
        "collected from": CollectedFrom(leaf["collected_from"]).label,
        "genetic origin": GeneticOrigin(leaf["genetic_origin"]).label,
        "patients": leaf["n_patients"],
        "response": leaf["answer"],
        "response told": leaf["told"],
        "retold": "yes" if leaf["retold"] else "no",
        **places(leaf["disease_sources"]),
    }


def _sources(found: set[tuple]) -> dict[tuple, str]:
    """(Collected from, genetic origin) → heading, in the order of the vocabulary; a source from which nothing is told
    has a column too."""
    named = {}
    for source in CollectedFrom:
        heading = f"collected from: {source.label}|genetic origin: "
        origins = [origin for origin in GeneticOrigin if (source.value, origin.value) in found]
        named |= {(source.value, origin.value): heading + origin.label for origin in origins}
        if not origins:
            named[source.value, ""] = heading + "any"
    return named


def _full(leaves: list[dict], query: dict) -> dict:
    """What a cell with patients shows: how many, of whom the numbers are retold, and the responders of each cohort."""
    counted, retold = _counted(leaves), _counted([leaf for leaf in leaves if leaf["retold"]])
    lines = [f"{leaf['study_name']}: {leaf['told'].removeprefix('responded ')}" for leaf in leaves]
    more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    beyond = [f"and {len(leaves) - SAID} more cohorts"] if len(leaves) > SAID else []
    first = leaves[0]
    narrowed = {"collected_from": _term(first["collected_from"]), "genetic_origin": _term(first["genetic_origin"])}
    narrowed["study"] = sorted({leaf["study"] for leaf in leaves})
    if first["disease"]:
        narrowed["disease"] = [first["disease"]]
    unreported = len(counted.unreported)
    unknown = f"{unreported} cohort{'' if unreported == 1 else 's'}: n not reported" if unreported else ""
    return {
        "low": counted.low,
        "high": counted.high,
        "retold": min(retold.high, counted.low),
        "text": ", ".join(part for part in (_patients(counted), unknown) if part),
        "label": _patients(counted) or "n not reported",
        "lines": "\n".join(wrapped(line, 27) for line in [unknown, *lines[:NAMED], *more] if line),
        "said": "; ".join([f"{leaf['study_name']}: {leaf['told']}" for leaf in leaves[:SAID]] + beyond),
        "href": evidence_link(query, **narrowed),
    }


def _empty(cell: tuple, cells: dict[tuple, list[dict]], asked: Asked) -> dict:
    """What a cell without patients says: where those of its kinds stand, or those who may be of its kind."""
    code, *source = cell
    kinds = [kind for kind in asked.diseases if code in lineage(kind, asked.diseases)]
    if any((kind, *source) in cells for kind in kinds):
        text = BELOW
    elif any((disease, *source) in asked.in_base for disease in (code, *kinds)):
        text = ELSEWHERE
    elif any((broader, *source) in cells for broader in lineage(code, asked.diseases)):
        text = ABOVE
    else:
        text = EMPTY
    return {"text": text, "lines": "", "said": "", "href": ""}


def _term(code: str) -> list[str]:
    """The values that the filter knows of a source: of a silence both kinds."""
    return ["not_reported", "not_in_text_read"] if code == "not_reported" else [code]


def _counted(leaves: list[dict]) -> Counted:
    """The patients of some rows, each once."""
    columns = [
        (
            leaf["study"], leaf["cohort"], leaf["root_cohort"], leaf["above"], leaf["n_patients"] or 0,
            leaf["n_patients"] is not None, leaf["root_n"] or 0, dumps(leaf["overlaps"]), leaf["course"],
        )
        for leaf in leaves
    ]  # fmt: skip
    return counted_once(columns)[0]


def _patients(counted: Counted) -> str:
    if not counted.high:
        return ""
    number = f"{counted.low}–{counted.high}" if counted.low != counted.high else str(counted.low)
    return f"{number} patient{'' if number == '1' else 's'}"


def _source_said(cell: dict) -> str:
    return cell["source"].replace("|", ", ")


def _lines(name: str) -> str:
    return "|".join(textwrap.wrap(name, 18))


def _said(cell: dict) -> str:
    retold = f" ({cell['retold']} of them only retold)" if cell["retold"] else ""
    return f"{cell['disease']}, {_source_said(cell)}: {cell['text']}{retold}. {cell['said']}."


def _chart(drawn: list[dict], names: list[str], sources: list[str]):
    """One layer for each of what a cell shows, over a grid."""
    largest = max([cell.get("high", 1) for cell in drawn] + [1])
    drawn = [cell | {"spoken": _said(cell) if "low" in cell else ""} for cell in drawn]
    drawn = [cell | {"disease": _lines(cell["disease"])} for cell in drawn]
    diseases, full = [_lines(name) for name in names], [cell for cell in drawn if "low" in cell]
    size = alt.Scale(domain=[0, largest], range=[0, LARGEST])
    heading = alt.Axis(
        orient="top", title=None, labelAngle=0, labelExpr="split(datum.label, '|')", domain=False, ticks=False,
        labelPadding=22, labelColor=INK,
    )  # fmt: skip
    x = alt.X("source:N", sort=sources, scale=alt.Scale(domain=sources, padding=0), axis=heading)
    # In lines, so that on a phone the first column stands beside its name.
    side = alt.Axis(title=None, domain=False, ticks=False, labelPadding=10, labelExpr="split(datum.label, '|')")
    y = alt.Y("disease:N", sort=diseases, scale=alt.Scale(domain=diseases, padding=0), axis=side)

    def of(rows: list[dict]):
        return alt.Chart(data(rows)).encode(x=x, y=y)

    linked, told = of(full).encode(href="href:N", description="spoken:N"), of(full)

    def circle(count: str):
        return (linked if count == "low" else told).encode(size=alt.Size(f"{count}:Q", scale=size, legend=None))

    most = max([len(cell["lines"].split("\n")) for cell in full], default=0)
    height = max(HEIGHT, LINES + LINE_HEIGHT * most + 8)
    top = CIRCLES - height / 2
    up = {"yOffset": top, "xOffset": -36}
    layers = [
        of(drawn).mark_rect(fillOpacity=0, stroke=LINE, strokeWidth=1),
        circle("low").mark_point(filled=True, shape="circle", color=ACCENT, opacity=1, **up),
        circle("high").mark_point(filled=False, shape="circle", color=ACCENT, opacity=1, strokeWidth=1.5, **up),
        circle("retold").mark_point(filled=False, shape=HATCH, color="white", opacity=1, strokeWidth=1.6, **up),
        told.transform_filter("datum.high == 0").mark_point(
            filled=True, shape=RING, size=160, color=SOFT, opacity=1, **up
        ),
        linked.mark_text(align="left", dy=top, dx=-4, fontWeight="bold").encode(text="label:N"),
        told.mark_text(baseline="top", dy=LINES - height / 2, lineBreak="\n", fontSize=11).encode(text="lines:N"),
        of([cell for cell in drawn if "low" not in cell])
        .mark_text(color=SOFT, fontStyle="italic")
        .encode(text="text:N"),
    ]
    return layered(*layers, width={"step": WIDTH}, height={"step": height})
