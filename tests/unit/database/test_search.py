"""What a question is taken for: a phone number with the words beside it, an id, a value as its field keeps it."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.database.by_words import number
from workbench.database.search import as_kept, identifier
from workbench.datasets import catalog


@pytest.mark.parametrize(
    ("text", "digits", "rest"),
    [
        ("555-201-0001", "5552010001", ""),
        ("+1 (555) 201.0001", "5552010001", ""),
        ("0049 555 201 0001", "5552010001", ""),
        ("(555) 201-0001 ext. 12", "5552010001", ""),
        ("call 555 201 0001 Ada", "5552010001", "call Ada"),
        ("201-0001", "2010001", ""),
        ("12-34", "", "12-34"),
        ("a5552010001@example.com", "", "a5552010001@example.com"),
        ("S-0002", "", "S-0002"),
    ],
)
def test_a_phone_number_is_told_from_the_words_beside_it(text: str, digits: str, rest: str) -> None:
    found, others = number(text)
    assert (found, " ".join(others.split())) == (digits, rest)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_question(text: str) -> None:
    digits, rest = number(text)
    assert not digits or digits.isdecimal()
    assert len(digits) + len(rest) <= len(text)
    identifier(text)


def test_an_id_is_one_whole_and_nothing_else() -> None:
    known = uuid4()
    assert identifier(f" {known} ") == known
    assert identifier(str(known)[:-1]) is None


def test_a_key_is_looked_for_as_its_field_keeps_it() -> None:
    email = catalog.contract("elevate.students").field("email")
    assert as_kept(email, "  ADA@Example.com ") == "ada@example.com"
    assert as_kept(email, "no address") == "no address"
