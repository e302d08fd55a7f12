"""The texts of citations: markup made plain, garbled encodings noticed, dates and languages as libraries write them."""

import calendar
import html
import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_RAISED = re.compile(r"<(?:jats:)?sup>(.*?)</(?:jats:)?sup>", re.IGNORECASE | re.DOTALL)
# Only tags that libraries use: “<0.01” is a number.
_TAGS = re.compile(
    r"</?(?:jats:)?(?:i|b|u|em|strong|italic|bold|underline|sub|sup|scp|sc|small|span|p|title|tt)\b[^<>]*>",
    re.IGNORECASE,
)
MOST_AUTHORS = 3  # named before “et al.”
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/ .](\d{1,2}|[A-Za-z]{3,9})\.?(?:[-/ .](\d{1,2}))?)?(?!\w)(.*)", re.DOTALL)
_DAY_FIRST = re.compile(r"^(\d{1,2})\.? ([A-Za-z]{3,9})\.? (\d{4})$")
# MARC codes of NLM and ISO 639-2 → ISO 639-1, for the languages that medical journals print.
_LANGUAGES = {
    "eng": "en", "chi": "zh", "zho": "zh", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "jpn": "ja",
    "kor": "ko", "spa": "es", "ita": "it", "rus": "ru", "por": "pt", "dut": "nl", "nld": "nl", "pol": "pl",
    "tur": "tr", "cze": "cs", "ces": "cs", "dan": "da", "swe": "sv", "nor": "no", "fin": "fi", "hun": "hu",
    "english": "en", "chinese": "zh", "french": "fr", "german": "de", "japanese": "ja", "spanish": "es",
}  # fmt: skip


def raised(text: str) -> str:
    """What was printed as a superscript, so that no exponent becomes a digit: “6” as “⁶”, “a” as “^(a)”."""
    raised_text = text.translate(_SUPERSCRIPTS)
    if not re.search(r"[0-9A-Za-z]", raised_text):
        return raised_text
    return f"^({text})"


def plain(text: str) -> str:
    """A text without the markup of publishers, entities resolved, white space single; exponents stay exponents."""
    for _ in range(2):  # “&amp;lt;”: registries escape twice
        text = html.unescape(text)
    text = _TAGS.sub("", _RAISED.sub(lambda match: raised(match[1]), text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def problem_with_text(text: str) -> str:
    """Why a text cannot have been read right, or an empty text."""
    if "\ufffd" in text:
        return "a character was lost before it came here (�): export it again as UTF-8"
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        return "it holds a control character, as of a wrong encoding or a damaged file"
    for word in text.split():
        if not word.isascii():
            try:
                right = word.encode("cp1252").decode("utf-8")
            except UnicodeError:
                continue
            return f"“{word}” looks like “{right}” read in a wrong encoding: export it again as UTF-8"
    return ""


def partial_date(text: str) -> str:
    """A library's date as 2017, 2017-05 or 2017-10-02, at the precision it has; an empty text if it has no year.

    “2017 Oct 2”, “2017/10/02”, “2017-10”, “20171002”, “2 October 2017”; of “2017 Jan-Feb” or “2017 Spring” the year.
    """
    text = text.strip()
    whole = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if whole:
        return "-".join(whole.groups())
    match = _YEAR_FIRST.match(_DAY_FIRST.sub(r"\3 \2 \1", text))
    if not match:
        return ""
    year, month, day, rest = match.groups()
    if month and not month.isdigit():
        month = str(_MONTHS.get(month[:3].lower(), ""))
    if not month or re.match(r"\s*[-–/]\s*\w", rest):
        return year
    return "-".join([year, month.zfill(2), *([day.zfill(2)] if day else [])])


def language(text: str) -> str:
    """The ISO 639-1 code of a language as a library names it, or an empty text for one not known here."""
    text = text.strip().lower()
    if re.fullmatch(r"[a-z]{2}([-_][a-z]{2,4})?", text):
        return text[:2]
    return _LANGUAGES.get(text, "")


def cut(text: str, length: int) -> str:
    """A text no longer than this; what is left out is marked, and a piece of the end is kept."""
    if len(text) <= length:
        return text
    end = text[-40:].partition(" ")[2] or text[-20:]
    return f"{text[: length - len(end) - 3].rsplit(' ', 1)[0]} … {end}"


def short_authors(names: list[tuple[str, str]]) -> str:
    """Family and given names in a short citation: “Kong DL, Yang L, Yang TT, et al.”; empty where none are known."""
    short = [f"{family} {initials(given)}".strip() for family, given in names]
    return ", ".join([*short[:MOST_AUTHORS], *(["et al."] if len(short) > MOST_AUTHORS else [])])


def initials(given_names: str) -> str:
    """“De-Lin” → “DL”, “JN” → “JN”."""
    parts = re.findall(r"[^\W\d_]+", given_names)
    return "".join(part if part.isupper() and len(part) <= 3 else part[0] for part in parts)


def comparable_title(text: str) -> str:
    """A title for comparison: its letters and digits in lower case, without accents."""
    text = unicodedata.normalize("NFKD", plain(text)).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in text if not unicodedata.combining(c))))
