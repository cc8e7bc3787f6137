"""Columns, what is written out, and a value made a text or a number."""

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.prepare.cleaning.expression.numbers import ROUNDED, as_number
from workbench.prepare.cleaning.expression.values import NUMBER, Construct, Rows, Value, exact

_TO = exp.DataType.Type
_CASTS = {
    **dict.fromkeys((_TO.TEXT, _TO.VARCHAR, _TO.CHAR), "text"),
    **dict.fromkeys((_TO.DECIMAL, _TO.DOUBLE, _TO.FLOAT), "decimal"),
    **dict.fromkeys((_TO.INT, _TO.BIGINT, _TO.SMALLINT), "integer"),
}


def _column(node: exp.Expr, rows: Rows) -> Value:
    return Value("text", rows.cells[node.name])


def _literal(node: exp.Expr, rows: Rows) -> Value:
    if node.args["is_string"]:
        return Value("text", rows.same(node.name, pa.string()))
    return Value("number", rows.same(exact(node.name), NUMBER))


def _null(node: exp.Expr, rows: Rows) -> Value:
    return Value("text", rows.same("", pa.string()))


def _boolean(node: exp.Expr, rows: Rows) -> Value:
    return Value("flag", rows.same(bool(node.this), pa.bool_()))


def _paren(node: exp.Expr, rows: Rows) -> Value:
    return rows.value(node.this)


def _cast(node: exp.Expr, rows: Rows) -> Value:
    to = _CASTS[node.args["to"].this]
    if to == "text":
        return Value("text", rows.text(node.this))
    number = pc.cast(rows.numbers(node.this), ROUNDED)
    return as_number(pc.round(number, 0 if to == "integer" else 6, "half_towards_infinity"), rows)


COLUMNS: dict[type[exp.Expr], Construct] = {
    exp.Column: Construct(evaluate=_column, takes=("this",)),
    exp.Literal: Construct(evaluate=_literal, takes=("this", "is_string")),
    exp.Null: Construct(evaluate=_null, takes=()),
    exp.Boolean: Construct(evaluate=_boolean, takes=("this",)),
    exp.Paren: Construct(evaluate=_paren, takes=("this",)),
    exp.Cast: Construct(
        evaluate=_cast,
        takes=("this", "to"),
        also=lambda node: node.args["to"].this in _CASTS and not node.args["to"].expressions,
    ),
}
