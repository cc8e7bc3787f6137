"""How what an expression may have is written, for people: what a refusal says instead of the parser's words."""

from sqlglot import exp

_TEXT = "is a text in single quotes, the same for all rows"
_NUMBER = "the number is a whole one, the same for all rows"
WRITTEN: dict[type[exp.Expr], str] = {
    exp.Lower: "lower(text)",
    exp.Upper: "upper(text)",
    exp.Initcap: "initcap(text)",
    exp.Trim: f"trim(text, 'characters'), where what is taken away {_TEXT}",
    exp.Replace: f"replace(text, 'old', 'new'), where each of the two {_TEXT}",
    exp.RegexpReplace: f"regexp_replace(text, 'pattern', 'new', 'gi'), where each {_TEXT}, "
    "and the last is g, i or both",
    exp.SplitPart: f"split_part(text, 'separator', number), where the separator {_TEXT}, and {_NUMBER}, not 0, and "
    "counts from the end below 0",
    exp.Substring: "substring(text, start, length), where both are whole numbers, the same for all rows, and the "
    "length is 0 at least",
    exp.Left: f"left(text, number), where {_NUMBER}",
    exp.Right: f"right(text, number), where {_NUMBER}",
    exp.Length: "length(text)",
    exp.Concat: "concat(text, text)",
    exp.ConcatWs: f"concat_ws('separator', text, text), where the separator {_TEXT}",
    exp.Coalesce: "coalesce(value, value)",
    exp.Nullif: "nullif(value, value)",
    exp.Case: "case when condition then value else value end",
    exp.Round: "round(number, places), where the places are a whole number, the same for all rows",
    exp.Abs: "abs(number)",
    exp.Cast: "cast(value as decimal), where it can become text, decimal or integer, without a size",
    exp.In: "value in ('one', 'two')",
    exp.Between: "value between low and high",
    exp.Is: "value is null, or value is true",
    exp.Like: f"text like 'pattern', where the pattern {_TEXT}",
    exp.ILike: f"text ilike 'pattern', where the pattern {_TEXT}",
    exp.RegexpLike: f"text ~ 'pattern', where the pattern {_TEXT}",
    exp.RegexpILike: f"text ~* 'pattern', where the pattern {_TEXT}",
    exp.Column: 'a column whose name has a point in double quotes: "a.b"',
}
"""The form of each, and what its parts have to be where that is not plain."""
WORDS = (
    *("case", "coalesce", "nullif", "lower", "upper", "initcap", "trim", "ltrim", "rtrim", "replace", "regexp_replace"),
    *("split_part", "substring", "left", "right", "length", "concat", "concat_ws", "round", "abs", "cast"),
    *("and", "or", "not", "in", "between", "like", "ilike", "~", "is null", "||", "=", "<>", "<", "<=", ">", ">="),
    *("+", "-", "*", "/"),
)
"""What an expression may have beside columns, texts and numbers, for people."""
_LONGEST = 40


def wrongly(node: exp.Expr) -> str:
    """What is told of a part that is known and written otherwise than it can be done."""
    form = f"write {WRITTEN[type(node)]}." if type(node) in WRITTEN else f"{_said(node)} cannot be done."
    return f"is not understood: {form}"


def unknown(node: exp.Expr) -> str:
    """What is told of a part that none may have."""
    if isinstance(node, exp.Alias):
        return "has two names beside each other: write a column whose name has a blank in double quotes."
    return f"has {_named(node)}, which is not among what there is: {', '.join(WORDS)}."


def _named(node: exp.Expr) -> str:
    if isinstance(node, exp.If):
        return "if"
    said = _said(node)
    return f"{said.split('(')[0].lower()}()" if isinstance(node, exp.Func) and "(" in said else said


def _said(node: exp.Expr) -> str:
    text = " ".join(node.sql(dialect="postgres").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
