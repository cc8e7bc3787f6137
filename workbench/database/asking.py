"""A person's own question in SQL: answered under the rights of the tenant, and able to change nothing."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from workbench.database.store import Store, reason
from workbench.model.errors import WrongQuestion


def ask(
    store: Store, statement: str, values: Mapping[str, object] | tuple[object, ...]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and the rows of the answer; raises WrongQuestion for what the database cannot answer.

    The transaction can only read, and is rolled back: not even a setting outlives it.
    """
    answer: tuple[list[str], list[tuple[Any, ...]]] | None = None
    try:
        with store.transaction() as connection, connection.transaction(force_rollback=True):
            connection.execute("set transaction read only")
            with connection.cursor(row_factory=tuple_row) as cursor:
                # prepared: the server then takes one statement, and none behind it that ends the transaction
                cursor.execute(statement.encode(), values or None, prepare=True)
                if cursor.description is not None:
                    answer = [column.name for column in cursor.description], cursor.fetchall()
    except psycopg.Error as error:
        why = reason(error) if error.sqlstate else str(error).splitlines()[0]  # of values that do not fit the statement
        raise WrongQuestion(why=why.rstrip(".")) from None
    if answer is None:
        raise WrongQuestion(why="nothing is asked")
    return answer
