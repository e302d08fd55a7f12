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
