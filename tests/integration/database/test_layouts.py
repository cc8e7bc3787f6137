"""What a person said of a source's layout is kept with the batch, and its kept source is read so again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.imports import ask, outcome, records
from workbench import Workbench, open_sheet
from workbench.model.errors import AmbiguousColumns, WorkbenchError
from workbench.model.sheet import Layout, Sheet

TEXT = """\
Students of May
email,first_name,last_name,phone
ada@example.org,Ada,Hill,555-201-0001
email,first_name,last_name,phone
bob@example.org,Bob,Lint,,555-201-0002
eve@example.org,Eve,Wong,555-201-0003
Total: 3
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "students.csv"
    made.write_text(TEXT)
    return made


def rows(sheet: Sheet) -> list[tuple[object, ...]]:
    return [
        row
        for chunk in sheet.chunks()
        for row in zip(chunk.lines.to_pylist(), *chunk.cells.to_pydict().values(), strict=True)
    ]


@pytest.mark.parametrize(
    "layout",
    [
        Layout(skip_lines=((5, 5),)),
        Layout(mended={5: "bob@example.org,Bob,Lint,555-201-0002"}),
        Layout(stop_line=5),
        Layout(header_row=2, skip_lines=((4, 5),)),
    ],
)
def test_a_batch_keeps_its_layout_and_opens_its_source_with_it(wb: Workbench, path: Path, layout: Layout) -> None:
    sheet = open_sheet(path, layout=layout)
    batch = wb.import_sheet(sheet, "elevate.students")
    kept = wb.kept_sheet(batch)
    assert kept.reading.layout == layout
    assert (kept.headers, rows(kept)) == (sheet.headers, rows(sheet))
    assert [row["line"] for row in wb.rows.each(batch)] == [line for line, *_ in rows(sheet)]


def test_a_batch_says_which_lines_are_no_records(wb: Workbench, path: Path, url: str) -> None:
    batch = wb.import_sheet(open_sheet(path, layout=Layout(skip_lines=((5, 5),))), "elevate.students")
    left_out = [(each["first"], each["last"], each["what"]) for each in batch.reading["left_out"]]
    assert left_out == [(4, 4, "the header again"), (5, 5, "said so"), (7, 7, "a note below the table")]
    assert (batch.reading["rows"], batch.reading["blank_rows"], batch.reading["header_line"]) == (2, 0, 2)
    assert records(url, "elevate.profiles", "email") == [("ada@example.org",), ("eve@example.org",)]


def test_a_table_without_a_header_is_imported_by_its_places(wb: Workbench, path: Path) -> None:
    path.write_text("ada@example.org;Ada;Hill\nbob@example.org;Bob;Lint\n")
    columns = {"column_1": "email", "column_2": "first_name", "column_3": "last_name"}
    batch = wb.import_sheet(open_sheet(path, layout=Layout(no_header=True)), "elevate.students", columns=columns)
    assert outcome(batch) == (2, 0, 0, 0, 0)
    assert rows(wb.kept_sheet(batch))[0] == (1, "ada@example.org", "Ada", "Hill")


def test_a_repeated_header_that_fills_a_field_stops_the_import_until_one_is_chosen(wb: Workbench, path: Path) -> None:
    path.write_text("email,email,first_name,last_name\na1@b.example,c1@d.example,Ada,Hill\n")
    with pytest.raises(AmbiguousColumns) as caught:
        wb.import_sheet(open_sheet(path), "elevate.students")
    assert str(caught.value).startswith("Columns email, email_2 would both fill email.")
    assert outcome(wb.import_sheet(open_sheet(path), "elevate.students", columns={"email_2": ""}))[0] == 1
    path.write_text("email,email_2,first_name,last_name\na2@b.example,c2@d.example,Bob,Lint\n")
    assert outcome(wb.import_sheet(open_sheet(path), "elevate.students"))[0] == 1


CELL = st.sampled_from(["", "", "X", "A8", "1", "2.5", "nan", "-1", "x" * 300, 'a "b"', "é", "\u00a0", "=1+1", "\x07"])
FILES = st.tuples(
    st.lists(st.sampled_from(["name", "code", "description", "duration_weeks", "", "name"]), min_size=1, max_size=4),
    st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=4),
)


@settings(
    max_examples=int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")) // 20,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(file=FILES)
def test_any_small_file_is_imported_or_refused_in_one_sentence(
    wb: Workbench, tmp_path: Path, file: tuple[list[str], list[list[str]]]
) -> None:
    header, table = file
    path = tmp_path / "courses.csv"
    path.write_text("\n".join(",".join(row) for row in ([*header], *(row[: len(header)] for row in table))))
    try:
        batch = wb.import_sheet(open_sheet(path), "elevate.courses", skip_errors=True)
    except WorkbenchError as refusal:
        assert str(refusal)
        return
    assert sum(count or 0 for count in outcome(batch)) == batch.processed == batch.reading["rows"]


def test_a_file_with_an_empty_column_is_imported(wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    batch = wb.import_sheet(sheet("name,code,description\nX,A8,\nY,A9,\n"), "elevate.courses")
    assert outcome(batch) == (2, 0, 0, 0, 0)


def test_nothing_of_a_line_with_secrets_is_kept_of_what_is_left_out_or_mended(
    wb: Workbench, path: Path, url: str
) -> None:
    path.write_text(
        "email,first_name,last_name,password\n"
        "ada@example.org,Ada,Hill,hunter2\n"
        "bob@example.org,Bob,Lint,hunter2,\n"
        "eve@example.org,Eve,Wong,hunter2,\n"
    )
    layout = Layout(mended={3: "bob@example.org,Bob,Lint,hunter2"}, skip_lines=((4, 4),))
    batch = wb.import_sheet(open_sheet(path, layout=layout), "elevate.students", columns={"password": ""})
    assert outcome(batch)[0] == 2
    assert [(each["first"], each["text"]) for each in batch.reading["left_out"]] == [(4, "")]
    assert "hunter2" not in str(ask(url, "select reading, mapping from workbench.import_batch"))
