"""A source that was put right and read again: which rows of the earlier import it has brought in."""

from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from workbench.database.store import Store
from workbench.model.batch import Run


def resolve(store: Store, run: Run, connection: Connection[Any]) -> None:
    """Says of rows that earlier imports of the same source left out, and that a run has written now, that it has.

    It is the same row when it stands on the same line of a source of the same name and headers, and differs in nothing
    but what was wrong with it. What somebody has said of a row, or signed, stays. Of several sheets, nothing.
    """
    face = run.face
    if face.sweep_of is not None or run.sheets != (face,):
        return
    which = {"run": face.id, "plan": face.plan, "dataset": face.dataset, "file": face.file_name}
    earlier = connection.execute(_EARLIER, {**which, "headers": Jsonb(list(face.headers))}).fetchall()
    for batch in earlier:
        said = {"tenant": store.tenant_id, "of": batch["id"], "reason": f"Resolved by run {face.id}"}
        rows = connection.execute(_RESOLVED, {**which, **said, "by": store.user}).rowcount
        if rows:
            store.note("resolved", batch["id"], by=str(face.id), rows=rows)


_EARLIER = """
select b.id from workbench.import_batch b
where b.data_type = %(dataset)s and b.file_name = %(file)s and to_jsonb(b.headers) = %(headers)s and b.id < %(run)s
  and b.stage = 'completed' and b.unmatched + b.invalid > 0 and b.undo_of is null and b.sweep_of is null
  and b.part_of is null and workbench.undone_by(b.id) is null
  and not exists (select from workbench.sign_off s where s.batch_id = b.id)
"""

_RESOLVED = """
insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by, resolved_by)
select %(tenant)s, b.id, o.line, %(reason)s, %(by)s, %(run)s
from workbench.import_batch b
join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.outcome in ('unmatched', 'invalid')
join workbench.corrected_row r on r.batch_id = b.id and r.line = o.line
join workbench.import_outcome n on n.batch_id = %(run)s and n.plan = %(plan)s and n.line = o.line
     and (n.outcome in ('created', 'updated')
          or n.reason in ('unchanged', 'kept', 'known', 'protected', 'added_up', 'duplicate'))
join workbench.corrected_row m on m.batch_id = %(run)s and m.line = o.line
where b.id = %(of)s
  and not exists (select from workbench.import_explanation e where e.batch_id = b.id and e.line = o.line)
  and not exists (
      select from jsonb_array_elements_text(to_jsonb(b.headers)) with ordinality h (header, place)
      where (r.raw::jsonb ->> (place::int - 1)) is distinct from (m.raw::jsonb ->> (place::int - 1))
        and not exists (
            select from jsonb_array_elements(coalesce(r.errors, '[]') || coalesce(o.errors, '[]')) issue
            where issue ->> 'field' = b.mapping -> 'columns' ->> header))
"""
