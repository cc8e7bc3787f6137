"""What the cells of a workbook take in memory when the reader spreads them out, known before it does.

A file of a few kilobytes can ask for gigabytes: a text that is written once and used by a thousand cells, a row that
stands for a million, two cells at the far ends of a worksheet.
"""

from dataclasses import dataclass

from workbench.model.errors import UnreadableSource
from workbench.sources.container import too_large

CELL = 32
"""Bytes that the reader takes for a cell, a blank one too."""
TEXT = 4
"""Bytes that a byte of text takes: the reader's, Python's and the table's copies, and room to make them."""
HARMLESS = 256 << 20
"""Bytes up to which no workbook is suspicious."""
DENSEST = 200
"""Bytes for each byte of the file above which a larger one is refused; real ones stay below 50."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """Cells of the rectangle that a worksheet spans, and bytes of the text in all of them."""

    cells: int = 0
    text: int = 0

    @property
    def bytes(self) -> int:
        """What they take."""
        return self.cells * CELL + self.text * TEXT


def allowed(packed: int) -> int:
    """Bytes that a worksheet may take whose part of the file is so large."""
    return max(HARMLESS, packed * DENSEST)


def refuse_heavy(weight: Weight, packed: int, source: str) -> None:
    """Raises UnreadableSource for what takes too much memory, with what it takes it for."""
    if weight.bytes <= allowed(packed):
        return
    if weight.text * TEXT >= weight.cells * CELL:
        raise too_much_text(source, weight.text)
    raise too_large(source, weight.cells)


def too_much_text(source: str, text: int) -> UnreadableSource:
    """The refusal of a worksheet whose cells repeat long texts."""
    why = f"its cells repeat long texts, {text >> 20:,} MB or more of them. Shorten them, or save it as CSV."
    return UnreadableSource(source=source, why=why)
