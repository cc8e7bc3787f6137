"""Orders and invoices, their lines, and the sales report that brings both.

An invoice is told apart by its number in its tenant, a line by its invoice and its place in it. A file has a row for
each line, and every row says the invoice's own data again. Days are days, in no time zone. Quantities and prices below
zero are returns. What an order's and an invoice's status is, and of which class an order is, the database computes of
what the file says.
"""

from dataclasses import replace

from workbench.datasets.commerce.companies import COMPANY
from workbench.datasets.commerce.products import SKU
from workbench.model.contract import Contract, Equal, Field, Sums
from workbench.model.control_total import ControlTotal
from workbench.model.derivation import ProductOf
from workbench.model.reference import Reference

_NUMBER = ("invoice number", "invoice no", "invoice no.", "invoice #", "invoice id", "order number", "order no")
_SHIPPING = {
    "shipping_address_line_1": ("billing address", "ship to address", "address"),
    "shipping_address_line_2": (),
    "shipping_address_city": ("shipping city", "billing city"),
    "shipping_address_province": ("shipping address state", "shipping state", "billing state"),
    "shipping_address_country": ("shipping country", "billing country"),
    "shipping_address_postal_code": ("shipping address zip", "shipping postal code", "billing postal code"),
}
WITHIN = "0.01"
"""So far the total that a file says may be from the sum of its lines."""

HEADERS = Contract(
    name="commerce.invoice_headers",
    title="Commerce: Invoices",
    noun="invoice",
    table="invoices",
    key=("number",),
    template=("number", "invoice_date", "company", "status", "due_date", "purchase_order", "salesperson", "total"),
    totals=(ControlTotal(name="Total", sum_of="total"), ControlTotal(name="Invoices", distinct=("number",))),
    sums=Sums(
        of="commerce.invoice_lines",
        total="total",
        amount="net_price",
        within=WITHIN,
        told="the net prices of its lines",
    ),
    computed=(
        (
            "order_status",
            "text",
            "case when lower(status) in ('delivered', 'completed') then 'FULFILLED' "
            "when lower(status) in ('cancelled', 'canceled') then 'CANCELLED' "
            "when lower(status) = 'partially fulfilled' then 'PARTIALLY_FULFILLED' else 'SUBMITTED' end",
        ),
        (
            "invoice_status",
            "text",
            "case when lower(status) in ('delivered', 'completed') then 'PAID' "
            "when lower(status) in ('cancelled', 'canceled') then 'VOID' else 'SENT' end",
        ),
        (
            "order_class",
            "text",
            "case when starts_with(company_lookup, 'rio-') then 'STORAGE' "
            "when strpos(company_lookup, 'sample') > 0 or lines_priced = 0 then 'SAMPLE' else 'STANDARD' end",
        ),
    ),
    fields=(
        Field(
            name="number",
            kind="identifier",
            required=True,
            aliases=_NUMBER,
            max_length=100,
            help="What tells two invoices of a tenant apart.",
            examples=("10001", "10002"),
        ),
        Field(
            name="invoice_date",
            kind="day",
            required=True,
            aliases=("date", "order date"),
            merge="first",
            help="A day, in no time zone.",
            examples=("2026-01-15", "2026-01-16"),
        ),
        Field(name="posted_date", kind="day", aliases=("posted",), merge="first"),
        Field(
            name="due_date",
            kind="day",
            aliases=("due",),
            merge="first",
            help="Where it is blank, as the terms of payment say, those of the invoice or else of the customer.",
            examples=("2026-02-14", ""),
        ),
        Field(
            name="purchase_order",
            aliases=("purchase order number", "po", "po number"),
            merge="first",
            max_length=200,
            examples=("77012", ""),
        ),
        Field(
            name="delivery_window", merge="first", max_length=100, help="Its start and its end, e.g. 9:00am - 11:00am."
        ),
        Field(
            name="special_instructions",
            aliases=("special instrcutions", "instructions"),
            merge="first",
            max_length=2000,
        ),
        Field(
            name="status",
            merge="first",
            max_length=100,
            help="Delivered or Completed is fulfilled and paid, Cancelled is void, any other is sent.",
            examples=("Delivered", "Delivered"),
        ),
        *(replace(field, merge="first") for field in COMPANY),
        Field(
            name="salesperson",
            aliases=("sales rep", "sales representative"),
            merge="first",
            max_length=200,
            examples=("Rosa Lind", ""),
        ),
        *(Field(name=name, aliases=aliases, merge="first", max_length=300) for name, aliases in _SHIPPING.items()),
        Field(name="payment_terms", aliases=("terms",), merge="first", max_length=100),
        Field(
            name="total",
            kind="amount",
            aliases=("invoice total", "order total", "total amount"),
            merge="sum",
            help="The sum of the net prices of its lines.",
            examples=("480.00", "-12.50"),
        ),
        Field(
            name="stated_total",
            kind="amount",
            merge="first",
            equal=Equal(field="total", within=WITHIN, told="the net prices of its lines come to"),
            help=f"What the file itself says of the total: within {WITHIN} of it, else the invoice is held.",
        ),
        Field(
            name="lines_priced",
            called="number of lines with a price",
            kind="integer",
            merge="sum",
            help="How many of its lines have a price.",
        ),
    ),
)

LINES = Contract(
    name="commerce.invoice_lines",
    title="Commerce: Invoice lines",
    noun="invoice line",
    table="invoice_lines",
    key=("invoice", "line"),
    part_of="invoice",
    template=("invoice", "line", "sku", "item", "quantity", "cases", "unit_price", "net_price"),
    totals=(ControlTotal(name="Net price", sum_of="net_price"), ControlTotal(name="Invoices", distinct=("invoice",))),
    computed=(("amount", "numeric", "coalesce(net_price, quantity * unit_price)"),),
    fields=(
        Field(
            name="invoice",
            kind="identifier",
            required=True,
            aliases=_NUMBER,
            reference=Reference(
                dataset="commerce.invoice_headers", field="number", column="invoice_id", noun="invoice", waits=True
            ),
            max_length=100,
            help="The number of its invoice.",
            examples=("10001", "10002"),
        ),
        Field(
            name="line",
            kind="integer",
            required=True,
            aliases=("line number", "line no", "invoice line id", "line id"),
            help="Which of the invoice's lines it is.",
            examples=("1", "1"),
        ),
        Field(
            name="sku",
            kind="sku",
            aliases=("sku code", "product code"),
            reference=replace(SKU, called=("name", "item")),
            max_length=100,
            examples=("FRA1023", "ITA2040"),
        ),
        Field(name="item_number", kind="lookup", aliases=("item no", "product id", "track id"), max_length=200),
        Field(
            name="item",
            aliases=("item name", "product"),
            max_length=500,
            examples=("Chablis 2021", "Barbera d'Asti 2020"),
        ),
        Field(name="supplier", max_length=300),
        Field(
            name="quantity",
            kind="decimal",
            aliases=("qty", "qty.", "units"),
            help="As it is, below zero for what came back.",
            examples=("24", "-1"),
        ),
        Field(name="cases", kind="decimal", examples=("2", "")),
        Field(name="liters", kind="decimal", aliases=("litres",)),
        Field(name="unit_price", kind="amount", aliases=("price",), examples=("20.00", "12.50")),
        Field(
            name="net_price",
            kind="amount",
            aliases=("net amount", "line total", "net"),
            derive=ProductOf(field="quantity", by="unit_price"),
            help="Where it is blank, the quantity times the unit price counts.",
            examples=("480.00", "-12.50"),
        ),
    ),
)

_TERMS_HELP = "Net 30 Days, C.O.D. and the like: a blank due date is counted by them."

INVOICES = Contract(
    name="commerce.invoices",
    title="Commerce: Invoices with their lines",
    noun="invoice line",
    key=("invoice_number",),
    goes="together",
    totals=(
        ControlTotal(name="Net price", sum_of="net_price"),
        ControlTotal(name="Quantity", sum_of="quantity"),
        ControlTotal(name="Invoices", distinct=("invoice_number",)),
    ),
    fields=(
        Field(
            name="invoice_number",
            kind="identifier",
            required=True,
            aliases=_NUMBER,
            help="Rows with one number are the lines of one invoice.",
            examples=("10001", "10001", "10002"),
        ),
        Field(
            name="invoice_date",
            kind="day",
            required=True,
            aliases=("date", "order date"),
            examples=("2026-01-15", "2026-01-15", "2026-01-16"),
        ),
        Field(name="posted_date", kind="day"),
        Field(name="due_date", kind="day", examples=("2026-02-14", "", "")),
        Field(
            name="purchase_order_number", aliases=("po", "po number", "purchase order"), examples=("77012", "77012", "")
        ),
        Field(name="delivery_start_time", examples=("9:00am", "9:00am", "")),
        Field(name="delivery_end_time", examples=("11:00am", "11:00am", "")),
        Field(name="special_instructions", aliases=("special instrcutions", "instructions")),
        Field(name="status", examples=("Delivered", "Delivered", "Delivered")),
        Field(
            name="customer",
            kind="identifier",
            required=True,
            aliases=("customer name", "customer id", "company", "company name", "account name"),
            help="The customer's whole name, whatever its case, or its id: one that is not known holds the invoice.",
            examples=("C-1001", "C-1001", "Blue Door Bistro"),
        ),
        Field(name="salesperson", aliases=("sales rep", "sales representative"), examples=("Rosa Lind", "", "")),
        *(
            Field(name=name, kind="identifier" if name.endswith("code") else "text", aliases=aliases)
            for name, aliases in _SHIPPING.items()
        ),
        Field(name="item_number", kind="identifier", aliases=("item no", "product id", "track id")),
        Field(
            name="sku",
            kind="sku",
            aliases=("sku code", "product code"),
            help="One that is not known holds the invoice.",
            examples=("FRA1023", "ITA2040", "ITA2040"),
        ),
        Field(
            name="item",
            aliases=("item name", "product"),
            examples=("Chablis 2021", "Barbera d'Asti 2020", "Barbera d'Asti 2020"),
        ),
        Field(name="supplier"),
        Field(name="quantity", kind="decimal", aliases=("qty", "qty.", "units"), examples=("24", "1", "-1")),
        Field(name="cases", kind="decimal", examples=("2", "", "")),
        Field(name="liters", kind="decimal", aliases=("litres",)),
        Field(name="unit_price", kind="amount", aliases=("price",), examples=("20.00", "12.50", "12.50")),
        Field(
            name="net_price",
            kind="amount",
            aliases=("net amount", "line total", "net"),
            help="Quantity times unit price where it is blank.",
            examples=("480.00", "12.50", "-12.50"),
        ),
        Field(
            name="line",
            kind="integer",
            aliases=("line number", "line no", "invoice line id", "line id"),
            help="Which of the invoice's lines it is; they are counted where no column says it.",
        ),
        Field(
            name="invoice_total",
            kind="amount",
            aliases=("total", "order total", "total amount"),
            help=f"The whole invoice's, on each of its rows: within {WITHIN} of the sum of its lines, else it is held.",
        ),
        Field(name="payment_terms", aliases=("terms",), help=_TERMS_HELP),
        Field(
            name="start_date",
            kind="day",
            setting="Only invoices from {}",
            filters="invoice_date",
            help="The first day of the invoices that are imported: --set start_date=2026-01-01.",
        ),
        Field(
            name="end_date",
            kind="day",
            setting="Only invoices until {}",
            filters="invoice_date",
            help="The last day of the invoices that are imported, itself among them.",
        ),
    ),
)

CONTRACTS = (HEADERS, LINES)
