"""A sheet of virtual sessions in the database: Playbook C's rules, and what the running system got wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, fingerprint, issues, messages, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]
Imported = Callable[..., Batch]

COLUMNS = (
    *("Session Title", "Date", "Time", "Status", "Teacher Name", "School Name", "District", "Presenter"),
    *("Organization", "Presenter Location", "Presenter of Color?", "Session Link", "Session Type", "Topic/Theme"),
)
ROSTER = """\
Teacher Email,Teacher Name,School,Grade,Academic Year,District
ada@kck.example,Ada Park,Argentine Middle,7,2026-2027,KCKPS
ben@kck.example,Ben Ruiz,Wyandotte High,HS,2026-2027,KCKPS
cat@kck.example,Cat Moss,Wyandotte High,HS,2026-2027,KCKPS
"""
SPACE = {"Session Title": "Careers in Space", "Date": "9/15", "Time": "9:30 AM", "District": "KCKPS"}
ADA = {"Teacher Name": "Ada Park", "School Name": "Argentine Middle"}
BEN = {"Teacher Name": "Ben Ruiz", "School Name": "Wyandotte High"}
EVE = {"Teacher Name": "Eve Stone", "School Name": "Wyandotte High"}
LINK = {"Session Link": "https://virtual.example/sessions/5001"}


@pytest.fixture
def roster(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    def imported(*lines: str) -> Batch:
        text = ROSTER + "".join(f"{line}\n" for line in lines)
        return wb.import_sheet(sheet(text, "roster.csv"), "polaris.teacher_roster", mode="upsert")

    imported()
    return imported


@pytest.fixture
def sessions(wb: Workbench, sheet: Given, roster: Imported) -> Imported:
    """Imports rows as a sheet with three lines above its header: the first row is on line 5."""

    def imported(*rows: dict[str, str], **options: object) -> Batch:
        lines = [[f'"{row.get(name, "")}"' for name in COLUMNS] for row in rows]
        above = ["Virtual sessions", "Updated weekly", ""]
        text = "\n".join((*above, ",".join(COLUMNS), *map(",".join, lines))) + "\n"
        settings: dict[str, Any] = {"window": "2026-2027", "skip_errors": True} | options
        return wb.import_sheet(sheet(text, "virtual.csv"), "polaris.virtual_sessions", **settings)

    return imported


def events(url: str, *columns: str) -> list[tuple[object, ...]]:
    return records(url, "polaris.events", *columns)


def begins(url: str) -> list[tuple[object, ...]]:
    question = (
        "select session_id, to_char(starts_at at time zone 'UTC', 'MM-DD HH24:MI'), "
        "to_char(ends_at at time zone 'UTC', 'MM-DD HH24:MI') from polaris.events order by 1"
    )
    return ask(url, question)


def registered(url: str, *columns: str) -> list[tuple[object, ...]]:
    named = "".join(f", t.{column}" for column in columns)
    return ask(
        url,
        f"select e.session_id, r.email{named} from polaris.event_teachers t join polaris.events e on e.id = t.event_id "
        "join polaris.teacher_progress r on r.id = t.teacher_id order by 1, 2",
    )


def presented(url: str, *columns: str) -> list[tuple[object, ...]]:
    return records(url, "polaris.event_volunteers", *columns)


def test_a_row_becomes_an_event_its_teachers_and_its_presenters(wb: Workbench, sessions: Imported, url: str) -> None:
    batch = sessions(
        SPACE
        | LINK
        | {"Teacher Name": "Ada Park / Ben Ruiz", "School Name": "Argentine Middle", "Status": "Completed"}
        | {"Presenter": "Dr. Sam Lee; Kim Poe", "Organization": "NASA", "Presenter Location": "Local"}
        | {"Presenter of Color?": "Yes", "Session Type": "Industry chat", "Topic/Theme": "STEM"}
    )
    assert outcomes(wb, batch) == [(5, "created")]
    assert events(url, "session_id", "title", "status", "duration", "participants", "series", "session_type") == [
        ("5001", "Careers in Space", "Completed", 60, 25, "STEM", "Industry chat")
    ]
    assert events(url, "host", "district", "academic_year", "registration_link") == [
        ("PREPKC", "KCKPS", "2026-2027", LINK["Session Link"])
    ]
    assert begins(url) == [("5001", "09-15 09:30", "09-15 10:30")]
    assert registered(url, "status", "simulcast", "said_status") == [
        ("5001", "ada@kck.example", "attended", False, "Completed"),
        ("5001", "ben@kck.example", "attended", False, "Completed"),
    ]
    assert presented(url, "name", "organization", "local", "person_of_color", "delivery_hours", "status") == [
        ("Kim Poe", "NASA", "local", True, 1, "attended"),
        ("Sam Lee", "NASA", "local", True, 1, "attended"),
    ]


def test_the_figures_are_named_and_counted_as_the_playbook_does(wb: Workbench, sessions: Imported) -> None:
    batch = sessions(
        SPACE | ADA | LINK | {"Status": "Completed"},
        SPACE | BEN | LINK | {"Status": "Simulcast"},
        {"Session Title": "Welding", "Date": "2/5"},
        {"Session Title": "", "Date": "2/5", **ADA, "Time": "9", "District": "KCKPS"},
        SPACE | ADA | LINK | {"Status": "Completed"},
    )
    assert list(wb.figures(batch).items()) == [
        ("Events processed", 2),
        ("Events created", 2),
        ("Events updated", 0),
        ("Teacher registrations created", 2),
        ("Rows skipped", 1),
        ("Errors", 1),
        ("Warnings", 4),
    ]
    assert messages(wb, batch) == {
        7: "Missing Time: as it is known, else 9:00 AM; Missing Teacher Name; Missing School Name; Missing District",
        8: "Missing Session Title",
    }


def test_the_same_sheet_again_creates_and_updates_nothing(wb: Workbench, sessions: Imported, url: str) -> None:
    rows = (
        SPACE | ADA | LINK | {"Status": "Completed", "Presenter": "Kim Poe; Joe Fox", "Presenter Location": "Denver"},
        SPACE | BEN | {"Status": "Simulcast"},
        {"Session Title": "Welding", "Date": "2/5"} | ADA | {"Status": "Teacher Cancelation"},
        {"Session Title": "Welding", "Date": "2/5"} | BEN | {"Status": "Confirmed", "Time": "1 PM"},
    )
    sessions(*rows)
    before = fingerprint(url)
    again = sessions(*rows)
    assert (outcome(again), fingerprint(url)) == ((0, 0, 4, 0, 0), before)
    assert wb.figures(again) | {"Warnings": 0} == {
        "Events processed": 2,
        "Events created": 0,
        "Events updated": 0,
        "Teacher registrations created": 0,
        "Rows skipped": 4,
        "Errors": 0,
        "Warnings": 0,
    }


def test_a_teacher_who_is_not_in_the_roster_is_unmatched_while_the_event_goes_on_and_comes_with_the_roster(
    wb: Workbench, sessions: Imported, roster: Imported, url: str
) -> None:
    batch = sessions(SPACE | LINK | {"Teacher Name": "Ada Park / Eve Stone", "School Name": "Wyandotte High"})
    assert outcomes(wb, batch) == [(5, "unmatched:teacher")]
    assert issues(wb, batch) == [(5, "teacher_name", "teacher_not_found")]
    assert registered(url) == [("5001", "ada@kck.example")]
    assert events(url, "session_id") == [("5001",)]
    roster("eve@kck.example,Eve Stone,Wyandotte High,HS,2026-2027,KCKPS")
    assert registered(url) == [("5001", "ada@kck.example"), ("5001", "eve@kck.example")]
    assert wb.reconcile(batch).done


def test_a_teacher_of_another_year_s_roster_is_not_meant(wb: Workbench, sessions: Imported, roster: Imported) -> None:
    roster("eve@kck.example,Eve Stone,Wyandotte High,HS,2025-2026,KCKPS")
    assert outcomes(wb, sessions(SPACE | LINK | EVE)) == [(5, "unmatched:teacher")]


def test_of_two_teachers_of_one_name_the_one_at_the_school_is_meant(
    wb: Workbench, sessions: Imported, roster: Imported, url: str
) -> None:
    roster(
        "eve1@kck.example,Eve Stone,Wyandotte High,HS,2026-2027,KCKPS",
        "eve2@kck.example,Eve Stone,Argentine Middle,7,2026-2027,KCKPS",
    )
    batch = sessions(
        SPACE | LINK | EVE | {"School Name": "wyandotte high"}, SPACE | LINK | EVE | {"School Name": "Elsewhere"}
    )
    assert outcomes(wb, batch) == [(5, "created"), (6, "unmatched:teacher")]
    assert registered(url) == [("5001", "eve1@kck.example")]


@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_put_a_teacher_at_two_schools_are_one_registration_that_says_what_counts_in_any_order(
    wb: Workbench, sessions: Imported, url: str, turned: bool
) -> None:
    rows = (
        SPACE | LINK | {"Teacher Name": "Cat Moss/Ada Park", "School Name": "Argentine Middle", "Status": "Completed"},
        SPACE | LINK | {"Teacher Name": "Ben Ruiz/Ada Park", "School Name": "Argentine", "Status": "Simulcast"},
    )
    assert outcomes(wb, sessions(*(rows[::-1] if turned else rows))) == [(5, "created"), (6, "created")]
    assert ("5001", "ada@kck.example", False, "attended", "Completed") in registered(
        url, "simulcast", "status", "said_status"
    )


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (("Requested", "Completed"), "Argentine Middle"),
        (("Teacher Cancelation", "Completed"), "Other"),
        (("Teacher No-Show", "Requested"), ""),
    ],
)
def test_what_counts_of_a_teacher_does_not_hang_on_the_order_of_lines_or_files(
    sessions: Imported, url: str, said: tuple[str, str], place: str
) -> None:
    first, second = (SPACE | LINK | ADA | {"Status": each} for each in said)
    second |= {"School Name": place}
    strongest, become = ("Teacher No-Show", "no_show") if "Completed" not in said else ("Completed", "attended")
    counts = [("5001", "ada@kck.example", become, strongest, become == "attended")]
    asked = ("status", "said_status", "confirmed_at is not null")
    sessions(first, second)
    assert registered(url, *asked) == counts
    for row in (first, second, first):
        again = sessions(row)
        assert again.updated == 0
    assert registered(url, *asked) == counts


def test_what_other_rows_say_of_a_presenter_is_told(wb: Workbench, sessions: Imported, url: str) -> None:
    kim = SPACE | LINK | {"Presenter": "Kim Poe", "School Name": "A", "Teacher Name": "Ben Ruiz"}
    rows = (
        kim | {"Status": "Draft", "Organization": "Acme", "Presenter Location": "Denver"},
        kim | {"Status": "Completed", "Organization": "Brick", "Presenter Location": "Local"},
    )
    batch = sessions(*rows)
    assert messages(wb, batch) == {
        5: "Another row says Organization Brick of Kim Poe, which counts; "
        "Another row says Presenter Location Local of Kim Poe, which counts"
    }
    assert presented(url, "organization", "local") == [("Brick", "local")]
    assert sessions(*rows[::-1]).updated == 0


def test_a_simulcast_registers_its_teacher_and_leaves_the_event_alone(
    wb: Workbench, sessions: Imported, url: str
) -> None:
    sessions(SPACE | LINK | ADA | {"Status": "Confirmed", "Topic/Theme": "STEM"})
    before = ask(url, "select xmin::text, e::text from polaris.events e")
    batch = sessions(
        SPACE | BEN | {"Status": "simulcast", "Topic/Theme": "Other", "Time": "1 PM", "Presenter": "Kim Poe"}
    )
    assert outcomes(wb, batch) == [(5, "created")]
    assert ask(url, "select xmin::text, e::text from polaris.events e") == before
    assert registered(url, "simulcast") == [("5001", "ada@kck.example", False), ("5001", "ben@kck.example", True)]
    assert presented(url, "name") == []


def test_an_attendance_that_a_person_put_a_note_on_stays(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA | {"Status": "Teacher No-Show"}, SPACE | LINK | BEN | {"Status": "Teacher No-Show"})
    tamper(url, "update polaris.event_teachers set notes = 'She was ill.' where name = 'Ada Park'")
    sessions(SPACE | LINK | ADA | {"Status": "Completed"}, SPACE | LINK | BEN | {"Status": "Completed"})
    assert registered(url, "status") == [
        ("5001", "ada@kck.example", "no_show"),
        ("5001", "ben@kck.example", "attended"),
    ]


def test_a_simulcast_without_an_event_waits_for_it(wb: Workbench, sessions: Imported, url: str) -> None:
    batch = sessions(SPACE | LINK | BEN | {"Status": "Simulcast"})
    assert (outcomes(wb, batch), events(url, "session_id")) == ([(5, "unmatched:event")], [])
    sessions(SPACE | LINK | ADA | {"Status": "Completed"})
    assert registered(url, "simulcast") == [("5001", "ada@kck.example", False), ("5001", "ben@kck.example", True)]
    assert wb.reconcile(batch).done


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [
        ("Draft", "Confirmed", "Confirmed"),
        ("Published", "Confirmed", "Published"),
        ("Completed", "Confirmed", "Completed"),
        ("Confirmed", "Published", "Published"),
        ("Confirmed", "Teacher Cancelation", "Confirmed"),
        ("Cancelled", "Completed", "Completed"),
        ("Confirmed", "", "Confirmed"),
        ("Confirmed", "who knows", "Confirmed"),
    ],
)
def test_the_status_of_an_event_only_moves_up(before: str, now: str, status: str, sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA | {"Status": before})
    sessions(SPACE | LINK | ADA | {"Status": now})
    assert events(url, "status") == [(status,)]


def test_an_event_without_a_status_is_requested(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA)
    assert events(url, "status") == [("Requested",)]


def test_a_time_that_comes_later_or_changes_moves_the_event_and_a_blank_one_keeps_it(
    sessions: Imported, url: str
) -> None:
    for time, clock in (("", "09:00"), ("1 PM", "13:00"), ("", "13:00"), ("14:15", "14:15")):
        sessions(SPACE | ADA | {"Time": time})
        assert [begin[1] for begin in begins(url)] == [f"09-15 {clock}"]


def test_a_session_that_ends_past_midnight_ends_on_the_next_day(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA | {"Time": "11:30 PM"})
    assert begins(url) == [("5001", "09-15 23:30", "09-16 00:30")]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_no_time_zone_moves_a_day_or_a_time(
    zone: str, sessions: Imported, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    monkeypatch.setenv("PGTZ", zone)
    sessions(SPACE | LINK | ADA | {"Date": "11/8", "Time": "8 PM"})
    sessions(SPACE | LINK | ADA | {"Date": "11/8", "Time": ""})
    assert begins(url) == [("5001", "11-08 20:00", "11-08 21:00")]


def test_a_changed_day_of_a_linked_session_keeps_its_length(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA)
    batch = sessions(SPACE | LINK | ADA | {"Date": "9/16"})
    assert (outcome(batch), begins(url)) == ((0, 1, 0, 0, 0), [("5001", "09-16 09:30", "09-16 10:30")])


def test_days_are_in_the_academic_year_of_the_import(sessions: Imported, url: str) -> None:
    sessions(SPACE | ADA | {"Date": "9/5"}, SPACE | BEN | {"Date": "2/5"}, SPACE | ADA | {"Date": "2026-10-01"})
    days = ask(url, "select to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD') from polaris.events order by 1")
    assert days == [("2026-09-05",), ("2026-10-01",), ("2027-02-05",)]


def test_a_day_that_cannot_be_read_is_invalid_and_nothing_is_made_of_its_row(
    wb: Workbench, sessions: Imported, url: str
) -> None:
    batch = sessions(SPACE | ADA | {"Date": "13/45", "Presenter": "Kim Poe"}, SPACE | ADA | {"Date": ""})
    assert outcomes(wb, batch) == [(5, "invalid"), (6, "invalid")]
    assert (events(url, "title"), presented(url, "name"), registered(url)) == ([], [], [])


def test_an_event_keeps_its_record_when_its_link_comes_later(wb: Workbench, sessions: Imported, url: str) -> None:
    sessions(SPACE | ADA)
    batch = sessions(SPACE | ADA | LINK, SPACE | BEN)
    assert outcomes(wb, batch) == [(5, "updated"), (6, "created")]
    assert events(url, "session_id", "registration_link") == [("2026-09-15 careers-in-space", LINK["Session Link"])]


def test_an_event_of_another_import_is_found_by_title_and_day(
    wb: Workbench, sheet: Given, sessions: Imported, url: str
) -> None:
    text = "session_id,title,start,status\n77,Careers in space,2026-09-15T13:15:00Z,Published\n"
    wb.import_sheet(sheet(text, "events.csv"), "polaris.events")
    sessions(SPACE | ADA | {"Time": ""})
    assert begins(url) == [("77", "09-15 13:15", "09-15 14:15")]
    assert registered(url) == [("77", "ada@kck.example")]


def test_whoever_holds_the_sessions_can_be_said(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK, constants={"host": "Elsewhere"})
    assert events(url, "host") == [("Elsewhere",)]


def test_two_links_of_one_title_and_day_are_two_events(sessions: Imported, url: str) -> None:
    sessions(SPACE | ADA | {"Session Link": "x/1"}, SPACE | BEN | {"Session Link": "x/2.0"})
    assert events(url, "session_id") == [("1",), ("2",)]


def test_the_seats_of_an_event_only_grow(sessions: Imported, url: str) -> None:
    sessions(SPACE | LINK | ADA | {"Status": "Completed"}, SPACE | LINK | BEN | {"Status": "Simulcast"})
    assert events(url, "participants") == [(50,)]
    sessions(SPACE | LINK | ADA | {"Status": "Completed"})
    assert events(url, "participants") == [(50,)]


def test_a_presenter_s_location_is_kept_once_it_is_known(sessions: Imported, url: str) -> None:
    for location in ("", "Denver", "Local"):
        sessions(SPACE | LINK | {"Presenter": "Kim Poe", "Presenter Location": location})
    assert presented(url, "name", "local", "person_of_color") == [("Kim Poe", "non_local", None)]


def test_organizations_are_cleaned_up_as_a_person_says_and_not_otherwise(sessions: Imported, url: str) -> None:
    row = SPACE | {"Presenter": "Kim Poe", "Organization": "IBM CORPORATION"}
    sessions(row | {"Date": "9/16"})
    sessions(row, value_maps={"organization": {"IBM CORPORATION": "IBM"}})
    assert sorted(presented(url, "organization")) == [("IBM",), ("IBM CORPORATION",)]


def test_a_dry_run_says_what_the_import_does_and_writes_nothing(wb: Workbench, sessions: Imported, url: str) -> None:
    rows = (SPACE | LINK | ADA | {"Presenter": "Kim Poe"}, SPACE | EVE | {"Status": "Simulcast"}, SPACE | {"Date": "x"})
    before = fingerprint(url)
    dry = sessions(*rows, dry_run=True)
    assert (outcome(dry), fingerprint(url)) == ((1, 0, 0, 1, 1), before)
    assert outcome(wb.commit(dry, skip_errors=True)) == outcome(dry)


def test_an_undo_takes_back_events_teachers_and_presenters(wb: Workbench, sessions: Imported, url: str) -> None:
    before = fingerprint(url)
    wb.undo(sessions(SPACE | LINK | ADA | {"Presenter": "Kim Poe; Joe Fox"}, SPACE | BEN))
    assert fingerprint(url) == before


def test_a_cell_that_was_corrected_is_made_into_an_event_of_its_own(
    wb: Workbench, sessions: Imported, url: str
) -> None:
    batch = sessions(SPACE | ADA | {"Date": "13/45"}, SPACE | BEN, dry_run=True)
    wb.correct(batch, {5: {"Date": "9/15"}})
    wb.plan(batch)
    wb.commit(batch)
    assert registered(url) == [
        ("2026-09-15 careers-in-space", "ada@kck.example"),
        ("2026-09-15 careers-in-space", "ben@kck.example"),
    ]


@pytest.mark.parametrize("above", [(), ("Virtual,,", ",,", ",,"), ("Event,Day,Hour,State", "", "Legend")])
def test_the_header_is_found_wherever_it_stands(
    wb: Workbench, sheet: Given, roster: Imported, above: tuple[str, ...]
) -> None:
    text = "\n".join((*above, "Session Title,Date,Time,Teacher Name", "Careers in Space,9/15,9,Ada Park")) + "\n"
    batch = wb.import_sheet(sheet(text, "sheet.csv"), "polaris.virtual_sessions", window="2026-2027")
    assert outcomes(wb, batch) == [(len(above) + 2, "created")]


# --- a row is nobody else's business ---

LAST_YEAR = "ada.last@kck.example,Ada Park,Argentine Middle,7,2025-2026,KCKPS"


@pytest.mark.parametrize(
    "before",
    [{"Date": "13/45"} | ADA, ADA | {"Teacher Name": "Ada Park / Ben Ruiz"}, {}, ADA | {"Status": "Simulcast"}],
    ids=["invalid", "two teachers", "no teacher", "simulcast"],
)
def test_whatever_stands_above_a_row_its_teacher_is_of_the_sessions_own_year(
    sessions: Imported, roster: Imported, url: str, before: dict[str, str]
) -> None:
    roster(LAST_YEAR)
    sessions(
        SPACE | {"Session Title": "Above"} | before,
        SPACE | ADA | {"Session Title": "Old", "Date": "5/12/2026"},
        SPACE | ADA | {"Session Title": "New", "Date": "9/16/2026"},
    )
    found = {(event[11:], email) for event, email in registered(url) if not event.endswith("above")}
    assert found == {("old", "ada.last@kck.example"), ("new", "ada@kck.example")}


def test_a_good_row_between_bad_ones_is_good(wb: Workbench, sessions: Imported) -> None:
    days = ("13/45", "2/30", "9/16", "9/17", "9/15/1926")
    batch = sessions(*(SPACE | ADA | {"Session Title": f"S{place}", "Date": day} for place, day in enumerate(days)))
    assert {line for line, field, _ in issues(wb, batch) if field == "date"} == {5, 6, 9}
    assert (batch.created, batch.invalid) == (2, 3)


def test_a_sheet_without_a_column_of_teachers_is_one_of_sessions_alone(
    wb: Workbench, sheet: Given, roster: Imported, url: str
) -> None:
    text = "Session Title,Date,Time,Status,District\nSpace,9/15/2026,9:30 AM,Completed,KCKPS\n"
    batch = wb.import_sheet(sheet(text, "bare.csv"), "polaris.virtual_sessions", window="2026-2027")
    assert (batch.created, registered(url)) == (1, [])
    assert (2, "teacher_name", "missing") in issues(wb, batch)


def test_a_cell_names_so_many_people_and_no_more(wb: Workbench, sessions: Imported, url: str) -> None:
    named = [" ; ".join(f"Person {number}" for number in range(people)) for people in (100, 101)]
    batch = sessions(*(SPACE | {"Session Title": f"S{place}", "Presenter": who} for place, who in enumerate(named)))
    assert (len(presented(url, "name")), batch.invalid) == (100, 1)
    assert (6, "presenter", "too_many") in issues(wb, batch)


def test_a_moment_with_its_zone_in_the_date_is_the_time_as_written(sessions: Imported, url: str) -> None:
    for place, day in enumerate(("2026-09-15T23:30:00Z", "2026-09-15T13:15:00+02:00", "2026-09-15 08:10")):
        sessions(SPACE | {"Session Title": f"S{place}", "Date": day, "Time": ""})
    assert [begin for _, begin, _ in begins(url)] == ["09-15 23:30", "09-15 13:15", "09-15 08:10"]


def test_two_titles_of_one_link_are_told(wb: Workbench, sessions: Imported) -> None:
    batch = sessions(SPACE | LINK, SPACE | LINK | {"Session Title": "Careers at Sea"})
    assert (6, "session_title", "another_title") in issues(wb, batch)
