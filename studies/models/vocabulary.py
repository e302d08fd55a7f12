"""Open vocabularies: diseases, toxicity terms, agents, analytes, scales … with definitions and external codes.

They are published together, as one unit that has no state: what a term says is public as its `form`, and what a curator
changed waits until a second person publishes the vocabularies.
"""

import json
from functools import partial

from django.core.exceptions import ValidationError
from django.db import models

VOCABULARIES = {
    "disease": "Disease",
    "toxicity": "Toxicity",
    "grading_scale": "Grading scale",
    "outcome_measure": "Outcome measure",
    "response": "Response or state",
    "response_criteria": "Response criteria",
    "analyte": "Analyte",
    "specimen": "Specimen",
    "method": "Method",
    "agent": "Agent",
    "regimen": "Regimen",
    "graft_source": "Graft source",
    "donor": "Donor",
    "antigen": "Antigen",
    "costimulatory_domain": "Costimulatory domain",
    "construct_part": "Part of a construct",
    "module": "Extra module",
    "event": "Event",
    "topic": "Topic looked for",
    "characteristic": "Characteristic",
    "abbreviation": "Abbreviation",
    "word": "Word used in a precise sense",
}


class Vocabularies:
    """All vocabularies as the unit that is published: the history of every term is its history."""

    pk = "VOC-00001"

    def __str__(self):
        return "the vocabularies"


class Term(models.Model):
    """One entry of an open vocabulary. `code` is what the API and the fixtures write; it never changes."""

    vocabulary = models.CharField(max_length=32, choices=list(VOCABULARIES.items()))
    code = models.CharField(max_length=64)
    label = models.CharField(max_length=120)
    abbreviation = models.CharField(
        max_length=24, blank=True, help_text="The short form that pages write; the glossary explains it."
    )
    expansion = models.CharField(
        max_length=120, blank=True, help_text="What the short form stands for, where the label does not say it."
    )
    definition = models.TextField(help_text="What it means, in our own words.")
    source = models.CharField(max_length=300, blank=True, help_text="Where the definition comes from.")
    verified = models.CharField(
        max_length=200,
        blank=True,
        help_text="Of a scale or criteria: where its definition was read. Empty: unverified.",
    )
    synonyms = models.TextField(blank=True, help_text="One per line; search finds them.")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(default=0, help_text="Order within its parent.")
    edited = models.BooleanField(default=False, editable=False)  # by a curator: a load leaves it alone
    form = models.TextField(blank=True, editable=False)  # what was last published of it; empty: nothing yet

    class Meta:
        ordering = ["vocabulary", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code"], name="term_once_in_vocabulary"),
            models.UniqueConstraint(
                fields=["abbreviation"],
                condition=~models.Q(abbreviation=""),
                name="abbreviation_explained_once",
                violation_error_message="Another term explains this abbreviation: it has one meaning here.",
            ),
        ]

    def __str__(self):
        return self.label

    def clean(self):
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.vocabulary != self.vocabulary:
                raise ValidationError({"parent": f"“{ancestor}” belongs to another vocabulary."})
            if ancestor.pk == self.pk:
                raise ValidationError({"parent": "A term cannot lie below itself."})
            ancestor = ancestor.parent

    @property
    def public_label(self) -> str:
        """What readers are told; of a term that is not public yet, what they would be told."""
        return json.loads(self.form)["label"] if self.form else self.label

    def lineage(self) -> list["Term"]:
        """The term and all its ancestors, nearest first."""
        line, term = [], self
        while term is not None:
            line.append(term)
            term = term.parent
        return line


class Grade(models.Model):
    """One step of a grading scale, or one category of response criteria: what it takes, in our own short words.

    A scale without grades is one whose definition is not in this base."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="grades")
    of = models.CharField(max_length=60, help_text="What is graded: CRS, ICANS, acute GVHD; of criteria, the disease.")
    grade = models.CharField(max_length=24, help_text="1, II, severe, CR …")
    meaning = models.TextField(help_text="What it takes, in our own words.")
    cases = models.TextField(
        blank=True, help_text="One per line: a finding that other scales grade otherwise, worded alike in all of them."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["term", "of", "grade"], name="grade_once_in_scale")]

    def __str__(self):
        return f"{self.of} {self.grade}"


class Mapping(models.Model):
    """A code of another vocabulary for a term, with how exactly it fits and by which release."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="mappings")
    system = models.CharField(max_length=32, help_text="MONDO, NCIt, DOID, OncoTree, HPO, ICD-10-CM …")
    code = models.CharField(max_length=64)
    predicate = models.CharField(max_length=16, default="exactMatch", help_text="exactMatch, closeMatch, broadMatch …")
    source = models.CharField(max_length=200, help_text="Mapping file or page, with its release.")
    verified = models.BooleanField(default=False, help_text="Whether the code was checked in its registry.")

    class Meta:
        ordering = ["system", "code"]
        constraints = [models.UniqueConstraint(fields=["term", "system", "code"], name="mapping_once")]

    def __str__(self):
        return f"{self.system}:{self.code}"


def term_field(vocabulary: str, **kwargs):
    """A foreign key to one vocabulary; `full_clean` refuses a term of another."""
    kwargs.setdefault("on_delete", models.PROTECT)
    if kwargs.pop("optional", False):
        kwargs.update(null=True, blank=True)
    return models.ForeignKey(Term, limit_choices_to={"vocabulary": vocabulary}, related_name="+", **kwargs)


def validate_joined(text: str, vocabulary: str):
    """Each part of “CD28+4-1BB+CD27” must be a term of the vocabulary."""
    parts = text.split("+") if text else []
    known = set(Term.objects.filter(vocabulary=vocabulary, code__in=parts).values_list("code", flat=True))
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise ValidationError(
            f"{', '.join(unknown)}: not in the vocabulary “{VOCABULARIES[vocabulary]}”. "
            "Join several codes with “+” in the order given by the document."
        )


class JoinedTermsField(models.CharField):
    """Several terms of one vocabulary in the document's order, joined by “+”: CD28+4-1BB+CD27."""

    def __init__(self, *args, vocabulary: str = "", **kwargs):
        self.vocabulary = vocabulary
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        if vocabulary:
            kwargs["validators"] = [partial(validate_joined, vocabulary=vocabulary)]
            kwargs.setdefault("help_text", "Codes of the vocabulary joined by “+”, in the document's order.")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        kwargs["vocabulary"] = self.vocabulary
        return name, path, args, kwargs
