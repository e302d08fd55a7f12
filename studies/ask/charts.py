"""What a picture is drawn of: the rows that a filter finds, with the studies and the claims behind them."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import OuterRef, Subquery
from django.http import QueryDict

from ..models import EvidenceRow, EvidenceTerm, PublicRecord
from . import current, strict
from .filters import PILES, EvidenceFilterSet
from .strict import BadQuery, Fault, nearest

MOST_READ = 2000  # rows that a picture counts; it says how many it leaves out
MOST_DRAWN = 100  # rows that have a line each
MOST_PATIENTS = 100
WINDOW = "timing_window"  # the topic of claims that a window can be read from


@dataclass
class Asked:
    """The filters of a query, the pile, and whose window is shown. Rows are read when a picture is drawn of them."""

    revision: int
    filters: EvidenceFilterSet
    pile: str
    window: str = ""
    _all: list[tuple] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the pictures of this query are kept under."""
        return json.dumps([self.filters.active, self.pile, self.window], sort_keys=True)

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters that ask the evidence for the same rows."""
        return self.filters.active | ({} if self.pile == PILES[0] else {"pile": [self.pile]})

    @cached_property
    def rows(self) -> list[dict]:
        """The documents of the first `MOST_READ` rows by study, each with `above`, the cohorts it lies within."""
        rows = self.filters.pile(self.pile).order_by("study", "row").values_list("above", "document")
        return [json.loads(text) | {"above": above} for above, text in rows[:MOST_READ]]

    def beyond(self, shown: int) -> int:
        """How many rows there are beyond the first `shown`."""
        found = len(self.rows) if len(self.rows) < MOST_READ else self.filters.pile(self.pile).count()
        return max(0, found - shown)

    @cached_property
    def parts(self) -> dict[tuple[str, str], dict]:
        """(course, cohort) → the row of a subgroup by disease, of the rows that are split by it."""
        split = [row for row in self.rows if any(d["cohort"] != row["cohort"] for d in row["diseases"])]
        courses = {row["course"] for row in split}
        below = EvidenceRow.objects.current().preferred().filter(course__in=courses).exclude(parent_row="")
        found = [json.loads(text) | {"above": above} for above, text in below.values_list("above", "document")]
        return {(row["course"], row["cohort"]): row for row in found}

    @cached_property
    def studies(self) -> dict[str, dict]:
        """Slug → document of the studies that tell of single patients, as far as `MOST_PATIENTS` go."""
        slugs = list(dict.fromkeys(row["study"] for row in self.rows if row["n_patients"] == 1))
        found = PublicRecord.objects.current().filter(collection="studies", slug__in=slugs[:MOST_PATIENTS])
        return {slug: json.loads(text) for slug, text in found.values_list("slug", "document")}

    @property
    def diseases(self) -> dict[str, tuple[str, str]]:
        """Code → (label, code of the disease that it is a kind of), in the order of their tree."""
        return current.vocabulary(self.revision, "disease")

    @property
    def in_base(self) -> set[tuple]:
        """(disease, collected from, genetic origin) of every row of the whole base."""
        return current.kept(self.revision, "diseases by source", _in_base)

    @property
    def window_claims(self) -> list[dict]:
        """The claims of the document whose window is shown."""
        return windows(self.revision).get(self.window, [])


def asked(query: QueryDict, revision: int, extra: set[str] = frozenset()) -> Asked:
    """What a query asks to be drawn. `extra` names the parameters of the representation. Raises BadQuery."""
    names = EvidenceFilterSet.parameters()
    strict.check(query, names | {"pile", "window"} | extra, repeatable=names)
    window = query.get("window", "")
    valid = windows(revision) if window else {}
    if window and window not in valid:
        raise BadQuery([Fault("window", f"“{window[:60]}” recommends no window.", nearest(window[:60], valid))])
    pile = strict.one_of(query, "pile", PILES, PILES[0])
    return Asked(revision, EvidenceFilterSet.asked(query, revision), pile, window)


def lineage(code: str, tree: dict[str, tuple[str, str]]) -> list[str]:
    """The terms that a term of a tree is a kind of, the closest first."""
    found = []
    while code := tree.get(code, ("", ""))[1]:
        found.append(code)
    return found


def windows(revision: int) -> dict[str, list[dict]]:
    """Publication → its claims that give a window in days after the transplant. Kept as long as the revision lasts."""

    def make():
        claims = PublicRecord.objects.current().filter(collection="claims", kind="claims", topic=WINDOW)
        found = {}
        for text in claims.order_by("slug").values_list("document", flat=True):
            claim = json.loads(text)
            if claim["low"] is not None and claim["high"] is not None and claim["unit"] == "days after transplant":
                found.setdefault(claim["publication"], []).append(claim)
        return found

    return current.kept(revision, "windows", make)


def _in_base() -> set[tuple]:
    def term(name):
        return Subquery(EvidenceTerm.objects.filter(row=OuterRef("pk"), field=name).values("value")[:1])

    rows = EvidenceRow.objects.current().preferred()
    named = rows.annotate(disease=term("disease_only"), source=term("collected_from"), origin=term("genetic_origin"))
    found = named.values_list("disease", "source", "origin").distinct().order_by()
    silences = ("not_in_text_read", None)
    return {tuple("not_reported" if code in silences else code for code in cell) for cell in found}
