"""What somebody types into the cells of an import's rows: counted and kept until it is saved or discarded."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from workbench import Workbench
from workbench.doors.web import drafts
from workbench.doors.web.drafts import Cells, Typed
from workbench.doors.web.grid import Said
from workbench.doors.web.views import rows
from workbench.model.batch import Batch
from workbench.model.changed_cell import ChangedCell
from workbench.model.errors import ChangedMeanwhile
from workbench.model.said_texts import is_unkeepable


def unsaved(wb: Workbench, batch: Batch) -> Cells:
    """The cells that are typed and not saved, in this session or one before."""
    return _typed(wb, batch).cells


def _typed(wb: Workbench, batch: Batch) -> Typed:
    found: Typed | None = st.session_state.get(_key(batch))
    return drafts.kept(wb.settings, batch) if found is None else found


def keep(wb: Workbench, batch: Batch, shown: Sequence[Mapping[str, Any]], said: Said) -> None:
    """Keeps what is typed into a grid of those rows as soon as it is: the page may be left at once. What nothing keeps
    is `lost`. Beside each cell stands what was seen in it when it was typed first."""
    here = {row["line"]: row["raw"] for row in shown}
    before = _typed(wb, batch)
    cells = {line: row for line, row in before.cells.items() if line not in here}
    seen = {line: row for line, row in before.seen.items() if line not in here}
    for line, row in rows.corrected(batch, said.cells).items():
        if kept := {header: text for header, text in row.items() if not is_unkeepable(text)}:
            cells[line] = kept
            first = before.seen.get(line, {})
            seen[line] = {header: first.get(header, str(here.get(line, {}).get(header) or "")) for header in kept}
    if cells != before.cells:
        _keep(wb, batch, Typed(cells=cells, seen=seen))


def _keep(wb: Workbench, batch: Batch, typed: Typed) -> None:
    st.session_state[_key(batch)] = typed
    drafts.keep(wb.settings, batch, typed)


def lost(batch: Batch, said: Said) -> list[tuple[int, str]]:
    """The cells of a grid, by line and header, into which what nothing keeps was typed: they stay as they were."""
    cells = rows.corrected(batch, said.cells)
    return [(line, header) for line, row in cells.items() for header, text in row.items() if is_unkeepable(text)]


def number(cells: Cells) -> int:
    """How many cells are typed."""
    return sum(map(len, cells.values()))


def correct(wb: Workbench, batch: Batch) -> bool:
    """Saves what is typed, and tells whether that is all of it: a cell that somebody else has changed since it was seen
    stays as it is, and what was typed into it stays typed. That is then `changed`, and seen; to save it again is to
    have decided."""
    typed = _typed(wb, batch)
    left = typed.cells
    changed: list[ChangedCell] = []
    while left:
        try:
            wb.correct(batch, left, seen=typed.seen)
            break
        except ChangedMeanwhile as refusal:
            found = cast(tuple[ChangedCell, ...], refusal.coordinates["cells"])
            changed += found
            left = _without(left, {(cell.line, cell.header) for cell in found})
    forget(wb, batch)
    if changed:
        stays: Cells = {}
        seen: Cells = {}
        for cell in changed:
            stays.setdefault(cell.line, {})[cell.header] = typed.cells[cell.line][cell.header]
            seen.setdefault(cell.line, {})[cell.header] = cell.text
        _keep(wb, batch, Typed(cells=stays, seen=seen))
        st.session_state[_changed_key(batch)] = changed
    return not changed


def _without(cells: Cells, which: set[tuple[int, str]]) -> Cells:
    rest = {
        line: {header: text for header, text in row.items() if (line, header) not in which}
        for line, row in cells.items()
    }
    return {line: row for line, row in rest.items() if row}


def changed(wb: Workbench, batch: Batch) -> list[ChangedCell]:
    """The cells that somebody else changed before they were saved, as far as what was typed there is not saved yet."""
    found: list[ChangedCell] = st.session_state.get(_changed_key(batch), [])
    cells = unsaved(wb, batch)
    return [cell for cell in found if cell.header in cells.get(cell.line, {})]


def forget(wb: Workbench, batch: Batch) -> None:
    """Forgets what is typed, and begins the list of the rows anew."""
    drafts.forget(wb.settings, batch)
    st.session_state.pop(_key(batch), None)
    st.session_state.pop(_changed_key(batch), None)
    st.session_state["cells"] = st.session_state.get("cells", 0) + 1


def _key(batch: Batch) -> str:
    return f"typed {batch.id}"


def _changed_key(batch: Batch) -> str:
    return f"changed meanwhile {batch.id}"
