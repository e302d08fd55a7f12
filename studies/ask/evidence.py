"""What the evidence table and its API twin answer: a page of rows, the piles' sizes and patients counted once."""

import hashlib
import json
from dataclasses import dataclass

from django.http import QueryDict

from ..models import EvidenceRow, PublicRecord
from ..models.choices import ReportRole
from ..pure.counting import Counted, Overlap, count_once, shared
from . import current, strict
from .filters import PILES, EvidenceFilterSet
from .paging import PARAMETERS, Page, page

ORDERINGS = {"study": "study", "year": "year", "n_patients": "n"}
DEFAULT_ORDERING = "study"
NAMED = 50


@dataclass
class Totals:
    """How much a filter found: rows that match, rows nobody can tell, and the courses of these; of the pile its
    studies, cohorts, courses and patients counted once. A course has several rows where several of its cohorts are
    wholly in the pile.

    `shared` says of every two cohorts that make the count a range why; `left_out` names what is in no total (of the
    whole base, or of the study that a filter asked for in vain). Each names the first `NAMED` and counts the others.
    Where several filters leave nothing, `emptied_by` says how many courses match without each, or by it alone; where
    they exclude each other, `nearest_choices` are the largest parts of the filter that leave any.
    """

    matching: int
    unknown: int
    unknown_courses: int
    studies: int
    cohorts: int
    courses: int
    patients: Counted
    shared: list[dict]
    shared_more: int
    left_out: list[dict]
    left_out_more: int
    emptied_by: list[dict]
    nearest_choices: list[dict]

    def rows(self, pile: str) -> int:
        """How many rows a pile has."""
        return self.unknown if pile == "unknown" else self.matching


@dataclass
class Answer:
    """The answer to a query on the evidence."""

    revision: int
    filters: EvidenceFilterSet
    pile: str
    totals: Totals
    page: Page


def answer(
    query: QueryDict, revision: int, extra: set[str] = frozenset(), repeatable: set[str] = frozenset()
) -> Answer:
    """Ask for evidence rows. `extra` names the parameters of the representation, `repeatable` those of them that may
    be given more than once. Raises BadQuery."""
    filter_names = EvidenceFilterSet.parameters()
    strict.check(query, filter_names | PARAMETERS | {"pile"} | extra, repeatable=filter_names | repeatable)
    filters = EvidenceFilterSet.asked(query, revision)
    pile = strict.one_of(query, "pile", PILES, PILES[0])
    found = page(filters.pile(pile), query, ORDERINGS, DEFAULT_ORDERING, "row")
    return Answer(revision, filters, pile, totals(filters, revision, pile), found)


def row(name: str) -> str | None:
    """The document of one evidence row, or None. One statement."""
    found = EvidenceRow.objects.current().preferred().filter(row=name)
    return found.values_list("document", flat=True).order_by().first()


def rows_named(names: list[str]) -> dict[str, str]:
    """Name → document of the public rows among those named. One statement."""
    found = EvidenceRow.objects.current().preferred().filter(row__in=names)
    return dict(found.values_list("row", "document"))


def totals(filters: EvidenceFilterSet, revision: int, pile: str) -> Totals:
    """The sizes of the piles and the patients of the one asked for, kept for as long as the revision lasts."""
    key = hashlib.sha256(json.dumps([filters.active, pile], sort_keys=True).encode()).hexdigest()
    return current.kept(revision, f"totals:{key}", lambda: _totals(filters, pile))


def _totals(filters: EvidenceFilterSet, pile: str) -> Totals:
    columns = ("study", "cohort", "root_cohort", "above", "n", "n_reported", "root_n", "overlaps", "course")
    rows = {name: list(filters.pile(name).values_list(*columns)) for name in PILES if name == pile or filters.active}
    asked = rows[pile]
    patients, shared_by = counted_once(asked)
    left_out = _left_out_of(filters, asked)
    emptied_by = [] if asked else _emptied_by(filters, pile)
    return Totals(
        matching=len(rows.get("matching", [])),
        unknown=len(rows.get("unknown", [])),
        unknown_courses=len({course for *_, course in rows.get("unknown", [])}),
        studies=len({study for study, *_ in asked}),
        cohorts=len({cohort for _, cohort, *_ in asked}),
        courses=len({course for *_, course in asked}),
        patients=patients,
        shared=shared_by[:NAMED],
        shared_more=len(shared_by[NAMED:]),
        left_out=left_out[:NAMED],
        left_out_more=len(left_out[NAMED:]),
        emptied_by=emptied_by,
        nearest_choices=_nearest_choices(filters) if _exclude_each_other(emptied_by) and pile == PILES[0] else [],
    )


def _left_out_of(filters: EvidenceFilterSet, found: list) -> list[dict]:
    """What no total of the whole base counts; of a filter that found nothing, which study it asked for in vain."""
    if not filters.active:
        return _left_out()
    wanted = filters.active.get("study", []) if not found else []
    return [entry for entry in _left_out() if entry.get("study") in wanted] if wanted else []


def _emptied_by(filters: EvidenceFilterSet, pile: str) -> list[dict]:
    """How many courses each filter alone keeps away, the ones that matter most first; and, where no single one is to
    blame, how many each would leave by itself."""
    if len(filters.active) < 2:
        return []
    found = [
        {"parameter": name, "without_it": _courses(filters.without(name), pile), "by_itself": None}
        for name in filters.active
    ]
    if not any(entry["without_it"] for entry in found):
        for entry in found:
            entry["by_itself"] = _courses(filters.only(entry["parameter"]), pile)
    return sorted(found, key=lambda entry: (-entry["without_it"], -(entry["by_itself"] or 0)))


def _exclude_each_other(emptied_by: list[dict]) -> bool:
    """Whether no single filter is to blame, so that a choice of two or more may be left."""
    return len(emptied_by) > 2 and not any(entry["without_it"] for entry in emptied_by)


def _nearest_choices(filters: EvidenceFilterSet) -> list[dict]:
    """The largest choices among the active filters that any row meets, those of most courses first; none where no row
    meets two. One statement, however many filters: each row is asked which of them it meets."""
    found = filters.met_together()
    most = max((len(met) for met in found), default=0)
    if most < 2:
        return []
    places = {name: place for place, name in enumerate(filters.active)}
    choices = [(met, courses) for met, courses in found.items() if len(met) == most]
    choices.sort(key=lambda choice: (-choice[1], [places[name] for name in choice[0]]))
    return [
        {"kept": list(met), "left_out": [name for name in filters.active if name not in met], "courses": courses}
        for met, courses in choices
    ]


def _courses(filters: EvidenceFilterSet, pile: str) -> int:
    return filters.pile(pile).values("course").distinct().count()


def _left_out() -> list[dict]:
    """What is in no total of patients given CAR-T cells, and why: each with its number, if it is told."""
    found = []
    documents = PublicRecord.objects.current().filter(collection__in=("studies", "registrations"))
    for text in documents.order_by("collection", "slug").values_list("document", flat=True):
        subject = json.loads(text)
        report = next(iter(subject["reports"]), None)
        if report is None:
            continue
        if "identifier" in subject:
            planned = next((plan["target_enrolment"] for plan in report["plans"]), None)
            entry = {"registration": subject["identifier"], "name": subject["identifier"], "n": planned}
            reason = "a registration is a plan and counts no patients"
        else:
            n = next((c["n"] for c in report["cohorts"] if not c["parent"]), None)
            entry = {"study": subject["slug"], "name": subject["name"], "n": n}
            if subject["comparator_treatment"]:
                reason = f"treated with {subject['comparator_treatment']}, not with CAR-T cells"
            elif report["role"] == ReportRole.MENTION:
                reason = f"only mentioned, by {report['publication']['name']}"
            elif n is None:
                reason = "the number of patients is not reported"
            else:
                continue
        found.append(entry | {"reason": reason})
    return found


def counted_once(rows: list[tuple]) -> tuple[Counted, list[dict]]:
    """Each patient once: cohorts by their root, however many courses it had and reports tell of it. Beside it, why
    two cohorts may share patients."""
    roots: dict[str, dict] = {}
    for study, cohort, root, above, n, reported, root_n, text, _ in rows:
        entry = roots.setdefault(root, {"parts": {}, "root_n": root_n, "overlaps": json.loads(text) if text else []})
        entry["study"] = study
        entry["parts"][cohort] = n if reported else None
        entry.setdefault("above", {})[cohort] = set(above.split())
    cohorts = {root: _patients_of_root(root, entry) for root, entry in roots.items()}
    overlaps, why = {}, {}
    for root, entry in roots.items():
        for told in entry["overlaps"]:
            other = told["cohort"]
            if cohorts.get(root) is None or cohorts.get(other) is None:
                continue
            low, high = shared(told["relation"], cohorts[root], cohorts[other], told["shared_low"], told["shared_high"])
            whole = root in entry["parts"] and other in roots[other]["parts"]
            # Of two subgroups it is not known which of the shared patients they hold.
            pair = frozenset((root, other))
            overlaps[pair] = Overlap(root, other, low if whole else 0, high)
            why[pair] = {
                "cohorts": sorted(pair),
                "studies": sorted({entry["study"], roots[other]["study"]}),
                "shared_low": overlaps[pair].low,
                "shared_high": high,
                **{key: told[key] for key in ("relation", "basis", "source")},
            }
    return count_once(cohorts, list(overlaps.values())), list(why.values())


def _patients_of_root(root: str, entry: dict) -> int | None:
    """The patients of one root cohort that the rows show: all of it, or its subgroups, never more than it has."""
    parts = {c: n for c, n in entry["parts"].items() if not entry["above"][c] & set(entry["parts"])}
    if root in parts:
        return parts[root]
    if None in parts.values():
        return None
    total = sum(parts.values())
    return min(total, entry["root_n"]) if entry["root_n"] else total
