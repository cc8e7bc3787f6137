"""Whatever a file holds: it is read, and every line of it accounted for, or it is refused in one sentence."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.model.errors import WorkbenchError
from workbench.model.sheet import Layout, Tally, all_left_out
from workbench.sources import first_lines, last_lines, lines_around, open_sheet
from workbench.sources.lines import numbered, opened
from workbench.sources.raw import dialect_of
from workbench.sources.text import open_text

MANY = settings(
    max_examples=int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELL = st.sampled_from(
    ["", "", "1", "2.50", "2024-01-05", "a@x.org", "name", "Ada Hill", "Total", "Note: all", "x,y", 'say "hi"', "'q'",
     " b", "\\N", "é", "\ufeffid", "\x92", "\ufffd", "line\nbreak", "10:30", "A1", "id", "*", "Source: all offices"]
)  # fmt: skip
ROW = st.lists(CELL, max_size=5)
TABLE = st.lists(ROW, min_size=1, max_size=9)
LAYOUT = st.builds(
    Layout,
    header_row=st.one_of(st.none(), st.none(), st.integers(1, 4)),
    no_header=st.booleans(),
    skip_lines=st.lists(st.integers(1, 9).map(lambda line: (line, line)), max_size=2).map(tuple),
    stop_line=st.one_of(st.none(), st.none(), st.integers(2, 9)),
    mended=st.one_of(st.just({}), st.just({3: "1,Ada"})),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Rows written soundly or not, in several manners, of any widths."""
    delimiter, quote = draw(st.sampled_from([",", ",", ";", "\t", ", ", " ", "~"])), draw(st.sampled_from('""\''))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\r"]))
    always, sound = draw(st.booleans()), draw(st.booleans())

    def written(cell: str) -> str:
        special = any(mark in cell for mark in (delimiter, quote, "\n"))
        if not always and not (special and sound):
            return cell
        return quote + cell.replace(quote, quote * 2 if sound else quote) + quote

    text = end.join(delimiter.join(map(written, row)) for row in draw(TABLE)) + draw(
        st.sampled_from([end, "", end * 2])
    )
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])))


def check_accounts(path: Path, layout: Layout) -> None:
    """Reads it; of what can be read every line has to be a record, blank, left out, the header or above it."""
    try:
        sheet, tally = open_sheet(path, layout=layout), Tally()
        lines = [line for chunk in sheet.chunks(tally) for line in chunk.lines.to_pylist()]
    except WorkbenchError as refusal:
        assert str(refusal).endswith((".", "'Header='."))
        line = refusal.coordinates.get("line")
        if isinstance(line, int) and "NUL" not in str(refusal) and "character" not in str(refusal):
            assert line in [number for number, _ in lines_around(path, line, layout=layout)] or layout != Layout()
        return
    left_out = all_left_out(sheet.reading, tally)
    assert len(lines) == tally.rows and lines == sorted(set(lines))
    for each in left_out:
        assert not any(each.first <= line <= each.last for line in lines if not each.number)
    text = open_text(path, name=path.name)
    with opened(text.path, text.start) as (_, characters):
        count = sum(1 for _ in numbered(characters, dialect_of(sheet.reading), width=len(sheet.headers)))
    if layout.stop_line is None and not layout.mended:
        header = max(sheet.reading.header_line, 0)
        assert header + tally.rows + tally.blank_rows + sum(each.lines for each in left_out) == count
    first_lines(sheet), last_lines(sheet)


@MANY
@given(content=files())
def test_every_line_of_a_file_is_accounted_for_or_the_file_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check_accounts(path, Layout())


@MANY
@given(content=files(), layout=LAYOUT)
def test_the_same_holds_of_a_file_that_a_person_laid_out(tmp_path: Path, content: bytes, layout: Layout) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check_accounts(path, layout)


@MANY
@given(content=st.binary(max_size=120))
def test_any_bytes_are_accounted_for_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check_accounts(path, Layout())


@pytest.mark.parametrize("content", [b"a,b\n", b"a", b"a,b\n1,", b"a\n\n", b"a,,\n1,,\n", b'"a\n', b"a,b\n,\n"])
def test_the_smallest_files_are_accounted_for(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check_accounts(path, Layout())
