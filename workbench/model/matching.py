"""By what people are compared of two lists, and how it counts."""

from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["name", "given", "surname", "identifier", "email", "place", "text", "day", "code"]

_COUNTS: dict[Kind, tuple[float, float]] = {
    "name": (5, 5),
    "given": (2, 2),
    "surname": (3, 3),
    "identifier": (5, 3),
    "email": (3, 0.6),
    "day": (3, 2),
    "place": (1.5, 0.75),
    "text": (1, 0.5),
    "code": (1, 0.5),
}
"""How much each kind counts where both sides agree, and where they differ: somebody has several addresses and moves
from school to school, but has one birthday. Another address costs more than one that is the same before the @ alone."""

PASSES = ("identifier", "email", "name", "fuzzy")
"""The ways in which two are found, the surest first."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One field that both lists have."""

    name: str
    kind: Kind
    known: str | None = None
    """The field's name in the record that is meant, when it has another."""
    alias_of: str | None = None
    """The dataset whose records its texts name: one that a person has said means another is compared as that."""
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
class Matching:
    """Whose records are meant by what others say: people of a list, rows that were unmatched, names of schools."""

    of: str
    """The dataset whose rows or records say it; of names, that of the names themselves."""
    dataset: str
    """Whose record is meant."""
    title: str
    """What a person does, e.g. "Match Teachers" (seed 001, Playbook B)."""
    noun: str
    """One who says it, e.g. "teacher of the roster"."""
    meant: str
    """One who is meant, e.g. "teacher's account"."""
    said: tuple[tuple[str, ...], ...] = ()
    """The fields that make the text by which a decision is kept: the first of them whose first has a value."""
    compared: tuple[Compared, ...]
    unmatched: str | None = None
    """The kind of the unmatched rows that say it, e.g. "teacher"; None where records do."""
    named_in: tuple[tuple[str, str], ...] = ()
    """The datasets and fields that have the names, where it is names that are matched: those are never decided by the
    program, for what is learned once is taken for right ever after."""

    @property
    def decides(self) -> bool:
        """Whether what is plain is decided by the program."""
        return not self.named_in


@dataclass(frozen=True, kw_only=True)
class AutoMatch:
    """What a run has found: the figures of the live system behind seed 001, and more of the kind."""

    processed: int = 0
    by_identifier: int = 0
    by_email: int = 0
    by_name: int = 0
    suggested: int = 0
    """Of the unmatched, those who have candidates."""
    unmatched: int = 0
    errors: int = 0
    """Those who say nothing by which a decision could be kept."""

    @property
    def matched(self) -> int:
        """How many it has matched."""
        return self.by_identifier + self.by_email + self.by_name

    def __add__(self, other: "AutoMatch") -> "AutoMatch":
        return AutoMatch(**{name: value + getattr(other, name) for name, value in asdict(self).items()})


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
