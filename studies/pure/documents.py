"""The one way a document becomes text."""

import json


def dumps(document) -> str:
    """JSON with its keys in order, no escapes and no spaces to carry around."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
