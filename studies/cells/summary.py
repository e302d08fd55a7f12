"""A study in one paragraph, made of the cells that its page shows: nothing is said here that has no place there."""

import re
from dataclasses import dataclass, field, replace

from .cell import SILENCE, SILENT, Cell, lowered

AGED = re.compile(r"(\d+) (year|month)s?")
NOUNS = {("male", True): "man", ("female", True): "woman", ("male", False): "boy", ("female", False): "girl"}
GROUPS = {"children": "child", "adults": "adult"}
GROWN_UP = 18
AT_INFUSION = "Disease at infusion"
DEATH = "Death"
SAY_THEMSELVES = ("MRD", "Relapse", "Antigen at relapse", DEATH)  # “MRD-negative” needs no “MRD:”
OF_ONE = re.compile(r"1 of 1(?!\d)(, )?")


@dataclass
class Step:
    """A transplant or a CAR-T course and what followed it, as labelled cells."""

    name: str
    is_course: bool = False
    given: list[Cell] = field(default_factory=list)
    results: list[Cell] = field(default_factory=list)
    toxicities: list[Cell] = field(default_factory=list)

    @property
    def cells(self) -> list[Cell]:
        return [*self.given, *self.results, *self.toxicities]


@dataclass
class Glance:
    """The answer first: who the patients were, what was done in its order, and what is told of the time after."""

    who: list[Cell]
    earlier: list[Cell]
    between: list[Cell]
    steps: list[Step]
    later: list[Cell]

    @property
    def cells(self) -> list[Cell]:
        """All cells, those of the CAR-T courses before those of the transplants."""
        steps = sorted(self.steps, key=lambda step: not step.is_course)
        return [*self.who, *self.earlier, *self.between, *(cell for step in steps for cell in step.cells), *self.later]


def summary(glance: Glance) -> list[str]:
    """Sentences: the patients and what they had been treated with; each transplant and course in its order, what was
    given, what followed and what of it is not told; then the time after."""
    sentences = [_patients(glance.who), *(_earlier(cell) for cell in glance.earlier if cell.state != SILENT)]
    # Whatever a patient died of and after what, it is the last that is told.
    last = [cell for cell in glance.steps[-1].results if cell.label == DEATH] if glance.steps else []
    between = [_sentence("", glance.between)]
    for step in glance.steps:
        shown = replace(step, results=[cell for cell in step.results if cell not in last])
        sentences += _course(shown) if step.is_course else [_transplant(shown), *between]
        between = between if step.is_course else []
    told = [cell for cell in glance.later if cell.state != SILENT]
    sentences += [_sentence("", told), _sentence("", last)]
    sentences += _silences("", [cell for cell in glance.later if cell.state == SILENT])
    return [sentence for sentence in sentences if sentence]


def _patients(cells: list[Cell]) -> str:
    """“A 27-year-old man with B-ALL.” or “10 patients: CLL 4, lymphoma 6.”"""
    told = {cell.label: cell.text for cell in cells if cell.state != SILENT}
    if not told:
        return ""
    when = next((f" (age {cell.remark})" for cell in cells if cell.label == "Age" and cell.remark), "")
    disease = f" with {lowered(told['Disease'])}" if "Disease" in told else ""
    status = ", ".join(lowered(_with_remark(cell)) for cell in cells if cell.label == AT_INFUSION)
    status = f"; at infusion: {status}" if status else ""
    if told.get("Patients") == "1":
        return f"{_person(told.get('Age', ''), told.get('Sex', ''))}{when}{disease}{status}."
    who = f"{told['Patients']} patients" if "Patients" in told else "An unknown number of patients"
    parts = [told[name] for name in ("Age", "Sex") if name in told]
    parts += _by_disease(cells)
    return f"{who}{disease}{': ' if parts else ''}{', '.join(parts)}{when}{status}."


def _earlier(cell: Cell) -> str:
    """“Treated before the CAR-T cells with VICLP; imatinib.”"""
    whose = cell.label.partition(" of ")[2]
    return f"Treated before the CAR-T cells{f' ({whose})' if whose else ''} with {_with_remark(cell)}."


def _by_disease(cells: list[Cell]) -> list[str]:
    """“CLL 4”, “lymphoma 6 (DLBCL 2, MCL 4)” from “of these, CLL”, “of these, lymphoma”, “of lymphoma, DLBCL” …"""
    within: dict[str, list[tuple[str, str]]] = {}
    for cell in cells:
        whole, _, name = cell.label.removeprefix("of ").partition(", ")
        if cell.label.startswith("of ") and cell.state != SILENT:
            within.setdefault(whole, []).append((name, cell.text))

    def said(whole: str) -> list[str]:
        return [
            f"{name} {n}{' (' + ', '.join(said(name)) + ')' if name in within else ''}"
            for name, n in within.get(whole, [])
        ]

    return said("these")


def _person(age: str, sex: str) -> str:
    aged = AGED.fullmatch(age)
    grown_up = bool(aged) and aged[2] == "year" and int(aged[1]) >= GROWN_UP
    noun = NOUNS.get((sex, grown_up)) if aged else GROUPS.get(age)
    noun = noun or {"male": "male patient", "female": "female patient"}.get(sex, "patient")
    if not aged:
        return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"
    article = "An" if aged[1].startswith("8") or aged[1] in ("11", "18") else "A"
    return f"{article} {aged[1]}-{aged[2]}-old {noun}"


def _transplant(step: Step) -> str:
    """“Cord blood transplant; then molecular relapse.”"""
    followed = _joined([cell for cell in step.cells if cell.state != SILENT])
    return f"{step.name[:1].upper()}{step.name[1:]}{'; then ' if followed else ''}{followed}."


def _course(step: Step) -> list[str]:
    """What was given in one sentence, then the results, the toxicities, and what is not told of them."""
    said = [phrase for cell in step.given if cell.state != SILENT and (phrase := _given(cell))]
    silences = [cell for cell in step.cells if cell.state == SILENT]
    of_it = " of this course" if step.name != "CAR-T cells" else " of the cells and what followed"
    return [
        f"{step.name}{': ' if said else ''}{'; '.join(said)}.",
        _sentence("", [cell for cell in step.results if cell.state != SILENT]),
        _sentence("", [cell for cell in step.toxicities if cell.state != SILENT]),
        *_silences(of_it, silences),
    ]


def _given(cell: Cell) -> str:
    """What was given, as a part of a sentence."""
    text = _with_remark(cell)
    if cell.label == "Lymphodepletion":
        return text.replace("none given", "no lymphodepletion") if cell.state != "value" else f"after {text}"
    if cell.label == "T cells collected from":
        return f"T cells collected from {'the ' if cell.text.startswith(('recipient', 'HSCT donor')) else ''}{text}"
    return text.replace(cell.text, f"of {cell.text} origin", 1) if cell.label == "Genetic origin" else text


def _silences(of_what: str, cells: list[Cell]) -> list[str]:
    """“Not reported: dose.” and “Not in what was read: CRS.”, since these are two things."""
    found: dict[str, dict[str, None]] = {}
    for cell in cells:
        kind = next((kind for kind in SILENCE.values() if cell.text.endswith(kind)), "not reported")
        found.setdefault(kind, {})[lowered(cell.label)] = None
    return [f"{kind[:1].upper()}{kind[1:]}{of_what}: {', '.join(labels)}." for kind, labels in found.items()]


def _sentence(opening: str, cells: list[Cell]) -> str:
    text = _joined(cells)
    return f"{opening}{text[:1].upper()}{text[1:]}." if text else ""


def _joined(cells: list[Cell]) -> str:
    """“best response: complete remission 1 of 10, partial remission 1 of 10; CRS: none”; a label stands once."""
    parts, last = [], None
    for cell in cells:
        label, _, what = cell.label.partition(": ")
        told = _with_remark(cell)
        if what:
            told = f"{lowered(what)} {OF_ONE.sub('', told).strip()}".strip()  # of one patient “1 of 1” says no more
        elif (name := label.partition(", ")[0]) in SAY_THEMSELVES:
            site = label.removeprefix(name)
            parts.append(told.replace(cell.text, cell.text + ("" if site[2:] in cell.text else site), 1))
            continue
        if label == last:
            parts[-1] += f", {told}"
        else:
            parts.append(f"{lowered(label)}: {told}" if label else told)
        last = label
    return "; ".join(parts)


def _with_remark(cell: Cell) -> str:
    remark = " · ".join(part for part in (cell.remark.rstrip("."), cell.basis) if part)
    return f"{cell.text} ({remark})" if remark else cell.text
