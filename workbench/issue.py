"""One thing that is wrong with a row, as data: a code, a field, a sentence, a severity."""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What is wrong with one row.

    `error` makes the row invalid (or unmatched, for a reference); `warning` is told and changes nothing.
    `field` is a field of the contract, or "" for the row as a whole.
    """

    code: str
    field: str
    message: str
    severity: Severity = "error"

    def to_dict(self) -> dict[str, str]:
        """{"code", "field", "message", "severity"}, as the command line and the database show it."""
        return asdict(self)
