"""The tables that contracts become: columns, types, keys, references, and who sees what."""

from collections.abc import Callable

import psycopg
import pytest

from tests.imports import ask, tamper
from workbench import Workbench
from workbench.database import upgrading
from workbench.datasets import catalog
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

OURS = {"id": "uuid", "tenant_id": "uuid", "created_at": "timestamptz", "updated_at": "timestamptz"}


def columns(url: str, table: str) -> dict[str, str]:
    schema, _, name = table.partition(".")
    return dict(
        ask(
            url,
            "select column_name, udt_name from information_schema.columns where table_schema = %s and table_name = %s",
            schema,
            name,
        )
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "elevate.profiles",
            {"email": "text", "full_name": "text", "phone": "text", "role": "text", "external_id": "text"},
        ),
        (
            "elevate.courses",
            {
                "course_name": "text",
                "course_code": "text",
                "description": "text",
                "duration_weeks": "int4",
                "is_active": "bool",
            },
        ),
        (
            "elevate.enrollments",
            {
                "user_id": "uuid",
                "course_id": "uuid",
                "status": "text",
                "progress": "int4",
                "enrolled_at": "timestamptz",
                "completed_at": "timestamptz",
            },
        ),
    ],
)
def test_the_guides_tables_have_the_guides_columns(url: str, table: str, expected: dict[str, str]) -> None:
    """Seed 000, "Database Schema (Key Tables)"; `updated_at` is ours, and so is the tenant of an enrollment."""
    assert columns(url, table) == {**OURS, **expected}


def test_employers_and_rosters_have_tables_of_their_own(url: str) -> None:
    assert columns(url, "elevate.employers").keys() == {
        *OURS,
        *("company_name", "contact_name", "contact_email", "phone", "address"),
    }
    assert columns(url, "polaris.teacher_progress").keys() == {
        *OURS,
        *("email", "name", "building", "grade", "academic_year", "virtual_year", "target_sessions", "district"),
        "pathful_user_id",
        *("is_active", "deactivation_source"),
    }


def test_every_stored_field_has_its_column(url: str) -> None:
    for contract in catalog.CONTRACTS.values():
        found = columns(url, f"{contract.family}.{contract.table}")
        assert {field.target for field in contract.stored} <= found.keys(), contract.name
        assert not {field.name for field in contract.fields if not field.stored} & found.keys(), contract.name


def test_an_enrollment_cannot_name_a_person_or_course_that_is_not_there(url: str) -> None:
    references = ask(
        url,
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'elevate.enrollments'::regclass "
        "and contype = 'f' order by 1",
    )
    assert references == [
        ("FOREIGN KEY (course_id, tenant_id) REFERENCES elevate.courses(id, tenant_id)",),
        ("FOREIGN KEY (user_id, tenant_id) REFERENCES elevate.profiles(id, tenant_id)",),
    ]


def test_every_table_is_under_its_tenant_for_its_owner_too(url: str) -> None:
    names = [f"{contract.family}.{contract.table}" for contract in catalog.CONTRACTS.values()]
    secured = ask(
        url, "select relrowsecurity, relforcerowsecurity from pg_class where oid = any(%s::regclass[])", names
    )
    assert set(secured) == {(True, True)}


def test_two_tenants_may_know_the_same_person_and_one_may_not_twice(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given, url: str
) -> None:
    """Hazard 78: a key that is unique across tenants makes one overwrite the other's record."""
    john = sheet("email,name\njohn@example.com,John Doe\n")
    wb.import_sheet(john, "elevate.students")
    other = open_wb(tenant="other", user="olga").import_sheet(
        sheet("email,name\njohn@example.com,John Other\n"), "elevate.students"
    )
    assert other.created == 1
    assert ask(url, "select full_name from elevate.profiles order by 1") == [("John Doe",), ("John Other",)]
    with pytest.raises(psycopg.errors.UniqueViolation):
        tamper(
            url,
            "insert into elevate.profiles (tenant_id, email, full_name) "
            "select tenant_id, email, full_name from elevate.profiles where full_name = 'John Doe'",
        )


def test_a_column_that_a_contract_gains_is_added_and_what_is_there_stays(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("email,name,phone\njohn@example.com,John Doe,555-123-4567\n"), "elevate.students")
    tamper(url, "alter table elevate.profiles drop column external_id")
    assert not upgrading.is_current(url)
    upgrading.upgrade(url)
    assert upgrading.is_current(url)
    assert ask(url, "select email, phone, external_id from elevate.profiles") == [
        ("john@example.com", "555-123-4567", None)
    ]
