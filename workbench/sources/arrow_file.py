"""A table on disk, read as if it were in memory: what a page looks at again and again is read from its source once."""

import mmap
import tempfile
from pathlib import Path
from typing import Self

import pyarrow as pa

from workbench.model import files
from workbench.sources.kept_files import written


class ArrowFile:
    """A file without a name under the home, written batch by batch and then mapped; it goes with whoever maps it.

    The memory it takes does not grow with its rows. Raises NoSpace and UnwritableFile.
    """

    def __init__(self, home: Path, schema: pa.Schema) -> None:
        self._home = home
        with written(home):
            self._file = tempfile.TemporaryFile(dir=files.private(home / files.UNFINISHED))  # noqa: SIM115
            self._writer = pa.ipc.new_file(self._file, schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *refused: object) -> None:
        self._file.close()  # also where the source could not be read to its end

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds some rows."""
        with written(self._home):
            self._writer.write_batch(batch)

    def table(self) -> pa.Table:
        """All of its rows; nothing can be written any more."""
        with written(self._home), self._file:
            self._writer.close()
            self._file.flush()
            mapping = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_file(pa.py_buffer(mapping)).read_all()
