"""Real files of public projects, imported for real: every count is explained by what their authors say is in them."""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.imports import fingerprint, outcome, records
from workbench import Workbench, open_sheet
from workbench.model.errors import MissingColumns, Unconfirmed

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")

STAFF = {
    "ElectronicMail.ElectronicMailAddress": "email",
    "Name.FirstName": "first_name",
    "Name.LastSurname": "last_name",
    "StaffUniqueId": "external_id",
}
STUDENTS = {"Name.FirstName": "first_name", "Name.LastSurname": "last_name", "StudentUniqueId": "external_id"}
COURSES = {"CourseTitle": "name", "CourseCode": "code", "CourseDescription": "description"}
CUSTOMERS = {"CustomerId": "external_id", "FirstName": "first_name", "LastName": "last_name"}


def truth(folder: str) -> dict[str, Any]:
    return json.loads((DATA / folder / "TRUTH.json").read_text("utf-8"))


def table(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


# edfi_flat


def test_the_staff_of_ed_fi_without_an_address_are_invalid_and_the_others_arrive(wb: Workbench, url: str) -> None:
    known = truth("edfi_flat")
    sheet = open_sheet(DATA / "edfi_flat" / "Staff.csv")
    with pytest.raises((MissingColumns, Unconfirmed)):
        wb.stage(sheet, "elevate.staff")
    held = wb.import_sheet(sheet, "elevate.staff", columns=STAFF)
    assert (held.stage, held.processed, held.invalid) == ("held", known["staff_rows"], known["staff_without_email"])
    assert held.summary["issues_by_code"] == {"missing": known["staff_without_email"]}
    batch = wb.commit(held, skip_errors=True)
    assert outcome(batch) == (18, 0, 0, 0, 50)
    assert len(records(url, "elevate.profiles", "email")) == known["staff_rows"] - known["staff_without_email"]
    rejected = wb.reject(batch, wb.rows.unexplained(batch), "No address in the source system")
    assert (rejected.invalid, rejected.rejected, rejected.done) == (50, 50, True)


def test_the_students_of_ed_fi_have_no_address_at_all_and_nothing_is_imported(wb: Workbench) -> None:
    sheet = open_sheet(DATA / "edfi_flat" / "Student.csv")
    with pytest.raises(MissingColumns, match=r"No column for the required email of elevate.students"):
        wb.stage(sheet, "elevate.students", columns=STUDENTS)
    assert wb.batches.all() == []


def test_the_courses_of_ed_fi_are_as_many_as_their_codes(wb: Workbench, url: str) -> None:
    source = table("edfi_flat/Course.csv")
    codes = Counter(row["CourseCode"] for row in source)
    options = {"columns": COURSES}
    batch = wb.import_sheet(open_sheet(DATA / "edfi_flat" / "Course.csv"), "elevate.courses", **options)
    assert batch.processed == truth("edfi_flat")["tables"]["Course"]["rows"]
    assert outcome(batch) == (len(codes), 0, len(source) - len(codes), 0, 0)
    titles = {row["CourseCode"]: row["CourseTitle"] for row in reversed(source)}
    assert dict(records(url, "elevate.courses", "course_code", "course_name")) == titles
    before = fingerprint(url)
    again = wb.import_sheet(open_sheet(DATA / "edfi_flat" / "Course.csv"), "elevate.courses", **options)
    assert (outcome(again), fingerprint(url)) == ((0, 0, len(source), 0, 0), before)


# chinook


def test_the_customers_of_chinook_arrive_with_their_accents_and_the_phones_of_24_countries(
    wb: Workbench, url: str
) -> None:
    known = truth("chinook")
    sheet = open_sheet(DATA / "chinook" / "Customer.csv")
    batch = wb.import_sheet(sheet, "elevate.students", columns=CUSTOMERS)
    assert outcome(batch) == (known["customers"], 0, 0, 0, 0)
    stored = dict(records(url, "elevate.profiles", "external_id", "full_name"))
    assert sum(not name.isascii() for name in stored.values()) == known["customers_nonascii_name"]
    assert {
        row["CustomerId"]: f"{row['FirstName']} {row['LastName']}" for row in table("chinook/Customer.csv")
    } == stored
    phones = dict(records(url, "elevate.profiles", "external_id", "phone"))
    assert phones == {row["CustomerId"]: row["Phone"] or None for row in table("chinook/Customer.csv")}


def test_the_companies_of_chinook_are_its_employers_and_a_customer_without_one_is_none(wb: Workbench, url: str) -> None:
    source = table("chinook/Customer.csv")
    companies = {row["Company"] for row in source if row["Company"]}
    sheet = open_sheet(DATA / "chinook" / "Customer.csv")
    batch = wb.import_sheet(sheet, "elevate.employers", columns={"LastName": "contact_name"}, skip_errors=True)
    assert {name for (name,) in records(url, "elevate.employers", "company_name")} == companies
    assert outcome(batch) == (len(companies), 0, 10 - len(companies), 0, known_without(source))


def known_without(source: list[dict[str, str]]) -> int:
    return sum(not row["Company"] for row in source)


# febrl


def test_a_thousand_people_without_an_address_are_refused_and_with_a_made_one_are_all_there(
    wb: Workbench, tmp_path: Path, url: str
) -> None:
    """Not a name, an address or a date joins two rows: 500 pairs of the same people are 1,000 records."""
    known = truth("febrl")["dataset1"]
    path = DATA / "febrl" / "dataset1.csv"
    names = {"given_name": "first_name", "surname": "last_name"}
    with pytest.raises(MissingColumns):
        wb.stage(open_sheet(path), "elevate.students", columns=names)
    lines = path.read_text("utf-8").splitlines()
    made = [f"{line.split(',')[0]}@febrl.example,{line}" for line in lines[1:]]
    (tmp_path / "dataset1.csv").write_text("\n".join((f"email,{lines[0]}", *made)))
    options: dict[str, object] = {"columns": {**names, "rec_id": "external_id"}, "skip_errors": True}
    batch = wb.import_sheet(open_sheet(tmp_path / "dataset1.csv"), "elevate.students", **options)
    nameless = sum(not (row["given_name"].strip() or row["surname"].strip()) for row in table("febrl/dataset1.csv"))
    assert outcome(batch) == (known["rows"] - nameless, 0, 0, 0, nameless)
    assert len(records(url, "elevate.profiles", "id")) == known["rows"] - nameless


# npsp_dev_org: opportunities with their payments


OPPORTUNITIES = {
    "id": "number",
    "name": "special_instructions",
    "amount": "total",
    "close_date": "invoice_date",
    "stage_name": "status",
    "AccountId": "company",
}
PAYMENTS = {
    "id": "payment_number",
    "npe01__Payment_Amount__c": "amount",
    "npe01__Payment_Date__c": "payment_date",
    "npe01__Opportunity__c": "invoice_number",
}


def test_the_opportunities_whose_payments_are_more_than_their_amount_are_listed(
    wb: Workbench, url: str, tmp_path: Path
) -> None:
    """Opportunities are invoices and payments are payments, by the mappings that a user would give."""
    known = truth("npsp_dev_org")
    folder = DATA / "npsp_dev_org" / "csv"
    accounts = {"id": "external_id", "Name": "name"}
    rows = known["table_rows"]
    wb.import_sheet(open_sheet(folder / "Account.csv"), "commerce.companies", columns=accounts)
    invoices = wb.import_sheet(
        open_sheet(folder / "Opportunity.csv"), "commerce.invoice_headers", columns=OPPORTUNITIES
    )
    assert outcome(invoices) == (rows["Opportunity"], 0, 0, 0, 0)
    payments = wb.import_sheet(open_sheet(folder / "npe01__OppPayment__c.csv"), "commerce.payments", columns=PAYMENTS)
    assert outcome(payments) == (rows["npe01__OppPayment__c"], 0, 0, 0, 0)

    paid = Counter[str]()
    of = {row["id"]: Decimal(row["amount"]) for row in table("npsp_dev_org/csv/Opportunity.csv")}
    lines: dict[str, list[int]] = {}
    for line, row in enumerate(table("npsp_dev_org/csv/npe01__OppPayment__c.csv"), start=2):
        paid[row["npe01__Opportunity__c"]] += Decimal(row["npe01__Payment_Amount__c"])
        lines.setdefault(row["npe01__Opportunity__c"], []).append(line)
    wrong = sorted(number for number in of if paid[number] != of[number])
    assert len(wrong) == known["opportunities_where_payments_do_not_sum_to_amount"] == 212

    listed = wb.checks.rows("payments-beyond-invoice")
    assert [(row["invoice"], row["total"], row["paid"]) for row in listed] == [
        (number, of[number], paid[number]) for number in wrong
    ]
    told = [row["line"] for row in wb.rows.each(payments) if row["issues"]]
    assert told == sorted(line for number in wrong for line in lines[number])
    states = Counter(state for _, state in records(url, "commerce.invoice_balance", "number", "state"))
    assert states == {"overpaid": 212, "paid": len(of) - 212}
    assert wb.checks.save("payments-beyond-invoice", tmp_path / "list.csv") == 212
    header, *listed_lines = (tmp_path / "list.csv").read_text("utf-8").splitlines()
    assert (header, len(listed_lines)) == ("invoice,total,paid,open,payments", 212)
