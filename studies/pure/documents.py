"""The one way a document becomes text."""

import json


def dumps(document) -> str:
    """JSON with its keys in order, no escapes and no spaces to carry around."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def words_of(document) -> list[str]:
    """All texts of a document, deep down, but for its provenance, which search would drown in."""
    if isinstance(document, dict):
        told = [value for key, value in document.items() if not key.endswith(("sources", "facts", "silences"))]
        return [word for value in told for word in words_of(value)]
    if isinstance(document, list):
        return [w for value in document for w in words_of(value)]
    return [document] if isinstance(document, str) else []
