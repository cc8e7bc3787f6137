"""What a source of several sheets is imported as."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests import commerce_book
from workbench import open_sheet
from workbench.model.errors import SheetsOfFamilies, UnknownDataset, UnknownSheets, UnknownTotal
from workbench.model.sheet import Sheet
from workbench.playbooks import loads
from workbench.playbooks.loads import Loads
from workbench.sources import open_sheets

HEADS = "Invoice number,Invoice date,Customer,Total\n1001,2026-01-15,Blue Door,20.00\n"
LINES = "Invoice number,Line,SKU,Qty.,Unit price\n1001,1,FRA1023,2,10.00\n"
PAYMENTS = "Payment number,Invoice number,Payment date,Amount\nP1,1001,2026-02-01,20.00\n"
NOTES = "width,height\n1,2\n"
STUDENTS = "email,full name,student phone\nada@example.com,Ada Park,410-555-0142\n"


def found(path: Path, said: dict[str, str] | None = None, **sheets: str) -> Loads:
    return loads.of_sheets(open_sheets(commerce_book.workbook(path / "book.xlsx", **sheets)), said)


def order(found: Loads) -> list[tuple[str, list[str]]]:
    return [(load.what, list(load.sheets)) for load in found.loads]


def test_each_sheet_is_the_playbook_that_it_plainly_is_in_the_order_of_their_references(tmp_path: Path) -> None:
    assert order(found(tmp_path, **commerce_book.WHOLESALE)) == [
        (name, [name]) for name in ("commerce.customers", "commerce.items", "commerce.invoices")
    ]


def test_an_archive_is_read_file_by_file_as_a_workbook_is_sheet_by_sheet(tmp_path: Path) -> None:
    path = commerce_book.archive(tmp_path / "all.zip", **commerce_book.WHOLESALE)
    of = loads.of_sheets(open_sheets(path))
    assert [load.sentence for load in of.loads] == [
        "Customers.csv as commerce.customers",
        "Items.csv as commerce.items",
        "Invoices.csv as commerce.invoices",
    ]
    assert of.source == "all.zip"


def test_of_a_worksheet_that_is_read_with_others_it_is_not_told_that_it_alone_is_read(tmp_path: Path) -> None:
    path = commerce_book.workbook(tmp_path / "all.xlsx", **commerce_book.WHOLESALE)
    assert any(each.startswith("Only the worksheet") for each in open_sheet(path).reading.warnings)
    together = loads.of_sheets(open_sheets(path))
    assert len(together.loads) == 3
    given = [each for load in together.loads for each in load.sheets.values()]
    assert not [each for sheet in given for each in sheet.reading.warnings if each.startswith("Only the worksheet")]


def test_plain_datasets_that_follow_each_other_are_one_run(tmp_path: Path) -> None:
    sheets = {"Lines": LINES, "Payments": PAYMENTS, "Heads": HEADS, "Customers": commerce_book.CUSTOMERS}
    assert order(found(tmp_path, **sheets)) == [
        ("commerce.customers", ["commerce.customers"]),
        ("commerce", ["commerce.invoice_headers", "commerce.invoice_lines", "commerce.payments"]),
    ]


def test_two_sheets_of_one_kind_are_two_runs(tmp_path: Path) -> None:
    sheets = {"May": commerce_book.INVOICES, "June": commerce_book.INVOICES, "Customers": commerce_book.CUSTOMERS}
    assert [load.what for load in found(tmp_path, **sheets).loads] == [
        "commerce.customers",
        "commerce.invoices",
        "commerce.invoices",
    ]


def test_what_nobody_can_tell_is_named_and_left_out_only_when_somebody_says_so(tmp_path: Path) -> None:
    doubtful = found(tmp_path, **commerce_book.WHOLESALE, Notes=NOTES)
    assert dict(doubtful.unknown) == {"Notes": "like no dataset"}
    with pytest.raises(UnknownSheets, match=r"of book\.xlsx are: Notes, like no dataset\. Say what each is"):
        doubtful.refuse_doubtful()
    without = found(tmp_path, {"notes": ""}, **commerce_book.WHOLESALE, Notes=NOTES)
    assert (without.unknown, without.left_out, len(without.loads)) == ({}, ("Notes",), 3)
    without.refuse_doubtful()


def test_a_person_says_what_a_sheet_is(tmp_path: Path) -> None:
    said = found(tmp_path, {"Customers": "commerce.companies"}, Customers=commerce_book.CUSTOMERS, Notes=NOTES)
    assert order(said) == [("commerce.companies", ["commerce.companies"])]
    with pytest.raises(UnknownDataset):
        found(tmp_path, {"Notes": "commerce.nothing"}, Notes=NOTES)


def test_a_sheet_without_rows_is_left_out_and_named(tmp_path: Path) -> None:
    empty = found(tmp_path, **commerce_book.WHOLESALE, Payments=PAYMENTS.partition("\n")[0] + "\n")
    assert (empty.left_out, len(empty.loads)) == (("Payments",), 3)


def test_sheets_of_two_families_are_imported_together_only_where_somebody_says_what_one_is(tmp_path: Path) -> None:
    both = found(tmp_path, {"Students": "elevate.students"}, Customers=commerce_book.CUSTOMERS, Students=STUDENTS)
    assert not both.several
    both.refuse_doubtful()
    assert order(both) == [("elevate.students", ["elevate.students"]), ("commerce.customers", ["commerce.customers"])]
    unsaid = replace(both, said=False)
    with pytest.raises(SheetsOfFamilies, match="several families: commerce and elevate"):
        unsaid.refuse_doubtful()


def test_what_is_said_of_a_load_is_what_its_sheets_have(tmp_path: Path) -> None:
    of = found(tmp_path, **commerce_book.WHOLESALE)
    said = {
        "columns": {"Qty.": "quantity", "Company": "company"},
        "constants": {"country": "USA"},
        "clears": ("status",),
        "expected": {"commerce.invoices.Net price": "22.50", "commerce.customers.rows": 3},
        "window": "2026",
    }
    customers, items, invoices = (loads.options_of(load, of.loads, said) for load in of.loads)
    assert (customers["columns"], invoices["columns"]) == ({"Company": "company"}, {"Qty.": "quantity"})
    assert (customers["constants"], customers["clears"], invoices["clears"]) == ({"country": "USA"}, (), ("status",))
    assert [each["expected"] for each in (customers, items, invoices)] == [{"rows": 3}, {}, {"Net price": "22.50"}]
    assert {each["window"] for each in (customers, items, invoices)} == {"2026"}
    with pytest.raises(UnknownTotal, match=r"commerce\.invoices\.Net price"):
        loads.options_of(of.loads[0], of.loads, {"expected": {"Net price": "22.50"}})


def test_a_load_says_whether_it_needs_another(tmp_path: Path) -> None:
    customers, items, invoices = found(tmp_path, **commerce_book.WHOLESALE).loads
    assert (invoices.after([customers]), invoices.after([items]), items.after([customers])) == (True, True, False)


def test_one_sheet_is_one_load(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(commerce_book.CUSTOMERS)
    of = loads.of_sheets([open_sheet(path)])
    assert [load.what for load in of.loads] == ["commerce.customers"]
    assert isinstance(of.loads[0].given, Sheet)
