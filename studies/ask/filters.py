"""The grammar of the evidence: the one FilterSet behind the table, its API twin and everything made from them.

A filter has three answers for a row: it matches, it does not, or the report is silent and nobody can tell. Rows nobody
can tell make the *unknown* pile, counted apart and asked for with `pile=unknown`.
"""

import django_filters
from django.db.models import Exists, OuterRef, Q

from ..models import EvidenceRow, EvidenceTerm
from ..models.choices import CollectedFrom, GeneticOrigin
from . import current
from .strict import BadQuery, Fault, nearest

NOT_REPORTED = "not_reported"
PILES = ("matching", "unknown")


class TermFilter(django_filters.MultipleChoiceFilter):
    """Rows that have one of the given terms of a field; several values are alternatives."""

    def __init__(self, *args, sentence: str, vocabulary: str = "", **kwargs):
        self.sentence, self.vocabulary = sentence, vocabulary
        super().__init__(*args, **kwargs)

    def met(self, values) -> Exists:
        terms = EvidenceTerm.objects.filter(row=OuterRef("pk"), field=self.field_name, value__in=values)
        return Exists(terms)

    def open(self, values) -> Exists | Q:
        """Nobody can tell: the report is silent. Who asks for silence gets it as a match."""
        return self.met([NOT_REPORTED]) if NOT_REPORTED not in values else Q(pk__in=[])

    def filter(self, rows, values):
        return rows.filter(self.met(values)) if values else rows


class EvidenceFilterSet(django_filters.FilterSet):
    disease = TermFilter(
        label="Disease",
        sentence="disease",
        vocabulary="disease",
        help_text="Code of the disease tree; kinds of it are found too. A mixed study answers with its subgroup.",
    )
    collected_from = TermFilter(
        label="T cells collected from",
        sentence="T cells collected from",
        choices=CollectedFrom.choices,
        help_text="From whom the T cells were collected: one of the two axes of the T-cell source.",
    )
    genetic_origin = TermFilter(
        label="Genetic origin of the T cells",
        sentence="genetic origin of the T cells",
        choices=GeneticOrigin.choices,
        help_text="Whose genome the T cells carry: the other axis.",
    )

    class Meta:
        model = EvidenceRow
        fields = []

    @classmethod
    def parameters(cls) -> set[str]:
        return set(cls.base_filters)

    @classmethod
    def asked(cls, query, revision: int) -> "EvidenceFilterSet":
        """The filters of a query. Raises BadQuery where a value is not one of a filter's."""
        filterset = cls(query, queryset=EvidenceRow.objects.current().filter(preferred=True))
        filterset.revision = revision
        faults = []
        for name in cls.base_filters:
            valid = dict(filterset.options(name))
            for value in query.getlist(name):
                if value not in valid:
                    reason = f"“{value[:60]}” is not a value of it."
                    faults.append(Fault(name, reason, nearest(value[:60], valid)))
        if faults:
            raise BadQuery(faults)
        return filterset

    def options(self, name: str) -> list[tuple[str, str]]:
        """Values and labels of a filter."""
        term_filter = self.base_filters[name]
        if term_filter.vocabulary:
            terms = current.vocabulary(self.revision, term_filter.vocabulary)
            return [(code, label) for code, (label, _) in terms.items()]
        return list(term_filter.extra["choices"])

    @property
    def active(self) -> dict[str, list[str]]:
        """Filter name → values asked for, in the order of the grammar."""
        return {name: self.data.getlist(name) for name in self.base_filters if self.data.getlist(name)}

    def pile(self, which: str):
        """The rows of a pile: of each course the most general cohort that is wholly in it."""
        met, possible = Q(), Q()
        for name, values in self.active.items():
            term_filter = self.base_filters[name]
            met &= Q(term_filter.met(values))
            possible &= Q(term_filter.met(values)) | Q(term_filter.open(values))
        if which == "matching":
            return self._topmost(met, met)
        # A row below one that matches is not unknown, so both piles stand above it.
        return self._topmost(possible & ~met, possible) if self.active else self.queryset.none()

    def _topmost(self, condition: Q, condition_above: Q):
        above = EvidenceRow.objects.current().filter(condition_above, row=OuterRef("parent_row"))
        return self.queryset.filter(condition).exclude(Exists(above))

    def words(self) -> list[dict]:
        """The active filters in words: `text`, and the parameter and value that a page can take away."""
        said = []
        for name, values in self.active.items():
            labels = dict(self.options(name))
            for value in values:
                said.append(
                    {
                        "parameter": name,
                        "value": value,
                        "text": f"{self.base_filters[name].sentence}: {labels[value]}",
                    }
                )
        return said

    def sentence(self) -> str:
        """The filter as one sentence, written on the page and into every answer."""
        if not self.active:
            return "All CAR-T courses."
        parts = []
        for name, values in self.active.items():
            labels = dict(self.options(name))
            parts.append(f"{self.base_filters[name].sentence} is {' or '.join(labels[v] for v in values)}")
        return f"CAR-T courses where {' and '.join(parts)}."
