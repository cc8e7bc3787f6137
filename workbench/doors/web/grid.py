"""The table that people work in, one for all pages: a page of rows with marked cells, whose order is asked of all rows,
whose cells are edited, undone and made again, and whose rows are picked.

It is AG Grid's community edition. Columns are called by their place ("0", "1" ...): a source's header is only a label,
and may be anything. What a cell or a header says is text and never markup.
"""

import json
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from st_aggrid import AgGrid, DataReturnMode, JsCode, StAggridTheme

ROW, HEAD = 34, 36
"""The pixels of a row of one line, and of the heads."""
TALLEST = 560
"""The pixels of a grid: of more rows, it is scrolled in itself."""
WIDE = 22
"""Letters of a cell that are in sight; a longer text is told in its tooltip."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a grid: its place name, and the label at its head."""

    name: str
    label: str
    help: str = ""
    width: int | None = None
    """Pixels; None is as wide as its cells, within bounds."""
    editable: bool = False
    sortable: bool = True
    pinned: bool = False
    wraps: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a grid: its cells by their columns, and what is to be told of them."""

    id: str
    cells: Mapping[str, str | int]
    kept: Mapping[str, str] = field(default_factory=dict)
    """What is kept in cells of which somebody has edited others: only a text that is another is an edit."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Cells that are marked as changed, with what was there."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """Cells that are marked as wrong, and why."""

    @property
    def about(self) -> str:
        """What is told of its cells, as JSON."""
        return json.dumps({"kept": dict(self.kept), "changed": dict(self.changed), "wrong": dict(self.wrong)})


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """The column that the rows are ordered by."""

    column: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody has said in a grid: the edited cells by row and column, and the rows that are picked."""

    cells: Mapping[str, Mapping[str, str]]
    picked: tuple[str, ...]


def table(  # noqa: PLR0913
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    key: str,
    shows: Hashable = None,
    order: Sorted | None = None,
    on_order: Callable[[Sorted | None], None] | None = None,
    on_column: Callable[[str], None] | None = None,
    on_said: Callable[[Said], None] | None = None,
    picks: bool = False,
) -> Said | None:
    """Shows a page of rows; returns what somebody has said in it, None until somebody has.

    A click on a head asks `on_order` for another order of all rows (None is that of their lines); what the grid `shows`
    is another thing then, and what was said of other rows is no longer told. A click on a cell tells `on_column` its
    column. What is said is told to `on_said` before that, and comes back to whoever shows the same rows. In the grid
    Ctrl+Z and Ctrl+Y undo and redo edits.
    """
    frame = pd.DataFrame([{**row.cells, "id": row.id, "about": row.about} for row in rows], dtype=object).astype(str)
    key = _mounted(key, shows)
    AgGrid(
        frame,
        gridOptions=options(fitted(columns, rows), order, ordered=on_order is not None, picks=picks),
        height=min(_tall(rows, columns), TALLEST),
        key=key,
        theme=_look(),
        custom_css=_MARKS,
        allow_unsafe_jscode=True,
        data_return_mode=DataReturnMode.CUSTOM,
        custom_jscode_for_grid_return=JsCode(_SAID),
        should_grid_return=JsCode(_IS_NEW),
        update_on=["cellValueChanged", "selectionChanged", "sortChanged", *(["cellClicked"] if on_column else [])],
        callback=partial(_heard, key, {row.id for row in rows}, order, on_order, on_column, on_said),
    )
    return _said(key, {row.id for row in rows})


def _mounted(key: str, shows: Hashable) -> str:
    """The key of the grid that takes these rows: the one that is there, as long as nobody has edited a cell in it. It
    keeps what is edited, and takes no other rows any more."""
    number, shown = st.session_state.get(f"{key} shows", (0, shows))
    mounted = f"{key} {number} {_theme()}"
    if shown != shows and (st.session_state.get(mounted) or {}).get("edited"):
        number += 1
    st.session_state[f"{key} shows"] = number, shows
    return f"{key} {number} {_theme()}"


def _said(key: str, rows: Collection[str]) -> Said | None:
    """What was said in the grid of that key of those rows."""
    heard = st.session_state.get(key)
    if not isinstance(heard, Mapping):
        return None
    cells = {row: said for row, said in heard.get("cells", {}).items() if row in rows}
    return Said(cells=cells, picked=tuple(row for row in heard.get("picked", ()) if row in rows))


def _heard(
    key: str,
    rows: Collection[str],
    order: Sorted | None,
    on_order: Callable[[Sorted | None], None] | None,
    on_column: Callable[[str], None] | None,
    on_said: Callable[[Said], None] | None,
    _: Any,
) -> None:
    heard = st.session_state.get(key) or {}
    said = _said(key, rows)
    if on_said is not None and said is not None:
        on_said(said)
    if on_order is not None and heard.get("by") == "sortChanged":
        column, way = heard.get("order") or (None, None)
        wanted = Sorted(column=column, descending=way == "desc") if column else None
        if wanted != order:
            on_order(wanted)
    if on_column is not None and heard.get("by") == "cellClicked" and heard.get("column"):
        on_column(heard["column"])


def fitted(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """The columns with their widths: those that say none are as wide as their cells."""
    return [each if each.width is not None else replace(each, width=_width(each, rows)) for each in columns]


def _width(column: Column, rows: Sequence[Row]) -> int:
    longest = max((len(str(row.cells.get(column.name, ""))) for row in rows), default=0)
    return min(max(8 * longest + 26, 8 * min(len(column.label), WIDE) + 46, 90), 260)


def _tall(rows: Sequence[Row], columns: Sequence[Column]) -> int:
    """The pixels that all rows take, as far as that can be said before they are shown."""
    wrapped = [column for column in columns if column.wraps]
    lines = 0
    for row in rows:
        longest = (len(str(row.cells.get(column.name, ""))) * 7 / ((column.width or 0) - 24) for column in wrapped)
        lines += max(1, *(int(each) + 1 for each in longest)) if wrapped else 1
    return HEAD + 2 + 16 + len(rows) * (ROW - 20) + 20 * lines


def _theme() -> str:
    """Whether it is light or dark: a grid that is there does not change its own."""
    return "dark" if st.context.theme.type == "dark" else "light"


def options(columns: Sequence[Column], order: Sorted | None, *, ordered: bool, picks: bool) -> dict[str, Any]:
    """What AG Grid is told."""
    told: dict[str, Any] = {
        "columnDefs": [_column(column, order, ordered=ordered) for column in columns],
        "getRowId": JsCode("function(p) { return p.data.id }"),
        "undoRedoCellEditing": True,
        "undoRedoCellEditingLimit": 200,
        "stopEditingWhenCellsLoseFocus": True,
        "enterNavigatesVerticallyAfterEdit": True,
        "suppressMultiSort": True,
        "suppressMovableColumns": True,
        "suppressDragLeaveHidesColumns": True,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "tooltipShowDelay": 300,
        "rowHeight": ROW,
        "headerHeight": HEAD,
        "animateRows": False,
        "suppressColumnVirtualisation": len(columns) <= _ALL_DRAWN,
    }
    if picks:
        told["rowSelection"] = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True}
        told["selectionColumnDef"] = {"pinned": "left", "width": 40, "resizable": False, "sortable": False}
    return told


_ALL_DRAWN = 40
"""Of so many columns and fewer, those out of sight are drawn too: whoever hears a page finds them."""


def _column(column: Column, order: Sorted | None, *, ordered: bool) -> dict[str, Any]:
    sort = ("desc" if order.descending else "asc") if order is not None and order.column == column.name else None
    return {
        "field": column.name,
        "colId": column.name,
        "headerName": _plain(column.label),
        "headerTooltip": _plain(f"{column.label}: {column.help}" if column.help else column.label),
        "width": column.width,
        "minWidth": 56,
        "editable": column.editable,
        "sortable": ordered and column.sortable,
        "sort": sort,
        "comparator": JsCode("function() { return 0 }"),  # the rows come in their order
        "resizable": True,
        "pinned": "left" if column.pinned else None,
        "lockPinned": True,
        "wrapText": column.wraps,
        "autoHeight": column.wraps,
        "cellDataType": False,
        "cellEditor": "agTextCellEditor",
        "cellEditorParams": {"maxLength": None},
        "suppressHeaderMenuButton": True,
        "tooltipValueGetter": JsCode(_TOLD),
        "cellClassRules": {
            "typed": JsCode(f"function(p) {{ {_ABOUT} return {_IS_TYPED} }}"),
            "changed": JsCode(f"function(p) {{ {_ABOUT} return name in about.changed }}"),
            "wrong": JsCode(f"function(p) {{ {_ABOUT} return name in about.wrong }}"),
            "wrapped": JsCode(f"function() {{ return {json.dumps(column.wraps)} }}"),
        },
    }


def _plain(text: str) -> str:
    """A text of a source that the component does not take for a program of ours."""
    return text.replace("JSCODE", "JS\u2060CODE")


_ABOUT = "const about = JSON.parse(p.data.about), name = p.colDef.field;"
_IS_TYPED = "name in about.kept && (p.data[name] ?? '') !== about.kept[name]"
_TOLD = f"""function(p) {{
    {_ABOUT}
    const shown = (text) => text === "" ? "blank" : text;
    const told = [];
    if ({_IS_TYPED}) told.push("not saved yet; was " + shown(about.kept[name]));
    if (about.wrong[name]) told.push(about.wrong[name]);
    if (about.changed[name]) told.push(about.changed[name]);
    if (!told.length && String(p.value ?? "").length > {WIDE}) told.push(p.value);
    return told.join("; ") || null;
}}"""
"""What is told of a cell: what was there, and what is wrong with it."""
_SAID = """function({streamlitRerunEventTriggerName, eventData}) {
    const cells = {}, picked = [];
    eventData.api.forEachNode((node) => {
        const row = node.data, kept = JSON.parse(row.about).kept;
        for (const name of Object.keys(kept)) {
            const text = String(row[name] ?? "");
            if (text !== kept[name]) (cells[row.id] ??= {})[name] = text;
        }
        if (node.isSelected()) picked.push(row.id);
    });
    const sorted = eventData.api.getColumnState().find((column) => column.sort);
    const order = sorted ? [sorted.colId, sorted.sort] : null;
    const by = streamlitRerunEventTriggerName, column = eventData.colDef?.field ?? null;
    const row = eventData.data?.id ?? null;
    window.edited ||= by === "cellValueChanged";
    return { by, column, row, cells, picked, order, edited: !!window.edited };
}"""
"""All that is edited and picked: of several events at once, Python hears only of the last."""
_IS_NEW = """function({streamlitRerunEventTriggerName, eventData}) {
    return streamlitRerunEventTriggerName !== "cellValueChanged" || eventData.oldValue !== eventData.newValue;
}"""

_MARKS = {
    ".ag-cell.changed": {"background-color": "#2f6fb038", "box-shadow": "inset 3px 0 0 #2f6fb0"},
    ".ag-cell.wrong": {"background-color": "#d1495b2e", "box-shadow": "inset 3px 0 0 #d1495b"},
    ".ag-cell.typed": {"background-color": "#e0a10048", "box-shadow": "inset 3px 0 0 #e0a100", "font-weight": "600"},
    ".ag-cell.wrapped": {"line-height": "20px !important", "padding-top": "6px", "padding-bottom": "6px"},
    ".ag-header-cell-text": {"white-space": "pre"},
    ".ag-cell[col-id=opens]": {"color": "var(--primary-color)", "cursor": "pointer", "font-weight": "600"},
}


def _look() -> StAggridTheme:
    """Streamlit's colours, light or dark, which the component has as variables."""
    look = StAggridTheme(base="quartz")
    look.withParams(
        backgroundColor="var(--background-color)",
        foregroundColor="var(--text-color)",
        accentColor="var(--primary-color)",
        headerBackgroundColor="var(--secondary-background-color)",
        browserColorScheme=_theme(),
        fontFamily='"Source Sans Pro", sans-serif',
        fontSize="14px",
        cellHorizontalPadding="10px",
        wrapperBorderRadius="6px",
    )
    return look


def clicked(key: str) -> str | None:
    """The row that somebody has clicked in the grid of that key, while `on_column` is told the column."""
    number, _ = st.session_state[f"{key} shows"]
    heard = st.session_state.get(f"{key} {number} {_theme()}") or {}
    return heard.get("row")
