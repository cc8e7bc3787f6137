"""How a column is written: decided over all of it, said, asked where it is open, and kept for all that comes after."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.imports import issues, messages, outcome, outcomes, records
from workbench import Workbench, playbooks
from workbench.datasets import catalog
from workbench.model.contract import Field
from workbench.model.errors import DoubtfulColumns, SheetRefused, UnknownField, UnknownHeader, WrongValue
from workbench.model.sheet import Chunk, Sheet, Tally
from workbench.model.template import Mapping
from workbench.playbooks.learners import LEARNERS
from workbench.sources import open_sheet, open_sheets
from workbench.sources.frame import open_frame

Given = Callable[..., Sheet]

PEOPLE = "email,name\n" + "".join(f"p{number}@example.com,P {number}\n" for number in range(7))
COURSES = "code,name\nCNA101,Nursing\nW1,Welding\n"
HEADER = "student_email,course_code,start date,end date,Progress %\n"


@pytest.fixture(autouse=True)
def known(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES, "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students")


def enrolled(*days: str, ended: str = "", progress: str = "") -> str:
    """Enrollments that begin on those days."""
    rows = (f'p{number}@example.com,CNA101,"{day}",{ended},{progress}\n' for number, day in enumerate(days))
    return HEADER + "".join(rows)


def begun(url: str) -> list[str]:
    return [f"{day:%Y-%m-%d}" if day else "" for (day,) in _in_order(url)]


def _in_order(url: str) -> Iterator[tuple[datetime | None]]:
    rows = records(url, "elevate.enrollments", "user_id", "enrolled_at")
    people = {user: email for user, email in records(url, "elevate.profiles", "id", "email")}
    for _, day in sorted(rows, key=lambda row: people[row[0]]):
        yield (day.astimezone(UTC) if day else None,)


def said(batch: object) -> list[str]:
    return [column["said"] for column in batch.reading["forms"]]


def test_one_25_12_makes_the_whole_column_day_first(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(enrolled("03/02/2024", "25/12/2024", "04/05/2024")), "elevate.enrollments")
    assert begun(url) == ["2024-02-03", "2024-12-25", "2024-05-04"]
    assert batch.mapping["forms"] == {"enrolled_at": "dmy"}
    assert said(batch) == ["start date: day first (25/12/2024 on line 3)"]


def test_what_no_cell_proves_is_asked_and_nothing_has_begun(wb: Workbench, sheet: Given) -> None:
    before = len(wb.batches.all())
    text = enrolled("03/02/2024", ended="4/5/24")
    with pytest.raises(DoubtfulColumns) as refused:
        wb.stage(sheet(text), "elevate.enrollments")
    assert str(refused.value).startswith(
        "start date can be read in several ways: 03/02/2024 on line 2 is 2024-03-02 if"
    )
    assert "; " not in str(refused.value)
    assert "end date can be read in several ways: 4/5/24 on line 2 is" in str(refused.value)
    assert len(wb.batches.all()) == before


def test_a_person_says_it_of_a_field_or_of_a_header(wb: Workbench, sheet: Given, url: str) -> None:
    forms = {"enrolled_at": "dmy", "End Date": "ymd"}
    batch = wb.import_sheet(sheet(enrolled("03/02/2024", ended="4/5/6")), "elevate.enrollments", forms=forms)
    assert outcome(batch) == (0, 0, 0, 0, 1)
    assert messages(wb, batch) == {2: "Invalid date or time: year first, such as 2024/12/31, or YYYY-MM-DD"}
    batch = wb.import_sheet(sheet(enrolled("03/02/2024", ended="24-05-06")), "elevate.enrollments", forms=forms)
    assert records(url, "elevate.enrollments", "enrolled_at", "completed_at") == [
        (datetime(2024, 2, 3, tzinfo=UTC), datetime(2024, 5, 6, tzinfo=UTC))
    ]
    assert said(batch) == [
        "start date: day first (as it was said)",
        "end date: year first (as it was said); years of two digits are 1969 to 2068 (24-05-06 on line 2)",
    ]


@pytest.mark.parametrize(
    ("forms", "refusal", "sentence"),
    [
        ({"begun_at": "dmy"}, UnknownField, "elevate.enrollments has no field called begun_at. Its fields: "),
        ({"enrolled_at": "xyz"}, WrongValue, "enrolled_at cannot be xyz: its form is one of ymd, mdy, dmy."),
        ({"progress": "dmy"}, WrongValue, "progress cannot be dmy: its form is one of point, comma."),
        ({"course_code": "dmy"}, WrongValue, "course_code cannot be dmy: it is neither a date nor a number."),
    ],
)
def test_an_unknown_field_or_form_is_refused(
    wb: Workbench, sheet: Given, forms: dict[str, str], refusal: type[Exception], sentence: str
) -> None:
    with pytest.raises(refusal) as refused:
        wb.stage(sheet(enrolled("2024-01-01")), "elevate.enrollments", forms=forms)
    assert str(refused.value).startswith(sentence)


def test_a_template_remembers_the_form_and_what_does_not_fit_it_is_an_issue(
    wb: Workbench, sheet: Given, url: str
) -> None:
    first = wb.import_sheet(sheet(enrolled("03/02/2024", "25/12/2024")), "elevate.enrollments")
    wb.templates.save("Monthly", "elevate.enrollments", Mapping.from_dict(first.mapping))
    wb.import_sheet(sheet(enrolled("05/06/2024")), "elevate.enrollments", template="Monthly")
    assert begun(url) == ["2024-06-05", "2024-12-25"]
    text = enrolled("05/07/2024", "12/24/2024")
    other = wb.import_sheet(sheet(text), "elevate.enrollments", template="Monthly", skip_errors=True)
    assert issues(wb, other) == [(3, "enrolled_at", "bad_timestamp")]
    assert messages(wb, other)[3] == "Invalid date or time: day first, such as 31/12/2024, or YYYY-MM-DD"
    assert said(other) == [
        "start date: day first (as the template says, but 12/24/2024 on line 3 can only be month first)"
    ]


def test_a_cell_that_turns_up_later_and_could_be_read_in_several_ways_is_an_issue(wb: Workbench) -> None:
    frame = pd.DataFrame(
        {
            "student_email": ["p0@example.com", "p1@example.com", "p2@example.com"],
            "course_code": ["CNA101"] * 3,
            "enrolled_at": ["2024-01-15", "03/02/2024", "2024-02-30"],
        }
    )
    whole = open_frame(frame)

    def read(tally: Tally) -> Iterator[Chunk]:
        for chunk in whole.read(tally):
            for row in range(len(chunk)):
                yield Chunk(lines=chunk.lines.slice(row, 1), cells=chunk.cells.slice(row, 1))

    batch = wb.import_sheet(replace(whole, read=read), "elevate.enrollments", skip_errors=True)
    assert messages(wb, batch) == {
        3: "Day, month or year could stand first: write YYYY-MM-DD, or say the order (--date-order)",
        4: "Invalid date or time: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
    }


def test_a_corrected_cell_is_read_in_the_columns_form_and_iso_always(wb: Workbench, sheet: Given, url: str) -> None:
    text = enrolled("25/12/2024", "31/02/2024", "soon", "soon")
    held = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert held.stage == "held"
    cells = {3: {"start date": "03/02/2024"}, 4: {"start date": "2024-02-04"}, 5: {"start date": "12/25/2024"}}
    corrected = wb.correct(held, cells)
    assert issues(wb, corrected) == [(5, "enrolled_at", "bad_timestamp")]
    wb.plan(corrected)
    wb.commit(corrected, skip_errors=True)
    assert begun(url) == ["2024-12-25", "2024-02-03", "2024-02-04"]


def test_a_constant_is_in_no_form(wb: Workbench, sheet: Given, url: str) -> None:
    constants = {"enrolled_at": "2024-02-03"}
    wb.import_sheet(sheet(enrolled("25/12/2024", "")), "elevate.enrollments", constants=constants)
    assert begun(url) == ["2024-12-25", "2024-02-03"]
    with pytest.raises(WrongValue, match="enrolled_at cannot be '3/2/2024': Invalid date or time"):
        wb.stage(sheet(enrolled("25/12/2024")), "elevate.enrollments", constants={"enrolled_at": "3/2/2024"})


def test_percent_signs_mean_what_they_say(wb: Workbench, sheet: Given, url: str) -> None:
    rows = [
        f"p{n}@example.com,CNA101,,,{cell}\n" for n, cell in enumerate(("50%", "100 %", "7.5%", "0.75", "7", "101%"))
    ]
    batch = wb.import_sheet(sheet(HEADER + "".join(rows)), "elevate.enrollments", skip_errors=True)
    assert sorted(records(url, "elevate.enrollments", "progress")) == [(7,), (50,), (100,)]
    whole = "Not a whole number of percent from 0 to 100"
    assert messages(wb, batch) == {4: whole, 5: whole, 7: "progress is not between 0 and 100"}
    assert said(batch) == ["Progress %: in percent signs (50% on line 2 is 50), but 0.75 on line 5 has none"]


def test_the_decimal_sign_of_a_column_is_one(wb: Workbench, sheet: Given, url: str) -> None:
    text = "name;code;duration_weeks\nA;A;1.000\nB;B;8,0\nC;C;8,5\n"
    batch = wb.import_sheet(sheet(text), "elevate.courses", skip_errors=True)
    assert records(url, "elevate.courses", "course_code", "duration_weeks")[:2] == [("A", 1000), ("B", 8)]
    assert messages(wb, batch) == {4: "Not a whole number from 0 to 1000, with a decimal comma"}
    with pytest.raises(DoubtfulColumns, match=r"12\.0 on line 5 can only have a decimal point"):
        wb.stage(sheet(text + "D;D;12.0\n"), "elevate.courses")


def test_the_table_of_issues_has_a_line_for_each_field_and_counts_its_rows_once(wb: Workbench, sheet: Given) -> None:
    text = enrolled("2024-02-30", "45306", "2024-01-01", ended="1900-01-00")
    batch = wb.import_sheet(sheet(text), "elevate.enrollments")
    assert [(one["field"], one["rows"], one["lines"]) for one in wb.rows.issues(batch)] == [
        ("completed_at", 3, [2, 3, 4]),
        ("enrolled_at", 2, [2, 3]),
    ]
    wb.commit(wb.plan(batch).batch, skip_errors=True)
    kinds = wb.rows.unexplained_kinds(batch)
    assert [(one["field"], one["rows"]) for one in kinds] == [("completed_at", 3), ("enrolled_at", 2)]
    assert wb.rows.unexplained(batch, code="bad_timestamp", field="enrolled_at") == [2, 3]
    wb.reject(batch, [2], "Not ours")
    assert [one["rows"] for one in wb.rows.unexplained_kinds(batch)] == [2, 1]


def test_the_parts_of_a_run_are_read_in_the_form_of_the_source(
    wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LEARNERS.form is not None
    form = replace(LEARNERS.form, fields=(*LEARNERS.form.fields, Field(name="since", kind="timestamp")))
    students, courses, enrollments = LEARNERS.parts
    enrollments = replace(enrollments, columns={**enrollments.columns, "enrolled_at": "since"})
    playbook = replace(LEARNERS, form=form, parts=(students, courses, enrollments))
    monkeypatch.setitem(playbooks.PLAYBOOKS, playbook.name, playbook)
    monkeypatch.setitem(catalog.FORMS, form.name, form)
    text = "email,first_name,last_name,course_code,since\n"
    rows = [f"p{n}@example.com,P,N,CNA101,{day}\n" for n, day in enumerate(("03/02/2024", "25/12/2024"))]
    batch = wb.import_sheet(sheet(text + "".join(rows)), "elevate.learners")
    assert outcomes(wb, batch) == [(2, "created"), (3, "created")]
    assert begun(url) == ["2024-02-03", "2024-12-25"]
    assert wb.batches.parts(batch)[2].mapping["forms"] == {"enrolled_at": "dmy"}
    with pytest.raises(DoubtfulColumns, match="--date-order since=mdy or --date-order since=dmy"):
        wb.stage(sheet(text + rows[0]), "elevate.learners")


def test_of_several_sheets_the_one_is_named_whose_column_is_open_and_a_form_counts_where_it_belongs(
    wb: Workbench, tmp_path: Path, url: str
) -> None:
    path = tmp_path / "all.xlsx"
    enrollments = {"student_email": ["p0@example.com"], "course_code": ["CNA101"], "start date": ["03/02/2024"]}
    with pd.ExcelWriter(path) as file:
        pd.DataFrame({"code": ["CNA101"], "name": ["Nursing"]}).to_excel(file, sheet_name="courses", index=False)
        pd.DataFrame(enrollments).to_excel(file, sheet_name="enrollments", index=False)
    with pytest.raises(SheetRefused, match=r"The sheet enrollments .* start date can be read in several ways"):
        wb.stage(open_sheets(path), "elevate")
    with pytest.raises(UnknownHeader, match="no column called begun"):
        wb.stage(open_sheets(path), "elevate", forms={"begun": "dmy"})
    wb.import_sheet(open_sheets(path), "elevate", forms={"start date": "dmy"})
    assert begun(url) == ["2024-02-03"]


def test_a_file_of_true_dates_says_nothing_of_them(wb: Workbench, tmp_path: Path, url: str) -> None:
    path = tmp_path / "enrollments.xlsx"
    days = pd.to_datetime(["2024-02-03"])
    frame = pd.DataFrame({"student_email": ["p0@example.com"], "course_code": ["CNA101"], "start date": days})
    frame.to_excel(path, index=False)
    assert said(wb.import_sheet(open_sheet(path), "elevate.enrollments")) == []
    assert begun(url) == ["2024-02-03"]
