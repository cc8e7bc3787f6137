"""Operations that remove rows: they stay in the source's lines, and count as filtered in an import."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.recipe import Step
from workbench.model.wording import listed
from workbench.prepare.cleaning.keys import Keys, has_key
from workbench.prepare.cleaning.operation import Headers, Operation, Run
from workbench.prepare.cleaning.rows import Mask, Rows


def _removing(step: Step, headers: Headers) -> Run:
    def run(rows: Rows, where: Mask) -> int:
        rows.remove(where)
        return rows.number(where)

    return run


class _LastOfEach:
    """Which row of each key is its last: 24 bytes for each row until all were seen, then one."""

    def __init__(self, by: tuple[str, ...]) -> None:
        self._by = by
        self._seen: list[Keys] = []
        self._rows = 0

    def learn(self, rows: Rows, where: Mask) -> None:
        """Looks at the rows of a chunk that are meant."""
        self._seen.append(Keys.of(rows, self._by, where=where, first=self._rows))
        self._rows += len(rows)

    def begin(self) -> Run:
        """Removes the rows that are meant, have a key and are not the last with it."""
        is_last, seen = self._is_last(), 0

        def run(rows: Rows, where: Mask) -> int:
            nonlocal seen
            last = pa.array(is_last[seen : seen + len(rows)])
            seen += len(rows)
            former = pc.and_not(has_key(rows, self._by), last)
            former = former if where is None else pc.and_(former, where)
            rows.remove(former)
            return rows.number(former)

        return run

    def _is_last(self) -> np.ndarray:
        keys = Keys.together(self._seen)
        order, begins = keys.groups()
        ends = np.append(begins[1:], True)[: len(begins)]
        is_last = np.zeros(self._rows, dtype=bool)
        is_last[keys.places[order[ends]]] = True
        return is_last


REMOVE_ROWS = Operation(
    name="remove_rows",
    title="Remove rows",
    says=lambda step: "remove every row",
    begin=_removing,
    takes="none",
    removes=True,
)
KEEP_LAST = Operation(
    name="keep_last",
    title="Keep the last of each key",
    says=lambda step: f"remove the rows that are not the last with their {listed(step.columns)}",
    learn=lambda step, headers: _LastOfEach(step.columns),
    takes="several",
    removes=True,
)
