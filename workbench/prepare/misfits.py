"""What stands among numbers and is none, and among days and is in no calendar: nobody but a person knows what was
meant, so its rows are told, to be looked at."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates
from workbench.model.finding import Finding
from workbench.model.recipe import Condition
from workbench.model.texts import stand_for_nothing
from workbench.model.wording import cut, first_of, many
from workbench.prepare.cleaning.conditions import numbers_in

_DAYS = 0.6
"""A column holds days where this share of its texts are written as some."""
_NUMBERS = 0.9
"""A column holds numbers where this share of its texts are some."""
_SAMPLE = 1_000
"""So many of its first texts tell whether it is worth looking at all of them."""
_RARE = 0.01
"""What stands in a larger share of the rows is a value of its own, as K is among the grades of a school."""
_TWICE = 2
_SHOWN = 3
_CHOSEN = 50
"""So many values are chosen for a person at most, ..."""
_LONGEST = 100
"""none of which has more letters."""


def of_column(header: str, cells: pa.StringArray, texts: pa.StringArray) -> Iterator[Finding]:
    """What is told of a column's cells; `texts` are the same as they are kept, null where blank."""
    filled = pc.and_not(pc.is_valid(texts), pc.fill_null(stand_for_nothing(texts), False))
    number = _count(filled)
    if not number:
        return
    written = pc.and_(filled, pc.fill_null(pc.match_substring_regex(texts, dates.PERHAPS), False))
    if _count(written) >= _DAYS * number:
        if _count(wrong := pc.and_(written, dates.are_impossible(texts))) <= number / 2:
            yield from _told(header, cells, wrong, "which no calendar has", "date")
        return
    some = texts.filter(filled)
    if _count(pc.is_valid(numbers_in(some.slice(0, _SAMPLE)))) < _NUMBERS / 2 * min(number, _SAMPLE):
        return
    others = pc.replace_with_mask(filled, filled, pc.is_null(numbers_in(some)))
    if 0 < _count(others) <= (1 - _NUMBERS) * number:
        rare = pc.and_(others, _are_rare(texts, others, number))
        yield from _told(header, cells, rare, "where the others are numbers", "number")


def _are_rare(texts: pa.StringArray, others: pa.BooleanArray, number: int) -> pa.BooleanArray:
    found = texts.filter(others).value_counts()
    rare = pc.less_equal(found.field("counts"), max(_TWICE, int(_RARE * number)))
    return pc.is_in(texts, found.field("values").filter(rare))


def _told(header: str, cells: pa.StringArray, wrong: pa.BooleanArray, why: str, test: str) -> Iterator[Finding]:
    rows = _count(wrong)
    if not rows:
        return
    different = cells.filter(wrong).unique()
    short = different.filter(pc.less_equal(pc.utf8_length(different), _LONGEST)).slice(0, _CHOSEN).to_pylist()
    where = Condition(column=header, test="values", values=tuple(short))
    if not short:
        where = Condition(column=header, test=test, negated=True)
    shown = first_of([cut(text.strip()) for text in different.to_pylist()], _SHOWN)
    yield Finding(column=header, what=f"{many(rows)} with {shown}, {why}", where=where, texts=tuple(short))


def _count(flags: pa.BooleanArray) -> int:
    return int(pc.sum(flags).as_py() or 0)
