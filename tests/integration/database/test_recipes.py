"""A recipe inside an import: the rows are cleaned once, stay rows of their source, and tell what became of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.imports import ask, issues, outcome, outcomes, records
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import CleanedOtherwise, NoRows, RemovedRows, WrongRecipe
from workbench.model.hold import Hold
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping
from workbench.prepare.cleaning import cleaned, mapping_of

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = """\
email,name,phone
john@example.com,John Doe,call 555-123-4567
test@example.com,Test Person,555-000-0000
jane(at)example.com,Jane Smith,555-987-6543
,Total,2
"""


def replacing(column: str, find: str, by: str = "") -> Step:
    return Step(operation="replace", columns=(column,), options={"find": find, "by": by})


def removing(column: str, *values: str) -> Step:
    return Step(operation="remove_rows", where=(Condition(column=column, test="values", values=values),))


RECIPE = Recipe(
    steps=(replacing("phone", "call "), replacing("email", "(at)", "@"), removing("name", "Test Person", "Total"))
)


@pytest.fixture
def done(wb: Workbench, sheet: Given) -> Batch:
    return wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE)


def test_rows_are_cleaned_before_they_are_checked_and_those_that_are_removed_are_skipped(
    wb: Workbench, done: Batch, url: str
) -> None:
    assert (done.stage, outcome(done)) == ("completed", (2, 0, 2, 0, 0))
    assert wb.reconcile(done).skipped_by_reason == {"filtered": 2}
    assert wb.reconcile(done).balanced
    assert issues(wb, done) == []
    assert records(url, "elevate.profiles", "email", "phone") == [
        ("jane@example.com", "555-987-6543"),
        ("john@example.com", "555-123-4567"),
    ]


def test_a_row_says_what_was_in_its_source_and_which_step_changed_or_removed_it(wb: Workbench, done: Batch) -> None:
    rows = {row["line"]: row for row in wb.rows.each(done)}
    assert rows[2]["raw"] == {"email": "john@example.com", "name": "John Doe", "phone": "555-123-4567"}
    assert rows[2]["cleaned"] == {"phone": {"was": "call 555-123-4567", "step": 1, "by": "In phone, take out 'call '."}}
    assert rows[4]["cleaned"]["email"]["was"] == "jane(at)example.com"
    assert (rows[2]["removed_by"], rows[3]["cleaned"]) == (None, {})
    assert rows[3]["removed_by"]["step"] == 3
    assert (rows[3]["outcome"], rows[3]["reason"], rows[3]["status"]) == ("skipped", "filtered", "skipped")
    assert rows[3]["raw"]["name"] == "Test Person"


def test_the_history_of_a_record_and_find_tell_what_was_in_the_source(wb: Workbench, done: Batch) -> None:
    (touched,) = wb.records.get("elevate.students", "jane@example.com")["history"]
    assert touched["cleaned"]["email"]["was"] == "jane(at)example.com"
    (lost,) = wb.records.ask("Test Person").rows
    assert (lost["line"], lost["removed_by"]["step"]) == (3, 3)


def test_the_kept_source_is_the_bytes_as_they_came_and_is_opened_cleaned(
    wb: Workbench, done: Batch, home: Path
) -> None:
    (kept,) = [path for path in (home / "files").rglob("*") if path.is_file()]
    assert kept.read_text("utf-8") == PEOPLE
    opened = wb.kept_sheet(done)
    assert opened.recipe == RECIPE
    assert next(opened.chunks()).cells["phone"].to_pylist()[0] == "555-123-4567"


def test_a_batch_that_was_begun_is_filled_with_rows_that_are_cleaned_once(wb: Workbench, sheet: Given) -> None:
    twice = Recipe(steps=(replacing("name", "a", "aa"),))
    begun = wb.begin(sheet("email,name\nx@example.com,Ada Park\n"), "elevate.students", recipe=twice, source="page")
    assert [row["raw"]["name"] for row in wb.rows.each(wb.fill(begun))] == ["Adaa Paark"]
    again = wb.stage(cleaned(sheet("email,name\ny@example.com,Ada Park\n"), twice), "elevate.students", recipe=twice)
    assert [row["raw"]["name"] for row in wb.rows.each(again)] == ["Adaa Paark"]
    assert Mapping.from_dict(again.mapping).recipe == twice


def test_corrections_are_of_the_cleaned_rows_and_never_of_a_removed_one(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE)
    corrected = wb.correct(staged, {2: {"phone": "call 555-123-9999"}})
    rows = {row["line"]: row for row in wb.rows.each(corrected)}
    assert rows[2]["corrected"] == {"phone": ["555-123-4567", "call 555-123-9999"]}
    assert rows[2]["cleaned"]["phone"]["was"] == "call 555-123-4567"
    with pytest.raises(RemovedRows, match="Line 3 of batch"):
        wb.correct(corrected, {3: {"name": "Somebody"}})
    wb.correct(corrected, {2: {"phone": "555-123-9999"}})
    assert outcomes(wb, wb.plan(staged).batch) == [
        (2, "created"), (3, "skipped:filtered"), (4, "created"), (5, "skipped:filtered"),
    ]  # fmt: skip


def test_an_import_with_a_recipe_is_undone_and_done_again(wb: Workbench, done: Batch, sheet: Given, url: str) -> None:
    wb.undo(done)
    assert records(url, "elevate.profiles", "email") == []
    given = sheet(PEOPLE, "people.csv")
    assert outcome(wb.import_sheet(given, "elevate.students", recipe=RECIPE)) == (2, 0, 2, 0, 0)
    again = wb.import_sheet(given, "elevate.students", recipe=RECIPE)
    assert (outcome(again), wb.reconcile(again).skipped_by_reason) == ((0, 0, 4, 0, 0), {"unchanged": 2, "filtered": 2})


def test_the_same_file_with_another_recipe_is_another_import(wb: Workbench, done: Batch, sheet: Given) -> None:
    again = sheet(PEOPLE, "people.csv")
    assert wb.batches.same_file(again, "elevate.students") is None
    assert wb.batches.same_file(cleaned(again, RECIPE), "elevate.students").id == done.id
    other = Recipe(steps=RECIPE.steps[:2])
    assert wb.batches.same_file(cleaned(again, other), "elevate.students") is None


def test_a_template_keeps_its_recipe_and_cleans_the_next_file(wb: Workbench, done: Batch, sheet: Given) -> None:
    wb.templates.save("monthly", "elevate.students", Mapping.from_dict(done.mapping).of(done.headers))
    later = sheet("email,name,phone\nann(at)example.com,Ann Roe,call 555-222-3333\n,Total,1\n", "later.csv")
    batch = wb.import_sheet(later, "elevate.students", template="monthly")
    assert (batch.stage, outcome(batch)) == ("completed", (1, 0, 1, 0, 0))
    with pytest.raises(CleanedOtherwise):
        wb.stage(cleaned(later, Recipe(steps=RECIPE.steps[:1])), "elevate.students", recipe=RECIPE)
    plain = wb.stage(later, "elevate.students", template="monthly", recipe=Recipe())
    assert "recipe" not in plain.mapping


def test_nothing_is_made_of_a_column_that_carries_secrets(wb: Workbench, sheet: Given, url: str) -> None:
    given = sheet("email,name,Password\na@example.com,Ada,hunter2 \n")
    with pytest.raises(WrongRecipe, match="Password carries secrets"):
        wb.stage(
            given, "elevate.students", columns={"Password": ""}, recipe=Recipe(steps=(replacing("Password", "x"),))
        )
    trimmed = Recipe(steps=(Step(operation="trim"),))
    wb.stage(given, "elevate.students", columns={"Password": ""}, recipe=trimmed)
    assert "hunter2" not in str(ask(url, "select raw, cleaned from workbench.import_row"))


def test_what_a_recipe_did_is_part_of_the_evidence(wb: Workbench, open_wb: Opened, done: Batch, url: str) -> None:
    lea = open_wb(user="lea")
    lea.sign_off(done)
    assert wb.verify(done)
    with psycopg_as_owner(url) as connection:
        connection.execute("update workbench.import_row set cleaned = null where line = 2")
    assert [each.item for each in wb.verify(done).differs] == ["rows"]


def psycopg_as_owner(url: str) -> Any:
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    connection.execute("set session_replication_role = replica")
    return connection


def people(number: int, call: str) -> str:
    rows = (f"p{n}@example.com,Person {n},{call}555-123-{n:04}" for n in range(number))
    return "\n".join(("email,name,phone", *rows, ",Total,2")) + "\n"


@pytest.fixture
def monthly(wb: Workbench, sheet: Given) -> None:
    first = wb.import_sheet(sheet(people(40, "call "), "first.csv"), "elevate.students", recipe=RECIPE)
    wb.templates.save("monthly", "elevate.students", mapping_of(first))


def test_a_step_that_changes_far_fewer_rows_than_it_did_holds_the_plan_once(
    wb: Workbench, monthly: None, sheet: Given
) -> None:
    held = wb.import_sheet(sheet(people(41, ""), "second.csv"), "elevate.students", template="monthly")
    assert held.stage == "held"
    (hold,) = Hold.all_of(held.summary)
    assert (hold.code, hold.message) == (
        "recipe",
        "Step 1 of the recipe (In phone, take out 'call ') changes 0 of 42 rows; it was 40 of 41 before.",
    )
    done = wb.commit(held, accept=("recipe",))
    assert done.stage == "completed"
    again = wb.import_sheet(sheet(people(42, ""), "third.csv"), "elevate.students", template="monthly")
    assert again.stage == "completed"


def test_a_step_whose_column_is_gone_is_not_done_and_holds_the_plan(wb: Workbench, monthly: None, sheet: Given) -> None:
    text = "email,name\na(at)example.com,Ada\n,Total\n"
    held = wb.import_sheet(sheet(text, "second.csv"), "elevate.students", template="monthly", columns={"phone": ""})
    assert (held.stage, outcome(held)) == ("held", (1, 0, 1, 0, 0))
    (hold,) = Hold.all_of(held.summary)
    assert hold.message == (
        "Step 1 of the recipe (In phone, take out 'call ') cannot be done as it says, for there is no column phone."
    )
    assert wb.commit(held, accept=("recipe",)).stage == "completed"


def test_the_next_files_with_the_same_faults_go_in_with_no_hand(wb: Workbench, monthly: None, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(people(60, "call "), "second.csv"), "elevate.students", template="monthly")
    assert (batch.stage, outcome(batch)) == ("completed", (20, 0, 41, 0, 0))
    assert batch.reading["warnings"] == []
    assert "Cleaned, step 1: In phone, take out 'call ' (60 of 61 rows changed)." in wb.log(batch).render()


def test_an_import_of_which_the_recipe_leaves_nothing_waits_for_a_person(wb: Workbench, sheet: Given) -> None:
    nothing = Recipe(steps=(Step(operation="remove_rows"),))
    with pytest.raises(NoRows):
        wb.import_sheet(sheet(PEOPLE), "elevate.students", recipe=nothing)
