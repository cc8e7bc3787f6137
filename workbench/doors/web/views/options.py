"""What else there is to say of an import: its mode, its window, its notes, and what a blank cell does."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench.model.contract import Contract
from workbench.model.derivation import FromWindow
from workbench.playbooks import PLAYBOOKS
from workbench.prepare.mapping import may_be_lenient

MODES = {
    "upsert": "create new records, update known ones",
    "insert": "only create new records, refuse known ones",
    "update": "only update known records",
    "skip": "only create new records, skip known ones with a warning",
    "replace": "as upsert, and delete the records of the same scope that the file does not name",
    "preserve": "as upsert, and switch off the records of the same scope that the file does not name",
}


WINDOW = ("Time it speaks of", "For the import log, e.g. Autumn 2026", "Stands in the import log, as its Window.")
YEAR = ("Academic year", "2024-2025", "Stands in the import log, and in every row whose year is blank.")
SINCE = (
    "Since when rows are imported",
    "Everything; or: semester, six months, 2025-2026, 2026-01-15",
    "Stands in the import log, as its Window. A row without a date is never left out by it.",
)
"""How the window is asked for: label, example, help."""

EDITS = {
    "keep": "keep it, and tell of it",
    "overwrite": "overwrite it, and tell of it",
}


def options(
    contract: Contract, mode: str, clears: Sequence[str], lenient: Sequence[str], on_edit: str
) -> dict[str, Any]:
    """The mode, window, notes, clears and lenient fields of an import, and what becomes of edits, the given ones to
    begin with."""
    optional = [field.name for field in contract.stored if may_be_lenient(contract, field.name)]
    by_window = any(isinstance(field.derive, FromWindow) for field in contract.fields)
    playbook = PLAYBOOKS.get(contract.name)
    if playbook is not None and playbook.windowed is not None:
        label, placeholder, told = SINCE
    else:
        label, placeholder, told = YEAR if by_window else WINDOW
    first, second = st.columns(2)
    return {
        "mode": first.selectbox(
            "Mode",
            contract.modes,
            index=contract.modes.index(mode),
            format_func=lambda mode: f"{mode}: {MODES[mode]}",
        ),
        "window": second.text_input(
            label,
            placeholder=placeholder,
            help=told,
            key="window",
            bind="query-params",
        ).strip()
        or None,
        "notes": st.text_input(
            "Notes for the import log", placeholder="What was decided, and why", key="notes", bind="query-params"
        ),
        "clears": st.multiselect(
            "Fields that a blank cell erases",
            [field.name for field in contract.stored if not field.required],
            default=list(clears),
            placeholder="None: a blank cell keeps what is stored",
            key="clears",
            bind="query-params",
        ),
        "lenient": st.multiselect(
            "Fields whose wrong cell costs that cell alone",
            optional,
            default=[name for name in lenient if name in optional],
            placeholder="None: a wrong cell makes its row invalid",
            help="The cell is left out with a warning, and what is stored stays.",
            key="lenient",
            bind="query-params",
        ),
        "on_edit": st.selectbox(
            "What somebody edited in a record since the last import",
            list(EDITS),
            index=list(EDITS).index(on_edit),
            format_func=lambda rule: EDITS[rule],
            help="Where the file would put the old value back, or says another one.",
            key="on_edit",
            bind="query-params",
        ),
    }
