"""Control totals: what a file comes to beside what somebody says of it, which the database proves before it completes
an import."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.imports import ask, fingerprint, untimed
from workbench import Workbench, open_sheet
from workbench.model.control_total import Total
from workbench.model.errors import HeldFor, NoReason, Unbalanced, UnknownTotal, WrongValue
from workbench.model.sheet import Layout, Sheet

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
STOCK = "commerce.inventory"
HEADER = "Warehouse,SKU,Supplier,Units,COGS"
ROWS = """\
Baltimore,FRA1023,Verte,144,1200.50
Baltimore,ITA2040,Alba,30,240.10
Warrenton,FRA1023,Verte,12,100.00
"""


@pytest.fixture(autouse=True)
def skus(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("sku,name\nFRA1023,Chablis\nITA2040,Barbera\n"), "commerce.skus")


def stock(last: str = "", rows: str = ROWS, header: str = HEADER) -> str:
    return f"{header}\n{rows}{last}"


def told(wb: Workbench, batch: Any) -> list[tuple[str, Any, Decimal | None, Decimal, bool]]:
    """Name, what was expected, found, went in, and whether it differs."""
    return [
        (each.name, each.expected and each.expected.number, each.counted.found, each.counted.went_in, each.differs)
        for each in wb.totals(batch)
    ]


def one(wb: Workbench, batch: Any, name: str) -> Total:
    return next(each for each in wb.totals(batch) if each.name == name)


def test_the_sums_of_a_file_stand_beside_its_counts(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(stock()), STOCK)
    assert batch.stage == "completed"
    assert told(wb, batch) == [
        ("Units", None, Decimal(186), Decimal(186), False),
        ("COGS", None, Decimal("1540.60"), Decimal("1540.60"), False),
        ("SKUs", None, Decimal(2), Decimal(2), False),
    ]


@pytest.mark.parametrize("last", [",,,186,1540.60", "Total,,,186,1540.60", 'Grand total:,,,186,"$1,540.60"'])
def test_a_last_line_of_sums_is_no_record_and_what_it_says_is_proven(wb: Workbench, sheet: Given, last: str) -> None:
    batch = wb.import_sheet(sheet(stock(last)), STOCK)
    assert (batch.stage, batch.processed, batch.created, batch.invalid) == ("completed", 3, 3, 0)
    units = one(wb, batch, "Units")
    assert units.expected is not None
    assert (units.expected.origin, units.expected.line, units.differs) == ("file", 5, False)
    assert units.sentence == "Units: 186, as the file's own line 5 says."
    left_out = [(each["first"], each["what"]) for each in batch.reading["left_out"]]
    assert left_out == [(5, "the file's own totals")]
    assert not [each for each in batch.reading["warnings"] if "total" in each]


def test_a_sum_with_a_sign_of_thousands_asks_nobody_how_its_column_is_written(wb: Workbench, sheet: Given) -> None:
    rows = ROWS.replace(",144,1200.50", ",3144,41200")
    batch = wb.import_sheet(sheet(stock('Total,,,"3,186","41,540.10"', rows)), STOCK)
    assert (batch.stage, batch.processed, batch.reading["forms"]) == ("completed", 3, [])
    assert [each.expected and each.expected.number for each in wb.totals(batch)] == [3186, Decimal("41540.10"), None]


def test_a_last_line_that_says_otherwise_holds_the_import_until_a_person_says_why(
    wb: Workbench, sheet: Given, url: str
) -> None:
    before = fingerprint(url)
    batch = wb.import_sheet(sheet(stock("Total,,,186,1640.60")), STOCK)
    assert (batch.stage, fingerprint(url)) == ("held", before)
    sentence = "COGS: the file's own line 5 says 1,640.60, the rows have 1,540.60: 100.00 less."
    assert [each["message"] for each in batch.summary["held_for"]] == [
        f"{sentence} Correct the file or its rows, or accept it and say why."
    ]
    with pytest.raises(HeldFor, match=r"To let it go on: --accept total\.cogs --reason WHY\."):
        wb.commit(batch)
    with pytest.raises(NoReason):
        wb.commit(batch, accept=["total.cogs"])
    done = wb.commit(batch, accept=["total.cogs"], reason="The seller's sum is wrong.")
    assert done.stage == "completed"
    cogs = one(wb, batch, "COGS")
    assert cogs.accepted and cogs.expected is not None
    assert (cogs.expected.accepted_by, cogs.expected.reason) == (wb.settings.user, "The seller's sum is wrong.")
    assert cogs.expected.found == Decimal("1540.60")


def test_the_database_itself_completes_no_import_that_comes_to_something_else(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.plan(wb.stage(sheet(stock()), STOCK, expected={"Units": 200})).batch
    ask(url, "update workbench.import_batch set summary = summary || '{\"held_for\": []}' returning id")
    with pytest.raises(Unbalanced, match=r"its total Units is 186, where 200 was expected, and nobody has accepted"):
        wb.commit(batch)
    assert wb.batches.get(batch.id).stage == "planned"


def test_what_a_person_says_beforehand_is_kept_with_who_and_when(wb: Workbench, sheet: Given) -> None:
    said = {"COGS": "$1,540.60", "rows": 3, "skus": "2"}
    batch = wb.import_sheet(sheet(stock()), STOCK, expected=said)
    assert batch.stage == "completed"
    assert told(wb, batch) == [
        ("rows", Decimal(3), Decimal(3), Decimal(3), False),
        ("Units", None, Decimal(186), Decimal(186), False),
        ("COGS", Decimal("1540.60"), Decimal("1540.60"), Decimal("1540.60"), False),
        ("SKUs", Decimal(2), Decimal(2), Decimal(2), False),
    ]
    expected = one(wb, batch, "rows").expected
    assert expected is not None and expected.said_at is not None
    assert (expected.origin, expected.said_by) == ("person", wb.settings.user)


def test_a_total_that_there_is_not_or_that_is_no_number_is_refused(wb: Workbench, sheet: Given) -> None:
    with pytest.raises(
        UnknownTotal,
        match=r"no control total called Invoices\. Known: rows, Units, Unit quantity, Cases, Liters, COGS, SKUs",
    ):
        wb.stage(sheet(stock()), STOCK, expected={"Invoices": 3})
    with pytest.raises(WrongValue, match="say a whole number"):
        wb.stage(sheet(stock()), STOCK, expected={"rows": "many"})
    with pytest.raises(WrongValue, match="no column of the file is cost"):
        wb.stage(sheet("sku,warehouse,units\nFRA1023,A,3\n"), STOCK, expected={"COGS": 3})


def test_rows_that_do_not_go_in_count_in_what_the_file_has(wb: Workbench, sheet: Given) -> None:
    rows = ROWS + "Baltimore,NOT9999,Verte,5,50.00\n,FRA1023,Verte,7,70.00\n"
    batch = wb.import_sheet(sheet(stock("Total,,,198,1660.60", rows)), STOCK, skip_errors=True)
    assert (batch.stage, batch.created, batch.unmatched, batch.invalid) == ("completed", 3, 1, 1)
    units = one(wb, batch, "Units").counted
    assert (units.found, units.went_in, units.left_out) == (198, 186, 12)
    assert units.others == {"unmatched": Decimal(5), "invalid": Decimal(7)}
    assert one(wb, batch, "Units").addition == "198 = 186 in + 7 invalid + 5 unmatched (lines 5, 6)"
    assert not any(each.differs for each in wb.totals(batch))


def test_a_number_that_cannot_be_read_makes_the_sum_unknown_and_that_is_said(wb: Workbench, sheet: Given) -> None:
    rows = ROWS.replace("30,", "thirty,")
    batch = wb.import_sheet(sheet(stock("Total,,,186,1540.60", rows)), STOCK, skip_errors=True)
    assert batch.stage == "held"
    units = one(wb, batch, "Units")
    assert (units.counted.found, units.counted.went_in, units.counted.unread) == (None, 156, (3,))
    assert units.sentence == (
        "Units: the file's own line 5 says 186, and what the rows come to is not known: there is no number to be read "
        "on line 3."
    )
    corrected = wb.plan(wb.correct(batch, {3: {"Units": "30"}})).batch
    assert corrected.summary["held_for"] == []
    assert wb.commit(corrected).stage == "completed"


def test_an_accepted_total_no_longer_counts_once_a_row_is_corrected(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(stock("Total,,,190,1540.60")), STOCK)
    assert batch.stage == "held"
    planned = wb.plan(wb.correct(batch, {4: {"Units": "16"}})).batch
    assert planned.summary["held_for"] == []
    assert wb.commit(planned).stage == "completed"


def test_a_record_without_its_key_is_no_line_of_sums(wb: Workbench, sheet: Given) -> None:
    for last in ("Baltimore,,Verte,5,50.00", ",,Verte,5,50.00", "2024-01-31,,,186,1540.60"):
        batch = wb.import_sheet(sheet(stock(last)), STOCK)
        assert (batch.stage, batch.processed, batch.invalid) == ("held", 4, 1)
        assert not [each for each in wb.totals(batch) if each.expected]


def test_a_line_that_a_person_says_is_a_record_is_one(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text(stock("Total,,,186,1540.60"))
    batch = wb.import_sheet(open_sheet(path, layout=Layout(keep_lines=((5, 5),))), STOCK)
    assert (batch.processed, batch.invalid) == (4, 1)


def test_nobody_accepts_in_the_name_of_another_nor_after_the_end(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(stock(), name="stock.csv"), STOCK, expected={"Units": 186})
    with pytest.raises(psycopg.Error, match="is completed, and nothing of it can be accepted"):
        ask(url, f"update workbench.control_total set reason = 'x' where batch_id = '{batch.id}'")


def test_the_signature_has_the_totals_and_notices_when_one_is_altered(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(stock("Total,,,186,1540.60")), STOCK)
    wb.sign_off(batch)
    assert wb.verify(batch)
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update workbench.control_total set expected = 187 where name = 'Units'")
    assert not wb.verify(batch)


def test_the_log_tells_what_the_totals_were_and_who_let_them_differ(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(stock("Total,,,190,1540.60")), STOCK)
    wb.commit(batch, accept=["all"], reason="Four bottles broke.")
    notes = [*map(untimed, wb.log(batch).notes_added)]
    assert "COGS: 1,540.60, as the file's own line 5 says." in notes
    assert (
        "Units: the file's own line 5 says 190, the rows have 186: 4 less. "
        f"{wb.settings.user} accepted it: Four bottles broke." in notes
    )
    assert "Left out (the file's own totals): line 5." in notes


def test_an_import_that_is_undone_tells_what_it_came_to(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(stock("Total,,,186,1540.60")), STOCK)
    assert wb.batches.get(batch).totals == "totals proven"
    undo = wb.undo(batch)
    assert (undo.stage, wb.totals(undo)) == ("completed", ())
    assert one(wb, batch, "Units").counted.went_in == 186


def test_the_list_of_imports_tells_how_their_totals_stand(wb: Workbench, sheet: Given) -> None:
    batch = wb.import_sheet(sheet(stock("Total,,,190,1540.60")), STOCK)
    assert wb.batches.get(batch).totals == "totals differ"
    assert wb.commit(batch, accept=["all"], reason="Broken.").totals == "totals accepted"
    assert wb.import_sheet(sheet(stock()), STOCK).totals == ""


def test_sheets_of_one_run_have_totals_of_their_own(wb: Workbench, sheet: Given) -> None:
    courses, students = sheet("name,code\nWelding,W1\n", "courses.csv"), sheet("email,full_name\na@x.org,Ann Lee\n")
    said = {"elevate.courses.rows": 1, "elevate.students.rows": 2}
    run = wb.import_sheet([courses, students], "elevate", expected=said)
    assert run.stage == "held"
    assert [hold["message"].partition(" Correct")[0] for hold in run.summary["held_for"]] == [
        "rows: ana says 2, there are 1: 1 less."
    ]
    assert [hold["dataset"] for hold in run.summary["held_for"]] == ["elevate.students"]
    done = wb.commit(run, accept=["total.rows"], reason="One has left.")
    assert [(each.name, each.differs, each.accepted) for each in wb.totals(done)] == [
        ("Courses: rows", False, False),
        ("Students: rows", True, True),
    ]
    with pytest.raises(UnknownTotal, match=r"no control total called rows\. Known: elevate\.courses\.rows"):
        wb.stage([courses, students], "elevate", expected={"rows": 2})


def test_the_manifest_of_an_archive_is_compared_sheet_by_sheet(wb: Workbench, sheet: Given) -> None:
    courses, students = sheet("name,code\nWelding,W1\n", "courses.csv"), sheet("email,full_name\na@x.org,Ann Lee\n")
    run = wb.import_sheet([courses, students], "elevate", manifest={"elevate.courses": 1, "elevate.students": 1})
    assert [each.sentence for each in wb.totals(run)] == [
        "Courses: rows: 1, as the manifest says.",
        "Students: rows: 1, as the manifest says.",
    ]
    assert run.totals == "totals proven"
    with pytest.raises(WrongValue, match="there are no rows of it"):
        wb.stage([courses, students], "elevate", manifest={"elevate.employers": 3})
