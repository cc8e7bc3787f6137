"""What Salesforce's sessions and participations are made into, without a database."""

import pyarrow as pa
import pytest

from workbench.datasets.salesforce import sessions as forms
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import salesforce_sessions as sessions

SCHOOL, DISTRICT = "0015e00000ScHoAAAV", "0015e00000DiStAAAV"
Row = dict[str, str]


def chunk(*rows: Row) -> Chunk:
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names}
    lines = pa.array(range(2, len(rows) + 2), pa.int32())
    return Chunk(lines=lines, cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)))


def knows(*ids: str) -> Known:
    return Known(stored=pa.table({"salesforce_id": pa.array(ids, pa.string())}))


def cells(shape: Shaped, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(shape.rows.cells[name].to_pylist() for name in names), strict=True))


def session(**said: str) -> Row:
    row = {"salesforce_id": "a00000000000001", "name": "Careers", "start": "2026-05-01T15:30:00.000Z"}
    return row | {"type": "DIA", "format": "Virtual", "status": "Completed"} | said


def made(name: str, **said: str) -> object:
    ((value,),) = cells(sessions.events(chunk(session(**said)), knows())["salesforce.sessions"], name)
    return value


def told(**said: str) -> list[tuple[str, str, str]]:
    found = sessions.check_events(chunk(session(**said)), knows())
    return [(row["field"], row["code"], row["severity"]) for row in found.to_pylist()]


@pytest.mark.parametrize("type_", forms.TYPES)
def test_every_type_of_the_list_is_known_however_it_is_spelt(type_: str) -> None:
    assert [made("type", type=said) for said in (type_, type_.upper(), type_.lower())] == [type_] * 3
    assert told(type=type_) == []


@pytest.mark.parametrize("type_", ["Yoga", ""])
def test_any_other_type_is_a_classroom_activity_with_a_warning(type_: str) -> None:
    assert made("type", type=type_) == "Classroom Activity"
    assert told(type=type_) == [("type", "unknown_type", "warning")]


@pytest.mark.parametrize(
    ("said", "format_", "warned"),
    [
        ("Virtual", "Virtual", False),
        ("in person", "In-Person", False),
        ("", "In-Person", False),
        ("TV", "In-Person", True),
    ],
)
def test_a_session_is_in_person_unless_it_is_virtual(said: str, format_: str, warned: bool) -> None:
    assert made("format", format=said) == format_
    assert [code for _, code, _ in told(format=said)] == ["unknown_format"] * warned


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *((said, "No Show") for said in ("No Show", "no-show", "NO_SHOW", "Teacher No-Show", "technical difficulties")),
        *((said, "Confirmed") for said in ("Confirmed", "confirmed")),
        ("Published", "Published"),
        ("canceled", "Cancelled"),
        ("", "Draft"),
        ("Moved Online", "Moved Online"),
    ],
)
def test_no_status_is_lost(said: str, status: str) -> None:
    """Hazards 16 and 28."""
    assert made("status", status=said) == status


def test_only_the_weather_has_a_word_and_any_other_reason_is_kept() -> None:
    reasons = ("Inclement Weather Cancellation", "Snow day", "")
    assert [made("cancellation_reason", cancellation_reason=said) for said in reasons] == ["weather", "Snow day", None]


@pytest.mark.parametrize(
    ("said", "count"),
    [("25", "25"), ("25.0", "25"), ("0", "0"), ("", None), ("-3", None), ("2.5", None), ("many", None)],
)
def test_a_count_is_a_whole_number_from_nought(said: str, count: str | None) -> None:
    assert made("available_slots", available_slots=said) == count
    assert [code for _, code, _ in told(available_slots=said)] == ["bad_count"] * bool(said and count is None)


def test_the_prefixes_of_skills_are_written_out_and_needed_ones_are_required() -> None:
    skills = made(
        "skills",
        legacy_skill="PWY-Healthcare, Skills-Writing",
        requested_skills="CCE-Budgeting;CSCs-Teamwork,Skills-Writing",
        needed_skills="ACT-Interview , Welding",
    )
    assert skills == (
        "Pathway: Healthcare; Skill: Writing; Career/College: Budgeting; Core Skill: Teamwork; "
        "Activity: Interview (Required); Welding (Required)"
    )
    assert made("skills") is None


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ('<a href="https://x.example/?a=1&amp;b=2" target="_blank">Register</a>', "https://x.example/?a=1&b=2"),
        ("<A HREF='https://x.example/'>\nRegister</A>", "https://x.example/"),
        ("https://x.example/", "https://x.example/"),
        ("", None),
    ],
)
def test_a_registration_link_is_taken_out_of_its_anchor(said: str, link: str | None) -> None:
    assert made("registration_link", registration_link=said) == link


def test_a_session_names_accounts_by_id_and_by_name_each_in_its_place() -> None:
    first = session(school=SCHOOL[:15], district=f"{DISTRICT}; Olathe ;", parent_account="KCKPS; Inc.")
    second = session(salesforce_id="a00000000000002", district="Olathe")
    shape = sessions.events(chunk(first, second), knows())["salesforce.session_accounts"]
    assert cells(shape, "session", "slot", "account", "salesforce_account_id") == [
        ("a00000000000001", "school", SCHOOL, SCHOOL),
        ("a00000000000001", "district", DISTRICT, DISTRICT),
        ("a00000000000001", "district 2", "Olathe", None),
        ("a00000000000001", "parent account", "KCKPS; Inc.", None),
        ("a00000000000002", "district", "Olathe", None),
    ]
    assert shape.at.to_pylist() == [0, 0, 0, 0, 1]
    assert len(set(shape.rows.lines.to_pylist())) == 5


def test_a_column_that_the_source_does_not_have_says_nothing() -> None:
    row = {"salesforce_id": "a00000000000001", "name": "Careers", "start": "2026-05-01T15:30:00.000Z"}
    shape = sessions.events(chunk(row), knows())["salesforce.sessions"]
    assert set(shape.rows.cells.schema.names) == {*row, "skills"}


def test_what_is_deleted_there_is_made_only_where_it_is_here() -> None:
    gone = session(is_deleted="true")
    assert cells(sessions.events(chunk(gone), knows())["salesforce.sessions"], "salesforce_id") == []
    here = sessions.events(chunk(gone), knows("a00000000000001AAA"))
    assert cells(here["salesforce.sessions"], "is_deleted") == [("true",)]
    assert told(is_deleted="true") == [("is_deleted", "deleted", "warning")]


# --- participations ---


def participation(**said: str) -> tuple[object, object, object]:
    row = {"salesforce_id": "a02000000000001", "status": "", "delivery_hours": "", "email": ""} | said
    shape = sessions.participations(chunk(row), knows())["salesforce.session_participations"]
    ((status, hours, email),) = cells(shape, "status", "delivery_hours", "email")
    return status, hours, email


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *(
            (said, "Attended")
            for said in ("Attended", "completed", "PRESENT", "Confirmed", "simulcast", "Successfully Completed")
        ),
        *(
            (said, "No-Show")
            for said in (
                *("No-Show", "no show", "NO_SHOW", "noshow", "Absent", "Did Not Attend", "Technical Difficulties"),
                *("Teacher No-Show", "local professional no-show", "Pathful Professional No Show"),
            )
        ),
        *(
            (said, "Cancelled")
            for said in ("Cancelled", "canceled", "Event Cancelled", "Teacher Cancellation", "teacher cancelation")
        ),
        ("scheduled", "Scheduled"),
        ("Abducted", "Unknown"),
        ("", None),
    ],
)
def test_a_participations_status_is_known_in_any_case(said: str, status: str | None) -> None:
    assert participation(status=said)[0] == status


@pytest.mark.parametrize(
    ("said", "hours"), [("1.5", "1.5"), ("2.0", "2"), ("0", None), ("-1", None), ("", None), ("an hour", None)]
)
def test_hours_that_are_none_are_none(said: str, hours: str | None) -> None:
    assert participation(delivery_hours=said)[1] == hours


def test_what_is_left_out_of_a_participation_is_told() -> None:
    row = {"salesforce_id": "a02000000000001", "status": "Abducted", "delivery_hours": "an hour", "email": "nobody"}
    found = sessions.check_participations(chunk(row), knows())
    assert found["code"].to_pylist() == ["unknown_status", "bad_email", "bad_hours"]
