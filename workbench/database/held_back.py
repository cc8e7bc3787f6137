"""Unmatched rows that no later import brings in: they go in together with rows that are invalid, or with those of
another sheet of their run."""

from psycopg.sql import SQL, Literal

from workbench.database import planning, sweeping
from workbench.database.planning import rolling_up
from workbench.database.store import Store
from workbench.model.batch import Batch


def held_back(store: Store, sheet: Batch) -> dict[str, int]:
    """How many rows of a completed sheet they are, by what they wait for; none that a person has explained."""
    in_two = sweeping.of_two_sheets(store, sheet)
    if not sheet.unmatched or not (in_two or (sheet.invalid and sweeping.goes_together(sheet))):
        return {}
    rows = rolling_up.rows_of(sheet)
    with_invalid = SQL(
        """o.line in (
            select s.line from {rows} s where s.batch_id = {batch} and s.external_key <> '' and s.external_key in (
                select w.external_key from {rows} w join workbench.import_outcome i using (batch_id, line)
                where w.batch_id = {batch} and i.plan = {plan} and i.outcome = 'invalid'))"""
    ).format(rows=rows, batch=Literal(sheet.id), plan=Literal(sheet.plan))
    question = SQL(
        """select o.reason as kind, count(*)::int as rows from workbench.import_outcome o
        where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'unmatched' and {which}
          and not exists (select from workbench.import_explanation e
                          where e.batch_id = o.batch_id and e.line = o.line and workbench.settles(e, o.outcome))
        group by 1 order by 1"""
    ).format(batch=Literal(sheet.id), plan=Literal(sheet.plan), which=SQL("true") if in_two else with_invalid)
    with store.transaction() as connection:
        planning.look_up(connection, (sheet.unmatched or 0) + (sheet.invalid or 0))
        return {row["kind"]: row["rows"] for row in connection.execute(question)}
