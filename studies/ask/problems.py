"""What readers report: which record it is about, and the answers that stand with it."""

import json
from dataclasses import dataclass

from ..models import EvidenceRow, PublicRecord
from . import current, history
from .collections import REPORTABLE

WITH_PAGES = ("studies", "publications", "registrations", "constructs", "diseases", "discrepancies", "scales")


@dataclass(frozen=True)
class Target:
    """A public record that a report is about."""

    collection: str
    slug: str
    accession: str
    name: str

    @property
    def address(self) -> str:
        """Where it is read: its page, or the API where it has none."""
        where = "" if self.collection in WITH_PAGES else "/api/v1"
        return f"{where}/{self.collection}/{self.slug}/"


def target(collection: str, name: str) -> Target | None:
    """The public record of a slug or accession, None where there never was one. Raises Gone where it was taken out."""
    if collection not in REPORTABLE or "\x00" in name:
        return None
    if collection == "evidence":
        found = EvidenceRow.objects.current().preferred().filter(row=name).values_list("row", "row", "row").first()
    else:
        rows = PublicRecord.objects.current().filter(collection=collection)
        rows = rows.filter(slug=name) | rows.filter(accession=name)
        found = rows.values_list("slug", "accession", "name").first()
    if found is None:
        history.refuse_gone(collection, name)
        return None
    slug, accession, title = found
    return Target(collection, slug, accession, title or slug)


def answers(revision: int) -> dict[str, list[dict]]:
    """Collection and slug of a record → the public answers to what was reported of it, the newest first. What a study
    holds has no page of its own: its answers stand with the study, too."""

    def make():
        found = {}
        rows = PublicRecord.objects.current().filter(collection="problem-reports").order_by("-accession")
        documents = [json.loads(text) for text in rows.values_list("document", flat=True)]
        held = [document for document in documents if document["collection"] not in WITH_PAGES]
        studies = dict(
            PublicRecord.objects.current()
            .filter(slug__in={document["slug"] for document in held})
            .exclude(study="")
            .values_list("slug", "study")
        )
        studies |= dict(
            EvidenceRow.objects.current()
            .filter(row__in={document["slug"] for document in held if document["collection"] == "evidence"})
            .values_list("row", "study")
        )
        for document in documents:
            found.setdefault(f"{document['collection']}/{document['slug']}", []).append(document)
        for document in held:
            if document["slug"] in studies:
                found.setdefault(f"studies/{studies[document['slug']]}", []).append(document)
        return found

    return current.kept(revision, "answers to problem reports", make)
