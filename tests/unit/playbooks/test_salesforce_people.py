"""What contacts of Salesforce are made into, without a database."""

import json
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.playbooks.test_pathful import chunk
from workbench.model.playbook import Known, Shaped
from workbench.playbooks import salesforce_affiliations, salesforce_people
from workbench.playbooks.salesforce_contact import SKILLS

ADA, BEN = "003000000000001AAA", "003000000000002AAA"
NOBODY = Known(stored=pa.table({"salesforce_id": pa.array([], pa.string())}))
ADA_ALONE = Known(stored=pa.table({"salesforce_id": pa.array([ADA])}))


def contact(**said: str) -> dict[str, str]:
    return {"salesforce_id": ADA, "first_name": "Ada", "last_name": "Park"} | said


def volunteers(*rows: dict[str, str], known: Known = NOBODY) -> dict[str, Shaped]:
    shapes = salesforce_people.volunteers(chunk(*rows), known)
    return {name.removeprefix("salesforce."): shape for name, shape in shapes.items()}


def cells(shape: Shaped, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(shape.rows.cells[name].to_pylist() for name in names), strict=True))


def told(*rows: dict[str, str], known: Known = NOBODY) -> list[tuple[int, str, str]]:
    found = salesforce_people.check_volunteers(chunk(*rows), known)
    return list(zip(*(found[name].to_pylist() for name in ("position", "code", "field")), strict=True))


@pytest.mark.parametrize(
    ("preferred", "slot"),
    [("Work", "work"), ("Personal", "home"), ("Alternate", "email"), ("", "email"), ("Fax", "email")],
)
def test_the_primary_address_is_the_preferred_one_where_it_is_there_else_the_first(preferred: str, slot: str) -> None:
    row = contact(email="e@x.example", home_email="h@x.example", work_email="w@x.example", alternate_email="None")
    (person,) = cells(volunteers(row | {"preferred_email": preferred})["people"], "email_slot", "email")
    assert person == (slot, f"{slot[0]}@x.example")


def test_an_address_that_is_none_is_left_out_and_told() -> None:
    row = contact(email="no address", home_email="h@x.example", phone="x")
    made = volunteers(row)
    assert cells(made["people"], "email_slot", "email") == [("home", "h@x.example")]
    assert cells(made["emails"], "slot", "email") == [("home", "h@x.example")]
    assert told(row) == [(0, "bad_email", "email"), (0, "bad_phone", "phone")]


def test_texts_for_nothing_are_stored_nowhere() -> None:
    nothing = dict.fromkeys(("email", "work_email", "phone", "mobile_phone", "mailing_city", "skills"), "nan")
    made = volunteers(contact(**nothing, home_email="None", work_address="NULL"))
    assert [len(made[name].rows) for name in ("emails", "phones", "addresses", "skills", "placements")] == [0] * 5
    assert cells(made["people"], "email", "phone", "address_slot") == [(None, None, None)]


def test_every_place_of_a_contact_is_a_row_that_knows_its_contact() -> None:
    ben = contact(salesforce_id=BEN, phone="913-555-0102", home_phone="913-555-0103")
    made = volunteers(contact(phone="913-555-0101"), ben)["phones"]
    assert cells(made, "person", "slot", "phone") == [
        (ADA, "phone", "913-555-0101"),
        (BEN, "phone", "913-555-0102"),
        (BEN, "home", "913-555-0103"),
    ]
    assert made.at.to_pylist() == [0, 1, 1]
    assert made.groups is not None and made.groups.to_pylist() == [[0], [1], [1]]
    assert made.rows.lines.to_pylist()[:2] == [2, 3] and len(set(made.rows.lines.to_pylist())) == 3


def test_where_each_has_one_place_the_rows_are_those_of_the_source() -> None:
    made = volunteers(contact(phone="913-555-0101"), contact(salesforce_id=BEN, phone="913-555-0102"))["phones"]
    assert (made.groups, made.rows.lines.to_pylist()) == (None, [2, 3])


def test_skills_are_split_at_semicolons_and_commas_written_alike_and_named_once() -> None:
    row = contact(skills="data analysis;Public Speaking, WELDING", skills_text="public speaking; Data analysis ;;None")
    assert cells(volunteers(row)["skills"], "skill") == [("Public speaking",), ("Data analysis",), ("Welding",)]


def test_skills_that_nobody_can_have_are_left_out_and_told() -> None:
    row = contact(skills=";".join(f"skill {n}" for n in range(SKILLS + 5)))
    assert len(volunteers(row)["skills"].rows) == SKILLS
    assert told(row) == [(0, "too_many", "skills")]


def test_a_mailing_address_comes_in_its_parts_or_as_an_object() -> None:
    parts = {"mailing_street": "1 Elm", "mailing_city": "KC", "mailing_state": "KS", "mailing_postal_code": "66101"}
    whole = json.dumps({"street": "1 Elm", "city": "KC", "state": "KS", "postalCode": "66101", "country": None})
    for said in (parts, {"mailing_address": whole}):
        made = volunteers(contact(**said))
        assert cells(made["addresses"], "slot", "street", "city", "state") == [("mailing", "1 Elm", "KC", "KS")]
        assert cells(made["people"], "address_slot") == [("mailing",)]
    assert len(volunteers(contact(mailing_address="some text"))["addresses"].rows) == 0


@pytest.mark.parametrize("name", ["Null", "None", "Nan"])
def test_somebody_may_be_called_what_programs_write_for_nothing(name: str) -> None:
    (person,) = cells(volunteers(contact(first_name="n/a", last_name=name))["people"], "first_name", "last_name")
    assert person == (None, name)


def test_a_country_alone_is_no_address_and_told() -> None:
    row = contact(mailing_country="United States", home_address="USA")
    assert len(volunteers(row)["addresses"].rows) == 0
    assert told(row) == [(0, "missing_address", "mailing_address"), (0, "missing_address", "home_address")]


def test_what_is_odd_is_told_once_for_each_thing() -> None:
    row = contact(last_name="MCCARTHY", gender="Martian", education="Wizard", skills="Welding and joi...")
    assert told(row) == [
        (0, "all_caps_name", "last_name"),
        (0, "unknown_gender", "gender"),
        (0, "unknown_education", "education"),
        (0, "truncated_skill", "skills"),
    ]
    assert told(contact()) == []


def test_who_is_deleted_makes_no_record_and_who_is_here_is_marked() -> None:
    gone = {"is_deleted": "true", "merged_into": BEN, "email": "a@x.example"}
    stranger = contact(salesforce_id=BEN, **gone)
    made = volunteers(contact(**gone), stranger, known=ADA_ALONE)
    assert cells(made["people"], "salesforce_id", "is_deleted", "merged_into") == [(ADA, "true", BEN)]
    assert len(made["emails"].rows) == 0
    codes = told(contact(**gone), stranger, known=ADA_ALONE)
    assert codes == [(0, "merged", "merged_into"), (1, "deleted", "is_deleted")]


def test_a_teacher_without_one_of_the_names_makes_nothing_unless_deleted() -> None:
    rows = chunk(contact(first_name="", email="a@x.example"), contact(salesforce_id=BEN, email="b@x.example"))
    made = salesforce_people.teachers(rows, NOBODY)
    assert cells(made["salesforce.people"], "salesforce_id") == [(BEN,)]
    assert cells(made["salesforce.emails"], "person", "kind") == [(BEN, "professional")]
    issues = salesforce_people.check_teachers(rows, NOBODY)
    assert issues["message"].to_pylist() == ["first_name is required"]


def test_a_student_has_the_current_grade_else_the_one_of_old() -> None:
    rows = chunk(
        contact(grade="K", legacy_grade="12", gender="NA"), contact(salesforce_id=BEN, grade="", legacy_grade="3rd")
    )
    made = salesforce_people.students(rows, NOBODY)["salesforce.people"]
    assert cells(made, "grade", "gender", "type") == [
        ("0", "prefer_not_to_say", "student"),
        ("3", None, "student"),
    ]


def test_a_day_that_comes_with_a_time_is_that_day() -> None:
    row = contact(last_email_on="2026-01-05T23:30:00.000+0000", birthdate="2010-03-04")
    assert cells(volunteers(row)["people"], "last_email_on", "birthdate") == [("2026-01-05", "2010-03-04")]


def test_what_a_file_does_not_have_is_not_brought() -> None:
    names = volunteers(contact())["people"].rows.cells.schema.names
    assert not {"email", "phone", "gender", "times_volunteered", "is_deleted"} & set(names)


def test_an_affiliation_has_a_status_that_is_known_or_none() -> None:
    row = {"salesforce_id": "a01000000000001AAA", "person": ADA, "account": "001000000000001AAA", "is_primary": "1"}
    rows = chunk(*(row | {"status": status} for status in ("Former", "Past", "Current", "Odd", "")))
    made = salesforce_affiliations.affiliations(rows, NOBODY)["salesforce.person_accounts"]
    assert cells(made, "status") == [("Past",), ("Past",), ("Current",), (None,), (None,)]
    issues = salesforce_affiliations.check(rows, NOBODY)
    assert list(zip(issues["position"].to_pylist(), issues["code"].to_pylist(), strict=True)) == [(3, "unknown_status")]
