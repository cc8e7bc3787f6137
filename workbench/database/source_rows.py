"""What the rows of a source say of the records that the parts of a composed run made of them: what was corrected there,
by whom, what was warned of, and what was refused."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from workbench.database.store import Store
from workbench.model.contract import Contract

_MOST = 20
"""So many rows of the source are looked at, of those that one record was made of."""


def tell(store: Store, contract: Contract, history: Sequence[dict[str, Any]]) -> None:
    """Gives each event of a record's history `corrected`, {header: [as it came, as a person corrected it]}. An event of
    a part that was made of a source's rows has what is known of those: who corrected them, and the warnings that are of
    its own fields; and where the part is withheld `refused`, what is wrong with its rows of the source, for whose sake
    it is: line, field, message. `row` is that of a file, by batch and line, where the event says all that there is in
    it: what it changed."""
    rows, names = _of_sources(store, history), {field.name for field in contract.fields}
    for event in history:
        run, derived, lines = event.pop("run"), event.pop("derived"), _lines(event)
        headers, raw, original = event.pop("headers"), event.pop("raw"), event.pop("original")
        filling = event.pop("filling") or {}
        event["refused"] = []
        # a part does not say what became of the others of its row, nor one that is refused or new what it says
        is_all = not derived and event["undo_of"] is None and event["outcome"] == "updated"
        event["row"] = (event["batch"], event["of_row"]) if is_all else None
        if not derived or event["undo_of"] is not None:
            event["corrected"] = {} if event["undo_of"] is not None else _corrected(headers, raw, original)
            continue
        event["corrected"] = {}
        own = [rows[run, line] for line in lines if (run, line) in rows]
        for row in own:
            said = _corrected(row["headers"], row["raw"], row["original"])
            fits = {header: each for header, each in said.items() if filling.get(header) in names}
            event["corrected"] |= fits or said
            if row["corrected_by"]:
                event |= {"corrected_by": row["corrected_by"], "corrected_at": row["corrected_at"]}
        event["issues"] = [*(event["issues"] or ()), *_warned(names, own)]
        event["refused"] = _refused(own) if event["reason"] == "withheld" else []


def _lines(event: Mapping[str, Any]) -> list[int]:
    sources = event["sources"] or [event["of_row"]]
    return [line for line in sources[:_MOST] if line is not None]


def _of_sources(store: Store, history: Iterable[Mapping[str, Any]]) -> dict[tuple[UUID, int], dict[str, Any]]:
    """The rows of the sources that parts were made of, by their batch and line."""
    wanted = {(each["run"], line) for each in history if each["derived"] for line in _lines(each)}
    if not wanted:
        return {}
    batches, lines = zip(*wanted, strict=True)
    found = store.all(_ROWS, {"batches": list(batches), "lines": list(lines)})
    return {(row["batch_id"], row["line"]): row for row in found}


_ROWS = """
select r.batch_id, r.line, b.headers, r.raw, r.original, r.errors, r.corrected_by, r.corrected_at
from unnest(%(batches)s::uuid[], %(lines)s::int[]) wanted (batch_id, line)
cross join lateral (
    select * from workbench.import_result r where r.batch_id = wanted.batch_id and r.line = wanted.line limit 1
) r join workbench.import_batch b on b.id = r.batch_id
"""


def _corrected(headers: Sequence[str], raw: Any, original: Any) -> dict[str, list[str]]:
    if not original or not raw:
        return {}
    return {name: [was, now] for name, was, now in zip(headers, original, raw, strict=False) if was != now}


def _warned(names: Container[str], rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is warned of in those fields."""
    every = (issue for row in rows for issue in row["errors"] or ())
    return [each for each in every if each["severity"] == "warning" and each["field"] in names]


def _refused(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is wrong with rows; that one waits with another is told only where nothing else is known."""
    every = [
        {"line": row["line"], **{name: issue[name] for name in ("code", "field", "message")}}
        for row in rows
        for issue in row["errors"] or ()
        if issue["severity"] == "error"
    ]
    told = [each for each in every if each["code"] != "waits"] or every
    return [{name: each[name] for name in ("line", "field", "message")} for each in told]
