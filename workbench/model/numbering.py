"""The rows of each key counted, chunk by chunk: which of its rows each is, in the whole of a source."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa


class Numbering:
    """Counts the rows of keys that come again in later chunks.

    It knows keys by eight bytes of each: should two ever share those, they are numbered on together, and no number of
    either comes twice.
    """

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.uint64)
        self._counts = np.empty(0, dtype=np.int64)

    def of(self, keys: pa.StringArray) -> npt.NDArray[np.int64]:
        """Which row of its key each of the next rows is, from 1 on; those without a key are numbered as rows of one."""
        texts = keys.fill_null("").to_numpy(zero_copy_only=False)
        hashes = pd.util.hash_array(texts, categorize=True)
        known, which, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        place = np.searchsorted(self._keys, known)
        there = place < len(self._keys)
        there[there] = self._keys[place[there]] == known[there]
        before = np.zeros(len(known), dtype=np.int64)
        before[there] = self._counts[place[there]]
        numbers = pd.Series(which).groupby(which).cumcount().to_numpy() + before[which] + 1
        self._counts[place[there]] += counts[there]
        new = ~there
        self._keys = np.insert(self._keys, place[new], known[new])
        self._counts = np.insert(self._counts, place[new], counts[new])
        return numbers
