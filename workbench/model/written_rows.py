"""A file of a batch's rows as Workbench writes it: the columns that it adds, and the apostrophe that keeps a
spreadsheet from running a cell as a formula, which comes off again when such a file is read.

The apostrophe is also put before a text that has one itself before what would run, so that each text has one way to be
written, and comes back as it was: =1 as '=1, and '=1 as ''=1.
"""

import re
from collections.abc import Sequence

ADDED = ("line", "outcome", "issues", "reason")
"""The columns that stand after the source's own."""

_BEFORE = ADDED[:3]
"""What earlier versions have added."""
REVISION = "revision"
"""The column behind them where rows had been corrected before: how often, so that what is corrected later is known once
the file comes back."""

_SPACE = "[ \t\n\r\f\v\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"
RUNS = f"(?:{_SPACE}[=+\\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n])"
"""How a text begins that a spreadsheet would run (OWASP, CSV injection); a pattern of Python's and of Arrow's."""
NUMBER = rf"{_SPACE}[+-]?([0-9][0-9.,]*|\.[0-9]+)([eE][+-]?[0-9]+)?%?{_SPACE}"
"""A number with a sign, which is no formula."""
_RUNS, _NUMBER = re.compile(RUNS), re.compile(NUMBER)


def runs(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula; a number with a sign is none."""
    return bool(_RUNS.match(text)) and not _NUMBER.fullmatch(text)


def harmless(text: str) -> str:
    """A text as it is written: one that a spreadsheet would run gets an apostrophe in front."""
    return f"'{text}" if runs(text.lstrip("'")) else text


def meant(text: str) -> str:
    """The text that was written so."""
    return text[1:] if text.startswith("'") and runs(text.lstrip("'")) else text


def is_written(headers: Sequence[str]) -> bool:
    """Whether these are the headers of a file of rows, wherever a person has moved the columns."""
    return {*_BEFORE} <= {header.strip().lower() for header in headers}


def own_headers(headers: Sequence[str]) -> list[str]:
    """The source's own headers in a file of rows: what an earlier export of ours has added is not there twice."""
    for added in ((*ADDED, REVISION), ADDED, _BEFORE):
        if tuple(headers[-len(added) :]) == added:
            return list(headers[: -len(added)])
    return list(headers)
