"""Choices: the first of several values that is not blank, none for a certain one, or one by a condition."""

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.model.arrays import only
from workbench.prepare.cleaning.expression.questions import compared
from workbench.prepare.cleaning.expression.values import TWO, Construct, Rows, Value, has_any


def _coalesce(node: exp.Expr, rows: Rows) -> Value:
    texts = [rows.text(each) for each in (node.this, *node.expressions)]
    parts = [only(text, pc.not_equal(text, "")) for text in texts]
    return Value("text", pc.fill_null(pc.coalesce(*parts), ""))


def _nullif(node: exp.Expr, rows: Rows) -> Value:
    value = rows.value(node.this)
    same = compared(pc.equal, value, rows.value(node.expression))
    return Value("text", pc.if_else(same, "", value.text))


def _case(node: exp.Expr, rows: Rows) -> Value:
    subject = rows.value(node.this) if node.this is not None else None
    otherwise = node.args.get("default")
    found = rows.text(otherwise) if otherwise is not None else rows.same("", pa.string())
    for branch in reversed(node.args["ifs"]):
        asked = rows.value(branch.this)
        flags = asked.flag if subject is None else compared(pc.equal, subject, asked)
        found = pc.if_else(flags, rows.text(branch.args["true"]), found)
    return Value("text", found)


def _branch(node: exp.Expr, rows: Rows) -> Value:
    """The condition of a branch of case, which looks into it itself."""
    return rows.value(node.this)


CHOICES: dict[type[exp.Expr], Construct] = {
    exp.Coalesce: Construct(evaluate=_coalesce, takes=("this", "expressions")),
    exp.Nullif: Construct(evaluate=_nullif, takes=TWO),
    exp.Case: Construct(evaluate=_case, takes=("this", "ifs", "default"), also=has_any("ifs")),
    exp.If: Construct(evaluate=_branch, takes=("this", "true")),
}
