"""A cell of an import that somebody has changed while another was about to correct it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ChangedCell:
    """A cell that says something else than when it was seen."""

    line: int
    header: str
    text: str
    """What it says now."""
    by: str
    """Who made it say so."""

    @property
    def sentence(self) -> str:
        """In words, without the stop."""
        to = f"to '{self.text}'" if self.text else "to nothing"
        return f"line {self.line:,}, {self.header}: {self.by} has changed it {to}"
