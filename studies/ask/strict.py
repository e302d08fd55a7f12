"""Parameters taken at their word: what is unknown or invalid is refused with the nearest valid names."""

import difflib
from dataclasses import dataclass

from django.http import QueryDict

MAX_LENGTH = 500


@dataclass
class Fault:
    """One parameter that was not understood, and what would be right."""

    parameter: str
    reason: str
    nearest: list[str]

    def __str__(self):
        return f"{self.parameter}: {self.reason}{hint(self.nearest)}"


class BadQuery(Exception):
    """The query was not understood; `faults` says which parameters and why. Nothing is answered unfiltered."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


def nearest(word: str, valid) -> list[str]:
    """The valid names, those like the word first: up to five of many, all of a few."""
    valid = sorted(name for name in valid if name)
    lower = {name.lower(): name for name in valid}
    close = [lower[name] for name in difflib.get_close_matches(word.lower(), lower, n=5, cutoff=0.5)]
    return (close + [name for name in valid if name not in close])[:12] if len(valid) <= 12 or not close else close


def hint(names: list[str]) -> str:
    return f" Valid near it: {', '.join(names)}." if names else ""


def check(query: QueryDict, allowed: set[str], repeatable: set[str] = frozenset()):
    """Refuse unknown parameters, repeated single ones, control characters and endless values. Raises BadQuery."""
    faults = []
    for name, values in query.lists():
        shown = name[:60]
        if name not in allowed:
            faults.append(Fault(shown, f"There is no parameter “{shown}”.", nearest(name[:60], allowed)))
            continue
        if len(values) > 1 and name not in repeatable:
            faults.append(Fault(name, "It is given more than once.", []))
        for value in values:
            if len(value) > MAX_LENGTH:
                faults.append(Fault(name, f"It is longer than {MAX_LENGTH} characters.", []))
            elif any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
                faults.append(Fault(name, "It holds a control character.", []))
    if faults:
        raise BadQuery(faults)


def one_of(query: QueryDict, name: str, valid, default: str) -> str:
    """A parameter that is one of some words. Raises BadQuery."""
    value = query.get(name, default)
    if value not in valid:
        raise BadQuery([Fault(name, f"“{value[:60]}” is not a value of it.", nearest(value[:60], valid))])
    return value


def number(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """A parameter that is a whole number in a range. Raises BadQuery."""
    value = query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise BadQuery([Fault(name, f"“{value[:60]}” is not a whole number from {least} to {most}.", [])])
    return int(value)
