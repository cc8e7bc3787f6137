"""A person's own question in SQL: answered under the rights of the tenant, and able to change nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from workbench.database.store import Store, reason
from workbench.datasets import catalog
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
        told = "; ".join([why.rstrip("."), *_columns(statement, why)])
        raise WrongQuestion(why=told) from None
    if answer is None:
        raise WrongQuestion(why="nothing is asked")
    return answer


_UNKNOWN_COLUMN = re.compile(r'column "?(?:\w+\.)?(\w+)"? does not exist')


def _columns(statement: str, why: str) -> Iterator[str]:
    """Which columns of the tables that a statement names are the field that it took for one."""
    unknown = _UNKNOWN_COLUMN.search(why)
    if unknown is None:
        return
    for contract in catalog.CONTRACTS.values():
        table = f"{contract.family}.{contract.table}"
        if not contract.table or not re.search(rf"\b{re.escape(table)}\b", statement, re.IGNORECASE):
            continue
        for field in contract.stored:
            if field.name == unknown[1].lower() != field.target:
                of = f", the id of the {field.reference.noun} that a row names" if field.reference is not None else ""
                yield f"the field {field.name} is the column {field.target} of {table}{of}"
