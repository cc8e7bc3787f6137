import pandas as pd

from workbench.prepare.outliers import Usual, outliers
from workbench.prepare.profile import profile
from workbench.sources.frame import open_frame


def found(values: list[str]) -> list[tuple[int, str, int, str]]:
    """Line, cell, how many have it, why."""
    sheet = open_frame(pd.DataFrame({"x": values}))
    alike = outliers(sheet, "x", profile(sheet).columns[0].usual).found
    return [(row["line"], row["text"], row["rows"], row["why"]) for row in alike.to_pylist()]


def test_every_outlier_is_found_with_its_lines_and_not_the_first_few() -> None:
    values = ["1", "2"] * 500 + [f"n/a {number}" for number in range(20)] + ["?", "?"]
    told = found(values)
    assert len(told) == 22
    assert told[0] == (1002, "n/a 0", 1, "is no whole number")
    assert told[-2:] == [(1022, "?", 2, "is no whole number"), (1023, "?", 2, "is no whole number")]


def test_thousands_of_outliers_are_told_to_the_last() -> None:
    sheet = open_frame(pd.DataFrame({"x": ["1"] * 300_000 + ["n/a"] * 12_000 + ["?"]}))
    every = outliers(sheet, "x", Usual(kind="integer"))
    assert (every.rows, len(every.found)) == (12_001, 12_001)
    assert every.found.slice(12_000).to_pylist() == [
        {"line": 312_002, "text": "?", "why": "is no whole number", "rows": 1}
    ]
    assert every.values.to_pylist() == ["n/a", "?"]


def test_an_amount_far_off_is_found_as_it_is_written() -> None:
    values = [f"${20 + number % 15}.00" for number in range(300)]
    assert found([*values, "$9,999.00"]) == [(302, "$9,999.00", 1, "far larger than the others")]


def test_a_day_far_off_is_found_as_it_is_written() -> None:
    days = [f"{13 + number % 12}/05/2024" for number in range(100)]
    assert found([*days, "14/05/1900", "soon"]) == [
        (102, "14/05/1900", 1, "far earlier than the others"),
        (103, "soon", 1, "is no date"),
    ]


def test_texts_far_longer_and_of_a_rare_shape_are_found() -> None:
    assert found(["Ann", "Robert", "Li", "Maria"] * 30 + ["see the attached letter of Monday"]) == [
        (122, "see the attached letter of Monday", 1, "far longer than the others")
    ]
    assert found([f"EMP{number}" for number in range(500)] + ["12-EMP"]) == [
        (502, "12-EMP", 1, "written unlike nearly all the others")
    ]


def test_a_blank_cell_is_no_outlier() -> None:
    assert found(["1", "", "2", " "] * 50) == []


def test_what_the_profile_tells_is_among_all_of_them() -> None:
    sheet = open_frame(pd.DataFrame({"x": [str(20 + number % 15) for number in range(300)] + ["999", "n/a"]}))
    column = profile(sheet).columns[0]
    every = outliers(sheet, "x", column.usual)
    assert (every.rows, every.far) == (2, 1)
    assert {(each.text, each.why) for each in column.outliers} == {
        (each["text"], each["why"]) for each in every.found.to_pylist()
    }


def test_what_is_usual_is_kept_as_json() -> None:
    usual = Usual(kind="day", form="dmy", low=1.0, rare=("a 9",))
    assert Usual.from_dict(usual.to_dict()) == usual
