"""Units as documents print them, made comparable; nothing is converted that is not plainly the same."""

import unicodedata


def same_unit(text: str) -> str:
    """One spelling of a unit: “×10^9 /L”, “x10⁹/L” and “10^9/L” are equal, “g/dL” and “g/L” are not."""
    text = unicodedata.normalize("NFKC", text.replace("^", "").replace("×", "x")).replace("μ", "u").casefold()
    text = "".join(c for c in text if c not in " ()·")
    return text.removeprefix("x") if text[1:2].isdigit() else text
