"""RIS files (EndNote, Zotero, Mendeley, publishers), parsed by rispy. Each value names its tag."""

import re

import rispy

from ..pure.citations import language
from .file_fields import take_identifiers, take_name, take_pages, take_retraction_in_title
from .found import Fault, Found, Refused, Source

NAME = "RIS file"
# Some programs write fewer spaces than the format asks for, and rispy would drop the line.
_TAG = re.compile(r"^\s*([A-Z][A-Z0-9]) {1,2}-(?: +|$)", re.MULTILINE)


def recognises(text: str) -> bool:
    return bool(re.search(r"^\s*TY {1,2}-", text, re.MULTILINE))


def read(text: str, source: Source) -> list[Found]:
    """Every entry. Raises Refused for entries that do not start or end, since rispy would skip them."""
    text = _TAG.sub(r"\1  - ", text)
    starts, faults, open_since = [], [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        tag = line[:5]
        if tag == "TY  -":
            if open_since:
                faults.append(_fault(len(starts), open_since, "it has no end (ER)"))
            starts.append(number)
            open_since = number
        elif tag == "ER  -":
            if not open_since:
                faults.append(_fault(len(starts), number, "an end (ER) without a beginning (TY)"))
            open_since = 0
        elif not open_since and _is_content(line, starts):
            faults.append(_fault(len(starts) + 1, number, "text outside an entry, between ER and TY"))
    if open_since:
        faults.append(_fault(len(starts), open_since, "it has no end (ER); the file may be cut off"))
    if faults:
        raise Refused(faults)
    entries = rispy.loads(text)
    return [
        _found(entry, source.entry_named(f"entry {number}, line {line}"))
        for number, (entry, line) in enumerate(zip(entries, starts, strict=True), start=1)
    ]


def _is_content(line: str, starts: list[int]) -> bool:
    """Whether a line outside entries is more than what programs put there: a header, or the number of the next one."""
    return bool(_TAG.match(line) or (starts and re.search(r"[^\W\d_]", line)))


def _fault(entry: int, line: int, rule: str) -> Fault:
    return Fault(f"entry {entry}, line {line}", "the entry", "", rule)


def _first(entry: dict, *names: tuple[str, str]) -> tuple[str, str]:
    """The first of several tags that is filled: its text and its tag."""
    return next(((entry[name], tag) for name, tag in names if entry.get(name)), ("", ""))


def _found(entry: dict, source: Source) -> Found:
    found = Found(source)
    found.take("title", *_first(entry, ("title", "TI"), ("primary_title", "T1")))
    names = (("alternate_title3", "JF"), ("secondary_title", "T2"), ("journal_name", "JO"), ("alternate_title2", "JA"))
    found.take("journal", *_first(entry, *names, ("alternate_title1", "J2")))
    found.take("volume", entry.get("volume"), "VL")
    found.take("issue", entry.get("number"), "IS")
    take_pages(found, entry.get("start_page") or entry.get("custom7"), entry.get("end_page"), "SP, EP")
    dates = (("year", "PY"), ("publication_year", "Y1"), ("date", "DA"))
    found.take_year(*_first(entry, *dates))
    found.take_date("published", *_first(entry, *reversed(dates)))
    if language(entry.get("language") or ""):
        found.take("language", language(entry["language"]), "LA", as_given=entry["language"])
    for tag, name in (("AU", "authors"), ("A1", "first_authors")):
        for author in entry.get(name, []) if not found.authors else []:
            take_name(found, author, tag)
    found.take("keywords", "\n".join(entry.get("keywords", [])), "KW")
    database = entry.get("name_of_database", "").lower()
    number = entry.get("accession_number") if "pubmed" in database or "medline" in database else ""
    pmcid = entry.get("custom2", "") if entry.get("custom2", "").startswith("PMC") else ""
    own = {"doi": entry.get("doi"), "pmid": number, "pmcid": pmcid}
    elsewhere = [("UR", url) for url in entry.get("urls", [])] + [("N1", note) for note in entry.get("notes", [])]
    take_identifiers(found, own, elsewhere)
    take_retraction_in_title(found)
    return found
