"""Stub until the invoices are there."""

from workbench.model.contract import Contract, Field

HEADERS = Contract(
    name="commerce.invoice_headers",
    title="Commerce: Invoices",
    noun="invoice",
    table="invoices",
    key=("number",),
    fields=(
        Field(
            name="number", kind="identifier", required=True, aliases=("invoice number",), examples=("10001", "10002")
        ),
        Field(name="total", kind="money", examples=("480.00", "-12.50")),
    ),
)
CONTRACTS = (HEADERS,)
FORMS = ()
