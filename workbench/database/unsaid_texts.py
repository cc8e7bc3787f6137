"""Texts that read as no value, of which nobody has said what they mean: how many rows are left that have them once some
are corrected."""

from collections.abc import Mapping as Pairs
from typing import Any

import psycopg

from workbench.database.corrected_rows import LAST_CORRECTION
from workbench.model.batch import Batch

Texts = dict[str, dict[str, int]]
"""Of each field the texts with their rows, as `Noticed` has them."""


class UnsaidTexts:
    """Those of a batch, while rows of it are corrected."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._texts: Texts = {name: dict(texts) for name, texts in _noticed(batch).get("null_texts", {}).items()}
        headers = {name: header for header, name in batch.mapping["columns"].items()}
        self._places = {
            batch.headers.index(headers[name]): name for name in self._texts if headers.get(name) in batch.headers
        }

    def correct(self, connection: psycopg.Connection[Any]) -> None:
        """Counts the cells of the rows that are in `incoming` as they are to be, and no more as they were."""
        if not self._places:
            return
        texts = sorted({text for name in self._places.values() for text in self._texts[name]})
        asked = {"batch": self._batch.id, "places": list(self._places), "texts": texts}
        for row in connection.execute(_CHANGED, asked):
            counts = self._texts[self._places[row["place"]]]
            if row["text"] in counts:
                counts[row["text"]] = max(counts[row["text"]] + row["more"], 0)

    @property
    def noticed(self) -> dict[str, Any]:
        """What was noticed of the batch, with how many rows are left; none of a text that may come back, where the
        correction is taken back."""
        return {**_noticed(self._batch), **({"null_texts": self._texts} if self._texts else {})}


def _noticed(batch: Batch) -> Pairs[str, Any]:
    return batch.summary.get("noticed") or {}


_CHANGED = f"""
select place, text, sum(one)::int as more from unnest(%(places)s::int[]) as of (place) cross join lateral (
    select btrim(i.raw::json ->> place) as text, 1 as one from incoming i
    union all
    select btrim(coalesce(c.raw, r.raw)::json ->> place), -1
    from incoming i join workbench.import_row r on r.batch_id = %(batch)s and r.line = i.line {LAST_CORRECTION}
) cell where text = any(%(texts)s) group by place, text
"""
