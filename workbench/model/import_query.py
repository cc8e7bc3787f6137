"""Which imports of a tenant are asked for, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

By = Literal[
    "file", "state", "when", "signed", "rows", "created", "updated", "skipped", "unmatched", "invalid", "user",
    "dataset", "window",
]  # fmt: skip
"""What imports are ordered by."""


@dataclass(frozen=True, kw_only=True)
class ImportQuery:
    """Imports that have all that is asked for; what is not is None, or "". Without an order they come newest first."""

    text: str = ""
    """Words that are all in the file's name, the dataset or its title, the person, the window, the notes or the id."""
    dataset: str | None = None
    user: str | None = None
    window: str | None = None
    outcome: str | None = None
    """That has rows."""
    state: str | None = None
    """As `Batch.state` says it."""
    signed: bool | None = None
    """Signed off; or not, where somebody might."""
    since: datetime | None = None
    """Begun then or later."""
    until: datetime | None = None
    """Begun earlier."""
    by: By | None = None
    descending: bool = False
