"""Numbers as facts carry them and as people write them."""

from decimal import Decimal

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
OPERATOR_PREFIX = {"=": "", "<": "< ", ">": "> ", "≤": "≤ ", "≥": "≥ ", "~": "≈ "}


def plain(number: Decimal | int | None) -> str:
    """The value column of a fact: 30.88, 229, and from a hundred thousand up 7.8e6."""
    if number is None:
        return ""
    number = Decimal(number)
    if abs(number) >= 100_000:
        mantissa, exponent = _scientific(number)
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return _trimmed(number)


def people(number: Decimal | int | None) -> str:
    """As a haematologist writes it: 7.8 × 10⁶, 30.88, 110.63. Never 7.8e+06."""
    if number is None:
        return ""
    number = Decimal(number)
    if abs(number) >= 100_000:
        mantissa, exponent = _scientific(number)
        power = f"10{str(exponent).translate(SUPERSCRIPTS)}"
        return power if mantissa == "1" else f"{mantissa} × {power}"
    return _trimmed(number)


def people_range(low: Decimal | None, high: Decimal | None) -> str:
    """A range in one power of ten where there is one: 0.4–7.8 × 10⁶; up to the next power itself, 1–10 × 10⁶."""
    if low is None or high is None or low == high:
        return people(low if low is not None else high)
    if high >= 100_000:
        mantissa, exponent = _scientific(Decimal(high))
        if mantissa == "1" and high <= 10 * low:
            exponent -= 1
        low_part, high_part = (_trimmed(Decimal(n).scaleb(-exponent)) for n in (low, high))
        return f"{low_part}–{high_part} × 10{str(exponent).translate(SUPERSCRIPTS)}"
    return f"{people(low)}–{people(high)}"


def in_words(n: int) -> str:
    """Small numbers as words at the start of a sentence."""
    names = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return names[n] if 0 <= n < len(names) else str(n)


def _trimmed(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(number: Decimal) -> tuple[str, int]:
    exponent = number.adjusted()
    return _trimmed(number.scaleb(-exponent)), exponent
