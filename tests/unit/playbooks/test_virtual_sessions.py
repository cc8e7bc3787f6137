"""Rows of a sheet of virtual sessions become sessions, teachers and presenters (seed 001, Playbook C)."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from workbench.model.errors import WrongValue
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks.virtual_sessions import (
    RECALL,
    check,
    clocks,
    days,
    ids_of_links,
    shape,
    windowed,
    without_honorifics,
)

YEAR = Known(window="2026-2027")


def texts(*values: str | None) -> pa.StringArray:
    return pa.array(values, pa.string())


def chunk(*rows: dict[str, str], first: int = 5) -> Chunk:
    """Rows of a session on 15 September at 9:30, each with what is otherwise in it."""
    usual = {"session_title": "Careers in Space", "date": "9/15", "time": "9:30 AM", "status": "", "teacher_name": ""}
    usual |= dict.fromkeys(("school_name", "district", "presenter", "organization", "presenter_location"), "")
    usual |= dict.fromkeys(("presenter_of_color", "session_link", "session_type", "topic_theme"), "")
    cells = {name: texts(*(({**usual, **row})[name] for row in rows)) for name in usual}
    return Chunk(
        lines=pa.array(range(first, first + len(rows)), pa.int32()),
        cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)),
    )


def stored(*events: tuple[str, str, str, str] | tuple[str, str, str, str, str]) -> Known:
    """What is stored of events, as RECALL has it; without an other id where none is said."""
    columns = zip(*((*event, None, None)[: len(RECALL.fields)] for event in events), strict=True)
    named = zip(RECALL.fields, columns, strict=True)
    return Known(window="2026-2027", stored=pa.table({name: texts(*column) for name, column in named}))


def told(part: Shaped, *names: str) -> list[Any]:
    rows = part.rows.cells.to_pylist()
    return [tuple(row[name] for name in names) if len(names) > 1 else row[names[0]] for row in rows]


def events(*rows: dict[str, str], known: Known = YEAR) -> Shaped:
    return shape(chunk(*rows), known)["polaris.events"]


def teachers(*rows: dict[str, str], known: Known = YEAR) -> Shaped:
    return shape(chunk(*rows), known)["polaris.event_teachers"]


def presenters(*rows: dict[str, str], known: Known = YEAR) -> Shaped:
    return shape(chunk(*rows), known)["polaris.event_volunteers"]


def issues(*rows: dict[str, str], known: Known = YEAR) -> list[tuple[int, str, str, str]]:
    """The issues of rows that have all that they should have but for what is said: line, field, severity, message."""
    whole = {"teacher_name": "Ada Park", "school_name": "Argentine Middle", "district": "KCKPS"}
    source = chunk(*({**whole, **row} for row in rows))
    found = check(source, known).to_pylist()
    return [
        (source.lines[issue["position"]].as_py(), issue["field"], issue["severity"], issue["message"])
        for issue in found
    ]


# --- days and times ---


def test_the_seven_forms_of_a_time_are_read() -> None:
    written = ("9:30 AM", "14:05", "9:30", "14:05:30", "2:05:30 PM", "9 AM", "9")
    read = ["09:30:00", "14:05:00", "09:30:00", "14:05:30", "14:05:30", "09:00:00", "09:00:00"]
    assert clocks(texts(*written)).to_pylist() == read


def test_a_half_of_the_day_that_is_said_twice_is_said_once() -> None:
    assert clocks(texts("1:00 PM PM", "1:00PMPM", "11 am AM")).to_pylist() == ["13:00:00", "13:00:00", "11:00:00"]


def test_a_time_as_a_spreadsheet_and_as_people_write_it_is_read() -> None:
    written = ("11:30 p.m.", "12 pm", "12:30 am", "2026-09-05 09:30:00", "09:30:00.000")
    assert clocks(texts(*written)).to_pylist() == ["23:30:00", "12:00:00", "00:30:00", "09:30:00", "09:30:00"]


@pytest.mark.parametrize("text", ["25:00", "13:00 PM", "9:75", "noon", "1:00 PM AM", "9;30", "", None])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert clocks(texts(text)).to_pylist() == [None]


def test_a_day_without_a_year_is_in_the_academic_year_that_is_imported() -> None:
    assert days(texts("9/5", "2/5", "7/1", "6/30"), "2026-2027").to_pylist() == [
        "2026-09-05",
        "2027-02-05",
        "2026-07-01",
        "2027-06-30",
    ]


def test_a_day_with_a_year_needs_no_academic_year() -> None:
    assert (
        days(texts("9/5/2026", "2026-09-05", "9/5/26", "2026-09-05 00:00:00"), None).to_pylist() == ["2026-09-05"] * 4
    )


@pytest.mark.parametrize("text", ["2/29", "13/45", "2/30/2027", "soon", "TBD", "", None])
def test_what_is_no_day_is_none_and_never_made_up(text: str | None) -> None:
    assert days(texts(text), "2026-2027").to_pylist() == [None]


def test_a_day_without_a_year_is_none_where_nobody_says_the_academic_year() -> None:
    assert days(texts("9/5"), None).to_pylist() == [None]


def test_a_session_begins_at_its_day_and_time() -> None:
    assert told(events({"time": "11:30 PM"}), "start") == ["2026-09-15T23:30:00Z"]


def test_who_attended_late_is_confirmed_past_midnight() -> None:
    late = teachers({"time": "11:30 PM", "status": "Completed", "teacher_name": "Ada Park"})
    assert told(late, "confirmed_at") == ["2026-09-16T00:30:00Z"]


def test_a_session_without_a_time_begins_at_nine_or_when_it_is_known_to() -> None:
    assert told(events({"time": ""}), "start") == ["2026-09-15T09:00:00Z"]
    assert told(events({"time": "TBD"}), "start") == ["2026-09-15T09:00:00Z"]
    known = stored(("77", "Careers in space", "2026-09-15T13:15:00Z", "Draft"))
    assert told(events({"time": ""}, known=known), "session_id", "start") == [("77", "2026-09-15T13:15:00Z")]
    assert told(events({"time": ""}, {"time": "10 AM"}), "start") == ["2026-09-15T10:00:00Z"]


@pytest.mark.parametrize(
    ("day", "time", "clock"),
    [
        ("2026-09-15T15:30:00", "", "15:30"),
        ("9/15/2026 3:30 PM", "", "15:30"),
        ("2026-09-15 15:30", "10 AM", "10:00"),
        ("2026-09-15T00:00:00", "", "09:00"),
    ],
)
def test_a_time_that_stands_with_the_day_is_not_lost(day: str, time: str, clock: str) -> None:
    assert told(events({"date": day, "time": time}), "start") == [f"2026-09-15T{clock}:00Z"]
    warned = "Missing Time: as it is known, else 9:00 AM"
    assert [said[3] for said in issues({"date": day, "time": time})] == ([warned] if clock == "09:00" else [])


def test_a_session_whose_day_changed_does_not_keep_the_time_of_the_old_day() -> None:
    known = stored(("77", "Careers in Space", "2026-09-14T13:15:00Z", "Draft"))
    assert told(events({"time": "", "session_link": "https://v.example/77"}, known=known), "start") == [
        "2026-09-15T09:00:00Z"
    ]


# --- which session ---


def test_the_id_of_a_session_is_the_last_part_of_its_link() -> None:
    links = ("https://v.example/a/12345", "https://v.example/a/12345/?x=1#y", "12345.0", "12345", "https://v.example/")
    assert ids_of_links(texts(*links)).to_pylist() == ["12345", "12345", "12345", "12345", None]


def test_rows_of_one_link_are_one_session_whatever_their_titles() -> None:
    made = events({"session_link": "x/1", "teacher_name": "A B"}, {"session_title": "Space!", "session_link": "x/1"})
    assert told(made, "session_id", "title") == [("1", "Careers in Space")]


def test_two_links_are_two_sessions_whatever_their_titles() -> None:
    assert told(events({"session_link": "x/1"}, {"session_link": "x/2"}), "session_id") == ["1", "2"]


def test_a_row_without_a_link_is_of_the_session_with_its_title_and_day() -> None:
    rows = ({"session_link": "x/1"}, {"session_title": "CAREERS in  space"}, {"date": "9/16"})
    assert told(events(*rows), "session_id") == ["1", "2026-09-16 careers-in-space"]


def test_a_row_without_a_link_is_of_the_one_of_several_that_has_its_time() -> None:
    rows = ({"session_link": "x/1"}, {"session_link": "x/2", "time": "1 PM"}, {"status": "Simulcast", "time": "1 PM"})
    made = teachers(*({**row, "teacher_name": "Ada Park"} for row in rows))
    assert told(made, "session_id", "simulcast") == [("1", ""), ("2", "")], "nobody says yes, and it is not over"
    assert made.groups is not None and made.groups.to_pylist() == [[0], [1, 2]]


def test_the_link_of_a_room_that_sessions_of_several_days_have_tells_none_of_them() -> None:
    made = events({"session_link": "zoom/9"}, {"date": "9/22", "session_link": "zoom/9"})
    assert told(made, "session_id", "registration_link") == [
        ("2026-09-15 careers-in-space", "zoom/9"),
        ("2026-09-22 careers-in-space", "zoom/9"),
    ]


def test_a_session_keeps_its_id_when_it_gets_a_link_later() -> None:
    known = stored(("2026-09-15 careers-in-space", "Careers in Space", "2026-09-15T09:30:00Z", "Draft"))
    assert told(events({"session_link": "x/1"}, known=known), "session_id", "registration_link") == [
        ("2026-09-15 careers-in-space", "x/1")
    ]


def test_two_links_of_a_session_that_is_stored_without_one_are_two_new_sessions() -> None:
    known = stored(("2026-09-15 careers-in-space", "Careers in Space", "2026-09-15T09:30:00Z", "Draft"))
    assert told(events({"session_link": "x/1"}, {"session_link": "x/2"}, known=known), "session_id") == ["1", "2"]


def test_a_session_without_a_link_is_the_stored_one_of_its_title_and_day_also_when_its_time_changes() -> None:
    known = stored(("5001", "Careers in Space", "2026-09-15T09:00:00Z", "Draft"))
    assert told(events({"time": "1 PM"}, known=known), "session_id", "start") == [("5001", "2026-09-15T13:00:00Z")]


# --- the session ---


def test_the_first_row_that_says_a_thing_says_it_of_its_session() -> None:
    made = events(
        {"status": "Simulcast", "topic_theme": "Not this"},
        {"topic_theme": "", "district": "KCKPS"},
        {"topic_theme": "STEM", "district": "Center 58", "session_type": "Industry chat"},
    )
    assert told(made, "series", "district", "session_type") == [("STEM", "KCKPS", "Industry chat")]
    assert made.groups is not None
    assert (made.rows.lines.to_pylist(), made.groups.to_pylist()) == ([6], [[1, 2]])


def test_a_simulcast_row_makes_no_session() -> None:
    alone = shape(chunk({"status": "simulcast", "teacher_name": "Ada Park", "presenter": "Kim Poe"}), YEAR)
    assert [len(part.rows) for part in alone.values()] == [0, 1, 0]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("Draft", "Completed", "Confirmed"), "Completed"),
        (("Published", "Confirmed"), "Confirmed"),
        (("Teacher Cancelation", "Draft"), "Draft"),
        (("No-Show",), "No Show"),
        (("NO SHOW",), "No Show"),
        (("teacher cancellation",), "Cancelled"),
        (("successfully completed",), "Completed"),
        (("", "who knows"), ""),
    ],
)
def test_the_highest_status_of_its_rows_is_the_session_s(statuses: tuple[str, ...], status: str) -> None:
    assert told(events(*({"status": each} for each in statuses)), "status") == [status]


def test_twenty_five_seats_are_counted_for_each_row_with_a_class_that_took_part() -> None:
    a_class = {"teacher_name": "Ada Park / Cy Low", "school_name": "Argentine Middle"}
    made = events(
        {"status": "Successfully Completed", **a_class},
        {"status": "Completed", **a_class},
        {"status": "Simulcast", **a_class},
        {"status": "Confirmed", **a_class},
        {"status": "Completed", "teacher_name": "Ada Park"},
        {"date": "9/16", "status": "Completed", **a_class},
    )
    assert told(made, "participants") == ["75", "25"]


# --- people ---


def test_several_teachers_of_a_cell_are_each_registered_under_a_line_of_their_own() -> None:
    made = teachers({"teacher_name": "Ada Park/ Ben Ruiz /", "school_name": "Argentine Middle"}, {"teacher_name": "Cy"})
    assert told(made, "name", "school", "academic_year") == [
        ("Ada Park", "Argentine Middle", "2026-2027"),
        ("Ben Ruiz", "Argentine Middle", "2026-2027"),
        ("Cy", "", "2026-2027"),
    ]
    assert made.groups is not None
    assert (made.rows.lines.to_pylist(), made.groups.to_pylist()) == ([5, 5 + (1 << 24), 6], [[0], [0], [1]])


def test_a_teacher_on_several_rows_of_a_session_is_registered_once_a_simulcast_only_if_all_are() -> None:
    rows = (
        {"status": "Simulcast", "teacher_name": "Ada Park"},
        {"status": "Confirmed", "teacher_name": "ada park"},
        {"status": "Simulcast", "teacher_name": "Ben Ruiz"},
    )
    made = teachers(*rows)
    assert told(made, "name", "simulcast", "said_status", "status") == [
        ("ada park", "", "Confirmed", "registered"),
        ("Ben Ruiz", "true", "Simulcast", "registered"),
    ]
    assert made.groups is not None
    assert (made.rows.lines.to_pylist(), made.groups.to_pylist()) == ([5, 7], [[0, 1], [2]])


def test_that_a_class_was_no_simulcast_is_said_of_what_is_over() -> None:
    over = ({"status": status, "teacher_name": "Ada Park"} for status in ("Simulcast", "Completed"))
    assert told(teachers(*over), "simulcast", "status") == [("false", "attended")]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (("Requested", "Completed"), ("attended", "Completed", "2026-09-15T10:30:00Z")),
        (("Teacher Cancelation", "Completed"), ("attended", "Completed", "2026-09-15T10:30:00Z")),
        (("Teacher No-Show", "Teacher Cancelation"), ("no_show", "Teacher No-Show", "")),
        (("Simulcast", "Requested"), ("registered", "Requested", "")),
        (("Requested", "Confirmed"), ("registered", "Confirmed", "")),
    ],
)
def test_what_counts_of_a_teacher_does_not_hang_on_the_order_of_lines(
    said: tuple[str, str], counts: tuple[str, str, str]
) -> None:
    rows = [{"status": each, "teacher_name": "Ada Park", "presenter": "Kim Poe"} for each in said]
    made = [teachers(*each) for each in (rows, rows[::-1])]
    assert [told(each, "status", "said_status", "confirmed_at") for each in made] == [[counts]] * 2
    one, other = (presenters(*each) for each in (rows, rows[::-1]))
    assert told(one, "status", "delivery_hours") == told(other, "status", "delivery_hours")


def test_no_two_registrations_have_one_line() -> None:
    rows = ({"status": "Simulcast", "teacher_name": "A B/C D"}, {"teacher_name": "A B/E F"}, {"teacher_name": "C D"})
    lines = teachers(*rows).rows.lines.to_pylist()
    assert len(lines) == len(set(lines)) == 3


@pytest.mark.parametrize(
    ("said", "status", "confirmed"),
    [
        ("Completed", "attended", "2026-09-15T10:30:00Z"),
        ("Simulcast", "attended", "2026-09-15T10:30:00Z"),
        ("Teacher No-Show", "no_show", ""),
        ("Teacher Cancelation", "cancelled", ""),
        ("Confirmed", "registered", ""),
        ("", "registered", ""),
    ],
)
def test_a_teacher_is_confirmed_where_the_session_is_completed(said: str, status: str, confirmed: str) -> None:
    other = {"status": "Completed", "teacher_name": "Cy Low"}
    made = teachers(other, {"status": said, "teacher_name": "Ada Park"})
    assert told(made, "name", "status", "confirmed_at")[1] == ("Ada Park", status, confirmed)


def test_a_simulcast_class_of_a_session_that_is_stored_as_completed_attended_it() -> None:
    known = stored(("1", "Careers in Space", "2026-09-15T13:00:00Z", "Completed"))
    made = teachers({"status": "Simulcast", "teacher_name": "Ada Park"}, known=known)
    assert told(made, "session_id", "status", "confirmed_at") == [("1", "attended", "2026-09-15T14:00:00Z")]


def test_every_presenter_of_a_cell_and_of_further_rows_is_attached() -> None:
    made = presenters(
        {"presenter": "Dr. Sam Lee; Mrs Kim Poe & Joe Fox", "organization": "NASA"},
        {"presenter": "Lu Ray"},
        {"presenter": "SAM LEE"},
    )
    assert told(made, "name", "organization") == [
        ("Sam Lee", "NASA"),
        ("Kim Poe", "NASA"),
        ("Joe Fox", "NASA"),
        ("Lu Ray", ""),
    ]


def test_honorifics_are_no_part_of_a_name_but_names_that_begin_like_them_are() -> None:
    names = ("Dr. Ada Park", "Prof. Dr Ben Ruiz", "Mr.Cy Low", "Drew Mrs", "Missy Elliott", "dr. Ada")
    assert without_honorifics(texts(*names)).to_pylist() == [
        "Ada Park",
        "Ben Ruiz",
        "Cy Low",
        "Drew Mrs",
        "Missy Elliott",
        "Ada",
    ]


@pytest.mark.parametrize(
    ("location", "color", "made"),
    [
        ("Local", "Yes", ("local", "true")),
        ("local - KC", "yes", ("local", "true")),
        ("Denver", "No", ("non_local", "")),
        ("", "maybe", ("", "")),
    ],
)
def test_of_a_presenter_only_a_location_and_a_yes_count(location: str, color: str, made: tuple[str, str]) -> None:
    row = {"presenter": "Kim Poe", "presenter_location": location, "presenter_of_color": color}
    assert told(presenters(row), "local", "person_of_color") == [made]


def test_a_presenter_has_delivered_an_hour_of_a_completed_session() -> None:
    assert told(presenters({"presenter": "Kim Poe", "status": "Completed"}), "status", "delivery_hours") == [
        ("attended", "1")
    ]
    assert told(presenters({"presenter": "Kim Poe", "status": "Confirmed"}), "status", "delivery_hours") == [
        ("registered", "")
    ]


# --- what is wrong ---


def test_a_row_without_a_title_or_a_day_is_wrong_and_makes_nothing() -> None:
    rows = ({"session_title": ""}, {"date": " "}, {"date": "13/45"}, {"time": "9;30"})
    assert issues(*rows) == [
        (5, "session_title", "error", "Missing Session Title"),
        (6, "date", "error", "Missing Date"),
        (7, "date", "error", "Date 13/45 cannot be read: write M/D/YYYY, M/D or YYYY-MM-DD"),
        (8, "time", "error", "Time 9;30 cannot be read: write 9:30 AM"),
    ]
    made = shape(chunk(*({**row, "teacher_name": "Ada Park", "presenter": "Kim Poe"} for row in rows)), YEAR)
    assert [len(part.rows) for part in made.values()] == [0, 0, 0]


def test_a_day_without_a_year_asks_for_the_academic_year() -> None:
    said = (5, "date", "error", "Date 9/15 has no year: give the import its academic year")
    assert issues({}, known=Known()) == [said]
    assert issues({"date": "9/15/2026"}, known=Known()) == []


def test_a_day_of_another_academic_year_is_warned_of() -> None:
    assert issues({"date": "9/15/2025"}, {"date": "2027-06-30"}) == [
        (5, "date", "warning", "Date 9/15/2025 is not in 2026-2027")
    ]


def test_the_window_is_an_academic_year_or_nothing() -> None:
    assert [windowed(said, date(2026, 9, 1)) for said in ("2026/27", "2026-2027", "", None)] == [
        *("2026-2027", "2026-2027"),
        *(None, None),
    ]
    with pytest.raises(WrongValue, match="say an academic year, such as 2026-2027"):
        windowed("fall", date(2026, 9, 1))


def test_a_status_that_is_not_known_is_warned_of() -> None:
    assert issues({"status": "who knows"}, {"status": "TEACHER NO-SHOW"}) == [
        (5, "status", "warning", "Status who knows is not known, and changes none")
    ]


def test_teachers_who_cancel_do_not_cancel_a_session_that_is_known_and_that_is_told() -> None:
    known = stored(("77", "Careers in space", "2026-09-15T09:30:00Z", "Confirmed"))
    told = "The session is known as Confirmed: Cancelled of its teachers does not change that"
    cancelled = {"status": "Cancelled"}
    assert issues(cancelled, known=known) == [(5, "status", "warning", told)]
    assert issues(cancelled, {"status": "Completed", "teacher_name": "Ben Ruiz"}, known=known) == []
    assert issues(cancelled, known=stored(("77", "Careers in space", "2026-09-15T09:30:00Z", "Cancelled"))) == []
    assert issues(cancelled) == []


def test_what_a_row_should_have_is_warned_of() -> None:
    bare = dict.fromkeys(("time", "teacher_name", "school_name", "district"), "")
    assert issues(bare) == [
        (5, "time", "warning", "Missing Time: as it is known, else 9:00 AM"),
        (5, "teacher_name", "warning", "Missing Teacher Name"),
        (5, "school_name", "warning", "Missing School Name"),
        (5, "district", "warning", "Missing District"),
    ]


@pytest.mark.parametrize("nothing", ["N/A", "None", "nan", "TBD", " - "])
def test_what_stands_for_nothing_is_nothing(nothing: str) -> None:
    row = {"time": nothing, "teacher_name": nothing, "school_name": nothing, "district": nothing}
    assert [said[1] for said in issues(row)] == ["time", "teacher_name", "school_name", "district"]
    assert issues({"date": nothing}) == [(5, "date", "error", "Missing Date")]
    made = shape(chunk(row | {"presenter": f"{nothing}; Kim Poe", "topic_theme": nothing}), YEAR)
    assert told(made["polaris.events"], "series", "district") == [("", "")]
    assert told(made["polaris.event_teachers"], "name") == []
    assert told(made["polaris.event_volunteers"], "name") == ["Kim Poe"]


def test_a_row_that_says_another_time_of_its_session_is_warned_of() -> None:
    assert issues({}, {"time": "1 PM"}, {"time": "1 PM", "status": "Simulcast"}) == [
        (6, "time", "warning", "Another row of the same session says 09:30, which counts")
    ]


def test_a_chunk_without_the_optional_columns_is_made_into_sessions() -> None:
    cells = pa.RecordBatch.from_arrays([texts("A"), texts("2026-09-15")], names=["session_title", "date"])
    bare = shape(Chunk(lines=pa.array([2], pa.int32()), cells=cells), Known())
    assert told(bare["polaris.events"], "title", "start", "status") == [("A", "2026-09-15T09:00:00Z", "")]


def test_a_chunk_of_no_rows_makes_nothing() -> None:
    nothing = chunk({}).cells.slice(0, 0)
    made = shape(Chunk(lines=pa.array([], pa.int32()), cells=nothing), YEAR)
    assert [len(part.rows) for part in made.values()] == [0, 0, 0]
    assert check(Chunk(lines=pa.array([], pa.int32()), cells=nothing), YEAR).num_rows == 0


def test_rows_that_contradict_each_other_on_a_teacher_are_told_with_both_lines() -> None:
    ada = {"status": "Teacher Cancelation"}, {"status": "Completed"}, {"status": "Confirmed"}
    told = "Ada Park: line 6 says attended and line 5 says cancelled; line 6 counts"
    assert issues(*ada) == [(5, "status", "warning", told), (6, "status", "warning", told)]
    assert issues(ada[0], {**ada[1], "teacher_name": "Ben Ruiz"}, {**ada[1], "session_title": "Welding"}) == []
    assert issues(ada[1], ada[2], {"status": "Simulcast"}) == []
