import pandas as pd

from workbench.prepare.outliers import Usual, outliers
from workbench.prepare.profile import profile
from workbench.sources.frame import open_frame


def found(values: list[str]) -> list[tuple[str, int, list[int], str]]:
    sheet = open_frame(pd.DataFrame({"x": values}))
    return list(outliers(sheet, "x", profile(sheet).columns[0].usual).values())


def test_every_outlier_is_found_with_its_lines_and_not_the_first_few() -> None:
    values = ["1", "2"] * 500 + [f"n/a {number}" for number in range(20)] + ["?", "?"]
    told = found(values)
    assert len(told) == 21
    assert told[0] == ("n/a 0", 1, [1002], "is no whole number")
    assert told[-1] == ("?", 2, [1022, 1023], "is no whole number")


def test_an_amount_far_off_is_found_as_it_is_written() -> None:
    values = [f"${20 + number % 15}.00" for number in range(300)]
    assert found([*values, "$9,999.00"]) == [("$9,999.00", 1, [302], "far larger than the others")]


def test_a_day_far_off_is_found_as_it_is_written() -> None:
    days = [f"{13 + number % 12}/05/2024" for number in range(100)]
    assert found([*days, "14/05/1900", "soon"]) == [
        ("14/05/1900", 1, [102], "far earlier than the others"),
        ("soon", 1, [103], "is no date"),
    ]


def test_texts_far_longer_and_of_a_rare_shape_are_found() -> None:
    assert found(["Ann", "Robert", "Li", "Maria"] * 30 + ["see the attached letter of Monday"]) == [
        ("see the attached letter of Monday", 1, [122], "far longer than the others")
    ]
    assert found([f"EMP{number}" for number in range(500)] + ["12-EMP"]) == [
        ("12-EMP", 1, [502], "written unlike nearly all the others")
    ]


def test_a_blank_cell_is_no_outlier() -> None:
    assert found(["1", "", "2", " "] * 50) == []


def test_what_the_profile_tells_is_among_all_of_them() -> None:
    sheet = open_frame(pd.DataFrame({"x": [str(20 + number % 15) for number in range(300)] + ["999", "n/a"]}))
    column = profile(sheet).columns[0]
    every = outliers(sheet, "x", column.usual)
    assert every.rows == 2
    assert {(each.text, each.why) for each in column.outliers} == {(text, why) for text, _, _, why in every.values()}


def test_what_is_usual_is_kept_as_json() -> None:
    usual = Usual(kind="day", form="dmy", low=1.0, rare=("a 9",))
    assert Usual.from_dict(usual.to_dict()) == usual
