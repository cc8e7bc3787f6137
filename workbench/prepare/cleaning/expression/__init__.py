"""Expressions over the columns of a row: a small part of SQL, parsed by sqlglot, which runs nothing, and evaluated here
on whole columns.

A column is written as it stands in the header, in double quotes where it is no plain word. A blank cell is the empty
text: `phone = ''` is true of it and so is `phone is null`, `coalesce` takes the first that is not blank, and what is
joined to it stays. A text is read as a number, with a decimal point, where a number is meant; where it is none, the
result is blank. Numbers are exact, to six places, and all are decimals: 7 / 2 is 3.5, where SQL has 3, for a cell with
7 is a text as one with 7.0 is, and whoever divides a column means no rest to be lost. Two columns are compared as
texts, and as numbers where one is made one: `paid::decimal < due`.

In the order of reading: `values` says what is evaluated on what; `columns`, `texts`, `numbers`, `questions` and
`choices` have each construct with what it takes, and everything else is refused by its name; `parsing` makes a text a
tree of them or says what is wrong, in the words of `written`.
"""

from collections.abc import Mapping

import pyarrow as pa
from sqlglot import exp

from workbench.prepare.cleaning.expression.parsing import CONSTRUCTS, parsed, wrong
from workbench.prepare.cleaning.expression.values import Rows, Value

_TRIED = ("", "x", "1.5")


class Expression:
    """An expression that can be evaluated; raises WrongRecipe, with a sentence, where it cannot be."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = parsed(text)
        try:
            _ = self._tried().text
        except (TypeError, KeyError, AttributeError, ValueError, pa.ArrowException):
            raise wrong(text, "lacks something, or has it where it cannot be.") from None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(column.name for column in self._tree.find_all(exp.Column)))

    @property
    def is_question(self) -> bool:
        """Whether it is true or false of a row."""
        return self._tried().kind == "flag"

    def texts(self, cells: Mapping[str, pa.StringArray], rows: int) -> pa.StringArray:
        """What it is of each row, as a text; "" where it is nothing."""
        return self._value(cells, rows).text

    def worked_out(self, cells: Mapping[str, pa.StringArray], rows: int) -> tuple[pa.StringArray, pa.BooleanArray]:
        """The same, and in which rows a part that counts could not be worked out though its operands are not blank: a
        division by zero, a number that is too large, a text that is no number."""
        asked = self._rows(cells, rows)
        return asked.value(self._tree).text, asked.unworked

    def flags(self, cells: Mapping[str, pa.StringArray], rows: int) -> pa.BooleanArray:
        """Of which rows it is true."""
        return self._value(cells, rows).flag

    def _tried(self) -> Value:
        cells = {name: pa.array(_TRIED, pa.string()) for name in self.columns}
        return self._value(cells, len(_TRIED))

    def _value(self, cells: Mapping[str, pa.StringArray], rows: int) -> Value:
        return self._rows(cells, rows).value(self._tree)

    def _rows(self, cells: Mapping[str, pa.StringArray], rows: int) -> Rows:
        return Rows(cells=cells, number=rows, constructs=CONSTRUCTS)
