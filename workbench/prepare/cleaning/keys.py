"""Rows as they are told apart by some of their columns, over all chunks of a source: by 16 bytes of a hash, so that
memory grows with the rows and not with the texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.rows import Mask, Rows

_BETWEEN = "\x1f"
"""Between the parts of a key: no cell has it but by mistake."""
_HASHES = ("0123456789123456", "6543219876543210")
"""The keys of the two hashes of 64 bits that tell texts apart: of 10 million texts two are taken for one another in one
of 10**24 files."""


def has_key(rows: Rows, columns: Iterable[str]) -> pa.BooleanArray:
    """Which rows have a key: a part of it is not blank."""
    parts, blank = _joined(rows, columns)
    return pc.not_equal(parts, blank)


def _joined(rows: Rows, columns: Iterable[str]) -> tuple[pa.StringArray, str]:
    """The parts of each row without regard to white space around them, and what they are where all are blank."""
    parts = [pc.utf8_trim(rows.cells[column], characters=AROUND) for column in columns]
    return pc.binary_join_element_wise(*parts, _BETWEEN), _BETWEEN * (len(parts) - 1)


@dataclass(frozen=True)
class Keys:
    """The hashes of some rows' keys, and their places among all rows; rows without a key are not among them."""

    hashes: np.ndarray
    """Two columns of unsigned integers of 64 bits."""
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def of(cls, rows: Rows, columns: Iterable[str], *, where: Mask = None, first: int = 0) -> "Keys":
        """Those of the rows that are meant; the first row of all has the place `first`."""
        joined, blank = _joined(rows, columns)
        meant = pc.not_equal(joined, blank)
        meant = meant if where is None else pc.and_(meant, where)
        texts = joined.filter(meant).to_numpy(zero_copy_only=False)
        hashes = [pd.util.hash_array(texts, hash_key=key, categorize=False) for key in _HASHES]
        places = np.flatnonzero(meant.to_numpy(zero_copy_only=False)) + first
        return cls(np.column_stack(hashes), places)

    @classmethod
    def together(cls, some: Sequence["Keys"]) -> "Keys":
        """All of them, one after the other."""
        if not some:
            return cls(np.empty((0, 2), np.uint64), np.empty(0, np.int64))
        return cls(np.concatenate([one.hashes for one in some]), np.concatenate([one.places for one in some]))

    def groups(self) -> tuple[np.ndarray, np.ndarray]:
        """The order in which rows of one key stand together, as they came, and which of these begins a key."""
        order = np.lexsort((self.hashes[:, 1], self.hashes[:, 0]))
        sorted_ = self.hashes[order]
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = (sorted_[1:] != sorted_[:-1]).any(axis=1)
        return order, begins
