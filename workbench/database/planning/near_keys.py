"""Keys of new records that differ from one another, or from a known record's, in case, blanks and hyphens alone: most
of them are one record that was written twice, and a person is asked before it becomes two."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier

from workbench.database.slices import slice_of
from workbench.database.target import Target
from workbench.model.hold import Hold
from workbench.model.kinds import KINDS
from workbench.model.wording import many

_FIRST = 5
_TOLD_OTHERWISE = ("email", "salesforce_id")
"""Kinds whose case says nothing, or everything."""


def asked(connection: psycopg.Connection[Any], target: Target, created: int) -> list[Hold]:
    """What a plan that creates so many records waits for: the first pairs of such keys are named, with their lines."""
    first, *others = target.contract.key_fields
    if not created or others or first.reference is not None or KINDS[first.kind].sql != "text":
        return []
    if first.kind in _TOLD_OTHERWISE:
        return []
    near = [
        f"'{row['key']}' on line {row['line']:,} and '{row['other']}' on line {row['at']:,}"
        for row in _pairs(connection, target)
    ]
    near += [
        f"'{row['key']}' on line {row['line']:,} and '{row['other']}', which is known"
        for row in connection.execute(_known(target))
    ]
    if not near:
        return []
    called = first.name.replace("_", " ")
    more = f", and {many(len(near) - _FIRST, 'more')}" if len(near) > _FIRST else ""
    told = f"{called}: written nearly alike: {'; '.join(near[:_FIRST])}{more}"
    return [Hold(code=f"{first.name}.near", field=first.name, message=told, rows=len(near))]


def _pairs(connection: psycopg.Connection[Any], target: Target) -> list[dict[str, Any]]:
    """The later of such keys in the batch, each with the first."""
    some = target.compose(
        """select exists (
            select from {rows} r where r.batch_id = {batch} and r.status = 'validated' and r.external_key is not null
            group by hashtextextended({roughly}, 0)
            having min(hashtextextended(r.external_key, 0)) <> max(hashtextextended(r.external_key, 0))
        ) as some""",
        roughly=_roughly(SQL("r.external_key")),
    )
    found = connection.execute(some).fetchone()
    if not (found and found["some"]):
        return []
    return connection.execute(
        target.compose(
            """
            with made as materialized (
                select r.external_key as key, {line} as line, {plainly} as plainly from {rows} r
                join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line
                where r.batch_id = {batch} and o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created'
            ), first as (
                select distinct on (plainly) plainly, key, line from made order by plainly, line
            )
            select made.key, made.line, first.key as other, first.line as at from made join first using (plainly)
            where made.key <> first.key order by made.line""",
            plainly=_plainly(SQL("r.external_key")),
            line=_line(target),
        )
    ).fetchall()


def _known(target: Target) -> Composed:
    """The keys of new records that a known one has nearly so."""
    key = SQL("x.{}").format(Identifier(target.contract.key_fields[0].target))
    return target.compose(
        """
        select r.external_key as key, {line} as line, min({key}) as other
        from workbench.import_outcome o join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        join {target} x on x.tenant_id = {tenant} and {slice} and {roughly_known} = {roughly}
        where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'created' and r.batch_id = {batch}
          and {plainly_known} = {plainly} and {key} <> r.external_key
        group by 1, 2 order by 2""",
        key=key,
        line=_line(target),
        slice=slice_of(target.contract, "x"),
        roughly=_roughly(SQL("r.external_key")),
        roughly_known=_roughly(key),
        plainly=_plainly(SQL("r.external_key")),
        plainly_known=_plainly(key),
    )


def _line(target: Target) -> Composable:
    """The source's line of a row `r`."""
    return SQL("r.line" if target.batch.revision or not target.batch.derived else "coalesce(r.sources[1], r.line)")


def _roughly(key: Composable) -> Composable:
    """Cheaply, so that no two keys are told apart that are alike; of letters beyond ASCII case counts."""
    return SQL("translate(lower({} collate \"C\"), ' -_', '')").format(key)


def _plainly(key: Composable) -> Composable:
    """Without blanks, and without hyphens beside letters: 1-11 is not 11-1."""
    return SQL("regexp_replace(lower({} collate \"C\"), '\\s+|(?<=[a-z])[-_]+|[-_]+(?=[a-z])', '', 'g')").format(key)
