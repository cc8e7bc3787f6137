"""Numbers: exact, to six places, and blank where there is none or it is too large to be counted with."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.prepare.cleaning.expression.values import (
    MOST,
    NUMBER,
    TWO,
    Construct,
    Evaluate,
    Rows,
    Value,
    checked_whole,
)

ROUNDED = pa.decimal128(27, 6)
"""Has room for what is rounded up."""


def as_number(found: Any, rows: Rows) -> Value:
    """Rounded to six places; null, and lost, where it is too large."""
    found = pc.round(found, 6)
    fits = pc.less(pc.abs(found), pa.scalar(MOST, pa.decimal128(19, 0)))
    rows.lose(pc.fill_null(pc.invert(fits), False))
    found = pc.if_else(fits, found, pa.scalar(None, found.type))
    return Value("number", pc.cast(found, NUMBER, safe=False))


def _both(node: exp.Expr, rows: Rows) -> tuple[pa.Decimal128Array, pa.Decimal128Array]:
    return rows.numbers(node.this), rows.numbers(node.expression)


def _sum(function: Any) -> Evaluate:
    return lambda node, rows: as_number(function(*_both(node, rows)), rows)


def _product(node: exp.Expr, rows: Rows) -> Value:
    one, other = _both(node, rows)
    return as_number(pc.multiply(pc.cast(one, pa.decimal256(24, 6)), other), rows)


def _quotient(node: exp.Expr, rows: Rows) -> Value:
    above, below = _both(node, rows)
    zero = pc.equal(below, pa.scalar(0, NUMBER))
    rows.lose(pc.and_(pc.fill_null(zero, False), pc.is_valid(above)))
    below = pc.if_else(zero, pa.scalar(None, NUMBER), below)
    return as_number(pc.divide(pc.cast(above, pa.decimal256(42, 18)), below), rows)


def _negative(node: exp.Expr, rows: Rows) -> Value:
    return Value("number", pc.negate(rows.numbers(node.this)))


def _absolute(node: exp.Expr, rows: Rows) -> Value:
    return Value("number", pc.abs(rows.numbers(node.this)))


def _round(node: exp.Expr, rows: Rows) -> Value:
    """Before the point where the number of places is below 0."""
    places = min(max(checked_whole(node.args["decimals"]) if node.args.get("decimals") else 0, -19), 6)
    number = pc.cast(rows.numbers(node.this), ROUNDED)
    return as_number(pc.round(number, places, "half_towards_infinity"), rows)


NUMBERS: dict[type[exp.Expr], Construct] = {
    exp.Add: Construct(evaluate=_sum(pc.add), takes=TWO),
    exp.Sub: Construct(evaluate=_sum(pc.subtract), takes=TWO),
    exp.Mul: Construct(evaluate=_product, takes=TWO),
    exp.Div: Construct(evaluate=_quotient, takes=(*TWO, "typed", "safe")),
    exp.Neg: Construct(evaluate=_negative, takes=("this",)),
    exp.Abs: Construct(evaluate=_absolute, takes=("this",)),
    exp.Round: Construct(evaluate=_round, takes=("this", "decimals"), whole={"decimals": -MOST}),
}
