"""How a cell of the base is compared with a cell that a paper prints. This is the only place that says so.

They say the same where, part by part, they hold the same words and numbers:

* a cell is parted at commas, semicolons and “and”; the order of its parts says nothing, the order within a part does;
* words are compared as search compares them (`wording.tokens`): no case, plural or brackets, one spelling;
* numbers are compared as numbers: “0.40” is “0.4”, “10⁶” is “1 × 10⁶”, “0.4–7.8 × 10⁶” is “0.4 × 10⁶ to 7.8 × 10⁶”;
* “>”, “≈” and the like are their words, so “8 months” is not “> 8 months”;
* “No” and “none” are the same explicit none; a mark such as “Not shown” is not, nor is a silence of the base.

Nothing is repaired: “106/kg” in a text that lost its superscripts is not “10⁶/kg”. What it would be is in `restored`.
"""

import re
from decimal import Decimal

from .wording import tokens

_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER = re.compile(r"(?:(\d+(?:\.\d+)?)(?:\s*–\s*(\d+(?:\.\d+)?))?\s*×\s*)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_LOST_SUPERSCRIPT = re.compile(r"(?<![\d.])10([5-9])(?!\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
_SAID = {">": "more than", "<": "less than", "≥": "at least", "≤": "within", "≈": "approximately", "%": "percent"}
MARKS = ("not shown", "not reported", "not available", "nr", "na", "/", "-", "–", "—")
_NONE = {("no",), ("none",)}


def same(printed: str, told: list[str]) -> bool:
    """Whether a printed cell says what the texts of the base say."""
    return _parts(printed) == _parts(*told)


def same_numbers(printed: str, told: list[str]) -> bool:
    """Whether they hold the same numbers, whatever the words."""
    return _numbers(printed) == sorted(number for text in told for number in _numbers(text))


def prints_a_mark(printed: str) -> bool:
    """Whether a cell begins with what a table prints instead of a value."""
    return re.match(rf"\s*(?:{'|'.join(map(re.escape, MARKS))})(?!\w)", printed, re.IGNORECASE) is not None


def restored(printed: str) -> str:
    """A printed cell with its lost superscripts: “106/kg” as “10⁶/kg”. Cell doses are from 10⁵ to 10⁹."""
    return _LOST_SUPERSCRIPT.sub(lambda found: f"10{'⁰¹²³⁴⁵⁶⁷⁸⁹'[int(found[1])]}", printed)


def _parts(*texts: str) -> list[tuple[str, ...]]:
    parts = [part for text in texts for part in re.split(r"[;,](?!\d)|\band\b", _written_out(text))]
    found = [tuple(_number(word) for word in tokens(part, query=True)) for part in parts]
    return sorted(("none",) if words in _NONE else words for words in found if words)


def _numbers(text: str) -> list[Decimal]:
    return sorted(Decimal(number) for number in _NUMBER.findall(_written_out(text)))


def _number(word: str) -> str:
    return f"{Decimal(word).normalize():f}" if re.fullmatch(r"\d+(\.\d+)?", word) else word


def _written_out(text: str) -> str:
    """Powers of ten as plain numbers, ranges with “to”, signs as their words."""
    text = re.sub(r"(?<=\d)\s*–\s*(?=\d)", " to ", _POWER.sub(_plain, text))
    for sign, words in _SAID.items():
        text = text.replace(sign, f" {words} ")
    return text


def _plain(found: re.Match) -> str:
    exponent = int(found[3].translate(_DIGITS))
    ends = [number for number in found.groups()[:2] if number] or ["1"]
    return " to ".join(f"{Decimal(number).scaleb(exponent):f}" for number in ends)
