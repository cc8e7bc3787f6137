from pathlib import Path

import pandas as pd
import pytest

from workbench.sources import first_lines, open_sheet


def lines(path: Path, data: str | bytes, number: int = 20) -> list[tuple[int, list[str]]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return first_lines(open_sheet(path), number)


def test_the_lines_of_a_text_file_are_shown_as_they_stand(tmp_path: Path) -> None:
    assert lines(tmp_path / "a.csv", 'Export of May\n\nemail;name\n"a@b.org";"Ann"\n') == [
        (1, ["Export of May"]),
        (2, [""]),
        (3, ["email;name"]),
        (4, ['"a@b.org";"Ann"']),
    ]


def test_a_quoted_line_break_adds_no_line_as_in_a_spreadsheet(tmp_path: Path) -> None:
    assert lines(tmp_path / "a.csv", 'a,b\n"1\n2",3\n4,5\n') == [(1, ["a,b"]), (2, ['"1\n2",3']), (3, ["4,5"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_are_read_in_the_encoding_that_was_found(tmp_path: Path, encoding: str) -> None:
    assert lines(tmp_path / "a.csv", "naïve,café\nà,é\n".encode(encoding)) == [(1, ["naïve,café"]), (2, ["à,é"])]


def test_there_are_no_more_lines_than_were_asked_for(tmp_path: Path) -> None:
    assert lines(tmp_path / "a.csv", "a\n" + "1\n" * 100, number=3) == [(1, ["a"]), (2, ["1"]), (3, ["1"])]


def test_the_rows_of_a_worksheet_are_shown_with_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows = [["Roster", None], [None, None], ["email", "name"], ["a@b.org", "Ann"], ["c@d.org", "Cy"]]
    pd.DataFrame(rows).to_excel(path, header=False, index=False, engine="xlsxwriter")
    assert first_lines(open_sheet(path), number=4) == [
        (1, ["Roster"]),
        (2, [""]),
        (3, ["email", "name"]),
        (4, ["a@b.org", "Ann"]),
    ]
