"""The grid that people work in, as far as a page without a browser has it: its rows go there, and what is said in it
comes from there."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import pandas as pd
import pyarrow as pa
from streamlit.testing.v1 import AppTest


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A grid of a page."""

    page: AppTest
    id: str
    key: str
    value: pd.DataFrame
    """Its cells as texts, and for each row its `id`, and what is told `about` its cells."""
    options: Mapping[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        """The labels of its columns, by their names."""
        return {each["field"]: each["headerName"] for each in self.options["columnDefs"]}

    @property
    def shown(self) -> pd.DataFrame:
        """Its cells by the labels of its columns, in their order."""
        return self.value[list(self.headers)].rename(columns=self.headers)

    @property
    def lines(self) -> list[int]:
        """The lines of its rows."""
        return [int(line) for line in self.value["line"]]

    def about(self, line: int, what: str) -> dict[str, str]:
        """What is told of the cells of a row: those that are `wrong`, `changed`, or `kept`."""
        found = self.value.loc[self.value["line"] == str(line), "about"].iloc[0]
        told: dict[str, str] = json.loads(found)[what]
        return told

    def say(self, cells: Mapping[int, Mapping[str, str]] | None = None, picked: tuple[int, ...] = ()) -> AppTest:
        """Edits cells, by line and column, and picks rows."""
        said = {str(line): dict(row) for line, row in (cells or {}).items()}
        self.page.session_state[self.key] = {"cells": said, "picked": [str(line) for line in picked]}
        return self.page.run()

    def ask(self, *edits: tuple[int, str, str], what: str = "edit") -> AppTest:
        """Edits cells, by line and header, of a grid that asks for its edits, all at once; or asks for `what` else."""
        names = {label: name for name, label in self.headers.items()}
        asked: list[dict[str, Any]] = []
        for line, header, now in edits:
            row = self.value.loc[self.value["line"] == str(line)].iloc[0]
            asked.append({"row": row["id"], "column": names[header], "was": row[names[header]], "now": now})
        said = [{"number": next(_NUMBERS), "what": what, **each} for each in asked or [{}]]
        states = self.page._tree.get_widget_states()
        states.widgets.add(id=self.id, json_value=json.dumps({"by": "cellEditRequest", "asked": said}))
        return self.page._run(states)


_NUMBERS = count(1)


def grids(page: AppTest) -> list[Grid]:
    """The grids of a page."""
    return [_grid(page, found.proto) for found in page.get("component_instance")]


def grid(page: AppTest, key: str = "") -> Grid:
    """The grid of a page; of several the one that has this in its key."""
    (found,) = (each for each in grids(page) if key in each.key)
    return found


def _grid(page: AppTest, proto: Any) -> Grid:
    table = pa.ipc.open_stream(io.BytesIO(proto.special_args[0].arrow_dataframe.data.data)).read_all()
    return Grid(
        page=page,
        id=proto.id,
        key=proto.id.split("-", 2)[2],
        value=table.to_pandas(),
        options=json.loads(proto.json_args)["gridOptions"],
    )
