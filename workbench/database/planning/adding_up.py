"""The SQL of a plan: rows of one record that are parts of it, and go in together or not at all."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable

from workbench.database.expressions import issue, source_line
from workbench.database.planning.rolling_up import TOGETHER
from workbench.database.planning.verdicts import Verdicts
from workbench.database.target import Target


class AddingUp:
    """The records of which a row was refused as it was read: what the others come to is not all of it, so they wait."""

    def __init__(self, target: Target, verdicts: Verdicts) -> None:
        self._target = target
        self._verdicts = verdicts
        self.any = target.adds_up and bool(target.batch.summary.get("failed"))
        """Whether there can be any."""

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts their keys into a table of the transaction, each with the first line that was refused."""
        if self.any:
            connection.execute(
                self._target.compose(
                    """
                    create temporary table incomplete on commit drop as
                    select external_key, min({at}) as refused from {rows} r
                    where batch_id = {batch} and status = 'failed' and external_key is not null
                    group by external_key""",
                    at=source_line(self._target.batch),
                )
            )

    def join(self) -> Composable:
        """What the rows `r` are joined with."""
        return SQL("left join incomplete on incomplete.external_key = r.external_key" if self.any else "")

    def columns(self) -> Composable:
        """The line that a row waits with."""
        return SQL(", incomplete.refused as waits_with" if self.any else "")

    def cases(self) -> list[Composable]:
        """The question of a verdict."""
        if not self.any:
            return []
        return [SQL("when incomplete.refused is not null then {}").format(self._verdicts.number(*TOGETHER))]

    def told(self) -> list[Composable]:
        """The case of a row's issue."""
        if not self.any:
            return []
        message = SQL("'Waits with line ' || to_char(waits_with, 'FM999,999,999')")
        waits = issue("waits", self._target.contract.key[0], message)
        return [SQL("when {} then {}").format(self._verdicts.number(*TOGETHER), waits)]
