"""PubMed's NBIB files, parsed by the nbib package. Each value names its tag."""

import re
from datetime import datetime

import nbib
from nbib.exceptions import MalformedLine, UnknownTagFormat

from ..pure import identifiers
from ..pure.citations import language
from .file_fields import take_name, take_pages, take_retraction_in_title
from .found import Fault, Found, Refused, Source
from .medline import take_kind, take_retraction_of_file

NAME = "NBIB file"


def recognises(text: str) -> bool:
    return bool(re.search(r"^PMID *-", text, re.MULTILINE))


def read(text: str, source: Source) -> list[Found]:
    """Every record, one by one, so that a fault names its record. Raises Refused."""
    found, faults = [], []
    for number, (line, record) in enumerate(_records(text), start=1):
        entry = f"entry {number}, line {line}"
        try:
            if not re.search(r"^FAU *-", record, re.MULTILINE):  # nbib takes authors by their full names alone
                record = re.sub(r"^AU  - ", "FAU - ", record, flags=re.MULTILINE)
            doi_tag = "AID" if re.search(r"^AID *-.*\[doi\]", record, re.MULTILINE) else "LID"
            if doi_tag == "LID":  # nbib looks for a DOI at AID alone
                record = re.sub(r"^LID *- (.*\[doi\])", r"AID - \1", record, flags=re.MULTILINE)
            parsed = nbib.read(record)
            if len(parsed) != 1:
                raise MalformedLine("it holds nothing that could be read")
            found.append(_found(parsed[0], source.entry_named(entry), doi_tag))
        except (MalformedLine, UnknownTagFormat, ValueError, OverflowError, LookupError) as error:
            faults.append(Fault(entry, "the record", "", f"it is not as PubMed writes it: {error}"))
    if faults:
        raise Refused(faults)
    return found


def _records(text: str):
    """The records with the line each starts at; PubMed parts them by empty lines."""
    lines, start = [], 1
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            start = start if lines else number
            lines.append(line.rstrip())
        elif lines:
            yield start, "\n".join(lines) + "\n"
            lines = []


def _found(entry: dict, source: Source, doi_tag: str) -> Found:
    found = Found(source)
    title = entry.get("title") or entry.get("transliterated_title", "")
    found.take("title", re.sub(r"([^.])\.$", r"\1", title), "TI", as_given=title)
    found.take("journal", entry.get("journal") or entry.get("journal_abbreviated"), "JT")
    for name, key, tag in (
        ("volume", "journal_volume", "VI"), ("issue", "journal_issue", "IP"), ("pmid", "pubmed_id", "PMID"),
    ):  # fmt: skip
        found.take(name, entry.get(key), tag)
    take_pages(found, entry.get("pages"), "", "PG")
    found.take("doi", identifiers.normalised(entry.get("doi", "")), doi_tag, as_given=entry.get("doi"))
    found.take("pmcid", f"PMC{entry['pmcid']}" if entry.get("pmcid") else "", "PMC")
    printed = entry.get("publication_date", "")
    found.take_year(printed, "DP")
    electronic = _day(entry.get("electronic_publication_date"))
    found.take_date("published", electronic or printed, "DEP" if electronic else "DP")
    for name in ("received", "accepted"):
        found.take_date(name, _day(entry.get(f"{name}_time")), f"PHST {name}")
    if language(entry.get("language") or ""):
        found.take("language", language(entry["language"]), "LA", as_given=entry["language"])
    for author in entry.get("authors", []):
        take_name(found, author.get("author") or author.get("author_abbreviated", ""), "FAU")
    if entry.get("corporate_author"):
        found.take_author(entry["corporate_author"], place="CN")
        if len(found.authors) > 1:
            found.remarks.append("A group is among the authors; the file does not say at which place: check the order.")
    found.take("keywords", "\n".join(entry.get("keywords", [])), "OT")
    found.take("funding", "; ".join(entry.get("grants", [])), "GR")
    if entry.get("conflict_of_interest"):
        remark = "A statement of competing interests is given: enter it in our words."
        found.keep(entry["conflict_of_interest"], "COIS", remark)
    types, revised = entry.get("publication_types", []), _day(entry.get("last_revision_date"))
    take_kind(found, types, "PT")
    if "Retracted Publication" in types:
        take_retraction_of_file(found, "PT", "; ".join(types), revised, "LR")
    else:
        take_retraction_in_title(found, revised, "LR")
    return found


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
