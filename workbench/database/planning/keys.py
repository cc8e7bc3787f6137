"""What a playbook's figures count of a plan that are no rows: different keys of the source, texts that name nothing."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Literal

from workbench.database.planning.rolling_up import REFUSED, rows_of
from workbench.model.batch import Batch, Run
from workbench.model.figure import Figure
from workbench.model.playbook import Playbook


class Different:
    """How many different keys the rows of a batch have, counted once for all who ask within a transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._known: dict[UUID, int] = {}

    def of(self, batch: Batch) -> int:
        """Those of all rows; rows without a key have none."""
        if batch.id not in self._known:
            statement = SQL(
                """select count(*)::int as keys from (
                    select external_key from {} where batch_id = {} and external_key <> '' group by 1
                ) key"""
            ).format(rows_of(batch), Literal(batch.id))
            row = self._connection.execute(statement).fetchone()
            self._known[batch.id] = row["keys"] if row else 0
        return self._known[batch.id]


def counted(
    connection: psycopg.Connection[Any],
    run: Run,
    number: int,
    playbook: Playbook,
    *,
    outcomes: Collection[tuple[str, str | None]],
    different: Different,
) -> dict[str, Any]:
    """Whether rows of one key go together, and those figures by their names; asked within a transaction. The source's
    rows have these `outcomes`, each with its reason."""
    told: dict[str, Any] = {"together": True} if playbook.together else {}
    keys = [figure for figure in playbook.figures if figure.keys]
    missing = [figure for figure in playbook.figures if figure.missing]
    if not keys and not missing:
        return told
    found: dict[str, int] = {}
    if keys and all(outcome not in REFUSED and reason != "filtered" for outcome, reason in outcomes):
        found = {"every": different.of(run.face), "refused": 0}
    elif keys:
        found = _keys(connection, run, number)
    figures = {figure.name: found[figure.keys] for figure in keys}
    figures |= {figure.name: _missing(connection, run, number, figure) for figure in missing}
    return {**told, "figures": figures}


def _keys(connection: psycopg.Connection[Any], run: Run, number: int) -> dict[str, int]:
    """The different keys of the source's rows, and of those that are refused; rows without a key have none."""
    row = connection.execute(
        SQL(
            """
            select count(*)::int as every, count(*) filter (where is_refused)::int as refused from (
                select s.external_key, bool_or(o.outcome = any({refused})) as is_refused
                from {rows} s join workbench.import_outcome o on o.batch_id = s.batch_id and o.line = s.line
                where s.batch_id = {face} and o.batch_id = {face} and o.plan = {plan} and s.external_key <> ''
                  and o.reason is distinct from 'filtered'
                group by s.external_key
            ) key"""
        ).format(
            refused=Literal(list(REFUSED)), rows=rows_of(run.face), face=Literal(run.face.id), plan=Literal(number)
        )
    ).fetchone()
    return dict(row) if row else {"every": 0, "refused": 0}


def _missing(connection: psycopg.Connection[Any], run: Run, number: int, figure: Figure) -> int:
    """The different texts of a part's reference that name no record."""
    part = next(each for each in run.parts if each.dataset == figure.part)
    row = connection.execute(
        SQL(
            """
            select count(distinct r.payload ->> {field})::int as texts
            from workbench.import_outcome o
            join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {part} and o.plan = {plan} and o.outcome = 'unmatched' and r.batch_id = {part}
              and o.reason = any({reasons})"""
        ).format(
            field=Literal(figure.missing),
            part=Literal(part.id),
            plan=Literal(number),
            reasons=Literal(list(figure.reasons)),
        )
    ).fetchone()
    return row["texts"] if row else 0
