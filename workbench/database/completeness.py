"""The completeness audit: which records Salesforce has that are missing or stale here, and which are here that it has
not. Only ids and stamps are read there; here it is the rows of imports that tell what was read, and the tables whether
its records still are."""

from collections.abc import Collection, Sequence

import pyarrow.csv as arrow_csv
from psycopg.sql import SQL, Composed, Identifier, Literal
from pyarrow import BufferOutputStream

from workbench.database.import_lists import STANDS
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.completeness import KINDS, Completeness, Difference
from workbench.model.contract import Contract
from workbench.model.errors import UnknownDataset
from workbench.model.sheet import Sheet


def audited(dataset: str) -> Contract:
    """The contract whose records are compared; raises UnknownDataset."""
    contract = catalog.contract(dataset)
    if not contract.table:
        raise UnknownDataset(dataset=dataset, known=", ".join(catalog.CONTRACTS))
    return contract


def audit(
    store: Store,
    there: Sheet,
    dataset: str,
    parts: Sequence[Contract],
    *,
    others: Collection[str] = (),
    limit: int | None,
) -> Completeness:
    """Compares the ids and stamps of an object (`there`) with what the imports of it into a dataset, or under a
    playbook, have read, and whether the records that they came to (`parts`: their contracts) are there. What is of
    another kind there now and was read since by one of the `others`, playbooks that take those, is no concern of this.

    `limit` is how many differences of each kind are named; None names all.
    """
    with store.transaction() as connection:
        connection.execute(_THERE)
        columns = [name for name in ("Id", "SystemModstamp") if name in there.headers]
        into = "copy there (id, changed)" if len(columns) == 2 else "copy there (id)"
        with connection.cursor() as cursor, cursor.copy(f"{into} from stdin (format csv)") as copy:
            for chunk in there.chunks():
                lines = BufferOutputStream()
                arrow_csv.write_csv(chunk.cells.select(columns), lines, arrow_csv.WriteOptions(include_header=False))
                copy.write(lines.getvalue())
        connection.execute("analyze there")
        which = {"dataset": dataset, "source": there.name}
        connection.execute(SQL(_READ).format(stands=SQL(STANDS)), which)
        connection.execute(_GONE)
        for contract in parts:
            connection.execute(_gone(contract), {"part": contract.name})
            connection.execute(_PUT_BACK, {"part": contract.name})
        connection.execute("analyze gone")
        connection.execute(_compared())
        connection.execute(SQL(_PASSED_ON).format(stands=SQL(STANDS)), {"source": there.name, "others": [*others]})
        counted = connection.execute(_COUNTED).fetchone()
        assert counted is not None
        named = connection.execute(_NAMED, {"limit": limit}).fetchall()
        counts = {kind: counted[kind] for kind in KINDS}
        store.note("audited Salesforce", None, name=there.name, dataset=dataset, there=counted["there"], **counts)
    return Completeness(
        source=there.name,
        dataset=dataset,
        there=counted["there"],
        here=counted["here"],
        counts=counts,
        differences=tuple(Difference(**row) for row in named),
    )


def _gone(contract: Contract) -> Composed:
    return SQL(_GONE_OF).format(table=Identifier(contract.family, contract.table), slice=slice_of(contract, "known"))


def _compared() -> Composed:
    reasons = (SQL("when {} then {}").format(SQL(test), Literal(why)) for test, why in _REASONS)
    return SQL(_COMPARED).format(reasons=SQL(" ").join(reasons))


_REASONS = (
    ("l.id is null", "no import has read it"),
    ("l.outcome = 'invalid'", "its row is invalid"),
    ("l.is_gone", "its record is here no more"),
    ("t.id is null", "Salesforce has it no more, or it is of another kind there now"),
    ("l.is_deleted", "it was deleted or merged there when it was read"),
    ("l.changed < t.changed", "it was changed there since it was read"),
    ("l.is_put_back", "an undo has put back what it was before"),
    ("l.is_waiting", "it waits for other records: its row is unmatched"),
)
"""Why a record is not here as it is there: the first that is so."""

_THERE = 'create temporary table there (id text collate "C", changed text collate "C") on commit drop'

_READ = """
create temporary table imported on commit drop as
select id, plan, planned_at, completed_at, array_position(headers, 'Id') - 1 as id_at,
       array_position(headers, 'SystemModstamp') - 1 as changed_at,
       array_position(headers, 'IsDeleted') - 1 as deleted_at
from workbench.import_batch
where data_type = %(dataset)s and file_name = %(source)s and stage = 'completed' and undo_of is null and {stands}
  and part_of is null and 'Id' = any(headers)
"""

_GONE = """
create temporary table gone (batch_id uuid, line integer) on commit drop;
create temporary table put_back (batch_id uuid, line integer) on commit drop
"""

_PARTS = """
imported i
cross join lateral (
    select id, plan from workbench.import_batch where id = i.id and data_type = %(part)s
    union all
    select id, plan from workbench.import_batch where part_of = i.id and data_type = %(part)s and stage = 'completed'
) b
"""
"""What wrote the records of one contract."""

_GONE_OF = f"""
insert into gone
select i.id, each.line
from {_PARTS}
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
join workbench.import_row r on r.batch_id = b.id and r.line = o.line
left join {{table}} known on known.id = o.record_id and {{slice}}
cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
where o.outcome in ('created', 'updated', 'skipped') and o.record_id is not null and known.id is null
"""
"""The rows of a source whose records of one contract are here no more."""

_PUT_BACK = f"""
insert into put_back
select i.id, each.line
from {_PARTS}
join workbench.dataset d on d.data_type = %(part)s
join workbench.dataset same on same.family = d.family and same.target = d.target
join workbench.import_batch u on u.undo_of is not null and u.stage = 'completed' and u.data_type = same.data_type
    and u.completed_at > i.planned_at
join workbench.import_outcome t on t.batch_id = u.id and t.plan = u.plan and t.reason = 'restored'
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.record_id = t.record_id
join workbench.import_row r on r.batch_id = b.id and r.line = o.line
cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
where o.outcome = 'skipped'
"""
"""Those that were as the source has them, and that an undo has made since what they were before."""

_COMPARED = """
create temporary table compared on commit drop as
with latest as (
    select distinct on (r.cells ->> b.id_at) r.cells ->> b.id_at as id, r.cells ->> b.changed_at as changed,
           coalesce(r.cells ->> b.deleted_at = 'true', false) as is_deleted, r.batch_id, r.line, b.plan
    from imported b
    join (select batch_id, line, raw::jsonb as cells from workbench.import_row) r on r.batch_id = b.id
    order by r.cells ->> b.id_at, (r.cells ->> b.changed_at) collate "C" desc nulls last, b.completed_at desc,
             r.batch_id desc, r.line desc
), last as (
    select l.id collate "C" as id, l.changed collate "C" as changed, l.batch_id, l.line, l.is_deleted,
           o.outcome, g.line is not null as is_gone, p.line is not null as is_put_back,
           o.outcome = 'unmatched' and g.line is null and not l.is_deleted as is_waiting
    from latest l join workbench.import_outcome o on o.batch_id = l.batch_id and o.line = l.line and o.plan = l.plan
    left join (select distinct batch_id, line from gone) g on g.batch_id = l.batch_id and g.line = l.line
    left join (select distinct batch_id, line from put_back) p on p.batch_id = l.batch_id and p.line = l.line
)
select coalesce(t.id, l.id) as id, t.changed as there, l.changed as here, l.batch_id as batch, l.line,
       t.id is not null as is_there, coalesce(l.is_waiting, false) as is_waiting,
       coalesce(l.is_put_back, false) or l.changed < t.changed as is_older,
       coalesce(l.outcome in ('created', 'updated', 'skipped') and not l.is_gone and not l.is_deleted, false)
           as is_here,
       case {reasons} end as why
from there t full join last l on l.id = t.id
"""
"""Every record there or here, by what was read of it last."""

_PASSED_ON = """
with other as materialized (
    select id, completed_at, array_position(headers, 'Id') - 1 as id_at,
           array_position(headers, 'SystemModstamp') - 1 as changed_at
    from workbench.import_batch
    where data_type = any(%(others)s) and file_name = %(source)s and stage = 'completed' and {stands}
      and undo_of is null and part_of is null and headers @> array['Id', 'SystemModstamp']
      and exists (select from compared where is_here and not is_there)
)
delete from compared c using other o, workbench.import_row r
where r.batch_id = o.id and r.raw::jsonb ->> o.id_at = c.id and c.is_here and not c.is_there
  and (r.raw::jsonb ->> o.changed_at) collate "C" > c.here
"""
"""A volunteer who became a teacher is one of the teachers' once those were read."""

_KIND = """case when is_there and not is_here and not is_waiting then 'missing'
                when is_here and not is_there then 'extra'
                when is_there and is_older then 'stale' when is_there and is_waiting then 'waiting' end"""

_COUNTED = f"""
select count(*) filter (where is_there)::int as there, count(*) filter (where is_here)::int as here,
       count(*) filter (where kind = 'missing')::int as missing, count(*) filter (where kind = 'extra')::int as extra,
       count(*) filter (where kind = 'stale')::int as stale,
       count(*) filter (where kind = 'waiting')::int as waiting
from (select *, {_KIND} as kind from compared) c
"""

_NAMED = f"""
select kind, id, why, there, here, batch, line from (
    select *, row_number() over (partition by kind order by id) as place
    from (select *, {_KIND} as kind from compared) c where kind is not null) each
where %(limit)s::int is null or place <= %(limit)s
order by array_position(array['missing', 'stale', 'extra', 'waiting'], kind), id
"""
