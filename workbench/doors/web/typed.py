"""What somebody types into the cells of an import's rows: counted and kept until it is saved or discarded."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.doors.web import drafts
from workbench.doors.web.drafts import Cells
from workbench.doors.web.grid import Said
from workbench.doors.web.views import rows
from workbench.model.batch import Batch
from workbench.model.said_texts import is_unkeepable


def unsaved(wb: Workbench, batch: Batch) -> Cells:
    """The cells that are typed and not saved, in this session or one before."""
    found: Cells | None = st.session_state.get(_key(batch))
    return drafts.kept(wb.settings, batch) if found is None else found


def keep(wb: Workbench, batch: Batch, shown: Sequence[Mapping[str, Any]], said: Said) -> None:
    """Keeps what is typed into a grid of those rows as soon as it is: the page may be left at once. What nothing keeps
    is `lost`."""
    here = {row["line"] for row in shown}
    typed = {line: row for line, row in unsaved(wb, batch).items() if line not in here}
    for line, row in rows.corrected(batch, said.cells).items():
        if kept := {header: text for header, text in row.items() if not is_unkeepable(text)}:
            typed[line] = kept
    if typed != unsaved(wb, batch):
        st.session_state[_key(batch)] = typed
        drafts.keep(wb.settings, batch, typed)


def lost(batch: Batch, said: Said) -> list[tuple[int, str]]:
    """The cells of a grid, by line and header, into which what nothing keeps was typed: they stay as they were."""
    cells = rows.corrected(batch, said.cells)
    return [(line, header) for line, row in cells.items() for header, text in row.items() if is_unkeepable(text)]


def number(cells: Cells) -> int:
    """How many cells are typed."""
    return sum(map(len, cells.values()))


def correct(wb: Workbench, batch: Batch, cells: Cells) -> None:
    """Saves what is typed."""
    wb.correct(batch, cells)
    forget(wb, batch)


def forget(wb: Workbench, batch: Batch) -> None:
    """Forgets what is typed, and begins the list of the rows anew."""
    drafts.forget(wb.settings, batch)
    st.session_state.pop(_key(batch), None)
    st.session_state["cells"] = st.session_state.get("cells", 0) + 1


def _key(batch: Batch) -> str:
    return f"typed {batch.id}"
