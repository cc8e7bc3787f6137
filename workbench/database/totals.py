"""Control totals in the database: what somebody says that the rows of a batch come to, what they come to, and that a
person has accepted the difference. The same is counted once more by the database itself before it completes a batch."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database import batches
from workbench.database.planning.keys import Different
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.arrays import matches
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.control_total import OUT, ROWS, ControlTotal, Counted, Expected, Made, Origin, Total
from workbench.model.errors import UnknownTotal, WrongValue
from workbench.model.hold import Hold
from workbench.model.kinds import KINDS
from workbench.prepare.mapping import key

_WENT_IN = ("unchanged", "protected", "kept")
"""The reasons for which a row is skipped whose record is there."""
_UNREAD = 5
"""So many lines are named that have no number."""


def said(
    contract: Contract, texts: Mapping[str, Any], origin: Origin, filled: Iterable[str] = (), *, prefix: str = ""
) -> list[Expected]:
    """What somebody says that a source of this contract comes to, by the names of its totals; `filled` are the fields
    that its columns fill, and before the names of one sheet of several stands its dataset, as `prefix`.

    Raises UnknownTotal for a name that is none, WrongValue for what is no number or has no column.
    """
    known = {key(prefix + total.name): total for total in contract.totals}
    found = []
    for name, text in texts.items():
        total = known.get(key(name))
        made: Made = "rows"
        if total is not None:
            made = total.made
            if missing := [each for each in total.fields if each not in filled and not contract.field(each).derive]:
                why = f"no column of the file is {' or '.join(missing)}."
                raise WrongValue(field=f"the total {total.name}", value=str(text), why=why)
        elif key(name) != key(prefix + ROWS):
            raise UnknownTotal(dataset=contract.name, total=name, known=", ".join(names(contract, prefix)))
        found.append(
            Expected(
                name=total.name if total is not None else ROWS,
                origin=origin,
                made=made,
                fields=total.fields if total is not None else (),
                number=_number(
                    total.name if total is not None else ROWS,
                    text,
                    "integer" if total is None or not total.sum_of else contract.field(total.sum_of).kind,
                ),
            )
        )
    return found


def names(contract: Contract, prefix: str = "") -> list[str]:
    """What can be said of a source of this contract as a whole."""
    return [prefix + name for name in (ROWS, *(total.name for total in contract.totals))]


def _number(name: str, text: Any, kind: str) -> Decimal:
    """What a person writes as a number, as the field's kind reads it or as an amount: 2328.60, $2,328.60; raises
    WrongValue."""
    for each in (kind, "money") if kind != "integer" else (kind,):
        found = KINDS[each].parse(pa.array([str(text)], pa.string()))
        if matches(found, KINDS[each].pattern)[0].as_py():
            return Decimal(found[0].as_py())
    why = "say a whole number." if kind == "integer" else "say a number, such as 2328.60."
    raise WrongValue(field=f"the total {name}", value=f"'{text}'", why=why)


def keep(store: Store, batch: UUID, expected: Sequence[Expected]) -> None:
    """Keeps what a batch has to come to, in the transaction that runs; who says so and when is what it says itself."""
    if expected:
        store.add_to(batch)
    for each in expected:
        store.connection.execute(
            _KEEP,
            {
                "tenant": store.tenant_id,
                "batch": batch,
                "name": each.name,
                "origin": each.origin,
                "made": each.made,
                "fields": list(each.fields),
                "number": each.number,
                "line": each.line,
                "by": store.user,
            },
        )


_KEEP = """
insert into workbench.control_total (tenant_id, batch_id, name, origin, kind, fields, expected, line, said_by)
values (%(tenant)s, %(batch)s, %(name)s, %(origin)s, %(made)s, %(fields)s, %(number)s, %(line)s, %(by)s)
on conflict do nothing
"""


def expected(store: Store, *ids: UUID) -> dict[UUID, list[Expected]]:
    """What was said of batches, in the order in which it is told."""
    found: dict[UUID, list[Expected]] = {}
    for row in store.all(_EXPECTED, (list(ids),)):
        of = row.pop("batch_id")
        found.setdefault(of, []).append(Expected(**{**row, "fields": tuple(row["fields"])}))
    return found


_EXPECTED = """
select batch_id, name, origin, kind as made, fields, expected as number, line, said_by, said_at, found, accepted_by,
       accepted_at, reason
from workbench.control_total where batch_id = any(%s)
order by batch_id, kind <> 'rows', name, array_position(array['file', 'manifest', 'person'], origin)
"""


def count(
    connection: psycopg.Connection[Any],
    batch: Batch,
    number: int,
    outcomes: Counter[tuple[str, str | None]],
    different: Different,
) -> list[Counted]:
    """What the source's rows of a batch come to under the plan of that number, whose `outcomes` they have, exactly.
    Totals of fields that the source has no column for are left out.

    What all rows came to was added up when they were staged; so only those are looked at that do not go in, which are
    few, unless some were corrected since or have no number that can be read.
    """
    contract = catalog.contract(batch.dataset)
    totals = [total for total in contract.totals if set(total.fields) <= set(batch.fields)]
    rows = Identifier("workbench", "corrected_row" if batch.revision else "import_row")
    which: dict[str, Composable] = {
        "rows": rows,
        "batch": SQL("{}::uuid").format(Literal(batch.id)),
        "plan": Literal(number),
        "went_in": SQL("(o.outcome in ('created', 'updated') or o.outcome = 'skipped' and o.reason = any({}))").format(
            Literal(list(_went_in(contract)))
        ),
    }
    rows_ = _rows(outcomes, _went_in(contract))
    whole = not rows_.left_out
    known = batch.summary.get("sums", {}) if not batch.revision else {}
    found: dict[str, Counted] = {}
    for staged in (True, False):
        sums = [total for total in totals if total.sum_of and (total.sum_of in known) is staged]
        groups = _groups(connection, sums, which, only_out=staged) if sums and not (staged and whole) else []
        for place, total in enumerate(sums):
            all_ = Decimal(known[total.sum_of]) if staged else None
            found[total.name] = _sum(connection, total, which, _Groups(groups, place), all_)
    for total in totals:
        if total.distinct and whole and total.distinct == contract.key:
            keys = Decimal(different.of(batch))
            found[total.name] = Counted(name=total.name, made="keys", fields=total.fields, found=keys, went_in=keys)
        elif total.distinct:
            found[total.name] = _keys(connection, total, which, whole=whole)
    out = () if whole else _out(connection, which)
    return [replace(each, out=out) for each in (rows_, *(found[total.name] for total in totals))]


def _went_in(contract: Contract) -> tuple[str, ...]:
    """Why rows are skipped that are part of a record all the same: of one that is added up, all of
    them, which imports of an earlier version have as duplicates."""
    return (*_WENT_IN, "added_up", "duplicate") if contract.adds_up else _WENT_IN


def _rows(outcomes: Counter[tuple[str, str | None]], reasons: Collection[str]) -> Counted:
    """How many rows there are, which the outcomes tell."""
    went_in, others = 0, Counter[str]()
    for (outcome, reason), rows in outcomes.items():
        if outcome in ("created", "updated") or (outcome == "skipped" and reason in reasons):
            went_in += rows
        else:
            others[_why(outcome, reason)] += rows
    return Counted(
        name=ROWS,
        made="rows",
        found=Decimal(outcomes.total()),
        went_in=Decimal(went_in),
        others={why: Decimal(rows) for why, rows in sorted(others.items())},
    )


def _why(outcome: str, reason: str | None) -> str:
    return (reason or outcome) if outcome == "skipped" else outcome


def _groups(
    connection: psycopg.Connection[Any],
    totals: Sequence[ControlTotal],
    which: Mapping[str, Composable],
    *,
    only_out: bool,
) -> list[dict[str, Any]]:
    """The sums of fields by the outcomes of the rows, all in one pass; of those alone that do not go in, or of all."""
    columns = [
        SQL(
            "sum((r.payload -> {field})::numeric) filter (where jsonb_typeof(r.payload -> {field}) = 'number') "
            "as {sum}, count(*) - count(*) filter (where jsonb_typeof(r.payload -> {field}) in ('number', 'null')) "
            "as {unread}"
        ).format(field=Literal(total.sum_of), sum=Identifier(f"sum_{place}"), unread=Identifier(f"unread_{place}"))
        for place, total in enumerate(totals)
    ]
    statement = SQL(
        """select {went_in} as went_in, o.outcome, o.reason, {columns}
        from {rows} r join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line
        where r.batch_id = {batch} and o.batch_id = {batch} and o.plan = {plan} and {asked} group by 1, 2, 3"""
    ).format(
        columns=SQL(", ").join(columns),
        asked=SQL("not {went_in}").format(**which) if only_out else SQL("true"),
        **which,
    )
    return connection.execute(statement).fetchall()


@dataclass(frozen=True)
class _Groups:
    """What was added up of one of several fields."""

    groups: Sequence[Mapping[str, Any]]
    place: int

    def of(self, *, went_in: bool) -> Iterator[tuple[str, Decimal]]:
        """Why, and how much, of the rows that go in or of those that do not."""
        for group in self.groups:
            if group["went_in"] is went_in:
                yield _why(group["outcome"], group["reason"]), group[f"sum_{self.place}"] or Decimal(0)

    @property
    def unread(self) -> int:
        return sum(group[f"unread_{self.place}"] for group in self.groups)


def _sum(
    connection: psycopg.Connection[Any],
    total: ControlTotal,
    which: Mapping[str, Composable],
    groups: _Groups,
    known: Decimal | None,
) -> Counted:
    """One sum; `known` is that of all rows, where the groups are of those alone that do not go in."""
    others: dict[str, Decimal] = {}
    for why, number in groups.of(went_in=False):
        others[why] = others.get(why, Decimal(0)) + number
    out = sum(others.values(), Decimal(0))
    unread = groups.unread if known is None else 0
    went_in = known - out if known is not None else sum((n for _, n in groups.of(went_in=True)), Decimal(0))
    return Counted(
        name=total.name,
        made="sum",
        fields=total.fields,
        found=None if unread else went_in + out,
        went_in=went_in,
        others=dict(sorted(others.items())),
        unread=_unread(connection, total, which) if unread else (),
    )


def _out(connection: psycopg.Connection[Any], which: Mapping[str, Composable]) -> tuple[int, ...]:
    """The first lines that do not go in, and one more than are named."""
    statement = SQL(
        """select o.line from workbench.import_outcome o
        where o.batch_id = {batch} and o.plan = {plan} and not {went_in} order by o.line limit {most}"""
    ).format(most=Literal(OUT + 1), **which)
    return tuple(row["line"] for row in connection.execute(statement).fetchall())


def _unread(
    connection: psycopg.Connection[Any], total: ControlTotal, which: Mapping[str, Composable]
) -> tuple[int, ...]:
    """The first lines that have no number where one is added up."""
    statement = SQL(
        """select r.line from {rows} r where r.batch_id = {batch}
        and coalesce(jsonb_typeof(r.payload -> {field}), '') not in ('number', 'null') order by r.line limit {most}"""
    ).format(field=Literal(total.sum_of), most=Literal(_UNREAD), rows=which["rows"], batch=which["batch"])
    return tuple(row["line"] for row in connection.execute(statement).fetchall())


def _keys(
    connection: psycopg.Connection[Any], total: ControlTotal, which: Mapping[str, Composable], *, whole: bool
) -> Counted:
    """How many different keys there are; one that goes in with any of its rows goes in. All do where the `whole` file
    goes in."""
    key_of = SQL(", ").join(SQL("nullif(r.payload ->> {}, '')").format(Literal(name)) for name in total.distinct)
    statement = (
        """select true as went_in, count(*) as keys from (
            select distinct {key} from {rows} r where r.batch_id = {batch} and coalesce({key}) is not null
        ) each"""
        if whole
        else """select went_in, count(*) as keys from (
            select bool_or({went_in}) as went_in
            from {rows} r join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line
            where r.batch_id = {batch} and o.batch_id = {batch} and o.plan = {plan} and coalesce({key}) is not null
            group by {key}
        ) each group by 1"""
    )
    found = connection.execute(SQL(statement).format(key=key_of, **which)).fetchall()
    keys = {row["went_in"]: row["keys"] for row in found}
    went_in, others = keys.get(True, 0), keys.get(False, 0)
    return Counted(
        name=total.name,
        made="keys",
        fields=total.fields,
        found=Decimal(went_in + others),
        went_in=Decimal(went_in),
        others={"left out": Decimal(others)} if others else {},
    )


def holds(counted: Sequence[Counted], said_of: Sequence[Expected], dataset: str = "") -> Iterator[Hold]:
    """What a plan waits for whose rows come to something else than was said."""
    part = catalog.called(dataset) if dataset else ""
    for total in _paired(counted, said_of):
        if total.differs and total.expected is not None:
            message = f"{total.sentence} Correct the file or its rows, or accept it and say why."
            yield Hold(code=total.expected.code, field="", message=message, rows=0, dataset=dataset, part=part)


def _paired(counted: Sequence[Counted], said_of: Sequence[Expected], dataset: str = "") -> Iterator[Total]:
    """Each total with each number that it is compared with; the count of rows only where it is with any."""
    part = catalog.called(dataset) if dataset else ""
    for each in counted:
        own = [one for one in said_of if one.name == each.name]
        yield from (Total(counted=each, expected=one, dataset=dataset, part=part) for one in own)
        if not own and each.made != "rows":
            yield Total(counted=each, dataset=dataset, part=part)


def told(store: Store, batch: Batch) -> tuple[Total, ...]:
    """The control totals of a batch, or of each sheet of a run, as its plan has counted them; none before it has one,
    nor of what was made of a source's rows, or takes them back."""
    if batch.derived or batch.undo_of is not None:
        return ()
    sheets = batches.sheets(store, batch)
    if not any(sheet.plan for sheet in sheets):
        return ()
    of = expected(store, *(sheet.id for sheet in sheets))
    found: list[Total] = []
    for sheet in sheets:
        counted = [Counted.from_dict(each) for each in sheet.summary.get("totals", ())]
        said_of = [*of.get(sheet.id, []), *(each.of_sheet for each in counted if each.of_sheet is not None)]
        found += _paired(counted, said_of, sheet.dataset if sheet != batch else "")
    return tuple(found)


def accept(store: Store, ids: Sequence[UUID], reason: str) -> None:
    """Lets those totals of batches be another number than was said, for a reason, in the transaction that runs."""
    store.connection.execute(_ACCEPT, {"batches": list(ids), "reason": reason})


_ACCEPT = """
update workbench.control_total set reason = %(reason)s
where batch_id = any(%(batches)s) and expected is distinct from workbench.total_of(batch_id, kind, fields)
"""
