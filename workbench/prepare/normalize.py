"""Mapped cells become canonical values, a chunk at a time."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from graphlib import TopologicalSorter
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.contract import Contract, Field
from workbench.model.derivation import (
    AcademicYearOf,
    CodeOf,
    CountOf,
    Derivation,
    FirstOf,
    FromWindow,
    Joined,
    ProductOf,
    SameAs,
)
from workbench.model.kinds import KINDS, Kind, chosen
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.model.trimming import WIDE_SPACES, by_distinct, trimmed
from workbench.prepare import mojibake

Column: TypeAlias = pa.StringArray | pa.StringScalar
"""The values of all rows, or the one value of every row."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Normalized:
    """The values of some rows: `lines` (int32, n) and `values` (one string column per field that has any, n rows).

    Canonical text, null where blank; a cell that its kind could not understand keeps its text. The columns are in the
    contract's order; a field that no column, constant or derivation fills has none, and nor has one that is only an
    ingredient of another (first_name).
    """

    lines: pa.Int32Array
    values: pa.RecordBatch
    halves: Pairs[str, pa.BooleanArray] = dataclasses.field(default_factory=dict)
    """Field -> in which rows its value was joined of a part of its ingredients only; none of which is so nowhere."""
    ingredients: Pairs[str, pa.StringArray] = dataclasses.field(default_factory=dict)
    """The values of the fields that are only an ingredient of another."""

    @property
    def columns(self) -> dict[str, pa.StringArray]:
        """All of them, by field."""
        return {**dict(zip(self.values.schema.names, self.values.columns, strict=True)), **self.ingredients}


def normalize(chunk: Chunk, contract: Contract, mapping: Mapping, *, window: str | None = None) -> Normalized:
    """The canonical values of a chunk's rows under a mapping; `window` is the import's, e.g. its academic year.

    A blank cell takes the mapping's constant, and else what the contract derives. Defaults are for new records only,
    and are not filled in here.
    """
    headers = {field: header for header, field in mapping.columns.items()}
    repaired = repaired_fields(contract, mapping)
    values: dict[str, pa.StringArray] = {}
    halves: dict[str, pa.BooleanArray] = {}
    for field in _ingredients_first(contract):
        header, constant = headers.get(field.name), mapping.constants.get(field.name)
        meanings = meanings_of(field.name, contract, mapping)
        column = None
        if header is not None:
            cells, form = chunk.cells[header], mapping.forms.get(field.name)
            column = canonical(cells, field, meanings, form, repair=field.name in repaired)
        if constant is not None:
            column = _filled(column, canonical(_cell(constant), field, meanings)[0], len(chunk))
        if isinstance(field.derive, Joined):
            half = _halves(column, field.derive, values)
            if half is not None:
                halves[field.name] = half
        if field.derive is not None:
            column = _filled(column, _derived(field, field.derive, values, window), len(chunk))
        if column is not None:
            values[field.name] = column
    stored = [field.name for field in contract.stored if field.name in values]
    columns = [values[name] for name in stored]
    ingredients = {name: column for name, column in values.items() if name not in stored}
    table = pa.RecordBatch.from_arrays(columns, names=stored)
    return Normalized(lines=chunk.lines, values=table, ingredients=ingredients, halves=halves)


def meanings_of(name: str, contract: Contract, mapping: Mapping) -> dict[str, str]:
    """What a person has said of the texts of a field, or of one that they are joined to."""
    joined = [field.name for field in contract.fields if isinstance(field.derive, Joined) and name in field.ingredients]
    meanings: dict[str, str] = {}
    for said in (*joined, name):
        meanings |= mapping.value_maps.get(said, {})
    return meanings


def repaired_fields(contract: Contract, mapping: Mapping) -> frozenset[str]:
    """The fields whose letters are repaired: those that a person named, and what they are joined of."""
    named = [field for field in contract.fields if field.name in mapping.repairs]
    joined = (name for field in named if isinstance(field.derive, Joined) for name in field.ingredients)
    return frozenset((*mapping.repairs, *joined))


def canonical(
    cells: pa.StringArray,
    field: Field,
    meanings: dict[str, str] | None = None,
    form: str | None = None,
    *,
    repair: bool = False,
) -> pa.StringArray:
    """A field's cells in canonical text, null where blank.

    `meanings` says what a text means here, e.g. {"Attnded": "attended"}: see `translated`. A text that is one of the
    field's choices but for case, spaces, hyphens and underscores is that choice. `form` is the one that the column is
    written in, if any (see `kinds.FORMS`); what a person says (meanings, constants) is in none. `repair` puts letters
    right that were read in a wrong encoding.
    """
    kind = KINDS[field.kind]
    if meanings and form is not None:
        return by_distinct(cells, lambda texts: _meant(texts, meanings, kind, form))
    if meanings:
        cells = by_distinct(cells, lambda texts: translated(texts, meanings, cased=is_cased(field)))
    if repair:
        cells = mojibake.repaired(cells)
    values = kind.parsed(cells, form)
    return by_distinct(values, lambda texts: chosen(texts, field.choices)) if field.choices else values


def _meant(texts: pa.StringArray, meanings: dict[str, str], kind: Kind, form: str) -> pa.StringArray:
    """The texts parsed as the column is written, each that has a meaning replaced by it."""
    found = has_meaning(texts, meanings)
    return pc.if_else(found, kind.parsed(translated(texts, meanings)), kind.parsed(texts, form))


def is_cased(field: Field) -> bool:
    """Whether texts of a field that differ in case alone are different: `abc` and `ABC` may be two records."""
    return field.kind in ("identifier", "salesforce_id")


def has_meaning(texts: pa.StringArray, meanings: Iterable[str]) -> pa.BooleanArray:
    """Which texts a person has given a meaning; compared trimmed and without case."""
    return pc.is_valid(_place(trimmed(texts), trimmed(pa.array(list(meanings), pa.string())), cased=False))


def translated(texts: pa.StringArray, meanings: dict[str, str], *, cased: bool = False) -> pa.StringArray:
    """The texts, each that has a meaning replaced by it; compared trimmed and, unless `cased`, without case.

    What is said of a text as it is written comes before what is said of it in another case. A text that means itself
    stays as it is written, in whichever case; one that means itself in another case (cna101 is CNA101) does not.
    """
    known, meant = (trimmed(pa.array(said, pa.string())) for said in (meanings, meanings.values()))
    itself = pc.fill_null(pc.equal(known, meant), False)
    meanings_ = pc.if_else(itself, None, pa.array(meanings.values(), pa.string()))
    return pc.coalesce(meanings_.take(_place(trimmed(texts), known, cased=cased)), texts)


def _place(texts: pa.StringArray, known: pa.StringArray, *, cased: bool) -> pa.Int32Array:
    """The place of each text among the known ones, null where it is none of them."""
    found = pc.index_in(texts, known, skip_nulls=True)
    if cased:
        return found
    return pc.coalesce(found, pc.index_in(pc.utf8_lower(texts), pc.utf8_lower(known), skip_nulls=True))


def _filled(column: pa.StringArray | None, by: Column | None, rows: int) -> pa.StringArray | None:
    """The column with its nulls filled by another column, or by one value in every row."""
    if by is None or (column is not None and column.null_count == 0):
        return column
    if column is not None:
        return pc.coalesce(column, by)
    return pa.repeat(by, rows) if isinstance(by, pa.Scalar) else by


def _derived(  # noqa: PLR0911
    field: Field, derivation: Derivation, values: dict[str, pa.StringArray], window: str | None
) -> Column | None:
    """What a field's blank cells become, None where nothing is there that it could be derived from."""
    match derivation:
        case Joined(fields=names):
            parts = [values[name] for name in names if name in values]
            return _joined(parts) if parts else None
        case CodeOf(field=name, length=length):
            return code_of(values[name], length) if name in values else None
        case SameAs(field=name):
            column = values.get(name)
            return KINDS[field.kind].parse(column) if column is not None else None
        case FirstOf(fields=names):
            parts = [values[name] for name in names if name in values]
            return pc.coalesce(*parts) if parts else None
        case AcademicYearOf(field=name):
            return dates.academic_year(values[name]) if name in values else None
        case CountOf():
            return _counted(derivation, values)
        case ProductOf(field=name, by=other):
            known = name in values and other in values
            return KINDS[field.kind].parse(numbers.times(values[name], values[other])) if known else None
        case FromWindow():
            return canonical(_cell(window), field)[0] if window else None


def _halves(column: pa.StringArray | None, joined: Joined, values: dict[str, pa.StringArray]) -> pa.BooleanArray | None:
    """In which rows a blank cell is filled by a part of its ingredients alone; None where in none."""
    parts = [values[name] for name in joined.fields if name in values]
    whole = len(parts) == len(joined.fields)
    if not parts or (whole and not any(part.null_count for part in parts)):
        return None
    some, every = pc.is_valid(parts[0]), pc.is_valid(parts[0])
    for part in parts[1:]:
        some, every = pc.or_(some, pc.is_valid(part)), pc.and_(every, pc.is_valid(part))
    half = pc.and_not(some, every) if whole else some
    if column is not None:
        half = pc.and_(half, pc.is_null(column))
    return half if pc.any(half).as_py() else None


def _counted(derivation: CountOf, values: dict[str, pa.StringArray]) -> pa.StringArray | None:
    """How many single things there are; where a number cannot be read that this hangs on, what stands there."""
    some = values.get(derivation.single, values.get(derivation.packs))
    if some is None:
        return None
    nothing = pa.nulls(len(some), pa.string())
    single, packs, each = (values.get(name, nothing) for name in (derivation.single, derivation.packs, derivation.each))
    return pc.coalesce(
        *(numbers.unread(text) for text in (single, packs, each)),
        numbers.above_zero(single),
        numbers.product(packs, pc.fill_null(each, derivation.usual)),
        single,
        packs,
    )


def code_of(names: pa.StringArray, length: int) -> pa.StringArray:
    """Codes made of names: upper case, white space as "_", cut at `length` characters, e.g. CNA_TRAINING."""
    codes = pc.replace_substring_regex(pc.utf8_upper(names), rf"[\s{WIDE_SPACES}]+", "_")
    return pc.utf8_slice_codeunits(codes, 0, length)


def _cell(text: str) -> pa.StringArray:
    return pa.array([text], pa.string())


def _joined(parts: list[pa.StringArray]) -> pa.StringArray:
    """The parts that are there, with a space between; null where none is.

    Arrow's own way to leave nulls out (`null_handling="skip"`) loses the rows in which all parts are null.
    """
    spaced = [pc.fill_null(pc.binary_join_element_wise(part, "", " "), "") for part in parts]
    text = pc.utf8_rtrim(pc.binary_join_element_wise(*spaced, ""), characters=" ")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _ingredients_first(contract: Contract) -> tuple[Field, ...]:
    """The contract's fields, each after those that it is derived from."""
    graph = {field.name: field.ingredients for field in contract.fields}
    return tuple(contract.field(name) for name in TopologicalSorter(graph).static_order())
