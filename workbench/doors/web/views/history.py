"""The history: imports to choose from, and one import's story."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web import words
from workbench.doors.web.views.outcomes import MEANINGS, SIGNS
from workbench.model.batch import OUTCOMES, STATES, Batch
from workbench.model.reconciliation import Reconciliation
from workbench.model.wording import first_of

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
    bound: dict[str, Any] = {"bind": "query-params", "width": 160}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = {
            "file": st.text_input("File", key="file", placeholder="Part of its name", **bound),
            "dataset": st.selectbox("Dataset", datasets, index=None, key="dataset", placeholder="All", **bound),
            "outcome": st.selectbox("With rows", OUTCOMES, index=None, key="outcome", placeholder="Any", **bound),
            "state": st.selectbox("State", STATES, index=None, key="stage", placeholder="Any", **bound),
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
    return {name: value for name, value in said.items() if value}


def table(
    batches: Sequence[Batch],
    titles: Sequence[str],
    figures: Sequence[Reconciliation],
    opened: Callable[[Batch], None],
    left_off: Collection[Batch] = (),
    signed: Mapping[UUID, str] | None = None,
) -> None:
    """Imports in the order given with what each is called and its figures as they stand, each with a button that opens
    it; those that were left off are told as such. Removed records and control totals stand in columns where there are
    any."""
    shown = pd.DataFrame([_line(*each) for each in zip(batches, titles, figures, strict=True)])
    shown.insert(3, "When", [words.here(batch.created_at) for batch in batches])
    shown.insert(4, "Signed", [_signed(batch, signed or {}) for batch in batches])
    for name in ("Removed", "Totals"):
        if not shown[name].any():
            del shown[name]
    ids = {batch.id for batch in left_off}
    shown["State"] += [", left off" if batch.id in ids else "" for batch in batches]
    button = st.column_config.ButtonColumn(
        "",
        key="opened",
        on_click=lambda: opened(batches[st.session_state["opened"].row]),
        type="tertiary",
        pinned=True,
    )
    columns = {
        sign: st.column_config.NumberColumn(sign, width=48, help=f"Rows {name}. {MEANINGS[name]}", format="localized")
        for name, sign in SIGNS.items()
    }
    columns["Rows"] = st.column_config.NumberColumn("Rows", width=56, format="localized")
    widths = {"File": 145, "State": 130, "When": 148, "Signed": 98}
    texts = {name: st.column_config.TextColumn(name, width=width) for name, width in widths.items()}
    config: dict[str, Any] = {"": button, **texts, **columns}
    st.dataframe(shown, hide_index=True, key="imports", height="content", column_config=config, placeholder="")


def _signed(batch: Batch, signed: Mapping[UUID, str]) -> str:
    """Who has signed an import, or that nobody has who might."""
    if batch.id in signed:
        return f"✓ {signed[batch.id]}"
    return "not yet" if batch.state == "completed" else ""


def month_begins(zone: tzinfo) -> tuple[datetime, datetime]:
    """When this month and the last one begin for the reader."""
    this = datetime.now(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return this, (this - timedelta(days=1)).replace(day=1)


def _line(batch: Batch, title: str, found: Reconciliation) -> dict[str, Any]:
    kind = "undo, " if batch.undo_of else "resolving, " if batch.sweep_of else ""
    state = "undo preview" if batch.dry_run and batch.undo_of else kind + batch.state
    facts = {"File": batch.file_name, "State": state}
    figures = {SIGNS[name]: getattr(found, name) if batch.processed is not None else None for name in OUTCOMES}
    figures |= {"Removed": batch.removals, "Totals": batch.totals.removeprefix("totals ")}
    more = {
        "Run by": batch.initiated_by,
        "Dataset": title,
        "Time it speaks of": batch.window or "",
    }
    return {"": "Open", **facts, "Rows": batch.processed, **figures, **more}


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
    told = {name: value for name, value in event["detail"].items() if value and name != "plan"}
    again = event["detail"].get("plan", 0)
    number = f"for the {_ORDINALS.get(again, f'{again}th')} time; " if again > 1 else ""
    parts = (f"{_WORDS.get(name, words.field(name))}: {_shown(name, value)}" for name, value in told.items())
    return (number + "; ".join(parts))[:500]


_ORDINALS = {2: "second", 3: "third"}
_WORDS = {
    "taken_back": "the last correction was taken back",
    "made_again": "a correction was made again",
    "failed": "invalid",
    "for": "because of",
    "codes": "what it waited for",
    "by": "by run",
}
_CODES = ("for", "codes")


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(name, each) for each in value)
    if name in _CODES:
        return str(value).replace(".", " ").replace("_", " ")
    return str(value)[:18] if name == "by" else f"{value:,}" if type(value) is int else str(value)


def named_since(found: Sequence[Mapping[str, Any]]) -> str:
    """That an undo removes records which later imports have found there, and made none of for that."""
    files = [f"{words.text(each['file_name'])} ({each['records']:,})" for each in found]
    return (
        f"Records that the undo removes are in later files, which made none for they were there: "
        f"{first_of(files, _FILES)}. Take it back, and they are in no record; import those files again afterwards."
    )


_FILES = 5
"""So many files are named."""


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
                f"{field} {'where blank' if field in filled else 'in every row'}": text
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
            pd.DataFrame([(name, columns.get(name, "")) for name in batch.mapped_headers], columns=["Column", "Field"]),
            hide_index=True,
            height="content" if len(batch.mapped_headers) < 20 else 430,
        )
