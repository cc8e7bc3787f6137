"""How often each text of a column occurs, in bounded memory."""

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """A value or a pattern, and the rows that have it: exactly, or at least where not all of them were counted."""

    text: str
    rows: int


@dataclass
class Counts:
    """How often each text occurs; beyond the limits only the most frequent texts are kept, and counted from then on."""

    limit: int
    bytes: int
    exact: bool = True
    most: int = 0
    """The most texts that were held at once."""
    table: pa.Table = field(
        default_factory=lambda: pa.table({"text": pa.array([], pa.string()), "rows": pa.array([], pa.int64())})
    )

    def add(self, texts: pa.StringArray, rows: pa.Int64Array) -> None:
        more = pa.table({"text": texts, "rows": rows})
        merged = pa.concat_tables([self.table, more]).group_by("text").aggregate([("rows", "sum")])
        self.table = merged.rename_columns(["text", "rows"])
        self.most = max(self.most, min(len(self.table), self.limit))
        keep = self.limit
        while len(self.table) > keep or (self.table.nbytes > self.bytes and len(self.table) > 1):
            self.exact = False
            keep = min(keep, len(self.table)) // 4
            self.table = self.first(keep)

    def first(self, number: int) -> pa.Table:
        """The most frequent, those that are equally frequent in alphabetical order."""
        order = [("rows", "descending"), ("text", "ascending")]
        return self.table.take(pc.select_k_unstable(self.table, k=number, sort_keys=order)).combine_chunks()

    def top(self, number: int, characters: int) -> tuple[Frequency, ...]:
        return tuple(
            Frequency(text=shown(row["text"], characters), rows=row["rows"]) for row in self.first(number).to_pylist()
        )


def shown(text: str, characters: int) -> str:
    """The text, cut to so many characters."""
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
