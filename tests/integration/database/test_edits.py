"""What a person edited in a record since the last import, and a file would put back."""

from collections.abc import Callable
from itertools import count

import psycopg
import pytest

from tests.imports import ask, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import StalePlan, UnknownRule
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Edit = Callable[..., None]

NUMBERS = count(1)
HEADERS = "email,name,phone,external_id\n"
ANN = f"{HEADERS}ann@example.org,Ann,555-123-4567,A1\nbob@example.org,Bob,555-987-6543,B1\n"


@pytest.fixture
def edit(url: str) -> Edit:
    """A person's edit of a record, past every import."""

    def edited(table: str = "elevate.profiles", where: str = "email = 'ann@example.org'", **values: object) -> None:
        sets = ", ".join(f"{name} = %s" for name in values)
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute(f"update {table} set {sets} where {where}", tuple(values.values())).rowcount

    return edited


def students(wb: Workbench, sheet: Given, text: str, **options: object) -> Batch:
    return wb.import_sheet(sheet(text, f"{next(NUMBERS)}.csv"), "elevate.students", **options)


def changes(wb: Workbench, batch: Batch) -> dict[int, dict[str, list[object]]]:
    return {row["line"]: row["changes"] for row in wb.rows.each(batch) if row["changes"]}


def of_ann(url: str) -> tuple[object, ...]:
    return ask(url, "select full_name, phone, external_id from elevate.profiles where email = 'ann@example.org'")[0]


def today(wb: Workbench) -> str:
    return f"{wb.batches.all()[-1].completed_at:%Y-%m-%d}"


def test_an_edit_that_the_file_would_put_back_is_kept_and_told(
    wb: Workbench, sheet: Given, url: str, edit: Edit
) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    again = students(wb, sheet, ANN, dry_run=True)
    assert (outcome(again), outcomes(wb, again)) == ((0, 0, 2, 0, 0), [(2, "skipped:kept"), (3, "skipped:unchanged")])
    told = f"Kept Ann-Marie, edited since the import of {today(wb)}; the file still says Ann"
    assert [(row["issues"], row["changes"]) for row in wb.rows.each(again, lines=[2])] == [
        ([{"code": "edited", "field": "full_name", "message": told, "severity": "warning"}], {})
    ]
    assert again.summary["skipped_by_reason"] == {"unchanged": 1, "kept": 1}
    assert again.summary["issues_by_code"] == {"edited": 1}
    done = wb.commit(again)
    assert (outcome(done), wb.reconcile(done).balanced, wb.reconcile(done).done) == ((0, 0, 2, 0, 0), True, True)
    assert of_ann(url) == ("Ann-Marie", "555-123-4567", "A1")


def test_the_other_fields_of_the_row_are_written(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    later = students(wb, sheet, ANN.replace("4567", "0000"))
    assert outcome(later) == (0, 1, 1, 0, 0)
    assert changes(wb, later) == {2: {"phone": ["555-123-4567", "555-123-0000"]}}
    assert of_ann(url) == ("Ann-Marie", "555-123-0000", "A1")
    assert wb.records.get("elevate.students", "ann@example.org")["history"][0]["changes"] == {
        "phone": ["555-123-4567", "555-123-0000"]
    }


def test_a_value_that_both_have_changed_is_kept_and_told(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann Marie")
    later = students(wb, sheet, ANN.replace(",Ann,", ",Ann Mary,"))
    assert messages(wb, later) == {
        2: f"Kept Ann Marie, edited since the import of {today(wb)}, which said Ann; the file now says Ann Mary"
    }
    assert of_ann(url)[0] == "Ann Marie"
    third = students(wb, sheet, ANN.replace(",Ann,", ",Ann Mary,") + "cy@example.org,Cy,,\n")
    assert "the file still says Ann Mary" in messages(wb, third)[2]  # a kept row is the last word of the file
    agreed = students(wb, sheet, ANN.replace(",Ann,", ",Ann Marie,"))
    assert outcomes(wb, agreed)[0] == (2, "skipped:unchanged")
    renamed = students(wb, sheet, ANN.replace(",Ann,", ",Ann Lee,"))
    assert changes(wb, renamed) == {2: {"full_name": ["Ann Marie", "Ann Lee"]}}  # both said the same since


def test_a_template_a_person_and_a_contract_say_whether_edits_are_overwritten(
    wb: Workbench, sheet: Given, url: str, edit: Edit
) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    wb.templates.save("strict", "elevate.students", Mapping(on_edit="overwrite"))
    kept = students(wb, sheet, ANN, template="strict", on_edit="keep", dry_run=True)
    assert (outcome(kept), kept.mapping["on_edit"]) == ((0, 0, 2, 0, 0), "keep")
    done = students(wb, sheet, ANN, template="strict")
    assert (outcome(done), done.mapping["on_edit"]) == ((0, 1, 1, 0, 0), "overwrite")
    assert messages(wb, done) == {
        2: f"Overwrites Ann-Marie, edited since the import of {today(wb)}; the file still says Ann"
    }
    assert changes(wb, done) == {2: {"full_name": ["Ann-Marie", "Ann"]}}
    assert of_ann(url)[0] == "Ann"
    with pytest.raises(UnknownRule, match="There is no such rule or warning as ask"):
        students(wb, sheet, ANN, on_edit="ask")


def test_a_person_lets_the_file_count_for_single_rows(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(where="true", phone="555-000-0000")
    planned = students(wb, sheet, ANN, dry_run=True)
    assert outcome(planned) == (0, 0, 2, 0, 0)
    wb.decisions.prefer(planned, [3])
    again = wb.plan(planned).batch
    assert outcomes(wb, again) == [(2, "skipped:kept"), (3, "updated")]
    assert messages(wb, again)[3].startswith("Overwrites 555-000-0000, edited since")
    wb.commit(again)
    assert records(url, "elevate.profiles", "email", "phone") == [
        ("ann@example.org", "555-000-0000"),
        ("bob@example.org", "555-987-6543"),
    ]


def test_the_last_import_of_several_is_the_base(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    students(wb, sheet, ANN.replace(",Ann,", ",Anna,"))
    students(wb, sheet, "email,phone\nann@example.org,555-123-0000\n", mode="update")  # says nothing of the name
    assert changes(wb, students(wb, sheet, ANN)) == {
        2: {"full_name": ["Anna", "Ann"], "phone": ["555-123-0000", "555-123-4567"]}
    }
    edit(full_name="Anna")  # what an import said once, and the last one did not
    assert "edited since" in messages(wb, students(wb, sheet, ANN))[2]


def test_an_unchanged_row_confirms_what_it_says(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    """The source has taken the edit over; what it says next is news."""
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    assert outcome(students(wb, sheet, ANN.replace(",Ann,", ",Ann-Marie,"))) == (0, 0, 2, 0, 0)
    back = students(wb, sheet, ANN)
    assert (outcome(back), messages(wb, back)) == ((0, 1, 1, 0, 0), {})


def test_an_undone_import_has_said_nothing(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    wb.undo(students(wb, sheet, ANN.replace(",Ann,", ",Anna,")))
    assert changes(wb, students(wb, sheet, ANN.replace(",Ann,", ",Anne,"))) == {2: {"full_name": ["Ann", "Anne"]}}
    edit(full_name="Anna")
    kept = students(wb, sheet, ANN.replace(",Ann,", ",Anne,"))
    assert outcomes(wb, kept)[0] == (2, "skipped:kept")


def test_a_plan_that_was_not_committed_has_said_nothing(wb: Workbench, sheet: Given, edit: Edit) -> None:
    students(wb, sheet, ANN)
    students(wb, sheet, ANN.replace(",Ann,", ",Anna,"), dry_run=True)
    edit(full_name="Anna")
    assert "; the file still says Ann" in messages(wb, students(wb, sheet, ANN))[2]


def test_a_record_made_by_hand_is_the_files(wb: Workbench, sheet: Given, url: str) -> None:
    students(wb, sheet, ANN)
    ask(
        url,
        "insert into elevate.profiles (id, tenant_id, email, full_name, role) select gen_random_uuid(), tenant_id, "
        "'cy@example.org', 'Cy', 'student' from elevate.profiles limit 1 returning id",
    )
    done = students(wb, sheet, f"{HEADERS}cy@example.org,Cy Fox,,\n")
    assert (changes(wb, done), messages(wb, done)) == ({2: {"full_name": ["Cy", "Cy Fox"]}}, {})


def test_what_was_filled_in_by_hand_where_the_file_was_blank_is_kept(
    wb: Workbench, sheet: Given, url: str, edit: Edit
) -> None:
    students(wb, sheet, "email,name\nann@example.org,Ann\n")
    edit(phone="555-000-0000")
    blank = students(wb, sheet, "email,name,phone\nann@example.org,Ann,\n")
    assert (outcome(blank), messages(wb, blank)) == ((0, 0, 1, 0, 0), {})
    filled = students(wb, sheet, ANN)
    assert messages(wb, filled)[2] == (
        f"Kept 555-000-0000, edited since the import of {today(wb)}, which said nothing; the file now says 555-123-4567"
    )
    assert changes(wb, filled)[2] == {"external_id": [None, "A1"]}


def test_a_blank_that_clears_keeps_an_edit_too(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    blank = ANN.replace("555-123-4567", "")
    students(wb, sheet, ANN)
    students(wb, sheet, blank, clears=["phone"])
    assert of_ann(url)[1] is None
    edit(phone="555-000-0000")
    kept = students(wb, sheet, blank, clears=["phone"])
    assert messages(wb, kept)[2].endswith("; the file still says nothing")
    assert of_ann(url)[1] == "555-000-0000"
    done = students(wb, sheet, blank, clears=["phone"], on_edit="overwrite")
    assert (changes(wb, done), of_ann(url)[1]) == ({2: {"phone": ["555-000-0000", None]}}, None)


def test_an_edit_that_erased_a_value_is_kept(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(phone=None)
    kept = students(wb, sheet, ANN)
    assert (
        messages(wb, kept)[2]
        == f"Kept nothing, edited since the import of {today(wb)}; the file still says 555-123-4567"
    )
    assert of_ann(url)[1] is None


def test_a_correction_is_what_the_import_said(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    first = students(wb, sheet, ANN.replace("ann@example.org", "no address"))
    assert first.stage == "held"
    wb.correct(first, {2: {"email": "ann@example.org", "name": "Anna"}})
    wb.plan(first)
    wb.commit(first)
    edit(full_name="Ann-Marie")
    kept = students(wb, sheet, ANN.replace(",Ann,", ",Anna,"))
    assert "; the file still says Anna" in messages(wb, kept)[2]
    corrected = students(wb, sheet, ANN.replace(",Ann,", ",X,"), dry_run=True)
    wb.correct(corrected, {2: {"name": "Anna"}})
    assert outcomes(wb, wb.plan(corrected).batch)[0] == (2, "skipped:kept")
    wb.commit(corrected)
    assert "; the file still says Anna" in messages(wb, students(wb, sheet, ANN.replace(",Ann,", ",Anna,")))[2]


def test_enrollments_are_merged_by_their_references(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    wb.import_sheet(sheet("name,code\nWelding,W1\nNursing,N1\n", "courses.csv"), "elevate.courses")
    students(wb, sheet, ANN)
    text = "student_email,course_code,status,progress,enrolled_at\nann@example.org,W1,active,10,2024-01-15\n"
    wb.import_sheet(sheet(text, "first.csv"), "elevate.enrollments")
    edit("elevate.enrollments", "true", status="completed", enrolled_at="2024-01-16T08:00:00Z")
    later = wb.import_sheet(sheet(text.replace(",10,", ",20,"), "second.csv"), "elevate.enrollments")
    assert changes(wb, later) == {2: {"progress": [10, 20]}}
    assert [issue["field"] for row in wb.rows.each(later) for issue in row["issues"]] == ["status", "enrolled_at"]
    assert records(url, "elevate.enrollments", "status", "progress") == [("completed", 20)]
    moved = text.replace("W1", "N1")
    other = wb.import_sheet(sheet(moved, "third.csv"), "elevate.enrollments")
    assert outcome(other) == (1, 0, 0, 0, 0)  # another course is another enrollment


def test_the_default_of_a_new_record_is_a_base(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    wb.import_sheet(sheet("name,code\nWelding,W1\n", "1.csv"), "elevate.courses")
    assert outcome(wb.import_sheet(sheet("name,code,weeks\nWelding,W1,9\n", "2.csv"), "elevate.courses"))[1] == 1
    wb.import_sheet(sheet("name,code\nNursing,N1\n", "3.csv"), "elevate.courses")
    edit("elevate.courses", "course_code = 'N1'", duration_weeks=12)
    kept = wb.import_sheet(sheet("name,code,weeks\nNursing,N1,9\n", "4.csv"), "elevate.courses")
    assert "which said 8; the file now says 9" in messages(wb, kept)[2]


def test_an_undo_takes_back_what_was_written_and_leaves_what_was_kept(
    wb: Workbench, sheet: Given, url: str, edit: Edit
) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    later = students(wb, sheet, ANN.replace("4567", "0000"))
    edit(full_name="Ann-Marie Lee")  # which the import never wrote
    undone = wb.undo(later)
    assert (outcome(undone), of_ann(url)) == ((0, 1, 0, 0, 0), ("Ann-Marie Lee", "555-123-4567", "A1"))


def test_an_undo_leaves_a_record_whose_written_field_was_edited_since(
    wb: Workbench, sheet: Given, url: str, edit: Edit
) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    later = students(wb, sheet, ANN.replace("4567", "0000"))
    edit(phone="555-111-1111")
    assert wb.undo(later).summary["skipped_by_reason"] == {"changed": 1}
    assert of_ann(url) == ("Ann-Marie", "555-111-1111", "A1")


def test_an_overwritten_edit_comes_back_with_the_undo(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    wb.undo(students(wb, sheet, ANN, on_edit="overwrite"))
    assert of_ann(url)[0] == "Ann-Marie"
    assert outcomes(wb, students(wb, sheet, ANN))[0] == (2, "skipped:kept")


def test_an_edit_after_the_plan_makes_it_stale(wb: Workbench, sheet: Given, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    planned = students(wb, sheet, ANN, dry_run=True)
    edit(full_name="Ann-Maria")
    with pytest.raises(StalePlan):
        wb.commit(planned)
    assert "Kept Ann-Maria," in messages(wb, wb.plan(planned).batch)[2]


def test_a_learner_of_a_composed_run_keeps_what_was_edited(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    text = (
        "email,first_name,last_name,course_code,course_name,status\n"
        "ann@example.org,Ann,Lee,W1,Welding,active\nann@example.org,Ann,Lee,N1,Nursing,active\n"
        "bob@example.org,Bob,Ray,W1,Welding,active\n"
    )
    wb.import_sheet(sheet(text, "first.csv"), "elevate.learners")
    edit(full_name="Ann-Marie Lee")
    again = wb.import_sheet(sheet(text, "second.csv"), "elevate.learners", dry_run=True)
    assert outcomes(wb, again) == [(2, "skipped:kept"), (3, "skipped:unchanged"), (4, "skipped:unchanged")]
    assert "; the file still says Ann Lee" in messages(wb, again)[2]
    assert wb.commit(again).stage == "completed"
    later = text.replace("N1,Nursing,active", "N1,Nursing,completed").replace("Bob,Ray", "Bob,Rey")
    done = wb.import_sheet(sheet(later, "third.csv"), "elevate.learners")
    assert outcomes(wb, done) == [(2, "skipped:kept"), (3, "updated"), (4, "updated")]
    assert records(url, "elevate.profiles", "full_name") == [("Ann-Marie Lee",), ("Bob Rey",)]
    assert outcome(wb.undo(done)) == (0, 2, 0, 0, 0)
    assert records(url, "elevate.profiles", "full_name") == [("Ann-Marie Lee",), ("Bob Ray",)]
    strict = wb.import_sheet(sheet(text, "fourth.csv"), "elevate.learners", on_edit="overwrite")
    assert outcome(strict)[1] == 1
    assert records(url, "elevate.profiles", "full_name") == [("Ann Lee",), ("Bob Ray",)]


def test_a_record_that_is_switched_on_again_keeps_its_edit(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    roster = "email,name,building\nada@example.org,Ada Park,North\nben@example.org,Ben Ruiz,South\n"
    options = {"mode": "preserve", "window": "2024-2025"}
    first = wb.import_sheet(sheet(roster, "1.csv"), "polaris.teacher_roster", **options)
    assert outcome(first)[0] == 2
    wb.import_sheet(
        sheet(roster.replace("ada@example.org,Ada Park,North\n", ""), "2.csv"), "polaris.teacher_roster", **options
    )
    edit("polaris.teacher_progress", "email = 'ada@example.org'", building="East")
    done = wb.import_sheet(sheet(roster, "3.csv"), "polaris.teacher_roster", **options)
    assert (outcome(done), changes(wb, done)) == ((0, 1, 1, 0, 0), {2: {"is_active": [False, True]}})
    assert "Kept East, " in messages(wb, done)[2]


def test_a_plan_made_again_counts_the_edits_of_that_moment(wb: Workbench, sheet: Given, url: str, edit: Edit) -> None:
    students(wb, sheet, ANN)
    edit(full_name="Ann-Marie")
    planned = students(wb, sheet, ANN.replace("4567", "0000"), dry_run=True)
    edit(full_name="Ann")
    again = wb.plan(planned).batch
    assert (outcome(again), messages(wb, again), again.summary["kept"]) == ((0, 1, 1, 0, 0), {}, 0)
    assert outcome(wb.commit(again)) == (0, 1, 1, 0, 0)
    assert of_ann(url) == ("Ann", "555-123-0000", "A1")


def test_the_issue_tables_say_of_several_edits_only_what_is_true_of_all(
    wb: Workbench, sheet: Given, edit: Edit
) -> None:
    students(wb, sheet, ANN)
    edit(phone="555-000-0001")
    one = students(wb, sheet, ANN, dry_run=True)
    assert [issue["message"][:20] for issue in wb.rows.issues(one)] == ["Kept 555-000-0001, e"]
    edit(where="email = 'bob@example.org'", phone="555-000-0002")
    both = students(wb, sheet, ANN, dry_run=True)
    for table in (wb.rows.issues(both), wb.rows.issue_counts(both)):
        assert [(issue["rows"], issue["message"][:33]) for issue in table] == [(2, "For example: Kept 555-000-0001, e")]
