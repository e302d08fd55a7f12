"""The encoding of a file from a citation manager: shown by the file, guessed only where that is sound and then
said, else asked for. A wrong guess would be a wrong name in an address that never changes."""

import codecs
import re

from .found import Fault, Refused

# What a curator may choose, as Python names it → as people do.
CHOICES = {
    "gb18030": "GB18030 or GBK (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift_JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "mac_roman": "Mac Roman",
    "cp1252": "Windows-1252 or Latin-1 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
}
_GUESSED = "the file does not say its encoding and was read as Windows-1252"
PREVIEWED = 3  # lines, of which each encoding shows its reading
_HIGH = re.compile(rb"[\x80-\xff]")
# What no text of Western Europe holds, and what other encodings look like when they are read as Windows-1252.
_MANY_HIGH = re.compile(rb"[\x80-\xff]{4}")
_WITHIN_WORDS = re.compile("[A-Za-z][€‚ƒ„†‡ˆ‰‹•˜™¢£¤¥¦§¨©«¬¯°±¶¸»¼½¾¿][A-Za-z]|[a-z][À-ÖØ-ÞŠŒŽŸ]")
_SIDE_BY_SIDE = re.compile("[À-ÖØ-öø-ÿ¡-¿]{2,}")
_USUAL = re.compile("([äöüõåé])\\1|[äöüÄÖÜ]ß|[¿¡«][À-ÿ]|[À-ÿ][»¹²³]")  # “ää”, “üß”, “¿É”, “é»”, “é²”
FEW = 3


class EncodingUnknown(Refused):
    """A file whose encoding must be chosen; `readings` are its telling lines as each encoding reads them."""

    def __init__(self, name: str, content: bytes, rule: str):
        self.readings = list(_readings(content))
        super().__init__([Fault(name, "the file", "", rule)])


def text_of(name: str, content: bytes, chosen: str = "") -> tuple[str, str, str]:
    """The text of a file; a remark where its encoding was not beyond doubt; how it was read where letters may be wrong.

    `chosen` is the encoding that a curator says. Raises EncodingUnknown."""
    if chosen:
        return _as_chosen(name, content, chosen)
    for encoding, remark in _told(content):
        try:
            return content.decode(encoding), remark, ""
        except UnicodeDecodeError:
            continue
    text = _western(content)
    if text is None:
        rule = (
            "its encoding is neither UTF-8 nor UTF-16 nor plainly Windows-1252: choose “This file's encoding” and the "
            "file once more, or export it again as UTF-8"
        )
        raise EncodingUnknown(name, content, rule)
    remark = "The file is not UTF-8 and was read as Windows-1252: look at every accent, dash and quotation mark."
    return text, remark, _GUESSED


def _as_chosen(name: str, content: bytes, chosen: str) -> tuple[str, str, str]:
    label = CHOICES[chosen]
    try:
        text = content.decode(chosen)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        rule = f"it is not in {label}, which line {line} shows: choose another encoding"
        raise EncodingUnknown(name, content, rule) from error
    remark = f"The file was read as {label}, as you chose: look at every name."
    return text, remark, f"read as {label}, the encoding that a curator chose"


def _told(content: bytes) -> list[tuple[str, str]]:
    """Encodings that a file shows by itself."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", "")]
    head = content[:200]
    if b"\0" in head:  # Latin letters in UTF-16 are every second byte
        little = head[1::2].count(0) > head[::2].count(0)
        return [("utf-16-le" if little else "utf-16-be", "The file was read as UTF-16.")]
    return [("utf-8", "")]


def _western(content: bytes) -> str | None:
    """The text in Windows-1252, if it is plainly that. A file that is taken for another one is asked about, no more."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = sum(not _USUAL.fullmatch(run) for run in _SIDE_BY_SIDE.findall(text))
    return None if _MANY_HIGH.search(content) or _WITHIN_WORDS.search(text) or odd > FEW else text


def _readings(content: bytes):
    """Each encoding that reads the whole file, with its reading of the first lines that are not plain ASCII."""
    lines = [line.strip() for line in re.split(rb"[\r\n]+", content) if _HIGH.search(line)][:PREVIEWED]
    for encoding, label in CHOICES.items():
        try:
            content.decode(encoding)
            yield label, [line.decode(encoding)[:120] for line in lines]
        except UnicodeDecodeError:
            continue
