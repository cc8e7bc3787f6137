"""Customers: the companies that buy, and their people.

In the running system a company's own id is unique in a tenant and its name is not. So a company is told apart by its
id, where a source has one, and else by its name as it is looked up: without regard to case. Two companies of one name
with ids of their own are two, and whoever names them by that name alone names neither. What says whom it means by a
name or an id has the fields `COMPANY`.
"""

from dataclasses import replace

from workbench.model.classification import Classification, Since
from workbench.model.contract import Contract, Field, FirstKnown
from workbench.model.derivation import FirstOf, Joined, SameAs
from workbench.model.reference import Reference, Sought

TERMS = (
    "C.O.D.",
    "Net 30 Days",
    "Net 32 Days",
    "Net 45 Days",
    "Net 15th of Next Month",
    "Net 30th of Next Month",
)
"""The terms of payment that are known."""

UNKNOWN_TERRITORY = "Unknown"


def first_counts(*fields: Field) -> tuple[Field, ...]:
    """Fields of which the first row counts that says something, of several of one record; the others are told."""
    return tuple(replace(field, merge="first") if field.merge == "replace" else field for field in fields)


CLASSES = Classification(
    title="Customers by last order",
    day="last_order",
    also=(Since(dataset="commerce.invoice_headers", of="company_id", day="invoice_date"),),
    classes=(("Active", 180), ("Target", 365)),
    otherwise="Prospect",
    said=("on_hold", "Hold"),
)
"""An invoice counts as an order as soon as it is there."""

COMPANIES = Contract(
    name="commerce.companies",
    title="Commerce: Customers",
    noun="customer",
    table="companies",
    key=("key",),
    classification=CLASSES,
    template=(
        *("external_id", "name", "phone", "billing_email", "website", "balance", "sales_12_months", "last_order"),
        *("salesperson", "address_line_1", "city", "state", "country", "postal_code", "payment_terms", "on_hold"),
    ),
    fields=(
        Field(
            name="key",
            required=True,
            derive=FirstOf(fields=("external_id", "lookup_name")),
            max_length=300,
            help="What tells two customers apart: the id, else the name as it is looked up.",
        ),
        *first_counts(
            Field(
                name="external_id",
                kind="identifier",
                aliases=("customer id", "customer number", "account number", "company id"),
                max_length=200,
                help="The customer's id in the system the data comes from.",
                examples=("C-1001", ""),
            ),
            Field(
                name="name",
                kind="name",
                required=True,
                aliases=("company", "company name", "customer", "customer name", "account name"),
                max_length=300,
                examples=("Harbor Wine Bar", "Blue Door Bistro"),
            ),
            Field(
                name="lookup_name",
                called="name in lower case",
                kind="lookup",
                required=True,
                derive=SameAs(field="name"),
                help="The name without regard to case, which invoices find the customer by.",
            ),
            Field(name="phone", aliases=("phone number", "telephone"), max_length=60, examples=("410-555-0142", "")),
            Field(
                name="billing_email",
                aliases=("billing e-mail",),
                max_length=300,
                examples=("pay@harbor.example", "books@bluedoor.example"),
            ),
            Field(name="website", aliases=("web site", "url"), max_length=300, examples=("harbor.example", "")),
            Field(name="balance", kind="money", aliases=("open balance",), examples=("$1,234.50", "0.00")),
            Field(
                name="sales_12_months",
                kind="money",
                aliases=(
                    "12 month sales",
                    "12-month sales",
                    "12 months sales",
                    "sales 12 months",
                    "last 12 months sales",
                ),
                examples=("18,400.00", "960.00"),
            ),
            Field(
                name="last_order",
                kind="day",
                aliases=("last order date", "last ordered"),
                merge="greatest",
                help="When it ordered last, as its own file says; invoices count beside it.",
                examples=("2026-01-15", "2025-08-02"),
            ),
            Field(
                name="salesperson",
                aliases=("sales rep", "sales representative"),
                max_length=200,
                examples=("Rosa Lind", "Rosa Lind"),
            ),
            Field(name="delivery_time", aliases=("delivery window", "delivery times"), max_length=200),
            Field(
                name="special_instructions",
                aliases=("special instrcutions", "instructions", "delivery instructions"),
                max_length=2000,
            ),
            Field(
                name="address_line_1",
                aliases=("address", "address 1", "street"),
                max_length=300,
                examples=("12 Pier Street", "8 Elm Avenue"),
            ),
            Field(name="address_line_2", aliases=("address 2",), max_length=300),
            Field(name="city", max_length=200, examples=("Baltimore", "Richmond")),
            Field(name="state", aliases=("province", "region"), max_length=100, examples=("MD", "VA")),
            Field(name="country", max_length=100, examples=("USA", "USA")),
            Field(
                name="postal_code",
                aliases=("zip", "zip code", "postcode"),
                max_length=40,
                examples=("21230", "23220"),
            ),
            Field(name="full_address", max_length=1000),
            Field(
                name="territory",
                aliases=("sales territory",),
                derive=FirstOf(fields=("state",)),
                default=UNKNOWN_TERRITORY,
                max_length=100,
                help=f"The state, {UNKNOWN_TERRITORY} where there is none.",
            ),
            Field(
                name="licence_number",
                kind="identifier",
                aliases=("license number", "licence", "license"),
                max_length=100,
            ),
            Field(name="tax_number", aliases=("tax id",), max_length=100),
            Field(
                name="payment_terms",
                kind="choice",
                aliases=("terms",),
                choices=TERMS,
                help="When it has to pay.",
                examples=("Net 30 Days", "C.O.D."),
            ),
            Field(
                name="on_hold",
                kind="boolean",
                aliases=("hold",),
                default="false",
                help="Whether a person has put it on hold, whatever it orders.",
                examples=("false", "false"),
            ),
        ),
    ),
)

CUSTOMER = Reference(
    dataset="commerce.companies",
    field="key",
    column="company_id",
    noun="customer",
    by=(
        Sought(field="key", said="company"),
        Sought(field="external_id", said="company"),
        Sought(field="lookup_name", said="company_lookup"),
    ),
    waits=True,
)
"""Which customer is meant by what `company` says, its id or key, and else by its name, `company_lookup`."""

COMPANY = (
    Field(
        name="company",
        kind="identifier",
        required=True,
        aliases=("customer", "customer name", "company name", "account name", "customer id"),
        reference=CUSTOMER,
        max_length=300,
        help="The customer's id or name.",
        examples=("C-1001", "Blue Door Bistro"),
    ),
    Field(
        name="company_lookup",
        called="customer in lower case",
        kind="lookup",
        derive=SameAs(field="company"),
        help="The same without regard to case, as names are looked up.",
    ),
)
"""The fields of a record that is a customer's."""

CONTACTS = Contract(
    name="commerce.contacts",
    title="Commerce: Contacts",
    noun="contact",
    table="contacts",
    key=("company", "contact"),
    template=("company", "salutation", "first_name", "last_name", "email", "phone", "title"),
    fields=(
        *COMPANY,
        Field(
            name="contact",
            required=True,
            derive=FirstOf(fields=("email", "lookup_name")),
            first_known=FirstKnown(id="email", name="name"),
            max_length=300,
            help="What tells two people of a customer apart: the e-mail, else the name, also once there is an e-mail.",
        ),
        *first_counts(
            Field(
                name="email",
                kind="email",
                aliases=("e-mail", "email address", "contact email"),
                examples=("ida@harbor.example", "sam@bluedoor.example"),
            ),
            Field(
                name="name",
                kind="name",
                aliases=("contact name", "full name"),
                derive=Joined(fields=("first_name", "last_name")),
                max_length=300,
                help="Either this, or first_name and last_name.",
            ),
            Field(
                name="lookup_name",
                called="name in lower case",
                kind="lookup",
                stored=False,
                derive=SameAs(field="name"),
                help="The name without regard to case.",
            ),
            Field(
                name="first_name", kind="name", aliases=("first", "given name"), max_length=200, examples=("Ida", "Sam")
            ),
            Field(
                name="last_name", kind="name", aliases=("last", "surname"), max_length=200, examples=("Moss", "Okoro")
            ),
            Field(name="salutation", aliases=("prefix",), max_length=60, examples=("Ms.", "")),
            Field(
                name="phone",
                aliases=("phone number", "telephone", "mobile"),
                max_length=60,
                examples=("410-555-0143", "804-555-0119"),
            ),
            Field(name="title", aliases=("job title", "position"), max_length=200, examples=("Buyer", "Owner")),
        ),
    ),
)

CONTRACTS = (COMPANIES, CONTACTS)
