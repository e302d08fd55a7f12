"""Files of citation managers: bytes into text without guessing in silence, the format by its content, every fault."""

import codecs

from . import bibtex, csl_json, nbib_file, ris
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


def read(name: str, content: bytes) -> list[Found]:
    """Every entry of a file. Raises Refused with every fault of every entry; then the file is refused whole."""
    if len(content) > MOST_BYTES:
        raise _refused(name, f"it is larger than {MOST_BYTES // 1_000_000} MB; export fewer entries at once")
    text, remark = decoded(name, content)
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
    if remark:
        for found in entries:
            found.remarks.append(remark)
    return entries


def decoded(name: str, content: bytes) -> tuple[str, str]:
    """The text of a file, and a remark where its encoding was not beyond doubt. Raises Refused."""
    for start, kind in _OTHER.items():
        if content.startswith(start) and start != b"<":
            raise _refused(name, f"it is {kind}; what can be read is a RIS, NBIB, BibTeX or CSL-JSON file")
    for encoding, remark in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), remark
    raise _refused(name, "its encoding is neither UTF-8 nor UTF-16 nor Windows-1252; export it again as UTF-8")


def _encodings(content: bytes):
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", "")]
    head = content[:200]
    if b"\0" in head:  # Latin letters in UTF-16 are every second byte
        little = head[1::2].count(0) > head[::2].count(0)
        return [("utf-16-le" if little else "utf-16-be", "The file was read as UTF-16.")]
    guess = "The file is not UTF-8 and was read as Windows-1252: look at every accent, dash and quotation mark."
    return [("utf-8", ""), ("cp1252", guess)]


def _refused(name: str, rule: str) -> Refused:
    return Refused([Fault(name, "the file", "", rule)])
