"""Expressions over the columns of a row: a small part of SQL, parsed by sqlglot, which runs nothing, and evaluated here
on whole columns.

What an expression may have is what stands in `_NODES`; everything else is refused by its name. A column is written as
it stands in the header, in double quotes where it is no plain word. A blank cell is the empty text: `phone = ''` is
true of it and so is `phone is null`, `coalesce` takes the first that is not blank, and what is joined to it stays. A
text is read as a number, with a decimal point, where a number is meant; where it is none, the result is blank. Numbers
are exact, to six places, and all are decimals: 7 / 2 is 3.5, where SQL has 3, for a cell with 7 is a text as one with
7.0 is, and whoever divides a column means no rest to be lost. Two columns are compared as texts, and as numbers where
one is made one: `paid::decimal < due`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from string import ascii_uppercase
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from workbench.model import numbers
from workbench.model.arrays import joined_with, matches, only, replaced
from workbench.model.errors import WrongRecipe
from workbench.model.trimming import AROUND
from workbench.prepare.cleaning.patterns import refusal
from workbench.prepare.cleaning.sizes import refuse_joining, refuse_replacing
from workbench.prepare.cleaning.written import WRITTEN, unknown, wrongly

LONGEST = 5_000
"""Characters of an expression."""
DEEPEST = 100
"""Of what stands within each other in an expression; `a || b || c` has two of them."""
QUOTES = "A column that is no plain word stands in double quotes, a text in single ones."

_TRIED = ("", "x", "1.5")
_NUMBER = pa.decimal128(24, 6)
_ROUNDED = pa.decimal128(27, 6)
"""Has room for what is rounded up."""
_MOST = 10**18
"""A number from this one on is none that can be counted with."""
_EXPONENT = 30
"""A number with more digits than this before its point, or noughts after it, is not looked at more closely."""
_BEHIND_DIGITS = tuple((f"([0-9]){letter}", rf"\1{letter.lower()}") for letter in ascii_uppercase)
_DIGITS = r"^-?[0-9]{1,18}(?:\.[0-9]{1,6})?$"


@dataclass(frozen=True)
class _Value:
    """A column of texts, numbers (decimal, null where blank) or flags."""

    kind: Literal["text", "number", "flag"]
    data: Any


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What an expression is evaluated on."""

    cells: Mapping[str, pa.StringArray]
    rows: int

    def same(self, value: Any, type_: pa.DataType) -> Any:
        return pa.repeat(pa.scalar(value, type_), self.rows)


class Expression:
    """An expression that can be evaluated; raises WrongRecipe, with a sentence, where it cannot be."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = _parsed(text)
        depths: dict[int, int] = {}
        for node in self._tree.walk(bfs=True):
            depths[id(node)] = depths.get(id(node.parent), -1) + 1
            if depths[id(node)] > DEEPEST:
                raise _wrong(f"{text[:40]}…", f"has more than {DEEPEST} operations within each other.")
            _check(text, node)
        tried = {name: pa.array(_TRIED, pa.string()) for name in self.columns}
        try:
            self.texts(tried, len(_TRIED))
        except (TypeError, KeyError, AttributeError, ValueError, pa.ArrowException):
            raise _wrong(text, "lacks something, or has it where it cannot be.") from None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(column.name for column in self._tree.find_all(exp.Column)))

    @property
    def is_question(self) -> bool:
        """Whether it is true or false of a row."""
        tried = {name: pa.array(_TRIED, pa.string()) for name in self.columns}
        return _value(self._tree, _Row(cells=tried, rows=len(_TRIED))).kind == "flag"

    def texts(self, cells: Mapping[str, pa.StringArray], rows: int) -> pa.StringArray:
        """What it is of each row, as a text; "" where it is nothing."""
        return _text(_value(self._tree, _Row(cells=cells, rows=rows)))

    def flags(self, cells: Mapping[str, pa.StringArray], rows: int) -> pa.BooleanArray:
        """Of which rows it is true."""
        return _flag(_value(self._tree, _Row(cells=cells, rows=rows)))


def _wrong(text: str, why: str) -> WrongRecipe:
    return WrongRecipe(step="The expression", why=f"the expression {text!r} {why}")


def _parsed(text: str) -> exp.Expr:
    if len(text) > LONGEST:
        raise _wrong(f"{text[:40]}…", f"is longer than {LONGEST:,} characters.")
    try:
        found = sqlglot.parse(text, read="postgres")
    except (SqlglotError, RecursionError) as error:
        raise _wrong(text, _incomplete(text) or f"cannot be read{_place(error)}. {QUOTES}") from None
    if len(found) != 1 or found[0] is None:
        raise _wrong(text, "is not one expression.")
    return found[0]


def _place(error: Exception) -> str:
    places = [each["col"] for each in getattr(error, "errors", ()) if each.get("col")]
    return f" from character {places[0]} on" if places else ""


def _incomplete(text: str) -> str:
    """How the function is written that lacks something, of an expression that cannot be read for that."""
    try:
        trees = sqlglot.parse(text, read="postgres", error_level=sqlglot.ErrorLevel.IGNORE)
    except (SqlglotError, RecursionError):
        return ""
    nodes = (node for tree in trees if tree is not None for node in tree.walk())
    lacking = (node for node in nodes if isinstance(node, exp.Func) and type(node) in WRITTEN and node.error_messages())
    return next((wrongly(node) for node in lacking), "")


def _check(text: str, node: exp.Expr) -> None:
    """Raises WrongRecipe for a node that is not on the list, or has what is not evaluated here."""
    if isinstance(node, exp.Identifier | exp.DataType):
        return
    if type(node) not in _NODES or (isinstance(node, exp.If) and not isinstance(node.parent, exp.Case)):
        raise _wrong(text, unknown(node))
    if isinstance(node, exp.Literal):
        _check_number(text, node)
    if not _is_written_so(node):
        raise _wrong(text, wrongly(node))
    for name in _PATTERNS.get(type(node), ()):
        by = node.args.get("replacement")
        if (why := refusal(node.args[name].name, by.name if by is not None else "")) is not None:
            raise _wrong(text, f"cannot be used: {why}")


def _is_written_so(node: exp.Expr) -> bool:
    """Whether a known node has what it needs, where it is needed, and no more."""
    args = {name: value for name, value in node.args.items() if value}
    if any(name not in _ARGUMENTS[type(node)] for name in args) or node.error_messages():
        return False
    for name in _LITERAL.get(type(node), ()):
        value = args.get(name)
        if value is not None and not (isinstance(value, exp.Literal) and value.args["is_string"]):
            return False
    for name, least in _WHOLE.get(type(node), {}).items():
        number = _whole(args[name]) if name in args else least
        if number is None or number < least:
            return False
    special = _SPECIAL.get(type(node))
    return special is None or special(node)


def _check_number(text: str, node: exp.Expr) -> None:
    """Raises WrongRecipe for a number that would not be counted with as it is written."""
    if not node.args["is_string"] and _exact(node.name) is None and not isinstance(node.parent, tuple(_WHOLE)):
        why = "a number has up to 18 digits before its point and up to 6 after it."
        raise _wrong(text, f"has the number {node.name}, which cannot be counted with: {why}")


# --- what values are taken for ---


def _value(node: exp.Expr, row: _Row) -> _Value:
    return _NODES[type(node)](node, row)


def _text(value: _Value) -> pa.StringArray:
    if value.kind == "text":
        return value.data
    if value.kind == "flag":
        return pc.if_else(value.data, "true", "false")
    plain = pc.cast(value.data, pa.string())
    return pc.fill_null(replaced(plain, (r"(\.[0-9]*?)0+$", r"\1"), (r"\.$", ""), ("^-0$", "0")), "")


def _number(value: _Value) -> pa.Decimal128Array:
    if value.kind == "number":
        return value.data
    canonical = numbers.number(pc.utf8_trim(_text(value), characters=AROUND), "point")
    return pc.cast(only(canonical, matches(canonical, _DIGITS)), _NUMBER)


def _flag(value: _Value) -> pa.BooleanArray:
    """A text is true where it says so."""
    if value.kind == "flag":
        return value.data
    return pc.equal(pc.utf8_lower(_text(value)), "true")


def _texts(node: exp.Expr, row: _Row, *names: str) -> list[pa.StringArray]:
    return [_text(_value(node.args[name], row)) for name in names]


def _numbers(node: exp.Expr, row: _Row) -> tuple[pa.Decimal128Array, pa.Decimal128Array]:
    return _number(_value(node.this, row)), _number(_value(node.expression, row))


def _as_number(found: Any) -> _Value:
    """Rounded to six places; null where it is too large."""
    found = pc.round(found, 6)
    fits = pc.less(pc.abs(found), pa.scalar(_MOST, pa.decimal128(19, 0)))
    found = pc.if_else(fits, found, pa.scalar(None, found.type))
    return _Value("number", pc.cast(found, _NUMBER, safe=False))


def _blank_as_null(text: pa.StringArray) -> pa.StringArray:
    return only(text, pc.not_equal(text, ""))


# --- columns and what is written out ---


def _column(node: exp.Expr, row: _Row) -> _Value:
    return _Value("text", row.cells[node.name])


def _literal(node: exp.Expr, row: _Row) -> _Value:
    if node.args["is_string"]:
        return _Value("text", row.same(node.name, pa.string()))
    return _Value("number", row.same(_exact(node.name), _NUMBER))


def _exact(text: str) -> Decimal | None:
    """A number that is written out, be it with an exponent; None for one that is not kept as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT or abs(number) >= _MOST:
        return None
    return number if number == round(number, 6) else None


def _whole(node: exp.Expr) -> int | None:
    """A whole number that is written out, be it below 0; None for all else."""
    if isinstance(node, exp.Neg):
        number = _whole(node.this)
        return -number if number is not None else None
    if not isinstance(node, exp.Literal) or node.args["is_string"]:
        return None
    exact = _exact(node.name)
    return int(exact) if exact is not None and exact == int(exact) else None


def _null(node: exp.Expr, row: _Row) -> _Value:
    return _Value("text", row.same("", pa.string()))


def _boolean(node: exp.Expr, row: _Row) -> _Value:
    return _Value("flag", row.same(bool(node.this), pa.bool_()))


def _paren(node: exp.Expr, row: _Row) -> _Value:
    return _value(node.this, row)


def _cast(node: exp.Expr, row: _Row) -> _Value:
    value = _value(node.this, row)
    to = _CASTS[node.args["to"].this]
    if to == "text":
        return _Value("text", _text(value))
    number = pc.cast(_number(value), _ROUNDED)
    return _as_number(pc.round(number, 0 if to == "integer" else 6, "half_towards_infinity"))


# --- texts ---


def _of_text(function: Callable[[pa.StringArray], pa.StringArray]) -> Callable[[exp.Expr, _Row], _Value]:
    return lambda node, row: _Value("text", function(*_texts(node, row, "this")))


def _initcap(text: pa.StringArray) -> pa.StringArray:
    """As PostgreSQL does: a digit begins a word, so that "2ND" is "2nd"."""
    titled = pc.utf8_title(pc.utf8_lower(text))
    wrong = pc.match_substring_regex(titled, "[0-9][A-Z]")
    return pc.replace_with_mask(titled, wrong, replaced(titled.filter(wrong), *_BEHIND_DIGITS))


def _trim(node: exp.Expr, row: _Row) -> _Value:
    trims = {"LEADING": pc.utf8_ltrim, "TRAILING": pc.utf8_rtrim}
    trim = trims.get(str(node.args.get("position") or "").upper(), pc.utf8_trim)
    letters = node.expression.name if node.args.get("expression") else AROUND
    return _Value("text", trim(*_texts(node, row, "this"), characters=letters))


def _replace(node: exp.Expr, row: _Row) -> _Value:
    (text,) = _texts(node, row, "this")
    find, by = node.expression.name, node.args.get("replacement")
    if not find:
        return _Value("text", text)
    instead = by.name if by is not None else ""
    refuse_replacing(text, find, instead, pattern=False)
    return _Value("text", pc.replace_substring(text, find, instead))


def _regexp_replace(node: exp.Expr, row: _Row) -> _Value:
    """As PostgreSQL does: the first place alone, all of them with g, and in any case with i."""
    (text,) = _texts(node, row, "this")
    how = node.args["modifiers"].name if node.args.get("modifiers") else ""
    pattern = f"(?i){node.expression.name}" if "i" in how else node.expression.name
    by = node.args["replacement"].name if node.args.get("replacement") else ""
    most = None if "g" in how else 1
    refuse_replacing(text, pattern, by, pattern=True, once=most == 1)
    return _Value("text", pc.replace_substring_regex(text, pattern, by, max_replacements=most))


def _split_part(node: exp.Expr, row: _Row) -> _Value:
    """As PostgreSQL does: a number below 0 counts from the end."""
    (text,) = _texts(node, row, "this")
    number, separator = _int(node.args["part_index"]), node.args["delimiter"].name
    if not separator:
        return _Value("text", text if abs(number) == 1 else row.same("", pa.string()))
    parts = pc.split_pattern(text, separator, max_splits=abs(number), reverse=number < 0)
    lengths = pc.list_value_length(parts)
    long = pc.greater_equal(lengths, abs(number))
    if number > 0:
        found = pc.list_element(parts.filter(long), number - 1)
    else:  # what stands before it is one part more, where there is any
        rest = pc.equal(lengths, abs(number)).filter(long)
        parts = parts.filter(pc.and_(long, pc.greater(lengths, 0)))
        found = pc.if_else(rest, pc.list_element(parts, 0), _second(parts))
    return _Value("text", pc.replace_with_mask(row.same("", pa.string()), long, found))


def _second(parts: pa.ListArray) -> pa.StringArray:
    """The second of each list, null where it has one only."""
    two = pc.greater(pc.list_value_length(parts), 1)
    nothing = pa.nulls(len(parts), pa.string())
    return pc.replace_with_mask(nothing, two, pc.list_element(parts.filter(two), 1))


def _substring(node: exp.Expr, row: _Row) -> _Value:
    (text,) = _texts(node, row, "this")
    start = _int(node.args["start"]) - 1 if node.args.get("start") else 0
    stop = start + _int(node.args["length"]) if node.args.get("length") else None
    return _Value("text", pc.utf8_slice_codeunits(text, max(start, 0), max(stop, 0) if stop is not None else None))


def _left(node: exp.Expr, row: _Row) -> _Value:
    """As PostgreSQL does: so many characters, of a number below 0 all but so many at the other end."""
    (text,) = _texts(node, row, "this")
    return _Value("text", pc.utf8_slice_codeunits(text, 0, _int(node.expression)))


def _right(node: exp.Expr, row: _Row) -> _Value:
    (text,) = _texts(node, row, "this")
    number = _int(node.expression)
    return _Value("text", pc.utf8_slice_codeunits(text, -number) if number else row.same("", pa.string()))


def _int(node: exp.Expr) -> int:
    number = _whole(node)
    assert number is not None  # it was checked
    return number


def _length(node: exp.Expr, row: _Row) -> _Value:
    return _Value("number", pc.cast(pc.utf8_length(*_texts(node, row, "this")), _NUMBER))


def _joined(node: exp.Expr, row: _Row) -> _Value:
    return _Value("text", _together(_texts(node, row, "this", "expression")))


def _concat(node: exp.Expr, row: _Row) -> _Value:
    return _Value("text", _together([_text(_value(each, row)) for each in node.expressions]))


def _together(parts: list[pa.StringArray]) -> pa.StringArray:
    refuse_joining(parts)
    return pc.binary_join_element_wise(*parts, "")


def _concat_ws(node: exp.Expr, row: _Row) -> _Value:
    separator, *parts = node.expressions
    texts = [_text(_value(each, row)) for each in parts]
    refuse_joining(texts, separator.name)
    return _Value("text", joined_with(separator.name, *texts))


def _coalesce(node: exp.Expr, row: _Row) -> _Value:
    parts = [_blank_as_null(_text(_value(each, row))) for each in (node.this, *node.expressions)]
    return _Value("text", pc.fill_null(pc.coalesce(*parts), ""))


def _nullif(node: exp.Expr, row: _Row) -> _Value:
    value = _value(node.this, row)
    same = _compared(pc.equal, value, _value(node.expression, row))
    return _Value("text", pc.if_else(same, "", _text(value)))


def _case(node: exp.Expr, row: _Row) -> _Value:
    subject = _value(node.this, row) if node.this is not None else None
    otherwise = node.args.get("default")
    found = _text(_value(otherwise, row)) if otherwise is not None else row.same("", pa.string())
    for branch in reversed(node.args["ifs"]):
        asked = _value(branch.this, row)
        flags = _flag(asked) if subject is None else _compared(pc.equal, subject, asked)
        found = pc.if_else(flags, _text(_value(branch.args["true"], row)), found)
    return _Value("text", found)


# --- numbers ---


def _sum(function: Any) -> Callable[[exp.Expr, _Row], _Value]:
    return lambda node, row: _as_number(function(*_numbers(node, row)))


def _product(node: exp.Expr, row: _Row) -> _Value:
    one, other = _numbers(node, row)
    return _as_number(pc.multiply(pc.cast(one, pa.decimal256(24, 6)), other))


def _quotient(node: exp.Expr, row: _Row) -> _Value:
    above, below = _numbers(node, row)
    below = pc.if_else(pc.equal(below, pa.scalar(0, _NUMBER)), pa.scalar(None, _NUMBER), below)
    return _as_number(pc.divide(pc.cast(above, pa.decimal256(42, 18)), below))


def _negative(node: exp.Expr, row: _Row) -> _Value:
    return _Value("number", pc.negate(_number(_value(node.this, row))))


def _absolute(node: exp.Expr, row: _Row) -> _Value:
    return _Value("number", pc.abs(_number(_value(node.this, row))))


def _round(node: exp.Expr, row: _Row) -> _Value:
    """Before the point where the number of places is below 0."""
    places = min(max(_int(node.args["decimals"]) if node.args.get("decimals") else 0, -19), 6)
    number = pc.cast(_number(_value(node.this, row)), _ROUNDED)
    return _as_number(pc.round(number, places, "half_towards_infinity"))


# --- comparisons ---


def _compare(function: Any) -> Callable[[exp.Expr, _Row], _Value]:
    def compare(node: exp.Expr, row: _Row) -> _Value:
        return _Value("flag", _compared(function, _value(node.this, row), _value(node.expression, row)))

    return compare


def _compared(function: Any, one: _Value, other: _Value) -> pa.BooleanArray:
    """As numbers where one of them is a number, else as texts; nothing is true of what is no number."""
    if "number" in (one.kind, other.kind):
        found = function(_number(one), _number(other))
        return pc.fill_null(found, function is pc.not_equal)
    return function(_text(one), _text(other))


def _in(node: exp.Expr, row: _Row) -> _Value:
    value = _value(node.this, row)
    flags = (_compared(pc.equal, value, _value(each, row)) for each in node.expressions)
    return _Value("flag", reduce(pc.or_, flags))


def _between(node: exp.Expr, row: _Row) -> _Value:
    value = _value(node.this, row)
    low = _compared(pc.greater_equal, value, _value(node.args["low"], row))
    return _Value("flag", pc.and_(low, _compared(pc.less_equal, value, _value(node.args["high"], row))))


def _is(node: exp.Expr, row: _Row) -> _Value:
    value = _value(node.this, row)
    if isinstance(node.expression, exp.Boolean):
        found = pc.equal(_flag(value), bool(node.expression.this))
    else:
        found = pc.equal(_text(value), "")
    return _Value("flag", pc.invert(found) if node.args.get("negate") else found)


def _like(ignore_case: bool) -> Callable[[exp.Expr, _Row], _Value]:
    def like(node: exp.Expr, row: _Row) -> _Value:
        (text,) = _texts(node, row, "this")
        found = pc.match_like(text, node.expression.name, ignore_case=ignore_case)
        return _Value("flag", pc.invert(found) if node.args.get("negate") else found)

    return like


def _regexp(ignore_case: bool) -> Callable[[exp.Expr, _Row], _Value]:
    def regexp(node: exp.Expr, row: _Row) -> _Value:
        (text,) = _texts(node, row, "this")
        return _Value("flag", pc.match_substring_regex(text, node.expression.name, ignore_case=ignore_case))

    return regexp


def _connected(function: Any) -> Callable[[exp.Expr, _Row], _Value]:
    def connected(node: exp.Expr, row: _Row) -> _Value:
        return _Value("flag", function(_flag(_value(node.this, row)), _flag(_value(node.expression, row))))

    return connected


def _not(node: exp.Expr, row: _Row) -> _Value:
    return _Value("flag", pc.invert(_flag(_value(node.this, row))))


_TWO = ("this", "expression")
_DECLARED: dict[type[exp.Expr], tuple[Any, tuple[str, ...]]] = {
    exp.Column: (_column, ("this",)),
    exp.Literal: (_literal, ("this", "is_string")),
    exp.Null: (_null, ()),
    exp.Boolean: (_boolean, ("this",)),
    exp.Paren: (_paren, ("this",)),
    exp.Cast: (_cast, ("this", "to")),
    exp.Lower: (_of_text(pc.utf8_lower), ("this",)),
    exp.Upper: (_of_text(pc.utf8_upper), ("this",)),
    exp.Initcap: (_of_text(_initcap), _TWO),
    exp.Trim: (_trim, (*_TWO, "position")),
    exp.Replace: (_replace, (*_TWO, "replacement")),
    exp.RegexpReplace: (_regexp_replace, (*_TWO, "replacement", "modifiers", "single_replace")),
    exp.SplitPart: (_split_part, ("this", "delimiter", "part_index")),
    exp.Substring: (_substring, ("this", "start", "length")),
    exp.Left: (_left, _TWO),
    exp.Right: (_right, _TWO),
    exp.Length: (_length, ("this",)),
    exp.DPipe: (_joined, (*_TWO, "safe")),
    exp.Concat: (_concat, ("expressions", "safe", "coalesce")),
    exp.ConcatWs: (_concat_ws, ("expressions", "safe", "coalesce")),
    exp.Coalesce: (_coalesce, ("this", "expressions")),
    exp.Nullif: (_nullif, _TWO),
    exp.Case: (_case, ("this", "ifs", "default")),
    exp.If: (_paren, ("this", "true")),  # a branch of case, which looks into it itself
    exp.Add: (_sum(pc.add), _TWO),
    exp.Sub: (_sum(pc.subtract), _TWO),
    exp.Mul: (_product, _TWO),
    exp.Div: (_quotient, (*_TWO, "typed", "safe")),
    exp.Neg: (_negative, ("this",)),
    exp.Abs: (_absolute, ("this",)),
    exp.Round: (_round, ("this", "decimals")),
    exp.EQ: (_compare(pc.equal), _TWO),
    exp.NEQ: (_compare(pc.not_equal), _TWO),
    exp.LT: (_compare(pc.less), _TWO),
    exp.LTE: (_compare(pc.less_equal), _TWO),
    exp.GT: (_compare(pc.greater), _TWO),
    exp.GTE: (_compare(pc.greater_equal), _TWO),
    exp.In: (_in, ("this", "expressions")),
    exp.Between: (_between, ("this", "low", "high")),
    exp.Is: (_is, (*_TWO, "negate")),
    exp.Like: (_like(False), (*_TWO, "negate")),
    exp.ILike: (_like(True), (*_TWO, "negate")),
    exp.RegexpLike: (_regexp(False), _TWO),
    exp.RegexpILike: (_regexp(True), _TWO),
    exp.And: (_connected(pc.and_), _TWO),
    exp.Or: (_connected(pc.or_), _TWO),
    exp.Not: (_not, ("this",)),
}
_NODES = {node: function for node, (function, _) in _DECLARED.items()}
_ARGUMENTS = {node: arguments for node, (_, arguments) in _DECLARED.items()}
_LITERAL: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Trim: ("expression",),
    exp.Replace: ("expression", "replacement"),
    exp.RegexpReplace: ("expression", "replacement", "modifiers"),
    exp.SplitPart: ("delimiter",),
    **dict.fromkeys((exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike), ("expression",)),
}
"""What has to be written out in an expression, as a text: it is the same for all rows."""
_WHOLE: dict[type[exp.Expr], dict[str, int]] = {
    exp.SplitPart: {"part_index": -_MOST},
    exp.Substring: {"start": -_MOST, "length": 0},
    exp.Left: {"expression": -_MOST},
    exp.Right: {"expression": -_MOST},
    exp.Round: {"decimals": -_MOST},
}
"""The same, as a whole number, and the least that it can be."""


_CASTS = {
    **dict.fromkeys((exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR, exp.DataType.Type.CHAR), "text"),
    **dict.fromkeys((exp.DataType.Type.DECIMAL, exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT), "decimal"),
    **dict.fromkeys((exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT), "integer"),
}


def _separated(node: exp.Expr) -> bool:
    separator, *parts = node.expressions
    return bool(parts) and isinstance(separator, exp.Literal) and bool(separator.args["is_string"])


def _has_any(*names: str) -> Callable[[exp.Expr], bool]:
    return lambda node: any(node.args.get(name) for name in names)


_BETWEEN_WORDS = sqlglot.parse_one("initcap(a)", read="postgres").args["expression"].name
"""What the parser says beside initcap where nobody does."""
_SPECIAL: dict[type[exp.Expr], Callable[[exp.Expr], bool]] = {
    exp.Cast: lambda node: node.args["to"].this in _CASTS and not node.args["to"].expressions,
    exp.SplitPart: lambda node: (
        len(_ARGUMENTS[exp.SplitPart]) == len(node.args) and _whole(node.args["part_index"]) != 0
    ),
    exp.Substring: _has_any("start", "length"),
    exp.RegexpReplace: lambda node: (
        set(node.args["modifiers"].name if node.args.get("modifiers") else "") <= {"g", "i"}
    ),
    exp.Initcap: lambda node: node.args["expression"].name == _BETWEEN_WORDS,
    exp.ConcatWs: _separated,
    exp.In: _has_any("expressions"),
    exp.Case: _has_any("ifs"),
}
"""What else has to be so."""
_PATTERNS: dict[type[exp.Expr], tuple[str, ...]] = dict.fromkeys(
    (exp.RegexpReplace, exp.RegexpLike, exp.RegexpILike), ("expression",)
)
