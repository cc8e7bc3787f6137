"""One tenant sees nothing of another's, by any identifier, and can hang nothing on it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.imports import ask, outcome, records, speak_for
from workbench import Workbench
from workbench.database import store
from workbench.datasets import catalog
from workbench.model.batch import Batch, new_id
from workbench.model.errors import (
    NotConfigured,
    OwnWork,
    TemplateTaken,
    UnknownBatch,
    UnknownRecord,
    UnknownTemplate,
    WorkbenchError,
)
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

STUDENTS = "email,full_name,phone\nada@example.com,Ada Park,555-100-0001\nbad,Ben Ruiz,\n"

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What tenant a has."""

    wb: Workbench
    batch: Batch
    record: UUID


@pytest.fixture
def theirs(open_wb: Opened, sheet: Sheets) -> Theirs:
    """Tenant a has imported two rows, and kept a template."""
    wb = open_wb(tenant="a")
    batch = wb.import_sheet(sheet(STUDENTS, "ours.csv"), "elevate.students", skip_errors=True)
    wb.templates.save("weekly", "elevate.students", Mapping(columns={"Mail": "email"}))
    return Theirs(wb=wb, batch=batch, record=wb.records.get("elevate.students", "ada@example.com")["record"]["id"])


@pytest.fixture
def other(theirs: Theirs, open_wb: Opened) -> Workbench:
    """Tenant b, who has nothing yet."""
    return open_wb(tenant="b", user="bea")


# --- every table ---


def test_every_table_is_under_forced_row_level_security(url: str) -> None:
    tables = ask(
        url,
        "select n.nspname || '.' || c.relname, c.relrowsecurity and c.relforcerowsecurity, "
        "exists (select from pg_policy p where p.polrelid = c.oid) from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname = any(%s)",
        ["workbench", *catalog.families()],
    )
    assert {name for name, secure, policy in tables if not (secure and policy)} == {"workbench.schema_version"}
    assert {f"{contract.family}.{contract.table}" for contract in catalog.CONTRACTS.values()} < {t[0] for t in tables}


def test_every_table_says_whose_its_rows_are(url: str) -> None:
    without = (
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('r', 'p') and n.nspname = any(%s) and not exists (select from pg_attribute a "
        "where a.attrelid = c.oid and a.attname = 'tenant_id' {}) order by 1"
    )
    schemas = ["workbench", *catalog.families()]
    of_all = ("dataset", "indivisible", "program_key", "schema_version", "tenant")
    assert ask(url, without.format(""), schemas) == [(f"workbench.{table}",) for table in of_all]
    nullable = [(table,) for table in sorted((*of_all, "import_template"))]
    assert ask(url, without.format("and a.attnotnull"), schemas) == [(f"workbench.{table}",) for (table,) in nullable]


def test_without_a_tenant_nothing_is_there(theirs: Theirs, url: str) -> None:
    with psycopg.connect(store.program_url(url)) as connection:
        for table in everything(url):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), table


def test_another_tenant_finds_every_table_empty(theirs: Theirs, other: Workbench, url: str) -> None:
    (tenant,) = ask(url, "select id from workbench.tenant where slug = 'a'")[0]
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url, tenant="b", person="bea")
        for table in everything(url):
            mine = "id" if table == "workbench.tenant" else "tenant_id"
            seen = connection.execute(f"select count(*) from {table} where {mine} = %s", (tenant,)).fetchone()
            assert seen == (0,), table


def everything(url: str) -> list[str]:
    """Every table and view that the program may read, but those that say what there is in every tenant."""
    readable = (
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema = any(%s) and table_name <> 'schema_version' "
        "and table_name not in ('dataset', 'indivisible') "
        "and has_table_privilege('workbench_app', format('%%I.%%I', table_schema, table_name), 'select')"
    )
    found = [name for (name,) in ask(url, readable, ["workbench", *catalog.families()])]
    assert "workbench.import_result" in found
    assert "elevate.profiles" in found
    return found


def test_the_same_person_in_two_tenants_is_two_records(
    theirs: Theirs, other: Workbench, sheet: Sheets, url: str
) -> None:
    batch = other.import_sheet(sheet(STUDENTS, "mine.csv"), "elevate.students", skip_errors=True)
    assert outcome(batch) == (1, 0, 0, 0, 1)
    changed = STUDENTS.replace("Ada Park", "Ada Parker")
    other.import_sheet(sheet(changed, "changed.csv"), "elevate.students", skip_errors=True)
    assert records(url, "elevate.profiles", "email", "full_name") == [
        ("ada@example.com", "Ada Park"),
        ("ada@example.com", "Ada Parker"),
    ]
    assert theirs.wb.records.get("elevate.students", "ada@example.com")["record"]["full_name"] == "Ada Park"


# --- every question ---


def test_a_batch_of_another_tenant_is_unknown_by_whatever_name(theirs: Theirs, other: Workbench) -> None:
    batch = theirs.batch
    for name in (batch, batch.id, str(batch.id), str(batch.id)[:8], str(batch.id).upper(), "%", "_", "", "0"):
        with pytest.raises(UnknownBatch):
            other.batches.get(name)
    assert other.batches.all() == []


QUESTIONS: tuple[Callable[[Workbench, Batch], Any], ...] = (
    lambda wb, batch: wb.plan(batch),
    lambda wb, batch: wb.commit(batch),
    lambda wb, batch: wb.undo(batch),
    lambda wb, batch: wb.undo(batch, dry_run=True),
    lambda wb, batch: wb.reconcile(batch),
    lambda wb, batch: wb.log(batch),
    lambda wb, batch: wb.note(batch, notes="mine"),
    lambda wb, batch: wb.explain(batch, [3], "mine"),
    lambda wb, batch: wb.reject(batch, [3], "mine"),
    lambda wb, batch: wb.discard(batch),
    lambda wb, batch: wb.sign_off(batch),
    lambda wb, batch: wb.verify(batch),
    lambda wb, batch: wb.signature(batch),
    lambda wb, batch: wb.rows(batch),
    lambda wb, batch: list(wb.rows.each(batch)),
    lambda wb, batch: wb.rows.issues(batch),
    lambda wb, batch: wb.rows.unexplained(batch),
    lambda wb, batch: wb.rows.removals(batch),
    lambda wb, batch: wb.batches.data_docs(batch),
)


def test_no_question_about_another_tenants_batch_is_answered(theirs: Theirs, other: Workbench) -> None:
    for question in QUESTIONS:
        with pytest.raises(UnknownBatch) as refusal:
            question(other, theirs.batch)
        assert "ours.csv" not in str(refusal.value)
    assert theirs.wb.batches.get(theirs.batch) == theirs.batch


def test_a_record_of_another_tenant_is_unknown_by_key_and_by_id(theirs: Theirs, other: Workbench) -> None:
    for key in ("ada@example.com", str(theirs.record), str(theirs.batch.id), "bad"):
        with pytest.raises(UnknownRecord):
            other.records.get("elevate.students", key)


def test_a_file_that_another_tenant_imported_is_new(theirs: Theirs, other: Workbench, sheet: Sheets) -> None:
    assert theirs.wb.batches.same_file(sheet(STUDENTS), "elevate.students") == theirs.wb.batches.get(theirs.batch)
    assert other.batches.same_file(sheet(STUDENTS), "elevate.students") is None


def test_a_tenants_records_are_not_anothers_to_refer_to(theirs: Theirs, other: Workbench, sheet: Sheets) -> None:
    theirs.wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "courses.csv"), "elevate.courses")
    enrollments = sheet("student_email,course_code\nada@example.com,CNA101\n", "enrollments.csv")
    with pytest.raises(WorkbenchError, match="there are none yet"):
        other.stage(enrollments, "elevate.enrollments")
    other.import_sheet(sheet("name,code\nWelding,WELD\n", "c.csv"), "elevate.courses")
    other.import_sheet(sheet("email,full_name\ncal@example.com,Cal\n", "s.csv"), "elevate.students")
    batch = other.import_sheet(enrollments, "elevate.enrollments")
    assert [row["reason"] for row in other.rows.each(batch)] == ["student"]
    assert [issue["message"] for issue in other.rows.issues(batch)] == [
        "Course not found: 'CNA101'",
        "Student not found: 'ada@example.com'",
    ]


def test_kept_files_of_two_tenants_lie_apart(theirs: Theirs, other: Workbench, sheet: Sheets) -> None:
    mine = other.import_sheet(sheet(STUDENTS, "mine.csv"), "elevate.students", skip_errors=True)
    assert mine.checksum == theirs.batch.checksum
    assert mine.file_key != theirs.batch.file_key
    for wb, batch in ((other, mine), (theirs.wb, theirs.batch)):
        kept = wb.settings.home / "files" / str(batch.file_key)
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == batch.checksum
        assert wb.batches.data_docs(batch) is not None
    assert other.batches.data_docs(mine) != theirs.wb.batches.data_docs(theirs.batch)


# --- templates ---


def test_a_tenants_template_is_its_own(theirs: Theirs, other: Workbench) -> None:
    assert other.templates.all() == []
    identifier = theirs.wb.templates.get("elevate.students", "weekly").id
    for name in ("weekly", identifier):
        with pytest.raises(UnknownTemplate):
            other.templates.get("elevate.students", name)
    mine = other.templates.save("weekly", "elevate.students", Mapping(columns={"E": "email"}))
    assert mine.mapping.columns == {"E": "email"}
    assert theirs.wb.templates.get("elevate.students", "weekly").mapping.columns == {"Mail": "email"}


def test_a_template_for_everybody_is_seen_by_all_and_changed_by_its_keeper(theirs: Theirs, other: Workbench) -> None:
    shared = Mapping(columns={"Mail": "email", "Name": "full_name"})
    theirs.wb.templates.save("standard", "elevate.students", shared, is_global=True)
    found = other.templates.get("elevate.students", "standard")
    assert (found.is_global, found.mapping) == (True, shared)
    with pytest.raises(TemplateTaken, match="standard"):
        other.templates.save("standard", "elevate.students", Mapping(), is_global=True)
    assert other.templates.get("elevate.students", "standard").mapping == shared
    theirs.wb.templates.save("standard", "elevate.students", Mapping(columns={"M": "email"}), is_global=True)
    assert other.templates.get("elevate.students", "standard").mapping.columns == {"M": "email"}


def test_a_tenants_own_template_comes_before_one_for_everybody(theirs: Theirs, other: Workbench) -> None:
    theirs.wb.templates.save("weekly", "elevate.students", Mapping(columns={"All": "email"}), is_global=True)
    assert theirs.wb.templates.get("elevate.students", "weekly").mapping.columns == {"Mail": "email"}
    assert other.templates.get("elevate.students", "weekly").mapping.columns == {"All": "email"}


# --- somebody with the program's role and the other tenant's ids ---


HUNG = {
    "an enrollment of its person": (
        "with course as (insert into elevate.courses (tenant_id, course_code, course_name) values ({b}, 'x', 'x') "
        "returning id) insert into elevate.enrollments (tenant_id, user_id, course_id) "
        "select {b}, {record}, id from course",
        "23503",
    ),
    "a batch in its run": (
        "insert into workbench.import_batch "
        "(id, tenant_id, run_id, data_type, source, file_name, initiated_by_id, mode) "
        "values ({mine}, {b}, {batch}, 'elevate.students', 'x', 'x', 'bea', 'upsert')",
        "23503",
    ),
    "an undo of it": (
        "with run as (insert into workbench.import_run (id, tenant_id, title, initiated_by_id) "
        "values ({mine}, {b}, 'x', 'bea') returning id) insert into workbench.import_batch "
        "(id, tenant_id, run_id, data_type, source, file_name, initiated_by_id, mode, undo_of) "
        "select id, {b}, id, 'elevate.students', 'x', 'x', 'bea', 'upsert', {batch} from run",
        "23503",
    ),
    "a row": (
        "insert into workbench.import_row (tenant_id, batch_id, line, id, raw, payload, status) "
        "values ({b}, {batch}, 9, {mine}, '[]', '{{}}', 'failed')",
        "42501",
    ),
    "a row of its own": (
        "insert into workbench.import_row (tenant_id, batch_id, line, id, raw, payload, status) "
        "values ({a}, {batch}, 9, {mine}, '[]', '{{}}', 'failed')",
        "42501",
    ),
    "an outcome": (
        "insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome) "
        "values ({b}, {batch}, 1, 9, 'created')",
        "42501",
    ),
    "an explanation": (
        "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by) "
        "values ({b}, {batch}, 3, 'x', 'x')",
        "WB001",
    ),
    "a signature": (
        "insert into workbench.sign_off (tenant_id, batch_id, signed_by, digest, evidence) "
        "values ({b}, {batch}, 'x', 'x', '{{}}')",
        "WB001",
    ),
    "a person": ("insert into workbench.person (tenant_id, name) values ({a}, 'x')", "42501"),
    "a log entry": ("insert into workbench.audit_log (tenant_id, actor, action) values ({a}, 'x', 'x')", "42501"),
    "a record": (
        "insert into elevate.profiles (tenant_id, email, full_name) values ({a}, 'x@example.com', 'X')",
        "42501",
    ),
    "a record given away": ("update elevate.profiles set tenant_id = {a}", "42501"),
    "a template": (
        "insert into workbench.import_template (tenant_id, kept_by, name, data_type, config, created_by_id) "
        "values ({a}, {b}, 'x', 'x', '{{}}', 'x')",
        "42501",
    ),
    "a template in its name": (
        "insert into workbench.import_template (tenant_id, kept_by, name, data_type, config, created_by_id) "
        "values (null, {a}, 'x', 'x', '{{}}', 'x')",
        "42501",
    ),
}
UNTOUCHED = (
    "update workbench.import_batch set stage = 'failed' where id = {batch}",
    "update workbench.import_template set config = '{{}}'",
    "delete from workbench.import_source",
    "update elevate.profiles set full_name = 'X' where id = {record}",
    "delete from elevate.profiles where id = {record}",
)


def test_with_the_programs_role_nothing_of_another_tenant_can_be_touched(
    theirs: Theirs, other: Workbench, sheet: Sheets, url: str
) -> None:
    theirs.wb.templates.save("standard", "elevate.students", Mapping(), is_global=True)
    other.import_sheet(sheet("email,full_name\nzoe@example.com,Zoe\n", "zoe.csv"), "elevate.students")
    tenants = dict(ask(url, "select slug, id from workbench.tenant"))
    ids = {**tenants, "batch": theirs.batch.id, "record": theirs.record, "mine": new_id()}
    named = {name: f"'{value}'::uuid" for name, value in ids.items()}

    def tried(statement: str) -> str | int:
        with psycopg.connect(store.program_url(url)) as connection:
            speak_for(connection, url, tenant="b", person="bea", batch=theirs.batch.id)
            try:
                return connection.execute(statement.format(**named)).rowcount
            except psycopg.Error as error:
                return error.sqlstate or "?"
            finally:
                connection.rollback()

    assert {what: tried(statement) for what, (statement, _) in HUNG.items()} == {
        what: refusal for what, (_, refusal) in HUNG.items()
    }
    assert {statement: tried(statement) for statement in UNTOUCHED} == dict.fromkeys(UNTOUCHED, 0)


def test_a_run_of_another_tenant_is_as_unknown_as_none(theirs: Theirs, other: Workbench, sheet: Sheets) -> None:
    for run in (theirs.batch.run_id, uuid4()):
        with pytest.raises(UnknownBatch, match=str(run)):
            other.stage(sheet(STUDENTS), "elevate.students", run=run)
    assert other.batches.all() == []


# --- who is in a tenant ---


def test_the_only_person_of_a_tenant_may_sign_what_they_ran(theirs: Theirs, other: Workbench) -> None:
    theirs.wb.reject(theirs.batch, [3], "left the school")
    assert theirs.wb.sign_off(theirs.batch)["signed_by"] == "ana"


def test_the_second_person_has_to_sign_what_the_first_one_ran(theirs: Theirs, open_wb: Opened) -> None:
    theirs.wb.reject(theirs.batch, [3], "left the school")
    ben = open_wb(tenant="a", user="ben")
    with pytest.raises(OwnWork, match="ana ran batch"):
        theirs.wb.sign_off(theirs.batch)
    assert ben.sign_off(theirs.batch)["signed_by"] == "ben"


def test_nobody_signs_their_own_under_their_name_written_otherwise(theirs: Theirs, open_wb: Opened, url: str) -> None:
    theirs.wb.reject(theirs.batch, [3], "left the school")
    Ana = open_wb(tenant="a", user=" ANA ")
    assert not Ana.is_own(theirs.batch)  # there is nobody else yet
    open_wb(tenant="a", user="ben")
    for name in ("ana", "Ana", " ANA "):
        again = open_wb(tenant="a", user=name)
        assert again.is_own(theirs.batch)
        assert [batch.id for batch in again.batches.attention()["own"]] == [theirs.batch.id]
        with pytest.raises(OwnWork, match=f"{name.strip()} ran batch"):
            again.sign_off(theirs.batch)


def test_the_database_knows_persons_whatever_their_case(theirs: Theirs) -> None:
    found = theirs.wb.query("select workbench.as_person(%s) = workbench.as_person(%s) as same", (" Élise", "éLISE "))
    assert found["same"].tolist() == [True]


def test_what_cannot_be_a_tenant_is_refused_in_a_sentence(open_wb: Opened) -> None:
    for slug in ("", "  ", "A", "a b", "a.b", "é", "-a", "a" * 64, "a'; drop schema workbench --"):
        with pytest.raises(NotConfigured, match="WORKBENCH_TENANT"):
            open_wb(tenant=slug)
