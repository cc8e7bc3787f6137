"""How many records of a run have which value of a field."""

from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.figure import Breakdown


def values(store: Store, part: Batch, breakdown: Breakdown) -> dict[str, int]:
    """The values of a field in the rows of a part that are, or will be, a record, with how many those are: the most
    frequent first. A row that says nothing of it counts nowhere."""
    named = {"batch": part.id, "plan": part.plan, "field": breakdown.field}
    rows = "corrected_row" if part.revision else "import_row"
    return {row["value"]: row["rows"] for row in store.all(_VALUES.format(rows=rows), named)}


_VALUES = """
select r.payload ->> %(field)s as value, count(*)::int as rows
from workbench.import_outcome o join workbench.{rows} r on r.batch_id = o.batch_id and r.line = o.line
where o.batch_id = %(batch)s and r.batch_id = %(batch)s and o.plan = %(plan)s
  and (o.outcome in ('created', 'updated') or o.reason in ('unchanged', 'protected', 'kept'))
  and r.payload ->> %(field)s is not null
group by 1 order by 2 desc, 1
"""
