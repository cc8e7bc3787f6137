"""A number that a procedure is known by, named word for word as its document names it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # which would bring pyarrow with it, and no contract needs that to be read
    from workbench.model.issue import Severity


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many rows of an import, or of one part of a run, ended so."""

    name: str
    """As the procedure names it, e.g. "Teachers created"."""
    outcomes: tuple[str, ...] = ()
    """Of all outcomes together; an unmatched row that was explained counts as skipped."""
    part: str | None = None
    """The dataset whose rows count; None counts the source's own."""
    reasons: tuple[str, ...] = ()
    """Only those that were skipped or unmatched for one of them."""
    every: int = 1
    """Of how many rows it counts one, the last of fewer: chunks of 2,000."""
    of_own: bool = False
    """Updated rows of a source in parts: those whose own record, of the first part, was there and of which anything was
    created or updated, though something else of them may wait."""
    keys: Literal["", "every", "refused"] = ""
    """Not rows: the different keys of a source whose rows go together by them, of every row or of those refused."""
    missing: str = ""
    """Not rows: the different texts of this field of the part, which name no record for one of the reasons; the field
    that records are looked for by, so that names that find the same count once."""
    without: tuple[str, ...] = ()
    """Not those that were skipped for one of these reasons."""
    severity: "Severity | None" = None
    """Not rows: the issues of that severity that were told of them."""


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """How many of the records that the rows of one part made or found have each value of a field, or are in each class
    on the day of the plan."""

    name: str
    """As the procedure names it, e.g. "Status breakdown"."""
    part: str
    """The dataset of the part."""
    field: str = ""
    """None: the classes of the dataset."""
