"""The public rows of the vocabularies, and of what is made of them: the tree of diseases, the scales, the glossary."""

import json
import re

from ..models import PublicRecord, Term
from ..models.vocabulary import VOCABULARIES
from ..pure.documents import dumps
from .search_entries import entry

SCALES = ("grading_scale", "response_criteria")
# Both vocabularies have a term for silence; the page explains what a grade without a scale means.
UNDEFINED = ("response_criteria", "not_reported")
CASES_OF = "CRS"  # what the cases are graded for


def vocabulary_rows() -> tuple[list[PublicRecord], list]:
    """The public records of the vocabularies, as they were last published, and what search finds of them."""
    published = [(term.vocabulary, json.loads(term.form)) for term in Term.objects.exclude(form="")]
    published.sort(key=lambda found: (found[1].pop("position"), found[1]["code"]))
    by_vocabulary = {name: [] for name in VOCABULARIES}
    for vocabulary, document in published:
        by_vocabulary[vocabulary].append(document)
    records = [
        _record("vocabularies", name, {"vocabulary": name, "label": VOCABULARIES[name], "terms": found})
        for name, found in by_vocabulary.items()
    ]
    records += [*_diseases(by_vocabulary["disease"]), *_scales(by_vocabulary), *_glossary(by_vocabulary)]
    diseases = by_vocabulary["disease"]
    return records, [entry("disease", f"/diseases/{term['code']}/", term["label"], term) for term in diseases]


def _record(collection: str, slug: str, document: dict, **columns) -> PublicRecord:
    return PublicRecord(collection=collection, accession="", slug=slug, document=dumps(document), **columns)


def take_forms(terms) -> bool:
    """Take what terms say now as what is public of them. Returns whether that is anything new."""
    changed = [(term, form) for term, form in forms_of(terms) if form != term.form]
    for term, form in changed:
        term.form = form
    Term.objects.bulk_update([term for term, _ in changed], ["form"], batch_size=200)
    return bool(changed)


def forms_of(terms) -> list[tuple[Term, str]]:
    """Each term with what it says now."""
    found = terms.select_related("parent").prefetch_related("mappings", "grades")
    return [(term, dumps(_document(term))) for term in found]


def _document(term: Term) -> dict:
    return {
        "position": term.position,
        "code": term.code,
        "label": term.label,
        "abbreviation": term.abbreviation or None,
        "expansion": term.expansion or None,
        "definition": term.definition,
        "source": term.source or None,
        "verified": term.verified or None,
        "synonyms": term.synonyms.splitlines(),
        "parent": term.parent.code if term.parent else None,
        "grades": [
            {"of": g.of, "grade": g.grade, "meaning": g.meaning, "cases": g.cases.splitlines()}
            for g in term.grades.all()
        ],
        "mappings": [
            {"system": m.system, "code": m.code, "predicate": m.predicate, "source": m.source}
            for m in term.mappings.all()
        ],
    }


def _diseases(terms: list[dict]) -> list[PublicRecord]:
    """Each disease of the tree as a record, with what it is a kind of, furthest first, and its kinds."""
    lineages = {}
    for term in terms:  # parents before children
        lineages[term["code"]] = [*lineages.get(term["parent"], []), term["code"]]
    return [
        _record(
            "diseases",
            term["code"],
            term
            | {"lineage": lineages[term["code"]]}
            | {"kinds": [other["code"] for other in terms if other["parent"] == term["code"]]},
            topic=term["parent"] or "",
        )
        for term in terms
    ]


def _scales(by_vocabulary: dict) -> list[PublicRecord]:
    """Each grading scale and each set of response criteria; `beside` tells how other scales grade the same finding."""
    beside = {}  # finding → the grade that each scale gives it
    for term in by_vocabulary["grading_scale"]:
        for grade in term["grades"]:
            for case in grade["cases"]:
                told = {"scale": term["code"], "label": term["label"], "grade": grade["grade"]}
                beside.setdefault(case, []).append(told)
    records = []
    for vocabulary in SCALES:
        for term in by_vocabulary[vocabulary]:
            if (vocabulary, term["code"]) == UNDEFINED:
                continue
            has_cases = any(grade["cases"] for grade in term["grades"])
            shown = has_cases or (vocabulary, term["code"]) == ("grading_scale", "not_reported")
            cases = [{"finding": case, "of": CASES_OF, "grades": grades} for case, grades in beside.items()]
            document = term | {"vocabulary": vocabulary, "beside": cases if shown else []}
            records.append(_record("scales", term["code"], document, name=term["label"], kind=vocabulary))
    return records


def _glossary(by_vocabulary: dict) -> list[PublicRecord]:
    """Every abbreviation, whatever vocabulary explains it, and every word that is used in a precise sense."""
    records = []
    for vocabulary, terms in by_vocabulary.items():
        for term in terms:
            if not term["abbreviation"] and vocabulary != "word":
                continue
            short = term["abbreviation"] or term["label"]
            document = {
                "entry": short,
                "slug": re.sub(r"[^\w-]", "", short.replace(" ", "-")),
                "kind": "word" if vocabulary == "word" else "abbreviation",
                "expansion": (term["expansion"] or term["label"]) if term["abbreviation"] else None,
                "definition": term["definition"],
                "source": term["source"],
                "vocabulary": vocabulary,
                "code": term["code"],
            }
            records.append(_record("glossary", document["slug"], document, name=short, kind=document["kind"]))
    return records
