"""Customers that get another salesperson (seed 002): known ones, found by id or by a name that one alone has."""

from collections.abc import Mapping
from functools import cached_property

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce.reassignments import REASSIGNMENTS as FORM
from workbench.model.arrays import joined
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks.commerce_rows import Rows
from workbench.prepare.shaping import in_order, issues, of_series, series

SEVERAL = "Several customers are called so: say the id of the one that is meant"
UNLIKE = "The customer and the account number are two customers'"


class _Reassigned(Rows):
    """The rows of a chunk: which customer each means, and whom it gets."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        super().__init__(columns)
        stored = known.stored
        nothing = pa.array([], pa.string())
        self._stored = pd.DataFrame(
            {name: series(nothing if stored is None else stored[name].combine_chunks()) for name in (*_KNOWN.fields,)},
            dtype="str",
        )

    @cached_property
    def _by_name(self) -> pd.DataFrame:
        """The customers of each name: the first key, and how many there are."""
        return self._stored.groupby("lookup_name")["key"].agg(["first", "size"])

    def _found(self, texts: pa.StringArray) -> pd.Series:
        """The keys of the known customers that texts mean: by key, id, or a name that is one's alone."""
        said, called = series(texts), series(KINDS["lookup"].parse(texts))
        names = self._by_name[self._by_name["size"] == 1]["first"]
        keys = self._stored.drop_duplicates("key").set_index("key", drop=False)["key"]
        ids = self._stored.dropna(subset=["external_id"]).drop_duplicates("external_id").set_index("external_id")["key"]
        found = said.map(keys).astype("str")
        for known, by in ((ids, said), (names, called)):
            found = found.fillna(by.map(known).astype("str"))
        return found

    @cached_property
    def said(self) -> pa.StringArray:
        """What each row calls its customer."""
        return pc.coalesce(self["customer"], self["account_number"], self["customer_name"])

    @cached_property
    def key(self) -> pa.StringArray:
        """The key of each row's customer; of one that is not known what the row calls it."""
        found = self._found(self["customer"])
        for name in ("account_number", "customer_name"):
            found = found.fillna(self._found(self[name]))
        return of_series(found.fillna(series(self.said)))

    @property
    def several(self) -> pa.BooleanArray:
        """Which rows mean a customer by a name alone that several have."""
        names = series(KINDS["lookup"].parse(self.said)).map(self._by_name["size"]).gt(1)
        unknown = ~series(self.key).isin(self._stored["key"])
        return pa.array(names & unknown)

    @property
    def unlike(self) -> pa.BooleanArray:
        """Which rows have an id and an account number of two customers."""
        one, other = self._found(self["customer"]), self._found(self["account_number"])
        return pa.array(one.notna() & other.notna() & (one != other))

    def shaped(self) -> Shaped:
        cells = {"key": self.key, "salesperson": self["new_salesperson"]}
        named = pc.and_not(pc.is_valid(self.said), pc.or_(self.several, self.unlike))
        return self.part(named, cells, alike=False)

    def odd(self) -> pa.Table:
        """What is wrong with rows that the customer cannot tell."""
        nobody = pc.and_(pc.is_null(self["new_salesperson"]), pc.is_valid(self.said))
        return in_order(
            issues(pc.is_null(self.said), "missing", "customer", "customer is required"),
            issues(nobody, "missing", "new_salesperson", "new_salesperson is required"),
            issues(self.several, "ambiguous_customer", "customer", joined("'", self.said, f"': {SEVERAL}")),
            issues(self.unlike, "other_customer", "account_number", UNLIKE),
        )


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The customers that rows name, each with its new salesperson."""
    return {"commerce.companies": _Reassigned(columns, known).shaped()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows that no part can tell."""
    return _Reassigned(columns, known).odd()


_KNOWN = Recall(dataset="commerce.companies", fields=("key", "external_id", "lookup_name"))

REASSIGNMENTS = Playbook(
    name=FORM.name,
    title=FORM.title,
    about="A list of customers that get another salesperson: known ones alone.",
    form=FORM,
    parts=(
        Part(
            dataset="commerce.companies",
            columns={"salesperson": "new_salesperson", "key": "customer"},
            made=("key",),
        ),
    ),
    mode="update",
    shape=shape,
    recall=_KNOWN,
    check=check,
    figures=(
        Figure(name="Customers reassigned", part="commerce.companies", outcomes=("updated",)),
        Figure(name="Already so", part="commerce.companies", outcomes=("skipped",), reasons=("unchanged",)),
        Figure(name="Customers not found", outcomes=("unmatched",)),
    ),
    pends=False,
)
