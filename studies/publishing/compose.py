"""Forms composed into public documents: what a reader sees of a unit, with all that other units say of it."""

import json
from functools import cache

from ..models import Discrepancy, FormLink, Publication, Registration, Report, Study
from ..models.choices import Absence, DiscrepancyKind, ReadAs, ReportRole
from ..pure.appraisal_tools import TOOLS, fitting
from ..pure.citations import short_authors
from .dossier import BELOW_REPORT
from .forms import UNCHECKED

# Parts of a report's form that no document of the report shows; the cells of tables stand with their publication.
NOT_SHOWN = ("facts", "overlaps", "all_discrepancies", "table_cells")
ROLE_ORDER = [ReportRole.PRIMARY, ReportRole.REGISTRY, ReportRole.SECONDARY, ReportRole.MENTION, ReportRole.OWN_WORDS]


def _completed(form: dict) -> dict:
    """A report's form with what forms have held since it was taken: an update renders older ones anew."""
    for name in BELOW_REPORT:
        for record in form.get(name, ()):
            record.setdefault("judged", [])
    for cohort in form["cohorts"]:
        cohort.setdefault("age_at", None)
    return form


class Published:
    """The published forms, read once each while a publishing lasts. Nothing here looks at a draft."""

    def __init__(self):
        self.publication = cache(self._publication)
        self.study = cache(self._study)
        self.report = cache(self._report)

    def _form(self, model, **which) -> dict | None:
        text = model.objects.filter(is_public=True, **which).values_list("form", flat=True).first()
        return json.loads(text) if text else None

    def _publication(self, slug: str) -> dict | None:
        return self._form(Publication, slug=slug)

    def _study(self, slug: str) -> dict | None:
        return self._form(Study, slug=slug)

    def _report(self, accession: str) -> dict | None:
        form = self._form(Report, pk=accession)
        return form and _completed(form)

    def reports(self, **which) -> list[dict]:
        """Published reports of a study, registration or publication, with discrepancies, the preferred one first."""
        found = Report.published().filter(**which).values_list("pk", flat=True)
        forms = [self.report(accession) for accession in found]
        forms.sort(key=lambda form: (ROLE_ORDER.index(form["role"]), form["accession"]))
        return [self.with_discrepancies(form) for form in forms]

    def discrepancies(self, **which) -> list[dict]:
        texts = Discrepancy.objects.filter(is_public=True, **which).order_by("pk")
        return [json.loads(text) for text in texts.values_list("form", flat=True)]

    def touching(self, accessions: set[str]) -> "Touching":
        """The discrepancies that name any of these records."""
        return Touching(self.discrepancies(pk__in=self.naming(accessions)), accessions)

    @staticmethod
    def naming(targets) -> set[str]:
        """The units whose forms name any of these records or slugs."""
        return set(FormLink.objects.filter(target__in=targets).values_list("unit", flat=True))

    def with_discrepancies(self, form: dict) -> dict:
        """A report's form whose records carry the discrepancies that touch them."""
        touching = self.touching({record["accession"] for record in records_of(form)})
        whole = dict(form)
        for name in BELOW_REPORT:
            if name in form:
                whole[name] = [touching.attached(record) for record in form[name]]
        whole["all_discrepancies"] = touching.forms
        whole["facts"] = [touching.told(fact) for fact in form["facts"]]
        return whole


class Touching:
    """The discrepancies that touch some records, and how documents and facts name them."""

    def __init__(self, forms: list[dict], accessions: set[str]):
        self.forms = forms
        self.by_record: dict[str, list[dict]] = {}
        for form in forms:
            for side in form["sides"]:
                entry = summary(form) | {"attribute": side["attribute"] or ""}
                if side["record"] in accessions and entry not in self.by_record.setdefault(side["record"], []):
                    self.by_record[side["record"]].append(entry)

    def attached(self, record: dict) -> dict:
        """A record with its discrepancies, agents within it too."""
        record = record | {"discrepancies": self.by_record.get(record["accession"], [])}
        if "agents" in record:
            record["agents"] = [self.attached(agent) for agent in record["agents"]]
        return record

    def told(self, fact: dict) -> dict:
        """A fact with the columns that discrepancies fill."""
        entries = self.by_record.get(fact["fact"].split(".", 1)[0], [])
        mine = [entry for entry in entries if entry["attribute"] in ("", fact["field"])]
        return {key: value for key, value in fact.items() if key != "field"} | {
            "discrepancies": " ".join(dict.fromkeys(entry["accession"] for entry in mine)),
            "implausible": any(entry["kind"] == DiscrepancyKind.IMPLAUSIBLE for entry in mine),
        }


def summary(discrepancy: dict) -> dict:
    """A discrepancy as it is named beside a fact."""
    return {
        "accession": discrepancy["accession"],
        "title": discrepancy["title"],
        "kind": discrepancy["kind"],
        "severity": discrepancy["severity"],
        "labels": {name: discrepancy["labels"][name] for name in ("kind", "severity")},
    }


def records_of(form: dict):
    """Every record document of a report's form, agents too."""
    for name in BELOW_REPORT:
        for record in form.get(name, []):
            yield record
            yield from record.get("agents", [])


def citation(publication: dict) -> str:
    """The short citation: J Hematol Oncol 2017;10:35. What is not known is left out."""
    volume = (publication["volume"] or "") + (f"({publication['issue']})" if publication["issue"] else "")
    where = ":".join(part for part in (volume, publication["pages"]) if part)
    return f"{publication['journal'] or ''} {publication['year']}{';' + where if where else ''}.".strip()


def brief(publication: dict) -> dict:
    """A publication in a line."""
    read = publication["sources_read"]
    return {
        "slug": publication["slug"],
        "name": publication["name"],
        "kind": publication["kind"],
        "citation": citation(publication),
        "authors": short_authors([(a["family_name"], a["given_names"] or "") for a in publication["authors"]]),
        "doi": publication["doi"],
        "read_as": [source["read_as"] for source in read],
        "parts_not_at_hand": [part for source in read for part in source["parts_not_at_hand"]],
        "retraction_status": publication["retraction_status"],
        "labels": {
            "kind": publication["labels"]["kind"],
            "read_as": [source["labels"]["read_as"] for source in read],
        },
    }


def silence(publication: dict) -> str:
    """What a silence of this document means where nothing more is recorded: of slides or an abstract the article may
    tell it."""
    read = {source["read_as"] for source in publication["sources_read"]}
    return Absence.NOT_IN_TEXT_READ if read and read <= {ReadAs.SLIDES, ReadAs.ABSTRACT} else Absence.NOT_REPORTED


def report_document(report: dict, published: Published) -> dict:
    """A report as pages and the API show it, within its study or alone."""
    shown = {key: value for key, value in report.items() if key not in NOT_SHOWN}
    publication = published.publication(report["publication"])
    shown["publication"], shown["silence"] = brief(publication), silence(publication)
    shown["haematologist_check"] = report.get("haematologist_check") or UNCHECKED
    shown["appraisals"] = [appraisal_document(appraisal, report) for appraisal in report["appraisals"]]
    shown["not_appraised"] = None if report["appraisals"] or not report["study"] else _not_appraised(report)
    shown["claims"] = [
        claim | {"cites": [slug for slug in claim["cites"] if published.publication(slug)]}
        for claim in report["claims"]
    ]
    shown["set_statements"] = [
        statement | {"studies": [slug for slug in statement["studies"] if published.study(slug)]}
        for statement in report["set_statements"]
    ]
    return shown


def appraisal_document(appraisal: dict, report: dict) -> dict:
    """An appraisal with what its tool asks, and whether that was read or is known from memory."""
    tool = TOOLS[appraisal["tool"]]
    items = []
    for item in appraisal["items"]:
        asked = tool.item(item["number"])
        about = {"about": asked.about, "question": asked.question, "verified": bool(tool.verified)}
        items.append({"number": item["number"], **about, **{k: item[k] for k in ("answer", "reason", "labels")}})
    return appraisal | {
        "report": report["accession"],
        "publication": report["publication"],
        "study": report["study"],
        "tool_source": tool.source,
        "tool_verified": tool.verified or None,
        "items": items,
    }


def _not_appraised(report: dict) -> str:
    """Why a report of a study is not appraised."""
    if report["retold"]:
        return "only a retelling was read"
    designs = {d["design"]: d["labels"].get("design", "") for d in report["descriptions"]}
    if not any(fitting(design) for design in designs):
        told = " and ".join(label for label in designs.values() if label)
        return f"none of the tools was made for its design{f' ({told})' if told else ''}"
    return "not yet"


def study_document(study: dict, published: Published) -> dict:
    """A study with all that its published reports say, the preferred report first."""
    reports = published.reports(study__slug=study["slug"])
    documents = [report_document(report, published) for report in reports]
    for index, document in enumerate(documents):
        document["preferred"] = index == 0
    touching = {d["accession"]: d for report in reports for d in report["all_discrepancies"]}
    overlaps = {o["accession"]: o for report in reports for o in visible_overlaps(report, published)}
    registrations = Registration.objects.filter(is_public=True, pk__in=published.naming([study["slug"]]))
    own = published.publication(study["slug"])
    return study | {
        "own_publication": brief(own) if own else None,
        "registrations": sorted(registrations.values_list("identifier", flat=True)),
        "reports": documents,
        "haematologist_check": documents[0]["haematologist_check"] if documents else UNCHECKED,
        "set_statements": _set_statements(study["slug"], published),
        "overlaps": list(overlaps.values()),
        "discrepancies": [touching[accession] for accession in sorted(touching)],
    }


def visible_overlaps(report: dict, published: Published) -> list[dict]:
    """Overlaps of a report's cohorts where both cohorts are public; the document that says so only if it is, too."""

    def is_public(accession: str, cohort: str) -> bool:
        form = published.report(accession)
        return bool(form) and any(c["accession"] == cohort for c in form["cohorts"])

    return [
        o | {"publication": o["publication"] if o["publication"] and published.publication(o["publication"]) else None}
        for o in report["overlaps"]
        if is_public(o["report"], o["cohort"]) and is_public(o["other_report"], o["other"])
    ]


def _set_statements(slug: str, published: Published) -> list[dict]:
    """What documents say of several studies at once, this one among them."""
    own_words = Report.published().filter(role=ReportRole.OWN_WORDS, pk__in=published.naming([slug]))
    found = []
    for accession in sorted(own_words.values_list("pk", flat=True)):
        report = published.report(accession)
        for statement in report["set_statements"]:
            if slug in statement["studies"]:
                found.append(
                    {
                        "accession": statement["accession"],
                        "publication": report["publication"],
                        "publication_name": published.publication(report["publication"])["name"],
                        "text": statement["text"],
                        "locator": statement["locator"],
                        "as_reported": statement["as_reported"],
                    }
                )
    return found


def registration_document(registration: dict, published: Published) -> dict:
    """A registration with all that its published reports say."""
    reports = published.reports(registration__identifier=registration["identifier"])
    return registration | {
        "studies": [slug for slug in registration["studies"] if published.study(slug)],
        "reports": [report_document(report, published) for report in reports],
    }


def publication_document(publication: dict, published: Published) -> dict:
    """A publication with its bibliography, what was read of it, what it reports, cites and claims."""
    slug = publication["slug"]
    reports = published.reports(publication__slug=slug)
    own = next((report for report in reports if report["role"] == ReportRole.OWN_WORDS), None)
    touching = published.touching({publication["accession"]})
    shown = {key: value for key, value in publication.items() if key != "facts"}
    return shown | {
        "citation": citation(publication),
        "reports": [
            {
                "accession": report["accession"],
                "role": report["role"],
                "study": report["study"],
                "registration": report["registration"],
                "name": subject_name(report, published),
                "haematologist_check": report.get("haematologist_check") or UNCHECKED,
                "labels": report["labels"],
            }
            for report in reports
        ],
        "references": [
            reference | {"name": published.publication(reference["publication"])["name"]}
            for reference in publication["references"]
            if published.publication(reference["publication"])
        ],
        "cited_by": _cited_by(slug, published),
        "own_words": report_document(own, published) if own else None,
        "discrepancies": [
            d for d in published.discrepancies(pk__in=published.naming([slug])) if d["publication"] == slug
        ],
        "bibliographic_discrepancies": touching.by_record.get(publication["accession"], []),
    }


def subject_name(report: dict, published: Published) -> str:
    """What a report tells of, by its name."""
    if report["study"]:
        return published.study(report["study"])["name"]
    return report["registration"] or "its own statements"


def _cited_by(slug: str, published: Published) -> list[dict]:
    citing = Publication.objects.filter(is_public=True, pk__in=published.naming([slug]))
    found = []
    for other in sorted(citing.values_list("slug", flat=True)):
        form = published.publication(other)
        found += [
            {"publication": other, "name": form["name"], "number": reference["number"]}
            for reference in form["references"]
            if reference["publication"] == slug
        ]
    return found
