"""A recipe inside an import: the rows are cleaned once, stay rows of their source, and tell what became of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports import ask, issues, outcome, outcomes, records, tamper
from workbench import Workbench, open_sheet
from workbench.model.batch import Batch
from workbench.model.errors import CleanedOtherwise, NoRows, RecipeOfSheets, RemovedRows, Unbalanced, WrongRecipe
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


def test_what_is_changed_in_many_rows_at_once_leaves_removed_ones_alone(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE)
    filled = wb.fill_cells(staged, "name", "Somebody", lines=(2, 3, 4, 5))
    meant = wb.mean(filled, {"full_name": {"Total": "Nobody", "Somebody": "Some Body"}})
    names = {row["line"]: row["raw"]["name"] for row in wb.rows.each(meant)}
    assert names == {2: "Some Body", 3: "Test Person", 4: "Some Body", 5: "Total"}


def test_a_removed_row_keeps_no_record_that_the_file_no_longer_names(wb: Workbench, sheet: Given, url: str) -> None:
    roster = "email,name,building\nada@k.example,Ada Park,Argentine\nben@k.example,Ben Ruiz,Argentine\n"
    options = {"window": "2024-2025", "constants": {"district": "KCK"}}
    wb.import_sheet(sheet(roster), "polaris.teacher_roster", **options)
    without_ben = Recipe(steps=(removing("name", "Ben Ruiz"),))
    batch = wb.import_sheet(sheet(roster), "polaris.teacher_roster", recipe=without_ben, **options)
    assert (batch.stage, batch.removed, outcome(batch)) == ("completed", 1, (0, 0, 2, 0, 0))
    assert records(url, "polaris.teacher_progress", "email", "is_active") == [
        ("ada@k.example", True), ("ben@k.example", False),
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


def test_rows_that_were_written_to_a_file_are_not_cleaned_again_by_the_template(
    wb: Workbench, sheet: Given, tmp_path: Path
) -> None:
    doubling = Recipe(steps=(replacing("name", "o", "oo"),))
    first = wb.import_sheet(sheet("email,name\na@example.com,Bo\nb,Jo\n"), "elevate.students", recipe=doubling)
    wb.templates.save("monthly", "elevate.students", mapping_of(first))
    wb.rows.save(first, tmp_path / "rows.csv", "csv", outcome="invalid")
    again = wb.stage(open_sheet(tmp_path / "rows.csv"), "elevate.students", template="monthly")
    assert [row["raw"]["name"] for row in wb.rows.each(again)] == ["Joo"]


def test_a_template_keeps_no_recipe_that_nobody_can_do(wb: Workbench, done: Batch) -> None:
    wrong = Mapping(recipe=Recipe(steps=(Step(operation="mend"),)))
    with pytest.raises(WrongRecipe, match=r"Step 1 of the recipe \(mend\)"):
        wb.templates.save("monthly", "elevate.students", wrong)
    saved = wb.templates.save("monthly", "elevate.students", mapping_of(done))
    with pytest.raises(WrongRecipe):
        wb.templates.update(saved.id, wrong)


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
    open_wb(user="lea").sign_off(done)
    assert wb.verify(done)
    tamper(url, "update workbench.import_row set cleaned = null where batch_id = %s and line = 2", done.id)
    assert [each.item for each in wb.verify(done).differs] == ["rows"]


OUTCOME, BATCH = "workbench.import_outcome", "workbench.import_batch"


@pytest.mark.parametrize(
    "meddling",
    [
        (f"update {OUTCOME} set reason = 'duplicate' where batch_id = %s and line = 3",),
        (
            f"update {OUTCOME} set outcome = 'skipped', reason = 'filtered', record_id = null "
            "where batch_id = %s and line = 2",
            f"update {BATCH} set created = created - 1, skipped = skipped + 1 where id = %s",
        ),
        (
            f"update {OUTCOME} set outcome = 'invalid', reason = null where batch_id = %s and line = 3",
            f"update {BATCH} set invalid = invalid + 1, skipped = skipped - 1 where id = %s",
        ),
    ],
)
def test_the_database_completes_no_import_in_which_other_rows_are_filtered_than_the_recipe_removed(
    wb: Workbench, sheet: Given, url: str, meddling: tuple[str, ...]
) -> None:
    batch = wb.plan(wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE, skip_errors=True)).batch
    for change in meddling:
        assert tamper(url, change, batch.id) == 1
    with pytest.raises(Unbalanced, match="does not add up and was not completed"):
        wb.commit(batch)
    assert records(url, "elevate.profiles", "email") == []


def test_a_recipe_is_for_one_sheet_and_of_several_each_has_that_of_its_template(wb: Workbench, sheet: Given) -> None:
    given = [sheet("name,code\nNursing,CNA\n", "courses.csv"), sheet(PEOPLE, "students.csv")]
    with pytest.raises(RecipeOfSheets, match="elevate takes several sheets, and a recipe is for one"):
        wb.stage(given, "elevate", recipe=RECIPE)
    one = wb.stage(given[1], "elevate.students", recipe=RECIPE)
    wb.templates.save("monthly", "elevate.students", mapping_of(one))
    batch = wb.import_sheet(given, "elevate", template="monthly")
    assert (batch.stage, outcome(batch)) == ("completed", (3, 0, 2, 0, 0))
    (students,) = [part for part in wb.batches.parts(batch) if part.dataset == "elevate.students"]
    assert [row["removed_by"] is not None for row in wb.rows.each(students)] == [False, True, False, True]


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
        "step_changed_fewer",
        "Step 1, “In phone, take out 'call '”, changed 0 of 42 rows, and 40 of 41 rows when it was last said to be "
        "right.",
    )
    done = wb.commit(held, accept=("step_changed_fewer",))
    assert done.stage == "completed"
    again = wb.import_sheet(sheet(people(42, ""), "third.csv"), "elevate.students", template="monthly")
    assert again.stage == "completed"


def test_a_step_whose_column_is_gone_is_not_done_and_holds_the_plan(wb: Workbench, monthly: None, sheet: Given) -> None:
    text = "email,name\na(at)example.com,Ada\n,Total\n"
    held = wb.import_sheet(sheet(text, "second.csv"), "elevate.students", template="monthly", columns={"phone": ""})
    assert (held.stage, outcome(held)) == ("held", (1, 0, 1, 0, 0))
    (hold,) = Hold.all_of(held.summary)
    assert (hold.code, hold.message) == (
        "step_column_gone", "Step 1, “In phone, take out 'call '”, was not done: phone is gone.",
    )  # fmt: skip
    assert wb.commit(held, accept=("step_column_gone",)).stage == "completed"


def sites(number: int, rows: dict[str, int]) -> str:
    lines = [f"{site}" for site, count in rows.items() for _ in range(count)]
    people = (f"m{number}n{n}@example.com,Person {n},555-123-{n:04},{site}" for n, site in enumerate(lines))
    return "\n".join(("email,name,phone,site", *people)) + "\n"


def test_a_new_spelling_is_told_and_holds_the_plan_where_it_is_in_many_rows(wb: Workbench, sheet: Given) -> None:
    mapped = Step(operation="map_values", columns=("site",), options={"meanings": {"north": "North"}})
    given = sheet(sites(1, {"north": 20, "North": 20, "South": 20}), "first.csv")
    first = wb.import_sheet(given, "elevate.students", columns={"site": ""}, recipe=Recipe(steps=(mapped,)))
    wb.templates.save("monthly", "elevate.students", mapping_of(first))
    few = wb.import_sheet(
        sheet(sites(2, {"north": 20, "South": 20, "no": 2}), "second.csv"), "elevate.students", template="monthly"
    )
    assert (few.stage, [told["message"] for told in few.summary["told"]]) == (
        "completed", ["site: 1 value that no step knows: 'no' (2 rows)."],
    )  # fmt: skip
    held = wb.import_sheet(
        sheet(sites(3, {"north": 20, "South": 20, "no": 7}), "third.csv"), "elevate.students", template="monthly"
    )
    assert (held.stage, [hold.code for hold in Hold.all_of(held.summary)]) == ("held", ["step_values_new"])
    assert wb.commit(held, accept=("step_values_new",)).stage == "completed"
    again = sheet(sites(4, {"north": 20, "South": 20, "no": 7}), "fourth.csv")
    assert wb.import_sheet(again, "elevate.students", template="monthly").summary["told"] == []


def test_the_next_files_with_the_same_faults_go_in_with_no_hand(wb: Workbench, monthly: None, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(people(60, "call "), "second.csv"), "elevate.students", template="monthly")
    assert (batch.stage, outcome(batch)) == ("completed", (20, 0, 41, 0, 0))
    assert batch.reading["warnings"] == []
    assert "Cleaned, step 1: In phone, take out 'call ' (60 of 61 rows changed)." in wb.log(batch).render()


def test_a_source_of_which_the_recipe_leaves_nothing_is_not_imported(wb: Workbench, sheet: Given) -> None:
    nothing = Recipe(steps=(removing("name", "Total"), Step(operation="trim"), Step(operation="remove_rows")))
    with pytest.raises(NoRows) as error:
        wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=nothing)
    assert str(error.value) == (
        "The recipe removes all of 4 rows that people.csv has, so there is nothing to import: Step 1 of the recipe "
        "(remove_rows) removes 1 row. Step 3 of the recipe (remove_rows) removes 3 rows."
    )
    with pytest.raises(NoRows, match="has no rows below its header"):
        wb.import_sheet(sheet("email,name\n", "none.csv"), "elevate.students", recipe=nothing)


LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ADA(at)example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Oka,CNA101,Nursing,active
total,,,,,
dee@example.com,Dee,Moe,NOPE9,,active
"""
OF_LEARNERS = Recipe(steps=(replacing("email", "(at)", "@"), removing("email", "total")))


def test_under_a_playbook_a_removed_row_makes_no_part_and_the_records_know_what_was_in_the_source(
    wb: Workbench, sheet: Given
) -> None:
    staged = wb.stage(sheet(LEARNERS), "elevate.learners", recipe=OF_LEARNERS)
    batch = wb.commit(wb.plan(staged).batch)
    assert outcomes(wb, batch) == [
        (2, "created"), (3, "created"), (4, "skipped:filtered"), (5, "unmatched:course"),
    ]  # fmt: skip
    assert {part.dataset: part.processed for part in wb.batches.parts(batch)}["elevate.students"] == 3
    (touched,) = wb.records.get("elevate.students", "ada@example.com")["history"]
    assert touched["cleaned"]["email"]["was"] == "ADA(at)example.com"
    lea = wb.batches.get(batch)
    assert wb.reconcile(lea).balanced


def test_parts_made_anew_after_a_correction_are_of_the_rows_that_are_left(wb: Workbench, sheet: Given) -> None:
    staged = wb.stage(sheet(LEARNERS), "elevate.learners", recipe=OF_LEARNERS)
    wb.correct(staged, {5: {"course_code": "CNA101"}})
    done = wb.commit(wb.plan(staged).batch)
    assert outcome(done) == (3, 0, 1, 0, 0)
    rows = {row["line"]: row for row in wb.rows.each(done)}
    assert rows[2]["cleaned"]["email"]["step"] == 1
    assert rows[4]["removed_by"]["step"] == 2


def test_rows_that_a_sweep_brings_in_are_not_cleaned_again_and_know_what_they_were(wb: Workbench, sheet: Given) -> None:
    doubling = Recipe(steps=(replacing("first_name", "D", "DD"), removing("email", "total")))
    done = wb.import_sheet(sheet(LEARNERS.replace("(at)", "@")), "elevate.learners", recipe=doubling)
    assert outcomes(wb, done)[-1] == (5, "unmatched:course")
    wb.import_sheet(sheet("name,code\nExtra,NOPE9\n", "courses.csv"), "elevate.courses")
    wb.sweep(done)
    assert outcomes(wb, done)[-1] == (5, "skipped:resolved")
    record = wb.records.get("elevate.students", "dee@example.com")
    assert record["record"]["full_name"] == "DDee Moe"
    assert record["history"][0]["cleaned"]["first_name"] == {
        "was": "Dee", "step": 1, "by": "In first_name, replace 'D' by 'DD'.",
    }  # fmt: skip


def test_a_removed_row_is_no_part_of_a_sum_and_names_no_record(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\n"), "commerce.skus")
    text = "Warehouse,SKU,Supplier,Units,COGS\nBaltimore,FRA1023,Verte,144,1200.50\nAll,FRA1023,,144,1200.50\n"
    given = sheet(text)
    batch = wb.import_sheet(given, "commerce.inventory", recipe=Recipe(steps=(removing("Warehouse", "All"),)))
    assert batch.stage == "completed"
    assert {each.counted.name: str(each.counted.found) for each in wb.totals(batch)} == {
        "Units": "144", "COGS": "1200.50", "SKUs": "1",
    }  # fmt: skip
    expected = wb.stage(
        given,
        "commerce.inventory",
        recipe=Recipe(steps=(removing("Warehouse", "All"),)),
        expected={"Units": 144, "rows": 2},
    )
    assert wb.commit(wb.plan(wb.correct(expected, {2: {"Supplier": "Other"}})).batch).stage == "completed"


def test_another_tenant_sees_nothing_of_what_a_recipe_changed(
    wb: Workbench, open_wb: Opened, done: Batch, url: str
) -> None:
    other = open_wb(tenant="other")
    assert other._store.all("select cleaned from workbench.import_row where cleaned is not null") == []
    assert len(wb._store.all("select cleaned from workbench.import_row where cleaned is not null")) == 4


TWO_ADDRESSES = """\
email,name,phone,note
ian@example.com; ianpatel@home.example,Ian Patel,555-123-4567,Blue Folder
hana.munoz@college.example,Hana Munoz,555-987-6543,
ana.munoz@college.example,Ana Munoz,555-987-6544,
"""
FIRST_ADDRESS = Recipe(
    steps=(
        Step(
            operation="split",
            columns=("email",),
            options={"separator": "; ", "into": ["email", "email 2"], "keep": False},
        ),
    )
)


def test_a_record_is_found_by_what_a_recipe_took_away_and_by_a_cell_that_is_not_imported(
    wb: Workbench, sheet: Given
) -> None:
    given = sheet(TWO_ADDRESSES, "month1.csv")
    batch = wb.import_sheet(given, "elevate.students", columns={"email 2": "", "note": ""}, recipe=FIRST_ADDRESS)
    assert (batch.stage, outcome(batch)) == ("completed", (3, 0, 0, 0, 0)), issues(wb, batch)
    for text in ("ianpatel@home.example", "IANPATEL@home.example", "blue folder"):
        found = wb.records.ask(text)
        assert [(one["key"], one["row"]) for one in found.records] == [
            ("ian@example.com", {"batch": batch.id, "file_name": "month1.csv", "line": 2})
        ], text
        assert (found.nearly, list(found.rows)) == (False, [])
    assert wb.records.ask("patel@home.example").nearly, "a part of an e-mail is none"
    (ian,) = wb.records.ask("ian@example.com").records
    assert "row" not in ian
    wb.undo(batch)
    assert "row" not in str(wb.records.ask("blue folder").records)


def test_a_whole_e_mail_is_found_in_rows_that_became_no_record_as_a_whole_word(wb: Workbench, sheet: Given) -> None:
    wrong = TWO_ADDRESSES.replace("Hana Munoz", "").replace("Ana Munoz", "")
    wb.import_sheet(sheet(wrong, "month1.csv"), "elevate.students", columns={"note": ""})
    assert [row["line"] for row in wb.records.ask("ana.munoz@college.example").rows] == [4]
    assert [row["line"] for row in wb.records.ask("hana.munoz@college.example").rows] == [3]
    assert [row["line"] for row in wb.records.ask("munoz").rows] == [3, 4]
    assert [row["line"] for row in wb.records.ask("ianpatel@home.example").rows] == [2]


def test_a_records_story_tells_of_columns_that_fill_its_fields_and_a_row_of_all(wb: Workbench, sheet: Given) -> None:
    steps = (*FIRST_ADDRESS.steps, replacing("note", "Blue", "Red"))
    given = sheet(TWO_ADDRESSES, "month1.csv")
    batch = wb.import_sheet(given, "elevate.students", columns={"email 2": "", "note": ""}, recipe=Recipe(steps=steps))
    (touched,) = wb.records.get("elevate.students", "ian@example.com")["history"]
    assert list(touched["cleaned"]) == ["email"]
    assert sorted(next(wb.rows.each(batch))["cleaned"]) == ["email", "note"]


LATER = [
    ({"version": 2, "steps": [{"does": "trim"}] * 3}, "its form is version 2, and 1 is known"),
    ({"steps": [{"operation": "of_tomorrow"}] * 3}, "there is no operation called of_tomorrow"),
    ({"steps": [{"operation": "replace", "columns": ["phone"], "options": {"seek": "call "}}] * 3}, "seek"),
    ({"steps": [{"operation": "trim", "until": "2030"}] * 3}, "there is no until in it"),
]
"""Recipes as a later version may keep them, and what is told of each."""


def by_a_later_version(url: str, batch: Batch, recipe: object) -> None:
    change = "update workbench.import_batch set mapping = jsonb_set(mapping, '{recipe}', %s) where id = %s"
    assert tamper(url, change, json.dumps(recipe), batch.id) == 1


@pytest.mark.parametrize("recipe, why", LATER)
def test_an_import_that_a_later_version_has_cleaned_is_read_signed_undone_and_taken_as_it_came(
    wb: Workbench, open_wb: Opened, sheet: Given, url: str, recipe: object, why: str
) -> None:
    done = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE)
    by_a_later_version(url, done, recipe)
    rows = {row["line"]: row for row in wb.rows.each(done)}
    assert (rows[2]["cleaned"]["phone"]["was"], rows[3]["removed_by"]["step"]) == ("call 555-123-4567", 3)
    assert "this version of Workbench does not know" in rows[2]["cleaned"]["phone"]["by"]
    (touched,) = wb.records.get("elevate.students", "jane@example.com")["history"]
    assert touched["cleaned"]["email"]["step"] == 2
    assert wb.batches.story(done)
    assert any("does not know" in each for each in wb.decided(done))
    assert (wb.reconcile(done).balanced, len(wb.kept_sheet(done, as_it_came=True).headers)) == (True, 3)
    with pytest.raises(WrongRecipe, match=why):
        wb.kept_sheet(done)
    open_wb(user="lea").sign_off(done)
    assert wb.verify(done)
    again = wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", recipe=RECIPE)
    assert outcome(again) == (0, 0, 4, 0, 0)
    wb.undo(done)
    assert records(url, "elevate.profiles", "email") == []


@pytest.mark.parametrize("recipe, why", LATER)
def test_a_plan_whose_recipe_a_later_version_wrote_is_held_for_a_person(
    wb: Workbench, sheet: Given, url: str, recipe: object, why: str
) -> None:
    staged = wb.stage(sheet(PEOPLE), "elevate.students", recipe=RECIPE)
    by_a_later_version(url, staged, recipe)
    corrected = wb.correct(staged, {2: {"phone": "555-123-9999"}})
    held = wb.plan(corrected).batch
    (hold,) = Hold.all_of(held.summary)
    assert hold.code == "recipe_unknown" and why in hold.message
    assert wb.commit(held, accept=("recipe_unknown",)).stage == "completed"
