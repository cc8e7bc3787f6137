"""Do the numbers add up, and what is still unexplained?"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The figures of one batch as they stand now, with what people said of its rows."""

    batch: UUID
    stage: str
    undone: bool = False
    """Whether it was taken back: its figures tell what it did, and nothing of it is open any more."""
    taken_back: str = ""
    """How much of it was, where its undos have kept some; "" for all of it."""
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
    rejected_by: dict[str, int]
    """Invalid rows that a person has rejected, by that person. They count as invalid."""
    issues_by_code: dict[str, int]

    def state(self, of_batch: str) -> str:
        """The state of its batch, as lists tell it: whether it was undone in part."""
        return f"{of_batch} in part" if self.taken_back and of_batch == "undone" else of_batch

    @property
    def balanced(self) -> bool:
        """Every processed row counts exactly once."""
        return self.processed == self.created + self.updated + self.skipped + self.unmatched + self.invalid

    @property
    def rejected(self) -> int:
        """Invalid rows that a person has rejected."""
        return sum(self.rejected_by.values())

    @property
    def unexplained(self) -> int:
        """Rows that still need a person's word: unmatched ones that nobody explained, invalid ones that nobody
        rejected; none once it is undone."""
        return 0 if self.undone else self.unmatched + self.invalid - self.rejected

    @property
    def definition(self) -> tuple[tuple[str, str, bool], ...]:
        """Seed 001's definition of done ("F = 0, D + E explained, A + B + C = N") of a committed batch: each point, its
        figures, and whether it is met.

        An invalid row is corrected and imported again, or a person rejects it, and then it is told so.
        """
        terms = {"created": self.created, "updated": self.updated, "skipped": self.skipped}
        if self.rejected:
            terms["rejected"] = self.rejected
        total = sum(terms.values())
        added = " + ".join(f"{term:,}" for term in terms.values())
        stands = self.stage == "completed" and not self.undone
        return (
            ("Committed", f"it is {self._state}", stands),
            (
                "Every invalid row rejected" if self.rejected else "Invalid = 0",
                self._invalid,
                self.invalid == self.rejected,
            ),
            ("Every unmatched row explained", f"{self.unmatched:,} to be explained", self.unmatched == 0),
            (
                f"{' + '.join(terms).capitalize()} = processed",
                f"{added} = {total:,} of {self.processed:,}",
                total == self.processed,
            ),
        )

    @property
    def _state(self) -> str:
        if self.undone:
            return f"undone as far as it could be: {self.taken_back}" if self.taken_back else "undone"
        return self.stage

    @property
    def _invalid(self) -> str:
        """The invalid rows in words: 3 invalid, 2 rejected by Lea."""
        if not self.rejected:
            return f"{self.invalid:,} invalid"
        whole = "all" if self.rejected == self.invalid else f"{self.rejected:,}"
        return f"{self.invalid:,} invalid, {whole} rejected by {' and '.join(self.rejected_by)}"

    @property
    def done(self) -> bool:
        """Whether every point of the definition of done is met."""
        return all(met for _, _, met in self.definition)

    @property
    def open_points(self) -> tuple[str, ...]:
        """What keeps it from being done, a sentence each; empty when it is."""
        points = []
        if self.undone:
            return (f"It is {self._state}.",)
        if self.stage != "completed":
            points.append(f"It is {self.stage}, not completed.")
        if self.invalid > self.rejected:
            others = f", {self.rejected:,} of them rejected" if self.rejected else ""
            points.append(f"{_rows(self.invalid)} invalid{others}.")
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
            "rejected": self.rejected,
            "rejected_by": self.rejected_by,
            "issues_by_code": self.issues_by_code,
            "balanced": self.balanced,
            "done": self.done,
        }


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
