"""What a report cannot lack: that its document was read, whose numbers they are, how and with what they were treated.

Of a study that a document retells as much is asked as of the study's own paper; a mention may be a name.
"""

from ...models import Report
from ...models.choices import ReportRole
from .frame import ERROR, WARNING, Check, Finding

TELLING = (ReportRole.PRIMARY, ReportRole.SECONDARY)


def _itself(dossier) -> list:
    return [dossier.report]


def _telling(dossier) -> list:
    """The report, where it tells of a study."""
    return [dossier.report] if dossier.report.study_id and dossier.report.role in TELLING else []


def _telling_of_cells(dossier) -> list:
    """The report, where it tells of a study of CAR-T cells."""
    return [report for report in _telling(dossier) if not report.study.comparator_treatment]


def _in_role(dossier, role: ReportRole) -> list:
    return [report for report in _telling_of_cells(dossier) if report.role == role]


def _was_read(report, dossier, others):
    if not others.was_read(report.publication):
        text = f"What was read of “{report.publication.slug}” is not recorded."
        yield Finding(report.pk, "publication", report.publication.slug, text)


def _has(name: str, field: str, text: str):
    """The check that a report has a row of one kind."""

    def find(report, dossier, others):
        if not dossier.rows[name]:
            yield Finding(report.pk, field, f"no {name}", text)

    return find


CHECKS = (
    Check(
        "DC014", ERROR, "A document was read",
        "What was read of the publication (full text, slides, abstract), when, and what was not at hand.",
        "reports", (Report,), _itself, _was_read,
    ),
    Check(
        "DC015", ERROR, "A report has its patients",
        "A cohort, with its number of patients or without.",
        "reports of studies, but for mentions", (Report,), _telling,
        _has("cohorts", "", "It tells of no patients: there is no cohort."),
    ),
    Check(
        "DC016", ERROR, "A report of CAR-T cells has its course",
        "A course for each cohort treated, with what is known of the cells.",
        "reports of CAR-T studies, but for mentions", (Report,), _telling_of_cells,
        _has("courses", "", "It tells of no CAR-T course."),
    ),
    Check(
        "DC017", ERROR, "A study's own paper describes it",
        "The design, or that the paper does not say it, with the centre as far as it is told.",
        "primary reports of CAR-T studies", (Report,), lambda d: _in_role(d, ReportRole.PRIMARY),
        _has("descriptions", "", "Design and centre are not described."),
    ),
    Check(
        "DC018", WARNING, "A study that is retold is described",
        "The design and the centre as far as they are told; or the reason says that the document is silent.",
        "retold reports of CAR-T studies", (Report,), lambda d: _in_role(d, ReportRole.SECONDARY),
        _has("descriptions", "", "Design and centre are not described."),
    ),
)  # fmt: skip
