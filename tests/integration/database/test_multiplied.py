"""A recipe that makes several rows of one, inside an import: a run whose rows are the source's, of one part with the
rows that were made of them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.imports import outcome, outcomes, records, tamper
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import MadeByRecipe, MadeIntoParts, Unbalanced, WrongRecipe, WrongValue
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.prepare.cleaning import mapping_of

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = """\
mails,name,phone,note
ann@example.com; ann@work.example,Ann Ash,call 555-123-4567,x
bob@example.com,Bob Birch,555-987-6543,
nobody; cy@example.com,Cy Cedar,,
,,,
"""
TRIM = Step(operation="replace", columns=("phone",), options={"find": "call ", "by": ""})
SPLIT = Step(operation="split_rows", columns=("mails",), options={"separator": ";"})
NAME = Step(operation="rename", columns=("mails",), options={"to": "email"})
RECIPE = Recipe(steps=(TRIM, SPLIT, NAME))

MARKS = """\
student,CNA101,WLD200,note
ann@example.com,active,completed,
bob@example.com,,active,
cy@example.com,,,absent all year
"""
UNPIVOT = Step(operation="unpivot", columns=("CNA101", "WLD200"), options={"name": "course", "value": "status"})


@pytest.fixture
def done(wb: Workbench, sheet: Given) -> Batch:
    return wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE, skip_errors=True)


def part_of(wb: Workbench, batch: Batch) -> Batch:
    (part,) = wb.batches.parts(batch)
    return part


def test_the_rows_of_the_source_have_one_outcome_each_and_those_made_of_them_theirs(
    wb: Workbench, done: Batch, url: str
) -> None:
    assert (done.stage, done.processed, outcome(done)) == ("completed", 3, (2, 0, 0, 0, 1))
    assert wb.reconcile(done).balanced
    part = part_of(wb, done)
    assert (part.dataset, part.derived, part.processed, outcome(part)) == ("elevate.students", True, 5, (3, 0, 1, 0, 1))
    assert records(url, "elevate.profiles", "email", "full_name", "phone") == [
        ("ann@example.com", "Ann Ash", "555-123-4567"),
        ("ann@work.example", "Ann Ash", "555-123-4567"),
        ("bob@example.com", "Bob Birch", "555-987-6543"),
    ]


def test_a_row_that_is_made_says_its_line_and_what_stood_in_the_source(wb: Workbench, done: Batch) -> None:
    part = part_of(wb, done)
    told = [(row["sources"], row["key"], row["outcome"], row["reason"]) for row in wb.rows.each(part)]
    assert told == [
        ([2], "ann@example.com", "created", None),
        ([2], "ann@work.example", "created", None),
        ([3], "bob@example.com", "created", None),
        ([4], "nobody", "invalid", None),
        ([4], "cy@example.com", "skipped", "withheld"),
    ]
    (event,) = wb.records.get("elevate.students", "ann@work.example")["history"]
    assert (event["batch"], event["line"]) == (part.id, 2)
    assert event["cleaned"] == {
        "email": {
            "was": "ann@example.com; ann@work.example",
            "step": 2,
            "by": "In mails, make a row of each part between ';'.",
        },
        "phone": {"was": "call 555-123-4567", "step": 1, "by": "In phone, take out 'call '."},
    }  # fmt: skip
    assert wb.records.all_of_row(done, 2) == [
        ("elevate.students", wb.records.get("elevate.students", mail)["record"]["id"])
        for mail in ("ann@example.com", "ann@work.example")
    ]


def test_a_source_row_tells_what_is_wrong_with_those_made_of_it_and_shows_its_own_cells(
    wb: Workbench, done: Batch
) -> None:
    rows = {row["line"]: row for row in wb.rows.each(done)}
    assert rows[4]["raw"] == {"mails": "nobody; cy@example.com", "name": "Cy Cedar", "phone": "", "note": ""}
    assert [(issue["field"], issue["code"]) for issue in rows[4]["issues"]] == [("email", "bad_email")]
    assert rows[2]["cleaned"]["phone"]["was"] == "call 555-123-4567"
    assert wb.figures(done) == {"Rows made of them": 5, "Made rows created": 3, "Made rows updated": 0}


def test_the_same_file_again_changes_nothing(wb: Workbench, done: Batch, sheet: Given) -> None:
    again = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE, skip_errors=True)
    assert outcome(again) == (0, 0, 2, 0, 1)
    assert wb.reconcile(again).skipped_by_reason == {"unchanged": 2}
    lower = Recipe(steps=(*RECIPE.steps, Step(operation="case", columns=("email",), options={"to": "lower"})))
    other = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=lower, skip_errors=True)
    assert outcome(other) == (0, 0, 2, 0, 1)


def test_an_undo_takes_all_back_that_was_made_and_the_file_can_come_again(
    wb: Workbench, done: Batch, sheet: Given, url: str
) -> None:
    undone = wb.undo(done)
    assert undone.stage == "completed"
    assert records(url, "elevate.profiles", "email") == []
    again = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE, skip_errors=True)
    assert outcome(again) == (2, 0, 0, 0, 1)


def test_columns_become_rows_and_one_of_blanks_alone_is_skipped_with_the_step(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,Nursing\nWLD200,Welding\n"), "elevate.courses")
    people = "email,name\nann@example.com,Ann\nbob@example.com,Bob\ncy@example.com,Cy\n"
    wb.import_sheet(sheet(people), "elevate.students")
    batch = wb.import_sheet(
        sheet(MARKS), "elevate.enrollments", recipe=Recipe(steps=(UNPIVOT,)), columns={"student": "student_email"}
    )
    assert (batch.stage, batch.processed, outcome(batch)) == ("completed", 3, (2, 0, 1, 0, 0))
    assert wb.reconcile(batch).balanced
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "skipped:filtered")]
    (lost,) = wb.rows.each(batch, outcome="skipped")
    assert lost["removed_by"]["step"] == 1
    assert (batch.headers, batch.mapped_headers) == (
        ("student", "CNA101", "WLD200", "note"), ("student", "note", "course", "status"),
    )  # fmt: skip
    assert len(records(url, "elevate.enrollments", "id")) == 3
    assert wb.reconcile(batch).skipped_by_reason == {"filtered": 1}


def test_a_correction_of_the_source_row_makes_its_rows_anew(wb: Workbench, sheet: Given, url: str) -> None:
    staged = wb.stage(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE)
    planned = wb.plan(staged).batch
    assert planned.invalid == 1
    corrected = wb.correct(planned, {4: {"mails": "dee@example.com; cy@example.com"}})
    assert (corrected.stage, corrected.summary["failed"]) == ("staged", 0)
    batch = wb.commit(wb.plan(corrected).batch)
    assert (batch.stage, outcome(batch)) == ("completed", (3, 0, 0, 0, 0))
    assert [row[0] for row in records(url, "elevate.profiles", "email")] == [
        "ann@example.com", "ann@work.example", "bob@example.com", "cy@example.com", "dee@example.com",
    ]  # fmt: skip
    (event,) = wb.records.get("elevate.students", "dee@example.com")["history"]
    assert event["line"] == 4


def test_a_correction_that_leaves_nothing_to_make_is_skipped(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,Nursing\nWLD200,Welding\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.com,Ann\nbob@example.com,Bob\n"), "elevate.students")
    given = {"recipe": Recipe(steps=(UNPIVOT,)), "columns": {"student": "student_email"}}
    planned = wb.plan(wb.stage(sheet(MARKS), "elevate.enrollments", **given)).batch
    corrected = wb.correct(planned, {3: {"WLD200": ""}})
    batch = wb.commit(wb.plan(corrected).batch)
    assert outcomes(wb, batch) == [(2, "created"), (3, "skipped:filtered"), (4, "skipped:filtered")]
    assert len(records(url, "elevate.enrollments", "id")) == 2


def test_a_correction_is_refused_where_what_is_made_of_a_row_hangs_on_others(wb: Workbench, sheet: Given) -> None:
    last = Step(operation="keep_last", columns=("email",))
    batch = wb.stage(sheet(PEOPLE), "elevate.students", recipe=Recipe(steps=(*RECIPE.steps, last)))
    with pytest.raises(WrongRecipe, match=r"Step 4 of the recipe \(keep_last\) .* hangs on the others"):
        wb.correct(batch, {4: {"mails": "dee@example.com"}})


TWICE = """\
mails,name
ann@example.com;ann@example.com,Ann Ash
bob@example.com;cy@example.com,Bob Birch
cy@example.com;cy@example.com,Cy Cedar
"""


def test_rows_of_one_key_follow_the_usual_rules_within_a_line_and_between_lines(wb: Workbench, sheet: Given) -> None:
    recipe = Recipe(steps=(SPLIT, NAME))
    held = wb.plan(wb.stage(sheet(TWICE), "elevate.students", recipe=recipe)).batch
    assert outcomes(wb, held) == [(2, "created"), (3, "invalid:conflict"), (4, "invalid:conflict")]
    batch = wb.import_sheet(sheet(TWICE), "elevate.students", recipe=recipe, on_conflict="first")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created"), (4, "skipped:duplicate")]
    told = {row["line"]: [issue["message"] for issue in row["issues"]] for row in wb.rows.each(part_of(wb, batch))}
    assert told[2] == ["Same email as line 2"]
    assert told[5][0].startswith("Line 3 counts")
    last = wb.import_sheet(sheet(TWICE), "elevate.students", recipe=recipe, on_conflict="last", mode="upsert")
    assert outcome(last) == (0, 1, 2, 0, 0)


def test_a_step_that_multiplies_otherwise_than_it_did_is_told_and_holds(wb: Workbench, sheet: Given) -> None:
    many = "mails,name\n" + "".join(f"a{n}@x.org;b{n}@x.org,Ann\n" for n in range(40))
    none = "mails,name\n" + "".join(f"c{n}@x.org,Ann\n" for n in range(40))
    batch = wb.import_sheet(sheet(many), "elevate.students", recipe=Recipe(steps=(SPLIT, NAME)))
    wb.templates.save("mails", "elevate.students", mapping_of(batch))
    template = wb.templates.get("elevate.students", "mails")
    assert template.mapping.recipe is not None and template.mapping.recipe.steps[0].expected is not None
    assert template.mapping.recipe.steps[0].expected.changed == 40
    next_ = wb.import_sheet(sheet(none, "next.csv"), "elevate.students", template="mails")
    assert (next_.stage, [hold["code"] for hold in next_.summary["held_for"]]) == ("held", ["step_changed_fewer"])
    done = wb.commit(next_, accept=["step_changed_fewer"])
    assert outcome(done) == (40, 0, 0, 0, 0)
    learned = wb.templates.get("elevate.students", "mails").mapping.recipe
    assert learned is not None and learned.steps[0].expected is not None
    assert learned.steps[0].expected.changed == 0


def test_it_is_signed_and_verified_and_tampering_shows(wb: Workbench, open_wb: Opened, done: Batch, url: str) -> None:
    for line in (4,):
        wb.reject(done, [line], "no address")
    open_wb(user="lea").sign_off(done)
    assert wb.verify(done)
    tamper(url, "update workbench.import_row set cleaned = null where batch_id = %s and line = 2", part_of(wb, done).id)
    assert [each.item for each in wb.verify(done).differs] == ["rows"]


OUTCOME, BATCH, ROW = "workbench.import_outcome", "workbench.import_batch", "workbench.import_row"


@pytest.mark.parametrize(
    "change",
    [
        f"update {OUTCOME} set outcome = 'skipped', reason = 'filtered' where batch_id = %(face)s and line = 2",
        f"update {OUTCOME} set outcome = 'created', reason = null where batch_id = %(face)s and line = 4",
        f"delete from {OUTCOME} where batch_id = %(face)s and line = 3",
        f"delete from {OUTCOME} where batch_id = %(part)s and line = 2",
        f"delete from {ROW} where batch_id = %(part)s and line = 3",
        f"update {ROW} set sources = array[3] where batch_id = %(part)s and line = 4",
        f"update {BATCH} set created = 2, updated = 1 where id = %(part)s",
    ],
)
def test_the_database_refuses_to_complete_what_does_not_add_up(
    wb: Workbench, sheet: Given, url: str, change: str
) -> None:
    planned = wb.plan(wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE, skip_errors=True)).batch
    which = {"face": planned.id, "part": part_of(wb, planned).id}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(change, which).rowcount == 1
    with pytest.raises(Unbalanced, match="does not add up and was not completed"):
        wb.commit(planned)
    assert records(url, "elevate.profiles", "email") == []


def test_what_is_unmatched_waits_as_a_whole_row_and_is_brought_in_later(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("code,name\nCNA101,Nursing\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\nann@example.com,Ann\nbob@example.com,Bob\n"), "elevate.students")
    given = {"recipe": Recipe(steps=(UNPIVOT,)), "columns": {"student": "student_email"}}
    batch = wb.import_sheet(sheet(MARKS), "elevate.enrollments", **given)
    assert outcomes(wb, batch) == [(2, "unmatched:course"), (3, "unmatched:course"), (4, "skipped:filtered")]
    assert records(url, "elevate.enrollments", "id") == []
    wb.import_sheet(sheet("code,name\nWLD200,Welding\n"), "elevate.courses")
    assert wb.sweeps.resolvable(batch) == 2
    (swept,) = wb.sweep(batch)
    assert (swept.stage, outcome(swept)) == ("completed", (2, 0, 0, 0, 0))
    assert len(records(url, "elevate.enrollments", "id")) == 3
    assert outcomes(wb, batch)[:2] == [(2, "skipped:resolved"), (3, "skipped:resolved")]


def test_a_meaning_is_put_into_the_cells_that_stand_for_a_field_and_refused_elsewhere(
    wb: Workbench, sheet: Given
) -> None:
    text = "mails,name,phone\nann@example.com;ann@work.example,Anne,n/a phone\n"
    batch = wb.stage(sheet(text), "elevate.students", recipe=Recipe(steps=(SPLIT, NAME)))
    with pytest.raises(MadeByRecipe, match=r"^email has what the recipe makes"):
        wb.mean(batch, {"email": {"ann@work.example": "x@example.com"}})
    meant = wb.mean(batch, {"full_name": {"Anne": "Ann Ash"}})
    assert [row["payload"]["full_name"] for row in wb.rows.each(part_of(wb, wb.plan(meant).batch))] == ["Ann Ash"] * 2


def test_rows_that_were_refused_come_back_from_their_file_and_are_made_again(
    wb: Workbench, sheet: Given, tmp_path: Path, url: str
) -> None:
    batch = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE, skip_errors=True)
    wb.templates.save("mails", "elevate.students", mapping_of(batch))
    path = tmp_path / "rejected.csv"
    wb.rows.save(batch, path, "csv", outcome="invalid")
    path.write_text(path.read_text("utf-8").replace("nobody", "dee@example.com"), "utf-8")
    again = wb.import_sheet(open_sheet(path), "elevate.students", template="mails")
    assert (again.stage, outcome(again)) == ("completed", (1, 0, 0, 0, 0))
    assert len(records(url, "elevate.profiles", "email")) == 5


def test_a_playbook_and_several_sheets_refuse_such_a_recipe_in_one_sentence(wb: Workbench, sheet: Given) -> None:
    text = "email,first_name,last_name,course_code\nann@example.com,Ann,Ash,A;B\n"
    twice = Recipe(steps=(Step(operation="split_rows", columns=("course_code",), options={"separator": ";"}),))
    with pytest.raises(WrongRecipe, match=r"Step 1 of the recipe \(split_rows\).*elevate.learners makes.* clean -o"):
        wb.stage(sheet(text), "elevate.learners", recipe=twice)
    with pytest.raises(WrongValue, match="only the rows of the source"):
        wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE, expected={"rows": 3, "Net": 4})


def test_rows_of_the_source_are_what_a_control_total_counts(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(PEOPLE), "elevate.students", recipe=RECIPE, skip_errors=True, expected={"rows": 3})
    assert (batch.stage, batch.totals) == ("completed", "totals proven")
    other = wb.import_sheet(sheet(PEOPLE), "elevate.students", recipe=RECIPE, skip_errors=True, expected={"rows": 5})
    assert other.stage == "held"


def test_the_evidence_holds_the_source_rows_and_those_made_of_them(wb: Workbench, done: Batch, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    wb.evidence(done, path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names


def test_a_dry_run_writes_nothing_and_may_be_committed(wb: Workbench, sheet: Given, url: str) -> None:
    planned = wb.import_sheet(sheet(PEOPLE), "elevate.students", recipe=RECIPE, dry_run=True)
    assert (planned.state, outcome(planned)) == ("dry run", (2, 0, 0, 0, 1))
    assert records(url, "elevate.profiles", "email") == []
    assert outcome(wb.commit(planned, skip_errors=True)) == (2, 0, 0, 0, 1)


def test_its_columns_are_mapped_otherwise_by_another_import_and_cleaned_otherwise_by_the_same(
    wb: Workbench, sheet: Given
) -> None:
    batch = wb.plan(wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE)).batch
    with pytest.raises(MadeIntoParts, match="are made into others by its recipe"):
        wb.remap(batch, {"note": "external_id"})
    again = wb.fill(wb.clean_again(batch, Recipe(steps=(TRIM, NAME))))
    assert (again.mapped_headers, wb.batches.parts(again)) == (("email", "name", "phone", "note"), ())
    several = wb.fill(wb.clean_again(again, RECIPE))
    assert outcome(wb.plan(several).batch) == (2, 0, 0, 0, 1)


IDS = """\
mails,name,sid
ann@example.com; ann@work.example,Ann Ash,S1
bob@example.com,Bob Birch,S2
nobody; nemo; cy@example.com,Cy Cedar,S3
nobody; dee@example.com,Dee Dogwood,S2
"""


@pytest.fixture
def planned(wb: Workbench, sheet: Given) -> Batch:
    given = {"recipe": Recipe(steps=(SPLIT, NAME)), "columns": {"sid": "external_id"}}
    return wb.plan(wb.stage(sheet(IDS), "elevate.students", **given)).batch


def test_what_is_said_of_another_row_names_its_line_of_the_source(wb: Workbench, planned: Batch) -> None:
    of_this, of_another = "Another student of this line has the same: S1", "Line 5, another student, has the same: S2"
    part = part_of(wb, planned)
    told = {row["line"]: [each["message"] for each in row["issues"]] for row in wb.rows.each(part)}
    assert (told[1], told[2], told[3]) == ([of_this], [of_this], [of_another])
    assert [[each["message"] for each in row["issues"]] for row in wb.rows.each(planned)][:2] == [
        [of_this], [of_another],
    ]  # fmt: skip
    assert [each["lines"] for each in wb.rows.issues(part) if each["code"] == "bad_email"] == [[4, 5]]


def test_what_is_wrong_is_counted_in_rows_of_the_file_and_of_the_part_in_its_own(wb: Workbench, planned: Batch) -> None:
    counts = {each["code"]: each["rows"] for each in wb.rows.issue_counts(planned)}
    assert counts == {"same_id": 3, "bad_email": 2}
    assert {each["code"]: each["rows"] for each in wb.rows.issues(planned)} == counts
    of_part = {each["code"]: each["rows"] for each in wb.rows.issue_counts(part_of(wb, planned))}
    assert of_part == {"same_id": 4, "bad_email": 3}
    corrected = wb.correct(planned, {4: {"mails": "nobody; nemo; no; cy@example.com"}})
    counts = {each["code"]: each["rows"] for each in wb.rows.issue_counts(wb.plan(corrected).batch)}
    assert counts == {"same_id": 3, "bad_email": 2}


def test_texts_that_are_made_of_cells_stand_with_the_rows_of_the_file(wb: Workbench, planned: Batch) -> None:
    found, number = wb.rows.wrong_values(planned, code="bad_email", field="email")
    assert [(each["text"], each["rows"], each["line"]) for each in found] == [("nobody", 2, 4), ("nemo", 1, 4)]
    assert number == 2
    corrected = wb.correct(planned, {4: {"mails": "cy@example.com"}})
    assert wb.rows.wrong_values(corrected, code="bad_email", field="email") == ([], 0)
