"""What a person has to know of a sheet's columns to say what each of them is; every row is read for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.contract import Contract, Field
from workbench.model.kinds import chosen, trimmed
from workbench.model.sheet import Sheet
from workbench.prepare import mapping
from workbench.prepare.mapping import Suggestion
from workbench.prepare.profile import Counts

TEXTS = 200
"""Texts of a field with choices that are shown, the most frequent ones."""

_SAMPLES = 3
_SHOWN = 40  # characters of a sample
_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet."""

    header: str
    filled: int
    """Rows that have something in it."""
    rows: int
    samples: tuple[str, ...]
    """Its first 3 different values, the long ones cut."""

    @property
    def fill(self) -> float:
        """The share of the rows that have something in it, 0 to 1."""
        return self.filled / self.rows if self.rows else 0.0


@dataclass(frozen=True, kw_only=True)
class ChoiceText:
    """A text that stands where one of a field's choices is expected, and is none of them."""

    text: str
    """As it is most often written; case makes no difference."""
    rows: int
    like: str
    """The choice that it is like, or ""."""


def columns(sheet: Sheet, contract: Contract) -> tuple[Column, ...]:
    """The columns in their order, those that carry secrets without samples; raises UnreadableSheet."""
    filled, rows = dict.fromkeys(sheet.headers, 0), 0
    for chunk in sheet.chunks():
        rows += len(chunk)
        for header in sheet.headers:
            filled[header] += len(chunk) - trimmed(chunk.cells[header]).null_count
    first = sheet.sample(200)
    hidden = mapping.secrets(sheet.headers, contract)
    return tuple(
        Column(
            header=header,
            filled=filled[header],
            rows=rows,
            samples=() if header in hidden else _samples(first.cells[header]),
        )
        for header in sheet.headers
    )


def choice_texts(sheet: Sheet, contract: Contract, fields: Mapping[str, str]) -> dict[str, tuple[ChoiceText, ...]]:
    """For each field with choices among those that columns fill (header -> field): the texts that are no choice, the
    most frequent first; none where all are. Raises UnreadableSheet."""
    asked = {header: contract.field(name) for header, name in fields.items() if contract.field(name).choices}
    counts = {header: Counts(limit=_COUNTED, bytes=10_000_000) for header in asked}
    for chunk in sheet.chunks() if asked else ():
        for header in asked:
            counted = trimmed(chunk.cells[header]).drop_null().value_counts()
            counts[header].add(counted.field("values"), counted.field("counts"))
    found = {field.name: _unknown(counts[header].table, field) for header, field in asked.items()}
    return {name: texts for name, texts in found.items() if texts}


def unknown_choices(sheet: Sheet, contract: Contract, suggestions: Iterable[Suggestion]) -> dict[str, dict[str, str]]:
    """For each field with choices: the texts that are none of them, each with the choice that it is like, or "".

    Only the first rows are looked at.
    """
    sample = sheet.sample()
    found: dict[str, dict[str, str]] = {}
    for said in suggestions:
        field = contract.field(said.field) if said.field else None
        if field is None or not field.choices:
            continue
        texts = trimmed(sample.cells[said.header]).drop_null().unique()
        fits = pc.is_in(chosen(texts, field.choices), pa.array(field.choices, pa.string()))
        others = texts.filter(pc.invert(fits)).to_pylist()
        like = mapping.suggest_values(field, others)
        if others:
            found[field.name] = {text: like[text][0] if text in like else "" for text in others}
    return found


def _samples(cells: pa.StringArray) -> tuple[str, ...]:
    texts = trimmed(cells).drop_null().unique().slice(0, _SAMPLES).to_pylist()
    return tuple(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…" for text in texts)


def _unknown(table: pa.Table, field: Field) -> tuple[ChoiceText, ...]:
    fits = pc.is_in(chosen(table["text"].combine_chunks(), field.choices), pa.array(field.choices, pa.string()))
    others = table.filter(pc.invert(fits)).sort_by([("rows", "descending"), ("text", "ascending")])
    folded = others.append_column("folded", pc.utf8_lower(others["text"]))
    merged = folded.group_by("folded", use_threads=False).aggregate([("text", "first"), ("rows", "sum")])
    shown = merged.sort_by([("rows_sum", "descending"), ("folded", "ascending")]).slice(0, TEXTS)
    texts, rows = shown["text_first"].to_pylist(), shown["rows_sum"].to_pylist()
    like = mapping.suggest_values(field, texts)
    return tuple(
        ChoiceText(text=text, rows=number, like=like[text][0] if text in like else "")
        for text, number in zip(texts, rows, strict=True)
    )
