"""The ZIP of CSV files (seed 003): eleven entities and a manifest, imported as one run."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.generic_csv import SIZES, as_csv, export, manifest, members, packed, rows
from tests.imports import ask, fingerprint, messages, outcome, outcomes, records
from workbench import Workbench, open_sheets
from workbench.model import errors
from workbench.model.batch import Batch
from workbench.model.hold import Hold

Import = Callable[..., Batch]


@pytest.fixture
def taken(wb: Workbench, tmp_path: Path) -> Import:
    """Imports a ZIP: the forty rows, or others, in whichever variant."""

    def imported(path: Path | None = None, of: dict[str, Any] | None = None, **options: Any) -> Batch:
        path = path or export(tmp_path / "export.zip", of)
        return wb.import_sheet(open_sheets(path), "generic_csv", **options)

    return imported


def part(wb: Workbench, batch: Batch, entity: str) -> Batch:
    return next(each for each in wb.batches.parts(batch) if each.dataset == f"generic_csv.{entity}")


def test_forty_rows_of_eleven_entities_all_come_in(taken: Import, wb: Workbench) -> None:
    batch = taken()
    assert outcome(batch) == (40, 0, 0, 0, 0)
    assert [each.created for each in wb.batches.parts(batch)] == list(SIZES)
    assert batch.reading["package"]["sentence"] == (
        "Valid Generic CSV export. Contains 40 total records across 11 entity types."
    )


def test_the_same_archive_again_changes_nothing(taken: Import, url: str) -> None:
    taken()
    before = fingerprint(url)
    assert outcome(taken()) == (0, 0, 40, 0, 0)
    assert fingerprint(url) == before


def test_a_dry_run_tells_what_the_import_then_does_and_writes_nothing(taken: Import, url: str) -> None:
    empty = fingerprint(url)
    dry = taken(dry_run=True)
    assert fingerprint(url) == empty
    assert outcome(dry) == outcome(taken())


def test_a_column_says_what_its_values_are_and_no_value_does(taken: Import, url: str) -> None:
    taken()
    assert ("section-1", "20240101") in records(url, "generic_csv.course_sections", "source_id", "section_number")
    assert ("user-2", "True") in records(url, "generic_csv.users", "source_id", "last_name")
    assert ("2024-01-01", "FA2024") in records(url, "generic_csv.terms", "source_id", "term_name")
    (title,) = ask(url, "select course_title from generic_csv.courses where source_id = 'course-1'")
    assert title == ('Say "hello", world\nand again',)
    (grades,) = ask(url, "select grade_distribution from generic_csv.course_sections where source_id = 'section-1'")
    assert grades == ({"A": 3, "note": 'x, "y"'},)


def test_json_that_is_a_text_stays_one_whatever_it_says(taken: Import, wb: Workbench, url: str, tmp_path: Path) -> None:
    """A text "123" is no number, and a text is no file that cannot be written."""
    said = ['"123"', '"true"', '"hello"', '{"a": null, "b": "1.10"}']
    whole = rows()
    for row, text in zip(whole["course_outcomes"], said, strict=True):
        row["assessment_data"] = text
    assert outcome(taken(of=whole)) == (40, 0, 0, 0, 0)
    stored = "select assessment_data::text from generic_csv.course_outcomes order by source_id"
    assert [text for (text,) in ask(url, stored)] == said
    assert outcome(taken(of=whole)) == (0, 0, 40, 0, 0)
    whole["course_outcomes"][0]["assessment_data"] = "123"
    batch = taken(of=whole)
    assert outcome(batch) == (0, 1, 39, 0, 0)
    assert ask(url, stored)[0] == ("123",)
    wb.undo(batch)
    assert [text for (text,) in ask(url, stored)] == said


# the archive


@pytest.mark.parametrize(
    "changes",
    [
        {"export_timestamp": None, "exported_at": "2024-10-05T22:00:00", "adapter_id": None, "security_note": "none"},
        {"institution_id": None, "institution_name": None},
        {"import_order": [name.removesuffix(".csv") for name in manifest()["import_order"]]},
        {"import_order": list(reversed(manifest()["import_order"]))},
        {"import_order": None},
        {"entity_counts": {name: n for name, n in manifest()["entity_counts"].items() if "_programs" not in name}},
        {"entity_counts": None},
        {"format_version": 1.0},
    ],
    ids=", ".join,
)
def test_a_manifest_may_be_written_in_every_way_that_is_met(
    taken: Import, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert outcome(taken(export(tmp_path / "export.zip", **changes))) == (40, 0, 0, 0, 0)


def test_programs_may_be_known_by_program_id_and_times_may_have_no_zone(
    taken: Import, url: str, tmp_path: Path
) -> None:
    files = members()
    files["programs.csv"] = files["programs.csv"].replace("id,name,", "program_id,name,", 1)
    files["users.csv"] = files["users.csv"].replace("2024-01-01T00:00:00Z", "2024-01-01T02:00:00+02:00")
    files["terms.csv"] = files["terms.csv"].replace("2024-01-01T00:00:00Z", "2024-01-01T00:00:00")
    assert outcome(taken(packed(tmp_path / "real.zip", files, manifest()))) == (40, 0, 0, 0, 0)
    for table in ("users", "terms"):
        times = ask(url, f"select distinct source_created_at at time zone 'UTC' from generic_csv.{table}")
        assert [str(time) for (time,) in times] == ["2024-01-01 00:00:00"]


def test_a_folder_in_the_archive_and_what_systems_hide_there_change_nothing(taken: Import, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"export_2024/{name}": text for name, text in members().items()}
    files |= {"__MACOSX/export_2024/._users.csv": b"\0\1", "export_2024/.DS_Store": b"\0", "Thumbs.db": b"\0"}
    path = packed(tmp_path / "nested.zip", {**files, "export_2024/manifest.json": json.dumps(manifest())})
    batch = taken(path)
    assert outcome(batch) == (40, 0, 0, 0, 0)


def test_unknown_members_are_named_and_missing_ones_are_too(taken: Import, tmp_path: Path) -> None:
    few = {name: of for name, of in rows().items() if name in ("institutions", "users")}
    few["institutions"][0]["created_by"] = ""
    files = {**members(few), "users_backup.csv": as_csv("users", few["users"]), "notes.txt": "by hand"}
    said = manifest(few, import_order=["institutions.csv", "users", "grades.csv"])
    batch = taken(packed(tmp_path / "few.zip", files, said))
    assert outcome(batch) == (7, 0, 0, 0, 0)
    told = " ".join(batch.reading["package"]["told"])
    assert "Left aside, as no entities of the format: users_backup.csv, notes.txt." in told
    assert "The manifest names what is no entity of the format: grades." in told
    assert "Not in the archive, and taken for empty: programs, user_programs, courses" in told


def test_members_may_have_no_ending(taken: Import, tmp_path: Path) -> None:
    files = {f"export/{name.removesuffix('.csv')}": text for name, text in members().items()}
    order = [name.removesuffix(".csv") for name in members()]
    said = json.dumps(manifest(import_order=order))
    path = packed(tmp_path / "noext.zip", {**files, "export/README": 'by "hand', "export/manifest.json": said})
    batch = taken(path)
    assert outcome(batch) == (40, 0, 0, 0, 0)
    assert batch.reading["package"]["told"] == ["Left aside, as no entities of the format: export/README."]


def test_an_archive_without_a_table_is_told_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(errors.UnreadableSource, match="none\\.zip cannot be read: it is a ZIP archive without a table"):
        open_sheets(packed(tmp_path / "none.zip", {"README": "nothing"}, manifest()))


@pytest.mark.parametrize("counts", [{name: 0 for name in rows()}, None], ids=["counted", "not counted"])
def test_the_export_of_no_record_is_nothing_to_import(
    taken: Import, url: str, tmp_path: Path, counts: dict[str, int] | None
) -> None:
    before = fingerprint(url)
    with pytest.raises(errors.EmptyExport) as nothing:
        taken(export(tmp_path / "empty.zip", {name: [] for name in rows()}, entity_counts=counts))
    assert str(nothing.value) == (
        "Valid Generic CSV export. Contains 0 total records across 0 entity types. "
        "There is nothing to import, and nothing was written."
    )
    assert fingerprint(url) == before


def test_rows_that_are_counted_and_not_there_are_no_empty_export(taken: Import, tmp_path: Path) -> None:
    with pytest.raises(errors.NoRows) as refusal:
        taken(export(tmp_path / "lost.zip", {name: [] for name in rows()}, entity_counts={"users": 3}))
    assert not isinstance(refusal.value, errors.EmptyExport)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a missing manifest", {"said": None}, "Missing manifest.json in ZIP archive"),
    ("a manifest that is no JSON", {"said": "{oops"}, "Invalid manifest.json format"),
    ("a manifest that is a list", {"said": "[]"}, "Invalid manifest.json format"),
    ("another version", {"said": manifest(format_version="2.0")}, "Incompatible format version: 2.0. Expected 1.0"),
    ("no version", {"said": manifest(format_version=None)}, "Incompatible format version: none. Expected 1.0"),
    ("another adapter", {"said": manifest(adapter_id="other_v2")}, "written for the adapter other_v2"),
    (
        "a file that is not there",
        {"files": {name: text for name, text in members().items() if name != "users.csv"}},
        "Missing required file: users.csv",
    ),
    (
        "files that are not there",
        {"files": {name: text for name, text in members().items() if name in ("users.csv", "terms.csv")}},
        "Missing required files: institutions.csv, programs.csv, user_programs.csv, courses.csv, course_programs.csv, "
        "course_offerings.csv, course_sections.csv, course_outcomes.csv, user_invitations.csv",
    ),
    (
        "a second manifest, in a folder without files",
        {"files": {**members(), "sub/manifest.json": json.dumps(manifest())}},
        "The archive has 2 manifests (manifest.json, sub/manifest.json), and files of entities beside one of them at "
        "most, so nobody can say which one counts.",
    ),
    (
        "two institutions",
        {
            "files": {
                f"{at}/{name}": text for at in "ab" for name, text in {**members(), "manifest.json": "{}"}.items()
            },
            "said": None,
        },
        "export of a whole system, with a folder for each institution (a, b).",
    ),
    (
        "a whole system",
        {"files": {"system_manifest.json": "{}", "mocku/manifest.json": "{}", "mocku/users.csv": "id\n"}, "said": None},
        "export of a whole system, with a folder for each institution (mocku).",
    ),
    (
        "a line that cannot be read",
        {"files": {**members(), "terms.csv": members()["terms.csv"] + 'term-3,"never closed\n'}},
        "terms.csv, line 4: ",
    ),
    (
        "a member that was changed on the way",
        {"said": manifest(sha256={"users.csv": hashlib.sha256(b"other").hexdigest()})},
        "users.csv is not what the manifest says",
    ),
]


@pytest.mark.parametrize(("changes", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_an_archive_is_refused_as_a_whole(
    taken: Import, url: str, tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    before = fingerprint(url)
    files, said = changes.get("files", members()), changes.get("said", manifest())
    with pytest.raises(errors.WorkbenchError) as refusal:
        taken(packed(tmp_path / "wrong.zip", files, said))
    assert why in str(refusal.value)
    assert fingerprint(url) == before


def test_folders_may_be_written_with_backslashes(taken: Import, tmp_path: Path) -> None:
    files = {f"export\\{name}": text for name, text in members().items()}
    path = packed(tmp_path / "windows.zip", {**files, "export\\manifest.json": json.dumps(manifest())})
    assert outcome(taken(path)) == (40, 0, 0, 0, 0)


def test_two_manifests_in_one_place_are_told_to_be_two(taken: Import, tmp_path: Path) -> None:
    path = packed(tmp_path / "two.zip", members(), manifest())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("manifest.json", json.dumps(manifest()))
    with pytest.raises(errors.SeveralManifests, match=r"^The archive has manifest\.json 2 times, so nobody can say"):
        taken(path)


def test_a_manifest_that_is_too_large_is_told_to_be_so(taken: Import, tmp_path: Path) -> None:
    path = export(tmp_path / "large.zip", security_note="x" * (1 << 20))
    with pytest.raises(errors.LargeManifest, match=r"manifest\.json is too large to be read: it takes more than 1 MB"):
        taken(path)


def test_the_sums_of_the_manifest_are_those_of_its_members(taken: Import, tmp_path: Path) -> None:
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in members().items()}
    assert outcome(taken(export(tmp_path / "summed.zip", sha256=sums))) == (40, 0, 0, 0, 0)


def test_counts_that_differ_hold_the_run_until_a_person_lets_it_go_on(
    taken: Import, wb: Workbench, tmp_path: Path
) -> None:
    counts = manifest()["entity_counts"] | {"users": 6, "terms": 1}
    batch = taken(export(tmp_path / "counted.zip", entity_counts=counts))
    assert batch.state == "held"
    told = {hold.dataset: hold.message for hold in Hold.all_of(batch.summary)}
    assert told.keys() == {"generic_csv.users", "generic_csv.terms"}
    assert "the manifest says 6, there are 5" in told["generic_csv.users"]
    assert "the manifest says 1, there are 2" in told["generic_csv.terms"]
    assert outcome(wb.commit(batch, accept=["all"], reason="counted by hand")) == (40, 0, 0, 0, 0)


def test_a_member_without_the_rows_that_the_manifest_counts_holds_the_run(taken: Import, tmp_path: Path) -> None:
    found = {**rows(), "user_invitations": []}
    counts = manifest()["entity_counts"]
    batch = taken(export(tmp_path / "empty.zip", found, entity_counts=counts))
    assert [hold.sentence for hold in Hold.all_of(batch.summary)] == [
        "Invitations: The manifest counts 2 rows, and none is there"
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("users.csv", "Invalid file type: .csv. Expected .zip"),
        ("users.zip", "File is not a valid ZIP archive"),
    ],
)
def test_what_is_no_archive_is_refused(taken: Import, tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / name
    path.write_text(members()["users.csv"])
    with pytest.raises(errors.WorkbenchError, match=why):
        taken(path)


# what is not taken from a file


SECRETS = {
    "password_hash": "$2b$12$abcdefghijklmnopqrstuv",
    "password_reset_token": "reset-me",
    "password_reset_expires_at": "2024-12-01T00:00:00Z",
    "email_verification_token": "verify-me",
    "password_hash_old": "$2b$12$zyxwvutsrqponmlkjihg",
    "password_salt": "pinch-of-it",
    "\uff50assword": "full-width",
    "pwd": "hunter-two",
    "totp_secret": "JBSWY3DPEHPK3PXP",
    "private_key": "BEGIN-RSA",
}


def test_columns_with_secrets_are_dropped_told_and_never_kept(
    taken: Import, wb: Workbench, url: str, home: Path, tmp_path: Path
) -> None:
    found = rows()
    found["users"] = [{**user, **SECRETS} for user in found["users"]]
    found["user_invitations"] = [
        {**each, "token": "let-me-in", "expires_at": "2024-11-01T00:00:00Z"} for each in found["user_invitations"]
    ]
    batch = taken(export(tmp_path / "secrets.zip", found))
    assert outcome(batch) == (40, 0, 0, 0, 0)
    told = " ".join(part(wb, batch, "users").reading["warnings"])
    assert all(name in told for name in SECRETS)
    assert "token, expires_at" in " ".join(part(wb, batch, "user_invitations").reading["warnings"])
    texts = [*SECRETS.values(), "let-me-in"]
    tables = ("import_row", "import_batch", "import_outcome", "audit_log")
    for table in [f"workbench.{name}" for name in tables] + ["generic_csv.users", "generic_csv.user_invitations"]:
        for text in texts:
            assert ask(url, f"select count(*) from {table} t where t::text like %s", f"%{text}%") == [(0,)], table
    files = [path for folder in ("files", "lent", "docs") for path in (home / folder).rglob("*") if path.is_file()]
    assert not [path for path in files for text in texts if text.encode() in path.read_bytes()]


def test_a_new_user_is_pending_whatever_the_file_says(taken: Import, wb: Workbench, url: str, tmp_path: Path) -> None:
    found = rows()
    said = {"account_status": "active", "email_verified": "true", "login_attempts": "3"}
    said |= {"locked_until": "2030-01-01T00:00:00Z", "last_login_at": "2024-09-01T00:00:00Z"}
    found["users"] = [{**user, **said} for user in found["users"]]
    batch = taken(export(tmp_path / "active.zip", found))
    columns = ("account_status", "email_verified", "login_attempts", "locked_until", "last_login_at")
    assert set(records(url, "generic_csv.users", *columns)) == {("pending", False, 0, None, None)}
    told = part(wb, batch, "users").reading["warnings"]
    assert "account_status is not taken from a file: a new user begins with pending." in told


def test_a_user_who_has_registered_stays_so(taken: Import, wb: Workbench, url: str, tmp_path: Path) -> None:
    taken()
    registered = "account_status = 'active', email_verified = true, login_attempts = 2"
    with wb._store.transaction() as connection:
        connection.execute(f"update generic_csv.users set {registered} where source_id = 'user-1'")
    found = rows()
    found["users"][0] |= {"account_status": "pending", "email_verified": "false", "first_name": "Anna"}
    assert outcome(taken(export(tmp_path / "again.zip", found))) == (0, 1, 39, 0, 0)
    columns = ("source_id", "first_name", "account_status", "email_verified", "login_attempts")
    assert ("user-1", "Anna", "active", True, 2) in records(url, "generic_csv.users", *columns)


def test_what_begins_with_the_database_cannot_be_said_by_hand_either(taken: Import) -> None:
    with pytest.raises(errors.WorkbenchError, match="no field called account_status"):
        taken(constants={"account_status": "active"})


def test_invitations_get_a_token_of_their_own_and_fourteen_days(taken: Import, wb: Workbench, url: str) -> None:
    batch = taken()
    found = ask(url, "select token, expires_at - created_at = interval '14 days' from generic_csv.user_invitations")
    assert [len(token) for token, _ in found] == [64, 64]
    assert len({token for token, _ in found}) == 2
    assert {right for _, right in found} == {True}
    rows_shown = str(list(wb.rows.each(part(wb, batch, "user_invitations"))))
    assert not any(token in rows_shown for token, _ in found)
    taken()
    assert ask(url, "select token from generic_csv.user_invitations") == [(token,) for token, _ in found]


def test_only_pending_invitations_come_in(taken: Import, wb: Workbench, tmp_path: Path) -> None:
    found = rows()
    found["user_invitations"][0]["status"] = "accepted"
    found["user_invitations"][1]["status"] = "Pending"
    batch = taken(export(tmp_path / "invited.zip", found))
    invited = part(wb, batch, "user_invitations")
    assert outcomes(wb, invited) == [(2, "skipped:filtered"), (3, "created")]
    assert messages(wb, invited)[2] == (
        "Not imported: the status of each invitation has to be pending, and is accepted"
    )


# rows


def test_a_row_without_what_is_required_is_invalid_and_the_others_may_go_on(
    taken: Import, wb: Workbench, tmp_path: Path
) -> None:
    found = rows()
    found["terms"][1]["term_name"] = ""
    found["courses"][3]["id"] = ""
    batch = taken(export(tmp_path / "lacking.zip", found), skip_errors=True)
    assert outcomes(wb, part(wb, batch, "terms")) == [(2, "created"), (3, "invalid:missing")]
    assert batch.state == "completed"


def test_a_reference_that_names_nothing_is_unmatched_and_said_so(taken: Import, wb: Workbench, tmp_path: Path) -> None:
    found = rows()
    found["course_sections"][0]["offering_id"] = "off-99"
    found["programs"][0]["institution_id"] = "elsewhere"
    batch = taken(export(tmp_path / "dangling.zip", found))
    assert messages(wb, part(wb, batch, "course_sections"))[2] == "Offering not found: 'off-99'"
    assert messages(wb, part(wb, batch, "programs"))[2] == "Institution not found: 'elsewhere'"
    assert batch.state == "completed"
    assert batch.unmatched == 2 + sum(each["program_id"] == "prog-1" for each in found["user_programs"]) + sum(
        each["program_id"] == "prog-1" for each in found["course_programs"]
    )


def test_the_first_of_a_repeated_id_counts_and_the_other_is_skipped_with_a_warning(
    taken: Import, wb: Workbench, url: str, tmp_path: Path
) -> None:
    found = rows()
    found["courses"].append({**found["courses"][1], "course_title": "Another title"})
    batch = taken(export(tmp_path / "twice.zip", found))
    courses = part(wb, batch, "courses")
    assert outcomes(wb, courses)[-1] == (6, "skipped:duplicate")
    assert "Another title" in messages(wb, courses)[6]
    assert ("course-2", "Course 2") in records(url, "generic_csv.courses", "source_id", "course_title")
    last = taken(export(tmp_path / "last.zip", found), on_conflict="last")
    assert part(wb, last, "courses").updated == 1


SAME_KEYS = [
    ("users", {"id": "user-9"}, "The user user-2, who is known, has the same email: user-2@example.edu"),
    ("courses", {"id": "course-9"}, "The course course-2, who is known, has the same course_number and institution_id"),
    ("terms", {"id": "term-9"}, "The term term-2, who is known, has the same term_name and institution_id"),
    ("course_offerings", {"id": "off-9"}, "The offering off-2, who is known, has the same course_id and term_id"),
    ("course_outcomes", {"id": "out-9"}, "The outcome outcome-2, who is known, has the same course_id and clo_number"),
]


@pytest.mark.parametrize(("entity", "other", "why"), SAME_KEYS, ids=[case[0] for case in SAME_KEYS])
def test_another_id_for_what_is_known_is_never_a_silent_second_record(
    taken: Import, wb: Workbench, url: str, tmp_path: Path, entity: str, other: dict[str, str], why: str
) -> None:
    taken()
    before = fingerprint(url)
    found = {name: [] for name in rows()} | {entity: [{**rows()[entity][1], **other}]}
    batch = taken(export(tmp_path / "other.zip", found))
    assert batch.state == "held"
    assert why in messages(wb, part(wb, batch, entity))[2]
    assert fingerprint(url) == before


def test_a_blank_id_is_that_of_what_is_known_or_made_of_what_the_row_says(
    taken: Import, wb: Workbench, url: str, tmp_path: Path
) -> None:
    taken()
    found = {name: [] for name in rows()}
    found["courses"] = [
        {**rows()["courses"][0], "id": "", "department": "Computing"},
        {**rows()["courses"][0], "id": "", "course_number": "CS900"},
    ]
    found["users"] = [{**rows()["users"][2], "id": "", "email": ""}]
    batch = taken(export(tmp_path / "blank.zip", found), skip_errors=True)
    assert outcomes(wb, part(wb, batch, "courses")) == [(2, "updated"), (3, "created")]
    assert outcomes(wb, part(wb, batch, "users"))[0][1].startswith("invalid")
    known = records(url, "generic_csv.courses", "source_id", "department")
    assert ("course-1", "Computing") in known
    assert ("CS900 mocku-123", None) in known
    again = taken(export(tmp_path / "blank.zip", {**found, "users": []}))
    assert outcomes(wb, part(wb, again, "courses")) == [(2, "skipped:unchanged"), (3, "skipped:unchanged")]


def test_a_row_with_a_blank_id_can_be_corrected(taken: Import, wb: Workbench, tmp_path: Path) -> None:
    found = {name: [] for name in rows()}
    found["institutions"] = [{**rows()["institutions"][0], "created_by": ""}]
    found["users"] = [{**rows()["users"][0], "id": "", "email": "no address", "invited_by": ""}]
    batch = taken(export(tmp_path / "blank.zip", found))
    assert batch.state == "held"
    wb.correct(part(wb, batch, "users"), {2: {"email": "right@example.edu"}})
    wb.plan(batch)
    assert wb.commit(batch).created == 2


def test_of_two_ids_of_one_address_in_one_file_the_first_counts_and_the_other_waits(
    taken: Import, wb: Workbench, url: str, tmp_path: Path
) -> None:
    found = rows()
    found["users"][4]["email"] = found["users"][3]["email"]
    batch = taken(export(tmp_path / "shared.zip", found))
    assert batch.state == "held"
    told = messages(wb, part(wb, batch, "users"))
    assert told[5] == "Line 6, another user, has the same email: user-4@example.edu; this one counts"
    assert told[6] == "Line 5, another user, has the same email: user-4@example.edu"
    # whoever names the first by its id finds it; whoever names the other waits with it
    programs = part(wb, batch, "user_programs")
    assert outcomes(wb, programs)[3:] == [(5, "created"), (6, "unmatched:user")]
    assert messages(wb, programs)[6] == "User not found: 'user-5'"
    wb.commit(batch, skip_errors=True)
    assert ("user-4", "user-4@example.edu") in records(url, "generic_csv.users", "source_id", "email")


def test_a_person_may_prefer_the_other_of_two_ids_of_one_address(
    taken: Import, wb: Workbench, url: str, tmp_path: Path
) -> None:
    found = rows()
    found["users"][4]["email"] = found["users"][3]["email"]
    batch = taken(export(tmp_path / "shared.zip", found))
    wb.decisions.prefer(part(wb, batch, "users"), [6])
    batch = wb.plan(batch).batch
    assert outcomes(wb, part(wb, batch, "users"))[3:] == [(5, "invalid:same_key"), (6, "created")]
    wb.commit(batch, skip_errors=True)
    assert ("user-5", "user-4@example.edu") in records(url, "generic_csv.users", "source_id", "email")


def test_an_institution_under_another_name_is_renamed_and_one_under_another_id_is_another_and_told(
    taken: Import, wb: Workbench, url: str, tmp_path: Path
) -> None:
    """Records are known by their ids (seed 003); the file wins (use_theirs, fact sheet 6.4)."""
    taken()
    found = {name: [] for name in rows()}
    first, second = rows()["institutions"]
    found["institutions"] = [{**first, "name": "Riverside College"}, {**second, "id": "riverside-8"}]
    batch = taken(export(tmp_path / "renamed.zip", found))
    assert outcomes(wb, part(wb, batch, "institutions")) == [(2, "updated"), (3, "created")]
    told = messages(wb, part(wb, batch, "institutions"))
    assert told[2].startswith("Quite another name: Riverside College")
    assert told[3] == "Another institution, who is known, has the same: Riverside"
    names = records(url, "generic_csv.institutions", "source_id", "name")
    assert names == [("mocku-123", "Riverside College"), ("riverside-7", "Riverside"), ("riverside-8", "Riverside")]
    again = taken(export(tmp_path / "again.zip", found))
    assert (again.created, again.updated) == (0, 0)


def test_use_mine_keeps_what_is_there_and_use_theirs_takes_the_file(taken: Import, url: str, tmp_path: Path) -> None:
    taken()
    found = rows()
    found["courses"][1]["course_title"] = "Theirs"
    path = export(tmp_path / "changed.zip", found)
    assert outcome(taken(path, mode="use_mine")) == (0, 0, 40, 0, 0)
    assert outcome(taken(path, mode="use_theirs")) == (0, 1, 39, 0, 0)


def test_one_course_number_may_stand_in_two_institutions(taken: Import, tmp_path: Path) -> None:
    found = rows()
    found["courses"].append({**found["courses"][0], "id": "course-9", "institution_id": "riverside-7"})
    assert outcome(taken(export(tmp_path / "both.zip", found))) == (41, 0, 0, 0, 0)


def test_no_import_lowers_a_role(taken: Import, wb: Workbench, url: str, tmp_path: Path) -> None:
    taken()
    found = rows()
    found["users"][0]["role"], found["users"][1]["role"] = "instructor", "site_admin"
    batch = taken(export(tmp_path / "roles.zip", found))
    roles = dict(records(url, "generic_csv.users", "source_id", "role"))
    assert (roles["user-1"], roles["user-2"]) == ("program_admin", "site_admin")
    assert "Role stays program_admin; it is instructor here" in messages(wb, part(wb, batch, "users"))[2]


def test_a_cell_that_is_no_json_is_an_issue_and_stays_to_be_corrected(
    taken: Import, wb: Workbench, tmp_path: Path
) -> None:
    found = rows()
    found["course_sections"][1]["grade_distribution"] = "{'A': 3}"
    batch = taken(export(tmp_path / "json.zip", found))
    sections = part(wb, batch, "course_sections")
    assert batch.state == "held"
    assert "Not valid JSON" in messages(wb, sections)[3]
    spared = taken(export(tmp_path / "json.zip", found), lenient=["grade_distribution"])
    assert outcome(spared)[0] == 40


def test_an_import_is_taken_back_as_a_whole(taken: Import, wb: Workbench, url: str) -> None:
    batch = taken()
    assert wb.undo(batch).updated is not None
    assert records(url, "generic_csv.users", "id") == []
    assert records(url, "generic_csv.institutions", "id") == []
