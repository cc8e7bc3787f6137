"""Values as SQL: typed, as a list, in a sentence, as an issue."""

from collections.abc import Sequence

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.model.batch import Batch
from workbench.model.issue import NAMES

_SHOWN = 60
"""So many characters of what a row names stand in a message."""


def quoted(told: Composable, text: Composable) -> Composable:
    """A sentence with a text of a row behind it, the beginning of a long one: SKU not found: 'AB-12'."""
    return SQL(
        "concat({told}, {names}, left({text}, {most}), case when length({text}) > {most} then '…' end, {end})"
    ).format(told=told, names=Literal(NAMES), text=text, most=Literal(_SHOWN), end=Literal("'"))


def typed(values: Composable, name: str, sql: str) -> Composable:
    """What a JSON object has under a name, as a column of that type has it. What is JSON itself is taken as it is: read
    as a text, "123" would become a number."""
    if sql == "jsonb":
        return SQL("nullif({} -> {}, 'null')").format(values, Literal(name))
    return SQL("({} ->> {})::{}").format(values, Literal(name), SQL(sql))


def texts(of: Sequence[str]) -> Composable:
    """A list of texts."""
    return SQL("{}::text[]").format(Literal(list(of)))


def source_line(batch: Batch, row: str = "r") -> Composable:
    """The line of the source that people know a row of a batch by: one that was made of others has it from the
    first."""
    said = "coalesce({row}.sources[1], {row}.line)" if batch.derived else "{row}.line"
    return SQL(said).format(row=Identifier(row))


def issue(code: str, field: str, message: Composable, severity: str = "error") -> Composable:
    """A JSON list of one issue; the message is an SQL text."""
    return SQL("jsonb_build_array(jsonb_build_object('code', {}, 'field', {}, 'message', {}, 'severity', {}))").format(
        Literal(code), Literal(field), message, Literal(severity)
    )
