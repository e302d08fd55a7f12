"""Forms: what was published of a record itself, as JSON, taken from the write side at that moment and kept with it.

Public documents, rows and facts are made of forms alone (compose.py). So whatever a curator is still changing, in this
record or in one that shows it, stays unseen until that very record is published.
"""

from collections import defaultdict
from decimal import Decimal

from ..models import (
    Citation,
    CohortOverlap,
    Discrepancy,
    ProblemAnswer,
    Publication,
    Registration,
    Report,
    Study,
    Term,
)
from ..models.choices import Basis
from ..models.vocabulary import JoinedTermsField
from ..pure.proportions import clopper_pearson
from .dossier import Dossier
from .facts import facts_of_publication, facts_of_report

HIDDEN = {
    "accession", "report", "excused_by", "created_at", "changed_at", "state", "is_public", "published_at", "form",
    "checked", "haematologist_checked_on",
}  # fmt: skip
UNCHECKED = {"checked": False, "on": None, "by": None}
PROVENANCE = ("locator", "as_reported", "basis", "derivation")


def form_of(unit, dossier: Dossier | None = None) -> dict:
    """The form of a publication, study, registration, report (from the dossier that was checked) or discrepancy."""
    makers = {
        Publication: publication_form,
        Study: fields_of,
        Registration: registration_form,
        Discrepancy: discrepancy_form,
        ProblemAnswer: answer_form,
    }
    form = report_form(dossier or Dossier(unit)) if isinstance(unit, Report) else makers[type(unit)](unit)
    if hasattr(unit, "haematologist_checked_on"):
        form["haematologist_check"] = _check(unit.haematologist_checked_on)
    return form


def _check(day) -> dict:
    """Whether a haematologist has checked the record as it stands: the day, and the role in which it was done."""
    return UNCHECKED if day is None else {"checked": True, "on": day.isoformat(), "by": "a haematologist"}


def names_in(form: dict) -> set[str]:
    """Whatever else a form names: records and slugs. By these others find out who shows them."""
    named = {side["record"] for side in form.get("sides", []) if side["record"]}
    named |= set(form.get("studies", []))
    named |= {reference["publication"] for reference in form.get("references", [])}
    named |= {study for statement in form.get("set_statements", []) for study in statement["studies"]}
    named |= {slug for claim in form.get("claims", []) for slug in claim["cites"]}
    named |= {o[key] for o in form.get("overlaps", []) for key in ("report", "other_report")}
    if "sides" in form:
        named.add(form["publication"])
    return named


def fields_of(record) -> dict:
    """A record's own fields; what is empty is null, terms are objects, and `labels` holds the words for choices."""
    document, labels = {"accession": record.pk}, {}
    for field in record._meta.concrete_fields:
        if field.name in HIDDEN:
            continue
        value = getattr(record, field.attname)
        if field.is_relation:
            related = getattr(record, field.name) if value else None
            if field.related_model is Term:
                value = {"code": related.code, "label": related.public_label} if related else None
            elif related is not None and hasattr(related, "slug"):
                value = related.slug
        elif isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        elif isinstance(field, JoinedTermsField) and value:
            labels[field.name] = " + ".join(label for _, label in joined_labels(field.vocabulary, value))
        elif field.choices and value:
            labels[field.name] = getattr(record, f"get_{field.name}_display")()
        document[field.name] = None if value == "" else value
    document["labels"] = labels
    return document


def joined_labels(vocabulary: str, text: str) -> list[tuple[str, str]]:
    """Code and label of each part of “CD28+4-1BB”, in its order."""
    terms = Term.objects.filter(vocabulary=vocabulary, code__in=text.split("+"))
    labels = {term.code: term.public_label for term in terms}
    return [(code, labels[code]) for code in text.split("+")]


def publication_form(publication: Publication) -> dict:
    """Bibliography, what was read, and what the reference list cites; with its bibliographic facts."""
    facts = facts_of_publication(publication)
    return fields_of(publication) | {
        "keywords": publication.keywords.splitlines(),
        "authors": [
            {"family_name": a.family_name, "given_names": a.given_names, "affiliation": a.affiliation or None}
            for a in publication.authors.all()
        ],
        "sources_read": [
            fields_of(source)
            | {
                "parts_read": source.parts_read.splitlines(),
                "parts_not_at_hand": source.parts_not_at_hand.splitlines(),
            }
            for source in publication.sources_read.order_by("accession")
        ],
        "references": [
            {"number": c.number, "publication": c.cited.slug, "cited_for": c.cited_for or None}
            for c in Citation.objects.filter(citing=publication).select_related("cited").order_by("number")
        ],
        "tables": [
            fields_of(table)
            | {"columns": [{"column": c.column, "heading": c.heading} for c in table.columns.order_by("position")]}
            for table in publication.tables.order_by("number")
        ],
        "sources": sources_of(facts).get(publication.pk, {}),
        "facts": facts,
    }


def registration_form(registration: Registration) -> dict:
    """A registration and the studies that a document says belong to it."""
    studies = registration.studies.order_by("slug").values_list("slug", flat=True)
    return fields_of(registration) | {"studies": list(studies)}


def discrepancy_form(discrepancy: Discrepancy) -> dict:
    """A discrepancy with its sides; a side names the record and field it speaks of."""
    return fields_of(discrepancy) | {
        "sides": [
            {
                "record": side.record_id,
                "attribute": side.attribute or None,
                "publication": side.publication.slug,
                "locator": side.locator,
                "as_reported": side.as_reported,
            }
            for side in discrepancy.sides.select_related("publication").order_by("position")
        ]
    }


def answer_form(answer: ProblemAnswer) -> dict:
    """An answer to a reader's report: what it is about, and the curator's words. Nothing of what the reader typed."""
    problem = answer.problem
    return {
        "accession": answer.pk,
        "collection": problem.collection,
        "slug": problem.slug,
        "record": problem.accession or None,
        "name": problem.name,
        "question": answer.question,
        "answer": answer.answer,
        "led_to": answer.led_to_id,
        "reported_on": problem.at.date().isoformat(),
        "reported_at_revision": problem.revision,
        "answered_on": problem.handled_at.date().isoformat() if problem.handled_at else None,
    }


def report_form(dossier: Dossier) -> dict:
    """A report with everything below it and all its facts."""
    report = dossier.report
    facts = facts_of_report(dossier)
    sources = sources_of(facts)
    return {
        "accession": report.pk,
        "role": report.role,
        "labels": {"role": report.get_role_display()},
        "retold": report.retold,
        "publication": report.publication.slug,
        "study": report.study.slug if report.study else None,
        "registration": report.registration.identifier if report.registration else None,
        "note": report.note or None,
        "coverage": [_coverage(row) for row in dossier.coverage_rows],
        "appraisals": [_appraisal(appraisal) for appraisal in dossier.appraisals],
        "overlaps": [_overlap(overlap) for overlap in dossier.overlaps],
        **_below(dossier, sources),
        "facts": facts,
    }


def _below(dossier: Dossier, sources: dict) -> dict[str, list[dict]]:
    """Collection name → documents; agents stand within their regimen."""
    judged = _judged(dossier)
    documents = {
        name: [_extracted(r, dossier.report, sources, judged) for r in rows] for name, rows in dossier.rows.items()
    }
    by_accession = {d["accession"]: d for rows in documents.values() for d in rows}
    for agent in documents.pop("agents"):
        owner = next(agent[name] for name in ("therapy", "transplant", "lymphodepletion", "toxicity") if agent[name])
        by_accession[owner].setdefault("agents", []).append(agent)
    return documents


def _judged(dossier: Dossier) -> dict[str, set[str]]:
    """Accession → fields that are not simply stated, as a place of their own says. Those that make facts tell it there;
    a document names the others under `judged`: the scale of a grade, the denominator of a count."""
    found = defaultdict(set)
    for (accession, field), places in dossier.provenance.places.items():
        if any(place.instead and place.basis != Basis.STATED for place in places):
            found[accession].add(field)
    return found


def _extracted(record, report: Report, sources: dict, judged: dict) -> dict:
    document = fields_of(record)
    place = {name: document.pop(name) for name in PROVENANCE}
    document |= {
        "report": report.pk,
        "publication": report.publication.slug,
        "study": report.study.slug if report.study else None,
        "registration": report.registration.identifier if report.registration else None,
        "retold": report.retold,
        **place,
        "sources": sources.get(record.pk, {}),
        "judged": sorted(judged[record.pk] - {*sources.get(record.pk, ())}),
    }
    kind = record._meta.model_name
    if kind == "construct":
        document["n_costimulatory_domains"] = record.n_costimulatory_domains
        parts = joined_labels("module", record.modules) if record.modules else []
        document["module_list"] = [{"code": code, "label": label} for code, label in parts]
    elif kind == "cohort":
        document["disease_lineage"] = [term.code for term in record.disease.lineage()] if record.disease_id else []
    elif kind == "outcome" and record.n is not None and record.denominator and record.n <= record.denominator:
        interval = clopper_pearson(record.n, record.denominator)
        document["interval_95"] = {"low": round(interval.low, 6), "high": round(interval.high, 6)}
    elif kind == "claim":
        document["cites"] = [publication.slug for publication in record.cites.order_by("slug")]
    elif kind == "publishedtablecell":
        document["discrepancy"] = record.excused_by_id
    elif kind == "setstatement":
        document["studies"] = [study.slug for study in record.studies.order_by("slug")]
    return document


def _coverage(row) -> dict:
    return {
        "accession": row.pk,
        "course": row.course_id,
        "absence": row.absence,
        "labels": {"absence": row.get_absence_display()},
        "topics": [{"code": topic.code, "label": topic.public_label} for topic in row.topics.all()],
        "parts_searched": row.parts_searched.splitlines(),
        "note": row.note or None,
    }


def _appraisal(appraisal) -> dict:
    """The answers; what the items ask is told by the tool's definition when it is rendered."""
    items = appraisal.items.all()
    return fields_of(appraisal) | {
        "items": [
            {"number": i.number, "answer": i.answer, "reason": i.reason, "labels": {"answer": i.get_answer_display()}}
            for i in items
        ]
    }


def _overlap(overlap: CohortOverlap) -> dict:
    return fields_of(overlap) | {
        "report": overlap.cohort.report_id,
        "study": overlap.cohort.report.study.slug,
        "other_report": overlap.other.report_id,
        "other_study": overlap.other.report.study.slug,
    }


def sources_of(facts: list[dict]) -> dict[str, dict[str, list[dict]]]:
    """Accession → field → where the field's value comes from, as documents and pages show it."""
    sources = defaultdict(lambda: defaultdict(list))
    shown = {}
    for fact in facts:
        entry = {
            "fact": fact["fact_row"],
            "document": fact["publication"],
            "locator": fact["locator"],
            "as_reported": fact["as_reported"],
            "basis": fact["basis"],
        }
        if fact["derivation"]:
            entry["derivation"] = fact["derivation"]
        if fact["value"] != shown.setdefault(fact["fact"], fact["value"]):
            entry["prints"] = fact["value"]
        sources[fact["fact"].split(".", 1)[0]][fact["field"]].append(entry)
    return {accession: dict(fields) for accession, fields in sources.items()}
