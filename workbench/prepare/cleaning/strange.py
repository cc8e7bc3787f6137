"""The values that a step meets and does not know: a new spelling that it does not map passes by no other way."""

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import MOST_VALUES, Done, Step
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.operation import Headers, Operation
from workbench.prepare.cleaning.rows import Mask, Rows
from workbench.prepare.looks import are_measured_or_given

_LONGEST = 200
"""The characters of a value; a longer text is none of a list."""
_ROWS_EACH = 2
"""Of a list each value has so many rows on average: names and phone numbers are no lists."""
_MANY = 20
"""Of more different values than these it is asked more:"""
_ROWS_EACH_OF_MANY = 5
"""so many rows each, as first names have not."""
_ONCE = 10
"""A list has fewer values than these that stand in one row only, ..."""
_SHARE_ONCE = 0.05
"""or they are a smaller share of its rows: so many of the next rows will have a value that is new (Good and Turing),
and that is no news then."""


class Strange:
    """Counts the values of the columns that a step maps which it neither maps nor makes nor expects.

    Only of columns that the step names: of others nothing is kept.
    """

    def __init__(self, step: Step, told: Done, operation: Operation, columns: Headers) -> None:
        self._told, self._expected = told, step.expected.values if step.expected is not None else {}
        self._expected_rows = step.expected.rows if step.expected is not None else 0
        columns = tuple(name for name in columns if name in step.columns and operation.knows is not None)
        knows = pa.array(operation.knows(step) if operation.knows is not None else (), pa.string())
        self._knows = dict.fromkeys(columns, knows)
        self._met: dict[str, dict[str, int] | None] = {name: {} for name in columns}
        self._met_again: dict[str, dict[str, int]] = {name: {} for name in columns}
        self._rows = dict.fromkeys(columns, 0)

    def look(self, rows: Rows, where: Mask) -> None:
        """Counts in the rows of a chunk that are meant; blank cells have no value."""
        for name, knows in self._knows.items():
            met, again = self._met[name], self._met_again[name]
            if met is None:
                continue
            cells = rows.cells[name]
            counts = pc.value_counts(cells if where is None else cells.filter(where))
            values, numbers = counts.field("values"), counts.field("counts")
            filled = pc.not_equal(pc.utf8_trim(values, characters=AROUND), "")
            self._rows[name] += pc.sum(numbers.filter(filled)).as_py() or 0
            others = pc.and_not(filled, pc.is_in(values, knows))
            expected = pc.is_in(values, pa.array(self._expected.get(name, ()), pa.string()))
            _add(again, values, numbers, pc.and_(others, expected))
            new = pc.and_not(others, expected)
            longest = pc.max(pc.utf8_length(values.filter(new))).as_py() or 0
            if (pc.sum(new).as_py() or 0) > MOST_VALUES or longest > _LONGEST:
                self._met[name] = None
                continue
            _add(met, values, numbers, new)
            if len(met) > MOST_VALUES:
                self._met[name] = None

    def end(self) -> None:
        """Puts to the tally what was met, of columns that are lists of values."""
        for name, met in self._met.items():
            if name in self._expected:
                if self._was_a_list(name):
                    self._told.values[name] = met
            else:
                self._told.values[name] = met if met is not None and _is_list(met, self._rows[name]) else None

    def _was_a_list(self, name: str) -> bool:
        """Whether what is expected of a column are values of a list, as far as they and those of them that are met
        again tell: what is new tells nothing, for it may be another column by mistake."""
        expected, again = self._expected[name], self._met_again[name]
        few = len(expected) <= _MANY or len(expected) * _ROWS_EACH_OF_MANY <= self._expected_rows
        return few and _are_words(expected) and not _keep_being_new(again, sum(again.values()))


def _is_list(met: Mapping[str, int], rows: int) -> bool:
    """Whether values, with their rows, of so many that have one, are those of a list."""
    each = _ROWS_EACH if len(met) <= _MANY else _ROWS_EACH_OF_MANY
    return len(met) * each <= rows and _are_words(met) and not _keep_being_new(met, rows)


def _are_words(values: Iterable[str]) -> bool:
    texts = pa.array(list(values), pa.string())
    return 2 * (pc.sum(are_measured_or_given(texts)).as_py() or 0) <= len(texts)


def _keep_being_new(met: Mapping[str, int], rows: int) -> bool:
    once = sum(number == 1 for number in met.values())
    return once >= _ONCE and once >= _SHARE_ONCE * rows


def _add(met: dict[str, int], values: pa.StringArray, numbers: pa.Int64Array, flags: pa.BooleanArray) -> None:
    for value, number in zip(values.filter(flags).to_pylist(), numbers.filter(flags).to_pylist(), strict=True):
        met[value] = met.get(value, 0) + number
