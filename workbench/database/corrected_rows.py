"""The rows of a batch as a correction has them: cells said by line, one text in many rows, texts that mean something
else, a file that comes back, an earlier edit.

Each function gives them in chunks, in the order of the lines, and is asked within the transaction that keeps them.
"""

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from workbench.database import batches, changed_cells
from workbench.database.paging import Lines
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.errors import (
    MadeByRecipe,
    NoRows,
    UncalculatedReturn,
    UnknownField,
    UnknownHeader,
    UnknownRows,
    WrongReturn,
)
from workbench.model.playbook import Playbook
from workbench.model.sheet import Chunk, Sheet
from workbench.model.stayed import Stayed
from workbench.model.template import Mapping
from workbench.model.written_rows import ADDED, IMPORT, harmless, other_import, own_headers, revision_of
from workbench.model.written_rows import meant as meant_by
from workbench.prepare.cleaning import own_columns
from workbench.prepare.normalize import is_cased
from workbench.sources.headers import name_headers

_AT_ONCE = 10_000
_LINE = re.compile(r"\s*(\d{1,9})(\.0+)?\s*")
"""A line's number, as a spreadsheet may give it back."""


def as_before(store: Store, batch: Batch, revision: int) -> Iterator[Chunk]:
    """The rows of an edit as they were before it."""
    return _of_edit(store, batch, _BEFORE, revision)


def as_edited(store: Store, batch: Batch, revision: int) -> Iterator[Chunk]:
    """The rows of an edit as it made them."""
    return _of_edit(store, batch, _EDITED, revision)


def _of_edit(store: Store, batch: Batch, question: str, revision: int) -> Iterator[Chunk]:
    after = 0
    while True:
        which = {"batch": batch.id, "revision": revision, "after": after, "limit": _AT_ONCE}
        found = store.connection.execute(question, which).fetchall()
        if not found:
            return
        after = found[-1]["line"]
        yield _chunk(batch, [row["line"] for row in found], [json.loads(row["raw"]) for row in found])


def every(store: Store, batch: Batch) -> Iterator[Chunk]:
    """All rows as they count now, but for those that a recipe removed."""
    after = 0
    while found := store.connection.execute(_EVERY, {"batch": batch.id, "after": after, "limit": _AT_ONCE}).fetchall():
        after = found[-1]["line"]
        yield _chunk(batch, [row["line"] for row in found], [json.loads(row["raw"]) for row in found])


def by_line(
    store: Store,
    batch: Batch,
    cells: Pairs[int, Pairs[str, str | None]],
    seen: Pairs[int, Pairs[str, str]] | None = None,
) -> Iterator[Chunk]:
    """The rows on those lines with those cells ({line: {header: text}}); raises UnknownHeader, UnknownRows, and
    ChangedMeanwhile where a cell says neither what was `seen` there nor what it is to be."""
    for header in dict.fromkeys(header for row in cells.values() for header in row):
        if header not in batch.headers:
            raise UnknownHeader(header=header, known=", ".join(batch.headers))
    for lines in _pieces(sorted(cells)):
        rows = _stored(store, batch, lines)
        if missing := [line for line in lines if line not in rows]:
            raise UnknownRows(batch=batch.id, lines=", ".join(map(str, missing[:20])))
        changed_cells.refuse_changed(store, batch, rows, cells, seen or {})
        new = [
            [cells[line].get(header, cell) or "" for header, cell in zip(batch.headers, rows[line], strict=True)]
            for line in lines
        ]
        yield _chunk(batch, lines, new)


def filled(
    store: Store, batch: Batch, lines: Lines, header: str, text: str, instead_of: str | None, seen: int | None = None
) -> Iterator[Chunk]:
    """The rows on those lines with a text in the column of a header; or in the place of another text in its cells,
    where they have it; those that a recipe removed stay as they are. Raises UnknownHeader, UnknownRows, and
    ChangedMeanwhile where a cell was changed since the revision that was `seen`."""
    if header not in batch.headers:
        raise UnknownHeader(header=header, known=", ".join(batch.headers))
    place = batch.headers.index(header)
    every = np.unique(lines)
    for piece in (every[start : start + _AT_ONCE].tolist() for start in range(0, len(every), _AT_ONCE)):
        rows = _stored(store, batch, piece)
        if missing := [line for line in piece if line not in rows]:
            raise UnknownRows(batch=batch.id, lines=", ".join(map(str, missing[:20])))
        removed = _removed(store, batch, piece)
        new = {
            line: text if instead_of is None else row[place].replace(instead_of, text)
            for line, row in rows.items()
            if line not in removed
        }
        said = {line: {header: cell} for line, cell in new.items() if cell != rows[line][place]}
        _refuse_changed(store, batch, rows, said, seen)
        for line, cell in new.items():
            rows[line][place] = cell
        yield _chunk(batch, piece, [rows[line] for line in piece])


def _refuse_changed(
    store: Store,
    batch: Batch,
    rows: Pairs[int, Sequence[str]],
    cells: Pairs[int, Pairs[str, str | None]],
    seen: int | None,
) -> None:
    """Raises ChangedMeanwhile where one of the cells was changed since the revision that was `seen`, if any was."""
    if seen is not None:
        before = changed_cells.since(store, batch, list(cells), seen)
        there = {line: row for line, row in rows.items() if line in before}
        changed_cells.refuse_changed(store, batch, there, cells, before)


def _removed(store: Store, batch: Batch, lines: Sequence[int]) -> set[int]:
    """Those of some lines that a recipe removed; asked within a transaction."""
    if not batch.summary.get("filtered"):
        return set()
    found = store.connection.execute(_TAKEN_OUT, {"batch": batch.id, "lines": list(lines)})
    return {row["line"] for row in found}


def meant(
    store: Store,
    batch: Batch,
    value_maps: Pairs[str, Pairs[str, str]],
    playbook: Playbook | None,
    seen: int | None = None,
) -> Iterator[Chunk]:
    """The rows in which a field, or the cell of its column, has one of the texts that mean something else
    ({field: {text: meaning}}), with that in its column. As in a mapping, case makes no difference to a cell unless it
    does to the field, and a text as it is written comes first. Raises UnknownField for a field that no column fills,
    MadeByRecipe for one whose texts are no cells, and ChangedMeanwhile where a cell was changed since the revision that
    was `seen`."""
    headers = {name: header for header, name in batch.mapping["columns"].items()}
    recipe = Mapping.from_dict(batch.mapping).recipe
    alone = own_columns(recipe, batch.headers)
    found: list[_Meant] = []
    for field, meanings in value_maps.items():
        if field not in headers:
            raise UnknownField(dataset=batch.dataset, field=field, known=", ".join(headers))
        if headers[field] not in alone:
            raise MadeByRecipe(field=field)
        cased = is_cased(catalog.contract(batch.dataset).field(field))
        folded = {} if cased else {text.lower(): meaning for text, meaning in reversed(list(meanings.items()))}
        written = {"batch": batch.id, "place": batch.headers.index(headers[field])}
        asked = {**written, "texts": list(meanings), "folded": list(folded)}
        cells = ((row["text"], row["lines"]) for row in store.all(_WRITTEN, asked))
        for text, lines in chain(_saying(store, batch, field, list(meanings), playbook), cells):
            meaning = meanings[text] if text in meanings else folded.get(text.lower())
            if meaning is not None:
                found.append(_Meant(headers[field], meaning, np.unique(np.fromstring(lines, np.int32, sep=" "))))
    return _all_meant(store, batch, found, seen)


class _Meant(NamedTuple):
    """What the cells of a column are to be on some lines, in their order: four bytes each."""

    header: str
    text: str
    lines: Lines


def _all_meant(store: Store, batch: Batch, found: Sequence[_Meant], seen: int | None) -> Iterator[Chunk]:
    """The rows with those cells; of two texts for one cell, the later counts."""
    every = np.unique(np.concatenate([each.lines for each in found])) if found else np.array([], np.int32)
    for piece in (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)):
        cells: dict[int, dict[str, str | None]] = {line: {} for line in piece.tolist()}
        for each in found:
            first, end = np.searchsorted(each.lines, (piece[0], piece[-1] + 1))
            for line in each.lines[first:end].tolist():
                cells[line][each.header] = each.text
        before = changed_cells.since(store, batch, list(cells), seen) if seen is not None else None
        yield from by_line(store, batch, cells, before)


def _saying(
    store: Store, batch: Batch, field: str, texts: Sequence[str], playbook: Playbook | None
) -> Iterator[tuple[str, str]]:
    """The texts of those that a field has somewhere, each with the lines of the source, between blanks."""
    parts = [part for part in batches.parts(store, batch.id) if part.derived]
    asked = [
        (part, name)
        for part in parts
        if playbook is not None
        for name, column in playbook.part(part.dataset).columns.items()
        if column == field
    ] or [(batch, field)]
    for part, name in asked:
        which = {"batch": part.id, "name": name, "texts": list(texts)}
        yield from ((row["text"], row["lines"]) for row in store.all(_SAYING, which))


def returned(
    store: Store,
    batch: Batch,
    sheet: Sheet,
    *,
    overwrite: bool = False,
    every_cell: bool = False,
    stayed: Stayed | None = None,
) -> Iterator[Chunk]:
    """The rows of a file that was written of the batch's rows (`exports`) and comes back corrected.

    A row is known by its column `line`; columns and rows may be missing, and are then as they were. So are cells that
    somebody has changed since the file was written, and the file has not. Raises NoRows, WrongReturn for a file that is
    something else, UncalculatedReturn for one with formulas that say nothing yet, and ChangedMeanwhile where both have
    changed a cell, unless that is to `overwrite` it. With `every_cell` the file counts in all its cells, whoever has
    changed them since. `stayed` is told of the cells that stay.
    """
    if sheet.reading.uncalculated:
        where = {"sheet": sheet.reading.sheet, "cells": sheet.reading.uncalculated}
        raise UncalculatedReturn(source=sheet.name, **where)
    line_header, import_header, columns = _columns(batch, sheet)
    seen: set[int] = set()
    said_of: set[str] = set()
    for chunk in sheet.chunks():
        written_at = _written_at(batch, sheet, chunk, import_header, said_of)
        lines = _lines(batch, sheet, chunk, line_header, seen)
        rows = _stored(store, batch, lines)
        if missing := [line for line in lines if line not in rows]:
            raise _wrong(batch, sheet, f"line {missing[0]} is none of the batch's.")
        since = changed_cells.since(store, batch, lines, written_at)
        new = [list(rows[line]) for line in lines]
        said: dict[int, dict[str, str | None]] = {line: {} for line in since}
        for place, header in enumerate(batch.headers):
            if header in columns:
                texts = chunk.cells[columns[header]].to_pylist()
                for line, row, text in zip(lines, new, texts, strict=True):
                    before = since.get(line, {}).get(header)
                    if before is not None and before in (text, meant_by(text)) and not every_cell:
                        if stayed is not None:
                            stayed.add(line, header)
                        continue  # as the file was written
                    row[place] = text if text == row[place] else meant_by(text)
                    if before is not None:
                        said[line][header] = row[place]
        if not (overwrite or every_cell):
            there = {line: rows[line] for line in since}
            changed_cells.refuse_changed(store, batch, there, said, since)
        yield _chunk(batch, lines, new)
    if not seen:
        raise NoRows(source=sheet.name)


def _written_at(batch: Batch, sheet: Sheet, chunk: Chunk, header: str | None, said: set[str]) -> int:
    """How often rows of the batch had been corrected when a file was written; never, where the file does not say.
    `said` is what its rows before have in that column, and gets what these have. Raises WrongReturn for a file of
    another batch, and for one that does not say what it was written with."""
    if header is None:
        return 0
    said.update(text.strip() for text in chunk.cells[header].unique().to_pylist())
    if len(said) > 1:
        raise _wrong(batch, sheet, f"its column {header} is not the same in all rows, as it was written.")
    text = next(iter(said), "")
    if other := other_import(text, batch.id):
        raise _wrong(batch, sheet, f"its rows are those of import {other}, and only that one takes them back.")
    revision = revision_of(text, batch.id)
    if revision is None or revision > batch.revision:
        raise _wrong(batch, sheet, f"its column {header} does not say what it was written with.")
    return revision


def _columns(batch: Batch, sheet: Sheet) -> tuple[str, str | None, dict[str, str]]:
    """The header of the column of lines, that of the column that says of which import they are, if it has one, and the
    returned header of each of the source's that came back."""
    own = own_headers(batch.headers)
    for written in (own, [harmless(header) for header in own]):
        names, _ = name_headers([*written, *ADDED, IMPORT])
        line, of_import, known = names[len(own)], names[-1], dict(zip(names, own, strict=False))
        others = [header for header in sheet.headers if header not in names]
        if line in sheet.headers and not others:
            came = {known[header]: header for header in sheet.headers if header in known}
            return line, of_import if of_import in sheet.headers else None, came
    if line not in sheet.headers:
        raise _wrong(batch, sheet, f"it has no column {line}, which says which row each one is.")
    are = "column {} is" if len(others) == 1 else "columns {} are"
    why = f"its {are.format(', '.join(others[:20]))} none of the batch's, and a file that comes back brings no column. "
    instead = "Put it into the source and import that, or say at the import what is the same in all rows."
    raise _wrong(batch, sheet, why + instead)


def _lines(batch: Batch, sheet: Sheet, chunk: Chunk, header: str, seen: set[int]) -> list[int]:
    """The lines that the rows of a returned file are; none blank, none twice."""
    lines = []
    for text, at in zip(chunk.cells[header].to_pylist(), chunk.lines.to_pylist(), strict=True):
        said = _LINE.fullmatch(text)
        if said is None:
            raise _wrong(batch, sheet, f"its row {at} does not say which line it is; rows cannot be added.")
        line = int(said[1])
        if line in seen:
            raise _wrong(batch, sheet, f"line {line} is in it twice.")
        seen.add(line)
        lines.append(line)
    return lines


def _wrong(batch: Batch, sheet: Sheet, why: str) -> WrongReturn:
    return WrongReturn(source=sheet.name, batch=batch.id, why=why)


def _stored(store: Store, batch: Batch, lines: Sequence[int]) -> dict[int, list[str]]:
    """The cells that count now on those lines, in the order of the headers; asked within a transaction."""
    found = store.connection.execute(_CELLS, {"batch": batch.id, "lines": list(lines)})
    return {row["line"]: json.loads(row["raw"]) for row in found}


def _pieces(lines: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(lines), _AT_ONCE):
        yield lines[start : start + _AT_ONCE]


def _chunk(batch: Batch, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> Chunk:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    cells = pa.RecordBatch.from_arrays(columns, names=list(batch.headers))
    return Chunk(lines=pa.array(lines, pa.int32()), cells=cells)


LAST_CORRECTION = """
left join lateral (
    select n.line, n.raw, n.payload, n.status, n.errors from workbench.import_correction n
    where n.batch_id = r.batch_id and n.line = r.line order by n.revision desc limit 1
) c on true
"""
"""Of rows `r`, each looked up by its line: `corrected_row` sorts all that a batch has, too much for a few rows."""

_CELLS = f"""
select r.line, coalesce(c.raw, r.raw) as raw from workbench.import_row r {LAST_CORRECTION}
where r.batch_id = %(batch)s and r.line = any(%(lines)s)
"""


_TAKEN_OUT = """
select line from workbench.import_row where batch_id = %(batch)s and line = any(%(lines)s) and status = 'skipped'
"""


_SAYING = f"""
select coalesce(c.payload, r.payload) ->> %(name)s as text, string_agg(each.line::text, ' ') as lines
from workbench.import_row r {LAST_CORRECTION}
cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
where r.batch_id = %(batch)s and coalesce(c.payload, r.payload) ->> %(name)s = any(%(texts)s)
group by 1
"""


_EVERY = f"""
select r.line, coalesce(c.raw, r.raw) as raw from workbench.import_row r {LAST_CORRECTION}
where r.batch_id = %(batch)s and r.line > %(after)s and r.status <> 'skipped' order by r.line limit %(limit)s
"""

_WRITTEN = """
select text, string_agg(line::text, ' ') as lines from (
    select line, btrim(raw::json ->> %(place)s) as text from workbench.corrected_row
    where batch_id = %(batch)s and status <> 'skipped'
) each where text = any(%(texts)s) or lower(text) = any(%(folded)s) group by text
"""


_EDITED = """
select line, raw from workbench.import_correction
where batch_id = %(batch)s and revision = %(revision)s and line > %(after)s order by line limit %(limit)s
"""


_BEFORE = """
select n.line, coalesce((
    select b.raw from workbench.import_correction b
    where b.batch_id = n.batch_id and b.line = n.line and b.revision < n.revision order by b.revision desc limit 1
), r.raw) as raw
from workbench.import_correction n join workbench.import_row r on r.batch_id = n.batch_id and r.line = n.line
where n.batch_id = %(batch)s and n.revision = %(revision)s and n.line > %(after)s order by n.line limit %(limit)s
"""
