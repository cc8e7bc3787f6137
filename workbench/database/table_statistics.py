"""What the server knows of the tables that a large commit writes, kept right until it ends.

A foreign key is checked by a query that is planned once, of what is known of the table that it refers to. Nobody else
sees the rows of a transaction under way: the server, should it count such a table by itself meanwhile, finds pages and
no row in them, takes one index of it for as good as another, and each check may then read all records of the tenant.
"""

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from workbench.model.contract import Contract


def hold(connection: Connection[Any], *contracts: Contract) -> None:
    """Lets nobody else count the tables of the contracts until the transaction ends, and forgets how checks were
    planned when tables were smaller. Another large commit into one of them waits for this one."""
    connection.execute("discard plans")
    for table in sorted({(contract.family, contract.table) for contract in contracts}):
        connection.execute(SQL("lock table {} in share update exclusive mode").format(Identifier(*table)))


def renew(connection: Connection[Any], contract: Contract) -> None:
    """Counts a table with the rows that the transaction has written to it."""
    connection.execute("select workbench.count_records(%s, %s)", (contract.family, contract.table))
