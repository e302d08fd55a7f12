"""The current revision, and what may be kept for as long as it lasts."""

from django.core.cache import cache

from ..models import Revision, Term


def revision() -> int:
    """The number of the newest revision, 0 for an empty base. One statement."""
    return Revision.objects.order_by("-id").values_list("id", flat=True).first() or 0


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
        terms = Term.objects.filter(vocabulary=name).select_related("parent").order_by("position", "code")
        return {term.code: (term.label, term.parent.code if term.parent else "") for term in terms}

    return kept(revision_number, f"vocabulary:{name}", make)
