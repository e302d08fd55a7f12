"""Finding a wording in a text that came out of a PDF, and texts made comparable for search."""

import re
import unicodedata
from functools import lru_cache

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("‘’", "'") | dict.fromkeys("“”", '"') | {"µ": "μ"})


def squeezed(text: str) -> str:
    """Only what a PDF cannot break: no white space, no line-end hyphens, no superscript or dash variants, no markup.

    “106/kg” in a flattened text and “10^6/kg” become the same. Case is kept: ALL is not all.
    """
    text = unicodedata.normalize("NFC", text).translate(_SUPERSCRIPTS).translate(_DASHES)
    text = re.sub(r"-\s*\n\s*", "", text)
    return re.sub(r"[\s\-^${}*_\\]", "", text)


def occurs_in(wording: str, text: str) -> bool:
    """True where every part of a wording (parts joined by “…”) stands in the text, in order."""
    haystack, start = squeezed(text), 0
    for part in wording.split("…"):
        found = haystack.find(squeezed(part), start)
        if found < 0:
            return False
        start = found + len(squeezed(part))
    return True


def tokens(text: str, query: bool = False) -> list[str]:
    """The words of a text as search compares them: no case, accent, plural or difference of British and American
    spelling. A hyphen parts words, “cord-blood” as “cord blood”; identifiers such as 4-1BB and CD19-28z stay one word.

    “ALL” is a disease and “all” is not: the small word is left out of texts. In a query both mean the disease.
    """
    return list(_tokens(text, query))


@lru_cache(maxsize=8192)  # what is rendered anew says mostly what it said before
def _tokens(text: str, query: bool) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKD", text.translate(_DASHES))
    text = "".join(c for c in text if not unicodedata.combining(c))
    found = []
    for word in re.findall(r"[^\W_]+(?:[-./+][^\W_]+)*", text):
        found += re.split(r"\+" if any(c.isdigit() for c in word) else r"[-/+]", word)
    return tuple(_token(word) for word in found if query or word not in ("all", "All"))


def _token(word: str) -> str:
    word = word.casefold()[:200]  # PostgreSQL refuses a word of more than 2 KB
    if not word.isalpha():
        return word
    word = word.replace("tumour", "tumor").replace("ae", "e").replace("oe", "e")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def searchable(texts: list[str]) -> str:
    """Texts as their words, a space on either side of each, and a bar between texts and at the ends: so a name is
    looked for with its spaces, and never found across two texts."""
    return " | ".join(["", *filter(None, (" ".join(tokens(text)) for text in texts)), ""]).strip()
