"""Rows of an import by what became of them, for the grid: what is told of each outcome, and what stands in the row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.datasets import catalog
from workbench.doors.web import grid, words
from workbench.doors.web.views import rows
from workbench.model.batch import Batch
from workbench.prepare.cleaning import said_of

Shown = tuple[list[grid.Row], list[grid.Column]]
Fields = tuple[str, ...]


def fields(batch: Batch, outcome: str) -> Fields | None:
    """The fields whose values are shown of rows with an outcome, where they are shown instead of the source's cells: of
    records that are written it is seen how."""
    if batch.undo_of is not None:
        return ()
    if batch.derived:  # which has no cells of its own
        return batch.fields
    makes_records = batch.dataset in catalog.CONTRACTS and not batch.multiplies  # and not its parts
    return batch.fields if makes_records and outcome in ("created", "updated") else None


def in_grid(
    batch: Batch, outcome: str, found: Sequence[Mapping[str, Any]], kinds: Sequence[Mapping[str, Any]]
) -> Shown:
    """Rows of an outcome: their lines, what is to be said of them, and their values by place, where something is wrong
    the fields of the import's `kinds` of issues first."""
    if batch.undo_of is not None:
        return _of_an_undo(found)
    if outcome in ("unmatched", "invalid"):
        return rows.in_grid(batch, found, {}, editable=False, first=rows.wrong_fields(kinds))
    said = _changed if outcome == "updated" else _why
    label = "What changes" if outcome == "updated" else _IN_WORDS
    if (names := fields(batch, outcome)) is not None:
        return _with_values(names, [row["payload"] for row in found], found, label, said)
    cells, columns = rows.in_grid(batch, [{**row, "issues": ()} for row in found], {}, editable=False)
    told = [said(row) for row in found]
    columns[1:1] = [*_reasons(found), *([_said(label)] if any(told) else [])]
    more = [{"told": text, "reason": words.field(row["reason"] or "")} for row, text in zip(found, told, strict=True)]
    each = zip(cells, more, strict=True)
    return [grid.Row(id=cell.id, cells={**cell.cells, **texts}, changed=cell.changed) for cell, texts in each], columns


def _with_values(
    names: Fields,
    values: Sequence[Mapping[str, object]],
    found: Sequence[Mapping[str, Any]],
    label: str,
    said: Callable[[Mapping[str, Any]], str],
) -> Shown:
    more = dict.fromkeys(name for value in values for name in value if name not in names)
    every = [*names, *more]
    told = [said(row) for row in found]
    columns = [_line(), *_reasons(found), *([_said(label)] if any(told) else [])]
    columns += [
        grid.Column(name=str(place), label=words.field(name), sortable=place < len(names))
        for place, name in enumerate(every)
        if name in names or any(value.get(name) not in (None, "") for value in values)
    ]
    shown = []
    for row, value, text in zip(found, values, told, strict=True):
        cells = {str(place): "" if value.get(name) is None else str(value[name]) for place, name in enumerate(every)}
        before = {
            str(every.index(name)): f"was {words.blank(old)}"
            for name, (old, _) in row["changes"].items()
            if name in every
        }
        shown.append(_row(row, {"told": text, **cells}, before))
    return shown, columns


def _of_an_undo(found: Sequence[Mapping[str, Any]]) -> Shown:
    """What an undo does to each record, by its key."""
    columns = [_line(), grid.Column(name="key", label="Key", sortable=False), *_reasons(found), _said(_IN_WORDS)]
    return [_row(row, {"key": row["key"] or "", "told": _why(row)}, {}) for row in found], columns


def _line() -> grid.Column:
    return grid.Column(
        name="line", label="Line", help="The line of the source, its header counted.", width=76, pinned=True
    )


_IN_WORDS = "In words"


def _reasons(found: Sequence[Mapping[str, Any]]) -> list[grid.Column]:
    """The column of the reasons, where rows have some."""
    some = any(row["reason"] for row in found)
    return [grid.Column(name="reason", label="Why", width=110, sortable=False)] if some else []


def _said(label: str) -> grid.Column:
    return grid.Column(name="told", label=label, width=330, wraps=True, sortable=False)


def _row(row: Mapping[str, Any], cells: Mapping[str, str], changed: Mapping[str, str]) -> grid.Row:
    line = int((row.get("sources") or [row["line"]])[0])
    return grid.Row(
        id=str(row["line"]), cells={"line": line, "reason": words.field(row["reason"] or ""), **cells}, changed=changed
    )


def _changed(row: Mapping[str, Any]) -> str:
    """Old and new values, field by field, and those that people have edited and that stay."""
    told = [
        f"{words.field(name)}: {words.blank(old)} → {words.blank(new)}" for name, (old, new) in row["changes"].items()
    ]
    kept = [issue for issue in row["issues"] if issue["code"] == "edited"]
    return "; ".join(filter(None, (*told, words.told(kept))))


def _why(row: Mapping[str, Any]) -> str:
    """Why a row changes nothing, or what else there is to be known of it."""
    if row["explanation"] and row["reason"] != "resolved":
        return f"{row['explanation']} ({row['explained_by']})"
    told = "" if row["reason"] == "resolved" else words.told(row["issues"])
    told = told or "; ".join(said_of(row) if row["removed_by"] else ())
    return told or rows.REASONS.get(row["reason"] or "", "")
