"""What can be taken away from Clean, and brought back: the recipe as JSON, and the cleaned table."""

import json
from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from workbench.model.recipe import Recipe


def recipe(said: Recipe, name: str, bring: Callable[[str], None], *, key: str) -> None:
    """The recipe to take away as JSON, and another to be brought in its place."""
    with st.popover("Recipe", icon=":material/receipt_long:", type="tertiary"):
        st.download_button(
            "Download it",
            json.dumps(said.to_dict(), ensure_ascii=False, indent=2),
            f"{PurePath(name).stem}-recipe.json",
            "application/json",
            on_click="ignore",
            disabled=not said.steps,
            icon=":material/download:",
            help="The steps as JSON, for `workbench clean` and `workbench import --recipe`, and for colleagues.",
        )
        file = f"clean recipe {key}"
        st.file_uploader("Use another recipe", "json", key=file, on_change=bring, args=(file,))
        st.caption("It takes the place of the steps that are here; undo brings them back.")


def table(csv: Callable[[], bytes], name: str) -> None:
    """The cleaned rows as CSV; they are written when somebody asks for them."""
    st.download_button(
        "CSV",
        csv,
        f"{PurePath(name).stem}-clean.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        help="The rows as they are now, without those that are removed. What a spreadsheet would run as a formula has "
        "an apostrophe in front.",
    )
