import json
from typing import Any

import pandas as pd

from workbench.prepare.profile_report import KNOWN, beside, changes, new_and_gone, profile_of
from workbench.sources.frame import open_frame


def profiled(**cells: list[str]) -> dict[str, Any]:
    """The profile of a sheet with these columns, as it comes back from where it was kept."""
    found: dict[str, Any] = json.loads(json.dumps(profile_of(open_frame(pd.DataFrame(cells)))))
    return found


def told(now: dict[str, Any], before: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(change.values()) for change in changes(now, before)]


def test_the_same_sheet_again_has_no_changes() -> None:
    sheet = {"name": ["Ann", "Bob"], "age": ["30", "40"]}
    assert told(profiled(**sheet), profiled(**sheet)) == []


def test_columns_that_came_and_went_are_told_with_their_values() -> None:
    before, now = profiled(name=["Ann"], fax=["1-2"]), profiled(Name=["Ann"], mail=["a@b.org"])
    assert told(now, before) == [("mail", "new column", "", "a@b.org"), ("fax", "column is gone", "1-2", "")]


def test_type_fill_distinct_values_and_range_are_compared() -> None:
    before = profiled(a=["1", "2", "3", "4"], b=["x", "y", "x", "y"], c=["1"] * 4)
    now = profiled(a=["1", "2", "9", "4"], b=["x", "", "z", "w"], c=["one"] * 4)
    assert told(now, before) == [
        ("a", "maximum", "4", "9"),
        ("b", "fill", "100%", "75%"),
        ("b", "distinct values", "2", "3"),
        ("c", "type", "integer", "text"),
        ("c", "characters at most", "1", "3"),
        ("c", "most frequent pattern", "9", "aaa"),
    ]


def test_a_column_whose_dates_are_written_in_another_order_is_told() -> None:
    before, now = profiled(since=["25/12/2024", "3/2/2024"]), profiled(since=["26/12/2024", "12/24/2024"])
    assert ("since", "how it is written", "day first", "could be month first or day first") in told(now, before)
    assert "how it is written" not in [what for _, what, *_ in told(before, profiled(since=["31/12/2024"]))]


def test_a_few_more_rows_are_no_news_and_many_are() -> None:
    few, same, many = (profiled(a=["x"] * rows) for rows in (10, 11, 20))
    assert told(same, few) == []
    assert told(many, few) == [("", "rows", "10", "20")]


def test_values_that_are_probably_the_same_are_told_of_words_and_not_of_keys() -> None:
    schools = ["Lincoln High", "lincoln high", "Washington Middle", "Washingten Middle", "Lincoln High"]
    found = profiled(school=schools, code=["A1", "a1", "b", "c", "d"], year=["2024", "2025", "2024", "2024", "2024"])
    groups = [column["groups"] for column in found["columns"]]
    assert groups == [
        [
            {
                "Values": "Lincoln High (2), lincoln high (1)",
                "Rows": 3,
                "Why": "the same but for case, accents, punctuation or order",
            },
            {"Values": "Washingten Middle (1), Washington Middle (1)", "Rows": 2, "Why": "nearly the same letters"},
        ],
        [],
        [],
    ]


def test_an_address_in_capitals_is_told_beside_the_same_one_and_its_neighbour_is_not() -> None:
    found = profiled(mail=["ada@b.org", "Ada@b.org", "adam@b.org", "ben.ode@b.org"])
    groups = [group["Values"] for group in found["columns"][0]["groups"]]
    assert groups == ["Ada@b.org (1), ada@b.org (1)"]


def test_of_a_column_of_secrets_no_value_is_told() -> None:
    found = profiled(**{"User Password": ["hunter2", "hunter3", "hunter2"], "name": ["Ann", "Bob", "Cy"]})
    assert "hunter" not in json.dumps(found)
    secret = found["columns"][0]
    assert (secret["type"], secret["filled"], secret["distinct"], secret["top"]) == ("secret", 3, 2, [])
    assert told(found, found) == []


def test_values_that_are_new_and_gone_are_told_with_their_rows() -> None:
    before = profiled(status=["open", "open", "closed"], x=["1", "2", "3"])
    now = profiled(Status=["open", "paid", "paid", "due"])
    ((column, then),) = beside(now, before)
    assert new_and_gone(column, then) == ({"paid": 2, "due": 1}, {"closed": 1})


def test_of_many_values_and_of_identifiers_none_is_called_new() -> None:
    many = profiled(x=[f"word {number // 2}" for number in range(2 * KNOWN + 2)])
    few = profiled(x=["word 1", "word 1"])
    ids = profiled(**{"Student ID": ["1", "2", "2"]})
    ((column, then),) = beside(many, few)
    assert new_and_gone(column, then) is None
    assert ids["columns"][0]["values"] is None
