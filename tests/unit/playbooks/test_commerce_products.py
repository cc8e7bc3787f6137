"""What is made of items and price lists, without a database."""

from tests.unit.playbooks.test_salesforce_sessions import cells, chunk
from workbench.model.playbook import Known
from workbench.playbooks import commerce_products as products


def test_a_barcode_that_a_spreadsheet_has_rounded_is_told_and_never_kept() -> None:
    """Hazard 40."""
    rows = chunk({"sku": "FRA1023", "barcode_bottle": "8.50E+11"}, {"sku": "FRA1024", "barcode_bottle": "about twelve"})
    assert cells(products.items(rows, Known())["commerce.skus"], "barcode_bottle") == [(None,), (None,)]
    found = products.check_items(rows, Known()).to_pylist()
    assert [(each["position"], each["code"], each["severity"]) for each in found] == [
        (0, "rounded", "warning"),
        (1, "bad_barcode", "warning"),
    ]


def test_a_note_beside_a_barcode_is_kept_apart() -> None:
    rows = chunk({"sku": "FRA1023", "barcode_bottle": "850012345017 (On Bottle)", "barcode_case": "(On Bottle)"})
    made = products.items(rows, Known())["commerce.skus"]
    names = ("barcode_bottle", "barcode_bottle_note", "barcode_case", "barcode_case_note")
    assert cells(made, *names) == [("850012345017", "On Bottle", None, "On Bottle")]
    assert products.check_items(rows, Known()).num_rows == 0


def test_a_price_is_the_first_amount_of_its_text_in_each_list_that_has_one() -> None:
    rows = chunk(
        {"sku": "FRA1023", "frontline_price": "$1,014.50", "discount_price": "", "special_price": "$11.00 / btl"},
        {"sku": "ITA2040", "frontline_price": "", "discount_price": "12.95", "special_price": ""},
    )
    made = products.prices(rows, Known())["commerce.prices"]
    assert cells(made, "sku", "price_list", "price") == [
        ("FRA1023", "Frontline WCB", "1014.50"),
        ("FRA1023", "Special Pricing 1", "11.00"),
        ("ITA2040", "Discount WCB", "12.95"),
    ]
    assert made.rows.lines.to_pylist() == [2, 2 + (1 << 24), 3]
    (issue,) = products.check_prices(rows, Known()).to_pylist()
    assert (issue["code"], issue["message"]) == ("first_amount", "'$11.00 / btl' is read as 11.00")


def test_an_amount_with_a_currency_sign_counts_before_another_number() -> None:
    texts = ("2 cs @ $9.50", "12 / $ 1,014.50", "750ml 8.25", "6 btl $9.00, 12 btl $8.00")
    made = products.prices(chunk(*({"sku": "A", "frontline_price": text} for text in texts)), Known())
    assert cells(made["commerce.prices"], "price") == [("9.50",), ("1014.50",), ("750.00",), ("9.00",)]


def test_a_comma_before_the_decimals_is_told_for_the_other_prices_have_points() -> None:
    texts = ("$16.95", "$10,50", "$1,050", "2 cs @ $10,50", "$1,014.50", "12")
    rows = chunk(*({"sku": "A", "frontline_price": text} for text in texts))
    made = products.prices(rows, Known())["commerce.prices"]
    assert cells(made, "price") == [("16.95",), ("10.50",), ("1050.00",), ("10.50",), ("1014.50",), ("12.00",)]
    found = [(each["position"], each["message"]) for each in products.check_prices(rows, Known()).to_pylist()]
    assert found == [(1, "'$10,50' is read as 10.50"), (3, "'2 cs @ $10,50' is read as 10.50")]


def test_what_is_no_amount_is_an_error_and_an_item_without_a_price_is_told() -> None:
    """Hazard 41: never 0."""
    rows = chunk({"sku": "FRA1023", "frontline_price": "call"}, {"sku": "ITA2040", "frontline_price": ""})
    found = products.check_prices(rows, Known()).to_pylist()
    assert [(each["position"], each["code"], each["field"], each["severity"]) for each in found] == [
        (0, "bad_money", "frontline_price", "error"),
        (1, "no_price", "sku", "warning"),
    ]
    assert cells(products.prices(rows, Known())["commerce.prices"], "price") == []
