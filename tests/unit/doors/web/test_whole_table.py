"""A table that a page has whole: which of its rows fit, and in which order they stand."""

from typing import Any

import pyarrow as pa
import pytest

from workbench.doors.web.grid import Sorted
from workbench.doors.web.views.long_table import SIZE, Asked
from workbench.doors.web.views.whole_table import fitting, ordered

ROWS = pa.table(
    {
        "0": pa.array(["Welding", "nursing 2", None, "Ärzte", "Nursing 10"]),
        "1": pa.array(["9", "1,200", "", "x", "-3.5"]),
        "2": pa.array([3, None, 1, 2, 2]),
    }
)


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"text": "NURSING"}, [1, 4]),
        ({"text": "nursing 200"}, [1]),
        ({"text": "ärz"}, [3]),
        ({"text": "2", "column": 2}, [3, 4]),
        ({"text": "nursing 2", "column": 0, "test": "equals"}, [1]),
        ({"text": "", "column": 0, "test": "blank"}, [2]),
        ({"text": "", "column": 2, "test": "blank"}, [1]),
        ({"text": "a.z"}, []),
    ],
)
def test_rows_fit_by_their_words_or_by_what_a_cell_says(asked: dict[str, Any], places: list[int]) -> None:
    assert fitting(ROWS, Asked(**asked)).to_pylist() == places


@pytest.mark.parametrize(
    ("column", "descending", "places"),
    [
        ("0", False, [4, 1, 0, 3, 2]),
        ("0", True, [3, 0, 1, 4, 2]),
        ("2", False, [2, 3, 4, 0, 1]),
        ("2", True, [0, 3, 4, 2, 1]),
    ],
)
def test_rows_are_ordered_by_numbers_and_texts_and_blanks_come_last(
    column: str, descending: bool, places: list[int]
) -> None:
    every = pa.array(range(len(ROWS)), pa.int64())
    assert ordered(ROWS, every, Sorted(column=column, descending=descending)).to_pylist() == places


def test_texts_that_are_numbers_are_ordered_by_them() -> None:
    numbers = pa.table({"0": pa.array([*("10", "9", "1,200", "-3.5"), *map(str, range(20, 40))])})
    assert ordered(numbers, pa.array(range(4), pa.int64()), Sorted(column="0")).to_pylist() == [3, 1, 0, 2]


def test_a_page_begins_after_those_before_it() -> None:
    assert (Asked(page=1).skip, Asked(page=3).skip) == (0, 2 * SIZE)
