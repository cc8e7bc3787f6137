"""Playbook D of seed 001, D1 to D3 and affiliations: contacts of an organization become people, from its own server to
the record, by the playbook's own numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import fingerprint, messages, outcomes, records
from tests.integration.doors.test_cli import Run, environment, run
from tests.salesforce import Salesforce
from workbench import Workbench
from workbench.datasets.salesforce import contacts
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.sheet import Sheet
from workbench.sources import salesforce as source

__all__ = ["environment", "run"]

Given = Callable[..., Sheet]
PARTS = {f"Mailing{part}": "MailingAddress" for part in ("Street", "City", "State", "PostalCode", "Country")}

ACME, WYANDOTTE, CLASS = "001000000000001AAA", "001000000000002AAA", "a00000000000001AAA"
ADA, BEN, CAT = "003000000000001AAA", "003000000000002AAA", "003000000000003AAA"
VOLUNTEERS: list[dict[str, Any]] = [
    {
        "Id": ADA,
        "Contact_Type__c": "Volunteer",
        "FirstName": "RACHEL",
        "LastName": "O'BRIEN",
        "Email": "Rachel@Mail.example",
        "npe01__WorkEmail__c": "rachel@acme.example",
        "npe01__Preferred_Email__c": "Work",
        "Phone": "913-555-0101",
        "MobilePhone": "913-555-0102",
        "npe01__PreferredPhone__c": "Mobile",
        "MailingCountry": "United States",
        "npe01__Work_Address__c": "12 Elm St, Kansas City, KS 66101",
        "npe01__Primary_Address_Type__c": "Work",
        "Gender__c": "Non-binary",
        "Racial_Ethnic_Background__c": "Bi-racial/Multi-racial/Multicultural",
        "Highest_Level_of_Educational__c": "Bachelor's Degree",
        "Age_Group__c": "25-34",
        "Volunteer_Skills__c": "data analysis;Public Speaking",
        "Volunteer_Skills_Text__c": "PUBLIC SPEAKING; Welding and joi...",
        "Number_of_Attended_Volunteer_Sessions__c": 3.0,
        "Last_Volunteer_Date__c": "2026-01-05",
        "npsp__Primary_Affiliation__c": ACME,
    },
    {
        "Id": BEN,
        "Contact_Type__c": None,
        "LastName": "Ruiz",
        "Email": "None",
        "Phone": "nan",
        "Gender__c": "Martian",
    },
    {"Id": CAT, "Contact_Type__c": "Teacher", "FirstName": "Cat", "LastName": "Moss"},
]
ACCOUNTS = f"""\
salesforce_id,name,type
{ACME},Acme Health,Corporate
{WYANDOTTE},Wyandotte High,School
"""


def fields(form: Contract) -> dict[str, str]:
    """An object that has every field that the playbook reads."""
    named = {each.aliases[0]: "string" for each in form.fields if each.aliases}
    return named | {"Contact_Type__c": "picklist"}


@pytest.fixture
def org(salesforce: Salesforce) -> Salesforce:
    with_parts(salesforce, VOLUNTEERS)
    return salesforce


def with_parts(org: Salesforce, people: list[dict[str, Any]]) -> None:
    every: dict[str, str] = {}
    for form in (contacts.VOLUNTEERS, contacts.TEACHERS, contacts.STUDENTS):
        every |= fields(form)
    org.add("Contact", every | {"MailingAddress": "address"}, people, parts=PARTS)


@pytest.fixture(params=["pages", "job"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(source, "MOST_BY_PAGES", 2000 if request.param == "pages" else 0)
    return str(request.param)


def imported(run: Run, wb: Workbench, what: str, name: str = "Contact") -> Batch:
    said = run("import", f"salesforce:{name}", "--playbook", f"salesforce.{what}", "--skip-errors")
    assert said.status in (0, 1), said.err
    return wb.batches.all()[0]


def figures(wb: Workbench, batch: Batch) -> str:
    return "\n".join(f"{name}: {count}" for name, count in list(wb.figures(batch).items())[:5])


def test_the_numbers_of_volunteers_are_word_for_word_and_the_second_time_there_is_nothing_to_do(
    run: Run, org: Salesforce, way: str, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    first = imported(run, wb, "volunteers")
    assert figures(wb, first) == "Total Records: 2\nSuccessful: 2\nCreated: 2\nUpdated: 0\nErrors: 0"
    before = fingerprint(url)
    again = imported(run, wb, "volunteers")
    assert figures(wb, again) == "Total Records: 2\nSuccessful: 2\nCreated: 0\nUpdated: 0\nErrors: 0"
    assert outcomes(wb, again) == [(2, "skipped:unchanged"), (3, "skipped:unchanged")]
    assert fingerprint(url) == before


def test_a_contact_is_a_person_with_all_that_belongs_to_it_and_one_row(
    run: Run, org: Salesforce, way: str, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    batch = imported(run, wb, "volunteers")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created")]
    person = ("salesforce_id", "type", "first_name", "last_name", "gender", "race_ethnicity", "education", "age_group")
    assert records(url, "salesforce.people", *person, "times_volunteered") == [
        (ADA, "volunteer", "Rachel", "O'Brien", "non_binary", "multi_racial", "BACHELORS_DEGREE", "AGE_25_34", 3),
        (BEN, "volunteer", None, "Ruiz", None, "unknown", "UNKNOWN", "UNKNOWN", 0),
    ]
    assert records(url, "salesforce.emails", "slot", "email", "kind") == [
        ("email", "rachel@mail.example", "personal"),
        ("work", "rachel@acme.example", "professional"),
    ]
    assert records(url, "salesforce.phones", "slot", "phone", "kind") == [
        ("mobile", "913-555-0102", "personal"),
        ("phone", "913-555-0101", "professional"),
    ]
    assert records(url, "salesforce.addresses", "slot", "street", "city", "state", "postal_code") == [
        ("work", "12 Elm St", "Kansas City", "KS", "66101")
    ]
    assert records(url, "salesforce.skills", "skill") == [
        ("Data analysis",),
        ("Public speaking",),
        ("Welding and joi...",),
    ]
    primary = ("email_slot", "email", "phone_slot", "phone", "address_slot")
    assert records(url, "salesforce.people", *primary)[0] == (
        *("work", "rachel@acme.example", "mobile", "913-555-0102", "work"),
    )
    told = messages(wb, batch)
    for text in (
        "'RACHEL' is in capitals: written as Rachel",
        "'O'BRIEN' is in capitals: written as O'Brien",
        "A country alone is no address, and is left out",
        "A skill ends in ...: it was cut short",
    ):
        assert text in told[2]
    assert "'Martian' is no gender that is known, and is left out" in told[3]


def test_a_volunteer_does_not_wait_for_the_organization_and_the_placement_heals_when_it_comes(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    batch = imported(run, wb, "volunteers")
    assert outcomes(wb, batch) == [(2, "unmatched:organization"), (3, "created")]
    assert figures(wb, batch) == "Total Records: 2\nSuccessful: 2\nCreated: 2\nUpdated: 0\nErrors: 0"
    assert records(url, "salesforce.placements", "person_id") == []
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    assert len(records(url, "salesforce.placements", "organization_id")) == 1
    assert wb.figures(wb.batches.get(batch.id))["Waiting for the organization"] == 0


def test_a_blank_keeps_what_is_known_and_a_changed_address_is_changed_in_its_place(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    imported(run, wb, "volunteers")
    changed = {"Email": None, "Phone": None, "npe01__WorkEmail__c": "r.obrien@acme.example", "Gender__c": None}
    with_parts(org, [VOLUNTEERS[0] | changed, *VOLUNTEERS[1:]])
    batch = imported(run, wb, "volunteers")
    assert outcomes(wb, batch) == [(2, "updated"), (3, "skipped:unchanged")]
    assert records(url, "salesforce.emails", "slot", "email") == [
        ("email", "rachel@mail.example"),
        ("work", "r.obrien@acme.example"),
    ]
    assert records(url, "salesforce.people", "email", "gender")[0] == ("r.obrien@acme.example", "non_binary")
    assert len(records(url, "salesforce.phones", "slot")) == 2


def test_a_contact_that_is_deleted_or_merged_there_is_marked_here_and_never_made(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    imported(run, wb, "volunteers")
    gone = {"IsDeleted": True, "MasterRecordId": ADA}
    stranger = {"Id": "003000000000009AAA", "Contact_Type__c": "Volunteer", "LastName": "Stranger", **gone}
    with_parts(org, [VOLUNTEERS[0], VOLUNTEERS[1] | gone, stranger])
    batch = imported(run, wb, "volunteers")
    assert outcomes(wb, batch) == [(2, "skipped:unchanged"), (3, "updated"), (4, "skipped:filtered")]
    assert records(url, "salesforce.people", "salesforce_id", "is_deleted", "merged_into") == [
        (ADA, False, None),
        (BEN, True, ADA),
    ]
    assert messages(wb, batch)[3].startswith(f"Merged in Salesforce into {ADA}")
    assert messages(wb, batch)[4] == "Deleted in Salesforce, and never was here: left out"
    again = imported(run, wb, "volunteers")
    assert [outcome for _, outcome in outcomes(wb, again)] == ["skipped:unchanged"] * 2 + ["skipped:filtered"]


def test_a_teacher_needs_both_names_and_gets_a_school(
    run: Run, org: Salesforce, way: str, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    teacher = {"Contact_Type__c": "Teacher", "npsp__Primary_Affiliation__c": WYANDOTTE, "Email": "t@kck.example"}
    people = [
        {"Id": ADA, "FirstName": "Ada", "LastName": "Park", **teacher},
        {"Id": BEN, "FirstName": None, "LastName": "Ruiz", **teacher},
        {"Id": CAT, "FirstName": "Cat", "LastName": "Moss", **teacher, "Email": "no address"},
    ]
    with_parts(org, people)
    batch = imported(run, wb, "teachers")
    assert outcomes(wb, batch) == [(2, "created"), (3, "invalid"), (4, "created")]
    assert messages(wb, batch)[3] == "first_name is required"
    assert figures(wb, batch) == "Total Records: 3\nSuccessful: 2\nCreated: 2\nUpdated: 0\nErrors: 1"
    stored = records(url, "salesforce.people", "salesforce_id", "type", "email", "is_active")
    assert stored == [(ADA, "teacher", "t@kck.example", True), (CAT, "teacher", None, True)]
    assert records(url, "salesforce.emails", "slot", "email", "kind") == [("email", "t@kck.example", "professional")]
    assert len(records(url, "salesforce.placements", "school_id")) == 2
    before = fingerprint(url)
    imported(run, wb, "teachers")
    assert fingerprint(url) == before


def test_students_come_in_chunks_with_their_grades_schools_and_classes(
    run: Run, org: Salesforce, way: str, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    wb.import_sheet(sheet(f"salesforce_id,name,school\n{CLASS},Biology,{WYANDOTTE}\n"), "salesforce.school_classes")
    student = {"Contact_Type__c": "Student", "npsp__Primary_Affiliation__c": WYANDOTTE, "Class__c": CLASS}
    grades = ("K", "12", "13", None)
    people = [
        {"Id": f"003{number:012}AAA", "FirstName": "Given", "LastName": f"Name{number}", **student, "Gender__c": "NA"}
        | {"Current_Grade__c": grade, "Legacy_Grade__c": "7", "Email": f"s{number}@kck.example"}
        for number, grade in enumerate(grades, start=1)
    ]
    with_parts(org, people)
    batch = imported(run, wb, "students")
    assert figures(wb, batch) == "Total Records: 4\nSuccessful: 4\nCreated: 4\nUpdated: 0\nErrors: 0"
    assert wb.figures(batch)["Chunks processed"] == 1
    assert records(url, "salesforce.people", "grade", "gender", "type") == [
        *((grade, "prefer_not_to_say", "student") for grade in (0, 7, 12)),
        (None, "prefer_not_to_say", "student"),
    ]
    assert "'13' is no grade that is known, and is left out" in messages(wb, batch)[4]
    assert len(records(url, "salesforce.placements", "school_id", "class_id")) == 4
    before = fingerprint(url)
    imported(run, wb, "students")
    assert fingerprint(url) == before


def test_a_student_whose_class_is_not_there_waits_for_it_alone(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    student = {"Contact_Type__c": "Student", "npsp__Primary_Affiliation__c": WYANDOTTE, "Class__c": CLASS}
    with_parts(org, [{"Id": ADA, "FirstName": "Ada", "LastName": "Park", **student}])
    batch = imported(run, wb, "students")
    assert outcomes(wb, batch) == [(2, "unmatched:class")]
    assert records(url, "salesforce.people", "salesforce_id") == [(ADA,)]
    wb.import_sheet(sheet(f"salesforce_id,name,school\n{CLASS},Biology,{WYANDOTTE}\n"), "salesforce.school_classes")
    assert len(records(url, "salesforce.placements", "class_id")) == 1


def test_a_skill_that_a_contact_names_no_more_stays_and_is_not_current_and_a_blank_takes_none_away(
    run: Run, org: Salesforce, wb: Workbench, url: str
) -> None:
    def skills(said: str | None) -> list[tuple[str, bool]]:
        ada = VOLUNTEERS[0] | {"Volunteer_Skills__c": said, "Volunteer_Skills_Text__c": None}
        with_parts(org, [ada, *VOLUNTEERS[1:]])
        imported(run, wb, "volunteers")
        return records(url, "salesforce.person_skill", "skill", "is_current")

    assert skills("Knitting;Data analysis") == [("Data analysis", True), ("Knitting", True)]
    assert skills("Only this") == [("Data analysis", False), ("Knitting", False), ("Only this", True)]
    assert skills(None) == [("Data analysis", False), ("Knitting", False), ("Only this", True)]
    assert skills("knitting") == [("Data analysis", False), ("Knitting", True), ("Only this", False)]


def test_updated_are_the_contacts_of_whom_anything_was_also_where_the_person_is_the_same(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given
) -> None:
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    imported(run, wb, "volunteers")
    ada = VOLUNTEERS[0] | {"Volunteer_Skills__c": "Knitting"}
    with_parts(org, [ada, *VOLUNTEERS[1:]])
    assert figures(wb, imported(run, wb, "volunteers")).endswith("Created: 0\nUpdated: 1\nErrors: 0")
    elsewhere = {"npsp__Primary_Affiliation__c": "0015e00000NoWhEAAV", "npe01__WorkEmail__c": "new@acme.example"}
    with_parts(org, [ada | elsewhere, *VOLUNTEERS[1:]])
    batch = imported(run, wb, "volunteers")
    assert outcomes(wb, batch) == [(2, "unmatched:organization"), (3, "skipped:unchanged")]
    assert figures(wb, batch) == "Total Records: 2\nSuccessful: 2\nCreated: 0\nUpdated: 1\nErrors: 0"


def test_affiliations_say_who_belongs_to_which_account_whatever_a_boolean_looks_like(
    run: Run, org: Salesforce, way: str, wb: Workbench, sheet: Given, url: str
) -> None:
    imported(run, wb, "volunteers")
    wb.import_sheet(sheet(ACCOUNTS), "salesforce.accounts")
    api = fields(contacts.AFFILIATIONS)
    del api["Contact_Type__c"]
    of = {"npe5__Organization__c": ACME, "npe5__Contact__c": ADA}
    org.add(
        "npe5__Affiliation__c",
        api,
        [
            {"Id": "a01000000000001AAA", **of, "npe5__Primary__c": True, "npe5__Status__c": "Current"},
            {"Id": "a01000000000002AAA", **of, "npe5__Primary__c": "true", "npe5__Status__c": "Former"},
            {"Id": "a01000000000003AAA", **of, "npe5__Primary__c": 1, "npe5__Role__c": "Nurse"},
            {"Id": "a01000000000004AAA", **of, "npe5__Contact__c": "003000000000077AAA", "npe5__Primary__c": False},
            {"Id": "a01000000000005AAA", **of, "npe5__Contact__r": {"Contact_Type__c": "Student"}},
        ],
    )
    batch = imported(run, wb, "affiliations", "npe5__Affiliation__c")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "created"), (5, "unmatched:person")]
    assert figures(wb, batch) == "Total Records: 4\nSuccessful: 3\nCreated: 3\nUpdated: 0\nErrors: 0"
    assert records(url, "salesforce.person_accounts", "salesforce_id", "is_primary", "status", "role") == [
        ("a01000000000001AAA", True, "Current", None),
        ("a01000000000002AAA", True, "Past", None),
        ("a01000000000003AAA", True, None, "Nurse"),
    ]
    before = fingerprint(url)
    imported(run, wb, "affiliations", "npe5__Affiliation__c")
    assert fingerprint(url) == before


def test_a_night_in_which_two_fifths_of_the_emails_are_blank_is_held_and_not_imported(
    run: Run, org: Salesforce, way: str, wb: Workbench, url: str
) -> None:
    def people(blank: int) -> list[dict[str, Any]]:
        return [
            {"Id": f"003{n:012}AAA", "Contact_Type__c": "Volunteer", "FirstName": "Given", "LastName": f"Name{n}"}
            | {"Email": None if n < blank else f"v{n}@mail.example", "Phone": "913-555-0100"}
            for n in range(10)
        ]

    with_parts(org, people(0))
    imported(run, wb, "volunteers")
    before = fingerprint(url)
    with_parts(org, people(4))
    batch = imported(run, wb, "volunteers")
    assert (batch.stage, fingerprint(url)) == ("held", before)
    (hold,) = batch.summary["held_for"]
    assert (hold["code"], hold["dataset"], hold["rows"]) == ("email.missing", "salesforce.people", 4)
    assert run("commit", "latest", "--accept", "email.missing").status == 0
    assert {email for (email,) in records(url, "salesforce.people", "email")} == {
        f"v{n}@mail.example" for n in range(10)
    }


def test_a_night_in_which_other_addresses_become_the_primary_ones_of_many_is_held(
    wb: Workbench, sheet: Given, url: str
) -> None:
    work = "npe01__WorkEmail__c"

    def read(blank: int) -> Batch:
        emails = ["" if n < blank else f"v{n}@mail.example" for n in range(60)]
        lines = [f"003{n:012}AAA,Name{n},{email},v{n}@acme.example" for n, email in enumerate(emails)]
        text = "\n".join((f"Id,LastName,Email,{work}", *lines)) + "\n"
        return wb.import_sheet(sheet(text), "salesforce.volunteers", columns={work: "work_email"}, skip_errors=True)

    read(0)
    before = fingerprint(url)
    batch = read(24)
    assert (batch.stage, fingerprint(url)) == ("held", before)
    (hold,) = batch.summary["held_for"]
    assert (hold["code"], hold["dataset"], hold["rows"]) == ("email_slot.changed", "salesforce.people", 24)
    assert read(20).stage == "completed"


def test_one_bad_contact_costs_itself_alone_and_one_that_comes_twice_is_one(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    lines = [f"003{n:012}AAA,Given,Name{n},v{n}@mail.example" for n in range(100)]
    lines[7] = lines[7].replace("@mail.example", " at mail")
    lines[8] = "0035e00000parkAAAV,Given,Name8,v8@mail.example"
    lines.append(lines[9])
    text = "\n".join(("Id,FirstName,LastName,Email", *lines)) + "\n"
    batch = wb.import_sheet(sheet(text), "salesforce.volunteers", skip_errors=True)
    assert figures(wb, batch) == "Total Records: 101\nSuccessful: 100\nCreated: 99\nUpdated: 0\nErrors: 1"
    assert dict(outcomes(wb, batch)) | {9: "created", 10: "invalid", 102: "skipped:duplicate"} == dict(
        outcomes(wb, batch)
    )
    assert messages(wb, batch)[10].startswith("Not a Salesforce id: ")
    stored = dict(records(url, "salesforce.people", "salesforce_id", "email"))
    assert len(stored) == 99 and stored["003000000000007AAA"] is None


@pytest.mark.parametrize("playbook", ["volunteers", "teachers", "students"])
@pytest.mark.parametrize("name", ["Null", "NONE", "NA"])
def test_who_is_called_so_is_a_person_and_an_address_that_says_so_is_none(
    wb: Workbench, sheet: Given, url: str, playbook: str, name: str
) -> None:
    text = f"Id,FirstName,LastName,Email,Phone\n{ADA},{name},{name},{name},{name}\n"
    batch = wb.import_sheet(sheet(text), f"salesforce.{playbook}")
    assert outcomes(wb, batch) == [(2, "created")]
    ((first, last, email),) = records(url, "salesforce.people", "first_name", "last_name", "email")
    assert (first.lower(), last.lower(), email) == (name.lower(), name.lower(), None)
    assert records(url, "salesforce.emails", "email") == records(url, "salesforce.phones", "phone") == []


def test_who_becomes_a_teacher_stays_the_same_person(
    run: Run, org: Salesforce, wb: Workbench, sheet: Given, url: str
) -> None:
    imported(run, wb, "volunteers")
    with_parts(org, [VOLUNTEERS[0] | {"Contact_Type__c": "Teacher"}])
    imported(run, wb, "teachers")
    (teacher,) = (row for row in records(url, "salesforce.people", "salesforce_id", "type", "gender") if row[0] == ADA)
    assert teacher == (ADA, "teacher", "non_binary")


def test_a_field_that_the_organization_calls_otherwise_is_said_once_in_a_template(
    run: Run, org: Salesforce, wb: Workbench, url: str
) -> None:
    person = {"Id": ADA, "Contact_Type__c": "Teacher", "FirstName": "Ada", "LastName": "Park", "Sex__c": "Female"}
    api = fields(contacts.TEACHERS) | {"Sex__c": "string"}
    del api["Gender__c"]
    org.add("Contact", api, [person])
    refused = run("import", "salesforce:Contact", "--playbook", "salesforce.teachers")
    assert refused.status == 2 and "Gender__c" in refused.err
    said = run("import", "salesforce:Contact", "--playbook", "salesforce.teachers", "--map", "Sex__c=gender")
    assert said.status == 0, said.err
    assert records(url, "salesforce.people", "gender") == [("female",)]


def test_what_is_said_now_takes_the_place_of_what_the_template_calls_so(run: Run, org: Salesforce, url: str) -> None:
    person = {"Id": ADA, "Contact_Type__c": "Teacher", "FirstName": "Ada", "LastName": "Park"}
    people = [person | {"Phone": f"913-555-010{n}", "Id": f"003{n:012}AAA"} for n in range(4)]
    playbook = ("import", "salesforce:Contact", "--playbook", "salesforce.teachers")
    org.add("Contact", fields(contacts.TEACHERS), people)
    saved = run(*playbook, "--save-template", "salesforce")
    assert saved.status == 0, saved.err
    renamed = fields(contacts.TEACHERS) | {"Sex__c": "string"}
    del renamed["Gender__c"]
    org.add("Contact", renamed, [each | {"Sex__c": "Female"} for each in people])
    said = run(*playbook, "--template", "salesforce", "--map", "Sex__c=gender")
    assert said.status == 0, said.err
    assert records(url, "salesforce.people", "gender") == [("female",)] * 4
