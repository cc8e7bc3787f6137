"""The values that a step meets and does not know: a new spelling that it does not map passes by no other way."""

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import MOST_VALUES, Done, Step
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.operation import Headers, Operation
from workbench.prepare.cleaning.rows import Mask, Rows

_LONGEST = 200
"""The characters of a value; a longer text is none of a list."""
_ROWS_EACH = 2
"""Of a list each value has so many rows on average: names and phone numbers are no lists."""


class Strange:
    """Counts the values of the columns that a step maps which it neither maps nor makes nor expects.

    Only of columns that the step names: of others nothing is kept.
    """

    def __init__(self, step: Step, told: Done, operation: Operation, columns: Headers) -> None:
        self._told, self._expected = told, step.expected.values if step.expected is not None else {}
        knows = tuple(operation.knows(step)) if operation.knows is not None else ()
        columns = tuple(name for name in columns if name in step.columns and operation.knows is not None)
        self._known = {name: pa.array({*knows, *self._expected.get(name, ())}, pa.string()) for name in columns}
        self._met: dict[str, dict[str, int] | None] = {name: {} for name in columns}

    def look(self, rows: Rows, where: Mask) -> None:
        """Counts in the rows of a chunk that are meant; blank cells have no value."""
        for name, known in self._known.items():
            met = self._met[name]
            if met is None:
                continue
            cells = rows.cells[name]
            counts = pc.value_counts(cells if where is None else cells.filter(where))
            values, numbers = counts.field("values"), counts.field("counts")
            new = pc.and_not(pc.not_equal(pc.utf8_trim(values, characters=AROUND), ""), pc.is_in(values, known))
            values, numbers = values.filter(new), numbers.filter(new)
            if len(values) > MOST_VALUES or (pc.max(pc.utf8_length(values)).as_py() or 0) > _LONGEST:
                self._met[name] = None
                continue
            for value, number in zip(values.to_pylist(), numbers.to_pylist(), strict=True):
                met[value] = met.get(value, 0) + number
            if len(met) > MOST_VALUES:
                self._met[name] = None

    def end(self) -> None:
        """Puts to the tally what was met, of columns that are lists of values."""
        for name, met in self._met.items():
            no_list = met is None or (name not in self._expected and len(met) * _ROWS_EACH > self._told.rows)
            self._told.values[name] = None if no_list else met
