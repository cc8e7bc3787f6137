"""Several rows come of one, and all of them know its line."""

from tests.recipes import done, lines, put_back, sheet_of, table, with_steps
from workbench.model.recipe import Condition, Step
from workbench.model.sheet import Tally

MAILS = {"Name": ["Ann", "Bob", "Cy", "Di"], "Mail": ["a@x.org; b@x.org", "c@x.org", ";", " d@x.org;"]}
SPLIT = Step(operation="split_rows", columns=("Mail",), options={"separator": ";"})


def test_two_emails_of_a_cell_become_two_rows() -> None:
    assert done(MAILS, "split_rows", "Mail", separator=";") == {
        "Name": ["Ann", "Ann", "Bob", "Cy", "Di"],
        "Mail": ["a@x.org", "b@x.org", "c@x.org", "", "d@x.org"],
    }


def test_no_separator_is_left_in_a_cell_that_has_one() -> None:
    ends = {"Mail": ["c@x.org;", ";d@x.org", "e@x.org; ", ";", " ; ;", "f;;g", "h@x.org", " i@x.org ", ""]}
    found = with_steps(sheet_of(ends), SPLIT)
    assert table(found)["Mail"] == ["c@x.org", "d@x.org", "e@x.org", "", "", "f", "g", "h@x.org", " i@x.org ", ""]
    assert put_back(found)["Mail"] == [*ends["Mail"][:5], "f;;g", *ends["Mail"][5:]]
    tally = Tally()
    for _ in found.chunks(tally):
        pass
    assert tally.steps[0].changed == 6


def test_the_rows_of_one_repeat_its_line_and_what_it_was() -> None:
    found = with_steps(sheet_of(MAILS), SPLIT)
    assert lines(found) == [2, 2, 3, 4, 5]
    assert put_back(found)["Mail"][:3] == ["a@x.org; b@x.org", "a@x.org; b@x.org", "c@x.org"]


def test_only_the_rows_that_are_meant_are_parted() -> None:
    bob = Condition(column="Name", test="values", values=("Bob",))
    assert done(MAILS, "split_rows", "Mail", separator="@", where=[bob])["Mail"] == [
        "a@x.org; b@x.org",
        "c",
        "x.org",
        ";",
        " d@x.org;",
    ]


def test_columns_become_rows_with_their_names() -> None:
    cells = {"Id": ["1", "2", "3"], "Art": ["A", "", ""], "Math": ["B", "C", ""]}
    for size in (1, 2, 3):
        assert done(cells, "unpivot", "Art", "Math", name="Course", value="Grade", rows_in_a_chunk=size) == {
            "Id": ["1", "1", "2"],
            "Course": ["Art", "Math", "Math"],
            "Grade": ["A", "B", "C"],
        }
    assert len(done(cells, "unpivot", "Art", "Math", name="Course", value="Grade", blank=True)["Id"]) == 6
