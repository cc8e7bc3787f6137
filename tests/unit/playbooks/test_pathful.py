"""What rows of Pathful's exports are made into, without a database."""

from datetime import date

import pyarrow as pa
import pytest

from workbench.datasets import pathful as forms
from workbench.model.errors import WrongValue
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import pathful
from workbench.playbooks.pathful import sessions as report
from workbench.playbooks.pathful.rows import windowed

TODAY = date(2026, 7, 31)


def chunk(*rows: dict[str, str]) -> Chunk:
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names}
    lines = pa.array(range(2, len(rows) + 2), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)))


def session(**said: str) -> dict[str, str]:
    row = {"session_id": "1", "title": "Careers", "date": "2026-03-02 15:30:00", "status": "Completed"}
    return row | {"sign_up_role": "Educator", "name": "Ada Park"} | said


def made(shape: Shaped, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(shape.rows.cells[name].to_pylist() for name in names), strict=True))


def sessions(*rows: dict[str, str], window: str | None = None, form: str | None = None) -> dict[str, Shaped]:
    known = Known(window=window, forms={"date": form} if form else {})
    return dict(report.sessions(chunk(*rows), known))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, "full"),
        ("Full", "full"),
        ("semester", "semester, since 2026-01-01"),
        ("six_month", "six months, since 2026-02-01"),
        ("2025-2026", "2025-2026, since 2025-07-01 until 2026-06-30"),
        ("2026-02-03", "since 2026-02-03"),
        ("since 2026-02-03", "since 2026-02-03"),
    ],
)
def test_a_window_is_kept_with_the_day_that_it_means(said: str | None, kept: str) -> None:
    assert windowed(said, TODAY) == kept


def test_a_semester_begins_in_august() -> None:
    assert windowed("semester", date(2026, 8, 1)) == "semester, since 2026-08-01"


@pytest.mark.parametrize("said", ["last year", "2026-02-30", "02/03/2026", "2025-2027"])
def test_a_window_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(WrongValue, match=r"The window cannot be .*: say full"):
        windowed(said, TODAY)


@pytest.mark.parametrize(
    ("status", "count", "is_"),
    [
        *(("Completed", count, "attended") for count in ("1", "1.0", "2")),
        *(("Completed", count, "no_show") for count in ("n/a", "NA", "", "nan", "None", "0", "0.0", "one")),
        ("Cancelled", "1", "no_show"),
        ("teacher no-show", "1", "no_show"),
        *((status, "1", "registered") for status in ("Draft", "Confirmed", "Published", "Requested", "Simulcast", "")),
    ],
)
def test_the_attendance_of_an_educator_follows_from_the_session_and_the_count(
    status: str, count: str, is_: str
) -> None:
    teachers = sessions(session(status=status, attended_educator_count=count))["polaris.event_teachers"]
    assert made(teachers, "status") == [(is_,)]
    assert (made(teachers, "confirmed_at") == [(None,)]) is (is_ != "attended")


@pytest.mark.parametrize(("minutes", "hours"), [("30", "1"), ("60", "1"), ("61", "2"), ("120", "2"), ("", "1")])
def test_hours_are_rounded_up(minutes: str, hours: str) -> None:
    shapes = sessions(session(sign_up_role="Professional", duration=minutes))
    assert made(shapes["polaris.event_volunteers"], "delivery_hours") == [(hours,)]
    assert made(shapes["polaris.event_teachers"], "name") == []


def test_a_session_of_several_people_is_one_row_that_knows_all_of_theirs() -> None:
    shapes = sessions(session(), session(name="Ben Ruiz"), session(session_id="2"))
    events = shapes["polaris.events"]
    assert made(events, "session_id") == [("1",), ("2",)]
    assert events.groups is not None and events.groups.to_pylist() == [[0, 1], [2]]


def test_an_educator_has_a_district_and_a_professional_an_organization() -> None:
    shapes = sessions(
        session(district_or_company="KCKPS", school="PREP-KC"),
        session(district_or_company="Acme", sign_up_role="professional"),
    )
    assert made(shapes["polaris.events"], "district") == [("KCKPS",), (None,)]
    assert made(shapes["polaris.event_volunteers"], "organization") == [("Acme",)]
    assert made(shapes["polaris.event_teachers"], "school") == [(None,)]


@pytest.mark.parametrize(
    ("window", "form", "kept"),
    [
        (None, None, ["2026-03-02 15:30:00", "02/03/2026", ""]),
        ("since 2026-03-01", "mdy", ["2026-03-02 15:30:00", ""]),
        ("since 2026-03-01", "dmy", ["2026-03-02 15:30:00", "02/03/2026", ""]),
    ],
)
def test_the_window_reads_days_as_their_column_is_written(
    window: str | None, form: str | None, kept: list[str]
) -> None:
    rows = [session(date=day, session_id=day, status="Published") for day in ("2026-03-02 15:30:00", "02/03/2026", "")]
    events = sessions(*rows, window=window, form=form)["polaris.events"]
    assert [day or "" for (day,) in made(events, "start")] == kept


def test_what_is_wrong_with_a_row_is_told_of_its_column() -> None:
    rows = [session(title=""), session(status="Odd"), session(title="nan", sign_up_role="Student"), session()]
    issues = report.check_sessions(chunk(*rows), Known()).to_pylist()
    assert [(each["position"], each["field"], each["code"], each["severity"]) for each in issues] == [
        (0, "title", "missing", "error"),
        (1, "status", "unknown_status", "warning"),
    ]


def test_whoever_has_no_role_that_is_known_is_told() -> None:
    rows = [session(sign_up_role="Moderator"), session(sign_up_role=" "), session(sign_up_role="Student"), session()]
    issues = report.check_sessions(chunk(*rows), Known()).to_pylist()
    assert [(each["position"], each["code"], each["severity"], each["message"][:14]) for each in issues] == [
        (0, "unknown_role", "warning", "Role Moderator"),
        (1, "unknown_role", "warning", "Role blank: ne"),
    ]


def test_every_part_takes_what_the_shape_makes() -> None:
    for playbook in (pathful.SESSIONS, pathful.EXPORT, pathful.USERS):
        assert playbook.form in forms.FORMS and playbook.shape is not None
        blank = chunk({field.name: "" for field in playbook.form.fields})
        for name, shape in playbook.shape(blank, Known()).items():
            part = playbook.part(name)
            assert {*part.columns, *part.made} <= set(shape.rows.cells.schema.names)
