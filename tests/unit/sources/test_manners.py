"""Text that is written in a manner of its own: read as it is meant, and told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSheet
from workbench.model.sheet import Sheet
from workbench.sources import open_sheet

Open = Callable[[str], Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> Open:
    def make(content: str) -> Sheet:
        path = tmp_path / "people.csv"
        path.write_bytes(content.encode())
        return open_sheet(path)

    return make


def table(sheet: Sheet) -> list[tuple[str, ...]]:
    """The headers and the rows."""
    rows = (zip(*chunk.cells.to_pydict().values(), strict=True) for chunk in sheet.chunks())
    return [sheet.headers, *(row for chunk in rows for row in chunk)]


PEOPLE = [("id", "name", "city"), ("1", "Ada Hill", "Lund"), ("2", 'Bob "Bo" Lint', "Oslo, N.")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('id, name, city\n1, "Ada Hill", Lund\n2, "Bob ""Bo"" Lint", "Oslo, N."\n', "Blanks between a delimiter"),
        ("id,name,city\n'1','Ada Hill','Lund'\n'2','Bob \"Bo\" Lint','Oslo, N.'\n", "Single quotes around cells"),
        (
            'id name city\n1 "Ada Hill" Lund\n2 "Bob ""Bo"" Lint" "Oslo, N."\n',
            "Cells were taken to be separated by blanks.",
        ),
        ('id~name~city\n1~Ada Hill~Lund\n2~Bob "Bo" Lint~Oslo, N.\n', "Cells were taken to be separated by ~."),
        ('id^name^city\n1^Ada Hill^Lund\n2^Bob "Bo" Lint^Oslo, N.\n', "Cells were taken to be separated by ^."),
        ('"id","name","city"\n"1","Ada Hill","Lund"\n"2","Bob \\"Bo\\" Lint","Oslo, N."\n', "A backslash was taken"),
        ('id,name,city\n\r1,Ada Hill,Lund\n\r2,"Bob ""Bo"" Lint","Oslo, N."\n\r', ""),
    ],
)
def test_an_unusual_manner_is_found_and_told(sheet: Open, text: str, told: str) -> None:
    people = sheet(text)
    assert table(people) == PEOPLE
    assert any(warning.startswith(told) for warning in people.reading.warnings) or not told


@pytest.mark.parametrize(
    "text",
    [
        "remark\nyes, please\nno\nmaybe, later, or never\n",
        "full name\nAda Hill\nBob Lint\n",
        "note\n'tis\nrock 'n' roll\n",
        "time\n10:30\n11:45\n",
        "id   name        grade\n1    Ada         9\n2    Bob Lint    7\n",
    ],
)
def test_a_text_without_a_delimiter_is_one_column_and_told(sheet: Open, text: str) -> None:
    people = sheet(text)
    assert [row[0] for row in table(people)] == text.splitlines()
    assert people.reading.warnings == ("No delimiter was found: every line is one cell.",)


def test_blanks_in_names_are_no_delimiters_though_one_row_has_a_comma_too_many(sheet: Open) -> None:
    with pytest.raises(UnreadableSheet) as caught:
        table(sheet("email,full name,phone\na@x.org,Ada Hill,,555-0100\nb@x.org,Bob Lint,555-0101\n"))
    assert str(caught.value) == "Line 2: has 4 cells where the header has 3."


def test_an_apostrophe_is_no_quotation_mark(sheet: Open) -> None:
    assert table(sheet("name,note\nO'Hara,'tis\nD'Arcy,x'\n"))[1:] == [("O'Hara", "'tis"), ("D'Arcy", "x'")]


def test_one_row_with_blanks_behind_its_delimiters_is_read_as_it_is_meant(sheet: Open) -> None:
    people = sheet('id,name,city\n1,Ada,Lund\n2, "Lint, Bob", Oslo\n3,Eve,"Bonn, W."\n')
    assert table(people)[2:] == [("2", "Lint, Bob", "Oslo"), ("3", "Eve", "Bonn, W.")]


def test_a_null_of_a_database_dump_is_blank_and_told(sheet: Open) -> None:
    for text in ("id,note\n1,\\N\n2,x\\N\n\\N,y\n", 'id,note\n1,\\N\n2,"x\\\\N"\n\\N,"y"\n"3","\\"z\\""\n'):
        people = sheet(text)
        assert table(people)[1:4] == [("1", ""), ("2", "x\\N"), ("", "y")]
        assert "\\N stands for no value, and is read as blank." in people.reading.warnings


def test_windows_letters_kept_as_control_characters_are_repaired_and_told(sheet: Open) -> None:
    people = sheet("id,period\n1,7 \x96 8 Feb\n2,Ada\x92s \x81\n")
    assert table(people)[1:] == [("1", "7 \N{EN DASH} 8 Feb"), ("2", "Ada\N{RIGHT SINGLE QUOTATION MARK}s \x81")]
    assert people.reading.warnings == (
        "Control characters were read as the letters of Windows-1252 that they stand for (first: line 2).",
    )


def test_lost_letters_are_told_with_the_first_line(sheet: Open) -> None:
    people = sheet("id,name\n1,Ada\n2,Jos\ufffd\n")
    assert people.reading.warnings == ("Letters are lost in this file: \ufffd stands in their place (first: line 3).",)


def test_a_quotation_mark_in_a_cell_that_is_not_quoted_is_told_with_its_line(sheet: Open) -> None:
    people = sheet('id,size\n1,5" pipe\n2,"6"" pipe"\n')
    assert table(people)[1:] == [("1", '5" pipe'), ("2", '6" pipe')]
    assert people.reading.warnings == (
        "Line 2 has a quotation mark inside a cell that is not quoted; it was kept as text.",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,kind,text,city\n1,Lamp,"Oak, 3",Oslo\n2,Lamp"Oak, 4",,Oslo\n3,Rug,"Wool, 5",Lund\n', 3),
        ('a,b,c,d\n1,2,"3,4\n5,6,7,8\n9,0,1",4\n', 2),
    ],
)
def test_a_quotation_mark_that_changes_how_rows_are_split_is_refused_with_its_line(
    sheet: Open, text: str, line: int
) -> None:
    with pytest.raises(UnreadableSheet) as caught:
        table(sheet(text))
    assert caught.value.line == line


def test_text_over_several_lines_is_no_quotation_mark_out_of_place(sheet: Open) -> None:
    text = 'id,name,address,zip\n1,Ada,"12 High St, Flat 4\nLund, SE, 123",1\n2,Bob,"a,b\nc",2\n'
    assert len(table(sheet(text))) == 3
