"""What a recipe did to a row, in the text of a COPY."""

import json
from uuid import UUID

import pyarrow as pa

from workbench.database.copying import Item, copy_lines
from workbench.datasets.catalog import contract
from workbench.model.sheet import Chunk
from workbench.prepare.cleaning.rows import CHANGES, REMOVED


def copied(chunk: Chunk, hidden: frozenset[str] = frozenset()) -> list[list[str]]:
    """The rows that a recipe removed, as PostgreSQL reads them: key, cells, values, status, what changed."""
    item = Item(batch=UUID(int=1), contract=contract("commerce.inventory"), rows=chunk, hidden=hidden)
    lines = bytes(copy_lines(item)[0]).decode().splitlines()
    rows = [line.replace("\\\\", "\\").split("\t") for line in lines]
    return [[row[2], row[3], row[4], row[5], row[8]] for row in rows]


def test_a_removed_row_has_its_cells_its_step_and_what_was_changed_before() -> None:
    cells = pa.RecordBatch.from_pydict({"SKU": pa.array(["A", "B"]), 'na"me': pa.array(["Total", "x"])})
    changes = pa.table(
        {"position": [1, 0, 0], "column": ["SKU", 'na"me', "SKU"], "was": ["b\t", 'T\\"', "a"], "step": [0, 1, 0]},
        schema=CHANGES,
    )
    removed = pa.table({"position": [0, 1], "step": [4, 5]}, schema=REMOVED)
    chunk = Chunk(lines=pa.array([2, 3], pa.int32()), cells=cells, changes=changes, removed=removed)
    first, second = copied(chunk)
    assert first[:1] + first[3:4] == ["\\N", "skipped"]
    assert json.loads(first[1]) == ["A", "Total"]
    assert set(json.loads(first[2]).values()) == {None}
    assert json.loads(first[4]) == {'na"me': ['T\\"', 2], "SKU": ["a", 1], "": [None, 5]}
    assert json.loads(second[4]) == {"SKU": ["b\t", 1], "": [None, 6]}


def test_nothing_of_a_hidden_column_is_kept() -> None:
    cells = pa.RecordBatch.from_pydict({"Password": pa.array(["x"])})
    changes = pa.table({"position": [0], "column": ["Password"], "was": ["hunter2"], "step": [0]}, schema=CHANGES)
    removed = pa.table({"position": [0], "step": [0]}, schema=REMOVED)
    chunk = Chunk(lines=pa.array([2], pa.int32()), cells=cells, changes=changes, removed=removed)
    ((_, raw, _, _, cleaned),) = copied(chunk, frozenset({"Password"}))
    assert (json.loads(raw), json.loads(cleaned)) == ([""], {"": [None, 1]})
