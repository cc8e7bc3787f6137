"""By what people are compared of two lists, and how it counts."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "given", "surname", "identifier", "email", "place", "text", "day", "code"]

_COUNTS: dict[Kind, tuple[float, float]] = {
    "name": (5, 5),
    "given": (2, 2),
    "surname": (3, 3),
    "identifier": (5, 3),
    "email": (3, 0.5),
    "day": (3, 2),
    "place": (1.5, 0.75),
    "text": (1, 0.5),
    "code": (1, 0.5),
}
"""How much each kind counts where both sides agree, and where they differ: somebody has several addresses and moves from
school to school, but has one birthday."""

PASSES = ("identifier", "email", "name", "fuzzy")
"""The ways in which two are found, the surest first."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One field that both lists have."""

    name: str
    kind: Kind
    agrees: float | None = None
    """How much it counts where both agree, if not as its kind does."""
    differs: float | None = None
    """And where they differ."""

    @property
    def weights(self) -> tuple[float, float]:
        """What it counts where both agree, and where they differ."""
        agrees, differs = _COUNTS[self.kind]
        return (
            agrees if self.agrees is None else self.agrees,
            differs if self.differs is None else self.differs,
        )


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """What a score would have been worth, had it decided what people have decided."""

    score: float
    precision: float
    """Of those pairs from that score on, the share that people have said are the same."""
    recall: float
    """Of those pairs that people have said are the same, the share from that score on."""
    pairs: int
    """The decided pairs from that score on."""
