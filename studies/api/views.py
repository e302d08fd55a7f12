"""The addresses of the API that are more than a collection of stored documents: evidence, facts, search, the index."""

import json
from dataclasses import asdict

from django.urls import reverse

from ..ask import (
    collections,
    comparison,
    current,
    evidence,
    facets,
    facts,
    flow,
    history,
    nearest,
    readings,
    strict,
    tables,
)
from ..ask.collections import COLLECTIONS
from ..ask.filter_kinds import TermFilter
from ..ask.filters import PILES, EvidenceFilterSet
from ..ask.search import search
from ..ask.strict import BadQuery, Fault
from ..attributes import ATTRIBUTES, Attribute
from ..cells.comparison import compared, is_silent, shared_patients, text_of
from ..cells.nearest import near_cells
from ..models.public import SEARCH_KINDS
from ..pure.documents import dumps
from . import schema
from .base import LISTED, PublicView, RecordView, listing


@schema.described(
    "evidence", "CAR-T courses of cohorts", schema.evidence_parameters(), schema.listing("evidence", True)
)
class EvidenceList(PublicView):
    """One row per treatment course of a root cohort. A filter that splits a cohort answers with the most specific
    cohort there is, marked `is_subgroup`. Rows on which the report is silent are counted as `unknown` and asked for
    with `pile=unknown`."""

    def body(self, request, revision):
        answer = evidence.answer(request.GET, revision, extra=LISTED | {"facets"})
        totals = answer.totals
        more = {
            "filter": answer.filters.sentence(answer.pile),
            "pile": answer.pile,
            "unknown": totals.unknown,
            "unknown_courses": totals.unknown_courses,
            "studies": totals.studies,
            "cohorts": totals.cohorts,
            "courses": totals.courses,
            "patients_counted_once": {
                "low": totals.patients.low,
                "high": totals.patients.high,
                "n_not_reported_in": totals.patients.unreported[: evidence.NAMED],
                "shared": totals.shared,
                "shared_more": totals.shared_more,
                "left_out": totals.left_out,
                "left_out_more": totals.left_out_more,
            },
        }
        if totals.emptied_by:
            more["emptied_by"] = totals.emptied_by
        if totals.nearest_choices:
            more["nearest_choices"] = totals.nearest_choices
        if "facets" in request.GET:
            more["facets"] = _facets(request, answer.filters)
        count = totals.rows(answer.pile)
        documents = [row.document for row in answer.page.rows]
        return listing(request, revision, "evidence", count, answer.page, documents, **more)


def _facets(request, filters: EvidenceFilterSet) -> dict:
    """The counts of the filters named, each under the others that are active."""
    wanted = [name for name in request.GET["facets"].split(",") if name]
    valid = [name for name, asked in filters.base_filters.items() if isinstance(asked, TermFilter)]
    unknown = [name for name in wanted if name not in valid]
    if unknown:
        faults = [
            Fault("facets", f"“{name[:60]}” is not a filter.", strict.nearest(name[:60], valid)) for name in unknown
        ]
        raise BadQuery(faults)
    return facets.counts(filters, wanted) if wanted else {}


@schema.described(
    "evidence", "One row of the evidence",
    schema.record_parameters("Accession of the course; for a subgroup, of course and cohort."),
    schema.record("evidence"),
)  # fmt: skip
class EvidenceRecord(RecordView):
    collection = "evidence"
    dated = frozenset()

    def find(self, name):
        return evidence.row(name)


@schema.described("compare", "Evidence rows side by side", schema.compare_parameters(), schema.plain())
class Compare(PublicView):
    """Two to six rows: what each says of an aspect, and whether they differ, say the same, or a silence keeps one from
    telling. Rows that are not public are named in `missing`."""

    def body(self, request, revision):
        strict.check(request.GET, {"row"}, repeatable={"row"})
        rows, missing = comparison.rows(comparison.chosen(request.GET, "row"))
        aspects = [
            {
                "aspect": aspect.name,
                "label": aspect.label,
                "verdict": aspect.verdict,
                "told": [
                    {
                        "row": row["row"],
                        "text": text_of(cells),
                        "silent": is_silent(cells),
                        "facts": sorted({f for cell in cells for source in cell.sources for f in source["facts"]}),
                    }
                    for row, cells in zip(rows, aspect.told, strict=True)
                ],
            }
            for aspect in compared(rows, comparison.kinds_of(revision))
        ]
        named = [{"row": row["row"], "study": row["study"], "name": comparison.title(row)} for row in rows]
        shared = shared_patients(rows, [row["name"] for row in named])
        found = {"rows": named, "missing": missing, "shared_patients": shared, "aspects": aspects if rows else []}
        return dumps({"revision": revision} | found)


@schema.described("nearest", "The rows nearest to a patient", schema.nearest_parameters(), schema.plain())
class Nearest(PublicView):
    """Rows that match every hard criterion (disease, order, target), then those that leave one open, each with what
    matches, differs and cannot be told. Ranked by how many of the other criteria match; no percentage, no advice: what
    followed plays no part, and successes are published more often than failures."""

    def body(self, request, revision):
        found = nearest.nearest(request.GET, revision)
        if found is None:
            raise BadQuery([Fault("disease", "Name the disease: it is the first thing to compare.", [])])
        asked = [{"criterion": c.name, "label": c.label, "values": c.values, "hard": c.hard} for c in found.criteria]
        piles = {name: [_near(json.loads(near.document), near) for near in found.rows[name]] for name in PILES}
        return dumps(
            {"revision": revision, "asked": asked, "count": found.total, "courses_that_differ": found.differing}
            | {"in_no_row": [{"criterion": c.name, "value": c.values[0], "label": c.said} for c in found.nowhere]}
            | {"matching": piles["matching"], "unknown": piles["unknown"]}
        )


def _near(row: dict, near) -> dict:
    cells = near_cells(row, near)

    def told(items: list[dict]) -> list[dict]:
        return [{"criterion": item["name"], "text": text_of(item["cells"])} for item in items]

    named = {"row": row["row"], "study": row["study"], "name": comparison.title(row), "n_patients": row["n_patients"]}
    followed = [{"aspect": item["label"], "text": text_of(item["cells"])} for item in cells["followed"]]
    return named | {name: told(cells[name]) for name in ("matches", "differs", "open")} | {"followed": followed}


@schema.described("publications", "A table of a document, rebuilt", schema.table_parameters(), schema.record("tables"))
class PublishedTable(PublicView):
    """Each printed cell with what the base says for the same thing (`base`), whether the two differ, and why. `counts`
    are those of the whole table."""

    def body(self, request, revision, name, number):
        table = tables.published_table(name, number, request.GET) if "\x00" not in name else None
        return dumps({"revision": revision} | table) if table else None


@schema.described("flow", "How papers come in", schema.collection_parameters("flow"), schema.listing("flow"))
class FlowList(PublicView):
    """The papers of the reading queue, and in `flow` the counts of PRISMA 2020's boxes. A count that nobody made is
    null, which is not 0: `said` tells why."""

    def body(self, request, revision):
        found = collections.ask("flow", request.GET, revision, extra=LISTED)
        documents = [row.document for row in found.page.rows]
        more = {"flow": flow.counts(revision)}
        return listing(request, revision, "flow", found.count, found.page, documents, **more)


@schema.described(
    "publications", "Two readings of a document, fact by fact", schema.reading_parameters(),
    schema.listing("compared-facts", below=True),
)  # fmt: skip
class ComparedFacts(PublicView):
    """Every fact of either reading, those that do not agree first; `reading` tells how the two agree on the whole."""

    def body(self, request, revision, name):
        found = readings.compared_facts(name, request.GET) if "\x00" not in name else None
        if found is None:
            history.refuse_gone("readings", name)
            return None
        documents = [dumps(row) for row in found.page.rows]
        return listing(request, revision, "compared-facts", found.count, found.page, documents, reading=found.reading)


@schema.described("facts", "Facts: one row per value and place", schema.fact_parameters(), schema.listing("facts"))
class FactList(PublicView):
    def body(self, request, revision):
        found = facts.facts(request.GET, revision, extra=LISTED)
        documents = [dumps(facts.fact_document(row)) for row in found.page.rows]
        return listing(request, revision, "facts", found.count, found.page, documents)


@schema.described(
    "facts", "One fact at one place",
    schema.record_parameters("<accession>.<attribute>.<place number>"), schema.record("facts"),
)  # fmt: skip
class FactRecord(RecordView):
    collection = "facts"
    dated = frozenset()

    def find(self, name):
        fact = facts.fact(name)
        return dumps(facts.fact_document(fact)) if fact else None


@schema.described("search", "Search", schema.search_parameters(), schema.plain())
class Search(PublicView):
    """Everything that holds all words of the query, by any name the vocabularies know. At most twenty; `more` says that
    there are others."""

    def body(self, request, revision):
        strict.check(request.GET, {"q", "kind"})
        kind = strict.one_of(request.GET, "kind", ("", *SEARCH_KINDS), "")
        found = search(request.GET.get("q", ""), revision, kind)
        hits = [
            hit
            | {"snippet": "".join(part["text"] for part in hit["snippet"])}
            | {"highlights": sorted({part["text"].strip() for part in hit["snippet"] if part["found"]})}
            for hit in found.hits
        ]
        return dumps(
            {"count": len(hits), "more": found.more, "did_you_mean": found.did_you_mean or None}
            | {"suggestions": found.suggestions, "revision": revision, "results": hits}
        )


@schema.described("history", "The versions of a public record", schema.history_parameters(), schema.versions())
class History(PublicView):
    """Every version that was public, the newest first: the revision that made it, when, by whom, why, and each value
    that changed, with who changed it and why."""

    def body(self, request, revision, collection, name):
        strict.check(request.GET, set())
        found = history.versions(collection, name) if collection in COLLECTIONS and "\x00" not in name else []
        if not found:
            return None
        told = [
            {"revision": v.revision, "at": v.at.isoformat(), "by": v.by, "reason": v.reason, "taken_out": v.ends}
            | {"redacted": v.redacted}
            | {"changes": [asdict(told.line) | {"changed": [_cause(c) for c in told.causes]} for told in v.lines]}
            for v in found
        ]
        return dumps({"count": len(told), "revision": revision, "results": told})


def _cause(cause: history.Cause) -> dict:
    return {"by": cause.by, "at": cause.at.isoformat(), "reason": cause.reason or None}


@schema.described("index", "Where to begin", [], schema.plain())
class Index(PublicView):
    def body(self, request, revision):
        strict.check(request.GET, set())
        names = ("evidence", "search", "compare", "nearest", "charts", *COLLECTIONS, "facts", "attributes", "schema")
        addresses = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in names}
        return dumps(
            {"revision": revision, **addresses, "docs": request.build_absolute_uri(reverse("studies:api-docs"))}
        )


@schema.described("vocabularies", "The attributes of the facts table", [], schema.plain())
class AttributeList(PublicView):
    def body(self, request, revision):
        strict.check(request.GET, set())
        results = [{"attribute": name, **about._asdict()} for name, about in ATTRIBUTES.items()]
        for code, (label, _) in current.vocabulary(revision, "analyte").items():
            results.append({"attribute": code, **Attribute("measurement", "number", f"{label}.")._asdict()})
        return dumps({"count": len(results), "next": None, "previous": None, "revision": revision, "results": results})
