"""Numbers have their nouns, and of many the first are named."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from workbench.model.wording import first_of, in_utc, many, named


def test_one_is_one_and_several_are_many() -> None:
    assert [many(0), many(1), many(1_234, "record")] == ["0 rows", "1 row", "1,234 records"]


def test_the_first_are_named_and_the_others_counted() -> None:
    assert first_of(["a", "b"], 2) == "a, b"
    assert first_of(["a", "b", "c"], 2) == "a, b and 1 more"
    assert first_of(["a", "b", "c", "d"], 2, more="other") == "a, b and 2 others"
    assert first_of(["a", "b", "c"], 2, more="other value") == "a, b and 1 other value"
    assert first_of(["a", "b"], 5, of=1_002) == "a, b and 1,000 more"


def test_a_time_is_said_in_utc_to_the_minute() -> None:
    moment = datetime(2026, 11, 26, 23, 2, 59, tzinfo=timezone(timedelta(hours=1)))
    assert in_utc(moment) == in_utc(moment.astimezone(UTC)) == "2026-11-26 22:02 UTC"


@pytest.mark.parametrize(
    "field, message, called, told",
    [
        ("status", "status is none of: a, b", "", "status is none of: a, b"),
        ("first_name", "first_name is required", "first name", "first name is required"),
        ("email", "email is required", "elevate.students email", "elevate.students email is required"),
        ("email", "Invalid email format", "", "email: Invalid email format"),
        ("full_name", "full name is made of first name alone: Pele", "", "full_name is made of first name alone: Pele"),
        ("email", "emails are two", "", "email: emails are two"),
        ("", "The row has too few cells", "", "The row has too few cells"),
    ],
)
def test_a_field_is_named_once(field: str, message: str, called: str, told: str) -> None:
    assert named(field, message, called) == told
