"""A number that a procedure is known by, named word for word as its document names it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many rows of an import, or of one part of a run, ended so."""

    name: str
    """As the procedure names it, e.g. "Teachers created"."""
    outcomes: tuple[str, ...]
    """Of all outcomes together; an unmatched row that was explained counts as skipped."""
    part: str | None = None
    """The dataset whose rows count; None counts the source's own."""
    reason: str | None = None
    """Only those that were skipped or unmatched for it."""
