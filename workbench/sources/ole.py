"""The streams of an OLE2 compound file, the container of XLS and of password-protected XLSX workbooks.

The layout is that of [MS-CFB]: sectors in chains, the chains in an allocation table, the streams in a directory.
Everything is checked against the size of the file, because a damaged one must not make its reader ask for the memory
its broken numbers promise.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BOF, _EOF = 0x0809, 0x000A
_END = 0xFFFFFFFA  # from here on a number is a mark, not a sector
_STREAM, _ROOT = 2, 5


class DamagedOle(ValueError):
    """The compound file contradicts itself or was cut off."""


class Ole:
    """A compound file in memory. Raises DamagedOle when its numbers do not fit its size."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        if len(self._data) < 512 or not self._data.startswith(SIGNATURE):
            raise DamagedOle
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise DamagedOle
        self._size = 1 << shift
        self._sectors = (len(self._data) - 1) // self._size  # the header takes the place of one
        tables, directory = struct.unpack_from("<II", self._data, 44)
        small_from, small_table, small_tables, more, mores = struct.unpack_from("<IIIII", self._data, 56)
        if max(tables, small_tables, mores) > self._sectors:
            raise DamagedOle
        self._next = self._allocation(tables, more)
        self._small_from = small_from
        self._small_next = self._numbers(b"".join(self._chain(small_table)))
        self._entries = self._directory(b"".join(self._chain(directory)))
        self._small = b"".join(self._chain(self._entries[""][0])) if "" in self._entries else b""

    @property
    def names(self) -> set[str]:
        """The names of the streams, wherever they stand in the tree."""
        return {name for name in self._entries if name}

    @property
    def workbook(self) -> bytes:
        """The stream of an XLS workbook; nothing where there is none."""
        return next((self.stream(name) for name in ("Workbook", "Book") if name in self._entries), b"")

    def stream(self, name: str) -> bytes:
        """The bytes of a stream. Raises DamagedOle when fewer are there than the directory says."""
        start, size = self._entries[name]
        if size < self._small_from:
            blocks = [self._small[sector * 64 : sector * 64 + 64] for sector in self._follow(start, self._small_next)]
            data = b"".join(blocks)
        else:
            data = b"".join(self._chain(start))
        if len(data) < size:
            raise DamagedOle
        return data[:size]

    def _allocation(self, tables: int, more: int) -> tuple[int, ...]:
        places = list(struct.unpack_from("<109I", self._data, 76))
        while more < _END and len(places) < tables:
            block = self._numbers(self._sector(more))
            places.extend(block[:-1])
            more = block[-1]
        return self._numbers(b"".join(self._sector(place) for place in places[:tables]))

    def _directory(self, data: bytes) -> dict[str, tuple[int, int]]:
        entries: dict[str, tuple[int, int]] = {}
        for place in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, place + 64)
            if kind == _STREAM and 2 <= length <= 64:
                name = data[place : place + length - 2].decode("utf-16-le", "replace")
            elif kind == _ROOT:
                name = ""
            else:
                continue
            entries.setdefault(name, struct.unpack_from("<II", data, place + 116))
        return entries

    def _chain(self, start: int) -> Iterator[bytes]:
        return map(self._sector, self._follow(start, self._next))

    def _follow(self, start: int, following: tuple[int, ...]) -> Iterator[int]:
        sector = start
        for _ in range(len(following)):
            if sector >= _END:
                return
            if sector >= len(following):
                raise DamagedOle
            yield sector
            sector = following[sector]
        if sector < _END:
            raise DamagedOle

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise DamagedOle
        return self._data[start : start + self._size]

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The records (type, data) of one part of an XLS workbook, those of charts inside it left out ([MS-XLS] 2.1.4)."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, stream[start + 4 : start + 4 + length]
        if depth <= 0:
            return
        start += 4 + length
