"""The five outcomes: a colour, a sign and a meaning for each, and the figures of an import."""

from collections.abc import Mapping

import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web import words
from workbench.doors.web.views import table_address
from workbench.model.batch import ENDED, OUTCOMES, Batch
from workbench.model.reconciliation import Reconciliation

COLOURS = {
    "created": "#2e8b57",
    "updated": "#2f6fb0",
    "skipped": "#6b7785",
    "unmatched": "#b97100",
    "invalid": "#c0392b",
}
"""The one place for them; every outcome is also told by its word and its sign."""

SIGNS = {"created": "✚", "updated": "✎", "skipped": "→", "unmatched": "?", "invalid": "✕"}
REMOVED = "⊖"
"""The sign of the records that a file no longer names, which are no rows of it."""

MEANINGS = {
    "created": "Rows that make a new record.",
    "updated": "Rows that change a record which is already there.",
    "skipped": "Rows that change nothing: unchanged, kept as somebody edited it, known before, a repeated key, "
    "protected, explained, or imported by a later run.",
    "unmatched": "Rows that refer to a record which is not there. Nothing is invented for them.",
    "invalid": "Rows with a value that cannot be right. Nothing of them is written.",
}


def figures(found: Reconciliation, *, planned: bool = False, key: str = "") -> None:
    """The six figures, each with its word and sign, and whether they add up; `key` tells them from others of a page."""
    with st.container(horizontal=True, gap="xsmall", key=f"figures {key}".strip()):
        st.metric("Processed", f"{found.processed:,}", border=True)
        for name in OUTCOMES:
            st.metric(f"{SIGNS[name]} {name.capitalize()}", f"{getattr(found, name):,}", border=True)
    terms = " + ".join(f"{getattr(found, name):,}" for name in OUTCOMES)
    meant = "meant to do; nothing was written" if found.stage in ENDED else "means to do"
    proof = f"what the plan {meant}" if planned else "proven by the database"
    proof = f"{proof}; **undone since**" if found.undone else proof
    if found.balanced:
        meanings = "\n".join(f"- **{SIGNS[name]} {name}**: {MEANINGS[name]}" for name in OUTCOMES)
        st.caption(f"{found.processed:,} = {terms}: adds up, {proof}.", help=meanings)
    else:
        st.error(f"{found.processed:,} is not {terms}.")


def removed(batch: Batch) -> None:
    """The records that the file no longer names, and what becomes of them; nothing where there are none."""
    written = batch.stage == "completed"
    for action, records in batch.summary.get("removed", {}).items():
        if records:
            verb = ("was" if records == 1 else "were") if written else "will be"
            told = f"{words.many(records, 'record')} that the file no longer names {verb} {action}."
            if batch.undone_by is not None:
                told = f"{told.rstrip('.')}; undone since."
            (st.info if written else st.warning)(told, icon=":material/person_remove:")


def choice(counts: Mapping[str, int]) -> str | None:
    """The outcome whose rows are to be opened; it stands in the address."""
    if st.session_state.setdefault("rows", st.query_params.get("rows")) not in counts:
        st.session_state["rows"] = None  # what was open has no rows any more
    name = st.pills(
        "Open the rows",
        list(counts),
        format_func=lambda name: f"{SIGNS.get(name, REMOVED)} {name} {counts[name]:,}",
        key="rows",
        on_change=table_address.forget,
        args=("",),
    )
    if name:
        st.query_params["rows"] = name
    else:
        st.query_params.pop("rows", None)
    return name


def meaning(name: str, found: Reconciliation, dataset: str) -> None:
    """What rows of an outcome are, and of which kinds; `dataset` is the one whose file they stand in, "" for none."""
    told = MEANINGS.get(name, "Records that the file no longer names. They are no source rows, so in no sum.")
    st.caption(f"{'As it was written; **undone since**. ' if found.undone else ''}{told}")
    rejected = {"rejected": found.rejected, "to be corrected or rejected": found.invalid - found.rejected}
    kinds = {"skipped": found.skipped_by_reason, "unmatched": found.unmatched_by_kind, "invalid": rejected}
    parts = kinds.get(name, {}) if name != "invalid" or found.rejected else {}
    if parts:
        st.markdown(
            " · ".join(
                f"{words.text(catalog.reason_told(dataset, reason))} **{rows:,}**"
                for reason, rows in parts.items()
                if rows
            )
        )
