"""The sums of fields over all rows of a source, kept while the rows go by: exactly, whatever they come to."""

from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true, matches
from workbench.model.contract import Contract
from workbench.model.kinds import KINDS
from workbench.prepare.judging import JudgedRows

_DIGITS, _FRACTION = 38, 9
"""Numbers with so many digits, and so many of them behind the point, are added up by Arrow."""
_EXACT = Context(prec=10_000)


@dataclass(kw_only=True)
class Sums:
    """What the fields that have a control total come to so far."""

    contract: Contract
    numbers: dict[str, Decimal] = field(default_factory=dict)
    """By field."""
    unread: set[str] = field(default_factory=set)
    """The fields of which a row has something that is no number: their sums are nobody's to tell."""

    def add(self, rows: JudgedRows) -> None:
        """Adds some rows."""
        values = rows.normalized.values
        for name in dict.fromkeys(total.sum_of for total in self.contract.totals if total.sum_of):
            if name not in values.schema.names:
                continue
            column = values.column(name)
            are_numbers = matches(column, KINDS[self.contract.field(name).kind].pattern)
            if any_true(pc.and_not(pc.is_valid(column), are_numbers)) or name in rows.left_out:
                self.unread.add(name)
            self.numbers[name] = _EXACT.add(self.numbers.get(name, Decimal(0)), _sum(column.filter(are_numbers)))

    @property
    def told(self) -> dict[str, str]:
        """Field -> the sum as a text, of those that are known."""
        return {name: f"{number:f}" for name, number in self.numbers.items() if name not in self.unread}


def _sum(texts: pa.StringArray) -> Decimal:
    """The sum of canonical numbers."""
    try:
        found = pc.sum(texts.cast(pa.decimal128(_DIGITS, _FRACTION)).cast(pa.decimal256(76, _FRACTION)))
    except pa.ArrowInvalid:  # one that is longer than that
        return reduce(_EXACT.add, map(Decimal, texts.to_pylist()), Decimal(0))
    # as many digits as the longest of them has behind its point
    places = pc.max(pc.binary_length(pc.replace_substring_regex(texts, r"^[^.]*\.?", ""))).as_py() or 0
    return _EXACT.quantize(found.as_py() or Decimal(0), Decimal(1).scaleb(-places))
