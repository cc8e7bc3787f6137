"""The line at the end of a file that adds up the others, and what only looks like it."""

from decimal import Decimal

import pyarrow as pa
import pytest

from workbench.datasets import catalog
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping
from workbench.prepare import summary_line

STOCK = catalog.contract("commerce.inventory")
HEADERS = ("Warehouse", "SKU", "Supplier", "Brand", "Units", "COGS", "Remark")
MAPPING = Mapping(columns={"Warehouse": "warehouse", "SKU": "sku", "Units": "units", "COGS": "cost"})
RECORD = ("Baltimore", "FRA1023", "Verte", "Verte", "144", "$1,200.50", "")


def numbers(*last: str, above: tuple[str, ...] = RECORD, mapping: Mapping = MAPPING) -> dict[str, Decimal] | None:
    """The sums of the last of two rows, None where it is a record."""
    columns = [pa.array(cells, pa.string()) for cells in zip(above, last, strict=True)]
    cells = pa.RecordBatch.from_arrays(columns, names=list(HEADERS))
    found = summary_line.last_of(Chunk(lines=pa.array([7, 8], pa.int32()), cells=cells), STOCK, mapping)
    assert found is None or found.line == 8
    return None if found is None else {name: numbers[0] for name, numbers in found.readings.items()}


@pytest.mark.parametrize("word", ["Total", "TOTALS:", "Grand total", "Summary", "Sum", "Summe", "Gesamt", " total "])
def test_a_word_for_totals_and_sums_in_place_of_a_record(word: str) -> None:
    wanted = {"Units": Decimal(186), "COGS": Decimal("1540.60")}
    assert numbers(word, "", "", "", "186", "$1,540.60", "") == wanted
    assert numbers("", "", word, "", "186", "1540.60", "") == wanted


def test_sums_alone_where_the_record_above_has_texts() -> None:
    assert numbers("", "", "", "", "186", "1540.60", "") == {"Units": Decimal(186), "COGS": Decimal("1540.60")}
    assert numbers("", "", "", "", "", "1540.60", "") == {"COGS": Decimal("1540.60")}


def test_a_number_of_another_column_is_no_control_total() -> None:
    assert numbers("Total", "", "", "", "186", "", "12") == {"Units": Decimal(186)}
    assert numbers("Total", "", "", "", "", "", "12") is None


@pytest.mark.parametrize(
    "last",
    [
        ("Total", "FRA1023", "", "", "186", "1540.60", ""),
        ("Baltimore", "", "", "", "186", "1540.60", ""),
        ("", "", "Verte", "", "186", "1540.60", ""),
        ("Total Wine", "", "", "", "186", "1540.60", ""),
        ("Subtotal", "", "", "", "186", "1540.60", ""),
        ("Average", "", "", "", "186", "1540.60", ""),
        ("", "", "2025-01-31", "", "186", "1540.60", ""),
        ("Total", "", "", "", "#REF!", "1540.60", ""),
        ("Total", "", "", "", "", "", ""),
        ("", "", "", "", "", "", ""),
    ],
)
def test_in_doubt_it_is_a_record(last: tuple[str, ...]) -> None:
    assert numbers(*last) is None


def test_sums_without_a_word_below_a_record_that_has_no_texts_are_a_record_without_its_key() -> None:
    assert numbers("", "", "", "", "186", "1540.60", "", above=("A", "B", "", "", "1", "2", "")) is None


def test_it_may_be_the_only_row_of_its_chunk_but_not_of_its_file() -> None:
    rows = [
        Chunk(
            lines=pa.array([line], pa.int32()),
            cells=pa.RecordBatch.from_arrays([pa.array([cell], pa.string()) for cell in cells], names=list(HEADERS)),
        )
        for line, cells in ((7, RECORD), (8, ("", "", "", "", "186", "", "")))
    ]
    found = summary_line.last_of(rows[1], STOCK, MAPPING, rows[0])
    assert found is not None and found.line == 8
    assert summary_line.last_of(rows[1], STOCK, MAPPING) is None


def test_without_a_column_for_the_key_nobody_can_tell() -> None:
    assert numbers("Total", "", "", "", "186", "", "", mapping=Mapping(columns={"Units": "units"})) is None


def test_sums_are_read_in_the_form_of_their_column() -> None:
    comma = Mapping(columns=MAPPING.columns, forms={"units": "comma", "cost": "comma"})
    found = numbers("Summe", "", "", "", "1.860", "1.540,60", "", mapping=comma)
    assert found == {"Units": Decimal(1860), "COGS": Decimal("1540.60")}


def test_a_sum_that_can_be_read_in_several_ways_is_the_one_that_the_rows_come_to() -> None:
    found = summary_line.of_note(9, ("", "", "", "", "3,094", "1.640"), HEADERS, STOCK, MAPPING)
    assert found is not None

    def expected(sums: dict[str, str]) -> list[Decimal]:
        return [each.number for each in found.expected(STOCK, sums)]

    assert expected({"units": "3094", "cost": "1640.00"}) == [Decimal(3094), Decimal(1640)]
    assert expected({"units": "3000", "cost": "1.64"}) == [Decimal(3094), Decimal("1.640")]
    assert expected({}) == [Decimal(3094), Decimal("1.640")]


def test_a_line_that_the_reader_left_out_needs_no_word() -> None:
    found = summary_line.of_note(9, ("", "", "", "", "186"), HEADERS, STOCK, MAPPING)
    assert found is not None and dict(found.readings) == {"Units": (Decimal(186),)}
    assert summary_line.of_note(9, ("Total: 2 records",), HEADERS, STOCK, MAPPING) is None
    assert summary_line.of_note(9, (), HEADERS, STOCK, MAPPING) is None
