"""What is looked at of a sheet before all of it is read."""

import pyarrow as pa

from workbench.model.sheet import Chunk, Reading, Sheet, Tally


def sheet(*sizes: int) -> Sheet:
    """A sheet of blocks with so many rows each."""

    def read(tally: Tally):
        for size in sizes:
            cells = pa.RecordBatch.from_pydict({"a": pa.array(map(str, range(size)), pa.string())})
            yield Chunk(lines=pa.array(range(2, size + 2), pa.int32()), cells=cells)

    return Sheet(name="s", headers=("a",), checksum="", size=0, reading=Reading(format="csv"), read=read)


def test_a_spread_sample_goes_through_the_whole_first_block_and_no_further() -> None:
    assert sheet(10, 10).spread(4).lines.to_pylist() == [2, 5, 8, 11]
    assert sheet(3).spread(4).lines.to_pylist() == [2, 3, 4]
    assert len(sheet(100_001).spread()) == 991
    assert len(sheet().spread()) == 0
