"""Measurements: units and values that the analyte can have, and canonical values that follow from the printed ones.

That a percentage lies from 0 to 100, and that a canonical value has a unit, the records themselves refuse.
"""

from collections import defaultdict
from decimal import Decimal

from ...models import Report
from ...pure.numbers import plain
from ...pure.units import same_unit
from .frame import ERROR, FROM_MEMORY, WARNING, Check, Finding, rows

PER_CENT = {"%": (0, 100)}
CELLS = {"109/l": (0, 1000), "103/ul": (0, 1000), "/ul": (0, 1_000_000), "cells/ul": (0, 1_000_000)}
COUNT = CELLS | {"106/l": (0, 1_000_000), "/ml": (0, 1e9), "cells/ml": (0, 1e9)}
SUBSET = COUNT | PER_CENT  # counted, or as a share of the lymphocytes
CYTOKINE = {"pg/ml": (0, 1_000_000), "ng/l": (0, 1_000_000), "ng/ml": (0, 1000)}
FOLD = dict.fromkeys(("fold", "folds", "-fold", "times"), (0, 100_000))
# Analyte → unit → the least and the most that is plausible in it. Of other analytes only that they are not negative.
PLAUSIBLE = {
    "wbc": CELLS,
    "neutrophils": CELLS,
    "lymphocytes": CELLS,
    "platelets": {"109/l": (0, 3000), "103/ul": (0, 3000), "/ul": (0, 3_000_000)},
    "haemoglobin": {"g/l": (20, 250), "g/dl": (2, 25), "mmol/l": (1, 16)},
    "marrow_blasts": PER_CENT,
    "blood_blasts": PER_CENT | CELLS,
    "blasts_flow": PER_CENT,
    "b_cells": SUBSET,
    "t_cells": SUBSET,
    "cd4_cells": SUBSET,
    "cd8_cells": SUBSET,
    "cd34_count": SUBSET,
    "nucleated_cells": COUNT,
    "mrd_flow": PER_CENT,
    "leukaemic_cells": PER_CENT,
    "leukaemic_cells_product": PER_CENT,
    "donor_chimerism": PER_CENT,
    "car_percent": PER_CENT,
    "transduction": PER_CENT,
    "bcr_abl1_is": {"%": (0, 200), "%is": (0, 200)},
    "bcr_abl1": {"%": (0, 1000), "copies": (0, 1e8), "copies/ug": (0, 1e8), "copies/ugrna": (0, 1e8)},
    "car_cells": COUNT,
    "car_copies": {"copies/ug": (0, 10_000_000), "copiesx103/ug": (0, 10_000), "copies/ugdna": (0, 10_000_000)},
    "car_expansion_fold": FOLD,
    "il6_fold": FOLD,
    "cytokines": CYTOKINE,
    "il2": CYTOKINE,
    "il6": CYTOKINE,
    "il10": CYTOKINE,
    "ifn_gamma": CYTOKINE,
    "tnf_alpha": CYTOKINE,
    "sil2ra": CYTOKINE | {"u/ml": (0, 1_000_000), "iu/ml": (0, 1_000_000), "ku/l": (0, 1_000_000)},
    "cmv_dna": {"copies/ml": (0, 1e9), "iu/ml": (0, 1e9), "log10copies/ml": (0, 9), "log10iu/ml": (0, 9)},
    "tumour_volume": {"cm": (0, 50), "mm": (0, 500), "cm3": (0, 20_000), "ml": (0, 20_000), "mm3": (0, 2e7)},
    "pet_uptake": {"": (0, 100), "suv": (0, 100), "suvmax": (0, 100)},
    "crp": {"mg/l": (0, 1000), "mg/dl": (0, 100)},
    "ferritin": {"ng/ml": (0, 1_000_000), "ug/l": (0, 1_000_000)},
    "fibrinogen": {"g/l": (0, 15), "mg/dl": (0, 1500)},
    "bilirubin": {"umol/l": (0, 1000), "mg/dl": (0, 60)},
    "transaminases": {"u/l": (0, 30_000), "iu/l": (0, 30_000)},
    "temperature": {"°c": (30, 44)},
    "igg": {"g/l": (0, 100), "mg/dl": (0, 10_000)},
}
UNKNOWN = ("abnormal_metaphases",)  # counted “of 20 metaphases”
# Printed unit and canonical unit → factor; two spellings of one unit have the factor one.
FACTORS = {
    ("g/dl", "g/l"): 10, ("103/ul", "109/l"): 1, ("ng/l", "pg/ml"): 1, ("ug/l", "ng/ml"): 1,
    ("copiesx103/ug", "copies/ug"): 1000, ("mg/dl", "mg/l"): 10,
}  # fmt: skip


def _told(measurement) -> str:
    values = dict.fromkeys(plain(n) for n in (measurement.value, measurement.value_high) if n is not None)
    return f"{' to '.join(values)} {measurement.unit}".strip()


def _is_known(measurement) -> bool:
    return measurement.value is not None and measurement.analyte.code in PLAUSIBLE


def _has_known_unit(measurement) -> bool:
    return _is_known(measurement) and same_unit(measurement.unit) in PLAUSIBLE[measurement.analyte.code]


def _is_implausible(measurement) -> bool:
    least, most = PLAUSIBLE[measurement.analyte.code][same_unit(measurement.unit)]
    high = measurement.value if measurement.value_high is None else measurement.value_high
    return measurement.value < least or high > most


def _unit_is_of_the_analyte(measurement, dossier, others):
    if not _has_known_unit(measurement):
        units = ", ".join(PLAUSIBLE[measurement.analyte.code])
        text = f"{measurement.analyte.label} in “{measurement.unit}”: known for it are {units}."
        yield Finding(measurement.pk, "unit", measurement.unit or "no unit", text)


def _value_is_plausible(measurement, dossier, others):
    if _is_implausible(measurement):
        least, most = PLAUSIBLE[measurement.analyte.code][same_unit(measurement.unit)]
        text = f"{measurement.analyte.label} {_told(measurement)} lies outside {least} to {most}."
        yield Finding(measurement.pk, "value", _told(measurement), text)


def _doubt_has_no_canonical_value(measurement, dossier, others):
    if not _has_known_unit(measurement) or _is_implausible(measurement):
        text = f"{_told(measurement)} is in doubt, yet has the canonical value {plain(measurement.canonical_value)}."
        yield Finding(measurement.pk, "canonical_value", _told(measurement), text)


def _factor(measurement) -> int | None:
    """What the printed value is multiplied by to be the canonical one; None where that is not known."""
    pair = (same_unit(measurement.unit), same_unit(measurement.canonical_unit))
    return 1 if pair[0] == pair[1] else FACTORS.get(pair)


def _canonical_value_follows(measurement, dossier, others):
    expected = measurement.value * Decimal(_factor(measurement))
    if measurement.canonical_value != expected:
        told = f"{plain(measurement.canonical_value)} {measurement.canonical_unit}"
        text = f"{_told(measurement)} is {plain(expected)} {measurement.canonical_unit}, not {told}."
        yield Finding(measurement.pk, "canonical_value", told, text)


def _series(dossier) -> list[list]:
    """The values of one analyte of one cohort, where there are several."""
    by_analyte = {}
    for measurement in dossier.rows["measurements"]:
        if _is_known(measurement):
            by_analyte.setdefault((measurement.cohort_id, measurement.analyte.code), []).append(measurement)
    return [series for series in by_analyte.values() if len(series) > 1]


def _one_unit(series, dossier, others):
    """The first value that is printed in another unit than the first of all stands for the rest."""
    first = series[0]
    for other in series:
        if same_unit(other.unit) != same_unit(first.unit):
            text = f"{first.analyte.label} in “{other.unit}” here and in “{first.unit}” elsewhere."
            yield Finding(other.pk, "value", f"{other.unit}, {first.unit}", text)
            return


def _is_not_negative(measurement, dossier, others):
    if measurement.value < 0:
        text = f"{measurement.analyte.label} {_told(measurement)} is negative."
        yield Finding(measurement.pk, "value", _told(measurement), text)


def _is_no_logarithm(measurement) -> bool:
    return measurement.value is not None and not same_unit(measurement.unit).startswith("log")


def _entered_alike(dossier) -> list[list]:
    """Values of one analyte in one specimen by one method, of the same patients at the same time."""
    groups = defaultdict(list)
    for m in dossier.rows["measurements"]:
        what = (m.cohort_id, m.follows, m.analyte_id, m.specimen_id, m.method_id, m.statistic)
        groups[what, (m.date, m.moment, m.time_low, m.time_high, m.time_unit, m.time_from)].append(m)
    return [group for group in groups.values() if len(group) > 1]


def _is_entered_once(group, dossier, others):
    first, *again = group
    for measurement in again:
        text = f"{first.pk} tells of {first.analyte.label} of the same patients at the same time."
        yield Finding(measurement.pk, "", first.pk, text, pair=True)


CHECKS = (
    Check(
        "DC040", WARNING, "The unit is one of the analyte's",
        "The unit exactly as printed; one that cannot be right is a discrepancy, and the canonical value stays empty.",
        "values of analytes with known units", (Report,), rows("measurements", _is_known), _unit_is_of_the_analyte,
        threshold="units in studies/publishing/datachecks/units.py: all analytes of the vocabulary but "
        f"{', '.join(UNKNOWN)}.",
    ),
    Check(
        "DC041", WARNING, "The value is plausible for the analyte in its unit",
        "The value exactly as printed; one that cannot be right is a discrepancy, and the canonical value stays empty.",
        "values of analytes in a known unit", (Report,), rows("measurements", _has_known_unit), _value_is_plausible,
        threshold=f"bounds in studies/publishing/datachecks/units.py. {FROM_MEMORY}",
    ),
    Check(
        "DC042", WARNING, "What is in doubt has no canonical value",
        "Leave the canonical value and its unit empty.",
        "canonical values of analytes with known units", (Report,),
        rows("measurements", lambda m: _is_known(m) and m.canonical_value is not None), _doubt_has_no_canonical_value,
        threshold="As DC040 and DC041.",
    ),
    Check(
        "DC043", ERROR, "A canonical value follows from the printed one",
        "The printed value times the factor between the two units.",
        "canonical values whose factor is known", (Report,),
        rows("measurements", lambda m: m.canonical_value is not None and _factor(m) is not None),
        _canonical_value_follows,
        threshold="Decimal factors between units of the same quantity, by definition.",
    ),
    Check(
        "DC044", WARNING, "One analyte of one cohort has one unit",
        "Two units in one table are often a misprint of one: say which, or that they are two quantities.",
        "analytes with several values", (Report,), _series, _one_unit,
    ),
    Check(
        "DC045", WARNING, "A measurement is not negative",
        "The value exactly as printed; one that cannot be right is a discrepancy.",
        "values, but for logarithms", (Report,), rows("measurements", _is_no_logarithm), _is_not_negative,
    ),
    Check(
        "DC046", WARNING, "A measurement is entered once",
        "One of the two; or what tells them apart: specimen, method, statistic, day or the moment as worded.",
        "measurements of one analyte, of the same patients at the same time", (Report,), _entered_alike,
        _is_entered_once,
    ),
)  # fmt: skip
