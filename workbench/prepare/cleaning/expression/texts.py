"""Functions of text: what each makes of whole columns, as PostgreSQL does."""

from collections.abc import Callable
from string import ascii_uppercase

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from workbench.model.arrays import joined_with, replaced
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.expression.values import (
    MOST,
    NUMBER,
    TWO,
    Construct,
    Evaluate,
    Rows,
    Value,
    checked_whole,
    has_any,
    whole,
)
from workbench.prepare.cleaning.sizes import refuse_joining, refuse_replacing

_BEHIND_DIGITS = tuple((f"([0-9]){letter}", rf"\1{letter.lower()}") for letter in ascii_uppercase)
_BETWEEN_WORDS = sqlglot.parse_one("initcap(a)", read="postgres").args["expression"].name
"""What the parser says beside initcap where nobody does."""


def _of_text(function: Callable[[pa.StringArray], pa.StringArray]) -> Evaluate:
    return lambda node, rows: Value("text", function(rows.text(node.this)))


def _initcap(text: pa.StringArray) -> pa.StringArray:
    """A digit begins a word, so that "2ND" is "2nd"."""
    titled = pc.utf8_title(pc.utf8_lower(text))
    wrong = pc.match_substring_regex(titled, "[0-9][A-Z]")
    return pc.replace_with_mask(titled, wrong, replaced(titled.filter(wrong), *_BEHIND_DIGITS))


def _trim(node: exp.Expr, rows: Rows) -> Value:
    trims = {"LEADING": pc.utf8_ltrim, "TRAILING": pc.utf8_rtrim}
    trim = trims.get(str(node.args.get("position") or "").upper(), pc.utf8_trim)
    letters = node.expression.name if node.args.get("expression") else AROUND
    return Value("text", trim(rows.text(node.this), characters=letters))


def _replace(node: exp.Expr, rows: Rows) -> Value:
    text = rows.text(node.this)
    find, by = node.expression.name, node.args.get("replacement")
    if not find:
        return Value("text", text)
    instead = by.name if by is not None else ""
    refuse_replacing(text, find, instead, pattern=False)
    return Value("text", pc.replace_substring(text, find, instead))


def _regexp_replace(node: exp.Expr, rows: Rows) -> Value:
    """The first place alone, all of them with g, and in any case with i."""
    text = rows.text(node.this)
    how = node.args["modifiers"].name if node.args.get("modifiers") else ""
    pattern = f"(?i){node.expression.name}" if "i" in how else node.expression.name
    by = node.args["replacement"].name if node.args.get("replacement") else ""
    most = None if "g" in how else 1
    refuse_replacing(text, pattern, by, pattern=True, once=most == 1)
    return Value("text", pc.replace_substring_regex(text, pattern, by, max_replacements=most))


def _split_part(node: exp.Expr, rows: Rows) -> Value:
    """A number below 0 counts from the end."""
    text = rows.text(node.this)
    number, separator = checked_whole(node.args["part_index"]), node.args["delimiter"].name
    if not separator:
        return Value("text", text if abs(number) == 1 else rows.same("", pa.string()))
    parts = pc.split_pattern(text, separator, max_splits=abs(number), reverse=number < 0)
    lengths = pc.list_value_length(parts)
    long = pc.greater_equal(lengths, abs(number))
    if number > 0:
        found = pc.list_element(parts.filter(long), number - 1)
    else:  # what stands before it is one part more, where there is any
        rest = pc.equal(lengths, abs(number)).filter(long)
        parts = parts.filter(pc.and_(long, pc.greater(lengths, 0)))
        found = pc.if_else(rest, pc.list_element(parts, 0), _second(parts))
    return Value("text", pc.replace_with_mask(rows.same("", pa.string()), long, found))


def _second(parts: pa.ListArray) -> pa.StringArray:
    """The second of each list, null where it has one only."""
    two = pc.greater(pc.list_value_length(parts), 1)
    nothing = pa.nulls(len(parts), pa.string())
    return pc.replace_with_mask(nothing, two, pc.list_element(parts.filter(two), 1))


def _substring(node: exp.Expr, rows: Rows) -> Value:
    text = rows.text(node.this)
    start = checked_whole(node.args["start"]) - 1 if node.args.get("start") else 0
    stop = start + checked_whole(node.args["length"]) if node.args.get("length") else None
    return Value("text", pc.utf8_slice_codeunits(text, max(start, 0), max(stop, 0) if stop is not None else None))


def _left(node: exp.Expr, rows: Rows) -> Value:
    """So many characters, of a number below 0 all but so many at the other end."""
    return Value("text", pc.utf8_slice_codeunits(rows.text(node.this), 0, checked_whole(node.expression)))


def _right(node: exp.Expr, rows: Rows) -> Value:
    text, number = rows.text(node.this), checked_whole(node.expression)
    return Value("text", pc.utf8_slice_codeunits(text, -number) if number else rows.same("", pa.string()))


def _length(node: exp.Expr, rows: Rows) -> Value:
    return Value("number", pc.cast(pc.utf8_length(rows.text(node.this)), NUMBER))


def _joined(node: exp.Expr, rows: Rows) -> Value:
    return _together([rows.text(node.this), rows.text(node.expression)])


def _concat(node: exp.Expr, rows: Rows) -> Value:
    return _together([rows.text(each) for each in node.expressions])


def _together(parts: list[pa.StringArray]) -> Value:
    refuse_joining(parts)
    return Value("text", pc.binary_join_element_wise(*parts, ""))


def _concat_ws(node: exp.Expr, rows: Rows) -> Value:
    separator, *parts = node.expressions
    texts = [rows.text(each) for each in parts]
    refuse_joining(texts, separator.name)
    return Value("text", joined_with(separator.name, *texts))


def _separated(node: exp.Expr) -> bool:
    separator, *parts = node.expressions
    return bool(parts) and isinstance(separator, exp.Literal) and bool(separator.args["is_string"])


TEXTS: dict[type[exp.Expr], Construct] = {
    exp.Lower: Construct(evaluate=_of_text(pc.utf8_lower), takes=("this",)),
    exp.Upper: Construct(evaluate=_of_text(pc.utf8_upper), takes=("this",)),
    exp.Initcap: Construct(
        evaluate=_of_text(_initcap), takes=TWO, also=lambda node: node.args["expression"].name == _BETWEEN_WORDS
    ),
    exp.Trim: Construct(evaluate=_trim, takes=(*TWO, "position"), texts=("expression",)),
    exp.Replace: Construct(evaluate=_replace, takes=(*TWO, "replacement"), texts=("expression", "replacement")),
    exp.RegexpReplace: Construct(
        evaluate=_regexp_replace,
        takes=(*TWO, "replacement", "modifiers", "single_replace"),
        texts=("expression", "replacement", "modifiers"),
        patterns=("expression",),
        also=lambda node: set(node.args["modifiers"].name if node.args.get("modifiers") else "") <= {"g", "i"},
    ),
    exp.SplitPart: Construct(
        evaluate=_split_part,
        takes=("this", "delimiter", "part_index"),
        texts=("delimiter",),
        whole={"part_index": -MOST},
        also=lambda node: len(node.args) == 3 and whole(node.args["part_index"]) != 0,
    ),
    exp.Substring: Construct(
        evaluate=_substring,
        takes=("this", "start", "length"),
        whole={"start": -MOST, "length": 0},
        also=has_any("start", "length"),
    ),
    exp.Left: Construct(evaluate=_left, takes=TWO, whole={"expression": -MOST}),
    exp.Right: Construct(evaluate=_right, takes=TWO, whole={"expression": -MOST}),
    exp.Length: Construct(evaluate=_length, takes=("this",)),
    exp.DPipe: Construct(evaluate=_joined, takes=(*TWO, "safe")),
    exp.Concat: Construct(evaluate=_concat, takes=("expressions", "safe", "coalesce")),
    exp.ConcatWs: Construct(evaluate=_concat_ws, takes=("expressions", "safe", "coalesce"), also=_separated),
}
