"""An import that is not written yet begins anew with another recipe: with all that was said of it, and no hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from workbench import Workbench
from workbench.database import at_work
from workbench.model.errors import MissingColumns, TemplateTaken, WrongStage
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Sheets = Callable[..., Sheet]
Opened = Callable[..., Workbench]
STUDENTS = (
    "mail,who,tel,note\na@example.com,Ada,later,x\nb@example.com,Ben, later ,y\nc@example.com,Cal,555-000-1111,z\n"
)
FIELDS = {"mail": "email", "who": "full_name", "tel": "phone"}
MAPPED = FIELDS | {"note": ""}
BLANKED = Recipe(
    steps=(Step(operation="map_values", columns=("tel",), options={"meanings": {"later": "", " later ": ""}}),)
)


def test_the_import_goes_on_with_the_recipe_and_with_all_that_was_said(wb: Workbench, sheet: Sheets) -> None:
    said = {
        "columns": MAPPED,
        "notes": "March",
        "clears": ["phone"],
        "limits": {"phone.blanked": "5%"},
        "expected": {"rows": 3},
    }
    before = wb.stage(sheet(STUDENTS), "elevate.students", **said)
    assert wb.plan(before).batch.invalid == 2
    begun = wb.clean_again(before, BLANKED)
    after = wb.plan(wb.fill(begun)).batch
    assert (after.invalid, after.created, after.notes) == (0, 3, "March")
    mapping = Mapping.from_dict(after.mapping)
    assert (mapping.columns, mapping.clears, mapping.limits) == (
        FIELDS,
        ("phone",),
        {"phone.blanked": "5%"},
    )
    assert [(total.name, total.expected.number) for total in wb.totals(after)] == [("rows", 3)]
    gone = wb.batches.get(before)
    assert (gone.stage, gone.summary["discarded_why"]) == ("discarded", f"Cleaned again as {begun.id}")


def test_its_template_knows_the_recipe_for_the_next_file_if_it_is_to(wb: Workbench, sheet: Sheets) -> None:
    wb.templates.save("Monthly", "elevate.students", Mapping(columns=FIELDS, left_out=("note",)))
    for remember in (False, True):
        batch = wb.stage(sheet(STUDENTS), "elevate.students", template="Monthly")
        wb.clean_again(batch, BLANKED, remember=remember)
        kept = wb.templates.get("elevate.students", "Monthly").mapping.recipe
        assert kept == (BLANKED if remember else None)
    assert wb.plan(wb.stage(sheet(STUDENTS), "elevate.students", template="Monthly")).batch.invalid == 0


def test_an_import_that_cannot_be_begun_so_stays(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(STUDENTS), "elevate.students", columns=MAPPED)
    without = Recipe(steps=(Step(operation="remove_columns", columns=("mail",)),))
    with pytest.raises(MissingColumns):
        wb.clean_again(batch, without)
    assert wb.batches.get(batch).stage == "staged"
    wb.commit(wb.plan(batch).batch, skip_errors=True)
    with pytest.raises(WrongStage):
        wb.clean_again(batch, BLANKED)


@pytest.mark.both_servers
def test_a_commit_that_was_quicker_leaves_no_import_begun(wb: Workbench, open_wb: Opened, sheet: Sheets) -> None:
    """Whoever cleans waits for the one at work, and then sees the batch as it is."""
    batch = wb.plan(wb.stage(sheet(STUDENTS), "elevate.students", columns=MAPPED)).batch
    ben = open_wb(user="ben")
    with ThreadPoolExecutor() as threads:
        with at_work.working(wb._store, batch.id):
            cleaning = threads.submit(ben.clean_again, batch, BLANKED)
            with pytest.raises(TimeoutError):
                cleaning.result(0.5)
            wb.commit(batch, skip_errors=True)
        with pytest.raises(WrongStage, match="is completed; cleaning it needs one that is staged and not written"):
            cleaning.result(60)
    assert [each.id for each in wb.batches.all()] == [batch.id]


def test_what_cannot_be_remembered_is_not_begun(wb: Workbench, open_wb: Opened, sheet: Sheets) -> None:
    other = open_wb(tenant="other", user="olga")
    other.templates.save("Shared", "elevate.students", Mapping(columns=FIELDS, left_out=("note",)), is_global=True)
    batch = wb.stage(sheet(STUDENTS), "elevate.students", template="Shared")
    with pytest.raises(TemplateTaken):
        wb.clean_again(batch, BLANKED, remember=True)
    assert [(each.id, each.stage) for each in wb.batches.all()] == [(batch.id, "staged")]
    assert wb.fill(wb.clean_again(batch, BLANKED)).stage == "staged"


def test_what_is_begun_waits_for_its_program_however_often_another_is_opened(
    wb: Workbench, open_wb: Opened, sheet: Sheets
) -> None:
    batch = wb.stage(sheet(STUDENTS), "elevate.students", columns=MAPPED)
    begun = wb.clean_again(batch, BLANKED)
    assert open_wb(user="ben").batches.get(begun).stage == "queued"
    assert wb.fill(begun).stage == "staged"
    lost = wb.clean_again(begun, BLANKED)
    wb.close()
    assert open_wb(user="ben").batches.get(lost).stage == "failed"


def test_a_wrong_text_is_told_as_it_is_written(wb: Workbench, sheet: Sheets) -> None:
    batch = wb.stage(sheet(STUDENTS), "elevate.students", columns=MAPPED)
    ((found,), _) = wb.rows.wrong_values(batch, code="bad_phone", field="phone")
    assert (found["text"], found["rows"], sorted(found["written"])) == ("later", 2, [" later ", "later"])
