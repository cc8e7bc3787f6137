"""A correction of an import's rows that somebody asks for on a page: of a few at once, of many by a worker."""

from dataclasses import asdict
from typing import Any, Literal

import streamlit as st

from workbench import Workbench
from workbench.doors import jobs
from workbench.model.batch import Batch

FEW = 20_000
"""So many rows are corrected while somebody waits: a second or two."""

Edit = Literal["fill_cells", "mean", "remap", "take_back", "make_again"]
"""What a correction is called in `wb.corrections`."""


def correct(wb: Workbench, batch: Batch, edit: Edit, *, rows: int | None = None, **said: Any) -> Batch | None:
    """Corrects rows of a batch that may be so many (else all of it has), and has the import planned again; the batch as
    it is then, or None where a worker corrects it."""
    whole = batch.part_of or batch
    if (batch.summary.get("rows", 0) if rows is None else rows) <= FEW:
        with st.spinner("Every row that is meant ..."):
            corrected: Batch = getattr(wb, edit)(batch, **said)
        if corrected.revision != batch.revision:
            jobs.defer(wb, "plan", whole)
        return corrected
    if "query" in said:
        said["query"] = asdict(said["query"])
    jobs.defer(wb, "correct", whole, sheet=str(batch.id), edit=edit, **said)
    return None
