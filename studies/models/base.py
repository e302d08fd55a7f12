"""What every record shares: an accession, a history, a place in a document."""

from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import Q

from .accession import Accession
from .choices import Basis, State
from .columns import choice_field, derivation_given

_acting: ContextVar[tuple] = ContextVar("acting", default=(None, ""))


@contextmanager
def acting(user, reason: str):
    """Everything saved inside is logged as done by this user (None: the system) for this reason."""
    token = _acting.set((user, reason))
    try:
        yield
    finally:
        _acting.reset(token)


class Change(models.Model):
    """One saved change of one record: who, when, why, and each field before and after. Never edited, never deleted.

    `unit` is the accession of what the record is published with, so that a change is known as its unit's once the
    record is gone, too.
    """

    accession = models.ForeignKey(Accession, on_delete=models.PROTECT, related_name="changes")
    unit = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    action = models.CharField(max_length=16)
    reason = models.TextField(blank=True)
    fields = models.JSONField(default=dict)

    # What changes no record.
    STEPS = ("published", "submitted", "returned", "reopened", "withdrawn", "superseded", "checked", "check lapsed")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["accession", "-id"]),
            models.Index(fields=["unit", "-id"], name="change_of_unit"),
        ]

    def __str__(self):
        return f"{self.accession_id} {self.action} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def log(cls, accession_id: str, action: str, fields: dict | None = None, unit: str | None = None):
        """Write a change into the history. Its unit is looked up where whoever logs it does not know it."""
        user, reason = _acting.get()
        return cls.objects.create(
            accession_id=accession_id, user=user, action=action, reason=reason, fields=fields or {},
            unit=_unit_of_accession(accession_id) if unit is None else unit,
        )  # fmt: skip


class Record(models.Model):
    """Anything with an accession. Subclasses name their kind in three letters."""

    KIND = ""

    accession = models.OneToOneField(
        Accession, on_delete=models.PROTECT, primary_key=True, related_name="+", editable=False
    )
    note = models.TextField(blank=True, help_text="A curator's remark, in the curator's words. It is shown to readers.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    NOT_LOGGED = frozenset(
        {"accession", "created_at", "changed_at", "form", "checked", "published_at", "state", "is_public",
         "haematologist_checked_on"}
    )  # fmt: skip

    def save(self, *args, **kwargs):
        """Gives a new record its accession and writes what changed into the history."""
        with transaction.atomic():
            known = self.accession_id and not kwargs.get("force_insert")
            before = type(self).objects.filter(pk=self.pk).first() if known else None
            if not self.accession_id:
                self.accession = Accession.issue(self.KIND)
            if before is None:
                kwargs["force_insert"] = True  # else Django tries an update first, as the key is set
            super().save(*args, **kwargs)
            old, new = (before.plain_fields() if before else {}), self.plain_fields()
            changed = {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}
            self.was_changed = before is None or bool(changed)
            if self.was_changed:
                Change.log(self.accession_id, "changed" if before else "created", changed, unit=unit_accession(self))
                if before or getattr(self, "state", "") != State.DRAFT:  # a new draft is one already
                    reopen(self)

    def delete(self, *args, **kwargs):
        """What goes stays in the history, as it was saved; and what it was part of is no longer as it was seen."""
        with transaction.atomic():
            saved = type(self).objects.get(pk=self.pk)
            fields = {name: [value, None] for name, value in saved.plain_fields().items()}
            Change.log(self.pk, "deleted", fields, unit=unit_accession(saved))
            reopen(saved)
            return super().delete(*args, **kwargs)

    @classmethod
    def create_many(cls, records: list):
        """Save many new records at once, validated already, with accessions and history as `save` gives them."""
        user, reason = _acting.get()
        with transaction.atomic():
            for record, accession in zip(records, Accession.issue_many(cls.KIND, len(records)), strict=True):
                record.accession = accession
            cls.objects.bulk_create(records)
            Change.objects.bulk_create(
                Change(
                    accession_id=record.pk, user=user, action="created", reason=reason,
                    fields={name: [None, value] for name, value in record.plain_fields().items()},
                    unit=unit_accession(record),
                )
                for record in records
            )  # fmt: skip
            for record in {unit_accession(record): record for record in records}.values():
                reopen(record)

    def log_parts(self, before: dict[str, str]):
        """What it holds beside its columns belongs to its history too, and to what is public of it. `before` is what
        `parts_of` told of it."""
        changed = changed_between(before, parts_of(self))
        if changed:
            Change.log(self.pk, "parts changed", changed)
            reopen(self)

    def plain_fields(self) -> dict:
        """Field values as JSON can hold them, empty ones left out."""
        values = {}
        for column in self._meta.concrete_fields:
            value = getattr(self, column.attname)
            if column.name in self.NOT_LOGGED or value in (None, ""):
                continue
            if isinstance(value, Decimal):
                value = str(value.normalize())
            values[column.name] = value if isinstance(value, (str, int, bool)) else str(value)
        return values

    def statements(self):
        """The facts this record states, as `Statement` objects; what is empty is not stated."""
        return iter(())


def parts_of(record) -> dict[str, str]:
    """What a record or term holds beside its own columns, in words: the rows within it (authors, sides, items, grades),
    one by one, and its many-valued fields. Rows that are `told` write the history themselves."""
    told = {}
    for relation in record._meta.related_objects:
        logs_itself = issubclass(relation.related_model, Record) or hasattr(relation.related_model, "told")
        if relation.on_delete is models.CASCADE and not logs_itself:
            kind, holder = relation.related_model._meta.verbose_name, relation.field
            rows = relation.related_model._default_manager.filter(**{holder.name: record.pk})
            told |= {f"{kind} {number}": _in_words(row, holder) for number, row in enumerate(rows, start=1)}
    for field in record._meta.many_to_many:
        told[field.name] = ", ".join(sorted(str(one) for one in getattr(record, field.name).all()))
    return told


def _in_words(row, holder) -> str:
    columns = [field for field in row._meta.concrete_fields if field != holder and not field.primary_key]
    return " · ".join(str(value) for field in columns if (value := getattr(row, field.attname)) not in (None, ""))


def changed_between(before: dict[str, str], after: dict[str, str]) -> dict[str, list]:
    """Of two sets of values those that differ, each before and after."""
    names = [*after, *(name for name in before if name not in after)]
    pairs = {name: [before.get(name) or None, after.get(name) or None] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _unit_keys(record) -> list[tuple[type[models.Model], str]]:
    """The publication, study, registration, report or discrepancy that a record is published with: model and key. An
    overlap is told by the reports of both its cohorts, that of the first before the other."""
    if hasattr(record, "state"):
        return [(type(record), record.pk)]
    if hasattr(record, "other_id"):
        return [key for cohort in (record.cohort, record.other) for key in _unit_keys(cohort)]
    names = [name for name in ("report", "publication", "citing") if getattr(record, f"{name}_id", None)]
    return [(record._meta.get_field(name).related_model, getattr(record, f"{name}_id")) for name in names[:1]]


def unit_accession(record) -> str:
    """The accession of what a record is published with; empty where there is none."""
    return next((key for _, key in _unit_keys(record)), "")


def _unit_of_accession(accession: str) -> str:
    from .registry import get_record

    try:
        return unit_accession(get_record(accession))
    except (KeyError, ObjectDoesNotExist):  # a fixture may name a place before its record
        return ""


def reopen(record):
    """What is changed while a second person looks at it, or after it went out, is a draft again. The public goes on
    seeing what was published."""
    for model, key in _unit_keys(record):
        if model.objects.filter(pk=key, state__in=(State.IN_REVIEW, State.PUBLISHED)).update(state=State.DRAFT):
            lapse(model, key)


def lapse(model, key: str):
    """No draft is checked by a haematologist: the check was of what stood there before."""
    if not hasattr(model, "haematologist_checked_on"):
        return
    standing = model.objects.filter(pk=key, haematologist_checked_on__isnull=False)
    before = standing.values_list("haematologist_checked_on", flat=True).first()
    if before and standing.update(haematologist_checked_on=None):
        Change.log(key, "check lapsed", {"haematologist_checked_on": [before.isoformat(), None]}, unit=key)


class Extracted(Record):
    """A record taken from a document: it hangs below a report and has a place, a wording and a basis."""

    report = models.ForeignKey("studies.Report", on_delete=models.PROTECT, related_name="%(class)s_rows")
    locator = models.CharField(
        "place",
        max_length=200,
        help_text="Where in the document: “Table 1, row Kochenderfer, Outcomes” or “Treatment, second paragraph”.",
    )
    as_reported = models.CharField(
        "wording as reported",
        max_length=400,
        help_text="The figure or the few words that carry the fact, exactly as printed; “…” joins two pieces.",
    )
    basis = choice_field(Basis, default=Basis.STATED, help_text="Derived is never shown as stated.")
    derivation = models.CharField(
        max_length=400,
        blank=True,
        help_text="For a derived fact the arithmetic, for a judgement the reason.",
    )
    excused_by = models.ForeignKey(
        "studies.Discrepancy",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where the paper itself breaks a rule of arithmetic: the discrepancy that names both places.",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(locator="") & ~Q(as_reported="") & ~Q(basis=""),
                name="%(class)s_has_place_wording_basis",
                violation_error_message="A fact needs its place, its wording as reported and its basis.",
            ),
            derivation_given("%(class)s_derivation_given"),
        ]

    read_below = None  # the report it hung below when it was read from the base

    @classmethod
    def from_db(cls, db, field_names, values):
        record = super().from_db(db, field_names, values)
        record.read_below = record.__dict__.get("report_id")
        return record

    def clean(self):
        super().clean()
        if self.pk:
            before = self.read_below
            if before is None:
                before = type(self).objects.filter(pk=self.pk).values_list("report_id", flat=True).first()
            if before and before != self.report_id:
                raise ValidationError({"report": f"A record stays with its report: this one is of {before}."})
        if self.excused_by_id and not self.excused_by.names_two_places(self):
            name = self.accession_id or "this record"
            raise ValidationError({"excused_by": f"{self.excused_by_id} does not name {name} in two places."})

    def is_named_by(self, side) -> bool:
        """Whether a side of a discrepancy speaks of this record."""
        return side.record_id == self.pk

    def refuse(self, field: str, message: str):
        """Raise for a rule of arithmetic that the paper itself may break, unless a discrepancy excuses it."""
        if not self.excused_by_id:
            raise ValidationError(
                {field: f"{message} If the paper prints it so, record the discrepancy and name it under “excused by”."}
            )

    def lacks(self, *names: str) -> bool:
        """Whether a required relation is missing, which the field itself already says."""
        return any(getattr(self, f"{name}_id") is None for name in names)

    def same_report(self, *names: str):
        """Raise where a record that this one points to belongs to another report."""
        for name in names:
            other = getattr(self, name, None)
            if other is not None and other.report_id != self.report_id:
                raise ValidationError({name: f"{other.pk} belongs to another report ({other.report_id})."})
