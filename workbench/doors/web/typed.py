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


def unsaved(wb: Workbench, batch: Batch) -> Cells:
    """The cells that are typed and not saved, in this session or one before."""
    found: Cells | None = st.session_state.get(_key(batch))
    return drafts.kept(wb.settings, batch) if found is None else found


def keep(wb: Workbench, batch: Batch, shown: Sequence[Mapping[str, Any]], said: Said) -> None:
    """Keeps what is typed into a grid of those rows as soon as it is: the page may be left at once."""
    here = {row["line"] for row in shown}
    typed = {line: row for line, row in unsaved(wb, batch).items() if line not in here}
    typed |= rows.corrected(batch, said.cells)
    if typed != unsaved(wb, batch):
        st.session_state[_key(batch)] = typed
        drafts.keep(wb.settings, batch, typed)


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
