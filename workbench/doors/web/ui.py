"""What the pages share: this session's Workbench, one look for outcomes, the stepper, refusals as sentences."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import uploads
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.errors import UnknownBatch, WorkbenchError
from workbench.model.reconciliation import Reconciliation
from workbench.model.sheet import Sheet
from workbench.prepare import recognition
from workbench.settings import Settings

COLOURS = {
    "created": "#2e8b57",
    "updated": "#2f6fb0",
    "skipped": "#6b7785",
    "unmatched": "#b97100",
    "invalid": "#c0392b",
}
"""The one place for them; every outcome is also told by its word and its sign."""

SIGNS = {"created": "✚", "updated": "✎", "skipped": "→", "unmatched": "?", "invalid": "✕"}

MEANINGS = {
    "created": "Rows that make a new record.",
    "updated": "Rows that change a record which is already there.",
    "skipped": "Rows that change nothing: unchanged, a repeated key, protected, or explained by a person.",
    "unmatched": "Rows that refer to a record which is not there. Nothing is invented for them.",
    "invalid": "Rows with a value that cannot be right. They are never written.",
}

REASONS = {
    "unchanged": "The record says so already",
    "duplicate": "An earlier line has the same key",
    "protected": "The record is kept as it is",
    "explained": "A person said why",
    "removed": "The record that the import created goes",
    "restored": "The record is again as it was before the import",
}
"""What a row's reason means, where the row does not say it itself."""

STEPS = (
    ("upload", "Upload", "queued"),
    ("map", "Map", "queued"),
    ("validate", "Validate", "staged"),
    ("commit", "Commit", "planned"),
    ("reconcile", "Reconcile", "completed"),
)
"""The pages of an import in their order: file, title, and the stage a batch has when it gets there."""


_NO_EXPORT = '<style>[aria-label="Download as CSV"] { display: none }</style>'
"""A table's own download would hand formulas to a spreadsheet; ours (`Workbench.write_rows`) quotes them."""


@contextmanager
def page(title: str, about: str = "") -> Iterator[Workbench]:
    """A page: its title, one sentence on what it is for, and the Workbench; a refusal is shown as its sentence."""
    st.html(_NO_EXPORT)
    st.title(title)
    if about:
        st.caption(about)
    try:
        with Workbench.open(user=person()) as wb:
            yield wb
    except WorkbenchError as refusal:
        st.error(text(refusal), icon=":material/block:")
        st.stop()  # there may be no Workbench at all


def person() -> str | None:
    """Who works here, as the sidebar says; None for the user of the settings. (There is no sign-in yet.)"""
    return st.session_state.get("person") or None


def chosen(wb: Workbench, *, undo: bool = False) -> Batch:
    """The batch of this address (`?batch=...`); without one a list to choose from, and the page ends there."""
    wanted = st.query_params.get("batch")
    if wanted:
        try:
            return wb.batches.get(wanted)
        except UnknownBatch as refusal:
            st.warning(text(refusal), icon=":material/search_off:")
    known = [batch for batch in wb.batches.all(limit=50) if undo or batch.undo_of is None]
    if not known:
        empty(
            "No import yet.", "Start with a file: every row of it will be accounted for.", "upload", "Start an import"
        )
        st.stop()
    picked = st.selectbox(
        "Which import?", known, index=None, format_func=titled, placeholder="Choose an import", key="chosen batch"
    )
    if picked is None:
        st.stop()
    st.query_params["batch"] = str(picked.id)
    st.rerun()


def titled(batch: Batch) -> str:
    """One line that tells a batch from another."""
    return f"{batch.file_name} · {batch.dataset} · {when(batch.created_at)} · {batch.stage}"


def when(moment: datetime | None) -> str:
    """A time to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def empty(what: str, then: str, target: str, label: str) -> None:
    """An empty state that says what to do."""
    with st.container(border=True):
        st.markdown(f"**{what}**  \n{then}")
        st.page_link(f"pages/{target}.py", label=label, icon=":material/arrow_forward:")


def link(target: str, label: str, icon: str = ":material/arrow_forward:", **parameters: object) -> None:
    """A link to another page with an address that can be sent to a colleague."""
    st.page_link(
        f"pages/{target}.py",
        label=label,
        icon=icon,
        query_params={name: str(value) for name, value in parameters.items() if value is not None},
    )


def in_address(part: str) -> dict[str, Any]:
    """What a part of the address says in JSON; empty where it says nothing that makes sense."""
    try:
        said = json.loads(st.query_params.get(part, "{}"))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def put_in_address(part: str, said: Mapping[str, Any]) -> None:
    """Puts it into the address, where it outlives a reload and can be sent to a colleague; nothing takes it out."""
    if said:
        st.query_params[part] = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    else:
        st.query_params.pop(part, None)


def jump(label: str, icon: str = ":material/arrow_forward:", **parameters: object) -> None:
    """A link to another address of this very page.

    A page link to the page that it stands on would show what it leads to, but leave the old address in the browser, and
    be forgotten with the next click.
    """
    address = {name: str(value) for name, value in parameters.items() if value is not None}
    key = f"jump {label} {address}"
    st.button(label, key, icon=icon, type="tertiary", on_click=st.query_params.from_dict, args=(address,))


def go_to(target: str, **parameters: object) -> None:
    """Leaves for another page."""
    st.switch_page(f"pages/{target}.py", query_params={name: str(value) for name, value in parameters.items()})


_STEPPER = "<style>.st-key-stepper { gap: 0 0.6rem } .st-key-stepper a { padding: 0 }</style>"
"""Links stand in the line as the words beside them do."""


def stepper(here: str, batch: Batch | None = None) -> None:
    """Where this import stands and what is next, across the pages of an import."""
    reached = _reached(batch)
    current = [step[0] for step in STEPS].index(here)
    st.html(_STEPPER)
    with st.container(
        horizontal=True, horizontal_alignment="left", vertical_alignment="center", gap="small", key="stepper"
    ):
        for number, (target, title, _) in enumerate(STEPS):
            sign = "●" if number == current else "✓" if number < max(reached, current) else "○"
            label = f"{sign} {number + 1} {title}"
            if number == current:
                st.markdown(f":small[**{label}**]", width="content")
            elif batch is not None and number <= reached and target != "upload":
                st.page_link(f"pages/{target}.py", label=label, query_params={"batch": str(batch.id)})
            elif target == "upload":
                here_again = {name: st.query_params[name] for name in ("upload", "dataset") if name in st.query_params}
                st.page_link("pages/upload.py", label=label, query_params=here_again)
            else:
                st.markdown(f":gray[:small[{label}]]", width="content")


def _reached(batch: Batch | None) -> int:
    if batch is None:
        return 0
    return {"queued": 1, "staging": 2, "staged": 2, "planned": 3, "held": 3, "completed": 4, "failed": 1}[batch.stage]


def facts(batch: Batch) -> None:
    """The file, the dataset, who, when, and where the batch stands, in one line."""
    parts = [f"**{text(batch.file_name)}**", f"`{batch.dataset}`", batch.stage, f"by {text(batch.initiated_by)}"]
    parts.append(f"{when(batch.created_at)} UTC")
    if batch.window:
        parts.append(text(batch.window))
    st.markdown(" · ".join(parts), help=f"Batch {batch.id}, mode {batch.mode}")
    if batch.stage != "completed" and (why := batch.summary.get("error")):
        st.error(text(why), icon=":material/error:")


def text(value: object) -> str:
    """Text of a file or a person, as Markdown shows it and never obeys it."""
    return "".join(
        f"\\{character}" if character in "\\`*_{}[]()<>#+-.!|$~:&" else character for character in str(value)
    )


def figures(found: Reconciliation, *, planned: bool = False) -> None:
    """The six figures, each with its word and sign, and whether they add up."""
    with st.container(horizontal=True, gap="xsmall"):
        st.metric("Processed", f"{found.processed:,}", border=True, width=128)
        for name in OUTCOMES:
            st.metric(f"{SIGNS[name]} {name.capitalize()}", f"{getattr(found, name):,}", border=True, width=128)
    terms = " + ".join(f"{getattr(found, name):,}" for name in OUTCOMES)
    proof = "what the plan means to do" if planned else "proven by the database"
    if found.balanced:
        meanings = "\n".join(f"- **{SIGNS[name]} {name}**: {MEANINGS[name]}" for name in OUTCOMES)
        st.caption(f"{found.processed:,} = {terms}: adds up, {proof}.", help=meanings)
    else:
        st.error(f"{found.processed:,} is not {terms}.")


def many(number: int, noun: str = "row") -> str:
    """A number with its noun: "1 row", "2 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def outcome_bar(counts: Mapping[str, int]) -> go.Figure:
    """The outcomes of one batch as one bar, as long as the rows processed."""
    figure = go.Figure()
    for name in OUTCOMES:
        if counts.get(name):
            figure.add_bar(
                y=[""],
                x=[counts[name]],
                name=f"{SIGNS[name]} {name}",
                orientation="h",
                marker_color=COLOURS[name],
                text=[f"{counts[name]:,}"],
                insidetextanchor="middle",
                insidetextfont={"color": "#ffffff"},
                hovertemplate=f"{name}: %{{x:,}}<extra></extra>",
            )
    figure.update_layout(
        barmode="stack",
        height=110,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "traceorder": "normal"},
        xaxis={"visible": False, "range": [0, sum(counts.get(name, 0) for name in OUTCOMES)]},
        yaxis={"visible": False},
    )
    return figure


def plot(figure: go.Figure, key: str) -> None:
    """A Plotly figure without the toolbar that nobody asked for."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False, "displaylogo": False})


def rows_table(rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Rows of a batch: line, key, outcome with its sign, why, what is wrong, what changes."""
    shown = pd.DataFrame(
        {
            "Line": [row["line"] for row in rows],
            "Key": [row["key"] or "" for row in rows],
            "Outcome": [_outcome(row) for row in rows],
            "What is wrong": [told(row["issues"]) for row in rows],
            "Changes": [changed(row["changes"]) for row in rows],
        }
    )
    st.dataframe(shown, hide_index=True, key=key, height="content" if len(shown) < 12 else 430)


def _outcome(row: Mapping[str, Any]) -> str:
    outcome = row["outcome"] or row["status"]
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{SIGNS.get(outcome, '·')} {outcome}{reason}"


def told(issues: Sequence[Mapping[str, str]]) -> str:
    """Issues in words."""
    return "; ".join(
        f"{issue['field']}: {issue['message']}" if issue["field"] else issue["message"] for issue in issues
    )


def changed(changes: Mapping[str, Sequence[object]]) -> str:
    """Changes in words: old → new."""
    return "; ".join(f"{name}: {_blank(old)} → {_blank(new)}" for name, (old, new) in changes.items())


def _blank(value: object) -> str:
    return "(blank)" if value in (None, "") else str(value)


def cells(batch: Batch, rows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows of an import with what is wrong and their source cells, and how the columns are to be shown.

    The columns are called "line", "told" and by their place "0", "1" ...: a source's header is only a label, and may be
    anything. Columns that fill a field with an issue come first.
    """
    wrong = {issue["field"] for row in rows for issue in row["issues"]}
    fills = batch.mapping.get("columns", {})
    places = sorted(range(len(batch.headers)), key=lambda place: fills.get(batch.headers[place]) not in wrong)
    frame = pd.DataFrame({"line": [row["line"] for row in rows], "told": [told(row["issues"]) for row in rows]})
    source = {str(place): [row["raw"].get(batch.headers[place], "") for row in rows] for place in places}
    shown: dict[str, Any] = {
        "line": st.column_config.NumberColumn("Line", help="The line of the source, its header counted.", format="%d"),
        "told": st.column_config.TextColumn("What is wrong", width="medium"),
        **{name: st.column_config.TextColumn(batch.headers[int(name)]) for name in source},
    }
    return frame.assign(**source), shown


def open_figures(wb: Workbench, batch: Batch, found: Reconciliation) -> None:
    """Every figure opens its rows: the outcomes that have any to choose from, and a page of the chosen one's rows."""
    counts = {name: getattr(found, name) for name in OUTCOMES} | batch.summary.get("removed", {})
    counts = {name: rows for name, rows in counts.items() if rows}
    if st.session_state.setdefault("rows", st.query_params.get("rows")) not in counts:
        st.session_state["rows"] = None  # what was open has no rows any more
    name = st.pills(
        "Open the rows",
        list(counts),
        format_func=lambda name: f"{SIGNS.get(name, '⊖')} {name} {counts[name]:,}",
        key="rows",
    )
    if name:
        st.query_params["rows"] = name
    else:
        st.query_params.pop("rows", None)
    if name is None:
        return
    st.caption(MEANINGS.get(name, "Records that the file no longer names. They are no source rows, so in no sum."))
    if name not in OUTCOMES:
        _removed(wb, batch, name)
        return
    parts = {"skipped": found.skipped_by_reason, "unmatched": found.unmatched_by_kind}.get(name, {})
    if parts:
        st.markdown(" · ".join(f"{text(reason)} **{rows:,}**" for reason, rows in parts.items() if rows))
    key = f"{batch.id} {batch.plan} {name} {counts[name]}"
    rows = page_of_rows(lambda after, limit: wb.rows.page(batch, outcome=name, after=after, limit=limit), key=key)
    frame, shown = _opened(batch, name, rows)
    st.dataframe(frame, hide_index=True, key=key, column_config=shown, height="content" if len(frame) < 12 else 430)


def _opened(batch: Batch, outcome: str, rows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What there is to see in rows of that outcome."""
    if outcome in ("unmatched", "invalid") and batch.undo_of is None:
        return cells(batch, rows)
    if outcome == "created":
        return pd.DataFrame([{"Line": row["line"], **row["payload"]} for row in rows]).fillna(""), {}
    head = [{"Line": row["line"], "Key": row["key"] or ""} for row in rows]
    if outcome == "updated" and batch.undo_of is None:
        changes = [
            {**said, "Field": name, "Old": _blank(old), "New": _blank(new)}
            for said, row in zip(head, rows, strict=True)
            for name, (old, new) in row["changes"].items()
        ]
        return pd.DataFrame(changes, columns=["Line", "Key", "Field", "Old", "New"]), {}
    why = [{"Why": row["reason"] or "", "In words": _why(row)} for row in rows]
    return pd.DataFrame([said | words for said, words in zip(head, why, strict=True)]), {}


def _why(row: Mapping[str, Any]) -> str:
    if row["explanation"]:
        return f"{row['explanation']} ({row['explained_by']})"
    return told(row["issues"]) or REASONS.get(row["reason"], "")


def _removed(wb: Workbench, batch: Batch, action: str) -> None:
    """The records that the file no longer names, as they were."""
    gone = pd.DataFrame([row["before"] for row in wb.rows.removals(batch) if row["action"] == action])
    gone = gone[[*gone.columns.drop(["id", "tenant_id"]), "id"]].fillna("").astype(str)
    st.dataframe(gone, hide_index=True, key=f"{batch.id} {batch.plan} {action}")


def page_of_rows(fetch: Any, *, key: str, size: int = 50, locked: bool = False) -> list[dict[str, Any]]:
    """One page of rows with buttons for the next and the first; `fetch(after, limit)` asks the database for no more.

    The place is kept in the session under `key`; changing the key (a filter) begins again at the first page. `locked`
    keeps this page while something on it is not saved.
    """
    starts: list[int] = st.session_state.setdefault(f"starts {key}", [0])
    rows: list[dict[str, Any]] = fetch(starts[-1], size + 1)
    more, rows = len(rows) > size, rows[:size]
    if len(starts) > 1 or more:
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            span = f"lines {rows[0]['line']:,} to {rows[-1]['line']:,}" if rows else "no more rows"
            st.caption(f"Page {len(starts)}: {span}", width="content")
            if st.button(
                "Back", disabled=locked or len(starts) == 1, key=f"back {key}", icon=":material/chevron_left:"
            ):
                starts.pop()
                st.rerun()
            if st.button("Next", disabled=locked or not more, key=f"next {key}", icon=":material/chevron_right:"):
                starts.append(rows[-1]["line"])
                st.rerun()
    return rows


@st.fragment(run_every=1.0)
def watch(batch: Batch) -> None:
    """The progress of a batch that a worker has in hand; the page runs again when that is over."""
    with Workbench.open(user=person()) as wb:
        state = jobs.state(wb, batch.id)
        if state is None:
            st.rerun()
        found, progress = wb.batches.get(batch.id), wb.batches.progress(batch.id)
        step = (progress or {}).get("step", "waiting for a worker")
        done, of = (progress or {}).get("rows", 0), (progress or {}).get("of")
        whole = step in ("planning", "committing", "undoing")  # one statement for all rows, so there is no part to tell
        expected = f" {many(found.processed or found.summary.get('rows', 0))}, all of them or none" if whole else ""
        label = f"{str(step).capitalize()}: {done:,} rows" if done else f"{str(step).capitalize()}{expected} ..."
        st.progress(min(done / of, 1.0) if of else 0.0, text=label)
        st.caption("You may leave this page, or watch it from another one; the work goes on.")
        if not whole and st.button("Cancel", key=f"cancel {batch.id}", icon=":material/stop_circle:"):
            jobs.cancel(wb, batch.id)
            st.rerun()


def busy(wb: Workbench, batch: Batch) -> None:
    """Shows the progress and ends the page while a worker has the batch in hand."""
    if jobs.state(wb, batch.id) is not None:
        watch(batch)
        st.stop()
    if wb.batches.get(batch.id) != batch:  # it was done between the two questions
        st.rerun()


SAME_SHEET: dict[str | type[Any], Any] = {
    Sheet: lambda sheet: (
        sheet.checksum,
        sheet.name,
        sheet.headers,
        sheet.reading.sheet,
        sheet.reading.header_line,
        sheet.reading.delimiter,
    )
}
"""For `st.cache_data`: what has been found out of a sheet holds for every opening of the same one."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The sheet that an address names."""

    sheet: Sheet
    dataset: str | None
    """The one that was chosen, else the one that was recognised, if any was."""
    batch: Batch | None
    """The import that it is the kept source of; None for an upload."""
    address: dict[str, str]
    """What names it in an address."""


def source(wb: Workbench) -> Source:
    """The sheet of this address: an upload (`?upload=...`, `sheet`, `header_row`) or the kept source of an import
    (`?batch=...`); without either, what to do, and the page ends there.

    Raises UnknownUpload, UnknownBatch, and what opening the sheet raises.
    """
    query = st.query_params.to_dict()
    known = {contract.name for contract in catalog.contracts()}
    said = query["dataset"] if query.get("dataset") in known else None
    if query.get("batch"):
        batch = wb.batches.get(query["batch"])
        return Source(sheet=_kept(batch, wb), dataset=batch.dataset, batch=batch, address={"batch": str(batch.id)})
    if not query.get("upload"):
        empty("No file yet.", "Upload one first: nothing is imported before you say so.", "upload", "Upload a file")
        st.stop()
    sheet = uploaded(wb, query["upload"], sheet=query.get("sheet"), header_row=query.get("header_row"))
    address = {name: query[name] for name in ("upload", "sheet", "header_row") if query.get(name)}
    return Source(sheet=sheet, dataset=said or recognised_as(sheet), batch=None, address=address)


def uploaded(wb: Workbench, upload: str, *, sheet: str | None = None, header_row: str | None = None) -> Sheet:
    """An upload as a sheet, opened once for all who look at it; raises UnknownUpload, and what opening it raises."""
    found = uploads.get(wb.settings, upload)
    line = int(header_row) if header_row and header_row.isdecimal() else None
    return _uploaded(str(wb.settings.home), wb.settings.tenant, found.id, found.name, sheet, line, wb.settings)


@st.cache_resource(ttl="15m", max_entries=4, show_spinner="Opening the file ...")
def _uploaded(
    home: str, tenant: str, upload: str, name: str, sheet: str | None, header_row: int | None, _settings: Settings
) -> Sheet:
    return uploads.opened(_settings, upload, sheet=sheet, header_row=header_row)


@st.cache_resource(
    ttl="15m", max_entries=4, show_spinner="Opening the file ...", hash_funcs={Batch: lambda batch: str(batch.id)}
)
def _kept(batch: Batch, _wb: Workbench) -> Sheet:
    return _wb.kept_sheet(batch)


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def recognised(sheet: Sheet) -> list[tuple[str, float, str]]:
    """Every dataset with a score and a reason, the likeliest first."""
    return recognition.recognise(sheet)


def recognised_as(sheet: Sheet) -> str | None:
    """The dataset that a sheet is taken for; None where nobody can tell."""
    name, score, _ = recognised(sheet)[0]
    return name if score >= recognition.RECOGNISED else None
