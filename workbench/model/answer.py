"""What a question for a record has found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REFERRING = 50
"""So many of the records that refer to one are told of with it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Records that a text may mean, and rows of files that have it and are not in any record."""

    records: Sequence[dict[str, Any]]
    """Each with its dataset, record_id (None for a key that only a file has brought), key and title."""
    nearly: bool
    """Whether no record has the text, and those are only written nearly so."""
    rows: Sequence[dict[str, Any]]
    """The rows that were not written, of the newest import first: as `workbench rows` tells them, and each with its
    batch, dataset, file_name, stage ("undone" for an import that was taken back) and run_by."""
    whole: bool
    """Whether all rows were looked at; else there was no time for those of the oldest imports, or there are more."""
