"""The counts of the flow of papers, as they were last published."""

import json

from ..models import PublicRecord
from . import current


def counts(revision: int) -> dict | None:
    """The boxes of the flow; None before anything was published. Kept for as long as the revision lasts."""

    def make():
        rows = PublicRecord.objects.current().filter(collection="flow-counts")
        return json.loads(rows.values_list("document", flat=True).first() or "null")

    return current.kept(revision, "flow", make)
