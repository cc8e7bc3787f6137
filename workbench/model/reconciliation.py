"""Do the numbers add up, and what is still unexplained?"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The figures of one batch as they stand now, explanations included."""

    batch: UUID
    stage: str
    processed: int
    created: int
    updated: int
    skipped: int
    unmatched: int
    invalid: int
    removed: int
    """Records deactivated or deleted because the file no longer names them; no source rows, so in no sum."""
    skipped_by_reason: dict[str, int]
    unmatched_by_kind: dict[str, int]
    issues_by_code: dict[str, int]

    @property
    def balanced(self) -> bool:
        """Every processed row counts exactly once."""
        return self.processed == self.created + self.updated + self.skipped + self.unmatched + self.invalid

    @property
    def unexplained(self) -> int:
        """Rows that still need a person: unmatched or invalid without an explanation."""
        return self.unmatched + self.invalid

    @property
    def definition(self) -> tuple[tuple[str, str, bool], ...]:
        """Seed 001's definition of done ("F = 0, D + E explained, A + B + C = N") of a committed batch: each point, its
        figures, and whether it is met."""
        terms = (self.created, self.updated, self.skipped)
        written = " + ".join(f"{term:,}" for term in terms)
        return (
            ("Committed", f"it is {self.stage}", self.stage == "completed"),
            ("Invalid = 0", f"{self.invalid:,} invalid", self.invalid == 0),
            ("Every unmatched row explained", f"{self.unmatched:,} to be explained", self.unmatched == 0),
            (
                "Created + updated + skipped = processed",
                f"{written} = {sum(terms):,} of {self.processed:,}",
                sum(terms) == self.processed,
            ),
        )

    @property
    def done(self) -> bool:
        """Whether every point of the definition of done is met."""
        return all(met for _, _, met in self.definition)

    @property
    def open_points(self) -> tuple[str, ...]:
        """What keeps it from being done, a sentence each; empty when it is."""
        points = []
        if self.stage != "completed":
            points.append(f"It is {self.stage}, not completed.")
        if self.invalid:
            points.append(f"{_rows(self.invalid)} invalid.")
        if self.unmatched:
            points.append(f"{_rows(self.unmatched)} unmatched and not explained.")
        if not self.balanced:
            points.append("The outcomes do not add up to the rows processed.")
        return tuple(points)

    def to_dict(self) -> dict[str, Any]:
        """The figures with `balanced` and `done`, as --json prints them."""
        counts = ("processed", "created", "updated", "skipped", "unmatched", "invalid", "removed")
        return {
            **{name: getattr(self, name) for name in counts},
            "skipped_by_reason": self.skipped_by_reason,
            "unmatched_by_kind": self.unmatched_by_kind,
            "issues_by_code": self.issues_by_code,
            "balanced": self.balanced,
            "done": self.done,
        }


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
