"""What bad input gets: one sentence that says where and what, or an issue on its row; and nothing is half-written."""

import codecs
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from tests.imports import ask, fingerprint, issues, outcome, outcomes, records
from workbench import Workbench, open_sheet
from workbench.doors import cli
from workbench.model.errors import (
    AmbiguousColumns,
    ForbiddenColumns,
    HalfCharacter,
    NotText,
    NulInText,
    UnknownBatch,
    UnknownDataset,
    UnknownMode,
    UnknownRecord,
    UnknownTemplate,
    UnreadableSheet,
    UnreadableSource,
    WorkbenchError,
)
from workbench.model.row_query import CellTest, RowQuery
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Sheets = Callable[..., Sheet]
GOOD = "email,full_name\nada@example.com,Ada Park\n"


def bomb(path: Path) -> None:
    """A workbook that unpacks to 110 MB of nothing."""
    pd.DataFrame({"email": ["ada@example.com"]}).to_excel(path, index=False)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(110_000_000))


def locked(path: Path) -> None:
    """A ZIP whose parts are encrypted."""
    pd.DataFrame({"email": ["ada@example.com"]}).to_excel(path, index=False)
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + flags] |= 1
    path.write_bytes(data)


BAD: dict[str, tuple[bytes | Callable[[Path], None], str]] = {
    "nothing.csv": (b"", "nothing.csv cannot be read: it is empty (0 bytes)."),
    "blank.csv": (b"\n  \n\n", "blank.csv cannot be read: it holds nothing but blank lines."),
    "header.csv": (b"email,full_name\n", "header.csv has no rows below its header, so there is nothing to import."),
    "picture.csv": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "picture.csv cannot be read: it is a PNG picture, not a table.",
    ),
    "noise.csv": (bytes(range(128, 256)) * 9, "Line 1: has a character that cannot be read (byte 0x81 is not cp1252)."),
    "nul.csv": (
        b"email,full_name\na@example.com,A\nb@example.com,B\0\n",
        "Line 3: has a NUL character, so this is no text file, or a damaged one.",
    ),
    "encoding.csv": (
        "email,full_name\né@example.com,É\n".encode() * 9 + b"b@example.com,\xc9\n",
        "Line 19: has a damaged character: the other letters of this file are UTF-8, this one is not.",
    ),
    "utf16.csv": (
        codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le")[:-3],
        "Line 2: has a character that cannot be read (byte 0x6B is not utf-16-le).",
    ),
    "quote.csv": (
        GOOD.encode() + b'ben@example.com,"Ben\n' + b"c@example.com,C\n" * 9,
        "Line 3: has a quotation mark that is never closed.",
    ),
    "ragged.csv": (GOOD.encode() + b"ben@example.com\n", "Line 3: has 1 cell where the header has 2."),
    "columns.csv": (
        ",".join(f"c{n}" for n in range(10_000)).encode() + b"\n",
        "Line 1: has 10,000 columns; a sheet may have 2,000.",
    ),
    "cell.csv": (
        GOOD.encode() + b"ben@example.com," + b"x" * 50_000_000 + b"\n",
        "Line 3: is over 8 MB long without a line break, too long for a row.",
    ),
    "bomb.xlsx": (bomb, "it is refused as a possible zip bomb"),
    "locked.xlsx": (locked, "locked.xlsx cannot be read: it is protected with a password. Save a copy without one."),
    "archive.csv": (
        lambda path: zipfile.ZipFile(path, "w").close(),
        "archive.csv cannot be read: it is a ZIP archive without a file in it.",
    ),
    "missing.csv": (
        b"email,colour\nada@example.com,red\n",
        "No column for the required full_name (or first_name and last_name) of elevate.students.",
    ),
    "guess.csv": (b"emial,full_name\nada@example.com,Ada\n", "'emial=email' (reads like \"email\")"),
    "twice.csv": (
        b"Email,EMAIL,full_name\nada@example.com,ben@example.com,Ada\n",
        "Columns Email, EMAIL would both fill email.",
    ),
    "secret.csv": (
        b"email,full_name,Password\nada@example.com,Ada,hunter2\n",
        "Columns Password carry secrets and are never imported. Leave them out with --map 'Header='.",
    ),
}


@pytest.fixture
def command(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command line, on this test's database."""
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", url)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.setenv("WORKBENCH_USER", "ana")
    return lambda *words: cli.run([str(word) for word in words])


def test_each_bad_file_gets_one_sentence_and_leaves_no_row(
    command: Callable[..., int], url: str, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    empty = fingerprint(url)
    for name, (content, sentence) in BAD.items():
        path = tmp_path / name
        path.write_bytes(content) if isinstance(content, bytes) else content(path)
        status = command("import", path, "--dataset", "elevate.students")
        printed, told = capfd.readouterr()
        assert (status, printed, len(told.splitlines())) == (2, "", 1), (name, told)
        assert sentence in told, name
        assert "hunter2" not in told
    assert fingerprint(url) == empty
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]
    begun = ask(url, "select file_name, stage, summary ->> 'error', checksum from workbench.import_batch")
    assert [row[:3] for row in begun] == [("quote.csv", "failed", BAD["quote.csv"][1])], "below a good row"
    assert [path.name for path in home.rglob("*") if path.is_file()] == [row[3] for row in begun]


def test_what_cannot_be_chosen_is_named(wb: Workbench, sheet: Sheets, tmp_path: Path) -> None:
    good = sheet(GOOD)
    refused: dict[type[WorkbenchError], Callable[[], object]] = {
        UnknownDataset: lambda: wb.stage(good, "elevate.pupils"),
        UnknownMode: lambda: wb.stage(good, "elevate.students", mode="upsert'; drop schema workbench cascade; --"),
        UnknownTemplate: lambda: wb.stage(good, "elevate.students", template="' or 1=1 --"),
        UnknownBatch: lambda: wb.batches.get("' or 1=1 --"),
        UnknownRecord: lambda: wb.records.get("elevate.students", "' or 1=1 --"),
        UnreadableSource: lambda: open_sheet(tmp_path / "not there.csv"),
    }
    for error, attempt in refused.items():
        with pytest.raises(error) as refusal:
            attempt()
        assert "\n" not in str(refusal.value)
    assert wb.batches.all() == []


def test_a_file_that_turns_bad_late_fails_its_batch_and_keeps_no_row(
    wb: Workbench, url: str, home: Path, sheet: Sheets
) -> None:
    many = "".join(f"a{n}@example.com,Ada {'Park' * 30}\n" for n in range(70_000))  # more than is looked at first
    late = sheet(f"email,full_name\n{many}ragged\n{many}")
    with pytest.raises(UnreadableSheet, match="Line 70002: has 1 cell where the header has 2"):
        wb.import_sheet(late, "elevate.students")
    batch = wb.batches.all()[0]
    assert (batch.stage, batch.status) == ("failed", "failed")
    assert batch.summary == {"error": "Line 70002: has 1 cell where the header has 2."}
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]
    assert records(url, "elevate.profiles", "email") == []
    assert [path.name for path in home.rglob("*") if path.is_file()] == [late.checksum]


def test_a_nul_that_only_a_data_frame_can_hold_is_refused_with_its_line(wb: Workbench, url: str) -> None:
    cells = {"name": ["Nursing", "Wel\0ding"], "code": ["N", "W"]}
    with pytest.raises(UnreadableSheet, match=r"Line 3: has a NUL character\."):
        wb.import_sheet(open_sheet(pd.DataFrame(cells)), "elevate.courses")
    with pytest.raises(UnreadableSheet, match=r"Line 1: has a NUL character in a header\."):
        wb.import_sheet(open_sheet(pd.DataFrame({**cells, "no\0te": ["", ""]})), "elevate.courses")
    assert ask(url, "select count(*) from workbench.import_row") == [(0,)]


# --- a wrong row is an issue, not a refusal ---


def test_a_nul_in_what_a_person_says_is_refused_in_a_sentence(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.import_sheet(sheet("email,name\nann@example.org,Ann Lee\n"), "elevate.students")
    for said in (
        lambda: wb.note(batch, notes="a\0b"),
        lambda: wb.sources.save(dataset="a\0b"),
        lambda: wb.records.get("elevate.students", "a\0b"),
    ):
        with pytest.raises(NulInText, match="NUL character"):
            said()


def test_half_a_character_in_what_a_person_says_is_refused_in_a_sentence_and_changes_nothing(
    wb: Workbench, sheet: Sheets
) -> None:
    batch = wb.stage(sheet("email,name\nann@example.org,Ann Lee\n"), "elevate.students")
    template = wb.templates.save("Monthly", "elevate.students", Mapping(columns={"name": "full_name"}))
    half: dict[str, Any] = {"full_name": {"Ann Lee": "\ud800"}}
    for said in (
        lambda: wb.note(batch, notes="\ud800"),
        lambda: wb.discard(batch, "\ud800"),
        lambda: wb.correct(batch, {2: {"name": "\ud800"}}),
        lambda: wb.fill_cells(batch, "name", "\udfff"),
        lambda: wb.fill_cells(batch, "name", "x", query=RowQuery(text="\ud800")),
        lambda: wb.mean(batch, half),
        lambda: wb.remap(batch, {}, value_maps=half),
        lambda: wb.remap(batch, {}, value_maps={"full_name": {"\udcff": "Ann"}}),
        lambda: wb.stage(sheet(GOOD), "elevate.students", value_maps=half),
        lambda: wb.stage(sheet(GOOD), "elevate.students", constants={"phone": "\ud800"}),
        lambda: wb.rows.page(batch, RowQuery(text="\ud800")),
        lambda: wb.rows.page(batch, RowQuery(cell=CellTest(header="name", text="\ud800"))),
        lambda: wb.query("select %s", ("\ud800",)),
        lambda: wb.records.find("\ud800"),
        lambda: wb.templates.save("half", "elevate.students", Mapping(value_maps=half)),
        lambda: wb.templates.save("\ud800", "elevate.students", Mapping()),
        lambda: wb.templates.save("half", "elevate.students", Mapping(columns={"\ud800": "full_name"})),
        lambda: wb.templates.update(template.id, Mapping(value_maps=half)),
        lambda: wb.templates.rename(template.id, "\ud800"),
        lambda: wb.sources.save(dataset="\ud800"),
    ):
        with pytest.raises(HalfCharacter, match="half a character"):
            said()
    assert wb.batches.all() == [batch]
    assert wb.templates.all() == [template]


@pytest.mark.parametrize("odd", [5, {"Ann": 5}, {5: "Ann"}, {"Ann": ["x"]}, "Ann", ["Ann"], {"Ann": b"x"}])
def test_meanings_that_are_no_texts_are_refused_in_a_sentence(wb: Workbench, sheet: Sheets, odd: Any) -> None:
    batch = wb.stage(sheet("email,name\nann@example.org,Ann\n"), "elevate.students")
    maps: Any = {"full_name": odd}
    for said in (
        lambda: wb.stage(sheet("email,name\nann@example.org,Ann\n"), "elevate.students", value_maps=maps),
        lambda: wb.mean(batch, maps),
        lambda: wb.remap(batch, {}, value_maps=maps),
        lambda: wb.templates.save("odd", "elevate.students", Mapping(value_maps=maps)),
        lambda: wb.correct(batch, {2: odd}),
    ):
        with pytest.raises(NotText, match="is said in texts, by names"):
            said()
    with pytest.raises(NotText):
        wb.mean(batch, odd)
    assert wb.batches.all() == [batch]


def test_wrong_values_are_issues_on_their_rows(wb: Workbench, sheet: Sheets) -> None:
    wb.import_sheet(sheet("name,code\nNursing,N\n", "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(GOOD), "elevate.students")
    text = """\
student_email,course_code,status,progress,enrolled_at
ada@example.com,N,enrolled,0,2024-01-15
ada@example.com,N,active,many,2024-01-15
ada@example.com,N,active,101,2024-01-15
ada@example.com,N,active,0,2024-02-30
no address,N,active,0,2024-01-15
,N,active,0,2024-01-15
ada@example.com,N,active,0,now
"""
    batch = wb.import_sheet(sheet(text, "enrollments.csv"), "elevate.enrollments")
    assert batch.stage == "held"
    assert issues(wb, batch) == [
        (2, "status", "bad_choice"),
        (3, "progress", "bad_integer"),
        (4, "progress", "out_of_range"),
        (5, "enrolled_at", "bad_timestamp"),
        (6, "student_email", "bad_email"),
        (7, "student_email", "missing"),
        (8, "enrolled_at", "bad_timestamp"),
    ]
    assert outcome(batch) == (0, 0, 0, 0, 7)


def test_control_characters_are_issues_and_their_rows_are_kept_as_they_were(wb: Workbench) -> None:
    frame = pd.DataFrame({"name": ["Nurs\x07ing", "Welding", "Tab\tbed"], "code": ["N", "W\x1b[31m", "T"]})
    batch = wb.import_sheet(open_sheet(frame), "elevate.courses", skip_errors=True)
    assert {(line, code) for line, _, code in issues(wb, batch)} >= {(2, "control_character"), (3, "control_character")}
    assert [row["raw"] for row in wb.rows.each(batch)] == frame.to_dict("records")


TEXTS = (
    "Robert'); DROP TABLE elevate.courses; --",
    "' OR '1'='1",
    "%s %(name)s %% {0} {name} $1 $$ :name ?",
    "\\N and \\.",
    "\\.",
    "\\\\ \\x00 \\u0000 \\n \\t",
    '=HYPERLINK("http://example.com/"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    '"quoted", and; separated|by\ttabs',
    '{"a": [1, null]}',
    "<script>alert(1)</script>",
    "NULL None nan NaN N/A",
    "\N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{WOMAN} \N{ARABIC LETTER SEEN}\N{RIGHT-TO-LEFT OVERRIDE}",
    "naïve Ω 漢字 \N{MATHEMATICAL BOLD FRAKTUR CAPITAL A}",
    "x" * 500_000,
)


def test_texts_that_mean_harm_are_stored_exactly_and_do_none(
    wb: Workbench, url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], command: Callable[..., int]
) -> None:
    frame = pd.DataFrame({"name": [f"Course {n}" for n in range(len(TEXTS))], "description": TEXTS})
    frame["description"] = frame["description"].str.replace("\t", " ")
    path = tmp_path / "'; drop table elevate.courses; -- %s {0}.csv"
    frame.to_csv(path, index=False)
    batch = wb.import_sheet(open_sheet(path), "elevate.courses", notes=TEXTS[0], window=TEXTS[1])
    assert outcome(batch) == (len(TEXTS), 0, 0, 0, 0)
    stored = dict(ask(url, "select course_name, description from elevate.courses"))
    seen = frame["description"].str.rstrip("\N{RIGHT-TO-LEFT OVERRIDE}")  # which nobody sees
    assert stored == dict(zip(frame["name"], seen, strict=True))
    assert [row["raw"]["description"] for row in wb.rows.each(batch)] == list(frame["description"])
    assert (batch.file_name, batch.notes, batch.window) == (path.name, TEXTS[0], TEXTS[1])
    assert outcome(wb.import_sheet(open_sheet(path), "elevate.courses")) == (0, 0, len(TEXTS), 0, 0)
    assert command("rows", batch.id, "--format", "json") == 0
    assert [row["raw"]["description"] for row in json.loads(capfd.readouterr().out)] == list(frame["description"])
    page = wb.batches.data_docs(batch)
    assert page is not None
    assert "<script>alert(1)" not in page.read_text("utf-8")


def test_headers_that_mean_harm_are_only_headers(wb: Workbench, url: str, sheet: Sheets) -> None:
    headers = [
        'name"); DROP TABLE elevate.courses; --',
        "%s {0} %(x)s",
        "=cmd|' /C calc'!A0",
        "\N{GRINNING FACE}",
        "__proto__",
    ]
    quoted = ",".join('"' + header.replace('"', '""') + '"' for header in headers)
    batch = wb.import_sheet(
        sheet(f"{quoted}\nNursing,N,1,2,3\n"),
        "elevate.courses",
        columns={headers[0]: "name", headers[1]: "code", headers[4]: ""},
    )
    assert next(wb.rows.each(batch))["raw"] == dict(zip(headers, ["Nursing", "N", "1", "2", "3"], strict=True))
    assert records(url, "elevate.courses", "course_name", "course_code") == [("Nursing", "N")]
    wb.templates.save(headers[0], "elevate.courses", Mapping.from_dict(batch.mapping))
    assert wb.templates.get("elevate.courses", headers[0]).mapping.columns == {headers[0]: "name", headers[1]: "code"}


def test_a_file_name_that_is_no_text_does_no_harm(wb: Workbench, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9 \n\x1b[2J.csv"
    Path(os.fsdecode(path)).write_text(GOOD)
    batch = wb.import_sheet(open_sheet(os.fsdecode(path)), "elevate.students")
    assert (batch.stage, batch.file_name) == ("completed", "caf\\udce9 \n\x1b[2J.csv")
    assert "caf\\udce9" in wb.log(batch).render()


def test_headers_that_differ_only_in_case_are_told_apart(wb: Workbench, sheet: Sheets) -> None:
    text = "Email,EMAIL,full_name\nada@example.com,ben@example.com,Ada\n"
    with pytest.raises(AmbiguousColumns, match="Columns Email, EMAIL would both fill email"):
        wb.stage(sheet(text), "elevate.students")
    batch = wb.import_sheet(sheet(text), "elevate.students", columns={"EMAIL": "email", "Email": ""})
    row = next(wb.rows.each(batch))
    assert row["payload"]["email"] == "ben@example.com"
    assert row["raw"] == {"Email": "ada@example.com", "EMAIL": "ben@example.com", "full_name": "Ada"}


# --- secrets ---


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize("visible", [True, False])
def test_a_workbook_is_not_kept_where_another_of_its_worksheets_carries_secrets(
    wb: Workbench, home: Path, tmp_path: Path, ending: str, visible: bool
) -> None:
    book = tmp_path / f"book.{ending}"
    people = pd.DataFrame({"email": ["ada@example.com"], "full_name": ["Ada Park"]})
    accounts = pd.DataFrame({"email": ["ben@example.com"], "password": ["hunter2"], "api_key": ["hunter3"]})
    with pd.ExcelWriter(book, engine="openpyxl" if ending == "xlsx" else None) as file:
        people.to_excel(file, sheet_name="Students", index=False)
        accounts.to_excel(file, sheet_name="Accounts", index=False, startrow=2)
        if ending == "xlsx" and not visible:
            file.book["Accounts"].sheet_state = "veryHidden"
    batch = wb.import_sheet(open_sheet(book, sheet="Students"), "elevate.students")
    assert (batch.created, batch.file_key) == (1, None)
    assert batch.reading["warnings"][-1] == (
        "The source is not kept: its worksheet Accounts carries secrets (password, api_key)."
    )
    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []
    begun = wb.begin(open_sheet(book, sheet="Students"), "elevate.students")
    assert wb.fill(begun).stage == "staged"  # of what was lent to it until then
    assert [path for path in (home / "lent").rglob("*") if path.is_file()] == []


def test_a_workbook_is_kept_where_no_worksheet_carries_secrets_and_not_where_one_cannot_be_looked_into(
    wb: Workbench, tmp_path: Path
) -> None:
    people = pd.DataFrame({"email": ["ada@example.com"], "full_name": ["Ada Park"]})
    for width, is_kept in ((3, True), (2_001, False)):
        book = tmp_path / f"{width}.xlsx"
        with pd.ExcelWriter(book) as file:
            people.to_excel(file, sheet_name="Students", index=False)
            pd.DataFrame([["Reset the password"] * width]).to_excel(file, sheet_name="Notes", index=False)
            pd.DataFrame().to_excel(file, sheet_name="Empty", index=False)
        batch = wb.stage(open_sheet(book, sheet="Students"), "elevate.students")
        assert (batch.file_key is not None) == is_kept
        told = "The source is not kept: its worksheet Notes could not be looked through for secrets."
        assert (told in batch.reading["warnings"]) != is_kept


def test_nothing_of_a_column_with_secrets_is_kept_anywhere(
    wb: Workbench, url: str, home: Path, sheet: Sheets, command: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    text = "email,full_name,User Password,API-Key\nada@example.com,Ada Park,hunter2,hunter3\nbad,B,hunter4,hunter5\n"
    with pytest.raises(ForbiddenColumns, match="User Password, API-Key carry secrets") as refusal:
        wb.stage(sheet(text), "elevate.students")
    assert "hunter" not in str(refusal.value)
    left_out = {"User Password": "", "API-Key": ""}
    batch = wb.import_sheet(sheet(text), "elevate.students", columns=left_out, skip_errors=True)
    assert outcomes(wb, batch) == [(2, "created"), (3, "invalid")]
    assert next(wb.rows.each(batch))["raw"] == {
        "email": "ada@example.com",
        "full_name": "Ada Park",
        "User Password": "",
        "API-Key": "",
    }
    assert (batch.file_key, batch.checksum) == (None, sheet(text).checksum)
    assert batch.reading["warnings"] == [
        "Nothing of User Password, API-Key is kept, nor the source itself: it carries secrets."
    ]
    for words in (("show", batch.id), ("rows", batch.id), ("log", batch.id), ("rows", batch.id, "--format", "json")):
        command(*words)
    assert "hunter" not in "".join(capfd.readouterr())
    assert [path for path in home.rglob("*") if path.is_file() and b"hunter" in path.read_bytes()] == []
    assert [
        table for table in every_table(url) if ask(url, f"select 1 from {table} t where t::text like '%%hunter%%'")
    ] == []
    assert wb.batches.same_file(sheet(text), "elevate.students") == batch


def every_table(url: str) -> Iterator[str]:
    """Every table of the database that is ours."""
    with psycopg.connect(url) as connection:
        names = "select schemaname || '.' || tablename from pg_tables where schemaname !~ '^(pg_|information_schema)'"
        yield from [name for (name,) in connection.execute(names)]


def test_a_row_without_a_name_beside_one_with_half_a_name_is_invalid_and_the_others_go_in(
    wb: Workbench, sheet: Sheets, url: str
) -> None:
    given = sheet("email,first_name,last_name\na@example.com,Ada,\nb@example.com,,\nc@example.com,Cy,Lee\n")
    batch = wb.import_sheet(given, "elevate.students", skip_errors=True)
    assert issues(wb, batch) == [(2, "full_name", "made_of_half"), (3, "full_name", "missing")]
    assert records(url, "elevate.profiles", "full_name") == [("Ada",), ("Cy Lee",)]
