"""What a document says about the evidence, and what it says about several studies at once."""

from django.core.exceptions import ValidationError
from django.db import models

from ..pure.numbers import plain
from ..pure.statements import Statement
from .base import Extracted
from .choices import ClaimSupport, Presence
from .columns import choice_field, decimal_field, low_up_to_high, operator_field
from .publication import Publication
from .study import Study
from .vocabulary import term_field


class Claim(Extracted):
    """A recommendation, explanation or comparison of a document, in our own words, and of whom it is said."""

    KIND = "CLA"

    topic = term_field("topic")
    text = models.TextField(help_text="In our own words.")
    population = models.CharField(max_length=200, help_text="The patients and the indication it is said of.")
    support = choice_field(ClaimSupport)
    operator = operator_field()
    low = decimal_field()
    high = decimal_field()
    unit = models.CharField(max_length=40, blank=True)
    cites = models.ManyToManyField(Publication, blank=True, related_name="+")

    class Meta(Extracted.Meta):
        constraints = [*Extracted.Meta.constraints, low_up_to_high("low", "high")]

    def __str__(self):
        return self.text[:80]

    def statements(self):
        attribute = f"claim:{self.topic.code}"
        yield Statement("text", attribute, self.text)
        yield Statement("population", f"claim_population:{self.topic.code}", self.population)
        yield Statement("support", f"claim_support:{self.topic.code}", self.support)
        for name in ("low", "high"):
            if getattr(self, name) is not None:
                yield Statement(name, f"{attribute}:{name}", plain(getattr(self, name)), self.operator, self.unit)


class SetStatement(Extracted):
    """A sentence about several studies at once. It stays on the set and is never copied to the members."""

    KIND = "SET"

    text = models.TextField(help_text="In our own words.")
    studies = models.ManyToManyField(Study, related_name="set_statements")
    toxicity = term_field("toxicity", optional=True)
    presence = choice_field(Presence, blank=True)
    n = models.PositiveIntegerField("patients", null=True, blank=True)

    class Meta(Extracted.Meta):
        pass

    def __str__(self):
        return self.text[:80]

    def clean(self):
        super().clean()
        if self.lacks("report"):
            return
        if self.report.study_id or self.report.registration_id:
            raise ValidationError(
                {"report": "A sentence about several studies belongs to the document's own statements, not to a study."}
            )

    def statements(self):
        code = self.toxicity.code if self.toxicity_id else "text"
        yield Statement("text", "set_statement", self.text)
        if self.presence:
            yield Statement("presence", f"set_statement:{code}", self.presence)
        if self.n is not None:
            yield Statement("n", f"set_statement_n:{code}", str(self.n), unit="patients")
