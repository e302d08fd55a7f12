"""Records as finished JSON documents: what the API answers and pages show."""

from decimal import Decimal

from ..models import Author, Citation, CohortOverlap, Discrepancy, Publication, Registration, Report, Study, Term
from ..models.choices import ReportRole, State
from ..models.vocabulary import JoinedTermsField
from ..pure.proportions import clopper_pearson
from .dossier import Dossier, published_publications
from .facts import facts_of_publication, facts_of_report, sources_of

HIDDEN = {"accession", "report", "excused_by", "created_at", "changed_at", "state", "published_at"}
ROLE_ORDER = [ReportRole.PRIMARY, ReportRole.REGISTRY, ReportRole.SECONDARY, ReportRole.MENTION, ReportRole.OWN_WORDS]


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
                value = {"code": related.code, "label": related.label} if related else None
            elif related is not None and hasattr(related, "slug"):
                value = related.slug
        elif isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        elif isinstance(field, JoinedTermsField) and value:
            labels[field.name] = joined_labels(field.vocabulary, value)
        elif field.choices and value:
            labels[field.name] = getattr(record, f"get_{field.name}_display")()
        document[field.name] = None if value == "" else value
    if labels:
        document["labels"] = labels
    return document


def joined_labels(vocabulary: str, text: str) -> str:
    """The labels of “CD28+4-1BB”, in its order."""
    labels = dict(Term.objects.filter(vocabulary=vocabulary, code__in=text.split("+")).values_list("code", "label"))
    return " + ".join(labels[code] for code in text.split("+"))


def brief(publication: Publication) -> dict:
    """A publication in a line."""
    return {
        "slug": publication.slug,
        "name": publication.name,
        "kind": publication.kind,
        "kind_label": publication.get_kind_display(),
        "citation": citation(publication),
        "read_as": [source.read_as for source in publication.sources_read.all()],
        "read_as_labels": [source.get_read_as_display() for source in publication.sources_read.all()],
        "parts_not_at_hand": [p for s in publication.sources_read.all() for p in s.parts_not_at_hand.splitlines()],
        "retraction_status": publication.retraction_status,
    }


def citation(publication: Publication) -> str:
    """The short citation: J Hematol Oncol 2017;10:35. What is not known is left out."""
    volume = publication.volume + (f"({publication.issue})" if publication.issue else "")
    where = ":".join(part for part in (volume, publication.pages) if part)
    return f"{publication.journal} {publication.year}{';' + where if where else ''}.".strip()


def summary(discrepancy: Discrepancy) -> dict:
    """A discrepancy as it is named beside a fact."""
    return {
        "accession": discrepancy.pk,
        "title": discrepancy.title,
        "kind": discrepancy.kind,
        "kind_label": discrepancy.get_kind_display(),
        "severity": discrepancy.severity,
        "severity_label": discrepancy.get_severity_display(),
    }


class ReportDocuments:
    """The documents of one report and of every record below it."""

    def __init__(self, dossier: Dossier):
        self.dossier = dossier
        self.facts = facts_of_report(dossier)
        self.sources = sources_of(self.facts)
        self.visible = published_publications()

    def record(self, record) -> dict:
        document = fields_of(record)
        report = self.dossier.report
        document["report"] = report.pk
        document["publication"] = report.publication.slug
        document["study"] = report.study.slug if report.study else None
        document["registration"] = report.registration.identifier if report.registration else None
        document["retold"] = report.retold
        for name in ("locator", "as_reported", "basis", "derivation"):
            document[name] = document.pop(name, None)
        document["sources"] = self.sources.get(record.pk, {})
        touching = self.dossier.provenance.discrepancies[record.pk]
        document["discrepancies"] = [summary(d) | {"attribute": name} for name, d in touching]
        self._add_derived(record, document)
        return document

    def _add_derived(self, record, document):
        kind = record._meta.model_name
        if kind == "construct":
            document["n_costimulatory_domains"] = record.n_costimulatory_domains
        elif kind == "outcome" and record.n is not None and record.denominator:
            interval = clopper_pearson(record.n, record.denominator)
            document["interval_95"] = {"low": round(interval.low, 4), "high": round(interval.high, 4)}
        elif kind == "claim":
            document["cites"] = [p.slug for p in record.cites.all() if p.pk in self.visible]
        elif kind == "setstatement":
            document["studies"] = [s.slug for s in record.studies.all() if s.state == State.PUBLISHED]

    def below(self) -> dict[str, list[dict]]:
        """Collection name → documents; agents stand within their regimen."""
        documents = {name: [self.record(r) for r in rows] for name, rows in self.dossier.rows.items()}
        by_accession = {d["accession"]: d for rows in documents.values() for d in rows}
        for agent in documents.pop("agents"):
            owner = next(
                agent[name] for name in ("therapy", "transplant", "lymphodepletion", "toxicity") if agent[name]
            )
            by_accession[owner].setdefault("agents", []).append(agent)
        return documents

    def whole(self) -> dict:
        """The report with everything below it."""
        report = self.dossier.report
        return {
            "accession": report.pk,
            "role": report.role,
            "role_label": report.get_role_display(),
            "retold": report.retold,
            "publication": brief(report.publication),
            "study": report.study.slug if report.study else None,
            "registration": report.registration.identifier if report.registration else None,
            "note": report.note or None,
            "coverage": [
                {
                    "accession": row.pk,
                    "absence": row.absence,
                    "absence_label": row.get_absence_display(),
                    "topics": [{"code": t.code, "label": t.label} for t in row.topics.all()],
                    "parts_searched": row.parts_searched.splitlines(),
                }
                for row in self.dossier.coverage_rows
            ],
            "appraisals": [
                {
                    "accession": appraisal.pk,
                    "tool": appraisal.tool,
                    "tool_label": appraisal.get_tool_display(),
                    "appraised_on": appraisal.appraised_on,
                    "appraiser": appraisal.appraiser,
                    "checked_by_haematologist": appraisal.checked_by_haematologist,
                    "items": [
                        {"number": i.number, "question": i.question, "answer": i.answer, "reason": i.reason}
                        for i in appraisal.items.all()
                    ],
                }
                for appraisal in self.dossier.appraisals
            ],
            **self.below(),
        }


def preferred_first(reports: list[Report]) -> list[Report]:
    """Reports in the order in which they answer: the primary, the registry, then what is retold."""
    return sorted(reports, key=lambda report: (ROLE_ORDER.index(report.role), report.pk))


def published_reports(**which) -> list[Report]:
    """The published reports of a study, registration or publication, the preferred one first."""
    found = Report.published().filter(**which).select_related("publication", "study", "registration")
    return preferred_first(list(found.prefetch_related("publication__sources_read")))


def study_document(study: Study, reports: list[ReportDocuments]) -> dict:
    """A study with all that its published reports say, the preferred report first."""
    wholes = [documents.whole() for documents in reports]
    for index, whole in enumerate(wholes):
        whole["preferred"] = index == 0
    touching = {}
    for documents in reports:
        for record in documents.dossier:
            for discrepancy in documents.dossier.provenance.touching(record.pk):
                touching[discrepancy.pk] = discrepancy
    return {
        "accession": study.pk,
        "slug": study.slug,
        "name": study.name,
        "comparator_treatment": study.comparator_treatment or None,
        "note": study.note or None,
        "registrations": [
            r.identifier for r in study.registrations.filter(state=State.PUBLISHED).order_by("identifier")
        ],
        "reports": wholes,
        "set_statements": [
            {
                "accession": statement.pk,
                "publication": statement.report.publication.slug,
                "publication_name": statement.report.publication.name,
                "text": statement.text,
                "locator": statement.locator,
                "as_reported": statement.as_reported,
            }
            for statement in study.set_statements.filter(report__state=State.PUBLISHED)
            .select_related("report__publication")
            .order_by("accession")
        ],
        "overlaps": [overlap_document(overlap) for overlap in overlaps_of(study)],
        "discrepancies": [discrepancy_document(d) for _, d in sorted(touching.items())],
    }


def overlaps_of(study: Study) -> list[CohortOverlap]:
    """Overlaps of a study's cohorts, where both sides are published."""
    both = CohortOverlap.objects.filter(cohort__report__state=State.PUBLISHED, other__report__state=State.PUBLISHED)
    mine = both.filter(cohort__report__study=study) | both.filter(other__report__study=study)
    return list(
        mine.select_related("cohort__report__study", "other__report__study", "publication").order_by("accession")
    )


def overlap_document(overlap: CohortOverlap) -> dict:
    return fields_of(overlap) | {
        "study": overlap.cohort.report.study.slug,
        "other_study": overlap.other.report.study.slug,
    }


def registration_document(registration: Registration, reports: list[ReportDocuments]) -> dict:
    """A registration with all that its published reports say."""
    return {
        "accession": registration.pk,
        "registry": registration.registry,
        "identifier": registration.identifier,
        "note": registration.note or None,
        "studies": [s.slug for s in registration.studies.filter(state=State.PUBLISHED).order_by("slug")],
        "reports": [documents.whole() for documents in reports],
    }


def publication_document(publication: Publication) -> tuple[dict, list]:
    """A publication with its bibliography, what was read of it, what it reports and cites; and its facts."""
    facts = facts_of_publication(publication)
    references = Citation.objects.filter(citing=publication, cited__state=State.PUBLISHED).select_related("cited")
    discrepancies = Discrepancy.objects.filter(publication=publication, state=State.PUBLISHED).order_by("accession")
    document = fields_of(publication) | {
        "slug": publication.slug,
        "citation": citation(publication),
        "keywords": publication.keywords.splitlines(),
        "authors": [
            {"family_name": a.family_name, "given_names": a.given_names, "affiliation": a.affiliation or None}
            for a in Author.objects.filter(publication=publication)
        ],
        "sources_read": [
            fields_of(source)
            | {
                "parts_read": source.parts_read.splitlines(),
                "parts_not_at_hand": source.parts_not_at_hand.splitlines(),
            }
            for source in publication.sources_read.all()
        ],
        "reports": [
            {
                "accession": report.pk,
                "role": report.role,
                "role_label": report.get_role_display(),
                "study": report.study.slug if report.study else None,
                "registration": report.registration.identifier if report.registration else None,
                "name": str(report.subject or "its own statements"),
            }
            for report in published_reports(publication=publication)
        ],
        "references": [
            {"number": c.number, "publication": c.cited.slug, "name": c.cited.name, "cited_for": c.cited_for or None}
            for c in references.order_by("number")
        ],
        "cited_by": [
            {"publication": c.citing.slug, "name": c.citing.name, "number": c.number}
            for c in Citation.objects.filter(cited=publication, citing__state=State.PUBLISHED)
            .select_related("citing")
            .order_by("citing__slug")
        ],
        "discrepancies": [discrepancy_document(d) for d in discrepancies],
        "sources": sources_of(facts).get(publication.pk, {}),
    }
    return document, facts


def discrepancy_document(discrepancy: Discrepancy) -> dict:
    """A discrepancy with its sides; a side names the record it speaks of."""
    return fields_of(discrepancy) | {
        "publication": discrepancy.publication.slug,
        "sides": [
            {
                "record": side.record_id,
                "attribute": side.attribute or None,
                "publication": side.publication.slug,
                "publication_name": side.publication.name,
                "locator": side.locator,
                "as_reported": side.as_reported,
            }
            for side in discrepancy.sides.select_related("publication").order_by("position")
        ],
    }
