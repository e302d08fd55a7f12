"""The case of a report: what one who enters it works on, handed in, returned and published as one."""

from ..models import Discrepancy, Report
from ..models.choices import ReportRole, State
from .dossier import Dossier

NOT_SEEN = (State.DRAFT, State.IN_REVIEW)


def case_of(report: Report) -> list:
    """The report and what is not published of the same case: its document with the document's own words, its study or
    registration, and the discrepancies that name a record of it or of those words, or the document at large."""
    words = Report.objects.filter(publication=report.publication_id, role=ReportRole.OWN_WORDS).exclude(pk=report.pk)
    around = [report.publication, report.study, report.registration, *words]
    unseen = [unit for unit in around if unit is not None and unit.state in NOT_SEEN]
    return [report, *unseen, *_discrepancies(report, words)]


def _discrepancies(report: Report, words) -> list[Discrepancy]:
    records = [record for one in (report, *words) for record in Dossier(one)]
    named = {record.pk for record in records} | {report.pk, report.publication_id, report.study_id}
    excuses = {record.excused_by_id for record in records}
    found = Discrepancy.objects.filter(publication=report.publication_id, state__in=NOT_SEEN)
    touching = []
    for discrepancy in found.prefetch_related("sides").order_by("pk"):
        records = {side.record_id for side in discrepancy.sides.all()} - {None}
        if not records or records & named or discrepancy.pk in excuses:
            touching.append(discrepancy)
    return touching
