"""A question in SQL is answered under the rights of the tenant, and changes nothing."""

from collections.abc import Callable

import psycopg
import pytest

from workbench import Workbench
from workbench.model.errors import WrongQuestion
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

STUDENTS = "email,full_name\nada@example.com,Ada Park\nbad,Ben Ruiz\n"

Sheets = Callable[..., Sheet]


@pytest.fixture
def asked(wb: Workbench, sheet: Sheets) -> Workbench:
    """A tenant that has imported two rows, one of which is wrong."""
    wb.import_sheet(sheet(STUDENTS, "students.csv"), "elevate.students", skip_errors=True)
    return wb


def test_the_answer_has_the_columns_and_rows_of_the_statement_in_their_order(asked: Workbench) -> None:
    question = "select line, outcome as what, 100 % 7 as same, '5%' as same from workbench.import_result order by line"
    answer = asked.query(question)
    assert list(answer.columns) == ["line", "what", "same", "same"]
    assert answer.to_numpy().tolist() == [[2, "created", 2, "5%"], [3, "invalid", 2, "5%"]]


def test_values_stand_for_themselves_whatever_is_in_them(asked: Workbench) -> None:
    text = "x'; delete from elevate.profiles; --"
    assert asked.query("select %s as said", (text,)).at[0, "said"] == text
    found = asked.query("select full_name from elevate.profiles where email = %(of)s", {"of": "ada@example.com"})
    assert found["full_name"].tolist() == ["Ada Park"]


def test_values_that_do_not_fit_the_statement_are_said_to(asked: Workbench) -> None:
    with pytest.raises(WrongQuestion, match="2 placeholders but 1 parameter"):
        asked.query("select %s, %s", ("one",))
    with pytest.raises(WrongQuestion, match="parameter missing: name"):
        asked.query("select %(name)s", {"other": "one"})


def test_an_answer_without_rows_has_its_columns(asked: Workbench) -> None:
    answer = asked.query("select line, outcome from workbench.import_result where line = 99")
    assert list(answer.columns) == ["line", "outcome"] and answer.empty


def test_nobody_elses_rows_are_seen(asked: Workbench, open_wb: Callable[..., Workbench]) -> None:
    other = open_wb(tenant="b", user="bea")
    for table in ("workbench.import_batch", "workbench.import_result", "workbench.audit_log", "elevate.profiles"):
        assert asked.query(f"select count(*) as rows from {table}").at[0, "rows"] > 0
        assert other.query(f"select count(*) as rows from {table}").at[0, "rows"] == 0


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("update elevate.profiles set phone = '1'", "read-only transaction"),
        ("delete from elevate.profiles", "read-only transaction"),
        ("select 1; commit; delete from elevate.profiles", "multiple commands"),
        ("set transaction read write", "read-write mode"),
        ("select * from workbench.program_key", "permission denied"),
        ("select nothing from nowhere", "does not exist"),
        ("what became of Ada?", "syntax error"),
        ("select %s", "syntax error"),
        ("", "nothing is asked"),
        ("commit", "nothing is asked"),
        ("rollback", "nothing is asked"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence_and_nothing_is_changed(
    asked: Workbench, url: str, statement: str, why: str
) -> None:
    with pytest.raises(WrongQuestion, match=why):
        asked.query(statement)
    assert asked.query("select count(*) as rows from elevate.profiles").at[0, "rows"] == 1
    with psycopg.connect(url) as connection:
        assert connection.execute("select email, phone from elevate.profiles").fetchall() == [("ada@example.com", None)]


def test_no_setting_outlives_the_question(asked: Workbench) -> None:
    asked.query("select set_config('timezone', 'Asia/Tokyo', false), set_config('workbench.identity', 'me', false)")
    assert asked.query("select current_setting('timezone') as zone").at[0, "zone"] == "UTC"
    assert asked.query("select count(*) as rows from elevate.profiles").at[0, "rows"] == 1


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("select c.code from elevate.courses c", "the field code is the column course_code of elevate.courses"),
        (
            'select "student_email" from elevate.enrollments',
            "the field student_email is the column user_id of elevate.enrollments, the id of the student that a row",
        ),
    ],
)
def test_who_asks_for_a_field_reads_which_column_it_is(asked: Workbench, statement: str, told: str) -> None:
    with pytest.raises(WrongQuestion, match=f"does not exist; {told}"):
        asked.query(statement)
    with pytest.raises(WrongQuestion) as refused:
        asked.query("select code from elevate.profiles")
    assert "the field" not in str(refused.value), "it is none of that table"
