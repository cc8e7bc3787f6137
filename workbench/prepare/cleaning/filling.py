"""Operations that fill cells from the rows above them, and blank what only repeats them."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import Step
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.operation import Headers, Operation, Run, changed
from workbench.prepare.cleaning.rows import Mask, Rows

Fill = Callable[[pa.StringArray, str], tuple[pa.StringArray, str]]
"""Of cells and the text above the first: the cells after it, and the text above the next chunk."""


def _filled_down(cells: pa.StringArray, above: str) -> tuple[pa.StringArray, str]:
    """Blank cells get what stands above them."""
    blank = pc.equal(pc.utf8_trim(cells, characters=AROUND), "")
    known = pc.if_else(blank, pa.scalar(None, pa.string()), cells)
    filled = pc.fill_null(pc.fill_null_forward(known), above)
    return filled, filled[-1].as_py() if len(filled) else above


def _blanked_down(cells: pa.StringArray, above: str) -> tuple[pa.StringArray, str]:
    """Cells that are what stands above them become blank."""
    if not len(cells):
        return cells, above
    before = pa.concat_arrays([pa.array([above], pa.string()), cells.slice(0, len(cells) - 1)])
    return pc.if_else(pc.equal(cells, before), "", cells), cells[-1].as_py()


def _down(fill: Fill) -> Callable[[Step, Headers], Run]:
    """The beginning of an operation that goes down a column: it keeps the last text of each between two chunks."""

    def begin(step: Step, headers: Headers) -> Run:
        above = dict.fromkeys(step.columns, "")

        def run(rows: Rows, where: Mask) -> int:
            flags = []
            for header in step.columns:
                cells = rows.cells[header]
                found, above[header] = fill(cells if where is None else cells.filter(where), above[header])
                flags.append(rows.put(header, found if where is None else pc.replace_with_mask(cells, where, found)))
            return changed(flags)

        return run

    return begin


FILL_DOWN = Operation(
    name="fill_down",
    title="Fill down",
    says=lambda step: "fill each blank cell with what stands above it",
    begin=_down(_filled_down),
    goes_down=True,
    takes="several",
)
BLANK_DOWN = Operation(
    name="blank_down",
    title="Blank down",
    says=lambda step: "leave blank what only repeats the cell above",
    begin=_down(_blanked_down),
    goes_down=True,
    takes="several",
)
