"""What a person has to know of a sheet's columns to say what each of them is; every row is read for it."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS, chosen, could_be
from workbench.model.noticed import Noticed
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping
from workbench.model.texts import are_errors, read_as_nothing, stand_for_nothing, takes_any_text
from workbench.model.trimming import trimmed
from workbench.prepare import mapping, mojibake
from workbench.prepare.cleaning import without_removed
from workbench.prepare.counts import Counts
from workbench.prepare.mapping import Suggestion
from workbench.prepare.normalize import normalize
from workbench.prepare.oddities import Oddities

TEXTS = 200
"""Texts of a field with choices that are shown, the most frequent ones."""

_SAMPLES = 3
_SHOWN = 40  # characters of a sample
_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class NullText:
    """A text that reads as no value or stands for one, or a spreadsheet's error: somebody has to say what it means."""

    text: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Misread:
    """Texts whose letters were perhaps read in a wrong encoding: the first of them, and what it would be repaired."""

    before: str
    after: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet."""

    header: str
    filled: int
    """Rows that have something in it."""
    rows: int
    samples: tuple[str, ...]
    """Its first 3 different values, the long ones cut."""
    null_texts: tuple[NullText, ...] = ()
    """The most frequent first."""
    misread: Misread | None = None

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
    score: float = 0.0
    """How much it is like that, 0 to 1."""


def columns(sheet: Sheet, contract: Contract) -> tuple[Column, ...]:
    """The columns in their order, those that carry secrets without samples; raises UnreadableSheet."""
    filled, rows = dict.fromkeys(sheet.headers, 0), 0
    nothing: dict[str, Counter[str]] = {header: Counter() for header in sheet.headers}
    misread: dict[str, Misread] = {}
    sheet = without_removed(sheet)
    for chunk in sheet.chunks():
        rows += len(chunk)
        for header in sheet.headers:
            cells = trimmed(chunk.cells[header])
            filled[header] += len(chunk) - cells.null_count
            nothing[header] += _null_texts(cells)
            found = _misread(chunk.cells[header], misread.get(header))
            misread |= {header: found} if found is not None else {}
    first = sheet.sample(200)
    hidden = mapping.secrets(sheet.headers, contract)
    return tuple(
        Column(
            header=header,
            filled=filled[header],
            rows=rows,
            samples=() if header in hidden else _samples(first.cells[header]),
            null_texts=tuple(NullText(text=text, rows=n) for text, n in nothing[header].most_common(TEXTS)),
            misread=None if header in hidden else misread.get(header),
        )
        for header in sheet.headers
    )


def asked_about(column: Column, contract: Contract, name: str) -> tuple[NullText, ...]:
    """The texts of a column that a field cannot hold, or holds and may not mean; none where every text that is no
    choice is asked about anyway, and none that the playbook knows for no value."""
    field = contract.field(name)
    if field.choices:
        return ()
    asked = tuple(found for found in column.null_texts if found.text.lower() not in contract.nothing)
    texts = pa.array([found.text for found in asked], pa.string())
    if takes_any_text(field):
        flags = pc.or_(read_as_nothing(texts), are_errors(texts)).to_pylist()
    else:
        reads = pc.or_(read_as_nothing(texts, any_case=True), are_errors(texts))
        flags = pc.or_(reads, pc.invert(could_be(KINDS[field.kind], texts))).to_pylist()
    return tuple(found for found, doubted in zip(asked, flags, strict=True) if doubted)


def choice_texts(sheet: Sheet, contract: Contract, fields: Pairs[str, str]) -> dict[str, tuple[ChoiceText, ...]]:
    """For each field with choices among those that columns fill (header -> field): the texts that are no choice, the
    most frequent first; none where all are. Raises UnreadableSheet."""
    asked = {header: contract.field(name) for header, name in fields.items() if contract.field(name).choices}
    counts = {header: Counts(limit=_COUNTED, bytes=10_000_000) for header in asked}
    for chunk in without_removed(sheet).chunks() if asked else ():
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


def noticed(sheet: Sheet, contract: Contract, suggestions: Iterable[Suggestion]) -> Noticed:
    """What is noticed of the fields that columns would fill; only the first rows are looked at."""
    sample = sheet.sample()
    columns = {said.header: said.field for said in suggestions if said.field is not None}
    suggested = Mapping(columns=columns)
    oddities = Oddities(contract, suggested)
    oddities.issues(sample, normalize(sample, contract, suggested).columns)
    for header, name in columns.items():
        counts = _null_texts(trimmed(sample.cells[header])).most_common(TEXTS)
        found = tuple(NullText(text=text, rows=rows) for text, rows in counts)
        column = Column(header=header, filled=0, rows=len(sample), samples=(), null_texts=found)
        asked = asked_about(column, contract, name)
        oddities.noticed.null_texts |= {name: {each.text: each.rows for each in asked}} if asked else {}
    return oddities.noticed


def _null_texts(cells: pa.StringArray) -> Counter[str]:
    flags = pc.or_(stand_for_nothing(cells), are_errors(cells))
    if not pc.any(flags).as_py():
        return Counter()
    return Counter({each["values"]: each["counts"] for each in cells.filter(flags).value_counts().to_pylist()})


def _misread(cells: pa.StringArray, before: Misread | None) -> Misread | None:
    """What was misread in a column with some more of its cells."""
    mended = mojibake.repaired(cells)
    flags = pc.not_equal(cells, mended)
    rows = int(pc.sum(flags).as_py() or 0)
    if not rows:
        return before
    first = pc.index(flags, True).as_py()
    old, new = cells[first].as_py()[:_SHOWN], mended[first].as_py()[:_SHOWN]
    found = before or Misread(before=old, after=new, rows=0)
    return replace(found, rows=found.rows + rows)


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
        ChoiceText(text=text, rows=number, like=choice, score=score)
        for text, number, (choice, score) in zip(
            texts, rows, (like.get(text, ("", 0.0)) for text in texts), strict=True
        )
    )
