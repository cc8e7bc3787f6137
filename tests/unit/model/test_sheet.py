"""What is looked at of a sheet before all of it is read."""

from collections.abc import Iterator

import pyarrow as pa

from workbench.model.sheet import Chunk, Reading, Sheet, Tally


def sheet(*sizes: int) -> Sheet:
    """A sheet of blocks with so many rows each."""

    def read(tally: Tally) -> Iterator[Chunk]:
        for size in sizes:
            cells = pa.RecordBatch.from_pydict({"a": pa.array(map(str, range(size)), pa.string())})
            yield Chunk(lines=pa.array(range(2, size + 2), pa.int32()), cells=cells)

    return Sheet(name="s", headers=("a",), checksum="", size=0, reading=Reading(format="csv"), read=read)


def test_a_spread_sample_goes_through_the_whole_first_block_and_no_further() -> None:
    assert sheet(10, 10).spread(4).lines.to_pylist() == [2, 5, 8, 11]
    assert sheet(3).spread(4).lines.to_pylist() == [2, 3, 4]
    assert len(sheet(100_001).spread()) == 991
    assert len(sheet().spread()) == 0


def test_a_chunk_is_parted_into_the_rows_that_are_left_and_those_that_a_recipe_removed() -> None:
    cells = pa.RecordBatch.from_pydict({"a": pa.array(["x", "y", "z"])})
    changes = pa.table({"position": pa.array([2, 0], pa.int32()), "was": ["Z", "X"]})
    removed = pa.table({"position": pa.array([1, 0], pa.int32()), "step": pa.array([3, 4], pa.int16())})
    chunk = Chunk(lines=pa.array([2, 3, 4], pa.int32()), cells=cells, changes=changes, removed=removed)
    left, gone = chunk.parted()
    assert left.changes is not None
    assert (left.lines.to_pylist(), left.removed, left.changes.to_pylist()) == (
        [4], None, [{"position": 0, "was": "Z"}],
    )  # fmt: skip
    assert gone is not None
    assert gone.changes is not None
    assert gone.removed is not None
    assert (gone.lines.to_pylist(), gone.changes.to_pylist()) == ([2, 3], [{"position": 0, "was": "X"}])
    assert sorted(gone.removed.to_pylist(), key=lambda each: each["position"]) == [
        {"position": 0, "step": 4}, {"position": 1, "step": 3},
    ]  # fmt: skip
    assert Chunk(lines=chunk.lines, cells=cells).parted()[1] is None
