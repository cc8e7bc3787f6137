"""Which rows of a batch are asked for, and in which order: by outcome, by issue, and by what their cells say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

Test = Literal["contains", "equals", "blank"]


@dataclass(frozen=True, kw_only=True)
class CellTest:
    """What the cell of one column is to be, as it counts now, or what was read for a field: to contain a text in any
    case, to be that text but for blanks around it, or to be blank."""

    header: str | None = None
    field: str | None = None
    """Instead of a header."""
    test: Test = "contains"
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Rows by the cells of one column, by what was read for a field, or by their lines (None).

    A column that holds numbers is ordered by them, another by its texts in any case; blank cells come last either way,
    and rows that say the same in the order of their lines.
    """

    header: str | None = None
    field: str | None = None
    """Instead of a header."""
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class RowQuery:
    """Rows that have all that is asked for; what is not is None, or "".

    An explained row is skipped, with the reason "explained"; a rejected one is invalid, with the reason "rejected", and
    left out where only those are asked for that are `waiting` for a person's word.
    """

    outcome: str | None = None
    reason: str | None = None
    code: str | None = None
    """Of an issue."""
    field: str | None = None
    """Of an issue; "" is the row as a whole."""
    wrong: bool = False
    """Rows with any issue."""
    text: str = ""
    """Words that are all in the row's cells, as they are or as they came."""
    waiting: bool = False
    cell: CellTest | tuple[CellTest, ...] | None = None
    """What cells are to be: one of them, or each of several, also of one column."""
    order: Order = Order()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `asdict` made of one."""
        cell = data.get("cell")
        nested = {"cell": CellTest(**cell) if cell else None, "order": Order(**data.get("order", {}))}
        return cls(**{**data, **nested})

    @property
    def cells(self) -> tuple[CellTest, ...]:
        """All that cells are to be."""
        return (self.cell,) if isinstance(self.cell, CellTest) else self.cell or ()

    @property
    def issue(self) -> dict[str, str] | None:
        """The issue that is asked for; {} is any, None is not asked for."""
        named = {name: text for name, text in (("code", self.code), ("field", self.field)) if text is not None}
        return named if named or self.wrong else None


EVERY_ROW = RowQuery()
"""Rows of any kind, in the order of their lines."""
