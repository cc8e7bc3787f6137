"""A question about the records as they stand, whose answer is a list of those that are not in order."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question, by the name that people ask it by."""

    name: str
    """E.g. "payments-beyond-invoice"."""
    title: str
    """What the records on its list have in common."""
    severity: Literal["high", "medium", "low"]
    dataset: str
    """Of whose records each is one."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check came to."""

    check: Check
    records: int
    """How many records were looked at."""
    found: int
    """How many are on its list."""

    @property
    def score(self) -> float:
        """100 where none is on the list, 50 where all are; in between by their share, to a tenth."""
        return round(100 - 50 * self.found / self.records, 1) if self.records else 100.0

    def to_dict(self) -> dict[str, Any]:
        """As the command line shows it in JSON."""
        return {**asdict(self.check), "records": self.records, "found": self.found, "score": self.score}
