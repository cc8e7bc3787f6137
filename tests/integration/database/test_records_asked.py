"""Why is she not in there: the rows that became no record, what refers to one, names with a slip and phone numbers."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from workbench import Workbench
from workbench.database import by_words, unwritten
from workbench.model.errors import LongQuestion, UnknownHeader
from workbench.model.list_query import ListQuery
from workbench.model.row_query import CellTest, Order
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

PEOPLE = """\
email,name,phone,external_id
ada.park@example.com,Ada Park,555-123-4567,EMP1
ben@example.com,José Ángel Ruiz,+1 (555) 987.6543 x12,EMP12
cal@example.com,Élodie Thøgersen,5550001,EMP13
bad at example.com,Dee "Dot" Dunn,(555) 222-3333,EMP14
ada.park@example.com,Ada Doppel,555-123-4567,EMP15
"""
COURSES = "name,code\nCNA Training,CNA101\nWelding,WELD101\n"
ENROLLMENTS = "student_email,course_code\nada.park@example.com,CNA101\nnobody@example.com,WELD101\n"


@pytest.fixture(autouse=True)
def imported(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet(COURSES, "courses.csv"), "elevate.courses")
    wb.import_sheet(sheet(PEOPLE, "people.csv"), "elevate.students", skip_errors=True, on_conflict="first")
    wb.import_sheet(sheet(ENROLLMENTS, "enrollments.csv"), "elevate.enrollments", skip_errors=True)


def rows(wb: Workbench, text: str) -> list[tuple[str, int, str | None, str | None]]:
    return [
        (row["file_name"], row["line"], row["outcome"], row["reason"])
        for row in wb.records.ask(text, seconds=None).rows
    ]


def test_a_text_longer_than_any_name_or_address_is_refused_at_once(wb: Workbench) -> None:
    for look in (wb.records.find, wb.records.ask):
        with pytest.raises(LongQuestion) as refusal:
            look("a" * 301)
        assert str(refusal.value) == (
            "What is looked for has 301 letters: names, addresses, codes and ids have at most 300. Say one of them."
        )
    blanks = " " * 1_000
    assert rows(wb, f"{blanks}dee{blanks}dunn{blanks}") == [DEE]
    assert wb.records.ask("a" * 300).number == 0


DEE = ("people.csv", 5, "invalid", None)
DOPPEL = ("people.csv", 6, "skipped", "duplicate")
NOBODY = ("enrollments.csv", 3, "unmatched", "student")

WHAT_IS_ASKED = {
    "dunn": [DEE],
    "DEE dunn": [DEE],
    '"Dot"': [DEE],
    "EMP14": [DEE],
    "bad at example.com": [DEE],
    "555.222.3333": [DEE],
    "5552223333 dee": [DEE],
    "5552223333 ada": [],
    "doppel": [DOPPEL],
    "emp15": [DOPPEL],
    "nobody@example.com": [NOBODY],
    "nobody@example.com | WELD101": [NOBODY],
    "weld101": [NOBODY],
    "Ruiz": [],
    "%": [],
    "d__n": [],
    "": [],
    "\0": [],
}
"""What a person types, and the rows that have it and became no record."""


def test_a_row_that_was_not_written_is_found_by_anything_in_it(wb: Workbench) -> None:
    assert {text: rows(wb, text) for text in WHAT_IS_ASKED} == WHAT_IS_ASKED
    assert all(wb.records.ask(text, seconds=None).whole for text in WHAT_IS_ASKED)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("electricite", ["ÉLEC-Ñ2"]),
        ("elec-n2", ["ÉLEC-Ñ2"]),
        ("Élec-n2", ["ÉLEC-Ñ2"]),
        ("cafe nandu", ["dee@example.com"]),
        ("CAFÉ ñandu", ["dee@example.com"]),
        ("ŽUŽA lodz", ["eva@example.com"]),
        ("жуков", ["ivan@example.com"]),
        ("muller", ["hans@example.com"]),
        ("müller", ["hans@example.com"]),
    ],
)
def test_a_search_sees_through_accents_and_their_case(wb: Workbench, sheet: Given, text: str, keys: list[str]) -> None:
    people = "dee@example.com,Café Ñandú\neva@example.com,Žuža Łódź\nivan@example.com,Иван ЖУКОВ\n"
    wb.import_sheet(sheet(f"email,name\n{people}hans@example.com,Hans MULLER\n"), "elevate.students")
    wb.import_sheet(sheet("name,code\nÉlectricité,ÉLEC-Ñ2\n"), "elevate.courses")
    lines = "dee@example.com,ÉLEC-Ñ2\nnone@example.com,ÉLEC-Ñ2\n"
    wb.import_sheet(sheet(f"student_email,course_code\n{lines}", "led.csv"), "elevate.enrollments", skip_errors=True)
    answer = wb.records.ask(text)
    assert ([one["key"] for one in answer.records][: len(keys)], answer.nearly) == (keys, False)
    if "n2" in text:
        assert [(row["file_name"], row["line"]) for row in answer.rows] == [("led.csv", 3)]


def test_what_was_wrong_and_who_decided_stand_with_it(wb: Workbench, open_wb: Opened) -> None:
    open_wb(user="lea").reject(wb.batches.all(limit=2)[1], [5], "Dee left in May.")
    (row,) = wb.records.ask("dunn").rows
    assert (row["outcome"], row["reason"], row["explanation"], row["explained_by"]) == (
        "invalid",
        "rejected",
        "Dee left in May.",
        "lea",
    )
    assert [issue["message"] for issue in row["issues"]] == ["Invalid email format"]
    assert (row["run_by"], row["stage"], row["dataset"]) == ("ana", "completed", "elevate.students")


def test_a_correction_is_found_by_what_it_says_and_by_what_was_there_before(wb: Workbench, sheet: Given) -> None:
    batch = wb.stage(sheet("email,name\nwrong,Eve Adams\n", "eve.csv"), "elevate.students")
    wb.correct(batch, {2: {"email": "still wrong", "name": "Eva Adams"}})
    wb.plan(batch)
    found = [("eve.csv", 2, "invalid", None)]
    assert rows(wb, "eve") == rows(wb, "eva adams") == rows(wb, "still") == found
    assert wb.records.ask("eve").rows[0]["corrected_by"] == "ana"


def test_rows_of_an_import_that_was_never_committed_or_was_undone_are_told(wb: Workbench, sheet: Given) -> None:
    held = wb.import_sheet(sheet("email,name\nfay@example.com,Fay Held\nx,Gus Bad\n", "held.csv"), "elevate.students")
    assert held.stage == "held"
    assert [(row["stage"], row["outcome"]) for row in wb.records.ask("fay held").rows] == [("held", "created")]
    gone = wb.import_sheet(sheet("email,name\nhal@example.com,Hal Gone\n", "gone.csv"), "elevate.students")
    assert rows(wb, "hal gone") == []
    wb.undo(gone)
    assert [(row["stage"], row["outcome"]) for row in wb.records.ask("hal gone").rows] == [("undone", "created")]
    staged = wb.stage(sheet("email,name\nida@example.com,Ida New\n", "staged.csv"), "elevate.students")
    assert [(row["batch"], row["stage"]) for row in wb.records.ask("ida new").rows] == [(staged.id, "staged")]


def test_a_row_of_a_run_is_found_once_as_its_source_has_it(wb: Workbench, sheet: Given) -> None:
    learners = "email,first name,last name,course code,course name\nzz,Kim,Loose,NUR1,Nursing\n"
    wb.import_sheet(sheet(learners, "learners.csv"), "elevate.learners", skip_errors=True)
    assert [each[:3] for each in rows(wb, "kim loose")] == [("learners.csv", 2, "invalid")]


def test_few_rows_are_all_looked_at_whatever_the_clock_says(wb: Workbench) -> None:
    hurried = wb.records.ask("doppel", seconds=0)
    assert (hurried.rows_number, hurried.whole) == (1, True)


def test_of_very_many_rows_the_newest_are_looked_at_and_that_is_said(
    wb: Workbench, sheet: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unwritten, "_AT_ONCE", 10)
    for number in range(3):
        many = "".join(f"bad{line},Many Dunn\n" for line in range(4))
        wb.import_sheet(sheet(f"email,name\n{many}", f"{number}.csv"), "elevate.students", skip_errors=True)
    few = wb.records.ask("dunn", limit=5, seconds=None)
    assert [row["file_name"] for row in few.rows] == ["2.csv"] * 4 + ["1.csv"]
    assert (few.rows_number, few.whole) == (13, True)
    after = wb.records.ask("dunn", limit=5, rows_skip=10, seconds=None)
    assert [(row["file_name"], row["line"]) for row in after.rows] == [("0.csv", 4), ("0.csv", 5), ("people.csv", 5)]
    store = wb.records._store
    hurried = unwritten.find(store, "dunn", 50, until=0)
    assert ([row["file_name"] for row in hurried.rows], hurried.number, hurried.whole) == (["2.csv"] * 4, 4, False)
    assert len(wb.records.ask("dunn", seconds=None).rows) == 13


def test_what_there_was_no_time_to_look_at_is_told_and_looked_at_where_somebody_waits(
    wb: Workbench, sheet: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unwritten, "_AT_ONCE", 2)
    lines = "".join(f"s{number}@x.example,Sue Lane,{'Zzyzx' if number == 8 else '-'}\n" for number in range(9))
    wb.import_sheet(sheet(f"email,name,note\n{lines}", "notes.csv"), "elevate.students")
    hurried = wb.records.ask("zzyzx", seconds=0)
    assert (hurried.records, hurried.whole) == ([], False)
    assert "that was looked through" in hurried.nothing
    patient = wb.records.ask("zzyzx", seconds=None)
    assert ([one["row"]["line"] for one in patient.records], patient.whole) == ([10], True)


def test_a_record_that_is_found_by_its_row_and_says_it_itself_is_told_to_say_it(wb: Workbench, sheet: Given) -> None:
    """The salesperson is neither key nor name of a customer, and is looked for in the rows alone."""
    text = "name,salesperson,city\nNightjar Wines,Quentin Zabriskie,Ulm\nBlue Door,Rosa Lind,Ulm\n"
    batch = wb.stage(sheet(text, "nj.csv"), "commerce.companies")
    wb.plan(wb.correct(batch, {3: {"salesperson": "Ida Moss"}}))
    wb.commit(batch)
    (found,) = wb.records.ask("zabriskie").records
    assert (found["title"], found["row"]["line"]) == ("Nightjar Wines", 2)
    assert found["says"] == {"salesperson": "Quentin Zabriskie"}
    (corrected,) = wb.records.ask("Rosa Lind").records
    assert (corrected["title"], corrected["says"]) == ("Blue Door", {})


def test_who_says_just_that_comes_before_who_has_it_in_another_word(wb: Workbench, sheet: Given) -> None:
    head = "name,customer id,salesperson\n"
    reps = ("Rep 85 of 17", "Rep 17 of 7", "Rep 7")
    rows = "".join(f"Bar {number},C-{number},{rep}\n" for number, rep in enumerate(reps, 1))
    wb.import_sheet(sheet(head + rows, "bars.csv"), "commerce.companies")
    assert [[*one["says"].values()] for one in wb.records.ask("rep 7").records] == [[rep] for rep in reversed(reps)]


def test_a_page_of_records_follows_the_one_before_until_all_have_been_told(wb: Workbench, sheet: Given) -> None:
    many = "".join(f"kim{number:02}@example.com,Kim {'Lee' if number % 2 else 'Moss'}\n" for number in range(25))
    wb.import_sheet(sheet(f"email,name\n{many}", "many.csv"), "elevate.students")
    some = "".join(f"kim{number:02}@example.com,WELD101\n" for number in range(12))
    wb.import_sheet(sheet(f"student_email,course_code\n{some}", "some.csv"), "elevate.enrollments")
    pages = [wb.records.ask("kim", limit=10, skip=skip) for skip in (0, 10, 20, 30)]
    assert [(len(page.records), page.number) for page in pages] == [(10, 25), (10, 25), (5, 25), (0, 25)]
    assert [one["key"] for page in pages for one in page.records] == [f"kim{at:02}@example.com" for at in range(25)]
    pages = [wb.records.ask("WELD101", limit=5, skip=skip) for skip in (0, 5, 10)]
    assert pages[0].records[0]["key"] == "WELD101"  # the course, and the 12 that refer to it
    assert {page.number for page in pages} == {13}
    assert len({one["key"] for page in pages for one in page.records}) == 13


def test_of_more_records_than_are_put_in_order_by_the_way_the_pages_are_the_same(
    wb: Workbench, sheet: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    kims = "".join(f"kim{n:02}@example.com,Kim Lee {n}\n" for n in range(25))
    wb.import_sheet(sheet(f"email,name\n{kims}", "kims.csv"), "elevate.students")

    def pages() -> list[tuple[int, list[str]]]:
        asked = (wb.records.ask("kim", limit=10, skip=skip) for skip in (0, 10, 20, 30))
        return [(answer.number, [one["key"] for one in answer.records]) for answer in asked]

    few = pages()
    monkeypatch.setattr(by_words, "_SORTED", 24)
    assert pages() == few
    assert [(number, len(keys)) for number, keys in few] == [(25, 10), (25, 10), (25, 5), (25, 0)]


def test_that_no_record_has_just_a_text_is_told_before_what_takes_longer(wb: Workbench) -> None:
    told: list[str] = []
    for text in ("Ada Park", "Ada Prak", "Zzyzx"):
        wb.records.ask(text, meanwhile=partial(told.append, text))
    assert told == ["Ada Prak", "Zzyzx"]


def test_what_refers_to_a_record_is_counted_paged_sorted_filtered_and_searched(wb: Workbench, sheet: Given) -> None:
    many = "".join(f"kim{number:02}@example.com,Kim {'Lee' if number % 2 else 'Moss'}\n" for number in range(12))
    wb.import_sheet(sheet(f"email,name\n{many}", "many.csv"), "elevate.students")
    some = "".join(f"kim{number:02}@example.com,WELD101\n" for number in range(12))
    wb.import_sheet(sheet(f"student_email,course_code\n{some}", "some.csv"), "elevate.enrollments")
    course = wb.records.get("elevate.courses", "WELD101", referring=0)
    assert course["referring"] == []
    about: dict[str, Any] = {"dataset": "elevate.courses", "record": course["record"]["id"]}
    assert {of: number for of, (number, _) in wb.records.referred(**about).items()} == {"elevate.enrollments": 12}
    assert "student_email" in wb.records.referred(**about)["elevate.enrollments"][1]

    def keys(query: ListQuery, **where: int) -> list[str]:
        found, names = wb.records.referring(**about, of="elevate.enrollments", query=query, **where)
        return [names[str(one["values"]["student_email"])]["key"][3:5] for one in found]

    down = Order(field="student_email", descending=True)
    assert keys(ListQuery(order=down), limit=3, skip=2) == ["09", "08", "07"]
    assert keys(ListQuery(text="moss KIM1", order=down)) == ["10"]
    cell = CellTest(field="student_email", test="equals", text="kim03@example.com Kim Lee")
    assert keys(ListQuery(cell=cell)) == ["03"]
    assert wb.records.number_referring(**about, of="elevate.enrollments", query=ListQuery(text="moss")) == 6
    with pytest.raises(UnknownHeader):
        keys(ListQuery(order=Order(field="course_code")))


def test_who_decided_which_of_two_rows_counts_stands_with_the_other(
    wb: Workbench, open_wb: Opened, sheet: Given
) -> None:
    text = "email,name\nivy@example.com,Ivy Lane\nivy@example.com,Otto Quest\n"
    batch = wb.import_sheet(sheet(text, "two.csv"), "elevate.students")
    open_wb(user="lea").decisions.prefer(batch, [2])
    wb.plan(batch)
    (row,) = wb.records.ask("otto quest").rows
    assert "lea decided" in "; ".join(issue["message"] for issue in row["issues"])


def test_a_record_that_a_file_no_longer_named_is_found_by_its_name(wb: Workbench, sheet: Given) -> None:
    roster = "email,name,building,academic_year\numa@x.example,Uma Vale,North,2024-2025\n"
    wb.import_sheet(sheet(roster), "polaris.teacher_roster")
    other = roster.replace("uma@x.example,Uma Vale", "wim@x.example,Wim Zand")
    second = wb.import_sheet(sheet(other), "polaris.teacher_roster", mode="replace")
    (gone,) = wb.records.find("uma vale")
    assert (gone["dataset"], gone["key"], gone["title"]) == (
        "polaris.teacher_roster",
        "uma@x.example|2024-2025",
        "Uma Vale",
    )
    told = wb.records.get(gone["dataset"], str(gone["record_id"]))
    assert (told["record"], [each["outcome"] for each in told["history"]]) == (None, ["deleted", "created"])
    wb.undo(second)
    assert len(wb.records.find("uma vale")) == 1
    assert wb.records.get("polaris.teacher_roster", "uma@x.example|2024-2025")["record"] is not None


def test_a_key_is_named_by_a_word_of_its_own_and_by_no_part_of_another(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nForklift,007\n"), "elevate.courses")
    lost = "x1@example.com,P-0007\nx2@example.com,007\nx3@example.com,A-007\nx4@example.com,007-B\n"
    wb.import_sheet(sheet(f"student_email,course_code\n{lost}", "seven.csv"), "elevate.enrollments", skip_errors=True)
    assert [row["line"] for row in wb.records.left_out("007").rows] == [3]
    assert len(wb.records.ask("007").rows) == 4, "who asks may know a part of it alone"


def test_a_row_whose_record_the_undo_has_kept_is_no_row_without_a_record(wb: Workbench, sheet: Given) -> None:
    people = "email,name\nkay@example.com,Kay Kept\nlou@example.com,Lou Gone\n"
    batch = wb.import_sheet(sheet(people, "two.csv"), "elevate.students")
    wb.import_sheet(sheet("student_email,course_code\nkay@example.com,CNA101\n"), "elevate.enrollments")
    wb.undo(batch)
    assert [one["key"] for one in wb.records.find("kay kept")] == ["kay@example.com"]
    assert rows(wb, "kay kept") == [] and rows(wb, "kay@example.com") == []
    assert [row["line"] for row in wb.records.ask("lou gone").rows] == [3]


def test_another_tenant_finds_no_row(wb: Workbench, open_wb: Opened) -> None:
    other = open_wb(tenant="other", user="olga")
    assert [list(other.records.ask(text).rows) for text in ("dunn", "doppel", "5552223333")] == [[]] * 3


def found(wb: Workbench, text: str) -> list[str]:
    return [one["key"] for one in wb.records.find(text)]


ADA, BEN, CAL = "ada.park@example.com", "ben@example.com", "cal@example.com"

NUMBERS = {
    "5551234567": [ADA],
    "(555) 123-4567": [ADA],
    "+1 555.123.4567": [ADA],
    "001-555-123-4567": [ADA],
    "555 123 4567 x9": [ADA],
    "555-987-6543": [BEN],
    "9876543": [BEN],
    "555-0001": [CAL],
    "(555) 555-0001": [CAL],
    "ruiz 555-987-6543": [BEN],
    "park 555-987-6543": [],
    "555-123-4568": [],
}


def test_a_phone_number_is_found_however_it_is_written(wb: Workbench) -> None:
    assert {text: found(wb, text) for text in NUMBERS} == NUMBERS


SLIPS = {
    "Adda Park": [ADA],
    "Ada Prak": [ADA],
    "ada parrk": [ADA],
    "jose angel ruis": [BEN],
    "José Riuz": [BEN],
    "elodie togersen": [CAL],
    "Elodie Thogersne": [CAL],
    "ada.prak@exmaple.com": [ADA],
    "bne": [],
    "Adda Ruiz": [],
    "EMP99": [],
}


def test_a_name_with_a_slip_is_found_and_told_to_be_only_nearly_so(wb: Workbench) -> None:
    assert {text: found(wb, text) for text in SLIPS} == SLIPS
    assert [wb.records.ask(text).nearly for text in ("Adda Park", "ada park")] == [True, False]


def test_a_record_tells_what_refers_to_it_and_what_its_ids_are_called(wb: Workbench, sheet: Given) -> None:
    def keys(told: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        return ((one["dataset"], one["key"]) for one in told)

    student = wb.records.get("elevate.students", ADA)
    assert list(keys(student["referring"])) == [("elevate.enrollments", f"{ADA}|CNA101")]
    values = student["referring"][0]["values"]
    assert "student_email" not in values  # it is she herself
    assert student["names"][str(values["course_code"])]["title"] == "CNA Training"
    enrollment = wb.records.get("elevate.enrollments", f"{ADA}|CNA101")
    assert enrollment["referring"] == []
    named = enrollment["names"][str(enrollment["record"]["user_id"])]
    assert (named["dataset"], named["key"], named["title"]) == ("elevate.students", ADA, "Ada Park")
    assert enrollment["names"][str(enrollment["record"]["course_id"])]["title"] == "CNA Training"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Dnun", DEE),
        ("dee dunn EMP14x", DEE),
        ("Dopple", DOPPEL),
        ("nobdy@example.com", NOBODY),
    ],
)
def test_a_slip_is_forgiven_in_rows_that_became_no_record_too(
    wb: Workbench, text: str, row: tuple[str, int, str | None, str | None]
) -> None:
    answer = wb.records.ask(text)
    assert (rows(wb, text), answer.rows_nearly) == ([row], True)


@pytest.mark.parametrize("text", ["dun 5552223334", "zzzz", "Al"])
def test_numbers_and_short_words_are_not_taken_for_others(wb: Workbench, text: str) -> None:
    answer = wb.records.ask(text)
    assert (list(answer.rows), answer.rows_nearly) == ([], False)


def test_rows_written_nearly_so_are_not_told_of_somebody_who_is_there(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("email,name\nbad,Ada Perk\n", "bad.csv"), "elevate.students", skip_errors=True)
    assert "bad.csv" not in [file for file, *_ in rows(wb, "Ada Park")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A", "One letter finds nothing. Type a name"),
        ("Al", "From 4 letters on a slip is forgiven: type the whole name"),
        ("Zo Xu", "From 4 letters on a slip is forgiven: type the whole name"),
        ("Zacharias", "Nothing that was ever imported fits. A whole e-mail"),
    ],
)
def test_a_question_that_nothing_fits_says_what_to_do(wb: Workbench, text: str, says: str) -> None:
    assert says in wb.records.ask(text).nothing


def test_a_lost_row_says_which_import_has_brought_its_key_since(wb: Workbench, sheet: Given) -> None:
    """A corrected file that came back as an import of its own, and not by a sweep."""
    assert [row["since"] for row in wb.records.ask("nobody@example.com").rows] == [None]
    wb.import_sheet(sheet("email,name\nnobody@example.com,Nora Body\n"), "elevate.students")
    undone = wb.import_sheet(sheet(ENROLLMENTS, "undone.csv"), "elevate.enrollments")
    wb.undo(undone)
    later = wb.import_sheet(sheet(ENROLLMENTS, "again.csv"), "elevate.enrollments")
    wb.import_sheet(sheet(ENROLLMENTS, "and again.csv"), "elevate.enrollments")
    told = {row["file_name"]: row["since"] for row in wb.records.ask("nobody@example.com").rows}
    assert {name: since["batch"] for name, since in told.items()} == {
        "enrollments.csv": later.id,
        "undone.csv": later.id,
    }
    since = told["enrollments.csv"]
    assert (since["line"], since["file_name"], since["outcome"]) == (3, "again.csv", "created")
    first = wb.batches.all("elevate.enrollments")[-1]
    (row,) = wb.rows.each(first, lines=[3])
    assert wb.records.since(first, row) == since


def test_a_file_that_found_what_an_undo_has_put_back_since_has_not_brought_it(wb: Workbench, sheet: Given) -> None:
    text = "email,name\numa@example.com,Uma {}\n"
    wb.import_sheet(sheet(text.format("Old"), "old.csv"), "elevate.students")
    changed = wb.import_sheet(sheet(text.format("Reyes"), "changed.csv"), "elevate.students")
    wb.import_sheet(sheet(text.format("Reyes"), "same.csv"), "elevate.students")
    wb.undo(changed)
    told = {row["file_name"]: row["since"] for row in wb.records.ask("uma@example.com").rows}
    assert told["changed.csv"] is None
