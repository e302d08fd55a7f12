"""A bundle looked at: loaded by all rules into a transaction that is taken back, so that nothing of it stays.

It is loaded as if the base did not know its publication: a reading stands on the document alone. What the base holds of
the publication is set aside while it lasts, so that the two readings of a document that is in the base can be compared.
"""

from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from ..fixture_files import Node
from ..loading import Loader, Refusal
from ..models import Construct, Discrepancy, Publication, PublicRecord, Registration, Report, Study, acting, get_record
from ..models.choices import State
from ..publishing.checks import Problem, problems_of_unit
from ..publishing.datachecks import run
from ..publishing.dossier import Dossier
from ..publishing.unit_of import UNITS
from ..pure.double_reading import Read
from . import naming, shape, snapshot

ASIDE = "-in-the-base"


@dataclass
class Looked:
    """What a bundle says, or everything that it is refused for."""

    content: Node | None = None
    reads: list[Read] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def look_at(text: str, slug: str) -> Looked:
    """Check a bundle on a publication by every rule of form, models, datachecks and publishing. Nothing stays."""
    content, refusals = shape.read(text, slug)
    if refusals:
        return Looked(content, refusals=refusals)
    with transaction.atomic(), acting(None, "a reading looked at"):
        looked = _loaded(content, slug)
        transaction.set_rollback(True)
    looked.content = content
    return looked


def _loaded(content: Node, slug: str) -> Looked:
    known = _set_aside(slug)
    given = naming.fresh(naming.names_of(content), standing_subjects(content))
    own = {accession: name for name, accession in given.items()}
    nodes = naming.renamed(content, given)
    for kind, node, _ in naming.records_of(nodes):
        if kind == "publication":
            node |= {name: value for name, value in known.items() if name not in node}
    loader = Loader(fills=True)
    loader.collect(shape.FILE, nodes)
    loader.load_records()
    if not loader.refusals:
        records = [get_record(accession) for accession in loader.where]
        loader.refusals = [loader.locate(problem) for problem in _problems(records)]
        if not loader.refusals:
            return Looked(reads=snapshot.reads_of(records, own))
    return Looked(refusals=[own_words(refusal, own) for refusal in loader.refusals])


def _set_aside(slug: str) -> dict[str, str]:
    """Make room for a reading of a publication that the base knows. Returns what it is called there."""
    known = Publication.objects.filter(slug=slug).first()
    if known is None:
        return {}
    reports = Report.objects.filter(publication=known)
    Construct.objects.filter(report__in=reports).update(slug=Concat(F("slug"), Value(ASIDE)))
    reports.update(is_public=False)
    # Checks across documents ask which cohorts are public: those of this one are not, while it is read anew.
    PublicRecord.objects.current().filter(collection="cohorts", publication=slug).update(valid_to=0)
    Publication.objects.filter(pk=known.pk).update(
        slug=slug + ASIDE, doi="", pmid="", pmcid="", is_public=False, state=State.DRAFT
    )
    return {"name": known.name, "kind": str(known.kind), "year": str(known.year)}


def standing_subjects(content: Node) -> dict[str, str]:
    """Own name → accession of the studies and registrations of a bundle that the base knows: a document tells of them,
    they are not the document's own."""
    found = {}
    for kind, node, _ in naming.records_of(content):
        for model, name in ((Study, "slug"), (Registration, "identifier")):
            if model._meta.model_name == kind:
                standing = model.objects.filter(**{name: node.get(name, "")}).values_list("pk", flat=True).first()
                if standing:
                    found[node[kind]] = standing
    return found


def _problems(records: list) -> list:
    """What would keep the units of a bundle from being published, were all of them published together."""
    units = [record for record in records if isinstance(record, UNITS)]
    for unit in units:
        unit.state, unit.is_public = State.PUBLISHED, True
        type(unit).objects.filter(pk=unit.pk).update(state=State.PUBLISHED, is_public=True)
    units = [get_record(unit.pk) for unit in units]
    dossiers = {unit.pk: Dossier(unit) for unit in units if isinstance(unit, Report)}
    checked = run(units, dossiers)
    problems = [p for unit in units for p in problems_of_unit(unit, dossiers.get(unit.pk), checked[unit.pk])]
    return problems + [p for unit in units if isinstance(unit, Discrepancy) for p in _sides(unit)]


def _sides(unit: Discrepancy) -> list:
    return [
        Problem(unit.pk, "sides", f"“{side.publication}” is not published.")
        for side in unit.sides.select_related("publication")
        if not side.publication.is_public
    ]


def own_words(refusal: Refusal, own: dict[str, str]) -> Refusal:
    """A refusal in the bundle's own names."""
    return replace(refusal, record=naming.retold(refusal.record, own), rule=naming.retold(refusal.rule, own))
