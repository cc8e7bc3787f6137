"""What the values of a column are like, found by its profile, and every row whose value is not so, with its line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches
from workbench.model.kinds import KINDS, Kind, in_some_form
from workbench.model.sheet import Sheet
from workbench.model.trimming import trimmed

ANY = "any"
"""The form of a column whose values are read in whatever form they are written."""
DAYS = ("day", "timestamp")
"""The kinds whose numbers are days since 1970-01-01."""
SHAPED = 40
"""Characters of a value that make its shape."""
MOST = 1_000_000
"""So many rows are told with their lines, more than nearly all files have; all are counted."""
_FAR = "far "
UNLIKE = "written unlike nearly all the others"

_SHAPES = ((r"\p{L}[\p{L}\p{M}]*", "a"), (r"\p{Nd}+", "9"), (r"\s+", " "), (r"(a ?)+", "a"))
_FOUND = pa.schema([("line", pa.int32()), ("text", pa.string()), ("why", pa.string())])


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What nearly all values of a column are like; whatever is not so is an outlier."""

    kind: str = ""
    """The kind they are of; "" for text."""
    form: str | None = None
    low: float | None = None
    """From here on numbers, or the characters of texts, are not far below the others."""
    high: float | None = None
    """From here on they are far above the others."""
    rare: tuple[str, ...] = ()
    """The shapes of texts (see `shapes`) that hardly any has."""

    def why_not(self, texts: pa.StringArray) -> pa.StringArray:
        """Why each text (trimmed, not null) is unlike the others of the column; null where it is like them."""
        why = pa.nulls(len(texts), pa.string())
        if self.kind:
            kind = KINDS[self.kind]
            canonical = parsed(kind, texts, self.form)
            fitting = matches(canonical, kind.pattern)
            if self.low is not None or self.high is not None:
                below, above = ("earlier", "later") if self.kind in DAYS else ("smaller", "larger")
                why = self._far(as_numbers(kind, pc.if_else(fitting, canonical, None)), below, above)
            return pc.if_else(fitting, why, f"is no {kind.title or kind.name}")
        why = self._far(pc.utf8_length(texts).cast(pa.float64()), "shorter", "longer")
        if self.rare:
            odd = pc.and_(pc.is_null(why), pc.is_in(shapes(texts), pa.array(self.rare, pa.string())))
            why = pc.if_else(odd, UNLIKE, why)
        return why

    def _far(self, numbers: pa.DoubleArray, below: str, above: str) -> pa.StringArray:
        why = pa.nulls(len(numbers), pa.string())
        for edge, off, side in ((self.low, pc.less, below), (self.high, pc.greater_equal, above)):
            if edge is not None:
                why = pc.if_else(pc.fill_null(off(numbers, edge), False), f"{_FAR}{side} than the others", why)
        return why

    def to_dict(self) -> dict[str, Any]:
        """The fields by their names, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` made, read back."""
        return cls(**{**data, "rare": tuple(data.get("rare", ()))})


@dataclass(frozen=True, kw_only=True)
class Outliers:
    """The rows of a column whose values are unlike the others."""

    rows: int
    far: int
    """Those of them whose numbers, or lengths, are far off."""
    found: pa.Table
    """The first MOST of them in the order of their lines: `line`, the cell as it stands (`text`), `why`, and how many
    of these have the same cell (`rows`)."""

    @property
    def values(self) -> pa.Array:
        """The different cells among the found rows."""
        return self.found["text"].unique()


def outliers(sheet: Sheet, header: str, usual: Usual) -> Outliers:
    """The rows of a column that are not as usual, all counted, the first of them told; raises UnreadableSheet."""
    rows, far, tables, left = 0, 0, [_FOUND.empty_table()], MOST
    for chunk in sheet.chunks():
        cells = chunk.cells[header]
        cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
        different = trimmed(cells).dictionary_encode()
        why = usual.why_not(different.dictionary).take(different.indices)
        odd = pc.is_valid(why)
        number = int(pc.sum(odd).as_py() or 0)
        rows += number
        far += int(pc.sum(pc.starts_with(why, _FAR)).as_py() or 0) if number else 0
        if number and left:
            some = pa.table([chunk.lines, cells, why], schema=_FOUND).filter(odd).slice(0, left)
            tables.append(some)
            left -= len(some)
    return Outliers(rows=rows, far=far, found=_alike(pa.concat_tables(tables)))


def _alike(found: pa.Table) -> pa.Table:
    """The rows, each with how many of them have the same cell."""
    counted = found.group_by(["text", "why"]).aggregate([([], "count_all")]).rename_columns(["text", "why", "rows"])
    return found.join(counted, ["text", "why"]).select([*_FOUND.names, "rows"]).sort_by("line")


def shapes(texts: pa.StringArray) -> pa.StringArray:
    """The shapes of texts: a for letters and words, 9 for digits; how often a sign is repeated makes no shape."""
    found = pc.utf8_slice_codeunits(texts, 0, SHAPED)
    for pattern, replacement in _SHAPES:
        found = pc.replace_substring_regex(found, pattern, replacement)
    return found


def parsed(kind: Kind, texts: pa.StringArray, form: str | None) -> pa.StringArray:
    """The texts as values of a kind, written in that form, or in any (`ANY`)."""
    return in_some_form(kind, texts) if form == ANY else kind.parsed(texts, form)


def as_numbers(kind: Kind, values: pa.StringArray) -> pa.DoubleArray:
    """The numbers of canonical values of a kind that has some; of days, days since 1970-01-01."""
    if kind.numeric:
        return values.cast(pa.float64())
    return pc.utf8_slice_codeunits(values, 0, 10).cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
