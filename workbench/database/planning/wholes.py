"""The SQL of a plan: records whose heads stand in one sheet of a run and whose parts in another, as invoices and their
lines do. Where a row of such a record is refused, in either sheet, or its parts do not come to what its head says, none
of its rows is written: the others wait, each with its own outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composable, Composed, Literal

from workbench.database.planning.rolling_up import REFUSED, TOGETHER, rows_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch, Run
from workbench.model.contract import Field
from workbench.model.control_total import Beside, Counted


class _Decided(Protocol):
    @property
    def counts(self) -> dict[str, int]: ...


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The sheet of the heads, and the sheet of their parts."""

    heads: Batch
    parts: Batch
    head: str
    """The field that tells one head from another."""
    part: str
    """The field of a part that names its head."""
    noun: str
    """What a head is, as a reference that names none says it."""

    def field_of(self, batch: Batch) -> str:
        """Where a row of one of the two says which record it is of."""
        return self.head if batch == self.heads else self.part


def pairs(run: Run) -> tuple[Pair, ...]:
    """Those of a run of several sheets; none of any other."""
    sheets = {sheet.dataset: sheet for sheet in run.parts if not sheet.derived}
    found = []
    for name, sheet in sheets.items():
        contract = catalog.contract(name)
        reference = contract.field(contract.part_of).reference if contract.part_of else None
        if reference is not None and reference.dataset in sheets:
            heads = sheets[reference.dataset]
            found.append(
                Pair(heads=heads, parts=sheet, head=reference.field, part=contract.part_of, noun=reference.noun)
            )
    return tuple(found)


def again(batch: Batch, run: Run) -> str:
    """What to do about rows of a sheet that are not written, where single ones do not do; else nothing."""
    pair = next((pair for pair in pairs(run) if batch in (run.face, pair.heads, pair.parts)), None)
    if pair is None:
        return catalog.whole_again(batch.dataset)
    heads, parts = _called(pair.heads), _called(pair.parts)
    return (
        f"Correct what is wrong, and import {heads} and {parts} together again: the rows of one {pair.noun} go in "
        "together, in both of them, or not at all."
    )


def compared(run: Run, counted: Mapping[UUID, Sequence[Counted]]) -> dict[UUID, list[Counted]]:
    """What the rows of a run come to, sheet by sheet, that of heads beside what their parts come to: the amounts, and
    how many of them there are."""
    found = {sheet: list(totals) for sheet, totals in counted.items()}
    for pair in pairs(run):
        sums = catalog.contract(pair.heads.dataset).sums
        same: dict[tuple[str, ...], tuple[str, ...]] = {(pair.head,): (pair.part,)}
        if sums is not None:
            same[(sums.total,)] = (sums.amount,)
        theirs = {total.fields: total for total in found[pair.parts.id]}
        for place, total in enumerate(found[pair.heads.id]):
            other = theirs.get(same[total.fields]) if total.fields in same else None
            if other is not None and other.found is not None:
                beside = Beside(sheet=_called(pair.parts), name=other.name, number=other.found)
                found[pair.heads.id][place] = replace(total, beside=beside)
    return found


def told(run: Run) -> dict[str, list[dict[str, str]]]:
    """What is kept of a run's records that stand in two sheets: the database asks of each whether it is written whole
    or not at all."""
    found = [
        {"heads": str(pair.heads.id), "head": pair.head, "parts": str(pair.parts.id), "part": pair.part}
        for pair in pairs(run)
    ]
    return {"wholes": found} if found else {}


class Wholes:
    """The records of a run that stand in two of its sheets, and which of them are refused, as a plan has found."""

    def __init__(self, pairs: tuple[Pair, ...], *, before: int = 0) -> None:
        """`before` is the number of the plan that has found out which rows are refused; 0 for the first, which knows
        those that could not be read."""
        self._pairs = pairs
        self._before = before

    def after(self, store: Store, number: int, decided: Mapping[UUID, _Decided]) -> "Wholes":
        """These, with what a plan has refused besides; the same where that is nothing more."""
        refused = [
            pair
            for pair in self._pairs
            if any(decided[batch.id].counts[each] for batch in (pair.heads, pair.parts) for each in REFUSED)
        ]
        if not refused:
            return self
        further = Wholes(self._pairs, before=number)
        return further if further._count(store) > self._count(store) else self

    def of(self, batch: Batch) -> "WholeRows":
        """What a batch's rows have to do with them."""
        pair = next((pair for pair in self._pairs if batch in (pair.heads, pair.parts)), None)
        return WholeRows(batch, pair, _refusing(pair, self._before) if pair is not None else None)

    def _count(self, store: Store) -> int:
        """How many records they are."""
        keys = SQL(" union all ").join(
            SQL("select count(distinct key) as keys from ({}) refusing").format(_refusing(pair, self._before))
            for pair in self._pairs
        )
        with store.transaction() as connection:
            connection.execute("set local jit = off; set local enable_nestloop = off")
            row = connection.execute(SQL("select sum(keys)::int as keys from ({}) each").format(keys)).fetchone()
        return row["keys"] if row else 0


class WholeRows:
    """The rows of one of the two sheets: which wait with another, and which heads are not what their parts come to."""

    def __init__(self, batch: Batch, pair: Pair | None, refusing: Composed | None) -> None:
        self._batch = batch
        self._pair = pair
        self._refusing = refusing
        self._contract = catalog.contract(batch.dataset)
        self.any = pair is not None
        """Whether there is another sheet to wait with."""

    @property
    def adds(self) -> bool:
        """Whether both sheets say what the heads come to."""
        sums = self._contract.sums
        if sums is None or self._pair is None or self._batch != self._pair.heads:
            return False
        if sums.of != self._pair.parts.dataset:
            return False
        return sums.total in self._batch.fields and sums.amount in self._pair.parts.fields

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts the records that wait into a table of the transaction, `waiting`, each with whom it waits for; and the
        heads that are not the sum of their parts into `unequal`."""
        if self._pair is None:
            return
        assert self._refusing is not None
        connection.execute(
            SQL(
                """create temporary table waiting on commit drop as
                select distinct on (key) key, key in (
                           select h.payload ->> {head} from {rows} h
                           where h.batch_id = {heads} and h.payload ->> {head} is not null
                       ) as has_head, {waits} || to_char(line, 'FM999,999,999')
                       || case when of <> {batch} then {other} else '' end as told
                from ({refusing}) refusing order by key, of <> {heads}, line"""
            ).format(
                head=Literal(self._pair.head),
                rows=rows_of(self._pair.heads),
                heads=_id(self._pair.heads),
                batch=_id(self._batch),
                waits=Literal("Waits with line "),
                other=Literal(f" of {_called(self._other)}"),
                refusing=self._refusing,
            )
        )
        connection.execute("analyze waiting")
        if self.adds:
            connection.execute(self._unequal())

    def join(self) -> Composable:
        """What the rows `r` are joined with."""
        return SQL("left join waiting on waiting.key = r.payload ->> {}").format(self._key) if self.any else SQL("")

    def columns(self) -> Composable:
        """With whom a row waits."""
        return SQL(", waiting.told as waits_for" if self.any else "")

    def waits(self, found: Composable, most: Composable, number: Composable) -> Composable:
        """The verdict of a row that waits, of which nothing itself is wrong: the one `found` is none above `most`."""
        if not self.any:
            return SQL("")
        return SQL("when waits_for is not null and {} <= {} then {}").format(found, most, number)

    def names_held(self, field: Field) -> Composable:
        """Whether a row `r` names a head that stands in the other sheet, and waits or is refused: it would be there
        with the row."""
        if self._pair is None or self._batch != self._pair.parts or field.name != self._pair.part:
            return SQL("false")
        return SQL("(r.payload ->> {} in (select key from waiting where has_head))").format(self._key)

    def differs(self) -> Composable:
        """Whether a row `r` is a head that says something else than its parts come to."""
        return SQL("r.line in (select line from unequal)")

    def difference(self) -> Composable:
        """What it says, and what its parts come to."""
        assert self._contract.sums is not None
        return SQL(
            "(select jsonb_build_array(jsonb_build_object('code', 'differs', 'field', {field}, 'severity', 'error', "
            "'message', {says} || said || {told} || amount)) from unequal where unequal.line = judged.line)"
        ).format(
            field=Literal(self._contract.sums.total),
            says=Literal(f"{self._contract.sums.total.replace('_', ' ').capitalize()} says "),
            told=Literal(f", and {self._contract.sums.told} in {_called(self._other)} come to "),
        )

    def _unequal(self) -> Composed:
        """The heads that say something else than the sum of their parts, of which all can be read."""
        sums = self._contract.sums
        assert sums is not None and self._pair is not None
        return SQL(
            """create temporary table unequal on commit drop as
            with parts as materialized (
                select key, sum(amount) as amount, bool_or(unread) as unread from (
                    select payload ->> {part} as key, bool_or(status = 'failed') as unread,
                           min(case when jsonb_typeof(payload -> {amount}) = 'number'
                               then (payload ->> {amount})::numeric end) as amount
                    from {rows} where batch_id = {parts} group by external_key, payload ->> {part}
                ) each where key is not null group by key
            )
            select r.line, said, coalesce(parts.amount, 0) as amount from (
                select line, payload ->> {head} as key, (payload ->> {total})::numeric as said from {own}
                where batch_id = {heads} and status = 'validated' and jsonb_typeof(payload -> {total}) = 'number'
            ) r left join parts using (key)
            where parts.unread is not true and abs(said - coalesce(parts.amount, 0)) > {within}::numeric"""
        ).format(
            part=Literal(self._pair.part),
            amount=Literal(sums.amount),
            rows=rows_of(self._pair.parts),
            parts=_id(self._pair.parts),
            head=Literal(self._pair.head),
            total=Literal(sums.total),
            own=rows_of(self._pair.heads),
            heads=_id(self._pair.heads),
            within=Literal(sums.within),
        )

    @property
    def _key(self) -> Composable:
        assert self._pair is not None
        return Literal(self._pair.field_of(self._batch))

    @property
    def _other(self) -> Batch:
        assert self._pair is not None
        return self._pair.parts if self._batch == self._pair.heads else self._pair.heads


def _refusing(pair: Pair, before: int) -> Composed:
    """The rows of both sheets that are refused: `of` which, the `key` of their record, and `line`. A part is none that
    only names a head which is refused itself."""
    return SQL(" union all ").join(_refused_of(pair, batch, before) for batch in (pair.heads, pair.parts))


def _refused_of(pair: Pair, batch: Batch, before: int) -> Composed:
    itself: Composable = SQL("true")
    if batch == pair.parts:
        itself = SQL(
            """not (o.outcome = 'unmatched' and not exists (
                select from jsonb_array_elements(o.errors) told
                where told ->> 'severity' = 'error' and told ->> 'code' <> {code}
            ) and r.payload ->> {key} in (
                select h.payload ->> {head} from {rows} h
                where h.batch_id = {heads} and h.payload ->> {head} is not null))"""
        ).format(
            code=Literal(f"{pair.noun}_not_found"),
            key=Literal(pair.part),
            head=Literal(pair.head),
            rows=rows_of(pair.heads),
            heads=_id(pair.heads),
        )
    return SQL(
        """select {batch} as of, r.payload ->> {key} as key, r.line from {rows} r
        where r.batch_id = {batch} and r.status = 'failed' and r.payload ->> {key} is not null
        union
        select {batch}, r.payload ->> {key}, r.line from workbench.import_outcome o
        join {rows} r on r.batch_id = o.batch_id and r.line = o.line
        where o.batch_id = {batch} and o.plan = {plan} and r.batch_id = {batch} and o.outcome = any({refused})
          and o.reason is distinct from {waits} and r.payload ->> {key} is not null and {itself}"""
    ).format(
        batch=_id(batch),
        key=Literal(pair.field_of(batch)),
        rows=rows_of(batch),
        plan=Literal(before),
        refused=Literal(list(REFUSED)),
        waits=Literal(TOGETHER[1]),
        itself=itself,
    )


def _id(batch: Batch) -> Composable:
    return SQL("{}::uuid").format(Literal(batch.id))


def _called(batch: Batch) -> str:
    """What a person calls a sheet."""
    return str(batch.reading.get("sheet") or batch.file_name)
