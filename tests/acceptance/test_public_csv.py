"""Real CSV files of public projects, against the answers their authors give."""

import json
from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSheet
from workbench.model.sheet import Sheet, Tally
from workbench.sources import open_sheet

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")


def records(sheet: Sheet) -> list[dict[str, str]]:
    return [record for chunk in sheet.chunks() for record in chunk.cells.to_pylist()]


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableSheet) as caught:
        records(open_sheet(path))
    return str(caught.value)


# csv_spectrum: the exact records


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ],
)
def test_csv_spectrum_is_read_to_the_letter(name):
    expected = json.loads((DATA / "csv_spectrum" / "json" / f"{name}.json").read_bytes())
    assert records(open_sheet(DATA / "csv_spectrum" / "csvs" / f"{name}.csv")) == expected


def test_csv_spectrum_keeps_quotes_in_unquoted_coordinates():
    """Its answer is one record, with a telephone number and characters that are not those of the file."""
    path = DATA / "csv_spectrum" / "csvs" / "location_coordinates.csv"
    expected = json.loads((DATA / "csv_spectrum" / "json" / "location_coordinates.json").read_bytes())
    (found,) = records(open_sheet(path))
    assert list(found) == list(expected)
    assert found["Location Coordinates"] == path.read_text().splitlines()[1].split(",")[1]
    assert (found["Cities"], found["Counties"]) == (expected["Cities"], expected["Counties"])


# frictionless: errors of headers and rows


def test_frictionless_ragged_rows_are_refused_where_frictionless_finds_them():
    cases = json.loads((DATA / "frictionless" / "expected_errors.json").read_bytes())["cases"]
    for name in ("invalid.csv", "defective-rows.csv"):
        line = next(row for row, _, kind in cases[name] if kind in {"missing-cell", "extra-cell"})
        assert refusal(DATA / "frictionless" / name).startswith(f"Line {line}: has ")


@pytest.mark.parametrize(
    ("name", "headers", "changed"),
    [
        ("blank-headers.csv", ("id", "column_2", "age"), [2]),
        ("duplicate-headers.csv", ("id", "name", "id_2", "age", "id_3"), [3, 5]),
        ("invalid.csv", ("id", "name", "column_3", "name_2"), [3, 4]),
    ],
)
def test_frictionless_blank_and_repeated_headers_are_named_and_told(name, headers, changed):
    cases = json.loads((DATA / "frictionless" / "expected_errors.json").read_bytes())["cases"]
    sheet = open_sheet(DATA / "frictionless" / name)
    assert sheet.headers == headers
    told = " ".join(sheet.reading.warnings)
    assert [place for row, place, _ in cases[name] if row is None] == changed
    assert all(f"column {place} " in told for place in changed)


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "expected"),
    [
        ("table.csv", "utf-8", ",", [("1", "english"), ("2", "中国人")]),
        ("bom.csv", "utf-8-sig", ",", [("1", "english"), ("2", "中国人")]),
        ("delimiter.csv", "utf-8", ";", [("1", "english"), ("2", "中国人")]),
        ("table.tsv", "utf-8", "\t", [("1", "english"), ("2", "中国人"), ("3", "")]),
        ("latin1.csv", "cp1252", ",", [("1", "english"), ("2", "©")]),
    ],
)
def test_frictionless_encodings_and_delimiters_are_found(name, encoding, delimiter, expected):
    sheet = open_sheet(DATA / "frictionless" / name)
    assert (sheet.reading.encoding, sheet.reading.delimiter) == (encoding, delimiter)
    assert [(record["id"], record["name"]) for record in records(sheet)] == expected


def test_a_note_at_the_end_is_no_payment_and_is_told():
    (note,) = open_sheet(DATA / "clevercsv" / "airedale.csv").reading.left_out
    assert (note.first, note.last, note.what) == (56, 56, "a note below the table")
    assert note.text.startswith("Report created October 10")


def test_frictionless_leading_zeros_blank_cells_and_repeated_rows_stay():
    folder = DATA / "frictionless"
    assert records(open_sheet(folder / "leading-zeros.csv")) == [{"value": "01"}, {"value": "002"}, {"value": "00003"}]
    assert records(open_sheet(folder / "blank-cells.csv"))[-1] == {"id": "5", "name": ""}
    assert len(records(open_sheet(folder / "duplicate-rows.csv"))) == 3


def test_frictionless_countries_have_a_remark_above_the_header_and_a_row_too_long():
    sheet = open_sheet(DATA / "frictionless" / "countries.csv")
    assert sheet.headers == ("id", "neighbor_id", "name", "population")
    assert (sheet.reading.header_line, sheet.reading.preamble) == (2, ("# clean this data!",))
    assert refusal(DATA / "frictionless" / "countries.csv") == "Line 4: has 5 cells where the header has 4."


# clevercsv: dialects that others miss


@pytest.mark.parametrize(
    ("name", "delimiter", "escape", "columns", "counts"),
    [
        ("imdb.csv", ",", "\\", 44, Tally(rows=100, blank_rows=0)),
        ("milk.csv", "\t", None, 23, Tally(rows=379, blank_rows=1)),
        ("airedale.csv", ",", None, 8, Tally(rows=53, blank_rows=1)),
    ],
)
def test_clevercsv_dialects_are_found(name, delimiter, escape, columns, counts):
    sheet = open_sheet(DATA / "clevercsv" / name)
    tally = Tally()
    assert sum(map(len, sheet.chunks(tally))) == counts.rows
    assert (sheet.reading.delimiter, sheet.reading.escape, len(sheet.headers), tally) == (
        delimiter,
        escape,
        columns,
        counts,
    )


def test_clevercsv_escaped_commas_and_equal_payments_are_kept():
    film = records(open_sheet(DATA / "clevercsv" / "imdb.csv"))[64]
    assert film["title"] == "Dr. Seltsam, oder wie ich lernte, die Bombe zu lieben (1964)"
    first, second, *_ = records(open_sheet(DATA / "clevercsv" / "airedale.csv"))
    assert first == second and first["Amount"] == "43,774.58"


# edfi_flat: rosters


def test_edfi_tables_have_the_rows_and_columns_that_were_counted():
    truth = json.loads((DATA / "edfi_flat" / "TRUTH.json").read_bytes())
    for name, counted in truth["tables"].items():
        sheet = open_sheet(DATA / "edfi_flat" / f"{name}.csv")
        assert (len(records(sheet)), len(sheet.headers)) == (counted["rows"], counted["columns"])
        assert sheet.reading.warnings == ()
    staff = records(open_sheet(DATA / "edfi_flat" / "Staff.csv"))
    assert len({record["StaffUniqueId"] for record in staff}) == truth["staff_unique_ids"]
