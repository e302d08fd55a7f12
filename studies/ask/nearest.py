"""A patient like mine: the evidence rows nearest to one patient.

The rule stands here and nowhere else.

1. Disease, order of transplant and CAR-T cells, and the target on the malignant cells are hard. A row that differs in
   one of them is not shown. A row that leaves one open stands apart, behind those that match all that was asked.
2. The other criteria rank: the row with more of them that match comes first; of two with as many, the one with fewer
   that differ; then the newer study; then the name of the row.
3. What followed the cells is never asked: failures rank as successes do. There is no percentage of likeness, because
   nobody knows how much each criterion weighs.
"""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When
from django.http import QueryDict

from . import current, evidence, facets, strict
from .filter_kinds import SILENCES
from .filters import PILES, EvidenceFilterSet
from .strict import BadQuery, Fault

DIFFERS, OPEN, MATCHES = 0, 1, 2
HARD = ("disease", "order", "antigen")
RANKING = (
    "age_group",
    "earlier_transplants",
    "graft_source",
    "donor",
    "intent",
    "disease_status",
    "site",
    "earlier_car_t",
    "donor_available",
)
# From an available donor or not follows from whom the cells can be collected.
COLLECTED = {"yes": ["hsct_donor", "recipient", "third_party"], "no": ["recipient", "third_party"]}
DONOR_AVAILABLE = {"yes": "yes", "no": "no"}
LABELS = {"donor_available": "Donor available", "intent": "What the cells are for"}
# Of the vocabulary of characteristics, which mixes many kinds: the states of a disease, and sites outside the marrow.
MIXED_VOCABULARY = {
    "disease_status": {
        "relapsed", "refractory", "progressive", "persistent_after_hsct", "persistent_after_hsct_and_dli",
        "molecular_relapse", "mrd_positive", "in_remission", "in_remission_high_risk", "extramedullary_disease",
    },
    "site": {
        "cns", "testis", "skin", "breast", "lymph_nodes", "kidney", "uterus", "pancreas", "lung", "retroperitoneum",
        "pelvic_wall",
    },
}  # fmt: skip
NOT_CLOSE = {"allogeneic_unspecified", "related_unspecified", "unrelated_unspecified", "cord_unit", "mixed", "self"}
SHOWN = 12


@dataclass
class Criterion:
    """One thing asked of the patient: the parameter, its values, and how it reads."""

    name: str
    values: list[str]
    label: str
    said: str

    @property
    def hard(self) -> bool:
        return self.name in HARD


@dataclass
class Near:
    """One row, and for each criterion whether it MATCHES, DIFFERS or leaves it OPEN."""

    document: str
    verdicts: dict[str, int]


@dataclass
class Nearest:
    """The nearest rows: those that match every hard criterion, and those that leave one open. `total` counts all rows
    of each; `differing` the courses that differ in a hard criterion; `nowhere` is what is asked and no row has."""

    criteria: list[Criterion]
    nowhere: list[Criterion]
    rows: dict[str, list[Near]]
    total: dict[str, int]
    differing: int
    hard_query: str


def criteria(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> list[Criterion]:
    """What a query asks, in the order of the form. `extra` names the parameters of the representation, each of which
    may be given more than once. Raises BadQuery."""
    strict.check(query, {*HARD, *RANKING} | extra, repeatable={"site"} | extra)
    found, faults = [], []
    for name in (*HARD, *RANKING):
        values = [value for value in query.getlist(name) if value]
        if not values:
            continue
        known = options(name, revision)
        for value in values:
            if value not in known:
                faults.append(Fault(name, f"“{value[:60]}” is not a value of it.", strict.nearest(value[:60], known)))
        said = " or ".join(known.get(value, value) for value in values)
        found.append(Criterion(name, values, label(name), said))
    if faults:
        raise BadQuery(faults)
    return found


def options(name: str, revision: int) -> dict[str, str]:
    """Value → label of a criterion: all that a patient may have, since a patient's own may be what no row has. What
    says only that a report did not tell closely is offered where a row has it."""
    if name == "donor_available":
        return DONOR_AVAILABLE
    known = EvidenceFilterSet.base_filters[name].options(revision)
    present = facets.values(revision).get(name, ())
    offered = MIXED_VOCABULARY.get(name) or set(known) - NOT_CLOSE
    return {v: text for v, text in known.items() if v not in SILENCES and (v in offered or v in present)}


def label(name: str) -> str:
    return LABELS.get(name) or EvidenceFilterSet.base_filters[name].label


def nearest(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Nearest | None:
    """The rows nearest to a patient, None where no disease is named. Raises BadQuery."""
    asked = criteria(query, revision, extra)
    if not any(criterion.name == "disease" for criterion in asked):
        return None
    hard = QueryDict(mutable=True)
    for criterion in asked:
        if criterion.hard:
            hard.setlist(criterion.name, criterion.values)
    filters = EvidenceFilterSet.asked(hard, revision)
    totals = evidence.totals(filters, revision, PILES[0])
    return Nearest(
        asked,
        _nowhere(asked, revision),
        {pile: _ranked(filters.pile(pile), asked, revision) for pile in PILES},
        {"matching": totals.matching, "unknown": totals.unknown},
        current.kept(revision, f"differing:{hard.urlencode()}", lambda: _differing(filters)),
        hard.urlencode(),
    )


def _nowhere(asked: list[Criterion], revision: int) -> list[Criterion]:
    """Of what is asked, each value that no row of the base has, so that none can match."""
    known = facets.values(revision)
    return [
        Criterion(criterion.name, [value], criterion.label, options(criterion.name, revision)[value])
        for criterion in asked
        if criterion.name != "donor_available"
        for value in criterion.values
        if value not in known.get(criterion.name, ())
    ]


def _differing(filters: EvidenceFilterSet) -> int:
    """How many courses differ in a hard criterion, whichever of their cohorts one looks at."""
    courses = filters.queryset.values("course").distinct().count()
    return courses - filters.possible().values("course").distinct().count()


def _ranked(rows, asked: list[Criterion], revision: int) -> list[Near]:
    verdicts = {f"is_{criterion.name}": _verdict(criterion, revision) for criterion in asked}
    ranking = [f"is_{criterion.name}" for criterion in asked if not criterion.hard]
    found = rows.annotate(**verdicts)
    found = found.annotate(matched=_count(ranking, MATCHES), differing=_count(ranking, DIFFERS))
    found = found.order_by("-matched", "differing", "-year", "row").values("document", *verdicts)
    return [Near(row["document"], {c.name: row[f"is_{c.name}"] for c in asked}) for row in found[:SHOWN]]


def _verdict(criterion: Criterion, revision: int) -> Case:
    name, values = criterion.name, criterion.values
    if name == "donor_available":
        name, values = "collected_from", COLLECTED[values[0]]
    asked = EvidenceFilterSet.base_filters[name]
    return Case(
        When(asked.met(values, None, revision), then=Value(MATCHES)),
        When(asked.open(values, None, revision), then=Value(OPEN)),
        default=Value(DIFFERS),
        output_field=IntegerField(),
    )


def _count(names: list[str], verdict: int):
    """How many of some verdicts are this one."""
    total = Value(0)
    for name in names:
        total = total + Case(When(**{name: verdict}, then=Value(1)), default=Value(0), output_field=IntegerField())
    return total
