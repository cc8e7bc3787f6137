"""An import beside the last ones of its source: what is unusual about it, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workbench.model.batch import OUTCOMES
from workbench.model.wording import many

LAST = 5
"""So many earlier imports are looked at."""

_ROWS = 0.3
"""Rows by so much more than the most of them, or fewer than the fewest, as a share, are unusual ..."""
_FEW = 10
"""... once it is by more rows than these."""
_SHARE = 0.1
"""A share of rows that is by so much outside what it was is unusual: ten of a hundred."""

_STAYS_OUT = ("unmatched", "invalid")
_RISE = 0.02
"""A share of rows that stay out is unusual once it is by so much, and twice, above the most it was ..."""
_MORE = 5
"""... and by so many rows; likewise any share of an outcome, and
records that a file no longer names."""

_WITHOUT_FIRST = " in those after the first"
"""Said of a share that the first import of a source has no part in: all of its rows were new, or nearly all."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one import came to."""

    batch: UUID
    file_name: str
    at: datetime
    rows: int
    outcomes: Mapping[str, int]
    """Rows by outcome, as they were planned or written."""
    filled: Mapping[str, int]
    """In how many rows each field has something; empty where nobody counted."""
    removed: Mapping[str, int] = field(default_factory=dict)
    """Records that the file no longer named, by what became or becomes of them: deactivated, deleted."""
    signed_by: str | None = None
    first: bool = False
    """Whether it is the oldest of its source that stands: what it came to be new says nothing of later ones."""

    def share(self, outcome: str) -> float:
        """Which part of the rows has an outcome, from 0 to 1."""
        return self.outcomes.get(outcome, 0) / self.rows if self.rows else 0.0

    def share_of_good(self, outcome: str) -> float:
        """Which part an outcome has of the rows that do not stay out, from 0 to 1."""
        good = self.rows - sum(self.outcomes.get(name, 0) for name in _STAYS_OUT)
        return self.outcomes.get(outcome, 0) / good if good else 0.0

    def fill(self, field: str) -> float | None:
        """In which part of the rows a field has something; None where nobody counted."""
        return self.filled[field] / self.rows if field in self.filled and self.rows else None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An import and the last ones of the same source that stand, newest first."""

    this: Figures
    earlier: tuple[Figures, ...]
    same_source: bool
    """Whether the earlier ones are of files named alike; else of any file of the same dataset."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What people call the fields."""
    whole: bool = True
    """Whether it is of a whole file; one that brings in rows of an earlier import is like none before it."""

    def called(self, name: str) -> str:
        """What people call a field."""
        return self.titles.get(name, name.replace("_", " "))

    @property
    def unusual(self) -> tuple[str, ...]:
        """What is not as it was in the earlier ones, a sentence each; nothing where there is none to compare with."""
        if not self.earlier:
            return ()
        return (*self._removed(), *self._rows(), *self._outcomes(), *self._fill())

    @property
    def as_before(self) -> str:
        """What is as it was in the earlier ones where nothing is unusual, and what was compared with some of them only,
        or with none."""
        after = [each for each in self.earlier if not each.first]
        if not after:
            return (
                "rows, those that stay out and filled fields are as they were. How many are created, updated and "
                "skipped is not compared: to the first import all was new."
            )
        told = "rows, outcomes and filled fields are as they were."
        if len(after) < len(self.earlier):
            told += " How many are created, updated and skipped is compared with those after the first."
        return told

    @property
    def beside(self) -> str:
        """What it is compared with, in words."""
        if not self.whole:
            return "it brings in rows of an earlier import: there is nothing to compare it with"
        if not self.earlier:
            return "the first of its kind: there is nothing to compare it with"
        number = len(self.earlier)
        if self.same_source:
            return f"compared with {self._last}"
        named = "its file has another name" if number == 1 else "their files have other names"
        return f"compared with {self._last}; {named} than this one"

    @property
    def _last(self) -> str:
        """The earlier ones, in words."""
        number = len(self.earlier)
        last = "the last import" if number == 1 else f"the last {number} imports"
        return f"{last} of this {'source' if self.same_source else 'dataset'}"

    @property
    def _others(self) -> str:
        """The earlier ones as a sentence names them that stands alone, as at Home."""
        return self._last if len(self.earlier) == 1 else f"any of {self._last}"

    def _removed(self) -> Iterator[str]:
        for action, records in self.this.removed.items():
            known = [each.removed.get(action, 0) for each in self.earlier]
            if records >= 2 * max(known) and records - max(known) >= _MORE:
                told = f"{many(records, 'record')} {action} that the file no longer names"
                yield f"{told}, more than in {self._others}: there were {_between(min(known), max(known))}."

    def _rows(self) -> Iterator[str]:
        known = [each.rows for each in self.earlier]
        rows, fewest, most = self.this.rows, min(known), max(known)
        if rows > most * (1 + _ROWS) and rows - most > _FEW:
            yield f"{many(rows)}, more than in {self._others}: there were {_between(fewest, most)}."
        elif rows < fewest * (1 - _ROWS) and fewest - rows > _FEW:
            yield f"{many(rows)}, fewer than in {self._others}: there were {_between(fewest, most)}."

    def _outcomes(self) -> Iterator[str]:
        for name in OUTCOMES:
            earlier = [each for each in self.earlier if name in _STAYS_OUT or not each.first]
            if not earlier:
                continue
            where = "" if len(earlier) == len(self.earlier) else _WITHOUT_FIRST
            if self._stays_out_more(name, earlier) if name in _STAYS_OUT else self._is_another(name, earlier):
                share, known = self.this.share(name), [each.share(name) for each in earlier]
                yield f"{many(self.this.outcomes.get(name, 0))} {name}: {_told(share, known)}{where}."

    def _stays_out_more(self, name: str, earlier: Sequence[Figures]) -> bool:
        """Whether more rows stay out than did; fewer are as they should be."""
        share, known = self.this.share(name), max(each.share(name) for each in earlier)
        more = self.this.outcomes.get(name, 0) - max(each.outcomes.get(name, 0) for each in earlier)
        rises = share >= max(2 * known, known + _RISE) and more >= _MORE
        return rises or (share > known and self._is_outside(share, [known]))

    def _is_another(self, name: str, earlier: Sequence[Figures]) -> bool:
        """Whether another share of the rows came to that; not where it is more for the sole reason that fewer stay
        out."""
        share, known = self.this.share(name), [each.share(name) for each in earlier]
        good = self._is_outside(self.this.share_of_good(name), [each.share_of_good(name) for each in earlier])
        return self._is_outside(share, known) and (share < min(known) or good)

    def _fill(self) -> Iterator[str]:
        for name in self.this.filled:
            share = self.this.fill(name)
            known = [fill for each in self.earlier if (fill := each.fill(name)) is not None]
            if share is not None and known and _outside(share, known) > _SHARE:
                called = self.called(name)
                yield f"{called[:1].upper()}{called[1:]} is filled in {_told(share, known)}."
        counted = [each for each in self.earlier if each.filled]
        gone = [name for name in (counted[0].filled if counted else ()) if name not in self.this.filled]
        if gone and self.this.filled:
            yield f"Without {', '.join(map(self.called, gone))}, which the last one had."

    def _is_outside(self, share: float, known: Sequence[float]) -> bool:
        """Whether a share is far from all of those that are known, and by more than a few rows."""
        by = _outside(share, known)
        return by > _SHARE and round(by * self.this.rows) >= _MORE


def _outside(share: float, known: Sequence[float]) -> float:
    """By how much a share is less than the least of those that are known, or more than the most; else not above 0."""
    return max(min(known) - share, share - max(known))


def _told(share: float, known: Sequence[float]) -> str:
    """A share in words, beside those that are known."""
    return f"{_percent(share)} of the rows, and was {_between(_percent(min(known)), _percent(max(known)))}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share in (0.0, 1.0) or 0.01 <= share <= 0.99 else f"{share:.1%}"


def _between(least: int | str, most: int | str) -> str:
    least, most = (f"{each:,}" if isinstance(each, int) else each for each in (least, most))
    return least if least == most else f"{least} to {most}"
