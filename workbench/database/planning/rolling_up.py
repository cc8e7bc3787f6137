"""The one outcome of a source row, from those of its parts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import issue
from workbench.database.store import Store
from workbench.model.batch import Batch, Run
from workbench.model.playbook import Playbook

_ORDER = ("invalid", "unmatched", "created", "updated", "skipped")
"""The first of them that any part has is the source row's."""

_SKIPPED = ("kept", "protected", "known", "unchanged", "added_up", "duplicate", "withheld")
"""And, where all are skipped, the first of these reasons."""

TOGETHER = ("unmatched", "other line")
"""What a source row is that waits because another one with its key is refused."""

REFUSED = ("invalid", "unmatched")
"""The outcomes of a part that make its source row one of which nothing is written, where that is all or nothing."""

FILTERED = ("skipped", "filtered")
"""What a source row is that nothing was made of."""


class _Decided(Protocol):
    @property
    def outcomes(self) -> Counter[tuple[str, str | None]]: ...
    @property
    def issues(self) -> list[dict[str, Any]]: ...


class Refusals:
    """The rows of a run's source of which nothing is written: read as invalid, or with a part that a plan before this
    one found invalid, or unmatched where that is refused too; where rows of one key go together, those that have the
    key of one of them; and all of them, where a source is written `whole` or not at all."""

    def __init__(
        self,
        run: Run,
        tenant: UUID,
        *,
        before: Sequence[int],
        outcomes: Sequence[str] = REFUSED,
        together: bool = False,
        whole: bool = False,
    ) -> None:
        self.outcomes = tuple(outcomes)
        """Those of a part that refuse its source row."""
        self.together = together
        self._run = run
        self._tenant = tenant
        self._whole = whole
        self._before = tuple(before)
        self._count: int | None = None

    @property
    def any(self) -> bool:
        """Whether there can be any."""
        return bool(self._before) or bool(self._run.face.summary.get("failed"))

    def with_plan(self, number: int) -> "Refusals":
        """These, and those that a plan has found."""
        before = (*self._before, number)
        return Refusals(
            self._run,
            self._tenant,
            before=before,
            outcomes=self.outcomes,
            together=self.together,
            whole=self._whole,
        )

    def count(self, store: Store) -> int:
        """How many rows of the source they are."""
        if self._count is None:
            row = (
                store.one(SQL("select count(*)::int as rows from ({}) refused").format(self._lines()))
                if self.any
                else None
            )
            self._count = row["rows"] if row else 0
        return self._count

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts their lines into a table of the transaction, `refused`, each that only waits with another with the first
        of those (`waits_with`)."""
        connection.execute(SQL("create temporary table refused on commit drop as {}").format(self._lines()))
        connection.execute("analyze refused")

    def covers(self, row: str) -> Composable:
        """Whether all the source rows that a part's row was made of are refused."""
        return SQL(
            "coalesce((select bool_and(each.line in (select line from refused)) "
            "from unnest({row}.sources) as each (line)), {row}.line in (select line from refused))"
        ).format(row=Identifier(row))

    def _lines(self) -> Composed:
        if not self.together:
            every = "select line from {rows} where batch_id = {face} and exists ({own})" if self._whole else "{own}"
            own = SQL(every).format(own=self._own(), rows=rows_of(self._run.face), face=Literal(self._run.face.id))
            return SQL("select line, null::integer as waits_with from ({}) own").format(own)
        return SQL(
            """
            with own as materialized ({own}), keyed as materialized (
                select line, external_key from {rows} where batch_id = {face} and external_key <> ''
            ), held as (
                select external_key, min(line) as first from own join keyed using (line) group by external_key
            )
            select line, null::integer as waits_with from own
            union all
            select line, first from keyed join held using (external_key) where line not in (select line from own)"""
        ).format(own=self._own(), rows=rows_of(self._run.face), face=Literal(self._run.face.id))

    def _own(self) -> Composed:
        """The lines of those that are refused by themselves."""
        return SQL(
            """select line from workbench.{rows} where batch_id = {face} and errors is not null and status = 'failed'
            union
            select each.line from workbench.import_outcome o
            join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
            cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
            where o.batch_id = any({parts}) and r.batch_id = any({parts}) and o.plan = any({plans})
              and o.outcome = any({outcomes})"""
        ).format(
            rows=Identifier("corrected_row" if self._run.face.revision else "import_row"),
            face=Literal(self._run.face.id),
            parts=Literal([part.id for part in self._run.parts]),
            plans=Literal(list(self._before)),
            outcomes=Literal(list(self.outcomes)),
        )


def rows_of(batch: Batch) -> Identifier:
    """The rows of a batch as they count; the view costs a join, and most batches were never corrected."""
    return Identifier("workbench", "corrected_row" if batch.revision else "import_row")


class RollUp:
    """The outcomes of a run's source rows, composed from those that a plan gave the rows of its parts."""

    def __init__(
        self,
        store: Store,
        run: Run,
        playbook: Playbook,
        number: int,
        refusals: Refusals | None,
        decided: Mapping[UUID, _Decided],
    ) -> None:
        self.which = {"batch": run.face.id, "plan": number}
        self._run = run
        self._playbook = playbook
        self._refusals = refusals if refusals is not None and refusals.any else None
        self._codes = _codes(run.parts, decided)
        self._waits = self._refusals is not None and self._refusals.together
        self._told = any(part.issues for part in decided.values()) or self._waits
        counts_own = any(figure.of_own for figure in playbook.figures)
        self._alike = (
            None if self._told or self._refusals is not None or counts_own else _alike(run, decided, self._codes)
        )
        self._names: dict[str, Composable] = {
            "tenant": SQL("{}::uuid").format(Literal(store.tenant_id)),
            "face": SQL("{}::uuid").format(Literal(run.face.id)),
            "plan": Literal(number),
            "rows": rows_of(run.face),
        }

    def refuse(self, connection: psycopg.Connection[Any]) -> None:
        """Puts down which source rows are refused."""
        if self._refusals is not None:
            self._refusals.put_down(connection)

    def store(self, connection: psycopg.Connection[Any], lines: tuple[int, int]) -> int:
        """Gives the source rows between two lines their outcomes; of how many, whose own record was there, anything is
        created or updated, as far as a figure asks for it."""
        between = SQL("line between {} and {}").format(Literal(lines[0]), Literal(lines[1]))
        if self._alike is not None:
            connection.execute(self._same(between, *self._alike))
            return 0
        outcomes, reasons = zip(*self._codes, strict=True)
        statement = SQL(
            """
            with rolled as materialized (
                select s.line, made.changes and not made.is_new as is_updated,
                       case when s.status = 'failed' then {invalid} {waiting}
                            else coalesce(made.code, {filtered}) end as code
                from {rows} s
                left join (
                    select line, min(code) as code,
                           bool_or(({outcomes}::text[])[code] in ('created', 'updated')) as changes,
                           bool_or(is_own and ({outcomes}::text[])[code] = 'created') as is_new
                    from ({parts}) each group by line
                ) made using (line) {waits}
                where s.batch_id = {face} and s.{between}
            ), stored as (
                insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, errors)
                select {tenant}, {face}, {plan}, line, ({outcomes}::text[])[code], ({reasons}::text[])[code], {errors}
                from rolled {told} order by line
            )
            select count(*)::int as rows from rolled where is_updated"""
        ).format(
            **self._names,
            outcomes=Literal(list(outcomes)),
            reasons=Literal(list(reasons)),
            invalid=Literal(self._codes.index(("invalid", None)) + 1),
            filtered=Literal(self._codes.index(FILTERED) + 1),
            waiting=SQL("when waits.line is not null then least(made.code, {})").format(
                Literal(self._codes.index(TOGETHER) + 1)
            )
            if self._waits
            else SQL(""),
            waits=SQL("left join refused waits on waits.line = s.line and waits.waits_with is not null")
            if self._waits
            else SQL(""),
            parts=SQL(" union all ").join(self._part(part, between) for part in self._run.parts),
            between=between,
            errors=SQL("told.errors") if self._told else SQL("null::jsonb"),
            told=self._issues(between) if self._told else SQL(""),
        )
        counted = connection.execute(statement).fetchone()
        return counted["rows"] if counted else 0

    def _same(self, between: Composable, outcome: str, reason: str | None) -> Composed:
        """Gives all source rows the one outcome that they have."""
        return SQL(
            """insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason)
            select {tenant}, {face}, {plan}, line, {outcome}, {reason} from {rows}
            where batch_id = {face} and {between} order by line"""
        ).format(**self._names, outcome=Literal(outcome), reason=Literal(reason), between=between)

    def _part(self, part: Batch, between: Composable) -> Composed:
        """The lines of the source that a part's rows were made of, with the number of each one's outcome."""
        is_own = Literal(part.id == self._run.parts[0].id)
        if not part.summary.get("grouped"):
            return SQL(
                "select o.line, {code} as code, {is_own} as is_own from workbench.import_outcome o "
                "where o.batch_id = {part} and o.plan = {plan} and o.{between}"
            ).format(code=self._code(), is_own=is_own, part=Literal(part.id), plan=self._names["plan"], between=between)
        refused = SQL("") if self._refusals is None else SQL("where each.line not in (select line from refused)")
        return SQL(
            """select made.line,
                   case when counts and made.line is distinct from first then {again} else o.code end as code,
                   {is_own} as is_own
            from (
                select coalesce(r.sources, array[r.line]) as sources, {code} as code,
                       o.outcome in ('created', 'updated') or o.reason in ('unchanged', 'known', 'kept') as counts,
                       case when o.outcome in ('created', 'updated')
                           or o.reason in ('unchanged', 'known', 'kept') then (
                           select min(each.line) from unnest(coalesce(r.sources, array[r.line])) as each (line)
                           {refused}
                       ) end as first
                from workbench.import_outcome o
                join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
                where o.batch_id = {part} and o.plan = {plan} and r.batch_id = {part}
                offset 0 -- asked once for a record, not once for each of its rows
            ) o cross join lateral unnest(o.sources) as made (line)
            where made.{between}"""
        ).format(
            refused=refused,
            again=Literal(self._codes.index(("skipped", "duplicate")) + 1),
            code=self._code(),
            is_own=is_own,
            part=Literal(part.id),
            plan=self._names["plan"],
            between=between,
        )

    def _code(self) -> Composable:
        cases = [
            SQL("when o.outcome = {} and o.reason is not distinct from {} then {}").format(
                Literal(outcome), Literal(reason), Literal(number)
            )
            for number, (outcome, reason) in enumerate(self._codes, start=1)
        ]
        return SQL("case {} end").format(SQL(" ").join(cases))

    def _issues(self, between: Composable) -> Composed:
        """The issues that only the database saw, as issues of the source rows, their fields called as its columns."""
        called = [
            SQL("({}::uuid, {}, {})").format(Literal(part.id), Literal(field), Literal(column))
            for part in self._run.parts
            for field, column in self._playbook.part(part.dataset).columns.items()
        ]
        return SQL(
            """left join (
                select line, jsonb_agg(issue order by place) as errors from (
                    select made.line, issue || jsonb_build_object(
                            'field', coalesce(c.said, issue ->> 'field')
                        ) as issue, min(array[array_position({parts}, o.batch_id), each.place]) as place
                    from workbench.import_outcome o
                    join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
                    cross join lateral unnest(coalesce(r.sources, array[r.line])) as made (line)
                    cross join lateral jsonb_array_elements(o.errors) with ordinality as each (issue, place)
                    left join (values {called}) c (batch_id, field, said)
                        on c.batch_id = o.batch_id and c.field = issue ->> 'field'
                    where o.batch_id = any({parts}) and r.batch_id = any({parts}) and o.plan = {plan}
                      and o.errors is not null and made.{between}
                    group by 1, 2 {waiting}
                ) each group by line
            ) told using (line)"""
        ).format(
            waiting=self._waiting(between) if self._waits else SQL(""),
            called=SQL(", ").join(called),
            parts=Literal([part.id for part in self._run.parts]),
            plan=self._names["plan"],
            between=between,
        )

    def _waiting(self, between: Composable) -> Composed:
        """The issue of source rows that only wait with another."""
        assert self._playbook.form is not None
        told = issue(
            "waits", self._playbook.form.key[0], SQL("'Waits with line ' || to_char(waits_with, 'FM999,999,999')")
        )
        return SQL(
            "union all select line, ({}) -> 0, array[-1::bigint] from refused where waits_with is not null and {}"
        ).format(told, between)


def _alike(
    run: Run, decided: Mapping[UUID, _Decided], codes: Sequence[tuple[str, str | None]]
) -> tuple[str, str | None] | None:
    """The outcome of every source row, where that is told of all of them at once: a part has a row of each of its own,
    which all came to the same, and no row of another part came to what decides before it."""
    rows = run.face.summary.get("rows", 0)
    if run.face.revision or run.face.summary.get("failed") or run.face.summary.get("filtered"):
        return None
    first = min((codes.index(each) for part in run.parts for each in decided[part.id].outcomes), default=-1)
    for part in run.parts:
        if not part.summary.get("grouped") and decided[part.id].outcomes == {codes[first]: rows} and rows:
            return codes[first]
    return None


def _codes(parts: Sequence[Batch], decided: Mapping[UUID, _Decided]) -> list[tuple[str, str | None]]:
    """Every outcome with its reason that a part's row has, those first that decide."""
    found = dict.fromkeys(each for part in parts for each in decided[part.id].outcomes)
    known = dict.fromkeys([("invalid", None), *found, TOGETHER, ("skipped", "duplicate"), FILTERED])
    order = {reason: place for place, reason in enumerate(_SKIPPED)}
    return sorted(known, key=lambda each: (_ORDER.index(each[0]), order.get(each[1] or "", len(order))))
