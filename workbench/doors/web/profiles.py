"""The profile of a sheet, made once for all who look at it; of a large one in the background, while that of its first
rows is shown."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from workbench import Workbench
from workbench.doors.web import rows_by_step
from workbench.doors.web.sheets import SAME_SHEET
from workbench.model.batch import Batch
from workbench.model.errors import WorkbenchError
from workbench.model.sheet import Sheet
from workbench.prepare import profile_report
from workbench.prepare.cleaning import without_removed

LARGE = 10_000_000
"""From so many bytes on a profile takes longer than a click may."""
FIRST = 20_000
"""So many rows of a large sheet are shown until all are profiled."""
AFTER = 1.0
"""So many seconds after a page has asked for it, that of all rows is begun: the page is drawn first."""
BESIDE = 2
"""So many rows are shown above and below a line."""


Then = Callable[[Sheet, dict[str, Any]], object]
"""What is looked for in a sheet with its profile, so that the page which tells it need not."""


@dataclass(kw_only=True)
class Making:
    """The profile of all rows of a sheet, as it is made."""

    expected: int
    """About as many rows as it will have read in the end."""
    then: Then
    rows: int = 0
    """Those that have been read."""
    found: dict[str, Any] | None = None
    refused: WorkbenchError | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def make(self, sheet: Sheet) -> None:
        """Makes it; what stops it is told to whoever asks for it."""
        time.sleep(AFTER)
        try:
            self.found = profile_report.profile_of(sheet, self._read)
            self.then(sheet, self.found)
        except WorkbenchError as refusal:
            self.refused = refusal
        finally:
            self.done.set()

    def _read(self, rows: int) -> None:
        self.rows = rows


def of(
    wb: Workbench, source: Sheet | Batch, sheet: Sheet, dataset: str | None, then: Then = lambda sheet, found: None
) -> tuple[dict[str, Any], Making | None]:
    """The profile of a sheet, from where it is kept for the next one of its dataset; or that of some of its first rows,
    and the one of all rows that is being made, and what is looked for `then`. Raises UnreadableSheet."""
    found = wb.profiles.kept(sheet, dataset) if dataset is not None else None
    if found is not None:
        return found, None
    if sheet.size < LARGE:
        found = profiled(sheet)
    else:
        making = _begun(sheet, then)
        if not making.done.is_set():
            return _first(sheet), making
        if making.found is None:
            _begun.clear(sheet, then)  # it may be read by now
            raise making.refused or RuntimeError("The profile could not be made.")
        found = making.found
    if dataset is not None:
        wb.profiles.keep(source, dataset, found)
    return found, None


@st.cache_data(max_entries=20, show_spinner="Profiling every row ...", show_time=True, hash_funcs=SAME_SHEET)
def profiled(sheet: Sheet) -> dict[str, Any]:
    """The profile of a sheet, made once."""
    return profile_report.profile_of(sheet)


@st.cache_resource(ttl="15m", max_entries=20, show_spinner=False, hash_funcs=SAME_SHEET)
def _begun(sheet: Sheet, _then: Then) -> Making:
    """The profile of a sheet, begun by the first who asks for it."""
    making = Making(expected=_expected(sheet), then=_then)
    threading.Thread(target=making.make, args=(sheet,), daemon=True).start()
    return making


@st.cache_data(max_entries=20, show_spinner="Profiling the first rows ...", hash_funcs=SAME_SHEET)
def _first(sheet: Sheet) -> dict[str, Any]:
    some = without_removed(sheet).spread(FIRST)
    return profile_report.profile_of(replace(sheet, read=lambda tally: iter([some])))


def _expected(sheet: Sheet) -> int:
    """About how many rows a sheet has, by its bytes and those of its first rows."""
    some = sheet.sample(1_000)
    return round(sheet.size * len(some) / max(some.cells.nbytes, 1))


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def around(sheet: Sheet, line: int) -> list[tuple[int, dict[str, str]]]:
    """The row on a line with those beside it, each with its line and its cells; columns that carry secrets are left
    out. Raises UnreadableSheet."""
    headers = list(rows_by_step.open_headers(sheet.headers))
    above: list[tuple[int, dict[str, str]]] = []
    for chunk in without_removed(sheet).chunks():
        at = int(pc.sum(pc.less(chunk.lines, line)).as_py() or 0)
        places = pa.array(range(max(at - BESIDE, 0), min(at + BESIDE + 1, len(chunk))), pa.int32())
        cells = chunk.cells.select(headers).take(places).to_pylist()
        rows = [*above, *zip(chunk.lines.take(places).to_pylist(), cells, strict=True)]
        if at < len(chunk):
            first = sum(number < line for number, _ in rows) - BESIDE
            return rows[max(first, 0) :]
        above = rows[-BESIDE:]
    return above
