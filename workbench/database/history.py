"""What was imported, and what became of it: batches by who, what and when, their stories, what needs someone now."""

from datetime import datetime
from typing import Any

from workbench.database import ledger
from workbench.database.store import Store
from workbench.model.batch import OUTCOMES, Batch


def batches(  # noqa: PLR0913
    store: Store,
    dataset: str | None,
    *,
    user: str | None,
    file: str | None,
    window: str | None,
    outcome: str | None,
    stage: str | None,
    since: datetime | None,
    until: datetime | None,
    before: Batch | None,
    limit: int,
) -> list[Batch]:
    """The batches that fit, newest first; see `Workbench.batches`."""
    values = {
        "dataset": dataset,
        "user": user,
        "file": None if file is None else f"%{_literal(file)}%",
        "window": window,
        "outcome": outcome,
        "stage": stage,
        "since": since,
        "until": until,
        "created_at": before.created_at if before else None,
        "id": before.id if before else None,
    }
    return ledger.find(store, " and ".join(_FITS[name] for name in _FITS if values[name] is not None), values, limit)


_FITS = {
    "dataset": "data_type = %(dataset)s",
    "user": "initiated_by_id = %(user)s",
    "file": "file_name ilike %(file)s",
    "window": '"window" = %(window)s',
    "outcome": f"case %(outcome)s {' '.join(f'when {name!r} then {name}' for name in OUTCOMES)} end > 0",
    "stage": "stage = %(stage)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "id": "(created_at, id) < (%(created_at)s, %(id)s)",
}


def _literal(text: str) -> str:
    """A text as LIKE looks for it, its wildcards meaning themselves."""
    return "".join(f"\\{character}" if character in "\\%_" else character for character in text)


def story(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """Who did what with a batch and when, from its beginning on: at, actor, action, detail."""
    return store.all(
        "select at, actor, action, detail from workbench.audit_log where batch_id = %s order by id", (batch.id,)
    )


def attention(store: Store, limit: int) -> dict[str, list[Batch]]:
    """The batches that wait for a person, newest first: held, with unexplained rows, or done and not signed."""
    committed = f"stage = 'completed' and not dry_run and {_STANDS} and {_UNSIGNED}"
    asked = {
        "held": "stage = 'held'",
        "unexplained": f"{committed} and unmatched + invalid > {_EXPLAINED}",
        "unsigned": f"{committed} and unmatched + invalid = {_EXPLAINED}",
    }
    return {name: ledger.find(store, fits, {}, limit) for name, fits in asked.items()}


_STANDS = """not exists (
    select from workbench.import_batch u where u.undo_of = import_batch.id and u.stage = 'completed')"""
_UNSIGNED = "not exists (select from workbench.sign_off s where s.batch_id = import_batch.id)"
# an earlier plan may have left explanations of rows that a later one has created
_EXPLAINED = """(
    select count(*) from workbench.import_explanation e join workbench.import_outcome o using (batch_id, line)
    where e.batch_id = import_batch.id and o.plan = import_batch.plan and o.outcome in ('unmatched', 'invalid'))"""


def outcomes(store: Store, limit: int) -> list[dict[str, Any]]:
    """The figures of the last completed imports, oldest first: batch, dataset, at, and rows by outcome."""
    return store.all(_OUTCOMES, (limit,))[::-1]


_OUTCOMES = f"""
select id as batch, data_type as dataset, completed_at as at, {", ".join(OUTCOMES)} from workbench.import_batch
where stage = 'completed' and undo_of is null order by completed_at desc, id desc limit %s
"""
