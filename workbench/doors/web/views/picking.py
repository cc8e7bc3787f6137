"""A table of which a person picks rows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st


def picked(frame: pd.DataFrame, *, key: str, **options: Any) -> list[int]:
    """The places of the rows that somebody has picked at their left edge, those that are still there.

    What the session keeps under the key of another kind of widget is no selection, and would end the page: it is
    forgotten, and nothing is picked.
    """
    if key in st.session_state and not _is_selection(st.session_state[key]):
        del st.session_state[key]
    said = st.dataframe(frame, on_select="rerun", selection_mode="multi-row", hide_index=True, key=key, **options)
    return [place for place in said.selection.rows if place < len(frame)]


def _is_selection(kept: object) -> bool:
    return isinstance(kept, Mapping) and isinstance(kept.get("selection"), Mapping)
