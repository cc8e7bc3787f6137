"""Which customers get another salesperson (seed 002): a list of a seller's own, without a table."""

from workbench.model.contract import Contract, Field
from workbench.model.derivation import FirstOf

REASSIGNMENTS = Contract(
    name="commerce.customer_reassignments",
    title="Commerce: Customer Reassignment",
    noun="customer",
    key=("customer",),
    modes=("update",),
    template=("customer", "new_salesperson", "reason"),
    fields=(
        Field(
            name="customer",
            required=True,
            aliases=("customer id", "customer number", "company id"),
            derive=FirstOf(fields=("account_number", "customer_name")),
            max_length=300,
            help="The customer's id, or its name where that is one customer's.",
            examples=("Harbor Wine Bar", "Blue Door Bistro"),
        ),
        Field(
            name="account_number",
            aliases=("account no", "account"),
            help="The same, where a list calls it so; beside the id it has to mean the same customer.",
        ),
        Field(name="customer_name", aliases=("company", "company name", "account name"), help="Where there is no id."),
        Field(
            name="new_salesperson",
            kind="name",
            required=True,
            aliases=(
                *("new sales rep", "new sales representative", "new owner", "reassign to", "assign to", "assigned to"),
                *("salesperson", "sales rep"),
            ),
            max_length=200,
            help="Who looks after the customer from now on; for all of a list with --set new_salesperson=NAME.",
            examples=("Theo Grant", "Rosa Lind"),
        ),
        Field(name="reason", aliases=("note", "comment"), help="Kept with the row.", examples=("Moved north", "")),
    ),
)

FORMS = (REASSIGNMENTS,)
