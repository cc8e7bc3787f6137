"""Reconcile: every row accounted for, explained, written down and signed."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from workbench import Workbench
from workbench.doors.web import ui
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.reconciliation import Reconciliation


def identity(found: Reconciliation) -> go.Figure:
    """The outcomes standing on each other until they are as high as the rows processed."""
    figure, below = go.Figure(), 0
    for name in OUTCOMES:
        rows = getattr(found, name)
        bar = {"base": [below], "marker_color": ui.COLOURS[name], "text": [f"{rows:,}"], "textposition": "outside"}
        figure.add_bar(x=[f"{ui.SIGNS[name]}<br>{name}"], y=[rows], hoverinfo="x+text", **bar)
        below += rows
    total = {"marker_color": "#5b6770", "text": [f"{found.processed:,}"], "textposition": "outside"}
    figure.add_bar(x=["=<br>processed"], y=[found.processed], hoverinfo="x+text", **total)
    figure.update_layout(
        height=280,
        showlegend=False,
        margin={"l": 0, "r": 0, "t": 24, "b": 0},
        yaxis={"visible": False, "range": [0, max(found.processed, 1) * 1.12]},
        xaxis={"type": "category", "tickangle": 0},
    )
    return figure


def definition_of_done(found: Reconciliation) -> None:
    """The playbook's definition, point by point, with this batch's figures."""
    with st.container(border=True):
        st.markdown("**Definition of done**", help="Of the import playbook: F = 0, D + E explained, A + B + C = N.")
        for point, figures, met in found.definition:
            colour, sign = ("green", "check_circle") if met else ("orange", "radio_button_unchecked")
            st.markdown(f":{colour}[:material/{sign}:] {point}  \n:gray[:small[{figures}]]")
        st.markdown("**Done.**" if found.done else "**Not done yet.**")


def explain(wb: Workbench, batch: Batch, found: Reconciliation) -> None:
    """The rows that still need a person's word: some of them, or all of a kind, with one reason."""
    st.subheader("Rows to explain", help="An explained row counts as skipped: it stays out, and everybody can see why.")
    kinds = wb.rows.unexplained_kinds(batch)
    kind = st.selectbox(
        "Kind",
        kinds,
        format_func=lambda one: f"{one['outcome']}: {one['message']} ({one['rows']:,})",
        key="kind",
    )
    which = {"outcome": kind["outcome"], "code": kind["code"]}
    rows = ui.page_of_rows(
        lambda after, limit: wb.rows.page(batch, **which, after=after, limit=limit),
        key=f"explain {batch.id} {which} {found.unexplained}",
    )
    frame, config = ui.cells(batch, rows)
    picked = st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"picked {batch.id} {which} {rows[0]['line'] if rows else 0} {found.unexplained}",
    ).selection.rows
    with st.form("explain", clear_on_submit=True):
        reason = st.text_input("Why may they stay out?", placeholder="e.g. BAKE101 was cancelled.", key="why")
        label = f"Explain {ui.many(len(picked))}" if picked else f"Explain all of this kind: {ui.many(kind['rows'])}"
        if st.form_submit_button(label, type="primary", icon=":material/comment:"):
            if not reason.strip():
                st.error("Say why, for whoever reads this next year.")
                return
            lines = [rows[place]["line"] for place in picked] if picked else wb.rows.unexplained(batch, **which)
            with st.spinner(f"{ui.many(len(lines))} ..."):
                wb.explain(batch, lines, reason)
            st.rerun()


def log(wb: Workbench, batch: Batch, signed: dict[str, Any] | None) -> None:
    """The import log as the playbook has it, its notes and follow-ups edited in place."""
    st.subheader("Import log")
    written, edited = st.columns([3, 2])
    filled = wb.log(batch)
    with written:
        st.code(filled.render(), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            name = f"import-log-{str(batch.id)[:8]}"
            for label, text, ending in (("Text", filled.render(), "txt"), ("Markdown", filled.to_markdown(), "md")):
                st.download_button(label, text, f"{name}.{ending}", on_click="ignore", icon=":material/download:")
    with edited, st.form("notes", border=True):
        notes = st.text_area(
            "Decisions/notes",
            batch.notes,
            key=f"notes {batch.id}",
            disabled=bool(signed),
            help="Issues, and how they were resolved.",
        )
        follow_ups = st.text_area(
            "Follow-ups",
            batch.follow_ups,
            key=f"follow ups {batch.id}",
            disabled=bool(signed),
            help="What is still to be done.",
        )
        if st.form_submit_button("Write it into the log", disabled=bool(signed), icon=":material/edit_note:"):
            wb.note(batch, notes=notes, follow_ups=follow_ups)
            st.rerun()


def sign_off(wb: Workbench, batch: Batch, found: Reconciliation, signed: dict[str, Any] | None) -> None:
    """The lead's signature, with what it freezes, or why there can be none yet."""
    st.subheader("Sign-off")
    if signed:
        who = f"Signed off by **{ui.text(signed['signed_by'])}** on {ui.when(signed['signed_at'])} UTC."
        st.success(f"{who} Its evidence is frozen.", icon=":material/verified:")
        st.caption(f"SHA-256 of the evidence: `{signed['digest']}`")
        if st.button("Check the evidence", icon=":material/fingerprint:"):
            with st.spinner("Every row is looked at again ..."):
                same = wb.verify(batch)
            if same:
                st.success("It is still exactly what was signed.")
            else:
                st.error("It is no longer what was signed.")
        return
    st.markdown(
        "Signing freezes the figures, this log, and every row with its outcome and its explanation, under a digest. "
        "From then on nothing of it can be explained, noted or changed; only an undo, an import of its own, takes it "
        "back."
    )
    for point in found.open_points:
        st.warning(f"Not yet: {point}", icon=":material/block:")
    if found.stage in ("planned", "held"):
        ui.link("commit", "Commit it first", batch=batch.id)
    me = ui.text(wb.settings.user)
    if st.button(f"Sign off as {me}", type="primary", disabled=not found.done, icon=":material/draw:"):
        with st.spinner("Every row goes into the digest ..."):
            wb.sign_off(batch)
        st.rerun()


with ui.page("Reconcile", "Every row accounted for: explained, written down, and signed.") as wb:
    batch = ui.chosen(wb, undo=True)
    ui.stepper("reconcile", batch)
    ui.facts(batch)
    ui.busy(wb, batch)
    if not batch.plan:
        st.info(f"Nothing to reconcile yet: this import is {batch.stage}.", icon=":material/hourglass_empty:")
        ui.link("validate", "See where it stands", batch=batch.id)
        st.stop()
    found, signed = wb.reconcile(batch), wb.signature(batch)
    ui.figures(found, planned=batch.stage != "completed")
    picture, checklist = st.columns([3, 2])
    with picture:
        ui.plot(identity(found), key="identity")
    with checklist:
        definition_of_done(found)
    ui.open_figures(wb, batch, found)
    if found.unexplained and batch.stage == "completed":
        explain(wb, batch, found)
    log(wb, batch, signed)
    sign_off(wb, batch, found, signed)
    if batch.stage == "completed" and batch.undo_of is None:
        ui.link("history", "Take this import back", icon=":material/undo:", batch=batch.id)
