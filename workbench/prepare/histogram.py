"""How numbers lie, counted in bounded memory however many there are: a histogram, and who stands far off."""

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FAR = 3.0
"""Beyond so many times the distance of the quartiles from them, a number is far off (Tukey's outer fences)."""

_HELD = 2_048
"""Bins that hold something, at most."""
_KEPT = 5
_FINEST = 40  # powers of two between the largest of the first numbers and the first bin's width
_LARGEST = 2.0**60  # places are 64-bit integers
Bin: TypeAlias = tuple[float, float, int]
"""From, to (not included), rows."""


def _nothing() -> pa.Table:
    return pa.table(
        {"text": pa.array([], pa.string()), "number": pa.array([], pa.float64()), "rows": pa.array([], pa.int64())}
    )


def _no_places() -> npt.NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(kw_only=True)
class Histogram:
    """The numbers that were added.

    They are counted in bins as wide as a power of two, of which only those are held that have rows. Where they get too
    many, two become one: every count stays exact, and a single number far off does not blur the others.
    """

    least: float = 0.0
    """The width below which no bin is: 1 for whole numbers."""
    width: float = 0.0
    places: npt.NDArray[np.int64] = field(default_factory=_no_places)
    """The bins that hold something, in order: bin n goes from n * width to (n + 1) * width."""
    counts: npt.NDArray[np.int64] = field(default_factory=_no_places)
    smallest: pa.Table = field(default_factory=_nothing)
    largest: pa.Table = field(default_factory=_nothing)

    def add(self, texts: pa.StringArray, numbers: pa.DoubleArray, rows: pa.Int64Array) -> None:
        """Counts different texts, the numbers they stand for and the rows that have them."""
        table = pa.table({"text": texts, "number": numbers, "rows": rows}).filter(pc.is_finite(numbers))
        if not len(table):
            return
        self.smallest = _extremes(self.smallest, table, "ascending")
        self.largest = _extremes(self.largest, table, "descending")
        values = table["number"].to_numpy()
        size = float(np.abs(values).max())
        if not self.width:
            self.width = max(2.0 ** max(math.frexp(size)[1] - _FINEST, -1_000), self.least)
        while size / self.width > _LARGEST:
            self._double()
        self._count(np.floor(values / self.width).astype(np.int64), table["rows"].to_numpy())
        while len(self.places) > _HELD:
            self._double()

    def bins(self, most: int = 40) -> list[Bin]:
        """The histogram of what is not far off in at most so many bins, from the smallest on; none without numbers."""
        first, last = self._middle()
        places, counts = self.places[first:last], self.counts[first:last]
        if not len(places):
            return []
        times = 1
        while places[-1] // times - places[0] // times >= most:
            times *= 2
        low, width = int(places[0]) // times, self.width * times
        filled = np.bincount(places // times - low, weights=counts).astype(np.int64)
        return [((low + place) * width, (low + place + 1) * width, int(rows)) for place, rows in enumerate(filled)]

    def fences(self) -> tuple[float | None, float | None]:
        """From where on numbers are not far below the others, and from where on they are far above; None where no
        number is."""
        first, last = self._middle()
        return (
            float(self.places[first]) * self.width if first else None,
            float(self.places[last]) * self.width if last < len(self.places) else None,
        )

    def farthest(self) -> list[tuple[str, int, str]]:
        """The texts of the smallest and largest numbers that are far off, with rows and "below" or "above"; 5 each."""
        first, last = self._middle()
        if not len(self.places):
            return []
        sides = (
            (self.smallest, "below", pc.less(self.smallest["number"], _edge(self.places, first) * self.width)),
            (self.largest, "above", pc.greater_equal(self.largest["number"], _edge(self.places, last) * self.width)),
        )
        return [(row["text"], row["rows"], side) for table, side, off in sides for row in table.filter(off).to_pylist()]

    def _middle(self) -> tuple[int, int]:
        """The bins (from, to) between Tukey's outer fences; all of them where half of the rows lie in one bin, so that
        every other number would be far off."""
        if not len(self.places):
            return 0, 0
        shares = np.cumsum(self.counts) / self.counts.sum()
        low, high = (int(self.places[np.searchsorted(shares, share)]) for share in (0.25, 0.75))
        if low == high:
            return 0, len(self.places)
        distance = FAR * (high - low)
        return (
            int(np.searchsorted(self.places, low - distance)),
            int(np.searchsorted(self.places, high + distance, side="right")),
        )

    def _count(self, places: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> None:
        self.places, of = np.unique(np.concatenate([self.places, places]), return_inverse=True)
        self.counts = np.bincount(of, weights=np.concatenate([self.counts, rows])).astype(np.int64)

    def _double(self) -> None:
        """The same counts in bins of twice the width."""
        places, rows = self.places // 2, self.counts
        self.width *= 2
        self.places, self.counts = _no_places(), _no_places()
        self._count(places, rows)


def _edge(places: npt.NDArray[np.int64], index: int) -> float:
    """The place of the bin with that index; beyond the last there is none."""
    return float(places[index]) if index < len(places) else math.inf


def _extremes(kept: pa.Table, new: pa.Table, order: str) -> pa.Table:
    """The smallest or the largest of both, each text once."""
    keys = [("number", order)]
    most = new.take(pc.select_k_unstable(new, k=_KEPT, sort_keys=keys))
    both = pa.concat_tables([kept, most]).group_by(["text", "number"]).aggregate([("rows", "sum")])
    both = both.rename_columns(["text", "number", "rows"])
    return both.take(pc.select_k_unstable(both, k=_KEPT, sort_keys=keys)).combine_chunks()
