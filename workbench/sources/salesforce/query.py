"""What is asked of Salesforce, in its own language (SOQL)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workbench.sources.salesforce.described import Field

_LONGEST_ADDRESS = 12_000
"""Characters of a query that goes into an address, which may have 16,384 with all that is escaped in it."""
_CHARACTERS_OF_AN_ID = 30
"""With its quotation marks and what else stands around it."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """Some fields of every record of an object, or of some. All names are those that the organization itself says, but
    for the condition's, which a playbook does."""

    object: str
    fields: tuple[Field, ...]
    deleted: bool = False
    """Whether deleted and merged records are read too."""
    ids: tuple[str, ...] | None = None
    """Of which records; None is all."""
    where: str = ""
    """A condition; all fulfil it when empty."""
    since: datetime | None = None
    """Only what has changed after that; None is all."""

    @property
    def soql(self) -> str:
        """As it is asked; without an order, so that a job can be split at the ids."""
        return f"SELECT {', '.join(field.name for field in self.fields)} FROM {self.object}{self._where}"

    @property
    def in_order(self) -> str:
        """The same, by id, so that the same records are the same bytes."""
        return f"{self.soql} ORDER BY Id"

    @property
    def _where(self) -> str:
        conditions = [f"({self.where})"] if self.where else []
        if self.since is not None:
            conditions.append(f"SystemModstamp > {self.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        if self.ids is not None:
            conditions.append(f"Id IN ({', '.join(map(repr, self.ids))})")
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    @property
    def count(self) -> str:
        """How many records there are."""
        return f"SELECT COUNT(Id) total FROM {self.object}{self._where}"

    @property
    def is_short(self) -> bool:
        """Whether it fits into an address."""
        return len(self.in_order) < _LONGEST_ADDRESS

    @property
    def parts(self) -> "Iterator[Query]":
        """The same in as many queries as it needs for each to fit."""
        if self.ids is None:
            yield self
            return
        each = max((_LONGEST_ADDRESS - len(replace(self, ids=()).soql)) // _CHARACTERS_OF_AN_ID, 1)
        for first in range(0, len(self.ids), each):
            yield replace(self, ids=self.ids[first : first + each])
