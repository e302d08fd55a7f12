"""Units as documents print them, made comparable; nothing is converted that is not plainly the same."""

import re
import unicodedata

from .numbers import SUPERSCRIPTS

# What a text read without superscripts or with a caret prints: “×10^9 /L”, “mg/m2”.
_POWER, _SQUARE_METRE = re.compile(r"\s*×\s*10\^(-?\d+)\s*(?=/)"), re.compile(r"/m2\b")


def people_unit(text: str) -> str:
    """A unit in a rendering of ours, as people write it: × 10⁹/L, mg/m². A quoted wording stays as printed."""
    text = _POWER.sub(lambda power: f" × 10{power[1].translate(SUPERSCRIPTS)}", text)
    return _SQUARE_METRE.sub("/m²", text).strip()


def same_unit(text: str) -> str:
    """One spelling of a unit: “×10^9 /L”, “x10⁹/L” and “10^9/L” are equal, “g/dL” and “g/L” are not."""
    text = unicodedata.normalize("NFKC", text.replace("^", "").replace("×", "x")).replace("μ", "u").casefold()
    text = "".join(c for c in text if c not in " ()·")
    return text.removeprefix("x") if text[1:2].isdigit() else text
