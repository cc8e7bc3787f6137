"""Who of one list may be who of another: each with how it was found and what agrees."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from workbench.model.matching import Compared
from workbench.prepare import matching

PEOPLE = (
    Compared(name="id", kind="identifier"),
    Compared(name="email", kind="email"),
    Compared(name="name", kind="name"),
    Compared(name="school", kind="place"),
)
COLUMNS = ("name", "school", "email", "id")


def table(people: Sequence[Sequence[str]]) -> pa.Table:
    """People as columns: name, school, e-mail and id, as far as they have them."""
    padded = [(*person, *("",) * (len(COLUMNS) - len(person))) for person in people]
    return pa.table({name: pa.array([each[at] for each in padded], pa.string()) for at, name in enumerate(COLUMNS)})


def found(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> list[tuple[int, int, str, bool]]:
    """Left, right, pass and whether it is decided."""
    rows = matching.candidates(table(left), table(right), PEOPLE).to_pylist()
    return [(row["left"], row["right"], row["pass"], row["automatic"]) for row in rows]


@pytest.mark.parametrize("school", ["North", "South", ""])
def test_an_address_that_is_the_same_before_the_at_ranks_above_another(school: str) -> None:
    known = [("Ada Park", school, "someone@else.example"), ("Ada Park", school, "ada.park@old.example")]
    rows = matching.candidates(table([("Ada Park", "North", "ada.park@kck.example")]), table(known), PEOPLE)
    assert rows["right"].to_pylist() == [1, 0]


def names(one: str, other: str) -> dict[str, Any] | None:
    """How two names agree; None when they are no candidates."""
    rows = matching.candidates(table([(one, "North")]), table([(other, "South")]), PEOPLE).to_pylist()
    return rows[0] if rows else None


@pytest.mark.parametrize(
    ("one", "other", "given", "surname"),
    [
        ("Ada Park", "ADA PARK", "same", "same"),
        ("Dr. Ada Park", "Ada Park", "same", "same"),
        ("Ada Park Jr.", "Ada Park", "same", "same"),
        ("Ada Park, Ph.D.", "Ada Park", "same", "same"),
        ("Park, Ada", "Ada Park", "same", "same"),
        ("Robert (Bob) Smith", "Robert Smith", "same", "same"),
        ("José Núñez", "Jose Nunez", "same", "same"),
        ("Mary O'Brien", "Mary Obrien", "same", "same"),
        ("Mary O\u2019Brien", "Mary O Brien", "same", "same"),
        ("Dave Hill", "David Hill", "nickname", "same"),
        ("Bill Hill", "Will Hill", "nickname", "same"),
        ("Robert A. Smith", "Robert Smith", "same", "middle name"),
        ("Sarah Jean Williams", "Sarah Williams", "same", "middle name"),
        ("R. Smith", "Robert Smith", "initial", "same"),
        ("Ines Velarde", "Ines Velarde Duarte", "same", "part of the surname"),
        ("Ines Velarde Duarte", "Ines Velarde", "same", "part of the surname"),
        ("Luis Sanchez", "Luis Sanchez-Puga", "same", "part of the surname"),
        ("Maria De La Cruz", "Maria de la cruz", "same", "same"),
        ("Park Ada", "Ada Park", "swapped", "swapped"),
        ("Jonh Harrington", "John Harrington", "one slip", "same"),
        ("Ada Harrington", "Ada Harington", "same", "one slip"),
        ("Katrina Hill", "Katrin Hill", "one slip", "same"),
        ("Danita Hill", "Dana Hill", "begins alike", "same"),
    ],
)
def test_names_that_may_be_one_persons(one: str, other: str, given: str, surname: str) -> None:
    row = names(one, other)
    assert row is not None
    assert (row["given"], row["surname"], row["automatic"]) == (given, surname, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Omar Clay", "Omar Clayton"),
        ("Omar Kling", "Omar Klinginsmith"),
        ("Omar Law", "Omar Lawallen"),
        ("Omar Corr", "Omar Correa"),
        ("Sam Hill", "Ada Hill"),
        ("Sam Hill", "Sam Gray"),
        ("Hill", "Clay"),
        ("", "Ada Park"),
        ("Dr.", "Dr. Park"),
    ],
)
def test_names_that_are_two_peoples(one: str, other: str) -> None:
    assert names(one, other) is None


def test_an_identifier_is_surer_than_an_address_and_that_than_a_name() -> None:
    left = [("Ada Park", "North", "ada@x.example", "P1")]
    right = [
        ("Ada Park", "North", "", ""),
        ("Ada Park", "South", "ada@x.example", ""),
        ("Ada Park", "East", "ap@y.example", "P1"),
    ]
    assert found(left, right) == [(0, 2, "identifier", True), (0, 1, "email", False), (0, 0, "name", False)]


@pytest.mark.parametrize(
    ("left", "right", "decided"),
    [
        ([("Ada Park", "", "a@x.example")], [("Ada Park", "", "a@x.example")], True),
        ([("Ada Park", "", "a@x.example")], [("Ada M. Park", "", "A@x.example ")], True),
        ([("Ada Park", "", "a@x.example")], [("Ada Lund", "", "a@x.example")], False),
        ([("Ada Park", "", "a@x.example")], [("Tom Park", "", "a@x.example")], False),
        ([("", "", "a@x.example")], [("Ada Park", "", "a@x.example")], False),
        ([("Ada Park", "", "a@x.example")], [("Ada Park", "", "a@x.example"), ("Tom Park", "", "a@x.example")], False),
        ([("Ada Park", "", "", "P1")], [("", "", "", "p-1")], True),
        ([("Ada Park", "", "", "P1")], [("Tom Lund", "", "", "P1")], False),
        ([("Ada Park", "", "a@x.example", "P1")], [("Ada Park", "", "a@x.example", "P2")], False),
        ([("Ada Park Jr", "North", "a@x.example")], [("Ada Park, Sr.", "North", "a@x.example")], False),
        ([("Ada Park III", "North")], [("Ada Park II", "North")], False),
        ([("Ada Park Jr", "North", "a@x.example", "P1")], [("Ada Park Sr", "North", "a@x.example", "P1")], False),
        ([("Ada Park Jr.", "North", "a@x.example")], [("Ada Park, jr", "North", "a@x.example")], True),
        ([("Ada Park Jr", "North", "a@x.example")], [("Ada Park", "North", "a@x.example")], True),
        (
            [("Ada Park", "North", "office@x.example"), ("Ada Park", "South")],
            [("Ada Park", "South", "office@x.example")],
            False,
        ),
        (
            [("Ada Park", "North", "a@x.example"), ("Ada Park", "South", "ap@x.example")],
            [("Ada Park", "South", "ap@x.example")],
            True,
        ),
        ([("Ada Park", "North", "a@x.example"), ("Ada Park", "South")], [("Ada Park", "", "a@x.example")], False),
        ([("Ada Park", "North")], [("Ada Park", "North School")], True),
        ([("Ada Park", "North")], [("Ada Park", "")], False),
        ([("Ada Park", "")], [("Ada Park", "")], False),
        ([("Ada Park", "North"), ("Ada Park", "East")], [("Ada Park", "North")], False),
        ([("Ada Park", "North")], [("Ada Park", "North"), ("Ada Park", "East")], False),
        ([("Ada Park", "North")], [("Ada Park", "North"), ("Ada B. Park", "East")], False),
        ([("Ada Park", "North")], [("Ada Park", "North"), ("Park Ada", "East")], False),
        ([("David Park", "North")], [("David Park", "North"), ("Dave Park", "North")], False),
    ],
)
def test_only_what_is_plain_is_decided(
    left: list[tuple[str, ...]], right: list[tuple[str, ...]], decided: bool
) -> None:
    assert any(row[3] for row in found(left, right)) is decided


def test_who_is_taken_is_found_and_not_decided() -> None:
    left, right = table([("Ada Park", "", "a@x.example")]), table([("Ada Park", "", "a@x.example")])
    rows = matching.candidates(left, right, PEOPLE, taken=np.array([True])).to_pylist()
    assert [row["automatic"] for row in rows] == [False]


def test_only_those_who_are_open_are_looked_for_and_all_count() -> None:
    left = table([("Ada Park", "North"), ("Ada Park", "North")])
    rows = matching.candidates(left, table([("Ada Park", "North")]), PEOPLE, open_=np.array([False, True])).to_pylist()
    assert [(row["left"], row["automatic"]) for row in rows] == [(1, False)]


def test_the_best_come_first_and_only_so_many() -> None:
    right = [("Ada Parks", "North"), *[("Ada Park", "North")] * 8]
    rows = found([("Ada Park", "North")], right)
    assert [row[1] for row in rows] == [1, 2, 3, 4, 5]


def test_nobody_is_nobody() -> None:
    assert found([], []) == []
    assert found([("Ada Park",)], []) == []
    assert found([], [("Ada Park",)]) == []


def test_more_fields_are_compared_where_they_are_declared() -> None:
    compared = (
        Compared(name="given", kind="given"),
        Compared(name="surname", kind="surname"),
        Compared(name="born", kind="day"),
        Compared(name="street", kind="text"),
        Compared(name="postcode", kind="code"),
    )
    names = [each.name for each in compared]
    left = pa.table([["ada"], ["park"], ["1990-05-13"], ["12 Mill Road"], ["66101"]], names)
    right = pa.table([["ada"], ["prak"], ["1990-05-31"], ["Mill Road 12"], ["66011"]], names)
    [row] = matching.candidates(left, right, compared).to_pylist()
    assert [row[name] for name in names] == ["same", "one slip", "one slip", "alike", "one slip"]


def test_places_are_compared_without_what_tells_nothing() -> None:
    names = pa.array(["Next Level, Inc.", "St. Mary's Elementary School", "Saint Marys Elem"])
    assert matching.place(names).to_pylist() == ["next level", "st marys elem", "st marys elem"]


def test_a_number_tells_one_place_from_another() -> None:
    compared = (Compared(name="name", kind="place", agrees=5, differs=5),)
    left, right = pa.table({"name": ["Public School 12"]}), pa.table({"name": ["Public School 21", "Public School 12"]})
    rows = matching.candidates(left, right, compared).to_pylist()
    assert [(row["right"], row["name"]) for row in rows] == [(1, "same")]


def test_a_threshold_says_what_it_would_have_been_worth() -> None:
    worth = matching.thresholds([0.9, 0.8, 0.8, 0.7], [True, True, False, True])
    assert [(each.score, each.pairs, round(each.precision, 2), round(each.recall, 2)) for each in worth] == [
        (0.7, 4, 0.75, 1.0),
        (0.8, 3, 0.67, 0.67),
        (0.9, 1, 1.0, 0.33),
    ]
    assert matching.thresholds([], []) == []
