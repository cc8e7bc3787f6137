from pathlib import Path

import pyarrow as pa
import pytest

from workbench.model.errors import UnwritableFile
from workbench.sources.arrow_file import ArrowFile

SCHEMA = pa.schema([("text", pa.string())])


def written(home: Path, *texts: list[str]) -> pa.Table:
    file = ArrowFile(home, SCHEMA)
    for some in texts:
        file.write(pa.record_batch([pa.array(some, pa.string())], schema=SCHEMA))
    return file.table()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert written(tmp_path, ["a", ""], ["b"])["text"].to_pylist() == ["a", "", "b"]


def test_a_file_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    assert len(written(tmp_path)) == 0


def test_nothing_of_it_has_a_name_under_the_home(tmp_path: Path) -> None:
    table = written(tmp_path, ["a"] * 1000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert len(table) == 1000


def test_the_table_takes_no_memory_of_its_own(tmp_path: Path) -> None:
    before = pa.total_allocated_bytes()
    table = written(tmp_path, ["a" * 1000] * 10_000)
    assert table.nbytes > 10_000_000
    assert pa.total_allocated_bytes() - before < 1_000_000


def test_a_home_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(UnwritableFile):
        ArrowFile(tmp_path / "home", SCHEMA)
