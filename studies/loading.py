"""Fixtures into the write side: everything validated, every refusal named, whole or not at all.

A fixture is a list of records under `records:`. Each record starts with its kind and accession (`toxicity: TOX-00001`);
the other keys are fields of the model, `place` and `wording` standing for the locator and the wording as reported.
Foreign keys are written as slug, code, identifier or accession. A report carries its own records under `records:`.
docs/fixtures.md shows one.
"""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction

from . import publishing, vocabulary_loading
from .fixture_files import FixtureSyntaxError, Node, read
from .models import (
    Accession,
    Agent,
    AppraisalItem,
    Author,
    Candidate,
    Change,
    CheckedWarning,
    CohortOverlap,
    Discrepancy,
    Place,
    PublishedTable,
    PublishedTableColumn,
    Side,
    SourceRead,
    Term,
    acting,
    get_record,
    get_records,
    record_models,
)

# The reading queue fills itself; what is in it is decided by people.
KINDS = {model._meta.model_name: model for model in record_models() if model is not Candidate}
RENAMED = {"place": "locator", "wording": "as_reported", "check": "check_id"}
# Rows that belong to a record and have no accession: the key they stand under, their model and their parent's name.
CHILDREN = {
    "authors": (Author, "publication", "position"),
    "sides": (Side, "discrepancy", "position"),
    "items": (AppraisalItem, "appraisal", "number"),
    "columns": (PublishedTableColumn, "table", "position"),
}


@dataclass
class Refusal:
    """One thing that was refused: where it stands, which record and field, and the rule."""

    file: str
    line: int
    record: str
    field: str
    rule: str

    def __str__(self):
        field = f" · {self.field}" if self.field else ""
        return f"{self.file}:{self.line} · {self.record}{field}: {self.rule}"


class LoadError(Exception):
    """A fixture was refused whole; `refusals` says every reason."""

    def __init__(self, refusals: list[Refusal]):
        self.refusals = refusals
        super().__init__("\n".join(str(refusal) for refusal in refusals))


@dataclass
class Loaded:
    """What a load did: records created, updated, unchanged, and those left alone because a curator changed them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = None
    revision: int = 0

    def __post_init__(self):
        self.kept = []


def load(paths: list[Path], reason: str = "fixtures loaded") -> Loaded:
    """Load fixture files and publish what they hold, in one transaction. Raises LoadError; then nothing has changed."""
    files = []
    for path in paths:
        try:
            files.append((path.name, read(path)))
        except FixtureSyntaxError as error:
            raise LoadError([Refusal(path.name, error.line, "the file", "", str(error))]) from error
    with transaction.atomic(), acting(None, reason):
        loader = Loader()
        for name, content in files:
            if name == "vocabularies.yaml":
                vocabulary_loading.load(content, loader)
        for name, content in files:
            if name != "vocabularies.yaml":
                loader.collect(name, content)
        loader.load_records()
        if loader.refusals:
            raise LoadError(loader.refusals)
        try:
            loader.done.revision = publishing.publish_all(
                loader.published_units(), user=None, reason=reason, terms=Term.objects.filter(edited=False)
            )
        except publishing.Refused as error:
            raise LoadError([loader.locate(problem) for problem in error.problems]) from error
    return loader.done


class Loader:
    """The records of fixtures on their way into the base.

    With `fills` the content is not the whole of what it names: what it does not give stays as it is, whoever entered
    it. So two readings of a document fill the publication that an import made (studies/double_reading).
    """

    def __init__(self, fills: bool = False):
        self.fills = fills
        self.done = Loaded()
        self.refusals: list[Refusal] = []
        self.nodes: list[tuple[type, Node, dict]] = []
        self.where: dict[str, Node] = {}
        self.standing: dict[str, models.Model] = {}
        self.terms: dict[tuple[str, str], Term] = {}
        self.found: dict[tuple[type, str], models.Model] = {}
        by_curators = Change.objects.filter(user__isnull=False).exclude(action__in=("published", "checked"))
        self.touched = set(by_curators.values_list("accession", flat=True))
        self.entered = set(by_curators.filter(action="created").values_list("accession", flat=True))
        if fills:
            self.touched, self.entered = set(), set()

    # Records

    def collect(self, file: str, content: Node):
        """Note every record of a file, those of a report with the report, agents with their regimen."""
        if not isinstance(content, Node):
            content = Node({"records": None})
            content.file = file
        self._collect(content.get("records"), {}, content)

    def _collect(self, entries, inherited: dict, within: Node):
        if not isinstance(entries, list) or not all(isinstance(node, Node) for node in entries):
            rule = "A fixture is a mapping with a list of records under “records:”, each a mapping."
            self.refuse(within, "the file", "records", rule)
            return
        for node in entries:
            model = KINDS.get(next(iter(node), ""))
            if model is None:
                kind = next(iter(node), "nothing")
                self.refuse(node, kind, "", f"Unknown kind; the kinds are {', '.join(sorted(KINDS))}.")
                continue
            name = model._meta.model_name
            accession = node[name]
            if accession in self.where:
                self.refuse(
                    node, accession, "", f"The accession stands twice, first at line {self.where[accession].line}."
                )
                continue
            self.where[accession] = node
            self.nodes.append((model, node, inherited))
            if name == "report":
                self._collect(node.get("records", []), {"report": accession}, node)
            for agent in node.get("agents", []) if model is not Agent else []:
                owner = {name: accession, "place": node.get("place", "")}
                if "report" in inherited:
                    owner["report"] = inherited["report"]
                self._collect([agent], owner, node)

    def load_records(self):
        """Accessions first, so that places and discrepancies can point to what comes later in the file."""
        wanted = []
        for model, node, _ in self.nodes:
            accession = node[model._meta.model_name]
            try:
                Accession.number_in(accession, model.KIND)
                wanted.append((accession, model.KIND))
            except ValidationError as error:
                self._refuse_all(node, accession, error)
        Accession.register(wanted)
        self.standing = {record.pk: record for record in get_records(accession for accession, _ in wanted)}
        early = ["publication", "study", "registration", "report", "discrepancy"]
        order = {name: index for index, name in enumerate(early)}
        self.nodes.sort(key=lambda item: order.get(item[0]._meta.model_name, len(early)))
        for model, node, inherited in self.nodes:
            self._load_record(model, node, inherited)

    def _load_record(self, model, node: Node, inherited: dict):
        accession = node[model._meta.model_name]
        record = self.standing.get(accession)
        if record and accession in self.entered:
            rule = "A curator has entered another record under this accession; give this one the next free number."
            self.refuse(node, accession, "", rule)
            return
        if record and accession in self.touched:
            self.done.kept.append(accession)
            return
        existed = record is not None
        record = record or model(accession_id=accession)
        given = {RENAMED.get(key, key) for key in (*inherited, *node)}
        for field in record._meta.concrete_fields if existed and not self.fills else ():
            # What a corrected fixture no longer says is taken back.
            if field.editable and field.name not in given and field.name != "report":
                setattr(record, field.attname, field.get_default())
        later = {field.name: [] for field in record._meta.many_to_many if field.name not in given}
        for key, value in {**inherited, **node}.items():
            if key in (model._meta.model_name, "records", "agents", "places", "checked", *CHILDREN):
                continue
            self._set(record, node, accession, key, value, later)
        if not self.saved(node, accession, record, force_insert=not existed):
            return
        for name, values in later.items():
            getattr(record, name).set(values)
        self._load_children(record, node, accession, existed)
        if not existed:
            self.done.created += 1
        elif record.was_changed:
            self.done.updated += 1
        else:
            self.done.unchanged += 1

    def _set(self, record, node, accession, key, value, later):
        try:
            field = record._meta.get_field(RENAMED.get(key, key))
        except FieldDoesNotExist:
            field = None
        if field is None or not field.concrete or not field.editable:
            self.refuse(node, accession, key, f"{record._meta.verbose_name} has no such field.")
            return
        try:
            if field.many_to_many:
                later[field.name] = [self._referred(field, one) for one in value]
            elif field.is_relation:
                setattr(record, field.name, self._referred(field, value) if value else None)
            elif isinstance(field, models.BooleanField):
                if value not in ("true", "false"):
                    raise LookupError(f"“{value}” is neither true nor false.")
                setattr(record, field.name, value == "true")
            elif isinstance(value, list) and isinstance(field, models.TextField):
                setattr(record, field.name, "\n".join(value))
            elif not isinstance(value, str):
                self.refuse(node, accession, key, "A single value is expected here.")
            else:
                setattr(record, field.name, value if value != "" or not field.null else None)
        except (LookupError, TypeError) as error:
            self.refuse(node, accession, key, str(error).strip("'\""))

    def _referred(self, field, text: str):
        """The row that a slug, code, identifier or accession names. Raises LookupError."""
        target = field.related_model
        if target is Term:
            vocabulary = field.remote_field.limit_choices_to["vocabulary"]
            if (vocabulary, text) not in self.terms:
                found = Term.objects.filter(vocabulary=vocabulary, code=text).first()
                if found is None:
                    raise LookupError(f"“{text}” is not in the vocabulary “{vocabulary}”.")
                self.terms[vocabulary, text] = found
            return self.terms[vocabulary, text]
        if (target, text) in self.found:
            return self.found[target, text]
        for name in ("accession_id" if hasattr(target, "KIND") else "id", "slug", "identifier"):
            if name in {f.attname for f in target._meta.concrete_fields}:
                found = target.objects.filter(**{name: text}).first()
                if found:
                    self.found[target, text] = found
                    return found
        raise LookupError(f"there is no {target._meta.verbose_name} “{text}”, or it was refused itself.")

    def _load_children(self, record, node: Node, accession: str, existed: bool):
        """The rows that belong to a record. What is new has no places and no answers: a first load is spared asking."""
        for key, (model, parent, counter) in CHILDREN.items():
            if key not in node:
                continue
            standing = {getattr(row, counter): row.pk for row in model.objects.filter(**{parent: record})}
            for position, entry in enumerate(node[key], start=1):
                number = int(entry[counter]) if str(entry.get(counter, "")).isdecimal() else position
                child = model(**{parent: record, counter: number})
                child.pk = standing.pop(number, None)
                child._state.adding = child.pk is None
                self._load_row(child, entry, f"{accession} {key} {number}")
            for child in model.objects.filter(pk__in=standing.values()) if standing else ():
                child.delete()
        self._load_places(record, node, accession, existed)
        self._load_checked(node, accession, existed)

    def _load_places(self, record, node: Node, accession: str, existed: bool):
        places = Place.objects.filter(record_id=accession) if existed else ()
        standing = {(place.attribute, place.number): place for place in places}
        given = {RENAMED.get(attribute, attribute) for attribute in node.get("places", {})}
        for attribute, entries in node.get("places", {}).items():
            for position, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
                name = RENAMED.get(attribute, attribute)
                place = Place(record_id=accession, attribute=name, number=position)
                place.about = record
                place.pk = getattr(standing.pop((name, position), None), "pk", None)
                place._state.adding = place.pk is None
                self._load_row(place, entry, f"{accession} place of {attribute}")
        for place in standing.values():
            if not self.fills or place.attribute in given:
                place.delete()

    def _load_checked(self, node: Node, accession: str, existed: bool):
        """The written reasons why warnings of datachecks stand, each for the value that it names."""
        answers = CheckedWarning.objects.filter(record_id=accession) if existed else ()
        standing = {(a.check_id, a.value): a for a in answers}
        for entry in node.get("checked", []):
            answer = CheckedWarning(record_id=accession)
            answer.pk = getattr(standing.pop((entry.get("check"), entry.get("value")), None), "pk", None)
            answer._state.adding = answer.pk is None
            self._load_row(answer, entry, f"{accession} answer to {entry.get('check')}")
        for answer in () if self.fills else standing.values():
            answer.delete()

    def _load_row(self, row, entry: Node, name: str):
        for key, value in entry.items():
            self._set(row, entry, name, key, value, {})
        self.saved(entry, name, row)

    # Refusals

    def saved(self, node, name, row, **options) -> bool:
        """Save a row, or refuse it with every reason. The rules of the tables are left to the tables: asking each
        beforehand is most of a load. A row that they refuse is validated in full, to say why."""
        refused = any(r.record == name and r.line == node.line for r in self.refusals)
        known = {f.name for f in row._meta.concrete_fields if f.is_relation and f.value_from_object(row) is not None}
        try:
            row.full_clean(exclude=known, validate_unique=refused, validate_constraints=refused)
            if not refused:
                with transaction.atomic():
                    row.save(**options)
                return True
        except (ValidationError, IntegrityError) as error:
            self._refuse_all(node, name, _every_reason(row, error))
        except Exception as error:  # a relation that was refused above leaves the row without it
            if not refused:
                self.refuse(node, name, "", str(error))
        return False

    def refuse(self, node, record, field, rule):
        self.refusals.append(Refusal(getattr(node, "file", ""), getattr(node, "line", 0), record, field, rule))

    def _refuse_all(self, node, record, error: ValidationError):
        shown = {model_name: key for key, model_name in RENAMED.items()}
        messages = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for field, rules in messages.items():
            for rule in rules:
                self.refuse(node, record, "" if field == NON_FIELD_ERRORS else shown.get(field, field), rule)

    def locate(self, problem) -> Refusal:
        """A refusal of the publishing door, with the line of its record."""
        node = self.where.get(problem.record, Node())
        return Refusal(node.file, node.line, problem.record, problem.field, problem.rule)

    def published_units(self) -> list[str]:
        """What the fixtures publish: publications, studies, registrations, reports, discrepancies.

        A report below which a curator has changed anything is left to the curator to publish.
        """
        held = set().union(*(_units_of(accession) for accession in self.touched))
        for model, node, _ in self.nodes if held else ():
            sides = node.get("sides", []) if model is Discrepancy else []
            if held & {unit for side in sides if side.get("record") for unit in _units_of(side["record"])}:
                held.add(node["discrepancy"])
        units = [
            node[model._meta.model_name]
            for model, node, _ in self.nodes
            if model in (KINDS["publication"], KINDS["study"], KINDS["registration"], KINDS["report"], Discrepancy)
        ]
        return [unit for unit in units if unit not in held]


def _every_reason(row, error: ValidationError | IntegrityError) -> ValidationError:
    """All that is wrong with a row that was refused at the first rule it broke."""
    try:
        row.full_clean()
    except ValidationError as found:
        return found
    return error if isinstance(error, ValidationError) else ValidationError(str(error))


def _units_of(accession: str) -> set[str]:
    """The units that would show a record's unpublished change: itself, its report, its document."""
    try:
        record = get_record(accession)
    except (KeyError, ObjectDoesNotExist):
        return {accession}
    holders = [getattr(record, name, None) for name in ("report", "citing")]
    holders += [record.publication] if isinstance(record, (SourceRead, PublishedTable)) else []
    holders += [record.cohort.report, record.other.report] if isinstance(record, CohortOverlap) else []
    return {accession, *(holder.pk for holder in holders if holder is not None)}
