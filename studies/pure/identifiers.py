"""Identifiers of publications and registrations, and the slugs made of them."""

import re

DOI = re.compile(r"10\.\d{4,9}/\S+")
PMID = re.compile(r"[1-9]\d{0,8}")
PMCID = re.compile(r"PMC[1-9]\d*")
REGISTRY = {
    "ClinicalTrials.gov": re.compile(r"NCT\d{8}"),
    "ChiCTR": re.compile(r"ChiCTR(-[A-Z]{3})?-?\d{8,10}"),
}


def problem_with_doi(text: str) -> str:
    """Why this is not a DOI, or an empty text."""
    return "" if DOI.fullmatch(text) else f"“{text}” is not a DOI: it starts with 10., a registrant number and a slash"


def problem_with_registration(registry: str, identifier: str) -> str:
    """Why this cannot be an identifier of that registry, or an empty text."""
    pattern = REGISTRY.get(registry)
    if pattern is None or pattern.fullmatch(identifier):
        return ""
    return f"“{identifier}” is not an identifier of {registry}: expected {pattern.pattern}"


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_BEFORE_DOI = re.compile(r"(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*", re.IGNORECASE)
_BEFORE_PMID = re.compile(r"(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/|(?:pmid|pubmed)\s*[:\s]\s*", re.IGNORECASE)
_BEFORE_NCT = re.compile(r"(?:https?://)?(?:www\.)?clinicaltrials\.gov/(?:ct2/show|study)/", re.IGNORECASE)
_BEFORE_PMCID = re.compile(r"(?:https?://)?\S*/pmc/articles/|pmcid\s*[:\s]\s*", re.IGNORECASE)


def normalised(text: str) -> str:
    """An identifier as people paste it, made plain: no invisible characters, no typographic dashes or quotes, and none
    of the addresses and labels that stand before identifiers."""
    text = _UNSEEN.sub("", text).translate(_DASHES).strip().strip("\"'“”‘’«»<>.,; ")
    for before in (_BEFORE_DOI, _BEFORE_PMID, _BEFORE_NCT, _BEFORE_PMCID):
        match = before.match(text)
        if match:
            return text[match.end() :].strip().rstrip("/")
    return text


def kind_of(text: str) -> str:
    """“doi”, “pmid”, “pmcid” or “nct” for a normalised identifier, or an empty text."""
    if DOI.fullmatch(text):
        return "doi"
    if PMID.fullmatch(text):
        return "pmid"
    if PMCID.fullmatch(text.upper()):
        return "pmcid"
    return "nct" if REGISTRY["ClinicalTrials.gov"].fullmatch(text.upper()) else ""
