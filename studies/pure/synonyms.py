"""Names of one thing: what one of them finds, the others find too."""

from .wording import tokens

Phrase = tuple[str, ...]
LONGEST = 6


def phrases(names: list[list[str]]) -> dict[Phrase, set[Phrase]]:
    """Phrase → all phrases that mean the same, itself among them, for groups of names. Names without a synonym are
    left out; groups that share a name are one."""
    found: dict[Phrase, set[Phrase]] = {}
    for group in names:
        same = {tuple(tokens(name, query=True)) for name in group} - {()}
        same = {phrase for phrase in same if len(phrase) <= LONGEST}
        if len(same) > 1:
            for phrase in list(same):
                same |= found.get(phrase, set())
            for phrase in same:
                found[phrase] = same
    return found


def units(query: list[str], known: dict[Phrase, set[Phrase]]) -> list[set[Phrase]]:
    """A query as parts that must all be found, each a set of phrases of which one is enough; longest names first."""
    parts, at = [], 0
    while at < len(query):
        for length in range(min(LONGEST, len(query) - at), 0, -1):
            phrase = tuple(query[at : at + length])
            if phrase in known or length == 1:
                parts.append(known.get(phrase, {phrase}))
                at += length
                break
    return parts
