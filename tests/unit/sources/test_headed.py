"""A header that somebody knows by what it names is found wherever it stands."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from workbench import open_sheet
from workbench.model.sheet import Layout
from workbench.sources import headed

KNOWN = ("Title", "Date", "Teacher")
BELOW = "Space,9/15,Ada\nWelding,2/5,Ben\n"


def is_known(cells: Sequence[str]) -> bool:
    return set(KNOWN) <= set(cells)


def csv(folder: Path, *above: str, below: str = BELOW) -> Path:
    path = folder / "sheet.csv"
    path.write_text("\n".join((*above, ",".join(KNOWN), below)), "utf-8")
    return path


@pytest.mark.parametrize(
    "above",
    [
        (),
        ("Event,Day,Who", ",,", "Legend"),
        ("Groups,,People", "see below,,", ",,"),
        ('"Title, and Date, and Teacher",,', "", ""),
    ],
)
def test_the_header_is_found_whatever_stands_above_it(tmp_path: Path, above: tuple[str, ...]) -> None:
    found = headed(open_sheet(csv(tmp_path, *above)), is_known)
    assert (found.headers, found.reading.header_line) == (KNOWN, len(above) + 1)
    assert found.sample().cells.to_pylist()[1] == {"Title": "Welding", "Date": "2/5", "Teacher": "Ben"}
    assert found.sample().lines.to_pylist() == [len(above) + 2, len(above) + 3]


def test_it_is_found_in_a_worksheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("Event", "Day", "Who"), (), ("Legend",), KNOWN, ("Space", "9/15", "Ada"), ("Welding", "2/5", "Ben")):
        book.active.append(row)
    kept = BytesIO()
    book.save(kept)
    path = tmp_path / "book.xlsx"
    path.write_bytes(kept.getvalue())
    found = headed(open_sheet(path), is_known)
    assert (found.headers, found.reading.header_line, len(found.sample())) == (KNOWN, 4, 2)


def test_what_a_person_says_of_the_header_stands(tmp_path: Path) -> None:
    path = csv(tmp_path, "Event,Day,Who")
    assert headed(open_sheet(path, header_row=1), is_known).headers == ("Event", "Day", "Who")
    assert headed(open_sheet(path, layout=Layout(no_header=True)), is_known).headers[0] == "column_1"


def test_a_sheet_without_such_a_header_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    sheet = open_sheet(path)
    assert headed(sheet, is_known) is sheet
    frame = open_sheet(pd.DataFrame({"a": ["Title"]}))
    assert headed(frame, is_known) is frame
