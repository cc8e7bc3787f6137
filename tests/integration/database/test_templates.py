"""A mapping that a person made once, and an import remembers."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import psycopg
import pytest

from tests.imports import issues, outcome, records
from workbench import Workbench
from workbench.model.errors import (
    AmbiguousColumns,
    MissingColumns,
    TemplateChanged,
    TemplateExists,
    TemplateTaken,
    Unconfirmed,
    UnknownField,
    UnknownTemplate,
    UnusableTemplate,
    WrongTemplateName,
    WrongValue,
)
from workbench.model.recipe import Recipe, Step
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]

LEGACY = "Login,Who,Tel,Junk\njohn@example.com,John Doe,555-123-4567,x\n"
MAPPING = Mapping(columns={"Login": "email", "Who": "full_name", "Tel": "phone"}, left_out=("Junk",))
ENROLLMENTS = """\
student_email,course_code,status
john@example.com,CNA101,Actve
jane@example.com,CNA101,actve
john@example.com,WELD101,COMPLETED
"""


@pytest.fixture
def elevate(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\nWelding,WELD101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\njane@example.com,Jane\n"), "elevate.students")


def test_a_mapping_is_saved_once_and_used_by_its_name(wb: Workbench, sheet: Given, url: str) -> None:
    with pytest.raises((MissingColumns, Unconfirmed)):
        wb.stage(sheet(LEGACY), "elevate.students")
    columns = {"Login": "email", "Who": "full_name", "Tel": "phone", "Junk": ""}
    by_hand = wb.import_sheet(sheet(LEGACY), "elevate.students", columns=columns)
    saved = wb.templates.save(
        "legacy", "elevate.students", Mapping.from_dict(by_hand.mapping), description="Old system"
    )
    batch = wb.import_sheet(sheet(LEGACY.replace("4567", "0000")), "elevate.students", template="legacy")
    assert (str(batch.template_id), outcome(batch)) == (saved.id, (0, 1, 0, 0, 0))
    assert batch.mapping == by_hand.mapping
    assert records(url, "elevate.profiles", "email", "full_name", "phone") == [
        ("john@example.com", "John Doe", "555-123-0000")
    ]


@pytest.mark.usefixtures("elevate")
def test_what_a_text_means_is_asked_once_and_remembered(wb: Workbench, sheet: Given, url: str) -> None:
    """The issue's "Attnded" for attended; here a status."""
    asked = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments")
    assert issues(wb, asked) == [(2, "status", "bad_choice"), (3, "status", "bad_choice")]
    meaning = {"status": {"Actve": "active"}}
    answered = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", value_maps=meaning)
    assert outcome(answered) == (3, 0, 0, 0, 0)
    wb.templates.save("export", "elevate.enrollments", Mapping.from_dict(answered.mapping))
    remembered = wb.import_sheet(sheet(ENROLLMENTS), "elevate.enrollments", template="export")
    assert outcome(remembered) == (0, 0, 3, 0, 0)
    assert [status for (status,) in records(url, "elevate.enrollments", "status")] == ["active", "active", "completed"]
    raw = [row["raw"]["status"] for row in wb.rows.each(remembered)]
    assert raw == ["Actve", "actve", "COMPLETED"]


@pytest.mark.usefixtures("elevate")
def test_a_value_map_to_nothing_makes_a_blank_of_a_text(wb: Workbench, sheet: Given, url: str) -> None:
    """Hazard 27: a person says that "None" means nothing; without that word it is text, and here no status."""
    text = "student_email,course_code,status\njohn@example.com,CNA101,None\n"
    assert issues(wb, wb.import_sheet(sheet(text), "elevate.enrollments")) == [(2, "status", "bad_choice")]
    wb.import_sheet(sheet(text), "elevate.enrollments", value_maps={"status": {"None": ""}})
    assert records(url, "elevate.enrollments", "status") == [("active",)]


@pytest.mark.usefixtures("elevate")
def test_a_meaning_that_is_no_choice_is_refused(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(WrongValue, match="status cannot be 'enrolled': it is one of pending, active, completed"):
        wb.stage(sheet(ENROLLMENTS), "elevate.enrollments", value_maps={"status": {"Actve": "enrolled"}})


def test_constants_and_clears_are_part_of_a_template(wb: Workbench, sheet: Given, url: str) -> None:
    roster = "email,name,building,academic_year,grade\nada@x.example,Ada,North,2024-2025,{}\n"
    first = wb.import_sheet(
        sheet(roster.format("7")), "polaris.teacher_roster", constants={"district": "KCK"}, clears=["grade"]
    )
    wb.templates.save("kck", "polaris.teacher_roster", Mapping.from_dict(first.mapping))
    batch = wb.import_sheet(sheet(roster.format("")), "polaris.teacher_roster", template="kck")
    assert outcome(batch) == (0, 1, 0, 0, 0)
    assert records(url, "polaris.teacher_progress", "district", "grade") == [("KCK", None)]


def test_a_template_belongs_to_its_tenant_and_a_global_one_to_all(
    wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    """Hazard 79: a template of another tenant is not there, by its name or by its id."""
    chosen = Mapping(columns={"Login": "email", "Who": "full_name"})
    own = wb.templates.save("legacy", "elevate.students", chosen)
    wb.templates.save("shared", "elevate.students", chosen, is_global=True)
    other = open_wb(tenant="other", user="olga")
    assert [(template.name, template.is_global) for template in other.templates.all("elevate.students")] == [
        ("shared", True)
    ]
    for name in ("legacy", own.id):
        with pytest.raises(UnknownTemplate, match=f"There is no template called {name} for elevate.students"):
            other.templates.get("elevate.students", name)
    assert other.templates.get("elevate.students", "shared").mapping == chosen
    assert wb.templates.get("elevate.students", own.id).name == "legacy"


def test_the_same_name_again_replaces_the_template_and_another_dataset_has_names_of_its_own(wb: Workbench) -> None:
    for is_global in (False, True):
        first = wb.templates.save(
            "legacy", "elevate.students", Mapping(columns={"Login": "email"}), is_global=is_global
        )
        again = wb.templates.save("legacy", "elevate.students", Mapping(columns={"Mail": "email"}), is_global=is_global)
        assert again.is_global is False  # the tenant's own comes first
    wb.templates.save("legacy", "elevate.staff", Mapping(columns={"Login": "email"}))
    assert first.mapping == again.mapping == Mapping(columns={"Mail": "email"})
    found = sorted((one.dataset, one.is_global, *one.mapping.columns) for one in wb.templates.all())
    assert found == [
        ("elevate.staff", False, "Login"),
        ("elevate.students", False, "Mail"),
        ("elevate.students", True, "Mail"),
    ]


def test_a_tenants_own_template_comes_before_a_global_one_of_the_same_name(
    wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email"}), is_global=True)
    other = open_wb(tenant="other", user="olga")
    other.templates.save("legacy", "elevate.students", Mapping(columns={"Mail": "email"}))
    assert other.templates.get("elevate.students", "legacy").mapping.columns == {"Mail": "email"}
    assert wb.templates.get("elevate.students", "legacy").mapping.columns == {"Login": "email"}


def test_what_a_person_says_now_counts_more_than_the_template(wb: Workbench, sheet: Given) -> None:
    wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email", "Who": "full_name"}))
    text = "Login,Who,Name\njohn@example.com,jd,John Doe\n"
    batch = wb.import_sheet(
        sheet(text), "elevate.students", template="legacy", columns={"Who": "", "Name": "full_name"}
    )
    assert next(wb.rows.each(batch))["payload"]["full_name"] == "John Doe"


def test_two_columns_for_one_field_stop_the_import(wb: Workbench, sheet: Given) -> None:
    text = "email,E-Mail,name\njohn@example.com,jd@example.com,John Doe\n"
    with pytest.raises(AmbiguousColumns, match="Columns email, E-Mail would both fill email"):
        wb.stage(sheet(text), "elevate.students")
    assert wb.batches.all() == []
    assert outcome(wb.import_sheet(sheet(text), "elevate.students", columns={"E-Mail": ""})) == (1, 0, 0, 0, 0)


# what becomes of a template


def test_a_template_is_changed_under_its_id(wb: Workbench, sheet: Given) -> None:
    saved = wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email"}))
    changed = wb.templates.update(saved.id, MAPPING)
    renamed = wb.templates.rename(saved.id, "old system")
    assert (changed.id, renamed.id, renamed.mapping) == (saved.id, saved.id, changed.mapping)
    assert [(one.name, one.created_by) for one in wb.templates.all()] == [("old system", "ana")]
    assert outcome(wb.import_sheet(sheet(LEGACY), "elevate.students", template="old system")) == (1, 0, 0, 0, 0)


def test_a_template_says_nothing_that_its_dataset_has_not(wb: Workbench) -> None:
    saved = wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email"}))
    with pytest.raises(UnknownField, match=r"elevate.students has no field called course"):
        wb.templates.update(saved.id, Mapping(columns={"Login": "course"}))
    with pytest.raises(WrongValue, match="email cannot be 'nobody'"):
        wb.templates.update(saved.id, Mapping(constants={"email": "nobody"}))
    assert wb.templates.get("elevate.students", saved.id) == saved


def test_a_name_that_is_in_use_is_refused(wb: Workbench) -> None:
    first = wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email"}))
    wb.templates.save("new", "elevate.students", Mapping(columns={"Mail": "email"}))
    with pytest.raises(TemplateExists, match=r"There is a template called new for elevate.students already"):
        wb.templates.rename(first.id, "new")
    wb.templates.save("legacy", "elevate.students", Mapping(), is_global=True)
    with pytest.raises(TemplateExists):
        wb.templates.share(first.id)


def test_a_shared_template_is_everybody_s_and_only_its_tenant_changes_it(
    wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    saved = wb.templates.save("legacy", "elevate.students", Mapping(columns={"Login": "email"}))
    other = open_wb(tenant="other", user="olga")
    with pytest.raises(UnknownTemplate):
        other.templates.share(saved.id)
    assert wb.templates.share(saved.id).is_global
    found = other.templates.get("elevate.students", "legacy")
    assert (found.id, found.is_own) == (saved.id, False)
    for change in (
        lambda: other.templates.update(saved.id, Mapping()),
        lambda: other.templates.rename(saved.id, "mine"),
        lambda: other.templates.retire(saved.id),
    ):
        with pytest.raises(TemplateTaken):
            change()
    assert wb.templates.get("elevate.students", saved.id).mapping == saved.mapping


def test_a_retired_template_is_no_longer_used_and_its_name_is_free(wb: Workbench, sheet: Given) -> None:
    saved = wb.templates.save("legacy", "elevate.students", MAPPING)
    batch = wb.stage(sheet(LEGACY), "elevate.students", template="legacy")
    assert wb.templates.retire(saved.id).retired_at is not None
    assert wb.templates.all() == []
    with pytest.raises(UnknownTemplate):
        wb.stage(sheet(LEGACY), "elevate.students", template="legacy")
    assert outcome(wb.commit(wb.plan(batch).batch)) == (1, 0, 0, 0, 0)
    again = wb.templates.save("legacy", "elevate.students", MAPPING)
    assert (again.id != saved.id, [one.id for one in wb.templates.all()]) == (True, [again.id])


@pytest.mark.parametrize(
    "recipe, why",
    [
        ({"version": 2, "steps": []}, "its form is version 2, and 1 is known"),
        ({"steps": [{"operation": "of_tomorrow"}]}, "there is no operation called of_tomorrow"),
        ("broken", "it is no list of steps"),
    ],
)
def test_a_recipe_that_this_version_does_not_know_stops_its_own_template_and_no_other(
    wb: Workbench, sheet: Given, url: str, recipe: object, why: str
) -> None:
    wb.templates.save("legacy", "elevate.students", MAPPING)
    newer = wb.templates.save("newer", "elevate.students", MAPPING)
    with psycopg.connect(url) as connection:
        connection.execute(
            "update workbench.import_template set config = jsonb_set(config, '{recipe}', %s) where id = %s",
            (json.dumps(recipe), newer.id),
        )
    marked = {one.name: one.unusable for one in wb.templates.all()}
    assert marked["legacy"] == "" and why in marked["newer"]
    assert outcome(wb.import_sheet(sheet(LEGACY), "elevate.students", template="legacy"))[0] == 1
    with pytest.raises(UnusableTemplate, match=rf"The template newer cannot be used\. .*{why}"):
        wb.stage(sheet(LEGACY), "elevate.students", template="newer")
    with pytest.raises(UnusableTemplate):
        wb.templates.update(newer.id, MAPPING)
    assert why in wb.templates.rename(newer.id, "later").unusable
    assert wb.templates.retire(newer.id).retired_at is not None
    assert [one.name for one in wb.templates.all()] == ["legacy"]


def test_who_saves_what_somebody_changed_meanwhile_is_told_and_nothing_is_lost(
    wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    ben = open_wb(user="ben")
    first = wb.templates.save("legacy", "elevate.students", MAPPING, seen=None)
    theirs = replace(MAPPING, recipe=Recipe(steps=(Step(operation="trim"),)))
    mine = replace(MAPPING, recipe=Recipe(steps=(Step(operation="collapse"),)))
    assert ben.templates.save("legacy", "elevate.students", theirs, seen=first).mapping == theirs
    told = "ben has changed the template legacy for elevate.students in the meantime: theirs stays"
    for seen in (first, None):
        with pytest.raises(TemplateChanged, match=told):
            wb.templates.save("legacy", "elevate.students", mine, seen=seen)
    with pytest.raises(TemplateChanged, match=told):
        wb.templates.update(first.id, mine, seen=first)
    now = wb.templates.named("legacy", "elevate.students")
    assert now is not None and now.mapping == theirs
    assert wb.templates.update(first.id, mine, seen=now).mapping == mine
    said = wb._store.all("select actor, detail -> 'replaced' as was from workbench.audit_log order by number")
    assert [(each["actor"], each["was"] and Mapping.from_dict(each["was"])) for each in said] == [
        ("ana", None), ("ben", MAPPING), ("ana", theirs),
    ]  # fmt: skip


def test_of_two_who_save_one_new_template_at_the_same_moment_one_is_told(
    wb: Workbench, open_wb: Callable[..., Workbench]
) -> None:
    ready = Barrier(2)

    def saved(one: Workbench) -> str:
        ready.wait()
        try:
            one.templates.save("legacy", "elevate.students", MAPPING, seen=None)
        except TemplateChanged:
            return "told"
        return "saved"

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(saved, (wb, open_wb(user="ben"))))
    assert sorted(found) == ["saved", "told"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "it needs a name that people can read"),
        (" \u200b ", "it needs a name that people can read"),
        ("a\nb", "a name is one line"),
        ("a\u2028b", "a name is one line"),
        ("a\0b", "a name is one line"),
        ("x" * 10_000, "a name has 200 letters at most"),
    ],
)
def test_a_name_that_nobody_could_read_is_refused_in_a_sentence(wb: Workbench, name: str, why: str) -> None:
    kept = wb.templates.save(" Monthly ", "elevate.students", Mapping(columns={"name": "full_name"}))
    assert kept.name == "Monthly"
    for named in (
        lambda: wb.templates.save(name, "elevate.students", Mapping()),
        lambda: wb.templates.rename(kept.id, name),
    ):
        with pytest.raises(WrongTemplateName, match=why) as refusal:
            named()
        assert len(str(refusal.value)) < 200 and "\n" not in str(refusal.value)
    assert wb.templates.all() == [kept]
