from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.datasets import catalog
from workbench.derived.csv_template import csv_template
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare import recognition
from workbench.prepare.recognition import RECOGNISED, recognise
from workbench.sources import headed, open_sheet

Write = Callable[..., Sheet]


@pytest.fixture
def sheet(tmp_path: Path) -> Write:
    def written(text: str, name: str = "export.csv") -> Sheet:
        (tmp_path / name).write_text(text, "utf-8")
        return open_sheet(tmp_path / name)

    return written


@pytest.mark.parametrize("dataset", catalog.CONTRACTS)
def test_every_dataset_is_recognised_by_its_own_template(sheet: Write, dataset: str) -> None:
    found, score, reason = recognise(sheet(csv_template(catalog.contract(dataset))))[0]
    assert found == (catalog.contract(dataset).behind or dataset)
    assert score >= 0.9
    assert "nothing required is missing" in reason


def test_other_names_of_the_fields_do_as_well_and_foreign_columns_cost_little(sheet: Write) -> None:
    found, score, reason = recognise(sheet("E-Mail Address,Forename,Surname,Student ID,Shoe Size\na@b.org,A,B,1,42\n"))[
        0
    ]
    assert found == "elevate.students"
    assert score > RECOGNISED
    assert reason == (
        "4 of 5 columns are fields of it (email, first_name, last_name, external_id), nothing required is missing."
    )


def test_where_the_headers_leave_a_choice_the_name_of_the_file_decides(sheet: Write) -> None:
    people = "email,first name,last name\na@b.org,A,B\n"
    assert recognise(sheet(people))[0][0] == "elevate.students"
    found, _, reason = recognise(sheet(people, "Staff 2025.csv"))[0]
    assert found == "elevate.staff"
    assert reason.endswith("and the file is called after it.")


def test_of_several_sheets_it_is_the_sheet_and_not_the_file_that_is_called_after_it(sheet: Write) -> None:
    alone = sheet("email,first name,last name\na@b.org,A,B\n", "october.csv")
    for titles, told in ((("Staff", "Notes"), "and the sheet is called after it."), (("Staff",), "nothing required")):
        one = replace(alone, reading=replace(alone.reading, sheet="Staff", sheets=titles))
        reasons = {name: reason for name, _, reason in recognise(one)}
        assert told in reasons["elevate.staff"]
        assert "the file is called" not in reasons["elevate.staff"]


def test_a_name_alone_makes_no_dataset(sheet: Write) -> None:
    assert recognise(sheet("width,height\n1,2\n", "students.csv"))[0][1] == 0.0


def test_a_sheet_that_lacks_what_is_required_is_not_taken_for_the_dataset(sheet: Write) -> None:
    found = {name: (score, reason) for name, score, reason in recognise(sheet("Id,Name\n1,Spring Gala\n"))}
    assert max(score for score, _ in found.values()) < RECOGNISED
    assert (
        found["elevate.students"][1] == "2 of 2 columns are fields of it (external_id, full_name), no column for email."
    )


def test_headers_that_say_nothing_are_looked_at_by_their_values_and_trusted_less(sheet: Write) -> None:
    _, score, reason = recognise(sheet("a,b\nann@example.org,x\n"))[0]
    assert score < RECOGNISED
    assert "all of them only by their look" in reason


def test_every_dataset_and_form_is_told_with_a_reason(sheet: Write) -> None:
    found = recognise(sheet("width\n1\n"))
    datasets = {name for name, contract in catalog.CONTRACTS.items() if not contract.behind}
    assert {name for name, _, _ in found} == datasets | catalog.FORMS.keys()
    assert {reason for _, _, reason in found} == {"None of its columns is a field of it."}


def test_what_is_said_of_the_whole_import_is_missing_in_no_sheet(sheet: Write) -> None:
    """The seed's minimal roster: its academic year is the import's."""
    found, score, reason = recognise(
        sheet("Teacher Email,Teacher Name,School,Grade\na@kck.example,Ada Park,Argentine Middle,7\n")
    )[0]
    assert (found, score >= RECOGNISED) == ("polaris.teacher_roster", True)
    assert reason.endswith("the import's window says its academic_year.")


CUSTOMERS = (
    "Company,First name,Last name,Salutation,Phone,Email,Billing email,Website,Balance,12-month sales,Last order,"
    "Salesperson,Delivery time,Special instructions,Address line 1,Address line 2,City,State,Country,Postal code,"
    "Full address,Licence number,Tax number"
)
STOCK = (
    "Warehouse,Account,Item number,Item type,Supplier,Category,Brand,Name,Batch,SKU,Vintage,Style,Colour,Varieties,"
    "Cases,Items per case,Unit quantity,Unit,Barrel or tank,Liters,Unit COGS,COGS,Pending orders (cases),"
    "Pending orders (unit quantity),Pending goods received (cases),Pending goods received (unit quantity)"
)
ITEMS = (
    "Account,Item,Item number,SKU,Manufacturer,Supplier,Label alcohol,Units per item,Unit,Items per case,"
    "Total quantity,Barcode (Bottle),Barcode (Case),MOCO Item Number,Virginia ABC Code,Warehouse Location"
)
PRICES = (
    "Origin,Region,Supplier,Item,Unit,SKU,Frontline WCB Price,Discount WCB Price,BTG- On Premise Only,"
    "Special Pricing 1,Terms"
)
TERMS = "Customer ID (Sage Format),Customer (Hal Format),Terms"


@pytest.mark.parametrize(
    ("header", "is_one"),
    [
        (CUSTOMERS, "commerce.customers"),
        (CUSTOMERS.replace("instructions", "instrcutions"), "commerce.customers"),
        (STOCK, "commerce.inventory"),
        (f"{STOCK},Warehouse Location", "commerce.inventory"),
        (ITEMS, "commerce.items"),
        (PRICES, "commerce.price_list"),
        (TERMS, "commerce.customers"),
        ("SKU,Aisle,Row,Shelf,Bin", "commerce.warehouse_locations"),
        ("sku,location", "commerce.warehouse_locations"),
        ("Stop,Customer,Order Number,ETA,Address,Status", "commerce.routes"),
        ("Route Name,Stop Order,Name,Address,City,State,Zip,ETA", "commerce.routes"),
        ("Payment ID,Invoice,Date,Amount,Method", "commerce.payments"),
        ("customerId,newSalesperson,reason", "commerce.customer_reassignments"),
        ("accountNumber,New Sales Rep", "commerce.customer_reassignments"),
    ],
)
@pytest.mark.parametrize("preamble", ["", 'sep=,\nExport as at 2026-06-30\n" "\n', "sep=,\nExport\n\n"])
def test_the_exports_of_commerce_are_recognised_below_their_titles(
    sheet: Write, header: str, is_one: str, preamble: str
) -> None:
    row = ",".join("x" for _ in header.split(","))
    found = recognition.sure(recognise(headed(sheet(f"{preamble}{header}\n{row}\n{row}\n"), recognition.is_header)))
    assert found is not None and found[0] == is_one


def test_a_sheet_that_may_be_two_things_is_not_sure_to_be_either(sheet: Write) -> None:
    given = sheet("email,first_name,last_name\na@b.example,Ada,Park\n")
    assert recognition.sure(recognise(given)) is None
    names = [name for name, _, _ in recognition.likely(given)]
    assert {"elevate.students", "elevate.staff"} <= set(names)


def test_a_template_is_known_by_the_columns_that_it_was_made_of(sheet: Write) -> None:
    given = sheet("Firma,Stadt,Land\nHarbor,Baltimore,USA\n")

    def saved(name: str, *columns: str, left_out: tuple[str, ...] = ()) -> Template:
        mapping = Mapping(columns=dict.fromkeys(columns, "name"), left_out=left_out)
        return Template(id=name, name=name, dataset="commerce.companies", mapping=mapping)

    fits, less, others = saved("fits", "FIRMA", "Stadt", left_out=("Land",)), saved("less", "Firma"), saved("x", "Name")
    assert recognition.template_of(given, [less, others, fits]) == fits
    assert recognition.template_of(given, [others]) is None
    assert recognition.template_of(given, [fits, replace(fits, id="again", name="again")]) is None
