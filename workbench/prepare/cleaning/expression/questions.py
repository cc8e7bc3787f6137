"""Questions, which are true or false of a row: comparisons, patterns, and several of them together."""

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.prepare.cleaning.expression.values import TWO, Construct, Evaluate, Rows, Value, has_any


def compared(function: Any, one: Value, other: Value) -> pa.BooleanArray:
    """As numbers where one of them is a number, else as texts; nothing is true of what is no number."""
    if "number" in (one.kind, other.kind):
        found = function(one.number, other.number)
        return pc.fill_null(found, function is pc.not_equal)
    return function(one.text, other.text)


def _compare(function: Any) -> Evaluate:
    return lambda node, rows: Value("flag", compared(function, rows.value(node.this), rows.value(node.expression)))


def _in(node: exp.Expr, rows: Rows) -> Value:
    value = rows.value(node.this)
    flags = (compared(pc.equal, value, rows.value(each)) for each in node.expressions)
    return Value("flag", reduce(pc.or_, flags))


def _between(node: exp.Expr, rows: Rows) -> Value:
    value = rows.value(node.this)
    low = compared(pc.greater_equal, value, rows.value(node.args["low"]))
    return Value("flag", pc.and_(low, compared(pc.less_equal, value, rows.value(node.args["high"]))))


def _is(node: exp.Expr, rows: Rows) -> Value:
    """Whoever asks whether it is nothing loses nothing by that."""
    value = rows.apart().value(node.this)
    if isinstance(node.expression, exp.Boolean):
        found = pc.equal(value.flag, bool(node.expression.this))
    else:
        found = pc.equal(value.text, "")
    return Value("flag", pc.invert(found) if node.args.get("negate") else found)


def _like(ignore_case: bool) -> Evaluate:
    def like(node: exp.Expr, rows: Rows) -> Value:
        found = pc.match_like(rows.text(node.this), node.expression.name, ignore_case=ignore_case)
        return Value("flag", pc.invert(found) if node.args.get("negate") else found)

    return like


def _regexp(ignore_case: bool) -> Evaluate:
    def regexp(node: exp.Expr, rows: Rows) -> Value:
        text, pattern = rows.text(node.this), node.expression.name
        return Value("flag", pc.match_substring_regex(text, pattern, ignore_case=ignore_case))

    return regexp


def _connected(function: Any) -> Evaluate:
    """What the second loses counts where the first does not say it all."""

    def connected(node: exp.Expr, rows: Rows) -> Value:
        apart = rows.apart()
        one, other = rows.value(node.this).flag, apart.value(node.expression).flag
        rows.lose(pc.and_(apart.unworked, one if function is pc.and_ else pc.invert(one)))
        return Value("flag", function(one, other))

    return connected


def _not(node: exp.Expr, rows: Rows) -> Value:
    return Value("flag", pc.invert(rows.value(node.this).flag))


QUESTIONS: dict[type[exp.Expr], Construct] = {
    exp.EQ: Construct(evaluate=_compare(pc.equal), takes=TWO),
    exp.NEQ: Construct(evaluate=_compare(pc.not_equal), takes=TWO),
    exp.LT: Construct(evaluate=_compare(pc.less), takes=TWO),
    exp.LTE: Construct(evaluate=_compare(pc.less_equal), takes=TWO),
    exp.GT: Construct(evaluate=_compare(pc.greater), takes=TWO),
    exp.GTE: Construct(evaluate=_compare(pc.greater_equal), takes=TWO),
    exp.In: Construct(evaluate=_in, takes=("this", "expressions"), also=has_any("expressions")),
    exp.Between: Construct(evaluate=_between, takes=("this", "low", "high")),
    exp.Is: Construct(evaluate=_is, takes=(*TWO, "negate")),
    exp.Like: Construct(evaluate=_like(False), takes=(*TWO, "negate"), texts=("expression",)),
    exp.ILike: Construct(evaluate=_like(True), takes=(*TWO, "negate"), texts=("expression",)),
    exp.RegexpLike: Construct(evaluate=_regexp(False), takes=TWO, texts=("expression",), patterns=("expression",)),
    exp.RegexpILike: Construct(evaluate=_regexp(True), takes=TWO, texts=("expression",), patterns=("expression",)),
    exp.And: Construct(evaluate=_connected(pc.and_), takes=TWO),
    exp.Or: Construct(evaluate=_connected(pc.or_), takes=TWO),
    exp.Not: Construct(evaluate=_not, takes=("this",)),
}
