"""Invoices with their lines (seed 002): a sales report has a row for each line, and says the invoice's data on each.

The rows of one number are one invoice, wherever they stand in the file: what differs between them is told, and the
first that says something counts; its total is the sum of the net prices of all of them. They are imported together or
not at all.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce.invoices import INVOICES as FORM
from workbench.model.arrays import joined, matches, only, replaced
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.playbooks import payment_terms
from workbench.prepare.shaping import in_order, issues, of_series, series

_OF_INVOICE = {
    "invoice_date": "invoice_date",
    "posted_date": "posted_date",
    "due_date": "due_date",
    "purchase_order": "purchase_order_number",
    "special_instructions": "special_instructions",
    "status": "status",
    "company": "customer",
    "salesperson": "salesperson",
    "shipping_address_line_1": "shipping_address_line_1",
    "shipping_address_line_2": "shipping_address_line_2",
    "shipping_address_city": "shipping_address_city",
    "shipping_address_province": "shipping_address_province",
    "shipping_address_country": "shipping_address_country",
    "shipping_address_postal_code": "shipping_address_postal_code",
    "payment_terms": "payment_terms",
    "stated_total": "invoice_total",
}
"""The fields of an invoice, each with the column that every of its rows says it in."""
_OF_LINE = {
    "item_number": "item_number",
    "sku": "sku",
    "item": "item",
    "supplier": "supplier",
    "quantity": "quantity",
    "cases": "cases",
    "liters": "liters",
    "unit_price": "unit_price",
}
_EXACT = pa.decimal128(28, 6)
"""Amounts are added up and multiplied as decimals, to six places, as their kind has them."""
_FACTOR = pa.decimal128(18, 6)

RECALL = Recall(dataset="commerce.companies", fields=("key", "lookup_name", "payment_terms"))


class _Lines:
    """The rows of a chunk: which are imported, and which of them are one invoice."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        self._columns = columns
        self._known = known
        self.number = self["invoice_number"]
        self.numbered = pc.is_valid(self.number)
        encoded = self.number.dictionary_encode()
        self._codes = np.asarray(encoded.indices.fill_null(-1))
        """Which invoice of the chunk each row is of; -1 for none."""
        self._invoices = len(encoded.dictionary)
        self.kept = pc.and_(self.numbered, pc.invert(self._outside()))

    def __getitem__(self, name: str) -> pa.StringArray:
        there = name in self._columns.cells.schema.names
        return trimmed(self._columns.cells[name]) if there else pa.nulls(len(self._columns), pa.string())

    def _first(self, cells: pa.StringArray) -> npt.NDArray[np.int64]:
        """The position of the first row of each invoice that says something; -1 where none does."""
        first = np.full(self._invoices, -1)
        said = np.flatnonzero(np.asarray(pc.and_(pc.is_valid(cells), self.numbered)))[::-1]
        first[self._codes[said]] = said
        return first

    def _of_invoice(self, cells: pa.StringArray) -> pa.StringArray:
        """What each row's invoice says: what the first of its rows does that says something."""
        return _taken(cells, np.append(self._first(cells), -1)[self._codes])

    def _day(self, name: str) -> pa.StringArray:
        """The days of a column, as far as they can be read."""
        days = KINDS["day"].parsed(self[name], self._known.forms.get(name))
        return only(days, matches(days, KINDS["day"].pattern))

    def _amount(self, name: str) -> pa.Decimal128Array:
        return _exact(KINDS["amount"].parsed(self[name], self._known.forms.get(name)))

    @cached_property
    def date(self) -> pa.StringArray:
        """The day of each row's invoice."""
        return self._of_invoice(self._day("invoice_date"))

    def _outside(self) -> pa.BooleanArray:
        """Which rows are of an invoice before the first day that is imported, or after the last; none without a day."""
        out = pa.array(np.zeros(len(self._columns), dtype=bool))
        for name, outside in (("start_date", pc.less), ("end_date", pc.greater)):
            said = self._day(name)[:1].to_pylist()
            if said and said[0] is not None:
                out = pc.or_(out, pc.fill_null(outside(self.date, said[0]), False))
        return out

    @cached_property
    def net(self) -> pa.StringArray:
        """The net price of each row: its own, else the quantity times the unit price."""
        own = self["net_price"]
        if own.null_count == 0:
            return own
        quantity = _exact(KINDS["decimal"].parsed(self["quantity"], self._known.forms.get("quantity")), _FACTOR)
        price = _exact(KINDS["amount"].parsed(self["unit_price"], self._known.forms.get("unit_price")), _FACTOR)
        return pc.coalesce(own, _text(pc.cast(pc.round(pc.multiply(quantity, price), 6), _EXACT)))

    @cached_property
    def _net(self) -> pa.Decimal128Array:
        own = self._amount("net_price")
        made = only(self.net, pc.is_null(self["net_price"]))
        return own if made.null_count == len(made) else pc.coalesce(own, _exact(made))

    @cached_property
    def terms(self) -> pa.StringArray:
        """The terms of payment of each row's invoice: its own, else the customer's."""
        own = self._of_invoice(self["payment_terms"])
        if self._known.stored is None or own.null_count == 0:
            return own
        key, name, terms = (each.combine_chunks() for each in self._known.stored.columns)
        customer = self._of_invoice(self["customer"])
        return pc.coalesce(own, _alone(key, terms, customer), _alone(name, terms, pc.utf8_lower(customer)))

    @cached_property
    def due(self) -> pa.StringArray:
        """When each row's invoice is due: as it says, else as the terms of payment do."""
        own = self._of_invoice(self["due_date"])
        return own if own.null_count == 0 else pc.coalesce(own, payment_terms.due(self.date, self.terms))

    def invoices(self) -> Shaped:
        """The invoices, each made of all its rows."""
        rows = np.flatnonzero(np.asarray(self.kept))
        codes = self._codes[rows]
        order = np.argsort(codes, kind="stable")
        which, starts = np.unique(codes[order], return_index=True)
        members = pa.array(rows[order].astype(np.int32))
        groups = pa.ListArray.from_arrays(pa.array(np.append(starts, len(rows)).astype(np.int32)), members)
        first = members.take(pa.array(starts))
        cells = {"number": self.number.take(first)}
        window = joined(self["delivery_start_time"].fill_null(""), " - ", self["delivery_end_time"].fill_null(""))
        window = replaced(window, ("^ - $", ""), ("^ - | - $", ""))
        said = {name: self[column] for name, column in _OF_INVOICE.items()} | {
            "due_date": self.due,
            "delivery_window": only(window, pc.not_equal(window, "")),
        }
        cells |= {name: _taken(column, self._first(column)[which]) for name, column in said.items()}
        nets = pa.table({"of": codes, "net": self._net.take(pa.array(rows))})
        nets = nets.append_column("priced", pc.cast(pc.fill_null(pc.not_equal(nets["net"], _ZERO), False), pa.int32()))
        sums = nets.group_by("of", use_threads=False).aggregate([("net", "sum"), ("priced", "sum")]).sort_by("of")
        cells["total"] = _text(sums["net_sum"].combine_chunks())
        cells["lines_priced"] = pc.cast(sums["priced_sum"].combine_chunks(), pa.string())
        chunk = Chunk(
            lines=self._columns.lines.take(first),
            cells=pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells)),
        )
        return Shaped(rows=chunk, at=first, groups=groups)

    def lines(self) -> Shaped:
        """The lines, one a row."""
        at = pa.array(np.flatnonzero(np.asarray(self.kept)).astype(np.int32))
        number = self.number.take(at)
        counted = pa.array(self._known.numbering.of(number)).cast(pa.string())
        cells = {
            "invoice": number,
            "line": pc.coalesce(self["line"].take(at), counted),
            **{name: self[column].take(at) for name, column in _OF_LINE.items()},
            "net_price": self.net.take(at),
        }
        lines = self._columns.lines.take(at)
        rows = pa.RecordBatch.from_arrays(list(cells.values()), names=list(cells))
        return Shaped(rows=Chunk(lines=lines, cells=rows), at=at)

    def issues_found(self) -> pa.Table:
        """Rows of no invoice, lines without a price, what differs between the rows of an invoice, and unknown terms."""
        unnumbered = "No invoice number: it belongs to no invoice, and is imported with none"
        unpriced = pc.and_(self.kept, pc.is_null(self.net))
        strange = pc.and_(pc.is_null(self["due_date"]), pc.invert(payment_terms.are_known(self.terms)))
        strange = pc.and_(self._firsts(), pc.and_(pc.is_valid(self.terms), strange))
        return in_order(
            issues(pc.invert(self.numbered), "missing", "invoice_number", unnumbered),
            issues(unpriced, "missing", "net_price", "net_price is required, or quantity and unit_price"),
            issues(
                strange, "unknown_terms", "payment_terms", "No terms of payment that are known: due at once", "warning"
            ),
            *(self._differing(column) for column in _OF_INVOICE.values()),
        )

    def _firsts(self) -> pa.BooleanArray:
        """Which rows are the first of their invoice in the chunk."""
        first = np.zeros(len(self._columns), dtype=bool)
        first[self._first(self.number)] = True
        return pc.and_(pa.array(first), self.kept)

    def _differing(self, name: str) -> pa.Table:
        """The rows that say another thing of their invoice than the one that counts."""
        cells = self[name]
        if cells.null_count == len(cells):
            return issues(np.zeros(0, dtype=bool), "differs", name, "")
        counting = np.append(self._first(cells), -1)[self._codes]
        counts = _taken(cells, counting)
        other = np.array(pc.and_(self.kept, pc.fill_null(pc.not_equal(cells, counts), False)))
        at = np.flatnonzero(other)
        differ = pc.not_equal(self._meant(name, cells.take(at)), self._meant(name, counts.take(at)))
        other[at] = pc.fill_null(differ, True)
        if not other.any():
            return issues(other, "differs", name, "")
        at = np.flatnonzero(other)
        lines = self._columns.lines.take(pa.array(counting[at])).cast(pa.string())
        told = joined(
            f"{name} is ",
            cells.take(pa.array(at)),
            ", and ",
            counts.take(pa.array(at)),
            " on line ",
            lines,
            " of the same invoice, which counts",
        )
        of_rows = pd.Series(None, range(len(cells)), dtype="str")
        of_rows.iloc[at] = series(told).to_numpy()
        return issues(other, "differs", name, of_series(of_rows), "warning")

    def _meant(self, name: str, texts: pa.StringArray) -> pa.StringArray:
        """What texts of a column of the invoice mean, so that those are alike that mean the same: an amount without its
        signs, a customer by its key, or in small letters where there is none of that id or name."""
        kind = KINDS[FORM.field(name).kind]
        if name == "customer":
            small = KINDS["lookup"].parse(texts)
            if self._known.stored is None:
                return small
            key, called = (self._known.stored[each].combine_chunks() for each in ("key", "lookup_name"))
            return pc.coalesce(_alone(key, key, texts), _alone(called, key, small), small)
        parsed = kind.parsed(texts, self._known.forms.get(name))
        return pc.coalesce(_text(_exact(parsed)), parsed) if kind.name == "amount" else parsed


_ZERO = pa.scalar(0, _EXACT)


def _taken(cells: pa.StringArray, at: npt.NDArray[np.int64]) -> pa.StringArray:
    """The texts at those positions, null where one is -1."""
    return cells.take(pa.array(at, mask=at < 0))


def _exact(texts: pa.StringArray, kind: pa.Decimal128Type = _EXACT) -> pa.Decimal128Array:
    """Numbers in canonical text as decimals; null where one is none, or has more places than count."""
    whole = kind.precision - kind.scale
    return pc.cast(only(texts, matches(texts, rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{kind.scale}}})?$")), kind)


def _text(numbers: pa.Decimal128Array) -> pa.StringArray:
    """Decimals as amounts in canonical text, at least to the cent."""
    return replaced(pc.cast(numbers, pa.string()), (r"(\.[0-9]{2}[0-9]*?)0+$", r"\1"))


def _alone(keys: pa.StringArray, values: pa.StringArray, asked: pa.StringArray) -> pa.StringArray:
    """The value of the key that is asked for, where only one has it."""
    pairs = pd.DataFrame({"key": series(keys), "value": series(values)}).dropna(subset="key")
    alone = pairs.drop_duplicates("key", keep=False)
    place = pc.index_in(asked, of_series(alone["key"]), skip_nulls=True)
    return of_series(alone["value"]).take(place)


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The invoices and the lines that the rows of a sales report are made into."""
    rows = _Lines(columns, known)
    return {"commerce.invoice_headers": rows.invoices(), "commerce.invoice_lines": rows.lines()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows of a sales report that no part can tell."""
    return _Lines(columns, known).issues_found()


_HEADERS, _ITS_LINES = "commerce.invoice_headers", "commerce.invoice_lines"

INVOICES = Playbook(
    name=FORM.name,
    title=FORM.title,
    about="A sales report: a row for each line, which become invoices with their lines, each as a whole or not at all.",
    form=FORM,
    parts=(
        Part(
            dataset=_HEADERS,
            columns={"number": "invoice_number", **_OF_INVOICE},
            made=("due_date", "delivery_window", "total", "lines_priced"),
            repeats=True,
        ),
        Part(
            dataset=_ITS_LINES,
            columns={"invoice": "invoice_number", "line": "line", "net_price": "net_price", **_OF_LINE},
            made=("line", "net_price"),
        ),
    ),
    shape=shape,
    recall=RECALL,
    check=check,
    figures=(
        Figure(name="Invoices processed", keys="every"),
        Figure(name="Invoices created", part=_HEADERS, outcomes=("created",)),
        Figure(name="Invoices updated", part=_HEADERS, outcomes=("updated",)),
        Figure(
            name="Invoice lines",
            part=_ITS_LINES,
            outcomes=("created", "updated", "skipped"),
            without=("withheld", "duplicate"),
        ),
        Figure(name="Invoices held", keys="refused"),
        Figure(name="Missing customers", part=_HEADERS, missing="company_lookup", reasons=("customer",)),
        Figure(name="Missing SKUs", part=_ITS_LINES, missing="sku", reasons=("SKU",)),
    ),
)
