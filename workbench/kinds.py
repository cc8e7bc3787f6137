"""How a column of text becomes values and back: vectorised, never a cell at a time.

A kind turns text into *canonical text*: the one spelling of a value (`2024-01-15`, `true`, `1234.50`) that JSON, SQL and the suite
agree on. A cell that cannot be turned keeps its text as typed, and then does not match the kind's `pattern`: that mismatch
is the verdict, and Great Expectations is who pronounces it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of column.

    `parse` takes a string array (no nulls, "" is blank) and returns one of the same length: canonical text, null where blank,
    and the trimmed text as typed where it cannot be understood.
    """

    name: str
    sql: str
    """Its PostgreSQL type."""
    pattern: str
    """What canonical text looks like: a regular expression that Python's re and RE2 read alike, matched at the start."""
    code: str
    """The issue of a cell that does not match, e.g. "bad_email"."""
    message: str
    """Its sentence, e.g. "Invalid email format"."""
    parse: Callable[[pa.StringArray], pa.StringArray]
    bare: bool = False
    """True where JSON writes the canonical text without quotes (numbers, booleans, json)."""
    numeric: bool = False
    """True where minimum and maximum compare numbers."""
