"""What a person says of lines counts above what they look like."""

from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSheet, UnreadableSource
from workbench.model.sheet import Layout, Sheet, Tally
from workbench.sources import lines_around, open_sheet


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str | bytes, **layout: object) -> tuple[list[tuple[int, ...]], Sheet, Tally]:
        file = tmp_path / "people.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        sheet, tally = open_sheet(file, layout=Layout(**layout)), Tally()
        rows = [
            (line, *row.values())
            for chunk in sheet.chunks(tally)
            for line, row in zip(chunk.lines.to_pylist(), chunk.cells.to_pylist(), strict=True)
        ]
        return rows, sheet, tally

    return read


COMPANIES = "company,contact,phone\nAcme,Ann,555-0001\nBeta,Bob,555-0002\n"


@pytest.mark.parametrize("last", ["Source Ltd,,", "Total Energies SE,,", "Count Basie Orchestra,,", "Notes Inc,,"])
def test_a_full_row_that_only_begins_as_a_note_does_is_a_record(read, last: str) -> None:
    rows, *_ = read(COMPANIES + last + "\n")
    assert rows[-1] == (4, last.removesuffix(",,"), "", "")


@pytest.mark.parametrize("last", ["Note: phones of May,,", "\nAbout the figures,,"])
def test_a_note_is_a_record_where_a_person_says_so(read, last: str) -> None:
    line = 4 + last.startswith("\n")
    rows, sheet, _ = read(COMPANIES + last + "\n")
    assert len(rows) == 2 and sheet.reading.left_out[0].first == line
    rows, sheet, _ = read(COMPANIES + last + "\n", keep_lines=((line, line),))
    assert rows[-1][:2] == (line, last.strip().removesuffix(",,")) and not sheet.reading.left_out


@pytest.mark.parametrize("last", ["Total Quality Management,CC", "Note Taking,CC", "Social work basics CC third one"])
def test_a_short_last_row_is_refused_as_any_other(read, last: str) -> None:
    with pytest.raises(UnreadableSheet, match=r"^Line 4: has"):
        read(COMPANIES + last + "\n")


def test_a_stray_quotation_mark_in_the_last_row_makes_no_note_of_it(read) -> None:
    with pytest.raises(UnreadableSheet, match=r"^Line 3"):
        read('"a","b","c"\n"1","x","y"\n"2","C" L","see, or"\n')


def test_the_header_again_is_told_in_any_case_and_kept_on_a_persons_word(read) -> None:
    text = "name,code\nAlpha,A1\nNAME, Code\nGamma,G1\n"
    rows, _, tally = read(text)
    assert [row[0] for row in rows] == [2, 4] and tally.left_out[0].first == 3
    rows, _, tally = read(text, keep_lines=((3, 3),))
    assert [row[0] for row in rows] == [2, 3, 4] and not tally.left_out


def test_what_is_left_out_is_left_out_though_it_was_mended_before(read) -> None:
    rows, sheet, _ = read(COMPANIES, mended={3: "x,y,z"}, skip_lines=((3, 3),))
    assert [row[0] for row in rows] == [2]
    assert [warning for warning in sheet.reading.warnings if "mended" in warning] == []
    rows, *_ = read(COMPANIES, mended={3: "x,y,z"}, stop_line=3)
    assert [row[0] for row in rows] == [2]


def test_lines_that_are_not_there_cannot_be_left_out(read) -> None:
    with pytest.raises(UnreadableSource, match="no line 20, which was to be left out"):
        read(COMPANIES, skip_lines=((20, 30),))


def test_apostrophes_in_names_are_no_quotation_marks(read) -> None:
    with pytest.raises(UnreadableSheet, match=r"Line 2: has 2 cells where the header has 3\."):
        read("company,contact,address\nAcme,\"Lee, Ann\"\nO'Neil,Bob,O'Fallon\nBeta,Cy,1 Main St\n")


def test_an_encoding_can_be_said(read) -> None:
    rows, *_ = read("name,town\nZoë,Köln\n".encode("cp850"), encoding="cp850")
    assert rows == [(2, "Zoë", "Köln")]


def test_the_lines_beside_a_refused_one_are_shown_in_the_encoding_that_was_said(tmp_path: Path) -> None:
    file = tmp_path / "towns.csv"
    file.write_bytes("name,town\nZoë,Köln\nAnn,Bonn,1\n".encode("cp850"))
    assert lines_around(file, 3, layout=Layout(encoding="cp850"))[1] == (2, "Zoë,Köln")


@pytest.mark.parametrize(
    ("top", "headers"),
    [
        ("Area,Pupils,,\n,Boys,Girls,Total\n", ("Area", "Pupils Boys", "Pupils Girls", "Pupils Total")),
        ("In thousands,,,\nArea,Boys,Girls,Total\n", ("Area", "Boys", "Girls", "Total")),
        ("Area,Boys,Girls,Total\n(1),(2),(3),(4)\n", ("Area", "Boys", "Girls", "Total")),
    ],
)
def test_titles_groups_and_numbers_of_columns_are_no_records(read, top: str, headers: tuple[str, ...]) -> None:
    rows, sheet, _ = read(top + "North,1,2,3\nSouth,4,5,9\nWest,1,1,2\n")
    assert sheet.headers == headers
    assert [row[1] for row in rows] == ["North", "South", "West"]


def test_a_first_record_that_reads_a_little_like_the_header_is_one(read) -> None:
    rows, *_ = read("name,code,description\nThe Name Game,Code,Learn names\nB,C,d\nE,F,g\n")
    assert rows[0] == (2, "The Name Game", "Code", "Learn names")


def test_a_blank_line_in_a_table_of_texts_is_told(read) -> None:
    _, sheet, _ = read("company,contact\nAcme,Ann\nBolt,Bo\n\ncourse,teacher\nNursing,Cy\n")
    assert any("Line 4 is blank; another table may begin below" in warning for warning in sheet.reading.warnings)
