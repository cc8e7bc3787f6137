"""What a plan would change, measured against the limits of its import."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Composable, Identifier

from workbench.database.target import Target
from workbench.model.contract import Field
from workbench.model.hold import Hold
from workbench.model.limits import OF, Limit, Limits
from workbench.model.wording import many


def passed(
    connection: psycopg.Connection[Any],
    target: Target,
    figures: Mapping[str, int],
    in_scope: Callable[[], int],
) -> Iterator[Hold]:
    """The limits that a plan passes.

    `figures` are its rows that are created and updated, the `known` records that its rows name, the records `removed`
    and the rows `processed`; `in_scope` counts the records that could be removed, which is asked only where it matters.
    Values are compared only in the rows that update a record, and only where so many of them could pass a limit.
    """
    said = target.batch.mapping.get("limits", {})
    # what a person says of any field comes before what is usual for one
    usual = {name: text for name, text in target.contract.usual_limits.items() if name.rpartition(".")[2] not in said}
    limits = Limits.read(usual, said)
    done = {"created": "created", "updated": "updated", "removed": "switched off"}
    if target.mode == "replace":
        done["removed"] = "deleted"
    of = {"created": lambda: figures["processed"], "updated": lambda: figures["known"], "removed": in_scope}
    for what, verb in done.items():
        limit, records = limits.of(what), figures[what]
        if records and (limit.number is None or records > limit.number):
            whole = of[what]() if limit.share is not None else 0
            if limit.is_passed(records, whole):
                yield _hold(target, what, "", f"would be {verb}", limit, records, whole)
    yield from _values(connection, target, limits, figures["updated"], figures["known"])
    yield from _missing(connection, target, limits, figures["known"])


def _values(
    connection: psycopg.Connection[Any], target: Target, limits: Limits, updated: int, known: int
) -> Iterator[Hold]:
    asked = {
        f"{field.name}.{what}": (field, what, limits.of(what, field.name))
        for field in target.compared
        for what in ("blanked", "changed")
        if (what == "changed" or field.name in target.clears) and limits.of(what, field.name).is_passed(updated, known)
    }
    if not asked:
        return
    counts = [
        SQL("count(*) filter (where {})::int as {}").format(_became(target, field, what), Identifier(name))
        for name, (field, what, _) in asked.items()
    ]
    found = connection.execute(
        target.compose(
            """
            select {counts} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome = 'updated' and r.batch_id = {batch}""",
            counts=SQL(", ").join(counts),
        )
    ).fetchone()
    for name, records in cast(dict[str, int], found).items():
        field, what, limit = asked[name]
        if limit.is_passed(records, known):
            becomes = f"would {'lose what is stored in' if what == 'blanked' else 'get another'} {field.title}"
            yield _hold(target, name, field.name, becomes, limit, records, known)


def _missing(connection: psycopg.Connection[Any], target: Target, limits: Limits, known: int) -> Iterator[Hold]:
    """The fields that too many rows have nothing in, of records that have something there, and keep it."""
    fields = {
        field: limit
        for field in target.compared
        if field.name not in target.clears and (limit := limits.of("missing", field.name)).is_passed(known, known)
    }
    if not fields:
        return
    counts = [
        target.compose(
            "count(*) filter (where t.{column} is not null and {value} is null)::int as {name}",
            column=Identifier(field.target),
            value=target.value(field),
            name=Identifier(field.name),
        )
        for field in fields
    ]
    found = connection.execute(
        target.compose(
            """
            select {counts} from workbench.import_outcome o
            join {rows} r on r.batch_id = o.batch_id and r.line = o.line
            join {target} t on t.tenant_id = {tenant} and t.id = o.record_id
            where o.batch_id = {batch} and o.plan = {plan} and o.outcome in ('updated', 'skipped')
              and r.batch_id = {batch}""",
            counts=SQL(", ").join(counts),
        )
    ).fetchone()
    for field, limit in fields.items():
        records = cast(dict[str, int], found)[field.name]
        if limit.is_passed(records, known):
            come = f"come without their {field.title}, which stays"
            yield _hold(target, f"{field.name}.missing", field.name, come, limit, records, known)


def _became(target: Target, field: Field, what: str) -> Composable:
    """Whether a row that updates a record takes away what is stored in a field, or puts something else there."""
    stored = target.image(field)
    new = target.changed(field, stored)
    if what == "blanked":
        return SQL("{} is not null and {} is null").format(stored, new)
    return SQL("{} <> {}").format(stored, new)


def _hold(target: Target, code: str, field: str, becomes: str, limit: Limit, records: int, whole: int) -> Hold:
    who = many(records, target.contract.noun)
    if limit.share is not None:
        of = OF[code.rpartition(".")[2]].replace("records", f"{target.contract.noun}s")
        who = f"{records:,} of {whole:,} {of}"
    told = limit.told(target.contract.noun)
    return Hold(code=code, field=field, message=f"{who} {becomes}: {told}.", rows=records)
