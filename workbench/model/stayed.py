"""Cells of a file that came back which stay as they were corrected here since the file was written."""

from dataclasses import dataclass

from workbench.model.wording import many


@dataclass(kw_only=True)
class Stayed:
    """How many they are, and the first of them; counted while the file is taken."""

    cells: int = 0
    line: int = 0
    header: str = ""

    def add(self, line: int, header: str) -> None:
        """One more."""
        if not self.cells:
            self.line, self.header = line, header
        self.cells += 1

    @property
    def sentence(self) -> str:
        """That they stay, in words; "" where none does."""
        if not self.cells:
            return ""
        stay, they = ("stays", "it was") if self.cells == 1 else ("stay", "they were")
        first = f"line {self.line:,}, {self.header}"
        return (
            f"{many(self.cells, 'cell')} {stay} as {they} corrected here since this file was downloaded, for the file "
            f"still says what stood there then ({first}{'' if self.cells == 1 else ' the first'})."
        )
