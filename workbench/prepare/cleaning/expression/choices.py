"""Choices: the first of several values that is not blank, none for a certain one, or one by a condition."""

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from workbench.model.arrays import only
from workbench.prepare.cleaning.expression.questions import compared
from workbench.prepare.cleaning.expression.values import TWO, Construct, Rows, Value, has_any


def _coalesce(node: exp.Expr, rows: Rows) -> Value:
    """What one of them loses is none where another stands for it."""
    apart = rows.apart()
    texts = [apart.text(each) for each in (node.this, *node.expressions)]
    parts = [only(text, pc.not_equal(text, "")) for text in texts]
    found = pc.fill_null(pc.coalesce(*parts), "")
    rows.lose(pc.and_(apart.unworked, pc.equal(found, "")))
    return Value("text", found)


def _nullif(node: exp.Expr, rows: Rows) -> Value:
    value = rows.value(node.this)
    same = compared(pc.equal, value, rows.value(node.expression))
    return Value("text", pc.if_else(same, "", value.text))


def _case(node: exp.Expr, rows: Rows) -> Value:
    """What a branch loses counts in the rows that come to it."""
    subject = rows.value(node.this) if node.this is not None else None
    otherwise, apart = node.args.get("default"), rows.apart()
    found = apart.text(otherwise) if otherwise is not None else rows.same("", pa.string())
    lost = apart.unworked
    for branch in reversed(node.args["ifs"]):
        asking, inside = rows.apart(), rows.apart()
        asked = asking.value(branch.this)
        flags = asked.flag if subject is None else compared(pc.equal, subject, asked)
        found = pc.if_else(flags, inside.text(branch.args["true"]), found)
        lost = pc.or_(asking.unworked, pc.if_else(flags, inside.unworked, lost))
    rows.lose(lost)
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
