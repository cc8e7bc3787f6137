"""The tables of a ZIP archive, opened as sheets that know where they came from."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from workbench.model.errors import UnreadableMember, UnreadableSource
from workbench.model.sheet import BY_PROGRAM, Sheet
from workbench.sources import is_packed, open_sheet, open_sheets


def zipped(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [row for chunk in sheet.chunks() for row in chunk.cells.to_pylist()]


def test_each_table_is_a_sheet_that_knows_its_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"x/users.csv": "id,name\n1,Ann\n", "x/notes.md": "no", "x/more.json": "{}"})
    (sheet,) = open_sheets(path)
    assert (sheet.name, cells(sheet)) == ("users.csv", [{"id": "1", "name": "Ann"}])
    assert sheet.checksum == hashlib.sha256(b"id,name\n1,Ann\n").hexdigest()
    package = sheet.package
    assert package is not None
    assert (package.name, package.members) == ("a.zip", ("x/users.csv", "x/notes.md", "x/more.json"))
    assert package.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    assert package.texts == {"x/more.json": "{}"}


def test_a_sheet_outlives_the_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"users.csv": "id\n1\n", "terms.csv": "id\n2\n"})
    sheets = open_sheets(path)
    path.unlink()
    assert [cells(sheet) for sheet in sheets] == [[{"id": "1"}], [{"id": "2"}]]


def test_beside_a_manifest_every_row_is_a_record_whatever_it_looks_like(tmp_path: Path) -> None:
    text = "id,name,sum\n1,Ann,2\n2,Ben,3\nid,name,sum\nTotal,,5\n"
    (by_program,) = open_sheets(zipped(tmp_path / "a.zip", **{"manifest.json": "{}", "users.csv": text}))
    assert by_program.reading.layout == BY_PROGRAM
    assert [row["id"] for row in cells(by_program)] == ["1", "2", "id", "Total"]
    (found,) = open_sheets(zipped(tmp_path / "b.zip", **{"users.csv": text}))
    assert "id" not in [row["id"] for row in cells(found)]


def test_an_empty_member_is_no_sheet_and_one_of_a_header_is(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"manifest.json": "{}", "users.csv": "", "terms.csv": "id,term_name\n"})
    assert [(sheet.name, sheet.headers) for sheet in open_sheets(path)] == [("terms.csv", ("id", "term_name"))]


def test_a_line_that_cannot_be_read_is_named_with_its_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"manifest.json": "{}", "users.csv": 'id,name\n1,Ann\n2,"Ben\n'})
    with pytest.raises(UnreadableMember, match=r"a.zip cannot be read: users.csv, line 3: "):
        [cells(sheet) for sheet in open_sheets(path)]


@pytest.mark.parametrize(
    "name", ["../users.csv", "x/../../users.csv", "/etc/users.csv", "C:/users.csv", "..\\users.csv"]
)
def test_a_member_that_leads_out_of_the_archive_refuses_all_of_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableSource, match="would be unpacked outside of the archive's folder"):
        open_sheets(zipped(tmp_path / "a.zip", **{"terms.csv": "id\n1\n", name: "id\n1\n"}))


def packed(path: Path, *names: bytes, flags: int = 0) -> Path:
    """An archive whose files have those very names, which no program would give them."""
    marks = [b"%03d" % place + b"_" * (len(name) - 3) for place, name in enumerate(names)]
    with zipfile.ZipFile(path, "w") as archive:
        for mark in marks:
            archive.writestr(mark.decode(), "id\n1\n")
    content = path.read_bytes()
    for mark, name in zip(marks, names, strict=True):
        content = content.replace(mark, name)
    if flags:  # of the local header and of the directory's entry
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = content.index(sign) + at
            content = content[:place] + flags.to_bytes(2, "little") + content[place + 2 :]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"C:\\data\\terms.csv", r"its file 'C:\\data\\terms\.csv' names the drive C: and would be unpacked outside"),
        (b"c:terms.csv", r"its file 'c:terms\.csv' names the drive c: and would"),
        (b"te\x07rms.csv", r"the name of its file 'te\ufffdrms\.csv' has a control sign in it \(U\+0007\)"),
        (b"terms.csv\x00.exe", r"'terms\.csv\ufffd\.exe' has a control sign in it \(U\+0000\)"),
        (b"te\nrms.csv", r"has a control sign in it \(U\+000A\)"),
    ],
)
def test_an_odd_name_of_a_member_refuses_the_archive_with_what_is_odd(tmp_path: Path, name: bytes, why: str) -> None:
    with pytest.raises(UnreadableSource, match=why):
        open_sheets(packed(tmp_path / "a.zip", name))


def test_a_name_that_is_no_utf_8_though_the_archive_says_so_is_named_as_such(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", b"sch\xfcler.csv", flags=0x800)
    for opened in (open_sheets, open_sheet):
        with pytest.raises(UnreadableSource, match="the name of one of its files is not written in UTF-8"):
            opened(path)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        (b"report 10:30.csv", "report 10:30.csv"),
        (b"export\\terms.csv", "terms.csv"),
        (b"terms.csv\\", "terms.csv"),
        ("schüler.csv".encode(), "schüler.csv"),
        ("schüler.csv".encode("cp437"), "schüler.csv"),
    ],
)
def test_a_name_that_is_only_unusual_is_read(tmp_path: Path, name: bytes, called: str) -> None:
    assert [sheet.name for sheet in open_sheets(packed(tmp_path / "a.zip", name))] == [called]


def test_names_that_differ_in_case_alone_are_two_tables_and_one_name_twice_is_refused(tmp_path: Path) -> None:
    both = open_sheets(packed(tmp_path / "a.zip", b"terms.csv", b"Terms.csv"))
    assert [sheet.name for sheet in both] == ["terms.csv", "Terms.csv"]
    with pytest.raises(UnreadableSource, match=r"it has 2 files called terms\.csv, so that which"):
        open_sheets(packed(tmp_path / "b.zip", b"terms.csv", b"terms.csv"))


def test_a_bomb_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", b"id\n" + b"0\n" * 60_000_000)
    with pytest.raises(UnreadableSource, match="possible zip bomb"):
        open_sheets(path)


def test_a_workbook_is_no_archive_of_tables(tmp_path: Path) -> None:
    assert not is_packed(zipped(tmp_path / "a.xlsx", **{"xl/workbook.xml": "<x/>"}))
    assert is_packed(zipped(tmp_path / "a.bin", **{"users.csv": "id\n"}))
    assert not is_packed(tmp_path / "nowhere.zip")
