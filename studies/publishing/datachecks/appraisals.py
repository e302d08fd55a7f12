"""Appraisals: every item of the tool answered with a reason, by a tool that fits, of what was read itself."""

from ...models import Report
from ...models.choices import ReportRole
from ...pure.appraisal_tools import TOOLS, fitting
from .frame import ERROR, NOTE, WARNING, Check, Finding, itself


def _appraisals(dossier) -> list:
    return dossier.appraisals


def _is_whole(appraisal, dossier, others):
    given = {item.number: item for item in appraisal.items.all()}
    for asked in TOOLS[appraisal.tool].items:
        item = given.pop(asked.number, None)
        lacks = "is missing" if item is None else "" if item.answer and item.reason.strip() else "lacks its reason"
        if item is not None and not item.answer:
            lacks = "is not answered"
        if lacks:
            text = f"Item {asked.number} of {TOOLS[appraisal.tool].name} ({asked.about}) {lacks}."
            yield Finding(appraisal.pk, "items", f"item {asked.number}", text)


def _designs(dossier) -> set[str]:
    return {description.design for description in dossier.rows["descriptions"]}


def _tool_fits(appraisal, dossier, others):
    designs, tool = _designs(dossier), TOOLS[appraisal.tool]
    if not designs & set(tool.designs):
        told = ", ".join(sorted(designs)) or "no design told"
        yield Finding(appraisal.pk, "tool", told, f"{tool.name} was not made for this design ({told}).")


def _was_read(appraisal, dossier, others):
    if dossier.report.role != ReportRole.PRIMARY:
        role = dossier.report.get_role_display()
        yield Finding(appraisal.pk, "report", role, "Only what a document tells of its own patients is appraised.")


def _own_cases(dossier) -> list:
    own = dossier.report.study_id and dossier.report.role == ReportRole.PRIMARY
    return itself(dossier) if own and any(fitting(design) for design in _designs(dossier)) else []


def _is_appraised(report, dossier, others):
    done = {appraisal.tool for appraisal in dossier.appraisals}
    wanted = {code for design in _designs(dossier) for code in fitting(design)}
    for code in sorted(wanted - done):
        yield Finding(report.pk, "appraisals", code, f"It is not appraised with {TOOLS[code].name}.")


CHECKS = (
    Check(
        "DC090", ERROR, "An appraisal answers every item of its tool with a reason",
        "Answer it, and say in the reason what the document says or does not, and where. “Unclear” is an answer.",
        "appraisals", (Report,), _appraisals, _is_whole,
    ),
    Check(
        "DC091", WARNING, "The tool of an appraisal fits the design",
        "A case report: JBI case report; a case series: JBI case series; Murad 2018 for both.",
        "appraisals", (Report,), _appraisals, _tool_fits,
        "The designs that the tools were made for (studies/pure/appraisal_tools.py).",
    ),
    Check(
        "DC092", ERROR, "What is appraised was read itself",
        "Appraise the study's own report once it is read; a retelling shows the reteller's quality, not the study's.",
        "appraisals", (Report,), _appraisals, _was_read,
    ),
    Check(
        "DC093", NOTE, "A document's own case is appraised",
        "With each tool that fits its design.",
        "own reports of a design that a tool fits", (Report,), _own_cases, _is_appraised,
    ),
)  # fmt: skip
