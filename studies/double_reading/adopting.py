"""What was decided, made into drafts: by the loader, whole or not at all, and held against every decision."""

from django.db import transaction

from ..loading import Loader, Refusal
from ..models import Change, DoubleReading, Publication, Report, acting, get_record
from ..publishing.unit_of import UNITS
from ..publishing.workflow import NotAllowed
from ..pure.double_reading import compared
from . import bundle, merging, naming, shape, snapshot


def _handed_in(double: DoubleReading):
    """The contents of the two bundles, what they say, and each fact with its decision."""
    readings = list(double.readings.order_by("number"))
    contents = [shape.read(reading.text, double.publication)[0] for reading in readings]
    reads = tuple(snapshot.loads(reading.reads) for reading in readings)
    facts = {(fact.first_record, fact.second_record, fact.attribute): fact for fact in double.facts.all()}
    decided = []
    for row in compared(*reads):
        records = [record.name if record and said else "" for record, said in _sides(row)]
        fact = facts.get((*records, row.said.attribute))
        if fact is None or fact.verdict != row.verdict:
            raise NotAllowed(
                "It was compared by another version of the software, and this one compares otherwise. Withdraw it and "
                "assign it again; the two bundles can be downloaded and handed in as they are."
            )
        decided.append(merging.Decided(row, fact.decision, fact.own_value, fact.own_place, fact.own_wording))
    return contents, reads, decided


def _sides(row):
    return (row.first_record, row.first), (row.second_record, row.second)


def merged(double: DoubleReading):
    """The bundle that the decisions make."""
    contents, reads, decided = _handed_in(double)
    return merging.merge(*contents, reads, decided)


def adopt(double: DoubleReading, text: str, user, reason: str) -> tuple[list[str], list[Refusal]]:
    """Load an adjudicated bundle as drafts. Returns the accessions of its units, reports first, or every reason why it
    was not."""
    content, refusals = shape.read(text, double.publication)
    if refusals:
        return [], refusals
    contents, reads, decided = _handed_in(double)
    names = merging.second_names(*reads, contents[0])
    with transaction.atomic():
        standing = _standing(content)
        given = naming.fresh(naming.names_of(content), standing)
        own = {accession: name for name, accession in given.items()}
        with acting(user, f"two readings adopted: {reason}"):
            loader = Loader(fills=True)
            loader.collect(shape.FILE, naming.renamed(content, given))
            loader.load_records()
        if loader.refusals:
            transaction.set_rollback(True)
            return [], [bundle.own_words(refusal, own) for refusal in loader.refusals]
        records = [get_record(accession) for accession in loader.where]
        problems = merging.unmet(decided, snapshot.reads_of(records, own), names)
        if problems:
            transaction.set_rollback(True)
            return [], [Refusal(shape.FILE, 1, "a decision", "", problem) for problem in problems]
        units = [record for record in records if isinstance(record, UNITS)]
        units.sort(key=lambda unit: not isinstance(unit, Report))
        _name_the_readers(double, units)
        return [unit.pk for unit in units], []


def _standing(content) -> dict[str, str]:
    """Own name → accession of what the base holds already: the publication, and subjects that others tell of."""
    found = bundle.standing_subjects(content)
    for kind, node, _ in naming.records_of(content):
        if kind == "publication":
            known = Publication.objects.filter(slug=node.get("slug", "")).values_list("pk", flat=True).first()
            found |= {node[kind]: known} if known else {}
    return found


def _name_the_readers(double: DoubleReading, units: list):
    """The two readers stand in the history of what was made of their readings, so that neither publishes it."""
    for reading in double.readings.exclude(curator=None).select_related("curator"):
        with acting(reading.curator, f"the {reading.get_number_display()} of two readings"):
            for unit in units:
                Change.log(unit.pk, "read")
