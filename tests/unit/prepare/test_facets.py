"""A facet counts the rows of which its condition is true: what it shows is what one gets."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recipes import sheet_of
from workbench.model.recipe import Condition
from workbench.prepare.cleaning.conditions import rows_where
from workbench.prepare.cleaning.rows import Rows
from workbench.prepare.cleaning.verdicts import Filled
from workbench.prepare.facets import BY, count, count_issues

CELLS = [
    "a@x.org",
    "12",
    "1,250.75",
    "2024-03-01",
    "12/25/2024",
    "",
    " ",
    "Ann",
    "ÄB-9",
    "12",
    "-3",
    "99999999",
    "1.125",
]

NUMBERS = st.decimals(-1000, 1000, places=2).map(str)


def choices(cells: list[str], by: str) -> dict[str, int]:
    return {words: rows for words, _, rows in count(pa.chunked_array([cells]), by).choices}


def let_through(cells: list[str], condition: Condition) -> int:
    (chunk,) = sheet_of({"A": cells}).chunks()
    return int(pc.sum(rows_where([condition], Rows(chunk))).as_py() or 0)


def test_values_are_counted_the_most_frequent_first() -> None:
    found = count(pa.chunked_array([["b", "a"], ["b", "a", "c"]]), "values").values.to_pylist()
    assert found == [{"text": "a", "rows": 2}, {"text": "b", "rows": 2}, {"text": "c", "rows": 1}]


def test_only_the_rows_that_other_facets_let_through_are_counted() -> None:
    mask = pa.chunked_array([[True, False, True]])
    assert choices(["1", "2", "x"], "number") == {"1": 1, "2": 1, "no number": 1}
    found = count(pa.chunked_array([["1", "2", "x"]]), "number", mask)
    assert [(words, rows) for words, _, rows in found.choices] == [("1", 1), ("no number", 1)]


@pytest.mark.parametrize(
    "by, cells, found",
    [
        ("pattern", ["AB-1", "Äb-2", "XY-9", ""], {"AA-9": 2, "(blank)": 1, "Aa-9": 1}),
        ("length", ["a", "bb", "cc", ""], {"0 characters": 1, "1 characters": 1, "2 characters": 2}),
        ("number", ["1", "3.5", "x", ""], {"1 to 1.19": 1, "3.4 to 3.59": 1, "no number": 1, "blank": 1}),
        (
            "number",
            [*map(str, range(100)), "1000000"],
            {**{f"{n} to {n + 4}": 5 for n in range(0, 100, 5)}, "105 and more": 1},
        ),
        ("date", ["2024-03-01", "2024-03-02", "soon"], {"2024-03-01": 1, "2024-03-02": 1, "no date": 1}),
        ("date", ["2024-03-01", "2024-06-02"], {"March 2024": 1, "June 2024": 1}),
        ("date", ["1999-03-01", "2024-06-02"], {"1990 to 1999": 1, "2020 to 2029": 1}),
        ("blank", ["a", " ", ""], {"blank": 2, "not blank": 1}),
        ("kind", ["a@x.org", "b@x.org", "c"], {"e-mail address": 2, "no e-mail address": 1, "not blank": 3}),
    ],
)
def test_a_column_is_counted_by_what_one_asks(by: str, cells: list[str], found: dict[str, int]) -> None:
    assert choices(cells, by) == found


UNSEEN = "with letters that nobody sees (a soft hyphen, one without width), which do not count"
EMAIL = Filled.from_text("elevate.students.email")


def test_a_column_is_counted_by_what_a_dataset_says_of_it_and_each_count_is_that_of_its_condition() -> None:
    cells = ["a@x.org", "", "a(at)x", "#REF!", "a(at)x", "b@x.org", "#N/A", "a b", "soft\u00ad@x.org"]
    found = count_issues(pa.chunked_array([cells]), EMAIL, header="A").choices
    assert [(words, rows) for words, _, rows in found] == [
        ("invalid email format", 4),
        (
            "for example, '#n/a' is a spreadsheet's error and no value: correct it in the source, or map it to nothing",
            2,
        ),
        ("required and blank", 1),
        (f"'soft @x.org' was written {UNSEEN} (a warning)", 1),
        ("nothing wrong", 2),
    ]
    assert [let_through(cells, condition) for _, condition, _ in found] == [rows for _, _, rows in found]


@pytest.mark.parametrize("by", BY[1:])
@settings(deadline=None, max_examples=50)
@given(cells=st.lists(NUMBERS | st.sampled_from(CELLS) | st.text(max_size=6), min_size=1, max_size=30))
def test_a_condition_lets_exactly_the_rows_through_that_were_counted(by: str, cells: list[str]) -> None:
    for words, condition, rows in count(pa.chunked_array([cells]), by, header="A").choices:
        assert (words, let_through(cells, condition)) == (words, rows)
