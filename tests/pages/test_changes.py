"""A source whose columns have changed goes through the seven steps of seed 001, from the pause to the resumption."""

from collections.abc import Callable
from io import BytesIO

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors.web import uploads
from workbench.model.batch import Batch
from workbench.model.errors import SourcePaused
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template

Sheets = Callable[..., Sheet]
Worked = Callable[[Batch], Batch]

OLD = "TeacherEmail,Name,School,State\nada@kck.example,Ada Park,Argentine,active\n"
NEW = "EducatorEmail,Name,School,Room\n" + "".join(f"t{n}@kck.example,Teacher {n},Argentine,{n}\n" for n in range(12))
STEPS = [
    "1 Stop normal imports",
    "2 Save a sample with the new columns",
    "3 Compare its headers with the template",
    "4 Update the template",
    "5 Test on a small file",
    "6 Verify the results",
    "7 Resume normal imports",
]


@pytest.fixture
def pathful(wb: Workbench) -> Template:
    """The template of the source Pathful, as its files were before."""
    columns = {"TeacherEmail": "email", "Name": "name", "School": "building"}
    saved = wb.templates.save("Pathful", "polaris.teacher_roster", Mapping(columns=columns))
    wb.sources.all()
    wb.sources.save(dataset="Pathful", data_type="polaris.teacher_roster", template_id=saved.id)
    return saved


def test_a_trial_that_is_not_there_is_told_and_the_procedure_goes_on(
    show: Show, wb: Workbench, pathful: Template
) -> None:
    page = show("changes", source="Pathful", batch="nonsense")
    assert not page.exception
    assert "There is no import nonsense here" in page.warning[0].value
    assert steps(page)[0] == "●"


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def steps(page: AppTest) -> str:
    """The sign of each step: ✓ done, ● now, ○ later."""
    said = [part.value.replace(":gray[", "").replace("*", "").rstrip("]") for part in page.markdown]
    signs = {text[2:]: text[0] for text in said if text[2:] in STEPS}
    assert list(signs) == STEPS
    return "".join(signs.values())


def try_it(page: AppTest) -> None:
    next(field for field in page.text_input if field.label == "Time it speaks of").set_value("2024-2025")
    press(page, "Try it")


def upload(page: AppTest, text: str = NEW, name: str = "pathful.csv") -> AppTest:
    return page.file_uploader[0].upload(name, text.encode(), "text/csv").run()


def test_without_a_template_in_the_inventory_it_says_what_to_do(show: Show) -> None:
    assert [link.label for link in show("changes").page_link] == ["Inventory"]


def test_a_renamed_column_goes_through_the_whole_procedure(
    show: Show, wb: Workbench, sheet: Sheets, pathful: Template, worked: Worked
) -> None:
    """Seed 001, Column Change Procedure: Pathful changes TeacherEmail to EducatorEmail."""
    page = show("changes", source="Pathful")
    assert steps(page) == "●○○○○○○"
    press(page, "Pause its imports")
    with pytest.raises(SourcePaused):
        wb.stage(sheet(OLD), "polaris.teacher_roster", template="Pathful", window="2024-2025")
    assert steps(page) == "✓●○○○○○"
    upload(page)
    assert steps(page) == "✓✓✓●○○○"
    assert page.dataframe[0].value.to_numpy().tolist() == [
        ["missing", "TeacherEmail"],
        ["new", "EducatorEmail"],
        ["new", "Room"],
    ]
    suggested = page.data_editor[0].value[["New column", "Field", "Instead of"]].to_numpy().tolist()
    assert suggested == [["EducatorEmail", "email", "TeacherEmail"], ["Room", "", ""]]
    press(page, "Update the template")
    said = wb.templates.get("polaris.teacher_roster", "Pathful").mapping
    assert said.columns == {"Name": "name", "School": "building", "EducatorEmail": "email"}
    assert said.left_out == ("Room",)
    assert steps(page) == "✓✓✓✓●○○"
    try_it(page)
    worked(wb.batches.all()[0])
    page.run()
    assert steps(page) == "✓✓✓✓✓✓●"
    assert [metric.value for metric in page.metric] == ["10", "10", "0", "0", "0", "0"]
    press(page, "Resume its imports")
    assert steps(page) == "✓✓✓✓✓✓✓"
    assert not wb.sources.all()[-1]["paused"]
    done = wb.import_sheet(sheet(NEW), "polaris.teacher_roster", template="Pathful", window="2024-2025")
    assert done.created == 12


def test_the_map_page_sees_the_change_and_leads_here(show: Show, wb: Workbench, pathful: Template) -> None:
    kept = uploads.keep(wb.settings, "pathful.csv", BytesIO(NEW.encode()))
    page = show("map", upload=kept.id, dataset="polaris.teacher_roster", template=pathful.id)
    assert "gone: TeacherEmail; new: EducatorEmail, Room" in page.warning[0].value.replace("\\", "")
    assert "source=Pathful" in [link.proto.query_string for link in page.page_link if link.proto.page == "changes"]


def test_the_sample_stays_in_the_inventory(show: Show, wb: Workbench, pathful: Template) -> None:
    wb.sources.pause("Pathful", "")
    upload(show("changes", source="Pathful"))
    assert wb.sources.all()[-1]["samples"].splitlines()[:2] == NEW.splitlines()[:2]


def test_the_address_keeps_the_sample_and_the_trial(
    show: Show, wb: Workbench, pathful: Template, worked: Worked
) -> None:
    wb.sources.pause("Pathful", "")
    page = press(upload(show("changes", source="Pathful")), "Update the template")
    try_it(page)
    worked(wb.batches.all()[0])
    again = show("changes", **page.query_params)
    assert steps(again) == "✓✓✓✓✓✓●"


def test_new_values_are_mapped_with_the_new_columns(show: Show, wb: Workbench) -> None:
    columns = {"Student": "student_email", "Course": "course_code", "Status": "status"}
    saved = wb.templates.save("Signups", "elevate.enrollments", Mapping(columns=columns))
    wb.sources.save(dataset="Signups", data_type="elevate.enrollments", template_id=saved.id)
    wb.sources.pause("Signups", "")
    text = "Student,Course,State\nada@example.com,CNA101,Completd\nben@example.com,CNA101,active\n"
    page = upload(show("changes", source="Signups"), text)
    page.session_state["columns"] = {"edited_rows": {0: {"Field": "status"}}, "added_rows": [], "deleted_rows": []}
    page.run()
    assert page.data_editor[1].value.to_numpy().tolist() == [["status", "Completd", 1, "completed"]]
    press(page, "Update the template")
    said = wb.templates.get("elevate.enrollments", "Signups").mapping
    assert said.columns["State"] == "status"
    assert said.value_maps == {"status": {"Completd": "completed"}}


def test_a_sample_without_a_change_goes_straight_to_the_trial(show: Show, wb: Workbench, pathful: Template) -> None:
    wb.sources.pause("Pathful", "")
    page = upload(show("changes", source="Pathful"), OLD.replace(",State", "").replace(",active", ""))
    assert steps(page) == "✓✓✓✓●○○"


def test_a_trial_with_wrong_rows_says_so_before_it_is_resumed(
    show: Show, wb: Workbench, pathful: Template, worked: Worked
) -> None:
    wb.sources.pause("Pathful", "")
    page = upload(show("changes", source="Pathful"), "TeacherEmail,Name,School\nnobody,Ada,Argentine\n")
    try_it(page)
    worked(wb.batches.all()[0])
    page.run()
    assert "Not every row of the trial would go in. Look at them first." in [said.value for said in page.caption]


def test_what_the_trial_cannot_do_is_refused_in_a_sentence(show: Show, wb: Workbench, pathful: Template) -> None:
    wb.sources.pause("Pathful", "")
    page = press(upload(show("changes", source="Pathful"), "TeacherEmail,Name,School\na@b.example,A,B\n"), "Try it")
    assert page.error[0].value.startswith("No column for the required academic")
    assert not page.exception


def test_a_hostile_sample_is_text(show: Show, wb: Workbench, pathful: Template) -> None:
    wb.sources.pause("Pathful", "")
    text = 'TeacherEmail,Name,School,<b>x</b>,"=HYPERLINK(""http://x"")"\na@b.example,<i>,=1+1,2,3\n'
    page = upload(show("changes", source="Pathful"), text, "<img src=x> **b**.csv")
    assert any(said.value.startswith(r"\<img src\=x\>") or r"\<img src" in said.value for said in page.caption)
    assert page.dataframe[0].value["Column"].tolist() == ["<b>x</b>", '=HYPERLINK("http://x")']
    assert not page.exception
