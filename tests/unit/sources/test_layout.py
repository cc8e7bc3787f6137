"""What a person says of a source's layout counts: the header, no header, lines left out or mended, where it stops."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSheet, WorkbenchError
from workbench.model.sheet import Layout, Sheet, Tally, all_left_out
from workbench.sources import first_lines, last_lines, lines_around, open_sheet, open_sheets

Open = Callable[..., Sheet]
TEXT = 'name,age\nAda,30\nBob,31,\n"Eve,32\nFay,33\nTotal,2\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "people.csv"
    made.write_text(TEXT)
    return made


def rows(sheet: Sheet, tally: Tally | None = None) -> list[tuple[object, ...]]:
    return [
        row
        for chunk in sheet.chunks(tally)
        for row in zip(chunk.lines.to_pylist(), *chunk.cells.to_pydict().values(), strict=True)
    ]


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(WorkbenchError) as caught:
        action()
    return str(caught.value)


def test_lines_that_are_refused_one_by_one_can_be_mended_and_left_out(path):
    why = refusal(lambda: rows(open_sheet(path)))
    assert why == "Line 3: has 3 cells where the header has 2."
    mended = Layout(mended={3: "Bob,31"})
    assert refusal(lambda: rows(open_sheet(path, layout=mended))).startswith(
        "Line 4: has a quotation mark that is never"
    )
    both = Layout(mended={3: "Bob,31"}, skip_lines=((4, 4),))
    people, tally = open_sheet(path, layout=both), Tally()
    assert rows(people, tally) == [(2, "Ada", "30"), (3, "Bob", "31"), (5, "Fay", "33"), (6, "Total", "2")]
    assert [(each.first, each.last, each.what, each.text) for each in all_left_out(people.reading, tally)] == [
        (4, 4, "said so", '"Eve,32')
    ]
    assert "Line 3 is read as it was mended." in people.reading.warnings
    assert people.reading.layout == both
    assert path.read_text() == TEXT and people.size == len(TEXT)
    assert Layout.from_dict(both.to_dict()) == both


def test_nothing_is_read_from_the_line_on_where_it_is_to_stop(path):
    people, tally = open_sheet(path, layout=Layout(stop_line=3)), Tally()
    assert rows(people, tally) == [(2, "Ada", "30")]
    assert [(each.first, each.last) for each in all_left_out(people.reading, tally)] == [(3, 6)]


def test_a_mended_line_may_have_quoted_line_breaks_and_must_be_one_row(path):
    people = open_sheet(path, layout=Layout(mended={3: '"Bob\nB.",31'}, skip_lines=((4, 6),)))
    assert rows(people) == [(2, "Ada", "30"), (3, "Bob\nB.", "31")]
    for text in ("a,1\nb,2", '"a,1'):
        why = refusal(lambda text=text: open_sheet(path, layout=Layout(mended={3: text})))
        assert why == "people.csv cannot be read: what line 3 was mended to is no row."
    assert refusal(lambda: open_sheet(path, layout=Layout(mended={99: "x"}))) == (
        "people.csv cannot be read: it has no line 99, which was to be mended."
    )


def test_a_mended_header_names_the_columns(path):
    path.write_text("nameage\nAda,30\nBob,31\n")
    assert open_sheet(path, layout=Layout(mended={1: "name,age"})).headers == ("name", "age")


def test_without_a_header_the_columns_are_numbered(path):
    path.write_text("Notes\n\nAda;Lund\nBob;Oslo\n")
    people = open_sheet(path, layout=Layout(no_header=True))
    assert (people.headers, people.reading.header_line) == (("column_1", "column_2"), 2)
    assert rows(people) == [(3, "Ada", "Lund"), (4, "Bob", "Oslo")]
    assert rows(open_sheet(path, layout=Layout(no_header=True, header_row=4))) == [(4, "Bob", "Oslo")]


@pytest.mark.parametrize("text", ['\n""\n', '\n"",""\n', "a\n\n"])
def test_without_a_header_there_has_to_be_a_record(path, text):
    path.write_text(text)
    why = refusal(lambda: open_sheet(path, layout=Layout(no_header=True, header_row=2 if "a" in text else None)))
    assert why.endswith("is blank, so no table begins there.")


def test_a_delimiter_that_is_said_is_not_questioned(path):
    path.write_text("a!b\n1!2\n")
    assert rows(open_sheet(path, layout=Layout(delimiter="!"))) == [(2, "1", "2")]


def test_a_layout_is_that_of_every_sheet_and_of_no_frame(path):
    assert open_sheets(path, layout=Layout(stop_line=3))[0].tally().rows == 1
    import pandas as pd

    why = refusal(lambda: open_sheet(pd.DataFrame({"a": ["1"]}), layout=Layout(stop_line=3)))
    assert why.startswith("DataFrame cannot be read: ")


def test_leaving_out_a_row_with_line_breaks_leaves_out_all_of_it(path):
    path.write_text('a,b\n1,"x\ny"\n2,z\n')
    assert rows(open_sheet(path, layout=Layout(skip_lines=((2, 2),)))) == [(3, "2", "z")]


def test_a_large_file_is_laid_out_too(path):
    path.write_text("a,b\n" + "1,2\n" * 400_000 + "x,y\n")
    people = open_sheet(path, layout=Layout(skip_lines=((2, 3), (400_002, 400_002))))
    tally = people.tally()
    assert (tally.rows, tally.blank_rows) == (399_998, 0)


# What a person is shown


def test_the_last_lines_are_shown_as_they_stand_with_those_that_are_left_out(path):
    path.write_text("a,b\n1,2\n\n3,4\nTotal: 2\n\n")
    assert last_lines(open_sheet(path), 2) == [(4, ["3,4"]), (5, ["Total: 2"])]
    path.write_text("a,b\n" + "1,2\n" * 1_500_000 + "Total: 9\n")
    assert last_lines(open_sheet(path), 2) == [(1_500_001, ["1,2"]), (1_500_002, ["Total: 9"])]


def test_the_lines_around_a_refused_one_are_shown_as_they_can_be_mended(path):
    with pytest.raises(UnreadableSheet) as caught:
        rows(open_sheet(path, layout=Layout(mended={3: "Bob,31"})))
    line = caught.value.line
    assert lines_around(path, line, number=1) == [(3, "Bob,31,"), (4, '"Eve,32'), (5, "Fay,33")]
    assert lines_around(path, 1, number=1) == [(1, "name,age"), (2, "Ada,30")]


def test_first_lines_stop_at_no_unsound_quotation_mark(path):
    assert [line for line, _ in first_lines(open_sheet(path), 9)] == [1, 2, 3, 4, 5, 6]
