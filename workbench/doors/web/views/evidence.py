"""The evidence of an import: the definition of done, what people explain, the import log, and the signature."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Literal

import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views import table_address
from workbench.model.batch import Batch
from workbench.model.import_log import ImportLog
from workbench.model.manifest import Proof
from workbench.model.reconciliation import Reconciliation
from workbench.model.trimming import as_said
from workbench.model.wording import named

WORDS = (
    "An unmatched row is explained and counts as skipped. An invalid one is rejected and goes on counting as invalid. "
    "Either stays out, and everybody can see why."
)


OWN = "You ran it; somebody else has to sign it off."
"""What keeps people from signing their own work."""


def definition_of_done(found: Reconciliation) -> None:
    """The playbook's definition, point by point, with this batch's figures."""
    with st.container(border=True):
        st.markdown("**Definition of done**", help="Of the import playbook: F = 0, D + E explained, A + B + C = N.")
        points = []
        for point, figures, met in found.definition:
            colour, sign = ("green", "check_circle") if met else ("orange", "radio_button_unchecked")
            points.append(f":{colour}[:material/{sign}:] {point}  \n:gray[:small[{words.text(figures)}]]")
        points.append("**Done.**" if found.done else "**Undone.**" if found.undone else "**Not done yet.**")
        st.markdown("\n\n".join(points))  # one text is shown sooner than one for each


def kind(kinds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One of the kinds of rows that are to be explained or rejected: that which was chosen, as long as any wait."""
    was = st.session_state.get("kind")
    if was is not None and was not in kinds:
        same = (each for each in kinds if all(each[name] == was[name] for name in ("outcome", "code", "field")))
        st.session_state["kind"] = next(same, kinds[0])
    return st.selectbox(
        "Kind",
        kinds,
        format_func=lambda one: f"{one['outcome']}: {_told(one, kinds)} ({one['rows']:,})",
        key="kind",
        on_change=table_address.forget,
        args=("explain-",),
    )


def _told(kind: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong, and in which field, where the same is wrong in another one too."""
    same = [other for other in kinds if other["message"] == kind["message"]]
    told = words.in_zone(str(kind["message"]))
    return named(kind["field"], told) if same[1:] else told


def supply(batch: Batch, field: str, picked: int) -> tuple[str, str] | None:
    """A column of the picked rows, first that of the field, and what stands there; None until somebody says it."""
    fills = batch.mapping.get("columns", {})
    headers = sorted(batch.headers, key=lambda header: fills.get(header) != field)
    with (
        st.expander("Say what is missing", icon=":material/edit_calendar:"),
        st.form("supply", border=False, clear_on_submit=True),
    ):
        st.caption("It brings the picked rows in, and whatever waits for the same. The rows stay as they came.")
        header = st.selectbox("Column", headers, key="supplied column")
        text = st.text_input("What stands there", placeholder="e.g. 2026-03-02 15:30", key="supplied")
        label = f"Import {words.many(picked)} with it" if picked else "Import the picked rows with it"
        said = st.form_submit_button(label, icon=":material/done_all:")
    if not said:
        return None
    if not picked or not text.strip():
        st.error("Pick rows above, and say what stands in that column.")
        return None
    return header, text.strip()


REASON_SAID = "why was said"
"""That the session's reason is kept with rows, so that the next one begins with none."""


def reason(
    outcome: str,
    picked: int,
    number: int,
    *,
    narrowed: bool,
    ready: int,
    on_click: Callable[..., None],
    args: tuple[Any, ...],
) -> None:
    """Asks why the picked rows, or all of their kind, or so many of it as were asked for (`narrowed`), may stay out:
    `on_click(*args)` is called once somebody says so. Those of the import that are `ready` to be brought in had better
    not. What was typed stays until it is kept."""
    verb, icon = ("Reject", "block") if outcome == "invalid" else ("Explain", "comment")
    if ready:
        are = "row of this import needs" if ready == 1 else "rows of this import need"
        st.warning(
            f"{ready:,} {are} no explanation: what they name has come since. Bring them in first, above.",
            icon=":material/input:",
        )
    if st.session_state.pop(REASON_SAID, False):
        st.session_state["why"] = ""
    with st.form("explain"):
        st.text_input("Why may they stay out?", placeholder="e.g. BAKE101 was cancelled.", key="why")
        every = f"{verb} all {'that are found here' if narrowed else 'of this kind'}: {words.many(number)}"
        st.form_submit_button(
            f"{verb} {words.many(picked)}" if picked else every,
            key="say why",  # a click counts whatever the button says by then
            type="secondary" if ready else "primary",
            icon=f":material/{icon}:",
            on_click=on_click,
            args=args,
        )


def otherwise(words_said: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], str] | None:
    """What people have said of rows, to be said otherwise: which word, and the new reason, once somebody has said
    both."""
    with (
        st.expander("Say it otherwise", icon=":material/edit_note:"),
        st.form("otherwise", border=False, clear_on_submit=True),
    ):
        word = st.selectbox(
            "What was said",
            words_said,
            format_func=lambda one: f"{one['word']} by {one['by']}: {one['reason']} ({one['rows']:,})",
        )
        reason = st.text_input("What is to be said instead", help="The earlier reason stays in the history.")
        said = st.form_submit_button("Change the reason", icon=":material/edit_note:")
    return (word, reason) if said and word is not None and as_said(reason) else None


def rejected(found: Reconciliation, name: str, file: Callable[[Literal["csv", "xlsx"]], bytes]) -> None:
    """How many rows were rejected and by whom, and the list of them; `file(format)` makes it."""
    by = ", ".join(f"{rows_:,} by {words.text(who)}" for who, rows_ in found.rejected_by.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.many(found.rejected)} rejected** ({by}). The list for their owner:", width="content")
        formats: tuple[Literal["csv", "xlsx"], ...] = ("csv", "xlsx")
        for file_format in formats:
            st.download_button(
                file_format.upper(),
                partial(file, file_format),
                f"rejected-{name}.{file_format}",
                key=f"rejected {file_format}",
                on_click="ignore",
                icon=":material/download:",
            )


def log(batch: Batch, filled: ImportLog, *, signed: bool) -> tuple[str, str] | None:
    """The import log as the playbook has it; its notes and follow-ups once somebody has edited them."""
    st.header("Import log")
    written, edited = st.columns([3, 2])
    with written:
        # a click chooses all of it, to be copied; Streamlit's own box for code loads what colours 200 languages
        st.html(f'<pre class="log">{escape(filled.render())}</pre>')
        with st.container(horizontal=True):
            name = f"import-log-{str(batch.id)[:8]}"
            for label, text, ending in (("Text", filled.render(), "txt"), ("Markdown", filled.to_markdown(), "md")):
                st.download_button(label, text, f"{name}.{ending}", on_click="ignore", icon=":material/download:")
    with edited, st.form("notes", border=True):
        notes = st.text_area(
            "Decisions/notes",
            batch.notes,
            key=f"notes {batch.id}",
            disabled=signed,
            help="Issues, and how they were resolved.",
        )
        follow_ups = st.text_area(
            "Follow-ups",
            batch.follow_ups,
            key=f"follow ups {batch.id}",
            disabled=signed,
            help="What is still to be done.",
        )
        submitted = st.form_submit_button("Write it into the log", disabled=signed, icon=":material/edit_note:")
    return (notes, follow_ups) if submitted else None


def signature(signed: Mapping[str, Any]) -> bool:
    """Who signed it, and what that froze; whether the evidence is to be checked."""
    who = f"Signed off by **{words.text(signed['signed_by'])}** on {words.here(signed['signed_at'])}."
    st.success(f"{who} Its evidence is frozen.", icon=":material/verified:")
    key = f"  \nSigned with the key `{signed['public_key']}`" if signed["public_key"] else ""
    st.caption(f"SHA-256 of the evidence: `{signed['digest']}`{key}")
    return st.button("Check the evidence", icon=":material/fingerprint:")


def checked(proof: Proof) -> None:
    """Whether the evidence is still what was signed, and what of it is not."""
    if proof:
        st.success("It is still exactly what was signed.")
    else:
        named = "".join(f"\n- {words.text(difference)}" for difference in proof.differs)
        st.error(f"It is no longer what was signed:\n{named}", icon=":material/warning:")
    for remark in proof.remarks:
        st.caption(words.text(remark))


def bundle(batch: Batch, *, signed: bool) -> None:
    """The evidence to take away, which anybody can check without this database."""
    told = "Figures, log, every row with its outcome, the mapping and the data docs, each with its digest"
    st.link_button(
        "Download the evidence",
        f"/evidence/{batch.id}",
        icon=":material/folder_zip:",
        help=f"{told}{', under the signature' if signed else '; not signed yet'}. `workbench verify FILE` checks it.",
    )


def settled(found: Reconciliation, *, undo: bool = False) -> str:
    """That every row is accounted for, as whoever signs says it; of an undo, every change that it was to take back."""
    if undo:
        one = found.processed == 1
        every = "The one change" if one else f"All {words.many(found.processed, 'change')}"
        return f"{every} of the import {'is' if one else 'are'} accounted for."
    explained = found.skipped_by_reason.get("explained", 0)
    said = [f"{explained:,} explained" if explained else "", f"{found.rejected:,} rejected" if found.rejected else ""]
    by_people = ", ".join(filter(None, said))
    people = f" ({by_people} by a person)" if by_people else ""
    every = "The one row" if found.processed == 1 else f"All {words.many(found.processed)}"
    return f"{every} of the source {'is' if found.processed == 1 else 'are'} accounted for{people}."


def nothing_to_sign(why: str) -> None:
    """That an import which came to nothing is not signed any more."""
    st.info(f"{why}: there is nothing to sign.", icon=":material/block:")


def unsigned(open_points: Sequence[str]) -> None:
    """What signing does, and what keeps it from being done."""
    for point in open_points:
        st.warning(f"Not yet: {point}", icon=":material/block:")
    st.caption(
        "Signing freezes everything that proves this import under a digest: the figures, the log below, every row with "
        "its outcome and its explanation, the mapping, the source and the data docs. From then on nothing of it can be "
        "explained, noted or changed; only an undo, an import of its own, takes it back."
    )
