"""What a grid shows: its columns, its rows, and their order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a grid: its place name, and the label at its head."""

    name: str
    label: str
    help: str = ""
    width: int | None = None
    """Pixels; None is as wide as its cells, within bounds."""
    editable: bool = False
    sortable: bool = True
    fills: bool = False
    """Whether it takes what is left of the breadth, and its own width at least."""
    pinned: bool = False
    wraps: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a grid: its cells by their columns, and what is to be told of them."""

    id: str
    cells: Mapping[str, str | int]
    kept: Mapping[str, str] = field(default_factory=dict)
    """What is kept in cells of which somebody has edited others: only a text that is another is an edit."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Cells that are marked as changed, with what was there."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """Cells that are marked as wrong, and why."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Cells that are not edited here although their columns are, and why."""
    sought: int = 0
    """Of the row that somebody has asked for, which is marked: how often one was asked for, so that the grid goes there
    once each time."""

    @property
    def about(self) -> str:
        """What is told of its cells, as JSON."""
        told = {"kept": self.kept, "changed": self.changed, "wrong": self.wrong, "fixed": self.fixed}
        return json.dumps({name: dict(of) for name, of in told.items()} | {"sought": self.sought})


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """The column that the rows are ordered by."""

    column: str
    descending: bool = False
