"""The list of checks as docs/datachecks.md tells it; a test compares the two."""

from .registry import CHECKS, GONE


def documented() -> str:
    """A table in Markdown, one row per check."""
    lines = ["| id | severity | check | what would be right | looks at |", "|---|---|---|---|---|"]
    for check in CHECKS:
        threshold = f" *{check.threshold}*" if check.threshold else ""
        lines.append(f"| {check.id} | {check.severity} | {check.title} | {check.hint}{threshold} | {check.looks_at} |")
    lines += [f"| {number} | gone | {about} | | |" for number, about in GONE.items()]
    return "\n".join(lines)
