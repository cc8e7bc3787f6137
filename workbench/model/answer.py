"""What a question for a record has found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REFERRING = 1_000
"""So many of the records of each table that refer to one are told of with it."""


WHOLE_WORD = 4
"""In a word of so many letters a slip is forgiven."""


@dataclass(frozen=True, kw_only=True)
class Unwritten:
    """Some rows that became no record."""

    rows: list[dict[str, Any]]
    number: int
    """How many were found."""
    whole: bool
    """Whether all rows were looked at."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Records that a text may mean, and rows of files that have it and are not in any record."""

    records: Sequence[dict[str, Any]]
    """Each with its dataset, record_id (None for a key that only a file has brought), key and title; and with its `row`
    (batch, file_name, line) where it was found by the row that it came of, and what it `says` of the text itself
    ({field: value}): nothing where the row alone has it."""
    number: int
    """How many records there are, of which those are some."""
    nearly: bool
    """Whether no record has the text, and those are only written nearly so."""
    rows: Sequence[dict[str, Any]]
    """The rows that were not written, of the newest import first: as `workbench rows` tells them, and each with its
    batch, dataset, file_name, sheet ("" for none), stage ("undone" for an import that was taken back), run_by, and
    `since`: the first later import that has brought its key (batch, file_name, line, at, outcome), or None."""
    rows_number: int
    """How many rows were found, of which those are some."""
    rows_nearly: bool
    """Whether no row has the text either, and those are only written nearly so."""
    whole: bool
    """Whether all rows were looked at; else there was no time for those of older imports."""
    text: str
    """What was asked."""

    @property
    def nothing(self) -> str:
        """What a person may do where nothing at all fits."""
        if len("".join(self.text.split())) < 2:
            return "One letter finds nothing. Type a name, an e-mail address, a code, an id or a phone number."
        if not self.whole:
            return "No record fits, and no row that was looked through: there was time for those of the newest imports."
        if not any(len(word) >= WHOLE_WORD for word in self.text.split()):
            return (
                f"Nothing that was ever imported has that in it. From {WHOLE_WORD} letters on a slip is forgiven: "
                "type the whole name, or an e-mail address, a code, an id or a phone number."
            )
        return "Nothing that was ever imported fits. A whole e-mail, code or id finds it surely."
