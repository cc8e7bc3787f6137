from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import messy
from workbench import open_sheet
from workbench.model.finding import Finding
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import cleaned
from workbench.prepare.findings import findings

Opened = Callable[[str], Sheet]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def sheet(text: str) -> Sheet:
        (tmp_path / "file.csv").write_text(text, "utf-8")
        return open_sheet(tmp_path / "file.csv")

    return sheet


def said(sheet: Sheet) -> list[tuple[str, str]]:
    return [(each.column, each.what) for each in findings(sheet)]


def steps(sheet: Sheet) -> list[tuple[str, dict[str, Any]]]:
    return [(each.step.operation, dict(each.step.options)) for each in findings(sheet) if each.step is not None]


def test_a_clean_file_has_nothing_to_be_found(opened: Opened) -> None:
    assert findings(opened("email,name,day\na@example.org,Ann,2026-01-02\nb@example.org,Bo,2026-01-03\n")) == ()


def test_a_file_without_rows_has_nothing_to_be_found(opened: Opened) -> None:
    assert findings(opened("email,name\n")) == ()


def test_blanks_around_and_within_a_text_are_two_things(opened: Opened) -> None:
    assert said(opened('name,x\n" Ann",1\nBo  Ray,2\n')) == [
        ("name", "1 row with blanks around the text"),
        ("name", "1 row with several blanks in a row"),
    ]


def test_a_wrong_encoding_is_shown_by_its_first_text(opened: Opened) -> None:
    assert said(opened("name,x\nJosÃ©,1\nBo,2\n")) == [
        ("name", "1 row with letters that were read in a wrong encoding: JosÃ© is José")
    ]


def test_of_a_long_text_what_is_around_the_wrong_letter_is_shown(opened: Opened) -> None:
    ((_, what),) = said(opened(f"name\n{'x' * 50}JosÃ©{'y' * 50}\n"))
    assert "JosÃ©" in what
    assert "José" in what


def test_letters_that_were_lost_are_named_and_left_to_a_person(opened: Opened) -> None:
    (found,) = findings(opened("name\nM\ufffdller\nAnn\n"))
    assert found.what == "1 row that lost a letter when the file was written: M\ufffdller"
    assert (found.step, found.where) == (None, Condition(column="name", test="pattern", text="\ufffd|ï¿½"))
    assert not found.is_done(Recipe())
    assert found.is_done(Recipe(steps=(Step(operation="map_values", columns=("name",)),)))


def test_a_lost_letter_that_was_read_in_a_wrong_encoding_is_lost_and_no_step_brings_it_back(opened: Opened) -> None:
    assert said(opened("name,x\nMï¿½ller,1\nAnn,2\n")) == [
        ("name", "1 row that lost a letter when the file was written: Mï¿½ller")
    ]
    assert [what for _, what in said(opened("name,x\nMï¿½ller,1\nJosÃ©,2\n"))] == [
        "1 row with letters that were read in a wrong encoding: JosÃ© is José",
        "1 row that lost a letter when the file was written: Mï¿½ller",
    ]


def test_a_text_as_a_formula_is_told_with_a_step_that_takes_what_stands_inside(opened: Opened) -> None:
    sheet = opened('id,x\n00124,1\n"=""00123""",2\n"=""a """"b""""""",3\n')
    (found,) = findings(sheet)
    assert found.what == '2 rows with a text that is written as a formula: ="00123"'
    assert (found.step, found.is_choice) == (Step(operation="unwrap", columns=("id",)), False)
    (chunk,) = cleaned(sheet, Recipe(steps=(found.step,))).chunks()
    assert chunk.cells["id"].to_pylist() == ["00124", "00123", 'a "b"']


def test_line_breaks_are_no_blanks_and_where_they_are_a_step_that_takes_them_is_a_choice(opened: Opened) -> None:
    assert findings(opened('note,x\n"one\n\ntwo\r\nthree",1\nBo,2\n')) == ()
    found = findings(opened('note,x\n"one\ntwo",1\nBo  Ray,2\n'))
    assert [(each.what, each.is_choice) for each in found] == [("1 row with several blanks in a row", True)]


def test_texts_that_mean_nothing_are_named_for_the_step(opened: Opened) -> None:
    found = opened("phone,x\nn/a,1\n-,2\n555,3\n")
    assert said(found) == [("phone", "2 rows with -, n/a, which means nothing")]
    assert steps(found) == [("blank_texts", {"texts": ["-", "n/a"]})]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            ["Park", "Null", "n/a", "None", "Null"],
            [
                (False, ["n/a"], "1 row with n/a, which means nothing"),
                (True, ["None", "Null"], "3 rows with None, Null, which may mean nothing, or be a value"),
            ],
        ),
        (["NA", "NA"], [(True, ["NA"], "2 rows with NA, which may mean nothing, or be a value")]),
        (["CNA101", "none"], [(True, ["none"], "1 row with none, which may mean nothing, or be a value")]),
        (["+1 555-2010", "none", "-"], [(False, ["-", "none"], "2 rows with -, none, which means nothing")]),
        (["ann@example.org", "null"], [(False, ["null"], "1 row with null, which means nothing")]),
        (["Oct. 3, 2026", "nan", "2026-10-04"], [(False, ["nan"], "1 row with nan, which means nothing")]),
    ],
)
def test_a_text_that_may_be_a_value_as_the_name_null_is_a_choice_unless_the_others_are_of_no_words(
    opened: Opened, rows: list[str], told: list[tuple[bool, list[str], str]]
) -> None:
    found = findings(opened("of,x\n" + "".join(f'"{row}",1\n' for row in rows)))
    blanks = [each for each in found if each.step is not None and each.step.operation == "blank_texts"]
    assert [(each.is_choice, each.step and each.step.options["texts"], each.what) for each in blanks] == told


@pytest.mark.parametrize(
    "others", [["3.5", "4", "2.75"], ["2026-01-02", "2026-02-03", "2026-03-04"], ["a@b.org", "c@d.org", "e@f.org"]]
)
@pytest.mark.parametrize("text", ["Unknown", "UNKNOWN", "TBD", "Not available", "?", "n / a", "NaN"])
def test_among_numbers_days_and_addresses_what_stands_for_nothing_is_surely_none(
    opened: Opened, others: list[str], text: str
) -> None:
    (found,) = findings(opened("of,x\n" + "".join(f"{each},1\n" for each in [*others, text])))
    assert (found.what, found.is_choice) == (f"1 row with {text}, which means nothing", False)
    assert found.step == Step(operation="blank_texts", columns=("of",), options={"texts": [text]})


def test_among_words_unknown_may_be_one_of_them(opened: Opened) -> None:
    assert said(opened("city,x\nOslo,1\nUnknown,2\nRome,3\n")) == []


def test_days_that_no_calendar_has_are_told_and_their_rows_are_to_be_looked_at(opened: Opened) -> None:
    days = ["2026-01-02", "2026-02-31", "2026-03-04", "2026-13-05 ", "2026-02-28", "2024-02-29", "2026-02-29"]
    sheet = opened("day,x\n" + "".join(f"{day},1\n" for day in days))
    looked = next(each for each in findings(sheet) if each.where is not None)
    assert looked.what == "3 rows with 2026-02-31, 2026-13-05, 2026-02-29, which no calendar has"
    assert looked.step is None
    assert looked.where == Condition(column="day", test="values", values=("2026-02-31", "2026-13-05 ", "2026-02-29"))
    spelt = Step(operation="dates", columns=("day",))
    assert not looked.is_done(Recipe(steps=(spelt,)))
    meanings = {"2026-02-31": "2026-02-28", "2026-13-05": "2026-12-05"}
    some = Recipe(steps=(Step(operation="map_values", columns=("day",), options={"meanings": meanings}),))
    left = next(each for each in findings(cleaned(sheet, some)) if each.where is not None)
    assert (left.what, left.is_done(some)) == ("2 rows with 2026-13-05, 2026-02-29, which no calendar has", False)


@pytest.mark.parametrize("day", ["31/02/2026", "30 Feb 2026", "Feb 30, 2026", "32.01.2026", "2026-01-02 25:00"])
def test_a_day_in_another_form_is_looked_up_in_the_calendar_too(opened: Opened, day: str) -> None:
    found = findings(opened(f'day,x\n2026-01-02,1\n2026-03-04,2\n"{day}",3\n'))
    assert [each.what for each in found] == [f"1 row with {day}, which no calendar has"]


def test_what_is_no_number_among_numbers_is_told_but_not_what_is_there_often(opened: Opened) -> None:
    numbers = [f"{number}.5" for number in range(100)]
    rows = "".join(f'"{each}",1\n' for each in [*numbers, "3.5a", "about 4", *["K"] * 5])
    (found,) = findings(opened(f"grade,x\n{rows}"))
    assert found.what == "2 rows with 3.5a, about 4, where the others are numbers"
    assert found.where == Condition(column="grade", test="values", values=("3.5a", "about 4"))
    assert found.texts == ("3.5a", "about 4")


@pytest.mark.parametrize(
    ("usual", "odd", "why"),
    [
        ("p{}@example.org", ["1064.ylmaz at net.example", "none of yours"], "where the others are e-mail addresses"),
        ("2026-01-{:02}", ["soon", "March?"], "where the others are dates"),
        ("{}/25/2026", ["soon", "45231"], "where the others are dates"),
        ("{}.5", ["3,4", "12,25"], "where the others have a decimal point"),
        ("{},5", ["3.4", "2.75"], "where the others have a decimal comma"),
    ],
)
def test_the_few_that_are_not_as_the_others_of_a_column_are_told_with_their_rows(
    opened: Opened, usual: str, odd: list[str], why: str
) -> None:
    rows = "".join(f'"{each}",1\n' for each in [*(usual.format(number % 12 + 1) for number in range(36)), *odd])
    (found,) = [each for each in findings(opened(f"of,x\n{rows}")) if each.where is not None]
    assert found.what == f"2 rows with {odd[0]}, {odd[1]}, {why}"
    assert (found.step, found.where) == (None, Condition(column="of", test="values", values=tuple(odd)))


@pytest.mark.parametrize("odd", ["1,200", "4", "a@b.org; c@d.org"])
def test_what_may_well_be_meant_so_is_not_told(opened: Opened, odd: str) -> None:
    usual = "p{}@example.org" if "@" in odd else "{}.5"
    rows = "".join(f'"{each}",1\n' for each in [*(usual.format(number) for number in range(30)), odd])
    assert [each for each in findings(opened(f"of,x\n{rows}")) if each.where is not None] == []


def test_what_is_wrong_and_very_long_is_told_cut_and_is_not_chosen_by_its_letters(opened: Opened) -> None:
    rows = "".join(f"{number}.5,1\n" for number in range(20))
    (found,) = findings(opened(f"grade,x\n{rows}{'y' * 5_000},1\n"))
    assert found.what == f"1 row with {'y' * 60}…, where the others are numbers"
    assert found.where == Condition(column="grade", test="number", negated=True)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("\u200fAnn", "right-to-left mark"),
        ("Ann\u200b", "zero width space"),
        ("A\u00adnn", "soft hyphen"),
        ("\u202eAnn\u202c", "right-to-left override, pop directional formatting"),
        ("A\ufeffnn", "byte order mark"),
    ],
)
def test_what_nobody_sees_is_named_and_its_step_leaves_the_text(opened: Opened, cell: str, told: str) -> None:
    sheet = opened(f"name,x\n{cell},1\nBo,2\n")
    (found,) = findings(sheet)
    assert found.what == f"1 row with what nobody sees: {told}"
    assert found.step == Step(operation="strip_unseen", columns=("name",))
    (chunk,) = cleaned(sheet, Recipe(steps=(found.step,))).chunks()
    assert chunk.cells["name"].to_pylist() == ["Ann", "Bo"]


def test_blanks_behind_a_mark_are_found_beside_it_and_their_steps_come_in_an_order_that_takes_both(
    opened: Opened,
) -> None:
    sheet = opened("name,x\n\u200f Ann\u00a0Lee,1\nBo,2\n")
    found = findings(sheet)
    assert [each.what for each in found] == [
        "1 row with what nobody sees: right-to-left mark",
        "1 row with blanks around the text",
        "1 row with a blank that is no plain space",
    ]
    recipe = Recipe(steps=tuple(each.step for each in found if each.step is not None))
    (chunk,) = cleaned(sheet, recipe).chunks()
    assert chunk.cells["name"].to_pylist() == ["Ann Lee", "Bo"]
    assert findings(cleaned(sheet, recipe)) == ()


@pytest.mark.parametrize(
    ("between", "options"),
    [
        (";", {"separator": ";"}),
        (", ", {"separator": ","}),
        (" / ", {"separator": "/"}),
    ],
)
def test_two_addresses_in_a_cell_are_split_at_what_stands_between_them(
    opened: Opened, between: str, options: dict[str, str]
) -> None:
    found = opened(f'mail,x\n"a@b.org{between}c@d.org",1\ne@f.org,2\n')
    assert steps(found) == [("split", {**options, "into": ["mail", "mail 2"]})]


@pytest.mark.parametrize(
    "between",
    [
        ["; ", " "],
        [" or "],
        [" & "],
        [" OR ", " and "],
        [" or ", ";", ", ", "/", " & ", "\n", " | "],
        ["; or "],
        [", and ", ","],
    ],
)
def test_addresses_that_a_word_or_several_signs_part_are_split_by_a_pattern_that_leaves_nothing_of_them(
    opened: Opened, between: list[str]
) -> None:
    sheet = opened("mail,x\n" + "".join(f'"r&d@b.org{each}and.or@d.org",1\n' for each in between))
    (found,) = (each for each in findings(sheet) if each.step is not None and each.step.operation == "split")
    assert found.what == f"{len(between)} row{'s' * (len(between) > 1)} with two e-mail addresses"
    assert found.step is not None
    (chunk,) = cleaned(sheet, Recipe(steps=(found.step,))).chunks()
    assert set(chunk.cells["mail"].to_pylist()) == {"r&d@b.org"}
    assert set(chunk.cells["mail 2"].to_pylist()) == {"and.or@d.org"}


def test_where_no_word_parts_them_the_pattern_is_one_of_signs_alone(opened: Opened) -> None:
    ((_, options),) = steps(opened('mail,x\n"a@b.org; c@d.org",1\na@b.org c@d.org,2\n'))
    assert options == {"separator": r"\s*[;,/|]\s*|\s+", "pattern": True, "into": ["mail", "mail 2"]}


def test_dates_that_one_order_alone_reads_have_their_form(opened: Opened) -> None:
    assert steps(opened("day,x\n25.12.2026,1\n2026-12-26,2\n")) == [("dates", {"form": "dmy"})]


def test_of_dates_that_could_be_either_a_person_says_the_order(opened: Opened) -> None:
    sheet = opened("day,x\n01/02/2026,1\n2026-12-26,2\n25/12/2026,3\n12/26/2026,4\n")
    sure, either = findings(sheet)
    assert (sure.what, sure.step and sure.step.options) == ("2 rows with dates written as 25/12/2026", {})
    assert either.what == "1 row with dates whose order only a person knows, such as 01/02/2026"
    assert (either.is_choice, either.step and either.step.options) == (True, {"form": "mdy"})
    assert sure.step is not None
    done = Recipe(steps=(sure.step,))
    (left,) = findings(cleaned(sheet, done))
    assert (left, left.is_done(done)) == (either, False)
    said = Step(operation="dates", columns=("day",), options={"form": "dmy"})
    assert either.is_done(Recipe(steps=(sure.step, said)))


def test_of_dates_one_example_of_each_form_is_shown_the_most_frequent_first(opened: Opened) -> None:
    days = ["8/10/2026", "23 Oct 2026", "1/10/2026", "2026-10-02", "Oct. 3, 2026", "4 Oct 2026", "05.10.2026", "6.1.26"]
    found = said(opened("day,x\n" + "".join(f'"{day}",1\n' for day in days[:4])))
    either = "whose order only a person knows, such as 8/10/2026"
    assert found == [("day", "1 row with dates written as 23 Oct 2026"), ("day", f"2 rows with dates {either}")]
    found = said(opened("day,x\n" + "".join(f'"{day}",1\n' for day in days)))
    told = "3 rows with dates written as 23 Oct 2026 or Oct. 3, 2026"
    assert found == [("day", told), ("day", f"4 rows with dates {either}")]


def test_two_addresses_are_a_choice_of_columns_or_rows_and_what_takes_blanks_away_is_none(opened: Opened) -> None:
    found = findings(opened('mail,name\n"a@b.org;c@d.org"," Ann"\ne@f.org,Bo\n'))
    assert [(each.column, each.is_choice) for each in found] == [("mail", True), ("name", False)]


def test_values_that_are_probably_one_are_told_and_left_to_a_person(opened: Opened) -> None:
    found = findings(opened("course,x\n" + "Welding,1\n" * 6 + "welding,2\nWeldng,3\n"))
    assert [(each.step, each.way) for each in found] == [(None, "key_collision"), (None, "nearest")]
    assert found[0].what == "Welding, welding are probably one value"


def test_a_finding_is_done_when_a_recipe_has_a_step_for_it(opened: Opened) -> None:
    found = findings(opened('name,x\n" Ann",1\n'))
    step = found[0].step
    assert step is not None
    assert (found[0].is_done(Recipe()), found[0].is_done(Recipe(steps=(step,)))) == (False, True)


def test_the_steps_that_are_found_leave_nothing_to_be_found_but_clusters(tmp_path: Path) -> None:
    sheet = open_sheet(messy.write(tmp_path / "march.csv"))
    recipe = Recipe(steps=tuple(each.step for each in findings(sheet) if each.step is not None))
    left: tuple[Finding, ...] = findings(cleaned(sheet, recipe))
    assert [each.step for each in left] == [None] * len(left)


def test_a_new_text_of_no_value_is_found_beside_a_step_that_does_not_know_it(opened: Opened) -> None:
    known = Recipe(steps=(Step(operation="blank_texts", columns=("phone",), options={"texts": ["n/a"]}),))
    (found,) = findings(opened("phone,x\nnone,1\n555-2010,2\n"))
    assert found.what == "1 row with none, which means nothing"
    assert not found.is_done(known)
    assert found.step is not None
    assert found.is_done(Recipe(steps=(*known.steps, found.step)))
