"""Cells of a batch's rows that somebody has changed while another was about to correct them."""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs

from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.changed_cell import ChangedCell
from workbench.model.errors import ChangedMeanwhile

_TOLD = 20
"""So many cells are told."""


def since(store: Store, batch: Batch, lines: Sequence[int], revision: int) -> dict[int, dict[str, str]]:
    """What the cells on some lines said at a revision of a batch that say something else now ({line: {header: text}});
    asked within the transaction that corrects."""
    if batch.revision <= revision:
        return {}
    which = {"batch": batch.id, "lines": list(lines), "revision": revision}
    found = store.connection.execute(_SINCE, which).fetchall()
    return {
        row["line"]: {
            header: before
            for header, before, now in zip(
                batch.headers, json.loads(row["before"]), json.loads(row["now"]), strict=True
            )
            if before != now
        }
        for row in found
    }


_SINCE = """
select line, before, now from (
    select r.line, coalesce((
        select b.raw from workbench.import_correction b
        where b.batch_id = r.batch_id and b.line = r.line and b.revision <= %(revision)s
        order by b.revision desc limit 1
    ), r.raw) as before, (
        select n.raw from workbench.import_correction n
        where n.batch_id = r.batch_id and n.line = r.line order by n.revision desc limit 1
    ) as now
    from workbench.import_row r
    where r.batch_id = %(batch)s and r.line = any(%(lines)s) and exists (
        select from workbench.import_correction l
        where l.batch_id = r.batch_id and l.line = r.line and l.revision > %(revision)s)
) each where now <> before
"""


def refuse_changed(
    store: Store,
    batch: Batch,
    rows: Pairs[int, Sequence[str]],
    cells: Pairs[int, Pairs[str, str | None]],
    seen: Pairs[int, Pairs[str, str]],
) -> None:
    """Raises ChangedMeanwhile, with the `cells` among its coordinates, where one says neither what was seen there nor
    what it is to be; asked within the transaction that corrects. `rows` are as they count now, by line."""
    changed = [
        ChangedCell(line=line, header=header, text=now, by=_who(store, batch, line, header, now))
        for line, row in rows.items()
        for header, now in _changed(batch, row, cells[line], seen.get(line, {}))
    ]
    if changed:
        more = f" and {len(changed) - _TOLD:,} more" if len(changed) > _TOLD else ""
        told = "; ".join(cell.sentence for cell in changed[:_TOLD])
        raise ChangedMeanwhile(told=told + more, cells=tuple(changed))


def _changed(
    batch: Batch, row: Sequence[str], cells: Pairs[str, str | None], seen: Pairs[str, str]
) -> Iterator[tuple[str, str]]:
    for header, text in seen.items():
        now = row[batch.headers.index(header)]
        if header in cells and now not in (text, cells[header] or ""):
            yield header, now


def _who(store: Store, batch: Batch, line: int, header: str, text: str) -> str:
    """Who made a cell say what it says."""
    which = {"batch": batch.id, "line": line, "place": batch.headers.index(header), "text": text}
    found = store.connection.execute(_WHO, which).fetchone()
    return str(found["corrected_by"]) if found else "somebody"


_WHO = """
with said as (
    select revision, corrected_by, raw::json ->> %(place)s = %(text)s as so from workbench.import_correction
    where batch_id = %(batch)s and line = %(line)s
)
select corrected_by from said
where so and revision > coalesce((select max(revision) from said where not so), -1) order by revision limit 1
"""
