"""PMIDs, DOIs and NCT numbers as a curator types them, each asked of its service."""

import re
import time

from ..pure import identifiers
from . import clinical_trials, crossref, pubmed
from .client import Client
from .found import Fault, Found, Refused, faults_of

SERVICES = {"pmid": pubmed, "doi": crossref, "nct": clinical_trials}
SECONDS = 45  # for all of a look-up; the server ends a request after sixty
MOST = 20  # more at once would keep a service and the curator waiting: a file can hold them


def identifiers_in(text: str) -> list[tuple[str, str]]:
    """(kind, identifier) of each line, without repeats. Raises Refused naming every line that is none."""
    wanted, faults = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        # Several on a line only where each is one: a DOI may hold a comma or a semicolon.
        pieces = [line] if identifiers.kind_of(identifiers.normalised(line)) else re.split(r"[;,\s]+", line)
        if not all(identifiers.kind_of(identifiers.normalised(piece)) for piece in pieces if piece):
            pieces = [line]
        for piece in filter(str.strip, pieces):
            given = identifiers.normalised(piece)
            kind = identifiers.kind_of(given)
            if kind in SERVICES:
                wanted.append((kind, given.upper() if kind == "nct" else given))
            elif kind == "pmcid":
                faults.append(Fault(f"line {number}", "identifier", piece, "no PMCID is looked up; give PMID or DOI"))
            else:
                rule = "it is neither a PMID (digits), a DOI (10.…/…) nor an NCT number (NCT and eight digits)"
                faults.append(Fault(f"line {number}", "identifier", piece.strip(), rule))
    if faults:
        raise Refused(faults)
    wanted = list(dict.fromkeys(wanted))
    if len(wanted) > MOST:
        rule = f"at most {MOST} are looked up at once; import a file for more"
        raise Refused([Fault(f"{len(wanted)} lines", "identifiers", "", rule)])
    return wanted


def look_up(wanted: list[tuple[str, str]]) -> list[Found]:
    """What the services hold under these identifiers, in their order. Raises ImportFailed; then nothing was found."""
    found, until = {}, time.monotonic() + SECONDS
    for kind, service in SERVICES.items():
        names = [name for wanted_kind, name in wanted if wanted_kind == kind]
        if names:
            client = Client(service.SERVICE, until - time.monotonic())
            found |= {(kind, name): one for name, one in zip(names, service.fetch(names, client), strict=True)}
    entries = [found[key] for key in wanted]
    faults = [fault for one in entries for fault in faults_of(one)]
    if faults:
        raise Refused(faults)
    return entries
