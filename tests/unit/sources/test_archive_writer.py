"""An archive that Workbench writes is there whole or not at all, and the same content is always the same bytes."""

import io
import time
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from workbench.model.errors import NoSpace, UnwritableFile
from workbench.sources import archive_writer

FILES = {"b.csv": [b"id\n", b"1\n"], "a.csv": []}


def made(path: Path) -> dict[str, str]:
    with archive_writer.saved(path) as archive:
        return {name: archive.add(name, blocks) for name, blocks in FILES.items()}


def test_files_stand_in_the_order_in_which_they_were_added_with_their_digests(tmp_path: Path) -> None:
    digests = made(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"b.csv": b"id\n1\n", "a.csv": b""}
    assert digests == {name: sha256(b"".join(blocks)).hexdigest() for name, blocks in FILES.items()}


def test_the_same_content_is_the_same_bytes_whenever_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "x.zip")
    later = time.time() + 10_000
    monkeypatch.setattr(time, "time", lambda: later)
    made(tmp_path / "y.zip")
    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "y.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        told = {(entry.date_time, entry.external_attr >> 16, entry.create_system) for entry in archive.infolist()}
    assert told == {((1980, 1, 1, 0, 0, 0), 0o100644, 3)}


def test_an_archive_that_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    made(tmp_path / "x.zip")
    before = (tmp_path / "x.zip").read_bytes()
    with pytest.raises(KeyError), archive_writer.saved(tmp_path / "x.zip") as archive:
        archive.add("b.csv", [b"id\n"])
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]
    assert (tmp_path / "x.zip").read_bytes() == before


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="Is a directory"):
        made(tmp_path)
    with pytest.raises(NoSpace):
        made(Path("/dev/full"))


def test_an_open_file_can_be_written_that_nobody_can_seek_in() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with archive_writer.written(pipe) as archive:
        archive.add("b.csv", [b"id\n1\n"])
    with zipfile.ZipFile(io.BytesIO(pipe.getvalue())) as found:
        assert found.read("b.csv") == b"id\n1\n"
