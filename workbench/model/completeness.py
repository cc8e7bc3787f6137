"""Whether what Salesforce has is here: its records and ours, compared by their ids and stamps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

KINDS = ("missing", "stale", "extra", "waiting")
"""There and not here; changed there since it was read, or made here what it was before by an undo; here and not there;
read, and waiting here for other records."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One record of Salesforce that is not here as it is there."""

    kind: str
    """One of KINDS."""
    id: str
    why: str
    there: str | None
    """When it was last changed there, as Salesforce says it (SystemModstamp)."""
    here: str | None
    """The same as it was read last."""
    batch: UUID | None
    """The import that read it last."""
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """What an audit found."""

    source: str
    dataset: str
    there: int
    """Records that Salesforce has."""
    here: int
    """Those of them, and others, that an import read and whose records are here."""
    counts: Mapping[str, int]
    """Differences by kind."""
    differences: tuple[Difference, ...]
    """The first of each kind, by id."""

    @property
    def is_complete(self) -> bool:
        """Whether there is no difference but what waits: it has been read, and comes once the others are here."""
        return not any(number for kind, number in self.counts.items() if kind != "waiting")

    @property
    def to_import(self) -> tuple[str, ...]:
        """The ids of the named records whose import would make it complete, but for what is extra."""
        return tuple(each.id for each in self.differences if each.kind in ("missing", "stale"))

    def to_dict(self) -> dict[str, Any]:
        """As --json prints it."""
        return {**asdict(self), "complete": self.is_complete}
