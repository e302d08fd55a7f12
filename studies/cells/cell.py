"""Documents made into cells: a text, how it is meant, and the places it opens to.

The four looks never mix: a *value*, an explicit *none*, a *silence*, and a doubt beside any of them.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..models.choices import Anchor, Basis
from ..pure import partial_dates
from ..pure.numbers import OPERATOR_PREFIX, people, people_range
from ..pure.units import people_unit

# How a value that is not stated says so, the weakest last.
SAID = {Basis.FIGURE: "read off a figure", Basis.DERIVED: "derived", Basis.JUDGEMENT: "judgement"}
WEAKER = list(SAID)
BASES = {*SAID.values(), *Basis.values}
VALUE, NONE, SILENT, SUSPECTED = "value", "none", "silent", "suspected"
SILENCE = {
    "not_reported": "not reported",
    "not_in_text_read": "not in what was read",
    "not_applicable": "not applicable",
}


@dataclass
class Cell:
    """What a page shows for one fact."""

    text: str
    state: str = VALUE
    sources: list[dict] = field(default_factory=list)
    remark: str = ""
    doubts: list[dict] = field(default_factory=list)
    label: str = ""
    anchor: str = ""  # accession of a record that has no other place on the page
    scale: str = ""  # code of the grading scale whose name begins the remark
    page: str = ""  # where the doubts are explained, if not on this very page
    prefix: str = ""  # what it is of, before its label, where it stands among others

    @property
    def heading(self) -> str:
        return self.prefix + self.label

    @property
    def basis(self) -> str:
        """What the value rests on where no place of it simply states it: “judgement”, “in part derived”."""
        if self.state == SILENT or any(part in BASES for part in self.remark.replace(", ", " · ").split(" · ")):
            return ""
        found: dict[str, set[str]] = {}
        for source in self.sources:
            for fact in source.get("facts") or ([source["fact"]] if "fact" in source else []):  # print is no fact
                found.setdefault(fact.rpartition(".")[0], set()).add(source["basis"])
        weak = [bases for bases in found.values() if Basis.STATED not in bases]
        if not weak:
            return ""
        weakest = max((basis for bases in weak for basis in bases), key=WEAKER.index)
        return f"{'in part ' if len(weak) < len(found) else ''}{SAID[weakest]}"


def silent(kind: str | None = None, what: str = "") -> Cell:
    """A silence of a given kind; not reported where nothing else is recorded."""
    kind = kind or "not_reported"
    return Cell(f"{what} {SILENCE.get(kind, kind)}".strip(), SILENT)


class Silences:
    """What a report is silent about, and how: told of a topic, or by how its document was read."""

    def __init__(self, told: dict[str, str], otherwise: str):
        self.told, self.otherwise = told, otherwise

    @classmethod
    def of_report(cls, report: dict, course: str | None = None) -> "Silences":
        """Those of a whole report, and of one course of it if named."""
        told = {
            topic["code"]: row["absence"]
            for row in report["coverage"]
            if row["course"] in (None, course)
            for topic in row["topics"]
        }
        return cls(told, report["silence"])

    def cell(self, topic: str, what: str = "") -> Cell:
        return silent(self.told.get(topic, self.otherwise), what)


def amount(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def spoken(operator: str | None, low, high=None, unit: str = "") -> str:
    """A number as people write it: > 6 years, 0.4–7.8 × 10⁶ cells/kg."""
    text = people_range(amount(low), amount(high)) if high is not None else people(amount(low))
    unit = people_unit(unit or "")
    unit = singular(unit) if text == "1" else unit
    joined = text + unit if unit.startswith(("%", "-")) else f"{text} {unit}".strip()
    return OPERATOR_PREFIX.get(operator or "=", "") + joined


def singular(unit: str) -> str:
    """One week, not one weeks."""
    return unit[:-1] if unit in ("days", "weeks", "months", "years") else unit


def all_sources(sources: dict, *names: str) -> list[dict]:
    """The places of some fields (or of all), each place once with all the facts that it carries."""
    places: dict[tuple, dict] = {}
    for name in names or sources:
        for entry in sources.get(name, []):
            key = (
                entry["document"],
                entry["locator"],
                entry["as_reported"],
                entry["basis"],
                entry.get("derivation"),
                entry.get("prints"),
            )
            place = places.setdefault(key, entry | {"facts": []})
            if entry["fact"] not in place["facts"]:
                place["facts"].append(entry["fact"])
    return list(places.values())


def time_of(record: dict) -> str:
    """When something was: a date, or a time from its anchor, as the paper gives it."""
    if record.get("date"):
        return partial_dates.written(record["date"])
    low, high = record.get("time_low"), record.get("time_high")
    if low is None and high is None:
        return ""
    unit, operator = record["time_unit"], OPERATOR_PREFIX.get(record.get("time_operator") or "=", "")
    numbers = [f"−{people(-amount(n))}" if n < 0 else people(amount(n)) for n in (low, high) if n is not None]
    text = " to ".join(dict.fromkeys(numbers))
    if unit == "days":
        return f"{operator}day {text}"
    return f"{operator}{text} {singular(unit) if text == '1' else unit}"


FROM_WHAT_IT_FOLLOWS = {"course": "infusion", "transplant": "transplant"}


def told_time(record: dict) -> str:
    """The time, and what it counts from where that is not the very thing that the record follows: the day 240 of a
    patient treated with a drug may be the 240th from the transplant."""
    when, anchor = time_of(record), record.get("time_from")
    followed = {count for name, count in FROM_WHAT_IT_FOLLOWS.items() if record.get(name)}
    if not followed and not record.get("therapy"):
        followed = {"infusion"}  # in an evidence row, whose results are those of its course
    if not when or not anchor or record.get("date") or anchor in followed:
        return when
    label = Anchor(anchor).label
    return f"{when}, {label}" if anchor == Anchor.NOT_REPORTED else f"{when} from {label}"


def at_time(record: dict) -> str:
    """The time of what was found, beside it: “day 30”, “at 3 months”; “> 6 years” alone would read as how long."""
    when = told_time(record)
    return f"at {when}" if when and not record.get("date") and "day " not in when else when


def proportion(n: int | None, of: int | None) -> str:
    if n is None:
        return ""
    return f"{n} of {of}" if of is not None else str(n)


def percent_interval(interval: dict | None) -> str:
    """The exact 95% interval: 2.5–55.6 %."""
    if not interval:
        return ""
    return f"{100 * interval['low']:.1f}–{100 * interval['high']:.1f} %"


def judgement(sources: dict, name: str) -> str:
    """How a value was arrived at, where it is not simply stated."""
    return " · ".join(sorted({entry["basis"] for entry in sources.get(name, [])} - {"stated"}))


def grade_text(toxicity: dict) -> str:
    """“grade 1”, “grade ≥ 3”, “grade 1–2”, or nothing."""
    low, high = toxicity["grade_low"], toxicity["grade_high"]
    if low is None:
        return ""
    return f"grade {spoken(toxicity['grade_operator'], low, None if high == low else high)}"


def marked(record: dict, field: str, text: str) -> str:
    """What qualifies a value without being a fact of its own, marked where it is no more than a judgement."""
    return f"{text} (judgement)" if text and field in record.get("judged", ()) else text


def graded(toxicity: dict) -> dict[str, str]:
    """The remark and the scale of a cell: the grading scale by name and code, where there is a grade; and what of the
    scale and the denominator is judged."""
    scale, remark, judged = toxicity["scale"], [], toxicity.get("judged", ())
    if scale:
        remark += [scale["label"]] + ["the scale is a judgement"] * ("scale" in judged)
    if "evaluable_n" in judged and toxicity["presence"] != "absent":
        remark.append("the denominator is a judgement")
    return {"remark": " · ".join(remark), "scale": scale["code"] if scale else ""}


# What the cell of a toxicity shows; its course, and what it was treated with, stand elsewhere.
TOXICITY_FIELDS = ("term", "presence", "grade_low", "grade_high", "severity_as_worded", "affected_n")


def dose_cell(infusion: dict) -> Cell:
    """A dose with its unit; what is counted, and per what, stand in the remark."""
    if infusion["dose_low"] is None:
        how = " · ".join(part for part in _given_how(infusion) if part != infusion["labels"]["per"])
        sources = all_sources(infusion["sources"], *HOW) if how else []
        return replace(silent(what="dose"), remark=how, sources=sources)
    high = None if infusion["dose_high"] == infusion["dose_low"] else infusion["dose_high"]
    text = spoken(infusion["operator"], infusion["dose_low"], high, infusion["unit"])
    labels = infusion["labels"]
    judged = judgement(infusion["sources"], "purpose")
    remark = [] if infusion["purpose"] == "initial" else [labels["purpose"] + " (judgement)" * bool(judged)]
    remark += [labels["counted"], *_given_how(infusion)]
    sources = all_sources(infusion["sources"], "dose_low", "dose_high", *HOW)
    return Cell(text, sources=sources, remark=" · ".join(remark), doubts=infusion.get("discrepancies", []))


HOW = ("schedule", "split_days", "n_infusions", "n_infusions_high", "optional")  # the fields that say so


def _given_how(infusion: dict) -> list[str]:
    """At once, split over days, or several times."""
    found = []
    if infusion["schedule"] == "single":
        found.append("one infusion")
    elif infusion["schedule"] == "split":
        over = f"split over {spoken('=', infusion['split_days'], None, 'days')}" if infusion["split_days"] else "split"
        found += [infusion["labels"]["per"], over]
    if infusion["n_infusions"]:
        high = f" to {infusion['n_infusions_high']}" if infusion["n_infusions_high"] else ""
        found.append(f"{infusion['n_infusions']}{high} infusion{'s' if high or infusion['n_infusions'] > 1 else ''}")
    return found + (["optional"] if infusion["optional"] else [])


def dose_cells(infusion: dict) -> list[Cell]:
    """A dose and how often it is given, or how many dose levels a plan has."""
    if infusion["dose_low"] is None and infusion["dose_levels"]:
        return [fact_cell(infusion, f"{infusion['dose_levels']} dose levels", "dose_levels", remark="doses not given")]
    return [dose_cell(infusion)]


def lymphodepletion_cell(record: dict | None, silences: Silences) -> Cell:
    """Given, explicitly none, optional and not reported look different."""
    if record is None or record["given"] == "not_reported":
        return silences.cell("lymphodepletion")
    sources = all_sources(record["sources"], "given")
    judged = " · ".join({entry["basis"] for entry in sources} - {"stated"})
    if record["given"] == "none":
        return Cell("none given", NONE, sources, remark=judged)
    agents = " + ".join(agent["label"] for agent in record["agents"])
    days = ""
    if record["day_first"] is not None:
        days = " to ".join(str(d).replace("-", "−") for d in (record["day_first"], record["day_last"]) if d is not None)
        days = f"day {days}"
    if record["given"] != "given":
        return Cell(agents or record["label"], VALUE, sources, remark="optional" if agents else judged)
    return Cell(agents or record["label"], VALUE, sources, remark=days)


def agent_dose(agent: dict) -> Cell | None:
    """“Fludarabine 30 mg/m² per day for 3 days” of an agent of a row, as far as it is told."""
    if agent["dose_low"] is None:
        return None
    high = None if agent["dose_high"] in (None, agent["dose_low"]) else agent["dose_high"]
    dose = spoken(agent["operator"], agent["dose_low"], high, agent["unit"])
    days = f"for {spoken('=', agent['n_days'], None, 'days')}" if agent["n_days"] is not None else ""
    remark = ", ".join(part for part in (agent["per"], days) if part)
    sources = all_sources(agent["sources"])
    return Cell(f"{agent['label']} {dose}", sources=sources, remark=remark, doubts=agent["discrepancies"])


def fact_cell(record: dict, text: str, field: str, **extra) -> Cell:
    return Cell(text, sources=all_sources(record["sources"], field), doubts=doubts_of(record, field), **extra)


def whole_cell(record: dict, text: str, field: str, **extra) -> Cell:
    """The cell that stands for a whole record, its time and its terms among it: a doubt of any of them is shown."""
    return replace(fact_cell(record, text, field, **extra), doubts=doubts_of(record))


def collected_cell(told: dict, sources: dict) -> Cell:
    """From whom the T cells of a course or of its row were collected, and when as to the transplant."""
    text, names = told["labels"]["collected_from"], ["collected_from"]
    if told["collected_relative_to_hsct"] != "not_reported":
        text += f", {told['labels']['collected_relative_to_hsct']}"
        names.append("collected_relative_to_hsct")
    return Cell(text, sources=all_sources(sources, *names), remark=judgement(sources, "collected_from"))


def doubts_of(record: dict, *fields: str) -> list[dict]:
    found = {
        d["accession"]: d
        for d in record["discrepancies"]
        if d["severity"] != "clerical" and (d["attribute"] in ("", *fields) or not fields)
    }
    return list(found.values())


def lowered(text: str) -> str:
    """A label or category within a sentence: “molecular relapse”; abbreviations stay (MRD-negative, B-ALL, T cells)."""
    return text if text[1:2].isupper() or text[1:2] in (" ", "-") else text[:1].lower() + text[1:]


def labelled(cell: Cell, label: str) -> Cell:
    cell.label = label
    return cell


def transplant_name(record: dict) -> str:
    """“cord blood”, else “haploidentical donor HSCT”, else “allo-HSCT”."""
    if record["graft_source"]["code"] != "not_reported":
        return record["graft_source"]["label"].lower()
    if record["donor"]["code"] not in ("not_reported", "mixed"):
        return f"{record['donor']['label'].lower()} HSCT"
    return "allo-HSCT" if record["kind"] == "allogeneic" else "auto-HSCT"


def full_name(transplant: dict) -> str:
    """“cord blood transplant”, “haploidentical donor HSCT”."""
    name = transplant_name(transplant)
    return name if "HSCT" in name else f"{name} transplant"
