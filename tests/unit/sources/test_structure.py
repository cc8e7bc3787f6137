"""Rows that are no records: headers again, notes and totals, other tables; and headers of several rows or none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSheet
from workbench.model.sheet import LeftOut, Sheet, Tally, all_left_out
from workbench.sources import open_sheet

Open = Callable[[str], Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> Open:
    def make(content: str, **said: object) -> Sheet:
        path = tmp_path / "people.csv"
        path.write_bytes(content.encode())
        return open_sheet(path, **said)

    return make


def read(sheet: Sheet) -> tuple[list[tuple[object, ...]], list[tuple[int, int, str]]]:
    """The rows as (line, cell, cell ...), and what is left out as (first, last, what)."""
    tally = Tally()
    rows: list[tuple[object, ...]] = []
    for chunk in sheet.chunks(tally):
        rows += zip(chunk.lines.to_pylist(), *chunk.cells.to_pydict().values(), strict=True)
    return rows, [(each.first, each.last, each.what) for each in all_left_out(sheet.reading, tally)]


def refusal(sheet: Sheet) -> str:
    with pytest.raises(UnreadableSheet) as caught:
        read(sheet)
    return str(caught.value)


PEOPLE = "email,first,last,phone\na@x.org,Ada,Hill,555-0100\nb@x.org,Bob,Lint,555-0101\n"


# The header again


def test_the_header_again_is_left_out_wherever_it_stands(sheet):
    rows, left_out = read(sheet("id,name\n1,Ada\nid,name\n2,Bob\nid, name \nid,name\n3,Eve\n"))
    assert rows == [(2, "1", "Ada"), (4, "2", "Bob"), (7, "3", "Eve")]
    assert left_out == [(3, 3, "the header again"), (5, 6, "the header again")]


def test_a_row_that_shares_some_cells_with_the_header_is_a_record(sheet):
    assert len(read(sheet("id,name\nid,Ada\n1,name\n"))[0]) == 2


def test_joined_files_are_one_table(sheet):
    joined = 'name,mail\nAda,a@x.org\n\ufeffname,mail\nBob,b@x.org\n\ufeff"Eve, E.",e@x.org\n'
    people = sheet(joined)
    assert read(people) == (
        [(2, "Ada", "a@x.org"), (4, "Bob", "b@x.org"), (5, "Eve, E.", "e@x.org")],
        [(3, 3, "the header again")],
    )
    assert people.reading.warnings == (
        "A byte order mark in the middle of the text was left out, as where files were joined (line 3).",
    )


def test_of_very_many_lines_the_last_entry_stands_for_the_rest(sheet):
    people = sheet("id,name\n" + "1,Ada\nid,name\n" * 400)
    tally = Tally()
    assert sum(map(len, people.chunks(tally))) == 400
    assert len(tally.left_out) == 100 and sum(each.lines for each in tally.left_out) == 400
    assert tally.left_out[-1] == LeftOut(first=201, last=801, what="the header again", text="id,name", number=301)


# Notes and totals below


@pytest.mark.parametrize(
    ("notes", "first", "last"),
    [
        ("Total: 2 records\n", 4, 4),
        ("Total,2\n", 4, 4),
        ("2 rows", 4, 4),
        ("End of report\n", 4, 4),
        ("* as of May\n** not counted, as in April\n", 4, 5),
        ("\nSource: the office\n\nUpdated each month, or later\n\n", 5, 7),
        ("\nMade by Ada\n", 5, 5),
        ("\nChecked, line by line, by two people\n", 5, 5),
        ("Note: phones are those of May,,,\n", 4, 4),
        (",,,\nThese are the people of two schools and no others,,,\n", 5, 5),
        ('"Total" of 2\n', 4, 4),
    ],
)
def test_notes_below_the_table_are_left_out_and_told(sheet, notes, first, last):
    people = sheet(PEOPLE + notes)
    rows, left_out = read(people)
    assert [row[0] for row in rows] == [2, 3]
    assert [(each[0], each[1]) for each in left_out] == [(first, last)]


@pytest.mark.parametrize("last", ["c@x.org", "c@x.org,Eve", "c@x.org,Eve,Wong", "c@x.org;Eve;Wong;555", "Eve", "c"])
def test_a_last_row_that_was_cut_off_is_refused_with_its_line(sheet, last):
    assert refusal(sheet(PEOPLE + last)).startswith("Line 4: has ")


def test_a_narrow_row_in_the_middle_is_refused_with_its_line(sheet):
    assert refusal(sheet(PEOPLE + "Total: 2\nc@x.org,Eve,Wong,555-0102\n")) == (
        "Line 4: has 1 cell where the header has 4."
    )


def test_notes_below_a_large_table_are_left_out_with_their_lines(sheet):
    people = sheet("id,name\n" + '1,"a\nb"\n' * 300_000 + "\nTotal: 300000 records\n")
    assert people.reading.left_out == (
        LeftOut(first=300_003, last=300_003, what="a note below the table", text="Total: 300000 records"),
    )
    tally = people.tally()
    assert (tally.rows, tally.blank_rows) == (300_000, 1)
    assert people.read.__self__.tidy


@pytest.mark.parametrize("total", ["Total,,7", "Grand total,,7", ",,7"])
def test_a_total_as_wide_as_the_table_is_read_and_told(sheet, total):
    people = sheet(f"id,name,hours\n1,Ada,3\n2,Bob,2\n3,Eve,2\n{total}\n")
    assert len(read(people)[0]) == 4
    assert people.reading.warnings == ("Line 5 looks like a total (--skip-lines 5 leaves it out).",)


# Another table below


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id,name\n1,Ada\n2,Bob\n\ncode,price\nA1,5.00\nA2,6.50\n", 5),
        ("id,name,mail\n1,Ada,a@x.org\n2,Bob,b@x.org\n\ncode,price,tax,sum\nA1,5.00,1,6\nA2,6.50,1,8\n", 5),
        ("id,name,mail\n1,Ada,a@x.org\n2,Bob,b@x.org\ncode,price\nA1,5.00\nA2,6.50\nA3,7.00\nA4,7.00\n", 4),
        ("id,age,mail\n1,30,a@x.org\n2,31,b@x.org\ncode,price,link\nA1,5.00,www.x.org\nA2,6.50,www.y.org\n", 4),
    ],
)
def test_another_table_is_refused_with_its_line_and_what_to_say(sheet, text, line):
    people = sheet(text)
    assert refusal(people) == f"Line {line}: begins another table. To read the first alone: --stop-line {line}."


@pytest.mark.parametrize(
    "text",
    [
        "SKU,Aisle,Row,Shelf\nFRA1023,A,1,1\nITA2040,Aisle-10,R5,Top\nSPA3011,A,2,1\n",
        "SKU,Aisle,Row,Shelf\nFRA1023,1,1,1\nITA2040,A10,R5,Top\nSPA3011,3,2,1\nSPA3012,3,2,1\n",
    ],
)
def test_a_record_with_a_code_like_the_others_and_texts_for_numbers_begins_no_table(sheet, text):
    locations = sheet(text)
    assert len(read(locations)[0]) == text.count("\n") - 1


# Headers


@pytest.mark.parametrize(
    ("text", "headers", "header_line", "lines"),
    [
        ("Student name,Mail,Grade\nname,mail,grade\nAda,a@x.org,9\n", ("Student name", "Mail", "Grade"), 1, [3]),
        ("id,weight,length\n,kg,m\n1,5,6\n2,7,8\n", ("id", "weight", "length"), 1, [3, 4]),
        (
            "Dates,Place,Travel,,,Total\n,,Air,Rail,Taxi,\n2026-04-04,Lund,,65.60,,65.60\n2026-05-09,Oslo,,,16.00,16.00\n",
            ("Dates", "Place", "Travel Air", "Travel Rail", "Travel Taxi", "Total"),
            2,
            [3, 4],
        ),
        ("School,2019,,2020,\n,m,f,m,f\nNorth,1,2,3,4\n", ("School", "2019 m", "2019 f", "2020 m", "2020 f"), 2, [3]),
        ("name,age\nAda,unknown\nBob,12\n", ("name", "age"), 1, [2, 3]),
        ("name,age,grade\nAda,DS,DS\nBob,12,3\n", ("name", "age", "grade"), 1, [2, 3]),
        ("first,last,town\nAda,Hill,Lund\nBob,Lint,Oslo\n", ("first", "last", "town"), 1, [2, 3]),
        ("Region,2019,2020\nNorth,1,2\n", ("Region", "2019", "2020"), 1, [2]),
        ("Region,1/1/20,1/2/20\nNorth,1,2\nSouth,3,4\n", ("Region", "1/1/20", "1/2/20"), 1, [2, 3]),
        ("name,1,2,3\nAda,5,6,7\n", ("name", "1", "2", "3"), 1, [2]),
        ("Exported by,Jane,on,2024-01-15\nid,name,age,city\n1,Ada,30,Bonn\n", ("id", "name", "age", "city"), 2, [3]),
    ],
)
def test_the_rows_of_a_header_are_told_from_records(sheet, text, headers, header_line, lines):
    people = sheet(text)
    assert (people.headers, people.reading.header_line) == (headers, header_line)
    assert [row[0] for row in read(people)[0]] == lines


@pytest.mark.parametrize(
    "text",
    ["17,Ada Hill,a@x.org\n18,Bob Lint,b@x.org\n", "2024-01-02,North,5.20\n2024-01-03,South,1.10\n", "1,2\n3,4\n"],
)
def test_a_first_row_that_is_data_is_a_record_and_told(sheet, text):
    people = sheet(text)
    rows, _ = read(people)
    assert [row[0] for row in rows] == [1, 2]
    assert people.headers[:2] == ("column_1", "column_2")
    assert people.reading.header_line == 0
    assert people.reading.warnings[0].startswith("Line 1 looks like data, so the table was taken to have no header")
    assert sheet(text, header_row=1).headers == tuple(text.splitlines()[0].split(","))


def test_rows_that_say_little_are_not_taken_for_a_preamble(sheet):
    text = "Source,,,\nA,by site,,\nB,by site,few,\nC,by town,few,none\nD,by town,few,none\n"
    people = sheet(text)
    assert (people.reading.header_line, len(read(people)[0])) == (1, 4)
