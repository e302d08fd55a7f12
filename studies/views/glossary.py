"""What words mean: the glossary, and the scales and criteria with the definitions of their grades."""

import json

from ..ask import collections, strict
from ..models import PublicRecord
from .common import page, public_page
from .records import document_or_404


@public_page
def glossary(request, revision):
    """Every abbreviation of the pages, and the words that are used in a precise sense."""
    strict.check(request.GET, set())
    entries = {kind: [] for kind in collections.GLOSSARY_KINDS}
    for document in _documents("glossary"):
        entries[document["kind"]].append(document)
    for found in entries.values():
        found.sort(key=lambda entry: (entry["entry"].lower(), entry["entry"]))
    context = {"abbreviations": entries["abbreviation"], "words": entries["word"]}
    return page(request, revision, "studies/glossary.html", context)


@public_page
def scale_list(request, revision):
    """All grading scales and response criteria, in the order of their vocabulary."""
    strict.check(request.GET, set())
    documents = _documents("scales")
    groups = [
        {"label": label, "scales": [scale for scale in documents if scale["vocabulary"] == kind]}
        for kind, label in zip(collections.SCALE_KINDS, ("Scales of toxicity", "Criteria of response"), strict=True)
    ]
    return page(request, revision, "studies/scale_list.html", {"groups": groups})


@public_page
def scale(request, revision, code):
    """One scale: what each of its grades takes, where that was read, and how other scales grade the same finding."""
    strict.check(request.GET, set())
    document = document_or_404("scales", code)
    graded = {}
    for grade in document["grades"]:
        graded.setdefault(grade["of"], []).append(grade)
    columns = list({told["scale"]: told["label"] for case in document["beside"] for told in case["grades"]}.items())
    rows = [
        {"finding": case["finding"], "of": case["of"], "grades": [_grade(case, name) for name, _ in columns]}
        for case in document["beside"]
    ]
    context = {"scale": document, "graded": graded, "columns": columns, "rows": rows}
    return page(request, revision, "studies/scale.html", context)


def _grade(case: dict, scale: str) -> str:
    return next((told["grade"] for told in case["grades"] if told["scale"] == scale), "")


def _documents(collection: str) -> list[dict]:
    rows = PublicRecord.objects.current().filter(collection=collection).order_by("id")
    return [json.loads(text) for text in rows.values_list("document", flat=True)]
