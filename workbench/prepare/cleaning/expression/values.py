"""What an expression is evaluated on, and what each of its parts is there: a column of texts, numbers or flags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.model import numbers
from workbench.model.arrays import any_true, matches, only, replaced
from workbench.model.trimming import AROUND

NUMBER = pa.decimal128(24, 6)
MOST = 10**18
"""A number from this one on is none that can be counted with."""

_EXPONENT = 30
"""A number with more digits than this before its point, or noughts after it, is not looked at more closely."""
_DIGITS = r"^-?[0-9]{1,18}(?:\.[0-9]{1,6})?$"


@dataclass(frozen=True)
class Value:
    """A column of texts, numbers (decimal, null where blank) or flags, and what it is as each of the others."""

    kind: Literal["text", "number", "flag"]
    data: Any

    @property
    def text(self) -> pa.StringArray:
        """Blank where a number is none."""
        if self.kind == "text":
            return self.data
        if self.kind == "flag":
            return pc.if_else(self.data, "true", "false")
        plain = pc.cast(self.data, pa.string())
        return pc.fill_null(replaced(plain, (r"(\.[0-9]*?)0+$", r"\1"), (r"\.$", ""), ("^-0$", "0")), "")

    @property
    def number(self) -> pa.Decimal128Array:
        """Null where a text is none."""
        if self.kind == "number":
            return self.data
        canonical = numbers.number(pc.utf8_trim(self.text, characters=AROUND), "point")
        return pc.cast(only(canonical, matches(canonical, _DIGITS)), NUMBER)

    @property
    def flag(self) -> pa.BooleanArray:
        """A text is true where it says so."""
        if self.kind == "flag":
            return self.data
        return pc.equal(pc.utf8_lower(self.text), "true")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What an expression is evaluated on, and the constructs by which it is."""

    cells: Mapping[str, pa.StringArray]
    number: int
    constructs: Mapping[type[exp.Expr], "Construct"]
    lost: list[pa.BooleanArray] = field(default_factory=list)
    """In which rows a part of the expression could not be worked out, of each part that has any."""

    @property
    def unworked(self) -> pa.BooleanArray:
        """The rows in which any part could not be worked out."""
        return reduce(pc.or_, self.lost, self.same(False, pa.bool_()))

    def apart(self) -> "Rows":
        """The same rows, for a part of which only some rows count: what it loses is looked at there."""
        return replace(self, lost=[])

    def lose(self, where: pa.BooleanArray) -> None:
        """Notes rows in which a part could not be worked out, though there is something to work with."""
        if any_true(where):
            self.lost.append(where)

    def numbers(self, node: exp.Expr) -> pa.Decimal128Array:
        """What a part is as a number, null where it is none; a text that is not blank and no number is lost."""
        value = self.value(node)
        number = value.number
        if value.kind != "number":
            filled = pc.not_equal(pc.utf8_trim(value.text, characters=AROUND), "")
            self.lose(pc.and_(filled, pc.is_null(number)))
        return number

    def value(self, node: exp.Expr) -> Value:
        """What a part of the expression is of each row."""
        return self.constructs[type(node)].evaluate(node, self)

    def text(self, node: exp.Expr) -> pa.StringArray:
        return self.value(node).text

    def same(self, value: Any, type_: pa.DataType) -> Any:
        """A column that has this everywhere."""
        return pa.repeat(pa.scalar(value, type_), self.number)


Evaluate = Callable[[exp.Expr, Rows], Value]


@dataclass(frozen=True, kw_only=True)
class Construct:
    """One thing that an expression may have: how it is evaluated, and what it has to be like for that."""

    evaluate: Evaluate
    takes: tuple[str, ...]
    """Which of the parser's arguments it may have."""
    texts: tuple[str, ...] = ()
    """Those that have to be written out, as a text: it is the same for all rows."""
    whole: Mapping[str, int] = field(default_factory=dict)
    """The same, as a whole number, and the least that it can be."""
    patterns: tuple[str, ...] = ()
    """Those that are regular expressions."""
    also: Callable[[exp.Expr], bool] = lambda node: True
    """What else has to be so."""


TWO = ("this", "expression")
"""The arguments of what stands between two."""


def has_any(*names: str) -> Callable[[exp.Expr], bool]:
    """Whether at least one of the arguments is there."""
    return lambda node: any(node.args.get(name) for name in names)


def exact(text: str) -> Decimal | None:
    """A number that is written out, be it with an exponent; None for one that is not kept as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT or abs(number) >= MOST:
        return None
    return number if number == round(number, 6) else None


def whole(node: exp.Expr) -> int | None:
    """A whole number that is written out, be it below 0; None for all else."""
    if isinstance(node, exp.Neg):
        number = whole(node.this)
        return -number if number is not None else None
    if not isinstance(node, exp.Literal) or node.args["is_string"]:
        return None
    found = exact(node.name)
    return int(found) if found is not None and found == int(found) else None


def checked_whole(node: exp.Expr) -> int:
    """The same of an argument that was checked to be one."""
    number = whole(node)
    assert number is not None
    return number
