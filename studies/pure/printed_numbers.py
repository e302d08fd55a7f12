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
_RANGE = re.compile(r"(.*?\d[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]*)\s*(?:-|to)\s*(-?\s?\d.*)")
# A number with something behind it that is no part of a number: “12 mg”, “50%”, “5 (3-7)”, “5 ± 2”.
_WITH_MORE = re.compile(
    rf"({_NUMBER}(?:{_TIMES}10\s*(?:\^|\*\*)\s*-?\d{{1,2}})?)\s*((?![xX]\s*\d|[eE][+-]?\d|to\b)[^\W\d_].*|[%‰°±(\[].*)"
)
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.I)
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
    ends = _ends(rest) if operator == "=" else None
    if not ends:
        return Printed(_value(rest, decimal, grouped), operator=operator)
    low, high = (_value(end, decimal, grouped) for end in ends)
    if low > high:
        raise Unreadable(f"“{text}” is no range: it starts above its end. A date that a spreadsheet changed?")
    return Printed(low, high)


def _ends(text: str) -> list[str]:
    """Both ends of a range; none of a text that is one number, or more than numbers."""
    parts = None if _is_one(text) else _RANGE.fullmatch(text)
    ends = [part.strip() for part in parts.groups()] if parts else []
    return ends if all(map(_is_one, ends)) else []


def _is_one(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_POWER, _EXPONENT, _LOST_POWER, _PLAIN))


def whole(text: str) -> int:
    """Read one whole number; “1.000” can be a thousand or one. Raises Unreadable."""
    plain = same_signs(text)
    if re.fullmatch(r"-?\s?(?:\d{1,200}|\d{1,3}(?:[ ']\d{3})+)", plain):
        return int(re.sub("[ ']", "", plain))
    decimal = re.fullmatch(r"(-?\d+)[.,]\d*", plain)
    if decimal and _EITHER.fullmatch(plain.removeprefix("-")):
        raise Unreadable(_two_readings(plain))
    if decimal and not plain.removeprefix(decimal[1]).strip(".,0"):
        raise Unreadable(f"“{text}” has a decimal sign: write {decimal[1]}.")
    raise Unreadable(f"“{text}” is none; write digits alone, such as 1500.")


_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def _two_readings(text: str) -> str:
    """What “1,500” or “2.125” can be, and how to write either so that it is nothing else."""
    thousands, decimal = re.sub(r"[.,]", "", text), text.replace(",", ".")
    short = decimal.rstrip("0").rstrip(".")
    sure = f"{decimal}0" if short == decimal else short
    return f"“{text}” can be {thousands} or {short}: write {thousands} or {sure}."


def unmistakable(number: str) -> str:
    """A number as the base writes it, with a nought behind decimals that could be thousands: “2.1250”, “7.8120e6”."""
    mantissa, e, exponent = number.partition("e")
    return f"{mantissa}{'0' if _EITHER.fullmatch(mantissa.removeprefix('-')) else ''}{e}{exponent}"


def _mantissas(text: str) -> list[str]:
    return re.findall(r"\d[\d.,]*\d", re.sub(r"(?<=\d)[ '](?=\d{3})", "", same_signs(text)))


def either_way(texts: list[str]) -> list[str]:
    """Those of the numbers that can be meant in two ways: “1,500”, “2.125”."""
    return [text for text in texts if any(_EITHER.fullmatch(mantissa) for mantissa in _mantissas(text))]


class Undecided(Unreadable):
    """Numbers that agree on no decimal sign: `first` cannot be read, against `second` where that contradicts it."""

    def __init__(self, reason: str, first: str, second: str = ""):
        self.first, self.second = first, second
        super().__init__(reason)


def decimal_sign(texts: list[str]) -> str:
    """The decimal sign that all numbers of a table agree on. Raises Undecided where they contradict each other, or
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
        reason = f"“{point[0]}” has a decimal point and “{comma[0]}” a decimal comma: use one of them throughout."
        raise Undecided(reason, point[0], comma[0])
    if either and not (point or comma):
        digits = re.sub(r"\D", "", either[0])
        reason = (
            f"“{either[0]}” can be {digits} or {digits[:-3]}.{digits[-3:]}, and no other number of the table decides: "
            "say which decimal sign it uses."
        )
        raise Undecided(reason, either[0])
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
    raise Unreadable(_not_alone(text, decimal, grouped))


def _not_alone(text: str, decimal: str, grouped: bool) -> str:
    """Why a text is not a number alone, and what would be right, where that can be told."""
    if re.fullmatch(r"-?[.,]\d+", text):
        return f"“{text}” begins with its decimal sign: write {re.sub('[.,]', f'0{decimal}', text)}."
    if _MONTH.search(text):
        return f"“{text}” is not a number alone: a date, made by a spreadsheet? Write what the paper prints."
    more = _WITH_MORE.fullmatch(text)
    if more:
        try:
            _value(more[1].strip(), decimal, grouped)
        except Unreadable as error:
            return f"“{text}” is not a number alone, and {error}"
        number = more[1].strip()
        return f"“{text}” is not a number alone: write {number}; “{more[2]}” is told elsewhere, as unit or in a note."
    return f"“{text}” is not a number alone: its unit, spread or remark belongs elsewhere."


def _plain(text: str, decimal: str, grouped: bool) -> Decimal:
    """Digits with at most one decimal sign; thousands parted by spaces or apostrophes, or by the other sign."""
    other = "," if decimal == "." else "."
    digits = text.replace(" ", "") if text.startswith("-") and " " not in text[2:] else text
    if " " in digits or "'" in digits:
        if not re.fullmatch(rf"-?\d{{1,3}}(?:[ ']\d{{3}})+(?:[{decimal}]\d+)?", digits):
            raise Unreadable(f"“{text}” is not one number: a space parts thousands alone, as in 12 500.")
        digits = re.sub("[ ']", "", digits)
    if digits[-1] in ".," and digits[:-1].lstrip("-").isdigit():
        raise Unreadable(f"“{text}” ends with a decimal sign and nothing behind it: write “{digits[:-1]}”.")
    if not grouped and _EITHER.fullmatch(digits.removeprefix("-")):
        raise Unreadable(_two_readings(digits))
    if other in digits:
        groups = re.fullmatch(rf"-?\d{{1,3}}(?:[{other}]\d{{3}})+(?:[{decimal}]\d+)?", digits)
        if not groups or not grouped:
            raise Unreadable(_wrong_sign(text, digits, other, decimal, bool(groups)))
        digits = digits.replace(other, "")
    if not re.fullmatch(rf"-?\d+(?:[{decimal}]\d+)?", digits):
        raise Unreadable(_many_signs(text))
    return Decimal(digits.replace(decimal, "."))


def _wrong_sign(text: str, digits: str, other: str, decimal: str, groups: bool) -> str:
    name = "comma" if other == "," else "point"
    if groups:
        return f"“{text}” has a {name}: write {digits.replace(other, '')}."
    if re.fullmatch(rf"-?\d{{1,3}}(?:[{decimal}]\d{{3}})+[{other}]\d+", digits):
        right = digits.replace(decimal, "").replace(other, decimal)
        return f"“{text}” parts its thousands by what is the decimal sign here: write {right}."
    if digits.count(other) > 1 or decimal in digits:
        return _many_signs(text)
    return f"“{text}” has a {name}: write {digits.replace(other, decimal)} for a decimal."


def _many_signs(text: str) -> str:
    return f"“{text}” is not one number: it has more than one decimal sign. Write one, as in 1.5."
