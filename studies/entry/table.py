"""A pasted table as measurements: what each column and each sign means the curator tells, the rest the table."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from ..help_texts import help_of
from ..models import Measurement, acting
from ..models.choices import Absence, Anchor, Basis, TimeUnit
from ..pure import pasted_table
from ..pure.pasted_table import Fault, Table, TableRefused
from ..pure.printed_numbers import Printed
from .fields import TermField, form_field
from .page import CasePage

MEANINGS = [
    ("", "— say what it means"),
    *((value, label) for value, label in Absence.choices if value != Absence.NONE),
    ("worded", "a result in words, as printed"),
]
SAME_FOR_ALL = ("cohort", "course", "transplant", "therapy", "basis", "time_unit", "time_from")
LARGEST_FILE = 2_000_000


def _of(name: str, **changes):
    """The form field of a measurement's field."""
    field = form_field(Measurement._meta.get_field(name))
    for key, value in changes.items():
        setattr(field, key, value)
    return field


class _PageForm(forms.Form):
    def __init__(self, *args, page: CasePage, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if hasattr(field, "page"):
                field.page = field.widget.page = page
                field.widget.model = getattr(field, "model", None)


class TableForm(_PageForm):
    """The table, and what is the same for all its cells."""

    cohort = _of("cohort")
    course, transplant, therapy = _of("course"), _of("transplant"), _of("therapy")
    locator = _of(
        "locator", help_text="Of the table; the row and column of each cell are added: “Table 2, row D4, Blood”."
    )
    basis = forms.ChoiceField(
        choices=[(basis.value, basis.label) for basis in (Basis.STATED, Basis.FIGURE)],
        help_text=help_of(Measurement._meta.get_field("basis")),
    )
    time_unit = forms.ChoiceField(
        label="The first column is in", choices=TimeUnit.choices, initial=TimeUnit.DAYS,
        help_text="“4”, “D4” and “Day 4” are read.",
    )  # fmt: skip
    time_from = forms.ChoiceField(
        label="counted from",
        choices=[("", "—"), *Anchor.choices],
        help_text=help_of(Measurement._meta.get_field("time_from")),
    )
    decimal = forms.ChoiceField(
        label="Decimal sign", required=False,
        choices=[("", "as the numbers themselves tell"), (".", "a point: 1.5"), (",", "a comma: 1,5")],
        help_text="Needed only where “1,500” stands alone and could be either.",
    )  # fmt: skip
    text = forms.CharField(
        label="Table", required=False, widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Copied from a spreadsheet, with its heading. An empty cell is not a value and not nought.",
    )  # fmt: skip
    file = forms.FileField(label="or a file", required=False, help_text="CSV or TSV in UTF-8.")

    def clean(self):
        data = super().clean()
        if sum(bool(data.get(name)) for name in ("course", "transplant", "therapy")) > 1:
            self.add_error(None, "A measurement follows one course, one transplant or one therapy, or nothing yet.")
        file = data.get("file")
        if file:
            if file.size > LARGEST_FILE:
                raise ValidationError({"file": "The file is larger than 2 MB: take it in parts."})
            try:
                data["text"] = pasted_table.decoded(file.read())
            except TableRefused as error:
                raise ValidationError({"file": str(error)}) from error
        if not (data.get("text") or "").strip():
            self.add_error("text", "Paste a table, or choose a file.")
        return data


class ColumnForm(_PageForm):
    """What one column measures."""

    analyte = TermField("analyte", required=True, label="Analyte")
    specimen = TermField("specimen", required=False, label="Specimen")
    method = TermField("method", required=False, label="Method")
    unit = _of("unit")


@dataclass
class Sign:
    """Something in a cell that is no number: how often it stands there, and what the curator says it means."""

    text: str
    name: str
    count: int
    meaning: str = ""


def _faults(cell, error: ValidationError) -> list[Fault]:
    """What the rules of a measurement refuse, by the labels of its fields. A time stands in the first column, and both
    its ends are the one number there."""
    found = []
    for name, rules in error.message_dict.items():
        is_time = name in ("time_low", "time_high")
        label = "" if name == NON_FIELD_ERRORS or is_time else f"{Measurement._meta.get_field(name).verbose_name}: "
        found.append(Fault(cell.row, 1 if is_time else cell.column, label + " ".join(rules)))
    return list(dict.fromkeys(found))


class Pasted:
    """A table on its way: read, shown with the meaning of its columns and signs, entered as measurements."""

    def __init__(self, page: CasePage, form: TableForm, data):
        self.page, self.form = page, form
        self.table: Table = pasted_table.parsed(form.cleaned_data["text"])
        given = form.cleaned_data
        self.times, self.cells = pasted_table.read_whole(self.table, given["time_unit"], given["decimal"])
        named = "column-2-analyte" in data
        self.columns = {
            number: ColumnForm(
                data if named else None, prefix=f"column-{number}", page=page, initial=self._guess(heading)
            )
            for number, heading in enumerate(self.table.heading[1:], 2)
            if any(cell.column == number for cell in self.cells)
        }
        found = list(dict.fromkeys(cell.sign for cell in self.cells if cell.sign))
        self.signs = [
            Sign(text, f"sign-{n}", sum(c.sign == text for c in self.cells), data.get(f"sign-{n}", ""))
            for n, text in enumerate(found)
        ]

    def _guess(self, heading: str) -> dict:
        """What a heading seems to name, to be looked at: “CAR copies in blood (copies/µg)”."""
        named = re.fullmatch(r"(.*?)\s*[\[(](.+)[\])]", heading)
        words, unit = (named[1], named[2]) if named else (heading, "")
        guess = {"unit": unit}
        for vocabulary in ("analyte", "specimen"):
            for term in self.page.terms.by_vocabulary[vocabulary]:
                names = (term.code, term.label, *term.synonyms.splitlines())
                if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.I) for name in names):
                    guess.setdefault(vocabulary, term.code)
        return guess

    def preview(self):
        """The table as it is read: each row's time, and each cell as printed with its reading."""
        read = {(cell.row, cell.column): cell for cell in self.cells}
        for number, cells in self.table.rows:
            yield number, cells[0], [(text, read.get((number, n))) for n, text in enumerate(cells[1:], 2)]

    def enter(self, reason: str) -> int:
        """Save every cell as a measurement, all or none. Returns how many, none where all of them are there already;
        raises TableRefused."""
        missing = [
            Fault(1, n, " ".join(form.errors["analyte"]))
            for n, form in self.columns.items()
            if "analyte" in form.errors
        ]
        missing += [
            Fault(1, n, f"{form.fields[name].label}: {' '.join(errors)}")
            for n, form in self.columns.items()
            for name, errors in form.errors.items()
            if name != "analyte"
        ]
        missing += [
            Fault(
                0,
                0,
                f"Say what “{sign.text}” means: it stands in {sign.count} cells."
                if sign.count > 1
                else f"Say what “{sign.text}” means.",
            )
            for sign in self.signs
            if sign.meaning not in dict(MEANINGS) or not sign.meaning
        ]
        if missing:
            raise TableRefused(missing)
        records, faults = [], []
        for cell in self.cells:
            record = self._measurement(cell)
            try:
                relations = {f.name for f in record._meta.concrete_fields if f.is_relation}
                record.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
            except ValidationError as error:
                faults += [fault for fault in _faults(cell, error) if fault not in faults]
            records.append(record)
        if faults:
            raise TableRefused(faults)
        there = self._there_already(records)
        if len(there) == len(records):
            return 0
        if there:
            raise TableRefused([Fault(cell.row, cell.column, f"It is entered already, as {pk}.") for cell, pk in there])
        with acting(self.page.user, reason or "a pasted table"):
            Measurement.create_many(records)
        return len(records)

    def _there_already(self, records) -> list[tuple]:
        """Cells that stand in the report, with their records: what is measured, at the same place in the same words."""
        standing = {
            measured[1:]: measured[0]
            for measured in Measurement.objects.filter(report=self.page.report).values_list(
                "pk", "cohort_id", "analyte_id", "specimen_id", "method_id", "locator", "as_reported"
            )
        }
        keys = [
            (m.cohort_id, m.analyte_id, m.specimen_id, m.method_id, m.locator, m.as_reported) for m in records
        ]  # fmt: skip
        return [(cell, standing[key]) for cell, key in zip(self.cells, keys, strict=True) if key in standing]

    def _measurement(self, cell) -> Measurement:
        given, column = self.form.cleaned_data, self.columns[cell.column].cleaned_data
        time, heading = self.times[cell.row].number, self.table.heading[cell.column - 1]
        meaning = next((sign.meaning for sign in self.signs if sign.text == cell.sign), "")
        number = cell.number or Printed(None)
        return Measurement(
            report=self.page.report,
            **{name: given[name] for name in SAME_FOR_ALL},
            **{name: column[name] for name in ColumnForm.base_fields},
            time_operator=time.operator, time_low=time.value, time_high=time.value if time.high is None else time.high,
            operator=number.operator, value=number.value, value_high=number.high,
            absence=meaning if meaning != "worded" else "", worded=cell.printed if meaning == "worded" else "",
            locator=f"{given['locator']}, row {cell.time}, {heading}", as_reported=cell.printed,
        )  # fmt: skip
