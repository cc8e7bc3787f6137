"""How the values of a worksheet or a DataFrame become a Chunk of text: one rule for both."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.sheet import Chunk, Tally

_WHOLE = 1e18  # above it, a float is written with an exponent: its digits would pretend to a precision it has not
_SHOWN_WHOLE = 1e15  # the same for a spreadsheet, which keeps 15 digits
_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def text_of(values: Sequence[object], *, as_shown: bool = False) -> pa.StringArray:
    """The values as text, one for one; None, NaN, NaT and NA become "".

    Whole numbers are written without ".0" (below 1e18), other floats as short as possible, booleans as true/false, days
    as 2024-01-15, timestamps as 2024-01-15T10:30:00 (a day alone where the time is midnight and no zone is given),
    times as 10:30:00, durations as hours:minutes:seconds (30:00:00), lists and dictionaries as JSON, text as it is.
    Values of different types may be mixed. `as_shown` writes floats with the 15 digits that a spreadsheet shows
    (0.30000000000000004 is 0.3), and with an exponent from 16 digits on, because the last ones are not known.
    Raises TypeError for bytes: nobody has said which text they are.
    """
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return pa.array([""] * len(values), pa.string())
    if len(kinds) == 1:
        return _of_one_kind(values, kinds.pop(), as_shown)
    parts = [
        _of_one_kind([value if type(value) is kind else None for value in values], kind, as_shown)
        for kind in sorted(kinds, key=lambda kind: kind.__name__)
    ]
    return pc.binary_join_element_wise(*parts, "")  # in every row all parts but one are blank


def array_text(array: pa.Array) -> pa.StringArray:
    """An Arrow array as text, by the rules of `text_of`. Raises TypeError for binary columns."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array_text(array.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        raise TypeError("bytes")
    write = next((write for is_kind, write in _WRITERS if is_kind(kind)), None)
    if write is None:
        return _blank_for_null(_by_json(array))
    return _blank_for_null(write(array))


def filled_rows(columns: Sequence[pa.StringArray], headers: Sequence[str], first_line: int, tally: Tally) -> Chunk:
    """The rows that are not wholly blank (white space counts as blank), numbered from `first_line`, and counted."""
    number = len(columns[0])
    lines = pa.array(range(first_line, first_line + number), pa.int32())
    cells = pa.RecordBatch.from_arrays(list(columns), names=list(headers))
    blank = pa.repeat(True, number)
    for column in columns:
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
        if not pc.any(blank).as_py():
            break
    else:
        filled = pc.invert(blank)
        lines, cells = lines.filter(filled), cells.filter(filled)
    tally.rows += len(lines)
    tally.blank_rows += number - len(lines)
    return Chunk(lines=lines, cells=cells)


def _of_one_kind(values: Sequence[Any], kind: type, as_shown: bool) -> pa.StringArray:
    if issubclass(kind, (bytes, bytearray, memoryview)):
        raise TypeError("bytes")
    if issubclass(kind, str):
        return _blank_for_null(pa.array(values, pa.string()))
    if issubclass(kind, (dict, list, tuple, set)):
        return pa.array(["" if value is None else _json(value) for value in values], pa.string())
    if issubclass(kind, Decimal):  # Arrow would give all of them the scale of the finest
        return pa.array(
            ["" if value is None or value.is_nan() else format(value, "f") for value in values], pa.string()
        )
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        array = None
    if array is None or isinstance(array.type, pa.BaseExtensionType):
        return pa.array(["" if value is None else str(value) for value in values], pa.string())
    if as_shown and pa.types.is_float64(array.type):
        return _blank_for_null(_shown_float(array))
    return array_text(array)


def _blank_for_null(array: pa.Array) -> pa.StringArray:
    text = array.cast(pa.string())
    return text.fill_null("") if text.null_count else text


def _float(array: pa.Array) -> pa.Array:
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    array = pc.if_else(pc.is_nan(array), None, array)
    whole = pc.and_(pc.equal(array, pc.trunc(array)), pc.less(pc.abs(array), _WHOLE))
    if not pc.any(whole).as_py():
        return array.cast(pa.string())
    whole_text = pc.if_else(whole, array, 0).cast(pa.int64()).cast(pa.string())
    if pc.all(whole).as_py():
        return pc.if_else(pc.is_valid(array), whole_text, None)
    return pc.if_else(whole, whole_text, array.cast(pa.string()))


def _shown_float(array: pa.Array) -> pa.Array:
    whole = pc.and_(pc.equal(array, pc.trunc(array)), pc.less(pc.abs(array), _SHOWN_WHOLE))
    text = pc.if_else(whole, array, 0).cast(pa.int64()).cast(pa.string())
    if pc.all(whole).as_py():
        return pc.if_else(pc.is_valid(array), text, None)
    text = pc.if_else(whole, text, array.cast(pa.string()))
    long = pc.or_(pc.greater(pc.binary_length(text), 16), pc.match_substring(text, "e")).fill_null(False)
    if not pc.any(long).as_py():
        return text
    shown = [shown_number(value) for value in array.filter(long).to_pylist()]
    return pc.replace_with_mask(text, long, pa.array(shown, pa.string()))


def shown_number(value: float) -> str:
    """A number with the 15 digits of a spreadsheet; with an exponent where it has more before the point."""
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    return f"{digits}E{exponent}" if int(exponent) > 0 else format(Decimal(text), "f")


def _timestamp(array: pa.Array) -> pa.Array:
    text = _without_empty_fraction(pc.replace_substring(array.cast(pa.string()), " ", "T", max_replacements=1))
    if array.type.tz is None:
        return pc.replace_substring_regex(text, "T00:00:00$", "")
    return pc.replace_substring_regex(text, r"([+-]\d\d)(\d\d)$", r"\1:\2")


def _time(array: pa.Array) -> pa.Array:
    return _without_empty_fraction(array.cast(pa.string()))


def _without_empty_fraction(text: pa.Array) -> pa.Array:
    text = pc.replace_substring_regex(text, r"\.0+(Z|[+-]\d{4})?$", r"\1")
    return pc.replace_substring_regex(text, r"(\.\d*[1-9])0+(Z|[+-]\d{4})?$", r"\1\2")


def _duration(array: pa.Array) -> pa.Array:
    """Hours:minutes:seconds; arithmetic in microseconds, finer fractions are cut."""
    counts = array.cast(pa.int64())
    unit = array.type.unit
    micros = pc.divide(counts, 1000) if unit == "ns" else pc.multiply(counts, _MICROSECONDS[unit])
    sign = pc.if_else(pc.less(micros, 0), "-", "")
    micros = pc.abs(micros)
    seconds = pc.divide(micros, 1_000_000)
    minutes = pc.divide(seconds, 60)
    fraction = pc.subtract(micros, pc.multiply(seconds, 1_000_000))
    clock = pc.binary_join_element_wise(
        _two_digits(pc.divide(minutes, 60)),
        _two_digits(pc.subtract(minutes, pc.multiply(pc.divide(minutes, 60), 60))),
        _two_digits(pc.subtract(seconds, pc.multiply(minutes, 60))),
        ":",
    )
    fraction = pc.utf8_lpad(fraction.cast(pa.string()), 6, "0")
    return _without_empty_fraction(pc.binary_join_element_wise(sign, clock, ".", fraction, ""))


def _two_digits(numbers: pa.Array) -> pa.Array:
    return pc.utf8_lpad(numbers.cast(pa.string()), 2, "0")


def _as_it_is(array: pa.Array) -> pa.Array:
    return array.cast(pa.string())


def _by_json(array: pa.Array) -> pa.Array:
    return pa.array([None if value is None else _json(value) for value in array.to_pylist()], pa.string())


def _json(value: object) -> str:
    plain = sorted(value, key=str) if isinstance(value, set) else value
    return json.dumps(plain, ensure_ascii=False, default=str)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


_WRITERS: list[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]]] = [
    (_is_text, _as_it_is),
    (pa.types.is_floating, _float),
    (pa.types.is_timestamp, _timestamp),
    (pa.types.is_time, _time),
    (pa.types.is_duration, _duration),
    (pa.types.is_date, lambda array: array.cast(pa.date32()).cast(pa.string())),
    (pa.types.is_integer, _as_it_is),
    (pa.types.is_boolean, _as_it_is),
    (pa.types.is_decimal, _as_it_is),
    (pa.types.is_null, _as_it_is),
]
