"""What makes the rows of a batch wait for a person's word: each kind, its number, and one of those rows."""

from typing import Any

from workbench.database import paging
from workbench.database.store import Store
from workbench.model.batch import Batch
from workbench.model.issue import of_kind
from workbench.model.row_query import RowQuery


def unexplained_kinds(store: Store, batch: Batch) -> list[dict[str, Any]]:
    """What makes rows unmatched or invalid that nobody has explained: outcome, code, field, message (that of a row
    which still waits), rows."""
    kinds: dict[tuple[str, str, str], dict[str, Any]] = {}
    read = [{**each, "outcome": "invalid"} for each in batch.summary.get("issue_counts", ())]
    for each in (*read, *batch.summary.get("issue_counts_planned", ())):
        if each["severity"] == "error":
            key = each["outcome"], each["code"], each["field"]
            named = dict(zip(("outcome", "code", "field"), key, strict=True))
            kind = kinds.setdefault(key, {**named, "message": each["message"], "rows": 0})
            kind["rows"] += each["rows"]
    said_of = set()
    for row in store.all(_EXPLAINED, {"batch": batch.id}):
        if (key := (row["outcome"], row["code"], row["field"])) in kinds:
            kinds[key]["rows"] -= row["rows"]
            said_of.add(key)
    waiting = {key: kind for key, kind in kinds.items() if kind["rows"] > 0}
    for key in said_of & waiting.keys():  # the row that the message was taken from may wait no more
        waiting[key]["message"] = _example(store, batch, *key) or waiting[key]["message"]
    return sorted(
        map(of_kind, waiting.values()),
        key=lambda kind: (-kind["rows"], kind["outcome"], kind["code"], kind["field"]),
    )


def _example(store: Store, batch: Batch, outcome: str, code: str, field: str) -> str | None:
    """What is wrong with the first row of a kind that still waits."""
    which = RowQuery(outcome=outcome, code=code, field=field, waiting=True)
    lines = paging.lines(store, batch, which, limit=1)
    row = store.one(_MESSAGE, {"batch": batch.id, "line": lines[0], "code": code, "field": field}) if lines else None
    return str(row["message"]) if row else None


_MESSAGE = """
select issue ->> 'message' as message from workbench.import_result r, jsonb_array_elements(r.errors) issue
where r.batch_id = %(batch)s and r.line = %(line)s and issue ->> 'code' = %(code)s and issue ->> 'field' = %(field)s
limit 1
"""

_EXPLAINED = """
select r.planned_outcome as outcome, issue ->> 'code' as code, issue ->> 'field' as field, count(*)::int as rows
from workbench.import_explanation e join workbench.import_result r on r.batch_id = e.batch_id and r.line = e.line,
     jsonb_array_elements(r.errors) issue
where e.batch_id = %(batch)s and r.explanation is not null and issue ->> 'severity' = 'error' group by 1, 2, 3
"""
