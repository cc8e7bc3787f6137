"""What PostgreSQL itself refuses, whoever asks: a batch that does not add up, a step backwards, a changed proof."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.imports import ask, fingerprint, records, speak_for, tamper
from workbench import Workbench
from workbench.database import identity, store
from workbench.model.batch import Batch, new_id
from workbench.model.errors import AlreadyCommitted, NotDone, Unbalanced
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

STUDENTS = """\
email,full_name,phone
ada@example.com,Ada Park,555-100-0001
ben@example.com,Ben Ruiz,555-100-0002
ada@example.com,Ada Park,555-100-0001
cal@example.com,Cal Ode,555-100-0004
no address,Dee Fox,555-100-0005
"""
"""Three to create (lines 2, 3, 5), one duplicate (line 4), one invalid (line 6)."""

OPEN = STUDENTS, "students.csv"


@pytest.fixture
def planned(wb: Workbench, sheet: Callable[..., Sheet]) -> Batch:
    """A batch that waits for its commit."""
    return wb.plan(wb.stage(sheet(*OPEN), "elevate.students", skip_errors=True)).batch


@pytest.fixture
def completed(wb: Workbench, planned: Batch) -> Batch:
    """The same batch, committed."""
    return wb.commit(planned)


@pytest.fixture
def program(url: str) -> Callable[..., Any]:
    """Tries a statement as the program's role, as ana in the tenant default unless told otherwise. Nothing is kept.

    Returns the SQLSTATE of the refusal, or the number of rows.
    """

    def said(statement: str, *values: object, **whose: object) -> str | int:
        with as_program(url, **whose) as connection:
            try:
                return connection.execute(statement, values).rowcount
            except psycopg.Error as error:
                return error.sqlstate or "?"
            finally:
                connection.rollback()

    return said


@contextmanager
def as_program(url: str, **whose: Any) -> Iterator[psycopg.Connection[Any]]:
    """One transaction of somebody who has got hold of the program's role (see `speak_for`)."""
    with psycopg.connect(store.program_url(url)) as connection:
        speak_for(connection, url, **whose)
        yield connection


REFUSED = psycopg.errors.InsufficientPrivilege.sqlstate
WRONG_STEP, UNBALANCED, FROZEN, UNPROVEN, UNWRITTEN, CHECKED = "WB001", "WB002", "WB003", "WB004", "WB005", "23514"


# --- exactly one outcome for every row ---


OUTCOME, ROW, BATCH = "workbench.import_outcome", "workbench.import_row", "workbench.import_batch"
MEDDLING = (
    f"delete from {OUTCOME} where batch_id = %s and line = 3",
    f"delete from {OUTCOME} where batch_id = %s and line = 6",
    f"insert into {OUTCOME} (tenant_id, batch_id, plan, line, outcome) "
    f"select tenant_id, batch_id, plan, 99, outcome from {OUTCOME} where batch_id = %s and line = 4",
    f"delete from {ROW} where batch_id = %s and line = 5",
    f"delete from {ROW} where batch_id = %s and line = 6",
    f"insert into {ROW} (tenant_id, batch_id, line, id, raw, payload, status) "
    f"select tenant_id, batch_id, 99, id, raw, payload, status from {ROW} where batch_id = %s and line = 6",
    f"update {OUTCOME} set outcome = 'unmatched' where batch_id = %s and line = 6",
    f"update {OUTCOME} set plan = plan + 1 where batch_id = %s and line = 4",
    f"update {OUTCOME} set line = 99 where batch_id = %s and line = 4",
    f"update {BATCH} set created = created - 1, skipped = skipped + 1 where id = %s",
    f"update {BATCH} set invalid = invalid - 1, unmatched = unmatched + 1 where id = %s",
    f"update {BATCH} set processed = processed + 1, skipped = skipped + 1 where id = %s",
    f"update {ROW} set tenant_id = gen_random_uuid() where batch_id = %s and line = 3",
    f"update {OUTCOME} set tenant_id = gen_random_uuid() where batch_id = %s and line = 4",
)


def test_a_batch_that_does_not_add_up_is_not_completed(wb: Workbench, url: str, sheet: Callable[..., Sheet]) -> None:
    before = fingerprint(url)
    for meddling in MEDDLING:
        batch = wb.plan(wb.stage(sheet(*OPEN), "elevate.students", skip_errors=True)).batch
        assert tamper(url, meddling, batch.id) == 1
        with pytest.raises(Unbalanced, match="does not add up and was not completed"):
            wb.commit(batch)
        assert (wb.batches.get(batch).stage, fingerprint(url)) == ("planned", before), meddling


def test_a_batch_that_does_not_add_up_can_be_planned_again(wb: Workbench, url: str, planned: Batch) -> None:
    tamper(url, "delete from workbench.import_outcome where line = 3")
    with pytest.raises(Unbalanced):
        wb.commit(planned)
    wb.plan(planned)
    done = wb.commit(planned)
    assert (done.processed, done.created, done.skipped, done.invalid) == (5, 3, 1, 1)


def test_what_is_removed_must_be_listed_too(wb: Workbench, url: str, sheet: Callable[..., Sheet]) -> None:
    roster = "email,name,building\nada@example.com,Ada Park,Argentine\n"
    options = {"window": "2024-2025", "constants": {"district": "KCK"}}
    wb.import_sheet(sheet(roster + "ben@example.com,Ben Ruiz,Argentine\n"), "polaris.teacher_roster", **options)
    batch = wb.plan(wb.stage(sheet(roster, "less.csv"), "polaris.teacher_roster", **options)).batch
    assert batch.removed == 1
    before = fingerprint(url)
    tamper(url, "update workbench.import_batch set removed = 0 where id = %s", batch.id)
    with pytest.raises(Unbalanced):
        wb.commit(batch)
    assert fingerprint(url) == before


def test_the_figures_of_a_batch_always_add_up(url: str, planned: Batch) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="identity"):
        tamper(url, "update workbench.import_batch set created = created + 1")


def test_a_row_has_one_outcome_a_plan(url: str, planned: Batch) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        tamper(
            url,
            "insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome) "
            "select tenant_id, batch_id, plan, line, 'created' from workbench.import_outcome where line = 6",
        )


def test_what_the_plan_showed_is_what_the_tables_hold(wb: Workbench, url: str, sheet: Callable[..., Sheet]) -> None:
    wb.import_sheet(sheet("email,full_name,phone\nada@example.com,Ada Parker,555-100-0009\n"), "elevate.students")
    text = "email,full_name,phone,external_id\nada@example.com,Ada Park,,A1\nben@example.com,Ben Ruiz,555-100-0002,B2\n"
    batch = wb.stage(sheet(text, "second.csv"), "elevate.students")
    shown = wb.plan(batch).rows().to_dict("records")
    assert [(row["line"], row["outcome"], row["changes"]) for row in shown] == [
        (2, "updated", {"full_name": ["Ada Parker", "Ada Park"], "external_id": [None, "A1"]}),
        (3, "created", {}),
    ]
    promised = {str(row["record_id"]): row["payload"] for row in shown}
    wb.commit(batch)
    held = records(url, "elevate.profiles", "id", "email", "full_name", "phone", "external_id")
    assert {str(row[0]): row[1:] for row in held} == {
        identifier: (said["email"], said["full_name"], said["phone"] or "555-100-0009", said["external_id"])
        for identifier, said in promised.items()
    }


# --- a batch only moves forward ---


STAGES = ("queued", "staging", "staged", "planned", "held", "completed", "failed")
BEGIN = (
    f"insert into {BATCH} (id, tenant_id, run_id, data_type, source, file_name, initiated_by_id, mode, stage) "
    f"select %s, tenant_id, run_id, data_type, source, file_name, initiated_by_id, mode, %s from {BATCH}"
)


def test_a_batch_begins_at_the_beginning(url: str, planned: Batch, program: Callable[..., Any]) -> None:
    begun = {stage: program(BEGIN, new_id(), stage) for stage in STAGES}
    assert begun == {stage: 1 if stage == "queued" else WRONG_STEP for stage in STAGES}
    with pytest.raises(psycopg.DatabaseError, match="must begin as queued"), psycopg.connect(url) as superuser:
        superuser.execute(BEGIN, (new_id(), "completed"))


def test_a_planned_batch_does_not_go_back(planned: Batch, program: Callable[..., Any]) -> None:
    moved = {stage: program("update workbench.import_batch set stage = %s", stage) for stage in STAGES}
    assert moved == {stage: WRONG_STEP for stage in ("queued", "staging", "staged")} | {
        stage: 1 for stage in ("planned", "held", "failed")
    } | {"completed": UNWRITTEN}


def test_a_completed_batch_stays_completed(url: str, completed: Batch, program: Callable[..., Any]) -> None:
    moved = {stage: program("update workbench.import_batch set stage = %s", stage) for stage in STAGES}
    assert moved == {stage: WRONG_STEP for stage in STAGES} | {"completed": 1}
    with pytest.raises(psycopg.DatabaseError, match="cannot become planned"), psycopg.connect(url) as superuser:
        superuser.execute("update workbench.import_batch set stage = 'planned'")


def test_a_failed_batch_stays_failed(url: str, planned: Batch, program: Callable[..., Any]) -> None:
    with as_program(url) as connection:
        connection.execute("update workbench.import_batch set stage = 'failed'")
    moved = {stage: program("update workbench.import_batch set stage = %s", stage) for stage in STAGES}
    assert moved == {stage: WRONG_STEP for stage in STAGES} | {"failed": 1}


def test_only_a_planned_batch_can_be_completed(
    wb: Workbench, sheet: Callable[..., Sheet], program: Callable[..., Any]
) -> None:
    wb.stage(sheet(*OPEN), "elevate.students")
    assert program("update workbench.import_batch set stage = 'completed', processed = 0, created = 0") == WRONG_STEP


def test_of_a_completed_batch_only_notes_change(url: str, completed: Batch, program: Callable[..., Any]) -> None:
    update = "update workbench.import_batch set {}"
    for change in ("plan = 2", "created = 2, skipped = 2", "summary = '{}'", "fields = '{}'", "removed = 1"):
        assert program(update.format(change)) == WRONG_STEP, change
    assert program(update.format("completed_at = now()")) == REFUSED
    assert program(update.format("notes = 'seen', follow_ups = 'none'")) == 1
    with pytest.raises(psycopg.DatabaseError, match="only its notes can change"), psycopg.connect(url) as superuser:
        superuser.execute(update.format("completed_at = now() + interval '1 day'"))


BEGUN_WITH = (
    *("id", "tenant_id", "run_id", "data_type", "source", "template_id", "file_key", "checksum", "file_name"),
    *("initiated_by_id", "mode", "window", "dry_run", "skip_errors", "headers", "undo_of", "created_at"),
)


def test_what_a_batch_was_begun_with_never_changes(planned: Batch, program: Callable[..., Any]) -> None:
    tried = {column: program(f'update workbench.import_batch set "{column}" = "{column}"') for column in BEGUN_WITH}
    assert tried == dict.fromkeys(BEGUN_WITH, REFUSED)


def test_a_mapping_changes_with_a_new_revision_of_the_rows_alone(planned: Batch, program: Callable[..., Any]) -> None:
    other = """update workbench.import_batch set mapping = mapping || '{"clears": ["phone"]}'"""
    assert program(other) == WRONG_STEP
    assert program("update workbench.import_batch set mapping = mapping") == 1


def test_a_batch_is_committed_once(wb: Workbench, url: str, completed: Batch) -> None:
    before = fingerprint(url)
    with pytest.raises(AlreadyCommitted):
        wb.commit(completed)
    assert fingerprint(url) == before


# --- rows and outcomes are only ever added, and only to the open batch ---

ADD_OUTCOME = (
    "insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome) "
    "values (workbench.current_tenant(), %s, %s, 99, 'created')"
)
ADD_ROW = (
    "insert into workbench.import_row (tenant_id, batch_id, line, id, raw, payload, status) "
    "values (workbench.current_tenant(), %s, 99, gen_random_uuid(), '[]', '{}', 'validated')"
)
ADD_REMOVAL = (
    "insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before) "
    "values (workbench.current_tenant(), %s, %s, gen_random_uuid(), '3', 'deleted', '{}')"
)


def test_the_proof_is_neither_changed_nor_deleted(completed: Batch, program: Callable[..., Any]) -> None:
    for table in ("import_row", "import_outcome", "import_removal", "import_explanation", "sign_off"):
        for batch in ("", completed.id):
            assert program(f"update workbench.{table} set batch_id = batch_id", batch=batch) == REFUSED
            assert program(f"delete from workbench.{table}", batch=batch) == REFUSED
            assert program(f"truncate workbench.{table}", batch=batch) == REFUSED


def test_who_did_what_is_neither_changed_nor_deleted(planned: Batch, program: Callable[..., Any]) -> None:
    columns = {
        "tenant": "slug",
        "person": "name",
        "import_run": "title",
        "audit_log": "actor",
        "schema_version": "version_num",
    }
    for table, column in columns.items():
        assert program(f"update workbench.{table} set {column} = {column}") == REFUSED
        assert program(f"delete from workbench.{table}") == REFUSED
        assert program(f"truncate workbench.{table}") == REFUSED
    assert program("delete from workbench.import_batch") == REFUSED
    assert program("truncate workbench.import_batch") == REFUSED


def test_rows_join_a_batch_only_while_it_is_staged(planned: Batch, program: Callable[..., Any]) -> None:
    assert program(ADD_ROW, planned.id, batch=planned.id) == REFUSED


def test_outcomes_join_only_the_batch_that_is_open(planned: Batch, program: Callable[..., Any]) -> None:
    assert program(ADD_OUTCOME, planned.id, 2) == REFUSED
    assert program(ADD_OUTCOME, planned.id, 2, batch=new_id()) == REFUSED
    assert program(ADD_OUTCOME, planned.id, 2, batch=planned.id) == 1
    assert program(ADD_REMOVAL, planned.id, 2) == REFUSED
    assert program(ADD_REMOVAL, planned.id, 2, batch=planned.id) == 1


def test_nothing_joins_a_completed_batch(completed: Batch, program: Callable[..., Any]) -> None:
    for plan in (1, 2):
        assert program(ADD_OUTCOME, completed.id, plan, batch=completed.id) == REFUSED
        assert program(ADD_REMOVAL, completed.id, plan, batch=completed.id) == REFUSED
    assert program(ADD_ROW, completed.id, batch=completed.id) == REFUSED


def test_outcomes_smuggled_into_a_plan_spoil_its_commit_and_not_the_next_plan(
    wb: Workbench, url: str, planned: Batch
) -> None:
    before = fingerprint(url)
    for plan in (planned.plan, planned.plan + 1):
        with as_program(url, batch=planned.id) as connection:
            connection.execute(ADD_OUTCOME, (planned.id, plan))
    with pytest.raises(Unbalanced):
        wb.commit(planned)
    assert fingerprint(url) == before
    wb.plan(planned)
    assert wb.commit(planned).created == 3


# --- the program's role ---


def test_the_program_is_neither_superuser_nor_owner(url: str) -> None:
    rights = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    assert ask(url, f"select {rights} from pg_roles where rolname = 'workbench_app'") == [(False,) * 5]
    assert ask(url, "select from pg_auth_members where member = 'workbench_app'::regrole") == []
    owned = "select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'workbench_app'"
    assert ask(url, owned) == []
    creating = "select nspname from pg_namespace where has_schema_privilege('workbench_app', oid, 'create')"
    assert ask(url, f"{creating} and nspname !~ '^pg_(toast_)?temp'") == []
    assert ask(url, "select has_database_privilege('workbench_app', current_database(), 'create')") == [(False,)]


def test_the_owner_of_the_tables_cannot_log_in(url: str) -> None:
    assert ask(url, "select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'workbench_owner'") == [
        (False, False, False)
    ]


SWITCHES = (
    "set role workbench_owner",
    "set session authorization workbench_owner",
    "alter table workbench.import_row disable row level security",
    "alter table workbench.import_row no force row level security",
    "alter table elevate.profiles disable row level security",
    "alter table workbench.import_batch disable trigger guard_batch",
    "alter table workbench.import_batch drop constraint identity",
    "drop table workbench.audit_log",
    "drop policy seen on workbench.import_row",
    "create policy mine on workbench.import_row using (true)",
    "create or replace function workbench.current_tenant() returns uuid language sql as 'select null::uuid'",
    "set session_replication_role = replica",
    "alter role workbench_app bypassrls",
    "alter role workbench_app superuser",
    "grant workbench_owner to workbench_app",
    "create schema mine",
    "create table workbench.mine (id int)",
    "copy (select 1) to '/dev/null'",
    "insert into workbench.tenant (slug) values ('mine')",
    "truncate elevate.profiles",
)


def test_the_program_cannot_switch_the_rules_off(program: Callable[..., Any], wb: Workbench) -> None:
    assert {statement: program(statement) for statement in SWITCHES} == dict.fromkeys(SWITCHES, REFUSED)


def test_row_level_security_cannot_be_left_out(completed: Batch, url: str) -> None:
    with as_program(url) as connection:
        connection.execute("set row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("select * from workbench.import_batch")


def test_a_type_of_ones_own_does_not_lend_the_owners_rights(wb: Workbench, url: str) -> None:
    with psycopg.connect(store.program_url(url), autocommit=True) as connection:
        connection.execute(
            "create function pg_temp.seize(value pg_catalog.uuid) returns boolean language plpgsql as $$ begin "
            "execute 'alter table workbench.import_row disable row level security'; return true; end $$"
        )
        connection.execute("create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.seize(value))")
        connection.execute("create domain pg_temp.text as pg_catalog.text check (pg_temp.seize(null))")
        speak_for(connection, url, tenant="newcomer")
    protected = "select relrowsecurity from pg_class where oid = 'workbench.import_row'::regclass"
    assert ask(url, protected) == [(True,)]


# --- what a completed batch says was written ---


def test_nothing_is_completed_that_was_not_written(planned: Batch, program: Callable[..., Any]) -> None:
    assert program("update workbench.import_batch set stage = 'completed'") == UNWRITTEN


WRITE = """
insert into elevate.profiles (id, tenant_id, email, full_name, role)
select o.record_id, o.tenant_id, r.external_key, 'Ada', 'student' from workbench.import_outcome o
join workbench.import_row r using (batch_id, line) where o.outcome = 'created'
"""


def test_what_is_written_is_written_under_the_ids_of_its_rows(url: str, planned: Batch) -> None:
    made = planned.created or 0
    assert made > 1
    for statement, refused in (
        (WRITE, False),
        (f"{WRITE} limit {made - 1}", True),
        (WRITE.replace("o.record_id,", "gen_random_uuid(),"), True),
        (WRITE.replace("r.external_key,", "'x' || r.external_key,"), True),
        (WRITE.replace("o.record_id,", "(left(o.record_id::text, 28) || lpad(o.line::text, 8, 'e'))::uuid,"), True),
    ):
        with as_program(url, batch=planned.id) as connection:
            assert connection.execute(statement).rowcount == made - ("limit" in statement)
            said = connection.execute("select * from workbench.import_batch where id = %s", (planned.id,)).fetchone()
            assert said is not None
            wrong = connection.execute(
                """select workbench.unwritten(b, said.mixed, 7) from workbench.import_batch b, lateral (
                    select bit_xor(uuid_hash_extended(o.record_id, 7)) as mixed
                    from workbench.import_outcome o
                    where o.batch_id = b.id and o.plan = b.plan and o.outcome = 'created'
                ) said where b.id = %s""",
                (planned.id,),
            ).fetchone()
            connection.rollback()
        assert wrong is not None
        assert (wrong[0] > 0) is refused, statement


PLANNED_ANEW = """
with planned as (
    insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, record_id)
    select tenant_id, batch_id, 2, line, 'skipped', {reason}, {record}
    from workbench.import_row where batch_id = {batch}
    returning line
) update workbench.import_batch set plan = 2, created = 0, updated = 0, unmatched = 0, invalid = 0, removed = 0,
    skipped = processed where id = {batch}
"""


@pytest.mark.parametrize("reason", ["null", "'because'", "'unchanged'", "'duplicate'"])
def test_a_plan_that_only_skips_is_not_completed(url: str, planned: Batch, reason: str) -> None:
    with as_program(url, batch=planned.id) as connection:
        connection.execute(PLANNED_ANEW.format(reason=reason, record="id", batch=f"'{planned.id}'"))
        with pytest.raises(psycopg.DatabaseError) as refusal:
            connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (planned.id,))
        assert refusal.value.sqlstate in (UNBALANCED, UNWRITTEN)
        connection.rollback()


# --- for whom a connection is ---


def test_nobody_enters_without_a_proof(wb: Workbench, url: str) -> None:
    with psycopg.connect(store.program_url(url)) as connection:
        with pytest.raises(psycopg.DatabaseError, match="does not prove for whom it is") as refusal:
            connection.execute("select workbench.enter('default', 'ana', %s)", ("0" * 64,))
        assert refusal.value.sqlstate == UNPROVEN


def test_a_proof_is_for_one_tenant_and_one_person(completed: Batch, url: str) -> None:
    ask_ = "select workbench.current_person(), count(*) from workbench.import_batch"
    with psycopg.connect(store.program_url(url)) as connection:
        mine = identity.enter(connection, url, "default", "ana")
        theirs = identity.enter(connection, url, "other", "ana")
        said = mine.identity
        for forged in (
            "",
            str(mine.tenant_id),
            said[:103],
            said.removesuffix("ana") + "ben",
            said.replace(str(theirs.tenant_id), str(mine.tenant_id)),
            f"{theirs.tenant_id}{said[36:]}",
            f"{mine.tenant_id}.{'0' * 64}.ana",
            "worker",
            said.upper(),
        ):
            connection.execute("select set_config('workbench.identity', %s, true)", (forged,))
            if forged != said:
                assert connection.execute(ask_).fetchone() == (None, 0), forged
        connection.execute("select set_config('workbench.identity', %s, true)", (said,))
        assert connection.execute(ask_).fetchone() == ("ana", 1)


def test_the_program_cannot_read_its_own_key(wb: Workbench, program: Callable[..., Any]) -> None:
    for statement in (
        "select key from workbench.program_key",
        "select workbench.proof('worker')",
        "update workbench.program_key set key = ''",
        "insert into workbench.person (tenant_id, name) values (workbench.current_tenant(), 'eve')",
    ):
        assert program(statement) == REFUSED, statement


BY_OTHERS = {
    "a run": "import_run (id, tenant_id, title, initiated_by_id) values (gen_random_uuid(), {tenant}, 'x', 'eve')",
    "a signature": "sign_off "
    "(tenant_id, batch_id, signed_by, digest, evidence, manifest, signature, public_key, number) "
    "values ({tenant}, {batch}, 'eve', '', '{{}}', '', '', '', 1)",
    "an earlier signature": "sign_off "
    "(tenant_id, batch_id, signed_by, signed_at, digest, evidence, manifest, signature, public_key, number) "
    "values ({tenant}, {batch}, 'ana', '2020-01-01', '', '{{}}', '', '', '', 1)",
    "a rejection": "import_explanation (tenant_id, batch_id, line, reason, explained_by, rejected) "
    "values ({tenant}, {batch}, 6, 'x', 'eve', true)",
    "an earlier rejection": "import_explanation "
    "(tenant_id, batch_id, line, reason, explained_by, explained_at, rejected) "
    "values ({tenant}, {batch}, 6, 'x', 'ana', '2020-01-01', true)",
    "a note": "audit_log (tenant_id, actor, action) values ({tenant}, 'eve', 'planned')",
    "an earlier note": "audit_log (tenant_id, actor, action, at) values ({tenant}, 'ana', 'planned', '2020-01-01')",
    "a template": "import_template (tenant_id, kept_by, name, data_type, config, created_by_id) "
    "values ({tenant}, {tenant}, 'x', 'elevate.students', '{{}}', 'eve')",
    "a profile": "import_profile (tenant_id, data_type, checksum, digest, file_name, profile, kept_by) "
    "values ({tenant}, 'x', 'x', 'x', 'x', '{{}}', 'eve')",
    "a source": "import_source (tenant_id, dataset, updated_by) values ({tenant}, 'x', 'eve')",
}


@pytest.mark.parametrize("what", BY_OTHERS)
def test_nothing_is_said_in_another_name_or_at_another_time(
    wb: Workbench, completed: Batch, program: Callable[..., Any], what: str
) -> None:
    if "signature" in what:
        wb.reject(completed, [6], "no such person")
    statement = f"insert into workbench.{BY_OTHERS[what]}"
    named = {"tenant": "workbench.current_tenant()", "batch": f"'{completed.id}'"}
    assert program(statement.format(**named)) == REFUSED
    assert program(statement.replace("'eve'", "'ana'").replace("'2020-01-01'", "now()").format(**named)) == 1


# --- explanations and signatures ---

EXPLAIN = (
    "insert into workbench.import_explanation (tenant_id, batch_id, line, reason, explained_by) "
    "values (workbench.current_tenant(), %s, %s, %s, workbench.current_person())"
)
REJECT = EXPLAIN.replace("explained_by)", "explained_by, rejected)").replace("person())", "person(), true)")
SIGN = (
    "insert into workbench.sign_off "
    "(tenant_id, batch_id, signed_by, digest, evidence, manifest, signature, public_key, number) "
    "values (workbench.current_tenant(), %s, %s, 'digest', '{}', '{}', 'signature', 'key', 1)"
)


def test_only_a_row_that_needs_it_takes_a_word_and_only_the_one_that_it_needs(
    wb: Workbench, sheet: Callable[..., Sheet], completed: Batch, program: Callable[..., Any]
) -> None:
    assert program(REJECT, completed.id, 6, "no such person") == 1
    assert program(REJECT, completed.id, 6, "") == CHECKED
    assert program(EXPLAIN, completed.id, 6, "no such person") == WRONG_STEP
    assert program(REJECT.replace("true)", "null)"), completed.id, 6, "no such person") == WRONG_STEP
    for line in (2, 4, 99):
        assert program(EXPLAIN, completed.id, line, "because") == WRONG_STEP
        assert program(REJECT, completed.id, line, "because") == WRONG_STEP
    wb.import_sheet(sheet("name,code\nWelding,WELD\n", "courses.csv"), "elevate.courses")
    text = "student_email,course_code\nada@example.com,CNA101\n"
    unmatched = wb.import_sheet(sheet(text, "enrollments.csv"), "elevate.enrollments")
    assert program(REJECT, unmatched.id, 2, "not a course of ours") == WRONG_STEP
    assert program(EXPLAIN, unmatched.id, 2, "not a course of ours") == 1


SAY_OTHERWISE = (
    "update workbench.import_explanation set reason = %s, explained_by = 'ana', explained_at = now() where line = 6"
)


def test_what_was_said_of_a_row_is_said_otherwise_in_the_own_name_and_until_the_signature(
    wb: Workbench, open_wb: Callable[..., Workbench], completed: Batch, program: Callable[..., Any]
) -> None:
    wb.reject(completed, [6], "no such person")
    assert program(SAY_OTHERWISE, "left in May") == 1
    assert program(SAY_OTHERWISE.replace("'ana'", "'eve'"), "x") == REFUSED
    assert program(SAY_OTHERWISE.replace("now()", "'2020-01-01'"), "x") == REFUSED
    assert program(SAY_OTHERWISE.replace("set reason", "set rejected = false, reason"), "x") == WRONG_STEP
    assert program(SAY_OTHERWISE.replace("set reason", "set line = 5, reason"), "x") == REFUSED
    open_wb(user="ben").sign_off(completed)
    assert program(SAY_OTHERWISE, "x") == FROZEN


def test_a_batch_that_was_undone_takes_no_word_and_no_signature(
    wb: Workbench, completed: Batch, program: Callable[..., Any]
) -> None:
    assert program(REJECT, completed.id, 6, "no such person") == 1
    wb.undo(completed, dry_run=True)
    assert program(REJECT, completed.id, 6, "no such person") == 1, "a preview takes nothing back"
    wb.reject(completed, [6], "no such person")
    assert program(SIGN, completed.id, "ana") == 1
    wb.undo(completed)
    assert program(SIGN, completed.id, "ana") == WRONG_STEP
    assert program(EXPLAIN, completed.id, 6, "no such person") == WRONG_STEP
    assert program(REJECT, completed.id, 6, "no such person") == WRONG_STEP


MINE = "values (workbench.current_tenant(), %s, 9, 2, 'created')"


def test_a_discarded_batch_is_ended(wb: Workbench, planned: Batch, program: Callable[..., Any]) -> None:
    wb.discard(planned)
    for stage in ("queued", "staged", "planned", "held", "completed", "failed"):
        assert program("update workbench.import_batch set stage = %s", stage) == WRONG_STEP
    assert program("update workbench.import_batch set plan = plan + 1") == WRONG_STEP
    assert program("update workbench.import_batch set notes = 'never sent'") == 1
    assert program(REJECT, planned.id, 6, "no such person") == WRONG_STEP
    assert program(SIGN, planned.id, "ben") == WRONG_STEP
    more = f"insert into {OUTCOME} (tenant_id, batch_id, plan, line, outcome) " + MINE
    assert program(more, planned.id, batch=planned.id) == REFUSED
    assert program("select from workbench.import_batch where status = 'failed'") == 1, "one of seed 002's four words"


def test_nothing_is_signed_before_it_is_completed(planned: Batch, program: Callable[..., Any]) -> None:
    assert program(SIGN, planned.id, "ben") == WRONG_STEP


def test_nothing_is_signed_with_a_row_unexplained(completed: Batch, program: Callable[..., Any]) -> None:
    assert program(SIGN, completed.id, "ben") == WRONG_STEP


def test_nobody_signs_their_own_work_beside_others(
    wb: Workbench, open_wb: Callable[..., Workbench], completed: Batch, program: Callable[..., Any]
) -> None:
    wb.reject(completed, [6], "no such person")
    assert program(SIGN, completed.id, "ana") == 1, "ana is alone here, and nothing was kept"
    open_wb(user="ben")
    assert program(SIGN, completed.id, "ana") == WRONG_STEP
    assert program(SIGN, completed.id, "ben", person="ben") == 1


def test_a_signature_has_a_manifest(wb: Workbench, completed: Batch, program: Callable[..., Any]) -> None:
    wb.reject(completed, [6], "no such person")
    for name in ("'{}', 'signature'", "'signature', 'key'", "'key', 1"):
        assert program(SIGN.replace(name, "null, null"), completed.id, "ana") == CHECKED


def test_people_of_another_tenant_are_nobody_here(
    url: str, wb: Workbench, open_wb: Callable[..., Workbench], completed: Batch
) -> None:
    wb.reject(completed, [6], "no such person")
    open_wb(tenant="other", user="ben")
    open_wb(tenant="other", user="cem")
    statement = SIGN.replace("workbench.current_tenant()", "(select tenant_id from workbench.import_batch)")
    assert ask(url, f"{statement} returning signed_by", completed.id, "ana") == [("ana",)]


def test_a_signed_batch_is_frozen(
    wb: Workbench, open_wb: Callable[..., Workbench], completed: Batch, program: Callable[..., Any]
) -> None:
    wb.reject(completed, [6], "no such person")
    ben = open_wb(user="ben")
    ben.sign_off(completed)
    assert ben.verify(completed)
    assert program("update workbench.import_batch set notes = 'afterthought'") == FROZEN
    assert program(EXPLAIN, completed.id, 6, "otherwise") == FROZEN
    assert program(SIGN, completed.id, "cem", person="cem") == psycopg.errors.UniqueViolation.sqlstate


@pytest.mark.parametrize(
    "meddling",
    [
        "update workbench.import_outcome set outcome = 'skipped' where line = 3",
        'update workbench.import_row set payload = payload || \'{"phone": "0"}\' where line = 2',
        "update workbench.import_explanation set reason = 'otherwise'",
        "update workbench.sign_off set evidence = evidence || '{\"created\": 4}'",
        "update workbench.import_batch set created = 2, skipped = 2",
        "update workbench.import_batch set notes = 'afterthought'",
        "delete from workbench.import_outcome where line = 2",
    ],
)
def test_meddling_with_signed_evidence_is_seen(
    wb: Workbench, open_wb: Callable[..., Workbench], url: str, completed: Batch, meddling: str
) -> None:
    wb.reject(completed, [6], "no such person")
    ben = open_wb(user="ben")
    ben.sign_off(completed)
    assert tamper(url, meddling) == 1
    assert not ben.verify(completed)


def test_an_explanation_of_an_earlier_plan_does_not_hide_what_the_last_one_did(
    wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet("name,code\nWelding,WELD\n", "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet("email,full_name\nada@example.com,Ada\n"), "elevate.students")
    text = "student_email,course_code\nada@example.com,CNA101\nada@example.com,WELD\n"
    batch = wb.plan(wb.stage(sheet(text, "enrollments.csv"), "elevate.enrollments")).batch
    wb.explain(batch, [2], "not a course of ours")
    wb.import_sheet(sheet("name,code\nNursing,CNA101\n", "more.csv"), "elevate.courses")
    wb.plan(batch)
    wb.commit(batch)
    figures = wb.reconcile(batch)
    assert (figures.created, figures.skipped, figures.unmatched) == (2, 0, 0)
    assert [(row["line"], row["status"], row["outcome"]) for row in wb.rows.each(batch)] == [
        (2, "applied", "created"),
        (3, "applied", "created"),
    ]


def test_a_batch_that_is_not_done_is_not_signed(wb: Workbench, completed: Batch) -> None:
    with pytest.raises(NotDone, match="1 row is invalid"):
        wb.sign_off(completed)


# --- names that somebody makes for the guards to find ---


def test_a_type_called_as_one_of_the_systems_is_not_taken_for_it(url: str, planned: Batch) -> None:
    with as_program(url, batch=planned.id) as connection:
        connection.execute(
            "create type pg_temp.record as (rows bigint, created bigint, updated bigint, skipped bigint, "
            "unmatched bigint, invalid bigint, loose bigint, removed bigint, strange bigint, parts bigint, "
            "open bigint, derived boolean, records bigint, total numeric, mixed bigint)"
        )
        connection.execute("set search_path = pg_temp, pg_catalog")
        with pytest.raises(psycopg.DatabaseError, match="not what was written"):
            connection.execute("update workbench.import_batch set stage = 'completed'")
        connection.rollback()


def test_every_guard_looks_for_names_where_nobody_can_make_any(url: str) -> None:
    loose = (
        "select proname from pg_proc p join pg_language l on l.oid = p.prolang where l.lanname = 'plpgsql' "
        "and pronamespace = 'workbench'::regnamespace and not coalesce(proconfig, '{}') @> array[%s]"
    )
    assert ask(url, loose, "search_path=pg_catalog, pg_temp") == []


def test_an_undo_says_of_every_change_what_becomes_of_it(url: str, completed: Batch) -> None:
    begun = new_id()
    with as_program(url, batch=begun) as connection:
        connection.execute(
            "insert into workbench.import_batch (id, tenant_id, run_id, data_type, source, file_name, "
            "initiated_by_id, mode, undo_of) "
            "select %s, tenant_id, run_id, data_type, 'undo', file_name, 'ana', mode, id from workbench.import_batch "
            "where id = %s",
            (begun, completed.id),
        )
        for stage in ("staging", "staged"):
            connection.execute("update workbench.import_batch set stage = %s where id = %s", (stage, begun))
        connection.execute(
            "update workbench.import_batch set stage = 'planned', plan = 1, processed = 0, created = 0, updated = 0, "
            "skipped = 0, unmatched = 0, invalid = 0 where id = %s",
            (begun,),
        )
        with pytest.raises(psycopg.DatabaseError, match="does not say of every change"):
            connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (begun,))
        connection.rollback()


def test_no_change_is_taken_back_twice(url: str, wb: Workbench, completed: Batch) -> None:
    undo, begun = wb.undo(completed), new_id()
    with as_program(url, batch=begun) as connection:
        connection.execute(
            "insert into workbench.import_batch (id, tenant_id, run_id, data_type, source, file_name, "
            "initiated_by_id, mode, undo_of) "
            "select %s, tenant_id, run_id, data_type, 'undo', file_name, 'ana', mode, id from workbench.import_batch "
            "where id = %s",
            (begun, completed.id),
        )
        connection.execute(
            "insert into workbench.import_row (tenant_id, batch_id, id, line, external_key, raw, payload, status) "
            "select tenant_id, %s, (left(%s::text, 28) || right(id::text, 8))::uuid, line, external_key, raw, payload, "
            "status from workbench.import_row where batch_id = %s",
            (begun, str(begun), undo.id),
        )
        connection.execute("update workbench.import_batch set stage = 'staging' where id = %s", (begun,))
        connection.execute("update workbench.import_batch set stage = 'staged' where id = %s", (begun,))
        connection.execute(
            "insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome, reason, record_id) "
            "select tenant_id, %s, 1, line, outcome, reason, record_id from workbench.import_outcome "
            "where batch_id = %s",
            (begun, undo.id),
        )
        connection.execute(
            "update workbench.import_batch set stage = 'planned', plan = 1, processed = %(processed)s, created = 0, "
            "updated = %(updated)s, skipped = 0, unmatched = 0, invalid = 0 where id = %(id)s",
            {"processed": undo.processed, "updated": undo.updated, "id": begun},
        )
        with pytest.raises(psycopg.DatabaseError, match="takes back again"):
            connection.execute("update workbench.import_batch set stage = 'completed' where id = %s", (begun,))
        connection.rollback()
