"""What stands in the cells that have an issue: the texts of a kind of issues, each with its rows and what it may mean.

One text is often wrong in many rows, and is put right in all of them at once (`Workbench.mean`).
"""

from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from workbench.database import batches, paging
from workbench.database.expressions import source_line
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.row_query import RowQuery
from workbench.model.template import Mapping
from workbench.prepare import mapping
from workbench.prepare.cleaning import own_columns


def find(store: Store, batch: Batch, code: str, field: str, limit: int) -> tuple[list[dict[str, Any]], int]:
    """The texts of a field in the rows that have an issue of that code in it: text, rows, line of the source (the
    first), means ("" where nothing is like it), and `written`, how it stands there, with white space around it or
    without; the most frequent first, and how many there are in all. Of a row as a whole, none. Where a recipe makes
    several rows of one, the texts of those, with the rows of the source."""
    asked = batch
    if batch.multiplies and _said(batch, field) is None and not (batch.revision and batch.stage == "staged"):
        # what was made of its rows has them, unless that is yet to be made anew
        batch = next((part for part in batches.parts(store, batch.id) if part.derived), batch)
    lines = paging.having(batch, RowQuery(code=code, field=field), LOOKED_AT)
    said = _said(batch, field)
    if lines is None or said is None:
        return [], 0
    question = SQL(_VALUES).format(
        lines=lines,
        said=said,
        at=source_line(batch),
        number=SQL("count(*)" if asked is batch else "count(distinct {})").format(source_line(batch)),
        rows=Identifier("workbench", "corrected_row" if batch.revision else "import_row"),
        batch=Literal(batch.id),
        limit=Literal(limit),
    )
    with store.transaction() as connection:
        connection.execute(_IN_ORDER)
        found = connection.execute(question).fetchall()
    number = found[0]["texts"] if found else 0
    means = _means(batch, field, [row["text"] for row in found])
    return [
        {
            "text": row["text"],
            "rows": row["rows"],
            "line": row["line"],
            "means": means.get(row["text"], ""),
            "written": list(dict.fromkeys((row["text"], row["first_written"], row["last_written"]))),
        }
        for row in found
    ], number


LOOKED_AT = 100_000
"""So many rows with an issue are looked at: a page has to be there in a second."""

# A fresh batch has no statistics yet, and the planner would read all of it once more.
_IN_ORDER = """
set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off;
set local enable_hashjoin = off; set local enable_mergejoin = off; set local work_mem = '64MB'
"""

_VALUES = """
with said as materialized (
    select btrim({said}) as text, {number}::int as rows, min({at}) as first, min({said}) as first_written,
           max({said}) as last_written
    from {rows} r join ({lines}) wrong on wrong.line = r.line where r.batch_id = {batch} group by 1
), shown as materialized (
    select text, rows, first, first_written, last_written, (count(*) over ())::int as texts
    from said order by rows desc, first limit {limit}
)
select coalesce(text, '') as text, rows, texts, first as line, coalesce(first_written, '') as first_written,
       coalesce(last_written, '') as last_written
from shown order by rows desc, first, text
"""


def _said(batch: Batch, field: str) -> Composable | None:
    """What a row `r` says of a field: the cell of its column; of a part that was made of a run's rows, its value. None
    where no cell stands for it."""
    if batch.derived:
        return SQL("(r.payload ->> {})").format(Literal(field)) if field in batch.fields else None
    header = next((header for header, name in batch.mapping.get("columns", {}).items() if name == field), None)
    recipe = Mapping.from_dict(batch.mapping).recipe
    alone = own_columns(recipe, batch.headers)
    if header is None or header not in alone:
        return None
    return SQL("(r.raw::json ->> {})").format(Literal(batch.headers.index(header)))


def _means(batch: Batch, field: str, texts: list[str]) -> dict[str, str]:
    """What texts of a field probably mean: the keys that the plan found nearly so, else the choice that is like it."""
    planned = () if batch.stage == "staged" else batch.summary.get("suggestions", ())
    known = {each["text"]: each["means"] for each in planned if each["field"] == field}
    contract = catalog.CONTRACTS.get(batch.dataset)
    of = next((each for each in contract.fields if each.name == field), None) if contract else None
    choices = mapping.suggest_values(of, texts) if of is not None else {}
    return {text: choice for text, (choice, _) in choices.items()} | known
