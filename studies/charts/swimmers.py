"""A swimmer plot: one bar for each patient whose own course is told, on the clock of a CAR-T infusion."""

from dataclasses import replace

from ..ask.charts import Asked
from ..cells.cell import spoken, time_of, transplant_name
from ..cells.comparison import text_of
from ..cells.row import row_cells
from ..cells.timeline_plot import DAYS
from ..models.choices import Anchor
from ..models.toxicity import GVHD_TERMS
from .clock import LATER, Clock, Span
from .patients import patient, told_within_cohorts
from .picture import PLACES, Picture, evidence_link, finished, places, wrapped
from .swimmers_drawn import KINDS, MONTH, chart

NAME, TITLE = "swimmers", "Patients with an individual course"
COLUMNS = [
    "patient", "study", "clock", "event", "kind", "when", "drawn from, months", "drawn to, months", "or later",
    "retold", *PLACES, "link",
]  # fmt: skip
EVENTS = {
    "transplant": "transplant",
    "infusion": "CAR-T infusion",
    "response": "response to CAR-T cells",
    "remission": "remission by other treatment",
    "mrd_negative": "remission by other treatment",
    "relapse": "relapse or progression",
    "molecular_relapse": "relapse or progression",
    "mrd_relapse": "relapse or progression",
    "extramedullary_relapse": "relapse or progression",
    "progression": "relapse or progression",
    "death": "death",
    "last_follow_up": "last follow-up",
}
MEASURES = {
    "best_response": "response to CAR-T cells",
    "relapse": "relapse or progression",
    "death": "death",
    "status_at_last_follow_up": "last follow-up",
}
NOTES = [
    "Each patient is drawn once, on the clock of the CAR-T infusion named beside the bar. The axis is compressed away "
    "from the infusion. For the place of a mark alone a month is taken as 30.44 days; the words keep the unit told.",
    "A pale mark with a line through it: it lies somewhere on that line, and its own place is no value. An arrow: the "
    "last that is told is “more than”.",
    "A dashed line: how long the patient is told to have been disease-free. It is drawn from the infusion; it may "
    "be counted from another day.",
    "What no clock can place is listed beside the picture, not guessed: a bar may end before a death whose day is not "
    "told, and then says so. Patients of whom only a cohort of several tells are listed there too.",
]


def draw(asked: Asked) -> Picture:
    """One bar per patient of the rows asked for."""
    picture = Picture(NAME, TITLE, "One bar for each patient whose own course is told, from the first to the last.")
    picture.columns, picture.notes, picture.caption = COLUMNS, list(NOTES), list(NOTES)
    single: dict[str, list[dict]] = {}
    for row in asked.rows:
        if row["n_patients"] == 1:
            single.setdefault(row["cohort"], []).append(row)
    shown = [rows for rows in single.values() if rows[0]["study"] in asked.studies]
    if len(shown) < len(single):
        picture.notes.append(f"{len(single) - len(shown)} more patients are left out. A filter shows them.")
    swimmers = [_Swimmer(rows, _report(asked.studies[rows[0]["study"]], rows[0]), asked.query) for rows in shown]
    for swimmer in swimmers:
        picture.rows += [_table_row(swimmer, mark) for mark in (*swimmer.marks, *swimmer.lasting, *swimmer.off_clock())]
        picture.told.append(swimmer.said())
        picture.beside += swimmer.beside()
    picture.beside += told_within_cohorts(asked)
    return finished(picture, chart(swimmers) if swimmers else None, asked.beyond(len(asked.rows)))


def _report(study: dict, row: dict) -> dict:
    return next(report for report in study["reports"] if report["accession"] == row["report"])


class _Swimmer:
    """One patient, whose courses are `rows`: the clock on which most has a place, its marks, and what has none."""

    def __init__(self, rows: list[dict], report: dict, query: dict):
        row = rows[0]
        self.rows, self.row, self.report = rows, row, report
        self.link = evidence_link(query, study=[row["study"]])
        self.cohort = row["cohort"]
        mine = sorted((c for c in report["courses"] if c["cohort"] == row["root_cohort"]), key=lambda c: c["number"])
        tried = [self._on(course) for course in mine]
        # The first infusion, or the first from which anything else is told.
        self.course, self.marks, self.unplaced = next((t for t in tried if len(t[1]) > 1), tried[0])
        self.several = len(mine) > 1
        told = [d for row in rows if row["course"] == self.course["accession"] for d in row["durations"]]
        self.lasting = [_lasting(d) for d in told if d["code"] == "dfs_duration" and d["unit"] in DAYS]

    @property
    def clock(self) -> str:
        of = f", course {self.course['number']}" if self.several else ""
        return f"from CAR-T infusion{of}"

    @property
    def name(self) -> str:
        retold = " · retold" if self.row["retold"] else ""
        return f"{self.row['study_name']}, {patient(self.row)}{retold}"

    def bar(self) -> dict:
        last = max(self.marks, key=lambda mark: mark["span"].high)
        missing = [kind for kind in KINDS if kind != "other" and any(kind == told for told, *_ in self.unplaced)]
        return {
            "patient": self.name,
            "told": wrapped(f"{self.clock}; not placed: {', '.join(missing)}" if missing else self.clock, 52),
            "from": min(mark["span"].low for mark in self.marks) / MONTH,
            "to": last["span"].high / MONTH,
            "open": last["span"].open,
            "died": "death" in missing,
        }

    def said(self) -> str:
        told = "; ".join(f"{mark['title']}, {mark['when']}" for mark in self.marks)
        durations = self._of_courses("durations")
        told_of = f" Durations told: {durations}." if durations else ""
        more = f" Not placed: {self._unplaced()}." if self.unplaced else ""
        return f"{self.name}, {self.clock}: {told}. GVHD after CAR-T: {self._of_courses('gvhd')}.{told_of}{more}"

    def _unplaced(self) -> str:
        return "; ".join(f"{title} ({when or 'time not told'})" for _, title, when, _ in self.unplaced)

    def _of_courses(self, name: str) -> str:
        """What is told after each of the courses, which are named where there are several."""
        told = []
        for row in self.rows:
            cells = [replace(cell, label=cell.label.removeprefix("GVHD")) for cell in row_cells(row)[name]]
            of = f"course {row['course_number']}: " if self.several else ""
            told += [of + text_of(cells)] if cells else []
        return "; ".join(told)

    def off_clock(self) -> list[dict]:
        """What has no place on the clock, as marks without a span: the table has them too."""
        return [
            {"kind": kind, "title": title, "when": when or "time not told", "span": None, "record": record}
            for kind, title, when, record in self.unplaced
        ]

    def beside(self) -> list[dict]:
        """What has no place on the clock, in the order told."""
        if not self.unplaced:
            return []
        text = "; ".join(f"{title} ({when})" if when else title for _, title, when, _ in self.unplaced)
        return [{"text": f"{self.row['study_name']}: {text}", "href": self.link}]

    def _on(self, course: dict) -> tuple[dict, list[dict], list[tuple]]:
        """The marks on the clock of a course, what is told twice marked once; and what has no place on it."""
        clock = Clock(self.report, course["accession"])
        marks, missing, told = {}, [], {kind for _, kind, _ in self._events()}
        for record, kind, title in [*self._events(), *self._given(), *self._results()]:
            span = clock.anchors.get(record["accession"]) or clock.place(record)
            if span is None and kind == "CAR-T infusion" and "term" in record:
                span = self._first_infusion(record, clock)
            if span:
                key = record["accession"] if kind == "other" else (kind, round(span.low), round(span.high))
                marks.setdefault(key, _mark(kind, title, record, span))
            elif record in self.report["events"] or kind == "GVHD" or kind not in told:
                missing.append((kind, title, _when(record), record))
        return course, sorted(marks.values(), key=lambda m: m["span"].low + m["span"].high), missing

    def _first_infusion(self, event: dict, clock: Clock) -> Span | None:
        """The day of an event that is the first infusion of a course: that course's own day."""
        same = [e for e in self.report["events"] if e["term"]["code"] == "infusion" and e["course"] == event["course"]]
        return clock.anchors.get(event["course"]) if same and same[0] is event else None

    def _given(self) -> list[tuple[dict, str, str]]:
        """The CAR-T courses and transplants of the patient."""
        courses, transplants = (
            [record for record in self.report[name] if record["cohort"] == self.row["root_cohort"]]
            for name in ("courses", "transplants")
        )
        of = [f", course {course['number']}" if len(courses) > 1 else "" for course in courses]
        infused = [(c, "CAR-T infusion", f"CAR-T infusion{which}") for c, which in zip(courses, of, strict=True)]
        return infused + [(t, "transplant", f"transplant: {transplant_name(t)}") for t in transplants]

    def _events(self) -> list[tuple[dict, str, str]]:
        return [(e, _kind(e), e["title"]) for e in self.report["events"] if e["cohort"] == self.cohort]

    def _results(self) -> list[tuple[dict, str, str]]:
        """Results with a kind of their own that may stand in no event, and GVHD."""
        outcomes = [
            (o, MEASURES[o["measure"]["code"]], o["measure"]["label"])
            for o in self.report["outcomes"]
            if o["cohort"] == self.cohort and o["measure"]["code"] in MEASURES and o["n"]
            if o["course"] or o["measure"]["code"] != "best_response"
        ]
        toxicities = [
            (t, "GVHD", t["term"]["label"] + " (suspected)" * (t["presence"] == "suspected"))
            for t in self.report["toxicities"]
            if t["cohort"] == self.cohort and t["term"]["code"] in GVHD_TERMS and t["presence"] != "absent"
        ]
        return outcomes + toxicities


def _kind(event: dict) -> str:
    code = event["term"]["code"]
    if code == "mrd_negative" and event["course"]:
        return "response to CAR-T cells"
    return EVENTS.get(code, "other")


def _mark(kind: str, title: str, record: dict, span: Span) -> dict:
    when = _when(record) or ("day 0" if span == Span(0, 0) else "placed by the interval told")
    return {"kind": kind, "title": title, "when": when, "span": span, "record": record}


def _lasting(duration: dict) -> dict:
    """How long something lasted, as a mark from the infusion on."""
    text = spoken(duration["operator"], duration["value"], duration["value_high"], duration["unit"])
    high = duration["value_high"] if duration["value_high"] is not None else duration["value"]
    span = Span(0, float(high) * DAYS[duration["unit"]], duration["operator"] in LATER)
    return {"kind": "disease-free", "title": f"disease-free {text}", "when": text, "span": span, "record": duration}


def _when(record: dict) -> str:
    """The time told and what it is counted from; empty where none is told."""
    when, anchor = time_of(record), record.get("time_from")
    return f"{when} from {Anchor(anchor).label}" if when and anchor and not record.get("date") else when


def _table_row(swimmer: _Swimmer, mark: dict) -> dict:
    span = mark["span"]
    return {
        "patient": swimmer.name,
        "study": swimmer.row["study_name"],
        "clock": swimmer.clock,
        "event": mark["title"],
        "kind": mark["kind"],
        "when": mark["when"],
        "drawn from, months": round(span.low / MONTH, 2) if span else None,
        "drawn to, months": round(span.high / MONTH, 2) if span else None,
        "or later": "yes" if span and span.open else "no",
        "retold": "yes" if swimmer.row["retold"] else "no",
        **places(mark["record"]["sources"]),
        "link": swimmer.link,
    }
