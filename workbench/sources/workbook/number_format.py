"""What a spreadsheet shows of a number: the format codes of XLSX and XLS (ECMA-376 part 1, 18.8.31).

Only formats that say more than the number itself count here: leading zeros (`00000`), signs between the digits, as of a
telephone or social security number (`000-00-0000`), percentages, and days before the calendar begins. Rounding for
display does not: 2.345 shown with `0.0` stays 2.345.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache, partial

_BUILT_IN = {9: "0%", 10: "0.00%", 14: "m/d/yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "m/d/yy h:mm",
             67: "0%", 68: "0.00%"}  # fmt: skip
_DIGITS = Context(prec=15)
"""As many digits of a number as a spreadsheet keeps."""
_EXACT_FROM = Decimal(10**15)
_TOKEN = re.compile(r'"([^"]*)"?|\\(.)|[_*](?:.)|\[([^\]]*)\]|(General)|(E[+-])|(.)', re.DOTALL | re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]*)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__, ">=": Decimal.__ge__,
    "=": Decimal.__eq__, "<>": Decimal.__ne__,
}  # fmt: skip
_GROUPING = " .'’\u00a0\u202f"  # noqa: RUF001 - what stands between thousands, where it is no sign of its own


def built_in(number: int) -> str:
    """The code of a format that a workbook names by number alone; "" for those that show no more than the number."""
    return _BUILT_IN.get(number, "")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a format shows of numbers."""

    text: Callable[[str], str | None]
    """Given a number as the file has it; None where no more than the number is shown."""
    days: bool = False
    """Whether it shows days, so that only numbers below 1, and the 60, are of interest."""


@lru_cache(maxsize=1_000)
def shown_by(code: str, epoch_1904: bool = False) -> Shown | None:
    """What a format shows of a number; None for one that never shows more than the number itself."""
    sections = [_section(text) for text in _sections(code)]
    if any(section.percent for section in sections):
        return Shown(text=partial(_percentage, sections))
    if sections[0].day:
        return Shown(text=partial(_early_day, epoch_1904, sections[0].clock), days=True)
    if any(section.fills for section in sections):
        return Shown(text=partial(_filled, sections))
    return None


@lru_cache(maxsize=10_000)
def percent(number: str) -> str | None:
    """A share as a percentage, exactly: 0.075 is 7.5%."""
    value = _decimal(number)
    return None if value is None else plain(value.scaleb(2)) + "%"


def plain(value: Decimal) -> str:
    """The number without an exponent and without zeros at its end."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def whole_digits(number: str) -> str | None:
    """A whole number of 16 and more digits as the file has it: its digits, or with an exponent where they were rounded.

    Shorter ones count where a program wrote fewer digits than there are (1.23457E+11; without the plus sign it is the
    way of programs that write all of them). None for a number that needs no such care.
    """
    value = _exact(number)
    if value is None:
        return None
    if abs(value) < _EXACT_FROM:
        mantissa, _, exponent = number.upper().partition("E+")
        is_cut = exponent.isdigit() and int(exponent) >= len(mantissa.strip("-").replace(".", ""))
        return number.upper() if is_cut and value else None
    digits, _, fraction = number.partition(".")
    if digits.lstrip("-").isdigit() and not fraction.strip("0") and ("." not in number or abs(value) < 2**53):
        return digits
    return number.upper() if "e" in number.lower() else rounded(value)


def rounded(value: Decimal) -> str:
    """A number with an exponent, by which its digits are known to be rounded: 1.23456789012346E+16."""
    text = format(_DIGITS.plus(value), "E").replace("E+0", "E+")
    digits, exponent = text.split("E")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}E{exponent}"


@dataclass(frozen=True, kw_only=True)
class _Section:
    """A part of a format: those for positive numbers, negative ones and zero, or for a condition."""

    condition: tuple[str, Decimal] | None
    tokens: tuple[tuple[str, str], ...]
    """("digit", "0" | "#" | "?"), ("text", what is shown as it stands), ("sign", anything else)."""
    percent: bool
    day: bool
    clock: bool

    @property
    def least(self) -> int:
        """How many digits it shows at least."""
        places = "".join(text for kind, text in self.tokens if kind == "digit")
        return len(places) - places.find("0") if "0" in places else 0

    @property
    def fills(self) -> bool:
        """Whether it shows leading zeros, or signs between the digits that are no thousands."""
        kinds = [kind for kind, _ in self.tokens]
        if "sign" in kinds or "digit" not in kinds:
            return False
        first, last = kinds.index("digit"), len(kinds) - kinds[::-1].index("digit")
        between = "".join(text for kind, text in self.tokens[first:last] if kind == "text")
        return self.least > 1 or bool(between.strip(_GROUPING))


def _sections(code: str) -> list[str]:
    found = [""]
    for match in _TOKEN.finditer(code):
        if match[0] == ";":
            found.append("")
        else:
            found[-1] += match[0]
    return found


def _section(code: str) -> _Section:
    condition = None
    tokens: list[tuple[str, str]] = []
    letters = ""
    elapsed = False
    for match in _TOKEN.finditer(code):
        quoted, escaped, bracket, general, exponent, other = match.groups()
        if quoted is not None or escaped is not None:
            tokens.append(("text", quoted or escaped or ""))
        elif bracket is not None:
            compared = _CONDITION.fullmatch(bracket)
            condition = (compared[1], Decimal(compared[2])) if compared else condition
            elapsed = elapsed or bool(_ELAPSED.fullmatch(bracket))
            if bracket.startswith("$") and (currency := bracket[1:].split("-")[0]):
                tokens.append(("sign", currency))
        elif other is not None and other in "0#?":
            tokens.append(("digit", other))
        elif other is not None and other.lower() in "ymdhsbeg":
            letters += other.lower()
            tokens.append(("sign", other))
        elif general or exponent or (other is not None and other in ".,%/@$€£¥"):
            tokens.append(("sign", match[0]))
        elif other is not None:
            tokens.append(("text", other))
    clock = elapsed or bool(set(letters) & set("hs"))
    return _Section(
        condition=condition,
        tokens=tuple(tokens),
        percent=("sign", "%") in tokens and not letters,
        day=not elapsed and bool(set(letters) & set("yd") or ("m" in letters and not clock)),
        clock=clock,
    )


def _chosen(sections: list[_Section], value: Decimal) -> tuple[_Section, bool]:
    """The section for a number, and whether it shows a minus of its own."""
    for section in sections:
        if section.condition and _COMPARE[section.condition[0]](value, section.condition[1]):
            return section, False
    others = [section for section in sections if not section.condition]
    if len(others) < len(sections):
        return (others[0] if others else sections[-1]), value < 0
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], value < 0


def _percentage(sections: list[_Section], number: str) -> str | None:
    value = _decimal(number)
    if value is None:
        return None
    section, _ = _chosen(sections, value)
    as_it_is = not section.percent and any(kind == "digit" for kind, _ in section.tokens)
    return None if as_it_is else percent(number)


def _filled(sections: list[_Section], number: str) -> str | None:
    value = _exact(number)
    if value is None or value != value.to_integral_value() or (abs(value) >= _EXACT_FROM and "e" in number.lower()):
        return None
    section, minus = _chosen(sections, value)
    if not section.fills:
        return None
    digits = format(abs(value), "f").partition(".")[0].lstrip("0").rjust(section.least, "0")
    shown: list[str] = []
    places = sum(kind == "digit" for kind, _ in section.tokens)
    for kind, text in reversed(section.tokens):
        if kind == "text":
            shown.append(text)
            continue
        places -= 1
        taken = digits if places == 0 else digits[-1:]
        digits = digits[: len(digits) - len(taken)]
        shown.append(taken)
    text = ("-" if minus else "") + "".join(reversed(shown)).strip()
    return None if text.startswith("-") and value >= 0 else text


def _early_day(epoch_1904: bool, clock: bool, number: str) -> str | None:
    """Days that no calendar has: 0, the 60th of 1900, and those before them, of which a spreadsheet shows as many
    number signs as fit; a time of day alone stays one."""
    value = _exact(number)
    if value is None or value >= 61 or (value >= 1 and (epoch_1904 or value < 60)) or (0 < value < 1 and clock):
        return None
    if value < 0:
        return "########"
    if epoch_1904:
        return "1904-01-01"
    return "1900-02-29" if value >= 1 else "1900-01-00"


def _decimal(number: str) -> Decimal | None:
    """The number with the 15 digits that a spreadsheet shows: 0.28999999999999998 is 0.29."""
    value = _exact(number)
    return None if value is None else _DIGITS.plus(value)


def _exact(number: str) -> Decimal | None:
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 400 else None
