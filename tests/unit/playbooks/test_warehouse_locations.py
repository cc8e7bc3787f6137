"""What is read of the places of a warehouse, without a database: each of the ways in which they are written."""

import pyarrow as pa
import pytest

from workbench.model.errors import WrongValue
from workbench.model.playbook import Known
from workbench.model.sheet import Chunk
from workbench.playbooks import warehouse_locations
from workbench.playbooks.warehouse_locations import number, places

PART = "commerce.sku_locations"


def read(text: str) -> tuple[object, ...]:
    found, _ = places(pa.array([text], pa.string()))
    return tuple(found[part][0].as_py() for part in ("aisle", "row", "shelf", "bin"))


def chunk(**columns: list[str]) -> Chunk:
    cells = {name: pa.array(texts, pa.string()) for name, texts in columns.items()}
    lines = pa.array(range(2, 2 + len(next(iter(columns.values())))), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)))


def made(**columns: list[str]) -> list[tuple[object, ...]]:
    rows = warehouse_locations.shape(chunk(**columns), Known())[PART].rows
    names = ("sku", "aisle", "row", "shelf", "bin")
    return list(zip(rows.lines.to_pylist(), *(rows.cells[name].to_pylist() for name in names), strict=True))


def told(**columns: list[str]) -> list[tuple[int, str, str]]:
    issues = warehouse_locations.check(chunk(**columns), Known())
    return [(row["position"], row["field"], row["message"]) for row in issues.to_pylist()]


@pytest.mark.parametrize(
    ("part", "text", "is_"),
    [
        *(("aisle", text, "3") for text in ("3", "03", "c", "a3", "a03", "aisle 3", "aisle-3", "aisle c", "aisle: 3")),
        *(("row", text, "5") for text in ("5", "r5", "row 5", "row-5", "e")),
        *(("shelf", text, "2") for text in ("2", "s2", "shelf 2", "b", "middle")),
        ("shelf", "bottom", "1"),
        *(("shelf", text, "3") for text in ("top", "shelf top")),
        ("aisle", "z", "26"),
    ],
)
def test_a_part_is_a_number_a_letter_or_a_number_behind_its_own_name(part: str, text: str, is_: str) -> None:
    assert number(pa.array([text]), part).to_pylist() == [is_]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("aisle", "b3"),  # an aisle called B, and something in it?
        ("aisle", "r5"),
        ("aisle", "1-2"),
        ("aisle", "a-1"),
        ("aisle", "top"),
        ("row", "s2"),
        ("shelf", "upper"),
        *((part, text) for part in ("aisle", "row", "shelf") for text in ("0", "00", "-1", "1.5", "", "ab")),
    ],
)
def test_what_could_be_of_another_part_or_is_no_number_is_not_read(part: str, text: str) -> None:
    assert number(pa.array([text]), part).to_pylist() == [None]


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("a-01-01", ("1", "1", "1", None)),
        ("a1-r2-s3", ("1", "2", "3", None)),
        ("a10-r5-s12", ("10", "5", "12", None)),
        *((text, ("1", "2", "3", None)) for text in ("1-2-3", "1/2/3", "1 | 2 | 3", "1,2,3", "a, 2, top")),
        ("aisle 1, row 2, shelf 3", ("1", "2", "3", None)),
        ("aisle-10-row-5-shelf-12", ("10", "5", "12", None)),
        ("aisle 1, row 2, shelf 3, bin 4", ("1", "2", "3", "4")),
        ("1-2-3-b7", ("1", "2", "3", "B7")),
        ("12-c1", ("12", "1", "3", None)),
        ("11-h1 / 11-h3", ("11", "1", "8", None)),
    ],
)
def test_a_whole_location_is_read_however_its_parts_are_separated(text: str, is_: tuple[object, ...]) -> None:
    assert read(text) == is_


@pytest.mark.parametrize("text", ["a-01", "1-a-2", "nonsense", "12-c", "a", "1-2-3-4-5", ""])
def test_a_location_with_fewer_parts_or_one_that_may_be_read_in_two_ways_is_none(text: str) -> None:
    assert None in read(text)[:3]


def test_the_first_of_several_locations_counts_and_that_is_told() -> None:
    said = {"sku": ["X1"], "location": ["11-H1 / 11-H3"]}
    assert made(**said) == [(2, "X1", "11", "1", "8", None)]
    assert told(**said) == [(0, "location", "Several locations: the first of them counts")]


def test_the_template_of_the_screen_is_read_as_it_stands() -> None:
    assert made(sku=["WG-001"], aisle=["A"], row=["1"], shelf=["1"]) == [(2, "WG-001", "1", "1", "1", None)]


def test_a_wrong_part_is_told_of_its_field_and_its_row_is_left_out() -> None:
    said = {"sku": ["X1", "X2", "X3"], "aisle": ["B3", "1", "1"], "row": ['"R5"', "", "2"], "shelf": ["Top"] * 3}
    assert told(**said) == [(0, "aisle", "Invalid location: aisle B3"), (1, "row", "Invalid location: row is blank")]
    assert made(**said) == [(4, "X3", "1", "2", "3", None)]


def test_two_ways_of_saying_it_that_differ_say_nothing() -> None:
    said = {"sku": ["X1", "X2"], "aisle": ["1", "1"], "row": ["1", "1"], "shelf": ["1", "1"]}
    said["location"] = ["A-01-01", "A-01-02"]
    assert told(**said) == [(1, "location", "Invalid location: its parts say another one")]


def test_no_place_is_beyond_what_any_warehouse_has_nor_what_the_import_says_of_this_one() -> None:
    said = {"sku": ["X1", "X2"], "aisle": ["999", "1000"], "row": ["99", "1"], "shelf": ["99", "1"]}
    assert told(**said) == [(1, "aisle", "Location exceeds warehouse configuration: aisle 1000 of 999")]
    low = {"sku": ["X1"], "location": ["6-1-2"], "max_aisle": ["5"], "max_shelf": ["1"]}
    assert [message for _, _, message in told(**low)] == [
        "Location exceeds warehouse configuration: aisle 6 of 5",
        "Location exceeds warehouse configuration: shelf 2 of 1",
    ]


@pytest.mark.parametrize("said", ["0", "1000", "many"])
def test_a_limit_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(WrongValue, match=r"max_aisle cannot be .*: say a whole number from 1 to 999"):
        made(sku=["X1"], location=["1-1-1"], max_aisle=[said])
