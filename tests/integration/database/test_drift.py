"""A source that has changed since its template was saved, or whose columns hold something else, is not begun."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports import ask, outcome, records
from workbench import Workbench
from workbench.model.errors import ColumnsChanged, ColumnsMixedUp, SheetRefused, UnknownHeader, WorkbenchError
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.sources import open_sheets

Given = Callable[..., Sheet]

MONTHLY = "Login,Who,Phone,Note\nann@example.org,Ann Lee,555-123-4567,x\nbob@example.org,Bob Ray,555-987-6543,y\n"


@pytest.fixture
def monthly(wb: Workbench, sheet: Given) -> Template:
    columns = {"Login": "email", "Who": "full_name", "Note": ""}
    first = wb.import_sheet(sheet(MONTHLY), "elevate.students", columns=columns)
    return wb.templates.save("monthly", "elevate.students", Mapping.from_dict(first.mapping))


def refused(wb: Workbench, sheet: Sheet, kind: type[WorkbenchError], **options: object) -> str:
    """The sentence of an import that is refused, and of which nothing is begun."""
    before = len(wb.batches.all())
    with pytest.raises(kind) as told:
        wb.stage(sheet, "elevate.students", **options)
    assert len(wb.batches.all()) == before
    return str(told.value)


@pytest.mark.usefixtures("monthly")
def test_a_renamed_column_stops_the_import_with_what_it_looks_like(wb: Workbench, sheet: Given) -> None:
    renamed = sheet(MONTHLY.replace("Phone", "Mobile"))
    assert refused(wb, renamed, ColumnsChanged, template="monthly") == (
        "Column Phone of template 'monthly' has gone; the file has Mobile, which looks like it: "
        "say --map 'Mobile=phone', or save the template anew."
    )
    done = wb.import_sheet(renamed, "elevate.students", template="monthly", columns={"Mobile": "phone"})
    assert outcome(done) == (0, 0, 2, 0, 0)
    assert done.mapping["columns"] == {"Login": "email", "Who": "full_name", "Mobile": "phone"}
    refused(wb, renamed, ColumnsChanged, template="monthly")  # the template is still what it was
    wb.templates.save("monthly", "elevate.students", Mapping.from_dict(done.mapping))
    assert outcome(wb.import_sheet(renamed, "elevate.students", template="monthly")) == (0, 0, 2, 0, 0)


@pytest.mark.usefixtures("monthly")
def test_a_renamed_column_is_known_by_its_values_too(wb: Workbench, sheet: Given) -> None:
    assert "the file has Kontakt, which looks like it: say --map 'Kontakt=phone'" in refused(
        wb, sheet(MONTHLY.replace("Phone", "Kontakt")), ColumnsChanged, template="monthly"
    )


@pytest.mark.usefixtures("monthly")
def test_a_column_that_has_gone_stops_the_import_until_somebody_goes_on_without_it(wb: Workbench, sheet: Given) -> None:
    shorter = sheet("Login,Who,Note\nann@example.org,Ann Li,x\n")
    assert refused(wb, shorter, ColumnsChanged, template="monthly") == (
        "Column Phone of template 'monthly' has gone: say --map 'Phone=' to go on without it, "
        "or save the template anew."
    )
    done = wb.import_sheet(shorter, "elevate.students", template="monthly", columns={"phone": ""})
    assert (outcome(done), done.mapping["left_out"]) == ((0, 1, 0, 0, 0), ["Note", "Phone"])
    given = wb.import_sheet(shorter, "elevate.students", template="monthly", constants={"phone": "555-000-0000"})
    assert outcome(given) == (0, 1, 0, 0, 0)
    with pytest.raises(UnknownHeader):
        wb.stage(shorter, "elevate.students", template="monthly", columns={"Phone": "", "Fax": ""})
    with pytest.raises(UnknownHeader):
        wb.stage(shorter, "elevate.students", columns={"Phone": ""})


@pytest.mark.usefixtures("monthly")
def test_a_new_column_stops_the_import_until_somebody_has_decided(wb: Workbench, sheet: Given) -> None:
    wider = sheet("Login,Who,Phone,Note,Shoe\nann@example.org,Ann Lee,555-123-4567,x,42\n")
    assert refused(wb, wider, ColumnsChanged, template="monthly") == (
        "Column Shoe is new to template 'monthly': say --map 'Shoe=' to leave it out, or save the template anew."
    )
    named = sheet("Login,Who,Phone,Note,Student ID\nann@example.org,Ann Lee,555-123-4567,x,S1\n", "named.csv")
    assert refused(wb, named, ColumnsChanged, template="monthly") == (
        "Column Student ID is new to template 'monthly', and looks like external_id: "
        "say --map 'Student ID=external_id' (or --map 'Student ID=' to leave it out), or save the template anew."
    )
    wb.import_sheet(named, "elevate.students", template="monthly", columns={"Student ID": "external_id"})
    refused(wb, named, ColumnsChanged, template="monthly")  # it would be lost without a word
    done = wb.import_sheet(wider, "elevate.students", template="monthly", columns={"Shoe": ""})
    assert done.mapping["left_out"] == ["Note", "Shoe"]
    assert outcome(wb.import_sheet(wider, "elevate.students", template="monthly")) == (0, 0, 1, 0, 0)


@pytest.mark.usefixtures("monthly")
def test_all_that_has_changed_is_told_at_once(wb: Workbench, sheet: Given) -> None:
    other = sheet("Mail,Who,Mobile,Note,Shoe\nann@example.org,Ann Lee,555-123-4567,x,42\n")
    assert refused(wb, other, ColumnsChanged, template="monthly") == (
        "Column Login of template 'monthly' has gone; the file has Mail, which looks like it. "
        "Column Phone of template 'monthly' has gone; the file has Mobile, which looks like it. "
        "Column Shoe is new to template 'monthly': say --map 'Mail=email', --map 'Mobile=phone', "
        "--map 'Shoe=' to leave it out, or save the template anew."
    )


@pytest.mark.usefixtures("monthly")
def test_the_same_columns_in_another_order_and_case_go_on(wb: Workbench, sheet: Given) -> None:
    same = sheet("NOTE,phone,who,LOG-IN\nx,555-123-4567,Ann Lee,ann@example.org\n")
    assert outcome(wb.import_sheet(same, "elevate.students", template="monthly")) == (0, 0, 1, 0, 0)


def test_a_template_that_knew_no_other_columns_learns_them_from_the_imports_before_it(
    wb: Workbench, sheet: Given
) -> None:
    """One that was saved before templates said what they leave out."""
    first = wb.import_sheet(sheet(MONTHLY), "elevate.students", columns={"Login": "email", "Who": "full_name"})
    assert first.mapping["left_out"] == []
    wb.templates.save("monthly", "elevate.students", Mapping.from_dict(first.mapping))
    assert outcome(wb.import_sheet(sheet(MONTHLY), "elevate.students", template="monthly")) == (0, 0, 2, 0, 0)
    later = sheet(MONTHLY.replace("Note", "Notiz"))
    wb.import_sheet(later, "elevate.students", columns={"Login": "email", "Who": "full_name"})
    assert "Column Notiz is new" in refused(wb, later, ColumnsChanged, template="monthly")


@pytest.mark.usefixtures("monthly")
def test_swapped_values_stop_an_import_with_a_template(wb: Workbench, sheet: Given, url: str) -> None:
    swapped = sheet("Login,Who,Phone,Note\nAnn Lee,ann@example.org,,x\nBob Ray,bob@example.org,,y\n")
    assert refused(wb, swapped, ColumnsMixedUp, template="monthly") == (
        "Column Login would fill email, but its values are names; Column Who would fill full_name, but its values are "
        "e-mail addresses: say --map 'Login=full_name' and --map 'Who=email', or --map 'Login=email' and "
        "--map 'Who=full_name' if it is meant so."
    )
    columns = {"Login": "full_name", "Who": "email"}
    done = wb.import_sheet(swapped, "elevate.students", template="monthly", columns=columns)
    assert outcome(done) == (0, 0, 2, 0, 0)
    assert records(url, "elevate.profiles", "full_name") == [("Ann Lee",), ("Bob Ray",)]


def test_addresses_in_the_name_stop_an_import_without_a_template_too(wb: Workbench, sheet: Given) -> None:
    text = "Email,Name\nann@example.org,ann@example.org\nbob@example.org,bob@example.org\n"
    assert refused(wb, sheet(text), ColumnsMixedUp) == (
        "Column Name would fill full_name, but its values are e-mail addresses: say --map 'Name=' to leave it out, or "
        "--map 'Name=full_name' if it is meant so."
    )
    meant = wb.import_sheet(sheet(text), "elevate.students", columns={"Name": "full_name"})
    assert (outcome(meant), meant.mapping["confirmed"]) == ((2, 0, 0, 0, 0), ["Name"])
    wb.templates.save("logins", "elevate.students", Mapping.from_dict(meant.mapping))
    assert outcome(wb.import_sheet(sheet(text), "elevate.students", template="logins")) == (0, 0, 2, 0, 0)


def test_what_begins_cleanly_and_drifts_within_the_first_block_is_seen(wb: Workbench, sheet: Given) -> None:
    clean = "".join(f"p{number}@example.org,Ann Lee\n" for number in range(1_500))
    swapped = "".join(f"Ann Lee,p{number}@example.org\n" for number in range(1_500, 15_000))
    assert "would fill email" in refused(wb, sheet(f"Email,Name\n{clean}{swapped}"), ColumnsMixedUp)


def test_the_source_of_a_playbook_is_looked_at(wb: Workbench, sheet: Given) -> None:
    text = (
        "email,first_name,last_name,course_name,course_code\n"
        + "Ann Lee,ann@example.org,Lee,Welding,W1\n"
        + ("Bob Ray,bob@example.org,Ray,Welding,W1\n")
    )
    with pytest.raises(ColumnsMixedUp, match="Column first_name would fill first_name, but its values are e-mail"):
        wb.stage(sheet(text), "elevate.learners")
    assert wb.batches.all() == []


def test_each_sheet_of_several_has_its_template(wb: Workbench, tmp_path: Path, url: str) -> None:
    folder = tmp_path / "school"
    folder.mkdir()
    (folder / "courses.csv").write_text("name,code\nWelding,WELD101\n")
    (folder / "students.csv").write_text("email,name,Mobile\nann@example.org,Ann Lee,555-123-4567\n")
    saved = Mapping(columns={"email": "email", "name": "full_name", "Phone": "phone"})
    wb.templates.save("monthly", "elevate.students", saved)
    sheets = [each for file in sorted(folder.iterdir()) for each in open_sheets(file)]
    with pytest.raises(SheetRefused, match="Column Phone of template 'monthly' has gone; the file has Mobile, which"):
        wb.stage(sheets, "elevate", template="monthly")
    assert wb.batches.all() == []
    done = wb.import_sheet(sheets, "elevate", template="monthly", columns={"Phone": "", "Mobile": ""})
    assert outcome(done) == (2, 0, 0, 0, 0)
    assert ask(url, "select phone from elevate.profiles") == [(None,)]


@pytest.mark.usefixtures("monthly")
def test_a_column_that_the_recipe_takes_away_or_calls_otherwise_is_told_with_the_step(
    wb: Workbench, sheet: Given
) -> None:
    trim = Step(operation="trim")
    renamed = Recipe(steps=(trim, Step(operation="rename", columns=("Phone",), options={"to": "Mobile"})))
    assert refused(wb, sheet(MONTHLY), ColumnsChanged, template="monthly", recipe=renamed) == (
        "Column Phone of template 'monthly' has gone, for step 2 of the recipe (rename) takes it away or calls it "
        "otherwise; the file has Mobile, which looks like it: say --map 'Mobile=phone', or save the template anew."
    )
    dropped = Recipe(steps=(Step(operation="remove_columns", columns=("Phone",)), trim))
    told = refused(wb, sheet(MONTHLY), ColumnsChanged, template="monthly", recipe=dropped)
    assert told.startswith("Column Phone of template 'monthly' has gone, for step 1 of the recipe (remove_columns)")
    change = wb.sources.header_change(wb.cleaned(sheet(MONTHLY), "elevate.students", recipe=dropped),
                                      "elevate.students", "monthly")  # fmt: skip
    assert change == {
        "missing": ["Phone"], "new": [], "suggestions": [], "taken": {"Phone": "Step 1 of the recipe (remove_columns)"},
    }  # fmt: skip
