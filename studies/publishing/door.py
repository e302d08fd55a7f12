"""Publishing: one atomic method that checks, takes forms, renders, numbers and logs. Only it writes public rows."""

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import (
    OPEN,
    Accession,
    AccessionCounter,
    Change,
    Discrepancy,
    EvidenceDose,
    EvidenceRow,
    EvidenceTerm,
    FormLink,
    Publication,
    PublicFact,
    PublicRecord,
    Report,
    Revision,
    SearchText,
    Term,
    Vocabularies,
    acting,
    get_record,
)
from ..models.choices import GONE, State
from ..pure.documents import dumps
from .candidates import enrol
from .checks import Problem, problems_of_sides, problems_of_unit
from .compose import Published
from .data_quality import check_what_never_was, render_data_quality
from .datachecks import Checked, run
from .dependents import with_dependents
from .dossier import BELOW_REPORT, Dossier
from .flow import render_flow
from .forms import form_of, names_in
from .published_tables import problems_of_tables
from .render import RENDERING, Rendering, render, render_vocabularies
from .render_vocabularies import take_forms
from .search_entries import index
from .tombstones import tombstones
from .unit_of import UNITS


class Refused(Exception):
    """What was to be published was refused; `problems` says every reason, and nothing has changed."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def publish(record, *, user, reason: str) -> int:
    """Publish one unit of any kind (unit_of.py). Returns the revision; raises Refused."""
    return publish_all([record.pk], user=user, reason=reason)


def publish_all(accessions: list[str], *, user, reason: str, terms: QuerySet | None = None) -> int:
    """Publish several units at once, whole or not at all, under one revision. Returns the revision; raises Refused.

    Whatever else shows them (the study of a report, the records a discrepancy touches) is rendered anew from what was
    last published of it; a public row that would not change is left as it is. The discrepancies that excuse a record
    of a report go out with it. `terms` are those of the vocabularies that go out, too: a load gives what came with its
    fixtures. Where nothing changes, no revision is made and the last one is returned.
    """
    with transaction.atomic(), acting(user, reason):
        revision = next_revision()
        has_new_terms = terms is not None and take_forms(terms)
        units = with_excuses([get_record(accession) for accession in accessions])
        for unit in units:
            if unit.state != State.PUBLISHED or not unit.is_public:
                unit.state, unit.is_public, unit.published_at = State.PUBLISHED, True, timezone.now()
                _set(unit, "state", "is_public", "published_at")
                Change.log(unit.pk, "published", {"revision": [None, revision]}, unit=unit.pk)
        dossiers = {unit.pk: Dossier(unit) for unit in units if isinstance(unit, Report)}
        checked = run(units, dossiers, revision=revision)
        problems = [p for unit in units for p in problems_of_unit(unit, dossiers.get(unit.pk), checked[unit.pk])]
        showing = {unit.pk: unit for unit in with_dependents(units)}  # by the forms that are about to go
        for unit in units:
            _take_form(unit, dossiers.get(unit.pk), checked[unit.pk])
        problems += problems_of_sides([unit for unit in units if isinstance(unit, Discrepancy)])
        changed, published = False, Published()
        showing |= {unit.pk: unit for unit in with_dependents(units)}
        documents = [published.publication(unit.slug) for unit in showing.values() if isinstance(unit, Publication)]
        problems += [problem for document in documents for problem in problems_of_tables(document, published)]
        if problems:  # all of them at once; what was taken for it is taken back
            raise Refused(problems)
        enrol()
        _begin(revision, user, reason)
        for unit in showing.values():
            changed |= _replace(unit.pk, render(unit, published), revision)
        if has_new_terms:
            changed |= _replace("vocabularies", render_vocabularies(), revision)
        changed |= _replace("data-quality", render_data_quality(), revision)
        changed |= _replace("flow", render_flow(), revision)
        return _settle(revision, changed)


def close_all(units: list, state: State, *, reason: str, successor=None, user) -> int:
    """Take units out of the public base, under one revision: each address of theirs then says that they are gone, why,
    and what took their place. `reason` is told to the public. Returns the revision."""
    with transaction.atomic(), acting(user, reason):
        revision = next_revision()
        showing = {unit.pk: unit for unit in with_dependents(units)}
        for unit in units:
            showing.pop(unit.pk, None)
            unit.state, unit.is_public = state, False
            _set(unit, "state", "is_public")
            Change.log(unit.pk, str(state), {"successor": [None, successor.pk if successor else None]}, unit=unit.pk)
        _begin(revision, user, reason)
        published = Published()
        for unit in units:
            _replace(unit.pk, Rendering(records=tombstones(unit, state, reason, successor)), revision)
        for unit in showing.values():
            _replace(unit.pk, render(unit, published), revision)
        _replace("flow", render_flow(), revision)
        return _settle(revision, True)


def _set(unit, *names: str):
    """Write only these columns: whoever is changing the others at this moment keeps what they did."""
    type(unit).objects.filter(pk=unit.pk).update(**{name: getattr(unit, name) for name in names})


def render_all(*, reason: str) -> int:
    """Render everything that is public anew, from the forms as they were published: what an update of the software
    asks for. Returns the revision, the last one where no public row changed."""
    with transaction.atomic():
        revision = next_revision()
        enrol()
        _begin(revision, None, reason)
        check_what_never_was()
        changed, published = False, Published()
        for model in UNITS:
            for unit in model.objects.filter(is_public=True).order_by("pk"):
                changed |= _replace(unit.pk, render(unit, published), revision)
        changed |= _replace("vocabularies", render_vocabularies(), revision)
        changed |= _replace("data-quality", render_data_quality(), revision)
        changed |= _replace("flow", render_flow(), revision)
        settled = _settle(revision, changed)
        Revision.objects.filter(id=settled).update(rendering=RENDERING)
        return settled


def render_again(units: list, revision: int):
    """Render units, and whatever shows them, from the forms as they are now, under a revision that was begun."""
    published = Published()
    for unit in with_dependents(units):
        _replace(unit.pk, render(unit, published), revision)


def show_anew(slugs: list[str], *, user, reason: str) -> int:
    """Render public publications anew, from the forms as they were published: what stands beside them changed. Returns
    the revision, the last one where no public row changed."""
    with transaction.atomic():
        revision = next_revision()
        _begin(revision, user, reason)
        changed, published = False, Published()
        for unit in Publication.objects.filter(slug__in=slugs, is_public=True).order_by("pk"):
            changed |= _replace(unit.pk, render(unit, published), revision)
        return _settle(revision, changed)


def rendered_by_an_older_version() -> bool:
    """Whether the newest revision was rendered otherwise than this version renders."""
    newest = Revision.objects.order_by("-id").values_list("rendering", flat=True).first()
    return newest is not None and newest != RENDERING


def _begin(revision: int, user, reason: str):
    Revision.objects.create(id=revision, user=user, reason=reason, rendering=RENDERING)


def _settle(revision: int, changed: bool) -> int:
    """Keep a revision that changed something; take back one that did not."""
    if changed:
        return revision
    Revision.objects.filter(id=revision).delete()
    AccessionCounter.objects.filter(kind="REV").update(last=F("last") - 1)
    return revision - 1


def next_revision() -> int:
    """The next revision number. Its row is locked until commit, so that revisions commit in their order."""
    AccessionCounter.objects.get_or_create(kind="REV")
    AccessionCounter.objects.filter(kind="REV").update(last=F("last") + 1)
    return AccessionCounter.objects.get(kind="REV").last


def with_excuses(units: list) -> list:
    """The units, and the drafts of discrepancies that excuse a record of a report among them."""
    known = {unit.pk: unit for unit in units}
    reports = [unit for unit in units if isinstance(unit, Report)]
    for model in BELOW_REPORT.values() if reports else ():
        excused = model.objects.filter(report__in=reports, excused_by__is_public=False).exclude(
            excused_by__state__in=GONE
        )
        for record in excused.select_related("excused_by"):
            known.setdefault(record.excused_by_id, record.excused_by)
    return list(known.values())


def _take_form(unit, dossier: Dossier | None, checked: Checked):
    form = form_of(unit, dossier)
    unit.form, unit.checked = dumps(form), dumps(checked.document())
    _set(unit, "form", "checked")
    FormLink.objects.filter(unit=unit.pk).delete()
    FormLink.objects.bulk_create(FormLink(unit=unit.pk, target=target) for target in sorted(names_in(form)))


def publish_vocabularies(*, user, reason: str) -> int:
    """Publish the open vocabularies as they stand. Returns the revision, the last one where nothing changed."""
    with transaction.atomic(), acting(user, reason):
        Accession.register([(Vocabularies.pk, "VOC")])
        revision = publish_all([], user=user, reason=reason, terms=Term.objects.all())
        Change.log(Vocabularies.pk, "published", {"revision": [None, revision]}, unit=Vocabularies.pk)
        return revision


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
    if model is SearchText and new:
        index(list(model.objects.filter(owner=owner, valid_from=revision, valid_to=OPEN)))
    if model is EvidenceRow and new:
        stored = {row.row: row for row in model.objects.filter(owner=owner, valid_from=revision, valid_to=OPEN)}
        EvidenceTerm.objects.bulk_create(
            EvidenceTerm(row=stored[row.row], field=name, value=value) for row in new for name, value in row.term_list
        )
        EvidenceDose.objects.bulk_create(
            EvidenceDose(row=stored[row.row], unit=unit, low=low, high=high)
            for row in new
            for unit, low, high in row.dose_list
        )
    return bool(closed or new)


def _standing_terms(rows) -> dict[int, list[tuple[str, str]]]:
    found = {row.pk: [] for row in rows}
    for row, name, value in EvidenceTerm.objects.filter(row__in=found).values_list("row", "field", "value"):
        found[row].append((name, value))
    return {pk: sorted(terms) for pk, terms in found.items()}
