"""Publishing: one atomic method that checks, renders, numbers and logs. Nothing else writes public rows."""

from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..models import (
    OPEN,
    AccessionCounter,
    Change,
    Discrepancy,
    EvidenceRow,
    EvidenceTerm,
    Place,
    Publication,
    PublicFact,
    PublicRecord,
    Registration,
    Report,
    Revision,
    SearchText,
    Study,
    acting,
    get_record,
)
from ..models.choices import State
from ..pure.documents import dumps
from . import search_text
from .consistency import Problem, problems_of
from .documents import (
    ReportDocuments,
    discrepancy_document,
    preferred_first,
    publication_document,
    published_reports,
    registration_document,
    study_document,
)
from .dossier import Dossier
from .rows import rows_of_report

# Records of a report that are collections of the API; the others stand within them.
COLLECTIONS = (
    "cohorts", "constructs", "transplants", "therapies", "courses", "lymphodepletions", "infusions", "toxicities",
    "outcomes", "measurements", "events", "claims",
)  # fmt: skip


class Refused(Exception):
    """What was to be published was refused; `problems` says every reason, and nothing has changed."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Rendering:
    """The public rows of one unit."""

    records: list[PublicRecord] = field(default_factory=list)
    rows: list[tuple[EvidenceRow, list]] = field(default_factory=list)
    facts: list[PublicFact] = field(default_factory=list)
    search: list[SearchText] = field(default_factory=list)


def publish(record, *, user, reason: str) -> int:
    """Publish one publication, study, registration, report or discrepancy. Returns the revision; raises Refused."""
    return publish_all([record.pk], user=user, reason=reason)


def publish_all(accessions: list[str], *, user, reason: str, validated: set[str] = frozenset()) -> int:
    """Publish several units at once, whole or not at all, under one revision. Returns the revision; raises Refused.

    Whatever else shows them (the study of a report, the publication of a discrepancy) is rendered anew; a public row
    that would not change is left as it is. `validated` names records that passed `full_clean()` in this very
    transaction and need not be asked again. Where nothing changes, no revision is made and the last one is returned.
    """
    with transaction.atomic(), acting(user, reason):
        revision = _next_revision()
        units = [get_record(accession) for accession in accessions]
        for unit in units:
            if unit.state != State.PUBLISHED:
                unit.state = State.PUBLISHED
                unit.published_at = timezone.now()
                unit.save()
                Change.log(unit.pk, "published", {"revision": [None, revision]})
        problems = [problem for unit in units for problem in _problems(unit, validated)]
        if problems:
            raise Refused(problems)
        Revision.objects.create(id=revision, user=user, reason=reason)
        changed = False
        for unit in _with_dependents(units):
            changed |= _replace(unit.pk, _render(unit), revision)
        if not changed:
            Revision.objects.filter(id=revision).delete()
            AccessionCounter.objects.filter(kind="REV").update(last=F("last") - 1)
            return revision - 1
    return revision


def _next_revision() -> int:
    """The next revision number. Its row is locked until commit, so that revisions commit in their order."""
    AccessionCounter.objects.get_or_create(kind="REV")
    AccessionCounter.objects.filter(kind="REV").update(last=F("last") + 1)
    return AccessionCounter.objects.get(kind="REV").last


# Checks


def _problems(unit, validated: set[str]) -> list[Problem]:
    problems = [] if unit.pk in validated else _invalid(unit)
    if isinstance(unit, Report):
        dossier = Dossier(unit)
        for record in dossier:
            problems += [] if record.pk in validated else _invalid(record)
        problems += problems_of(dossier)
        problems += [
            Problem(unit.pk, name, f"“{parent}” is not published.")
            for name, parent in (("publication", unit.publication), ("subject", unit.subject))
            if parent is not None and parent.state != State.PUBLISHED
        ]
    elif isinstance(unit, Publication):
        placed = set(Place.objects.filter(record=unit.pk).values_list("attribute", flat=True))
        problems += [
            Problem(unit.pk, statement.field, "This bibliographic value has no place.")
            for statement in unit.statements()
            if statement.field not in placed
        ]
    elif isinstance(unit, Discrepancy):
        problems += _problems_of_discrepancy(unit)
    return problems


def _problems_of_discrepancy(unit: Discrepancy) -> list[Problem]:
    problems = []
    sides = list(unit.sides.all())
    if not sides:
        problems.append(Problem(unit.pk, "sides", "A discrepancy names at least one place."))
    for side in sides:
        if side.record_id:
            record = get_record(side.record_id)
            owner = getattr(record, "report", record)
            if getattr(owner, "state", State.PUBLISHED) != State.PUBLISHED:
                problems.append(Problem(unit.pk, "sides", f"{side.record_id} is not published."))
    return problems


def _invalid(record) -> list[Problem]:
    try:
        record.full_clean()
    except ValidationError as error:
        return [
            Problem(record.pk, "" if name == NON_FIELD_ERRORS else name, rule)
            for name, rules in error.message_dict.items()
            for rule in rules
        ]
    return []


# What else shows a unit


def _with_dependents(units: list) -> list:
    """The units and everything whose public form shows them, each once, only what is published."""
    found = {}

    def add(*records):
        for record in records:
            if record is not None and record.state == State.PUBLISHED:
                found.setdefault(record.pk, record)

    for unit in units:
        add(unit)
        if isinstance(unit, Report):
            add(unit.study, unit.registration, unit.publication)
            if unit.study_id:
                add(*Report.published().filter(study=unit.study_id))
                add(*Registration.objects.filter(studies=unit.study_id))
        elif isinstance(unit, Study):
            add(*Report.published().filter(study=unit))
            add(*Report.published().filter(setstatement_rows__studies=unit))
        elif isinstance(unit, Registration):
            add(*Report.published().filter(registration=unit))
            add(*unit.studies.all())
        elif isinstance(unit, Publication):
            for report in Report.published().filter(publication=unit).select_related("study", "registration"):
                add(report, report.study, report.registration)
            add(*Publication.objects.filter(references__cited=unit), *Publication.objects.filter(cited_by__citing=unit))
        elif isinstance(unit, Discrepancy):
            add(unit.publication)
            for side in unit.sides.exclude(record=None):
                record = get_record(side.record_id)
                report = getattr(record, "report", None)
                add(*(report, report.study, report.registration) if report else (record,))
    if any(isinstance(unit, Report) and not unit.subject for unit in units):
        add(*Study.objects.filter(set_statements__report__in=[u.pk for u in units if isinstance(u, Report)]).distinct())
    return list(found.values())


# Rendering


def _render(unit) -> Rendering:
    rendering = Rendering()
    if isinstance(unit, Report):
        _render_report(unit, rendering)
    elif isinstance(unit, Study):
        reports = [ReportDocuments(Dossier(report)) for report in published_reports(study=unit)]
        document = study_document(unit, reports)
        rendering.records.append(_record("studies", unit, document, study=unit.slug, kind=_design(document)))
        rendering.search.append(
            search_text.entry("study", f"/studies/{unit.slug}/", unit.name, search_text.words_of(document))
        )
    elif isinstance(unit, Registration):
        reports = [ReportDocuments(Dossier(report)) for report in published_reports(registration=unit)]
        document = registration_document(unit, reports)
        rendering.records.append(_record("registrations", unit, document))
        rendering.search.append(
            search_text.entry(
                "registration", f"/registrations/{unit.slug}/", unit.identifier, search_text.words_of(document)
            )
        )
    elif isinstance(unit, Publication):
        document, rendering.facts = publication_document(unit)
        own = Report.published().filter(publication=unit, study=None, registration=None).first()
        document["own_words"] = ReportDocuments(Dossier(own)).whole() if own else None
        rendering.records.append(
            _record(
                "publications",
                unit,
                document,
                publication=unit.slug,
                kind=unit.kind,
                year=unit.year,
                read_as=" ".join(sorted({source["read_as"] for source in document["sources_read"]})),
            )
        )
        rendering.search.append(
            search_text.entry(
                "publication",
                f"/publications/{unit.slug}/",
                unit.name,
                search_text.words_of(document | {"own_words": 0}),
            )
        )
    else:
        document = discrepancy_document(unit)
        rendering.records.append(
            PublicRecord(
                collection="discrepancies",
                accession=unit.pk,
                slug=unit.pk,
                publication=unit.publication.slug,
                kind=unit.kind,
                document=dumps(document),
            )
        )
    return rendering


def _render_report(report: Report, rendering: Rendering):
    documents = ReportDocuments(Dossier(report))
    siblings = preferred_first(list(Report.published().filter(study=report.study_id).select_related("publication")))
    preferred = bool(report.study_id) and siblings[0].pk == report.pk
    others = [sibling for sibling in siblings if sibling.pk != report.pk] if report.study_id else []
    rendering.rows = rows_of_report(documents, preferred, others)
    rendering.facts = documents.facts
    about = {
        "publication": report.publication.slug,
        "study": report.study.slug if report.study else "",
        "year": report.publication.year,
    }
    below = documents.below()
    for collection in COLLECTIONS:
        for document in below[collection] + (below["set_statements"] if collection == "claims" else []):
            rendering.records.append(
                PublicRecord(
                    collection=collection,
                    accession=document["accession"],
                    slug=document.get("slug") or document["accession"],
                    kind=collection if document["accession"][:3] != "SET" else "set_statement",
                    document=dumps(document),
                    **about,
                )
            )
    whole = documents.whole()
    rendering.records.append(
        PublicRecord(
            collection="reports",
            accession=report.pk,
            slug=report.pk,
            kind=report.role,
            document=dumps({key: value for key, value in whole.items() if not isinstance(value, list)}),
            **about,
        )
    )


def _record(collection: str, unit, document: dict, **columns) -> PublicRecord:
    return PublicRecord(collection=collection, accession=unit.pk, slug=unit.slug, document=dumps(document), **columns)


def _design(document: dict) -> str:
    designs = [d["design"] for report in document["reports"] for d in report["descriptions"]]
    return designs[0] if designs else ""


# Writing


def _replace(unit: str, rendering: Rendering, revision: int) -> bool:
    """Close the unit's rows that changed or went, insert those that are new. Returns whether anything did."""
    terms_of = {row.row: terms for row, terms in rendering.rows}
    changed = _replace_rows(PublicRecord, unit, rendering.records, revision, lambda r: (r.collection, r.slug))
    changed |= _replace_rows(PublicFact, unit, rendering.facts, revision, lambda r: r.fact_row)
    changed |= _replace_rows(SearchText, unit, rendering.search, revision, lambda r: r.address)
    rows = [row for row, _ in rendering.rows]
    for row in rows:
        row.term_list = terms_of[row.row]
    return changed | _replace_rows(EvidenceRow, unit, rows, revision, lambda r: r.row)


def _replace_rows(model, unit: str, wanted: list, revision: int, key) -> bool:
    compared = [
        f.attname for f in model._meta.concrete_fields if f.attname not in ("id", "owner", "valid_from", "valid_to")
    ]

    def content(row):
        values = [getattr(row, name) for name in compared]
        if model is EvidenceRow:
            values.append([list(t) for t in _terms(row)])
        return values

    standing = {key(row): row for row in model.objects.filter(owner=unit, valid_to=OPEN)}
    wanted = {key(row): row for row in wanted}
    closed = [row.pk for name, row in standing.items() if name not in wanted or content(wanted[name]) != content(row)]
    new = [row for name, row in wanted.items() if name not in standing or standing[name].pk in closed]
    model.objects.filter(pk__in=closed).update(valid_to=revision)
    for row in new:
        row.owner, row.valid_from, row.valid_to = unit, revision, OPEN
    model.objects.bulk_create(new, batch_size=200)
    if model is EvidenceRow and new:
        names = {row.row: row for row in model.objects.filter(owner=unit, valid_from=revision, valid_to=OPEN)}
        EvidenceTerm.objects.bulk_create(
            EvidenceTerm(row=names[row.row], field=field, value=value) for row in new for field, value in row.term_list
        )
    return bool(closed or new)


def _terms(row: EvidenceRow) -> list:
    return row.term_list if hasattr(row, "term_list") else sorted(row.terms.values_list("field", "value"))
