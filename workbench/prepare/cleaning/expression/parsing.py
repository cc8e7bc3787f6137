"""A text parsed by sqlglot, and refused with a sentence where it has what no expression may have."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from workbench.model.errors import WrongRecipe
from workbench.prepare.cleaning.expression.choices import CHOICES
from workbench.prepare.cleaning.expression.columns import COLUMNS
from workbench.prepare.cleaning.expression.numbers import NUMBERS
from workbench.prepare.cleaning.expression.questions import QUESTIONS
from workbench.prepare.cleaning.expression.texts import TEXTS
from workbench.prepare.cleaning.expression.values import Construct, exact, whole
from workbench.prepare.cleaning.expression.written import WRITTEN, unknown, wrongly
from workbench.prepare.cleaning.patterns import refusal

CONSTRUCTS: dict[type[exp.Expr], Construct] = {**COLUMNS, **TEXTS, **CHOICES, **NUMBERS, **QUESTIONS}
"""All that an expression may have."""
LONGEST = 5_000
"""Characters of an expression."""
DEEPEST = 100
"""Of what stands within each other in an expression; `a || b || c` has two of them."""
QUOTES = "A column that is no plain word stands in double quotes, a text in single ones."

_WITH_WHOLE = tuple(node for node, construct in CONSTRUCTS.items() if construct.whole)


def parsed(text: str) -> exp.Expr:
    """The tree of an expression, all of which is among CONSTRUCTS; raises WrongRecipe where it is not."""
    tree = _read(text)
    depths: dict[int, int] = {}
    for node in tree.walk(bfs=True):
        depths[id(node)] = depths.get(id(node.parent), -1) + 1
        if depths[id(node)] > DEEPEST:
            raise wrong(f"{text[:40]}…", f"has more than {DEEPEST} operations within each other.")
        _check(text, node)
    return tree


def wrong(text: str, why: str) -> WrongRecipe:
    return WrongRecipe(step="The expression", why=f"the expression {text!r} {why}")


def _read(text: str) -> exp.Expr:
    if len(text) > LONGEST:
        raise wrong(f"{text[:40]}…", f"is longer than {LONGEST:,} characters.")
    try:
        found = sqlglot.parse(text, read="postgres")
    except (SqlglotError, RecursionError) as error:
        raise wrong(text, _incomplete(text) or f"cannot be read{_place(error)}. {QUOTES}") from None
    if len(found) != 1 or found[0] is None:
        raise wrong(text, "is not one expression.")
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
    if type(node) not in CONSTRUCTS or (isinstance(node, exp.If) and not isinstance(node.parent, exp.Case)):
        raise wrong(text, unknown(node))
    if isinstance(node, exp.Literal):
        _check_number(text, node)
    construct = CONSTRUCTS[type(node)]
    if not _is_written_so(node, construct):
        raise wrong(text, wrongly(node))
    for name in construct.patterns:
        by = node.args.get("replacement")
        if (why := refusal(node.args[name].name, by.name if by is not None else "")) is not None:
            raise wrong(text, f"cannot be used: {why}")


def _is_written_so(node: exp.Expr, construct: Construct) -> bool:
    """Whether a known node has what it needs, where it is needed, and no more."""
    args = {name: value for name, value in node.args.items() if value}
    if any(name not in construct.takes for name in args) or node.error_messages():
        return False
    for name in construct.texts:
        value = args.get(name)
        if value is not None and not (isinstance(value, exp.Literal) and value.args["is_string"]):
            return False
    for name, least in construct.whole.items():
        number = whole(args[name]) if name in args else least
        if number is None or number < least:
            return False
    return construct.also(node)


def _check_number(text: str, node: exp.Expr) -> None:
    """Raises WrongRecipe for a number that would not be counted with as it is written."""
    if not node.args["is_string"] and exact(node.name) is None and not isinstance(node.parent, _WITH_WHOLE):
        why = "a number has up to 18 digits before its point and up to 6 after it."
        raise wrong(text, f"has the number {node.name}, which cannot be counted with: {why}")
