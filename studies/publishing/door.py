"""Publishing: one atomic method that checks, takes forms, renders, numbers and logs. Only it writes public rows."""

import json

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
    FormLink,
    Place,
    Publication,
    PublicFact,
    PublicRecord,
    Registration,
    Report,
    Revision,
    SearchText,
    Side,
    Study,
    acting,
    get_record,
)
from ..models.choices import Absence, State
from ..pure.documents import dumps
from .compose import Published
from .consistency import Problem, problems_of
from .dossier import BELOW_REPORT, Dossier
from .forms import form_of, names_in
from .render import Rendering, render, render_vocabularies


class Refused(Exception):
    """What was to be published was refused; `problems` says every reason, and nothing has changed."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def publish(record, *, user, reason: str) -> int:
    """Publish one publication, study, registration, report or discrepancy. Returns the revision; raises Refused."""
    return publish_all([record.pk], user=user, reason=reason)


def publish_all(accessions: list[str], *, user, reason: str) -> int:
    """Publish several units at once, whole or not at all, under one revision. Returns the revision; raises Refused.

    Whatever else shows them (the study of a report, the records a discrepancy touches) is rendered anew from what was
    last published of it; a public row that would not change is left as it is. The discrepancies that excuse a record
    of a report go out with it. Where nothing changes, no revision is made and the last one is returned.
    """
    with transaction.atomic(), acting(user, reason):
        revision = _next_revision()
        units = _with_excuses([get_record(accession) for accession in accessions])
        for unit in units:
            if unit.state != State.PUBLISHED:
                unit.state = State.PUBLISHED
                unit.published_at = timezone.now()
                unit.save()
                Change.log(unit.pk, "published", {"revision": [None, revision]})
        dossiers = {unit.pk: Dossier(unit) for unit in units if isinstance(unit, Report)}
        problems = [problem for unit in units for problem in _problems(unit, dossiers.get(unit.pk))]
        if problems:
            raise Refused(problems)
        for unit in units:
            _take_form(unit, dossiers.get(unit.pk))
        problems = [problem for unit in units if isinstance(unit, Discrepancy) for problem in _problems_of_sides(unit)]
        if problems:
            raise Refused(problems)
        Revision.objects.create(id=revision, user=user, reason=reason)
        changed, published = False, Published()
        for unit in _with_dependents(units):
            changed |= _replace(unit.pk, render(unit, published), revision)
        return _settle(revision, changed)


def _settle(revision: int, changed: bool) -> int:
    """Keep a revision that changed something; take back one that did not."""
    if changed:
        return revision
    Revision.objects.filter(id=revision).delete()
    AccessionCounter.objects.filter(kind="REV").update(last=F("last") - 1)
    return revision - 1


def _next_revision() -> int:
    """The next revision number. Its row is locked until commit, so that revisions commit in their order."""
    AccessionCounter.objects.get_or_create(kind="REV")
    AccessionCounter.objects.filter(kind="REV").update(last=F("last") + 1)
    return AccessionCounter.objects.get(kind="REV").last


def _with_excuses(units: list) -> list:
    """The units, and the drafts of discrepancies that excuse a record of a report among them."""
    known = {unit.pk: unit for unit in units}
    for report in [unit for unit in units if isinstance(unit, Report)]:
        for model in BELOW_REPORT.values():
            for record in model.objects.filter(report=report, excused_by__isnull=False).select_related("excused_by"):
                if record.excused_by.state != State.PUBLISHED:
                    known.setdefault(record.excused_by_id, record.excused_by)
    return list(known.values())


def _take_form(unit, dossier: Dossier | None):
    form = form_of(unit, dossier)
    unit.form = dumps(form)
    type(unit).objects.filter(pk=unit.pk).update(form=unit.form)
    FormLink.objects.filter(unit=unit.pk).delete()
    FormLink.objects.bulk_create(FormLink(unit=unit.pk, target=target) for target in sorted(names_in(form)))


def publish_vocabularies(*, user, reason: str) -> int:
    """Publish the open vocabularies as they stand. Returns the revision, the last one where nothing changed."""
    with transaction.atomic(), acting(user, reason):
        revision = _next_revision()
        Revision.objects.create(id=revision, user=user, reason=reason)
        changed = _replace("vocabularies", render_vocabularies(), revision)
        return _settle(revision, changed)


# Checks


def _problems(unit, dossier: Dossier | None) -> list[Problem]:
    problems = _invalid(unit)
    if isinstance(unit, Report):
        records = list(dossier)
        for record in records:
            problems += _invalid(record)
        problems += problems_of(dossier)
        problems += _unpublished(unit.pk, publication=unit.publication, subject=unit.subject)
        problems += _problems_of_places([record.pk for record in records])
    elif isinstance(unit, Publication):
        placed = set(Place.objects.filter(record=unit.pk).values_list("attribute", flat=True))
        problems += [
            Problem(unit.pk, statement.field, "This bibliographic value has no place.")
            for statement in unit.statements()
            if statement.field not in placed
        ]
        problems += _problems_of_places([unit.pk])
    elif isinstance(unit, Discrepancy):
        problems += _unpublished(unit.pk, publication=unit.publication)
    return problems


def _unpublished(accession: str, **needed) -> list[Problem]:
    return [
        Problem(accession, name, f"“{record}” is not published.")
        for name, record in needed.items()
        if record is not None and record.state != State.PUBLISHED
    ]


def _problems_of_places(accessions: list[str]) -> list[Problem]:
    """A place in another document shows that document, so it must be public itself; a place that prints another value
    is a discrepancy, so one must name it."""
    problems = []
    for place in Place.objects.filter(record__in=accessions).select_related("document"):
        if place.document and place.document.state != State.PUBLISHED:
            rule = f"It has a place in “{place.document}”, which is not published."
            problems.append(Problem(place.record_id, place.attribute, rule))
        if place.value and place.value not in Absence.values:
            sides = Side.objects.filter(record=place.record_id, attribute__in=("", place.attribute))
            if not sides.exists():
                rule = f"{place.locator} prints “{place.value}”: a discrepancy must name this field."
                problems.append(Problem(place.record_id, place.attribute, rule))
    return problems


def _problems_of_sides(unit: Discrepancy) -> list[Problem]:
    """A discrepancy names at least one place, and only documents and records that are public: it is asked once the
    forms of this publishing are taken."""
    problems = []
    sides = list(unit.sides.select_related("publication"))
    if not sides:
        problems.append(Problem(unit.pk, "sides", "A discrepancy names at least one place."))
    for side in sides:
        problems += _unpublished(unit.pk, sides=side.publication)
        if side.record_id and not _is_public(side.record_id):
            problems.append(Problem(unit.pk, "sides", f"{side.record_id} is not published."))
    return problems


def _is_public(accession: str) -> bool:
    """Whether a record stands in the published form of its unit."""
    record = get_record(accession)
    unit = next((u for u in (getattr(record, n, None) for n in ("report", "publication", "citing")) if u), record)
    if isinstance(record, (Report, Discrepancy)):
        unit = record
    form = getattr(unit, "form", "")
    return getattr(unit, "state", "") == State.PUBLISHED and f'"{accession}"' in form


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
        for dependent in DEPENDENTS[type(unit)](unit):
            add(dependent)
    return list(found.values())


def _of_report(report: Report):
    yield from (report.study, report.registration, report.publication)
    if report.study_id:
        yield from Report.published().filter(study=report.study_id)
        yield from Registration.objects.filter(studies=report.study_id)
    named = names_in(json.loads(report.form))
    yield from Study.objects.filter(slug__in=named)
    for sibling in Report.published().filter(pk__in=named).select_related("study"):
        yield from (sibling, sibling.study)


def _of_study(study: Study):
    for report in Report.published().filter(study=study).select_related("publication"):
        yield from (report, report.publication)
    for report in Report.published().filter(pk__in=Published.naming([study.slug])).select_related("publication"):
        yield from (report, report.publication)
    yield from Registration.objects.filter(pk__in=Published.naming([study.slug]))


def _of_registration(registration: Registration):
    yield from Report.published().filter(registration=registration)
    yield from Study.objects.filter(slug__in=names_in(json.loads(registration.form)))


def _of_publication(publication: Publication):
    for report in Report.published().filter(publication=publication).select_related("study", "registration"):
        yield from (report, report.study, report.registration)
    naming = Published.naming([publication.slug])
    yield from Publication.objects.filter(pk__in=naming)
    yield from Publication.objects.filter(slug__in=names_in(json.loads(publication.form)))
    yield from Study.objects.filter(slug=publication.slug)
    for report in Report.published().filter(pk__in=naming).select_related("publication"):
        yield from (report, report.publication)


def _of_discrepancy(discrepancy: Discrepancy):
    yield discrepancy.publication
    for side in discrepancy.sides.exclude(record=None):
        record = get_record(side.record_id)
        report = getattr(record, "report", None)
        if report is None:
            yield record
        else:
            yield from (report, report.study, report.registration, report.publication)


DEPENDENTS = {
    Report: _of_report,
    Study: _of_study,
    Registration: _of_registration,
    Publication: _of_publication,
    Discrepancy: _of_discrepancy,
}


# Writing


def _replace(owner: str, rendering: Rendering, revision: int) -> bool:
    """Close the unit's rows that changed or went, insert those that are new. Returns whether anything did."""
    changed = _replace_rows(PublicRecord, owner, rendering.records, revision, lambda r: (r.collection, r.slug))
    changed |= _replace_rows(PublicFact, owner, rendering.facts, revision, lambda r: r.fact_row)
    changed |= _replace_rows(SearchText, owner, rendering.search, revision, lambda r: r.address)
    return changed | _replace_rows(EvidenceRow, owner, rendering.rows, revision, lambda r: r.row)


def _replace_rows(model, owner: str, wanted: list, revision: int, key) -> bool:
    own = ("id", "owner", "valid_from", "valid_to")
    compared = [f.attname for f in model._meta.concrete_fields if f.attname not in own]
    standing = {key(row): row for row in model.objects.filter(owner=owner, valid_to=OPEN)}
    terms = _standing_terms(standing.values()) if model is EvidenceRow else {}

    def content(row):
        return [getattr(row, name) for name in compared] + [getattr(row, "term_list", terms.get(row.pk))]

    wanted = {key(row): row for row in wanted}
    closed = [row.pk for name, row in standing.items() if name not in wanted or content(wanted[name]) != content(row)]
    new = [row for name, row in wanted.items() if name not in standing or standing[name].pk in closed]
    model.objects.filter(pk__in=closed).update(valid_to=revision)
    for row in new:
        row.owner, row.valid_from, row.valid_to = owner, revision, OPEN
    model.objects.bulk_create(new, batch_size=200)
    if model is EvidenceRow and new:
        stored = {row.row: row for row in model.objects.filter(owner=owner, valid_from=revision, valid_to=OPEN)}
        EvidenceTerm.objects.bulk_create(
            EvidenceTerm(row=stored[row.row], field=name, value=value) for row in new for name, value in row.term_list
        )
    return bool(closed or new)


def _standing_terms(rows) -> dict[int, list[tuple[str, str]]]:
    found = {row.pk: [] for row in rows}
    for row, name, value in EvidenceTerm.objects.filter(row__in=found).values_list("row", "field", "value"):
        found[row].append((name, value))
    return {pk: sorted(terms) for pk, terms in found.items()}
