"""What the files of citation managers share: names in one text, identifiers in odd places, pages, retractions."""

import re

from ..pure import identifiers
from .found import Found
from .medline import says_retracted, take_retraction_of_file

_IN_NOTE = re.compile(r"\b(PMID|PMCID|DOI)\s*:\s*(\S+)", re.IGNORECASE)


def take_name(found: Found, text: str, place: str):
    """“Family, Given” or “Family, Suffix, Given”; a name without a comma is a group's, or stands as it is."""
    family, _, given = (text or "").partition(",")
    found.take_author(family, ", ".join(part.strip() for part in given.split(",")), place=place)


def take_identifiers(found: Found, own: dict[str, str | None], elsewhere: list[tuple[str, str]]):
    """DOI, PMID and PMCID: from the file's own fields for them, else from its addresses and notes (place, text).

    What stands in a field of its own and is none is left for the model's rule to refuse.
    """
    given = {name: (name.upper(), text, identifiers.normalised(text)) for name, text in own.items() if text}
    for place, text in elsewhere:
        for name, value in _IN_NOTE.findall(text):
            given.setdefault(name.lower(), (place, text, identifiers.normalised(value)))
        address = identifiers.normalised(text)
        # Only a whole address: an identifier within a sentence may be another paper's.
        if address != text.strip() and identifiers.kind_of(address):
            given.setdefault(identifiers.kind_of(address), (place, text, address))
    for name in ("doi", "pmid", "pmcid"):
        if name in given:
            place, text, value = given[name]
            if name == "pmcid":
                value = f"PMC{value}" if value.isdigit() else value.upper()
            found.take(name, value, place, as_given=text)


def take_pages(found: Found, first: str, last: str, place: str):
    """First and last page as a range, unless one field holds both."""
    first, last = (first or "").strip(), (last or "").strip()
    if first and last and last != first and not re.search(r"[-–—]", first):
        found.take("pages", f"{first}–{last}", place, "first and last page joined", as_given=f"{first}, {last}")
    else:
        found.take("pages", re.sub(r"\s*--+\s*", "–", first or last), place, as_given=first or last)


def take_retraction_in_title(found: Found, day: str = "", day_place: str = ""):
    """A file can say that a paper is retracted, never that it is not. `day` is that of its record, if it has one."""
    if says_retracted(found.title):
        take_retraction_of_file(found, "title", found.title, day, day_place)
