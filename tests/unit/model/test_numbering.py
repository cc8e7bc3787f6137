"""The rows of each key, numbered on from chunk to chunk."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.numbering import Numbering


def test_the_rows_of_a_key_are_numbered_on_in_the_next_chunk() -> None:
    numbering = Numbering()
    assert numbering.of(pa.array(["a", "b", "a"])).tolist() == [1, 1, 2]
    assert numbering.of(pa.array(["b", "a", "c", None])).tolist() == [2, 3, 1, 1]
    assert numbering.of(pa.array([], pa.string())).tolist() == []
    assert numbering.of(pa.array([None, "c"])).tolist() == [2, 2]


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), max_size=6))
def test_each_row_has_the_number_that_counting_one_by_one_gives(chunks: list[list[str]]) -> None:
    numbering, seen = Numbering(), dict.fromkeys("abcdef", 0)
    for chunk in chunks:
        numbers = numbering.of(pa.array(chunk, pa.string())).tolist()
        for key, number in zip(chunk, numbers, strict=True):
            seen[key] += 1
            assert number == seen[key]
