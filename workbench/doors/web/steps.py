"""The steps of an import: a page for each, and where an import stands among them."""

import streamlit as st

from workbench.doors.web import address
from workbench.model.batch import Batch

STEPS = (
    ("upload", "Upload"),
    ("clean", "Clean"),
    ("map", "Map"),
    ("validate", "Validate"),
    ("commit", "Commit"),
    ("reconcile", "Reconcile"),
)
"""The pages of an import in their order: file and title."""


def stepper(here: str, batch: Batch | None = None) -> None:
    """Where this import stands and what is next, across the pages of an import."""
    reached = _reached(batch)
    current = [target for target, _ in STEPS].index(here)
    done = reached if batch is not None else current
    with st.container(
        horizontal=True, horizontal_alignment="left", vertical_alignment="center", gap="small", key="stepper"
    ):
        for number, (target, title) in enumerate(STEPS):
            sign = "●" if number == current else "✓" if number < done else "○"
            label = f"{sign} {number + 1} {title}"
            if number == current:
                st.markdown(f":small[**{label}**]", width="content")
            elif batch is not None and number <= reached and target != "upload":
                st.page_link(f"pages/{target}.py", label=label, query_params={"batch": str(batch.id)})
            elif target == "upload" or (target == "clean" and "upload" in st.query_params):
                parts = (*address.OF_AN_UPLOAD, "dataset")
                here_again = {name: st.query_params[name] for name in parts if name in st.query_params}
                st.page_link(f"pages/{target}.py", label=label, query_params=here_again)
            else:
                st.markdown(f":gray[:small[{label}]]", width="content")


def _reached(batch: Batch | None) -> int:
    if batch is None:
        return 0
    reached = {"queued": 2, "staging": 3, "staged": 3, "planned": 4, "held": 4, "completed": 5, "failed": 2}
    return reached.get(batch.stage, 4 if batch.plan else 2)
