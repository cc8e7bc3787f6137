"""The kinds that a column may be of, and how many of its values are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches
from workbench.model.kinds import KINDS, Kind
from workbench.prepare.counts import Counts
from workbench.prepare.histogram import Histogram
from workbench.prepare.outliers import ANY, DAYS, as_numbers, parsed

GUESSED = (
    "integer",
    "decimal",
    "money",
    "percent",
    "boolean",
    "day",
    "timestamp",
    "academic_year",
    "uuid",
    "email",
    "phone",
)
"""The kinds that a column may be of, the stricter before the laxer: a date could be a phone number, 0 and 1 could be no
and yes."""
SAMPLE = 1_000
"""So many of the first values say whether it is worth looking at all of them."""

_TOLD_BY = dict.fromkeys(DAYS, "timestamp") | dict.fromkeys(("integer", "decimal", "money", "amount"), "money")
"""Whose evidence says in which form the columns of a kind are written, where it is not its own."""


@dataclass
class Guess:
    """A kind the column may be of, in one form if it has any.

    How many values are, the smallest and largest of them, and which are not.
    """

    kind: Kind
    form: str | None = None
    rows: int = 0
    numbers: Histogram = field(default_factory=Histogram)
    others: Counts = field(default_factory=lambda: Counts(limit=1_000, bytes=1_000_000))
    low: str | None = None
    high: str | None = None

    def share(self, texts: pa.StringArray, rows: pa.Int64Array) -> float:
        """The share of the first values that are of the kind."""
        return weight(parsed(self.kind, texts.slice(0, SAMPLE), self.form), rows, self.kind.pattern)

    def add(self, texts: pa.StringArray, rows: pa.Int64Array) -> None:
        canonical = parsed(self.kind, texts, self.form)
        fitting = matches(canonical, self.kind.pattern)
        self.rows += pc.sum(rows.filter(fitting)).as_py() or 0
        values = canonical.filter(fitting)
        if len(values):
            low, high = _numeric_range(values) if self.kind.numeric else text_range(values)
            smaller = self.low is None or self._key(low) < self._key(self.low)
            larger = self.high is None or self._key(high) > self._key(self.high)
            self.low, self.high = (low if smaller else self.low), (high if larger else self.high)
            if self.kind.numeric or self.kind.name in DAYS:
                self.numbers.add(values, as_numbers(self.kind, values), rows.filter(fitting))
        if len(values) < len(texts):
            others = pc.invert(fitting)
            self.others.add(texts.filter(others), rows.filter(others))

    def _key(self, text: str) -> Any:
        return Decimal(text) if self.kind.numeric else text


def guesses() -> Iterator[Guess]:
    """A new guess of every kind and form."""
    for name in GUESSED:
        kind = KINDS[name]
        least = 1.0 if kind.sql == "integer" or name in DAYS else 0.0
        for form in (None, *kind.forms, *([ANY] if kind.forms else [])):
            yield Guess(kind=kind, form=form, numbers=Histogram(least=least))


def weight(texts: pa.StringArray, rows: pa.Int64Array, pattern: str) -> float:
    """The share of the first rows whose texts look like the pattern."""
    weights = rows.slice(0, SAMPLE)
    fitting = weights.filter(matches(texts.slice(0, SAMPLE), pattern))
    return float((pc.sum(fitting).as_py() or 0) / pc.sum(weights).as_py())


def told_by(kind: Kind) -> str:
    """The kind whose evidence says in which form the columns of this one are written."""
    return _TOLD_BY.get(kind.name, kind.name)


def text_range(texts: pa.StringArray) -> tuple[str, str]:
    found = pc.min_max(texts).as_py()
    return found["min"], found["max"]


def _numeric_range(texts: pa.StringArray) -> tuple[str, str]:
    numbers = texts.cast(pa.float64())
    found = pc.min_max(numbers)
    return texts[pc.index(numbers, found["min"]).as_py()].as_py(), texts[
        pc.index(numbers, found["max"]).as_py()
    ].as_py()
