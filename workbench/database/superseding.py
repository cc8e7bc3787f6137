"""Rows that wait, and whose records their source has told anew since: the later row counts, whatever became of it."""

from collections.abc import Sequence

from psycopg.sql import SQL, Literal

from workbench.database import batches, explaining
from workbench.database.import_lists import STANDS
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.playbook import Playbook


def settle(store: Store, batch: Batch, playbook: Playbook, lines: Sequence[int]) -> list[int]:
    """Those of an import's waiting lines that nothing later says again; of the others it is said which run does.

    So what was changed or deleted in Salesforce while a row waited is not undone by that row, in whatever order the
    records arrive.
    """
    left = list(lines)
    for later in batches.find(store, _LATER, {"dataset": batch.dataset, "since": batch.created_at}, 10_000):
        if not left:
            break
        again = _said_again(store, batch, later, playbook, left)
        if again:
            explaining.say(
                store, batch, "explained", sorted(again), f"Told anew by the source since, in run {later.id}"
            )
            left = [line for line in left if line not in again]
    return left


def _said_again(store: Store, batch: Batch, later: Batch, playbook: Playbook, lines: Sequence[int]) -> set[int]:
    ours, theirs = _place(batch, playbook), _place(later, playbook)
    if ours is None or theirs is None:
        return set()
    question = SQL(
        """select r.line from workbench.import_row r
        join workbench.import_row n on n.batch_id = {later} and n.raw::json ->> {theirs} = r.raw::json ->> {ours}
        where r.batch_id = {batch} and r.line = any({lines})"""
    )
    named = {"later": later.id, "theirs": theirs, "ours": ours, "batch": batch.id, "lines": list(lines)}
    found = store.all(question.format(**{name: Literal(value) for name, value in named.items()}))
    return {row["line"] for row in found}


def _place(batch: Batch, playbook: Playbook) -> int | None:
    """In which cell of an import's rows the id of the record stands."""
    assert playbook.form is not None
    (key,) = playbook.form.key
    columns = batch.mapping.get("columns", {})
    return next((place for place, header in enumerate(batch.headers) if columns.get(header) == key), None)


_LATER = f"""
data_type = %(dataset)s and created_at > %(since)s and stage = 'completed' and part_of is null and sweep_of is null
and undo_of is null and {STANDS}
"""
