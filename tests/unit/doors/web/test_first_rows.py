"""The first rows of a sheet: to be tried, or to be kept as a sample."""

from pathlib import Path

from workbench.datasets.catalog import contract
from workbench.doors.web.uploads import first_rows
from workbench.sources import open_sheet


def first(path: Path, text: str, rows: int) -> str:
    path.write_text(text, "utf-8")
    return first_rows(open_sheet(path), contract("elevate.students"), rows).decode()


def test_the_header_and_the_first_rows_come_as_clean_csv(tmp_path: Path) -> None:
    text = 'email;name\nada@example.com;"Park; Ada"\nben@example.com;Ben\ncal@example.com;Cal\n'
    assert first(tmp_path / "a.csv", text, 2) == 'email,name\nada@example.com,"Park; Ada"\nben@example.com,Ben\n'


def test_a_sheet_of_fewer_rows_comes_whole(tmp_path: Path) -> None:
    assert first(tmp_path / "a.csv", "email,name\nada@example.com,Ada\n", 10) == "email,name\nada@example.com,Ada\n"


def test_nothing_of_a_secret_is_in_it(tmp_path: Path) -> None:
    text = "email,Password,name\nada@example.com,hunter2,Ada\n"
    assert first(tmp_path / "a.csv", text, 2) == "email,name\nada@example.com,Ada\n"
    assert first(tmp_path / "b.csv", "password\nhunter2\n", 2) == ""
