"""What stands in a column with its rows: counted over all rows that other conditions let through, to be chosen from.

Each distinct text is looked at once; a million rows take well under a second where values repeat.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.kinds import KINDS, could_be
from workbench.model.mask import expression
from workbench.model.recipe import TESTS, Condition
from workbench.prepare.cleaning.conditions import blank, days_in, lengths, numbers_in
from workbench.prepare.cleaning.verdicts import Filled, verdicts
from workbench.prepare.guesses import GUESSED
from workbench.prepare.histogram import Histogram
from workbench.prepare.masks import MASKED, masks

BY = tuple(test for test in TESTS if test not in ("expression", "issue"))
"""What a column can be counted by, by itself: whatever a condition can ask of one."""
MOST = 24
"""So many choices of a length, a number or a date at most."""

_SAMPLE = 2_000
_RARE = 0.01
"""A kind that fewer of the first values are of is not counted: it would take long, and say little."""
_CLOSE = 1e-4
_OF_ROWS = ("length", "blank")
_FIRST = 50_000
_DIFFERENT = 0.5
_NO_VALUES = pa.table({"text": pa.array([], pa.string()), "rows": pa.array([], pa.int64())})


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows by something of a column."""

    values: pa.Table = field(default_factory=lambda: _NO_VALUES)
    """Its values: `text` and `rows`, the most frequent first; none where it is counted by all else."""
    choices: tuple[tuple[str, Condition, int], ...] = ()
    """What can be chosen of all else, in words, with the rows that it is true of; none of it has no rows."""


def count(column: pa.ChunkedArray, by: str, mask: pa.ChunkedArray | None = None, *, header: str = "") -> Counted:
    """The rows of a column (strings, never null) that the mask lets through, by what the test `by` asks."""
    column = column if mask is None else column.filter(mask)
    if by == "values" or not (by in _OF_ROWS or _mostly_different(column)):
        found = column.value_counts()
        texts, rows = found.field("values"), found.field("counts")
    else:  # to find out which texts are the same would take longer than what is asked of each
        texts, rows = column.combine_chunks(), pa.repeat(pa.scalar(1, pa.int64()), len(column))
    if by == "values":
        table = pa.table({"text": texts, "rows": rows})
        return Counted(values=table.sort_by([("rows", "descending"), ("text", "ascending")]))
    choices = [(words, condition, number) for words, condition, number in _BY[by](texts, rows, header) if number]
    return Counted(choices=tuple(choices))


def count_issues(
    column: pa.ChunkedArray, of: Filled, mask: pa.ChunkedArray | None = None, *, header: str = ""
) -> Counted:
    """The rows of a column that the mask lets through, by what a dataset says of the field that it fills."""
    column = column if mask is None else column.filter(mask)
    found = column.value_counts()
    texts, rows = found.field("values"), found.field("counts")
    said = verdicts(texts, of)
    said = said.append_column("rows", rows.take(said["position"]))
    wrong = _sum(rows, pc.is_in(pa.array(np.arange(len(texts), dtype=np.int32)), said["position"].combine_chunks()))
    kinds = said.group_by(["code", "severity"], use_threads=False).aggregate(
        [("rows", "sum"), ("message", "min"), ("message", "count_distinct")]
    )
    kinds = kinds.sort_by([("rows_sum", "descending"), ("code", "ascending")])
    choices = [
        (_told(kind, of.field), Condition(column=header, test="issue", text=str(of), values=(kind["code"],)))
        for kind in kinds.to_pylist()
    ]
    counted = [(*choice, number) for choice, number in zip(choices, kinds["rows_sum"].to_pylist(), strict=True)]
    nothing = Condition(column=header, test="issue", text=str(of), negated=True)
    right = int(pc.sum(rows).as_py() or 0) - wrong
    return Counted(choices=(*counted, *([("nothing wrong", nothing, right)] if right else [])))


def _told(kind: dict[str, Any], field: str) -> str:
    """A kind of issues in words: "required and blank", "not an e-mail address"."""
    if kind["code"] == "missing":
        return "required and blank"
    said = str(kind["message_min"]).removeprefix(f"{field} ").rstrip(".")
    said = said if said[:2].isupper() else f"{said[:1].lower()}{said[1:]}"
    example = "for example, " if kind["message_count_distinct"] > 1 else ""
    return example + said + (" (a warning)" if kind["severity"] == "warning" else "")


def _mostly_different(column: pa.ChunkedArray) -> bool:
    first = column.slice(0, _FIRST)
    return len(first.unique()) > _DIFFERENT * len(first)


Choices = Iterator[tuple[str, Condition, int]]


def _sum(rows: pa.Int64Array, where: pa.BooleanArray) -> int:
    return int(pc.sum(rows.filter(where)).as_py() or 0)


def _patterns(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    shapes, of = masks(texts, rows)
    counted = pa.table({"shape": shapes, "rows": of}).group_by("shape").aggregate([("rows", "sum")])
    counted = counted.sort_by([("rows_sum", "descending"), ("shape", "ascending")]).slice(0, 10 * MOST)
    for shape, number in zip(counted["shape"].to_pylist(), counted["rows_sum"].to_pylist(), strict=True):
        yield (
            shape or "(blank)",
            Condition(column=header, test="pattern", text=expression(shape, whole=len(shape) < MASKED)),
            number,
        )


def _lengths(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    found = lengths(texts).value_counts()
    long, of = found.field("values"), found.field("counts")
    for words, low, high, number in _bins(pc.cast(long, pa.string()), pc.cast(long, pa.float64()), of, "characters"):
        yield words, Condition(column=header, test="length", low=low, high=high), number


def _numbers(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    found = numbers_in(texts)
    for words, low, high, number in _bins(texts, found, rows):
        yield words, Condition(column=header, test="number", low=low, high=high), number
    yield from _others("number", "no number", texts, rows, pc.is_valid(found), header)


def _bins(
    texts: pa.StringArray, numbers: pa.DoubleArray, rows: pa.Int64Array, noun: str = ""
) -> Iterator[tuple[str, float | None, float | None, int]]:
    """Numbers in bins, each with its words, its bounds (both included) and its rows; what is far off has its own."""
    there = pc.is_valid(numbers)
    texts, numbers, rows = texts.filter(there), numbers.filter(there), rows.filter(there)
    if not len(numbers):
        return
    unit = _unit(numbers.to_numpy())
    steps = pc.round(pc.divide(numbers, unit))
    histogram = Histogram(least=1.0)
    histogram.add(texts, steps, rows)
    middle = histogram.bins(MOST)
    width = _round_width(middle[-1][1] - middle[0][0])
    first, last = (math.floor(edge / width) for edge in (middle[0][0], middle[-1][1] - 1))
    places = np.floor(steps.to_numpy() / width)
    counts = np.bincount((np.clip(places, first - 1, last + 1) - first + 1).astype(np.int64), rows.to_numpy())
    ends = f" {noun}" if noun else ""
    for n, number in enumerate(counts.astype(np.int64).tolist()):
        low, high = (
            _whole(round((first - 1 + n + more) * width * unit - less, 6)) for more, less in ((0, 0), (1, unit))
        )
        if n == 0:
            yield f"{high:,}{ends} and less", None, high, number
        elif n == last - first + 2:
            yield f"{low:,}{ends} and more", low, None, number
        else:
            yield f"{low:,}{f' to {high:,}' * (high > low)}{ends}", low, high, number


def _round_width(span: float) -> float:
    """Of bins that a person would make: 1, 2, 5, 10, 20 ..., so that no more than MOST of them are the span."""
    width = 10.0 ** max(math.floor(math.log10(max(span / MOST, 1))), 0)
    return next(width * times for times in (1, 2, 5, 10) if span / (width * times) <= MOST)


def _unit(values: npt.NDArray[np.float64]) -> float:
    """What all the numbers are a multiple of: 1, 0.01 or 0.000001."""
    for unit in (1.0, 0.01):
        if (np.abs(values / unit - np.round(values / unit)) < _CLOSE).all():
            return unit
    return 1e-6


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _dates(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    days = days_in(texts)
    there = pc.is_valid(days)
    some, of = days.filter(there), rows.filter(there)
    if len(some):
        for first, last, words in _spans(
            date.fromisoformat(pc.min(some).as_py()), date.fromisoformat(pc.max(some).as_py())
        ):
            low, high = first.isoformat(), last.isoformat()
            number = _sum(of, pc.and_(pc.greater_equal(some, low), pc.less_equal(some, high)))
            yield words, Condition(column=header, test="date", low=low, high=high), number
    yield from _others("date", "no date", texts, rows, there, header)


def _spans(first: date, last: date) -> Iterator[tuple[date, date, str]]:
    """Days, months, years or decades between two days, in their order."""
    far = (last - first).days
    if far <= MOST:
        for day in (first + timedelta(days=n) for n in range(far + 1)):
            yield day, day, day.isoformat()
        return
    if far <= MOST * 31:
        month = first.replace(day=1)
        while month <= last:
            following = (month + timedelta(days=32)).replace(day=1)
            yield month, following - timedelta(days=1), f"{month:%B} {month.year}"
            month = following
        return
    years = 1
    while (last.year // years) - (first.year // years) >= MOST:
        years *= 10
    for begin in range(first.year // years * years, last.year + 1, years):
        end = begin + years - 1
        words = str(begin) if years == 1 else f"{begin} to {end}"
        yield date(max(begin, 1), 1, 1), date(min(end, 9999), 12, 31), words


def _kinds(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    nothing = blank(texts)
    filled = pc.invert(nothing)
    some, of = (texts.filter(filled), rows.filter(filled)) if pc.any(nothing).as_py() else (texts, rows)
    sample = some.slice(0, _SAMPLE)
    for name in GUESSED:
        kind = KINDS[name]
        if not len(sample) or pc.mean(could_be(kind, sample)).as_py() < _RARE:
            continue
        are = could_be(kind, some)
        yield kind.title, Condition(column=header, test="kind", text=name), _sum(of, are)
        yield (
            f"no {kind.title}",
            Condition(column=header, test="kind", text=name, negated=True),
            _sum(of, pc.invert(are)),
        )
    yield from _blank_or_not(nothing, rows, header)


def _blanks(texts: pa.StringArray, rows: pa.Int64Array, header: str) -> Choices:
    yield from _blank_or_not(blank(texts), rows, header)


def _blank_or_not(are: pa.BooleanArray, rows: pa.Int64Array, header: str) -> Choices:
    yield "blank", Condition(column=header, test="blank"), _sum(rows, are)
    yield "not blank", Condition(column=header, test="blank", negated=True), _sum(rows, pc.invert(are))


def _others(
    test: str, words: str, texts: pa.StringArray, rows: pa.Int64Array, are: pa.BooleanArray, header: str
) -> Choices:
    """The rows that have something else, and those that have nothing."""
    nothing = blank(texts)
    yield words, Condition(column=header, test=test, negated=True), _sum(rows, pc.invert(pc.or_(are, nothing)))
    yield "blank", Condition(column=header, test="blank"), _sum(rows, nothing)


_BY: dict[str, Callable[[pa.StringArray, pa.Int64Array, str], Choices]] = {
    "pattern": _patterns,
    "length": _lengths,
    "number": _numbers,
    "date": _dates,
    "blank": _blanks,
    "kind": _kinds,
}
