"""What AG Grid is told: columns, how they look and what is done in them."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import streamlit as st
from st_aggrid import JsCode, StAggridTheme

from workbench.doors.web.grid.keyboard import KEYBOARD
from workbench.doors.web.grid.rows import Column, Row, Sorted
from workbench.doors.web.grid.said import REFUSED, UNDO

ROW, HEAD = 34, 36
"""The pixels of a row of one line, and of the heads."""
WIDE = 22
"""Letters of a cell that are in sight; a longer text is told in its tooltip."""


def fitted(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """The columns with their widths: those that say none are as wide as their cells. Those whose cells are of one line
    wrap nothing: AG Grid would measure each cell."""
    wide = [each if each.width is not None else replace(each, width=_width(each, rows)) for each in columns]
    return [replace(each, wraps=False) if each.wraps and _is_in_one_line(each, rows) else each for each in wide]


def _is_in_one_line(column: Column, rows: Sequence[Row]) -> bool:
    texts = [str(row.cells.get(column.name, "")) for row in rows]
    room = ((column.width or 0) - 24) // 9  # letters, of which few are wider
    return all(len(text) <= room and text.isascii() and "\n" not in text for text in texts)


def _width(column: Column, rows: Sequence[Row]) -> int:
    # what is typed makes no column wider: AG Grid forgets what to undo where columns change
    said = (row.kept.get(column.name, row.cells.get(column.name, "")) for row in rows)
    longest = max((len(str(each)) for each in said), default=0)
    return min(max(8 * longest + 26, 8 * min(len(column.label), WIDE) + 46, 90), 260)


def options(
    columns: Sequence[Column], order: Sorted | None, *, ordered: bool, picks: bool, asks: bool = False
) -> dict[str, Any]:
    """What AG Grid is told."""
    pastes = not asks and any(column.editable for column in columns)
    told: dict[str, Any] = {
        "columnDefs": [_column(column, order, ordered=ordered) for column in columns],
        "getRowId": JsCode("function(p) { return p.data.id }"),
        "readOnlyEdit": asks,
        "undoRedoCellEditing": not asks,
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
        "onModelUpdated": JsCode(_GO_THERE),
        "onGridReady": _keyboard(pastes=pastes, asks=asks),
        "onFirstDataRendered": JsCode(_NAMED),
        "suppressColumnVirtualisation": len(columns) <= _ALL_DRAWN,
    }
    if picks:
        told["rowSelection"] = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True}
        told["selectionColumnDef"] = {"pinned": "left", "width": 40, "resizable": False, "sortable": False}
    return told


@cache  # to make it one line takes as long as the rest of a grid
def _keyboard(*, pastes: bool, asks: bool) -> JsCode:
    said = {"PASTES": json.dumps(pastes), "ASKS": json.dumps(asks), "REFUSED": REFUSED, "UNDO": UNDO}
    return JsCode(re.sub("|".join(said), lambda found: said[found[0]], KEYBOARD))


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
        "minWidth": column.width if column.fills else 34,
        "flex": 1 if column.fills else None,
        "editable": JsCode(_IS_OPEN) if column.editable else False,
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
            "sought": JsCode(f"function(p) {{ {_ABOUT} return about.sought > 0 }}"),
            "wrapped": JsCode(f"function() {{ return {json.dumps(column.wraps)} }}"),
        },
    }


def _plain(text: str) -> str:
    """A text of a source that the component does not take for a program of ours."""
    return text.replace("JSCODE", "JS\u2060CODE")


_ABOUT = "const about = JSON.parse(p.data.about), name = p.colDef.field;"
_IS_TYPED = "name in about.kept && (p.data[name] ?? '') !== about.kept[name]"
_IS_OPEN = f"function(p) {{ {_ABOUT} return !(name in about.fixed) }}"
_TOLD = f"""function(p) {{
    {_ABOUT}
    const shown = (text) => text === "" ? "blank" : text;
    const told = [];
    if ({_IS_TYPED}) told.push("not saved yet; was " + shown(about.kept[name]));
    if (about.wrong[name]) told.push(about.wrong[name]);
    if (about.changed[name]) told.push(about.changed[name]);
    if (about.fixed[name]) told.push(about.fixed[name]);
    if (!told.length && String(p.value ?? "").length > {WIDE}) told.push(p.value);
    return told.join("; ") || null;
}}"""
"""What is told of a cell: what was there, and what is wrong with it."""
_GO_THERE = """function({api}) {
    api.forEachNode((node) => {
        const sought = JSON.parse(node.data.about).sought;
        if (!sought || window.sought === sought) return;
        window.sought = sought;
        setTimeout(() => api.ensureNodeVisible(node, "middle"), 0);
    });
}"""
"""Goes to the row that somebody has asked for, once."""
_NAMED = """function() {
    const own = window.frameElement;
    const heads = [...own.ownerDocument.querySelectorAll("[data-testid=stMain] :is(h1, h2, h3)")];
    const before = heads.filter((head) => head.compareDocumentPosition(own) & Node.DOCUMENT_POSITION_FOLLOWING);
    own.title = "Table: " + (before.at(-1)?.textContent.trim() ?? "");
}"""
"""Says what the table is of to those who hear the page, by the heading that it stands under: the component's own name
says nothing to them."""
MARKS = {
    ".ag-cell.changed": {"background-color": "#2f6fb038", "box-shadow": "inset 3px 0 0 #2f6fb0"},
    ".ag-cell.wrong": {"background-color": "#d1495b2e", "box-shadow": "inset 3px 0 0 #d1495b"},
    ".ag-cell.typed": {"background-color": "#e0a10048", "box-shadow": "inset 3px 0 0 #e0a100", "font-weight": "600"},
    ".ag-cell.wrapped": {"line-height": "20px !important", "padding-top": "6px", "padding-bottom": "6px"},
    ".ag-cell.sought": {"background-image": "linear-gradient(#8f5bd238, #8f5bd238)"},
    ".ag-header-cell-text": {"white-space": "pre"},
    ".ag-cell[col-id=opens]": {"color": "var(--primary-color)", "cursor": "pointer", "font-weight": "600"},
}


def look() -> StAggridTheme:
    """Streamlit's colours, light or dark, which the component has as variables."""
    look = StAggridTheme(base="quartz")
    look.withParams(
        backgroundColor="var(--background-color)",
        foregroundColor="var(--text-color)",
        accentColor="var(--primary-color)",
        headerBackgroundColor="var(--secondary-background-color)",
        browserColorScheme=theme(),
        fontFamily='"Source Sans Pro", sans-serif',
        fontSize="14px",
        cellHorizontalPadding="10px",
        wrapperBorderRadius="6px",
    )
    return look


def theme() -> str:
    """Whether it is light or dark: a grid that is there does not change its own."""
    return "dark" if st.context.theme.type == "dark" else "light"
