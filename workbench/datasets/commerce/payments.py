"""What was paid for which invoice (seed 002). An amount below zero is a refund; a payment may come before its
invoice, and waits for it."""

from workbench.model.contract import Contract, Field, Settles
from workbench.model.control_total import ControlTotal
from workbench.model.reference import Reference

PAYMENTS = Contract(
    name="commerce.payments",
    title="Commerce: Payments",
    noun="payment",
    table="payments",
    key=("payment_number",),
    totals=(ControlTotal(name="Amount", sum_of="amount"), ControlTotal(name="Payments", distinct=("payment_number",))),
    template=("payment_number", "invoice_number", "payment_date", "amount", "method", "reference"),
    fields=(
        Field(
            name="payment_number",
            kind="identifier",
            required=True,
            aliases=("payment id", "payment no", "payment #", "external id", "transaction id", "transaction number"),
            max_length=200,
            help="The payment's number or id in the system the data comes from.",
            examples=("P-501", "P-502"),
        ),
        Field(
            name="invoice_number",
            kind="identifier",
            required=True,
            aliases=("invoice", "invoice no", "invoice #", "invoice id", "order number"),
            reference=Reference(
                dataset="commerce.invoice_headers",
                field="number",
                column="invoice_id",
                noun="invoice",
                waits=True,
            ),
            examples=("10001", "10001"),
        ),
        Field(
            name="payment_date",
            kind="day",
            aliases=("date", "paid on", "date paid", "paid date"),
            help="When it was paid, or is to be.",
            examples=("2026-01-20", "2026-02-03"),
        ),
        Field(
            name="amount",
            kind="money",
            required=True,
            aliases=("payment amount", "amount paid", "paid"),
            help="Exact; below zero it is a refund.",
            examples=("$100.00", "-20.00"),
        ),
        Field(
            name="method",
            aliases=("payment method", "payment type"),
            max_length=100,
            examples=("Check", "Card"),
        ),
        Field(
            name="reference",
            aliases=("check number", "payment reference", "memo"),
            max_length=300,
            examples=("1042", "Corked bottle"),
        ),
    ),
    rules=(Settles(reference="invoice_number", amount="amount", total="total"),),
)

CONTRACTS = (PAYMENTS,)
