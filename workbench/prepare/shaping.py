"""A chunk of a playbook's source rows becomes the rows of its parts, whose issues become those of the source rows."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import numbers
from workbench.model.arrays import only
from workbench.model.contract import Contract, Field
from workbench.model.issue import ISSUES
from workbench.model.kinds import KINDS, spelling
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping as Mapped
from workbench.model.trimming import by_distinct, trimmed
from workbench.prepare.normalize import is_cased, translated


def shaped(playbook: Playbook, columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The rows of each part, by its dataset, that source rows in the columns of the form become."""
    if playbook.shape is not None:
        return playbook.shape(columns, known)
    return {part.dataset: _projected(part, columns) for part in playbook.parts}


def something(cells: pa.StringArray, nothing: Sequence[str]) -> pa.StringArray:
    """What the cells of a column say; null where that is nothing, or one of a source's texts for it, in any case."""
    texts = trimmed(cells)
    return only(texts, pc.invert(pc.is_in(pc.utf8_lower(texts), pa.array(list(nothing), pa.string()))))


def series(text: pa.StringArray) -> pd.Series:
    """The texts as a column of pandas; of texts also where there is none."""
    return text.to_pandas() if text.null_count < len(text) else pd.Series(None, range(len(text)), dtype="str")


def of_series(column: pd.Series) -> pa.StringArray:
    """A column of pandas as texts."""
    text = pa.array(column, pa.string(), from_pandas=True)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def formed(chunk: Chunk, form: Contract, mapping: Mapped) -> Chunk:
    """The chunk with the columns of the form, as far as a column or a constant fills them: texts with their meanings,
    not yet parsed."""
    headers = {field: header for header, field in mapping.columns.items()}
    cells: dict[str, pa.StringArray] = {}
    for field in form.fields:
        header, constant = headers.get(field.name), mapping.constants.get(field.name)
        written = mapping.forms.get(field.name)
        meanings = mapping.value_maps.get(field.name, {})
        if written is not None:  # what a person says is in none, and the parts read the whole column in its own
            constant = _written(constant, field, written) if constant is not None else None
            meanings = {text: _written(meaning, field, written) for text, meaning in meanings.items()}
        if header is not None:
            column = chunk.cells[header]
            cells[field.name] = translated(column, meanings, cased=is_cased(field)) if meanings else column
        if constant is not None:
            blank = pa.repeat(pa.scalar(None, pa.string()), len(chunk))
            cells[field.name] = pc.coalesce(trimmed(cells[field.name]) if header is not None else blank, constant)
    columns = pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells))
    return Chunk(lines=chunk.lines, cells=columns)


def _written(text: str, field: Field, form: str) -> str:
    """What a person says, as the column would have it."""
    value = KINDS[field.kind].parse(pa.array([text], pa.string()))[0].as_py()
    return numbers.written(value or "", form)


def meant(texts: pa.StringArray, meanings: Mapping[str, str]) -> pa.StringArray:
    """What texts mean, whatever their case, spaces and hyphens; null where that is not known. The meanings' keys are
    in lower case, without hyphens."""
    known, values = pa.array(list(meanings), pa.string()), pa.array(list(meanings.values()), pa.string())
    return by_distinct(texts, lambda each: values.take(pc.index_in(spelling(each), known, skip_nulls=True)))


def issues(
    where: npt.ArrayLike, code: str, field: str, message: str | pd.Series | pa.StringArray, severity: str = "error"
) -> pa.Table:
    """The issue of the source rows where that is so (see `ISSUES`); the message may be of each row of its own."""
    at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
    texts = {"code": code, "field": field, "severity": severity}
    columns = {name: pa.repeat(pa.scalar(text, pa.string()), len(at)) for name, text in texts.items()}
    if isinstance(message, str):
        columns["message"] = pa.repeat(pa.scalar(message, pa.string()), len(at))
    else:
        columns["message"] = (of_series(message) if isinstance(message, pd.Series) else message).take(at)
    columns |= {"position": at, "line": pa.nulls(len(at), pa.int32())}
    return pa.table(columns).select(ISSUES.names).cast(ISSUES)


def in_order(*issues: pa.Table) -> pa.Table:
    """Issues of the source rows as one table, by position."""
    together = pa.concat_tables(issues)
    return together.take(pc.sort_indices(together, [("position", "ascending")])).combine_chunks()


def lines_of(shape: Shaped, chunk: Chunk) -> pa.ListArray | None:
    """The lines of the source that each row of a part was made of; None where it is the one of its own line."""
    if shape.groups is None:
        return None
    return pa.ListArray.from_arrays(shape.groups.offsets, chunk.lines.take(shape.groups.values))


def told(parts: Iterable[tuple[Part, Shaped, pa.Table]]) -> pa.Table:
    """The issues of the parts' rows as issues of the source rows they were made of, each once.

    Each part comes with its rows and their issues, positions counted in them. A field is called as the form calls it.
    """
    found = [_of_source(part, shape, issues) for part, shape, issues in parts if issues.num_rows]
    if not found:
        return ISSUES.empty_table()
    together = pa.concat_tables(found)
    once = together.group_by(["position", "code", "field", "message", "severity"], use_threads=False).aggregate([])
    order = pc.sort_indices(once, [("position", "ascending")])
    once = once.take(order)
    lines = pa.nulls(once.num_rows, pa.int32())  # nobody asks the source's issues for their lines
    return once.append_column("line", lines).select(ISSUES.names).cast(ISSUES)


def _of_source(part: Part, shape: Shaped, issues: pa.Table) -> pa.Table:
    positions = issues["position"].combine_chunks()
    names = pa.array(list(part.columns), pa.string())
    known = pa.array(list(part.columns.values()), pa.string())
    field = issues["field"].combine_chunks()
    called = pc.coalesce(known.take(pc.index_in(field, names)), field)
    message = issues["message"].combine_chunks()
    for name, column in part.columns.items():
        said = pc.and_(pc.equal(field, name), pc.starts_with(message, f"{name} "))
        message = pc.if_else(said, pc.replace_substring(message, name, column, max_replacements=1), message)
    columns = [issues["code"], called, message, issues["severity"]]
    table = pa.table(columns, names=["code", "field", "message", "severity"])
    if shape.groups is None:
        return table.append_column("position", shape.at.take(positions))
    groups = shape.groups.take(positions)
    return table.take(pc.list_parent_indices(groups)).append_column("position", pc.list_flatten(groups))


def _projected(part: Part, columns: Chunk) -> Shaped:
    """The part's columns of the rows that have any in `where`; rows that say exactly the same become one, if a record
    may stand on several."""
    there = set(columns.cells.schema.names)
    taken = {field: column for field, column in part.columns.items() if column in there}
    at = _some(columns, [name for name in part.where if name in there]) if part.where else None
    rows = columns if at is None else Chunk(lines=columns.lines.take(at), cells=columns.cells.take(at))
    if at is None:
        at = pa.array(np.arange(len(columns), dtype=np.int32))
    cells = pa.RecordBatch.from_arrays([rows.cells[column] for column in taken.values()], names=list(taken))
    projected = Shaped(rows=Chunk(lines=rows.lines, cells=cells), at=at)
    return gathered(projected) if part.repeats else projected


def gathered(shape: Shaped) -> Shaped:
    """The rows of a part, of which those that say exactly the same become one."""
    rows, at = shape.rows, shape.at
    alike = _alike(rows.cells)
    if alike is None:
        return shape
    firsts, groups = alike
    first = pa.array(firsts)
    lists = pa.ListArray.from_arrays(groups.offsets, at.take(groups.values))
    return Shaped(
        rows=Chunk(lines=rows.lines.take(first), cells=rows.cells.take(first)), at=at.take(first), groups=lists
    )


def _some(columns: Chunk, names: list[str]) -> pa.Int32Array:
    """The positions of the rows that have something in one of those columns."""
    filled = np.zeros(len(columns), dtype=bool)
    for name in names:
        filled |= np.asarray(pc.is_valid(trimmed(columns.cells[name])))
    return pa.array(np.flatnonzero(filled).astype(np.int32))


def _alike(cells: pa.RecordBatch) -> tuple[npt.NDArray[np.int32], pa.ListArray] | None:
    """The first of each set of rows whose cells are all the same, in their order, and the positions of each set; None
    where no two are."""
    if cells.num_rows < 2 or cells.num_columns == 0:
        return None
    codes = np.zeros(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        encoded = column.dictionary_encode()
        place = np.asarray(pc.add(encoded.indices, 1).fill_null(0))  # nothing is a text of its own
        pair = codes * (len(encoded.dictionary) + 1) + place
        codes = np.unique(pair, return_inverse=True)[1].astype(np.int64)  # small again, so that the next fits
    distinct, firsts, which = np.unique(codes, return_index=True, return_inverse=True)
    if len(distinct) == cells.num_rows:
        return None
    order = np.argsort(firsts, kind="stable")  # sets in the order of their first rows
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    members = np.argsort(rank[which], kind="stable").astype(np.int32)
    offsets = np.concatenate(([0], np.cumsum(np.bincount(rank[which])))).astype(np.int32)
    return firsts[order].astype(np.int32), pa.ListArray.from_arrays(pa.array(offsets), pa.array(members))
