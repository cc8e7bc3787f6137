"""Ids of records of Salesforce, in their 18 characters."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import joined, matches, only
from workbench.model.trimming import bytes_of, trimmed, where

# --- ids of Salesforce ---

PATTERN = "^[0-9A-Za-z]{15}[0-5A-Z]{3}$"
_SHORT_ID, _LONG_ID = "^[0-9A-Za-z]{15}$", "^[0-9A-Za-z]{18}$"
_CHECKS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
"""The last three characters of an id say which of the fifteen before them are capitals, five by five."""
_WRONG_CHECK = " (its last three characters say otherwise)"


def parse(cells: pa.StringArray) -> pa.StringArray:
    """In 18 characters, of which the last three fit the others: an id that was put into lower case is another's.

    Of 15 it gets the three that it lacks.
    """
    text = trimmed(cells)
    text = where(matches(text, _SHORT_ID), text, _checked)
    long = matches(text, _LONG_ID)
    right = pc.fill_null(pc.equal(text, _checked(only(text, long))), False)
    odd = pc.and_not(long, right)
    return where(odd, text, lambda wrong: joined(wrong, _WRONG_CHECK))


def _checked(ids: pa.StringArray) -> pa.StringArray:
    """Ids of 15 characters or more with the three that belong to the first fifteen; nulls stay."""
    known = pc.utf8_slice_codeunits(ids.drop_null(), 0, 15)
    letters = np.frombuffer(bytes_of(known), dtype=np.uint8).reshape(-1, 3, 5)
    capitals = (letters >= ord("A")) & (letters <= ord("Z"))
    checks = _CHECKS[capitals @ np.array([1, 2, 4, 8, 16], dtype=np.uint8)]
    whole = np.concatenate([letters.reshape(-1, 15), checks], axis=1)
    offsets = np.arange(0, 18 * len(known) + 1, 18, dtype=np.int32)
    found = pa.StringArray.from_buffers(len(known), pa.py_buffer(offsets), pa.py_buffer(whole.tobytes()))
    return found if ids.null_count == 0 else pc.replace_with_mask(ids, pc.is_valid(ids), found)
