"""An import taken back: what comes back, what goes, and what stays because somebody has touched it since."""

import time
from collections.abc import Callable

import pytest

from tests.imports import ask, fingerprint, outcome, outcomes, records, tamper
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import AlreadyUndone, StillKept, StillReferredTo, WrongStage
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

STUDENTS = "email,name,phone\njohn@example.com,John Doe,555-123-4567\njane@example.com,Jane Smith,555-987-6543\n"
CHANGED = "email,name,phone\njohn@example.com,John Doe,555-000-0000\nsam@example.com,Sam Hill,\n"
PEOPLE = ("email", "full_name", "phone", "id", "created_at")
ROSTER = """\
email,name,building,academic_year
ada@kck.example,Ada Park,Argentine Middle,2024-2025
ben@kck.example,Ben Ruiz,Wyandotte High,2024-2025
"""
ONLY_ADA = """\
email,name,building,academic_year
ada@kck.example,Ada Park,Central High,2024-2025
"""
TEACHERS = ("email", "building", "is_active", "deactivation_source", "id", "created_at")


def students(wb: Workbench, sheet: Given, text: str = STUDENTS, **options: object) -> Batch:
    return wb.import_sheet(sheet(text, "students.csv"), "elevate.students", **options)


def teachers(wb: Workbench, sheet: Given, text: str, **options: object) -> Batch:
    return wb.import_sheet(sheet(text, "roster.csv"), "polaris.teacher_roster", **options)


def kept(wb: Workbench, undo: Batch) -> dict[str, str]:
    """The records that an undo left alone, with its sentence."""
    return {row["key"]: row["issues"][0]["message"] for row in wb.rows.each(undo, outcome="skipped")}


def test_created_records_go_and_changed_ones_get_their_before_image_back(wb: Workbench, sheet: Given, url: str) -> None:
    students(wb, sheet)
    before = records(url, "elevate.profiles", *PEOPLE)
    batch = students(wb, sheet, CHANGED)
    assert outcome(batch) == (1, 1, 0, 0, 0)
    undo = wb.undo(batch)
    assert records(url, "elevate.profiles", *PEOPLE) == before
    assert outcome(undo) == (0, 2, 0, 0, 0)
    assert outcomes(wb, undo) == [(2, "updated:restored"), (3, "updated:removed")]


def test_an_undo_is_itself_a_reconciled_batch_that_can_be_signed(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    students(wb, sheet)
    batch = students(wb, sheet, CHANGED)
    undo = wb.undo(batch)
    figures = wb.reconcile(undo)
    assert (figures.processed, figures.balanced, figures.done) == (2, True, True)
    assert (undo.undo_of, undo.source, undo.initiated_by) == (batch.id, "undo", "ana")
    log = wb.log(undo)
    assert (log.import_type, log.file_name, log.updated) == ("Undo of Elevate: Students", "students.csv", 2)
    bob = open_wb(user="bob")
    bob.sign_off(undo)
    assert bob.verify(undo)


def test_a_dry_run_of_an_undo_says_what_it_would_do_and_writes_nothing(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 63."""
    students(wb, sheet)
    batch = students(wb, sheet, CHANGED)
    before = fingerprint(url)
    shown = wb.undo(batch, dry_run=True)
    assert (shown.stage, fingerprint(url)) == ("planned", before)
    real = wb.undo(batch)
    assert (outcome(real), outcomes(wb, real)) == (outcome(shown), outcomes(wb, shown))


def test_an_import_that_was_taken_back_is_told_so_and_takes_no_word_and_no_signature(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    batch = students(wb, sheet, "email,name\njohn@example.com,John Doe\nnobody,Jane\n", skip_errors=True)
    wb.undo(batch, dry_run=True)
    assert (wb.batches.get(batch).undone_by, wb.batches.get(batch).state) == (None, "completed")
    undo = wb.undo(batch)
    undone = wb.batches.get(batch)
    assert (undone.undone_by, undone.state, undone.stage, undone.status) == (undo.id, "undone", *["completed"] * 2)
    figures = wb.reconcile(batch)
    assert (figures.processed, figures.invalid, figures.unexplained, figures.done) == (2, 1, 0, False)
    assert figures.open_points == ("It is undone.",)
    assert ("Committed", "it is undone", False) in figures.definition
    lea = open_wb(user="lea")
    for act in (
        lambda: lea.reject(batch, [3], "No"),
        lambda: lea.explain(batch, [3], "No"),
        lambda: lea.sign_off(batch),
    ):
        with pytest.raises(WrongStage, match="is undone"):
            act()
    with pytest.raises(AlreadyUndone):
        lea.undo(batch)
    assert lea.note(batch, notes="Taken back: the wrong file.").notes == "Taken back: the wrong file."
    assert (
        wb.batches.same_file(sheet("email,name\njohn@example.com,John Doe\nnobody,Jane\n"), "elevate.students") is None
    )
    assert wb.batches.outcomes().empty


def test_what_was_signed_stays_so_when_it_is_taken_back(
    wb: Workbench, open_wb: Callable[..., Workbench], sheet: Given
) -> None:
    batch = students(wb, sheet)
    lea = open_wb(user="lea")
    lea.sign_off(batch)
    lea.undo(batch)
    assert wb.verify(batch)


def test_nothing_is_compared_with_an_import_that_was_taken_back(wb: Workbench, sheet: Given) -> None:
    """Neither a profile with its, nor a header with those that it had."""

    def last() -> str:
        found = wb.profiles.last_import("elevate.students")
        assert found is not None
        return found.file_name

    before, after = sheet(STUDENTS, "one.csv"), sheet(STUDENTS.replace("phone", "telefon"), "two.csv")
    wb.import_sheet(before, "elevate.students")
    made = wb.templates.save("all", "elevate.students", Mapping(columns={"email": "email", "name": "full_name"}))
    batch = wb.import_sheet(after, "elevate.students", template=made.name, columns={"telefon": ""})
    assert last() == "two.csv"
    assert wb.sources.header_change(after, "elevate.students", made.name) is None
    wb.undo(batch)
    assert last() == "one.csv"
    assert wb.sources.header_change(after, "elevate.students", made.name)["new"] == ["telefon"]


@pytest.mark.parametrize("act", ["plan", "commit"])
def test_an_undo_is_never_planned_or_committed_like_an_import(wb: Workbench, sheet: Given, url: str, act: str) -> None:
    teachers(wb, sheet, ROSTER)
    batch = teachers(wb, sheet, ONLY_ADA)
    shown = wb.undo(batch, dry_run=True)
    before = fingerprint(url)
    with pytest.raises(WrongStage, match=r"an undo; (planning|committing) needs one that is an import"):
        getattr(wb, act)(shown)
    assert fingerprint(url) == before
    assert wb.undo(batch).stage == "completed"


def test_a_second_undo_and_an_undo_of_an_undo_are_refused(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 60."""
    batch = students(wb, sheet)
    undo = wb.undo(batch)
    before = fingerprint(url)
    with pytest.raises(AlreadyUndone, match=f"Batch {batch.id} was already undone by batch {undo.id}"):
        wb.undo(batch)
    with pytest.raises(WrongStage, match="is an undo; undoing needs one that is an import"):
        wb.undo(undo)
    assert fingerprint(url) == before


def test_what_was_never_completed_cannot_be_undone(wb: Workbench, sheet: Given) -> None:
    planned = students(wb, sheet, dry_run=True)
    with pytest.raises(WrongStage, match="is planned; undoing needs one that is completed"):
        wb.undo(planned)


def test_newest_first_brings_everything_back_step_by_step(wb: Workbench, sheet: Given, url: str) -> None:
    states, batches = [records(url, "elevate.profiles", *PEOPLE)], []
    for text in (STUDENTS, CHANGED, CHANGED.replace("Sam Hill", "Samuel Hill").replace("000-0000", "111-1111")):
        batches.append(students(wb, sheet, text))
        states.append(records(url, "elevate.profiles", *PEOPLE))
    for batch in reversed(batches):
        states.pop()
        assert wb.reconcile(wb.undo(batch)).done
        assert records(url, "elevate.profiles", *PEOPLE) == states[-1]


def test_oldest_first_keeps_and_names_what_a_later_import_changed(wb: Workbench, sheet: Given, url: str) -> None:
    first = students(wb, sheet)
    students(wb, sheet, CHANGED)
    undo = wb.undo(first)
    assert outcome(undo) == (0, 1, 1, 0, 0)
    assert kept(wb, undo) == {"john@example.com": "Changed since the import; kept as it is"}
    assert records(url, "elevate.profiles", "email", "phone") == [
        ("john@example.com", "555-000-0000"),
        ("sam@example.com", None),
    ]
    assert wb.reconcile(undo).done
    assert undo.summary["skipped_by_reason"] == {"changed": 1}


def test_what_an_undo_had_to_keep_goes_with_another_once_it_is_free(wb: Workbench, sheet: Given, url: str) -> None:
    """In whatever order imports are taken back, nothing of them is left in the end."""
    first = students(wb, sheet)
    second = students(wb, sheet, CHANGED)
    wb.undo(first)
    before = fingerprint(url)
    with pytest.raises(StillKept, match="what that kept cannot be taken back yet: Changed since the import"):
        wb.undo(first)
    assert fingerprint(url) == before
    wb.undo(second)
    again = wb.undo(first)
    assert outcomes(wb, again) == [(2, "updated:removed"), (3, "skipped:undone")]
    assert wb.log(again).notes_added == (
        "1 record that the import had created: removed.",
        "1 record had been taken back before.",
    )
    assert (wb.log(again).follow_ups_added, wb.reconcile(again).done) == ((), True)
    assert records(url, "elevate.profiles", "email") == []
    assert wb.batches.get(first).undone_by == again.id
    with pytest.raises(AlreadyUndone):
        wb.undo(first)


def test_whom_an_undo_has_kept_it_is_not_said_to_have_taken_back(wb: Workbench, sheet: Given) -> None:
    first = students(wb, sheet)
    students(wb, sheet, CHANGED)
    undo = wb.undo(first)

    def undone_by(key: str) -> list[object]:
        history = wb.records.get("elevate.students", key)["history"]
        return [event["undone_by"] for event in history if event["outcome"] == "created"]

    assert undone_by("john@example.com") == [None]
    assert undone_by("jane@example.com") == [undo.id]


def test_an_import_of_which_an_undo_has_kept_a_part_is_said_to_be_undone_as_far_as_it_could_be(
    wb: Workbench, sheet: Given
) -> None:
    first = students(wb, sheet)
    students(wb, sheet, CHANGED)
    wb.undo(first)
    figures = wb.reconcile(first)
    said = "undone as far as it could be: 1 of 2 changes were taken back, 1 kept"
    assert (figures.open_points, figures.done) == ((f"It is {said}.",), False)
    assert ("Committed", f"it is {said}", False) in figures.definition


def test_a_run_of_several_datasets_is_taken_back_in_any_order(wb: Workbench, sheet: Given, url: str) -> None:
    header = "email,first_name,last_name,course_code,course_name,status\n"
    runs = [
        wb.import_sheet(sheet(header + rows), "elevate.learners")
        for rows in (
            "a@b.org,Ada,Park,X1,One,active\nd@b.org,Dee,Fox,X2,Two,active\n",
            "a@b.org,Ada,Parker,X1,One,completed\nc@b.org,Cy,Ott,X1,One,active\n",
        )
    ]
    for run in runs:
        wb.undo(run)
    assert records(url, "elevate.profiles", "email") == [("a@b.org",)]
    last = wb.undo(runs[0])
    assert (wb.reconcile(last).balanced, last.summary["skipped_by_reason"]) == (True, {"undone": 3})
    for table in ("elevate.profiles", "elevate.courses", "elevate.enrollments"):
        assert records(url, table, "id") == []


def test_whom_a_record_named_before_a_later_import_stays_until_that_is_taken_back(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """A record that an undo will name again is not taken away before it."""
    companies = wb.import_sheet(sheet("external_id,name\nA,Co A\nB,Co B\n", "companies.csv"), "commerce.companies")
    header = "number,invoice_date,company\n"
    first = wb.import_sheet(sheet(header + "N1,2026-01-05,B\n", "one.csv"), "commerce.invoice_headers")
    second = wb.import_sheet(sheet(header + "N1,2026-01-05,A\n", "two.csv"), "commerce.invoice_headers")
    assert outcome(second) == (0, 1, 0, 0, 0)
    with pytest.raises(StillReferredTo, match=f"undo first, in this order: two.csv .batch {second.id}.*one.csv"):
        wb.undo(companies)
    for batch in (second, first, companies):
        wb.undo(batch)
    assert records(url, "commerce.companies", "id") == records(url, "commerce.invoices", "id") == []


def test_a_teacher_whom_an_undo_had_to_keep_off_is_switched_on_with_another(
    wb: Workbench, sheet: Given, url: str
) -> None:
    teachers(wb, sheet, ROSTER)
    before = records(url, "polaris.teacher_progress", *TEACHERS)
    batch = teachers(wb, sheet, ONLY_ADA)
    back = teachers(wb, sheet, ROSTER)
    wb.undo(batch)
    wb.undo(back)
    wb.undo(batch)
    assert records(url, "polaris.teacher_progress", *TEACHERS) == before


def test_a_record_that_a_later_import_changed_and_changed_back_is_still_kept(
    wb: Workbench, sheet: Given, url: str
) -> None:
    first = students(wb, sheet)
    students(wb, sheet, CHANGED)
    students(wb, sheet, "email,name,phone\njohn@example.com,John Doe,555-123-4567\n")
    undo = wb.undo(first)
    assert kept(wb, undo) == {"john@example.com": "Changed since the import; kept as it is"}


def test_a_field_that_somebody_filled_in_by_hand_keeps_the_record(wb: Workbench, sheet: Given, url: str) -> None:
    batch = students(wb, sheet)
    tamper(url, "update elevate.profiles set external_id = 'X1' where email = 'jane@example.com'")
    undo = wb.undo(batch)
    assert outcomes(wb, undo) == [(2, "updated:removed"), (3, "skipped:changed")]
    assert records(url, "elevate.profiles", "email", "external_id") == [("jane@example.com", "X1")]


def test_an_update_gives_back_its_own_fields_and_no_others(wb: Workbench, sheet: Given, url: str) -> None:
    students(wb, sheet)
    batch = students(wb, sheet, CHANGED)
    tamper(url, "update elevate.profiles set external_id = 'X1' where email = 'john@example.com'")
    wb.undo(batch)
    assert records(url, "elevate.profiles", "email", "phone", "external_id") == [
        ("jane@example.com", "555-987-6543", None),
        ("john@example.com", "555-123-4567", "X1"),
    ]


def test_what_others_refer_to_and_what_is_gone_is_named(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    batch = students(wb, sheet, STUDENTS + "sam@example.com,Sam Hill,\n")
    wb.import_sheet(sheet("student_email,course_code\njohn@example.com,CNA101\n"), "elevate.enrollments")
    tamper(url, "delete from elevate.profiles where email = 'jane@example.com'")
    undo = wb.undo(batch)
    assert (undo.stage, undo.updated) == ("completed", 1)
    assert kept(wb, undo) == {
        "john@example.com": "Other records refer to it; kept",
        "jane@example.com": "No longer there",
    }
    assert undo.summary["skipped_by_reason"] == {"referenced": 1, "gone": 1}
    assert records(url, "elevate.profiles", "email") == [("john@example.com",)]


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_undo_that_could_take_back_nothing_is_refused_and_says_what_goes_first(
    wb: Workbench, sheet: Given, url: str, dry_run: bool
) -> None:
    courses = wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n", "courses.csv"), "elevate.courses")
    people = students(wb, sheet)
    rows = "student_email,course_code\njohn@example.com,CNA101\n"
    first = wb.import_sheet(sheet(rows, "enrolled.csv"), "elevate.enrollments")
    again = wb.import_sheet(sheet(rows + "jane@example.com,CNA101\n", "more.csv"), "elevate.enrollments")
    before = fingerprint(url)
    with pytest.raises(StillReferredTo) as refused:
        wb.undo(courses, dry_run=dry_run)
    assert str(refused.value) == (
        f"Nothing of batch {courses.id} can be taken back while its records are referred to by 2 enrollments; "
        f"undo first, in this order: more.csv (batch {again.id}), enrolled.csv (batch {first.id})."
    )
    assert fingerprint(url) == before
    assert (wb.batches.get(courses).state, wb.batches.get(courses).undone_by) == ("completed", None)
    for batch in (again, first, people, courses):
        assert wb.undo(batch).stage == "completed"
    assert records(url, "elevate.courses", "id") == []


def test_an_undo_that_only_a_record_of_no_import_stands_against_says_so(wb: Workbench, sheet: Given, url: str) -> None:
    courses = wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    students(wb, sheet)
    enrolled = wb.import_sheet(sheet("student_email,course_code\njohn@example.com,CNA101\n"), "elevate.enrollments")
    tamper(url, "update elevate.enrollments set progress = 7")
    wb.undo(enrolled)
    with pytest.raises(StillReferredTo, match=r"referred to by 1 enrollment; remove those first\.$"):
        wb.undo(courses)


def test_a_cleared_field_comes_back(wb: Workbench, sheet: Given, url: str) -> None:
    students(wb, sheet)
    before = records(url, "elevate.profiles", *PEOPLE)
    batch = students(wb, sheet, "email,name,phone\njohn@example.com,John Doe,\n", clears=["phone"])
    assert outcome(batch) == (0, 1, 0, 0, 0)
    wb.undo(batch)
    assert records(url, "elevate.profiles", *PEOPLE) == before


def test_the_enrollments_of_an_undone_import_are_gone_and_their_people_are_not(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    students(wb, sheet)
    text = "student_email,course_code,progress,enrolled_at\njohn@example.com,CNA101,{},2024-01-15\n"
    wb.import_sheet(sheet(text.format(10)), "elevate.enrollments")
    wb.undo(wb.import_sheet(sheet(text.format(20)), "elevate.enrollments"))
    assert records(url, "elevate.enrollments", "progress") == [(10,)]
    wb.undo(next(batch for batch in reversed(wb.batches.all("elevate.enrollments"))))
    assert records(url, "elevate.enrollments", "progress") == []
    assert len(records(url, "elevate.profiles", "email")) == 2


# preserve and replace


@pytest.mark.parametrize("mode", ["preserve", "replace"])
def test_who_was_switched_off_or_deleted_comes_back_with_the_same_id(
    wb: Workbench, sheet: Given, url: str, mode: str
) -> None:
    """Hazard 60: ids after an undo are the ids before the import."""
    teachers(wb, sheet, ROSTER)
    before = records(url, "polaris.teacher_progress", *TEACHERS)
    batch = teachers(wb, sheet, ONLY_ADA, mode=mode)
    assert (outcome(batch), batch.removed) == ((0, 1, 0, 0, 0), 1)
    undo = wb.undo(batch)
    assert records(url, "polaris.teacher_progress", *TEACHERS) == before
    assert (outcome(undo), wb.reconcile(undo).done) == ((1, 1, 0, 0, 0) if mode == "replace" else (0, 2, 0, 0, 0), True)


def test_who_was_switched_on_again_is_switched_off_again(wb: Workbench, sheet: Given, url: str) -> None:
    teachers(wb, sheet, ROSTER)
    teachers(wb, sheet, ONLY_ADA)
    before = records(url, "polaris.teacher_progress", *TEACHERS)
    wb.undo(teachers(wb, sheet, ROSTER))
    assert records(url, "polaris.teacher_progress", *TEACHERS) == before


def switch_off(url: str, email: str) -> None:
    change = (
        "update polaris.teacher_progress set is_active = false, deactivation_source = 'manual_admin' where email = %s"
    )
    tamper(url, change, email)


def test_who_was_switched_off_by_hand_since_is_neither_switched_on_nor_removed(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazards 47 and 48: an undo does not overwrite a person's work."""
    first = teachers(wb, sheet, ROSTER)
    second = teachers(wb, sheet, ONLY_ADA)
    switch_off(url, "ada@kck.example")
    switch_off(url, "ben@kck.example")
    before = fingerprint(url)
    undo = wb.undo(second)
    assert outcomes(wb, undo) == [(2, "skipped:changed"), (3, "skipped:changed")]
    assert fingerprint(url) == before
    assert outcomes(wb, wb.undo(first)) == [(2, "skipped:changed"), (3, "skipped:changed")]
    assert fingerprint(url) == before


def test_a_switched_off_teachers_other_fields_are_left_as_they_are_now(wb: Workbench, sheet: Given, url: str) -> None:
    teachers(wb, sheet, ROSTER)
    batch = teachers(wb, sheet, ONLY_ADA)
    tamper(url, "update polaris.teacher_progress set building = 'Moved' where email = 'ben@kck.example'")
    wb.undo(batch)
    assert records(url, "polaris.teacher_progress", "email", "building", "is_active") == [
        ("ada@kck.example", "Argentine Middle", True),
        ("ben@kck.example", "Moved", True),
    ]


def test_a_deleted_teacher_who_is_there_again_is_kept_as_he_is(wb: Workbench, sheet: Given, url: str) -> None:
    teachers(wb, sheet, ROSTER)
    batch = teachers(wb, sheet, ONLY_ADA, mode="replace")
    teachers(wb, sheet, ROSTER.replace("Wyandotte High", "Olathe North"), mode="upsert")
    before = ask(url, "select id, building from polaris.teacher_progress where email = 'ben@kck.example'")
    undo = wb.undo(batch)
    assert outcomes(wb, undo) == [(2, "skipped:changed"), (3, "skipped:changed")]
    assert ask(url, "select id, building from polaris.teacher_progress where email = 'ben@kck.example'") == before


def test_an_undo_after_an_undo_goes_one_import_further_back(wb: Workbench, sheet: Given, url: str) -> None:
    first = teachers(wb, sheet, ROSTER)
    wb.undo(teachers(wb, sheet, ONLY_ADA, mode="replace"))
    assert outcome(wb.undo(first)) == (0, 2, 0, 0, 0)
    assert records(url, "polaris.teacher_progress", "email") == []


def test_the_same_file_can_be_imported_again_after_its_undo(wb: Workbench, sheet: Given, url: str) -> None:
    first = students(wb, sheet)
    wb.undo(first)
    assert wb.batches.same_file(sheet(STUDENTS), "elevate.students") is None
    assert outcome(students(wb, sheet)) == (2, 0, 0, 0, 0)


def test_a_long_chain_of_users_is_taken_back_in_no_more_time_than_it_came_in(wb: Workbench, sheet: Given) -> None:
    """Each names the one before: were every row compared with every other, it would take many times as long."""
    wb.import_sheet(sheet("id,name\ni,I\n", "institutions.csv"), "generic_csv.institutions")
    rows = (f"u{n},u{n}@b.org,i,{f'u{n - 1}' if n else ''}\n" for n in range(6_000))
    chain = sheet("id,email,institution_id,invited_by\n" + "".join(rows), "users.csv")
    began = time.perf_counter()
    batch = wb.import_sheet(chain, "generic_csv.users")
    came = time.perf_counter()
    undo = wb.undo(batch)
    assert (batch.created, undo.updated) == (6_000, 6_000)
    assert time.perf_counter() - came < 2 * (came - began)
