"""Evidence rows side by side: what each says of an aspect, and whether they differ in it."""

from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType

from ..models.choices import Basis, OverlapRelation
from .cell import NONE, SILENT, Cell, Silences, all_sources, silent
from .patient import patient_cells
from .row import row_cells

DIFFERS, SAME, UNTOLD = "differs", "the same", "cannot be told"
BESIDE = ("agents", "read_as", "warnings")
BASES = {*Basis.values, *(str(basis.label) for basis in Basis)}
# A response told more closely, and what it is a kind of: a CR of which no MRD is told may be MRD-negative.
CLOSER_RESPONSES = {name: {"CR", "CRi"} for name in ("MRD-neg-CR", "CMR", "CHR")}
NAMED = 2  # discrepancies of a row
WHERE_TOLD = ("elsewhere",)  # no aspect of what no row tells: most patients have no other site to respond at
# A print of three rows or more shows the first lines of these and says how many more there are. What was given is
# printed whole, and what came of it but for toxicities beside CRS, neurotoxicity and GVHD.
SHORTENED = ("status", "agents", "later", "other_toxicities")
NAMES = ("CRS", "neurotoxicity", "GVHD")


@dataclass
class Aspect:
    """What each row says of one thing. `verdict`: they differ, say the same, or a silence keeps one from telling; empty
    for one row alone, and for what is not said of the patients."""

    name: str
    label: str
    told: list[list[Cell]]
    kinds_of: dict[str, set[str]] = field(default_factory=dict)  # label → the broader labels that it is a kind of

    @property
    def shortened(self) -> bool:
        """Whether a print of many rows leaves out lines of it."""
        return self.name in SHORTENED

    @property
    def verdict(self) -> str:
        if self.name in BESIDE or len(self.told) < 2:
            return ""
        verdicts = {self._verdict(one, other) for one, other in combinations(self.told, 2)}
        return next(verdict for verdict in (DIFFERS, UNTOLD, SAME) if verdict in verdicts)

    def _verdict(self, one: list[Cell], other: list[Cell]) -> str:
        """Of two rows. A silence beside a value, or a value told less closely, is no difference."""
        if is_silent(one) or is_silent(other):
            return UNTOLD
        these, those = _said(one), _said(other)
        open_ended = any(cell.state == SILENT for cell in (*one, *other))
        if set(these) == set(those):
            remarks = [(these[name], those[name]) for name in these if these[name] != those[name]]
            if any(here and there for here, there in remarks):
                return DIFFERS
            return UNTOLD if remarks or open_ended else SAME
        if open_ended and (set(these) <= set(those) or set(those) <= set(these)):
            return UNTOLD
        closer = [self._is_closer(mine, yours) for mine in set(these) - set(those) for yours in set(those) - set(these)]
        return UNTOLD if closer and all(closer) else DIFFERS

    def _is_closer(self, one: tuple, other: tuple) -> bool:
        """Whether one says the same less closely: ALL and B-ALL; CR 1 and MRD-neg-CR 1, of the same number."""
        (this, n), (that, m) = _counted(one[1]), _counted(other[1])
        return n == m and (that in self.kinds_of.get(this, ()) or this in self.kinds_of.get(that, ()))


def _counted(text: str) -> tuple[str, str]:
    """“MRD-neg-CR 1” as name and number."""
    name, _, number = text.rpartition(" ")
    return (name, number) if name and number.isdigit() else (text, "")


def compared(rows: list[dict], diseases: dict[str, set[str]] = MappingProxyType({})) -> list[Aspect]:
    """The aspects of some evidence rows, in the order in which a clinician asks. `diseases` says of the label of each
    disease which broader ones it is a kind of."""
    columns, kinds = [(row, row_cells(row)) for row in rows], {"disease": diseases, "response": CLOSER_RESPONSES}
    aspects = [
        Aspect(name, label, [tell(row, cells) for row, cells in columns], kinds.get(name, {}))
        for name, label, tell in ASPECTS
    ]
    return [aspect for aspect in aspects if aspect.name not in WHERE_TOLD or not all(map(is_silent, aspect.told))]


def shared_patients(rows: list[dict], titles: list[str]) -> list[str]:
    """Sentences on rows that show, or may show, the same patients."""
    found = []
    for (one, first), (other, second) in combinations(zip(rows, titles, strict=True), 2):
        if one["cohort"] == other["cohort"]:
            found.append(f"{first} and {second} are courses of the same patients.")
        elif one["root_cohort"] == other["root_cohort"]:
            found.append(f"{first} and {second} are of one cohort: they share patients or may share them.")
        told = [o for o in one["overlaps"] if o["cohort"] in (other["cohort"], other["root_cohort"])]
        found += [f"{first} and {second} may share patients ({OverlapRelation(o['relation']).label})." for o in told]
    return found


def text_of(cells: list[Cell]) -> str:
    """Cells as one line of plain text."""
    return "; ".join(
        " ".join(part for part in (cell.label, cell.text, cell.remark, cell.basis) if part) for cell in cells
    )


def _said(cells: list[Cell]) -> dict[tuple, str]:
    """(Label, text) → remark of what is told; on what a value rests, and of whom it is told, makes no other value."""
    return {(c.label, c.text): " · ".join(_remarks(c)) for c in cells if c.state != SILENT}


def _remarks(cell: Cell) -> list[str]:
    parts = cell.remark.split(" · ") if cell.remark else []
    return [part for part in parts if part not in BASES and not part.startswith(("of all ", "of the whole"))]


def is_silent(cells: list[Cell]) -> bool:
    """Whether nothing is told."""
    return all(cell.state == SILENT for cell in cells)


def _order(row: dict, cells: dict) -> list[Cell]:
    """The order in words, with the places that say what came before what."""
    sources = [
        source
        for transplant in row["transplants"]
        for source in all_sources((transplant["interval"] or transplant)["sources"], "infusion_is", "kind")
    ]
    path = cells["path"]
    text = path[0]["text"] if path else ""
    for step in path[1:]:
        text += (" → " if step["placed"] else ", order not reported: ") + step["text"]
    return [Cell(text, sources=sources)]


def _responses(row: dict, cells: dict) -> list[Cell]:
    told = list(cells["responses"])
    if told:  # the patients they are of stand once, behind the last
        of = f"of {cells['bar']['of']}"
        told[-1] = replace(told[-1], remark=f"{of} · {told[-1].remark}" if told[-1].remark else of)
    return [*told, *cells["subgroups"]] or [cells["silence"]]


def _at_infusion(row: dict, cells: dict) -> list[Cell]:
    patient = patient_cells(row)
    sites = [cell for cell in patient["site"] if cell.state not in (NONE, SILENT)]
    return [*patient["disease_status"], *sites]


def _agents(row: dict, cells: dict) -> list[Cell]:
    """The doses of the drugs; where none was given there is none to tell."""
    given = row["lymphodepletion"] and row["lymphodepletion"]["given"]
    silences = Silences(row["silences"], row["silence"])
    return cells["agents"] or [silent("not_applicable") if given == "none" else silences.cell("lymphodepletion")]


def _read_as(row: dict, cells: dict) -> list[Cell]:
    publication = row["publication"]
    read = f"{publication['labels']['kind']}, {', '.join(publication['labels']['read_as'])} read"
    named = f"{publication['citation']}{' doi:' + publication['doi'] if publication['doi'] else ''}"
    return [Cell(f"retold by {publication['name']}" if row["retold"] else read), Cell(named)]


def _doubts(row: dict, cells: dict) -> list[Cell]:
    graves = [d["title"] for d in row["discrepancies"] if d["severity"] == "misleads"]
    more = [Cell(f"and {len(graves) - NAMED} more on its page")] if len(graves) > NAMED else []
    return [Cell(title) for title in graves[:NAMED]] + more or [Cell("none that can mislead treatment")]


def _toxicity(kind: str):
    """The cells of a kind of toxicity, under a heading that says its name already."""
    return lambda row, cells: [replace(cell, label="" if cell.label in NAMES else cell.label) for cell in cells[kind]]


def _part(name: str, topic: str = ""):
    """The cells of a part; where it is empty, the silence about a topic."""
    return lambda row, cells: cells[name] or [Silences(row["silences"], row["silence"]).cell(topic)]


ASPECTS = [
    ("patients", "Patients", _part("n")),
    ("disease", "Disease", _part("diseases")),
    ("patient", "Age and sex", _part("patient", "age")),
    ("status", "Disease at infusion, and where", _at_infusion),
    ("earlier", "Other treatment before CAR-T", _part("earlier", "prior_therapy")),
    ("order", "Order of transplant and CAR-T cells", _order),
    ("interval", "Time between transplant and infusion", _part("intervals")),
    ("collected_from", "T cells collected from", lambda row, cells: cells["cells"][:1]),
    ("genetic_origin", "Genetic origin", lambda row, cells: cells["cells"][1:]),
    ("construct", "Construct", _part("construct")),
    ("lymphodepletion", "Lymphodepletion", _part("lymphodepletion")),
    ("agents", "Doses of its drugs, as printed", _agents),
    ("dose", "Dose", _part("doses")),
    ("response", "Best response", _responses),
    ("elsewhere", "Response at another site", _part("elsewhere", "response")),
    ("course", "MRD, relapse and after", _part("counted", "relapse")),
    ("duration", "Duration and follow-up", _part("durations", "follow_up")),
    ("later", "Treatment after CAR-T", _part("later", "later_therapy")),
    ("crs", "CRS", _toxicity("crs")),
    ("icans", "Neurotoxicity", _toxicity("icans")),
    ("gvhd", "GVHD after CAR-T", _toxicity("gvhd")),
    ("other_toxicities", "Other toxicity", _part("others")),
    ("read_as", "How it was read", _read_as),
    ("warnings", "Discrepancies that can mislead", _doubts),
]
