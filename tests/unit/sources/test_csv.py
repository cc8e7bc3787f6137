"""Delimited text, from its bytes to its numbered rows."""

import gc
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from workbench.model.errors import UnreadableSheet, UnreadableSource, UnwritableFile, WorkbenchError
from workbench.model.sheet import Sheet, Tally
from workbench.sources import open_sheet
from workbench.sources.csv import open_csv
from workbench.sources.csv_writer import save_csv, write_csv
from workbench.sources.text import BLOCK

Open = Callable[..., Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> Open:
    def make(content: str | bytes, **said: object) -> Sheet:
        path = tmp_path / "people.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_csv(path, **said)

    return make


def rows(sheet: Sheet, tally: Tally | None = None) -> list[tuple[int, ...]]:
    """Every row as (line, cell, cell ...)."""
    found: list[tuple[int, ...]] = []
    for chunk in sheet.chunks(tally):
        columns = [column.to_pylist() for column in chunk.cells.columns]
        found += zip(chunk.lines.to_pylist(), *columns, strict=True)
    return found


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(WorkbenchError) as caught:
        action()
    return str(caught.value)


# What a plain file gives


def test_the_first_row_of_a_plain_file_is_on_line_2(sheet):
    assert rows(sheet("name,city\nAda,London\nBob,Paris\n")) == [(2, "Ada", "London"), (3, "Bob", "Paris")]


def test_a_sheet_knows_its_name_its_bytes_and_how_it_is_written(sheet):
    content = b'name;city\r\n"Ada";London\r\n'
    people = sheet(content)
    assert (people.name, people.size, people.checksum) == (
        "people.csv",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert people.path is not None and people.path.read_bytes() == content
    told = people.reading
    assert (told.format, told.encoding, told.delimiter, told.quote, told.escape) == ("csv", "utf-8", ";", '"', None)
    assert (told.line_ending, told.header_line, told.preamble, told.warnings) == ("crlf", 1, (), ())


def test_a_sheet_can_be_read_as_often_as_one_likes(sheet):
    people = sheet("a,b\n1,2\n")
    assert rows(people) == rows(people) == [(2, "1", "2")]


def test_cells_are_text_and_nothing_is_guessed(sheet):
    cells = ("001", "1.0", "None", "nan", "NULL", "NA", "N/A", "true", "2024-01-01", " x ", "")
    header = ",".join(f"h{place}" for place in range(len(cells)))
    assert rows(sheet(f"{header}\n{','.join(cells)}\n")) == [(2, *cells)]


def test_quoted_cells_are_kept_exactly(sheet):
    text = 'a,b\n"x, y","say ""hi"""\n"{""k"": [1, 2]}","one\r\ntwo\n\nthree"\n"",z\n'
    assert rows(sheet(text)) == [
        (2, "x, y", 'say "hi"'),
        (3, '{"k": [1, 2]}', "one\r\ntwo\n\nthree"),
        (4, "", "z"),
    ]


def test_a_quoted_line_break_adds_no_line(sheet):
    assert rows(sheet('a,b\n"1\n1\n1",2\n3,4\n')) == [(2, "1\n1\n1", "2"), (3, "3", "4")]


def test_a_quotation_mark_inside_an_unquoted_cell_is_text(sheet):
    assert rows(sheet('size,b\n5" pipe,2\n6",3\n7 "x",4\n')) == [(2, '5" pipe', "2"), (3, '6"', "3"), (4, '7 "x"', "4")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ending_is_read(sheet, end):
    assert rows(sheet(f"a,b{end}1,2{end}{end}3,4")) == [(2, "1", "2"), (4, "3", "4")]


def test_mixed_line_endings_are_read_and_told(sheet):
    people = sheet("a,b\r\n1,2\n3,4\r5,6")
    assert people.reading.line_ending == "mixed"
    assert rows(people) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_backslash_escapes_are_taken_away_and_told(sheet):
    people = sheet('name,said\nAda,"she \\"knew\\", he said"\nBob,well\\, no\n')
    assert rows(people) == [(2, "Ada", 'she "knew", he said'), (3, "Bob", "well, no")]
    assert people.reading.escape == "\\"
    assert people.reading.warnings == ("A backslash was taken to escape the character after it.",)


def test_one_column_may_hold_commas(sheet):
    people = sheet('remark\nyes, please\n"no ""no"""\n\nmaybe\n')
    assert people.reading.delimiter is None
    assert rows(people) == [(2, "yes, please"), (3, 'no "no"'), (5, "maybe")]


def test_chunks_are_bounded_however_short_the_rows_are(sheet):
    people = sheet("a,b\n" + "1,2\n" * 300_000)
    sizes = [len(chunk) for chunk in people.chunks()]
    assert max(sizes) <= 1 << 17 and sum(sizes) == 300_000
    assert rows(people)[-1] == (300_001, "1", "2")
    assert len(people.sample()) == 1_000


def test_a_last_row_without_a_line_break_is_in_the_chunk_of_the_others(sheet):
    for end in ("", "\n", "\r\n"):
        assert [len(chunk) for chunk in sheet(f"a,b\n1,2\n3,4\n5,6{end}").chunks()] == [3]


# Blank rows


def test_blank_rows_are_left_out_and_counted_wherever_they_stand(sheet):
    tally = Tally()
    text = 'a,b\n\n1,2\n,\n" ",\t\n   \n3,4\n"",""\n\u00a0,\u3000\n\n\n'
    assert rows(sheet(text), tally) == [(3, "1", "2"), (7, "3", "4")]
    assert tally == Tally(rows=2, blank_rows=8)


def test_a_row_is_blank_only_when_every_cell_is(sheet):
    assert rows(sheet("a,b,c\n,,1\n,1,\n1,,\n")) == [(2, "", "", "1"), (3, "", "1", ""), (4, "1", "", "")]


@pytest.mark.parametrize("text", ["a,b", "a,b\n", "a,b\r\n\r\n,\r\n", "sep=,\na,b", "a"])
def test_a_file_with_only_a_header_has_no_rows(sheet, text):
    tally = Tally()
    people = sheet(text)
    assert rows(people, tally) == [] and tally.rows == 0
    assert len(people.sample()) == 0


# Headers


def test_headers_are_trimmed_and_named_where_blank_or_repeated(sheet):
    people = sheet(" name ,,name\n1,2,3\n")
    assert people.headers == ("name", "column_2", "name_2")
    assert len(people.reading.warnings) == 2
    assert rows(people) == [(2, "1", "2", "3")]


def test_the_header_below_a_preamble_is_found(sheet):
    people = sheet('Roster of "North" school\n\nAs of 2024-09-01,,\nname,mail,grade\nAda,a@x.org,7\nBob,b@x.org,8\n')
    assert people.headers == ("name", "mail", "grade")
    assert people.reading.header_line == 4
    assert people.reading.preamble == ('Roster of "North" school', "", "As of 2024-09-01,,")
    assert people.reading.warnings == ("Line 4 was taken for the header; what stands above it is left out.",)
    assert rows(people)[0] == (5, "Ada", "a@x.org", "7")


def test_a_sep_line_is_counted_and_left_out(sheet):
    people = sheet("sep=;\r\nname;amount\r\nAda;1,5\r\n")
    assert (people.reading.delimiter, people.reading.header_line, people.reading.preamble) == (";", 2, ())
    assert rows(people) == [(3, "Ada", "1,5")]


def test_the_header_can_be_said_to_stand_elsewhere(sheet):
    people = sheet('Ada,London\n"two\nlines",x\nname,city\nBob,Paris\n', header_row=3)
    assert people.headers == ("name", "city")
    assert people.reading.preamble == ("Ada,London", '"two\nlines",x')
    assert people.reading.warnings == ()
    assert rows(people) == [(4, "Bob", "Paris")]
    assert sheet("sep=;\na;b\n1;2\n", header_row=2).headers == ("a", "b")
    assert sheet("x\n" * 600 + "a;b\n1;2\n", header_row=601).headers == ("a", "b")


@pytest.mark.parametrize(
    ("header_row", "why"),
    [
        (2, "Line 2: is blank, so it cannot be the header."),
        (9, "people.csv cannot be read: it has no line 9, where its header was said to be."),
        (0, "people.csv cannot be read: its header must be on one of the lines 1 to 1,000."),
        (5000, "people.csv cannot be read: its header must be on one of the lines 1 to 1,000."),
    ],
)
def test_a_header_cannot_be_where_there_is_none(sheet, header_row, why):
    assert refusal(lambda: sheet("a,b\n\n1,2\n", header_row=header_row)) == why


def test_a_header_may_hold_line_breaks(sheet):
    people = sheet('"first\nname",b\n1,2\n')
    assert people.headers == ("first\nname", "b")
    assert rows(people) == [(2, "1", "2")]


# Rows that are not as wide as the header


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b,c\n1,2,3\n1,2\n", "Line 3: has 2 cells where the header has 3."),
        ("a,b,c\n1,2,3\n\n1\n", "Line 4: has 1 cell where the header has 3."),
        ("a,b\n1,2\n1,2,3\n", "Line 3: has 3 cells where the header has 2."),
        ('a,b\n"1\n\n1",2\n1,2,3\n', "Line 3: has 3 cells where the header has 2."),
        ("a,b\r\n" + "1,2\r\n" * 50_000 + "1\r\n" + "1,2\r\n" * 9, "Line 50002: has 1 cell where the header has 2."),
        ("title\n\na,b\n1,2\n3,4\n5,6,7\n", "Line 6: has 3 cells where the header has 2."),
    ],
)
def test_a_ragged_row_is_refused_with_its_line(sheet, text, why):
    assert refusal(lambda: rows(sheet(text))) == why


def test_blank_cells_beyond_the_header_are_left_out_only_where_every_row_has_them(sheet):
    people = sheet("a,b\n1,2,,\n\n3,4, ,\n")
    assert rows(people) == [(2, "1", "2"), (4, "3", "4")]
    (said,) = people.reading.warnings
    assert said.startswith("Rows have 4 cells, the header has 2")
    for text in ("a,b\n1,2,,\n3,4, \n5,6\n", "a,b\n1,2,\n5,6\n", "a,b,c,d\nA,2,3,4\nB,,5,4,\nC,7,9,\n"):
        assert "cells where the header has" in refusal(lambda text=text: rows(sheet(text)))


def test_rows_that_are_all_wider_than_the_header_are_refused_with_the_reason(sheet):
    why = refusal(lambda: rows(sheet("id,nameemail,note\n1,Ada,a@x.org,\n2,Bob,b@x.org,x\n")))
    assert why == (
        "Line 2: has 4 cells where the header has 3, as most rows have. Two labels of the header may have run together."
    )


def test_a_surplus_cell_far_down_that_is_not_blank_is_refused_with_its_line(sheet):
    text = "a,b\n" + "1,2,\n" * 400_000
    assert sheet(text).tally().rows == 400_000
    assert refusal(lambda: rows(sheet(text + "1,2,3\n"))) == "Line 400002: has 3 cells where the header has 2."
    assert refusal(lambda: rows(sheet(text + "1,2\n"))) == "Line 400002: has 2 cells where the other rows have 3."


def test_columns_without_a_name_may_be_missing_at_the_end(sheet):
    people = sheet("a,b,,\n1,2\n3,4,5,6\n")
    assert people.headers == ("a", "b", "column_3", "column_4")
    assert rows(people) == [(2, "1", "2", "", ""), (3, "3", "4", "5", "6")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,2\n3,"4\n5,6\n7,8\n', 3),
        ('a,b\n1,"x\ny"\n3,"4', 3),
        ('a,b\n1,5" pipe\n3,"4\n', 3),
        ('a,"b\n1,2\n', 1),
    ],
)
def test_a_quotation_mark_that_never_closes_is_refused_with_the_line_on_which_it_opens(sheet, text, line):
    assert refusal(lambda: rows(sheet(text))) == f"Line {line}: has a quotation mark that is never closed."


def test_text_after_a_closing_quotation_mark_is_refused_with_its_line(sheet):
    why = refusal(lambda: rows(sheet('a,b\n1,2\n"Ada" Lovelace,2\n')))
    assert why.startswith("Line 3: has text after the quotation mark that closes a cell")


# Encodings


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16-le" if sys.byteorder == "little" else "utf-16-be"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_and_told(sheet, encoding, told):
    content = "name,city\r\nJosé,Köln\r\n".encode(encoding)
    people = sheet(content)
    assert people.reading.encoding == told
    assert people.headers == ("name", "city")
    assert rows(people) == [(2, "José", "Köln")]
    assert (people.size, people.checksum) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_big_endian_mark_is_read(sheet):
    assert rows(sheet(b"\xfe\xff" + "a;b\n中;é\n".encode("utf-16-be"))) == [(2, "中", "é")]


def test_a_guess_at_windows_1252_is_told_with_the_line_that_led_to_it(sheet):
    people = sheet("name,price\n\nAda,5\nBob,7 €\n".encode("cp1252"))
    assert rows(people)[1] == (4, "Bob", "7 €")
    assert people.reading.warnings == (
        "The text is not UTF-8 (first seen on line 4), so it was read as Windows-1252. Check accented letters.",
    )


def test_the_encoding_is_judged_by_the_whole_file(sheet):
    content = b"a,b\n" + b"1,2\n" * 200_000 + "é,2\n".encode("cp1252")
    people = sheet(content)
    assert people.reading.encoding == "cp1252"
    assert rows(people)[-1] == (200_002, "é", "2")


def test_a_byte_that_is_neither_utf_8_nor_windows_1252_is_refused_with_its_line(sheet):
    why = refusal(lambda: sheet(b'a,b\n"1\n1",2\n3,\xe9\n4,\x81\n'))
    assert why == "Line 4: has a character that cannot be read (byte 0x81 is not cp1252)."


def test_utf_8_with_a_damaged_character_is_not_taken_for_windows_1252(sheet):
    why = refusal(lambda: sheet("a,b\nJosé,Köln\nÄnne,Zoë\n".encode() + b"\xe9,2\n"))
    assert why == "Line 4: has a damaged character: the other letters of this file are UTF-8, this one is not."


def test_utf_16_cut_in_the_middle_of_a_character_is_refused(sheet):
    assert refusal(lambda: sheet("a,b\n1,2\n".encode("utf-16") + b"\x31")).startswith(
        "Line 3: has a character that cannot"
    )


def test_an_encoding_and_a_delimiter_can_be_said(sheet):
    assert rows(sheet("a!b\nж!2\n".encode("cp1251"), encoding="cp1251", delimiter="!")) == [(2, "ж", "2")]
    assert rows(sheet("a,b\né,2\n".encode("utf-8-sig"), encoding="utf-8")) == [(2, "é", "2")]
    assert "no encoding called klingon" in refusal(lambda: sheet("a,b\n", encoding="klingon"))
    assert "its delimiter must be one character" in refusal(lambda: sheet("a,b\n", delimiter="::"))
    assert refusal(lambda: sheet(b"a,b\n1,\xe9\n", encoding="utf-8")) == "Line 2: has a character that is not UTF-8."


def test_characters_of_every_kind_come_through(sheet):
    cells = ("中文", "🦉", "e\u0301", "\u200b", "\x07", "\ufeffx", "ß")
    assert rows(sheet("a,b,c,d,e,f,g\n" + ",".join(cells) + "\n")) == [(2, *cells)]


# What is no table


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "people.csv cannot be read: it is empty (0 bytes)."),
        (b"\n\r\n \n", "people.csv cannot be read: it holds nothing but blank lines."),
        (b"\xff\xfe", "people.csv cannot be read: it holds nothing but blank lines."),
        (b"\x89PNG\r\n\x1a\n\0\0", "people.csv cannot be read: it is a PNG picture, not a table."),
        (b"%PDF-1.7\n", "people.csv cannot be read: it is a PDF document, not a table."),
        (b"\x7fELF\x02\x01", "people.csv cannot be read: it is a program, not a table."),
        (b"\x1f\x8b\x08\x00", "people.csv cannot be read: it is compressed with gzip, not a table."),
        (b" <!DOCTYPE html><table>", "people.csv cannot be read: it is a web page, not a table."),
        (b'[\n  {"a": 1}]', "people.csv cannot be read: it is a JSON document, not a table."),
        (b"a,b\n1,2\n3,\0\n", "Line 3: has a NUL character, so this is no text file, or a damaged one."),
        (b"a,b\n\0\1\2\3\4\5", "Line 2: has a NUL character, so this is no text file, or a damaged one."),
        (",".join(f"c{n}" for n in range(10_000)).encode(), "Line 1: has 10,000 columns; a sheet may have 2,000."),
        (",".join(["a long header " * 9] * 10_000).encode(), "Line 1: has 10,000 columns; a sheet may have 2,000."),
        (b"x" * 5_000, "Line 1: has a header of over 1,000 characters, so this is no table."),
        ("a,b\n1,\0\n".encode("utf-16"), "Line 2: has a NUL character, so this is no text file, or a damaged one."),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(sheet, content, why):
    assert refusal(lambda: sheet(content)) == why


def test_two_thousand_columns_are_read(sheet):
    names, cells = (",".join(f"{letter}{n}" for n in range(2_000)) for letter in "cd")
    people = sheet(f"{names}\n{cells}\n")
    assert len(people.headers) == 2_000 and len(rows(people)) == 1


def test_a_cell_of_a_megabyte_is_read_and_a_longer_one_refused_with_its_line(sheet):
    megabyte = "x" * (1 << 20)
    assert rows(sheet(f"a,b\n1,2\n{megabyte},2\n"))[1] == (3, megabyte, "2")
    for text in (f"a,b\n1,2\n{megabyte}x,2\n", f'a,b\n1,2\n\n5" ,x\n{megabyte}x,2\n', f"a,b\n1,2\n{megabyte[1:]}é,2\n"):
        line = text[: text.index("xxx")].count("\n") + 1
        assert refusal(lambda text=text: rows(sheet(text))).startswith(f"Line {line}: has a cell of over 1 MB")
    said = refusal(lambda: rows(sheet(f"a,b\n1,2\n3,{megabyte}x\n")))
    assert said.startswith("Line 3: has a cell of over 1 MB in column b, or ")


def test_a_cell_of_fifty_megabytes_is_refused_with_its_line(sheet):
    assert refusal(lambda: sheet(b"a,b\n1,2\n3," + b"x" * (50 << 20) + b"\n5,6\n")) == (
        "Line 3: is over 8 MB long without a line break, too long for a row."
    )
    broken = b'a,b\n1,2\n3,"' + (b"x" * 99 + b"\n") * (50 << 20 >> 7) + b'"\n5,6\n'
    assert refusal(lambda: rows(sheet(broken))).startswith("Line 3: has a cell of over 1 MB")


# What the system will not let be read


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    assert refusal(lambda: open_csv(tmp_path / "no.csv")) == "no.csv cannot be read: there is no such file."
    assert refusal(lambda: open_sheet(tmp_path / "no.csv")) == "no.csv cannot be read: there is no such file."
    assert refusal(lambda: open_sheet(str(tmp_path))) == f"{tmp_path.name} cannot be read: it is a folder."


def test_a_file_one_may_not_read_is_refused(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        assert refusal(lambda: open_csv(path)) == "secret.csv cannot be read: you have no permission to read it."
    finally:
        os.seteuid(was)


def test_a_file_that_changes_while_it_is_read_is_refused(sheet):
    people = sheet("a,b\n1,2\n")
    people.path.write_text("a,b\n1,2\n3,4\n")
    assert refusal(lambda: rows(people)) == "people.csv cannot be read: it was changed while it was being read."
    people.path.unlink()
    assert refusal(lambda: rows(people)) == "people.csv cannot be read: there is no such file."


# Copies


def copies(folder: Path) -> list[Path]:
    return list(folder.glob(".workbench-copy-*"))


def test_a_copy_lives_as_long_as_the_sheet_or_a_reading_of_it(sheet, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    chunks = sheet("a,b\n1,é\n".encode("utf-16")).chunks()
    assert len(copies(tmp_path)) == 1
    assert next(chunks).cells.to_pylist() == [{"a": "1", "b": "é"}]
    del chunks
    gc.collect()
    assert copies(tmp_path) == []


def test_a_copy_that_cannot_be_finished_goes_away(sheet, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refusal(lambda: sheet(b"a,b\n1,\xe9\n2,\x81\n"))
    assert copies(tmp_path) == []


# Any source


def test_standard_input_is_read_and_its_copy_goes_away(tmp_path):
    program = (
        "from workbench.sources import open_sheet\n"
        "sheet = open_sheet('-')\n"
        "print(sheet.name, sheet.size, [chunk.cells.to_pylist() for chunk in sheet.chunks()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="a;b\n1;é\n".encode(),
        capture_output=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        check=True,
    )
    assert done.stdout.decode() == "standard input 9 [[{'a': '1', 'b': 'é'}]]\n"
    assert copies(tmp_path) == []


def test_a_pipe_is_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"printf 'a,b\\n1,2\\n' > '{pipe}'"]):
        assert rows(open_sheet(pipe)) == [(2, "1", "2")]


def test_the_content_tells_what_a_source_is_and_not_its_name(tmp_path):
    path = tmp_path / "people.xlsx"
    path.write_text("a,b\n1,2\n")
    assert rows(open_sheet(path)) == [(2, "1", "2")]
    assert refusal(lambda: open_sheet(path, sheet="June")) == (
        "people.xlsx cannot be read: it is a text file, and has no worksheet June."
    )


def test_a_zip_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    assert refusal(lambda: open_sheet(path)).startswith("people.csv cannot be read: it is a ZIP archive")
    path.write_bytes(b"PK\x03\x04" + struct.pack("<I", 7))
    assert refusal(lambda: open_sheet(path)).startswith("people.csv cannot be read: it is damaged")


def test_a_data_frame_is_read_and_has_no_worksheet_to_choose():
    frame = pd.DataFrame({"a": ["1"], "b": ["2"]})
    assert rows(open_sheet(frame)) == [(2, "1", "2")]
    assert refusal(lambda: open_sheet(frame, sheet="June")).startswith("DataFrame cannot be read: it has no worksheet")


# Clean CSV


def clean(people: Sheet) -> bytes:
    file = io.BytesIO()
    write_csv(people, file)
    return file.getvalue()


def test_clean_csv_quotes_only_what_needs_it(sheet):
    people = sheet('sep=;\r\n name ;said;said\r\nJosé;"a,b";"one\r\ntwo"\r\n;;\r\n001;"5"" x"; y\r\n')
    assert clean(people).decode() == 'name,said,said_2\nJosé,"a,b","one\r\ntwo"\n001,"5"" x"," y"\n'


def test_a_file_is_saved_whole_or_not_at_all(sheet, tmp_path):
    target = tmp_path / "clean.csv"
    target.write_text("before")
    with pytest.raises(UnreadableSheet):
        save_csv(sheet("a,b\n" + "1,2\n" * 30_000 + "1\n"), target)
    assert target.read_text() == "before"
    assert save_csv(sheet("a;b\n1;2\n"), target) == Tally(rows=1)
    assert target.read_text() == "a,b\n1,2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean.csv", "people.csv"]
    with pytest.raises(UnwritableFile, match="No such file or directory"):
        save_csv(sheet("a;b\n1;2\n"), tmp_path / "nowhere" / "clean.csv")


# Both readers

SOUP = st.text(alphabet='aé0 ,;"\n\r\t\\\u00a0', max_size=60)
CELL = st.text(alphabet='aé ,;|"\n\r\t\\\u00a0中', max_size=8)  # letters only: no row is taken for a header


def _like_rows(table: list[list[str]]) -> bool:
    """Whether a cell could be whole rows that a quotation mark has swallowed: such a table is refused."""
    return any(cell.count(",") >= len(row) - 1 > 0 and re.search("[\r\n]", cell) for row in table for cell in row)


TABLES = (
    st.integers(1, 4)
    .flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=12))
    .filter(lambda table: not _like_rows(table))
)
MANY = settings(
    max_examples=int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "300")),  # `make soak` has thousands
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def outcome(people: Sheet) -> tuple[object, ...]:
    """The rows and the count of blank ones, or the sentence of the refusal."""
    tally = Tally()
    try:
        return rows(people, tally), tally
    except UnreadableSheet as error:
        return (str(error),)


def by_each_reader(people: Sheet) -> tuple[object, ...]:
    """The outcome by the exact reader, which the fast one has to reach too, however small its blocks are."""
    table = people.read.__self__
    exact = outcome(replace(people, read=replace(table, tidy=False).read))
    assert outcome(people) == exact
    for block in (8, 24, 64):
        assert outcome(replace(people, read=replace(table, block=block).read)) == exact
    return exact


def written(cells: list[list[str]], end: str, always: bool = True) -> str:
    """The cells as CSV below a header, quoted where they must be, or always."""

    def quoted(cell: str) -> str:
        needed = always or cell != cell.strip() or any(mark in cell for mark in '",\r\n')
        return '"' + cell.replace('"', '""') + '"' if needed else cell

    header = [f"h{place}" for place in range(len(cells[0]) if cells else 2)]
    return "".join(",".join(map(quoted, row)) + end for row in [header, *cells])


@MANY
@given(table=TABLES, end=st.sampled_from(["\n", "\r\n"]), always=st.booleans())
def test_both_readers_give_back_what_was_written(sheet, table, end, always):
    people = sheet(written(table, end, always), delimiter=",")
    assume(not people.reading.left_out)  # the last row may read as a note
    found = by_each_reader(people)
    kept = [(line, *row) for line, row in enumerate(table, start=2) if any(cell.strip() for cell in row)]
    assert found == (kept, Tally(rows=len(kept), blank_rows=len(table) - len(kept)))


@MANY
@given(soup=SOUP, delimiter=st.sampled_from([",", ";", "\t", None]))
def test_both_readers_agree_on_any_text(sheet, soup, delimiter):
    try:
        people = sheet("h1,h2\n" + soup, delimiter=delimiter)
    except UnreadableSheet:
        return
    by_each_reader(people)


@MANY
@given(table=TABLES)
def test_clean_csv_reads_back_exactly(sheet, table):
    people = sheet(written(table, "\n"), delimiter=",")
    before = [row[1:] for row in rows(people)]
    again = sheet(clean(people))
    assert again.headers == people.headers
    assert [row[1:] for row in rows(again)] == before


@MANY
@given(content=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused_in_a_sentence(sheet, content):
    try:
        rows(sheet(content))
    except (UnreadableSheet, UnreadableSource) as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize("short", range(1, 16))
def test_marks_at_the_edge_of_what_is_looked_at_at_once_are_understood(sheet, short):
    text = "x" * (BLOCK - len("a,b\r\n") - short) + ',"y""z\r\n"\r\n"","q"\r\n'
    people = sheet("a,b\r\n" + text)
    assert people.read.__self__.tidy
    assert [row[2] for row in rows(people)] == ['y"z\r\n', "q"]
    people.path.write_bytes(people.path.read_bytes() + b"1,\0\r\n")
    assert refusal(lambda: open_csv(people.path)).startswith("Line 4: has a NUL character")


@pytest.mark.parametrize("short", range(1, 9))
def test_quotes_that_do_not_fit_are_noticed_at_the_edge_of_what_is_looked_at_at_once(sheet, short):
    people = sheet("a,b\n" + "x" * (BLOCK - len("a,b\n") - short) + ',"yy"z\n')
    assert not people.read.__self__.tidy
    assert refusal(lambda: rows(people)).startswith("Line 2: has text after the quotation mark")
