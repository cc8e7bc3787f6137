import io
import os
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from workbench.doors.web import uploads
from workbench.model.errors import UnknownUpload, UnreadableSource, UnwritableFile
from workbench.settings import Settings

TEXT = b"email\nann@example.org\n"


def settings(home: Path, tenant: str = "default", user: str = "ana") -> Settings:
    return Settings(home=home, tenant=tenant, user=user)


def keep(home: Path, name: str = "students.csv", data: bytes = TEXT, **who: str) -> uploads.Upload:
    return uploads.keep(settings(home, **who), name, io.BytesIO(data))


def batch(file_key: str | None) -> Any:
    return cast(Any, SimpleNamespace(id="b1", file_key=file_key))


def test_an_upload_is_found_again_by_the_checksum_of_its_bytes(tmp_path: Path) -> None:
    kept = keep(tmp_path)
    assert kept.id == sha256(TEXT).hexdigest()
    assert (kept.name, kept.size, kept.by) == ("students.csv", len(TEXT), "ana")
    assert uploads.get(settings(tmp_path), kept.id) == kept


def test_it_opens_under_the_name_it_was_uploaded_with(tmp_path: Path) -> None:
    sheet = uploads.opened(settings(tmp_path), keep(tmp_path).id)
    assert (sheet.name, sheet.headers, sheet.checksum) == ("students.csv", ("email",), sha256(TEXT).hexdigest())
    with pytest.raises(UnreadableSource, match=r"^plain\.txt cannot be read: it is empty"):
        uploads.opened(settings(tmp_path), keep(tmp_path, "plain.txt", b"").id)


def test_the_same_bytes_are_kept_once_and_a_sheet_that_is_open_stays_readable(tmp_path: Path) -> None:
    sheet = uploads.opened(settings(tmp_path), keep(tmp_path).id)
    again = keep(tmp_path, "students (1).csv", user="bob")
    assert sheet.sample().cells.to_pydict() == {"email": ["ann@example.org"]}
    assert [(upload.name, upload.by) for upload in uploads.waiting(settings(tmp_path))] == [("students (1).csv", "bob")]
    assert again.id == sheet.checksum


def test_another_tenant_has_no_such_upload(tmp_path: Path) -> None:
    kept = keep(tmp_path)
    with pytest.raises(UnknownUpload):
        uploads.get(settings(tmp_path, "other"), kept.id)
    assert uploads.waiting(settings(tmp_path, "other")) == []


@pytest.mark.parametrize("identifier", ["", "x", "../../../etc/passwd", "0" * 64, f"{'0' * 63}\n"])
def test_an_id_that_is_none_is_refused_in_a_sentence(tmp_path: Path, identifier: str) -> None:
    keep(tmp_path)
    with pytest.raises(UnknownUpload, match="Upload the file again"):
        uploads.get(settings(tmp_path), identifier)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\students.csv", "students.csv"),
        ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
        ("a\0b.csv", "ab.csv"),
        ("\udcff.csv", "\\udcff.csv"),
        ("", "upload"),
    ],
)
def test_a_name_is_text_without_folders(tmp_path: Path, given: str, kept: str) -> None:
    assert keep(tmp_path, given).name == kept


def test_what_was_imported_no_longer_waits_and_stays_for_another_worksheet(tmp_path: Path) -> None:
    kept = keep(tmp_path)
    uploads.begun(settings(tmp_path), kept.id, batch("default/ab/abc"))
    assert uploads.waiting(settings(tmp_path)) == []
    assert uploads.get(settings(tmp_path), kept.id).batches == ("b1",)


def test_what_carries_secrets_is_gone_once_it_was_imported(tmp_path: Path) -> None:
    kept = keep(tmp_path)
    uploads.begun(settings(tmp_path), kept.id, batch(None))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_carries_secrets_is_there_until_the_last_of_its_sheets_was_imported(tmp_path: Path) -> None:
    kept = keep(tmp_path)
    uploads.begun(settings(tmp_path), kept.id, batch(None), goes_on=True)
    assert uploads.get(settings(tmp_path), kept.id).goes_on
    uploads.begun(settings(tmp_path), kept.id, batch("default/ab/abc"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_uploads_are_forgotten_after_a_week_and_not_before(tmp_path: Path) -> None:
    old, young = keep(tmp_path, data=b"old"), keep(tmp_path, data=b"young")
    long_ago = (old.at - timedelta(days=uploads.KEPT_DAYS, minutes=1)).timestamp()
    for path in tmp_path.rglob(f"{old.id}*"):
        os.utime(path, (long_ago, long_ago))
    new = keep(tmp_path, data=b"new")
    assert {upload.id for upload in uploads.waiting(settings(tmp_path))} == {young.id, new.id}
    assert not list(tmp_path.rglob(f"{old.id}*"))


def test_a_home_that_cannot_be_written_is_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    with pytest.raises(UnwritableFile):
        keep(home)


def named(*files: tuple[str, bytes]) -> io.BytesIO:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as found:
        for name, data in files:
            found.writestr(name, data)
    return held


def broken(held: io.BytesIO) -> io.BytesIO:
    data = bytearray(held.getvalue())
    data[40] ^= 0xFF  # behind the header of the first file
    return io.BytesIO(data)


def test_of_an_archive_each_table_is_kept_and_the_rest_is_named(tmp_path: Path) -> None:
    held = named(
        ("x/students.csv", TEXT), ("manifest.json", b"{}"), ("__MACOSX/._students.csv", b"?"), (".DS_Store", b"")
    )
    kept, others = uploads.receive(settings(tmp_path), "export.zip", held)
    assert [(upload.name, upload.id) for upload in kept] == [("students.csv", sha256(TEXT).hexdigest())]
    assert others == ("manifest.json",)
    assert uploads.opened(settings(tmp_path), kept[0].id).headers == ("email",)


def test_files_of_the_same_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    held = named(("may/students.csv", TEXT), ("june/students.csv", TEXT + b"bob@example.org\n"))
    kept, _ = uploads.receive(settings(tmp_path), "export.zip", held)
    assert [upload.name for upload in kept] == ["may - students.csv", "june - students.csv"]


@pytest.mark.parametrize("name", ["../../outside.csv", "/etc/cron.csv"])
def test_an_archive_with_a_path_out_of_it_is_refused_and_nothing_is_kept(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableSource, match="would be unpacked outside"):
        uploads.receive(settings(tmp_path / "home"), "export.zip", named((name, TEXT)))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    held = named(("xl/workbook.xml", b"<workbook/>"), ("people.csv", TEXT))
    kept, others = uploads.receive(settings(tmp_path), "people.xlsx", held)
    assert ([upload.name for upload in kept], others) == (["people.xlsx"], ())


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (named(), "it is a ZIP archive without a file in it."),
        (named(("folder/", b""), (".DS_Store", b"")), "it is a ZIP archive without a file in it."),
        (named(*((f"{n}.csv", TEXT) for n in range(201))), "it holds 201 files, and 200 are the most."),
        (named(("a.csv", bytes(150_000_000))), "it is refused as a possible zip bomb."),
        (broken(named(("a.csv", TEXT * 9))), "it is damaged or was cut off."),
    ],
    ids=["nothing", "nothing but folders", "too many", "a bomb", "damaged"],
)
def test_an_archive_that_is_not_safe_or_sound_is_refused_and_nothing_is_kept(
    tmp_path: Path, held: io.BytesIO, why: str
) -> None:
    with pytest.raises(UnreadableSource, match=re.escape(why)):
        uploads.receive(settings(tmp_path), "export.zip", held)
    assert uploads.waiting(settings(tmp_path)) == []
