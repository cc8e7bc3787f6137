"""How much one import may change before a person is asked: told with the field, and nothing is written until then."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.imports import ask, fingerprint, records
from workbench import Workbench
from workbench.model.batch import Batch
from workbench.model.errors import Held, HeldFor, Unbalanced, UnknownLimit, WrongValue
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
STUDENTS = "elevate.students"


@pytest.fixture
def bring(wb: Workbench, sheet: Given) -> Callable[..., Batch]:
    """Imports students s0, s1, ... whose names and phones are made of a number."""

    def brought(many: int, name: str = "Sam Number{}", phone: str = "555-201-{:04}", **options: Any) -> Batch:
        lines = [f"s{n}@x.example,{name.format(n)},{phone.format(n)}" for n in range(many)]
        text = "\n".join(("email,full_name,phone", *lines)) + "\n"
        return wb.import_sheet(sheet(text), STUDENTS, **options)

    return brought


def held(batch: Batch) -> dict[str, tuple[str, int, str]]:
    """Field, rows and sentence of everything that a batch waits for, by its code."""
    return {each["code"]: (each["field"], each["rows"], each["message"]) for each in batch.summary["held_for"]}


def test_all_phones_blanked_by_one_file_hold_it(wb: Workbench, bring: Callable[..., Batch], url: str) -> None:
    bring(12)
    before = fingerprint(url)
    batch = bring(12, phone="", clears=("phone",))
    assert (batch.stage, fingerprint(url)) == ("held", before)
    assert held(batch) == {
        "phone.blanked": (
            "phone",
            12,
            "12 of 12 known students that the file names would lose what is stored in phone: "
            "the limits are 1 student and 20% of them, and it is beyond both.",
        )
    }
    with pytest.raises(HeldFor) as refused:
        wb.commit(batch, accept=("removed",))
    assert str(refused.value) == (
        f"Batch {batch.id} is held. 12 of 12 known students that the file names would lose what is stored in phone: "
        "the limits are 1 student and 20% of them, and it is beyond both. To let it go on: --accept phone.blanked."
    )
    assert wb.commit(batch, accept=("phone.blanked",)).stage == "completed"
    assert {phone for (phone,) in records(url, "elevate.profiles", "phone")} == {None}


def test_blanks_that_erase_nothing_hold_nothing(bring: Callable[..., Batch]) -> None:
    bring(12)
    assert bring(12, phone="").stage == "completed"


def test_one_blank_holds_nothing_and_a_small_file_of_blanks_is_held(bring: Callable[..., Batch]) -> None:
    bring(6)
    assert bring(1, phone="", clears=("phone",)).stage == "completed"
    assert bring(6, phone="", clears=("phone",)).stage == "held"


def test_names_that_most_records_would_change_hold_it(bring: Callable[..., Batch]) -> None:
    """A column that was sorted by itself gives everybody another one's name."""
    bring(12)
    batch = bring(12, name="Kim Other{}")
    assert [(code, field, rows) for code, (field, rows, _) in held(batch).items()] == [
        ("full_name.changed", "full_name", 12)
    ]


def test_other_phones_for_all_hold_it_and_for_many_do_not(bring: Callable[..., Batch], wb: Workbench) -> None:
    bring(400)
    batch = bring(400, phone="555-301-{:04}")
    assert held(batch) == {
        "phone.changed": (
            "phone",
            400,
            "400 of 400 known students that the file names would get another phone: "
            "the limits are 20 students and 95% of them, and it is beyond both.",
        )
    }
    wb.discard(batch)
    assert bring(400, phone="555-201-{:04}", name="Sam Number{}").skipped == 400


def test_a_column_of_ids_that_was_swapped_with_another_holds_it(wb: Workbench, sheet: Given) -> None:
    """Numbers of ten digits pass for phone numbers as well as for ids."""
    lines = [f"s{n}@x.example,Sam Number{n},55520100{n:02},77710200{n:02}" for n in range(12)]
    given = "\n".join(("email,full_name,phone,external_id", *lines)) + "\n"
    wb.import_sheet(sheet(given), STUDENTS)
    swapped = given.replace("phone,external_id", "external_id,phone")
    batch = wb.import_sheet(sheet(swapped), STUDENTS)
    assert (batch.stage, list(held(batch))) == ("held", ["external_id.changed"])
    assert wb.import_sheet(sheet(given), STUDENTS).skipped == 12


def test_first_imports_and_ordinary_changes_are_never_held(bring: Callable[..., Batch]) -> None:
    assert bring(500).stage == "completed"
    assert bring(500).stage == "completed"
    assert bring(20, phone="555-301-{:04}").updated == 20
    assert bring(900).created == 400


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        ({"created": "7"}, {"created"}),
        ({"created": "8"}, set()),
        ({"created": "30%"}, {"created"}),
        ({"created": "40%"}, set()),
        ({"updated": "50%"}, {"updated"}),
        ({"phone.changed": "10"}, {"phone.changed"}),
        ({"changed": "10"}, {"phone.changed"}),
        ({"changed": "10", "phone.changed": "none"}, set()),
        ({"phone.changed": "11 and 99%", "updated": "none"}, {"phone.changed"}),
        ({"phone.changed": "12 and 99%"}, set()),
    ],
)
def test_a_person_sets_limits(bring: Callable[..., Batch], limits: dict[str, str], codes: set[str]) -> None:
    """Of 20 rows 8 are new and 12 known, all of which get another phone."""
    bring(12)
    batch = bring(20, phone="555-301-{:04}", limits=limits)
    assert ({*held(batch)}, batch.stage) == (codes, "held" if codes else "completed")


def test_a_removal_is_measured_by_its_scope(wb: Workbench, sheet: Given, url: str) -> None:
    def roster(first: int, last: int, **options: Any) -> Batch:
        lines = "".join(f"t{n}@x.example,Tim Number{n},North,2025-2026\n" for n in range(first, last))
        text = f"Email,Name,Building,Academic Year\n{lines}"
        return wb.import_sheet(sheet(text), "polaris.teacher_roster", **options)

    roster(0, 30)
    assert roster(5, 30).removed == 5
    batch = roster(12, 30)
    assert held(batch) == {
        "removed": (
            "",
            7,
            "7 of 25 teachers of the scope would be switched off: "
            "the limits are 5 teachers and 20% of them, and it is beyond both.",
        )
    }
    assert roster(12, 30, limits={"removed": "30%"}).removed == 7
    assert roster(13, 30, limits={"removed": "0"}).stage == "held"
    everybody = wb.import_sheet(
        sheet("Email,Name,Building\n"), "polaris.teacher_roster", window="2025-2026", allow_empty=True
    )
    assert (everybody.stage, everybody.removed) == ("completed", 18)  # which was said to be meant


def test_a_template_keeps_limits_and_a_person_says_otherwise(wb: Workbench, bring: Callable[..., Batch]) -> None:
    mapping = Mapping(limits={"created": "5", "phone.blanked": "5%"})
    wb.templates.save("careful", STUDENTS, mapping)
    assert wb.templates.get(STUDENTS, "careful").mapping.limits == {"created": "5", "phone.blanked": "5%"}
    assert {*held(bring(6, template="careful"))} == {"created"}
    batch = bring(6, template="careful", limits={"created": "6"})
    assert (batch.stage, batch.mapping["limits"]) == ("completed", {"created": "6", "phone.blanked": "5%"})


def test_a_limit_that_there_is_not_is_refused(bring: Callable[..., Batch]) -> None:
    with pytest.raises(UnknownLimit, match=r"no limit called fone\.blanked"):
        bring(1, limits={"fone.blanked": "5%"})
    with pytest.raises(WrongValue, match="the limit created cannot be 'many': say a number"):
        bring(1, limits={"created": "many"})


def test_of_several_sheets_each_has_the_limits_on_its_fields(wb: Workbench, sheet: Given) -> None:
    sheets = [
        sheet("email,full_name\nada@x.example,Ada Park\n", "students.csv"),
        sheet("name,code\nCare,C1\nNursing,N1\n", "courses.csv"),
    ]
    with pytest.raises(UnknownLimit, match=r"no limit called fone\.blanked"):
        wb.stage(sheets, "elevate", limits={"fone.blanked": "5%"})
    run = wb.import_sheet(sheets, "elevate", limits={"created": "1", "phone.blanked": "5%"})
    assert [(each["dataset"], each["code"]) for each in run.summary["held_for"]] == [("elevate.courses", "created")]
    kept = {part.dataset: part.mapping["limits"] for part in wb.batches.parts(run)}
    assert kept == {
        "elevate.courses": {"created": "1"},
        "elevate.students": {"created": "1", "phone.blanked": "5%"},
    }


def test_invalid_rows_and_limits_are_both_said(wb: Workbench, bring: Callable[..., Batch]) -> None:
    batch = bring(3, phone="5", limits={"created": "0"}, name="Sam #REF!{}")
    wb.correct(batch, {2: {"full_name": "Sam One", "phone": "555-201-0001"}})
    wb.plan(batch)
    with pytest.raises(Held, match=r"1 student would be created.*--accept created\. And its invalid rows \(2\)"):
        wb.commit(batch)
    with pytest.raises(Held):
        wb.commit(batch, accept=("created",))
    with pytest.raises(Held):
        wb.commit(batch, skip_errors=True)
    assert wb.commit(batch, skip_errors=True, accept=("created",)).created == 1


def test_a_plan_made_again_waits_for_what_it_would_do_itself(wb: Workbench, bring: Callable[..., Batch]) -> None:
    batch = bring(3, limits={"created": "2"})
    wb.correct(batch, {4: {"email": "s0@x.example", "full_name": "Sam Number0", "phone": "555-201-0000"}})
    assert wb.plan(batch).batch.summary["held_for"] == []
    assert wb.commit(batch).created == 2


def test_each_part_of_a_run_has_its_limits_and_the_run_waits(wb: Workbench, sheet: Given, url: str) -> None:
    lines = "".join(f"s{n}@x.example,Sam,Number{n},C1,Care\n" for n in range(4))
    text = f"email,first_name,last_name,course_code,course_name\n{lines}"
    run = wb.import_sheet(sheet(text), "elevate.learners", limits={"created": "3"})
    assert run.stage == "held"
    assert [(each["dataset"], each["code"], each["rows"]) for each in run.summary["held_for"]] == [
        ("elevate.students", "created", 4),
        ("elevate.enrollments", "created", 4),
    ]
    assert records(url, "elevate.profiles", "email") == []
    assert wb.commit(run, accept=("created",)).stage == "completed"


def test_the_database_completes_no_batch_that_nobody_has_let_go_on(
    wb: Workbench, bring: Callable[..., Batch], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring(3, limits={"created": "2"})
    monkeypatch.setattr("workbench.database.planning.holding.refuse_held", lambda *_: None)
    monkeypatch.setattr("workbench.workbench.Hold.all_of", lambda *_: ())
    with pytest.raises(Unbalanced, match="its plan waits for a person, and nobody has let it go on"):
        wb.commit(batch)
    assert records(url, "elevate.profiles", "email") == []
    assert ask(url, "select stage from workbench.import_batch") == [("held",)]


def test_what_many_records_come_without_holds_the_file_although_it_would_stay(bring: Callable[..., Batch]) -> None:
    bring(10)
    assert bring(10, phone="", limits={"phone.missing": "1 and 20%"}).stage == "held"
    batch = bring(10, phone="", name="Sam Other{}", limits={"phone.missing": "20%"})
    sentence = (
        "10 of 10 known students that the file names come without their phone, which stays: the limit is 20% of them."
    )
    assert held(batch)["phone.missing"] == ("phone", 10, sentence)
    assert bring(10, phone="", limits={"phone.missing": "100%"}).stage == "completed"
    assert bring(10, limits={"phone.missing": "0"}).stage == "completed"


def test_a_held_import_that_is_planned_again_stays_held_until_nothing_is_to_be_decided(
    wb: Workbench, bring: Callable[..., Batch]
) -> None:
    batch = bring(3, limits={"created": "2"})
    assert wb.plan(batch).batch.stage == "held"
    assert [each.id for each in wb.batches.attention()["held"]] == [batch.id]
    assert wb.log(batch).state.startswith("held")
    bring(2)  # two of the three are there then
    assert wb.plan(batch).batch.stage == "planned"
    assert (wb.batches.attention()["held"], wb.commit(batch).stage) == ([], "completed")


def test_an_import_with_invalid_rows_that_is_planned_again_stays_held(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet("email,full_name\na@x.example,Ann\nno address,Ben\n"), STUDENTS)
    assert (batch.stage, wb.plan(batch).batch.stage) == ("held", "held")
