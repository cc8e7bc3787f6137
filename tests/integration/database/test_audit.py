"""The audit log is a chain: an entry that was altered, added or taken away is noticed, whoever did it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.imports import ask, speak_for, tamper
from workbench import Workbench
from workbench.database import audit, upgrading
from workbench.model.resources import migrations
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]


def test_entries_of_the_audit_log_are_chained_by_tenant(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    text = "email,name\njohn@example.com,John Doe\n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    open_wb(tenant="other").import_sheet(sheet(text), "elevate.students")
    wb.sign_off(batch)
    heads = ask(url, "select entries, hash from workbench.audit_head order by entries")
    assert [entries for entries, _ in heads] == [4, 5]
    last = "select number, hash from workbench.audit_log where number = %s and tenant_id = %s"
    assert ask(url, last, 5, wb._store.tenant_id) == [heads[1]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update workbench.audit_log set actor = 'eve' where number = 2", "entry 2 (staged) or one before"),
        ("delete from workbench.audit_log where number = 2", "entry 3 (planned) or one before"),
        ("delete from workbench.audit_log where number = 5", "it ends after entry 4, where 5 were written"),
        (
            "update workbench.audit_log set number = 7 - number where number in (3, 4)",
            "entry 3 (committed) or one before",
        ),
        ("delete from workbench.audit_log", "it ends after entry 0, where 5 were written"),
    ],
)
def test_the_first_entry_that_is_not_as_it_was_written_is_named(
    wb: Workbench, sheet: Given, url: str, change: str, said: str
) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    wb.sign_off(batch)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table workbench.audit_log drop constraint audit_log_number")
    tamper(url, change)
    told = [each.what for each in wb.verify(batch).differs if each.item == "audit log"]
    assert [said in what for what in told] == [True]


def test_an_audit_log_that_was_chained_anew_is_not_the_one_that_was_signed(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    wb.note(batch, notes="As agreed.")
    wb.sign_off(batch)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create temporary table was as table workbench.audit_log")
        connection.execute("truncate workbench.audit_log, workbench.audit_head")
        speak_for(connection, url, person="eve", whole=True)
        connection.execute(
            "insert into workbench.audit_log (tenant_id, at, actor, action, batch_id, detail) "
            "select tenant_id, at, 'eve', action, batch_id, detail from was order by number"
        )
    assert [str(each) for each in wb.verify(batch).differs] == [
        "story: not all of its 5 rows are what was signed",
        "audit log: its first 5 entries are not those that were signed",
    ]


def test_entries_written_at_once_become_one_chain(wb: Workbench, open_wb: Opened, url: str) -> None:
    people = [open_wb(user=name) for name in ("ben", "cem", "dan", "eli")]

    def write(one: Workbench) -> None:
        for number in range(25):
            with one._store.transaction():
                one._store.note("noted", None, number=number)
                one._store.note("noted again", None, number=number)

    with ThreadPoolExecutor(4) as beside:
        list(beside.map(write, people))
    numbers = ask(url, "select number from workbench.audit_log order by number")
    assert [number for (number,) in numbers] == list(range(1, 201))
    assert ask(url, "select entries from workbench.audit_head") == [(200,)]


def test_imports_corrections_signatures_and_undos_at_once_wait_for_each_other_and_are_all_done(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    pairs = [(open_wb(user=f"ana{number}"), open_wb(user=f"lea{number}")) for number in range(4)]
    text = "email,name\n,Nobody\nx{0}@example.com,X Y\n"
    names = [[f"{pair}.{number}" for number in range(3)] for pair in range(4)]
    sheets = [[sheet(text.format(name), f"{name}.csv") for name in own] for own in names]

    def work(pair: int) -> None:
        one, lead = pairs[pair]
        for each in sheets[pair]:
            held = one.import_sheet(each, "elevate.students")
            one.correct(held, {2: {"email": f"made.{each.name}@example.com"}})
            done = one.commit(one.plan(held).batch)
            lead.sign_off(done)
            one.undo(done)
            assert lead.verify(done)

    with ThreadPoolExecutor(4) as beside:
        list(beside.map(work, range(4)))
    assert audit.broken(wb._store) is None


def test_the_program_cannot_choose_where_an_entry_stands(wb: Workbench, url: str) -> None:
    with wb._store.transaction() as connection:
        connection.execute(
            "insert into workbench.audit_log (tenant_id, actor, action, number, hash) values (%s, 'ana', 'x', 99, 'x')",
            (wb._store.tenant_id,),
        )
    assert ask(url, "select number, length(hash) from workbench.audit_log") == [(1, 64)]
    for statement in ("update workbench.audit_head set entries = 9", "delete from workbench.audit_head"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), wb._store.transaction() as connection:
            connection.execute(statement)


def test_the_entries_of_an_earlier_version_become_a_chain(url: str, server: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        write = (
            "insert into workbench.audit_log (tenant_id, actor, action) values (workbench.current_tenant(), 'ana', %s)"
        )
        for tenant in ("a", "b"):
            speak_for(connection, url, tenant=tenant, whole=True)
            for number in range(3):
                connection.execute(write, (f"deed {number}",))
        hashes = connection.execute("select hash from workbench.audit_log order by id").fetchall()
        earlier = (
            "drop table workbench.audit_head; drop trigger written_into_chain on workbench.audit_log; "
            "drop function workbench.chain_entry, workbench.entry_hash; "
            "alter table workbench.audit_log drop column number, drop column hash; "
            "alter table workbench.sign_off drop column manifest, drop column signature, drop column public_key, "
            "drop column number, drop column previous; "
            "comment on schema workbench is null; set role workbench_owner"
        )
        connection.execute(earlier)
        connection.execute((migrations() / "versions" / "0006_proof.sql").read_text("utf-8"))
    upgrading.upgrade(url)
    assert ask(url, "select hash from workbench.audit_log order by id") == hashes
    assert ask(url, "select entries from workbench.audit_head") == [(3,), (3,)]
