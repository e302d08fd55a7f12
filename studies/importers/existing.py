"""What the base already holds of what was found: offered to the curator, never overwritten."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from ..models import Publication, Registration
from ..models.choices import State
from ..pure.citations import comparable_title
from .adopt import slug_for
from .found import Found

NEARLY_EQUAL = 0.9  # of the letters of two titles, in order


@dataclass
class Match:
    """A record of the base that is, or may be, what was found, and why."""

    record: Publication | Registration
    why: str

    @property
    def fillable(self) -> bool:
        """Only a draft is filled; what is public is changed by hand."""
        return isinstance(self.record, Publication) and self.record.state == State.DRAFT


class Known:
    """The publications and registrations of the base, looked up once for a whole import."""

    def __init__(self):
        self.publications = list(Publication.objects.defer("form").order_by("accession"))
        self.registrations = {r.identifier.upper(): r for r in Registration.objects.defer("form")}
        self.by_identifier = {
            (name, getattr(publication, name).casefold()): publication
            for publication in self.publications
            for name in ("doi", "pmid", "pmcid")
            if getattr(publication, name)
        }
        self.titles, self.by_word = {}, defaultdict(set)
        for publication in self.publications:
            title = comparable_title(publication.title)
            if title:
                self.titles[publication.pk] = title
                for word in set(title.split()):
                    self.by_word[word].add(publication.pk)
        self.by_accession = {publication.pk: publication for publication in self.publications}

    def matches(self, found: Found) -> list[Match]:
        """The surest first: the identifiers, then a title that is the same but for a few letters."""
        registration = self.registrations.get(found.get("identifier", "registration").upper())
        matches = [Match(registration, "the same number")] if registration else []
        for name in ("doi", "pmid", "pmcid"):
            publication = self.by_identifier.get((name, found.get(name).casefold()))
            if publication and all(match.record != publication for match in matches):
                matches.append(Match(publication, f"the same {name.upper()}"))
        if found.is_registration:
            version = next((p for p in self.publications if p.slug == slug_for(found)), None)
            return matches + ([Match(version, "this version of the registry's record")] if version else [])
        for accession in self._alike(comparable_title(found.get("title"))):
            publication = self.by_accession[accession]
            if all(match.record != publication for match in matches):
                matches.append(Match(publication, "nearly the same title"))
        return matches

    def _alike(self, title: str) -> list[str]:
        """Titles with most words in common are compared letter by letter; the others cannot be alike enough."""
        words = set(title.split())
        shared = Counter(accession for word in words for accession in self.by_word.get(word, ()))
        return [
            accession
            for accession, count in shared.most_common(20)
            if count >= 0.6 * len(words)
            and SequenceMatcher(None, title, self.titles[accession], autojunk=False).ratio() >= NEARLY_EQUAL
        ]
