"""One row of a case: a form made of its model, the places, sides or authors within it, and how it is saved."""

import re
from functools import cache, cached_property
from urllib.parse import parse_qsl

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.forms.utils import ErrorDict

from ..models import Accession, Author, Place, Report, Side
from ..models.timing import Timed
from .fields import form_field

PROVENANCE = ("locator", "as_reported", "basis", "derivation", "excused_by", "note")
FIRST = ("parent", "cohort", "course", "transplant", "therapy")
# What a new row offers by itself, taken from the row before it: a row with nothing else was not filled in.
OFFERED = {"locator", "cohort", "order", "number"}
HOLDERS = {"report", "publication"}  # where a row hangs is told by the page
# Rows within a row: their model, the name by which they know it, and the number that tells their order.
WITHIN = {
    "places": (Place, "record", "number"),
    "authors": (Author, "publication", "position"),
    "sides": (Side, "discrepancy", "position"),
}


class ModelRow(forms.ModelForm):
    """The form of a model: all its rules are asked, those about fields that the page fills in too."""

    held = frozenset()  # fields that the page fills in

    def __init__(self, *args, page, **kwargs):
        super().__init__(*args, **kwargs)
        key = re.sub(r"-(\d+|__\w+?__)", "", self.prefix).replace("__row__", "")
        for name, field in self.fields.items():
            # The rule of a field stands once on the page; it would be most of it if it stood at each row's.
            field.help_text = ""
            field.widget.attrs["aria-describedby"] = f"help-{key}-{name}"
            if hasattr(field, "page"):
                field.page = field.widget.page = page
                field.widget.model = getattr(field, "model", None)
        if self.is_bound:
            self.settle()

    def settle(self):
        """Show what was typed without judging it."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    def judge(self) -> bool:
        self._errors = None
        return self.is_valid()

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - self.held

    def add_error(self, field, error):
        """A rule about a field that the page fills in is told of the row. Of a field that was refused by itself the
        rules of the record are not told: they saw it empty."""
        if field is None and hasattr(error, "error_dict"):
            shown = {}
            for name, errors in error.error_dict.items():
                if name in self._errors:
                    continue
                shown.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(errors)
            error = ValidationError(shown)
        super().add_error(field, error)


@cache
def form_class(model, within: str = "") -> type[ModelRow]:
    """The form of a model, all its fields but those that the page fills in."""
    held = set(WITHIN[within][1:]) if within else HOLDERS
    if model is Report:
        held = {"publication", "study", "registration"}
    made = forms.modelform_factory(model, form=ModelRow, exclude=sorted(held), formfield_callback=form_field)
    made.held = frozenset(held)
    return made


class Part:
    """A row within a row: a place, a side, an author."""

    def __init__(self, row, kind: str, key: str, instance, data=None):
        self.kind, self.prefix, self.instance = kind, key, instance
        self.is_new = instance.pk is None
        self.accession = "" if self.is_new else instance.pk  # a save that is refused takes back what it gave
        self.removed = bool(data and data.get(f"{key}-removed"))
        self.form = row.section.parts[kind](data, prefix=key, instance=instance, page=row.page)
        if kind == "places":
            self.form.fields["attribute"].widget = forms.Select(choices=[("", "—"), *row.section.attributes])

    @property
    def blank(self) -> bool:
        return self.is_new and not self.form.has_changed()

    def commit(self, holder_id):
        """Save it below its holder, after those that are there."""
        model, holder, counter = WITHIN[self.kind]
        if self.removed:
            if not self.is_new:
                self.instance.delete()
            return
        if not self.form.has_changed():
            return
        setattr(self.instance, f"{holder}_id", holder_id)
        if self.is_new:
            beside = model.objects.filter(**{holder: holder_id})
            if self.kind == "places":  # counted per field: the number is part of the fact's name
                beside = beside.filter(attribute=self.form["attribute"].value())
            most = beside.aggregate(most=models.Max(counter))["most"] or 0
            setattr(self.instance, counter, most + 1)
        if self.form.judge():
            self.form.save()


class Row:
    """One record on the page, saved or new, with its parts. A saved row that is not being edited is `closed`: it is a
    line of the page, and its form is made only where something asks for it."""

    def __init__(self, page, section, index, instance=None, data=None, initial=None, closed=False):
        self.page, self.section, self.index, self.data, self.initial = page, section, index, data, initial
        self.prefix = f"{section.name}-{index}"
        self.is_new, self.closed = instance is None, closed
        self.instance = instance or section.model()
        self.accession = "" if self.is_new else instance.pk
        self.key = self.accession or self.prefix
        self.handle = section.handle(len(section.rows))
        self.summary = "" if self.is_new else str(instance).partition(" (")[0]
        self.removed = bool(data and data.get(f"{self.prefix}-removed"))
        self.state = ""

    @cached_property
    def form(self) -> ModelRow:
        return self.section.form(
            self.data, prefix=self.prefix, instance=self.instance, page=self.page, initial=self.initial
        )

    @cached_property
    def parts(self) -> dict[str, list[Part]]:
        return {kind: list(self._parts(kind)) for kind in self.section.parts}

    def _parts(self, kind):
        standing = [] if self.is_new else list(self.page.parts_of(kind, self.accession))
        if self.data is None:
            for number, part in enumerate(standing):
                yield Part(self, kind, f"{self.prefix}-{kind}-{number}", part)
            return
        by_id = {str(part.pk): part for part in standing}
        indexes = self.page.indexes(f"{self.prefix}-{kind}")
        for index in indexes:
            pk = self.data.get(f"{self.prefix}-{kind}-{index}-id", "")
            if not pk or pk in by_id:  # else it was removed meanwhile
                instance = by_id.pop(pk, None) or self.new_part(kind)
                yield Part(self, kind, f"{self.prefix}-{kind}-{index}", instance, self.data)
        for number, part in enumerate(by_id.values(), max(indexes, default=-1) + 1):
            yield Part(self, kind, f"{self.prefix}-{kind}-{number}", part)  # added meanwhile

    def typed(self, name: str) -> str:
        """What stands in one of its fields; empty where it has no such field."""
        if name not in self.section.form.base_fields:
            return ""
        value = getattr(self.instance, f"{name}_id", None) or getattr(self.instance, name) if self.closed else None
        return str((self.form[name].value() if not self.closed else value) or "")

    def new_part(self, kind: str):
        """An empty place, side or author. A side is of this document until another is named."""
        return Side(publication=self.page.publication) if kind == "sides" else WITHIN[kind][0]()

    def offer_part(self, kind: str):
        """Add an empty place, side or author."""
        taken = [int(part.prefix.rpartition("-")[2]) for part in self.parts[kind]]
        key = f"{self.prefix}-{kind}-{max(taken, default=-1) + 1}"
        self.parts[kind].append(Part(self, kind, key, self.new_part(kind)))

    def blank_part(self, kind: str) -> Part:
        """The pattern of the parts that the script adds to a row."""
        return Part(self, kind, f"__row__-{kind}-__c__", self.new_part(kind))

    @property
    def title(self) -> str:
        return f"{self.handle}: {self.summary}" if self.summary else self.handle

    @property
    def open(self) -> bool:
        """Whether the page shows it unfolded: what is new or being edited."""
        return (
            self.is_new or self.removed or bool(self.form.errors) or any(part.form.errors for part in self.every_part())
        )

    @property
    def place(self) -> str:
        return self.typed("locator")

    def every_part(self):
        return [part for parts in self.parts.values() for part in parts]

    @property
    def copied(self) -> str:
        """What a row of a copy asked when it was offered, as fields; empty for any other row."""
        return self.data.get(f"{self.prefix}-copied", "") if self.data is not None and self.is_new else ""

    @property
    def blank(self) -> bool:
        """New, with nothing typed but what the page or a copy offered."""
        asked = dict(parse_qsl(self.copied))
        as_offered = {name for name, value in asked.items() if self.data.get(f"{self.prefix}-{name}") == value}
        typed = set(self.form.changed_data) - OFFERED - as_offered
        return self.is_new and not typed and all(part.blank for part in self.every_part())

    @property
    def changed(self) -> bool:
        parts = self.every_part()
        return self.form.has_changed() or any(part.removed or part.form.has_changed() for part in parts)

    def own_fields(self):
        """Whom and what it is about first, when it was last."""
        timed = issubclass(self.section.model, Timed)
        last = {field.name for field in Timed._meta.fields} if timed else ()
        order = lambda name: FIRST.index(name) if name in FIRST else 9 + (name in last)  # noqa: E731
        names = [name for name in self.form.fields if name not in PROVENANCE]
        return [self.form[name] for name in sorted(names, key=order)]

    def provenance_fields(self):
        return [self.form[name] for name in PROVENANCE if name in self.form.fields]

    def errors(self):
        """Every reason why it was refused: label, message, the id of the field it is about."""
        if self.closed:
            return
        forms_of_row = [("", self.form, self.prefix)]
        for kind, parts in self.parts.items():
            forms_of_row += [(f"{kind[:-1]} {n}, ", part.form, self.prefix) for n, part in enumerate(parts, 1)]
        for where, form, anchor in forms_of_row:
            for name, messages in form.errors.items():
                bound = form[name] if name in form.fields else None
                label = f"{where}{bound.label}" if bound is not None else where.rstrip(", ")
                yield from (
                    (label, message, bound.id_for_label if bound is not None else anchor) for message in messages
                )

    def commit(self):
        """Save the row, and before it every row it names. Afterwards its state is “saved” or “refused”."""
        if self.state:
            return
        self.state = "busy"
        if not self.page.may("add" if self.is_new else "change", self.section.model):
            self.form.add_error(
                None, f"Your account may not {'add' if self.is_new else 'change'} {self.section.title}."
            )
        elif self.form.has_changed() or self.is_new:
            for name, value in self.section.holder(self.page).items() if self.is_new else ():
                setattr(self.instance, name, value)
            if self.form.judge():
                self._save()
        if not self.form.errors:
            self._commit_parts()
        self.state = "refused" if any(True for _ in self.errors()) else "saved"

    def _save(self):
        record = self.form.save(commit=False)
        try:
            with transaction.atomic():
                record.save(force_insert=self.is_new)
                self.form.save_m2m()
        except IntegrityError as error:
            self.form.add_error(None, str(error))

    def _commit_parts(self):
        for parts in self.parts.values():
            for part in parts:
                if not part.blank:
                    part.commit(self.instance.pk)

    def issue(self):
        """Give a new row its accession, so that sides and places may name it before it is saved."""
        if self.is_new:
            self.instance.accession = Accession.issue(self.section.model.KIND)
