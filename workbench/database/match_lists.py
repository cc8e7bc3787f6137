"""The two lists that matching compares, as SQL: those who say whom they mean, and the records that may be meant."""

from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database import accents
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.contract import Contract
from workbench.model.matching import Matching

AT_ONCE = "set local enable_nestloop = off; set local jit = off"
"""Everybody is asked about at once: never one by one."""


class Lists:
    """Those who say it and the records that may be meant, as SQL."""

    def __init__(self, store: Store, matching: Matching) -> None:
        self._store = store
        self._matching = matching
        self._contract = catalog.contract(matching.dataset)
        self.fields = tuple(each.name for each in matching.compared)
        self._key = Identifier(self._contract.key_fields[0].target)
        # somebody else may have the address by now
        guarded = any(each.kind == "email" for each in matching.compared) and len(matching.said) == 1
        self._names: dict[str, Composable] = {
            "tenant": SQL("{}::uuid").format(Literal(store.tenant_id)),
            "of": Literal(matching.of),
            "dataset": Literal(matching.dataset),
            "stands": SQL("not workbench.quite_another(p.name, s.texts ->> 'name')" if guarded else "true"),
            "records_": Identifier(self._contract.family, self._contract.table),
            "key": self._key,
            "texts": SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(
                SQL(", ").join(SQL("{}, p.{}").format(Literal(name), Identifier(name)) for name in self.fields)
            ),
        }
        self._names["raw"] = self._raw()
        self._names["records"] = self._records()
        self._names["people"] = self._people()

    def compose(self, statement: str, **more: Composable) -> Composed:
        """A statement about the two lists; `people`, `records` and what else it names are filled in."""
        with_lists = SQL(_LISTED).format(**self._names) if statement.lstrip().startswith("{listed}") else SQL("")
        return SQL(statement).format(**self._names, listed=with_lists, **more)

    @property
    def records(self) -> Composable:
        """The records that may be meant: each with its `known` key and the compared fields."""
        return self._names["records"]

    def all(self, statement: str, **more: Composable) -> list[dict[str, Any]]:
        """The answer of a question about everybody."""
        with self._store.transaction() as connection:
            connection.execute(AT_ONCE)
            return connection.execute(self.compose(statement, **more)).fetchall()

    def compared(self, statement: str) -> Composed:
        """As `compose`, of a question for all that is compared; names are those that a person has said they mean."""
        known = {row["of"] for row in self._store.all("select distinct of from workbench.link")}

        def columns(alias: str) -> Composable:
            return SQL(", ").join(
                SQL(_ALIASED if each.alias_of in known else "{alias}.{name}").format(
                    alias=SQL(alias), name=Identifier(each.name), of=Literal(each.alias_of)
                )
                for each in self._matching.compared
            )

        return self.compose(statement, compared_of=columns("p"), compared_with=columns("r"))

    def has(self, text: str) -> Composable:
        """Whether somebody has every word of a text in the compared fields."""
        said = SQL("concat_ws(' ', {})").format(SQL(", ").join(map(Identifier, self.fields)))
        return SQL(" and ").join([accents.contains(said, word) for word in text.split()] or [SQL("true")])

    @property
    def anybody(self) -> Composable:
        """Whether there is anybody at all."""
        if self._matching.named_in:
            return SQL("select true as any from ({}) each where name is not null limit 1").format(
                self._names_of_others()
            )
        return SQL("select true as any from ({}) each limit 1").format(self._names["raw"])

    def _raw(self) -> Composable:
        """Everybody who says it: `said` (null where it is nothing to go by), the fields, `place` (the newest is the
        greatest) and `rows`."""
        matching = self._matching
        if matching.named_in:
            return self._named()
        contract = catalog.contract(matching.of)
        columns = {name: self._column(contract, name) for name in self.fields}
        names = SQL(", ").join(SQL("{} as {}").format(each, Identifier(name)) for name, each in columns.items())
        if matching.unmatched is not None:
            missed = Literal(Jsonb([{"code": f"{matching.unmatched}_not_found"}]))
            return SQL(_UNMATCHED).format(said=self._said(contract), names=names, missed=missed, **self._names)
        return SQL(_SAYING).format(
            said=self._said(contract),
            names=names,
            table=Identifier(contract.family, contract.table),
            which=_current(contract),
            tenant=self._names["tenant"],
        )

    def in_use(self, said: str) -> Composed | None:
        """Which records that stand say a text of the record that it is decided to mean, and what wrote them; None where
        no rows wait for a decision."""
        contract = catalog.contract(self._matching.of)
        named = [
            each for each in contract.references if each.reference and each.reference.dataset == self._contract.name
        ]
        if self._matching.unmatched is None or not named:
            return None
        return SQL(_IN_USE).format(
            **self._names,
            table=Identifier(contract.family, contract.table),
            names=Identifier(named[0].target),
            text=Literal(said),
            said=self._said(contract, stored=True),
        )

    def _said(self, contract: Contract, *, stored: bool = False) -> Composable:
        """The text by which decisions are kept; of `stored` records, whoever else says it."""
        ways = []
        for fields in self._matching.said:
            columns = [
                SQL("t.{}::text").format(Identifier(contract.field(name).target))
                if stored
                else self._column(contract, name)
                for name in fields
            ]
            address = len(fields) == 1 and contract.field(fields[0]).kind == "email"
            ways.append(SQL("workbench.{}({})").format(SQL("address" if address else "said"), SQL(", ").join(columns)))
        return SQL("coalesce({})").format(SQL(", ").join(ways))

    def _column(self, contract: Contract, name: str) -> Composable:
        if self._matching.unmatched is not None:
            return SQL("(r.payload ->> {})").format(Literal(name))
        return SQL("t.{}::text").format(Identifier(contract.field(name).target))

    def _named(self) -> Composable:
        """The names that other records have and that no record of the dataset has."""
        return SQL(_NAMED).format(names=self._names_of_others(), **self._names)

    def _names_of_others(self) -> Composable:
        parts = []
        for dataset, field in self._matching.named_in:
            contract = catalog.contract(dataset)
            parts.append(
                SQL("select t.{} as name from {} t where t.tenant_id = {} and {}").format(
                    Identifier(contract.field(field).target),
                    Identifier(contract.family, contract.table),
                    self._names["tenant"],
                    _current(contract),
                )
            )
        return SQL(" union all ").join(parts)

    def _people(self) -> Composable:
        return SQL(
            "select distinct on (said) said, {names}, sum(rows) over (partition by said)::int as rows "
            "from ({raw}) raw where said is not null order by said, place desc"
        ).format(names=SQL(", ").join(map(Identifier, self.fields)), raw=self._names["raw"])

    def _records(self) -> Composable:
        """The records that may be meant: `known`, and the compared fields under the names that they have on the other
        side."""
        columns = []
        for each in self._matching.compared:
            field = self._contract.field(each.known or each.name)
            columns.append(SQL("t.{}::text as {}").format(Identifier(field.target), Identifier(each.name)))
        return SQL(
            "select distinct on (t.{key}) t.{key} as known, {columns} from {records_} t "
            "where t.tenant_id = {tenant} and {which} order by t.{key}, t.id desc"
        ).format(columns=SQL(", ").join(columns), which=_current(self._contract), **self._names)


def _current(contract: Contract) -> Composable:
    """Which records count: those of the dataset that are switched on."""
    tests = [slice_of(contract, "t")]
    if contract.removal is not None:
        tests.append(SQL("t.{}").format(Identifier(contract.removal.active)))
    return SQL(" and ").join(tests)


_SAYING = """
select {said} as said, {names}, t.id as place, 1 as rows from {table} t where t.tenant_id = {tenant} and {which}
"""

_UNMATCHED = """
select {said} as said, {names}, r.id as place, 1 as rows
from workbench.import_batch b
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
join workbench.corrected_row r on r.batch_id = o.batch_id and r.line = o.line
join workbench.import_row i on i.batch_id = o.batch_id and i.line = o.line
where b.data_type = {of} and b.stage = 'completed' and b.undo_of is null and b.unmatched > 0
  and workbench.undone_by(coalesce(b.part_of, b.id)) is null
  and o.outcome = 'unmatched' and o.errors @> {missed}
  and not exists (
      select from workbench.import_explanation e
      where e.batch_id = case when b.derived then b.part_of else b.id end and workbench.settles(e, o.outcome)
        and e.line = any(coalesce(i.sources, array[i.line]))
        and (e.resolved_by is null or not exists (
            select from workbench.link l
            where l.tenant_id = {tenant} and l.of = {of} and l.dataset = {dataset} and l.said = {said})))
"""
"""The rows that were unmatched and that nobody has explained; of those that a later run has brought in, such as mean
somebody by a decision."""

_IN_USE = """
select l.known, count(distinct t.id)::int as records,
       array_agg(distinct coalesce(b.part_of, b.id) order by coalesce(b.part_of, b.id)) as runs
from workbench.link l
join {records_} r on r.tenant_id = {tenant} and r.{key} = l.known
join {table} t on t.tenant_id = {tenant} and t.{names} = r.id and {said} = l.said
join workbench.import_batch b on b.tenant_id = {tenant} and left(b.id::text, 28) = left(t.id::text, 28)
where l.tenant_id = {tenant} and l.of = {of} and l.dataset = {dataset} and l.said = {text}
group by l.known
"""
"""The id of a record begins as that of the batch that made it."""

_NAMED = """
select said, name, null::uuid as place, rows
from (select workbench.said(name) as said, name, rows::int
      from (select name, count(*) as rows from ({names}) each where name is not null group by name) each) named
where said not in (select workbench.said(t.{key}) from {records_} t where t.tenant_id = {tenant})
"""

_LISTED = """
with people as ({people}), listed as (
    select p.*, s.known, coalesce(s.id, n.id) as decision, coalesce(s.automatic, false) as automatic,
           coalesce(s.decided_by, n.decided_by) as decided_by, coalesce(s.decided_at, n.decided_at) as decided_at,
           case when s.id is not null then 'matched' when n.verdict = 'different' then 'nobody'
                when n.verdict = 'later' then 'later' else 'unmatched' end as status
    from people p
    left join workbench.match s on s.tenant_id = {tenant} and s.of = {of} and s.said = p.said and s.dataset = {dataset}
         and s.verdict = 'same' and s.withdrawn_at is null and {stands}
         and exists (select from {records_} t where t.tenant_id = {tenant} and t.{key} = s.known)
    left join workbench.match n on n.tenant_id = {tenant} and n.of = {of} and n.said = p.said and n.dataset = {dataset}
         and n.known is null and n.withdrawn_at is null
), suggested as (
    select c.said, max(c.score) as best from workbench.match_candidate c
    where c.tenant_id = {tenant} and c.of = {of} and c.dataset = {dataset} and not exists (
        select from workbench.match d where d.tenant_id = {tenant} and d.of = {of} and d.said = c.said
          and d.dataset = {dataset} and d.known = c.known and d.withdrawn_at is null and d.verdict = 'different')
    group by c.said
)
"""
"""Those who say it (`people`), each with what was decided (`listed`), and the best candidate of each (`suggested`)."""

_ALIASED = """coalesce((select l.known from workbench.link l
    where l.of = {of} and l.dataset = {of} and l.said = workbench.said({alias}.{name})), {alias}.{name}) as {name}"""
