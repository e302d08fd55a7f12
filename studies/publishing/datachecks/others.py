"""What a unit is compared with: the other publications, registrations and cohorts, asked for once in a run.

At the door these are the public ones and those that go out with it, and a finding names them by what never changes: so
no draft shows in what is published. A curator is told of drafts too. The number of statements does not grow with them.
"""

import json
import re
from collections import defaultdict
from functools import cached_property

from ...models import Cohort, CohortOverlap, Publication, PublicRecord, Registration, StudyDescription, Term
from ...pure.near_titles import Titles
from ...pure.wording import tokens

# Words that many centres bear and none is known by. “First” and “second” tell hospitals apart.
OF_ANY_CENTRE = (
    "a academy affiliated and at cancer center centre china clinic clinical college department dept division faculty "
    "for haematology hematology hospital in institute institution medical medicine national of research school state "
    "the univ university usa"
)


def centre_words(text: str) -> frozenset[str]:
    """The words by which a centre is known: “Union Hospital, Fujian Medical University” is Fujian and Union."""
    return frozenset(tokens(text.casefold())) - frozenset(tokens(OF_ANY_CENTRE))


class Others:
    """The rest of the base. `going` names the reports that are about to be published; with `drafts` all is seen."""

    def __init__(self, going: set[str] = frozenset(), drafts: bool = False):
        self.going, self.drafts = going, drafts
        self._forms = {}

    def told(self, unit, name: str):
        """What the public is told of a field of another unit, or is about to be; a curator, what is entered."""
        if self.drafts or unit.pk in self.going or not unit.form:
            return getattr(unit, name)
        return self._form(unit)[name]

    def _form(self, unit) -> dict:
        if unit.pk not in self._forms:
            self._forms[unit.pk] = json.loads(unit.form)
        return self._forms[unit.pk]

    def was_read(self, publication: Publication) -> bool:
        """Whether it is recorded what was read of a publication: to the public, or in what goes out with it."""
        if self.drafts or publication.pk in self.going or not publication.form:
            return publication.sources_read.exists()
        return bool(self._form(publication)["sources_read"])

    def _seen(self, rows):
        return rows if self.drafts else rows.filter(is_public=True)

    # Publications and registrations

    @cached_property
    def publications(self) -> dict[str, Publication]:
        found = self._seen(Publication.objects.only("slug", "title", "doi", "pmcid"))
        return {publication.pk: publication for publication in found}

    @cached_property
    def titles(self) -> Titles:
        return Titles({pk: publication.title for pk, publication in self.publications.items()})

    @cached_property
    def _identifiers(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        found = defaultdict(list)
        for publication in self.publications.values():
            for name in ("doi", "pmcid"):
                if getattr(publication, name):
                    key = name, getattr(publication, name).casefold()
                    found[key].append((publication.pk, publication.slug))
        return found

    def publications_with(self, name: str, value: str) -> list[tuple[str, str]]:
        """Accession and slug of the publications that bear an identifier, whatever its case."""
        return self._identifiers.get((name, value.casefold()), [])

    @cached_property
    def _registrations(self) -> dict[str, list[tuple[str, str]]]:
        found = defaultdict(list)
        for pk, identifier in self._seen(Registration.objects).values_list("pk", "identifier"):
            found[_letters(identifier)].append((pk, identifier))
        return found

    def registrations_like(self, identifier: str) -> list[tuple[str, str]]:
        """Accession and identifier of the registrations that are the same but for case and hyphens."""
        return self._registrations.get(_letters(identifier), [])

    # Cohorts

    @cached_property
    def cohorts(self) -> dict[str, Cohort]:
        """Root cohorts of patients who were treated with CAR-T cells."""
        found = Cohort.objects.filter(parent__isnull=True, report__study__comparator_treatment="")
        if not self.drafts:
            public = PublicRecord.objects.current().filter(collection="cohorts").values("accession")
            found = found.filter(accession__in=public) | found.filter(report__in=self.going)
        return {c.pk: c for c in found.select_related("report__study", "report__publication", "disease")}

    @cached_property
    def diseases(self) -> dict[str, dict[str, int]]:
        """Root cohort → disease → patients, as far as its subgroups tell."""
        found = defaultdict(dict)
        parts = Cohort.objects.filter(parent__in=self.cohorts, split_by=Cohort.SplitBy.DISEASE, n__isnull=False)
        for parent, code, n in parts.values_list("parent", "disease__code", "n"):
            found[parent][code] = n
        for pk, cohort in self.cohorts.items():
            if cohort.disease_id and cohort.n is not None:
                found[pk].setdefault(cohort.disease.code, cohort.n)
        return found

    @cached_property
    def kinds(self) -> dict[str, set[str]]:
        """Disease → itself and all that it is a kind of."""
        parents = dict(Term.objects.filter(vocabulary="disease").values_list("code", "parent__code"))
        found = {}
        for code in parents:
            above, lineage = code, set()
            while above and above not in lineage:
                lineage.add(above)
                above = parents.get(above)
            found[code] = lineage
        return found

    @cached_property
    def _marks(self) -> dict[str, set]:
        """Study → its registrations, and its centres by the words they are known by."""
        found = defaultdict(set)
        through = Registration.studies.through.objects.values_list("study", "registration__identifier")
        for study, identifier in through:
            found[study].add(identifier)
        described = StudyDescription.objects.exclude(centre="").values_list("report__study", "centre")
        for study, centre in described:
            found[study].add(centre_words(centre))
        return found

    @cached_property
    def _by_mark(self) -> dict:
        """Registration, or word of a centre → the root cohorts of studies that bear it."""
        found = defaultdict(set)
        for pk, cohort in self.cohorts.items():
            for mark in self._marks[cohort.report.study_id]:
                for key in [mark] if isinstance(mark, str) else [("centre", word) for word in mark]:
                    found[key].add(pk)
        return found

    def near(self, cohort: Cohort) -> dict[str, str]:
        """Root cohorts of other studies with a registration or a centre in common, and which."""
        found = {}
        for mark in self._marks[cohort.report.study_id]:
            keys = [mark] if isinstance(mark, str) else [("centre", word) for word in mark]
            for pk in sorted({pk for key in keys for pk in self._by_mark[key]}):
                other = self.cohorts[pk]
                if other.report.study_id != cohort.report.study_id and pk not in found:
                    shared = next((m for m in self._marks[other.report.study_id] if _alike(mark, m)), None)
                    if shared is not None:
                        found[pk] = mark if isinstance(mark, str) else "one centre"
        return found

    def reports_of(self, study: str) -> list[Cohort]:
        """The root cohorts of a study, in any report."""
        return [cohort for cohort in self._by_study[study] if cohort.pk in self.cohorts]

    @cached_property
    def _by_study(self) -> dict[str, list[Cohort]]:
        found = defaultdict(list)
        for pk in sorted(self.cohorts):
            found[self.cohorts[pk].report.study_id].append(self.cohorts[pk])
        return found

    @cached_property
    def overlaps(self) -> set[frozenset]:
        """Pairs of cohorts that an overlap is recorded of."""
        return {frozenset(pair) for pair in CohortOverlap.objects.values_list("cohort", "other")}


def _letters(identifier: str) -> str:
    return re.sub(r"[^a-z0-9]", "", identifier.casefold())


def _alike(mark, other) -> bool:
    """One registration; or one centre: all that the shorter name is known by, two words at least, is in the longer."""
    if isinstance(mark, str) or isinstance(other, str):
        return mark == other
    shorter, longer = sorted((mark, other), key=len)
    return mark == other or (len(shorter) > 1 and shorter <= longer)
