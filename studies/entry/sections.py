"""The parts of a case in the order in which a paper is read, and which of them a report has."""

from dataclasses import dataclass
from functools import cached_property

from ..models import Coverage, Discrepancy, Publication, Registration, Report, SourceRead, Study
from ..models.choices import ReportRole
from ..publishing.dossier import BELOW_REPORT
from .rows import WITHIN, form_class

SINGLE = {"publication": Publication, "study": Study, "registration": Registration, "report": Report}
# The cells of a published table are rebuilt in fixtures, beside the text of the document.
BELOW = {name: model for name, model in BELOW_REPORT.items() if name != "table_cells"}
MODELS = {**SINGLE, "sources": SourceRead, **BELOW, "coverage": Coverage, "discrepancies": Discrepancy}
TITLES = {
    "publication": "Publication",
    "sources": "What was read of it",
    "study": "Study",
    "registration": "Registration",
    "report": "Report",
    "descriptions": "Design and centre",
    "plans": "Plan",
    "eligibility": "Eligibility criteria",
    "cohorts": "Cohorts",
    "characteristics": "Characteristics",
    "transplants": "Transplants",
    "therapies": "Therapies",
    "constructs": "Constructs",
    "courses": "CAR-T courses",
    "intervals": "Intervals between transplant and infusion",
    "lymphodepletions": "Lymphodepletion",
    "infusions": "Infusions",
    "toxicities": "Toxicities, GVHD among them",
    "agents": "Agents of therapies, conditioning, lymphodepletion and care",
    "outcomes": "Outcomes",
    "measurements": "Measurements",
    "events": "Events",
    "coverage": "Silences: what was looked for and not found",
    "claims": "What the document itself claims",
    "set_statements": "What it says of several studies at once",
    "discrepancies": "Discrepancies",
}
OWN_WORDS = ("claims", "set_statements")
OF_PLANS = ("plans", "eligibility", "constructs", "lymphodepletions", "infusions", "agents", "coverage")
OF_EVERY_REPORT = ("publication", "sources", "report", "discrepancies")


def sections_of(report: Report) -> list["Section"]:
    """The sections of a report: a study's has all but the plan, a registration's no patients, and the document's own
    words stand with the study it is the primary report of."""
    names = set(OF_EVERY_REPORT)
    if report.role == ReportRole.OWN_WORDS:
        names |= set(OWN_WORDS)
    elif report.registration_id:
        names |= {"registration", *OF_PLANS}
    else:
        names |= set(TITLES) - {"registration", "plans", *OWN_WORDS}
        if report.role == ReportRole.PRIMARY:
            names |= set(OWN_WORDS)
    return [Section(name) for name in TITLES if name in names]


@dataclass
class Section:
    """One part of the page: the rows of one model."""

    name: str

    def __post_init__(self):
        self.rows = []

    @property
    def model(self):
        return MODELS[self.name]

    @property
    def model_name(self) -> str:
        return self.model._meta.model_name

    @property
    def model_label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def count(self) -> int:
        return len(self.rows)

    def helps(self) -> list[tuple[str, str, str]]:
        """The rule of each field of its rows and of their parts: the field's id on the page, its label, the rule."""
        told = [(f"{self.name}-{name}", field.label, field.help_text) for name, field in self.form.base_fields.items()]
        for kind, form in self.parts.items():
            of = kind[:-1]
            for name, field in form.base_fields.items():
                told.append((f"{self.name}-{kind}-{name}", f"{of}: {field.label}", field.help_text))
        return told

    @property
    def title(self) -> str:
        return TITLES[self.name]

    @property
    def single(self) -> bool:
        return self.name in SINGLE

    @cached_property
    def form(self):
        return form_class(self.model)

    @cached_property
    def parts(self) -> dict:
        """The kinds of rows within its rows, with their forms."""
        kinds = [kind for kind, (_, holder, _) in WITHIN.items() if holder == self.model._meta.model_name]
        if self.name not in ("study", "registration", "report", "sources", "coverage", "discrepancies"):
            kinds.append("places")  # whatever states facts
        return {kind: form_class(WITHIN[kind][0], within=kind) for kind in kinds}

    @cached_property
    def attributes(self) -> list[tuple[str, str]]:
        """The fields of a row that a place can be told of."""
        fields = [f for f in self.model._meta.concrete_fields if f.editable and f.name != "report"]
        named = [(f.name, str(f.verbose_name)) for f in fields]
        return named + [(kind, kind) for kind in self.parts if kind != "places"]

    def handle(self, index: int) -> str:
        name = str(self.model._meta.verbose_name)
        return name.capitalize() if self.single else f"{name} {index + 1}"

    def holder(self, page) -> dict:
        """What a new row of it hangs below."""
        if self.name in ("sources", "discrepancies"):
            return {"publication": page.publication}
        return {"report": page.own_words() if self.name in OWN_WORDS else page.report}
