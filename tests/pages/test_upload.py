import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.generic_csv import SIZES, export, rows
from tests.pages.conftest import Show
from workbench import Workbench
from workbench.doors.web import recipes, sheets, uploads
from workbench.model.batch import Batch
from workbench.model.known_lines import KnownLines
from workbench.model.recipe import Condition, Recipe, Step
from workbench.model.sheet import Layout, Sheet
from workbench.model.template import Mapping

STUDENTS = b"email,first name,last name\nann@example.org,Ann,Lee\n"
HOSTILE = "<img src=x onerror=alert(1)> **b** [x](http:evil.example).csv"


def keep(wb: Workbench, data: bytes, name: str = "export.csv") -> str:
    return uploads.keep(wb.settings, name, BytesIO(data)).id


def drop(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    uploader = page.file_uploader[0]
    for name, data in files:
        uploader.upload(name, data)
    return page.run()


def told(page: AppTest) -> str:
    """All that the page says."""
    said = [*page.title, *page.header, *page.markdown, *page.caption, *page.info, *page.warning, *page.error]
    return "\n".join(element.value for element in said).replace("\\", "")


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def expanders(page: AppTest) -> str:
    return "\n".join(box.label for box in page.expander)


def dataset(page: AppTest) -> str | None:
    return next(box for box in page.selectbox if box.label == "Dataset").value


def test_an_empty_page_says_what_to_do(show: Show) -> None:
    page = show("upload")
    assert not page.exception
    assert "No file is waiting. Drop one above" in told(page)
    assert [button.label for button in page.download_button] == ["CSV template", "Field guide"]


def test_a_file_that_is_dropped_is_kept_and_recognised(show: Show, wb: Workbench) -> None:
    page = drop(show("upload"), ("people.csv", STUDENTS))
    assert not page.exception
    assert page.query_params["upload"] == uploads.waiting(wb.settings)[0].id
    assert dataset(page) == "elevate.students"
    assert "3 of 3 columns are fields of it (email, first_name, last_name)" in told(page)
    assert "CSV · 51 bytes · encoding UTF-8 · cells are separated by commas · 3 columns · header on line 1" in told(
        page
    )
    assert page.dataframe[0].value["As it stands"].tolist() == ["email,first name,last name", "ann@example.org,Ann,Lee"]
    assert page.dataframe[0].value["Is"].tolist() == ["▶ header", ""]


def test_a_line_of_sums_is_said_to_be_compared_and_not_imported(show: Show) -> None:
    stock = b"Warehouse,SKU,Units,COGS\nA,FRA1,1547,3.00\nB,FRA1,1547,4.00\n"
    page = drop(show("upload"), ("stock.csv", stock + b'Total,,"3,094",7.00\n'))
    assert not page.exception
    assert dataset(page) == "commerce.inventory"
    assert "Line 4 adds up the others: it is compared with the rows, and not imported." in told(page)
    assert "header on line 1 · 2 rows" in told(page)
    assert "looks like a total" not in told(page)
    page = drop(show("upload"), ("stock.csv", stock + b'Total,FRA1,"3,094",7.00\n'))
    assert "Line 4 looks like a total (see Where the table stands)." in told(page)


def test_of_a_file_that_several_datasets_fit_a_person_says_which_it_is(show: Show) -> None:
    text = (
        b"Company Name,City,State,Open Balance,Sales last 12 months\n"
        b"Harbor,Baltimore,MD,$10.00,$100.00\nBlue Door,Baltimore,MD,$5.00,$50.00\nTotal,,,$15.00,$150.00\n"
    )
    page = drop(show("upload"), ("customers.csv", text))
    assert not page.exception
    assert dataset(page) is None
    assert "It fits several nearly as well: choose which it is." in told(page)
    assert next(button for button in page.button if button.label == "Map its columns").disabled
    next(box for box in page.selectbox if box.label == "Dataset").select("commerce.customers").run()
    assert dataset(page) == "commerce.customers"
    assert "Line 4 adds up the others: it is compared with the rows, and not imported." in told(page)
    assert "looks like a total" not in told(page)


def test_an_upload_outlives_the_session(show: Show) -> None:
    address = drop(show("upload"), ("people.csv", STUDENTS)).query_params["upload"]
    page = show("upload", upload=address)
    assert "people.csv" in told(page)
    assert dataset(page) == "elevate.students"


def test_several_files_are_listed_with_what_they_are_and_what_comes_first(show: Show) -> None:
    page = drop(show("upload"), ("a.csv", STUDENTS), ("b.csv", b"student email,course code\na@b.org,CNA101\n"))
    assert not page.exception
    assert "Recognised as **Elevate: Students**" in told(page)
    after = "to be imported after Elevate: Students and Elevate: Courses"
    assert f"Recognised as **Elevate: Enrollments**, {after}" in told(page)


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence_beside_the_others(show: Show) -> None:
    page = drop(show("upload"), ("a.csv", STUDENTS), ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(50)))
    assert not page.exception
    assert "Recognised as **Elevate: Students**" in told(page)
    assert [error.value.replace("\\", "") for error in page.error] == [
        "picture.csv cannot be read: it is a PNG picture, not a table."
    ]


def zipped(**files: bytes) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return held.getvalue()


def test_a_zip_archive_is_unpacked_and_what_is_left_aside_is_told(show: Show, wb: Workbench) -> None:
    data = zipped(students__csv=STUDENTS, courses__csv=b"course name,code\nNursing,N1\n", manifest__json=b"{}")
    page = drop(show("upload"), ("export.zip", data))
    assert not page.exception
    assert "**export.zip** holds 2 tables. Left aside, as no tables: manifest.json." in told(page)
    assert "Recognised as **Elevate: Students**" in told(page) and "Recognised as **Elevate: Courses**" in told(page)
    assert {upload.name for upload in uploads.waiting(wb.settings)} == {"students.csv", "courses.csv"}
    assert "manifest.json" not in told(page.run())


def test_an_export_of_the_generic_format_is_one_upload_and_one_run(
    show: Show, wb: Workbench, worked: Callable[[Batch], Batch], home: Path, tmp_path: Path
) -> None:
    found = rows()
    found["users"] = [{**user, "password_hash": "$2b$12$abcdefghijkl"} for user in found["users"]]
    path = export(tmp_path / "generic.zip", found)
    page = drop(show("upload"), ("generic.zip", path.read_bytes()))
    assert not page.exception
    assert page.success[0].value.replace("\\", "") == (
        "Valid Generic CSV export. Contains 40 total records across 11 entity types."
    )
    assert "users.csv: the secrets of password_hash are dropped, and the file is not kept." in told(page)
    assert page.dataframe[0].value["File"].tolist()[:3] == ["institutions.csv", "programs.csv", "users.csv"]
    assert page.dataframe[0].value["Rows it counts"].tolist() == list(SIZES)
    waits = show("upload")
    assert "Recognised as **Generic CSV**. Valid Generic CSV export." in told(waits)
    page = press(page, "Import it as one run")
    assert not page.exception
    batch = worked(wb.batches.all()[0])
    assert (batch.dataset, batch.state, batch.created) == ("generic_csv", "planned", 40)
    assert uploads.waiting(wb.settings) == []  # it carries secrets, and is forgotten
    kept = [path for path in home.rglob("*") if path.is_file() and b"$2b$12$" in path.read_bytes()]
    assert kept == []


def test_an_export_without_records_is_told_to_be_nothing_to_import(show: Show, wb: Workbench, tmp_path: Path) -> None:
    path = export(tmp_path / "generic.zip", {name: [] for name in rows()})
    page = drop(show("upload"), ("generic.zip", path.read_bytes()))
    page = press(page, "Import it as one run")
    assert "There is nothing to import, and nothing was written." in told(page)
    assert (page.error, wb.batches.all()) == ([], [])


def test_an_export_that_is_none_is_refused_in_its_own_words(show: Show, tmp_path: Path) -> None:
    path = export(tmp_path / "generic.zip", format_version="2.0")
    page = drop(show("upload"), ("generic.zip", path.read_bytes()))
    assert "Incompatible format version: 2.0. Expected 1.0" in told(page)
    assert "Incompatible format version: 2.0. Expected 1.0" in told(show("upload"))


def test_the_one_table_of_an_archive_is_looked_at_at_once(show: Show, wb: Workbench) -> None:
    page = drop(show("upload"), ("export.zip", zipped(students__csv=STUDENTS)))
    assert (dataset(page), page.query_params["upload"]) == ("elevate.students", uploads.waiting(wb.settings)[0].id)


def test_an_archive_that_cannot_be_unpacked_is_refused_in_a_sentence_beside_the_others(show: Show) -> None:
    page = drop(show("upload"), ("files.zip", b"PK\x05\x06" + bytes(18)), ("a.csv", STUDENTS))
    assert not page.exception
    assert "files.zip cannot be read: it is a ZIP archive without a file in it." in told(page)
    assert dataset(page) == "elevate.students"


def test_a_file_can_be_forgotten(show: Show, wb: Workbench) -> None:
    keep(wb, STUDENTS)
    page = show("upload")
    next(button for button in page.button if button.label == "Forget").click().run()
    assert uploads.waiting(wb.settings) == []
    assert "No file is waiting" in told(page)


def test_an_upload_that_is_gone_is_told_in_a_sentence(show: Show) -> None:
    page = show("upload", upload="0" * 64)
    assert not page.exception
    assert "There is no upload 000000000000 any more" in page.error[0].value.replace("\\", "")


def test_another_dataset_can_be_chosen_and_stands_in_the_address(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, STUDENTS))
    next(box for box in page.selectbox if box.label == "Dataset").select("elevate.staff").run()
    assert page.query_params["dataset"] == "elevate.staff"
    assert dataset(show("upload", **page.query_params)) == "elevate.staff"


def test_what_a_sheet_of_several_is_is_said_once_and_the_same_everywhere(
    show: Show, wb: Workbench, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for title, table in {
        "students": [["email", "full_name"], ["ada@x.org", "Ada"]],
        "courses": [["code", "name"], ["CNA101", "Nursing"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in table:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "both.xlsx")
    upload = keep(wb, (tmp_path / "both.xlsx").read_bytes(), "both.xlsx")
    assert "2 sheets: what each of them is, it says when you look at it." in told(show("upload"))

    def answers(page: AppTest, title: str) -> tuple[str | None, str | None]:
        in_list = next(box for box in page.selectbox if box.label == f"What {title} is")
        return dataset(page), in_list.value

    for title in ("students", "courses"):
        page = show("upload", upload=upload, sheet=title)
        assert not page.exception
        alone, in_list = answers(page, title)
        assert alone == in_list is not None
    alone_box = next(box for box in page.selectbox if box.label == "Dataset")
    alone_box.select("elevate.staff").run()
    assert not page.exception
    assert answers(page, "courses") == ("elevate.staff", "elevate.staff")
    listed = next(box for box in page.selectbox if box.label == "What courses is")
    listed.select("elevate.courses").run()
    assert answers(page, "courses") == ("elevate.courses", "elevate.courses")


def test_headers_that_nobody_knows_leave_the_choice_to_a_person(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"width,height\n1,2\n"))
    assert dataset(page) is None
    assert next(button for button in page.button if button.label == "Map its columns").disabled


def test_the_line_of_the_header_can_be_chosen_beside_the_preview(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"one,two\nemail,name\nann@example.org,Ann\n"))
    page.number_input[0].set_value(2).run()
    assert json.loads(page.query_params["layout"]) == {"header_row": 2}
    assert page.dataframe[0].value["Is"].tolist() == ["", "▶ header", ""]
    assert "header on line 2" in told(page)


def test_a_line_that_cannot_be_the_header_is_refused_and_another_can_be_chosen(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"email,name\n\nann@example.org,Ann\n"))
    page.number_input[0].set_value(2).run()
    assert not page.exception
    assert "Line 2: is blank" in told(page)
    page.number_input[0].set_value(1).run()
    assert not page.error


RAGGED = b"email,full name,phone\nann@example.org,Ann Lee,,555-201-0001\nbo@example.org,Bo Ek,555-201-0002\n"


def test_a_line_that_cannot_be_read_is_shown_with_its_neighbours_and_corrected_there(show: Show, wb: Workbench) -> None:
    upload = keep(wb, RAGGED)
    page = show("upload", upload=upload)
    assert not page.exception
    assert "Line 2: has 4 cells where the header has 3." in told(page)
    assert page.dataframe[0].value["Is"].tolist() == ["", "! refused", ""]
    assert next(button for button in page.button if button.label == "Map its columns").disabled
    line = next(box for box in page.text_input if box.label == "What is read as line 2")
    assert line.value == "ann@example.org,Ann Lee,,555-201-0001"
    line.set_value("ann@example.org,Ann Lee,555-201-0001").run()
    press(page, "Read it so")
    assert not page.error
    assert "2 rows" in told(page)
    mended = sheets.uploaded(wb, upload, said=Layout.from_dict(json.loads(page.query_params["layout"])))
    assert mended.sample().cells["phone"].to_pylist() == ["555-201-0001", "555-201-0002"]
    assert uploads.opened(wb.settings, upload).checksum == mended.checksum


def test_a_line_that_cannot_be_read_is_left_out_on_a_persons_word(show: Show, wb: Workbench) -> None:
    page = press(show("upload", upload=keep(wb, RAGGED)), "Leave it out")
    assert not page.error
    assert "1 row" in told(page) and "1 line left out, as no records" in expanders(page)


def test_lines_are_left_out_and_the_reading_ended_by_their_numbers(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, STUDENTS + b"bo@example.org,Bo,Ek\n,,\ncy@example.org,Cy,Fox\nx,y,z\n"))
    typed = {box.label: box for box in page.text_input}
    typed["Lines to leave out"].set_value("2").run()
    typed = {box.label: box for box in page.text_input}
    typed["Stop at line"].set_value("6").run()
    assert json.loads(page.query_params["layout"]) == {"skip_lines": [[2, 2]], "stop_line": 6}
    assert page.dataframe[-1].value["Is"].tolist() == ["▶ header", "✕ left out", "", "", "", "■ not read"]
    assert "2 rows" in told(page)


def test_another_encoding_can_be_said(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, "email,full name\nann@example.org,Zo\u00eb K\u00f6ln\n".encode("cp850")))
    next(box for box in page.selectbox if box.label == "Encoding").select("cp850").run()
    assert not page.exception
    assert json.loads(page.query_params["layout"]) == {"encoding": "cp850"}
    read = sheets.uploaded(wb, page.query_params["upload"], said=Layout(encoding="cp850"))
    assert read.sample().cells["full name"].to_pylist() == ["Zo\u00eb K\u00f6ln"]


def test_lines_that_are_no_numbers_are_told_and_change_nothing(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, STUDENTS))
    next(box for box in page.text_input if box.label == "Lines to leave out").set_value("the last").run()
    assert not page.exception
    assert "Lines are numbers from 1 on" in told(page)
    assert "layout" not in page.query_params


def test_a_file_without_a_header_is_read_from_its_first_line(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"ann@example.org,Ann Lee\nbo@example.org,Bo Ek\n"))
    next(box for box in page.checkbox if box.label == "It has no header").check().run()
    assert not page.exception
    assert "no header" in told(page) and "2 rows" in told(page)


def test_an_address_that_makes_no_sense_says_nothing(show: Show, wb: Workbench) -> None:
    for nonsense in ('{"skip_lines": 3}', '{"mended": [1]}', "[]", "{"):
        page = show("upload", upload=keep(wb, STUDENTS), layout=nonsense)
        assert not page.exception
        assert "header on line 1" in told(page)


def test_the_worksheet_can_be_chosen(show: Show, wb: Workbench) -> None:
    book = BytesIO()
    with pd.ExcelWriter(book, engine="xlsxwriter") as writer:
        pd.DataFrame({"a": ["1"]}).to_excel(writer, sheet_name="Notes", index=False)
        pd.DataFrame({"email": ["a@b.org"], "full name": ["Ann"]}).to_excel(writer, sheet_name="People", index=False)
    page = show("upload", upload=keep(wb, book.getvalue(), "book.xlsx"))
    assert dataset(page) is None
    next(box for box in page.selectbox if box.label == "Worksheet").select("People").run()
    assert page.query_params["sheet"] == "People"
    assert dataset(page) is None and "It fits several nearly as well" in told(page)
    next(box for box in page.selectbox if box.label == "Dataset").select("elevate.students").run()
    assert dataset(page) == "elevate.students"
    assert page.dataframe[0].value["Cell 1"].tolist() == ["email", "a@b.org"]


@pytest.mark.parametrize(("encoding", "told_as"), [("utf-16", "UTF-16-LE"), ("cp1252", "Windows-1252")])
def test_encoding_and_delimiter_are_told(show: Show, wb: Workbench, encoding: str, told_as: str) -> None:
    page = show("upload", upload=keep(wb, "email;full name\nann@example.org;Zoë Ünal\n".encode(encoding)))
    assert f"encoding {told_as} · cells are separated by semicolons" in told(page)


def test_the_same_bytes_again_are_told_with_a_link_to_the_import(
    show: Show, wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    wb.import_sheet(sheet(STUDENTS.decode()), "elevate.students")
    page = show("upload", upload=keep(wb, STUDENTS))
    assert "These very bytes were imported on" in page.warning[0].value.replace("\\", "")
    assert "See that import" in [link.proto.label for link in page.get("page_link")]


def test_hostile_text_is_shown_as_text(show: Show, wb: Workbench) -> None:
    data = b"email,<script>alert(1)</script>,=1+1\nann@example.org,[x](javascript:alert(2)),![i](http://evil.example)\n"
    page = show("upload", upload=keep(wb, data, HOSTILE))
    assert not page.exception
    assert page.header[0].value.replace("\\", "") == HOSTILE
    assert r"\<img src\=x" in page.header[0].value or r"\<img src=x" in page.header[0].value
    assert r"\[x\]\(http\:evil\.example\)" in page.header[0].value


def test_every_dataset_has_its_template_and_its_field_guide(show: Show) -> None:
    page = show("upload")
    for place in range(len(next(box for box in page.selectbox if box.label == "For").options)):
        next(box for box in page.selectbox if box.label == "For").select_index(place).run()
        assert not page.exception
        assert "**One row is** one" in told(page)
        assert len(page.download_button) == 2


def test_the_guides_are_those_of_the_dataset_that_the_file_is(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, STUDENTS, "students.csv"))
    (guide,) = [box for box in page.selectbox if box.label == "For"]
    assert guide.value == "elevate.students"


def learners(number: int, *, footer: bool = True) -> bytes:
    rows = "".join(f"learner{each}@example.org,Learner,L{each}\n" for each in range(number))
    return f"email,first name,last name\n{rows}{f'Total rows,{number}' if footer else ''}\n".encode()


def test_a_footer_that_was_left_out_and_kept_in_a_template_is_left_out_next_month(show: Show, wb: Workbench) -> None:
    page = press(show("upload", upload=keep(wb, learners(30))), "Leave it out")
    assert not page.error
    mapped = show("map", **page.query_params, dataset="elevate.students")
    assert "What was said of the file's lines is kept with it." in told(mapped)
    next(box for box in mapped.text_input if box.label == "Name").set_value("Monthly").run()
    press(mapped, "Save")
    page = show("upload", upload=keep(wb, learners(41)))
    assert not page.exception and not page.error
    assert 'As the template Monthly says, line 43 is left out ("Total rows,41").' in told(page)
    assert "41 rows" in told(page)
    mapped = show("map", **page.query_params, dataset="elevate.students")
    assert 'As the template Monthly says, line 43 is left out ("Total rows,41").' in told(mapped)
    page = press(page, "Read it as it was found")
    assert "Line 43: has 2 cells where the header has 3." in told(page)
    assert "As the template" not in told(page)


def test_a_footer_above_a_note_that_the_reader_leaves_out_is_left_out_next_month(show: Show, wb: Workbench) -> None:
    def month(number: int) -> bytes:
        ends = f"Total learners,{number},\nConfidential - do not forward\n"
        return learners(number, footer=False) + ends.encode()

    page = show("upload", upload=keep(wb, month(30)), layout='{"skip_lines":[[33,33]]}')
    assert "30 rows" in told(page)
    mapped = show("map", **page.query_params, dataset="elevate.students")
    assert "What was said of the file's lines is kept with it." in told(mapped)
    assert "Left out of this file alone" not in told(mapped)
    next(box for box in mapped.text_input if box.label == "Name").set_value("Monthly").run()
    press(mapped, "Save")
    page = show("upload", upload=keep(wb, month(41)))
    assert 'As the template Monthly says, line 44 is left out ("Total learners,41,").' in told(page)
    assert "41 rows" in told(page)


def test_a_line_left_out_between_records_is_said_to_be_left_out_of_this_file_alone(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, learners(30, footer=False)), layout='{"skip_lines":[[15,15]]}')
    mapped = show("map", **page.query_params, dataset="elevate.students")
    assert "Left out of this file alone, for records stand around it: line 15." in told(mapped)


def test_a_file_without_the_footer_that_a_template_knows_is_told_so(show: Show, wb: Workbench) -> None:
    known = KnownLines(below=("total rows,#",), said=(("total rows,#", "Total rows,38"),))
    columns = {"email": "email", "first name": "first_name", "last name": "last_name"}
    wb.templates.save("Monthly", "elevate.students", Mapping(columns=columns, lines=known))
    page = show("upload", upload=keep(wb, learners(41, footer=False)))
    assert not page.exception
    assert 'The template Monthly knows of a line that is left out ("Total rows,38"): this file has' in told(page)
    assert "layout" not in page.query_params and "41 rows" in told(page)
    other = show("upload", upload=keep(wb, b"code,name\nC1,Welding\nTotal rows,1\n"))
    assert "Monthly" not in told(other)


def test_a_file_without_rows_is_not_mapped(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"email,full_name\n", "empty.csv"), dataset="elevate.students")
    assert not page.exception
    (error,) = page.error
    assert error.value.replace("\\", "") == "empty.csv has no rows below its header, so there is nothing to import."
    assert next(button for button in page.button if button.label == "Map its columns").disabled
    assert "Clean it first" not in told(page) + str([link.label for link in page.get("page_link")])


def test_by_address_the_other_pages_say_too_that_a_file_has_no_rows(show: Show, wb: Workbench) -> None:
    upload = keep(wb, b"email,full_name\n", "empty.csv")
    why = "empty.csv has no rows below its header, so there is nothing to import."
    cleaned = show("clean", upload=upload)
    assert (not cleaned.exception, why in told(cleaned), "fits all of the facets" in told(cleaned)) == (1, 1, 0)
    mapped = show("map", upload=upload, dataset="elevate.students")
    assert not mapped.exception
    assert why in told(mapped)
    assert "blank in every row" not in told(mapped)
    assert next(button for button in mapped.button if button.label == "Start the import").disabled


def test_a_column_that_only_steps_of_the_template_read_is_told_where_it_is_gone(show: Show, wb: Workbench) -> None:
    trim = Step(operation="trim", columns=("programme",))
    columns = {"email": "email", "first name": "first_name", "last name": "last_name"}
    mapping = Mapping(columns=columns, left_out=("programme",), recipe=Recipe(steps=(trim,)))
    saved = wb.templates.save("Monthly", "elevate.students", mapping)
    page = show("upload", upload=keep(wb, b"email,first name,last name,programme\na@example.org,A,B, x\n"))
    assert "it has all of the columns that the template imports." in told(page)
    page = show("upload", upload=keep(wb, STUDENTS))
    assert "like those of the template Monthly (elevate.students), but programme, which steps of it read," in told(page)
    assert "Cleaned as the template" not in told(page)
    (box,) = (each for each in page.selectbox if each.label == "Template")
    assert (box.value, box.options) == (None, ["Monthly (elevate.students)", "None: as it came"])
    page = box.set_value(saved.id).run()
    assert "Cleaned as the template Monthly says, but programme, which steps of it read, is not there." in told(page)


def test_a_template_that_is_used_by_itself_can_be_refused(show: Show, wb: Workbench) -> None:
    upper = Step(operation="case", columns=("last name",), options={"to": "upper"})
    columns = {"email": "email", "first name": "first_name", "last name": "last_name"}
    saved = wb.templates.save("Monthly", "elevate.students", Mapping(columns=columns, recipe=Recipe(steps=(upper,))))
    page = show("upload", upload=keep(wb, STUDENTS))
    assert "Cleaned as the template Monthly says" in told(page)
    (box,) = (each for each in page.selectbox if each.label == "Template")
    assert box.value == saved.id
    page = box.set_value("none").run()
    assert not page.exception
    assert "Cleaned as the template" not in told(page)
    mapped = show("map", **page.query_params, dataset="elevate.students")
    assert "cleaned by a recipe" not in told(mapped)
    (box,) = (each for each in mapped.selectbox if each.label == "Template")
    assert (box.value, box.options[1]) == ("none", "None: fields are suggested by the headers and the values")
    assert "cleaned by a recipe of 1 step, those of the template Monthly" in told(box.set_value(saved.id).run())


def test_a_very_long_header_is_cut_for_the_eye_at_map_and_told_whole(show: Show, wb: Workbench) -> None:
    long = "Very long name of a column " * 20
    page = show("map", upload=keep(wb, f"email,{long}\na@example.org,x\n".encode()), dataset="elevate.students")
    (line,) = (each for each in page.markdown if each.value.startswith("**Very long"))
    assert len(line.value) < 140
    assert long.strip() in line.proto.help


def test_a_recipe_that_removes_every_row_is_said_to_do_so(show: Show, wb: Workbench) -> None:
    upload = keep(wb, STUDENTS)
    where = (Condition(column="first name", test="values", values=("Ann",)),)
    under = recipes.of_upload(upload, None)
    history = recipes.History().changed(Recipe(steps=(Step(operation="remove_rows", where=where),)))
    recipes.keep(wb.settings, under, history)
    for page in (show("clean", upload=upload), show("map", upload=upload, dataset="elevate.students")):
        assert not page.exception
        assert "The steps of the recipe remove every row, so there is nothing to import." in told(page)


def test_a_file_without_a_required_column_says_so_before_anything_is_staged(show: Show, wb: Workbench) -> None:
    page = show("upload", upload=keep(wb, b"first name,last name,shoe\nAnn,Lee,42\n"), dataset="elevate.students")
    assert not page.exception
    assert "No column of this file looks like email, and no student comes in without." in told(page)
    whole = show("upload", upload=keep(wb, STUDENTS), dataset="elevate.students")
    assert "No column of this file looks like" not in told(whole)
