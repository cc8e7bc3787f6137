"""Salesforce's accounts, sessions and history on a real database: what waits for what, and what becomes of it."""

import csv
import io
from collections.abc import Callable

import pytest

from tests.imports import ask, fingerprint, issues, messages, outcome, outcomes, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

Given = Callable[..., Sheet]
Row = dict[str, str]
Import = Callable[..., Batch]

KCK, OLATHE = "0015e00000DiStAAAV", "0015e00000DiTwAAAV"
HIGH, WEST = "0015e00000ScHoAAAV", "0015e00000ScTwAAAV"
ACME = "0015e00000OrGaAAAV"
ADA, BEN, KIM = "0035e00000PaRkAAAV", "0035e00000RuIzAAAV", "0035e00000KiMsAAAV"
NURSING, MILL = "a00000000000001AAA", "a00000000000002AAA"

DISTRICTS = (
    {"Id": KCK, "Name": "Kansas City Kansas Public Schools", "Type": "School District", "ParentId": ""},
    {"Id": OLATHE, "Name": "Olathe Public Schools", "Type": "School District", "ParentId": ""},
)
SCHOOLS = (
    {"Id": HIGH, "Name": "Wyandotte High", "Type": "School", "ParentId": KCK},
    {"Id": WEST, "Name": "Olathe West", "Type": "School", "ParentId": OLATHE},
)
CLASSES = ({"Id": "a01000000000001AAA", "Name": "Wyandotte 2026", "School__c": HIGH, "Class_Year_Number__c": "2026"},)
EVENTS = (
    {
        "Id": NURSING,
        "Name": "Careers in Nursing",
        "Session_Type__c": "Career Speaker",
        "Start_Date_and_Time__c": "2026-05-01T15:30:00.000Z",
        "Session_Status__c": "Published",
        "School__c": HIGH,
        "District__c": "olathe public schools",
    },
    {
        "Id": MILL,
        "Name": "Inside a Steel Mill",
        "Session_Type__c": "Workplace Visit",
        "Start_Date_and_Time__c": "2026-05-08T14:00:00.000Z",
        "Session_Status__c": "Confirmed",
        "School__c": "",
        "District__c": "",
    },
)
PEOPLE = (
    {"Id": ADA, "Last Name": "Park", "Type": "volunteer"},
    {"Id": BEN, "Last Name": "Ruiz", "Type": "teacher"},
    {"Id": KIM, "Last Name": "Sims", "Type": "student"},
)
PLACEMENTS = ({"Contact": KIM, "School ID": WEST, "Class ID": "a01000000000001AAA"},)
PARTICIPATIONS = (
    {
        "Id": "a02000000000001AAA",
        "Contact__c": ADA,
        "Session__c": NURSING,
        "Participant_Type__c": "Volunteer",
        "Status__c": "completed",
        "Delivery_Hours__c": "1.5",
    },
    {
        "Id": "a02000000000002AAA",
        "Contact__c": BEN,
        "Session__c": NURSING,
        "Participant_Type__c": "Teacher",
        "Status__c": "No Show",
        "Delivery_Hours__c": "0.0",
    },
)
STUDENTS = (
    {
        "Id": "a02000000000003AAA",
        "Contact__c": KIM,
        "Session__c": MILL,
        "Participant_Type__c": "Student",
        "Status__c": "Attended",
    },
)
TASKS = (
    {
        "Id": "00T000000000001EAA",
        "Subject": "Spoke at the fair",
        "Type": "Call",
        "WhoId": ADA,
        "WhatId": NURSING,
        "ActivityDate": "2026-05-02",
        "Status": "Completed",
    },
)
OBJECTS: dict[str, tuple[Row, ...]] = {
    "salesforce.schools": (*DISTRICTS, *SCHOOLS),
    "salesforce.classes": CLASSES,
    "salesforce.people": PEOPLE,
    "salesforce.placements": PLACEMENTS,
    "salesforce.events": EVENTS,
    "salesforce.participations": PARTICIPATIONS,
    "salesforce.student_participations": STUDENTS,
    "salesforce.history": TASKS,
}
"""What is imported, in the order in which nothing waits."""


@pytest.fixture
def import_(wb: Workbench, sheet: Given) -> Import:
    def imported(name: str, *rows: Row, **options: object) -> Batch:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
        return wb.import_sheet(sheet(text.getvalue(), f"{name}.csv"), name, skip_errors=True, **options)

    return imported


def event(**said: str) -> Row:
    row = {"Id": NURSING, "Name": "Careers in Nursing", "Start_Date_and_Time__c": "2026-05-01T15:30:00.000Z"}
    return row | {"Session_Type__c": "Career Speaker", "Session_Status__c": "Completed"} | said


def everything(url: str) -> list[tuple[object, ...]]:
    """What the records say, by the ids of Salesforce alone."""
    return ask(
        url,
        """
        select 'school', s.salesforce_id, d.salesforce_id, s.name from salesforce.accounts s
        left join salesforce.school_districts l on l.school_id = s.id
        left join salesforce.accounts d on d.id = l.district_id
        union all select 'class', c.salesforce_id, s.salesforce_id, c.year::text from salesforce.classes c
        left join salesforce.accounts s on s.id = c.school_id
        union all select 'placement', p.salesforce_id, s.salesforce_id, c.salesforce_id from salesforce.placements l
        join salesforce.people p on p.id = l.person_id left join salesforce.accounts s on s.id = l.school_id
        left join salesforce.classes c on c.id = l.class_id
        union all select 'session', s.salesforce_id, s.status, s.starts_at::text from salesforce.sessions s
        union all select a.slot, s.salesforce_id, x.salesforce_id, x.name from salesforce.session_accounts a
        join salesforce.sessions s on s.id = a.session_id join salesforce.accounts x on x.id = a.account_id
        union all select p.kind, s.salesforce_id, x.salesforce_id, concat_ws(' ', p.status, p.delivery_hours)
        from salesforce.participations p
        join salesforce.sessions s on s.id = p.session_id join salesforce.people x on x.id = p.person_id
        union all select 'activity', a.salesforce_id, p.salesforce_id, a.subject from salesforce.activities a
        join salesforce.people p on p.id = a.person_id
        union all select 'is of', s.salesforce_id, d.district, array_to_string(d.by, ',')
        from salesforce.session_district d join salesforce.sessions s on s.id = d.session_id
        order by 1, 2, 3, 4""",
    )


def test_every_object_imports_twice_and_the_second_time_creates_and_updates_nothing(import_: Import, url: str) -> None:
    first = {name: outcome(import_(name, *rows)) for name, rows in OBJECTS.items()}
    assert first == {name: (len(rows), 0, 0, 0, 0) for name, rows in OBJECTS.items()}
    before = fingerprint(url)
    again = {name: outcome(import_(name, *rows)) for name, rows in OBJECTS.items()}
    assert again == {name: (0, 0, len(rows), 0, 0) for name, rows in OBJECTS.items()}
    assert fingerprint(url) == before
    assert [row for row in everything(url) if row[0] == "is of"] == [
        ("is of", NURSING, "Kansas City Kansas Public Schools", "account"),
        ("is of", NURSING, "Olathe Public Schools", "account"),
        ("is of", MILL, "Olathe Public Schools", "students"),
    ]


ORDERS = [
    list(OBJECTS),
    list(reversed(OBJECTS)),
    *([list(OBJECTS)[place] for place in places] for places in ((3, 6, 0, 5, 2, 7, 1, 4), (5, 7, 4, 6, 3, 2, 1, 0))),
    *([list(OBJECTS)[place] for place in places] for places in ((4, 5, 6, 7, 0, 1, 2, 3), (6, 2, 4, 0, 3, 1, 7, 5))),
]


@pytest.fixture(scope="module")
def ended() -> dict[str, object]:
    return {}


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name.partition(".")[2][:7] for name in order))
def test_any_order_of_the_objects_ends_in_the_same_content(
    import_: Import, wb: Workbench, url: str, order: list[str], ended: dict[str, object]
) -> None:
    batches = [import_(name, *OBJECTS[name]) for name in order]
    wb.sweep(batches[order.index("salesforce.placements")])  # no playbook's, whose rows pend by themselves
    wb.sweep()
    assert [wb.reconcile(batch).unmatched for batch in batches] == [0] * len(order)
    content = everything(url)
    assert len(content) == 17
    assert content == ended.setdefault("content", content)


def test_a_time_of_day_is_kept_and_a_missing_start_is_never_made_up(import_: Import, wb: Workbench, url: str) -> None:
    """Hazards 29 and 30."""
    rest = event(Id=MILL, Start_Date_and_Time__c="2026-05-01T15:30:00.000+0000")
    batch = import_(
        "salesforce.events",
        event(),
        rest,
        event(Id="a00000000000003", Start_Date_and_Time__c=""),
        event(Id="a00000000000004", Name=""),
    )
    assert outcome(batch) == (2, 0, 0, 0, 2)
    assert issues(wb, batch) == [(4, "start", "missing"), (5, "name", "missing")]
    assert ask(
        url, "select distinct to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from salesforce.sessions"
    ) == [("2026-05-01 15:30",)]


def test_the_numbers_of_events_are_the_seeds_with_their_breakdowns(import_: Import, wb: Workbench) -> None:
    """Hazard 16: each status appears in the summary."""
    statuses = ("Confirmed", "Published", "Completed", "Confirmed", "no show", "")
    rows = [event(Id=f"a0000000000000{n}", Session_Status__c=status) for n, status in enumerate(statuses, start=1)]
    rows += [
        event(Id="a00000000000009", Name="", Session_Status__c="Cancelled"),
        event(Id="a00000000000008", Session_Type__c="Yoga", District__c="Atlantis"),
    ]
    batch = import_("salesforce.events", *rows)
    assert wb.figures(batch) == {
        "Total from Salesforce": 8,
        "Successfully processed": 7,
        "Errors": 1,
        "Skipped (invalid)": 1,
        "Waiting for the account": 1,
    }
    assert wb.breakdowns(batch) == {
        "Status breakdown": {"Confirmed": 2, "Completed": 2, "Draft": 1, "No Show": 1, "Published": 1},
        "Session type breakdown": {"Career Speaker": 6, "Classroom Activity": 1},
    }


def test_a_session_of_two_districts_has_both_however_they_are_named(import_: Import, url: str) -> None:
    """Hazard 80."""
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    import_("salesforce.events", event(School__c=HIGH[:15], District__c=f"{KCK}; Olathe Public Schools"))
    assert ask(url, "select district, by from salesforce.session_district order by 1") == [
        ("Kansas City Kansas Public Schools", ["account"]),
        ("Olathe Public Schools", ["account"]),
    ]
    assert sorted(slot for (slot,) in ask(url, "select slot from salesforce.session_accounts")) == [
        "district",
        "district 2",
        "school",
    ]


def test_an_account_that_is_renamed_is_still_meant_by_the_sessions_that_name_it(
    import_: Import, wb: Workbench, url: str
) -> None:
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    import_("salesforce.events", *EVENTS)
    links = """select s.salesforce_id, a.slot, x.salesforce_id from salesforce.session_accounts a
        join salesforce.sessions s on s.id = a.session_id join salesforce.accounts x on x.id = a.account_id
        order by 2"""
    before = ask(url, links)
    import_("salesforce.schools", DISTRICTS[1] | {"Name": "Olathe USD 233"})
    again = import_("salesforce.events", *EVENTS)
    assert outcomes(wb, again) == [(2, "skipped:unchanged"), (3, "skipped:unchanged")]
    assert ask(url, links) == before
    other = {**EVENTS[1], "District__c": EVENTS[0]["District__c"]}
    assert outcomes(wb, import_("salesforce.events", other)) == [(2, "unmatched:account")]
    import_("salesforce.schools", DISTRICTS[0] | {"Name": "Olathe Public Schools"})
    assert outcomes(wb, import_("salesforce.events", EVENTS[0])) == [(2, "updated")]
    assert {(NURSING, "district", KCK), (MILL, "district", KCK)} <= {*ask(url, links)}


def test_what_a_session_names_otherwise_later_takes_its_place(import_: Import, url: str) -> None:
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    import_("salesforce.events", event(School__c=HIGH))
    import_("salesforce.events", event(School__c=WEST))
    assert ask(url, "select district from salesforce.session_district") == [("Olathe Public Schools",)]


def test_a_session_is_there_though_its_district_is_not_and_gets_it_later(
    import_: Import, wb: Workbench, url: str
) -> None:
    batch = import_("salesforce.events", *EVENTS)
    assert (outcome(batch), batch.summary["unmatched_by_kind"]) == ((1, 0, 0, 1, 0), {"account": 1})
    assert ask(url, "select count(*) from salesforce.sessions") == [(2,)]
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    assert wb.reconcile(batch).unmatched == 0
    assert ask(url, "select count(*) from salesforce.session_district") == [(2,)]


def test_a_participation_before_its_person_and_its_event_waits_and_is_healed(
    import_: Import, wb: Workbench, url: str
) -> None:
    """Hazard 12."""
    batch = import_("salesforce.participations", *PARTICIPATIONS)
    assert (outcome(batch), batch.summary["unmatched_by_kind"]) == ((0, 0, 0, 2, 0), {"person": 2})
    assert [code for _, _, code in issues(wb, batch)] == ["person_not_found", "event_not_found"] * 2
    import_("salesforce.people", *PEOPLE)
    assert wb.reconcile(batch).unmatched == 2
    import_("salesforce.events", *EVENTS)
    assert wb.reconcile(batch).unmatched == 0
    assert ask(url, "select kind, status, delivery_hours::text from salesforce.participations order by 1") == [
        ("Teacher", "No-Show", None),
        ("Volunteer", "Attended", "1.5"),
    ]


def test_the_same_id_twice_is_one_record(import_: Import, url: str) -> None:
    """Hazard 61."""
    import_("salesforce.people", *PEOPLE)
    import_("salesforce.events", *EVENTS)
    batch = import_("salesforce.participations", PARTICIPATIONS[0], PARTICIPATIONS[0])
    assert outcome(batch) == (1, 0, 1, 0, 0)
    assert ask(url, "select count(*) from salesforce.participations") == [(1,)]


def test_an_organization_without_a_type_is_another_and_one_bad_row_undoes_no_neighbour(
    import_: Import, wb: Workbench, url: str
) -> None:
    batch = import_(
        "salesforce.organizations",
        {"Id": ACME, "Name": "Acme Steel", "Type": ""},
        {"Id": "0015e00000OrGb", "Name": "Too short", "Type": "Business"},
        {"Id": "0015e00000OrGcA", "Name": "", "Type": "Business"},
    )
    assert issues(wb, batch) == [
        (2, "type", "null_org_type"),
        (3, "salesforce_id", "bad_salesforce_id"),
        (4, "name", "missing"),
    ]
    assert ask(url, "select salesforce_id, name, type from salesforce.accounts") == [(ACME, "Acme Steel", "Other")]
    assert wb.figures(batch) == {"Total Records": 3, "Successful": 1, "Created": 1, "Updated": 0, "Errors": 2}


def test_a_school_is_there_before_its_district_and_gets_it_later(import_: Import, wb: Workbench, url: str) -> None:
    schools = import_("salesforce.schools", *SCHOOLS)
    assert (outcome(schools), schools.summary["unmatched_by_kind"]) == ((0, 0, 0, 2, 0), {"district": 2})
    assert ask(url, "select count(*) from salesforce.accounts") == [(2,)]
    import_("salesforce.schools", *DISTRICTS)
    assert wb.reconcile(schools).unmatched == 0
    assert ask(url, "select count(*) from salesforce.school_districts") == [(2,)]


def test_a_sheet_of_levels_fills_the_schools_levels_in(import_: Import, url: str) -> None:
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    batch = import_(
        "salesforce.accounts", {"Id": HIGH, "Level": "High"}, {"Id": WEST[:15], "Level": "High"}, mode="update"
    )
    assert outcome(batch) == (0, 2, 0, 0, 0)
    assert ask(url, "select count(*), max(type) from salesforce.accounts where level = 'High'") == [(2, "School")]


def test_a_year_that_is_no_whole_number_is_the_matter_of_its_class_alone(import_: Import, wb: Workbench) -> None:
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    odd = {"Id": "a01000000000002AAA", "Name": "Wyandotte 202X", "School__c": HIGH, "Class_Year_Number__c": "202X"}
    bulk = {"Id": "a01000000000003AAA", "Name": "Wyandotte 2028", "School__c": HIGH, "Class_Year_Number__c": "2028.0"}
    batch = import_("salesforce.classes", *CLASSES, odd, bulk)
    assert (outcome(batch), issues(wb, batch)) == ((2, 0, 0, 0, 1), [(3, "year", "bad_integer")])


def test_what_is_deleted_in_salesforce_is_marked_and_what_never_was_here_is_left_out(
    import_: Import, wb: Workbench, url: str
) -> None:
    import_("salesforce.events", *EVENTS)
    gone = import_("salesforce.events", event(IsDeleted="true"), event(Id="a00000000000009", IsDeleted="true"))
    assert (outcome(gone), gone.summary["skipped_by_reason"]) == ((0, 1, 1, 0, 0), {"filtered": 1})
    assert issues(wb, gone) == [(2, "is_deleted", "deleted"), (3, "is_deleted", "deleted")]
    assert ask(url, "select salesforce_id, is_deleted from salesforce.sessions order by 1") == [
        (NURSING, True),
        (MILL, False),
    ]


def test_an_account_that_was_merged_names_the_one_that_it_was_merged_into(
    import_: Import, wb: Workbench, url: str
) -> None:
    import_("salesforce.organizations", {"Id": ACME, "Name": "Acme Steel", "Type": "Business"})
    row = {"Id": ACME, "Name": "Acme Steel", "Type": "Business", "IsDeleted": "true", "MasterRecordId": KCK[:15]}
    batch = import_("salesforce.organizations", row)
    assert (outcome(batch), issues(wb, batch)) == ((0, 1, 0, 0, 0), [(2, "merged_into", "merged")])
    assert ask(url, "select is_deleted, merged_into from salesforce.accounts") == [(True, KCK)]


EMAIL = {
    "Id": "02s000000000001",
    "Subject": "Thank you",
    "FromAddress": "office@prep.example",
    "ToAddress": "staff@prep.example; Ada <ADA@acme.example>",
    "TextBody": "",
    "HtmlBody": "<html><body><p>Dear Ada,</p><p>thank&nbsp;you.</p><script>x()</script></body></html>",
    "Incoming": "false",
    "MessageDate": "2026-05-02T08:15:00.000Z",
    "RelatedToId": "5000000000000AA",
}


@pytest.fixture
def addresses(import_: Import) -> None:
    import_("salesforce.people", *PEOPLE)
    import_(
        "salesforce.emails",
        {"Contact": ADA, "Slot": "work", "Email": "ada@acme.example"},
        {"Contact": ADA, "Slot": "home", "Email": "ada@home.example"},
        {"Contact": BEN, "Slot": "work", "Email": "ben@kck.example"},
    )


@pytest.mark.usefixtures("addresses")
@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ({}, ADA),
        ({"ToAddress": "staff@prep.example", "FromAddress": "Ben Ruiz <ben@kck.example>"}, BEN),
        ({"ToAddress": "ben@kck.example;ada@home.example", "FromAddress": "ada@acme.example"}, BEN),
        ({"ToAddress": "", "RelatedToId": KIM[:15]}, KIM),
    ],
    ids=["any To", "From", "the first To", "related to"],
)
def test_an_email_is_of_whom_any_of_its_addresses_names(import_: Import, url: str, said: Row, whose: str) -> None:
    batch = import_("salesforce.history", EMAIL | said)
    assert outcome(batch) == (1, 0, 0, 0, 0)
    found = """select p.salesforce_id, a.type, a.channel, a.status
        from salesforce.activities a join salesforce.people p on p.id = a.person_id"""
    assert ask(url, found) == [(whose, "activity", "Email", "Sent")]


@pytest.mark.usefixtures("addresses")
def test_an_activity_is_never_changed_once_it_is_stored(import_: Import, wb: Workbench, url: str) -> None:
    import_("salesforce.history", *TASKS, EMAIL)
    before = fingerprint(url)
    nobody = TASKS[0] | {"Id": "00T000000000002", "WhoId": "0030000000000ZZ"}
    again = import_(
        "salesforce.history",
        TASKS[0] | {"Subject": "Another", "WhoId": BEN, "Type": "Email"},
        EMAIL | {"HtmlBody": "x"},
        nobody,
    )
    assert fingerprint(url) == before
    assert wb.figures(again) == {
        "Total records to process": 3,
        "New records created": 0,
        "Records already exist": 2,
        "No matching contact": 1,
        "Other errors": 0,
        "Total skipped": 3,
    }
    ((text,),) = ask(url, "select description from salesforce.activities where channel = 'Email'")
    assert text.splitlines() == [
        "From: office@prep.example",
        "To: staff@prep.example; Ada <ADA@acme.example>",
        "Subject: Thank you",
        "",
        "Dear Ada,",
        "",
        "thank you.",
    ]


@pytest.mark.usefixtures("addresses")
def test_an_address_of_two_people_is_nobodys(import_: Import) -> None:
    """Hazard 2."""
    import_("salesforce.emails", {"Contact": KIM, "Slot": "home", "Email": "ada@acme.example"})
    batch = import_("salesforce.history", EMAIL)
    assert (outcome(batch), batch.summary["unmatched_by_kind"]) == ((0, 0, 0, 1, 0), {"contact": 1})


@pytest.mark.usefixtures("addresses")
def test_an_email_about_a_case_is_told_to_lead_to_nobody_but_by_its_addresses(import_: Import, wb: Workbench) -> None:
    nobody = {"ToAddress": "who@else.example", "FromAddress": "", "Id": "02s000000000009"}
    batch = import_("salesforce.history", EMAIL, EMAIL | nobody)
    assert outcomes(wb, batch) == [(2, "created"), (3, "unmatched:contact")]
    told = messages(wb, batch)
    assert all("It is about a case, and cases are not imported" in told[line] for line in (2, 3))
    assert wb.figures(batch)["No matching contact"] == 1


def test_a_district_by_another_name_is_whom_a_person_says_and_from_then_on(
    import_: Import, wb: Workbench, url: str
) -> None:
    import_("salesforce.schools", *DISTRICTS, *SCHOOLS)
    batch = import_("salesforce.events", event(District__c="Olathe USD 233"))
    wb.matches.run("salesforce.session_accounts")
    (asked,) = wb.matches.page("salesforce.session_accounts", limit=10)
    wb.matches.decide("salesforce.session_accounts", asked["said"], "same", OLATHE)
    wb.sweep()
    assert wb.reconcile(batch).unmatched == 0
    assert outcome(import_("salesforce.events", event(Id=MILL, District__c="olathe usd 233"))) == (1, 0, 0, 0, 0)
    assert ask(url, "select district, count(*) from salesforce.session_district group by 1") == [
        ("Olathe Public Schools", 2)
    ]


def test_what_changed_there_while_a_row_waited_is_not_undone_by_that_row(
    import_: Import, wb: Workbench, url: str
) -> None:
    early = PARTICIPATIONS[0] | {"Status__c": "Scheduled"}
    gone = PARTICIPATIONS[1]
    first = import_("salesforce.participations", early, gone)
    later = import_("salesforce.participations", PARTICIPATIONS[0], gone | {"IsDeleted": "true"})
    assert [wb.reconcile(batch).unmatched for batch in (first, later)] == [2, 1]
    import_("salesforce.people", *PEOPLE)
    import_("salesforce.events", *EVENTS)
    assert ask(url, "select salesforce_id, status from salesforce.participations") == [(early["Id"], "Attended")]
    assert [wb.reconcile(batch).unmatched for batch in (first, later)] == [0, 0]
    reasons = {row["explanation"] for row in wb.rows.each(first)}
    assert reasons == {f"Told anew by the source since, in run {later.id}"}


def test_a_status_that_a_person_has_noted_is_not_changed_by_a_later_import(
    import_: Import, wb: Workbench, url: str
) -> None:
    import_("salesforce.people", *PEOPLE)
    import_("salesforce.events", *EVENTS)
    import_("salesforce.participations", *PARTICIPATIONS)
    stored = "select status, notes, title from salesforce.participations order by salesforce_id"
    noted = "update salesforce.participations set status = 'Attended', notes = 'she was there' where status = 'No-Show'"
    tamper(url, noted)
    again = import_("salesforce.participations", *PARTICIPATIONS)
    assert outcomes(wb, again) == [(2, "skipped:unchanged"), (3, "skipped:protected")]
    assert messages(wb, again)[3] == "Status stays Attended, as a person has noted: she was there"
    changed = [{**each, "Title__c": "Nurse", "Status__c": "Cancelled"} for each in PARTICIPATIONS]
    import_("salesforce.participations", *changed)
    assert ask(url, stored) == [("Cancelled", None, "Nurse"), ("Attended", "she was there", "Nurse")]


def test_every_object_is_taken_back_and_nothing_of_it_stays(import_: Import, wb: Workbench, url: str) -> None:
    before = fingerprint(url)
    batches = [import_(name, *rows) for name, rows in OBJECTS.items()]
    for batch in reversed(batches):
        assert wb.undo(batch).stage == "completed"
    assert fingerprint(url) == before
