"""CSL-JSON files (Zotero, citeproc). Each value names its key."""

import json
import re

from ..pure.citations import language
from .file_fields import take_identifiers, take_pages, take_retraction_in_title
from .found import Fault, Found, Refused, Source

NAME = "CSL-JSON file"


def recognises(text: str) -> bool:
    return text.lstrip()[:1] in ("[", "{")


def read(text: str, source: Source) -> list[Found]:
    """Every item. Raises Refused for what is no JSON or no list of items, and where a key holds what it cannot."""
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        fault = Fault(f"line {error.lineno}, column {error.colno}", "the text", "", f"it is no JSON: {error.msg}")
        raise Refused([fault]) from None
    except (RecursionError, ValueError):
        raise Refused([Fault("the file", "the text", "", "it is nested too deeply, or a number is endless")]) from None
    if isinstance(items, dict):
        items = items["items"] if isinstance(items.get("items"), list) else [items]
    found, faults = [], []
    for number, item in enumerate(items, start=1):
        entry = f"entry {number}"
        problems = list(_problems(item))
        faults += [Fault(entry, key, given, rule) for key, given, rule in problems]
        if not problems:
            found.append(_found(item, source.entry_named(entry)))
    if faults:
        raise Refused(faults)
    return found


_TEXTS = ("title", "container-title", "volume", "issue", "page", "number", "DOI", "PMID", "PMCID", "URL", "language",
          "note", "keyword")  # fmt: skip


def _problems(item):
    """(key, what it holds, rule) for everything that is not of the type its key has in the CSL schema."""
    if not isinstance(item, dict):
        yield "the item", str(item), "an item is an object with type, title, author …"
        return
    for key in _TEXTS:
        if isinstance(item.get(key), (dict, list, bool)):
            yield key, json.dumps(item[key], ensure_ascii=False), "one text is expected here"
    authors = item.get("author") or []
    if not isinstance(authors, list) or not all(
        isinstance(a, dict) and all(isinstance(v, (str, int, bool)) for v in a.values()) for a in authors
    ):
        yield (
            "author",
            json.dumps(authors, ensure_ascii=False),
            "a list of names is expected (family and given, or literal)",
        )
    issued = item.get("issued") or {}
    parts = issued.get("date-parts", [[]]) if isinstance(issued, dict) else None
    whole = isinstance(parts, list) and parts and all(isinstance(part, list) for part in parts)
    if not whole or not all(isinstance(n, (int, str)) for part in parts for n in part):
        yield "issued", json.dumps(issued, ensure_ascii=False), "a date is expected: {“date-parts”: [[2017, 5, 19]]}"


def _found(item: dict, source: Source) -> Found:
    found = Found(source)
    for ours, key in (("title", "title"), ("journal", "container-title"), ("volume", "volume"), ("issue", "issue")):
        found.take(ours, item.get(key), key)
    take_pages(found, str(item.get("page") or item.get("number") or ""), "", "page")
    issued = item.get("issued") or {}
    parts = [str(part) for part in issued.get("date-parts", [[]])[0] if str(part).strip()]
    day = "-".join([*parts[:1], *(part.zfill(2) for part in parts[1:])]) or issued.get("raw") or issued.get("literal")
    found.take_year(day, "issued")
    if len(issued.get("date-parts", [])) > 1:
        day = "".join(parts[:1])  # from … to …
    found.take_date("published", day, "issued")
    if language(str(item.get("language") or "")):
        found.take("language", language(item["language"]), "language", as_given=item["language"])
    for author in item.get("author") or []:
        particles = (author.get("dropping-particle"), author.get("non-dropping-particle"), author.get("family"))
        family = " ".join(str(part) for part in particles if part) or str(author.get("literal") or "")
        given = " ".join(str(author[key]) for key in ("given", "suffix") if author.get(key))
        found.take_author(family or given, given if family else "", place="author")
    found.take("keywords", "\n".join(re.split(r"\s*[;,]\s*", str(item.get("keyword") or ""))), "keyword")
    own = {ours: str(item.get(key) or "") for ours, key in (("doi", "DOI"), ("pmid", "PMID"), ("pmcid", "PMCID"))}
    take_identifiers(found, own, [(key, str(item.get(key) or "")) for key in ("URL", "note")])
    take_retraction_in_title(found)
    return found
