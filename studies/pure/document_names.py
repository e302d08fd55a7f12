"""The slugs of documents as names."""

import re


def document_name(slug: str) -> str:
    """“li-hua-2025” as “Li Hua 2025”; what stands behind the year tells journals apart: “Xu 2022 CMJ”."""
    behind = re.match(r"(.+-\d{4})-(.+)$", slug)
    name, journal = behind.groups() if behind else (slug, "")
    return " ".join([*(part.capitalize() for part in name.split("-")), journal.upper()]).strip()
