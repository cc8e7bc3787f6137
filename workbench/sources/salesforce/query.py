"""What is asked of Salesforce, in its own language (SOQL)."""

from dataclasses import dataclass

from workbench.sources.salesforce.described import Field

_LONGEST_ADDRESS = 12_000
"""Characters of a query that goes into an address, which may have 16,384 with all that is escaped in it."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """Some fields of every record of an object. All names are those that the organization itself says."""

    object: str
    fields: tuple[Field, ...]
    deleted: bool = False
    """Whether deleted and merged records are read too."""

    @property
    def soql(self) -> str:
        """As it is asked; without an order, so that a job can be split at the ids."""
        return f"SELECT {', '.join(field.name for field in self.fields)} FROM {self.object}"

    @property
    def in_order(self) -> str:
        """The same, by id, so that the same records are the same bytes."""
        return f"{self.soql} ORDER BY Id"

    @property
    def count(self) -> str:
        """How many records there are."""
        return f"SELECT COUNT(Id) total FROM {self.object}"

    @property
    def is_short(self) -> bool:
        """Whether it fits into an address."""
        return len(self.in_order) < _LONGEST_ADDRESS
