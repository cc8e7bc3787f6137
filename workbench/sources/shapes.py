"""What a cell looks like: a number, a date, an address, a code, a label; and what the cells of a column look like."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

Shape = Literal["", "whole", "number", "date", "time", "address", "code", "text"]
"""Blank, digits alone, other numbers, dates, times of day, e-mail and web addresses, letters with digits, the rest."""

TOTALS = (
    r"(grand\s+|sub-?\s*)?"
    r"(totals?|totale|totaal|sum|summary|summe|gesamt(summe)?|zwischensumme|insgesamt|somme|suma|averages?)\b"
)
"""How rows of totals begin, in English and its neighbours."""
NOTES = (
    r"([*†‡§¹²³©#(]|--|==|__|\x1a|\d+ (rows?|records?)\b|n ?=|n\.b\.|nb:|\(?\d{1,2}[.)] +[^\W\d]|"
    r"(grand |sub-? ?)?totals?\b|(sum|sources?|(foot)?notes?|remarks?|number of|count|records?|rows?|entries|end|"
    r"generated|printed|exported|extracted|downloaded|created|prepared|report(ed)?|(last )?(updated|modified)|"
    r"refreshed|eof|copyright|confidential|disclaimer|legend|page|as of|data|for more|please|this|these|"
    r"quelle|anmerkung|hinweis|stand|erstellt|seite)\b)"
)
"""How notes below a table begin."""
SPEAKING = (
    rf"({NOTES}[^:]{{0,40}}:|[*†‡§¹²³©(]|#\s|--|==|__|\x1a|\d+ (rows?|records?)\b|totals? *[\d(]|(foot)?notes? ?\d+\b)"
)
"""How those begin that are no records even where they stand right below them."""

INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"

_MOSTLY = 0.9
"""From this share of a column's filled cells on, they are all taken for what these are."""
_YEAR = re.compile(r"(1[89]|20)\d\d")
_NOTHING = re.compile(r"[\W_]*|n/?a|null|none|nan|nil|unknown|tbd|\\N", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SIGNS = r"([<>~\u2264\u2265]=?\s?)?[-+(]?\s?[$€£¥]?\s?[-+]?"
_SHAPES: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("whole", re.compile(r"\d+")),
    ("number", re.compile(rf"{_SIGNS}(\d[\d.,'\u00a0 ]*|[.,]\d+)([eE][-+]?\d+)?\s?[%€$£]?\)?")),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]+\S.*)?")),
    ("date", re.compile(rf"(\d{{1,2}}[- ])?({_MONTHS})[a-z]*[-. ,]+\d[\d ,]*", re.IGNORECASE)),
    ("time", re.compile(r"\d{1,2}:\d\d(:\d\d)?(\.\d+)?\s?([ap]\.?m\.?)?", re.IGNORECASE)),
    ("address", re.compile(r"[^\s,;|]+@[^\s,;|]+\.[^\s,;|]+|(https?|ftp)://\S+|www\.\S+", re.IGNORECASE)),
    ("code", re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S{1,40}")),
)  # fmt: skip
_VALUES: tuple[Shape, ...] = ("whole", "number", "date", "time", "address")


def trim(cell: str) -> str:
    """The cell without the blanks and the invisible characters around it."""
    return cell.strip().strip(INVISIBLE).strip()


def shape(cell: str) -> Shape:
    """What a cell looks like; one that says that there is no value looks blank."""
    text = trim(cell)
    if not text or (len(text) <= 8 and _NOTHING.fullmatch(text)):
        return ""
    return next((name for name, pattern in _SHAPES if pattern.fullmatch(text)), "text")


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date, a time or an address, which name no column."""
    return shape(cell) in _VALUES


def is_label(cell: str) -> bool:
    """Whether a filled cell could name a column: it is no value, or a year."""
    text = trim(cell)
    return bool(text) and (bool(_YEAR.fullmatch(text)) or shape(text) in ("text", "code"))


def column_shapes(rows: Sequence[Sequence[str]], width: int) -> list[Shape]:
    """What each column's filled cells look like: what nearly all of them do, a number where they are of both kinds,
    else a text; blank where none is filled."""
    found: list[Shape] = []
    for place in range(width):
        counted = Counter(shape(row[place]) for row in rows if place < len(row))
        counted.pop("", None)
        total = sum(counted.values())
        if not total:
            found.append("")
            continue
        if counted["whole"] + counted["number"] >= _MOSTLY * total:
            found.append("number" if counted["number"] else "whole")
            continue
        most, count = counted.most_common(1)[0]
        found.append(most if count >= _MOSTLY * total else "text")
    return found


def fits(cell: str, column: Shape) -> bool:
    """Whether a cell looks like those of its column; a blank one fits everywhere."""
    found = shape(cell)
    return found in ("", column) or (found, column) == ("whole", "number")


def is_typed(column: Shape) -> bool:
    """Whether the cells of a column look so that a label does not."""
    return column in _VALUES
