"""A run: the numbers that it is known by, and the parts behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views.outcomes import MEANINGS, SIGNS
from workbench.model.batch import OUTCOMES, Batch
from workbench.model.reconciliation import Reconciliation
from workbench.model.wording import by_number


def part_of(batch: Batch, *, again: str = "") -> None:
    """That a batch is a part of a run, and what that means."""
    how = "Its rows were made of the run's" if batch.derived else "It is one sheet of the run"
    told = f"Part of the run of {words.text(batch.file_name)}. {how}{again}."
    st.info(f"{told} What is decided is decided for the whole run.", icon=":material/account_tree:")


def numbers(figures: Mapping[str, int]) -> None:
    """The numbers that an import is known by, named as its procedure names them."""
    if figures:
        st.markdown(
            " · ".join(
                f"{words.text(name)} **{number:,}**".replace(" ", "\N{NO-BREAK SPACE}")
                for name, number in figures.items()
            )
        )


def breakdown(name: str, values: Mapping[str, int]) -> None:
    """How many records have which value, the most frequent first."""
    if values:
        st.markdown(f"{words.text(name)}:")
        numbers(values)


def made_of(figures: Mapping[str, Mapping[str, int]]) -> None:
    """What numbers of rows that were skipped or unmatched are made of, where their names do not say all of it."""
    for name, reasons in figures.items():
        st.caption(words.text(f"{name} are: {by_number(reasons)}"))


def parts(parts: Sequence[tuple[Batch, Reconciliation]], *, planned: bool) -> None:
    """The parts of a run, in the order of import, with their figures where there is a plan.

    Those of rows that were made of the run's are as they were written, whatever was explained of the run's rows since.
    """
    st.dataframe(
        pd.DataFrame([_line(part, found, planned) for part, found in parts]),
        hide_index=True,
        height="content",
        key="parts",
        column_config={
            "Rows": st.column_config.NumberColumn("Rows", width=52, format="localized"),
            **{
                sign: st.column_config.NumberColumn(
                    sign, width=44, help=f"Rows {name}. {MEANINGS[name]}", format="localized"
                )
                for name, sign in SIGNS.items()
            },
        },
    )


def _line(part: Batch, found: Reconciliation, planned: bool) -> dict[str, Any]:
    sheet = {"Sheet": words.sheet(part)} if part.reading else {}
    figures = {SIGNS[name]: getattr(found, name) for name in OUTCOMES} if planned else {}
    rows = part.processed if planned else part.summary.get("rows")
    return {"Part": words.part(part), "Rows": rows, **figures, **sheet}
