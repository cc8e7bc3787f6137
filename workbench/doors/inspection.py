"""What can be asked without a database: what a dataset is, and what a source holds."""

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.derived.field_guide import field_guide
from workbench.model.contract import Contract
from workbench.model.kinds import chosen, trimmed
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.model.template import Template
from workbench.prepare import mapping
from workbench.prepare.columns import Column, choice_texts, columns
from workbench.prepare.mapping import Suggestion, lacking, open_points
from workbench.prepare.profile import profile
from workbench.prepare.profile_report import changes, profile_of
from workbench.prepare.recognition import RECOGNISED, recognise
from workbench.sources import first_lines, open_sheet

__all__ = [
    "RECOGNISED",
    "Column",
    "changes",
    "choice_texts",
    "clean_csv",
    "columns",
    "contract",
    "contracts",
    "csv_template",
    "field_guide",
    "first_lines",
    "first_rows",
    "lacking",
    "needs",
    "open_points",
    "open_sheet",
    "profile",
    "profile_of",
    "recognise",
    "save_clean_csv",
    "save_text",
    "suggest",
    "tally",
    "unknown_choices",
]


def contracts() -> tuple[Contract, ...]:
    """Every dataset's contract, family by family, in the order in which they are imported."""
    return tuple(known for family in catalog.families() for known in catalog.family(family))


def contract(dataset: str) -> Contract:
    """The contract of that name; raises UnknownDataset."""
    return catalog.contract(dataset)


def needs(known: Contract) -> tuple[str, ...]:
    """The datasets that have to be imported before."""
    return catalog.needs(known)


def suggest(sheet: Sheet, known: Contract, template: Template | None = None) -> tuple[Suggestion, ...]:
    """Which field each column would fill, with a score and a reason."""
    return mapping.suggest(sheet.headers, sheet.sample(), known, template)


def tally(sheet: Sheet) -> Tally:
    """How many rows a source has, found by reading all of it; raises UnreadableSheet."""
    counted = Tally()
    for _ in sheet.chunks(counted):
        pass
    return counted


def clean_csv(sheet: Sheet, file: BinaryIO) -> Tally:
    """Writes what the reader understood as clean CSV; raises UnreadableSheet."""
    from workbench.sources.clean import write_csv

    return write_csv(sheet, file)


def first_rows(sheet: Sheet, known: Contract, rows: int) -> bytes:
    """The header and the first rows of a sheet as clean CSV, to be tried or to be kept as a sample; columns that carry
    secrets stay out of it."""
    headers = [header for header in sheet.headers if header not in mapping.secrets(sheet.headers, known)]
    sample = sheet.sample(rows)
    chunk = Chunk(lines=sample.lines, cells=sample.cells.select(headers))
    file = BytesIO()
    if headers:
        clean_csv(replace(sheet, headers=tuple(headers), read=lambda _: iter([chunk])), file)
    return file.getvalue()


def save_clean_csv(sheet: Sheet, path: Path) -> Tally:
    """Writes what the reader understood to a file, all of it or none; raises UnreadableSheet, UnwritableFile."""
    from workbench.sources.clean import save_csv

    return save_csv(sheet, path)


def save_text(text: str, path: Path) -> None:
    """Writes a small file; raises UnwritableFile, NoSpace."""
    from workbench.sources.clean import translated_writing

    with translated_writing(path):
        path.write_text(text, "utf-8", newline="\n")


def unknown_choices(sheet: Sheet, known: Contract, suggestions: Iterable[Suggestion]) -> dict[str, dict[str, str]]:
    """For each field with choices: the texts that are none of them, each with the choice that it is like, or "".

    Only the first rows are looked at.
    """
    sample = sheet.sample()
    found: dict[str, dict[str, str]] = {}
    for said in suggestions:
        field = known.field(said.field) if said.field else None
        if field is None or not field.choices:
            continue
        texts = trimmed(sample.cells[said.header]).drop_null().unique()
        fits = pc.is_in(chosen(texts, field.choices), pa.array(field.choices, pa.string()))
        others = texts.filter(pc.invert(fits)).to_pylist()
        like = mapping.suggest_values(field, others)
        if others:
            found[field.name] = {text: like[text][0] if text in like else "" for text in others}
    return found
