"""What a case still lacks: what would keep it from being published, and the standard topics one by one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from ..models.choices import Absence
from ..publishing.checks import problems_of_unit
from ..publishing.datachecks import run
from ..publishing.datachecks.silence import STANDARD_TOPICS
from .page import CasePage


@dataclass
class Topic:
    """What a reader looks for in every report: told, or in which way not, or still open (then empty)."""

    label: str
    state: str


@dataclass
class ToDo:
    """A problem that publishing would have: the row it is about, and for a warning what its answer names."""

    anchor: str
    row: str
    rule: str
    asked: str


def still_to_do(page: CasePage) -> list[ToDo]:
    """Every problem that publishing would have with the case as saved."""
    dossier = page.saved_dossier()
    checked = run([page.report, page.publication], {page.report.pk: dossier})
    problems = problems_of_unit(page.report, dossier, checked[page.report.pk])
    problems += problems_of_unit(page.publication, None, checked[page.publication.pk])
    told = []
    for problem in problems:
        row = page.rows.get(problem.record)
        anchor, title = (row.prefix, row.title) if row else ("", problem.record)
        told.append(ToDo(anchor, title, _rule(problem), urlencode(problem.asked)))
    return told


def _rule(problem) -> str:
    return f"{problem.field}: {problem.rule}" if problem.field else problem.rule


def standard_topics(page: CasePage) -> list[Topic]:
    """How the case as saved answers what every reader looks for."""
    dossier = page.saved_dossier()
    found = []
    for code, answered in STANDARD_TOPICS.items():
        term = page.terms.by_name.get(("topic", code.casefold()))
        silent = dossier.coverage.get(code)
        state = "told" if answered(dossier) else Absence(silent).label if silent else ""
        if not state and code in dossier.coverage_of_courses:
            state = "silent for one course"
        found.append(Topic(term.label if term else code, state))
    return found
