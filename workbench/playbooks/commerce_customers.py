"""Customers and their contacts (seed 002): the export that has a row for each contact.

All rows of one company are one customer, and each of their people a contact: none is lost. A company's id says which it
is, where the source has ids; else its name does, without regard to case: of a known customer, whatever its id, that is
alone in it. A row that has an id and no company is of a person who buys: the customer is called as she is. What the
rows of one company say differently of it is told, and the first of them counts. Within a company a person is known by
the e-mail; by the name where there is none, or where several people share one.
"""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce import companies
from workbench.datasets.commerce.exports import CUSTOMERS as FORM
from workbench.model.arrays import joined, matches, only
from workbench.model.figure import Breakdown, Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.playbooks.commerce_rows import Rows, something
from workbench.prepare.shaping import in_order, issues, meant, of_series, series

TERMS = {
    **{terms.lower(): terms for terms in companies.TERMS},
    **dict.fromkeys(("cod", "c.o.d", "cash on delivery"), "C.O.D."),
    **{f"net {days}": f"Net {days} Days" for days in (30, 32, 45)},
    **{f"net{days}": f"Net {days} Days" for days in (30, 32, 45)},
    **{f"net {days} day": f"Net {days} Days" for days in (30, 32, 45)},
}
"""Which terms of payment a text means, in lower case."""
_UNKNOWN = "' are no terms of payment that are known, and are left out"
_NO_EMAIL = "' is no e-mail address, and is left out"
_SEVERAL = "Several customers are called so, and this row has no id that says which is meant"
_NO_SALESPERSON = "No salesperson: the customer is nobody's"


class CustomerRows(Rows):
    """The rows of a chunk of the export, with the customer and the contact of each."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns)
        self._known = known
        called = trimmed(joined(pc.fill_null(self["first_name"], ""), " ", pc.fill_null(self["last_name"], "")))
        self._texts["company"] = pc.coalesce(self["company"], only(called, pc.is_valid(self["external_id"])))
        self.email = KINDS["email"].parse(self["email"])
        self.usable = only(self.email, matches(self.email, KINDS["email"].pattern))
        self.terms = meant(self["payment_terms"], TERMS)
        self.person = something(self["first_name"], self["last_name"], self.usable)
        """Which rows have a contact; the phone of others is the company's."""

    # -- which customer --

    @cached_property
    def _stored(self) -> pd.DataFrame:
        """The customers that there are: key, id, name as it is looked up."""
        stored = self._known.stored
        columns = {name: series(_none if stored is None else stored[name].combine_chunks()) for name in _KNOWN.fields}
        return pd.DataFrame(columns, dtype="str")

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The id and the name of each row's customer, and the key of the stored one that is alone in that name."""
        names = series(KINDS["lookup"].parse(self["company"]))
        counted = self._stored.groupby("lookup_name")["key"].agg(["first", "size"])
        rows = pd.DataFrame({"id": series(self["external_id"]), "name": names}, dtype="str")
        rows["alone"] = names.map(counted[counted["size"] == 1]["first"]).astype("str")
        rows["several"] = names.map(counted["size"]).gt(1) & rows["id"].isna()
        return rows

    @property
    def ambiguous(self) -> pd.Series:
        """Which rows name a customer by a name alone that several have."""
        return self._rows["several"]

    @cached_property
    def key(self) -> pa.StringArray:
        """The key of each row's customer; null where nothing says which it is."""
        rows = self._rows
        with_id = self._of_id(rows)
        own = with_id.groupby(rows["name"]).agg(["first", "nunique"])
        without = rows["alone"].fillna(rows["name"].map(own[own["nunique"] == 1]["first"]).astype("str"))
        return of_series(with_id.fillna(without).fillna(rows["name"]).mask(rows["several"] | rows["name"].isna()))

    def _of_id(self, rows: pd.DataFrame) -> pd.Series:
        """The key of each row's customer that has an id: the one that is stored under it, else the only one of its name
        if that has no id yet and no other one of the source has taken it, else a new one's."""
        known = self._stored.dropna(subset=["external_id"]).set_index("external_id")["key"]
        stored = rows["id"].map(known).astype("str")
        free = rows["alone"].where(~rows["alone"].isin(known) & rows["id"].notna() & stored.isna())
        taken = self._known.taken
        asked = pd.DataFrame({"key": free, "id": rows["id"]}).dropna().drop_duplicates("key")
        taken |= {key: id_ for key, id_ in zip(asked["key"], asked["id"], strict=True) if key not in taken}
        return stored.fillna(free.where(free.map(taken) == rows["id"])).fillna(rows["id"])

    # -- parts --

    def companies(self) -> Shaped:
        """The customer of each row; what is left of the columns that are a contact's is none of it."""
        cells = self.taken(_COMPANIES.columns) | {"key": self.key}
        if "phone" in self:
            cells["phone"] = only(self["phone"], pc.invert(self.person))
        if "payment_terms" in self:
            cells["payment_terms"] = self.terms
        return self.part(pc.is_valid(self.key), cells)

    def contacts(self) -> Shaped:
        """The people of the customers."""
        cells = self.taken(_CONTACTS.columns) | {"company": self.key, "email": self.usable}
        cells["contact"] = only(self._name, self._shared)
        return self.part(pc.and_(self.person, pc.is_valid(self.key)), cells)

    @cached_property
    def _name(self) -> pa.StringArray:
        """What each contact is called, as it is looked up."""
        names = [pc.fill_null(self[name], "") for name in ("first_name", "last_name")]
        return KINDS["lookup"].parse(joined(names[0], " ", names[1]))

    @property
    def _shared(self) -> pa.BooleanArray:
        """Which rows have an e-mail that several people of their customer share: it tells none of them apart."""
        rows = pd.DataFrame({"of": series(self.key), "email": series(self.usable), "name": series(self._name)})
        rows["people"] = rows.groupby(["of", "email"])["name"].transform("nunique")
        return pa.array(rows["people"].gt(1) & rows["name"].notna())

    # -- what is told --

    def odd(self) -> pa.Table:
        """What is wrong or odd about rows that no part can tell."""
        bad = pc.and_(pc.is_valid(self.email), pc.is_null(self.usable))
        unknown = pc.and_(pc.is_valid(self["payment_terms"]), pc.is_null(self.terms))
        return in_order(
            issues(pc.is_null(self["company"]), "missing", "company", "company is required"),
            issues(self.ambiguous, "ambiguous_customer", "company", _SEVERAL),
            issues(bad, KINDS["email"].code, "email", joined("'", self["email"], _NO_EMAIL), "warning"),
            issues(unknown, "unknown_terms", "payment_terms", joined("'", self["payment_terms"], _UNKNOWN), "warning"),
            *(
                [issues(self._of_nobody, "no_salesperson", "salesperson", _NO_SALESPERSON, "warning")]
                if "salesperson" in self
                else []
            ),
        )

    @property
    def _of_nobody(self) -> pa.BooleanArray:
        """The first row of each customer for whom none of these rows has a salesperson: customers are counted so, and
        not the rows that they have."""
        rows = pd.DataFrame({"of": series(pc.coalesce(self.key, self["company"])), "who": series(self["salesperson"])})
        nobody = rows.groupby("of")["who"].transform("count").eq(0)
        return pa.array(nobody & rows["of"].notna() & ~rows["of"].duplicated())


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The customers and the contacts that rows are made into."""
    rows = CustomerRows(columns, known)
    return {"commerce.companies": rows.companies(), "commerce.contacts": rows.contacts()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong or odd about rows that no part can tell."""
    return CustomerRows(columns, known).odd()


_none = pa.array([], pa.string())
_KNOWN = Recall(dataset="commerce.companies", fields=("key", "external_id", "lookup_name"))
_COMPANIES = Part(
    dataset="commerce.companies",
    columns={
        "name": "company",
        **{
            name: name
            for name in (
                *("external_id", "billing_email", "website", "balance", "sales_12_months", "last_order"),
                *("salesperson", "delivery_time", "special_instructions", "address_line_1", "address_line_2", "city"),
                *("state", "country", "postal_code", "full_address", "licence_number", "tax_number", "phone"),
                "payment_terms",
            )
        },
    },
    made=("key",),
    repeats=True,
)
_CONTACTS = Part(
    dataset="commerce.contacts",
    columns={
        **{name: name for name in ("first_name", "last_name", "salutation", "email", "phone")},
        "company": "company",
    },
    made=("contact",),
    repeats=True,
)

CUSTOMERS = Playbook(
    name=FORM.name,
    title=FORM.title,
    about="The export of customers, a row for each contact: customers and their contacts.",
    form=FORM,
    parts=(_COMPANIES, _CONTACTS),
    shape=shape,
    recall=_KNOWN,
    check=check,
    figures=(
        Figure(name="Customers created", part="commerce.companies", outcomes=("created",)),
        Figure(name="Customers updated", part="commerce.companies", outcomes=("updated",)),
        Figure(name="Contacts created", part="commerce.contacts", outcomes=("created",)),
        Figure(name="Contacts updated", part="commerce.contacts", outcomes=("updated",)),
        Figure(name="Warnings", severity="warning"),
    ),
    breakdowns=(Breakdown(name=companies.CLASSES.title, part="commerce.companies"),),
)
