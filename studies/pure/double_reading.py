"""Two readings of a document compared, fact by fact.

The rule. Records are aligned first: only records of one kind that speak of the same thing (the fields of `SAME_THING`
agree, those that name other records by how these were aligned) can be the same, and among those the pairs are taken
that agree best in total, by the share of fields, facts and places they have in common. A pair that has hardly anything
in common is none. Then the facts of each pair are set side by side by attribute; two that are left over in one field
are held against each other too. Facts agree where value, operator, unit, denominator, basis and every qualifier (time,
scale, site, method, what is counted) are the same: numbers as numbers, words as they stand. A fact that stands at
another place in the other reading agrees, and both places are kept. A record that one reading alone has is told fact by
fact, and where it states none, by itself.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from scipy.optimize import linear_sum_assignment

MATCHED, ELSEWHERE, DIFFERING = "matched", "elsewhere", "differing"
FIRST_ONLY, SECOND_ONLY = "first_only", "second_only"

# What must agree for two records to speak of the same thing; `report` wherever a record has one.
SAME_THING = {
    "publication": ("slug",),
    "study": ("slug",),
    "registration": ("identifier",),
    "report": ("study", "registration"),
    "characteristic": ("cohort", "term"),
    "agent": ("therapy", "transplant", "lymphodepletion", "toxicity", "name"),
    "toxicity": ("cohort", "term"),
    "outcome": ("cohort", "measure"),
    "measurement": ("cohort", "analyte"),
    "event": ("cohort", "term"),
    "claim": ("topic",),
    "eligibilitycriterion": ("topic", "excludes"),
    "interval": ("course", "transplant"),
    "silence": ("course", "topic"),
    "citation": ("number",),
    "publishedtable": ("number",),
    "publishedtablecell": ("table", "row", "column"),
    "appraisal": ("tool",),
}
# Records that others name are aligned before those that name them.
FIRST = (
    "publication", "study", "registration", "report", "cohort", "construct", "transplant", "therapy", "course",
    "lymphodepletion", "toxicity", "publishedtable",
)  # fmt: skip
# What its name alone makes the same, however little else agrees.
NAMED = {"publication", "study", "registration", "report", "silence", "citation", "publishedtable"}
HARDLY = 0.25


@dataclass(frozen=True)
class Place:
    """Where a reading has a value from; `prints` where this place prints another value."""

    locator: str
    wording: str
    basis: str = "stated"
    derivation: str = ""
    prints: str = ""


@dataclass(frozen=True)
class Said:
    """One fact of a reading. `closed` says that its value is one of a fixed list."""

    attribute: str
    field: str
    value: str
    operator: str = ""
    unit: str = ""
    denominator: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    places: tuple[Place, ...] = ()
    closed: bool = False

    def text(self) -> str:
        """The value as it is shown: “≥ 7.8e6 cells/kg of 10 (per total)”."""
        sign = "" if self.operator in ("", "=") else f"{self.operator} "
        of = of_how_many(self.value, self.denominator)
        more = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.qualifiers if value)
        basis = self.places[0].basis if self.places else "stated"
        more = "; ".join(filter(None, (more, "" if basis == "stated" else basis)))
        return f"{sign}{self.value}{' ' + self.unit if self.unit else ''}{of}{f' ({more})' if more else ''}"


def of_how_many(value: str, denominator: str) -> str:
    """“2 of 10”, but “absent, of 10”."""
    return f"{'' if value[:1].isdigit() else ','} of {denominator}" if denominator else ""


@dataclass
class Read:
    """A record of a reading: its own name in that reading, its plain fields, what it states."""

    name: str
    kind: str
    entity: str
    about: str
    fields: dict[str, str] = field(default_factory=dict)
    facts: list[Said] = field(default_factory=list)
    places: tuple[Place, ...] = ()

    def told(self) -> list[Said]:
        """Its facts; of a record that states none, that it is there."""
        return self.facts or [Said(self.kind, "", self.about, places=self.places)]


@dataclass(frozen=True)
class Compared:
    """One fact of either reading beside the other's, with the records that say it."""

    verdict: str
    first: Said | None
    second: Said | None
    first_record: Read | None
    second_record: Read | None

    @property
    def said(self) -> Said:
        return self.first or self.second

    @property
    def record(self) -> Read:
        return self.first_record or self.second_record


def aligned(first: list[Read], second: list[Read]) -> list[tuple[Read | None, Read | None]]:
    """The records of both readings in pairs; what has no counterpart stands alone. In the order of the first."""
    partner, names = {}, {}
    kinds = [*FIRST, *sorted({read.kind for read in (*first, *second)} - set(FIRST))]
    for kind in kinds:
        ours, theirs = ([read for read in reads if read.kind == kind] for reads in (first, second))
        for one, other in _best_pairs(ours, theirs, names):
            partner[one.name], names[other.name] = other, one.name
    pairs = [(read, partner.get(read.name)) for read in first]
    return pairs + [(None, read) for read in second if read.name not in names]


def _best_pairs(ours: list[Read], theirs: list[Read], names: dict[str, str]):
    scores = [[_likeness(one, other, names) for other in theirs] for one in ours]
    if not ours or not theirs:
        return
    # Among equals the order of the readings decides.
    costs = [[-s + 1e-6 * abs(i - j) for j, s in enumerate(row)] for i, row in enumerate(scores)]
    for i, j in zip(*linear_sum_assignment(costs), strict=True):
        if scores[i][j] > HARDLY:
            yield ours[i], theirs[j]


def _likeness(one: Read, other: Read, names: dict[str, str]) -> float:
    """0 for records that cannot be the same, more the more they have in common."""
    theirs = {name: names.get(value, value) for name, value in other.fields.items()}
    must = ("report", *SAME_THING.get(one.kind, ()))
    if any(one.fields.get(name, "") != theirs.get(name, "") for name in must):
        return 0
    if one.kind in NAMED:
        return 1
    known = one.fields.keys() | theirs.keys()
    alike = sum(same_text(one.fields.get(name, ""), theirs.get(name, "")) for name in known) / max(len(known), 1)
    ours = {(said.attribute, said.value) for said in one.facts}
    facts = ours & {(said.attribute, said.value) for said in other.facts}
    where = _locators(one.told()) & _locators(other.told())
    told = max(len(ours), len(other.facts), 1)
    return alike + len(facts) / told + (1 if where else 0)


def _locators(facts: list[Said]) -> set[str]:
    return {place.locator for said in facts for place in said.places}


def compared(first: list[Read], second: list[Read]) -> list[Compared]:
    """Every fact of either reading, beside the other's where there is one."""
    pairs = aligned(first, second)
    names = {other.name: one.name for one, other in pairs if one and other}
    found = []
    for one, other in pairs:
        if one and other and not (one.facts or other.facts):
            # Two records that state nothing agree in being there.
            ours, theirs = one.told()[0], other.told()[0]
            found.append(Compared(_where(ours, theirs), ours, theirs, one, other))
        elif one and other:
            found += _side_by_side(one, other, names)
        elif one:
            found += [Compared(FIRST_ONLY, said, None, one, None) for said in one.told()]
        else:
            found += [Compared(SECOND_ONLY, None, said, None, other) for said in other.told()]
    return found


def _side_by_side(one: Read, other: Read, names: dict[str, str]):
    theirs = {said.attribute: said for said in other.facts}
    alone = []
    for said in one.facts:
        counterpart = theirs.pop(said.attribute, None)
        if counterpart is None:
            alone.append(said)
        else:
            yield Compared(_verdict(said, counterpart, names), said, counterpart, one, other)
    for said in alone:
        counterpart = next((their for their in theirs.values() if their.field == said.field), None)
        if counterpart is not None:
            del theirs[counterpart.attribute]
            yield Compared(DIFFERING, said, counterpart, one, other)
        else:
            yield Compared(FIRST_ONLY, said, None, one, other)
    for said in theirs.values():
        yield Compared(SECOND_ONLY, None, said, one, other)


def _verdict(one: Said, other: Said, names: dict[str, str]) -> str:
    return _where(one, other) if same(one, other, names) else DIFFERING


def _where(one: Said, other: Said) -> str:
    shared = _locators([one]) & _locators([other])
    return MATCHED if shared or not one.places or not other.places else ELSEWHERE


def same(one: Said, other: Said, names: dict[str, str] | None = None) -> bool:
    """Whether two facts say the same, wherever they stand. `names` tells what the second calls the first's records."""
    names = names or {}

    def basis(said: Said) -> str:
        return said.places[0].basis if said.places else ""

    theirs = {name: names.get(value, value) for name, value in other.qualifiers}
    return (
        one.attribute == other.attribute
        and same_text(one.value, names.get(other.value, other.value))
        and (one.operator or "=") == (other.operator or "=")
        and same_text(one.unit, other.unit)
        and one.denominator == other.denominator
        and (basis(one) == basis(other) or not (basis(one) and basis(other)))
        and dict(one.qualifiers) == theirs
    )


def same_text(one: str, other: str) -> bool:
    """Numbers as numbers, words but for their spacing."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return " ".join(one.split()) == " ".join(other.split())


def agreement(rows) -> dict[str, dict[str, int]]:
    """Entity → facts matched, differing, and found by one reader only; of (entity, verdict) pairs."""
    counts = Counter(rows)
    return {
        entity: {
            "matched": counts[entity, MATCHED] + counts[entity, ELSEWHERE],
            "differing": counts[entity, DIFFERING],
            "first_only": counts[entity, FIRST_ONLY],
            "second_only": counts[entity, SECOND_ONLY],
        }
        for entity in dict.fromkeys(entity for entity, _ in counts)
    }
