"""Where data comes from, what has changed in its columns, and imports that are paused until that is right again."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports import ask, outcome
from workbench import Workbench
from workbench.database import inventory
from workbench.model.batch import Batch
from workbench.model.errors import (
    ColumnsChanged,
    SourceExists,
    SourcePaused,
    UnknownDataset,
    UnknownSource,
    UnknownTemplate,
    WrongValue,
)
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.sources import open_sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

LEGACY = "Login,Who,Tel\njohn@example.com,John Doe,555-123-4567\n"
MAPPING = Mapping(columns={"Login": "email", "Who": "full_name", "Tel": "phone"})


@pytest.fixture
def legacy(wb: Workbench) -> Template:
    return wb.templates.save("legacy", "elevate.students", MAPPING)


# the table


def test_an_inventory_begins_with_the_datasets_of_the_plan(wb: Workbench, open_wb: Opened) -> None:
    """Seed 002, Inventory Source Data."""
    sources = wb.sources.all()
    assert [one["dataset"] for one in sources] == [
        "Customers",
        "Contacts",
        "Products/SKUs",
        "Inventory",
        "Orders / Invoices",
        "Payments",
        "Warehouse Locations",
        "Delivery Routes",
        "Customer Reassignments",
    ]
    assert {
        (one["owner"], one["format"], one["location"], one["refresh_cadence"], one["notes"]) for one in sources
    } == {("",) * 5}
    assert wb.sources.all() == sources
    assert {one["id"] for one in open_wb(tenant="other").sources.all()}.isdisjoint(one["id"] for one in sources)


def test_a_source_is_changed_in_place_and_another_is_added(wb: Workbench, open_wb: Opened, legacy: Template) -> None:
    first = wb.sources.all()[0]
    changed = open_wb(user="ben").sources.save(id=first["id"], owner=" RevOps ", format="CSV", quirks="Dates are d/m/y")
    assert (changed["dataset"], changed["owner"], changed["format"], changed["updated_by"]) == (
        "Customers",
        "RevOps",
        "CSV",
        "ben",
    )
    said = {"location": "sftp://old", "refresh_cadence": "weekly", "samples": "Login, Who, Tel", "notes": "ends in May"}
    added = wb.sources.save(dataset="Students", data_type="elevate.students", template_id=legacy.id, **said)
    assert (wb.sources.all()[0], wb.sources.all()[-1]) == (changed, added)
    assert {name: added[name] for name in said} == said
    assert (added["data_type"], str(added["template_id"]), added["paused"]) == ("elevate.students", legacy.id, False)
    unlinked = wb.sources.save(id="Students", template_id="", data_type=None)
    assert (unlinked["id"], unlinked["template_id"], unlinked["data_type"]) == (added["id"], None, None)
    wb.sources.remove("Students")
    assert [one["dataset"] for one in wb.sources.all()][-1] == "Customer Reassignments"


def test_what_cannot_be_said_of_a_source_is_refused(wb: Workbench, open_wb: Opened, legacy: Template) -> None:
    first = wb.sources.all()[0]
    with pytest.raises(SourceExists, match="There is a dataset called Contacts in the inventory already"):
        wb.sources.save(id=first["id"], dataset="Contacts")
    with pytest.raises(WrongValue, match="dataset cannot be blank"):
        wb.sources.save(owner="me")
    with pytest.raises(WrongValue):
        wb.sources.save(id=first["id"], dataset=" ")
    with pytest.raises(UnknownDataset):
        wb.sources.save(id=first["id"], data_type="elevate.nothing")
    for data_type in (None, "elevate.courses"):
        with pytest.raises(UnknownTemplate):
            wb.sources.save(id=first["id"], data_type=data_type, template_id=legacy.id)
    for stranger in (first["id"], "Nothing"):
        with pytest.raises(UnknownSource):
            open_wb(tenant="other").sources.save(id=stranger, owner="Olga")
    assert wb.sources.all()[0] == first


# pausing


@pytest.fixture
def students(wb: Workbench, legacy: Template) -> str:
    wb.sources.all()
    wb.sources.save(dataset="Students", data_type="elevate.students", template_id=legacy.id)
    return "Students"


def test_a_paused_source_is_imported_by_no_door_until_it_is_resumed(
    wb: Workbench, open_wb: Opened, sheet: Given, students: str
) -> None:
    paused = wb.sources.pause(students, "The login column was renamed.")
    assert (paused["paused"], paused["paused_by"], paused["pause_reason"]) == (
        True,
        "ana",
        "The login column was renamed.",
    )
    for begin in (wb.begin, wb.stage, open_wb(user="ben").import_sheet):
        with pytest.raises(SourcePaused, match=r"Imports of Students were paused by ana at .* UTC: The login column"):
            begin(sheet(LEGACY), "elevate.students", template="legacy")
    with pytest.raises(SourcePaused):
        wb.stage(sheet("email,name\na@b.org,A\n"), "elevate.students")
    assert wb.batches.all() == []
    assert outcome(wb.import_sheet(sheet("name\nWelding\n"), "elevate.courses")) == (1, 0, 0, 0, 0)
    other = open_wb(tenant="other").import_sheet(sheet("email,name\na@b.org,A\n"), "elevate.students")
    assert outcome(other) == (1, 0, 0, 0, 0)
    assert wb.sources.resume(students)["paused"] is False
    assert outcome(wb.import_sheet(sheet(LEGACY), "elevate.students", template="legacy")) == (1, 0, 0, 0, 0)


def test_a_trial_of_a_few_rows_may_go_on(wb: Workbench, sheet: Given, students: str) -> None:
    """Seed 001, Column Change Procedure: test on a small file, 5 to 10 rows."""
    wb.sources.pause(students, "")
    rows = [f"p{number}@example.com,P,\n" for number in range(11)]
    few = wb.import_sheet(
        sheet("Login,Who,Tel\n" + "".join(rows[:10])), "elevate.students", template="legacy", trial=True
    )
    assert outcome(few) == (10, 0, 0, 0, 0)
    with pytest.raises(SourcePaused, match=r"nobody said why\. A trial of up to 10 rows may go on"):
        wb.stage(sheet("Login,Who,Tel\n" + "".join(rows)), "elevate.students", template="legacy", trial=True)


def test_other_sources_of_the_same_dataset_go_on(wb: Workbench, sheet: Given, students: str) -> None:
    wb.templates.save("new", "elevate.students", MAPPING)
    wb.sources.save(dataset="Students, new system", data_type="elevate.students",
                   template_id=wb.templates.get("elevate.students", "new").id)  # fmt: skip
    wb.sources.pause(students, "Renamed")
    assert wb.stage(sheet(LEGACY), "elevate.students", template="new").stage == "staged"
    assert wb.stage(sheet("email,name\na@b.org,A\n"), "elevate.students").stage == "staged"
    with pytest.raises(SourcePaused):
        wb.stage(sheet(LEGACY), "elevate.students", template="legacy")


def test_who_paused_a_source_is_in_the_log(wb: Workbench, students: str, url: str) -> None:
    wb.sources.pause(students, "Renamed")
    wb.sources.resume(students)
    log = ask(url, "select actor, action, detail ->> 'dataset' from workbench.audit_log where action ~ 'source$'")
    assert log == [
        ("ana", "saved source", "Students"),
        ("ana", "paused source", "Students"),
        ("ana", "resumed source", "Students"),
    ]


# changed columns


@pytest.mark.usefixtures("legacy")
def test_a_renamed_column_is_told_with_what_it_seems_to_be(wb: Workbench, sheet: Given) -> None:
    """Seed 001's scenario: TeacherEmail becomes EducatorEmail."""
    found = wb.sources.header_change(sheet(LEGACY.replace("Login", "E-Mail")), "elevate.students", "legacy")
    assert found is not None
    assert (found["missing"], found["new"]) == (["Login"], ["E-Mail"])
    assert [(one["was"], one["header"], one["field"], one["score"]) for one in found["suggestions"]] == [
        ("Login", "E-Mail", "email", 1)
    ]
    assert "own name" in found["suggestions"][0]["reason"]


@pytest.mark.usefixtures("legacy")
def test_a_column_is_known_again_by_its_values(wb: Workbench, sheet: Given) -> None:
    found = wb.sources.header_change(
        sheet("Access,Who,Tel\njohn@example.com,John,555-1\n"), "elevate.students", "legacy"
    )
    assert found is not None
    assert [(one["was"], one["header"], one["field"]) for one in found["suggestions"]] == [("Login", "Access", "email")]
    assert "e-mail addresses" in found["suggestions"][0]["reason"]


@pytest.mark.usefixtures("legacy")
def test_the_same_columns_are_no_change(wb: Workbench, sheet: Given) -> None:
    assert wb.sources.header_change(sheet(LEGACY), "elevate.students", "legacy") is None
    assert wb.sources.header_change(sheet("tel,LOGIN,who\n1,2,3\n"), "elevate.students", "legacy") is None


def test_a_new_column_is_new_once(wb: Workbench, sheet: Given, legacy: Template) -> None:
    wb.templates.update(legacy.id, Mapping(columns=MAPPING.columns, left_out=("Fax",)))
    extra = sheet("Login,Who,Tel,Fax,Shoe size\njohn@example.com,John Doe,555-123-4567,1,44\n")
    told = wb.sources.header_change(extra, "elevate.students", "legacy")
    assert told == {"missing": [], "new": ["Shoe size"], "suggestions": []}
    wb.import_sheet(extra, "elevate.students", template="legacy", columns={"Shoe size": ""})
    assert wb.sources.header_change(extra, "elevate.students", "legacy") is None


def test_a_changed_column_goes_through_the_whole_procedure(wb: Workbench, sheet: Given, students: str) -> None:
    """Pause, keep the sample, compare, add the alias, a trial, resume."""
    renamed = LEGACY.replace("Login", "Account")
    with pytest.raises(ColumnsChanged):
        wb.stage(sheet(renamed), "elevate.students", template="legacy")
    change = wb.sources.header_change(sheet(renamed), "elevate.students", "legacy")
    assert change is not None
    wb.sources.pause(students, f"Columns changed: {', '.join(change['missing'])}")
    wb.sources.save(id=students, samples=renamed)
    saved = wb.templates.get("elevate.students", "legacy")
    columns = saved.mapping.columns | {one["header"]: one["field"] for one in change["suggestions"]}
    wb.templates.update(saved.id, Mapping(columns={h: f for h, f in columns.items() if h not in change["missing"]}))
    trial = wb.import_sheet(sheet(renamed, "trial.csv"), "elevate.students", template="legacy", trial=True)
    assert outcome(trial) == (1, 0, 0, 0, 0)
    wb.sources.resume(students)
    assert outcome(wb.import_sheet(sheet(renamed), "elevate.students", template="legacy")) == (0, 0, 1, 0, 0)


# profiles


def test_a_file_stands_beside_the_last_other_import_whoever_profiled_it(wb: Workbench, sheet: Given) -> None:
    texts = [f"email,name\np{number}@example.com,P\n" for number in range(3)]
    files = [sheet(text, f"{number}.csv") for number, text in enumerate(texts)]
    assert wb.profiles.last_import("elevate.students") is None
    first = wb.import_sheet(files[0], "elevate.students")
    assert wb.profiles.last_import("elevate.students") == first
    wb.stage(files[2], "elevate.students")  # which is no import yet
    second = wb.import_sheet(files[1], "elevate.students")

    def name(before: Sheet | Batch | None = None) -> str | None:
        found = wb.profiles.last_import("elevate.students", before)
        return found and found.file_name

    assert [name(), name(files[2]), name(files[1])] == ["1.csv", "1.csv", "0.csv"]
    assert [name(second), name(first)] == ["0.csv", None]
    assert wb.profiles.last_import("elevate.courses") is None


def test_another_worksheet_of_the_same_workbook_is_another_file(wb: Workbench, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("May", "June"):
        made = book.create_sheet(title)
        made.append(["email", "name"])
        made.append([f"{title}@example.com".lower(), "P"])
    book.remove(book.worksheets[0])
    book.save(path := tmp_path / "year.xlsx")
    may, june = (open_sheet(path, sheet=title) for title in ("May", "June"))
    first = wb.import_sheet(may, "elevate.students")
    assert wb.profiles.last_import("elevate.students", june) == first
    assert wb.profiles.last_import("elevate.students", may) is None


def test_profiles_are_a_tenant_s_own(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    file = sheet(LEGACY)
    for opened in (wb, open_wb(tenant="other", user="olga")):
        assert opened.profiles.last_import("elevate.students") is None
        opened.import_sheet(file, "elevate.students", columns=MAPPING.columns)
        opened.profiles.keep(file, "elevate.students", {"rows": 1})
    assert ask(url, "select count(*) from workbench.import_profile") == [(2,)]


def test_the_first_source_that_is_added_stands_beside_those_of_seed_002(wb: Workbench) -> None:
    added = wb.sources.save(dataset="Volunteers")
    assert [one["dataset"] for one in wb.sources.all()] == [*inventory.DATASETS, *inventory.LISTS, "Volunteers"]
    assert wb.sources.all()[-1] == added
