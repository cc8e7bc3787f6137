"""A number that whoever sends a file can say of the whole of it, beside how many rows it has: its control total."""

from dataclasses import dataclass

ROWS = "rows"
"""The control total that every source has: how many rows it brings."""


@dataclass(frozen=True, kw_only=True)
class ControlTotal:
    """The sum of one field, or how many different keys there are: one of the two.

    Declared on the contract whose rows are the source's own: a dataset's, or the form of a playbook. A line of sums at
    the end of a file is compared with it, and what a person says beforehand.
    """

    name: str
    """As people say it and see it, e.g. "Net price" or "Invoices"."""
    sum_of: str = ""
    """The field of numbers that is added up."""
    distinct: tuple[str, ...] = ()
    """The fields that tell one key from another: how many there are is counted, whatever their case. Rows that have
    none of them have no key."""

    def __post_init__(self) -> None:
        if bool(self.sum_of) == bool(self.distinct):
            raise ValueError(f"the control total {self.name} is of a sum or of keys")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it is made of."""
        return (self.sum_of,) if self.sum_of else self.distinct
