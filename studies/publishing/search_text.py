"""What search looks through, written by the door for every record with an address of its own."""

from ..models import SearchText
from ..pure.wording import searchable


def entry(kind: str, address: str, title: str, parts) -> SearchText:
    """A search entry: the title and all the parts, normalised."""
    text = " ".join(str(part) for part in parts if part)
    return SearchText(kind=kind, address=address, title=title[:300], text=searchable(f"{title} {text}"))


def words_of(document) -> list[str]:
    """All texts of a document, deep down, but for its provenance, which search would drown in."""
    if isinstance(document, dict):
        return [w for key, value in document.items() if key not in ("sources", "fact") for w in words_of(value)]
    if isinstance(document, list):
        return [w for value in document for w in words_of(value)]
    return [document] if isinstance(document, str) else []
