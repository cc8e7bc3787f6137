"""Which customer each row of the export is about, and which of its people, without a database."""

import pyarrow as pa

from tests.unit.playbooks.test_salesforce_sessions import cells, chunk
from workbench.model.playbook import Known
from workbench.playbooks import commerce_customers as customers

KEYS = ("key", "external_id", "lookup_name")
COMPANIES, CONTACTS = "commerce.companies", "commerce.contacts"


def knows(*stored: tuple[str, str | None, str]) -> Known:
    columns = zip(*stored, strict=True) if stored else ((), (), ())
    return Known(stored=pa.table({n: pa.array(c, pa.string()) for n, c in zip(KEYS, columns, strict=True)}))


def keys(known: Known, *rows: dict[str, str]) -> list[str | None]:
    return customers.CustomerRows(chunk(*rows), known).key.to_pylist()


def told(*rows: dict[str, str]) -> list[tuple[int, str, str]]:
    found = customers.check(chunk(*rows), knows())
    return [(each["position"], each["code"], each["message"]) for each in found.to_pylist()]


def test_without_an_id_a_customer_is_known_by_its_name_whatever_its_case() -> None:
    assert keys(knows(), {"company": "Harbor  Bar"}, {"company": " HARBOR BAR "}) == ["harbor bar", "harbor bar"]


def test_two_ids_are_two_customers_of_one_name() -> None:
    rows = [{"company": "Harbor Bar", "external_id": "C1"}, {"company": "Harbor Bar", "external_id": "C2"}]
    assert keys(knows(), *rows) == ["C1", "C2"]
    assert keys(knows(("harbor bar", None, "harbor bar")), *rows) == ["harbor bar", "C2"]


def test_a_name_alone_is_the_customer_that_is_alone_in_it_whatever_its_id() -> None:
    assert keys(knows(("C1", "C1", "harbor bar")), {"company": "Harbor Bar"}) == ["C1"]
    assert keys(knows(), {"company": "Harbor Bar", "external_id": "C1"}, {"company": "harbor bar"}) == ["C1", "C1"]


def test_a_name_that_two_customers_have_names_neither() -> None:
    known = knows(("C1", "C1", "harbor bar"), ("C2", "C2", "harbor bar"))
    assert keys(known, {"company": "Harbor Bar"}) == [None]
    (issue,) = customers.check(chunk({"company": "Harbor Bar"}), known).to_pylist()
    assert (issue["code"], issue["severity"]) == ("ambiguous_customer", "error")


def test_an_id_that_comes_later_is_that_of_the_customer_of_the_name() -> None:
    known = knows(("harbor bar", None, "harbor bar"), ("C9", "C9", "blue door"))
    assert keys(known, {"company": "Harbor Bar", "external_id": "C1"}) == ["harbor bar"]
    assert keys(known, {"company": "Another name", "external_id": "C9"}) == ["C9"]
    assert known.taken == {"harbor bar": "C1"}
    assert keys(known, {"company": "Harbor Bar", "external_id": "C2"}) == ["C2"]  # a later chunk


def test_every_row_with_a_person_is_a_contact_and_the_phone_of_another_is_the_company_s() -> None:
    rows = chunk(
        {"company": "Harbor Bar", "first_name": "Ida", "email": "Ida@Harbor.example", "phone": "1"},
        {"company": "Harbor Bar", "last_name": "Park", "email": "nobody", "phone": "2"},
        {"company": "Harbor Bar", "phone": "3"},
    )
    made = customers.shape(rows, knows())
    assert cells(made[CONTACTS], "company", "first_name", "last_name", "email", "phone") == [
        ("harbor bar", "Ida", None, "ida@harbor.example", "1"),
        ("harbor bar", None, "Park", None, "2"),
    ]
    assert cells(made[COMPANIES], "name", "phone") == [("Harbor Bar", None), ("Harbor Bar", "3")]


def test_people_of_a_customer_who_share_an_e_mail_are_told_apart_by_their_names() -> None:
    """Hazard 2: two people, one e-mail."""
    rows = [{"company": "Harbor", "first_name": name, "email": "info@harbor.example"} for name in ("Ida", "Sam")]
    made = customers.shape(
        chunk(*rows, {"company": "Other", "first_name": "Ann", "email": "info@harbor.example"}), knows()
    )
    assert cells(made[CONTACTS], "contact") == [("ida",), ("sam",), (None,)]


def test_terms_of_payment_are_known_in_either_spelling_and_others_are_told() -> None:
    rows = [{"company": "A", "payment_terms": text} for text in ("Net 30", "net 30 days", "C.O.D.", "COD", "Net 99")]
    made = customers.shape(chunk(*rows), knows())
    assert [terms for (terms,) in cells(made[COMPANIES], "payment_terms")] == [*["Net 30 Days"], "C.O.D.", None]
    assert told(*rows) == [(4, "unknown_terms", "'Net 99' are no terms of payment that are known, and are left out")]


def test_a_row_with_an_id_and_no_company_is_of_a_person_who_buys() -> None:
    person = {"external_id": "7", "company": "", "first_name": "Ida", "last_name": "Moss"}
    rows = customers.CustomerRows(chunk(person, person | {"external_id": ""}), knows())
    assert rows["company"].to_pylist() == ["Ida Moss", None]
    assert rows.key.to_pylist() == ["7", None]


def test_a_row_without_a_company_is_invalid_and_one_without_a_salesperson_is_told() -> None:
    assert told({"company": "", "salesperson": "Rosa"}, {"company": "A", "salesperson": ""}) == [
        (0, "missing", "company is required"),
        (1, "no_salesperson", "No salesperson: the customer is nobody's"),
    ]
    assert told({"company": "A"}) == []  # a source that says nothing of any


def test_a_customer_of_several_rows_is_nobody_s_once_and_only_where_no_row_has_a_salesperson() -> None:
    rows = [
        {"company": company, "external_id": number, "salesperson": who, "first_name": name}
        for company, number, who, name in (
            ("A", "1", "", "Ida"),
            ("A", "1", "", "Sam"),
            ("B", "2", "", "Ann"),
            ("B", "2", "Rosa", "Bo"),
            ("C", "", "", "Cy"),
            ("c", "", "", "Di"),
        )
    ]
    found = [(row, code) for row, code, _ in told(*rows)]
    assert found == [(0, "no_salesperson"), (4, "no_salesperson")]
