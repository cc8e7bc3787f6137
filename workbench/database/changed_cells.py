"""Cells of a batch's rows that somebody has changed while another was about to correct them."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs

from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.changed_cell import ChangedCell
from workbench.model.errors import ChangedMeanwhile

_TOLD = 20
"""So many cells are told."""


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
