"""Doses: bounds of their own for each unit and each kind of cell, since none is ever converted into another.

A lost superscript (“1×106”) or a slip of a power of ten falls outside. That a dose has a unit and
is greater than nought the records themselves see to.
"""

from ...models import Report
from ...models.choices import DoseUnit
from ...pure.numbers import people, plain
from .frame import FROM_MEMORY, WARNING, Check, Finding, rows

CAR_T = {
    DoseUnit.PER_KG: (1e4, 1e8, "10⁴ to 10⁸"),
    DoseUnit.PER_M2: (3e5, 4e9, "3 × 10⁵ to 4 × 10⁹"),  # times 30 to 40 kg per m²
    DoseUnit.CELLS: (1e5, 1e10, "10⁵ to 10¹⁰"),  # times 10 to 100 kg
}
GRAFT = {
    DoseUnit.PER_KG: {"tnc": (1e6, 5e9), "cd34": (1e4, 5e7)},
    DoseUnit.PER_M2: {"tnc": (3e7, 2e11), "cd34": (3e5, 2e9)},  # times 30 to 40 kg per m²
    DoseUnit.CELLS: {"tnc": (1e7, 5e11), "cd34": (1e5, 5e9)},  # times 10 to 100 kg
}
# Dose as printed, of one day or one dose; of other drugs and units nothing is said.
AGENTS = {
    ("fludarabine", "mg/m2"): (10, 50),
    ("cyclophosphamide", "mg/m2"): (100, 3000),
    ("cyclophosphamide", "mg/kg"): (10, 60),
    ("cladribine", "mg/m2"): (2, 15),
    ("pentostatin", "mg/m2"): (1, 6),
    ("busulfan", "mg/kg"): (0.5, 4),
    ("melphalan", "mg/m2"): (30, 220),
    ("melphalan", "mg/kg"): (0.5, 6),
    ("thiotepa", "mg/kg"): (1, 15),
}


def _outside(low, high, bounds) -> bool:
    least, most, *_ = bounds
    return low < least or (low if high is None else high) > most


def _range(low, high, unit: str) -> str:
    return " to ".join(dict.fromkeys(plain(n) for n in (low, high) if n is not None)) + f" {unit}"


def _cells(unit: DoseUnit):
    """The check of CAR-T doses in one unit."""

    def find(infusion, dossier, others):
        if _outside(infusion.dose_low, infusion.dose_high, CAR_T[unit]):
            told = _range(infusion.dose_low, infusion.dose_high, infusion.unit)
            yield Finding(infusion.pk, "dose_low", told, f"{told} lies outside {CAR_T[unit][-1]}.")

    return rows("infusions", lambda i: i.dose_low is not None and i.unit == unit), find


def _grafts(dossier) -> list[tuple]:
    """Transplants with the name of each cell dose that is given."""
    return [
        (transplant, name)
        for transplant in dossier.rows["transplants"]
        for name in ("tnc", "cd34")
        if getattr(transplant, f"{name}_dose") is not None
    ]


def _graft_in_bounds(pair, dossier, others):
    transplant, name = pair
    dose, unit = getattr(transplant, f"{name}_dose"), getattr(transplant, f"{name}_unit")
    least, most = GRAFT[unit][name]
    if _outside(dose, None, (least, most)):
        told = f"{plain(dose)} {unit}"
        text = f"{told} lies outside {people(int(least))} to {people(int(most))}."
        yield Finding(transplant.pk, f"{name}_dose", told, text)


def _both(transplant) -> bool:
    doses = (transplant.tnc_dose, transplant.cd34_dose)
    return None not in doses and transplant.tnc_unit == transplant.cd34_unit


def _cd34_are_nucleated(transplant, dossier, others):
    if transplant.cd34_dose > transplant.tnc_dose:
        told = f"{plain(transplant.cd34_dose)} of {plain(transplant.tnc_dose)}"
        text = f"More CD34-positive cells than nucleated cells: {told} {transplant.tnc_unit}."
        yield Finding(transplant.pk, "cd34_dose", told, text)


def _drug(agent) -> tuple[str, str]:
    return agent.name.code, agent.unit.replace("²", "2").replace(" ", "")


def _drug_in_bounds(agent, dossier, others):
    if _outside(agent.dose_low, agent.dose_high, AGENTS[_drug(agent)]):
        told = _range(agent.dose_low, agent.dose_high, agent.unit)
        least, most = AGENTS[_drug(agent)]
        text = f"{agent.name.label} {told} lies outside {least} to {most} {agent.unit}."
        yield Finding(agent.pk, "dose_low", told, text)


AS_PRINTED = "Look at the exponent, the unit and the decimal point in the document; a misprint is a discrepancy."
CHECKS = (
    Check(
        "DC030", WARNING, "CAR-T cells per kg are 10⁴ to 10⁸", AS_PRINTED,
        "infusions in cells/kg", (Report,), *_cells(DoseUnit.PER_KG),
        threshold="The doses of the first four documents lie from 4 × 10⁵ to 10⁷ per kg; a power of ten is left on "
        "either side.",
    ),
    Check(
        "DC031", WARNING, "CAR-T cells per m² are 3 × 10⁵ to 4 × 10⁹", AS_PRINTED,
        "infusions in cells/m²", (Report,), *_cells(DoseUnit.PER_M2),
        threshold=f"The bounds per kg times 30 to 40 kg of body weight per m² of surface. {FROM_MEMORY}",
    ),
    Check(
        "DC032", WARNING, "CAR-T cells of a fixed dose are 10⁵ to 10¹⁰", AS_PRINTED,
        "infusions in cells", (Report,), *_cells(DoseUnit.CELLS),
        threshold=f"The bounds per kg times 10 to 100 kg of body weight. {FROM_MEMORY}",
    ),
    Check(
        "DC033", WARNING, "Cells of a graft are in their own bounds", AS_PRINTED,
        "cell doses of grafts", (Report,), _grafts, _graft_in_bounds,
        threshold="Nucleated cells 10⁶ to 5 × 10⁹, CD34-positive cells 10⁴ to 5 × 10⁷ per kg, cord blood to "
        f"mobilised blood; per m² times 30 to 40 kg, in all times 10 to 100 kg. {FROM_MEMORY}",
    ),
    Check(
        "DC034", WARNING, "CD34-positive cells are nucleated cells",
        "They are no more than the nucleated cells of the same graft.",
        "grafts with both doses in one unit", (Report,), rows("transplants", _both), _cd34_are_nucleated,
    ),
    Check(
        "DC035", WARNING, "A drug is dosed as it usually is", AS_PRINTED,
        "doses of nine drugs and units used before cells and grafts", (Report,),
        rows("agents", lambda a: a.dose_low is not None and _drug(a) in AGENTS), _drug_in_bounds,
        threshold=f"bounds in studies/publishing/datachecks/doses.py. {FROM_MEMORY}",
    ),
)  # fmt: skip
