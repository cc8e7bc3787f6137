"""What is not of the kind that nearly all of its column are of, numbers, days or e-mail addresses, or is written with
another decimal sign than they: nobody but a person knows what was meant, so its rows are told, to be looked at."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.arrays import matches
from workbench.model.finding import Finding
from workbench.model.kinds import KINDS, could_be
from workbench.model.recipe import Condition
from workbench.model.texts import stand_for_nothing
from workbench.model.wording import cut, first_of, many
from workbench.prepare.cleaning.conditions import numbers_in

_DAYS = 0.6
"""A column holds days where this share of its texts are written as some."""
_MOST = 0.9
"""A column holds numbers or addresses where this share of its texts are some."""
_SEVERAL = r"@.*[\s;,/|].*@"
"""Two addresses in one cell, which is told by itself."""
_DECIMALS = {"point": r"^[-+]?[0-9]*\.[0-9]+$", "comma": "^[-+]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})$"}
"""Decimals by their sign; a comma before three digits parts the thousands."""
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
        wrong = pc.and_(written, dates.are_impossible(texts))
        if _count(wrong) <= number / 2:
            yield from _told(header, cells, wrong, "which no calendar has", Condition(column=header, test="date"))
        others = pc.and_not(pc.and_not(filled, wrong), _are_days(texts))
        yield from _few(header, cells, texts, others, number, "dates", Condition(column=header, test="date"))
        return
    if 2 * _count(pc.match_substring(texts, "@")) > number:
        mails = pc.or_(could_be(KINDS["email"], texts), matches(texts, _SEVERAL))
        others = pc.and_not(filled, pc.fill_null(mails, False))
        asked = Condition(column=header, test="kind", text="email")
        yield from _few(header, cells, texts, others, number, "e-mail addresses", asked)
        return
    some = texts.filter(filled)
    if _count(pc.is_valid(numbers_in(some.slice(0, _SAMPLE)))) < _MOST / 2 * min(number, _SAMPLE):
        return
    others = pc.replace_with_mask(filled, filled, _are_no_numbers(some))
    yield from _few(header, cells, texts, others, number, "numbers", Condition(column=header, test="number"))
    if _count(others) <= (1 - _MOST) * number:
        yield from _other_sign(header, cells, texts)


def _are_no_numbers(texts: pa.StringArray) -> pa.BooleanArray:
    """Which are none in any form: 1,200 is one, whatever its comma means."""
    unread = pc.is_null(numbers_in(texts))
    some = texts.filter(unread)
    no_form = pc.and_(*(pc.is_null(numbers_in(some, form)) for form in numbers.SIGNS))
    return pc.replace_with_mask(unread, unread, no_form)


def _are_days(texts: pa.StringArray) -> pa.BooleanArray:
    read = pc.coalesce(*(dates.day(texts, order) for order in dates.ORDERS))
    return pc.is_valid(read)


def _few(
    header: str,
    cells: pa.StringArray,
    texts: pa.StringArray,
    others: pa.BooleanArray,
    number: int,
    kind: str,
    asked: Condition,
) -> Iterator[Finding]:
    """What is told of the few `others` of a number of texts that are of a kind; none where they are many."""
    if 0 < _count(others) <= (1 - _MOST) * number:
        rare = pc.and_(others, _are_rare(texts, others, number))
        yield from _told(header, cells, rare, f"where the others are {kind}", asked)


def _other_sign(header: str, cells: pa.StringArray, texts: pa.StringArray) -> Iterator[Finding]:
    """The few numbers whose decimals begin with another sign than those of the others do."""
    signs = {sign: pc.fill_null(matches(texts, pattern), False) for sign, pattern in _DECIMALS.items()}
    for sign, other in (("point", "comma"), ("comma", "point")):
        few, usual = signs[other], _count(signs[sign])
        if _count(few) <= (1 - _MOST) * (usual + _count(few)):
            asked = Condition(column=header, test="pattern", text=_DECIMALS[other], negated=True)
            yield from _told(header, cells, few, f"where the others have a decimal {sign}", asked)


def _are_rare(texts: pa.StringArray, others: pa.BooleanArray, number: int) -> pa.BooleanArray:
    found = texts.filter(others).value_counts()
    rare = pc.less_equal(found.field("counts"), max(_TWICE, int(_RARE * number)))
    return pc.is_in(texts, found.field("values").filter(rare))


def _told(header: str, cells: pa.StringArray, wrong: pa.BooleanArray, why: str, asked: Condition) -> Iterator[Finding]:
    """The finding of rows that are wrong; they are those of which what is asked is not so, where their texts are too
    long to be chosen by."""
    rows = _count(wrong)
    if not rows:
        return
    different = cells.filter(wrong).unique()
    short = different.filter(pc.less_equal(pc.utf8_length(different), _LONGEST)).slice(0, _CHOSEN).to_pylist()
    where = Condition(column=header, test="values", values=tuple(short))
    if not short:
        where = replace(asked, negated=not asked.negated)
    shown = first_of([cut(text.strip()) for text in different.to_pylist()], _SHOWN)
    yield Finding(column=header, what=f"{many(rows)} with {shown}, {why}", where=where, texts=tuple(short))


def _count(flags: pa.BooleanArray) -> int:
    return int(pc.sum(flags).as_py() or 0)
