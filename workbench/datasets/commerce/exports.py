"""What the exports of a seller's own system look like (seed 002): columns of sources, without tables.

The export of customers has a row for each contact. Beside it comes a list of terms of payment, which names customers by
both systems' ids. The export of items says what is sold, the price list what it costs whom.
"""

from workbench.datasets.commerce.companies import TERMS
from workbench.model.contract import Contract, Field
from workbench.model.control_total import ControlTotal

CUSTOMERS = Contract(
    name="commerce.customers",
    title="Commerce: Customers with contacts",
    noun="contact",
    key=("company",),
    totals=(
        ControlTotal(name="Balance", sum_of="balance"),
        ControlTotal(name="12-month sales", sum_of="sales_12_months"),
    ),  # how many customers there are is no count of names: a row may have an id alone
    template=(
        *("company", "first_name", "last_name", "salutation", "phone", "email", "billing_email", "website", "balance"),
        *("sales_12_months", "last_order", "salesperson", "delivery_time", "special_instructions"),
        *("address_line_1", "address_line_2", "city", "state", "country", "postal_code", "full_address"),
        *("licence_number", "tax_number"),
    ),
    fields=(
        Field(
            name="company",
            kind="lookup",
            required=True,
            aliases=("company name", "customer", "customer name", "account name", "customer (hal format)"),
            help="All rows of one company, whatever its case, are one customer.",
            examples=("Harbor Wine Bar", "Harbor Wine Bar", "Blue Door Bistro"),
        ),
        Field(name="first_name", aliases=("first", "given name"), examples=("Ida", "Noel", "Sam")),
        Field(name="last_name", aliases=("last", "surname"), examples=("Moss", "Park", "Okoro")),
        Field(name="salutation", aliases=("prefix",), examples=("Ms.", "Mr.", "")),
        Field(
            name="phone",
            aliases=("phone number", "telephone"),
            help="The contact's; the company's where the row has no contact.",
            examples=("410-555-0142", "410-555-0143", "804-555-0119"),
        ),
        Field(
            name="email",
            aliases=("e-mail", "email address"),
            help="The contact's. What is no address is left out, and told.",
            examples=("ida@harbor.example", "", "sam@bluedoor.example"),
        ),
        Field(
            name="billing_email",
            aliases=("billing e-mail",),
            examples=("pay@harbor.example", "pay@harbor.example", ""),
        ),
        Field(name="website", aliases=("web site", "url"), examples=("harbor.example", "", "")),
        Field(
            name="balance",
            kind="money",
            aliases=("open balance",),
            examples=("$1,234.50", "$1,234.50", "$0.00"),
        ),
        Field(
            name="sales_12_months",
            kind="money",
            aliases=("12 month sales", "12 months sales", "last 12 months sales", "sales last 12 months"),
            examples=("$18,400.00", "$18,400.00", "$960.00"),
        ),
        Field(
            name="last_order",
            kind="day",
            aliases=("last order date", "last ordered"),
            help="When it ordered last; the latest day counts.",
            examples=("2026-01-15", "2026-01-15", "2025-08-02"),
        ),
        Field(
            name="salesperson",
            aliases=("sales rep", "sales representative"),
            help="A customer without one is told: nobody would find it.",
            examples=("Rosa Lind", "Rosa Lind", "Theo Grant"),
        ),
        Field(name="delivery_time", aliases=("delivery times", "delivery window")),
        Field(
            name="special_instructions",
            aliases=("special instrcutions", "instructions", "delivery instructions"),
            examples=("Ring twice", "", ""),
        ),
        Field(
            name="address_line_1",
            aliases=("address", "address 1", "street"),
            examples=("12 Pier Street", "12 Pier Street", "8 Elm Avenue"),
        ),
        Field(name="address_line_2", aliases=("address 2",)),
        Field(name="city", examples=("Baltimore", "Baltimore", "Richmond")),
        Field(
            name="state",
            aliases=("province",),
            help="The territory, too.",
            examples=("MD", "MD", "VA"),
        ),
        Field(name="country", examples=("USA", "USA", "USA")),
        Field(
            name="postal_code",
            kind="identifier",
            aliases=("zip", "zip code", "postcode"),
            examples=("21230", "21230", "23220"),
        ),
        Field(name="full_address"),
        Field(
            name="licence_number",
            kind="identifier",
            aliases=("license number", "licence", "license", "licence no", "license no"),
            examples=("LBD-204", "LBD-204", ""),
        ),
        Field(name="tax_number", kind="identifier", aliases=("tax id", "tax no")),
        Field(
            name="external_id",
            kind="identifier",
            aliases=("customer id", "customer number", "account number", "customer id (sage format)"),
            help="The customer's own id, where the source has one: two ids are two customers, whatever their names.",
        ),
        Field(
            name="payment_terms",
            aliases=("terms",),
            help=f"{', '.join(TERMS)}; what is not known is left out, and told.",
        ),
    ),
)

ITEMS = Contract(
    name="commerce.items",
    title="Commerce: Items",
    noun="item",
    key=("sku",),
    totals=(ControlTotal(name="Total quantity", sum_of="total_quantity"), ControlTotal(name="SKUs", distinct=("sku",))),
    template=(
        *("item", "item_number", "sku", "manufacturer", "supplier", "label_alcohol", "units_per_item", "unit"),
        *("items_per_case", "barcode_bottle", "barcode_case", "moco_item_number", "virginia_abc_code"),
        "warehouse_location",
    ),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            examples=("FRA1023", "ITA2040"),
        ),
        Field(
            name="item",
            required=True,
            aliases=("item name", "product", "product name"),
            examples=("Chablis 2021", "Barbera d'Asti 2020"),
        ),
        Field(name="item_number", kind="identifier", aliases=("item no",), examples=("10231", "20404")),
        Field(name="manufacturer", examples=("Maison Verte", "Cascina Alba")),
        Field(name="supplier", examples=("Maison Verte", "Cascina Alba")),
        Field(name="label_alcohol", examples=("12.5%", "14%")),
        Field(name="units_per_item", kind="decimal", examples=("1", "1")),
        Field(name="unit", examples=("750ml", "750ml")),
        Field(name="items_per_case", kind="decimal", aliases=("bottles per case",), examples=("12", "6")),
        Field(
            name="barcode_bottle",
            kind="identifier",
            aliases=("barcode (bottle)", "bottle barcode"),
            help="What stands beside it in brackets is kept apart; one that a spreadsheet has rounded is left out.",
            examples=("0850012345017 (On Bottle)", "0850012345024"),
        ),
        Field(
            name="barcode_case",
            kind="identifier",
            aliases=("barcode (case)", "case barcode"),
            examples=("10850012345014 (On Case)", "10850012345021"),
        ),
        Field(
            name="total_quantity",
            kind="decimal",
            aliases=("quantity",),
            help="What is there of it: compared with the file's own total, and no part of the item.",
        ),
        Field(name="moco_item_number", kind="identifier"),
        Field(name="virginia_abc_code", kind="identifier", examples=("", "64411")),
        Field(name="warehouse_location", aliases=("shelf",), examples=("A1-R2-S3", "")),
    ),
)

PRICE_LISTS = {
    "frontline_price": "Frontline WCB",
    "discount_price": "Discount WCB",
    "by_the_glass_price": "BTG- On Premise Only",
    "special_price": "Special Pricing 1",
}
"""The price list that each column of prices is."""

PRICE_LIST = Contract(
    name="commerce.price_list",
    title="Commerce: Price list",
    noun="item",
    key=("sku",),
    totals=(ControlTotal(name="SKUs", distinct=("sku",)),),
    template=("origin", "region", "supplier", "item", "unit", "sku", *PRICE_LISTS, "terms"),
    fields=(
        Field(
            name="sku",
            kind="sku",
            required=True,
            aliases=("sku code", "product code"),
            help="Has to be known; a price makes no item.",
            examples=("FRA1023", "ITA2040"),
        ),
        Field(
            name="item", aliases=("item name", "product", "product name"), examples=("Chablis 2021", "Barbera d'Asti")
        ),
        Field(name="origin", examples=("France", "Italy")),
        Field(name="region", examples=("Chablis", "Piedmont")),
        Field(name="supplier", examples=("Maison Verte", "Cascina Alba")),
        Field(name="unit", examples=("750ml", "750ml")),
        Field(
            name="frontline_price",
            required=True,
            aliases=("frontline wcb price", "frontline"),
            help="The first amount of the text counts. An item without any price is told.",
            examples=("$14.50", "$11.00 / btl"),
        ),
        Field(name="discount_price", aliases=("discount wcb price", "discount"), examples=("$12.95", "")),
        Field(name="by_the_glass_price", aliases=("btg- on premise only", "btg"), examples=("", "$10.25")),
        Field(name="special_price", aliases=("special pricing 1", "special pricing")),
        Field(name="terms", examples=("", "5 case mix")),
    ),
)

FORMS = (CUSTOMERS, ITEMS, PRICE_LIST)
