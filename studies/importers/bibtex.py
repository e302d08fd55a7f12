"""BibTeX files, parsed by bibtexparser. Each value names its field."""

import logging
import re
import warnings

from bibtexparser.bibdatabase import UndefinedString
from bibtexparser.bparser import BibTexParser
from bibtexparser.latexenc import latex_to_unicode

from ..pure.citations import language
from .file_fields import take_identifiers, take_name, take_pages, take_retraction_in_title
from .found import Fault, Found, Refused, Source

NAME = "BibTeX file"
_ENTRY = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(][ \t]*([^\s,{}]*)", re.MULTILINE)
_RAISED = re.compile(r"\\textsuperscript\s*\{([^{}]*)\}|\$\s*\^\s*(?:\{([^{}]*)\}|(\w))\s*\$")
_FORMULA = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$")
_EXPONENT = re.compile(r"\^\s*(?:\{([^{}]*)\}|(\w))")
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # it tells the log what the curator is told


def recognises(text: str) -> bool:
    return any(match[1].lower() not in ("string", "comment", "preamble") for match in _ENTRY.finditer(text))


def read(text: str, source: Source) -> list[Found]:
    """Every entry. Raises Refused for entries that do not parse: bibtexparser takes them for comments."""
    parser = BibTexParser(ignore_nonstandard_types=False, common_strings=True)
    starts = [
        (match[2], text.count("\n", 0, match.start()) + 1)
        for match in _ENTRY.finditer(text)
        if match[1].lower() not in ("string", "comment", "preamble")
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            entries = parser.parse(text).entries
    except UndefinedString as error:
        raise Refused(_undefined(text, starts, str(error).strip("'"))) from None
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        raise Refused([Fault("the file", "the text", "", f"it is no BibTeX: {str(error)[:100]}")]) from None
    read_keys = [entry["ID"] for entry in entries]
    faults = []
    for number, (key, line) in enumerate(starts, start=1):
        if key in read_keys:
            read_keys.remove(key)
        else:
            rule = "it does not parse: look for a missing brace or comma, here or just before"
            faults.append(Fault(f"entry {number}, line {line}", "the entry", key, rule))
    if faults:
        raise Refused(faults)
    lines = {}
    for number, (key, line) in enumerate(starts, start=1):
        lines.setdefault(key, []).append(f"entry {number}, line {line}")
    return [_found(entry, source.entry_named(lines[entry["ID"]].pop(0))) for entry in entries if lines.get(entry["ID"])]


def _undefined(text: str, starts: list[tuple[str, int]], name: str) -> list[Fault]:
    """Where an abbreviation stands that no @string defines: the parser says its name alone."""
    rule = "it is not defined by @string: define it, or write the value in braces"
    used = re.compile(rf"(\w[\w-]*)\s*=\s*(?:[^\n]*#\s*)?{re.escape(name)}\s*[,#}})\n]", re.IGNORECASE)
    faults = []
    for match in used.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        entries = [(number, key, start) for number, (key, start) in enumerate(starts, start=1) if start <= line]
        if entries:
            number, key, _ = entries[-1]
            faults.append(Fault(f"entry {number} “{key}”, line {line}", match[1], name, rule))
    return faults or [Fault("the file", "an abbreviation", name, rule)]


def _plain(text: str) -> str:
    """A value without LaTeX; what is raised stays raised."""
    text = _RAISED.sub(lambda match: f"<sup>{match[1] or match[2] or match[3]}</sup>", text)
    text = _FORMULA.sub(lambda match: _EXPONENT.sub(lambda power: f"<sup>{power[1] or power[2]}</sup>", match[1]), text)
    text = re.sub(r"(?<!\\)~", " ", text)
    return latex_to_unicode(re.sub(r"\\([&%$#_])", r"\1", text)).replace("{", "").replace("}", "")


def _found(entry: dict, source: Source) -> Found:
    found = Found(source)

    def text(*names: str) -> tuple[str, str]:
        """The first of several fields that is filled: its text, its name."""
        return next(((entry[name], name) for name in names if entry.get(name)), ("", ""))

    for ours, names in (
        ("title", ("title",)), ("journal", ("journal", "journaltitle", "booktitle")), ("volume", ("volume",)),
        ("issue", ("number", "issue")),
    ):  # fmt: skip
        given, name = text(*names)
        found.take(ours, _plain(given), name, as_given=given)
    pages, name = text("pages", "eid", "article-number", "articleno")
    take_pages(found, _plain(pages), "", name)
    given, name = text("date", "year")
    found.take_year(_plain(given), name)
    month = entry.get("month", "")
    if name == "year" and month:
        given = f"{given} {month}"
    found.take_date("published", _plain(given), f"{name}, month" if name == "year" and month else name)
    given, name = text("language", "langid")
    if language(given):
        found.take("language", language(given), name, as_given=given)
    for author in re.split(r"\s+and\s+", " ".join(entry.get("author", "").split())):
        _take_author(found, author)
    keywords, name = text("keywords", "keyword")
    found.take("keywords", "\n".join(re.split(r"\s*[;,]\s*", _plain(keywords))), name)
    note = "\n".join(_plain(entry.get(name, "")) for name in ("note", "annote"))
    own = {"doi": _plain(entry.get("doi", "")), "pmid": entry.get("pmid"), "pmcid": text("pmcid", "pmc")[0]}
    take_identifiers(found, own, [("url", _plain(entry.get("url", ""))), ("note", note)])
    take_retraction_in_title(found)
    return found


def _take_author(found: Found, author: str):
    """“Family, Given”, “Given Family”, or a group in braces."""
    if author.lower() == "others":
        found.remarks.append("The author list ends with “and others”: enter the missing authors.")
    elif author.startswith("{") and author.endswith("}"):
        found.take_author(_plain(author), place="author")
    elif "," in author:
        take_name(found, _plain(author), "author")
    else:
        given, _, family = _plain(author).rpartition(" ")
        found.take_author(family, given, place="author")
