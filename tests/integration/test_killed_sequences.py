"""A sequence that is killed, or stopped, at any point: nothing is half written, and the next one goes on to what an
undisturbed one comes to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.imports import ask
from tests.organization import Schools
from tests.salesforce import Fault, Salesforce
from workbench import Workbench
from workbench.model.sequence import DONE

Point = tuple[str, Fault | None, str, signal.Signals]
KILL = signal.SIGKILL
POINTS: tuple[Point, ...] = (
    ("reads organizations", Fault(path="SELECT Id, SystemModstamp", delay=60), "", KILL),
    ("stages them", None, "lock table workbench.import_row in exclusive mode", KILL),
    ("plans them", None, "lock table workbench.import_outcome in exclusive mode", KILL),
    ("writes them", None, "lock table salesforce.accounts in exclusive mode", KILL),
    ("reads volunteers", Fault(path="Contact_Type__c = 'Volunteer'", delay=60), "", signal.SIGINT),
    ("writes people", None, "lock table salesforce.people in exclusive mode", KILL),
    ("writes participations", None, "lock table salesforce.participations in exclusive mode", KILL),
)
"""Where it is stopped, one time after the other; who keeps it waiting there, Salesforce or a lock; and how."""
CONNECTED = "from pg_stat_activity where usename = 'workbench_app' and datname = current_database()"
STEPS = "organizations,schools,teachers,volunteers,events"


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    return Schools(salesforce)


def content(url: str, tenant: str) -> dict[str, list[Any]]:
    """What the tables of a tenant have but for ids and times of their own: whether each reference is there counts."""
    found: dict[str, list[Any]] = {}
    columns = ask(
        url,
        "select table_name, string_agg(case data_type when 'uuid' then format('%%I is null', column_name) "
        "else quote_ident(column_name) end, ', ' order by column_name) from information_schema.columns "
        "where table_schema = 'salesforce' and column_name not in ('tenant_id', 'created_at', 'updated_at') "
        "and table_name in (select tablename from pg_tables where schemaname = 'salesforce') group by 1",
    )
    for name, chosen in columns:
        question = (
            f"select row({chosen})::text from salesforce.{name} "
            "where tenant_id = (select id from workbench.tenant where slug = %s) order by 1"
        )
        found[name] = [row for (row,) in ask(url, question, tenant)]
    return found


def test_a_sequence_that_is_stopped_again_and_again_comes_to_what_an_undisturbed_one_comes_to(
    schools: Schools, open_wb: Callable[..., Workbench], url: str, home: Path
) -> None:
    open_wb().close()  # the database is set up, and the tenant there
    for name, fault, lock, how in POINTS:
        with psycopg.connect(url) as another:
            if lock:
                another.execute(lock)
            if fault is not None:
                schools.salesforce.faults.append(fault)
            stop_while_it_waits(schools, url, home, name, how, fault)
        while ask(url, f"select 1 {CONNECTED}"):  # the server notices that the program is gone
            time.sleep(0.02)
        schools.salesforce.faults.clear()
    desk = open_wb()
    again = desk.sequences.run(only=STEPS.split(","))
    assert [each.status for each in again.steps] == ["done"] * 5
    assert not desk.batches.left_off()
    assert not desk.sequences.run(only=STEPS.split(",")).steps[0].rows
    undisturbed = open_wb(tenant="undisturbed").sequences.run(only=STEPS.split(","))
    assert undisturbed.status == DONE
    assert content(url, "default") == content(url, "undisturbed")
    assert len(content(url, "default")["participations"]) == 35


def stop_while_it_waits(
    schools: Schools, url: str, home: Path, name: str, how: signal.Signals, fault: Fault | None
) -> None:
    """Starts the steps, waits until they wait, and stops them."""
    environment = {**os.environ, "WORKBENCH_DATABASE_URL": url, "WORKBENCH_HOME": str(home), "WORKBENCH_USER": "ana"}
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", "run", "--only", STEPS],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as program:
        while not (
            fault not in schools.salesforce.faults
            if fault is not None
            else ask(url, f"select 1 {CONNECTED} and wait_event_type = 'Lock' and wait_event <> 'extend'")
        ):
            assert program.poll() is None, (name, program.communicate())
            time.sleep(0.02)
        program.send_signal(how)
        said = program.communicate()[1].decode()
    if how == signal.SIGINT:
        assert (program.returncode, said.startswith("Stopped.")) == (130, True)
