"""What the database itself holds to of decisions on whom a text means: who, when, once, and never deleted."""

from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder

from tests.imports import ask, speak_for
from workbench import Workbench
from workbench.database import upgrading
from workbench.database.store import program_url

pytestmark = pytest.mark.both_servers

DECIDED: dict[str, Any] = {
    "of": "polaris.teacher_roster",
    "said": "ada@kck.example",
    "dataset": "polaris.teachers",
    "known": "ada@kck.example",
    "verdict": "same",
    "pass": "person",
    "automatic": False,
    "decided_by": "ana",
}


def decide(connection: psycopg.Connection[Any], tenant: object, **other: object) -> None:
    row = {**DECIDED, **other}
    connection.execute(
        SQL("insert into workbench.match (tenant_id, {}) values (%(tenant)s, {})").format(
            SQL(", ").join(map(Identifier, row)), SQL(", ").join(map(Placeholder, row))
        ),
        {**row, "tenant": tenant},
    )


@pytest.mark.parametrize(
    "other",
    [
        {"decided_by": "lea"},
        {"decided_at": "2020-01-01"},
        {"withdrawn_by": "ana", "withdrawn_at": "2020-01-01"},
        {"automatic": True, "pass": "fuzzy"},
        {"automatic": True, "pass": "email", "verdict": "different"},
        {"known": None},
        {"said": ""},
        {"verdict": "perhaps"},
    ],
)
def test_a_decision_is_refused_that_is_another_persons_or_another_times_or_no_program_may_make(
    wb: Workbench, url: str, other: dict[str, object]
) -> None:
    with psycopg.connect(program_url(url)) as connection:
        speak_for(connection, url)
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
            decide(connection, wb._store.tenant_id, **other)


def test_a_text_means_one_record_at_a_time(wb: Workbench, url: str) -> None:
    with psycopg.connect(program_url(url)) as connection:
        speak_for(connection, url)
        decide(connection, wb._store.tenant_id)
        with pytest.raises(psycopg.errors.UniqueViolation):
            decide(connection, wb._store.tenant_id, known="other@kck.example")


@pytest.mark.parametrize(
    "statement",
    [
        "delete from workbench.match",
        "update workbench.match set known = 'other@kck.example'",
        "update workbench.match set withdrawn_by = 'lea', withdrawn_at = now()",
        "update workbench.match set withdrawn_by = 'ana', withdrawn_at = now() - interval '1 day'",
    ],
)
def test_nothing_of_a_decision_is_changed_or_deleted(wb: Workbench, url: str, statement: Any) -> None:
    with psycopg.connect(program_url(url)) as connection:
        speak_for(connection, url)
        decide(connection, wb._store.tenant_id)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_what_is_withdrawn_stays_so(wb: Workbench, url: str) -> None:
    with psycopg.connect(program_url(url)) as connection:
        speak_for(connection, url)
        decide(connection, wb._store.tenant_id)
        taken = "update workbench.match set withdrawn_by = 'ana', withdrawn_at = now()"
        assert connection.execute(taken).rowcount == 1
        assert connection.execute(taken).rowcount == 0
        assert connection.execute("select * from workbench.link").fetchall() == []


def test_another_tenant_sees_no_decision(wb: Workbench, url: str) -> None:
    with psycopg.connect(program_url(url)) as connection:
        speak_for(connection, url)
        decide(connection, wb._store.tenant_id)
        speak_for(connection, url, tenant="other")
        assert connection.execute("select * from workbench.match").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            decide(connection, wb._store.tenant_id, known="b@kck.example")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["Ada O'Park", "Argentine  Middle"], "adaopark|argentinemiddle"),
        (["Ada Park", None], "adapark|"),
        (["5F-17"], "5f17"),
        ([" A.Park+x@KCK.example"], "a.park+x@kck.example"),
        (["apark@kck.example"], "apark@kck.example"),
        (["", "Argentine Middle"], None),
        ([None], None),
        (["--"], None),
        (["a|b@c.example"], "ab@c.example"),
    ],
)
def test_what_is_said_is_folded_but_an_address_is_not(url: str, parts: list[str | None], said: str | None) -> None:
    assert ask(url, "select workbench.said(variadic %s::text[])", parts) == [(said,)]


def test_the_views_over_decisions_are_made_anew_with_a_later_version(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop view polaris.teacher_link")
        connection.execute("comment on schema workbench is 'an earlier one'")
    assert not upgrading.is_current(url)
    upgrading.upgrade(url)
    assert upgrading.is_current(url)
    assert ask(url, "select count(*) from polaris.teacher_link") == [(0,)]
