"""A file of a batch's rows as Workbench writes it: the columns that it adds, and the apostrophe that keeps a
spreadsheet from running a cell as a formula, which comes off again when such a file is read.

The apostrophe is also put before a text that has one itself before what would run, so that each text has one way to be
written, and comes back as it was: =1 as '=1, and '=1 as ''=1.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

ADDED = ("line", "outcome", "issues", "reason")
"""The columns that stand after the source's own."""

_BEFORE = ADDED[:3]
"""What earlier versions have added."""
IMPORT = "import"
"""The column behind them: of which import the rows are, and as of which of its corrections (`written_as`)."""
_WRITTEN_AS = re.compile(r"(\S+) as of ([0-9]{1,9}) \([0-9a-f]{6}\)")

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
    for added in ((*ADDED, IMPORT), ADDED, _BEFORE):
        if tuple(headers[-len(added) :]) == added:
            return list(headers[: -len(added)])
    return list(headers)


def written_as(batch: UUID, revision: int) -> str:
    """What a file of a batch's rows says in each of them: the batch, how often rows of it had been corrected, and a
    checksum of both. A spreadsheet that fills a column downwards counts such numbers on, which the checksum tells."""
    checksum = sha256(f"{batch} {revision}".encode()).hexdigest()[:6]
    return f"{_short(batch)} as of {revision} ({checksum})"


def revision_of(text: str, batch: UUID) -> int | None:
    """How often rows of the batch had been corrected when that was written; None for a text that was not."""
    said = _WRITTEN_AS.fullmatch(text)
    revision = int(said[2]) if said else None
    return revision if revision is not None and text == written_as(batch, revision) else None


def other_import(text: str, batch: UUID) -> str | None:
    """The import that a text names, where it is another one than the batch."""
    said = _WRITTEN_AS.fullmatch(text)
    return said[1] if said and said[1] != _short(batch) else None


def _short(batch: UUID) -> str:
    """A batch as people are shown it."""
    return str(batch)[:18]
