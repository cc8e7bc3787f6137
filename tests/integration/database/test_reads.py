"""How far Salesforce has been read: asked of the readings that count, by Salesforce's own clock."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.imports import ask
from tests.integration.database.test_database_rules import as_program
from tests.organization import BEGUN, Schools, identifier
from tests.salesforce import Fault, Salesforce, error
from workbench import Workbench
from workbench.model.batch import Batch, new_id
from workbench.model.errors import ReadAnew
from workbench.model.sequence import StepResult
from workbench.model.template import Mapping
from workbench.playbooks import playbook

pytestmark = pytest.mark.both_servers

PLAYBOOK = "salesforce.organizations"
HOUR = timedelta(hours=1)


@pytest.fixture
def schools(salesforce: Salesforce) -> Schools:
    return Schools(salesforce, volunteers=0, students=0, sessions=0)


@pytest.fixture
def desk(schools: Schools, open_wb: Callable[..., Workbench]) -> Workbench:
    """A Workbench that knows the organization."""
    return open_wb()


def step(desk: Workbench, **how: Any) -> StepResult:
    """One run of the playbook."""
    (result,) = desk.sequences.run(PLAYBOOK, **how).steps
    return result


def batch(desk: Workbench, **how: Any) -> Batch:
    """The import that a run came to."""
    (made,) = step(desk, **how).batches
    return desk.batches.get(made)


def since(schools: Schools) -> datetime | None:
    """From when on the last reading has asked; None: everything."""
    _, sign, asked = schools.salesforce.asked[-1].rpartition("SystemModstamp > ")
    return datetime.fromisoformat(asked.split()[0]) if sign else None


def add(schools: Schools, name: str | None) -> dict[str, Any]:
    """A new company, made an hour ago."""
    return schools.add("Account", "001", Name=name, Type="Business")


def next_since(desk: Workbench, schools: Schools, **how: Any) -> datetime | None:
    """From when on the next reading would ask."""
    step(desk, dry_run=True, **how)
    return since(schools)


def test_a_delta_reads_from_an_hour_before_the_last_reading_was_asked_by_the_clock_there(
    desk: Workbench, schools: Schools
) -> None:
    assert batch(desk).created == 1
    assert since(schools) is None
    schools.later(days=1)
    add(schools, "Next Level")
    second = batch(desk)
    assert (since(schools), second.processed, second.created) == (BEGUN - HOUR, 1, 1)
    schools.later(days=1)
    assert step(desk).rows == 0
    assert since(schools) == BEGUN + timedelta(days=1) - HOUR


def test_a_reading_that_finds_nothing_counts(desk: Workbench, schools: Schools) -> None:
    step(desk)
    schools.later(days=1)
    empty = step(desk)
    assert (empty.status, empty.batches, empty.delta) == ("done", (), True)
    assert next_since(desk, schools) == BEGUN + timedelta(days=1) - HOUR


def test_everything_is_read_when_that_is_asked_for(desk: Workbench, schools: Schools) -> None:
    step(desk)
    assert step(desk, full_sync=True).delta is False
    assert since(schools) is None


def test_a_dry_run_moves_nothing_until_it_is_committed(desk: Workbench, schools: Schools) -> None:
    planned = batch(desk, dry_run=True)
    assert next_since(desk, schools) is None
    desk.commit(planned)
    assert next_since(desk, schools) == BEGUN - HOUR


def test_a_discarded_run_moves_nothing(desk: Workbench, schools: Schools) -> None:
    desk.discard(batch(desk, dry_run=True))
    assert next_since(desk, schools) is None


@pytest.mark.parametrize("path", ["describe", "COUNT(Id)", "SELECT Id"])
def test_a_run_that_fails_moves_nothing(desk: Workbench, schools: Schools, path: str) -> None:
    schools.salesforce.faults.append(Fault(path=path, **error(400, "QUERY_TIMEOUT", "No.")))
    result = step(desk)
    assert (result.status, result.notes) == (
        "failed",
        ("Error reading salesforce:Account: Salesforce says QUERY_TIMEOUT: No.",),
    )
    assert next_since(desk, schools) is None


def test_a_run_that_is_held_moves_nothing_until_somebody_lets_it_go_on(desk: Workbench, schools: Schools) -> None:
    for place in range(20):
        add(schools, f"Company {place}")
    step(desk)
    schools.later(days=1)
    for record in schools.of("Account", Type="Business"):
        schools.change(record, Name=f"{record['Id']} Limited")
    held = step(desk)
    assert held.status == "held"
    assert next_since(desk, schools) == BEGUN - HOUR
    desk.commit(held.batches[0], accept=("all",))
    assert next_since(desk, schools) == BEGUN + timedelta(days=1) - HOUR


def test_a_partial_run_moves_nothing_until_its_invalid_rows_are_rejected(desk: Workbench, schools: Schools) -> None:
    step(desk)
    schools.later(days=1)
    add(schools, None)
    add(schools, "Next Level")
    partial = step(desk)
    made = desk.batches.get(partial.batches[0])
    assert (partial.status, made.created, made.invalid) == ("partial", 1, 1)
    assert next_since(desk, schools) == BEGUN - HOUR
    (line,) = [row["line"] for row in desk.rows.each(made) if row["outcome"] == "invalid"]
    desk.reject(made, [line], "it has no name")
    assert next_since(desk, schools) == BEGUN + timedelta(days=1) - HOUR


def test_an_undo_moves_it_back_also_when_a_later_delta_stands(desk: Workbench, schools: Schools) -> None:
    whole = batch(desk)
    deltas = []
    for place in (1, 2, 3):
        schools.later(days=1)
        add(schools, f"Company {place}")
        deltas.append(batch(desk))
    assert next_since(desk, schools) == BEGUN + timedelta(days=3) - HOUR
    desk.undo(deltas[1])
    assert next_since(desk, schools) == BEGUN + timedelta(days=1) - HOUR
    again = batch(desk)
    assert (again.created, again.skipped) == (1, 1)
    assert next_since(desk, schools) == BEGUN + timedelta(days=3) - HOUR
    desk.undo(whole)
    assert next_since(desk, schools) is None


def test_an_undo_moves_back_also_what_later_readings_had_found_as_it_should_be(
    desk: Workbench, schools: Schools
) -> None:
    first = batch(desk)
    schools.later(days=1)
    whole = batch(desk, full_sync=True)
    assert (first.created, whole.skipped) == (1, 1)
    schools.later(days=1)
    assert step(desk).rows == 0
    desk.undo(first, dry_run=True)
    assert next_since(desk, schools) == BEGUN + timedelta(days=2) - HOUR
    desk.undo(first)
    audit = desk.salesforce.audit_playbook(playbook(PLAYBOOK), "Account")
    assert (audit.here, audit.counts["missing"], audit.differences[0].why) == (0, 1, "its record is here no more")
    assert next_since(desk, schools) is None
    assert batch(desk).created == 1
    assert desk.salesforce.audit_playbook(playbook(PLAYBOOK), "Account").is_complete
    assert next_since(desk, schools) == BEGUN + timedelta(days=2) - HOUR


def test_what_an_undo_put_back_is_stale_and_read_again(desk: Workbench, schools: Schools, url: str) -> None:
    step(desk)
    schools.later(days=1)
    schools.change(schools.company, Name="Newer")
    changed = batch(desk)
    schools.later(days=1)
    assert batch(desk, full_sync=True).skipped == 1
    desk.undo(changed)
    assert ask(url, "select name from salesforce.accounts") == [("Acme Steel",)]
    audit = desk.salesforce.audit_playbook(playbook(PLAYBOOK), "Account")
    assert [(each.kind, each.why) for each in audit.differences] == [
        ("stale", "an undo has put back what it was before")
    ]
    assert audit.to_import == (schools.company["Id"],)
    assert next_since(desk, schools) == BEGUN - HOUR
    assert batch(desk).updated == 1
    assert desk.salesforce.audit_playbook(playbook(PLAYBOOK), "Account").is_complete


def test_the_dry_run_of_an_undo_moves_nothing(desk: Workbench, schools: Schools) -> None:
    desk.undo(batch(desk), dry_run=True)
    assert next_since(desk, schools) == BEGUN - HOUR


def test_a_row_that_waits_does_not_hold_it_back(desk: Workbench, schools: Schools) -> None:
    schools.group["School__c"] = identifier("001", 999)
    (result,) = desk.sequences.run(only=("schools", "classes")).steps[1:]
    assert (result.status, desk.batches.get(result.batches[0]).unmatched) == ("done", 1)
    (again,) = desk.sequences.run("salesforce.classes").steps
    assert (again.delta, since(schools)) == (True, BEGUN - HOUR)
    classes = playbook("salesforce.classes")
    audit = desk.salesforce.audit_playbook(classes, "Class__c")
    assert audit.counts == {"missing": 0, "stale": 0, "extra": 0, "waiting": 1}
    assert (audit.is_complete, audit.to_import) == (True, ())
    schools.later(days=1)
    schools.change(schools.group)
    assert desk.salesforce.audit_playbook(classes, "Class__c").to_import == (schools.group["Id"],)


def test_another_mapping_begins_anew_and_the_first_one_goes_on_where_it_was(desk: Workbench, schools: Schools) -> None:
    step(desk)
    schools.know("Account", ["Description__c"])
    columns = {"Description__c": "description"}
    template = desk.templates.save("salesforce", PLAYBOOK, Mapping(columns=columns))
    assert next_since(desk, schools) is None
    assert "Description__c" in schools.salesforce.asked[-1] and "Description," not in schools.salesforce.asked[-1]
    desk.templates.retire(template.id)
    assert next_since(desk, schools) == BEGUN - HOUR


def test_another_organization_begins_anew(
    desk: Workbench, schools: Schools, open_wb: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    step(desk)
    schools.salesforce.organization = "00D000000000002"
    assert next_since(open_wb(), schools) is None


def test_tenants_have_read_what_they_have_read(
    desk: Workbench, schools: Schools, open_wb: Callable[..., Workbench]
) -> None:
    step(desk)
    assert next_since(open_wb(tenant="other"), schools) is None


def test_it_reaches_as_far_as_readings_leave_no_gap_from_a_whole_one(desk: Workbench, url: str) -> None:
    chance = random.Random(13)
    readings: dict[str, list[tuple[int | None, int]]] = {}
    for number in range(300):
        some = []
        for _ in range(chance.randint(0, 6)):
            until = chance.randint(1, 12)
            some.append((None if chance.random() < 0.3 else until - chance.randint(1, 4), until))
        readings[f"{number:064}"] = some
    rows = [(asked, since, until) for asked, some in readings.items() for since, until in some]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("alter table workbench.salesforce_read disable trigger user")
        cursor.executemany(
            "insert into workbench.salesforce_read (tenant_id, playbook, object, asked, since, until, read_by) "
            "select id, 'p', 'Contact', %s, to_timestamp(%s), to_timestamp(%s), 'ana' from workbench.tenant "
            "where slug = 'default'",
            rows,
        )
    found = ask(
        url,
        "select asked, extract(epoch from workbench.read_until('p', asked))::int from unnest(%s::text[]) asked",
        list(readings),
    )
    assert dict(found) == {asked: reached(some) for asked, some in readings.items()}
    assert len({until for _, until in found}) > 8


def reached(readings: list[tuple[int | None, int]]) -> int | None:
    """The last moment up to which every moment since a whole reading is in some reading."""
    wholes = [until for since, until in readings if since is None]
    seen = {moment for since, until in readings if since is not None for moment in range(since + 1, until + 1)}
    fits = [
        until
        for _, until in readings
        if any(whole <= until and {*range(whole + 1, until + 1)} <= seen for whole in wholes)
    ]
    return max(fits, default=None)


def test_how_far_it_was_read_is_asked_in_no_time_however_many_readings_there_are(desk: Workbench, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("alter table workbench.salesforce_read disable trigger user")
        connection.execute(
            "insert into workbench.salesforce_read (tenant_id, playbook, object, asked, since, until, read_by) "
            "select id, 'p', 'Contact', %s, case when n > 1 then to_timestamp(n - 3) end, to_timestamp(n), 'ana' "
            "from workbench.tenant cross join generate_series(1, 5000) n where slug = 'default'",
            (ASKED,),
        )
    taken = []
    for _ in range(5):  # the machine may be busy
        began = time.monotonic()
        assert ask(url, "select extract(epoch from workbench.read_until('p', %s))::int", ASKED) == [(5000,)]
        taken.append(time.monotonic() - began)
    assert min(taken) < 0.3


READ = (
    "insert into workbench.salesforce_read (tenant_id, playbook, object, asked, since, until, batch_id, read_by) "
    "values ((select workbench.current_tenant()), %s, %s, %s, %s, %s, %s, %s)"
)
ASKED = "a" * 64


def refusal(url: str, statement: str, *values: object) -> str | None:
    """The SQLSTATE with which the program's role is refused."""
    with as_program(url) as connection:
        try:
            connection.execute(statement, values)
        except psycopg.Error as refused:
            return refused.sqlstate
        finally:
            connection.rollback()
    return None


def test_no_import_can_be_given_a_reading_afterwards(desk: Workbench, schools: Schools, url: str) -> None:
    made = batch(desk, dry_run=True)
    other = new_id()
    for name, source, of in (
        (PLAYBOOK, "Account", made.id),
        (PLAYBOOK, "Contact", made.id),
        (PLAYBOOK, "Account", other),
    ):
        assert refusal(url, READ, name, source, ASKED, None, datetime.now(UTC), of, "ana") == "WB001"


def test_no_reading_is_changed_taken_away_or_kept_in_the_name_of_somebody_else(
    desk: Workbench, schools: Schools, url: str
) -> None:
    step(desk)
    for statement in (
        "update workbench.salesforce_read set until = until + interval '1 day'",
        "delete from workbench.salesforce_read",
    ):
        assert refusal(url, statement) == psycopg.errors.InsufficientPrivilege.sqlstate
    now = datetime.now(UTC)
    assert refusal(url, READ, PLAYBOOK, "Account", ASKED, None, now, None, "ben") == "42501"
    ((asked,),) = ask(url, "select asked from workbench.salesforce_read")
    back = BEGUN - HOUR
    assert refusal(url, READ, PLAYBOOK, "Account", asked, back, back, None, "ana") == "23514"


def test_nobody_can_say_that_nothing_was_changed_after_what_was_read(
    desk: Workbench, schools: Schools, url: str
) -> None:
    now = datetime.now(UTC)
    assert refusal(url, READ, PLAYBOOK, "Account", ASKED, now - HOUR, now, None, "ana") == "WB001"
    step(desk)
    ((asked,),) = ask(url, "select asked from workbench.salesforce_read")
    assert refusal(url, READ, PLAYBOOK, "Account", asked, BEGUN + HOUR, now, None, "ana") == "WB001"
    assert refusal(url, READ, PLAYBOOK, "Account", asked, BEGUN - HOUR, now, None, "ana") is None


def test_an_undo_while_nothing_is_read_keeps_that_from_counting(
    desk: Workbench, schools: Schools, open_wb: Callable[..., Workbench]
) -> None:
    first = batch(desk)
    schools.later(days=1)
    organizations = playbook(PLAYBOOK)
    read = desk.salesforce.read(organizations, organizations.extracts[0])
    desk.undo(first)
    desk.salesforce.keep_nothing(read)
    assert next_since(desk, schools) is None


def test_a_run_of_which_no_row_is_valid_has_failed_and_moves_nothing(
    desk: Workbench, schools: Schools, url: str
) -> None:
    schools.company["Name"] = None
    assert step(desk).status == "failed"
    assert ask(url, "select count(*) from workbench.standing_read") == [(0,)]
    assert next_since(desk, schools) is None


def test_an_older_reading_is_neither_planned_nor_committed_when_a_later_one_stands(
    desk: Workbench, schools: Schools
) -> None:
    schools.later(days=1)
    older = batch(desk, dry_run=True)
    schools.later(days=1)
    schools.change(schools.company, Name="Newer")
    newer = batch(desk)
    for deed in (desk.plan, desk.commit):
        with pytest.raises(ReadAnew, match=f"Run {newer.id}"):
            deed(older)
    desk.undo(newer)
    assert desk.commit(desk.plan(older).batch).created == 1


def test_a_record_that_was_read_anew_keeps_an_older_reading_of_it_out_whatever_else_that_has_read(
    desk: Workbench, schools: Schools
) -> None:
    step(desk)
    schools.later(days=1)
    schools.change(schools.company, Name="Older")
    add(schools, None)
    older = batch(desk, dry_run=True)
    schools.later(days=1)
    schools.change(schools.company, Name="Newer")
    by_id = desk.salesforce.open("Account", ids=[schools.company["Id"]], fields=["Name", "Type"])
    newer = desk.commit(desk.plan(desk.stage(by_id, PLAYBOOK)).batch)
    assert newer.updated == 1
    with pytest.raises(ReadAnew, match=f"Run {newer.id}"):
        desk.commit(older, skip_errors=True)


def test_a_clock_that_is_ahead_there_is_told_and_nothing_is_read(desk: Workbench, schools: Schools, url: str) -> None:
    step(desk)
    right = schools.salesforce.now
    for ahead in (timedelta(minutes=11), timedelta(days=365)):
        schools.salesforce.now = datetime.now(UTC) + ahead
        result = step(desk)
        (told,) = result.notes
        assert result.status == "failed"
        assert f"its clock shows {schools.salesforce.now:%Y-%m-%d %H:%M:%S} UTC, and ours 2" in told
    assert ask(url, "select count(*) from workbench.salesforce_read") == [(1,)]
    until = datetime.now(UTC) + timedelta(minutes=11)
    assert refusal(url, READ, PLAYBOOK, "Account", ASKED, BEGUN, until, None, "ana") == "WB001"
    schools.salesforce.now = right
    assert step(desk).status == "done"


def test_a_reading_that_was_kept_before_its_time_does_not_count(desk: Workbench, schools: Schools, url: str) -> None:
    step(desk)
    asked = ask(url, "select tenant_id, asked from workbench.salesforce_read")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table workbench.salesforce_read disable trigger user")
        connection.execute(
            "insert into workbench.salesforce_read (tenant_id, playbook, object, asked, since, until, read_by) "
            "values (%s, %s, 'Account', %s, %s, now() + interval '4 hours', 'ana')",
            (asked[0], PLAYBOOK, asked[1], BEGUN),
        )
        connection.execute("alter table workbench.salesforce_read enable trigger user")
    assert next_since(desk, schools) == BEGUN - HOUR


def test_a_clock_that_is_put_back_there_has_everything_read(desk: Workbench, schools: Schools) -> None:
    step(desk)
    schools.later(days=-1)
    add(schools, "Next Level")
    again = step(desk)
    assert (again.status, again.delta, again.rows) == ("done", False, 2)


def test_a_reading_without_an_import_is_told_in_the_audit_log(desk: Workbench, schools: Schools, url: str) -> None:
    step(desk)
    schools.later(days=1)
    step(desk)
    found = ask(url, "select actor, detail ->> 'object' from workbench.audit_log where action = 'read nothing'")
    assert found == [("ana", "Account")]


def test_nobody_can_say_that_all_is_nothing_of_what_has_brought_records(
    desk: Workbench, schools: Schools, url: str
) -> None:
    step(desk)
    ((asked,),) = ask(url, "select asked from workbench.salesforce_read")
    assert refusal(url, READ, PLAYBOOK, "Account", asked, None, datetime.now(UTC), None, "ana") == "WB001"
    schools.later(days=1)
    schools.salesforce.objects["Account"].records.clear()
    assert step(desk, full_sync=True).status == "done"
    assert next_since(desk, schools) == BEGUN - HOUR


def test_an_account_that_was_merged_and_is_restored_is_merged_no_more(
    desk: Workbench, schools: Schools, url: str
) -> None:
    step(desk)
    stored = "select is_deleted, merged_into from salesforce.accounts"
    for values, there in (
        ({"IsDeleted": True, "MasterRecordId": schools.school["Id"]}, (True, schools.school["Id"])),
        ({"IsDeleted": False, "MasterRecordId": None}, (False, None)),
    ):
        schools.later(days=1)
        schools.change(schools.company, **values)
        assert step(desk).status == "done"
        assert ask(url, stored) == [there]
