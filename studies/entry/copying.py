"""A case as the start of a similar one: the same rows are asked, none of their answers is copied."""

from urllib.parse import parse_qsl, urlencode

from ..models import Report
from .page import CasePage

# What a row asks, as against what a paper answers. Only these are copied, so a field that is new to a model is not:
# which rows there are and how they hang together, what is looked at, and how it is counted and graded. Numbers, dates,
# findings, words, places, wordings and bases come from the new document alone.
ASKED = {
    "cohort", "parent", "split_by", "code", "course", "transplant", "therapy", "lymphodepletion", "toxicity",
    "construct", "previous", "order", "number", "kind", "term", "measure", "analyte", "specimen", "method", "scale",
    "criteria", "statistic", "role", "purpose", "age_unit", "topic",
}  # fmt: skip
# The description of the document, its silences and its disagreements are its own.
COPIED = (
    "cohorts", "characteristics", "transplants", "therapies", "constructs", "courses", "intervals",
    "lymphodepletions", "infusions", "toxicities", "agents", "outcomes", "measurements",
)  # fmt: skip


def skeleton(model_case: Report, report: Report, user) -> str:
    """The fields of a page, as a browser would send them, with the rows of another case and none of its answers.

    It is kept as typed text of the new report: a row is saved once it has a place and a wording of its own."""
    source = CasePage(model_case, user)
    keys = {row.key: row.prefix for row in source.rows.values()}
    fields, asked_already = {"stamp": CasePage(report, user).stamp}, set()
    for section in (section for section in source.sections if section.name in COPIED):
        for row in section.rows:
            values = {name: row.form[name].value() for name in row.form.fields if name in ASKED}
            values = {name: keys.get(value, value) for name, value in values.items() if value not in (None, "")}
            question = (section.name, *sorted(values.items(), key=str))
            if section.name == "measurements" and question in asked_already:
                continue  # a series of days is one question
            asked_already.add(question)
            fields[f"{row.prefix}-accession"] = ""
            fields[f"{row.prefix}-copied"] = urlencode(values)
            fields |= {f"{row.prefix}-{name}": value for name, value in values.items()}
            fields |= _defaults(row, values)
    return urlencode(fields, doseq=True)


def still_to_fill(page: CasePage) -> str:
    """The rows of a copy that were neither filled in nor left out when the page was saved, as its fields; empty where
    there is none. What they name has its accession by now."""
    saved = {row.prefix: row.instance.pk for row in page.rows.values() if row.is_new and row.state == "saved"}
    fields = {}
    for row in [row for row in page.rows.values() if row.copied and row.blank and not row.removed]:
        asked = {name: saved.get(value, value) for name, value in parse_qsl(row.copied)}
        own = {name: page.data.getlist(name) for name in page.data if name.startswith(f"{row.prefix}-")}
        fields |= own | {f"{row.prefix}-{name}": value for name, value in asked.items()}
        fields[f"{row.prefix}-copied"] = urlencode(asked)
    return urlencode(fields | {"stamp": page.newest_change()}, doseq=True) if fields else ""


def _defaults(row, values) -> dict:
    """What a new row has by itself, such as the operator “=”."""
    defaults = {
        field.name: field.get_default() for field in row.section.model._meta.concrete_fields if field.has_default()
    }
    return {
        f"{row.prefix}-{name}": value
        for name, value in defaults.items()
        if name in row.form.fields and name not in values and value not in (None, "", False)
    }
