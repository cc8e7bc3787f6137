"""Whole columns of text are joined row by row; no row is lost."""

import pyarrow as pa

from workbench.model.arrays import joined_present, joined_with

NAMES = pa.array(["Ada", None, None, "Ben"])
OTHERS = pa.array(["Park", None, "Ruiz", None])


def test_parts_that_are_there_are_joined_and_a_row_without_any_stays_a_row() -> None:
    assert joined_present(" ", NAMES, OTHERS).to_pylist() == ["Ada Park", None, "Ruiz", "Ben"]
    assert joined_present(" ", NAMES).to_pylist() == ["Ada", None, None, "Ben"]


def test_blank_parts_are_left_out() -> None:
    texts = (pa.array(["a", "", ""]), pa.array(["b", "", "c"]))
    assert joined_with("/", *texts).to_pylist() == ["a/b", "", "c"]
