"""Customers with their contacts: rows of one company together, what they say differently, and their classes."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.imports import ask, issues, messages, outcome, outcomes, records
from workbench import Workbench
from workbench.model.errors import NoClasses, UnknownClass
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

CUSTOMERS = "commerce.customers"
Given = Callable[..., Sheet]
HEAD = "Company,First name,Last name,Phone,Email,Balance,Last order,State\n"


def companies(url: str, *columns: str) -> list[tuple[object, ...]]:
    return records(url, "commerce.companies", *columns)


def contacts(url: str) -> list[tuple[object, ...]]:
    return records(url, "commerce.contacts", "contact", "name", "phone")


def test_three_rows_of_a_company_are_one_customer_with_three_contacts_and_again_nothing(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazard 25: extra contacts of a company were discarded, and a second import doubled all of it."""
    text = HEAD + (
        "Harbor Bar,Ida,Moss,410-1,ida@harbor.example,10.00,2026-01-15,MD\n"
        "Harbor Bar,Noel,Park,410-2,,10.00,2026-01-15,MD\n"
        "HARBOR BAR ,Ada,Noor,410-3,ada@harbor.example,10.00,2026-01-15,MD\n"
    )
    batch = wb.import_sheet(sheet(text), CUSTOMERS)
    assert outcome(batch) == (3, 0, 0, 0, 0)
    assert companies(url, "key", "name", "territory", "phone") == [("harbor bar", "Harbor Bar", "MD", None)]
    assert contacts(url) == [
        ("ada@harbor.example", "Ada Noor", "410-3"),
        ("ida@harbor.example", "Ida Moss", "410-1"),
        ("noel park", "Noel Park", "410-2"),
    ]
    figures = wb.figures(batch)
    assert (figures["Customers created"], figures["Contacts created"]) == (1, 3)
    again = wb.import_sheet(sheet(text), CUSTOMERS)
    assert outcomes(wb, again) == [(line, "skipped:unchanged") for line in (2, 3, 4)]
    assert len(contacts(url)) == 3


def test_what_rows_of_a_company_say_differently_is_told_with_both_lines_and_the_first_counts(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = (
        HEAD + "Harbor,Ida,Moss,,,,2026-01-15,\nHarbor,Noel,Park,,,10.00,2026-03-01,MD\nHarbor,Ada,Noor,,,12.50,,VA\n"
    )
    batch = wb.import_sheet(sheet(text), CUSTOMERS)
    assert outcome(batch) == (3, 0, 0, 0, 0)
    told = messages(wb, batch)
    assert "Line 3 says 10.00 and line 4 says 12.50 of the same customer: 10.00 counts" in told[3]
    assert {code for _, _, code in issues(wb, batch)} == {"contradicted"}
    found = companies(url, "balance", "state", "territory", "last_order")
    assert [(str(balance), state, where, str(last)) for balance, state, where, last in found] == [
        ("10.00", "MD", "MD", "2026-03-01")
    ]


def test_a_company_that_is_written_in_another_case_says_nothing_different_of_itself(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = HEAD + "Acme,Ida,Moss,,,,,MD\nACME,Noel,Park,,,,,\nacme ,Ada,Noor,,,,,VA\n"
    batch = wb.import_sheet(sheet(text), CUSTOMERS)
    assert companies(url, "key", "name") == [("acme", "Acme")]
    told = messages(wb, batch)
    assert "Line 2 says MD and line 4 says VA" in " ".join(told.values())
    assert {field for _, field, _ in issues(wb, batch)} == {"state", "territory"}


def test_a_customer_without_a_state_is_of_an_unknown_territory_and_a_blank_keeps_what_is_stored(
    wb: Workbench, sheet: Given, url: str
) -> None:
    """Hazard 50: a blank incoming value erases nothing."""
    wb.import_sheet(sheet(HEAD + "Harbor,Ida,Moss,410-1,,10.00,,\n"), CUSTOMERS)
    assert companies(url, "territory", "state") == [("Unknown", None)]
    wb.import_sheet(sheet(HEAD + "Harbor,Ida,Moss,,,,,MD\n"), CUSTOMERS)
    assert [(str(b), s) for b, s in companies(url, "balance", "state")] == [("10.00", "MD")]
    assert contacts(url) == [("ida moss", "Ida Moss", "410-1")]


def test_two_companies_of_one_name_with_ids_are_two_and_the_name_alone_names_neither(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = "Customer ID,Company,First name,Last name\nC1,Harbor,Ida,Moss\nC2,Harbor,Sam,Okoro\n"
    assert outcome(wb.import_sheet(sheet(text), CUSTOMERS)) == (2, 0, 0, 0, 0)
    assert companies(url, "key", "name") == [("C1", "Harbor"), ("C2", "Harbor")]
    batch = wb.import_sheet(sheet(HEAD + "Harbor,Ann,Lee,,,,,\n"), CUSTOMERS)
    assert outcomes(wb, batch) == [(2, "invalid")]
    assert "Several customers are called so" in messages(wb, batch)[2]


def test_a_list_of_terms_updates_the_customers_that_it_names_by_either_system(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(HEAD + "Harbor,Ida,Moss,,,,,\nBlue Door,Sam,Okoro,,,,,\n"), CUSTOMERS)
    text = "Customer ID (Sage Format),Customer (Hal Format),Terms\nHARB1,HARBOR,Net 30\nBLUE2,Blue Door,Net 99\n"
    batch = wb.import_sheet(sheet(text, "terms.csv"), CUSTOMERS, mode="update")
    assert outcome(batch) == (0, 2, 0, 0, 0)
    assert companies(url, "external_id", "payment_terms") == [("BLUE2", None), ("HARB1", "Net 30 Days")]


def test_a_row_without_a_company_is_invalid_and_takes_no_contact_with_it(wb: Workbench, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(HEAD + ",Ida,Moss,,,,,\nHarbor,Sam,Okoro,,,abc,,\n"), CUSTOMERS)
    assert outcomes(wb, batch) == [(2, "invalid"), (3, "invalid")]
    assert [(field, code) for _, field, code in issues(wb, batch)] == [("company", "missing"), ("balance", "bad_money")]
    assert contacts(url) == []


def test_contacts_and_their_customers_come_in_one_run_of_several_sheets(wb: Workbench, sheet: Given, url: str) -> None:
    """A reference that is looked for in several ways finds what an earlier part of the run will create."""
    given = [
        sheet("company,first_name,last_name\nC-1,Ida,Moss\nblue DOOR,Sam,Okoro\nNobody,Ann,Lee\n", "contacts.csv"),
        sheet("external_id,name\nC-1,Harbor\n,Blue Door\n", "companies.csv"),
    ]
    run = wb.plan(wb.stage(given, "commerce")).batch
    assert (run.created, run.unmatched) == (4, 1)
    wb.commit(run)
    assert [name for _, name, _ in contacts(url)] == ["Ida Moss", "Sam Okoro"]


# classes


@pytest.mark.parametrize(
    ("days", "of"),
    [(0, "Active"), (180, "Active"), (181, "Target"), (365, "Target"), (366, "Prospect"), (None, "Prospect")],
)
def test_a_customer_is_in_a_class_by_its_last_order(wb: Workbench, sheet: Given, days: int | None, of: str) -> None:
    day = date(2026, 6, 30)
    last = "" if days is None else (day - timedelta(days=days)).isoformat()
    wb.import_sheet(sheet(HEAD + f"Harbor,Ida,Moss,,,,{last},\n"), CUSTOMERS)
    assert {name for name, number in wb.records.classes("commerce.companies", on=day).items() if number} == {of}


def test_hold_is_a_person_s_word_and_an_order_of_a_later_day_does_not_count(wb: Workbench, sheet: Given) -> None:
    wb.import_sheet(sheet("name,last_order,on_hold\nA,2026-06-01,yes\nB,2026-06-01,\n"), "commerce.companies")
    wb.import_sheet(sheet(HEAD + "A,Ida,Moss,,,,2026-06-20,\n"), CUSTOMERS)
    on = date(2026, 6, 30)
    assert wb.records.classes("commerce.companies", on=on) == {"Active": 1, "Target": 0, "Prospect": 0, "Hold": 1}
    assert wb.records.classes("commerce.companies", on=date(2026, 5, 31))["Prospect"] == 1
    (held,) = wb.records.classified("commerce.companies", on=on, only="Hold")
    assert (held["name"], held["class"], held["last"]) == ("A", "Hold", date(2026, 6, 20))


def test_a_new_invoice_counts_as_an_order_at_once(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(HEAD + "Harbor,Ida,Moss,,,,2020-01-15,\n"), CUSTOMERS)
    today = date.today()
    assert wb.records.classes("commerce.companies")["Prospect"] == 1
    invoice = f"number,invoice_date,company,total\n1001,{today.isoformat()},harbor,10.00\n"
    wb.import_sheet(sheet(invoice, "invoices.csv"), "commerce.invoice_headers")
    assert wb.records.classes("commerce.companies")["Active"] == 1
    assert ask(url, "select class from commerce.companies_today") == [("Active",)]


def test_the_classes_of_a_run_are_those_of_the_day_it_was_planned(wb: Workbench, sheet: Given) -> None:
    today = date.today()
    text = HEAD + "".join(
        f"{name},Ida,Moss,,,,{(today - timedelta(days=days)).isoformat()},\n" for name, days in (("A", 3), ("B", 200))
    )
    batch = wb.import_sheet(sheet(text + "C,Ida,Moss,,,,,\n"), CUSTOMERS)
    assert wb.breakdowns(batch) == {"Customers by last order": {"Active": 1, "Target": 1, "Prospect": 1}}


def test_what_has_no_classes_says_so(wb: Workbench) -> None:
    with pytest.raises(NoClasses, match=r"commerce\.skus are in no classes\. What has classes: commerce\.companies"):
        wb.records.classes("commerce.skus")
    with pytest.raises(UnknownClass, match="The classes are: Active, Target, Prospect, Hold"):
        wb.records.classified("commerce.companies", only="Gone")


ONE = "Company,First name,Last name,Email\nHarbor,Ida,Moss,{}\n"


@pytest.mark.parametrize("dataset", [CUSTOMERS, "commerce.contacts"])
def test_a_contact_that_gets_an_email_later_stays_the_same_contact(
    wb: Workbench, sheet: Given, url: str, dataset: str
) -> None:
    wb.import_sheet(sheet("name\nHarbor\n", "companies.csv"), "commerce.companies")
    assert outcome(wb.import_sheet(sheet(ONE.format("")), dataset))[3:] == (0, 0)
    batch = wb.import_sheet(sheet(ONE.format("ida@harbor.example")), dataset)
    assert outcome(batch) == (0, 1, 0, 0, 0)
    for email in ("ida@harbor.example", "", "ida@harbor.example"):  # neither with it nor without is she another one
        again = wb.import_sheet(sheet(ONE.format(email)), dataset)
        assert outcome(again) == (0, 0, 1, 0, 0)
    known = records(url, "commerce.contacts", "contact", "name", "email")
    assert known == [("ida moss", "Ida Moss", "ida@harbor.example")]


def test_a_contact_whose_name_says_too_little_is_another_one_and_told(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet(ONE.format("")), CUSTOMERS)
    wb.import_sheet(sheet(ONE.format("ida@harbor.example")), CUSTOMERS)
    other = wb.import_sheet(sheet(ONE.format("moss@other.example")), CUSTOMERS)
    assert messages(wb, other)[2] == "A contact of this name is known with another email: ida@harbor.example"
    assert [code for _, _, code in issues(wb, other)] == ["same_name"]
    several = wb.import_sheet(sheet(ONE.format("third@other.example")), CUSTOMERS)
    assert messages(wb, several)[2] == "Several contacts who are known have this name; this is another one"
    assert len(contacts(url)) == 3


def test_of_two_new_emails_under_the_name_of_a_known_contact_neither_is_taken_for_it(
    wb: Workbench, sheet: Given, url: str
) -> None:
    wb.import_sheet(sheet(ONE.format("")), CUSTOMERS)
    text = ONE.format("one@harbor.example") + "Harbor,Ida,Moss,two@harbor.example\n"
    batch = wb.import_sheet(sheet(text), CUSTOMERS)
    told = "A contact of this name is known, and several here have it; this is another one"
    assert messages(wb, batch) == {2: told, 3: told}
    assert len(contacts(url)) == 3
