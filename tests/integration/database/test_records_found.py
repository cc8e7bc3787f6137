"""From what the caller tells support to the record, and from a line of a file to the same."""

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.imports import ask
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import SeveralSheets, UnknownDataset
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = """\
email,name,phone,external_id
ada.park@example.com,Ada Park,,EMP1
ben@example.com,José Ángel Ruiz,,EMP12
cal@other.example,Ada Moss,,100%_sure
bad,Bad Mail,,EMP2
"""
COURSES = "name,code\nCNA Training,CNA101\nWelding,WELD101\n"
ENROLLMENTS = (
    "student_email,course_code\nada.park@example.com,CNA101\nben@example.com,CNA101\nnobody@example.com,CNA101\n"
)


@pytest.fixture(autouse=True)
def imported(wb: Workbench, sheet: Given) -> list[Batch]:
    return [
        wb.import_sheet(sheet(COURSES, "courses.csv"), "elevate.courses"),
        wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", skip_errors=True),
        wb.import_sheet(sheet("email,name,role\nada.lee@example.com,Ada Lee,admin\n"), "elevate.staff"),
        wb.import_sheet(sheet(ENROLLMENTS, "enrollments.csv"), "elevate.enrollments", skip_errors=True),
    ]


def found(wb: Workbench, text: str) -> list[tuple[str, str]]:
    return [(one["dataset"].partition(".")[2], one["key"]) for one in wb.records.find(text)]


ADA = ("students", "ada.park@example.com")
BEN = ("students", "ben@example.com")
CAL = ("students", "cal@other.example")
LEE = ("staff", "ada.lee@example.com")
CNA = ("courses", "CNA101")
OF_ADA = ("enrollments", "ada.park@example.com|CNA101")
OF_BEN = ("enrollments", "ben@example.com|CNA101")


WHAT_IS_ASKED = {
    "ada.park@example.com": [ADA, OF_ADA],
    "  ADA.Park@Example.com ": [ADA, OF_ADA],
    "CNA101": [CNA, OF_ADA, OF_BEN],
    "WELD101": [("courses", "WELD101")],
    "ada": [LEE, ADA, CAL],
    "park ADA": [ADA],
    "ada@park": [ADA],
    "josé": [BEN],
    "ÁNGEL ruiz": [BEN],
    "jose": [BEN],
    "EMP1": [ADA, OF_ADA, BEN],
    "emp12": [BEN],
    "100%": [CAL],
    "%": [],
    "%_": [CAL],
    "a_a": [],
    "\\": [],
    "": [],
    "   ": [],
    "\0": [],
    "training": [CNA],
    "nothing like it": [],
}
"""What a person types, and the records that are found by it."""


def test_a_record_is_found_by_what_a_person_knows_of_it(wb: Workbench) -> None:
    assert {text: found(wb, text) for text in WHAT_IS_ASKED} == WHAT_IS_ASKED


def test_what_is_found_leads_to_the_record(wb: Workbench) -> None:
    one, other = wb.records.find("ada.park@example.com")
    assert (one["dataset"], one["title"]) == ("elevate.students", "Ada Park")
    assert wb.records.get(one["dataset"], str(one["record_id"])) == wb.records.get(
        "elevate.students", "ada.park@example.com"
    )
    assert wb.records.get(other["dataset"], str(other["record_id"]))["record"]["user_id"] == one["record_id"]
    assert [each["title"] for each in wb.records.find("CNA101")] == ["CNA Training", "", ""]


def test_a_record_is_found_by_its_id(wb: Workbench) -> None:
    ada = wb.records.get("elevate.students", "ada.park@example.com")["record"]["id"]
    assert found(wb, str(ada)) == found(wb, str(ada).upper()) == [ADA, OF_ADA]


def test_a_key_of_two_parts_finds_what_has_both(wb: Workbench) -> None:
    assert found(wb, "ada.park@example.com | CNA101") == [OF_ADA]


def test_a_key_that_only_a_file_has_brought_is_found_as_well(wb: Workbench, imported: list[Batch]) -> None:
    assert wb.records.find("bad") == [{"dataset": "elevate.students", "record_id": None, "key": "bad", "title": ""}]
    assert found(wb, "nobody@example.com|CNA101") == [("enrollments", "nobody@example.com|CNA101")]
    wb.undo(imported[3])
    assert [(one["key"], one["record_id"]) for one in wb.records.find("ada.park@example.com|cna101")] == []
    assert [(one["key"], one["record_id"]) for one in wb.records.find("ada.park@example.com|CNA101")] == [
        ("ada.park@example.com|CNA101", None)
    ]
    told = wb.records.get("elevate.enrollments", "ada.park@example.com|CNA101")
    assert (told["record"], [one["outcome"] for one in told["history"]]) == (None, ["updated", "created"])


def test_a_part_of_a_key_may_have_the_sign_between_the_parts(wb: Workbench, sheet: Given) -> None:
    """What is printed of a key finds the record by it, its history when it is gone, and who has brought it since."""
    wb.import_sheet(sheet("name,code\nWelding by night,WELD|101\n"), "elevate.courses")
    enrolled = sheet("student_email,course_code\nada.park@example.com,WELD|101\n", "night.csv")
    night = wb.import_sheet(enrolled, "elevate.enrollments")
    ((_, _), (_, printed)) = found(wb, "WELD|101")
    assert printed == "ada.park@example.com|WELD|101"
    there = wb.records.get("elevate.enrollments", printed)["record"]
    assert there["user_id"] == wb.records.get("elevate.students", "ada.park@example.com")["record"]["id"]
    wb.undo(night)
    assert found(wb, printed) == [("enrollments", printed)]
    told = wb.records.get("elevate.enrollments", printed)
    assert (told["record"], [one["outcome"] for one in told["history"]]) == (None, ["updated", "created"])
    again = wb.import_sheet(enrolled, "elevate.enrollments")
    assert [row["since"]["batch"] for row in wb.records.ask("WELD|101").rows] == [again.id]


def test_no_more_is_found_than_is_asked_for(wb: Workbench) -> None:
    assert len(wb.records.find("ada", limit=2)) == 2
    assert len(wb.records.find("CNA101", limit=1)) == 1


def test_another_tenant_finds_nothing(wb: Workbench, open_wb: Opened) -> None:
    other = open_wb(tenant="other", user="olga")
    ada = wb.records.get("elevate.students", "ada.park@example.com")["record"]["id"]
    assert [other.records.find(text) for text in ("ada.park@example.com", "ada", "bad", "EMP1", str(ada))] == [[]] * 5


def test_a_line_of_a_file_leads_to_its_record(wb: Workbench, imported: list[Batch], sheet: Given, url: str) -> None:
    def key(batch: Batch, line: int) -> str | None:
        about = wb.records.of_row(batch, line)
        return about and wb.records.get(about[0], str(about[1]))["record"]["email"]

    students = imported[1]
    assert [key(students, line) for line in (1, 2, 3, 4, 5, 6)] == [None, ADA[1], BEN[1], CAL[1], None, None]
    text = (
        "email,name,phone\nada.park@example.com,Ada Parker,\nben@example.com,José Ángel Ruiz,\n"
        "ADA.park@example.com,Ada Parker,\ncal@other.example,Cal,12\nnew@example.com,New,\n"
    )
    second = wb.stage(sheet(text), "elevate.students", skip_errors=True)
    assert [key(second, line) for line in range(2, 7)] == [ADA[1], BEN[1], ADA[1], CAL[1], None]
    wb.plan(second)
    assert [key(second, line) for line in range(2, 7)] == [ADA[1], BEN[1], ADA[1], CAL[1], None]
    wb.commit(second)
    assert [key(second, line) for line in range(2, 7)] == [ADA[1], BEN[1], ADA[1], CAL[1], "new@example.com"]
    undone = wb.undo(second)
    assert key(undone, 2) == ADA[1]
    gone = wb.records.of_row(second, 6)
    assert gone is not None
    assert wb.records.get(gone[0], str(gone[1]))["record"] is None
    assert isinstance(gone[1], UUID)
    assert ask(url, "select count(*) from elevate.profiles where email = 'new@example.com'") == [(0,)]


def test_a_line_of_two_keys_leads_to_its_record(wb: Workbench, imported: list[Batch]) -> None:
    about = wb.records.of_row(imported[3], 2)
    assert about is not None
    assert about == ("elevate.enrollments", wb.records.find("ada.park@example.com")[1]["record_id"])
    assert wb.records.of_row(imported[3], 4) is None


LEARNERS = """\
email,first name,last name,course code,course name
eva.lee@example.com,Eva,Lee,NUR1,Nursing
eva.lee@example.com,Eva,Lee,NUR2,Midwifery
,Bo,Ray,NUR1,Nursing
"""


def test_a_line_of_a_run_leads_to_the_records_of_all_its_parts(wb: Workbench, sheet: Given) -> None:
    def keys(batch: Batch, line: int) -> list[tuple[str, str]]:
        about = wb.records.all_of_row(batch, line)
        return [found(wb, str(record))[0] for _, record in about]

    run = wb.import_sheet(sheet(LEARNERS), "elevate.learners", skip_errors=True)
    eva = ("students", "eva.lee@example.com")
    one = [eva, ("courses", "NUR1"), ("enrollments", "eva.lee@example.com|NUR1")]
    assert keys(run, 2) == one
    assert keys(run, 3) == [eva, ("courses", "NUR2"), ("enrollments", "eva.lee@example.com|NUR2")]
    assert keys(run, 4) == [("courses", "NUR1")]
    assert keys(run, 5) == []
    about = wb.records.of_row(run, 3)
    assert about == ("elevate.students", wb.records.get(*EVA)["record"]["id"])
    courses = wb.batches.parts(run)[1]
    assert [keys(courses, line) for line in (2, 3)] == [[("courses", "NUR1")], [("courses", "NUR2")]]
    undone = wb.undo(run)
    assert wb.records.of_row(undone, 1) == ("elevate.enrollments", wb.records.all_of_row(run, 2)[2][1])


EVA = ("elevate.students", "eva.lee@example.com")


def test_a_line_of_several_sheets_needs_the_sheet_s_batch(wb: Workbench, sheet: Given) -> None:
    sheets = [sheet("name,code\nNursing,NUR1\n", "courses.csv"), sheet("email,name\na@b.org,Ann\n", "students.csv")]
    run = wb.import_sheet(sheets, "elevate")
    with pytest.raises(SeveralSheets):
        wb.records.of_row(run, 2)
    assert [found(wb, str(wb.records.all_of_row(part, 2)[0][1]))[0] for part in wb.batches.parts(run)] == [
        ("courses", "NUR1"),
        ("students", "a@b.org"),
    ]


def test_a_part_tells_a_record_s_history_with_the_run_s_signature_and_only_as_it_counts(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    run = wb.stage(sheet(LEARNERS), "elevate.learners")
    wb.plan(run)
    wb.correct(run, {4: {"email": "bo@example.com"}})
    wb.plan(run)
    wb.commit(run)
    open_wb(user="lea").sign_off(run)
    history = wb.records.get(*EVA)["history"]
    assert [(one["line"], one["outcome"], one["stage"], one["signed_by"]) for one in history] == [
        (2, "created", "completed", "lea")
    ]
    assert [one["dataset"] for one in wb.records.find("eva.lee@example.com|NUR1")] == ["elevate.enrollments"]
    with pytest.raises(UnknownDataset):
        wb.records.get("elevate.learners", "eva.lee@example.com|NUR1")


def test_a_record_s_history_is_the_same_by_its_id_and_by_its_key(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(PEOPLE, "again.csv"), "elevate.students", skip_errors=True)
    by_key = wb.records.get("elevate.students", "ada.park@example.com")
    assert [one["outcome"] for one in by_key["history"]] == ["skipped", "created"]
    assert wb.records.get("elevate.students", str(by_key["record"]["id"])) == by_key


def test_the_index_of_keys_learns_of_new_rows_when_it_is_told_to(wb: Workbench, sheet: Given, url: str) -> None:
    rows = "".join(f"p{number}@example.com,Person\n" for number in range(20_000))
    wb.import_sheet(sheet(f"email,name\n{rows}"), "elevate.students")
    known = "select brin_summarize_new_values('workbench.import_row_key')"
    wb.records.tidy()
    assert ask(url, known) == [(0,)]
    wb.records.tidy()
    assert found(wb, "p19999@example.com") == [("students", "p19999@example.com")]
    assert [one["outcome"] for one in wb.records.get("elevate.students", "p7@example.com")["history"]] == ["created"]
