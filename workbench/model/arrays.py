"""Steps that the kinds share: whole columns of text at a time."""

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc


def matches(text: pa.StringArray, pattern: str) -> pa.BooleanArray:
    """Which texts look like the pattern; false where null."""
    return pc.fill_null(pc.match_substring_regex(text, pattern), False)


def replaced(text: pa.StringArray, *replacements: tuple[str, str]) -> pa.StringArray:
    """The texts after each replacement of a regular expression, in their order."""
    for pattern, replacement in replacements:
        text = pc.replace_substring_regex(text, pattern, replacement)
    return text


def joined(*parts: pa.StringArray | str) -> pa.StringArray:
    """The parts, one after the other; null where one is null."""
    return pc.binary_join_element_wise(*parts, "")


def joined_with(separator: str, *parts: pa.StringArray) -> pa.StringArray:
    """The parts that are not blank ("") with a separator between them; "" where all are."""
    there = [pc.if_else(pc.equal(part, ""), pa.scalar(None, pa.string()), part) for part in parts]
    return pc.fill_null(joined_present(separator, *there), "")


def joined_present(separator: str, *parts: pa.StringArray) -> pa.StringArray:
    """The parts that are not null with a separator between them; null where all are."""
    none = reduce(pc.and_, (pc.is_null(part) for part in parts))
    first = pc.if_else(none, "", parts[0])  # Arrow leaves out the rows in which it would skip every part
    joined = pc.binary_join_element_wise(first, *parts[1:], separator, null_handling="skip")
    return pc.if_else(none, pa.scalar(None, pa.string()), joined)


def filled(text: pa.StringArray, otherwise: str) -> pa.StringArray:
    """The texts, and something else where there is none ("")."""
    return pc.if_else(pc.equal(text, ""), otherwise, text)


def only(text: pa.StringArray, where: pa.BooleanArray) -> pa.StringArray:
    """The texts where that is so; null elsewhere."""
    return pc.if_else(where, text, pa.scalar(None, pa.string()))


def any_true(flags: pa.BooleanArray) -> bool:
    """Whether one of them is true."""
    return bool(pc.any(flags).as_py())


def agreed(*readings: pa.StringArray) -> pa.StringArray:
    """What the readings that understand a text make of it, where all of them make the same; null elsewhere."""
    first = pc.coalesce(*readings)
    for reading in readings:
        first = only(first, pc.fill_null(pc.equal(reading, first), True))
    return first
