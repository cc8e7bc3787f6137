"""The names that records have already: a text that is one of them but for its writing is written as it is there."""

from collections.abc import Mapping as Pairs
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.template import Mapping
from workbench.model.trimming import by_distinct, trimmed
from workbench.prepare.mapping import key
from workbench.prepare.normalize import Normalized

_LISTED = 100
"""So many respelled texts of a field are kept."""


class KnownNames:
    """The known names of each field that has such, by how they are compared, and what was written otherwise so far."""

    def __init__(self, known: Pairs[str, Pairs[str, str]], mapping: Mapping) -> None:
        self._known = {name: names for name, names in known.items() if names}
        self._meant = {name: [*mapping.value_maps.get(name, {}).values()] for name in self._known}
        self.noticed: dict[str, dict[str, Any]] = {}
        """Field -> how many `rows`, and which `texts`, took the spelling of a known name."""

    def respelled(self, normalized: Normalized) -> Normalized:
        """The rows, each text as the known name of the same letters and digits is written, in whichever case; what a
        person has said of a text is left as it was said."""
        if not self._known:
            return normalized
        values = normalized.values
        columns = list(values.columns)
        for place, name in enumerate(values.schema.names):
            if name not in self._known:
                continue
            cells = by_distinct(columns[place], partial(self._spelled, name))
            self._notice(name, columns[place], cells)
            columns[place] = cells
        return replace(normalized, values=pa.RecordBatch.from_arrays(columns, schema=values.schema))

    def _spelled(self, name: str, texts: pa.StringArray) -> pa.StringArray:
        known = self._known[name]
        spelled = pa.array([known.get(key(text), text) for text in texts.to_pylist()], pa.string())
        meant = pc.is_in(texts, trimmed(pa.array(self._meant[name], pa.string())))
        return pc.if_else(meant, texts, spelled)

    def _notice(self, name: str, before: pa.StringArray, after: pa.StringArray) -> None:
        changed = pc.fill_null(pc.not_equal(before, after), False)
        rows = pc.sum(changed).as_py() or 0
        if not rows:
            return
        told = self.noticed.setdefault(name, {"rows": 0, "texts": {}})
        told["rows"] += rows
        pairs = pa.table([before.filter(changed), after.filter(changed)], names=["text", "known"])
        for pair in pairs.group_by(["text", "known"]).aggregate([]).slice(0, _LISTED).to_pylist():
            if len(told["texts"]) < _LISTED:
                told["texts"][pair["text"]] = pair["known"]
