"""The public rows of one unit, made of published forms."""

import json
from dataclasses import dataclass, field

from ..models import (
    Discrepancy,
    EvidenceRow,
    ProblemAnswer,
    Publication,
    PublicFact,
    PublicRecord,
    Registration,
    Report,
    SearchText,
    Study,
)
from ..pure.documents import dumps
from .compose import (
    Published,
    publication_document,
    registration_document,
    report_document,
    study_document,
)
from .forms import UNCHECKED
from .published_tables import tables_of
from .readings import reading_of, reading_records
from .render_vocabularies import vocabulary_rows
from .rows import rows_of_report
from .search_entries import entries_of_report, entry
from .tombstones import taken_out

# The number of this way of rendering. Raise it with any change to what public rows hold: a base made by an older
# version is then rendered anew when it starts.
RENDERING = 10

# Records of a report that are collections of the API; the others stand within them.
COLLECTIONS = (
    "cohorts", "constructs", "transplants", "therapies", "courses", "lymphodepletions", "infusions", "toxicities",
    "outcomes", "measurements", "events", "claims", "appraisals",
)  # fmt: skip


@dataclass
class Rendering:
    """The public rows of one unit; evidence rows carry their terms in `term_list`."""

    records: list[PublicRecord] = field(default_factory=list)
    rows: list[EvidenceRow] = field(default_factory=list)
    facts: list[PublicFact] = field(default_factory=list)
    search: list[SearchText] = field(default_factory=list)


def render(unit, published: Published) -> Rendering:
    """The public rows of a publication, study, registration, report, discrepancy or answer."""
    renderers = {
        Publication: _render_publication,
        Study: _render_study,
        Registration: _render_registration,
        Report: _render_report,
        Discrepancy: _render_discrepancy,
        ProblemAnswer: _render_answer,
    }
    rendering = renderers[type(unit)](unit, published)
    rendering.records += taken_out(unit)
    return rendering


def _render_publication(unit: Publication, published: Published) -> Rendering:
    form = published.publication(unit.slug)
    readings = reading_of(unit.slug, form["name"])
    document = publication_document(form, published) | {"tables": tables_of(form, published)}
    document["readings"] = {name: readings[name] for name in ("agreement", "totals")} if readings else None
    touching = published.touching({unit.pk})
    record = PublicRecord(
        collection="publications",
        accession=unit.pk,
        slug=unit.slug,
        name=form["name"],
        publication=unit.slug,
        kind=form["kind"],
        year=form["year"],
        read_as=" ".join(sorted({source["read_as"] for source in form["sources_read"]})),
        document=dumps(document),
    )
    searched = {key: value for key, value in document.items() if key not in ("own_words", "tables", "readings")}
    return Rendering(
        records=[record, *reading_records(unit.slug, readings)],
        facts=[PublicFact(**touching.told(fact)) for fact in form["facts"]],
        search=[entry("publication", f"/publications/{unit.slug}/", form["name"], searched)],
    )


def _render_study(unit: Study, published: Published) -> Rendering:
    form = published.study(unit.slug)
    document = study_document(form, published)
    designs = [d["design"] for report in document["reports"] for d in report["descriptions"]]
    record = PublicRecord(
        collection="studies",
        accession=unit.pk,
        slug=unit.slug,
        name=form["name"],
        study=unit.slug,
        year=document["year"] or 0,
        kind=designs[0] if designs else "",
        document=dumps(document),
    )
    told = document | {"own_publication": None, "reports": [_without_doi(report) for report in document["reports"]]}
    return Rendering(records=[record], search=[entry("study", f"/studies/{unit.slug}/", form["name"], told)])


def _without_doi(report: dict) -> dict:
    """Who looks for a DOI wants the publication, and not each study that it tells of."""
    return report | {"publication": report["publication"] | {"doi": None}}


def _render_registration(unit: Registration, published: Published) -> Rendering:
    form = json.loads(unit.form)
    document = registration_document(form, published)
    record = PublicRecord(collection="registrations", accession=unit.pk, slug=unit.identifier, document=dumps(document))
    address = f"/registrations/{unit.identifier}/"
    return Rendering(records=[record], search=[entry("registration", address, unit.identifier, document)])


def _render_discrepancy(unit: Discrepancy, published: Published) -> Rendering:
    form = json.loads(unit.form)
    record = PublicRecord(
        collection="discrepancies",
        accession=unit.pk,
        slug=unit.pk,
        publication=form["publication"],
        kind=form["kind"],
        topic=form["severity"],
        document=dumps({"haematologist_check": UNCHECKED} | form),
    )
    told = [form["explanation"], form["shown"], *(side["as_reported"] for side in form["sides"])]
    return Rendering(records=[record], search=[entry("discrepancy", f"/discrepancies/{unit.pk}/", form["title"], told)])


def _render_answer(unit: ProblemAnswer, published: Published) -> Rendering:
    form = json.loads(unit.form)
    record = PublicRecord(
        collection="problem-reports",
        accession=unit.pk,
        slug=unit.pk,
        name=form["name"],
        kind=form["collection"],
        topic=(form["record"] or form["slug"])[:64],
        document=unit.form,
    )
    return Rendering(records=[record])


def _render_report(unit: Report, published: Published) -> Rendering:
    report = published.with_discrepancies(published.report(unit.pk))
    siblings = published.reports(study__slug=report["study"]) if report["study"] else []
    preferred = bool(siblings) and siblings[0]["accession"] == unit.pk
    others = [sibling for sibling in siblings if sibling["accession"] != unit.pk]
    document = report_document(report, published)
    checked = document["haematologist_check"]["checked"]
    about = {
        "publication": report["publication"],
        "study": report["study"] or "",
        "year": published.publication(report["publication"])["year"],
    }
    records = [
        PublicRecord(
            collection=collection,
            accession=record["accession"],
            slug=record.get("slug") or record["accession"],
            kind=kind,
            topic=_topic(record),
            document=dumps(record | {"silence": document["silence"], "checked_by_haematologist": checked}),
            **about,
        )
        for collection in COLLECTIONS
        for kind in ((collection, "set_statements") if collection == "claims" else (collection,))
        for record in document[kind]
    ]
    head = {key: value for key, value in document.items() if key == "appraisals" or not isinstance(value, list)}
    records.append(
        PublicRecord(
            collection="reports", accession=unit.pk, slug=unit.pk, kind=report["role"], document=dumps(head), **about
        )
    )
    return Rendering(
        records=records,
        rows=rows_of_report(report, preferred, others, published),
        facts=[PublicFact(**fact) for fact in report["facts"]],
        search=entries_of_report(
            document,
            (published.study(report["study"]) or {"name": ""})["name"] if report["study"] else "",
            f"/studies/{report['study']}/",
            f"/publications/{report['publication']}/",
        ),
    )


def render_vocabularies() -> Rendering:
    """The vocabularies, and what is made of them."""
    records, search = vocabulary_rows()
    return Rendering(records=records, search=search)


def _topic(record: dict) -> str:
    """The code by which a record is asked for: its term, measure, analyte, topic or tool."""
    if "tool" in record:
        return record["tool"]
    for name in ("term", "measure", "analyte", "topic"):
        if record.get(name):
            return record[name]["code"]
    return ""
