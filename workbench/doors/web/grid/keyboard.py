"""What keys do in a grid that AG Grid's community edition does not: cells are copied and pasted, and whoever keeps the
edits is asked to take one back.

What is copied and pasted is lines of cells with tabs between them, as spreadsheets have it; a cell with a tab or the
end of a line in it stands in quotes. The block goes into the cells from the focused one on, to the right and down, all
of it or nothing; AG Grid is told when it begins and ends, so that one undo takes it back.
"""

from workbench.model.wording import many


def refusal(why: str, rows: int, columns: int, found: str) -> str:
    """Why a block of cells was not pasted, as a sentence: `found` is how many rows or columns there are from the
    focused cell on, or the column that is not edited."""
    block = f"the block of {many(rows, 'row')} and {many(columns, 'column')}" if rows * columns > 1 else "the text"
    if why == "nowhere":
        return f"Nothing was pasted: click the cell first where {block} is to begin."
    if why == "closed":
        return f"Nothing was pasted: {block} would go into {found}, which is not edited here."
    long, room = ("long", many(int(found), "row")) if why == "rows" else ("wide", many(int(found), "column"))
    return f"Nothing was pasted: {block} is too {long}, for from that cell on there is room for {room}."


KEYBOARD = r"""function({api}) {
    if (window.hasKeyboard) return;  // the component tells twice that the grid is ready
    window.hasKeyboard = true;
    const isTyped = (event) => event.target.closest?.("input:not([type=checkbox]), textarea");
    const isOfSource = (column) => /^\d+$/.test(column.getColId());
    const text = (node, column) => String(node.data[column.getColId()] ?? "");
    const written = (cell) => /[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    const read = (said) => {
        const rows = [[]], cell = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|[^\t\r\n]*/y;
        said = said.replace(/\r\n?/g, "\n").replace(/\n$/, "");
        for (let at = 0; at <= said.length; at++) {
            cell.lastIndex = at;
            const [whole, quoted] = cell.exec(said);
            const isQuoted = quoted !== undefined && /[\t\n"]/.test(quoted);
            rows.at(-1).push(isQuoted ? quoted.replaceAll('""', '"') : whole);
            at += whole.length;
            if (said[at] === "\n") rows.push([]);
        }
        return rows;
    };
    document.addEventListener("copy", (event) => {
        const at = api.getFocusedCell();
        if (!at || isTyped(event) || String(window.getSelection())) return;
        const picked = api.getSelectedNodes().sort((one, other) => one.rowIndex - other.rowIndex);
        const isCell = isOfSource(at.column) || !picked.length;
        const nodes = isCell ? [api.getDisplayedRowAtIndex(at.rowIndex)] : picked;
        const columns = isCell ? [at.column] : api.getAllDisplayedColumns().filter(isOfSource);
        const lines = nodes.map((node) => columns.map((column) => written(text(node, column))).join("\t"));
        event.clipboardData.setData("text/plain", lines.join("\n"));
        event.preventDefault();
    });
    if (ASKS) document.addEventListener("keydown", (event) => {
        const key = event.key.toLowerCase();
        if (!(event.ctrlKey || event.metaKey) || !"zy".includes(key) || isTyped(event)) return;
        event.preventDefault();
        api.dispatchEvent({type: "UNDO", what: key === "y" || event.shiftKey ? "redo" : "undo"});
    });
    if (!PASTES) return;
    document.addEventListener("paste", (event) => {
        if (isTyped(event)) return;
        event.preventDefault();
        const said = event.clipboardData.getData("text/plain");
        if (!said) return;  // a picture
        const block = read(said);
        const wide = block.reduce((most, row) => Math.max(most, row.length), 0), at = api.getFocusedCell();
        const refuse = (why, found) => {
            api.dispatchEvent({type: "REFUSED", refused: [why, block.length, wide, String(found)]});
        };
        if (!at) return refuse("nowhere", "");
        const every = api.getAllDisplayedColumns(), left = every.indexOf(at.column);
        const rows = api.getDisplayedRowCount() - at.rowIndex;
        if (block.length > rows) return refuse("rows", rows);
        if (wide > every.length - left) return refuse("columns", every.length - left);
        const cells = block.flatMap((row, down) => row.map((now, right) => ({
            node: api.getDisplayedRowAtIndex(at.rowIndex + down), column: every[left + right], now,
        })));
        const closed = cells.find(({node, column}) => !column.isCellEditable(node));
        if (closed) return refuse("closed", closed.column.getColDef().headerName || "the column of boxes");
        const others = cells.filter(({node, column, now}) => text(node, column) !== now);
        if (!others.length) return;
        api.dispatchEvent({type: "pasteStart", source: "paste"});
        for (const {node, column, now} of others) node.setDataValue(column.getColId(), now, "paste");
        api.dispatchEvent({type: "pasteEnd", source: "paste"});
    });
}"""
"""Listens for keys. PASTES says whether the grid takes a block, and ASKS whether others keep its edits; REFUSED and
UNDO are the events that tell why a block was not taken, and what is asked."""
