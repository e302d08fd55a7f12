"""CAR constructs, as one report describes them."""

from django.core.exceptions import ValidationError
from django.db import models

from ..pure.statements import Statement
from .base import Extracted
from .publication import Slugged
from .vocabulary import JoinedTermsField, term_field


class Construct(Slugged, Extracted):
    """A chimeric antigen receptor. The number of costimulatory domains is derived, never entered."""

    KIND = "CON"

    name = models.CharField(max_length=120, help_text="As the document names it: “CD19-28z”.")
    product_name = models.CharField(max_length=80, blank=True)
    targets = JoinedTermsField(vocabulary="antigen", blank=False)
    scfv_origin = term_field("construct_part", optional=True, verbose_name="scFv origin")
    scfv_clone = models.CharField("scFv clone", max_length=40, blank=True)
    hinge = models.CharField(max_length=40, blank=True)
    transmembrane = models.CharField(max_length=40, blank=True)
    costimulatory_domains = JoinedTermsField(vocabulary="costimulatory_domain")
    signalling_domain = models.CharField(max_length=40, blank=True)
    vector = term_field("construct_part", optional=True)
    modules = JoinedTermsField(vocabulary="module")
    generation_as_reported = models.CharField(max_length=40, blank=True)

    class Meta(Extracted.Meta):
        ordering = ["slug"]

    def __str__(self):
        return f"{self.name} ({self.report.publication})"

    def clean(self):
        super().clean()
        if "_" in self.costimulatory_domains:
            raise ValidationError({"costimulatory_domains": "Leave it empty where it is not reported."})

    @property
    def n_costimulatory_domains(self) -> int | None:
        """Derived from the domains; None where they are not reported."""
        return len(self.costimulatory_domains.split("+")) if self.costimulatory_domains else None

    def statements(self):
        for name in (
            "name", "product_name", "targets", "scfv_clone", "hinge", "transmembrane", "costimulatory_domains",
            "signalling_domain", "modules", "generation_as_reported",
        ):  # fmt: skip
            if getattr(self, name):
                yield Statement(name, "construct" if name == "name" else name, getattr(self, name))
        for name in ("scfv_origin", "vector"):
            if getattr(self, f"{name}_id"):
                yield Statement(name, name, getattr(self, name).code)
