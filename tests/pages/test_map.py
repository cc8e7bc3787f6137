from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors import jobs
from workbench.doors.web import correcting, uploads
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

STUDENTS = b"Email Address,First Name,Last Name,Shoe\nann@example.org,Ann,Lee,42\nbob@example.org,Bob,Ray,\n"
COURSES = "name,code\nCNA Training,CNA101\n"
ENROLLMENTS = b"student email,course code,status\nann@example.org,CNA101,Actve\nbob@example.org,CNA101,gone\n"
ROSTER = b"Email,Name\nann@example.org,Ann Lee\n"


def keep(wb: Workbench, data: bytes, name: str = "export.csv") -> str:
    return uploads.keep(wb.settings, name, BytesIO(data)).id


def fields(page: AppTest) -> dict[str, str]:
    """What each column fills, as its drop-down says."""
    return {plain(box.label).removeprefix("Field of "): box.value for box in page.selectbox if of(box, "Field of")}


def meanings(page: AppTest) -> dict[str, str]:
    """What each text means, as its drop-down says."""
    return {plain(box.label).removeprefix("Meaning of "): box.value for box in page.selectbox if of(box, "Meaning of")}


def of(box: Any, what: str) -> bool:
    return str(box.label).startswith(f"{what} ")


def choice(page: AppTest, line: str, what: str = "Field of") -> Any:
    """The drop-down of a line."""
    return next(box for box in page.selectbox if plain(box.label) == f"{what} {line}")


def plain(text: str) -> str:
    return text.replace("\\", "").replace("\u2060", "")


def told(page: AppTest, title: str) -> list[str]:
    """What a line says: of what it is, and why."""
    about = next(
        one for one in page.columns if one.markdown and plain(one.markdown[0].value).startswith(f"**{title}**")
    )
    line = page.columns[list(page.columns).index(about) : list(page.columns).index(about) + 3]
    return [
        plain(line[0].markdown[0].value).partition(":small[")[2][:-1],
        *(plain(one.value) for one in line[2].caption),
    ]


def button(page: AppTest, label: str) -> Any:
    return next(button for button in page.button if button.label == label)


def confirm(page: AppTest) -> AppTest:
    return next(box for box in page.checkbox if box.label.startswith("I have looked")).check().run()


def warnings(page: AppTest) -> list[str]:
    return [warning.value.replace("\\", "") for warning in page.warning]


def test_without_a_file_the_page_says_what_to_do(show: Show) -> None:
    page = show("map")
    assert not page.exception
    assert "No file yet" in page.markdown[-1].value
    assert "Upload a file" in [link.proto.label for link in page.get("page_link")]


def test_a_file_that_is_no_dataset_asks_which_it_is(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, b"width,height\n1,2\n"))
    next(box for box in page.selectbox if box.label == "What is a row of it?").select("elevate.courses").run()
    assert not page.exception
    assert page.query_params["dataset"] == "elevate.courses"
    assert list(fields(page)) == ["width", "height"]


def test_every_column_has_a_line_with_samples_fill_field_score_and_reason(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    assert not page.exception
    assert fields(page) == {"Email Address": "email", "First Name": "first_name", "Last Name": "last_name", "Shoe": ""}
    email = ':green-badge[100%] "email address" is another name of email'
    assert told(page, "Email Address") == ["ann@example.org · bob@example.org (100% filled)", email]
    assert told(page, "Last Name") == ["Lee · Ray (100% filled)", ":green-badge[100%] is the field's own name"]
    assert told(page, "Shoe") == ["42 (50% filled)", "reads like no field of elevate.students"]


def test_why_a_column_fills_a_field_is_another_once_a_person_chooses(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    choice(page, "Shoe").select("external_id").run()
    assert told(page, "Shoe")[1].startswith(":blue-badge[")
    assert "you chose it: its header is" in told(page, "Shoe")[1]
    choice(page, "First Name").select("email").run()
    assert told(page, "First Name")[1].endswith(
        "you chose it: 0% of the values that were looked at are e-mail addresses"
    )
    assert "Email Address, First Name would all fill email: keep one." in warnings(page)
    choice(page, "First Name").select("").run()
    assert told(page, "First Name")[1] == "you left it out"
    choice(page, "First Name").select("first_name").run()
    assert told(page, "First Name")[1] == ":green-badge[100%] is the field's own name"
    assert page.query_params["fields"] == '{"Shoe":"external_id"}'


def test_of_very_many_columns_a_person_turns_to_the_others_and_keeps_what_was_chosen(show: Show, wb: Workbench) -> None:
    headers = ["email", "full_name", *(f"c{number}" for number in range(60))]
    page = show(
        "map", upload=keep(wb, (",".join(headers) + "\n" + "x," * 61 + "x\n").encode()), dataset="elevate.students"
    )
    assert list(fields(page)) == headers[:50]
    choice(page, "c3").select("phone").run()
    turn = next(box for box in page.selectbox if box.label == "Columns that are shown")
    turn.select(50).run()
    assert list(fields(page)) == headers[50:]
    choice(page, "c55").select("external_id").run()
    assert page.query_params["fields"] == '{"c3":"phone","c55":"external_id"}'
    next(box for box in page.selectbox if box.label == "Columns that are shown").select(0).run()
    assert (fields(page)["c3"], not page.exception) == ("phone", True)


def test_how_much_may_change_is_said_and_kept_in_a_template(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    created, of_field = (page.text_input(key=key) for key in ("limit_created", "limit_of_fields"))
    assert (page.text_input(key="limit_blanked").placeholder, created.placeholder) == ("1 and 20%", "none")
    assert of_field.placeholder == (
        "phone.changed=20 and 95%, external_id.changed=5 and 50%, full_name.changed=10 and 50%"
    )
    created.set_value("100").run()
    of_field.set_value("phone.blanked=5%, full_name.changed=none").run()
    button(confirm(page), "Start the import").click().run()
    said = {"created": "100", "phone.blanked": "5%", "full_name.changed": "none"}
    [batch] = wb.batches.all()
    assert batch.mapping["limits"] == said
    wb.templates.save("careful", "elevate.students", Mapping.from_dict(batch.mapping))
    again = show("map", upload=keep(wb, STUDENTS), template=wb.templates.all()[0].id)
    assert again.text_input(key="limit_created").value == "100"
    assert again.text_input(key="limit_of_fields").value == "phone.blanked=5%, full_name.changed=none"


def test_a_limit_that_is_none_is_said(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    page.text_input(key="limit_updated").set_value("many").run()
    button(confirm(page), "Start the import").click().run()
    assert "the limit updated cannot be 'many'" in page.error[0].value.replace("\\", "")


def test_what_a_person_chose_stands_in_the_address(show: Show, wb: Workbench) -> None:
    address = {"upload": keep(wb, STUDENTS), "fields": '{"First Name":"","Last Name":"full_name","Shoe":"external_id"}'}
    page = show("map", **address)
    assert not page.exception
    assert list(fields(page).values()) == ["email", "", "full_name", "external_id"]
    assert page.query_params["fields"] == address["fields"]
    started = button(confirm(page), "Start the import").click().run()
    assert not started.exception
    assert wb.batches.all()[0].mapping["columns"] == {
        "Email Address": "email",
        "Last Name": "full_name",
        "Shoe": "external_id",
    }


@pytest.mark.parametrize(
    "said", ["", "{", "[]", '"x"', "1", '{"Shoe":"<b>","Phone":"email"}', '{"Shoe":null}', '{"Shoe":[1]}']
)
def test_an_address_that_makes_no_sense_changes_nothing(show: Show, wb: Workbench, said: str) -> None:
    page = show("map", upload=keep(wb, STUDENTS), fields=said)
    assert not page.exception
    assert list(fields(page).values()) == ["email", "first_name", "last_name", ""]
    assert "fields" not in page.query_params


def test_what_the_values_mean_stands_in_the_address(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    said = '{"status":{"Actve":"completed","gone":"(nothing: as a blank cell)"}}'
    page = confirm(show("map", upload=keep(wb, ENROLLMENTS), meanings=said))
    assert page.query_params["meanings"] == said
    assert meanings(page) == {"Actve": "completed", "gone": "(nothing: as a blank cell)"}
    assert told(page, "Actve") == ["1 row", "you chose it"]
    button(page, "Start the import").click().run()
    assert wb.batches.all()[0].mapping["value_maps"] == {"status": {"Actve": "completed", "gone": ""}}


ODD = "email,name,phone,id\na@x.example,Null,n/a,1\nb@x.example,JosÃ© Ruiz,call,2\nc@x.example,null,,3\n".encode()


def test_texts_that_read_as_no_value_are_asked_about_once_per_column(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, ODD))
    assert not page.exception
    assert meanings(page) == dict.fromkeys(("Null", "null", "n/a"), "(not said: told of every row)")
    assert told(page, "null") == ["1 row", ""]
    assert "meanings" not in page.query_params


def test_texts_that_a_playbook_knows_for_no_value_are_not_asked_about(show: Show, wb: Workbench) -> None:
    session = "Session ID,Title,Date,Status,SignUp Role,Name,School,Registered Student Count\n"
    rows = "5001,Nursing,2026-03-02 15:30:00,Completed,Educator,Ada Park,North,{0}\n"
    page = show("map", upload=keep(wb, (session + rows.format("n/a") + rows.format("(null)")).encode()))
    assert not page.exception
    assert meanings(page) == {"(null)": "(not said: told of every row)"}


def test_what_was_said_of_cells_stands_in_the_address_and_counts(show: Show, wb: Workbench) -> None:
    said = {
        "meanings": '{"full_name":{"Null":"(as it stands: it is meant)"},"phone":{"n/a":"(nothing: as a blank cell)"}}',
        "repairs": '{"full_name":true}',
        "lenient": "phone",
    }
    page = show("map", upload=keep(wb, ODD), **said)
    assert not page.exception
    assert [toggle.label.replace("\\", "") for toggle in page.toggle] == [
        "Repair the letters of full_name: JosÃ© Ruiz becomes José Ruiz (1 cell)"
    ]
    assert page.query_params["meanings"] == said["meanings"]
    assert page.query_params["repairs"] == said["repairs"]
    assert not button(confirm(page), "Start the import").click().run().exception
    mapping = Mapping.from_dict(wb.batches.all()[0].mapping)
    assert mapping.value_maps == {"full_name": {"Null": "Null"}, "phone": {"n/a": ""}}
    assert (mapping.lenient, mapping.repairs) == (("phone",), ("full_name",))


@pytest.mark.parametrize("said", ["{", "[]", '{"status":1}', '{"status":{"gone":[1]}}', '{"status":{"gone":"<b>"}}'])
def test_meanings_that_make_no_sense_change_nothing(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet], said: str
) -> None:
    page = show("map", upload=keep(wb, ENROLLMENTS), meanings=said)
    assert not page.exception
    assert meanings(page) == {"Actve": "active", "gone": "(no value: invalid)"}
    assert "meanings" not in page.query_params


def test_what_else_a_person_said_stands_in_the_address(show: Show, wb: Workbench) -> None:
    address = {"upload": keep(wb, STUDENTS), "mode": "update", "window": "Autumn", "notes": "Phones first"}
    page = show("map", **address, same='{"phone":"555-123-4567"}', clears="notes")
    assert not page.exception
    assert page.query_params["same"] == '{"phone":"555-123-4567"}'
    started = button(confirm(page), "Start the import").click().run()
    assert not started.exception
    batch = wb.batches.all()[0]
    assert (batch.mode, batch.window, batch.mapping["constants"]) == ("update", "Autumn", {"phone": "555-123-4567"})


@pytest.mark.parametrize("said", ["{", '{"phone":1}', '{"phone":[1]}', '{"no such":"x"}', '{"email":"x@y.org"}'])
def test_an_address_with_other_nonsense_is_no_trace(show: Show, wb: Workbench, said: str) -> None:
    page = show("map", upload=keep(wb, STUDENTS), same=said, mode="<b>", clears="no such", window="")
    assert not page.exception
    button(confirm(page), "Start the import").click().run()
    assert wb.batches.all()[0].mode == "upsert"


def test_a_required_field_without_a_column_stays_in_sight_and_nothing_can_start(show: Show, wb: Workbench) -> None:
    page = confirm(show("map", upload=keep(wb, b"phone,name\n555-123-4567,Ann\n"), dataset="elevate.students"))
    assert warnings(page) == ["No column for the required email."]
    assert button(page, "Start the import").disabled


def test_a_first_use_starts_only_when_a_person_has_confirmed_it(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    assert button(page, "Start the import").disabled
    page = confirm(page)
    button(page, "Start the import").click().run()
    assert not page.exception
    batch = wb.batches.all()[0]
    assert page.query_params["batch"] == str(batch.id)
    assert (batch.stage, batch.source, batch.file_name) == ("queued", "page", "export.csv")
    assert batch.mapping["columns"] == {"Email Address": "email", "First Name": "first_name", "Last Name": "last_name"}
    assert batch.mapping["left_out"] == ["Shoe"]
    assert jobs.state(wb, batch) == "waiting"
    assert uploads.waiting(wb.settings) == []


def test_what_was_started_can_be_filled_from_what_was_kept(show: Show, wb: Workbench) -> None:
    page = confirm(show("map", upload=keep(wb, STUDENTS)))
    button(page, "Start the import").click().run()
    staged = wb.fill(wb.batches.all()[0])
    assert wb.plan(staged).counts["created"] == 2


def test_texts_that_are_no_choice_are_asked_for_with_their_rows(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    page = confirm(show("map", upload=keep(wb, ENROLLMENTS)))
    assert meanings(page) == {"Actve": "active", "gone": "(no value: invalid)"}
    assert told(page, "Actve") == ["1 row", ":orange-badge[91%] like active"]
    assert told(page, "gone") == ["1 row", "like none of its choices"]
    button(page, "Start the import").click().run()
    assert wb.batches.all()[0].mapping["value_maps"] == {"status": {"Actve": "active"}}


def test_a_guessed_meaning_is_asked_about_even_under_a_template_that_knows_every_column(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    columns = {"student email": "student_email", "course code": "course_code", "status": "status"}
    known = Mapping(columns=columns, value_maps={"status": {"gone": "pending"}})
    template = wb.templates.save("Monthly", "elevate.enrollments", known)
    page = show("map", upload=keep(wb, ENROLLMENTS), template=template.id)
    assert (meanings(page), button(page, "Start the import").disabled) == (
        {"Actve": "active", "gone": "pending"},
        True,
    )
    assert told(page, "gone")[1] == ":green-badge[100%] the template says so"
    choice(page, "Actve", "Meaning of").select("completed").run()
    assert not button(page, "Start the import").disabled


def test_a_template_says_everything_and_needs_no_second_look(show: Show, wb: Workbench) -> None:
    mapping = Mapping(columns={"A": "email", "B": "full_name"}, left_out=("C",))
    template = wb.templates.save("Monthly file", "elevate.students", mapping)
    address = {"upload": keep(wb, b"A,B,C\nann@example.org,Ann,x\n"), "dataset": "elevate.students"}
    page = show("map", **address)
    next(box for box in page.selectbox if box.label == "Template").select(template.id).run()
    assert page.query_params["template"] == template.id
    assert list(fields(page).values()) == ["email", "full_name", ""]
    button(page, "Start the import").click().run()
    assert str(wb.batches.all()[0].template_id) == template.id
    asked = show("map", **address, template=template.id)
    assert not asked.checkbox[0].label.startswith("I have looked")


def test_a_column_that_the_template_does_not_know_is_confirmed_again(show: Show, wb: Workbench) -> None:
    template = wb.templates.save("Monthly", "elevate.students", Mapping(columns={"A": "email", "B": "full_name"}))
    upload = keep(wb, b"A,B,phone\nann@example.org,Ann,555-123-4567\n")
    page = show("map", upload=upload, dataset="elevate.students", template=template.id)
    assert button(page, "Start the import").disabled
    assert not button(confirm(page), "Start the import").disabled


def test_columns_that_are_not_those_of_the_template_are_told(show: Show, wb: Workbench) -> None:
    template = wb.templates.save("Monthly", "elevate.students", Mapping(columns={"Mail": "email", "Name": "full_name"}))
    upload = keep(wb, b"E-Post,Name\nann@example.org,Ann\n")
    page = show("map", upload=upload, dataset="elevate.students", template=template.id)
    assert not page.exception
    assert warnings(page)[0] == "The columns are not those of the template (gone: Mail; new: E-Post)."
    assert "What to do when columns change" in [link.proto.label for link in page.get("page_link")]


def test_a_column_of_the_template_that_has_gone_is_replaced_or_gone_without(show: Show, wb: Workbench) -> None:
    saved = Mapping(columns={"Mail": "email", "Name": "full_name", "Phone": "phone"})
    template = wb.templates.save("Monthly", "elevate.students", saved)
    address = {"dataset": "elevate.students", "template": template.id}
    page = show("map", upload=keep(wb, b"Mail,Name\nann@example.org,Ann\n"), **address)
    assert warnings(page)[-1] == "Phone has gone: say what fills phone now, or go on without it."
    assert button(page, "Start the import").disabled
    next(box for box in page.checkbox if box.label.startswith("Go on without Phone")).check().run()
    button(page, "Start the import").click().run()
    assert not page.exception
    assert wb.batches.all()[0].mapping["left_out"] == ["Phone"]
    renamed = show("map", upload=keep(wb, b"Mail,Name,Mobile\nann@example.org,Ann,555-123-4567\n"), **address)
    assert not [box for box in renamed.checkbox if box.label.startswith("Go on without")]
    button(confirm(renamed), "Start the import").click().run()
    assert wb.batches.all()[0].mapping["columns"]["Mobile"] == "phone"


def test_columns_that_hold_something_else_are_asked_about(show: Show, wb: Workbench) -> None:
    template = wb.templates.save("Swapped", "elevate.students", Mapping(columns={"Mail": "email", "Name": "full_name"}))
    upload = keep(wb, b"Mail,Name\nann@example.org,ann@example.org\nbob@example.org,bob@example.org\n")
    page = show("map", upload=upload, dataset="elevate.students", template=template.id)
    asked = "Column Name would fill full_name, but its values are e-mail addresses. Is that meant?"
    assert warnings(page) == [asked]
    assert button(page, "Start the import").disabled
    button(confirm(page), "Start the import").click().run()
    assert not page.exception
    assert wb.batches.all()[0].mapping["confirmed"] == ["Name"]


def test_whether_edits_are_overwritten_is_said_here_and_by_the_template(show: Show, wb: Workbench) -> None:
    upload = keep(wb, ROSTER)
    page = show("map", upload=upload, dataset="elevate.students", on_edit="no such")
    assert not page.exception
    rule = next(box for box in page.selectbox if box.label.startswith("What somebody edited"))
    assert rule.value == "keep"
    rule.select("overwrite").run()
    button(confirm(page), "Start the import").click().run()
    done = wb.batches.all()[0]
    assert done.mapping["on_edit"] == "overwrite"
    template = wb.templates.save("Monthly", "elevate.students", Mapping.from_dict(done.mapping))
    page = show("map", upload=keep(wb, ROSTER), dataset="elevate.students", template=template.id)
    assert next(box for box in page.selectbox if box.label.startswith("What somebody edited")).value == "overwrite"


def test_imports_of_a_paused_source_are_refused_in_a_sentence(show: Show, wb: Workbench) -> None:
    source = wb.sources.save(dataset="Students of the college", data_type="elevate.students")
    wb.sources.pause(source["id"], "Its columns have changed.")
    page = confirm(show("map", upload=keep(wb, STUDENTS)))
    button(page, "Start the import").click().run()
    assert not page.exception
    assert "Students of the college" in page.error[0].value
    assert wb.batches.all() == []


def test_the_mapping_can_be_saved_as_a_template(show: Show, wb: Workbench) -> None:
    page = show("map", upload=keep(wb, STUDENTS))
    next(box for box in page.text_input if box.label == "Name").input("Spring").run()
    button(page, "Save").click().run()
    assert not page.exception
    saved = wb.templates.get("elevate.students", "Spring")
    assert saved.mapping.columns == {"Email Address": "email", "First Name": "first_name", "Last Name": "last_name"}
    assert saved.mapping.left_out == ("Shoe",)
    assert page.query_params["template"] == saved.id


def test_a_required_field_can_have_one_value_for_every_row_and_the_year_its_window(show: Show, wb: Workbench) -> None:
    page = confirm(show("map", upload=keep(wb, ROSTER), dataset="polaris.teacher_roster"))
    assert warnings(page) == [
        "No column for the required building.",
        "No column for the required academic_year (or a window).",
    ]
    next(box for box in page.text_input if box.label == "building in every row").input("North High").run()
    next(box for box in page.text_input if box.label == "Academic year").input("2024-2025").run()
    assert warnings(page) == []
    button(page, "Start the import").click().run()
    batch = wb.batches.all()[0]
    assert (batch.mapping["constants"], batch.window, batch.mode) == (
        {"building": "North High"},
        "2024-2025",
        "preserve",
    )


def test_a_column_of_secrets_is_left_out_and_its_upload_does_not_stay(show: Show, wb: Workbench) -> None:
    page = confirm(show("map", upload=keep(wb, b"email,full name,password\nann@example.org,Ann,hunter2\n")))
    assert told(page, "password") == ["100% filled", "carries a secret, and is never imported"]
    button(page, "Start the import").click().run()
    assert not page.exception
    assert not list((wb.settings.home / "uploads").rglob("*.json"))


def test_an_import_out_of_order_is_refused_in_a_sentence(show: Show, wb: Workbench) -> None:
    page = confirm(show("map", upload=keep(wb, ENROLLMENTS)))
    button(page, "Start the import").click().run()
    assert not page.exception
    assert "refers to elevate.courses and elevate.students, and there are none yet" in page.error[0].value.replace(
        "\\", ""
    )
    assert wb.batches.all() == []


def test_the_file_of_an_import_can_be_mapped_otherwise_and_imported_again(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    first = wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students", columns={"Shoe": "external_id"})
    page = show("map", batch=first.id)
    assert list(fields(page).values()) == ["email", "first_name", "last_name", "external_id"]
    assert told(page, "Shoe")[1].startswith(":green-badge[100%] the import of 2")
    button(page, "Import it again").click().run()
    assert not page.exception
    assert wb.batches.all()[0].id != first.id
    assert wb.batches.all()[0].mapping["columns"]["Shoe"] == "external_id"


@pytest.mark.parametrize("few", [correcting.FEW, 0], ids=["at once", "by a worker"])
def test_what_texts_mean_is_changed_in_an_import_that_is_not_written_yet(
    show: Show,
    wb: Workbench,
    sheet: Callable[..., Sheet],
    worked: Callable[[Batch], Batch],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    monkeypatch.setattr(correcting, "FEW", few)
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    columns = {"student email": "student_email", "course code": "course_code", "status": "status"}
    template = wb.templates.save("Monthly", "elevate.enrollments", Mapping(columns=columns))
    text = ENROLLMENTS.decode() + "ann@example.org,CNA102,gone\n"
    said = {"status": {"Actve": "active", "gone": "completed"}}
    batch = wb.stage(sheet(text), "elevate.enrollments", template=template.id, value_maps=said)
    page = show("map", batch=batch.id)
    assert told(page, "gone")[1] == ":green-badge[100%] this import says so"
    assert "Put them right in this import" not in [button.label for button in page.button]
    choice(page, "gone", "Meaning of").select("pending").run()
    assert any("others than those of this import. status: gone → pending" in plain(m.value) for m in page.markdown)
    button(page, "Put them right in this import").click().run()
    assert not page.exception
    assert page.query_params["batch"] == str(batch.id)
    done = worked(batch)
    assert [row["payload"]["status"] for row in wb.rows.each(done)] == ["active", "pending", "pending"]
    assert (len(wb.batches.all()), done.revision) == (3, 1)
    assert wb.templates.get("elevate.enrollments", "Monthly").mapping.value_maps == {"status": {"gone": "pending"}}


@pytest.mark.parametrize("few", [correcting.FEW, 0], ids=["at once", "by a worker"])
def test_another_field_of_a_column_is_changed_in_an_import_that_is_not_written_yet(
    show: Show,
    wb: Workbench,
    sheet: Callable[..., Sheet],
    worked: Callable[[Batch], Batch],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    monkeypatch.setattr(correcting, "FEW", few)
    text = "email,full name,home phone,cell\nann@example.org,Ann Lee,555-201-0001,555-301-0001\n"
    batch = wb.stage(sheet(text), "elevate.students", columns={"home phone": "phone", "cell": ""})
    wb.plan(batch)
    page = show("map", batch=batch.id)
    assert "Map them so in this import" not in [button.label for button in page.button]
    choice(page, "home phone").select("").run()
    choice(page, "cell").select("phone").run()
    assert any("cell → phone, before (not imported)" in plain(m.value) for m in page.markdown)
    button(page, "Map them so in this import").click().run()
    assert not page.exception
    assert page.query_params["batch"] == str(batch.id)
    done = worked(batch)
    assert [row["payload"]["phone"] for row in wb.rows.each(done)] == ["555-301-0001"]
    assert (len(wb.batches.all()), done.stage, done.revision) == (1, "planned", 1)
    happened = show("history", batch=batch.id)
    story = next(t.value for t in happened.dataframe if "What" in t.value and "Who" in t.value)
    assert "mapped its columns otherwise" in story["What"].tolist()
    assert any("cell: phone, before nothing" in told for told in story["Details"])
    page = show("validate", batch=batch.id)
    assert any("Last correction: mapped otherwise: home phone: nothing" in plain(one.value) for one in page.caption)
    page.button(key="take back").click().run()
    assert not page.exception
    assert [row["payload"]["phone"] for row in wb.rows.each(worked(done))] == ["555-201-0001"]


def test_another_field_is_no_button_while_something_speaks_against_it(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet], worked: Callable[[Batch], Batch]
) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    text = "student_email,course_code,begun,first seen\nann@example.org,CNA101,2024-12-25,02/01/2024\n"
    batch = wb.stage(sheet(text), "elevate.enrollments", columns={"begun": "enrolled_at", "first seen": ""})
    wb.plan(batch)
    page = show("map", batch=batch.id)
    choice(page, "student_email").select("").run()
    assert button(page, "Map them so in this import").disabled
    told = [plain(caption.value) for caption in page.caption]
    assert "Not yet: No column for the required student_email." in told
    choice(page, "student_email").select("student_email").run()
    choice(page, "first seen").select("enrolled_at").run()
    assert button(page, "Map them so in this import").disabled
    choice(page, "begun").select("").run()
    assert button(page, "Map them so in this import").disabled
    box = next(box for box in page.selectbox if box.label == "How first seen is written")
    box.select("dmy").run()
    button(page, "Map them so in this import").click().run()
    assert not page.exception and not page.error
    assert worked(batch).mapping["forms"] == {"enrolled_at": "dmy"}
    assert [row["payload"]["enrolled_at"] for row in wb.rows.each(batch)] == ["2024-01-02T00:00:00Z"]


def test_what_texts_mean_is_not_changed_where_the_import_is_written(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    done = wb.import_sheet(sheet(ENROLLMENTS.decode()), "elevate.enrollments", skip_errors=True)
    page = show("map", batch=done.id)
    choice(page, "gone", "Meaning of").select("pending").run()
    assert not page.exception
    assert "Put them right in this import" not in [button.label for button in page.button]


def test_hostile_headers_are_cells_and_never_markup(show: Show, wb: Workbench) -> None:
    header = "<script>alert(1)</script>"
    page = show("map", upload=keep(wb, f"email,full name,{header}\nann@example.org,Ann,=1+1\n".encode()))
    assert not page.exception
    assert list(fields(page)) == ["email", "full name", header]
    assert header not in "".join(element.value for element in [*page.markdown, *page.caption, *page.warning])


def test_an_undo_has_no_file_to_map(show: Show, wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    undo = wb.undo(wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students"))
    page = show("map", batch=undo.id)
    assert not page.exception
    assert "its bytes were not kept" in page.error[0].value.replace("\\", "")


DAYS = b"student email,course code,start date\nann@example.org,CNA101,{}\nbob@example.org,CNA101,03/02/2024\n"


def dated(wb: Workbench, sheet: Callable[..., Sheet], day: bytes) -> str:
    """An upload of enrollments on a day, and on the third of a month or the second of another."""
    wb.import_sheet(sheet(COURSES), "elevate.courses")
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    return keep(wb, DAYS.replace(b"{}", day))


def order(page: AppTest) -> Any:
    return next(box for box in page.selectbox if box.label == "How start date is written")


def test_the_order_of_dates_that_a_cell_proves_is_said_beside_the_samples(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    page = confirm(show("map", upload=dated(wb, sheet, b"25/12/2024")))
    assert not page.exception
    assert order(page).value == "dmy"
    assert "start date: day first (25/12/2024 on line 2)" in [one.value.replace("\\", "") for one in page.caption]
    button(page, "Start the import").click().run()
    batch = wb.batches.all()[0]
    assert batch.mapping["forms"] == {"enrolled_at": "dmy"}
    assert batch.reading["forms"][0]["said"] == "start date: day first (25/12/2024 on line 2)"


def test_nothing_starts_before_a_person_has_said_the_order_of_dates_that_could_be_either(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    page = confirm(show("map", upload=dated(wb, sheet, b"01/02/2024")))
    assert order(page).value is None
    assert warnings(page) == [
        "start date can be read in several ways: 01/02/2024 on line 2 is 2024-01-02 if the month stands first, "
        "2024-02-01 if the day stands first."
    ]
    assert button(page, "Start the import").disabled
    order(page).select("mdy").run()
    assert (warnings(page), page.query_params["forms"]) == ([], '{"enrolled_at":"mdy"}')
    button(page, "Start the import").click().run()
    assert not page.exception
    assert wb.batches.all()[0].mapping["forms"] == {"enrolled_at": "mdy"}


def test_the_order_of_an_address_or_a_template_is_chosen_already(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    upload = dated(wb, sheet, b"01/02/2024")
    assert order(show("map", upload=upload, forms='{"enrolled_at":"dmy"}')).value == "dmy"
    assert order(show("map", upload=upload, forms='{"enrolled_at":["dmy"]}')).value is None
    columns = {"student email": "student_email", "course code": "course_code", "start date": "enrolled_at"}
    saved = wb.templates.save("Monthly", "elevate.enrollments", Mapping(columns=columns, forms={"enrolled_at": "dmy"}))
    page = show("map", upload=upload, template=saved.id)
    assert (order(page).value, warnings(page)) == ("dmy", [])
    button(page, "Start the import").click().run()
    assert wb.batches.all()[0].reading["forms"][0]["said"] == "start date: day first (as the template says)"
