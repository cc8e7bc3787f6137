"""Columns are made of others, renamed and dropped."""

from typing import Any

import pytest

from tests.recipes import done, put_back, sheet_of, with_steps
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Condition, Step

MAILS = {"Mail": ["a@x.org; b@x.org;c@x.org", "d@x.org", ""], "City": ["Lynn", "Boston", ""]}
FILLED = Condition(column="City", test="values", values=("Lynn",))


def test_two_emails_of_a_cell_go_into_two_columns() -> None:
    assert done(MAILS, "split", "Mail", separator=";", into=["Mail 1", "Mail 2"]) == {
        "Mail": MAILS["Mail"],
        "Mail 1": ["a@x.org", "d@x.org", ""],
        "Mail 2": ["b@x.org;c@x.org", "", ""],
        "City": MAILS["City"],
    }


def test_no_separator_is_left_behind_what_the_last_column_has() -> None:
    cells = {"Mail": ["a;b; ", "a;", ";b", "a;b;c;;", ";", "a;;b"]}
    for separator, pattern in ((";", False), ("[;|]", True)):
        found = done(cells, "split", "Mail", separator=separator, pattern=pattern, into=["One", "Two"])
        assert found["One"] == ["a", "a", "", "a", "", "a"]
        assert found["Two"] == ["b", "", "b", "b;c", "", ";b"]


def test_a_split_column_may_become_its_own_first_part() -> None:
    found = done(MAILS, "split", "Mail", separator="[;, ]+", pattern=True, into=["Mail", "Other", "Third"], keep=False)
    assert list(found) == ["Mail", "Other", "Third", "City"]
    assert found["Third"] == ["c@x.org", "", ""]


def test_a_column_that_is_split_in_some_rows_is_blank_in_the_others() -> None:
    found = done(
        MAILS,
        "split",
        "Mail",
        separator=";",
        into=["One", "Two"],
        where=[Condition(**{**vars(FILLED), "negated": True})],
    )
    assert found["One"] == ["", "d@x.org", ""]


@pytest.mark.parametrize(
    "pattern, into, found",
    [
        (r"[0-9]{5}", ["Zip"], {"Zip": ["02110", "", "01901"]}),
        (r"([A-Z]{2}) ([0-9]{5})", ["State", "Zip"], {"State": ["MA", "", "MA"], "Zip": ["02110", "", "01901"]}),
        (r"MA|02", ["First"], {"First": ["MA", "", "MA"]}),
    ],
)
def test_what_looks_like_a_pattern_is_extracted(pattern: str, into: list[str], found: dict[str, list[str]]) -> None:
    cells = {"Address": ["Boston, MA 02110", "none", "Lynn\nMA 01901 USA"]}
    assert done(cells, "extract", "Address", pattern=pattern, into=into, keep=False) == found


def test_columns_are_joined_without_what_is_blank() -> None:
    cells = {"First": ["Ann", " ", "Cy"], "Last": ["Bo", "Dee", ""], "City": ["x", "y", "z"]}
    assert done(cells, "join", "First", "Last", into="Name") == {**cells, "Name": ["Ann Bo", "Dee", "Cy"]} | {
        "City": cells["City"]
    }
    assert done(cells, "join", "First", "Last", into="Last", separator="-", keep=False) == {
        "Last": ["Ann-Bo", "Dee", "Cy"],
        "City": cells["City"],
    }


def test_a_column_that_is_joined_alone_keeps_its_rows() -> None:
    assert done({"A": ["x", "", "z"]}, "join", "A", into="B")["B"] == ["x", "", "z"]
    blank = {"A": ["x", "", "z"], "B": ["y", "", ""]}
    assert done(blank, "join", "A", "B", into="C")["C"] == ["x y", "", "z"]
    assert done({"A": ["x", "", "z"]}, "set", into="B", expression="concat_ws('-', A)")["B"] == ["x", "", "z"]


def test_a_column_is_set_by_an_expression_in_the_rows_that_are_meant() -> None:
    found = done(MAILS, "set", into="City", expression="upper(\"City\") || '!'", where=[FILLED])
    assert found["City"] == ["LYNN!", "Boston", ""]
    assert done(MAILS, "set", into="n", expression="length(Mail)")["n"] == ["24", "7", "0"]


def test_a_renamed_column_knows_what_its_cells_were() -> None:
    steps = (
        Step(operation="rename", columns=("Mail",), options={"to": "E-mail"}),
        Step(operation="replace", columns=("E-mail",), options={"find": "@"}),
        Step(operation="remove_columns", columns=("City",)),
    )
    found = with_steps(sheet_of(MAILS), *steps)
    assert found.headers == ("E-mail",)
    assert put_back(found) == {"E-mail": MAILS["Mail"]}


@pytest.mark.parametrize(
    "operation, of, options, why",
    [
        ("split", ["Mail"], {"separator": ";", "into": ["One"]}, "two columns at least"),
        ("split", ["Mail"], {"separator": "", "into": ["One", "Two"]}, "nothing that separates"),
        ("split", ["Mail"], {"separator": ";", "into": ["A", "A"]}, "two columns called A"),
        ("extract", ["Mail"], {"pattern": "(a)(b)", "into": ["A"]}, "2 groups in its pattern, for 1 columns"),
        ("rename", ["Mail"], {"to": "City"}, "two columns called City"),
        ("rename", ["Mail"], {"to": " "}, "has no name"),
        ("split", ["Mail"], {"separator": ";", "into": ["A", ""]}, "a column without a name"),
        ("set", [], {"into": "A", "expression": "now()"}, "is not among what there is"),
        ("join", [], {"into": "A"}, "at least one column"),
    ],
)
def test_what_cannot_be_made_is_refused(operation: str, of: list[str], options: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongRecipe) as error:
        done(MAILS, operation, *of, **options)
    assert why in str(error.value)
