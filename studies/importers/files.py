"""Files of citation managers: bytes into text without guessing in silence, the format by its content, every fault."""

from . import bibtex, csl_json, encodings, nbib_file, ris
from .found import Fault, Found, Refused, Source, faults_of

FORMATS = (ris, nbib_file, bibtex, csl_json)
MOST_BYTES = 10_000_000
MOST_ENTRIES = 1_000
# The first bytes of files that people pick by mistake → what they are.
_OTHER = {
    b"PK\x03\x04": "a Word, Excel or ZIP file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"{\\rtf": "an RTF document",
    b"<": "an XML or HTML file",
}


def read(name: str, content: bytes, encoding: str = "") -> list[Found]:
    """Every entry of a file, in the encoding that a curator says or that it shows. Raises Refused with every fault of
    every entry; then the file is refused whole."""
    if len(content) > MOST_BYTES:
        raise _refused(name, f"it is larger than {MOST_BYTES // 1_000_000} MB; export fewer entries at once")
    text, remark, read_as = decoded(name, content, encoding)
    module = next((module for module in FORMATS if module.recognises(text)), None)
    if module is None:
        kind = next((kind for start, kind in _OTHER.items() if content.lstrip().startswith(start)), "something else")
        kinds = ", ".join(module.NAME.removesuffix(" file") for module in FORMATS)
        empty = not text.strip()
        raise _refused(name, "it is empty" if empty else f"it is {kind}; what can be read is {kinds}")
    entries = module.read(text, Source.of(module.NAME, name, content))
    if len(entries) > MOST_ENTRIES:
        raise _refused(name, f"it holds {len(entries)} entries; export at most {MOST_ENTRIES:,} at once")
    faults = [fault for found in entries for fault in faults_of(found)]
    if faults:
        raise Refused(faults)
    for found in entries:
        if read_as:
            found.read_by_choice(read_as, remark, guessed=not encoding)
        elif remark:
            found.remarks.append(remark)
    return entries


def decoded(name: str, content: bytes, encoding: str = "") -> tuple[str, str, str]:
    """The text of a file, a remark where its encoding was not beyond doubt, and how it was read where letters may be
    wrong. Raises Refused."""
    for start, kind in _OTHER.items():
        if content.startswith(start) and start != b"<":
            raise _refused(name, f"it is {kind}; what can be read is a RIS, NBIB, BibTeX or CSL-JSON file")
    text, remark, read_as = encodings.text_of(name, content, encoding)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), remark, read_as


def _refused(name: str, rule: str) -> Refused:
    return Refused([Fault(name, "the file", "", rule)])
