"""What all records are checked for, what was found in what is public, and how each doubt was answered."""

import json

from ..ask import collections, current
from ..ask.paging import MOST
from ..models.choices import CheckSeverity
from .common import filled, page, public_page
from .records import list_context


@public_page
def data_quality(request, revision):
    """All datachecks, or those of one severity."""
    query = filled(request.GET)
    query.setdefault("page_size", str(MOST))  # all checks stand on one page
    found = collections.ask("data-quality", query, revision)
    documents = [json.loads(row.document) for row in found.page.rows]
    findings = [finding for document in documents for finding in document["found"]]
    context = list_context(request, found, documents) | {
        "found": [document for document in documents if document["found"]],
        "n_found": len(findings),
        "n_open": sum(finding["open"] for finding in findings),
        "not_checked": max((document["units_not_checked"] for document in documents), default=0),
        "papers": current.names(revision, "publications"),
        "severities": list(CheckSeverity),
        "chosen": query.get("severity", ""),
    }
    return page(request, revision, "studies/data_quality.html", context)
