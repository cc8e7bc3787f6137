"""A tenant as a ZIP of CSV files: what is in it, what is not, and that the import takes it back as it was."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests import generic_csv
from tests.graphs import ENTITIES, FAMILY, Graph, graphs, read
from tests.imports import ask, outcome, tamper
from tests.integration.database.test_runs_at_random import MANY
from workbench import Workbench
from workbench.datasets import catalog
from workbench.model.contract import Field
from workbench.model.errors import NotExported, UnknownFamily, UnwritableFile
from workbench.sources import open_sheets

Opened = Callable[..., Workbench]

WHOLE: Graph = {
    "institutions": [{"id": "mocku", "name": "Example University", "is_active": "false"}],
    "programs": [{"id": "p1", "name": "Nursing, evening", "institution_id": "mocku"}],
    "users": [
        {"id": "u2", "email": "b@example.edu", "institution_id": "mocku", "invited_by": "u1"},
        {"id": "u1", "email": "a@example.edu", "institution_id": "mocku", "first_name": "=1+1", "extras": '{"a": [1]}'},
    ],
    "user_programs": [{"user_id": "u2", "program_id": "p1"}, {"user_id": "u1", "program_id": "p1"}],
    "courses": [{"id": "c1", "course_number": "001", "institution_id": "mocku", "credit_hours": "3.50"}],
    "course_programs": [{"course_id": "c1", "program_id": "p1"}],
    "terms": [
        {"id": "t1", "term_name": "FA2024", "institution_id": "mocku", "active": "false", "start_date": "2024-08-26"},
        {"id": "t2", "term_name": "SP2025", "institution_id": "mocku", "active": "true"},
    ],
    "course_offerings": [{"id": "o1", "course_id": "c1", "term_id": "t1", "institution_id": "mocku"}],
    "course_sections": [
        {"id": "s1", "offering_id": "o1", "section_number": "001", "grade_distribution": '{"B":2,"A":"ü"}'}
    ],
    "course_outcomes": [{"id": "x1", "course_id": "c1", "clo_number": "CLO1", "narrative": 'two\nlines, "so"'}],
    "user_invitations": [
        {
            "id": "i1",
            "email": "n@example.edu",
            "institution_id": "mocku",
            "status": "pending",
            "invited_at": "2024-10-01T01:30:00+02:00",
        }
    ],
}
SENSITIVE = {
    *("password", "password_hash", "password_reset_token", "password_reset_expires_at", "email_verification_token"),
    *("token", "expires_at"),
}
numbers = count(1)


@pytest.fixture
def filled(wb: Workbench, tmp_path: Path) -> Workbench:
    """A tenant with records of all entities."""
    source = generic_csv.export(tmp_path / "filled.zip", WHOLE)
    assert wb.import_sheet(open_sheets(source), FAMILY).stage == "completed"
    return wb


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.zip"


def members(path: Path) -> dict[str, bytes]:
    """The files of an archive but the manifest, which says when it was made."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


def texts(path: Path) -> dict[str, str]:
    """The same as texts, by their entities."""
    return {name.removesuffix(".csv"): content.decode() for name, content in members(path).items()}


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


# --- the round trip ---


@settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink them takes an hour
)
@given(graph=graphs())
def test_an_export_imported_into_an_empty_tenant_is_exported_as_the_same_bytes(
    open_wb: Opened, tmp_path: Path, graph: Graph
) -> None:
    first, second, source, number = (tmp_path / "1.zip", tmp_path / "2.zip", tmp_path / "0.zip", next(numbers))
    generic_csv.export(source, graph)
    with open_wb(tenant=f"from-{number}") as here, open_wb(tenant=f"to-{number}") as there:
        brought = here.import_sheet(open_sheets(source), FAMILY)
        assert here.rows.issues(brought) == []
        assert (brought.stage, outcome(brought)) == ("completed", (sum(map(len, graph.values())), 0, 0, 0, 0))
        here.export(FAMILY, first)
        there.import_sheet(open_sheets(first), FAMILY)
        there.export(FAMILY, second)
        assert members(first) == members(second)
        again = here.import_sheet(open_sheets(first), FAMILY)
        assert (again.stage, outcome(again)[:2]) == ("completed", (0, 0))
    for entity, records in graph.items():
        refuse_other_than(records, read(members(first)[f"{entity}.csv"]), entity)


def refuse_other_than(records: list[dict[str, str]], said: list[dict[str, str]], entity: str) -> None:
    """Fails where a file does not say of each record what its source has said."""
    contract = catalog.contract(f"{FAMILY}.{entity}")
    by_key = {tuple(record[name] for name in contract.key): record for record in said}
    assert ([*by_key], len(by_key)) == (sorted(by_key), len(records)), "each once, in the order of the keys"
    for record in records:
        own = by_key[tuple(record[name] for name in contract.key)]
        for field in contract.importable:
            assert meant(field, own.get(field.name, "")) == meant(field, record.get(field.name, ""))


def meant(field: Field, cell: str) -> object:
    """What a cell means, where the same can be written in several ways."""
    if not cell:
        return None
    match field.kind:
        case "timestamp":
            return datetime.fromisoformat(cell)
        case "decimal":
            return Decimal(cell)
        case "json":
            return json.loads(cell, parse_float=Decimal, parse_int=Decimal)
    return cell


# --- what is in it ---


def test_every_entity_has_its_file_in_the_order_of_import_and_the_manifest_its_counts_and_digests(
    filled: Workbench, out: Path
) -> None:
    exported = filled.export(FAMILY, out)
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [*(f"{entity}.csv" for entity in ENTITIES), "manifest.json"]
    said = manifest(out)
    assert datetime.fromisoformat(said.pop("export_timestamp")) == exported.at.replace(microsecond=0)
    assert said == {
        "format_version": "1.0",
        "institution_id": "mocku",
        "institution_name": "Example University",
        "adapter_id": "generic_csv_v1",
        "entity_counts": {entity: len(WHOLE[entity]) for entity in ENTITIES},
        "import_order": [f"{entity}.csv" for entity in ENTITIES],
        "sha256": {name: sha256(content).hexdigest() for name, content in members(out).items()},
    }


def test_cells_are_written_as_the_format_has_them_and_rows_in_the_order_of_their_keys(
    filled: Workbench, out: Path
) -> None:
    filled.export(FAMILY, out)
    said = texts(out)
    assert said["user_programs"] == "user_id,program_id\nu1,p1\nu2,p1\n"
    assert said["terms"].splitlines()[1:] == ["t1,FA2024,,2024-08-26,,,false,mocku,,", "t2,SP2025,,,,,true,mocku,,"]
    assert said["course_outcomes"].partition("\n")[2] == 'x1,c1,CLO1,,,true,,"two\nlines, ""so""",,\n'
    assert '"{""A"": ""ü"", ""B"": 2}"' in said["course_sections"]
    assert "2024-09-30T23:30:00Z" in said["user_invitations"]
    assert "c1,001,,,3.5," in said["courses"]
    assert ",=1+1," in said["users"], "it is for programs, and has to come back as it was"


def test_the_columns_are_those_of_the_format_and_none_is_sensitive(filled: Workbench, out: Path) -> None:
    filled.export(FAMILY, out)
    headers = {entity: text.splitlines()[0].split(",") for entity, text in texts(out).items()}
    assert not SENSITIVE & {name for names in headers.values() for name in names}
    own = {entity: catalog.contract(f"{FAMILY}.{entity}") for entity in ENTITIES}
    format_ = {entity: [*(known.template or (field.name for field in known.fields))] for entity, known in own.items()}
    format_["users"].append("extras")  # which one of them has
    assert headers == format_


def test_a_tenant_without_records_is_exported_as_headers_alone(wb: Workbench, out: Path) -> None:
    assert wb.export(FAMILY, out).rows == 0
    assert [text.count("\n") for text in texts(out).values()] == [1] * len(ENTITIES)
    assert "institution_id" not in manifest(out)


def test_what_is_no_default_is_told_in_a_column_of_its_own_unless_no_file_says_it(
    filled: Workbench, url: str, out: Path
) -> None:
    tamper(url, "update generic_csv.users set account_status = 'active', email_verified = true")
    tamper(url, "update generic_csv.terms set extras = '{}' where source_id = 't1'")
    filled.export(FAMILY, out)
    assert [term["extras"] for term in read(members(out)["terms.csv"])] == ["{}", ""]
    assert not {"account_status", "email_verified"} & {*read(members(out)["users.csv"])[0]}


# --- the file ---


def test_the_same_records_are_the_same_bytes_and_an_earlier_file_is_replaced_whole(
    filled: Workbench, out: Path, tmp_path: Path
) -> None:
    out.write_bytes(b"x" * 1_000_000)
    filled.export(FAMILY, out)
    filled.export(FAMILY, tmp_path / "again.zip")
    entries = []
    for path in (out, tmp_path / "again.zip"):
        with zipfile.ZipFile(path) as archive:
            told = [entry for entry in archive.infolist() if entry.filename != "manifest.json"]
            entries.append([(e.filename, e.date_time, e.external_attr, e.CRC, e.compress_size) for e in told])
            start = archive.getinfo("manifest.json").header_offset
        entries[-1].append(path.read_bytes()[:start])
    assert entries[0] == entries[1]
    assert not [*tmp_path.glob(".*")]


def test_all_files_see_one_moment_whatever_is_imported_meanwhile(
    filled: Workbench, open_wb: Opened, out: Path, tmp_path: Path
) -> None:
    other, users = open_wb(user="lea"), [{"id": "u3", "email": "c@example.edu", "institution_id": "mocku"}]
    more = generic_csv.export(tmp_path / "more.zip", {"users": users}, import_order=None)

    def meanwhile(file: str, rows: int) -> None:
        if (file, rows) == ("institutions.csv", 0):
            assert other.import_sheet(open_sheets(more), FAMILY).created == 1

    filled.export(FAMILY, out, progress=meanwhile)
    assert [user["id"] for user in read(members(out)["users.csv"])] == ["u1", "u2"]


def test_nothing_of_another_tenant_is_exported(filled: Workbench, open_wb: Opened, out: Path) -> None:
    assert open_wb(tenant="acme").export(FAMILY, out).rows == 0


def test_who_has_exported_what_stands_in_the_audit_log(filled: Workbench, url: str, out: Path) -> None:
    exported = filled.export(FAMILY, out)
    question = "select actor, detail ->> 'family', detail -> 'rows', detail -> 'sha256' ->> 'users.csv' "
    (told,) = ask(url, question + "from workbench.audit_log where action = 'exported'")
    assert told == ("ana", FAMILY, exported.rows, manifest(out)["sha256"]["users.csv"])


def test_an_export_of_very_many_records_takes_no_more_memory_and_tells_how_far_it_is(
    filled: Workbench, url: str, out: Path
) -> None:
    make = """insert into generic_csv.users (tenant_id, source_id, email, role, institution_id)
        select tenant_id, 'v' || n, 'v' || n || '@example.edu', 'instructor', id
        from generic_csv.institutions, generate_series(1, 150000) n"""
    tamper(url, make)
    told: list[tuple[str, int]] = []
    tracemalloc.start()
    try:
        exported = filled.export(FAMILY, out, progress=lambda file, rows: told.append((file, rows)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert exported.rows == 150_000 + sum(map(len, WHOLE.values()))
    assert len(members(out)["users.csv"]) > 8_000_000
    assert peak < 5_000_000
    of_users = [rows for file, rows in told if file == "users.csv"]
    assert (of_users[0], of_users[-1], of_users) == (0, 150_002, sorted(of_users))
    assert len(of_users) > 5


def test_a_place_where_no_file_can_be_is_refused_in_a_sentence_and_the_workbench_goes_on(
    filled: Workbench, out: Path, tmp_path: Path
) -> None:
    for place, why in ((tmp_path, "Is a directory"), (tmp_path / "none" / "x.zip", "No such file or directory")):
        with pytest.raises(UnwritableFile, match=why):
            filled.export(FAMILY, place)
    assert filled.export(FAMILY, out).rows == sum(map(len, WHOLE.values()))


# --- the families ---


def test_a_family_that_no_import_could_take_back_is_refused_with_why(wb: Workbench, out: Path) -> None:
    with pytest.raises(NotExported, match=r"polaris is not exported, .*teacher_roster has records that are"):
        wb.export("polaris", out)
    with pytest.raises(UnknownFamily, match=r"There is no family x\. Those that are exported: elevate, "):
        wb.export("x", out)
    assert not out.exists()
    assert {*wb.export.families} | {*wb.export.refused} == {*catalog.families()}


def test_another_family_comes_back_as_it_was_too(
    wb: Workbench, open_wb: Opened, sheet: Callable[..., Any], out: Path, tmp_path: Path
) -> None:
    students = "email,full_name,phone,external_id\na@x.org,Añn Lee,555-100-0001,=1\nb@x.org,Ben Oka,,007\n"
    courses = 'name,code,description,duration_weeks,is_active\nBaking,B1,"bread,\ncake",3,false\n'
    enrollments = "student_email,course_code,progress,enrolled_at\nb@x.org,B1,50,2024-01-15\n"
    for text, name in ((students, "students"), (courses, "courses"), (enrollments, "enrollments")):
        assert wb.import_sheet(sheet(text, f"{name}.csv"), f"elevate.{name}").invalid == 0
    wb.export("elevate", out)
    with open_wb(tenant="acme") as other:
        assert outcome(other.import_sheet(open_sheets(out), "elevate")) == (4, 0, 0, 0, 0)
        other.export("elevate", tmp_path / "again.zip")
    assert members(out) == members(tmp_path / "again.zip")
    assert outcome(wb.import_sheet(open_sheets(out), "elevate")) == (0, 0, 4, 0, 0)
