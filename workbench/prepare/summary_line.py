"""The last line of a file that adds up the others, told from a record that has lost its key: what stands there are
sums under columns that have a control total, no key, and nothing else but a word for totals. In doubt it is a record,
which without its key is invalid, and so a person is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches
from workbench.model.contract import Contract
from workbench.model.control_total import Expected
from workbench.model.kinds import KINDS
from workbench.model.lines import hold
from workbench.model.sheet import Chunk, Sheet
from workbench.model.template import Mapping as Mapped
from workbench.model.trimming import tidied
from workbench.prepare.cleaning import without_removed
from workbench.prepare.normalize import canonical

OWN_TOTALS = "the file's own totals"
"""What is said of such a line where it is left out."""

_WORD = re.compile(
    r"((grand|report|overall)\s+)?(totals?|totale|totaal|sum|summary|summe|gesamt(summe)?|insgesamt|somme|suma)[\s:.]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+($€£¥\s]*\d[\d.,'\s]*[)%€$£\s]*")
_EVIDENT = 3
"""So many columns at least that the record above fills are blank in a line of sums that has no word for them."""


@dataclass(frozen=True, kw_only=True)
class SummaryLine:
    """The sums that the last line of a file has."""

    line: int
    text: str
    readings: Mapping[str, tuple[Decimal, ...]]
    """By the names of the control totals: as the column is written, or in each way that a number can be where the
    column has no form, the usual one first."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """How the reader's sentences begin that take it for a record that may be none."""
        return _doubts(self.line)

    def expected(self, contract: Contract, sums: Mapping[str, str]) -> Iterator[Expected]:
        """What the rows have to come to by it; `sums` are what they do come to, by field. Of several readings it is
        the one that fits these, else the usual one."""
        for total in contract.totals:
            if total.name in self.readings:
                readings, found = self.readings[total.name], Decimal(sums.get(total.sum_of, "NaN"))
                yield Expected(
                    name=total.name,
                    origin="file",
                    made=total.made,
                    fields=total.fields,
                    number=next((each for each in readings if each == found), readings[0]),
                    line=self.line,
                )


def doubts(warnings: Sequence[str], lines: pa.Int32Array) -> list[str]:
    """How those of the reader's sentences begin that take one of some lines for a record that may be none."""
    doubted = [int(said[1]) for each in warnings if (said := _DOUBT.match(each))]
    there = pc.is_in(pa.array(doubted, pa.int32()), lines).to_pylist() if doubted else []
    return [begin for line, is_there in zip(doubted, there, strict=True) if is_there for begin in _doubts(line)]


_DOUBT = re.compile(r"(?:Line|Row) (\d+) looks like a total \(")


def _doubts(line: int) -> tuple[str, ...]:
    return tuple(f"{noun} {line} looks like a total (" for noun in ("Line", "Row"))


def of_sheet(sheet: Sheet, contract: Contract, mapping: Mapped) -> SummaryLine | None:
    """The last row of a sheet, if it adds up the others; reads all of it, and raises UnreadableSheet."""
    before: Chunk | None = None
    last: Chunk | None = None
    for chunk in without_removed(sheet).chunks():
        before, last = last, chunk
    if last is None or not len(last) or hold(sheet.reading.layout.records, last.lines[-1].as_py()):
        return None
    return last_of(last, contract, mapping, before)


def last_of(chunk: Chunk, contract: Contract, mapping: Mapped, before: Chunk | None = None) -> SummaryLine | None:
    """The last row of the last rows of a source, if it adds up the others; None where it is a record. `before` are the
    rows that come before these."""
    above = chunk if len(chunk) > 1 else before
    if above is None or not any(total.sum_of for total in contract.totals):
        return None
    record = _cells(above, -2 if above is chunk else -1)
    return _read(chunk.lines[-1].as_py(), _cells(chunk, -1), contract, mapping, record)


def of_note(
    line: int, cells: Sequence[str], headers: Sequence[str], contract: Contract, mapping: Mapped
) -> SummaryLine | None:
    """The same of a line below the table that the reader has left out as a note, by its cells."""
    if not cells or len(cells) > len(headers):
        return None
    padded = dict(zip(headers, (*cells, *[""] * (len(headers) - len(cells))), strict=True))
    return _read(line, padded, contract, mapping, is_evident=True)


def _cells(chunk: Chunk, row: int) -> dict[str, str]:
    return {
        name: column[row].as_py() for name, column in zip(chunk.cells.schema.names, chunk.cells.columns, strict=True)
    }


def _read(
    line: int,
    cells: Mapping[str, str],
    contract: Contract,
    mapping: Mapped,
    above: Mapping[str, str] | None = None,
    *,
    is_evident: bool = False,
) -> SummaryLine | None:
    filled = {header: text for header, cell in cells.items() if (text := tidied(cell))}
    words = {header for header, text in filled.items() if _WORD.fullmatch(text)}
    keys = {*contract.key, *(name for total in contract.totals for name in total.distinct)}
    keys |= {name for field in contract.key_fields for name in field.ingredients}
    key_headers = {header for header, field in mapping.columns.items() if field in keys}
    if not key_headers or any(header in filled and header not in words for header in key_headers):
        return None
    if not all(_NUMBER.fullmatch(text) for header, text in filled.items() if header not in words):
        return None
    if not words and not is_evident:
        blank = [header for header, cell in (above or {}).items() if tidied(cell) and header not in filled]
        if len(blank) < _EVIDENT:
            return None
    readings = dict(_readings(filled, contract, mapping))
    text = ",".join(cells.values()).strip(",")
    return SummaryLine(line=line, text=text, readings=readings) if readings else None


def _readings(
    filled: Mapping[str, str], contract: Contract, mapping: Mapped
) -> Iterator[tuple[str, tuple[Decimal, ...]]]:
    headers = {field: header for header, field in mapping.columns.items()}
    for total in contract.totals:
        text = filled.get(headers.get(total.sum_of, ""))  # no header is blank
        if text is None:
            continue
        field = contract.field(total.sum_of)
        form = mapping.forms.get(field.name)
        forms = (None, *KINDS[field.kind].forms) if form is None else (form,)
        found = [canonical(pa.array([text], pa.string()), field, form=each) for each in forms]
        numbers = [Decimal(each[0].as_py()) for each in found if matches(each, KINDS[field.kind].pattern)[0].as_py()]
        if numbers:
            yield total.name, tuple(dict.fromkeys(numbers))
