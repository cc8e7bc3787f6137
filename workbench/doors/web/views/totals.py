"""Control totals: said beforehand of a file, and what it comes to beside that."""

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors.web import words
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.control_total import ROWS, Total, as_committed, shown

_NAMED = 4
"""So many totals are named in a sentence."""


def expected(contract: Contract) -> dict[str, str]:
    """What a person says that the file has to come to, by the names of its totals; of those that nothing is said of
    there is none."""
    names = [ROWS, *(total.name for total in contract.totals)]
    found = {}
    with st.expander("What the file has to come to", icon=":material/functions:"):
        st.caption(
            "Say what you know of the whole file from elsewhere, such as the sum of a report. Nothing is written until "
            "the rows come to the same, or somebody accepts that they do not and says why."
        )
        with st.container(horizontal=True):
            for name in names:
                found[name] = st.text_input(
                    name if name != ROWS else "Rows", key=f"expect {name}", bind="query-params", width=160
                )
    return {name: text.strip() for name, text in found.items() if text.strip()}


def expected_of_sheets(datasets: Iterable[str], *, named: bool = True, key: str = "") -> dict[str, str]:
    """What a person says that each of several sheets has to come to, by the names of its totals, with the dataset
    before them where they are `named` so; of those that nothing is said of there is none."""
    found = {}
    with st.expander("What the sheets have to come to", icon=":material/functions:"):
        st.caption(
            "Say what you know of the whole file from elsewhere. Nothing is written until the rows come to the same, "
            "or somebody accepts that they do not and says why."
        )
        for dataset in datasets:
            contract = catalog.contract(dataset)
            st.markdown(f"**{words.text(contract.title)}**")
            with st.container(horizontal=True):
                for name in (ROWS, *(total.name for total in contract.totals)):
                    label = name if name != ROWS else "Rows"
                    text = st.text_input(label, key=f"expect {key}{dataset} {name}", width=160)
                    found[f"{dataset}.{name}" if named else name] = text
    return {name: text.strip() for name, text in found.items() if text.strip()}


def table(wb: Workbench, batch: Batch, *, asked: bool = False) -> None:
    """What the rows of a batch come to beside what was said of them; nothing where there is none. What differs is told
    in a sentence, unless that is `asked` about on the same page."""
    found, done = wb.totals(batch), batch.stage == "completed"
    if not found:
        return
    st.markdown("**Control totals**", help="What the whole file comes to, and what was said of it beforehand.")
    lines = pd.DataFrame([_line(total, done) for total in found])
    numbers = {name: st.column_config.TextColumn(alignment="right") for name in lines.columns[1:-1]}
    st.dataframe(lines, hide_index=True, height="content", key="control totals", column_config=numbers)
    for total in found if not asked else ():
        if total.differs and total.expected is not None:
            who, why = (words.text(text or "") for text in (total.expected.accepted_by, total.expected.reason))
            told = words.text(total.sentence) + (f" **{who} accepted it:** {why}" if total.accepted else "")
            (st.info if total.accepted else st.warning)(told, icon=":material/balance:")
    contradicted = {total.name for total in found if total.differs}  # by one of several who say it
    proven = [total.name for total in found if total.proven and total.name not in contradicted]
    if proven:
        names = _listed(list(dict.fromkeys(proven)))
        proof = "proven by the database" if done else "counted again by the database before anything is completed"
        st.caption(f":green[:material/check_circle:] As it was said: {names}; {proof}.")
    sums = [words.text(f"{total.name}: {total.addition}") for total in found if total.counted.left_out]
    if sums:
        st.caption("It adds up:\n" + "".join(f"\n- {each}" for each in dict.fromkeys(sums)))
    since = wb.batches.sweeps(batch) if done else []
    if since:
        rows = wb.reconcile(batch).skipped_by_reason.get("resolved", 0)
        runs = [f"{words.text(run.file_name)} of {words.here(run.created_at)}" for run in since]
        st.caption(as_committed(rows, runs))


def _listed(names: Sequence[str]) -> str:
    """The totals that are as they were said: each by its name, or of many how many they are, for the table has them."""
    return ", ".join(map(words.text, names)) if len(names) <= _NAMED else f"{len(names):,} totals"


def _line(total: Total, done: bool) -> dict[str, str]:
    said, counted = total.expected, total.counted
    return {
        "Total": total.name,
        "Said": shown(said.number) if said is not None else "",
        "In the file": shown(counted.found),
        "Difference": shown(total.difference) if said is not None else "",
        "Went in" if done else "Goes in": shown(counted.went_in),
        "Does not": shown(counted.left_out),
        "Said by": said.who if said is not None else "",
    }
