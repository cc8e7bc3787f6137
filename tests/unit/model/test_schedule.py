"""What a schedule does and what came of it, as a person reads it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from workbench.model.schedule import ScheduledRun, Work

SHEET = UUID(int=1)
AT = datetime(2026, 7, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (Work(sequence="daily"), "Salesforce: daily"),
        (Work(sequence="full", everything=True), "Salesforce: full, all records"),
        (Work(steps=("volunteers", "student_participations")), "Salesforce: volunteers, student participations"),
        (Work(google_sheet=SHEET), "Google Sheet: KCK Teachers"),
        (Work(google_sheet=UUID(int=2)), "Google Sheet: one that is registered no more"),
        (
            Work(sequence="salesforce.volunteers", only_missing=True),
            "Salesforce: volunteers, what an audit finds missing or stale",
        ),
    ],
)
def test_what_it_does_is_told(work: Work, told: str) -> None:
    assert work.told({SHEET: "KCK Teachers"}) == told


def test_a_run_tells_how_long_it_took_and_what_it_caught_up() -> None:
    run = ScheduledRun(id=UUID(int=3), schedule=None, name="Nightly", work=Work(sequence="daily"), due=AT)
    assert (run.seconds, run.has_ended, run.outcome) == (None, False, "waiting")
    ended = ScheduledRun(
        id=UUID(int=4),
        schedule=UUID(int=5),
        name="Nightly",
        work=Work(sequence="daily"),
        due=AT,
        missed=3,
        missed_since=AT - timedelta(days=2),
        status="completed",
        started_at=AT,
        ended_at=AT + timedelta(seconds=90),
    )
    assert (ended.seconds, ended.has_ended, ended.outcome) == (90.0, True, "completed, caught up")
