"""The history: imports to choose from, and one import's story."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web import address, formats, grid, words
from workbench.doors.web.grid import Sorted
from workbench.doors.web.views import table_address
from workbench.doors.web.views.outcomes import MEANINGS, REMOVED, SIGNS
from workbench.model.batch import OUTCOMES, STATES, Batch
from workbench.model.import_query import By
from workbench.model.reconciliation import Reconciliation

DONE = {
    "began": "began the import",
    "staged": "read and checked every row",
    "corrected": "corrected cells",
    "decided": "decided which rows count",
    "remapped": "mapped its columns otherwise",
    "planned": "planned it",
    "held": "let it wait for a decision",
    "accepted": "let it go on",
    "noted": "wrote into the log",
    "committed": "committed it",
    "explained": "explained rows",
    "rejected": "rejected rows",
    "said otherwise": "said otherwise of rows",
    "read nothing": "read nothing new",
    "discarded": "discarded it",
    "signed off": "signed it off",
    "undo planned": "previewed the undo",
    "undone": "undid it",
    "supplied": "said what rows lacked",
    "resolved": "imported rows that were unmatched",
    "refused": "was refused",
    "cancelled": "cancelled it",
    "failed": "began what failed",
    "sweep refused": "asked for rows that could not be brought in",
    "matched": "said whom somebody means",
}


def filters(datasets: Sequence[str]) -> dict[str, Any]:
    """What to show, kept in the page's address so that it can be sent to a colleague."""
    again = {"on_change": partial(table_address.turn_to, "", 1)}
    bound: dict[str, Any] = {"bind": "query-params", **again}
    titles = formats.titles()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = {
            "text": st.text_input(
                "Search",
                key="search",
                icon=":material/search:",
                placeholder="File, dataset, person",
                width="stretch",
                **bound,
            ),
            "dataset": address.choose(
                "dataset",
                "Dataset",
                ["", *datasets],
                "",
                lambda name: titles.get(name, name) or "All",
                width=150,
                **again,
            )
            or None,
            "outcome": st.selectbox(
                "With rows", OUTCOMES, index=None, key="outcome", placeholder="Any", width=120, **bound
            ),
            "state": st.selectbox("State", STATES, index=None, key="stage", placeholder="Any", width=120, **bound),
            "signed": st.selectbox(
                "Signed", [*_SIGNED], index=None, key="signed", placeholder="Any", width=110, **bound
            ),
        }
        with st.popover("More", icon=":material/tune:"):
            said["user"] = st.text_input("Run by", key="by", **bound)
            said["window"] = st.text_input(
                "Time it speaks of", key="window", help="A date range or an academic year: the log's Window.", **bound
            )
            since = st.date_input("From", value=None, key="since", **bound)
            until = st.date_input("To", value=None, key="until", **bound)
    said["since"] = datetime.combine(since, time(), UTC) if since else None
    said["until"] = datetime.combine(until, time(), UTC) + timedelta(days=1) if until else None
    said["signed"] = _SIGNED.get(said["signed"])
    return {name: value for name, value in said.items() if value is not None and value != ""}


_SIGNED = {"signed": True, "not yet": False}


def ordered() -> tuple[Sorted | None, dict[str, Any]]:
    """The order that the address asks for, as the grid and as the imports know it."""
    order = table_address.ordered("", 0, [name for name, column in _COLUMNS.items() if column.sortable])
    if order is None:
        return None, {}
    return order, {"by": _BY.get(order.column, order.column), "descending": order.descending}


_COLUMNS = {
    "opens": grid.Column(
        name="opens", label="File", help="A click opens the import.", width=132, fills=True, wraps=True
    ),
    **{name: grid.Column(name=name, label=SIGNS[name], help=f"Rows {name}. {MEANINGS[name]}") for name in OUTCOMES},
    "removed": grid.Column(
        name="removed",
        label=f"{REMOVED} removed",
        help="Records that the file no longer names, and what became of them.",
        width=104,
        wraps=True,
        sortable=False,
    ),
    "when": grid.Column(name="when", label="When", width=106, wraps=True),
    "state": grid.Column(name="state", label="State", width=100, wraps=True),
    "rows": grid.Column(name="rows", label="Rows"),
    "signed": grid.Column(name="signed", label="Signed", help="Who has signed it off.", width=74, wraps=True),
    "dataset": grid.Column(name="dataset", label="Dataset", width=100, wraps=True),
    "user": grid.Column(name="user", label="Run by", width=70, wraps=True),
    "totals": grid.Column(
        name="totals",
        label="Totals",
        help="What its control totals came to.",
        width=74,
        wraps=True,
        sortable=False,
    ),
    "window": grid.Column(name="window", label="Time it speaks of", help="A date range or an academic year."),
}
"""The columns of the list, what is looked for first: on a phone no more is in sight. Those of numbers are as wide as
these."""
_BY: dict[str, By] = {"opens": "file"}
_ONLY_WHERE_THERE_ARE_ANY = ("removed", "totals", "window")


def table(
    batches: Sequence[Batch],
    titles: Sequence[str],
    figures: Sequence[Reconciliation],
    opened: Callable[[Batch], None],
    left_off: Collection[Batch] = (),
    signed: Mapping[UUID, str] | None = None,
    *,
    order: Sorted | None = None,
) -> None:
    """A page of imports in the order given, with what each is called and its figures as they stand; a click on a file
    opens its import. Those that nobody is at work on wait. Removed records and control totals stand in columns where
    there are any."""
    off = {batch.id for batch in left_off}
    rows = [
        grid.Row(
            id=str(batch.id),
            cells=_line(batch, title, found, off) | {"signed": _signed(batch, signed or {})},
        )
        for batch, title, found in zip(batches, titles, figures, strict=True)
    ]
    shown = [name for name in _COLUMNS if name not in _ONLY_WHERE_THERE_ARE_ANY or any(row.cells[name] for row in rows)]
    columns = [
        replace(_COLUMNS[name], width=_as_wide(name, rows)) if name in ("rows", *OUTCOMES) else _COLUMNS[name]
        for name in shown
    ]
    known = {str(batch.id): batch for batch in batches}
    grid.table(
        rows,
        columns,
        key="imports",
        shows=tuple(known),
        order=order,
        on_order=partial(table_address.order_by, ""),
        on_column=lambda name: opened(known[grid.clicked("imports") or ""]) if name == "opens" else None,
    )


def _as_wide(name: str, rows: Sequence[grid.Row]) -> int:
    """The pixels of a column of numbers."""
    return 26 + 8 * max(len(_COLUMNS[name].label), *(len(str(row.cells[name])) for row in rows))


def _signed(batch: Batch, signed: Mapping[UUID, str]) -> str:
    """Who has signed an import, or that nobody has who might."""
    if batch.id in signed:
        return f"✓ {signed[batch.id]}"
    return "not yet" if batch.state == "completed" else ""


def month_begins(zone: tzinfo) -> tuple[datetime, datetime]:
    """When this month and the last one begin for the reader."""
    this = datetime.now(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return this, (this - timedelta(days=1)).replace(day=1)


def _line(batch: Batch, title: str, found: Reconciliation, left_off: Collection[UUID]) -> dict[str, str]:
    kind = "Undo of " if batch.undo_of else "Rows brought in of " if batch.sweep_of else ""
    state = found.state(batch.state)
    came_to = f", {state}" if batch.state in _CAME_TO_NOTHING else ""  # on a phone nothing else says so
    counted = batch.processed is not None
    return {
        "opens": f"{kind}{batch.file_name}{came_to}",
        "dataset": title,
        "when": words.here(batch.created_at),
        "state": f"{state}, waits" if batch.id in left_off else state,
        "rows": f"{batch.processed:,}" if counted else "",
        **{name: f"{getattr(found, name):,}" if counted else "" for name in OUTCOMES},
        "removed": batch.removals,
        "totals": batch.totals.removeprefix("totals "),
        "user": batch.initiated_by,
        "window": batch.window or "",
    }


_CAME_TO_NOTHING = ("undone", "failed", "discarded")


def story(happened: Sequence[Mapping[str, Any]]) -> None:
    """Who did what to an import, and when."""
    st.header("What happened")
    told = [
        {
            "When": words.here(event["at"]),
            "Who": event["actor"],
            "What": DONE.get(event["action"], event["action"]),
            "Details": _details(event),
        }
        for event in happened
    ]
    st.dataframe(pd.DataFrame(told), hide_index=True, height="content", key="story")


def _details(event: Mapping[str, Any]) -> str:
    left_out = ("plan", "by") if event["action"] in _LINKED else ("plan",)
    told = {name: value for name, value in event["detail"].items() if value and name not in left_out}
    again = event["detail"].get("plan", 0)
    number = f"for the {_ORDINALS.get(again, f'{again}th')} time; " if again > 1 else ""
    of = _OF.get(event["action"], "")
    parts = (f"{_called(name, of)}: {_shown(name, value)}" for name, value in told.items())
    return (number + "; ".join(parts))[:500]


def _called(name: str, of: str) -> str:
    return f"{of} {name}" if of and name in (*OUTCOMES, "removed") else _WORDS.get(name, words.field(name))


_OF = {"planned": "rows", "committed": "records"}
"""What is counted: a plan says what becomes of each row, a commit which records of all parts it has written."""
_ORDINALS = {2: "second", 3: "third"}
_WORDS = {
    "taken_back": "the last correction was taken back",
    "made_again": "a correction was made again",
    "failed": "invalid",
    "for": "because of",
    "codes": "what it waited for",
    "by": "by run",
}
_LINKED = ("undone", "undo planned")
"""What another import has done, to which a link of its own leads."""
_CODES = ("for", "codes")


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(name, each) for each in value)
    if name == "dataset":
        return formats.titles().get(value, str(value))
    if name in _CODES:
        return str(value).replace(".", " ").replace("_", " ")
    return str(value)[:18] if name == "by" else f"{value:,}" if type(value) is int else str(value)


def how_read(batch: Batch) -> None:
    """The file, how it was read, and which column filled which field."""
    with st.expander("How the file was read and mapped", icon=":material/schema:"):
        constants = batch.mapping.get("constants", {})
        settings = catalog.settings_told(batch.dataset, constants)
        filled = set(batch.mapping.get("columns", {}).values())
        facts = {
            "file": batch.file_name,
            "SHA-256": batch.checksum,
            "mode": batch.mode,
            "through": batch.source,
            **batch.reading,
            "settings": "; ".join(settings.values()),
            **{
                f"{words.field(field)} {'where blank' if field in filled else 'in every row'}": text
                for field, text in constants.items()
                if field not in settings
            },
        }
        st.dataframe(
            pd.DataFrame([(name, str(value)) for name, value in facts.items() if value], columns=["What", "Value"]),
            hide_index=True,
            height="content",
        )
        columns = batch.mapping.get("columns", {})
        if not batch.headers:
            return
        st.dataframe(
            pd.DataFrame(
                [(name, words.field(columns.get(name, ""))) for name in batch.mapped_headers],
                columns=["Column", "Field"],
            ),
            hide_index=True,
            height="content" if len(batch.mapped_headers) < 20 else 430,
        )
