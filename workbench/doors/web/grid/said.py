"""What somebody says in a grid, as it tells it and as it is heard."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from workbench.doors.web.grid.keyboard import refusal
from workbench.doors.web.grid.rows import Sorted


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody has said in a grid: the edited cells by row and column, and the rows that are picked."""

    cells: Mapping[str, Mapping[str, str]]
    picked: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody wants a cell to say in a grid that asks for it."""

    row: str
    """The id of the row."""
    column: str
    was: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Asks:
    """Who is asked in a grid that keeps no edits of its own: for each edit, and to take one back or make it again."""

    edit: Callable[[Edit], None]
    undo: Callable[[], None]
    redo: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Who is told what is said in a grid of some rows in an order."""

    key: str
    rows: Collection[str]
    order: Sorted | None
    on_order: Callable[[Sorted | None], None] | None
    on_column: Callable[[str], None] | None
    on_said: Callable[[Said], None] | None
    asks: Asks | None

    @property
    def said(self) -> Said | None:
        """What was said of these rows; None where nothing was."""
        heard = st.session_state.get(self.key)
        if not isinstance(heard, Mapping):
            return None
        cells = {row: said for row, said in heard.get("cells", {}).items() if row in self.rows}
        return Said(cells=cells, picked=tuple(row for row in heard.get("picked", ()) if row in self.rows))

    @property
    def asked(self) -> int:
        """How far what was asked has been heard: the number of the last of it."""
        number: int = st.session_state.get(f"{self.key} asked", 0)
        return number

    def hear(self, _: Any) -> None:
        """Tells whom it concerns what the grid has just said."""
        heard = st.session_state.get(self.key) or {}
        if self.on_said is not None and (said := self.said) is not None:
            self.on_said(said)
        if self.on_order is not None and heard.get("by") == "sortChanged":
            column, way = heard.get("order") or (None, None)
            wanted = Sorted(column=column, descending=way == "desc") if column else None
            if wanted != self.order:
                self.on_order(wanted)
        if self.on_column is not None and heard.get("by") == "cellClicked" and heard.get("column"):
            self.on_column(heard["column"])
        if heard.get("by") == REFUSED and (why := heard.get("refused")):
            st.session_state[f"{self.key} refused"] = refusal(*why)
        self._ask(heard.get("asked", ()))

    def refusal(self) -> str | None:
        """Why nothing was pasted, told once."""
        why: str | None = st.session_state.pop(f"{self.key} refused", None)
        return why

    def _ask(self, asked: Collection[Mapping[str, Any]]) -> None:
        """Asks for what has not been heard yet, one after the other."""
        heard = self.asked
        if self.asks is None:
            return
        for each in asked:
            if each["number"] <= heard:
                continue
            st.session_state[f"{self.key} asked"] = each["number"]
            if each["what"] == "edit":
                self.asks.edit(Edit(row=each["row"], column=each["column"], was=each["was"], now=each["now"]))
            else:
                (self.asks.undo if each["what"] == "undo" else self.asks.redo)()


REFUSED = "pasteRefused"
"""The event of a block that does not fit; the others are AG Grid's own."""
KEPT = ("cellEditingStopped", "pasteEnd", "undoEnded", "redoEnded", REFUSED)
"""The events of a grid that keeps edits."""
UNDO = "undoAsked"
"""The event of a change that is to be taken back, or made again, by those who keep it."""
ASKED = ("cellEditRequest", UNDO)
"""The events of a grid that asks for them."""
_IS_NEW = """({type, oldValue, newValue, valueChanged, operationPerformed}) => {
    if (type === "cellEditRequest") return String(oldValue ?? "") !== String(newValue ?? "");
    return (valueChanged ?? operationPerformed ?? true) !== false;
}"""
"""Whether an event says anything: a cell that is left as it was does not."""
IS_NEW = f"function({{eventData}}) {{ return ({_IS_NEW})(eventData) }}"
SAID = f"""function({{streamlitRerunEventTriggerName, eventData}}) {{
    const by = streamlitRerunEventTriggerName, column = eventData.colDef?.field ?? null;
    const isNew = ({_IS_NEW})(eventData), cells = {{}}, picked = [];
    const ask = (wanted) => {{
        window.number = Math.max(Date.now(), (window.number ?? 0) + 1);
        window.asked = [...(window.asked ?? []).slice(-49), {{number: window.number, ...wanted}}];
    }};
    if (by === "{UNDO}") ask({{what: eventData.what}});
    if (by === "cellEditRequest" && isNew) {{
        const row = eventData.data, now = String(eventData.newValue ?? "");
        ask({{what: "edit", row: row.id, column, was: String(eventData.oldValue ?? ""), now}});
        row[column] = now;  // until the answer comes, which says what the cell is then
        eventData.api.refreshCells({{rowNodes: [eventData.node], columns: [column], force: true}});
    }}
    eventData.api.forEachNode((node) => {{
        const row = node.data, kept = JSON.parse(row.about).kept;
        for (const name of Object.keys(kept)) {{
            const text = String(row[name] ?? "");
            if (text !== kept[name]) (cells[row.id] ??= {{}})[name] = text;
        }}
        if (node.isSelected()) picked.push(row.id);
    }});
    const sorted = eventData.api.getColumnState().find((column) => column.sort);
    const order = sorted ? [sorted.colId, sorted.sort] : null;
    window.edited ||= isNew && ["cellEditingStopped", "pasteEnd", "undoEnded", "redoEnded"].includes(by);
    return {{
        by, column, row: eventData.data?.id ?? null, cells, picked, order, edited: !!window.edited,
        asked: window.asked ?? [], refused: eventData.refused ?? null,
        clicked: by === "cellClicked" ? Date.now() : null,  // the same cell may be clicked again
    }};
}}"""
"""All that is edited, picked and asked for: of several events at once, Python hears only of the last."""
