import pandas as pd

from workbench.datasets import catalog
from workbench.model.sheet import Sheet
from workbench.prepare.columns import asked_about, choice_texts, columns, noticed
from workbench.prepare.mapping import suggest
from workbench.sources.frame import open_frame

ENROLLMENTS = catalog.contract("elevate.enrollments")
COURSES = catalog.contract("elevate.courses")


def sheet(**cells: list[str]) -> Sheet:
    return open_frame(pd.DataFrame({**cells, "row": ["x"] * len(next(iter(cells.values())))}))


def told(*states: str) -> list[tuple[str, int, str]]:
    found = choice_texts(sheet(state=list(states)), ENROLLMENTS, {"state": "status"})
    return [(text.text, text.rows, text.like) for text in found.get("status", ())]


def test_a_column_is_told_by_its_fill_and_its_first_values() -> None:
    found = columns(sheet(name=["Ann", " ", "Ann ", "Bob", "Cy", "Di"]), ENROLLMENTS)[0]
    assert (found.header, found.filled, found.rows, found.samples) == ("name", 5, 6, ("Ann", "Bob", "Cy"))
    assert round(found.fill, 2) == 0.83


def test_a_long_value_is_cut_and_an_empty_sheet_has_no_fill() -> None:
    assert columns(sheet(name=["x" * 1_000]), ENROLLMENTS)[0].samples == ("x" * 39 + "…",)
    assert columns(open_frame(pd.DataFrame({"name": []})), ENROLLMENTS)[0].fill == 0.0


def test_of_secrets_only_the_fill_is_told() -> None:
    found = columns(open_frame(pd.DataFrame({"User Password": ["hunter2", ""], "row": ["x", "y"]})), ENROLLMENTS)[0]
    assert (found.fill, found.samples) == (0.5, ())


def test_a_text_that_is_like_a_choice_has_a_score_and_one_that_is_like_none_has_none() -> None:
    found = choice_texts(sheet(state=["Complete", "gone", "Complete"]), ENROLLMENTS, {"state": "status"})["status"]
    assert [(each.text, each.like, each.score) for each in found] == [
        ("Complete", "completed", 0.94),
        ("gone", "", 0.0),
    ]


def test_texts_that_are_no_choice_come_with_their_rows_and_the_choice_they_are_like() -> None:
    assert told("Complete", "Active", "Complete", "gone", "pending ") == [("Complete", 2, "completed"), ("gone", 1, "")]


def test_the_same_text_in_another_case_is_counted_with_it() -> None:
    assert told("GONE", "gone", "Gone", "gone") == [("gone", 4, "")]


def test_nothing_is_asked_where_every_text_is_a_choice_or_no_field_has_choices() -> None:
    assert told("Active", "COMPLETED", "") == []
    assert choice_texts(sheet(mail=["a"]), ENROLLMENTS, {"mail": "student_email"}) == {}


def test_what_a_playbook_knows_for_no_value_is_not_noticed() -> None:
    sessions = catalog.contract("polaris.pathful_sessions")
    cells = sheet(
        name=["N/A", "Null", "None"],
        series=["(null)", "None", "Oak"],
        school=["n/a", "None", "Oak"],
        registered_student_count=["n/a"] * 3,
    )
    suggested = suggest(cells.headers, cells.sample(), sessions)
    assert noticed(cells, sessions, suggested).null_texts == {"series_or_event_title": {"(null)": 1}}


def test_what_stands_for_no_number_is_asked_about_and_among_words_it_is_a_word() -> None:
    (hours, name, _) = columns(
        sheet(hours=["Unknown", "TBD", "12", "n/a", "#REF!"], name=["Unknown", *"abcd"]), COURSES
    )
    assert [each.text for each in asked_about(hours, COURSES, "duration_weeks")] == ["Unknown", "TBD", "n/a", "#REF!"]
    assert asked_about(name, COURSES, "name") == ()


def test_very_many_texts_are_bounded() -> None:
    assert len(told(*(f"text {number}" for number in range(20_000)))) == 200
