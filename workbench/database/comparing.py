"""An import beside the last ones of its source: asked of what is counted already."""

from typing import Any

from workbench.database.import_lists import STANDS
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import ENDED, OUTCOMES, Batch
from workbench.model.comparison import LAST, Comparison, Figures


def compare(store: Store, batch: Batch) -> Comparison:
    """A batch beside the last imports that were completed before it was, or before now while it is not, and that stand:
    of files whose names differ in digits alone, where there are any, else of any file of its dataset. A run that
    brings in rows of an earlier one is compared with none: it is no file."""
    asked = {
        "batch": batch.id,
        "dataset": batch.dataset,
        "file": batch.file_name,
        "at": batch.completed_at or (batch.created_at if batch.stage in ENDED else None),
        "last": LAST,
    }
    whole = batch.sweep_of is None
    found = [_figures(row) for row in store.all(_EARLIER, {**asked, "alike": True})] if whole else []
    alike = bool(found)
    if whole and not found:
        found = [_figures(row) for row in store.all(_EARLIER, {**asked, "alike": False})]
    this = Figures(
        batch=batch.id,
        file_name=batch.file_name,
        at=batch.completed_at or batch.created_at,
        rows=batch.processed or batch.summary.get("rows", 0),
        outcomes={name: getattr(batch, name) or 0 for name in OUTCOMES},
        filled=batch.summary.get("filled", {}),
        removed=batch.summary.get("removed", {}),
    )
    known = catalog.CONTRACTS.get(batch.dataset) or catalog.FORMS.get(batch.dataset)  # neither for several sheets
    titles = {field.name: field.title for field in known.fields} if known is not None else {}
    return Comparison(this=this, earlier=tuple(found), same_source=alike, titles=titles, whole=whole)


def _figures(row: dict[str, Any]) -> Figures:
    return Figures(
        batch=row["id"],
        file_name=row["file_name"],
        at=row["at"],
        rows=row["processed"] or 0,
        outcomes={name: row[name] or 0 for name in OUTCOMES},
        filled=row["filled"] or {},
        removed=row["removed"] or {},
        signed_by=row["signed_by"],
        first=row["first"],
    )


_EARLIER = f"""
select id, file_name, completed_at as at, processed, {", ".join(OUTCOMES)}, summary -> 'filled' as filled,
       summary -> 'removed' as removed,
       (select signed_by from workbench.sign_off s where s.batch_id = import_batch.id) as signed_by,
       row_number() over (order by completed_at, id) = 1 as first
from workbench.import_batch
where data_type = %(dataset)s and stage = 'completed' and completed_at < coalesce(%(at)s, now()) and id <> %(batch)s
  and part_of is null and undo_of is null and sweep_of is null and {STANDS}
  and (not %(alike)s or regexp_replace(file_name, '\\d+', '', 'g') = regexp_replace(%(file)s, '\\d+', '', 'g'))
order by completed_at desc, id desc limit %(last)s
"""
