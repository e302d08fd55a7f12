"""The current revision, and what may be kept for as long as it lasts."""

import json

from django.core.cache import cache
from django.db import connection

from ..models import PublicRecord
from ..pure.synonyms import phrases


def revision() -> int:
    """The number of the newest revision, 0 for an empty base. One statement."""
    with connection.cursor() as cursor:  # every request asks this first; the ORM would take ten times as long
        cursor.execute("SELECT MAX(id) FROM studies_revision")
        return cursor.fetchone()[0] or 0


def kept(revision_number: int, key: str, make):
    """A value computed once per revision and process; a new revision starts afresh."""
    name = f"r{revision_number}:{key}".replace(" ", "-")
    value = cache.get(name)
    if value is None:
        value = make()
        cache.set(name, value, timeout=3600)
    return value


def vocabulary(revision_number: int, name: str) -> dict[str, tuple[str, str]]:
    """Code → (label, code of the parent) of an open vocabulary, parents before children."""

    def make():
        found = PublicRecord.objects.current().filter(collection="vocabularies", slug=name)
        document = json.loads(found.values_list("document", flat=True).first() or '{"terms":[]}')
        return {term["code"]: (term["label"], term["parent"] or "") for term in document["terms"]}

    return kept(revision_number, f"vocabulary:{name}", make)


def synonyms(revision_number: int) -> dict:
    """The names of every vocabulary's terms, as groups that mean the same."""

    def make():
        documents = PublicRecord.objects.current().filter(collection="vocabularies").order_by("slug")
        terms = [term for text in documents.values_list("document", flat=True) for term in json.loads(text)["terms"]]
        return phrases([[term["code"], term["label"], *term["synonyms"]] for term in terms if term["synonyms"]])

    return kept(revision_number, "synonyms", make)


def glossary(revision_number: int) -> dict[str, dict]:
    """Abbreviation → its entry of the glossary."""

    def make():
        found = PublicRecord.objects.current().filter(collection="glossary", kind="abbreviation")
        documents = [json.loads(text) for text in found.order_by("slug").values_list("document", flat=True)]
        return {document["entry"]: document for document in documents}

    return kept(revision_number, "glossary", make)


def names(revision_number: int, collection: str) -> dict[str, str]:
    """Slug → name of the public studies or publications."""

    def make():
        found = PublicRecord.objects.current().filter(collection=collection).order_by("slug")
        return dict(found.values_list("slug", "name"))

    return kept(revision_number, f"names:{collection}", make)
