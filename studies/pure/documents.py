"""The one way a document becomes text."""

import json


def dumps(document) -> str:
    """JSON with its keys in order, no escapes and no spaces to carry around."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


UNTOLD = ("sources", "facts", "silences", "silence", "coverage", "code", "operator", "basis", "presence")


def words_of(document) -> list[str]:
    """All texts of a document, deep down, but for its provenance, which search would drown in; for codes, whose labels
    stand beside them; and for what it is silent about, which is not found by those who look for what is told."""
    if isinstance(document, dict):
        told = [value for key, value in document.items() if not key.endswith(UNTOLD)]
        return [word for value in told for word in words_of(value)]
    if isinstance(document, list):
        return [w for value in document for w in words_of(value)]
    return [document] if isinstance(document, str) else []
