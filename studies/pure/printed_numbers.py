"""Numbers as papers and spreadsheets print them, read exactly or refused with the reason. Nothing is guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—−﹣－", "-") | dict.fromkeys("‘’‚′", "'") | dict.fromkeys("“”„″", '"')
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003", " ")
    | {"＜": "<", "＞": ">", "⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥", "∼": "~", "≈": "~", "\ufeff": None, "\u200b": None}
)  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_OPERATORS = {"<=": "≤", ">=": "≥", "=<": "≤", "=>": "≥"}

_DIGITS = r"\d(?:[\d.,]|[ '](?=\d))*"
_TIMES = r"\s*[×xX*·⋅]\s*"
_NUMBER = rf"-?\s?{_DIGITS}"
_POWER = re.compile(
    rf"(?:({_NUMBER}){_TIMES})?(-?)10\s*(?:(?:\^|\*\*)\s*\(?\s*([+-]?\s?\d{{1,2}})\s*\)?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}))"
)
_EXPONENT = re.compile(rf"({_NUMBER})[eE]([+-]?\d{{1,2}})")
_LOST_POWER = re.compile(rf"({_NUMBER}){_TIMES}10(\d{{1,2}})")
_PLAIN = re.compile(_NUMBER)
_RANGE = re.compile(r"(.*\d[⁰¹²³⁴⁵⁶⁷⁸⁹]*)\s*(?:-|to)\s*(\d.*)")
_SPREADSHEET_ERROR = re.compile(r"#(REF|DIV/0|N/A|NAME|VALUE|NUM|NULL)[!?]?|#{3,}", re.I)


class Unreadable(ValueError):
    """A text that looks like a number and cannot be read as exactly one; the message says why and what to write."""


@dataclass(frozen=True)
class Printed:
    """A number as printed: its value, for a range the upper end, and the operator before it."""

    value: Decimal
    high: Decimal | None = None
    operator: str = "="


def same_signs(text: str) -> str:
    """Typographic dashes, minus signs, quotes and spaces as their plain forms, without quotes around the whole."""
    plain = text.translate(_SAME).strip()
    return plain[1:-1].strip() if len(plain) > 1 and plain[0] == plain[-1] == '"' else plain


def looks_like_a_number(text: str) -> bool:
    """Whether a cell was meant as a number, or as something a spreadsheet made of one; all else is a sign."""
    text = same_signs(text)
    return bool(re.match(r"[<>≤≥~=+@-]*\s*[.,]?\d", text) or text[:1] == "=" or _SPREADSHEET_ERROR.match(text))


def read(text: str, decimal: str = ".", grouped: bool = False) -> Printed:
    """Read one printed number. `decimal` is the decimal sign in use, `grouped` whether the other sign may group
    thousands. Raises Unreadable."""
    plain = same_signs(text)
    if _SPREADSHEET_ERROR.match(plain):
        raise Unreadable(f"“{text}” is an error of the spreadsheet, not a value.")
    if re.match(r"=(?!\s*[<>])|[+@]|-\s*[A-Za-z(]", plain):
        raise Unreadable(f"“{text}” is a formula or begins like one: write the value itself.")
    operator, rest = re.fullmatch(r"(<=|>=|=<|=>|[<>≤≥~]?)\s*(.*)", plain, re.S).groups()
    operator = _OPERATORS.get(operator, operator) or "="
    try:
        return Printed(_value(rest, decimal, grouped), operator=operator)
    except Unreadable:
        parts = _RANGE.fullmatch(rest)
        if not parts or operator != "=":
            raise
    low, high = (_value(part.strip(), decimal, grouped) for part in parts.groups())
    if low > high:
        raise Unreadable(f"“{text}” is no range: it starts above its end. A date that a spreadsheet changed?")
    return Printed(low, high)


_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def _mantissas(text: str) -> list[str]:
    return re.findall(r"\d[\d.,]*\d", re.sub(r"(?<=\d)[ '](?=\d{3})", "", same_signs(text)))


def either_way(texts: list[str]) -> list[str]:
    """Those of the numbers that can be meant in two ways: “1,500”, “2.125”."""
    return [text for text in texts if any(_EITHER.fullmatch(mantissa) for mantissa in _mantissas(text))]


def decimal_sign(texts: list[str]) -> str:
    """The decimal sign that all numbers of a table agree on. Raises Unreadable where they contradict each other, or
    where “1,500” stands alone and could be either."""
    point, comma, either = [], [], either_way(texts)
    for text in texts:
        for mantissa in _mantissas(text):
            points, commas = mantissa.count("."), mantissa.count(",")
            if points and commas:
                (point if mantissa.rfind(".") > mantissa.rfind(",") else comma).append(text)
            elif points > 1 or commas > 1:
                (comma if points else point).append(text)
            elif (points or commas) and not _EITHER.fullmatch(mantissa):
                (point if points else comma).append(text)
    if point and comma:
        raise Unreadable(
            f"“{point[0]}” has a decimal point and “{comma[0]}” a decimal comma: use one of them throughout."
        )
    if either and not (point or comma):
        digits = re.sub(r"\D", "", either[0])
        raise Unreadable(
            f"“{either[0]}” can be {digits} or {digits[:-3]}.{digits[-3:]}, and no other number of the table decides: "
            "say which decimal sign it uses."
        )
    return "," if comma else "."


def _value(text: str, decimal: str, grouped: bool) -> Decimal:
    power = _POWER.fullmatch(text)
    if power:
        mantissa, minus, typed, raised = power.groups()
        exponent = int((typed or raised.translate(_RAISED)).replace(" ", ""))
        value = _plain(mantissa, decimal, grouped) if mantissa else Decimal(-1 if minus else 1)
        return value.scaleb(exponent)
    exponent = _EXPONENT.fullmatch(text)
    if exponent:
        return _plain(exponent[1], decimal, grouped).scaleb(int(exponent[2]))
    lost = _LOST_POWER.fullmatch(text)
    if lost:
        raise Unreadable(
            f"“{text}” can be {lost[1]} × 10^{lost[2]} with a lost superscript, or {lost[1]} × 10{lost[2]}: "
            f"write {lost[1]} × 10^{lost[2]}, or the product."
        )
    if _PLAIN.fullmatch(text):
        return _plain(text, decimal, grouped)
    raise Unreadable(f"“{text}” is not a number alone: its unit, spread or remark belongs elsewhere.")


def _plain(text: str, decimal: str, grouped: bool) -> Decimal:
    """Digits with at most one decimal sign; thousands parted by spaces or apostrophes, or by the other sign."""
    other = "," if decimal == "." else "."
    digits = text.replace(" ", "") if text.startswith("-") and " " not in text[2:] else text
    if " " in digits or "'" in digits:
        if not re.fullmatch(rf"-?\d{{1,3}}(?:[ ']\d{{3}})+(?:[{decimal}]\d+)?", digits):
            raise Unreadable(f"“{text}” is not one number.")
        digits = re.sub("[ ']", "", digits)
    if other in digits:
        groups = re.fullmatch(rf"-?\d{{1,3}}(?:[{other}]\d{{3}})+(?:[{decimal}]\d+)?", digits)
        if not groups or not grouped:
            raise Unreadable(
                f"“{text}” has a {'comma' if other == ',' else 'point'}: write {_with_point(digits, other)} for a "
                f"decimal{', ' + digits.replace(other, '') + ' for thousands' if groups else ''}."
            )
        digits = digits.replace(other, "")
    if not re.fullmatch(rf"-?\d+(?:[{decimal}]\d+)?", digits):
        raise Unreadable(f"“{text}” is not one number.")
    return Decimal(digits.replace(decimal, "."))


def _with_point(digits: str, sign: str) -> str:
    return digits.replace(sign, ".") if digits.count(sign) == 1 else "a point"
